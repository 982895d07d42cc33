"""The built-in answers: one short template per operation. The figure first, then what it is compared with."""

from collections.abc import Callable

from agents.draft import Draft
from agents.plan import Operation
from agents.templates.comparisons import compare, moved, share, usual, versus
from agents.templates.groups import breakdown, count_groups, rank, to_new
from agents.templates.lists import entries, when, who
from agents.templates.series import changed, driven, interval, ranged, risen, since_last
from agents.templates.streaks import gap, streak
from agents.templates.told import Told
from agents.templates.values import beside_one, left, pace, projected, savings_rate, threshold, together, value

_TEMPLATES: dict[Operation, Callable[[Told], Draft]] = {
    Operation.VALUE: value,
    Operation.SUM: together,
    Operation.LIST: entries,
    Operation.BREAKDOWN: breakdown,
    Operation.RANK: rank,
    Operation.COUNT_GROUPS: count_groups,
    Operation.COMPARE: compare,
    Operation.DIFFERENCE: compare,
    Operation.GROWTH: compare,
    Operation.MOVED: moved,
    Operation.SINCE_LAST: since_last,
    Operation.CHANGED: changed,
    Operation.RISEN: risen,
    Operation.INTERVAL: interval,
    Operation.GAP: gap,
    Operation.STREAK: streak,
    Operation.RANGE: ranged,
    Operation.DRIVEN: driven,
    Operation.VERSUS: versus,
    Operation.SHARE: share,
    Operation.USUAL: usual,
    Operation.PACE: pace,
    Operation.THRESHOLD: threshold,
    Operation.BESIDE_ONE: beside_one,
    Operation.LEFT: left,
    Operation.WHEN_LAST: when,
    Operation.WHEN_FIRST: when,
    Operation.WHO: who,
    Operation.TO_NEW: to_new,
    Operation.MET: to_new,
    Operation.SAVINGS_RATE: savings_rate,
    Operation.PROJECTED: projected,
}


def insight(told: Told) -> Draft:
    """What a task's figures say. Where nothing was found the text is empty and the status `no_data`."""
    return _TEMPLATES[told.task.operation](told).noting(told.task.note)
