"""Money that comes back from somebody who was paid: which payment a row takes back, so that it counts as no income.

A row is a refund when the file or the profile says so, when its narration does, or when it comes from a counterparty
that the same account paid before for something that is spent on (no salary, interest, person, loan or cash), or that it
paid the same amount by card for nobody knows what. It takes back the latest payment that has as much left; the ledger
keeps the sum of refunds below what was paid. A refund of which the payment is not known is marked by its channel and
counts as one all the same.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from core.categories import UNCATEGORISED
from core.imports.statement import Entry

CHANNEL = "refund"
"""Marks a refund of a payment that is not in the ledger; the insight views know it."""

PAYMENTS_MAX = 200
"""The latest payments to a counterparty that are looked at."""

_NEVER_BACK = frozenset(
    {"salary", "pension", "interest", "business_income", "investment", "loan", "cash", "transfer", "own_transfer"}
)
"""Categories in which money that comes in is none that comes back."""

_FIND_PAYMENTS = text("""
    SELECT t.id, t.sender_account_id, t.receiver_account_id, t.category, t.channel, t.occurred_at,
           t.amount_minor - coalesce((SELECT sum(r.amount_minor) FROM ledger.transaction r
                                       WHERE r.reverses_id = t.id AND r.status = 'success'), 0)::bigint
      FROM (SELECT DISTINCT * FROM unnest(CAST(:payers AS uuid[]), CAST(:payees AS uuid[]))) w(payer, payee)
     CROSS JOIN LATERAL (
        SELECT * FROM ledger.transaction
         WHERE sender_account_id = w.payer AND receiver_account_id = w.payee
           AND status = 'success' AND reverses_id IS NULL AND channel <> 'refund'
         ORDER BY occurred_at DESC LIMIT :most) t
     ORDER BY t.occurred_at, t.id
""")

Pair = tuple[UUID, UUID]
"""Who paid, and who was paid."""


@dataclass(slots=True)
class Payment:
    """A payment that may be taken back, and how much of it still can be."""

    id: UUID
    category: str | None
    channel: str
    occurred_at: datetime
    left_minor: int


class Payments:
    """The payments of a chunk's pairs of accounts, from the ledger and from the chunk itself."""

    def __init__(self) -> None:
        self._of: dict[Pair, list[Payment]] = {}

    @classmethod
    async def between(cls, session: AsyncSession, pairs: Iterable[Pair]) -> "Payments":
        """What the ledger holds of them, up to PAYMENTS_MAX for each pair."""
        wanted, payments = list(pairs), cls()
        values = {"payers": [a for a, _ in wanted], "payees": [b for _, b in wanted], "most": PAYMENTS_MAX}
        if not wanted:
            return payments
        rows = await session.execute(_FIND_PAYMENTS, values)  # pyright: ignore[reportDeprecated]  # exec() is for selects
        for id, payer, payee, *facts in rows:
            payments.add((payer, payee), Payment(id, *facts))
        return payments

    def add(self, pair: Pair, payment: Payment) -> None:
        """A payment that was made after those that are there."""
        self._of.setdefault(pair, []).append(payment)

    def taken_back_by(self, entry: Entry, pair: Pair, at: datetime) -> Payment | None:
        """The payment that this incoming row takes back, less what it takes of it."""
        fitting = (
            paid
            for paid in reversed(self._of.get(pair, []))
            if paid.occurred_at <= at and paid.left_minor >= entry.amount_minor and _may_come_back(entry, paid)
        )
        found = next(fitting, None)
        if found is not None:
            found.left_minor -= entry.amount_minor
        return found


def may_be_refund(entry: Entry) -> bool:
    """Whether the row is to be held against earlier payments at all."""
    if entry.amount_minor < 0 or entry.is_own:
        return False
    if entry.is_refund is not None:
        return entry.is_refund
    return (entry.category or entry.read_category) not in _NEVER_BACK


def _may_come_back(entry: Entry, paid: Payment) -> bool:
    """Whether it was spent: what for need not be known if a card paid it, and all of it comes back."""
    if entry.is_refund:
        return True
    if paid.category in (None, UNCATEGORISED):
        return paid.channel == "card" and paid.left_minor == entry.amount_minor
    return paid.category not in _NEVER_BACK
