"""Calendar groups: which days, months, weekdays ... a period has, and how two periods lie side by side."""

from datetime import date, timedelta
from typing import Any

from core.insights.query import Dimension
from core.periods import Period, Unit

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
WEEK_DAYS = tuple(name.lower() for name in WEEKDAYS)
WORKING_DAYS, WEEKEND_DAYS = WEEK_DAYS[:5], WEEK_DAYS[5:]
"""As a filter of days names them."""

_UNITS = {
    Dimension.DAY: Unit.DAY,
    Dimension.WEEK: Unit.WEEK,
    Dimension.MONTH: Unit.MONTH,
    Dimension.QUARTER: Unit.QUARTER,
    Dimension.YEAR: Unit.YEAR,
    Dimension.FISCAL_YEAR: Unit.FISCAL_YEAR,
}
CALENDAR = frozenset(_UNITS)
"""Dimensions whose groups follow one another in time."""
CLOCK = frozenset({Dimension.WEEKEND, Dimension.WEEKDAY, Dimension.HOUR})
"""Dimensions whose groups come round again."""
SERIAL = CALENDAR | CLOCK | {Dimension.AMOUNT_BAND}
"""Dimensions whose groups are known beforehand and stand in an order of their own."""

MONTHLY = frozenset({Dimension.MONTH, Dimension.QUARTER, Dimension.YEAR, Dimension.FISCAL_YEAR})
"""Dimensions whose groups are some whole months."""


BANDS = (100, 1_000, 10_000, 100_000)
"""Where a band of amounts ends and the next one begins, in whole rupees, euros ..."""

WEEKEND = ("weekday", "weekend")


def buckets(dimension: Dimension, period: Period) -> list[date] | list[int]:
    """Every group of `dimension` that the period touches, first to last: first days, ISO weekdays, hours, or places."""
    weekdays = {(period.start + timedelta(days=n)).isoweekday() for n in range(min(period.days, 7))}
    match dimension:
        case Dimension.HOUR:
            return list(range(24))
        case Dimension.AMOUNT_BAND:
            return list(range(len(BANDS) + 1))
        case Dimension.WEEKDAY:
            return sorted(weekdays)
        case Dimension.WEEKEND:
            return sorted({int(day >= 6) for day in weekdays})
        case _:
            return _starts(period, _UNITS[dimension])


def label(dimension: Dimension, bucket: Any) -> str:
    """A group as people read it; the same in JSON, in CSV and in an answer."""
    match dimension:
        case Dimension.WEEKDAY:
            return WEEKDAYS[int(bucket) - 1]
        case Dimension.WEEKEND:
            return WEEKEND[int(bucket)]
        case Dimension.HOUR:
            return f"{bucket:02d}:00"
        case Dimension.AMOUNT_BAND:
            return _band(bucket)
        case _:
            return str(bucket)


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
    return WEEK_DAYS.index(value.lower()) + 1 if value.lower() in WEEK_DAYS else None


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


def _band(place: int) -> str:
    if place == 0:
        return f"below {BANDS[0]:,}"
    low = f"{BANDS[place - 1]:,}"
    return f"{low} to below {BANDS[place]:,}" if place < len(BANDS) else f"{low} and more"
