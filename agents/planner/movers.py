"""Movers: whose change from one period to the other is asked for, and not what any of them came to."""

import re

from agents.plan import Operation
from agents.planner.clause import Clause
from agents.planner.frame import Frame
from agents.planner.lexicon import Cue
from agents.planner.slots import directed
from core.insights.query import Dimension, Measure

_GROUPS = (Dimension.CATEGORY, Dimension.COUNTERPARTY, Dimension.CHANNEL)
_SPENT_MORE_ON = re.compile(
    r"\b(?:what|where)(?: all)? (?:did|do|have|am|was|were) (?:i|we)\b.*\b(?:more|less|extra)\b"
)
_EXPENSES = re.compile(r"\b(?:which|what)(?: of my)? (?:expenses|costs|spends?|spendings)\b")
_WHERE = re.compile(r"\b(?:where|on what|in what)\b")
_CHANGED = re.compile(r"\b(?:chang\w*|differ\w*|moved?|swung)\b")
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
    clause.take(Cue.DIFFERENCE, Cue.MORE, Cue.LESS, Cue.MOST, Cue.COMPARE, Cue.WHERE, Cue.TREND)
    return frame.with_changes(ask=Operation.MOVED, group_by=(by,), measure=frame.plain)


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
