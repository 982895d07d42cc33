"""Intervals at which people pay, and how well a list of days follows one: in calendar months where months are meant,
with room for weekends, holidays and a payment that was missed."""

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache
from itertools import pairwise

from core.periods import add_months


class Interval(StrEnum):
    WEEKLY = "weekly"
    FORTNIGHTLY = "fortnightly"
    FOUR_WEEKLY = "four_weekly"
    MONTHLY = "monthly"
    QUARTERLY = "quarterly"
    HALF_YEARLY = "half_yearly"
    YEARLY = "yearly"


@dataclass(frozen=True, slots=True)
class Rhythm:
    """Days or months from one payment to the next, and how many days early or late still belong to it."""

    days: int
    months: int
    tolerance: int


# A weekend beside a holiday moves a monthly payment by up to four days; the longer the interval, the freer the day.
RHYTHMS: dict[Interval, Rhythm] = {
    Interval.WEEKLY: Rhythm(7, 0, 1),
    Interval.FORTNIGHTLY: Rhythm(14, 0, 2),
    Interval.FOUR_WEEKLY: Rhythm(28, 0, 2),
    Interval.MONTHLY: Rhythm(30, 1, 4),
    Interval.QUARTERLY: Rhythm(91, 3, 6),
    Interval.HALF_YEARLY: Rhythm(182, 6, 8),
    Interval.YEARLY: Rhythm(365, 12, 10),
}
MISSED_MAX = 1
"""Payments in a row that may be missing."""


@lru_cache(maxsize=50_000)
def strides(interval: Interval, earlier: date, later: date) -> tuple[int, int] | None:
    """How many intervals lie between two days (1, or 2 with one missed) and by how many days `later` is off; None
    where it is off by more than the tolerance."""
    rhythm = RHYTHMS[interval]
    apart = (later - earlier).days
    count = round(apart / (rhythm.days if not rhythm.months else rhythm.months * 30.44))
    if not 1 <= count <= 1 + MISSED_MAX:
        return None
    off = _months_off(earlier, later, count * rhythm.months) if rhythm.months else abs(apart - count * rhythm.days)
    return (count, off) if off <= rhythm.tolerance else None


def _months_off(earlier: date, later: date, months: int) -> int:
    """Counted from the beginning of the month or from its end, whichever fits: salaries come on the last working
    day."""
    from_start = abs((later - add_months(earlier, months)).days)
    same_month = add_months(earlier.replace(day=1), months) == later.replace(day=1)
    return min(from_start, abs(_from_end(later) - _from_end(earlier))) if same_month else from_start


def chain(days: Sequence[date], amounts: Sequence[int], interval: Interval) -> list[int]:
    """Positions of the longest run of payments that follow the interval; of two that do, the one of the more even
    days and amounts. Days ascend."""
    best: list[tuple[float, int]] = []
    reach = timedelta(days=RHYTHMS[interval].days * (1 + MISSED_MAX) + 2 * RHYTHMS[interval].tolerance + 4)
    first = 0
    for later, day in enumerate(days):
        while day - days[first] > reach:
            first += 1
        links = (_link(best, days, amounts, earlier, later, interval) for earlier in range(first, later))
        best.append(max((link for link in links if link), default=(1.0, -1)))
    return _walked_back(best)


def _link(
    best: Sequence[tuple[float, int]], days: Sequence[date], amounts: Sequence[int], earlier: int, later: int,
    interval: Interval,
) -> tuple[float, int] | None:  # fmt: skip
    found = strides(interval, days[earlier], days[later])
    if found is None:
        return None
    count, off = found
    evenness = 0.2 * (amounts[earlier] == amounts[later]) - 0.2 * off / (RHYTHMS[interval].tolerance + 1)
    return best[earlier][0] + 1.0 + evenness - 0.4 * (count - 1), earlier


def _walked_back(best: Sequence[tuple[float, int]]) -> list[int]:
    at = max(range(len(best)), key=lambda position: best[position][0], default=-1)
    found: list[int] = []
    while at >= 0:
        found.append(at)
        at = best[at][1]
    return found[::-1]


def unevenness(days: Sequence[date], interval: Interval) -> float:
    """Mean days off between neighbours, plus how far the whole drifts from the interval: which interval fits best."""
    found = [strides(interval, a, b) for a, b in pairwise(days)]
    steps = [step for step in found if step]
    count = sum(step[0] for step in steps)
    drift = abs((days[-1] - _after(days[0], interval, count)).days)
    return (sum(step[1] for step in steps) + drift) / max(len(steps), 1)


def missed(days: Sequence[date], interval: Interval) -> int:
    """How many payments are missing between the first and the last of a chain."""
    found = (strides(interval, a, b) for a, b in pairwise(days))
    return sum(step[0] - 1 for step in found if step)


def next_day(days: Sequence[date], interval: Interval) -> date:
    """The day on which the payment after the last of `days` is expected."""
    rhythm = RHYTHMS[interval]
    if not rhythm.months:
        return days[-1] + timedelta(days=rhythm.days)
    # A weekend may have moved the last one, even into the next month: the usual day tells which month it stood for.
    months = [add_months(days[-1].replace(day=1), step) for step in (-1, 0, 1)]
    meant = min(months, key=lambda month: abs((_usual(month, days) - days[-1]).days))
    return _working_day(_usual(add_months(meant, rhythm.months), days), days)


def expected_days(days: Sequence[date], interval: Interval, until: date) -> list[date]:
    """The days up to `until` on which payments after the last of `days` are expected; the first one in any case."""
    expected = [next_day(days, interval)]
    while (following := next_day([*days, *expected], interval)) <= until:
        expected.append(following)
    return expected


def _usual(month: date, days: Sequence[date]) -> date:
    """The day of this month on which a payment like those of `days` is due."""
    last = monthrange(month.year, month.month)[1]
    middle = sorted(day.day for day in days)[len(days) // 2]
    return month.replace(day=last if _is_from_end(days) else min(middle, last))


def _is_from_end(days: Sequence[date]) -> bool:
    """Whether all lie in the last days of their months, and not on one day that merely is a late one."""
    return all(_from_end(day) <= 3 for day in days) and len({day.day for day in days}) > 1


def _working_day(day: date, days: Sequence[date]) -> date:
    """The nearest working day, if the payments so far kept to working days; half a year of them may tell. At the end
    of a month that is the one before."""
    if day.weekday() < 5 or len(days) < 6 or any(paid.weekday() >= 5 for paid in days):
        return day
    return day + timedelta(days=(4 if _is_from_end(days) else 7) - day.weekday())


def _after(day: date, interval: Interval, count: int) -> date:
    rhythm = RHYTHMS[interval]
    return add_months(day, rhythm.months * count) if rhythm.months else day + timedelta(days=rhythm.days * count)


def _from_end(day: date) -> int:
    return monthrange(day.year, day.month)[1] - day.day
