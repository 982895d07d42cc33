"""Pairs: the last two questions held against each other: "what is the difference?", "how much more was the UPI one?",
"the second is what percent of the first?"."""

import re
from collections.abc import Sequence

from agents.plan import Operation
from agents.planner.frame import Frame, Topic
from agents.planner.parse import COMPARING
from agents.planner.slots import merged
from core.insights.buckets import WEEKEND_DAYS, WORKING_DAYS
from core.insights.query import Dimension, Filter, Flow, Measure, Operator

_FIRST, _SECOND = r"first|former|1st", r"second|latter|2nd"
_SHARE = r"(?:percent(?:age)?|per ?cent|%|share|fraction|proportion|part)"
_OF_EACH = re.compile(
    rf"\b(?P<part>{_FIRST}|{_SECOND})\b.*\b{_SHARE}\b.* of (?:the )?(?P<whole>{_FIRST}|{_SECOND})\b"
    rf"|(?<!\w){_SHARE} of (?:the )?(?P<whole_said>{_FIRST}|{_SECOND})\b.* (?P<part_said>{_FIRST}|{_SECOND})\b"
)
_OF_NAMED = re.compile(
    rf"^(?:(?:so|and|ok|then) )*(?:that|it|this)(?:'s| is| was| makes| comes to)? (?:as )?(?:what |a |how many )*"
    rf"{_SHARE} of\b"
    rf"|(?<!\w){_SHARE} of .+ (?:is|was|makes) (?:that|it|this)$"
    rf"|^(?:(?:so|and|ok|then|now) )*(?:as|in|what is (?:that|it) as) (?:a |terms of )?(?:the )?{_SHARE} of "
    r"(?!(?:it|them)\b)"
    r"(?!.*\b(?:how|what|which|was|were|is|are|did|does|do|has|have)\b)"
)
_MORE_THAN = re.compile(
    r"\b(?:is|was|were) (?:that|it|this|those|these) (?:any )?"
    r"(?:more|less|higher|lower|bigger|smaller|larger|greater|fewer|costlier|cheaper) than\b"
    r"|\bcompare[ds]? (?:that |it |this |those )?(?:to|with|against)\b"
)
_LESS_THAN = re.compile(r"\b(?:less|lower|smaller|fewer|cheaper) than\b")
_OF_BOTH = re.compile(
    r"\b(?:of|from) (?:the |those |these )?(?:two|both)(?: of (?:them|these|those))?"
    r"(?: together| combined| put together)?\b"
    r"|\bof (?:them|these|those|the total) (?:together|combined|put together)\b"
)
_WHICH = re.compile(r"\b(?:which|who|what)\b")
_LESS_THAN_OTHER = re.compile(r"\b(?:less|lower|smaller|fewer|cheaper)\b")
_HELD_BY = frozenset({"category", "counterparty", "channel", "weekday", "weekend"})
"""Of what two can be held against each other."""
_SUMS = (None, Operation.VALUE)


def paired(last: Frame, before: Frame, new: Frame) -> Frame | None:
    """The last two questions held against each other, as `new` asks: of two periods, or of two things."""
    names_two = new.ask in (Operation.RANK, Operation.BREAKDOWN) and last.objects != before.objects
    if not (new.ask in COMPARING or names_two) or last.topic or before.topic or last.measure is not before.measure:
        return None
    asked = last.with_changes(ask=new.ask, sign=new.sign, group_by=(), against=None, unit=None, limit=None)
    if last.objects == before.objects and last.periods and before.periods and last.periods != before.periods:
        both = (last.periods[0], before.periods[0])
        return asked.with_changes(periods=tuple(sorted(both, key=lambda period: period.start, reverse=True)))
    if (
        new.ask in (Operation.COMPARE, Operation.DIFFERENCE)
        and (ways := _apart(last, before))
        and ways[0] in last.conditions
    ):
        both = ways[0].model_copy(update={"values": (*ways[1].values, *ways[0].values)})
        kept = (f for f in last.conditions if f.field != both.field)
        differs = new.ask is Operation.DIFFERENCE
        return asked.with_changes(ask=Operation.VERSUS, conditions=(*kept, both), asks_difference=differs)
    fields = {f.field for f in last.objects} & {f.field for f in before.objects}
    of_same_days = last.objects != before.objects and last.periods == before.periods
    if of_same_days and len(fields) == 1 and new.ask is not Operation.GROWTH:
        objects = merged([f for f in (*before.objects, *last.objects) if f.field in fields])
        differs = new.ask is Operation.DIFFERENCE
        return asked.with_changes(ask=Operation.VERSUS, objects=objects, asks_difference=differs)
    return None


_TWO_STRETCHES = re.compile(r"\bthe (?:two|2) (?P<unit>day|week|month|quarter|year)s\b")


def two_spoken(text: str, frames: Sequence[Frame], new: Frame) -> Frame | None:
    """ "The difference between the two quarters' totals", whatever was asked of one of them since: the last two sums of
    such periods held against each other."""
    said = _TWO_STRETCHES.search(text)
    if said is None or new.ask not in COMPARING or new.names_anything:
        return None
    sums = [frame for frame in frames if frame.topic is None and frame.ask in _SUMS and len(frame.periods) == 1]
    sums = [frame for frame in sums if frame.periods[0].unit == said["unit"]]
    return paired(sums[0], sums[1], new) if len(sums) > 1 else None


def balances_held(last: Frame, before: Frame, new: Frame) -> Frame | None:
    """ "What is the difference between the two?", after what was held on two days: the later less the earlier."""
    are_of_same = last.topic is before.topic is Topic.BALANCE and last.conditions == before.conditions
    if not are_of_same or new.ask not in COMPARING or not (last.periods and before.periods):
        return None
    return last.with_changes(ask=new.ask, sign=new.sign, periods=(*last.periods[:1], *before.periods[:1]))


_THAT_THAN = re.compile(r"\b(?:that|it|this|they)(?: one)? than\b")


_OVER = re.compile(
    r"\b(?:over(?:sp[ea]n[dt]\w*|shot|shoot|drawn)?|short|shortfall|deficit|exceed\w*|too much|minus|loss)\b"
)
""" "By how much did I overspend?": what went out less what came in."""


_WENT_OVER = re.compile(r"\b(?:oversp[ea]n[dt]\w*|(?:go|went|going|gone|run|ran|been) (?:over|short)|fall short)\b")


def gap_of_net(text: str, last: Frame, new: Frame) -> Frame | None:
    """ "By how much?", after "did I spend more than I earned?": how far apart the two are; "by how much did we go
    over?", after what was spent of all, or came in."""
    asks = new.ask is Operation.DIFFERENCE and not new.against and last.topic is None and last.ask in _SUMS
    of_all = last.measure in (Measure.SPEND, Measure.INCOME) and not (last.objects or last.without)
    if not asks or not (last.measure is Measure.NET or (of_all and _WENT_OVER.search(text))):
        return None
    sign = "less" if _OVER.search(text) else "size"
    return last.with_changes(ask=Operation.VALUE, measure=Measure.NET, flow=Flow.ANY, sign=sign, asks_amount=False)


def left_of_income(text: str, last: Frame, before: Frame, new: Frame) -> Frame | None:
    """ "So by how much did we go over?", "the difference?", after what came in and what went out, of all: of the one
    less the other."""
    sides = {last.measure, before.measure} == {Measure.SPEND, Measure.INCOME}
    of_all = not any((last.objects, before.objects, last.without, before.without))
    alike = last.periods == before.periods and last.conditions == before.conditions and last.topic is before.topic
    asks = new.ask in (Operation.DIFFERENCE, Operation.COMPARE) and not new.against
    if not (sides and of_all and alike and asks) or last.topic or not {last.ask, before.ask} <= set(_SUMS):
        return None
    sign = "less" if _OVER.search(text) else "size"
    return last.with_changes(ask=Operation.VALUE, measure=Measure.NET, flow=Flow.ANY, sign=sign, asks_amount=False)


def share_of_both(text: str, last: Frame, before: Frame, new: Frame) -> Frame | None:
    """ "Out of those two together card is what percent?": of two things, or ways of paying, the one that is named."""
    said = (*new.objects, *new.conditions)
    parts = _apart(last, before)
    if not _OF_BOTH.search(text) or new.ask is not Operation.SHARE or len(said) != 1 or said[0] not in parts:
        return None
    both = said[0].model_copy(update={"values": tuple(value for part in parts for value in part.values)})
    part = last if said[0] in (*last.objects, *last.conditions) else before
    return share_of(part, part.with_changes(**_with_both(part, both)))


def _with_both(frame: Frame, both: Filter) -> dict[str, object]:
    """The two things of which a sum was of one, in its place."""
    place = "objects" if any(f.field == both.field for f in frame.objects) else "conditions"
    return {place: (*(f for f in getattr(frame, place) if f.field != both.field), both)}


def grown_most(last: Frame, before: Frame, new: Frame) -> Frame | None:
    """ "Which category made the biggest increase?", of two periods that were asked about one after the other."""
    alike = last.with_changes(periods=(), asks_amount=False, is_default_period=False) == before.with_changes(
        periods=(), asks_amount=False, is_default_period=False
    )
    if new.ask is not Operation.MOVED or new.periods or new.against or not alike or last.periods == before.periods:
        return None
    if len(last.periods) != 1 or len(before.periods) != 1 or last.topic or last.ask not in _SUMS:
        return None
    both = sorted((*last.periods, *before.periods), key=lambda period: period.start, reverse=True)
    return last.with_changes(ask=new.ask, group_by=new.group_by, sign=new.sign, periods=tuple(both))


def first_of_two(text: str, last: Frame, new: Frame) -> Frame | None:
    """ "Which of the two was higher?", of things that were just held against each other."""
    fields = {f.field for f in (*last.objects, *last.conditions) if len(f.values) > 1}
    asks = new.ask is Operation.COMPARE and not new.against and _WHICH.search(text) is not None
    if last.ask is not Operation.VERSUS or not asks or len(fields) != 1 or not fields <= _HELD_BY:
        return None
    by = (Dimension(next(iter(fields))),)
    is_lower = _LESS_THAN_OTHER.search(text) is not None
    ranked = {"ask": Operation.RANK, "group_by": by, "limit": 1, "descending": not is_lower, "asks_difference": False}
    return last.with_changes(**ranked, measure=last.measure or Measure.SPEND)


def first_of_joined(last: Frame, new: Frame, *, lower: bool) -> Frame | None:
    """ "Who sent less?", of those of whom the last question told one sum together."""
    named = [f for f in last.objects if f.field in ("category", "counterparty") and f.operator is Operator.IN]
    is_joined = len(last.objects) == len(named) == 1 and len(named[0].values) > 1 and last.ask in _SUMS
    fits = is_joined and last.topic is None and new.ask in (Operation.RANK, Operation.COMPARE) and not new.against
    if not fits or new.group_by not in ((), (Dimension(named[0].field),)):
        return None
    ranked = {"ask": Operation.RANK, "group_by": (Dimension(named[0].field),), "limit": 1, "descending": not lower}
    return last.with_changes(**ranked, asks_amount=False)


def gap_told(last: Frame, new: Frame) -> Frame | None:
    """ "By how much?", after "was September dearer?": of the two that were just compared, the way they were."""
    holds_two = last.ask in COMPARING and (len(last.periods) > 1 or last.against is not None)
    if new.ask is not Operation.DIFFERENCE or new.against or last.topic or not holds_two:
        return None
    return last.with_changes(ask=Operation.DIFFERENCE, sign="size" if new.sign == "more" else new.sign, group_by=())


_IN_PERCENT = re.compile(
    r"(?:(?:and|so|ok|then|now) )*(?:(?:what|how much) (?:is|was) (?:that|it|this) |(?:is|was) (?:that|it) |that is )?"
    r"(?:(?:in|as|by|what|which|how many|a|the|terms of) )*(?:percent(?:age)?|per ?cent|%)"
    r"(?: (?:terms|wise|is (?:that|it)|was (?:that|it)|then|please))*"
)


def percent_of_change(text: str, last: Frame, new: Frame) -> Frame | None:
    """ "In percent?", after one period was held against another: by how many percent it rose or fell."""
    holds_two = last.ask in COMPARING and (len(last.periods) == 2 or last.against is not None)
    if new.ask is not Operation.SHARE or last.topic or not holds_two or not _IN_PERCENT.fullmatch(text):
        return None
    return last.with_changes(ask=Operation.GROWTH, group_by=(), asks_amount=False)


_HALVES: dict[frozenset[str], str] = {
    frozenset(WEEKEND_DAYS): "weekend",
    frozenset(WORKING_DAYS): "weekday",
}


def halves_of_week(last: Frame, before: Frame, new: Frame) -> Frame | None:
    """ "Which was more?", of weekends and weekdays that were asked about one after the other."""
    days = [tuple(f for f in frame.conditions if f.field == "weekday") for frame in (before, last)]
    kept = [tuple(f for f in frame.conditions if f.field != "weekday") for frame in (before, last)]
    halves = tuple(_HALVES.get(frozenset(map(str, found[0].values)), "") for found in days if len(found) == 1)
    is_alike = last.with_changes(conditions=(), asks_amount=False) == before.with_changes(
        conditions=(), asks_amount=False
    )
    if set(halves) != {"weekend", "weekday"} or kept[0] != kept[1] or not is_alike:
        return None
    if new.ask not in (Operation.COMPARE, Operation.DIFFERENCE) or last.ask not in _SUMS:
        return None
    both = Filter(field="weekend", operator=Operator.IN, values=halves)
    differs = {"asks_difference": new.ask is Operation.DIFFERENCE, "sign": new.sign}
    return last.with_changes(ask=Operation.VERSUS, conditions=(*kept[1], both), **differs)


def differ_otherwise(last: Frame, before: Frame) -> bool:
    """Whether two sums of the same days differ in other than a thing: which two would be held against each other?"""
    same_days = last.periods == before.periods and last.topic is None and before.topic is None
    return same_days and last.objects == before.objects and last.conditions != before.conditions


def differ_in_two(last: Frame, before: Frame) -> bool:
    """Whether two sums are of other things and of other days, so that neither alone explains what sets them apart."""
    is_of_things = bool(last.objects and before.objects) and last.topic is None and before.topic is None
    return is_of_things and last.objects != before.objects and last.periods != before.periods


def named_first(text: str, last: Frame, before: Frame | None, new: Frame) -> Frame | None:
    """ "How much more was the UPI one?", after sums by UPI and by card, or by card alone: the one that is named, less
    the other. "How much more is that than by UPI" has it the other way round."""
    said = (*new.objects, *new.conditions)
    if new.ask is not Operation.DIFFERENCE or len(said) != 1 or new.against or new.periods not in ((), last.periods):
        return None
    parts = (_apart(last, before) if before else None) or _beside(said[0], last)
    other = next((part for part in parts if part != said[0]), None) if said[0] in parts else None
    if other is None:
        return None
    first, second = (other, said[0]) if _THAT_THAN.search(text) else (said[0], other)
    both = said[0].model_copy(update={"values": (*first.values, *second.values)})
    held = last.with_changes(
        ask=Operation.VERSUS, asks_difference=True, sign=new.sign, group_by=(), limit=None, against=None
    )
    place = "objects" if new.objects else "conditions"
    kept = (f for f in getattr(last, place) if f.field != both.field)
    return held.with_changes(**{place: (*kept, both)})


def more_than_named(text: str, last: Frame, new: Frame) -> Frame | None:
    """ "Is that more than I spent on fuel?": the last sum held against the same sum of what is named."""
    names_more = any((new.conditions, new.without, new.topic)) or new.periods not in ((), last.periods)
    if not _MORE_THAN.search(text) or not new.objects or names_more or last.ask not in _SUMS:
        return None
    named = last.with_changes(objects=new.objects, without=())
    sign = "less" if _LESS_THAN.search(text) else "more"
    return paired(named, last, new.with_changes(ask=Operation.DIFFERENCE, sign=sign))


def _apart(last: Frame, before: Frame) -> tuple[Filter, ...]:
    """The one thing, or the one way of paying, in which two sums differ."""
    same = {"objects": (), "conditions": (), "is_default_period": False, "asks_amount": False}
    of_last, of_before = ((*frame.objects, *frame.conditions) for frame in (last, before))
    only_last = [one for one in of_last if one not in of_before]
    if last.with_changes(**same) != before.with_changes(**same) or len(only_last) != 1:
        return ()
    return _beside(only_last[0], before)


def _beside(one: Filter, last: Frame) -> tuple[Filter, ...]:
    """It, and what the last sum was of, where these are two of a kind."""
    of_last = [f for f in (*last.objects, *last.conditions) if f.field == one.field]
    fits = last.ask in _SUMS and last.topic is None and len(of_last) == 1 and one.field in _HELD_BY
    is_named = all(f.operator is Operator.IN and len(f.values) == 1 for f in (one, *of_last))
    return (one, of_last[0]) if fits and is_named and one != of_last[0] else ()


def names_each(text: str) -> bool:
    """Whether it asks which share one of the last two questions' figures is of the other's."""
    return _OF_EACH.search(text) is not None


def asks_share_of_other(text: str, last: Frame, new: Frame) -> bool:
    """Whether what was found is to be a share of another time's sum; or it is one payment, and no sum."""
    is_single = last.measure in (Measure.LARGEST, Measure.SMALLEST)
    asks = new.ask is Operation.SHARE and _OF_NAMED.search(text) is not None
    return asks and (is_single or new.periods not in ((), last.periods))


def share_of_each(text: str, last: Frame, before: Frame) -> Frame | None:
    """ "The second is what percent of the first?", of the last two sums."""
    said = _OF_EACH.search(text)
    if said is None:
        return None
    part, whole = said["part"] or said["part_said"], said["whole"] or said["whole_said"]
    is_first = [bool(re.fullmatch(_FIRST, word)) for word in (part, whole)]
    if is_first[0] == is_first[1]:
        return None
    return share_of(before, last) if is_first[0] else share_of(last, before)


def share_of(part: Frame, whole: Frame) -> Frame | None:
    """One sum as a share of another; None where they are of different times, or no sums of the same kind."""
    sums = all(frame.ask in _SUMS and not frame.without and frame.topic is None for frame in (part, whole))
    is_alike = part.periods == whole.periods and part.measure is whole.measure and part.flow is whole.flow
    of_income = sums and whole.flow is Flow.IN and part.flow is not Flow.IN and part.periods == whole.periods
    if not sums or not (is_alike or of_income):
        return None
    said = (*whole.objects, *whole.conditions)
    of = "income" if of_income else "spending"
    return part.with_changes(ask=Operation.SHARE, share_of=of, whole=said, group_by=(), limit=None)


def share_of_named(text: str, last: Frame, new: Frame) -> Frame | None:
    """ "That's what % of my October shopping?": the last sum as a share of what is named."""
    if not _OF_NAMED.search(text) or new.ask is not Operation.SHARE or new.periods not in ((), last.periods):
        return None
    if not (last.objects or last.conditions):
        return None
    whole = {
        "objects": new.objects,
        "conditions": new.conditions,
        "flow": Flow.IN if new.flow is Flow.IN else last.flow,
    }
    return share_of(last, last.with_changes(**whole))


def whole_before(last: Frame, before: Frame) -> Frame | None:
    """ "What percentage is that?", after a sum and a part of it: the part as a share of the sum; None where the last
    question was about no part of the one before."""
    said, whole = (*last.objects, *last.conditions), (*before.objects, *before.conditions)
    is_part = last.periods == before.periods and set(whole) < set(said) and last.topic is None and before.topic is None
    if not is_part:
        return None
    return last.with_changes(ask=Operation.SHARE, share_of="spending", whole=whole, group_by=(), limit=None)


def of_two_things(frames: Sequence[Frame]) -> tuple[Frame, Frame] | None:
    """The last two of these that are about different things."""
    last = frames[0]
    before = next((frame for frame in frames[1:] if frame.objects != last.objects), None)
    return (last, before) if before else None
