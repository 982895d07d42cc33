"""Days to come: "by month end", "in two weeks", "before 15 December", "next Friday", as of today."""

import re
from calendar import monthrange
from collections.abc import Callable, Iterable
from datetime import date, timedelta

from agents.planner.calendar_words import FESTIVALS, MONTHS, NUMBERS, UNITS, WEEKDAYS, festival
from core.periods import Period, Unit, add_months


def _any(names: Iterable[str]) -> str:
    return "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))


_MONTH = rf"(?P<month>{_any(MONTHS)})\b"
_UNIT = r"(?P<unit>week|month|quarter|year)"


def day_ahead(text: str, today: date) -> date | None:
    """The last of the days that a normalised question looks ahead to; None where it names none that is to come."""
    for pattern, read in _READERS:
        for match in pattern.finditer(text):
            try:
                found = read(match, today)
            except ValueError:  # 31 April is no day
                continue
            if found is not None and found > today:
                return found
    return None


def _end_of_next(match: re.Match[str], today: date) -> date:
    period = Period.of(UNITS[match["unit"]], today)
    return period.shifted(1).end - timedelta(days=1)


def _end_of_this(match: re.Match[str], today: date) -> date:
    return Period.of(UNITS[match["unit"] or match["whole"]], today).end - timedelta(days=1)


def _in_units(match: re.Match[str], today: date) -> date:
    number = NUMBERS.get(match["n"]) or int(match["n"])
    unit = UNITS[match["unit"]]
    if unit in (Unit.DAY, Unit.WEEK):
        return today + timedelta(days=number * (7 if unit is Unit.WEEK else 1))
    return add_months(today, number * {Unit.MONTH: 1, Unit.QUARTER: 3}.get(unit, 12))


def _day_of_month(match: re.Match[str], today: date) -> date:
    month, day = MONTHS[match["month"]], int(match["day"])
    year = int(match["year"]) if match["year"] else today.year + ((month, day) < (today.month, today.day))
    return date(year, month, day)


def _end_of_month(match: re.Match[str], today: date) -> date:
    month = MONTHS[match["month"]]
    year = today.year + (month < today.month)
    return date(year, month, monthrange(year, month)[1])


def _day_number(match: re.Match[str], today: date) -> date:
    first = today.replace(day=1)
    month = first if int(match["day"]) > today.day and not match["next"] else add_months(first, 1)
    return month.replace(day=int(match["day"]))


def _iso(match: re.Match[str], _: date) -> date:
    return date(int(match["y"]), int(match["m"]), int(match["d"]))


def _weekday(match: re.Match[str], today: date) -> date:
    return today + timedelta(days=(WEEKDAYS[match["weekday"]] - today.weekday() - 1) % 7 + 1)


def _festival(match: re.Match[str], today: date) -> date | None:
    days = (festival(match["festival"], year) for year in (today.year, today.year + 1))
    return next((day for day in days if day and day > today), None)


def _tomorrow(_: re.Match[str], today: date) -> date:
    return today + timedelta(days=1)


_Read = Callable[[re.Match[str], date], date | None]
_READERS: tuple[tuple[re.Pattern[str], _Read], ...] = tuple(
    (re.compile(pattern), read)
    for pattern, read in (
        (r"\b(?P<y>20\d\d)-(?P<m>\d{1,2})-(?P<d>\d{1,2})\b", _iso),
        (rf"\b(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?: of)? {_MONTH}(?:,? (?P<year>20\d\d))?", _day_of_month),
        (rf"\b{_MONTH}(?: the)? (?P<day>\d{{1,2}})(?:st|nd|rd|th)?\b(?:,? (?P<year>20\d\d))?", _day_of_month),
        (r"\b(?P<next>next month on )?(?:the )?(?P<day>\d{1,2})(?:st|nd|rd|th)\b(?! of)", _day_number),
        (rf"\b(?:in|next|coming|within|for|over)(?: the)?(?: next| coming)? (?P<n>\d{{1,3}}|{_any(NUMBERS)}) (?P<unit>{_any(u for u in UNITS if u != 'fy')})\b", _in_units),
        (rf"\b(?P<n>\d{{1,3}}|{_any(NUMBERS)}) (?P<unit>{_any(u for u in UNITS if u != 'fy')}) (?:from now|ahead|later|time|out)\b", _in_units),
        (rf"\b(?:next|coming|following) {_UNIT}\b", _end_of_next),
        (r"\btomorrow\b", _tomorrow),
        (rf"\b(?:by|on|until|till|before|next|this|coming) (?:next |this |coming )?(?P<weekday>{_any(WEEKDAYS)})\b", _weekday),
        (rf"\b(?P<festival>{_any(FESTIVALS)})\b", _festival),
        (rf"\b(?:by|in|until|till|before|end of|when|through|close of) (?:the )?(?:end of )?{_MONTH}", _end_of_month),
        (rf"\b(?:end of (?:the |this )?|this |rest of (?:the |this )?|remainder of (?:the |this )?|close of (?:the |this )?){_UNIT}\b|\b(?P<whole>week|month|quarter|year)(?:'s)?[ -](?:end|close)\b", _end_of_this),
    )
)  # fmt: skip
