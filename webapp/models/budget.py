"""A budget in one month, as its page shows it."""

from dataclasses import dataclass
from typing import Any

from core.money import Money, exponent
from webapp.models import words

_STATES = {"on_track": "On track", "at_risk": "Likely to be over", "over": "Over"}


@dataclass
class Budget:
    id: str
    covers: str
    name: str
    currency: str
    state: str
    """`on_track`, `at_risk` or `over`; `standing` is that in words."""
    standing: str
    spent: str
    available: str
    left: str
    projected: str
    percent: int
    """Of what is available, at most 100."""
    amount: str
    """A month's, as one would type it."""
    version: int


def budget(found: dict[str, Any]) -> Budget:
    currency, available, spent = found["currency"], found["available_minor"], found["spent_minor"]
    return Budget(
        id=found["id"],
        covers=found["covers"],
        name=found["name"],
        currency=currency,
        state=found["state"],
        standing=_STATES[found["state"]],
        spent=words.money(spent, currency),
        available=words.money(available, currency),
        left=_left(found["left_minor"], currency),
        projected=words.money(found["projected_minor"], currency),
        percent=_percent(spent, available),
        amount=_typed(Money(found["amount_minor"], currency)),
        version=found["version"],
    )


def _left(left_minor: int, currency: str) -> str:
    return f"{words.money(abs(left_minor), currency)} {'left' if left_minor >= 0 else 'over'}"


def _percent(spent: int, available: int) -> int:
    if available <= 0:
        return 100 if spent > 0 else 0
    return min(max(round(100 * spent / available), 0), 100)


def _typed(money: Money) -> str:
    whole, minor = divmod(money.amount_minor, 10 ** exponent(money.currency))
    return f"{whole}.{minor:0{exponent(money.currency)}d}" if minor else str(whole)
