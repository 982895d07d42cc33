"""An alert and an explanation, as analysts and customers read them."""

from dataclasses import dataclass, field
from typing import Any

from webapp.models import words


@dataclass
class Reason:
    sentence: str
    points: int


@dataclass
class Alert:
    id: str
    amount: str
    customer: str
    account: str
    counterparty: str
    description: str
    occurred_at: str
    points: int
    status: str
    reasons: list[Reason]


@dataclass
class Cited:
    occurred_at: str
    counterparty: str
    amount: str


@dataclass
class Explanation:
    """Empty until one is fetched."""

    points: int = 0
    alert_status: str = ""
    usual: str = ""
    reasons: list[Reason] = field(default_factory=list)
    cited: list[Cited] = field(default_factory=list)


def alert(found: dict[str, Any], time_zone: str) -> Alert:
    return Alert(
        id=found["id"],
        amount=words.money(found["amount_minor"], found["currency"]),
        customer=found["customer"],
        account=found["account"],
        counterparty=found["counterparty"],
        description=found["description"],
        occurred_at=words.moment(found["occurred_at"], time_zone),
        points=found["points"],
        status=found["status"],
        reasons=_reasons(found),
    )


def explanation(found: dict[str, Any], time_zone: str) -> Explanation:
    return Explanation(
        points=found["points"],
        alert_status=found["alert_status"] or "",
        usual=_usual(found),
        reasons=_reasons(found),
        cited=[
            Cited(
                occurred_at=words.moment(payment["occurred_at"], time_zone),
                counterparty=payment["counterparty"],
                amount=words.signed_money(payment["amount_minor"], payment["currency"]),
            )
            for payment in found["cited"]
        ],
    )


def _reasons(found: dict[str, Any]) -> list[Reason]:
    return [Reason(reason["sentence"], reason["points"]) for reason in found["reasons"]]


def _usual(found: dict[str, Any]) -> str:
    """What the account paid before, as a sentence; empty for its first payment."""
    usual, currency = found["usual"], found["currency"]
    if usual is None:
        return ""
    middle, largest = words.money(usual["median_minor"], currency), words.money(usual["largest_minor"], currency)
    return f"The {usual['payments']} payments before it were {middle} in the middle and {largest} at most."
