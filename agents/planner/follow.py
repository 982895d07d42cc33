"""Follow-ups: a question that leans on the last one, as an edit of its frame."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from typing import Literal

from agents.plan import Operation
from agents.planner.alert_turns import edited_alerts
from agents.planner.frame import Frame, Topic, left_out, put_back
from agents.planner.intended import TIMES
from agents.planner.parse import COMPARING, Parsed
from agents.planner.slots import INCOME_CATEGORIES, merged
from core.insights.buckets import WEEK_DAYS
from core.insights.query import Dimension, Filter, Flow, Measure, Operator, QueryPeriod
from core.periods import Period

_SINGLES = (Measure.LARGEST, Measure.SMALLEST, Measure.AVERAGE, Measure.MEDIAN)
_CHANGES = frozenset({Operation.CHANGED, Operation.RISEN})
_OF_ACCOUNTS = frozenset({Topic.BALANCE, Topic.FORECAST, Topic.COVERAGE})
ChangeSign = Literal["more", "less", "size"]
_FLOWS = frozenset({Measure.SPEND, Measure.INCOME, Measure.COUNT, Measure.NET})


def edit(last: Frame, parsed: Parsed) -> Frame:
    """`last` with what the follow-up says put in its place, and everything else kept."""
    if about := _of_other_topic(last, parsed):
        return about
    if parsed.asks_all and last.is_of_alerts:
        last = last.with_changes(reason=None, points_min=None, points_max=None)
    if last.topic is Topic.ALERTS:
        last = edited_alerts(last, parsed)
        if last.topic is Topic.ALERTS:
            return last
    last = last.with_changes(group_by=()) if last.topic is Topic.REFUNDS else last
    if other := _another_of(last, parsed) or _after_refunds(last, parsed.frame) or _to_new_payees(last, parsed):
        return other
    last = last.with_changes(missing="") if parsed.frame.objects else last
    last = _stretched(_beside(last, parsed), parsed.frame)
    if told := _of_what_was_told(last, parsed):
        return told
    return _with_slots(_of_first_period(last, parsed), parsed)


def _beside(last: Frame, parsed: Parsed) -> Frame:
    """The figure that an aside was about, where the follow-up changes something and asks for nothing itself."""
    new = parsed.frame
    asks = any((new.topic, new.ask, new.measure, new.group_by))
    changes = any((new.objects, new.without, new.conditions, new.periods, new.against))
    narrows_list = last.ask is Operation.LIST and parsed.narrows  # "only the ones above 1,000": of what is shown
    if asks or narrows_list or not changes:
        return last.with_changes(is_aside=False)
    return figure_of(last)


def figure_of(last: Frame) -> Frame:
    """The figure that an aside was about; any other question as it was asked."""
    if not last.is_aside:
        return last
    if last.ask is Operation.MOVED:
        both = {"periods": tuple(reversed(last.periods)), "group_by": (), "sign": "more", "is_aside": False}
        return last.with_changes(ask=Operation.COMPARE, **both)
    return last.as_sum(Measure.COUNT if last.measure is Measure.COUNT else None)


def _of_other_topic(last: Frame, parsed: Parsed) -> Frame | None:
    """What is asked of something else than the last question was about, of the same things or days where that fits."""
    new = parsed.frame
    if last.topic in _OF_ACCOUNTS and new.topic is None and (new.objects or new.measure in _FLOWS):
        return new
    if last.topic is Topic.RECURRING and last.objects and new.topic is None and _is_of_days(new):
        return new.with_changes(objects=new.objects or last.objects, flow=new.flow or last.flow)
    if last.topic is Topic.DUPLICATES and new.topic is None and new.measure in _FLOWS:
        return new.with_changes(objects=new.objects or last.objects, periods=new.periods or last.periods)
    if new.topic is None or new.topic is last.topic:
        return None
    if new.topic is Topic.ALERTS:
        same = tuple(f for f in last.conditions if f.field != "alert") if last.is_of_alerts else ()
        return new.with_changes(periods=new.periods or last.periods, conditions=new.conditions or same)
    if new.topic in (Topic.REFUNDS, Topic.DUPLICATES) and last.topic is None:
        kept = {"without": last.without, "conditions": last.conditions} if not new.objects else {}
        return new.with_changes(objects=new.objects or last.objects, periods=new.periods or last.periods[:1], **kept)
    if new.topic is Topic.RECURRING and (parsed.points or new.is_next):  # "what do they cost monthly"
        return new.with_changes(objects=new.objects or last.objects, flow=new.flow if new.objects else last.flow)
    return new


def _is_of_days(new: Frame) -> bool:
    """Whether it asks of payments as they were made, and not of what comes back: "what has it come to this year?"."""
    return bool(new.periods) or new.measure is Measure.COUNT or new.ask in (Operation.WHEN_LAST, Operation.WHEN_FIRST)


def _after_refunds(last: Frame, new: Frame) -> Frame | None:
    """ "When was the last?", "my largest purchase there?", "how many were from Amazon?", after what came back."""
    if last.topic is not Topic.REFUNDS:
        return None
    same = {"objects": new.objects or last.objects, "periods": new.periods or last.periods, "group_by": ()}
    if new.topic is None and new.ask is Operation.LIST and new.limit == 1 and new.latest:
        return last.with_changes(**same, latest=new.latest, asks_amount=True)  # "how much was the latest one?"
    if new.topic is None and new.ask in (Operation.WHEN_LAST, Operation.WHEN_FIRST):
        return last.with_changes(**same, latest="earliest" if new.ask is Operation.WHEN_FIRST else "latest")
    if new.topic is None and new.ask is Operation.BREAKDOWN and new.group_by == (Dimension.COUNTERPARTY,):
        return last.with_changes(**{**same, "group_by": new.group_by})  # "who were they from?"
    if _asks_of_purchases(new):
        return new.with_changes(**same)
    if new.topic is None and new.ask in (None, Operation.VALUE):
        return last.with_changes(**same, measure=Measure.COUNT if new.measure is Measure.COUNT else None)
    return None


def _to_new_payees(last: Frame, parsed: Parsed) -> Frame | None:
    """ "How much went to them?", "in how many payments?", after who, or how many, were paid for the first time."""
    was_of_new = last.measure is Measure.NEW_COUNTERPARTIES or last.ask in (Operation.MET, Operation.TO_NEW)
    new = parsed.frame
    counts = new.measure is Measure.COUNT and _names_nothing(new.with_changes(measure=None))
    if not was_of_new or not (counts or _wants_plain_sum(parsed)):
        return None
    measure = Measure.COUNT if counts else Measure.SPEND
    return last.with_changes(ask=Operation.TO_NEW, measure=measure, periods=new.periods or last.periods)


def _of_what_was_told(last: Frame, parsed: Parsed) -> Frame | None:
    """What is asked of the very thing that was told: of the first of ranks, of the one payment, of two held apart."""
    new = parsed.frame
    if which := _which_of_them(last, parsed):
        return which
    is_rank = last.ask is Operation.RANK and (last.limit or 1) == 1
    if is_rank and parsed.asks_amount and not parsed.asks_total and _names_nothing(new):
        return last.with_changes(asks_amount=True)
    if is_rank and last.measure is new.measure is Measure.COUNT and _names_nothing(new.with_changes(measure=None)):
        return last.with_changes(asks_amount=True)  # "how many times?", of who was paid most often
    if is_rank and last.told_by and new == Frame(ask=Operation.WHEN_LAST):
        return last.with_changes(asks_amount=False)  # "which date is that?", of the day that came first
    if not parsed.asks_altogether and (one := _about_the_one(last, new, asks_amount=parsed.asks_amount)):
        return one
    if apart := _how_far_apart(last, new):
        return apart
    if new.measure is Measure.NET and not new.objects:
        return new.with_changes(periods=new.periods or last.periods[:1])
    return None


def _with_slots(last: Frame, parsed: Parsed) -> Frame:
    """`last` with each slot that the follow-up fills in the place of its own."""
    new = parsed.frame
    without = _together(last.without, _part_left_out(last, new))
    frame = last.with_changes(objects=_objects(last, parsed), without=without)
    frame = _directed(frame).with_changes(are_apart=new.are_apart) if new.objects else frame
    frame, last = _other_way(frame, last, new)
    frame = frame.with_changes(conditions=_conditions(_kept_conditions(last, parsed), new.conditions))
    adds_up = parsed.asks_amount or (parsed.asks_total and last.measure is Measure.COUNT)
    frame = _measured(frame, new, asks_amount=adds_up and new.ask in (None, Operation.VALUE))
    frame = _shared(_asked(frame, new), last, parsed)
    if new.ask is None and new.measure is None and _wants_sum(last, parsed):
        frame = frame.with_changes(ask=Operation.VALUE, measure=last.plain, group_by=(), limit=None, latest=None)
    if frame.ask is Operation.PACE and last.is_default_period and not new.periods:
        return frame.with_changes(periods=(), is_default_period=False)  # over what a mean is usually taken of
    shows_those = new.ask is Operation.LIST and new.limit is None and last.ask in (None, Operation.VALUE)
    return _timed(frame.with_changes(is_aside=shows_those), last, parsed)


def _kept_conditions(last: Frame, parsed: Parsed) -> tuple[Filter, ...]:
    """The conditions of the last question that are still meant: of "in total", of which accounts; of "all days", all
    but days and hours."""
    kept = tuple(f for f in last.conditions if f.field in ("account", "alert")) if parsed.asks_all else last.conditions
    return tuple(f for f in kept if f.field not in _TIMES_OF_DAYS) if parsed.asks_any_time else kept


_TIMES_OF_DAYS = frozenset({"weekday", "weekend", "hour"})


def _of_first_period(last: Frame, parsed: Parsed) -> Frame:
    """ "How much of it was the cinema?", after October was held against September: of October."""
    new, asks_sum = parsed.frame, parsed.asks_amount and parsed.frame.ask in (None, Operation.VALUE)
    is_of_pair = last.ask in COMPARING and len(last.periods) == 2 and bool(new.objects) and not new.periods
    return last.with_changes(periods=last.periods[:1]) if is_of_pair and asks_sum else last


def _other_way(frame: Frame, last: Frame, new: Frame) -> tuple[Frame, Frame]:
    """ "And cash?", after what went by card: cash that is drawn goes by no other way; nor "and by card?" after it."""
    is_way = any(f.field == "channel" for f in new.conditions)
    if "cash" in new.values_of("category"):
        return frame, last.with_changes(conditions=tuple(f for f in last.conditions if f.field != "channel"))
    if is_way and not new.objects and last.values_of("category") == frozenset({"cash"}):
        return frame.with_changes(objects=()), last
    return frame, last


def _asks_of_purchases(new: Frame) -> bool:
    """ "And my largest purchase there?", of what was paid, and not of what came back."""
    return new.topic is None and new.flow is Flow.OUT and new.measure in (*_SINGLES, Measure.COUNT, Measure.SPEND)


def _another_of(last: Frame, parsed: Parsed) -> Frame | None:
    """ "And who came second?" of what was ranked or listed; "and most recently?" of what was asked for the first
    time."""
    new = parsed.frame
    if any((new.objects, new.periods, new.conditions, new.without, new.topic)) or last.topic is not None:
        return None
    if new.position > 1 and has_places(last):
        return placed_among(last, parsed)
    if new.position > 1 and last.ask is Operation.BREAKDOWN:
        return last.with_changes(position=new.position)  # which has no places, and is asked back about
    asks_one = new.ask is Operation.LIST and new.limit == 1 and new.position == 1 and not parsed.asks_amount
    if asks_one and last.ask is Operation.WHEN_FIRST and new.latest == "latest":
        return last.with_changes(ask=Operation.WHEN_LAST, latest=None, position=1)
    return None


def has_places(last: Frame) -> bool:
    """Whether what was shown has a second and a third: ranks, sums of groups by their size, payments in an order."""
    if last.ask is Operation.BREAKDOWN:
        return len(last.group_by) == 1 and last.group_by[0] not in TIMES
    of_payments = last.ask in (Operation.WHO, Operation.LIST) or last.measure in (Measure.LARGEST, Measure.SMALLEST)
    return last.topic is None and (last.ask is Operation.RANK or of_payments)


def ranks_spoken_of(last: Frame, earlier: Sequence[Frame]) -> Frame | None:
    """What was shown and has places: the last question's, or the ranks before it where it only asked what came first
    came to."""
    if has_places(last):
        return last
    before = earlier[0] if earlier else None
    is_of_first = last.ask is Operation.VALUE and last.topic is None
    is_ranked = before is not None and before.ask is Operation.RANK and before.topic is None
    if before is None or not (is_of_first and is_ranked) or before.measure is not last.measure:
        return None
    dimension = before.group_by[0] if before.group_by else None
    is_part = last.objects != before.objects if dimension not in TIMES else last.periods != before.periods
    return before if is_part else None


def shows_so_many(frame: Frame, number: int) -> bool:
    """Whether so many payments, or groups by their size, were shown."""
    if frame.ask not in (Operation.RANK, Operation.LIST) or frame.topic is not None or number < 2:
        return False
    one_by_one = frame.ask is Operation.RANK and frame.position == number  # "who came next?", "and the third?"
    return one_by_one or (frame.position == 1 and frame.limit == number)


def shows_several(frame: Frame) -> bool:
    """Whether payments, or groups by their size, were shown, however many."""
    is_whole = frame.ask is Operation.LIST and frame.topic is None and frame.limit is None
    return is_whole or shows_so_many(frame, frame.limit or 0)


def placed_among(last: Frame, parsed: Parsed) -> Frame:
    """The one in the place that is asked for, of what was shown."""
    new = parsed.frame
    asks_sum = parsed.asks_amount or (
        new.measure is Measure.LARGEST and not parsed.asks_which
    )  # "how much was the third"
    if last.ask in (Operation.RANK, Operation.BREAKDOWN):
        asks_amount = asks_sum or (last.asks_amount and last.position > 1)
        return last.with_changes(ask=Operation.RANK, position=new.position, limit=1, asks_amount=asks_amount)
    asks_who = new.group_by == (Dimension.COUNTERPARTY,) or (last.ask is Operation.WHO and not asks_sum)
    asks = new.ask if new.ask is Operation.WHEN_LAST else Operation.WHO if asks_who else Operation.LIST
    return last.with_changes(
        ask=asks, position=new.position, limit=new.position, latest=_single(last) or last.latest or "latest",
        measure=None, asks_amount=False,
    )  # fmt: skip


def ends_apart(last: Frame, before: Frame, new: Frame) -> Frame | None:
    """ "The difference between the two?", after the largest and the smallest payment of the same."""
    plain = {"ask": None, "measure": None, "latest": None, "limit": None, "group_by": (), "flow": None}
    plain |= {"descending": True, "asks_amount": False, "is_default_period": False}
    same = last.with_changes(**plain) == before.with_changes(**plain)
    ends = {_single(last), _single(before)}
    if new.ask is not Operation.DIFFERENCE or new.against or not same or ends != {"largest", "smallest"}:
        return None
    return last.with_changes(ask=Operation.RANGE, measure=None, latest=None, limit=None, group_by=())


def _how_far_apart(last: Frame, new: Frame) -> Frame | None:
    """ "By how much was eating out ahead?", of two things that were just held against each other."""
    names_others = any(not _holds(last.objects, one) for one in new.objects)
    if last.ask is not Operation.VERSUS or new.ask is not Operation.DIFFERENCE or names_others or new.conditions:
        return None
    return last.with_changes(asks_difference=True, sign="size", periods=new.periods or last.periods, group_by=())


def size_of_change(last: Frame, new: Frame) -> Frame | None:
    """ "By how much?", of a price that changed, or of two months of which the larger was told; "and which went down?",
    of prices that rose."""
    if last.ask in _CHANGES and new.ask is Operation.DIFFERENCE and not (new.names_anything or new.against):
        turns = new.sign == "less" and last.sign != "less"
        return last.with_changes(sign="less") if turns else last.with_changes(of_change="difference")
    return _between_ranks(last, new)


def _between_ranks(last: Frame, new: Frame) -> Frame | None:
    """ "By how much?", of two months of which the larger was told."""
    names_more = new.names_anything or new.against or new.ask is not Operation.DIFFERENCE
    unit = last.told_by if last.group_by[:1] and last.group_by[0] in TIMES else None
    if names_more or last.ask is not Operation.RANK or not last.periods or unit is None:
        return None
    stretch = _stretch(last.periods)
    are_two = Period.of(unit, stretch.start).end == Period.of(unit, stretch.end - _DAY).start
    return last.with_changes(ask=Operation.RANGE, measure=last.plain) if are_two else None


_DAY = timedelta(days=1)


def _holds(objects: tuple[Filter, ...], part: Filter) -> bool:
    return any(f.field == part.field and set(part.values) <= set(f.values) for f in objects)


def _stretched(last: Frame, new: Frame) -> Frame:
    """Months that follow each other and were added up are one stretch to whatever else is asked of them."""
    periods = sorted((p.period for p in last.periods), key=lambda period: period.start)
    asks_sum = new.ask in (None, Operation.VALUE) and new.measure in (None, Measure.SPEND, Measure.INCOME)
    was_sum = last.ask in (None, Operation.VALUE)
    if len(periods) < 2 or asks_sum or not was_sum or new.ask in COMPARING:
        return last
    if any(one.end != other.start for one, other in pairwise(periods)):
        return last
    return last.with_changes(periods=(QueryPeriod.of(_stretch(last.periods)),))


def _shared(frame: Frame, last: Frame, parsed: Parsed) -> Frame:
    """ "What share of it was the hospital?": of what the last question asked about, or, where that was a share, of the
    same whole; of an income, what was spent."""
    new = parsed.frame
    if new.ask is not Operation.SHARE or new.whole:
        return frame
    if last.flow is Flow.OUT and new.values_of("category") and new.values_of("category") <= INCOME_CATEGORIES:
        of_income = {"share_of": "income", "objects": last.objects, "whole": new.objects}
        return frame.with_changes(**of_income, flow=Flow.OUT, measure=Measure.SPEND)  # "what share of my salary is it?"
    if last.flow is Flow.IN and new.flow is not Flow.IN:
        of_income = {"share_of": "income", "objects": new.objects, "whole": last.objects}
        return frame.with_changes(**of_income, flow=Flow.OUT, measure=Measure.SPEND)
    was_share = last.ask is Operation.SHARE
    whole = last.whole if was_share and parsed.narrows else () if was_share else (*last.objects, *last.conditions)
    said = (*new.objects, *new.conditions)
    whole = tuple(f for f in whole if f not in said) or whole  # "what percent was the hospital", after its sum
    narrows = any(_is_part(one, whole) for one in said)
    return frame.with_changes(whole=whole) if whole and narrows else frame


def _is_part(one: Filter, whole: tuple[Filter, ...]) -> bool:
    """Whether it says something else than the whole does, or some of what that names."""
    same = [f for f in whole if f.field == one.field]
    return not same or any(set(one.values) < set(f.values) for f in same)


def _which_of_them(last: Frame, parsed: Parsed) -> Frame | None:
    """ "Which of the three was highest?", of groups or payments that were just shown."""
    new = parsed.frame
    if last.ask is Operation.BREAKDOWN and new.ask is Operation.LIST and new.limit == 1 and new.position == 1:
        parsed, new = _of_groups(parsed)  # "lowest one?", of the months that were shown
    if shown := _top_of_groups(last, new):
        return shown
    asks_one = parsed.asks_which or parsed.narrows
    if not asks_one or new.measure not in (Measure.LARGEST, Measure.SMALLEST) or new.objects or new.periods:
        return None
    largest = new.measure is Measure.LARGEST
    if last.ask is Operation.BREAKDOWN and last.group_by:
        ranked = last.with_changes(ask=Operation.RANK, group_by=last.group_by[:1], limit=1, descending=largest)
        return ranked.with_changes(asks_amount=parsed.tells_amount)
    if last.ask is Operation.RANK:
        return last.with_changes(limit=1, descending=largest)
    if last.ask is Operation.LIST:
        ask = Operation.WHO if parsed.asks_which and not parsed.tells_amount else Operation.LIST
        return last.with_changes(ask=ask, limit=1, latest="largest" if largest else "smallest")
    return None


def _top_of_groups(last: Frame, new: Frame) -> Frame | None:
    """ "The top three?", of the categories that were shown, where no payments are named."""
    names_more = any((new.objects, new.periods, new.conditions, new.without, new.group_by, new.flow, new.topic))
    was_of_groups = last.ask in (Operation.BREAKDOWN, Operation.RANK) and last.group_by
    if new.ask is not Operation.LIST or (new.limit or 1) < 2 or names_more or not was_of_groups:
        return None
    descending = {"largest": True, "smallest": False}.get(new.latest or "")
    if descending is None:
        return None
    ranked = {"ask": Operation.RANK, "group_by": last.group_by[:1], "limit": new.limit, "descending": descending}
    return last.with_changes(**ranked, position=1, asks_amount=new.asks_amount)


def _of_groups(parsed: Parsed) -> tuple[Parsed, Frame]:
    """The one payment that is largest or smallest as the one group that is."""
    measure = {"largest": Measure.LARGEST, "smallest": Measure.SMALLEST}.get(parsed.frame.latest or "")
    frame = parsed.frame.with_changes(measure=measure or parsed.frame.measure)
    return replace(parsed, frame=frame, asks_which=measure is not None), frame


def _wants_plain_sum(parsed: Parsed) -> bool:
    """ "How much went to them?": a sum, and nothing else that is named but a period."""
    new = parsed.frame
    asks_sum = parsed.asks_amount or parsed.asks_total or new.measure is Measure.SPEND
    return asks_sum and new.ask in (None, Operation.VALUE) and not (new.objects or new.conditions or new.group_by)


def rest_of(last: Frame, before: Frame | None = None) -> Frame | None:
    """ "And everything else?": all but what the last question added up; the same again where it left something out.
    Where the one `before` was about the same, and the last of one way of paying for it: by all the other ways."""
    is_left_over = last.ask is Operation.LIST and bool(last.without)  # of a list from which something was taken out
    if last.topic is not None or not (is_left_over or last.ask in (None, Operation.VALUE)):
        return None
    measure = Measure.COUNT if last.measure is Measure.COUNT else last.plain
    plain = last.with_changes(ask=Operation.VALUE, measure=measure)
    if is_left_over:
        return plain
    if before and before.objects == last.objects and before.conditions != last.conditions:
        return _by_other_ways(plain)
    if not last.objects:
        return _by_other_ways(plain) or (plain if last.without else None)
    parts = [f for f in last.objects if f.field == "counterparty"] if len(last.objects) > 1 else last.objects
    if any(f.operator is not Operator.IN for f in last.objects) or len(parts) != 1 or last.are_apart:
        return None
    whole = tuple(f for f in last.objects if f not in parts)
    return plain.with_changes(objects=whole, without=(*last.without, *left_out(parts)))


def _by_other_ways(last: Frame) -> Frame | None:
    """ "And the rest?", of what went by UPI, or on weekends: what went by anything else, on all other days."""
    ways = [f for f in last.conditions if f.field in ("channel", "weekday") and f.operator is Operator.IN]
    if len(ways) != 1 or last.without:
        return None
    if ways[0].field == "weekday":
        others = tuple(day for day in WEEK_DAYS if day not in ways[0].values)
        rest = (ways[0].model_copy(update={"values": others}),) if others else ()
        return last.with_changes(conditions=(*(f for f in last.conditions if f not in ways), *rest))
    return last.with_changes(conditions=(*(f for f in last.conditions if f not in ways), *left_out(ways)))


def _names_nothing(new: Frame) -> bool:
    return not (new.names_anything or new.against) and new.ask in (None, Operation.VALUE) and new.measure is None


def _wants_sum(last: Frame, parsed: Parsed) -> bool:
    """ "And the total?" after ranks or a list, "how much was it in rupees?" after a share."""
    of_many = last.ask in (
        Operation.RANK, Operation.BREAKDOWN, Operation.LIST, Operation.COUNT_GROUPS, Operation.WHEN_FIRST,
    )  # fmt: skip
    in_percent = last.ask in (Operation.SHARE, Operation.GROWTH)
    of_one = last.measure in (Measure.LARGEST, Measure.SMALLEST) or last.ask in (Operation.WHEN_LAST, Operation.WHO)
    of_more = parsed.frame.without or parsed.frame.periods or parsed.asks_altogether
    of_many = of_many or (of_one and bool(of_more))
    narrows_list = last.ask is Operation.LIST and bool(parsed.frame.conditions or parsed.frame.objects)
    return (parsed.asks_total and (of_many or in_percent)) or (parsed.asks_amount and (in_percent or narrows_list))


def _about_the_one(last: Frame, new: Frame, *, asks_amount: bool) -> Frame | None:
    """ "Which day was that?", "and to whom?", "what was the sum?", after a question about a single payment."""
    which = _single(last)
    others = new.objects if new.objects != last.objects else ()
    asks_other_end = new.latest in ("largest", "smallest") and new.latest != which  # "and when was the smallest?"
    if which is None or asks_other_end or any((others, new.periods, new.conditions, new.without, new.against)):
        return None
    same = last.with_changes(measure=None, limit=last.position, latest=which, unit=new.unit, group_by=())
    if _asks_other_end(last, new):
        return same.with_changes(ask=new.ask, latest=None, limit=1, position=1)
    if new.ask in (Operation.WHEN_LAST, Operation.WHEN_FIRST):
        return same.with_changes(ask=Operation.WHEN_FIRST if which == "earliest" else Operation.WHEN_LAST)
    if new.ask in (Operation.RANK, Operation.BREAKDOWN) and new.group_by == (Dimension.COUNTERPARTY,):
        return same.with_changes(ask=Operation.WHO)
    if new.group_by == (Dimension.CUSTOMER,) and last.measure in (Measure.LARGEST, Measure.SMALLEST):
        is_largest = last.measure is Measure.LARGEST
        return last.with_changes(ask=Operation.RANK, group_by=new.group_by, limit=1, descending=is_largest)
    is_sum = asks_amount or new.measure in (Measure.SPEND, Measure.INCOME)
    asks_sum = new.ask in (None, Operation.VALUE) and is_sum
    if asks_sum and last.ask in (Operation.WHEN_LAST, Operation.WHEN_FIRST, Operation.WHO):
        return same.with_changes(ask=Operation.LIST)
    return None


def _asks_other_end(last: Frame, new: Frame) -> bool:
    """ "When did I first shop there, and when last?", and the other way round."""
    if last.ask is Operation.WHEN_FIRST:
        return new.ask is Operation.WHEN_LAST and new.latest == "latest"
    return last.ask is Operation.WHEN_LAST and last.latest in (None, "latest") and new.ask is Operation.WHEN_FIRST


def _single(last: Frame) -> Literal["largest", "smallest", "latest", "earliest"] | None:
    """Which one payment the last question was about, if about one."""
    if last.measure in (Measure.LARGEST, Measure.SMALLEST):
        return "largest" if last.measure is Measure.LARGEST else "smallest"
    if last.ask is Operation.WHEN_FIRST:
        return "earliest"
    if last.ask in (Operation.WHEN_LAST, Operation.WHO) or (last.ask is Operation.LIST and last.limit == last.position):
        return last.latest or "latest"
    return None


def is_of_one(last: Frame) -> bool:
    """Whether the last question was about a single payment."""
    return last.topic is None and _single(last) is not None


def together(last: Frame, *earlier: Frame) -> Frame | None:
    """The figures of several questions in one: of all things, of all periods, or of all accounts; None where they
    differ in more than one of these."""
    frame: Frame | None = last
    for before in earlier:
        frame = _both(frame, before) if frame is not None else None
    return frame


def mean_of(last: Frame, *earlier: Frame) -> Frame | None:
    """The mean of what several questions asked of one period each; None where they differ in more than the period."""
    periods = _of_one_unit(last, *earlier)
    if not periods:
        return None
    unit = periods[0].unit
    return last.with_changes(ask=Operation.PACE, measure=last.plain, unit=unit, periods=periods, group_by=())


def of_months(asked: Frame, last: Frame) -> Frame:
    """ "Which of the three was the highest?", as a rank of months where the last question was of one."""
    unit = last.periods[0].period.unit if last.periods else None
    by = tuple(dimension for dimension in TIMES if unit and dimension.value == unit.value)
    if asked.measure not in (Measure.LARGEST, Measure.SMALLEST) or not by:
        return asked
    return asked.with_changes(ask=Operation.RANK, group_by=by, descending=asked.measure is Measure.LARGEST)


def first_of(asked: Frame, last: Frame, *earlier: Frame) -> Frame | None:
    """ "Which of the three months was the dearest?", of what several questions asked of one month each; None where
    these do not follow each other."""
    periods = sorted((one.period for one in _of_one_unit(last, *earlier)), key=lambda period: period.start)
    is_gapless = all(one.end == other.start for one, other in pairwise(periods))
    units = {Dimension(period.unit.value) for period in periods if period.unit}
    if not periods or not is_gapless or units != set(asked.group_by):
        return None
    ranked = {"ask": Operation.RANK, "group_by": asked.group_by, "limit": 1, "descending": asked.descending}
    return last.with_changes(**ranked, measure=last.plain, periods=tuple(map(QueryPeriod.of, periods)))


def largest_of(asked: Frame, last: Frame, *earlier: Frame) -> Frame | None:
    """ "Which of the three was the largest?", of things of one kind that were asked about one after the other; None
    where they differ in more."""
    measures = {Measure.LARGEST: True, Measure.SMALLEST: False}
    descending = asked.descending if asked.ask is Operation.RANK else measures.get(asked.measure or Measure.COUNT)
    frames = (*reversed(earlier), last)
    plain = [frame.with_changes(objects=(), asks_amount=False, is_default_period=False) for frame in frames]
    fields = {f.field for frame in frames for f in frame.objects if f.operator is Operator.IN}
    is_of_one_kind = len(fields) == 1 and fields <= {"category", "counterparty"}
    if (
        descending is None
        or any(one != plain[0] for one in plain)
        or not is_of_one_kind
        or any(len(f.objects) != 1 for f in frames)
    ):
        return None
    objects = merged([f for frame in frames for f in frame.objects])
    ranked = {"ask": Operation.RANK, "group_by": (Dimension(fields.pop()),), "limit": 1, "descending": descending}
    return last.with_changes(objects=objects, **ranked, asks_amount=asked.asks_amount)


def _of_one_unit(last: Frame, *earlier: Frame) -> tuple[QueryPeriod, ...]:
    """The periods of several questions that differ in nothing else, where all are months, or all weeks; else none."""
    same = all(f.objects == last.objects and f.conditions == last.conditions for f in earlier)
    periods = tuple(period for f in (last, *earlier) for period in f.periods[:1])
    units = {period.unit for period in periods}
    fits = same and len(periods) > len(earlier) and len(units) == 1 and None not in units and last.topic is None
    return periods if fits else ()


def _both(last: Frame, before: Frame) -> Frame | None:
    last, before = figure_of(last), figure_of(before)
    differs = [getattr(last, part) != getattr(before, part) for part in ("objects", "periods", "conditions")]
    if last.topic is not before.topic or last.measure is not before.measure or sum(differs) > 1:
        return None
    asked: dict[str, object] = {} if last.topic else {"ask": Operation.VALUE}
    if last.conditions != before.conditions and last.objects == before.objects:
        new = [f for f in last.conditions if f not in before.conditions]
        old = [f for f in before.conditions if f not in last.conditions]
        if any(f.operator is not Operator.IN for f in (*new, *old)):
            return None  # two limits are no two sums: "above 2,000", then "above 1,000"
        return last.with_changes(conditions=merged((*before.conditions, *last.conditions)), **asked)
    if last.objects != before.objects:
        objects = merged((*before.objects, *last.objects))
        apart = len({f.field for f in objects}) > 1
        return last.with_changes(objects=objects, are_apart=apart, **asked)
    if last.periods != before.periods:
        return last.with_changes(periods=(*before.periods[:1], *last.periods), **asked)
    return None


def _directed(frame: Frame) -> Frame:
    """ "And my salary?" asks for what came in, whatever way the money went before."""
    slugs = frame.values_of("category")
    if not slugs or frame.measure not in (None, Measure.SPEND, Measure.INCOME):
        return frame
    if slugs <= INCOME_CATEGORIES:
        return frame.with_changes(flow=Flow.IN, measure=Measure.INCOME)
    was_in = frame.flow is Flow.IN
    return frame.with_changes(flow=Flow.OUT, measure=Measure.SPEND) if was_in else frame


def _objects(last: Frame, parsed: Parsed) -> tuple[Filter, ...]:
    """Other categories or payees replace the old ones; "only Swiggy" narrows where it is of another kind."""
    new = parsed.frame.objects
    # "And for June, spending without the rent", after the rent of May.
    leaves_it_out = bool(parsed.frame.periods) and last.objects == put_back(parsed.frame.without)
    if not new:
        return () if parsed.asks_all or leaves_it_out else last.objects
    if not parsed.narrows:
        return new
    fields = {condition.field for condition in new}
    return (*(kept for kept in last.objects if kept.field not in fields), *new)


def _conditions(old: tuple[Filter, ...], new: tuple[Filter, ...]) -> tuple[Filter, ...]:
    """A new condition replaces one of its own field and joins the others."""
    fields = {condition.field for condition in new}
    return (*(kept for kept in old if kept.field not in fields), *new)


def _part_left_out(last: Frame, new: Frame) -> tuple[Filter, ...]:
    """ "Without the donations to Roshni Trust", of donations: without the trust alone."""
    parts = tuple(one for one in new.without if one not in left_out(_listed(last.objects)))
    return parts or new.without


def _listed(objects: tuple[Filter, ...]) -> tuple[Filter, ...]:
    return tuple(one for one in objects if one.operator is Operator.IN)


def _together(old: tuple[Filter, ...], new: tuple[Filter, ...]) -> tuple[Filter, ...]:
    return (*old, *(condition for condition in new if condition not in old))


def _measured(frame: Frame, new: Frame, *, asks_amount: bool) -> Frame:
    if new.flow is not None and new.flow is not frame.flow and new.measure in (Measure.SPEND, Measure.INCOME):
        earned = frame.values_of("category") and frame.values_of("category") <= INCOME_CATEGORIES
        spent = {"objects": ()} if earned and new.flow is Flow.OUT and not new.objects else {}
        return frame.with_changes(measure=new.measure, flow=new.flow, **spent)
    if new.measure is None:
        is_single = frame.measure not in (None, Measure.SPEND, Measure.INCOME, Measure.NET, Measure.VOLUME)
        return frame.with_changes(measure=frame.plain) if asks_amount and is_single else frame
    flow = Flow.ANY if new.measure in (Measure.NET, Measure.VOLUME) else new.flow or frame.flow
    return frame.with_changes(
        measure=new.measure, flow=Flow.OUT if flow is Flow.ANY and new.measure is Measure.SPEND else flow
    )


def _asked(frame: Frame, new: Frame) -> Frame:
    if new.ask is None and new.measure is None:
        held_two = frame.ask in (Operation.DIFFERENCE, Operation.GROWTH) and len(frame.periods) == 2
        is_other = len(new.periods) == 1 and not (new.objects or new.against)  # "and August?", which is held to nothing
        return frame.as_sum(frame.measure) if held_two and is_other else frame
    wanted = {
        name: getattr(new, name)
        for name in (
            "group_by",
            "limit",
            "descending",
            "unit",
            "latest",
            "threshold",
            "share_of",
            "whole",
            "sign",
            "asks_difference",
            "asks_amount",
            "against",
            "position",
            "of_change",
        )
    }
    ask = new.ask or Operation.VALUE
    if ask in COMPARING and not new.group_by:
        wanted["group_by"] = ()
    if ask is Operation.VERSUS and not (new.objects or new.conditions):
        ask = Operation.COMPARE
    frame = frame.with_changes(ask=ask, **wanted)
    payment_wise = frame.measure in (Measure.COUNT, Measure.AVERAGE, Measure.MEDIAN, Measure.LARGEST, Measure.SMALLEST)
    if (
        new.measure is None
        and payment_wise
        and ask in (Operation.BREAKDOWN, Operation.RANK, Operation.SHARE)
        and frame.measure is not Measure.COUNT
    ):
        return frame.with_changes(measure=frame.plain)
    return frame


def _timed(frame: Frame, last: Frame, parsed: Parsed) -> Frame:
    new = parsed.frame
    if new.ask is Operation.CHANGED:
        return frame.with_changes(periods=new.periods, is_default_period=False)
    if new.periods:
        is_second = new.ask in COMPARING and len(new.periods) == 1 and bool(last.periods)
        pair = (new.periods[0], *last.periods[:1]) if parsed.than_that else (*last.periods[:1], new.periods[0])
        periods = pair if is_second else new.periods
        return frame.with_changes(periods=periods, is_default_period=False, against=None)
    if new.ask is Operation.WHEN_FIRST and not parsed.narrows:
        return frame.with_changes(periods=())  # the first time ever
    if frame.ask is Operation.MOVED and len(frame.periods) == 2 and new.against is None:
        return frame.with_changes(periods=_later_first(frame.periods))  # "which went up most", of May against June
    if new.against is None or not last.periods or new.ask in COMPARING:
        return frame
    if new.against == "year_before":
        moved = [one.period.year_before() for one in last.periods]
    else:
        moved = [_stretch(last.periods).shifted(1 if new.against == "following" else -1)]
    return frame.with_changes(periods=tuple(map(QueryPeriod.of, moved)), is_default_period=False, against=None)


def _later_first(periods: tuple[QueryPeriod, ...]) -> tuple[QueryPeriod, ...]:
    return tuple(sorted(periods, key=lambda period: period.start, reverse=True))


def _stretch(periods: tuple[QueryPeriod, ...]) -> Period:
    """All the days from the first to the last of several periods."""
    whole = sorted((one.period for one in periods), key=lambda period: period.start)
    units = {period.unit for period in whole}
    return Period(whole[0].start, whole[-1].end, units.pop() if len(units) == 1 else None)


def explain_amount(last: Frame, sign: ChangeSign = "size") -> Frame:
    """ "Why so much?": where the amount came from, one level below what was asked; of two periods that were held
    against each other, what changed from the one to the other, up, down or either way as `sign` has it."""
    by = Dimension.COUNTERPARTY if last.objects else Dimension.CATEGORY
    if last.ask in COMPARING and len(last.periods) == 2 and last.measure in (None, Measure.SPEND, Measure.INCOME):
        moved = {"ask": Operation.MOVED, "group_by": (by,), "sign": sign, "periods": _later_first(last.periods)}
        return last.with_changes(**moved, measure=last.plain, is_aside=True)
    return last.with_changes(ask=Operation.BREAKDOWN, group_by=(by,), measure=last.plain, is_aside=True)
