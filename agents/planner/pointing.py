"""Pointing: what a question says of earlier ones: the last two in one, the former, the first, whoever came first."""

import re
from dataclasses import replace

from agents.intents.intent import Intent
from agents.plan import Operation
from agents.planner.follow import mean_of, paired, together, whole_before
from agents.planner.frame import Frame, Topic
from agents.planner.memory import Memory
from agents.planner.parse import COMPARING, Parsed
from agents.planner.reading import Reading
from agents.planner.understanding import Understood, says_nothing
from core.insights.query import Flow, Measure, Operator

_POINTS = re.compile(
    r"\b(?:she|he|her|him|them|they|it|there|(?:that|this|same)(?: same)? (?:shop|place|person|one|head|category|"
    r"merchant|payee|guy|man|woman|store|restaurant|area))\b"
)

_THE_TWO = re.compile(r"\b(?:the two|both|them|those two|these two|each other|one another)\b")
_THE_THREE = re.compile(r"\b(?:three|3|all of (?:them|those|these))\b")
_THAT_TIME = re.compile(r"\b(?:that|the same|this same|said) (?:month|day|week|quarter|year|date)\b")
_THE_FORMER = re.compile(r"\bthe former\b")
_THE_ORIGINAL = re.compile(r"\bthe original\b")
_OF_THOSE = re.compile(
    r"\b(?:of|for|across|over) (?:these|those|them|the (?:two|three)|all (?:two|three|of them)|both)\b"
)
_WHOLE = re.compile(r"\b(?:i|we|my|our|overall|total|in all|everything|spen[dt]\w*|income|earn\w*)\b")
_ALSO = re.compile(r"\b(?:as well|too|also)$")
_ONE_BEFORE = re.compile(
    r"\bthe (?:one|payment|time|transaction|withdrawal|order|bill|visit|ride|purchase|transfer)"
    r"(?: just| right| immediately)? before(?: (?:that|it|this)(?: one)?)?$"
    r"|\bthe (?:one|payment) (?:just )?before (?:that|it)\b"
)


def meant_before(text: str, memory: Memory) -> Frame | None:
    """The frame that a question leans on: the last one, but for "the former" and "the original question"."""
    if memory.earlier and _THE_ORIGINAL.search(text):
        return memory.earlier[-1]
    if memory.earlier and _THE_FORMER.search(text):
        return memory.earlier[0]
    return memory.frame


def in_one(one: Understood, memory: Memory) -> Frame | None:
    """The last two or three questions in one, where a question that names nothing adds them up, takes their mean or
    holds them against each other; a period of its own may stand in the place of theirs."""
    last, earlier, asked = memory.frame, memory.earlier, one.parsed.frame
    if last is None or not earlier:
        return None
    if not says_nothing(one.parsed):
        return _both_since(one, last, earlier[0])
    several = earlier[:2] if _THE_THREE.search(one.reading.text) else earlier[:1]
    if one.intent is Intent.SUM_OF_THOSE:
        return together(last, *several)
    if asked.measure is Measure.AVERAGE and _OF_THOSE.search(one.reading.text):
        return mean_of(last, *several)
    if asked.ask is Operation.SHARE and (whole := whole_before(last, earlier[0])):
        return whole
    differ_in_time = last.objects == earlier[0].objects and last.periods != earlier[0].periods
    if asked.against is None and (differ_in_time or _THE_TWO.search(one.reading.text)):
        return paired(last, earlier[0], asked)
    return None


def _both_since(one: Understood, last: Frame, before: Frame) -> Frame | None:
    """ "The total of both since January": the last two things together, in the period named."""
    asked = one.parsed.frame
    names_more = any((asked.objects, asked.conditions, asked.without, asked.topic, asked.group_by))
    if names_more or not asked.periods or not _THE_TWO.search(one.reading.text) or asked.ask in COMPARING:
        return None
    is_sum = asked.ask in (None, Operation.VALUE) and asked.measure in (None, Measure.SPEND, Measure.INCOME)
    both = together(_plainly(last), _plainly(before)) if is_sum else None
    return both.with_changes(periods=asked.periods, is_default_period=False) if both else None


def _plainly(frame: Frame) -> Frame:
    """What went out or came in, whatever else was asked of it."""
    measure = Measure.INCOME if frame.flow is Flow.IN else Measure.SPEND
    return frame.with_changes(ask=Operation.VALUE, measure=measure, unit=None, group_by=(), limit=None, latest=None)


def _leant(reading: Reading, parsed: Parsed, last: Frame) -> Parsed:
    """A fragment that names no thing asks of the last one: "per month on average, January to October"."""
    frame = parsed.frame
    if last.topic is Topic.REFUNDS and frame.topic is None and not _WHOLE.search(reading.text):
        return replace(parsed, is_follow_up=True)
    names_more = any((frame.objects, frame.conditions, frame.topic, frame.without, last.topic))
    asks = frame.ask is Operation.PACE or frame.measure in (Measure.AVERAGE, Measure.MEDIAN)
    if names_more or not asks or not last.objects or _WHOLE.search(reading.text):
        return parsed
    return replace(parsed, is_follow_up=True)


def _also_left_out(reading: Reading, parsed: Parsed, memory: Memory) -> Parsed:
    """ "And the mutual fund as well", behind a question that left something out: without that, too."""
    last, frame = memory.frame, parsed.frame
    before = memory.earlier[0].without if memory.earlier else ()
    only_names = frame.objects and not any((frame.ask, frame.measure, frame.periods, frame.conditions, frame.without))
    if last is None or last.without == before or not only_names or not _ALSO.search(reading.text):
        return parsed
    without = tuple(f.model_copy(update={"operator": Operator.NOT_IN}) for f in frame.objects)
    frame = frame.with_changes(objects=(), without=without)
    return replace(parsed, frame=frame, alone=frame, is_follow_up=True)


def _one_before(said: str, parsed: Parsed, last: Frame) -> Frame | None:
    """ "And the one before it": the next in the order of time, after a question for the latest payment."""
    dated = last.ask is Operation.WHEN_LAST or (last.ask is Operation.LIST and last.limit in (1, last.position))
    names_more = any((parsed.frame.objects, parsed.frame.periods, parsed.frame.topic))
    if not dated or last.latest not in (None, "latest") or names_more or not _ONE_BEFORE.search(said):
        return None
    asks = last.ask if parsed.frame.ask not in (Operation.WHEN_LAST, Operation.LIST) else parsed.frame.ask
    if parsed.asks_amount:
        asks = Operation.LIST
    place = last.position + 1
    return last.with_changes(ask=asks, position=place, limit=place, latest="latest", measure=None, group_by=())


def pointing(said: str, reading: Reading, parsed: Parsed, memory: Memory) -> Parsed:
    """The first clause of what was `said`, with whom it points back at: "how many times did I pay her?", after
    a question for whoever got most: her."""
    last = memory.frame
    if last is not None:
        if one := _one_before(said, parsed, last):
            return replace(parsed, frame=one, alone=one, is_follow_up=False, unplaced=())
        parsed = _leant(reading, _also_left_out(reading, parsed, memory), last)
    frame = parsed.frame
    if memory.winner_period and not frame.periods and _THAT_TIME.search(reading.text):
        frame = frame.with_changes(periods=(memory.winner_period,))
        parsed = replace(parsed, frame=frame, alone=frame, is_follow_up=True)
    is_after_rank = last is not None and last.ask is Operation.RANK and memory.winner is not None
    if not is_after_rank or frame.objects or frame.topic or not _POINTS.search(reading.text):
        return parsed
    assert memory.winner is not None
    is_sum = frame.ask is None or (frame.ask is Operation.LIST and parsed.asks_amount)
    pointed = frame.with_changes(objects=(memory.winner,), ask=Operation.VALUE if is_sum else frame.ask)
    if pointed.measure is None and pointed.ask is Operation.VALUE:
        pointed = pointed.with_changes(measure=Measure.INCOME if last and last.flow is Flow.IN else Measure.SPEND)
    return replace(parsed, frame=pointed, alone=pointed, is_follow_up=True)


def compared_last(last: Frame, parsed: Parsed, memory: Memory) -> Frame:
    """The last frame; where a difference names its own period again, "how much less was it in July?", with the period
    of the question before."""
    frame, before = parsed.frame, memory.earlier[0] if memory.earlier else None
    names_last = frame.ask in COMPARING and len(frame.periods) == 1 and frame.periods == last.periods[:1]
    if before is None or not names_last or before.objects != last.objects or not before.periods:
        return last
    return last.with_changes(periods=before.periods[:1])
