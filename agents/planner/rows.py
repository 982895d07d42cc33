"""Rows: questions of one kind that were asked one after the other, and which of them came first."""

import re

from agents.plan import Operation
from agents.planner.calendar_words import NUMBERS
from agents.planner.follow import largest_of
from agents.planner.frame import Frame
from agents.planner.lexicon import Cue
from agents.planner.memory import Memory
from agents.planner.pairs import first_of_joined
from agents.planner.parse import COMPARING
from agents.planner.weighing import Understood, says_nothing
from core.insights.query import Measure

_SO_MANY = re.compile(rf"\b(?:all|the|these|those|of|last) (?:last )?(?P<n>[2-9]|{'|'.join(NUMBERS)})\b")
_OF_THEM = re.compile(
    rf"\b(?:of|among|from) (?:all )?(?:of )?(?:the|these|those|them)(?: (?P<n>[2-9]|{'|'.join(NUMBERS)}))?\b"
)


def first_of_row(one: Understood, memory: Memory) -> Frame | None:
    """ "Who got the most of them?", "to which of these three have I paid least often?": of all things of one kind that
    were asked about in a row, where they are three or more."""
    asked, row = one.parsed.frame, _row_of_things(memory)
    said = _OF_THEM.search(one.reading.text)
    number = number_said(one.reading.text)
    names_more = any((asked.objects, asked.conditions, asked.without, asked.topic, asked.against, asked.position > 1))
    if said is None or names_more or len(row) < 3 or number not in (0, len(row)) or asked.ask in COMPARING:
        return None
    ranked = largest_of(asked, *row)
    if ranked is None:
        return None
    counts = asked.ask is Operation.RANK and asked.measure is Measure.COUNT
    measure = Measure.COUNT if counts else ranked.measure
    return ranked.with_changes(measure=measure, periods=asked.periods or ranked.periods)


def first_of_those_joined(one: Understood, last: Frame) -> Frame | None:
    """ "Who sent less?", "which was more?", of those who were told together."""
    points = one.reading.has(Cue.MORE, Cue.LESS) or _OF_THEM.search(one.reading.text)
    if not points or not one.reading.has(Cue.WHO, Cue.WHICH) or not says_nothing(one.parsed):
        return None
    lower = one.reading.has(Cue.LESS, Cue.LEAST)
    return first_of_joined(last, one.parsed.frame, lower=lower)


def _row_of_things(memory: Memory) -> tuple[Frame, ...]:
    """The last questions, the latest first, as far as they differ in nothing but the one thing that they are of."""
    frames = tuple(frame for frame in (memory.frame, *memory.earlier) if frame)
    alike = [f.with_changes(objects=(), asks_amount=False, is_default_period=False) for f in frames]
    fields = [tuple(f.field for f in frame.objects) for frame in frames]
    is_sum = bool(frames) and frames[0].ask in (None, Operation.VALUE)
    row = [f for f, plain, of in zip(frames, alike, fields, strict=True) if plain == alike[0] and of == fields[0]]
    return tuple(row) if is_sum and tuple(row) == frames[: len(row)] else ()


def said_before(text: str, memory: Memory) -> tuple[Frame, ...] | None:
    """The questions before the last of which as many are meant as are said: all that were asked in a row of one thing
    after the other where no number is; None where more are said than are remembered."""
    number = number_said(text)
    if number:
        told = tuple(frame for frame in memory.earlier if frame.ask not in COMPARING)  # what a gap was of, and no gap
        return told[: number - 1] if len(told) >= number - 1 else None
    return memory.earlier[:2] if re.search(r"\ball of (?:them|those|these)\b", text) else memory.earlier[:1]


def in_a_row(several: tuple[Frame, ...], memory: Memory) -> tuple[Frame, ...]:
    """All the questions before the last that differ from it in their period alone, where no more were said."""
    last, row = memory.frame, several
    for count in range(len(several) + 1, len(memory.earlier) + 1):
        alike = memory.earlier[count - 1].with_changes(periods=(), asks_amount=False)
        if last is None or alike != last.with_changes(periods=(), asks_amount=False):
            break
        row = memory.earlier[:count]
    return row


def number_said(text: str) -> int:
    said = _SO_MANY.search(text)
    return 0 if said is None else int(said["n"]) if said["n"].isdigit() else NUMBERS[said["n"]]
