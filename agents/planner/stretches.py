"""The stretches of time that a clause speaks of."""

from collections.abc import Sequence

from agents.planner.clause import Clause
from agents.planner.lexicon import Cue
from agents.planner.periods import Spoken
from core.periods import Period


def spoken(clause: Clause) -> list[Spoken]:
    """The periods said, without "overall" beside another one, and without days of the week that are a condition."""
    said: list[Spoken] = [mention.value for mention in clause.reading.of("period")]
    if clause.has(Cue.ONLY):
        said = [one for one in said if not one.weekdays]  # "Monday to Friday only": days of any week
    if len(said) > 1:
        said = [one for one in said if not one.is_everything] or said[:1]
    longest = max((one.period.days for one in said), default=0)
    return [one for one in said if not (one.weekdays and one.period.days < longest)]


def as_ranged(said: Sequence[Spoken]) -> list[Period]:
    """The periods without a day that only tells what a range is about: "Diwali shopping, from 1 to 10 November"."""
    named = [one for one in said if one.prior is None]
    ranges = [one.period for one in named if one.ends]
    return [
        one.period
        for one in named
        if one.ends or one.period.days > 1 or not any(r.start <= one.period.start < r.end for r in ranges)
    ]


def narrowed(periods: list[Period]) -> list[Period]:
    """Without a period that holds another one: "this year's alerts in October" are October's."""

    def holds(one: Period, other: Period) -> bool:
        return one.days > other.days and one.start <= other.start and other.end <= one.end

    periods = list({(period.start, period.end): period for period in periods}.values())
    narrow = [period for period in periods if not any(holds(period, other) for other in periods)]
    return [_shared(*narrow)] if len(narrow) == 2 and _ends_within(*narrow) else narrow


def _ends_within(one: Period, other: Period) -> bool:
    """Whether one of two is no month or week and ends, or begins, within the other: "before the 10th this month"."""
    are_of_calendar = [period.unit for period in (one, other)]
    overlap = one.start < other.end and other.start < one.end
    return overlap and are_of_calendar.count(None) == 1


def _shared(one: Period, other: Period) -> Period:
    return Period(max(one.start, other.start), min(one.end, other.end))
