"""Movers: whose change from one period to the other is asked for, and not what any of them came to."""

import re
from datetime import timedelta
from typing import Literal

from agents.plan import Operation
from agents.planner.clause import Clause
from agents.planner.frame import Frame
from agents.planner.lexicon import Cue
from agents.planner.slots import change_said, directed
from core.insights.query import Dimension, Measure, QueryPeriod
from core.periods import Period, Unit

_GROUPS = (Dimension.CATEGORY, Dimension.COUNTERPARTY, Dimension.CHANNEL)
_SHOWN = tuple((group,) for group in _GROUPS)
_SHOWING = (Operation.BREAKDOWN, Operation.RANK, Operation.MOVED, Operation.COMPARE)
_SPENT_MORE_ON = re.compile(
    r"\b(?:what|where)(?: all)? (?:did|do|have|am|was|were) (?:i|we)\b.*\b(?:more|less|extra)\b"
)
_EXPENSES = re.compile(r"\b(?:which|what)(?: of my)? (?:expenses|costs|spends?|spendings)\b")
_WHERE = re.compile(r"\b(?:where|on what|in what)\b")
_CHANGED = re.compile(r"\b(?:chang\w*|differ\w*|moved?|swung)\b")
_SINCE = re.compile(r"\bsince\b")
_JUMP = re.compile(r"\b(?:jump\w*|hike[ds]?|spike[ds]?|surge[ds]?|climb\w*)\b")
_DIP = re.compile(r"\b(?:drops|falls|dip(?:ped|s)?|shrink\w*|saving)\b")
_OF_THEM = re.compile(
    r"\b(?:which|what|who)\b(?: (?:one|ones|category|payee|shop|place|person|of (?:them|these|those)))*\b"
)
_NAMED_SIDES = ("name", "amount")


def moved(frame: Frame, clause: Clause) -> Frame | None:
    """ "Which category went up the most", "which categories were lower than in May", "where did my spending rise":
    whose change from one period to the other was the largest."""
    by = _moving(frame, clause)
    if by is None or not _asks(frame, clause) or clause.has(Cue.SHARE) or frame.topic is not None:
        return None
    frame = directed(frame, clause)
    if _CHANGED.search(clause.reading.text) and frame.sign == "more" and not clause.has(Cue.MORE):
        frame = frame.with_changes(sign="size")
    frame = frame.with_changes(periods=_months_since(frame, clause) or frame.periods)
    if len(frame.periods) == 2 and not clause.has(Cue.COMPARE):  # "which dropped from May to June"
        frame = frame.with_changes(periods=tuple(sorted(frame.periods, key=lambda one: one.start, reverse=True)))
    clause.take(Cue.DIFFERENCE, Cue.MORE, Cue.LESS, Cue.MOST, Cue.COMPARE, Cue.WHERE, Cue.TREND)
    return frame.with_changes(ask=Operation.MOVED, group_by=(by,), measure=frame.plain)


def change_told(text: str) -> Literal["more", "less", "size"]:
    """Which way something is said to have changed, by a noun or a verb: "the jump", "which fell"; else either."""
    if _DIP.search(text):
        return "less"
    return "more" if _JUMP.search(text) else change_said(text)


def moved_of_shown(text: str, last: Frame, new: Frame) -> Frame | None:
    """ "Which one grew most vs Q2?", of the groups that were shown; "and which fell?", of those that grew."""
    names_more = any((new.objects, new.conditions, new.without, new.topic)) or last.topic is not None
    changes = _CHANGED.search(text) or change_told(text) != "size"
    were_shown = last.ask in _SHOWING and last.group_by[:1] in _SHOWN
    if names_more or not changes or not were_shown or not _OF_THEM.search(text) or len(new.periods) > 1:
        return None
    periods = (*last.periods[:1], *new.periods) if new.periods else last.periods
    periods = tuple(sorted(periods, key=lambda period: period.start, reverse=True))
    if len(periods) != 2 and not (new.against and len(periods) == 1):
        return None
    both = {"periods": periods, "against": None if len(periods) == 2 else new.against}
    asks = {"ask": Operation.MOVED, "sign": change_told(text), "limit": None, "position": 1, "asks_amount": False}
    return last.with_changes(**asks, **both, group_by=last.group_by[:1], measure=last.plain, is_aside=False)


def _months_since(frame: Frame, clause: Clause) -> tuple[QueryPeriod, ...]:
    """Of "since May" the month of May and the last whole one, or the running one where May is the last; else none."""
    if len(frame.periods) != 1 or frame.against or not _SINCE.search(clause.reading.text):
        return ()
    said = frame.periods[0].period
    base, now = Period.of(Unit.MONTH, said.start), Period.of(Unit.MONTH, said.end - timedelta(days=1))
    if said.start != base.start or base.start == now.start:
        return ()
    later = now.previous() if now.previous().start > base.start else now
    return (QueryPeriod.of(later), QueryPeriod.of(base))


def _asks(frame: Frame, clause: Clause) -> bool:
    """Whether a change is asked about, of one among several."""
    is_base = len(frame.periods) == 1 and clause.has(Cue.COMPARE)  # "than in May"
    has_other = frame.against is not None or len(frame.periods) == 2 or is_base
    changes = clause.has(Cue.DIFFERENCE) or (has_other and clause.has(Cue.MORE, Cue.LESS))
    is_size = any(text.startswith(("by how", "how")) for text in clause.texts(Cue.DIFFERENCE))
    asks_one = clause.has(Cue.WHICH, Cue.WHO, Cue.WHERE) or bool(_SPENT_MORE_ON.search(clause.reading.text))
    is_most = clause.has(Cue.MOST) or clause.says(Measure.LARGEST)
    return changes and ((asks_one and not is_size) or (is_most and len(frame.periods) == 2))


def _moving(frame: Frame, clause: Clause) -> Dimension | None:
    """What the groups are: those that a noun names, the payees of a category, all categories."""
    nouns = [noun.value[1] for noun in clause.find(Cue.NOUN) if noun.value[1] in _GROUPS]
    if nouns:
        return nouns[0]
    if any(clause.reading.of(kind) for kind in _NAMED_SIDES) or clause.has(Cue.OR, Cue.WHEN, Cue.EACH):
        return None
    which, kinds = clause.find(Cue.WHICH), clause.reading.of("category")
    if any(clause.are_adjacent(cue, kind) for cue in which for kind in kinds):
        return Dimension.COUNTERPARTY
    text = clause.reading.text
    is_anywhere = not frame.objects and any(said.search(text) for said in (_WHERE, _SPENT_MORE_ON, _EXPENSES))
    return Dimension.CATEGORY if is_anywhere else None
