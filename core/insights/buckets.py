"""Calendar groups: which days, months, weekdays ... a period has, and how two periods lie side by side."""

from datetime import date, timedelta

from core.insights.query import Dimension
from core.periods import Period, Unit

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

_UNITS = {
    Dimension.DAY: Unit.DAY,
    Dimension.WEEK: Unit.WEEK,
    Dimension.MONTH: Unit.MONTH,
    Dimension.QUARTER: Unit.QUARTER,
    Dimension.YEAR: Unit.YEAR,
}
CALENDAR = frozenset(_UNITS)
"""Dimensions whose groups follow one another in time."""
CLOCK = frozenset({Dimension.WEEKDAY, Dimension.HOUR})
"""Dimensions whose groups come round again."""

MONTHLY = frozenset({Dimension.MONTH, Dimension.QUARTER, Dimension.YEAR})
"""Dimensions whose groups are some whole months."""


def buckets(dimension: Dimension, period: Period) -> list[date] | list[int]:
    """Every group of `dimension` that the period touches, first to last: first days, ISO weekdays or hours."""
    if dimension is Dimension.HOUR:
        return list(range(24))
    if dimension is Dimension.WEEKDAY:
        return sorted({(period.start + timedelta(days=n)).isoweekday() for n in range(min(period.days, 7))})
    return _starts(period, _UNITS[dimension])


def offset(dimension: Dimension, period: Period, before: Period) -> int | None:
    """How far groups of `before` move forward to lie on those of `period`: months for months, quarters and years,
    else days. None when the two do not line up."""
    if dimension in MONTHLY:
        return _months_apart(_UNITS[dimension], period, before)
    apart = (period.start - before.start).days
    fits = period.days == before.days and (dimension is Dimension.DAY or apart % 7 == 0)
    return apart if fits else None


def isoweekday(value: str | int) -> int | None:
    """1 for `Monday`, `monday` or 1; None for what is no weekday."""
    if isinstance(value, int):
        return value if 1 <= value <= 7 else None
    names = [name.lower() for name in WEEKDAYS]
    return names.index(value.lower()) + 1 if value.lower() in names else None


def _starts(period: Period, unit: Unit) -> list[date]:
    starts: list[date] = []
    bucket = Period.of(unit, period.start)
    while bucket.start < period.end:
        starts.append(bucket.start)
        bucket = Period.of(unit, bucket.end)
    return starts


def _months_apart(unit: Unit, period: Period, before: Period) -> int | None:
    ours, theirs = _starts(period, unit), _starts(before, unit)
    if len(ours) != len(theirs) or (ours[0] - period.start).days != (theirs[0] - before.start).days:
        return None
    return (ours[0].year - theirs[0].year) * 12 + ours[0].month - theirs[0].month
