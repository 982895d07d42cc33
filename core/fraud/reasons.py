"""Reasons: what `score.sql` found, each as one sentence that a person can check against the payments it cites."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic import BaseModel

from core.money import Money

ReasonCode = Literal["AMT_SELF", "NEW_PAYEE_HIGH", "VEL_BURST", "ODD_HOUR", "STRUCT", "PASS_THRU"]
POINTS_MAX = 99
"""The most points that a payment gets."""


class Reason(BaseModel):
    """Why a payment got `points`. `transaction_ids` are the earlier payments that the sentence speaks of."""

    code: ReasonCode
    sentence: str
    points: int
    transaction_ids: list[UUID]


@dataclass(frozen=True, slots=True)
class Judged:
    """The payment a sentence is about. `zone` is the paying customer's."""

    money: Money
    counterparty: str
    zone: ZoneInfo

    def minor(self, amount_minor: int) -> str:
        return Money(amount_minor, self.money.currency).display()

    def month(self, instant: str) -> str:
        return f"{datetime.fromisoformat(instant).astimezone(self.zone):%B %Y}"


Facts = Mapping[str, Any]
"""What `score.sql` stored beside a reason: closed by the SQL, read only by the sentence of the same code."""


def render(stored: list[dict[str, Any]], *, money: Money, counterparty: str, time_zone: str) -> list[Reason]:
    """The reasons of one payment as sentences, strongest first, from what `reporting.score.reasons` holds."""
    judged = Judged(money, counterparty, ZoneInfo(time_zone))
    return [
        Reason(
            code=reason["code"],
            sentence=_SENTENCES[reason["code"]](judged, reason["facts"]),
            points=reason["points"],
            transaction_ids=reason["transaction_ids"],
        )
        for reason in stored
    ]


def _history(judged: Judged, facts: Facts) -> str:
    return f"{facts['payments']} payments since {judged.month(facts['since'])}"


def _amt_self(judged: Judged, facts: Facts) -> str:
    usual = f"{facts['ratio']:g} times this account's usual {judged.minor(facts['usual_minor'])}"
    return f"{judged.money.display()} is {usual} ({_history(judged, facts)})."


def _new_payee_high(judged: Judged, facts: Facts) -> str:
    return (
        f"It is the first payment to {judged.counterparty}, and as high as the highest tenth of this account's "
        f"payments, which start at {judged.minor(facts['high_minor'])} ({_history(judged, facts)})."
    )


def _vel_burst(judged: Judged, facts: Facts) -> str:
    return (
        f"It is payment number {facts['count']} within {_count(facts['minutes'], 'minute')}, "
        f"{judged.minor(facts['total_minor'])} in all."
    )


def _odd_hour(judged: Judged, facts: Facts) -> str:
    nearby = facts["nearby"] or "none"
    return (
        f"It was made at {facts['local_time']} ({facts['time_zone']}); {nearby} of the {_history(judged, facts)} "
        f"fell within an hour of that time of day."
    )


def _struct(judged: Judged, facts: Facts) -> str:
    return (
        f"It is payment number {facts['count']} within {_count(facts['days'], 'day')} just below the reporting limit "
        f"of {judged.minor(facts['limit_minor'])}, {judged.minor(facts['total_minor'])} in all."
    )


def _pass_thru(judged: Judged, facts: Facts) -> str:
    return (
        f"{judged.minor(facts['out_minor'])} went out within {_count(facts['hours'], 'hour')} of "
        f"{judged.minor(facts['in_minor'])} that came in by {_count(facts['in_count'], 'payment')} from new payers."
    )


def _count(number: float, noun: str) -> str:
    return f"{number:g} {noun}" if number == 1 else f"{number:g} {noun}s"


_SENTENCES: dict[str, Callable[[Judged, Facts], str]] = {
    "AMT_SELF": _amt_self,
    "NEW_PAYEE_HIGH": _new_payee_high,
    "VEL_BURST": _vel_burst,
    "ODD_HOUR": _odd_hour,
    "STRUCT": _struct,
    "PASS_THRU": _pass_thru,
}
