"""Suggestions as their holder decides on them: by the payee and the category suggested, all such payments at once.

Accepting is the holder's own word on each of those payments. Dismissing holds for payments still to come, too.
Either is taken back without a trace. How suggestions are made is no matter of this module.
"""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict
from sqlalchemy import TextClause, text
from sqlmodel.ext.asyncio.session import AsyncSession

from core.errors import NotFound
from core.ledger.history import CategorySlug
from core.money import Currency
from core.text import Line

SUGGESTIONS_MAX = 50


class Suggested(BaseModel):
    """Which suggestion is meant."""

    model_config = ConfigDict(extra="forbid")

    counterparty: Line
    category: CategorySlug


class SuggestedSum(BaseModel):
    currency: Currency
    amount_minor: int


class Suggestion(BaseModel):
    """Payments out to one payee that have no category, and the one that their words suggest."""

    counterparty: str
    category: str
    payments: int
    sums: list[SuggestedSum]
    """What they come to, a sum for each currency."""
    latest_at: datetime


_LIST = text("""
    WITH summed AS (
        SELECT counterparty, category, currency, count(*) AS payments, sum(amount_minor) AS amount_minor,
               max(occurred_at) AS latest_at
          FROM insights.open_suggestion WHERE customer_id = :customer_id GROUP BY 1, 2, 3
    )
    SELECT counterparty, category, sum(payments)::bigint AS payments, max(latest_at) AS latest_at,
           jsonb_agg(jsonb_build_object('currency', currency, 'amount_minor', amount_minor) ORDER BY currency) AS sums
      FROM summed GROUP BY 1, 2 ORDER BY payments DESC, latest_at DESC, counterparty, category LIMIT :limit
""")
_ACCEPT = text("""
    INSERT INTO insights.annotation AS n (transaction_id, account_id, category)
    SELECT transaction_id, account_id, category
      FROM insights.open_suggestion
     WHERE customer_id = :customer_id AND counterparty = :counterparty AND category = :category
    ON CONFLICT (transaction_id, account_id) DO UPDATE
       SET category = excluded.category, version = n.version + 1, updated_at = now()
     WHERE n.category IS NULL
""")
_DISMISS = text("""
    INSERT INTO insights.dismissal (customer_id, counterparty, category) VALUES (:customer_id, :counterparty, :category)
    ON CONFLICT DO NOTHING
""")
_UNDISMISS = text("""
    DELETE FROM insights.dismissal
     WHERE customer_id = :customer_id AND counterparty = :counterparty AND category = :category
""")
# What was accepted is what the holder has said, where that is what was suggested.
_UNACCEPT = text("""
    UPDATE insights.annotation n
       SET category = NULL, version = n.version + 1, updated_at = now()
      FROM insights.suggestion s
      JOIN banking.account a ON a.id = s.account_id
     CROSS JOIN LATERAL (
        SELECT x.counterparty FROM reporting.entry_sent x
         WHERE x.transaction_id = s.transaction_id AND x.account_id = s.account_id OFFSET 0) e
     WHERE a.customer_id = :customer_id AND s.category = :category AND e.counterparty = :counterparty
       AND n.transaction_id = s.transaction_id AND n.account_id = s.account_id AND n.category = s.category
""")


async def suggestions_of(session: AsyncSession, customer_id: UUID) -> list[Suggestion]:
    """The customer's open suggestions, those for most payments first; at most 50."""
    facts = {"customer_id": customer_id, "limit": SUGGESTIONS_MAX}
    found = await session.execute(_LIST, facts)  # pyright: ignore[reportDeprecated]  # text()
    return [Suggestion.model_validate(dict(row)) for row in found.mappings()]


async def accept(session: AsyncSession, customer_id: UUID, suggested: Suggested) -> int:
    """Those payments have that category now, by the holder's own word; returns how many. Raises NotFound if there are
    none: the suggestion is of yesterday."""
    count = await _run(session, _ACCEPT, customer_id, suggested)
    if not count:
        raise NotFound
    return count


async def dismiss(session: AsyncSession, customer_id: UUID, suggested: Suggested) -> None:
    """This category is not suggested for this payee any more."""
    await _run(session, _DISMISS, customer_id, suggested)


async def take_back(session: AsyncSession, customer_id: UUID, suggested: Suggested) -> int:
    """It is open again, whether it had been accepted or dismissed; returns how many payments have no category again."""
    await _run(session, _UNDISMISS, customer_id, suggested)
    return await _run(session, _UNACCEPT, customer_id, suggested)


async def _run(session: AsyncSession, statement: TextClause, customer_id: UUID, suggested: Suggested) -> int:
    """How many rows it wrote."""
    connection = await session.connection()
    return (await connection.execute(statement, {"customer_id": customer_id, **suggested.model_dump()})).rowcount
