"""Allowances: the limit that somebody sets themselves in a question, and what is left of it: "I keep 12,000 for
groceries every month. How much is left?"."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from agents.plan import Operation, Threshold
from agents.planner.amounts import amount_said
from agents.planner.clause import Clause
from agents.planner.frame import Frame
from agents.planner.intended import named
from agents.planner.reading import Reading
from agents.planner.slots import INCOME_CATEGORIES
from core.insights.query import Flow, Measure, QueryPeriod
from core.money import Currency
from core.periods import Period, Unit

_AMOUNT = (
    r"(?:(?:rs\.?|inr|₹|\$|€|£) ?)?\d[\d,]*(?:\.\d+)?(?: ?(?:k|lakhs?|lacs?|thousand|grand)\b)?"
    r"(?: ?(?:rs|rupees|bucks)\b)?(?![\d%]| ?(?:percent|times|days|payments|st\b|nd\b|rd\b|th\b))"
)
_EACH = r"(?: (?:a|an|per|each|every|this) (?:day|week|month|year)| (?:daily|weekly|monthly|yearly))?"
_NOUN = r"(?:budget|limit|cap|ceiling|allowance|allocation|quota|max(?:imum)?|upper limit|pot)"
_SET = (
    r"(?:keep|kept|keeping|set|sets|setting|put aside|allow(?:ed)?|allot(?:ted)?|budget(?:ed)?|plan(?:ned)?|decided?"
    r"|promised|told (?:myself|ourselves)|allocated?|earmark(?:ed)?|cap(?:ped)?|limit(?:ed)?|fixed|aim(?:ed|ing)?"
    r"|stay(?:ed)?|meant|supposed|(?:want(?:ed)?|trying|tried) to (?:\w+ ){0,2}?(?:spend|keep|stay))"
)
_FEW = r"(?:[\w']+ ){0,7}?"
_WE = r"(?:i|we)(?:'d|'ve| had| have)?"
_TOLD = re.compile(
    rf"\b{_NOUN}\b {_FEW}(?P<of_noun>{_AMOUNT}){_EACH}"
    rf"|\b{_SET} {_FEW}(?P<set>{_AMOUNT}){_EACH}"
    rf"|(?P<noun_behind>{_AMOUNT}){_EACH}(?: [\w']+){{0,2}}? {_NOUN}\b"
    rf"|(?P<set_behind>{_AMOUNT}) (?:that |which )?{_WE} {_SET}(?: (?:myself|ourselves|aside))?\b"
)
_TELLING = re.compile(rf"\b(?:{_NOUN}|{_SET})\b|^{_AMOUNT}$")
_BEYOND = r"(?:over|above|past|beyond)"
_WENT_OVER = rf"(?:(?:go |gone |went )?{_BEYOND}|exceed(?:ed)?|cross(?:ed)?|overshot)"
_GONE_OVER = re.compile(
    rf"\bhow (?:much|far) {_BEYOND} (?:the |my )?(?P<over>{_AMOUNT}) (?:did|have|had|am|was|were|are) (?:i|we)\b"
    rf"|\bby how much (?:did|have|had) (?:i|we) {_WENT_OVER} (?:the |my )?(?P<past>{_AMOUNT})"
)
_LEFT = re.compile(
    r"\b(?:left|remain(?:s|ing|der)?|unspent|(?:can|could|may|do|should) (?:i|we) still|still (?:have|got|spend)"
    r"|more (?:can|could|may) (?:i|we)|(?:under|below|within|short of|inside) (?:it|that|this|the|my)"
    r"|(?:am|was|were|are) (?:i|we) (?:\w+ )?(?:under|below|within)|head ?room|how am i doing|on track)\b"
)
_OVER = re.compile(
    r"\b(?:cross(?:ed|ing)?|exceed(?:ed|ing)?|over ?sh(?:oot|ot)|overspen[dt]"
    r"|over (?:it|that|this|the|my|budget|by|limit)"
    rf"|(?:go|went|gone|going|am|was|were|are|been) (?:i |we )?{_BEYOND}|(?:above|past|beyond) (?:it|that|the|my)"
    r"|how far over|over or (?:under|below)|(?:under|below) or over|too much|breach(?:ed)?|blew|blown|bust(?:ed)?)\b"
)
_ASKS = re.compile(r"\b(?:how much|how far|what|what's|by how|did|have|am|was|is|are|do|any)\b")
_SAVES = re.compile(r"\b(?:sav(?:e|ed|ing|ings)|invest(?:ed)?|earn(?:ed)?)\b")
_EVERY = re.compile(
    r"\b(?:a|per|each|every) (?P<unit>day|week|month|year)\b|\b(?P<adverb>daily|weekly|monthly|yearly)\b"
)
_UNITS = {"daily": Unit.DAY, "weekly": Unit.WEEK, "monthly": Unit.MONTH, "yearly": Unit.YEAR}
_AND_IF = re.compile(
    rf"(?:(?:and|ok|what|so|then|hmm) )*(?:if|suppose|had|say)\b.*?(?P<amount>{_AMOUNT}){_EACH}"
    rf"(?: (?:instead|then|only|for (?:it|that)))*"
)


@dataclass(frozen=True, slots=True)
class Allowance:
    """An amount that is to do for a unit of time, a month where none is said; and what is asked of it."""

    minor: int
    unit: Unit | None
    asks: Literal["left", "over"]


def allowance(text: str, currency: Currency) -> Allowance | None:
    """The limit that the words of a whole question set, where they ask how far it has been used."""
    told = _TOLD.search(text) or _GONE_OVER.search(text)
    if told is None or _SAVES.search(text):
        return None
    rest = f"{text[: told.start()]} , {text[told.end() :]}"
    is_left, is_over = _LEFT.search(rest), told.re is _GONE_OVER or _OVER.search(rest)
    minor = amount_said(next(filter(None, told.groups())), currency)
    if minor is None or not (is_over or (is_left and _ASKS.search(rest))):
        return None
    return Allowance(minor, _unit(text), "left" if is_left else "over")


def allowed_instead(text: str, last: Frame, currency: Currency) -> Frame | None:
    """ "And if I keep 11,000?", after what is left of another amount."""
    said = _AND_IF.fullmatch(text) if last.ask is Operation.LEFT else None
    minor = amount_said(said["amount"], currency) if said else None
    return last.with_changes(threshold=_limit(minor)) if minor else None


def allowed(asked: Allowance, readings: Sequence[Reading], last: Frame | None, today: date) -> Frame | None:
    """The frame of what is left of an allowance, for what the clauses name, or the last question did; None where it is
    for no single stretch of its own time."""
    told = [named(Clause(reading)) for reading in readings]
    about = last if last and last.topic is None and not any(frame.objects for frame in told) else Frame()
    said = (period for frame in told for period in frame.periods if not _is_amount(period, asked))
    periods = tuple(said) or about.periods[:1]
    period = periods[0].period if periods else Period.of(asked.unit or Unit.MONTH, today)
    objects = tuple(f for frame in told for f in frame.objects) or about.objects
    is_of_income = any(set(f.values) & INCOME_CATEGORIES for f in objects)
    if len(periods) > 1 or is_of_income or (asked.unit and Period.of(asked.unit, period.start) != period):
        return None
    return Frame(
        ask=Operation.LEFT, measure=Measure.SPEND, flow=Flow.OUT, objects=objects,
        without=tuple(f for frame in told for f in frame.without),
        conditions=tuple(f for frame in told for f in frame.conditions if f.field != "amount_minor"),
        periods=(QueryPeriod.of(period),), threshold=_limit(asked.minor),
        sign="less" if asked.asks == "over" else "more",
    )  # fmt: skip


def _is_amount(period: QueryPeriod, asked: Allowance) -> bool:
    """Whether "2000 a month" was read as the year."""
    return period.period.unit is Unit.YEAR and period.start.year == asked.minor // 100


def unknown_in(reading: Reading) -> str | None:
    """What a clause names that is nothing known, apart from the words that tell the limit and ask for it."""
    own = (_TELLING, _LEFT, _OVER)
    strange = (phrase for phrase in reading.unknown if not any(words.search(phrase) for words in own))
    return next(filter(reading.names_something, strange), None)


def _limit(minor: int) -> Threshold:
    return Threshold(low_minor=None, high_minor=minor, said_minor=minor)


def _unit(text: str) -> Unit | None:
    said = _EVERY.search(text)
    if said is None:
        return None
    return _UNITS[said["adverb"]] if said["adverb"] else Unit(said["unit"])
