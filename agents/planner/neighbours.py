"""Neighbours: stretches of days that are told by where they lie to the one spoken of: "the 7 days before that", "the
weekend before", "a month earlier", "the same three months of 2025"."""

import re
from datetime import timedelta

from agents.planner.calendar_words import MONTHS, NUMBERS, UNITS, WEEKDAYS
from core.periods import Period, Unit, add_months

_N = rf"(?P<n>\d{{1,3}}|{'|'.join(NUMBERS)})"
_UNITS = r"(?P<unit>day|week|month|quarter|year)s"
_THAT = r"(?: (?:that|those|these|them|it)(?: ones?)?)?"
_SAID_DAYS = "|".join(WEEKDAYS)
_SO_MANY_BEFORE = re.compile(
    rf"\b(?:the )?{_N} {_UNITS} (?:just |right |immediately )?(?:before|prior to|preceding|prior){_THAT}(?![\w ])"
    rf"|\b(?:the )?(?:previous|preceding|prior|earlier) (?P<n_before>\d{{1,3}}|{'|'.join(NUMBERS)})"
    r" (?P<unit_before>day|week|month|quarter|year)s(?![\w ])"
)
_NEXT_OF_KIND = re.compile(
    rf"\b(?:the )?(?P<kind>weekend|one|{_SAID_DAYS}|(?:day|week|month|quarter|year)(?= after))"
    rf" (?:just |right )?(?P<side>before|after)(?: last)?{_THAT}(?![\w ])"
    r"|\b(?:the )?(?P<earlier>previous|preceding|prior) (?:weekend|one)(?![\w ])"
)
_ONE_UNIT = re.compile(
    r"\b(?:(?:a|one) (?P<unit>day|week|month|quarter) (?P<side>earlier|before|prior|later|after)|"
    rf"(?:a|one) (?P<unit_of>day|week|month|quarter) (?P<side_of>before|after) that){_THAT}(?![\w ])"
)
SAID_MONTHS = "|".join(sorted(MONTHS, key=len, reverse=True))
_SAME_MONTH_BEFORE = re.compile(
    rf"\b(?:the )?(?:last|previous) (?P<month>{SAID_MONTHS})(?![\w ])"
    rf"|\bthe (?P<month_before>{SAID_MONTHS}) before{_THAT}(?![\w ])"
)
_SAME_OF_YEAR = re.compile(
    rf"\b(?:the |those |these )?(?:same|corresponding) (?:{_N} )?"
    r"(?:days?|weeks?|months?|quarters?|period|stretch|dates)"
    r" (?:of|in|from|during|for) (?:the year )?(?P<year>20\d\d)\b"
)
_BEFORE_IT = re.compile(
    r"\b(?P<unit>week|month|quarter|day) (?:just |right )?(?:before|after|earlier|later)\b(?! (?:last|yesterday)\b)"
)


def neighbour(text: str, spoken: Period) -> tuple[tuple[int, int], Period] | None:
    """The stretch that a question tells by the one `spoken` of before, and where it says so."""
    if said := _SO_MANY_BEFORE.search(text):
        count, unit = said["n"] or said["n_before"], said["unit"] or said["unit_before"]
        found = _so_many_before(spoken, NUMBERS.get(count) or int(count), UNITS[unit])
    elif said := _NEXT_OF_KIND.search(text):
        found = _next_of_kind(spoken, said["kind"], 1 if said["side"] == "after" else -1)
    elif said := _ONE_UNIT.search(text):
        is_later = (said["side"] or said["side_of"]) in ("later", "after")
        found = _moved(spoken, UNITS[said["unit"] or said["unit_of"]], 1 if is_later else -1)
    elif said := _SAME_OF_YEAR.search(text):
        found = _of_year(spoken, int(said["year"]))
    elif said := _SAME_MONTH_BEFORE.search(text):
        found = _same_month_before(spoken, MONTHS[said["month"] or said["month_before"]])
    else:
        return None
    return (said.span(), found) if found else None


def _so_many_before(spoken: Period, count: int, unit: Unit) -> Period | None:
    if count < 1:
        return None
    months = {Unit.MONTH: 1, Unit.QUARTER: 3, Unit.YEAR: 12}.get(unit)
    if months is None:
        return Period(spoken.start - timedelta(days=count * (7 if unit is Unit.WEEK else 1)), spoken.start)
    is_whole = spoken.start.day == 1
    return Period(add_months(spoken.start, -count * months), spoken.start, Unit.MONTH if is_whole else None)


def _next_of_kind(spoken: Period, kind: str | None, steps: int) -> Period | None:
    """The weekend before a weekend, the Monday before a Monday, the month after a month."""
    if kind in UNITS:
        return _moved(spoken, UNITS[kind], steps)
    is_weekend = spoken.days == 2 and spoken.start.weekday() == 5
    is_day = spoken.days == 1 and kind in WEEKDAYS and WEEKDAYS[kind] == spoken.start.weekday()
    if not (is_day or (is_weekend and kind in (None, "weekend", "one"))):
        return None
    return _by_days(spoken, 7 * steps)


def _moved(spoken: Period, unit: Unit, steps: int) -> Period | None:
    if spoken.unit is unit:
        return spoken.shifted(steps) if spoken == Period.of(unit, spoken.start) else None
    if spoken.days > 1:
        return None
    if unit is Unit.WEEK:
        return _by_days(spoken, 7 * steps)
    moved = add_months(spoken.start, steps * (3 if unit is Unit.QUARTER else 1))
    return Period.of(Unit.DAY, moved)


def _by_days(spoken: Period, days: int) -> Period:
    step = timedelta(days=days)
    return Period(spoken.start + step, spoken.end + step, spoken.unit)


def _same_month_before(spoken: Period, month: int) -> Period | None:
    """ "And last October?", after October: the one before it."""
    is_same = spoken.start.month == month and spoken == Period.of(Unit.MONTH, spoken.start)
    return spoken.year_before() if is_same else None


def day_of(spoken: Period, number: int) -> Period | None:
    """That day of the month that was spoken of, or some days of it; None where it has no such day."""
    month = Period.of(Unit.MONTH, spoken.start)
    if spoken.end > month.end or not 1 <= number <= month.days:
        return None
    return Period.of(Unit.DAY, month.start + timedelta(days=number - 1))


def _of_year(spoken: Period, year: int) -> Period | None:
    months = 12 * (year - spoken.start.year)
    start, end = add_months(spoken.start, months), add_months(spoken.end, months)
    return Period(start, end, spoken.unit) if months and start < end else None


def is_of_other_unit(text: str, spoken: Period) -> bool:
    """Whether "the week before" is said where no week was spoken of: before which day?"""
    said = _BEFORE_IT.search(text)
    return said is not None and spoken.unit not in (None, UNITS[said["unit"]])
