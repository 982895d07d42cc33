"""Paychecks: what is left of the last salary, once what was spent since it came is taken off."""

import re
from collections.abc import Sequence
from datetime import date, timedelta

from agents.plan import Operation
from agents.planner.frame import Frame
from agents.planner.reading import Reading
from core.insights.query import Filter, Flow, Measure, Operator, QueryPeriod
from core.periods import Period

_PAY = r"(?:salary|pay ?check|pay ?cheque|pay|wages)(?! (?:account|a/c|slip|day))"
_LEFT = r"(?:left|remain(?:s|ing|der)?|still (?:there|with me|unspent|left)|unspent|rest)"
_WHOSE = r"(?:(?:my|the|our|this|last|latest|current) )*(?:month's )?(?:[a-z]+'s )?(?:last |latest )?"
_ASKS_REST = re.compile(
    rf"\b(?:how much|what)\b[\w' ]*\b{_LEFT}\b[\w' ]*? (?:of|from|out of) {_WHOSE}{_PAY}\b"
    rf"|\bhow much (?:of|from|out of) {_WHOSE}{_PAY}\b[\w' ]*\b(?:is|do|have|has)\b[\w' ]*\b{_LEFT}\b"
    rf"|\bhow much {_PAY} (?:is|do i have) (?:still )?{_LEFT}\b"
)
_GONE = re.compile(r"\b(?:was|were|had|did|after|minus|less|without|except|once)\b")
""" "How much of June's salary was left after rent": of another time, or of another sum."""
OF_SALARY = Filter(field="category", operator=Operator.IN, values=("salary",))


def asks_rest_of_pay(text: str) -> bool:
    """Whether normalised words ask what is left of a salary now."""
    return bool(_ASKS_REST.search(text)) and not _GONE.search(text)


def rest_of_pay(readings: Sequence[Reading], payday: date, today: date) -> Frame | None:
    """The salary of `payday` less what was spent since; None where another month's salary is spoken of, or a part of
    what was spent."""
    periods = [mention.value.period for reading in readings for mention in reading.of("period")]
    is_other = any(not (period.holds(payday) or period.holds(today)) for period in periods)
    slugs = {slug for reading in readings for mention in reading.of("category") for slug in mention.value}
    names = any(reading.of(kind) for reading in readings for kind in ("name", "amount", "channel", "description"))
    if is_other or names or slugs - {"salary"}:
        return None
    since = QueryPeriod.of(Period(payday, today + timedelta(days=1)))
    return Frame(ask=Operation.LEFT, measure=Measure.SPEND, flow=Flow.OUT, periods=(since,), whole=(OF_SALARY,))
