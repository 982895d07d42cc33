"""Settling: a frame as this caller means it, by what their own payments are: a person refunds nothing, rides are taken
in taxis, of one category the payees are ranked."""

import re
from collections.abc import Iterable
from datetime import date

from agents.plan import Operation
from agents.planner.frame import Frame, Topic
from agents.planner.parse import COMPARING
from agents.planner.slots import INCOME_CATEGORIES
from agents.scope import Scope
from core.insights.query import Dimension, Filter, Flow, Measure, Operator, QueryPeriod
from core.periods import Period

_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)\w*(?: 20\d\d)?"
_IS_BASE = re.compile(
    r"\b(?:than|compared (?:to|with)|over|vs\.?|versus|against|relative to)(?: (?:it|what it|what i|that of|i))?"
    r"(?: (?:was|is|did|spent|paid|had been))?(?: (?:in|during|for))? "
    rf"(?:(?:the )?(?:last|previous) (?:month|week|quarter|year)|{_MONTH})\b"
)
_PERSON = re.compile(
    r"\b(?:which|what|who is the|whom?|the|any)(?: \w+)? (?:person|individual)\b"
    r"|\bpeople (?:(?:that|who|whom) )?(?:i|we)(?: have|'ve)? (?:sent|send|transferred)\b"
)
_OCCASION = re.compile(r"\bhow many (?P<what>rides|meals|refills|fill-?ups|recharges|trips|visits|orders|bookings)\b")
_OF_OCCASION = {
    "rides": "taxi", "meals": "eating_out", "refills": "fuel", "fillups": "fuel", "fill-ups": "fuel",
    "recharges": "telecom",
}  # fmt: skip
"""What is counted by its own word, where no category is named."""
_PERSONS = "transfer"
"""The category of payments between people."""
_EARNED = Filter(field="category", operator=Operator.NOT_IN, values=tuple(sorted(INCOME_CATEGORIES)))


def settled(frame: Frame, text: str, scope: Scope, today: date) -> Frame:
    """The frame of a question in full, whose normalised words are `text`, as a caller of this scope means it."""
    frame = _of_people(_without_contradiction(frame, scope), scope)
    frame = _of_occasions(_of_persons(frame, text, scope), text)
    return _with_running(_of_its_parts(frame), text, today)


def is_of_nothing(frame: Frame, text: str) -> bool:
    """Whether visits or orders are counted and nobody can tell where."""
    said = _OCCASION.search(text)
    return said is not None and said["what"] not in _OF_OCCASION and _names_nothing(frame)


def _names_nothing(frame: Frame) -> bool:
    return not (frame.objects or frame.without or frame.is_of_alerts or frame.topic)


def _kinds(names: Iterable[str], scope: Scope) -> set[str]:
    """The categories of these payees."""
    return {party.category for party in scope.counterparties if party.name in names}


def _categories(*slugs: str) -> tuple[Filter, ...]:
    return (Filter(field="category", operator=Operator.IN, values=slugs),)


def _without_contradiction(frame: Frame, scope: Scope) -> Frame:
    """Of "instalments to my mutual fund" the fund: a payee who never is of the category named is meant without."""
    slugs, names = frame.values_of("category"), frame.values_of("counterparty")
    kinds = _kinds(names, scope)
    if not slugs or not kinds or frame.are_apart or kinds & slugs:
        return frame
    return frame.with_changes(objects=tuple(f for f in frame.objects if f.field != "category"))


def _of_people(frame: Frame, scope: Scope) -> Frame:
    """What a person "paid back" or "returned" is money received: only shops refund."""
    if frame.topic is not Topic.REFUNDS or _kinds(frame.values_of("counterparty"), scope) != {_PERSONS}:
        return frame
    measure = frame.measure or Measure.INCOME
    return frame.with_changes(topic=None, ask=Operation.VALUE, measure=measure, flow=Flow.IN, latest=None)


def _of_occasions(frame: Frame, text: str) -> Frame:
    """ "How many rides did I take" are taxi rides."""
    said = _OCCASION.search(text)
    slug = _OF_OCCASION.get(said["what"]) if said and _names_nothing(frame) else None
    return frame.with_changes(objects=_categories(slug)) if slug else frame


def _of_persons(frame: Frame, text: str, scope: Scope) -> Frame:
    """ "Which person did I send the most": people, and no shop or landlord, who are payees of their own kinds."""
    is_ranked = frame.ask is Operation.RANK and frame.group_by[:1] == (Dimension.COUNTERPARTY,)
    if not is_ranked or frame.objects or scope.is_of_many or not _PERSON.search(text):
        return frame
    if frame.flow is Flow.IN:
        return frame.with_changes(without=(*frame.without, _EARNED))
    knows_people = any(party.category == _PERSONS for party in scope.counterparties)
    return frame.with_changes(objects=_categories(_PERSONS)) if knows_people else frame


def _of_its_parts(frame: Frame) -> Frame:
    """ "Which of my subscriptions costs the most": of one category the payees, for it is no rank of categories."""
    is_ranked = frame.ask is Operation.RANK and frame.group_by[:1] == (Dimension.CATEGORY,)
    if not is_ranked or len(frame.values_of("category")) != 1:
        return frame
    return frame.with_changes(group_by=(Dimension.COUNTERPARTY,))


def _with_running(frame: Frame, text: str, today: date) -> Frame:
    """ "Is my rent higher than in May?": what is running, held against the one period that is said."""
    if frame.ask not in COMPARING or len(frame.periods) != 1 or frame.against:
        return frame
    base = frame.periods[0].period
    if base.unit is None or base.end > today or not _IS_BASE.search(text):
        return frame
    return frame.with_changes(periods=(QueryPeriod.of(Period.of(base.unit, today)), *frame.periods))
