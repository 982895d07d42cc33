"""Follow-ups: a question that leans on the last one, as an edit of its frame."""

from agents.plan import Operation
from agents.planner.frame import Frame, Topic
from agents.planner.parse import Parsed
from core.insights.query import Dimension, Filter, Flow, Measure, QueryPeriod

_COMPARING = frozenset({Operation.COMPARE, Operation.DIFFERENCE, Operation.GROWTH})
_SINGULAR_FIELDS = frozenset({"channel", "account", "weekday", "status"})


def edit(last: Frame, parsed: Parsed) -> Frame:
    """`last` with what the follow-up says put in its place, and everything else kept."""
    new = parsed.frame
    if new.topic is not None and new.topic is not last.topic:
        return new.with_changes(periods=new.periods or last.periods) if new.topic is Topic.ALERTS else new
    if new.objects:
        last = last.with_changes(missing="")
    frame = last.with_changes(objects=_objects(last, parsed), without=_together(last.without, new.without))
    frame = frame.with_changes(conditions=_conditions(last.conditions, new.conditions))
    frame = _measured(frame, new, asks_amount=parsed.asks_amount and new.ask is None)
    frame = _asked(frame, new)
    return _timed(frame, last, new)


def _objects(last: Frame, parsed: Parsed) -> tuple[Filter, ...]:
    """Other categories or payees replace the old ones; "only Swiggy" narrows where it is of another kind."""
    new = parsed.frame.objects
    if not new:
        return () if parsed.asks_all else last.objects
    if not parsed.narrows:
        return new
    fields = {condition.field for condition in new}
    return (*(kept for kept in last.objects if kept.field not in fields), *new)


def _conditions(old: tuple[Filter, ...], new: tuple[Filter, ...]) -> tuple[Filter, ...]:
    """A new condition replaces one of its own field and joins the others."""
    fields = {condition.field for condition in new}
    return (*(kept for kept in old if kept.field not in fields), *new)


def _together(old: tuple[Filter, ...], new: tuple[Filter, ...]) -> tuple[Filter, ...]:
    return (*old, *(condition for condition in new if condition not in old))


def _sum_of(frame: Frame) -> Measure:
    return Measure.INCOME if frame.flow is Flow.IN else Measure.SPEND


def _measured(frame: Frame, new: Frame, *, asks_amount: bool) -> Frame:
    if new.flow is not None and new.flow is not frame.flow and new.measure in (Measure.SPEND, Measure.INCOME):
        return frame.with_changes(measure=new.measure, flow=new.flow)
    if new.measure is None:
        return frame.with_changes(measure=_sum_of(frame)) if asks_amount and frame.measure is Measure.COUNT else frame
    flow = Flow.ANY if new.measure in (Measure.NET, Measure.VOLUME) else new.flow or frame.flow
    return frame.with_changes(
        measure=new.measure, flow=Flow.OUT if flow is Flow.ANY and new.measure is Measure.SPEND else flow
    )


def _asked(frame: Frame, new: Frame) -> Frame:
    if new.ask is None and new.measure is None:
        return frame
    wanted = {
        name: getattr(new, name)
        for name in ("group_by", "limit", "descending", "unit", "latest", "threshold", "share_of", "whole", "against")
    }
    ask = new.ask or Operation.VALUE
    if ask in _COMPARING and not new.group_by:
        wanted["group_by"] = ()
    if ask is Operation.VERSUS and not new.objects:
        wanted["ask"] = Operation.COMPARE
    frame = frame.with_changes(ask=ask, **wanted)
    payment_wise = frame.measure in (Measure.COUNT, Measure.AVERAGE, Measure.MEDIAN, Measure.LARGEST, Measure.SMALLEST)
    if (
        new.measure is None
        and payment_wise
        and ask in (Operation.BREAKDOWN, Operation.RANK, Operation.SHARE)
        and frame.measure is not Measure.COUNT
    ):
        return frame.with_changes(measure=_sum_of(frame))
    return frame


def _timed(frame: Frame, last: Frame, new: Frame) -> Frame:
    if new.periods:
        is_second = new.ask in _COMPARING and len(new.periods) == 1 and bool(last.periods)
        periods = (last.periods[0], new.periods[0]) if is_second else new.periods
        return frame.with_changes(periods=periods, is_default_period=False, against=None)
    if new.against is None or not last.periods or new.ask in _COMPARING:
        return frame
    whole = last.periods[0].period
    moved = (
        whole.year_before() if new.against == "year_before" else whole.shifted(1 if new.against == "following" else -1)
    )
    return frame.with_changes(periods=(QueryPeriod.of(moved),), is_default_period=False, against=None)


def explain_amount(last: Frame) -> Frame:
    """ "Why so much?": where the amount came from, one level below what was asked."""
    by = Dimension.COUNTERPARTY if last.objects else Dimension.CATEGORY
    return last.with_changes(ask=Operation.BREAKDOWN, group_by=(by,), measure=_sum_of(last))
