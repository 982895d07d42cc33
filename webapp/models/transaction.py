"""A payment as one row of the list, seen from the side of the account it is listed for."""

from dataclasses import dataclass
from typing import Any

from webapp.models import words


@dataclass
class Transaction:
    id: str = ""
    day: str = ""
    moment: str = ""
    counterparty: str = ""
    account: str = ""
    category: str = ""
    suggested: str = ""
    """A category that is only guessed, of what has none."""
    channel: str = ""
    description: str = ""
    amount: str = ""
    balance_after: str = ""
    status: str = ""
    failure: str = ""
    note: str = ""
    currency: str = ""
    is_in: bool = False


def transaction(found: dict[str, Any], time_zone: str) -> Transaction:
    moment = words.moment(found["occurred_at"], time_zone)
    is_in = found["direction"] == "in"
    signed_minor = found["amount_minor"] if is_in else -found["amount_minor"]
    return Transaction(
        id=found["id"],
        day=moment.partition(",")[0],
        moment=moment,
        counterparty=found["counterparty"],
        account=found["account"],
        category=words.category(found["category"]),
        suggested=words.category(found["suggested_category"]),
        channel=words.heading(found["channel"]),
        description=found["description"],
        amount=words.signed_money(signed_minor, found["currency"]),
        balance_after=_balance_after(found),
        status=found["status"],
        failure=words.heading(found["failure_code"] or ""),
        note=found["note"] or "",
        currency=found["currency"],
        is_in=is_in,
    )


def _balance_after(found: dict[str, Any]) -> str:
    """Empty for a payment that moved nothing, or not yet."""
    after = found["balance_after_minor"]
    return "" if after is None else words.money(after, found["currency"])
