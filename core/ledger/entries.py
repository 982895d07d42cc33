"""Signed entries: what a balance is the sum of. Each transaction has two, which sum to zero."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Self
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import Row, text
from sqlmodel.ext.asyncio.session import AsyncSession

from core.money import Currency, Money
from core.paging import PageQuery


class EntryView(BaseModel):
    """One side of a successful transaction: money that came in is positive. The other side is an entry of the other
    account, with the opposite sign. `version` numbers an account's entries, from 1, in the order they were posted."""

    transaction_id: UUID
    account_id: UUID
    counterparty_account_id: UUID
    amount_minor: int
    currency: Currency
    amount: str
    balance_after_minor: int
    version: int
    occurred_at: datetime
    posted_at: datetime

    @classmethod
    def of(cls, entry: Row[Any]) -> Self:
        return cls(**entry._mapping, amount=Money(entry.amount_minor, entry.currency).amount)  # pyright: ignore[reportPrivateUsage]  # public, for all its underscore


class EntryQuery(PageQuery):
    account_id: UUID


# Each side by its own index, and no more of it than the page can hold: over the view, which joins names to both sides,
# a page of an account with 500,000 entries takes a second.
_PAGE = text("""
    SELECT * FROM (
        (SELECT t.id AS transaction_id, t.sender_account_id AS account_id,
                t.receiver_account_id AS counterparty_account_id, -t.amount_minor AS amount_minor, t.currency,
                t.sender_balance_after_minor AS balance_after_minor, t.sender_version AS version,
                t.occurred_at, t.posted_at
           FROM ledger.transaction t
          WHERE t.sender_account_id = :account_id AND t.status = 'success'
            AND (t.occurred_at, t.id) < (CAST(:occurred_at AS timestamptz), CAST(:id AS uuid))
          ORDER BY t.occurred_at DESC, t.id DESC
          LIMIT :limit)
        UNION ALL
        (SELECT t.id, t.receiver_account_id, t.sender_account_id, t.amount_minor, t.currency,
                t.receiver_balance_after_minor, t.receiver_version, t.occurred_at, t.posted_at
           FROM ledger.transaction t
          WHERE t.receiver_account_id = :account_id AND t.status = 'success'
            AND (t.occurred_at, t.id) < (CAST(:occurred_at AS timestamptz), CAST(:id AS uuid))
          ORDER BY t.occurred_at DESC, t.id DESC
          LIMIT :limit)
    ) e
    ORDER BY e.occurred_at DESC, e.transaction_id DESC
    LIMIT :limit
""")

_NEWEST = ("infinity", str(UUID(int=2**128 - 1)))


async def entries_page(session: AsyncSession, query: EntryQuery, after: Sequence[str] | None) -> Sequence[Row[Any]]:
    """The account's entries, latest first by when they occurred; one more than the query's limit."""
    occurred_at, id = after or _NEWEST
    facts = {"account_id": query.account_id, "occurred_at": occurred_at, "id": id, "limit": query.limit + 1}
    return (await session.execute(_PAGE, facts)).all()  # pyright: ignore[reportDeprecated]  # text()


def position_of(entry: Row[Any]) -> list[str]:
    return [entry.occurred_at.isoformat(), str(entry.transaction_id)]
