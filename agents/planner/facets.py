"""Facets: another side of what was told: what a sum went on, the first of its payments, the same ranks by number."""

import re
from collections.abc import Callable

from agents.plan import Operation
from agents.planner.follow import explain_amount
from agents.planner.frame import Frame
from agents.planner.remainders import Turn
from core.insights.query import Flow, Measure

_SO = r"(?:(?:and|so|ok|then|now|but|hmm|no) )*"
_ON_WHAT = re.compile(
    rf"{_SO}(?:(?:on|for) what(?: (?:exactly|all|all things|stuff|purpose))?|what (?:on|for)"
    r"|what(?: all)? (?:is|was|were|did) (?:that|it|this|those|they)(?: all| spent| go| money)?(?: on| for)"
    r"|what did i (?:buy|spend (?:it|that) on|get for (?:it|that)))(?: exactly| then)?"
)
_THE_FIRST = re.compile(
    rf"{_SO}when (?:was|is) (?:the |my )?(?:very )?(?:first|earliest) (?:one|of (?:them|these|those|it))"
)
_BY_NUMBER = re.compile(
    rf"{_SO}(?:most (?:often|frequent(?:ly)?)"
    r"|(?:by|in|going by|based on|sort(?:ed)? by|rank(?:ed)?(?: them)? by) (?:the )?"
    r"(?:most (?:often|visits|payments|times)|(?:number|count|no\.?)(?: of (?:visits|payments|times|trips|orders"
    r"|transactions))?|how (?:often|many times)|visits|payments|frequency))(?: (?:instead|rather|please|then|now))*"
)
_BY_AMOUNT = re.compile(
    rf"{_SO}(?:by|in|going by|based on|sort(?:ed)? by|rank(?:ed)?(?: them)? by) (?:the )?"
    r"(?:amounts?|money|value|spend(?:ing)?|sum|rupees)(?: spent)?(?: (?:instead|rather|please|then|now))*"
)
_SUMS = (None, Measure.SPEND)
_FIGURES = (None, Measure.SPEND, Measure.INCOME, Measure.COUNT)


def _on_what(turn: Turn) -> Frame | None:
    """ "On what?", after a sum: by category, or of one category by payee; of one payee, the payments themselves."""
    last = turn.last
    is_sum = last.ask in (None, Operation.VALUE) and last.measure in _SUMS and last.flow is not Flow.IN
    if not is_sum or last.topic or not _ON_WHAT.fullmatch(turn.reading.text):
        return None
    if last.values_of("counterparty"):
        return last.with_changes(ask=Operation.LIST, measure=None, group_by=(), is_aside=True)
    return explain_amount(last)


def _first_of_it(turn: Turn) -> Frame | None:
    """ "When was the first one?", after what was paid to somebody: the earliest of these payments."""
    last = turn.last
    is_figure = last.ask in (None, Operation.VALUE) and last.measure in _FIGURES and last.topic is None
    is_of_some = bool(last.objects or last.conditions)
    if not (is_figure and is_of_some) or not _THE_FIRST.fullmatch(turn.reading.text):
        return None
    return last.with_changes(ask=Operation.WHEN_FIRST, group_by=(), is_aside=True)


def _ranked_otherwise(turn: Turn) -> Frame | None:
    """ "By number of visits instead?", after ranks by what was spent: the same ones by number; and back again."""
    last, text = turn.last, turn.reading.text
    if last.ask not in (Operation.RANK, Operation.BREAKDOWN) or last.topic or not last.group_by:
        return None
    if _BY_NUMBER.fullmatch(text) and last.measure is not Measure.COUNT:
        return last.with_changes(measure=Measure.COUNT, position=1, asks_amount=False)
    if _BY_AMOUNT.fullmatch(text) and last.measure is Measure.COUNT:
        return last.with_changes(measure=last.plain, position=1, asks_amount=False)
    return None


FACETS: tuple[Callable[[Turn], Frame | None], ...] = (_on_what, _first_of_it, _ranked_otherwise)
"""What makes a question in full of words for another side of what was told."""
