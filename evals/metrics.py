"""Scores: one verdict per case, shares per suite."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from agents.answer import Answer, Figure
from evals.exam import Case
from evals.truth import Value

PERCENT_TOLERANCE = Decimal("0.1")
"""Answers round a percentage to one decimal."""


class Verdict(StrEnum):
    EXACT = "exact"
    WRONG = "wrong"
    """Answered with another figure, or answered what has no answer: the worst there is."""
    CLARIFIED = "clarified"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Score:
    case: Case
    verdict: Verdict
    grounded: bool
    latency_ms: int
    why: str = ""


def score(case: Case, expected: Value, answer: Answer) -> Score:
    """How right `answer` is. `expected` is the case's own figure, None when the data hold nothing to measure."""
    verdict = _verdict(case, expected, answer)
    why = "" if verdict is Verdict.EXACT else f"expected {_wanted(case, expected)}, got {_got(answer)}"
    return Score(case, verdict, answer.grounded, answer.latency_ms, why)


def shares(scores: Sequence[Score]) -> dict[str, float]:
    """Each verdict's share of the cases, the grounded share, and the median latency in ms."""
    if not scores:
        return {}
    count = len(scores)
    found = {verdict.value: sum(s.verdict is verdict for s in scores) / count for verdict in Verdict}
    latencies = sorted(s.latency_ms for s in scores)
    return {**found, "grounded": sum(s.grounded for s in scores) / count, "p50_ms": float(latencies[count // 2])}


def floors(cases: Sequence[Case]) -> dict[str, dict[str, float]]:
    """What two lazy systems would score: one that says nothing at all, and one that always refuses."""
    refusals = sum("out_of_scope" in {case.expect.status, *case.expect.or_status} for case in cases)
    share = refusals / len(cases) if cases else 0.0
    return {"do_nothing": {"exact": 0.0, "wrong": 0.0}, "always_refuse": {"exact": share, "wrong": 0.0}}


def _verdict(case: Case, expected: Value, answer: Answer) -> Verdict:
    nothing_there = case.expect.sql is not None and (expected is None or expected == 0)
    right = {case.expect.status, *case.expect.or_status, *(["no_data"] if nothing_there else [])}
    if answer.status in right and (answer.status != "answered" or _holds(case, expected, answer)):
        return Verdict.EXACT
    match answer.status:
        case "clarify":
            return Verdict.CLARIFIED
        case "out_of_scope":
            return Verdict.REFUSED
        case _:
            return Verdict.WRONG


def _holds(case: Case, expected: Value, answer: Answer) -> bool:
    if case.expect.unit is None:
        return True
    return bool(answer.figures) and _equal(case, expected, answer.figures[0])


def _equal(case: Case, expected: Value, figure: Figure) -> bool:
    if figure.unit != case.expect.unit:
        return False
    if case.expect.sql is None:
        return True
    match case.expect.unit:
        case "money":
            return figure.value_minor == round(Decimal(str(expected or 0)))
        case "percent":
            return abs(Decimal(str(figure.value)) - Decimal(str(expected or 0))) <= PERCENT_TOLERANCE
        case "date":
            wanted = expected.isoformat() if isinstance(expected, date) else str(expected)
            return str(figure.value)[:10] == wanted
        case "text":
            return str(figure.value).casefold() == str(expected).casefold()
        case _:
            # A count is whole; a mean of counts is told to two places.
            return figure.value is not None and Decimal(str(figure.value)) == round(Decimal(str(expected or 0)), 2)


def _wanted(case: Case, expected: Value) -> str:
    return f"{expected} ({case.expect.unit})" if case.expect.unit else case.expect.status


def _got(answer: Answer) -> str:
    if answer.status != "answered" or not answer.figures:
        return f"{answer.status}: {answer.answer[:120]}"
    first = answer.figures[0]
    return f"{first.value if first.value_minor is None else first.value_minor} ({first.unit}), {first.label}"
