"""Netting: whether what came back is taken off what was told. Of sums it always is; of other figures there is
nothing to take off."""

from agents.plan import Operation
from agents.planner.frame import Frame, Topic
from core.insights.query import Flow, Measure

NETTED = "are refunds taken off already"
"""What "after refunds or before?" and its like are written as."""
TAKEN_OFF = "What came back is taken off already."
ONLY_OF_SUMS = "What came back is taken off every sum of spending. Of what shall I tell how much came back?"
_SUMS = (None, Operation.VALUE, Operation.LIST, Operation.BREAKDOWN)


def netted(last: Frame) -> Frame | None:
    """The sum that the question is about; None where something else was told."""
    is_sum = last.topic is None and last.flow is not Flow.IN and last.measure in (None, Measure.SPEND)
    return last.as_sum() if is_sum and last.ask in _SUMS else None


def came_back(net: Frame) -> Frame | None:
    """What came back of it, where refunds can be told by all that it names."""
    if net.without or net.conditions or any(f.field == "description" for f in net.objects):
        return None
    return Frame(topic=Topic.REFUNDS, objects=net.objects, periods=net.periods[:1])
