"""Days to come: "by month end", "in two weeks", "before 15 December", "next Friday", as of today."""

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta

from agents.planner.calendar_words import FESTIVALS, MONTHS, NUMBERS, UNITS, WEEKDAYS, festival, weekend_of
from core.periods import Period, Unit, add_months


def _any(names: Iterable[str]) -> str:
    return "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))


_MONTH = rf"(?P<month>{_any(MONTHS)})\b"
_UNIT = r"(?P<unit>week|month|quarter|year)"


def day_ahead(text: str, today: date) -> date | None:
    """The last of the days that a normalised question looks ahead to; None where it names none that is to come."""
    lasts = (period.end - _DAY for period, _ in _said(text, today))
    return next((last for last in lasts if last > today), None)


def days_ahead(text: str, today: date) -> Period | None:
    """The days from `today` on that a normalised question looks ahead to, up to those it says "by" or "before" of;
    None where it names none."""
    for period, match in _said(text, today):
        up_to = _UP_TO.match(match.group()) or _UP_TO_HERE.search(text[: match.start()])
        is_before = up_to is not None and up_to["how"] == "before" and not _ENDS.search(match.group())
        start, end = today if up_to else max(period.start, today), period.start if is_before else period.end
        if start < end:
            return Period(start, end)
    return None


_DAY, _WEEK = timedelta(days=1), timedelta(days=7)
_HOW = r"\b(?P<how>before|by|until|till|up to|upto|through)"
_UP_TO = re.compile(rf"{_HOW}\b")
_UP_TO_HERE = re.compile(rf"{_HOW}(?: (?:the|this|next|coming|my))* $")
_ENDS = re.compile(r"\b(?:end|close)\b")


def _said(text: str, today: date) -> Iterator[tuple[Period, re.Match[str]]]:
    for pattern, read in _READERS:
        for match in pattern.finditer(text):
            try:
                found = read(match, today)
            except ValueError:  # 31 April is no day
                continue
            if found is not None:
                yield found, match


def _next(match: re.Match[str], today: date) -> Period:
    return Period.of(UNITS[match["unit"]], today).shifted(1)


def _this(match: re.Match[str], today: date) -> Period:
    return Period.of(UNITS[match["unit"] or match["whole"]], today)


def _in_units(match: re.Match[str], today: date) -> Period:
    number = NUMBERS.get(match["n"]) or int(match["n"])
    unit = UNITS[match["unit"]]
    if unit in (Unit.DAY, Unit.WEEK):
        return _from(today, number * (7 if unit is Unit.WEEK else 1))
    return Period(today, add_months(today, number * {Unit.MONTH: 1, Unit.QUARTER: 3}.get(unit, 12)) + _DAY)


def _from(today: date, days: int) -> Period:
    return Period(today, today + timedelta(days=days + 1))


def _coming_days(_: re.Match[str], today: date) -> Period:
    return _from(today, 7)


def _fortnight(_: re.Match[str], today: date) -> Period:
    return _from(today, 14)


def _tomorrow(_: re.Match[str], today: date) -> Period:
    return _one(today + _DAY)


def _today(_: re.Match[str], today: date) -> Period:
    return _one(today)


def _one(day: date) -> Period:
    return Period.of(Unit.DAY, day)


def _day_of_month(match: re.Match[str], today: date) -> Period:
    month, day = MONTHS[match["month"]], int(match["day"])
    year = int(match["year"]) if match["year"] else today.year + ((month, day) < (today.month, today.day))
    return _one(date(year, month, day))


def _month(match: re.Match[str], today: date) -> Period:
    month = MONTHS[match["month"]]
    return Period.of(Unit.MONTH, date(today.year + (month < today.month), month, 1))


def _day_number(match: re.Match[str], today: date) -> Period:
    first = today.replace(day=1)
    month = first if int(match["day"]) > today.day and not match["next"] else add_months(first, 1)
    return _one(month.replace(day=int(match["day"])))


def _iso(match: re.Match[str], _: date) -> Period:
    return _one(date(int(match["y"]), int(match["m"]), int(match["d"])))


def _weekday(match: re.Match[str], today: date) -> Period:
    return _one(today + timedelta(days=(WEEKDAYS[match["weekday"]] - today.weekday() - 1) % 7 + 1))


def _weekend(match: re.Match[str], today: date) -> Period:
    start, end = weekend_of(today)
    return Period(start + _WEEK, end + _WEEK) if match["next"] else Period(start, end)


def _festival(match: re.Match[str], today: date) -> Period | None:
    days = (festival(match["festival"], year) for year in (today.year, today.year + 1))
    return next((_one(day) for day in days if day and day > today), None)


_Read = Callable[[re.Match[str], date], Period | None]
_READERS: tuple[tuple[re.Pattern[str], _Read], ...] = tuple(
    (re.compile(pattern), read)
    for pattern, read in (
        (r"\b(?P<y>20\d\d)-(?P<m>\d{1,2})-(?P<d>\d{1,2})\b", _iso),
        (rf"\b(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?: of)? {_MONTH}(?:,? (?P<year>20\d\d))?", _day_of_month),
        (rf"\b{_MONTH}(?: the)? (?P<day>\d{{1,2}})(?:st|nd|rd|th)?\b(?:,? (?P<year>20\d\d))?", _day_of_month),
        (r"\b(?P<next>next month on )?(?:the )?(?P<day>\d{1,2})(?:st|nd|rd|th)\b(?! of)", _day_number),
        (rf"\b(?:in|next|coming|within|for|over)(?: the)?(?: next| coming)? (?P<n>\d{{1,3}}|{_any(NUMBERS)}) (?P<unit>{_any(u for u in UNITS if u != 'fy')})\b", _in_units),
        (rf"\b(?P<n>\d{{1,3}}|{_any(NUMBERS)}) (?P<unit>{_any(u for u in UNITS if u != 'fy')}) (?:from now|ahead|later|time|out)\b", _in_units),
        (rf"\b(?:next|coming|following) {_UNIT}\b", _next),
        (r"\bcoming days\b", _coming_days),
        (r"\b(?:next|coming|in a) fortnight\b", _fortnight),
        (r"\btomorrow\b", _tomorrow),
        (r"\btoday\b", _today),
        (r"\b(?P<next>next )?week ?end\b", _weekend),
        (rf"\b(?:by|on|until|till|before|next|this|coming) (?:next |this |coming )?(?P<weekday>{_any(WEEKDAYS)})\b", _weekday),
        (rf"\b(?P<festival>{_any(FESTIVALS)})\b", _festival),
        (rf"\b(?:by|in|until|till|before|end of|when|through|close of) (?:the )?(?:end of )?{_MONTH}", _month),
        (rf"\b(?:end of (?:the |this )?|this |rest of (?:the |this )?|remainder of (?:the |this )?|close of (?:the |this )?){_UNIT}\b|\b(?P<whole>week|month|quarter|year)(?:'s)?[ -](?:end|close)\b", _this),
    )
)  # fmt: skip
