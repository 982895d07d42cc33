"""Remainders: what is left out of what was told, what is put back, and what then remains."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from agents.plan import Operation
from agents.planner.follow import figure_of, is_of_one, rest_of
from agents.planner.frame import Frame, left_out
from agents.planner.leaning import LEFT_OVER, OF_THE_REST, PUT_BACK, THE_REST
from agents.planner.memory import Memory
from agents.planner.parse import Parsed
from agents.planner.reading import Reading
from agents.planner.stories import WITHOUT_THEM
from agents.planner.weighing import says_nothing
from core.insights.query import Filter, Flow, Measure, Operator

_OTHER_PAYEES = re.compile(
    r"\b(?:all )?(?:of )?(?:the |my )?(?:rest of the|other) (?:\w+ )?"
    r"(?:shops?|stores?|places?|payees?|merchants?|people|persons?|restaurants?|vendors?|suppliers?|outlets?)\b"
)
_PAYMENT = r"(?:payment|purchase|one|bill|order|expense|item|transfer|ticket|thing|entry|transaction|trip)"
_ONE = rf"(?:it|that|this|(?:that|this|the)(?: (?:one|single|same|big|large))* {_PAYMENT})"
_LARGEST = (
    r"(?:the|that|my)(?: single| one)? "
    rf"(?:(?P<large>largest|biggest|highest|costliest|dearest)|smallest|lowest)(?: {_PAYMENT})?"
)
_LEAVE = (
    r"(?:without|excluding|exclude|except(?: for)?|minus|less|leaving out|not counting|apart from|besides|drop|remove"
    r"|ignoring|ignore|(?:take|leave|taking|leaving)(?: out| away| aside)?|if not for)"
)
_WITHOUT_ONE = re.compile(rf"\b{_LEAVE} {_ONE}(?: payment)?(?= (?:out|aside|away|off)\b|$|,| (?:what|how)\b)")
_WITHOUT_LARGEST = re.compile(rf"\b{_LEAVE} {_LARGEST}(?= (?:out|aside|away|off|of)\b|$|,| (?:what|how)\b)")


@dataclass(frozen=True, slots=True)
class Turn:
    """The first clause of what was `said`, and what the conversation remembers."""

    said: str
    reading: Reading
    parsed: Parsed
    last: Frame
    memory: Memory


def _without_them(turn: Turn) -> Frame | None:
    """ "And without them?", after a part of what was asked about before, or after whoever came first."""
    last = turn.last
    if not WITHOUT_THEM.search(turn.reading.text) or not says_nothing(turn.parsed):
        return None
    if last.ask is Operation.RANK and turn.memory.winner:
        return last.with_changes(without=(*last.without, *left_out([turn.memory.winner])), limit=1)
    before = turn.memory.earlier[0] if turn.memory.earlier else None
    part = tuple(f for f in last.objects if before and f not in before.objects)
    if before is None or before.topic or last.periods != before.periods or not part:
        return None
    if any(f.operator is not Operator.IN for f in part):
        return None
    return figure_of(before).with_changes(without=(*before.without, *left_out(part)))


def _without_the_one(turn: Turn) -> Frame | None:
    """ "What is left if I leave that one payment out?", after the largest payment of a sum: the sum without it."""
    last, frame = turn.last, turn.parsed.frame
    named = [f for f in frame.objects if f not in last.objects]
    names_more = any((named, frame.conditions, frame.topic, frame.position > 1))
    same_days = frame.periods in ((), last.periods)
    says_which = _WITHOUT_LARGEST.search(turn.said)
    is_said = says_which or _WITHOUT_ONE.search(turn.said)
    which = {Measure.LARGEST: "largest", Measure.SMALLEST: "smallest"}.get(last.measure or Measure.SPEND)
    which = which or (last.latest if last.limit == last.position == 1 and is_of_one(last) else None)
    if says_which and last.ask in (None, Operation.VALUE) and last.measure in (None, Measure.SPEND, Measure.INCOME):
        which = "largest" if says_which["large"] else "smallest"
    if not is_said or names_more or not same_days or last.topic or last.position > 1:
        return None
    if which not in ("largest", "smallest"):
        return None
    plain = {"measure": last.plain, "limit": None, "position": 1, "group_by": (), "asks_amount": False}
    return last.with_changes(ask=Operation.BESIDE_ONE, latest=which, **plain)


def _rest(turn: Turn) -> Frame | None:
    """ "And the rest?": all but what the last question was about; of that, "how much of the rest was interest?"."""
    asked, last = turn.parsed.frame, turn.last
    names_more = any((asked.without, asked.conditions, asked.topic))
    if OF_THE_REST.search(turn.reading.text) and asked.objects and not names_more:
        rest = rest_of(last)
        return rest.as_sum().with_changes(objects=asked.objects) if rest and turn.parsed.asks_amount else None
    before = turn.memory.earlier[0] if turn.memory.earlier else None
    rest = rest_of(last, before) if says_nothing(turn.parsed) and THE_REST.search(turn.reading.text) else None
    return rest.as_sum() if rest and turn.parsed.asks_amount else rest


_ELSE = re.compile(r"\b(?:what|how much|where|on what)(?: all)? else\b")


def _else_that_day(turn: Turn) -> Frame | None:
    """ "What else did I pay that day?", after one payment: all of its day but what was paid to them."""
    last, winner, told = turn.last, turn.memory.winner, turn.memory.winner_period
    payees = tuple(f for f in last.objects if f.field == "counterparty" and f.operator is Operator.IN)
    payees = payees or ((winner,) if winner and winner.field == "counterparty" else ())
    names_more = any((turn.parsed.frame.objects, turn.parsed.frame.conditions, turn.parsed.frame.topic, last.topic))
    if told is None or told.period.days != 1 or not payees or names_more or not _ELSE.search(turn.reading.text):
        return None
    return Frame(ask=Operation.VALUE, measure=Measure.SPEND, flow=Flow.OUT, without=left_out(payees), periods=(told,))


def _what_is_left(turn: Turn) -> Frame | None:
    """ "How much is left?", after what left something out: that sum, and no balance."""
    is_sum = turn.last.ask in (None, Operation.VALUE) and turn.last.topic is None
    return turn.last if is_sum and turn.last.without and LEFT_OVER.fullmatch(turn.said) else None


def _put_back(turn: Turn) -> Frame | None:
    """ "With it again", "include rent again", after what left it out."""
    said, last = PUT_BACK.fullmatch(turn.reading.text), turn.last
    before = turn.memory.earlier[0].without if turn.memory.earlier else ()
    if said is None or not last.without:
        return None
    if not turn.parsed.frame.objects:
        is_all = said["what"] in ("everything", "all") or last.without == before
        return last.with_changes(without=() if is_all else before) if said["it"] else None
    named = left_out(turn.parsed.frame.objects)
    if not all(_holds(last.without, one) for one in named):
        return None
    return last.with_changes(without=tuple(kept for one in last.without if (kept := _less(one, named))))


def _holds(without: tuple[Filter, ...], part: Filter) -> bool:
    return any(f.field == part.field and set(part.values) <= set(f.values) for f in without)


def _less(one: Filter, parts: tuple[Filter, ...]) -> Filter | None:
    """What is left out, without these; None where nothing is."""
    gone = {value for part in parts if part.field == one.field for value in part.values}
    values = tuple(value for value in one.values if value not in gone)
    return one.model_copy(update={"values": values}) if values else None


def _other_payees(turn: Turn) -> Frame | None:
    """ "All the other grocery shops?", after one of them: what is named, or was, without that one."""
    last = turn.last
    payees = tuple(f for f in last.objects if f.field == "counterparty" and f.operator is Operator.IN)
    whole = turn.parsed.frame.objects or tuple(f for f in last.objects if f not in payees)
    names_more = any((turn.parsed.frame.conditions, turn.parsed.frame.without, turn.parsed.frame.topic, last.topic))
    is_of_one_kind = all(f.field == "category" for f in whole)
    if not _OTHER_PAYEES.search(turn.said) or not payees or not whole or names_more or not is_of_one_kind:
        return None
    if last.ask not in (None, Operation.VALUE, Operation.SHARE):
        return None
    measure = {} if last.measure is Measure.COUNT else {"measure": Measure.SPEND, "flow": Flow.OUT}
    changes = {"ask": Operation.VALUE, "whole": (), "share_of": None, "are_apart": False, **measure}
    others = last.with_changes(objects=whole, without=(*last.without, *left_out(payees)), **changes)
    return others.with_changes(periods=turn.parsed.frame.periods or last.periods)


REMAINDERS: tuple[Callable[[Turn], Frame | None], ...] = (
    _else_that_day, _without_the_one, _without_them, _rest, _what_is_left, _put_back, _other_payees,
)  # fmt: skip
"""What makes a question in full of words that leave something out, or ask for what is left."""
