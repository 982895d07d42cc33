"""What a change of a customer's rules does to the payments that are there: read before and after it, in one unit."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import datetime
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from core.money import Currency
from core.tracing import trace_id

EXAMPLES_MAX = 50

_TABLE = text("""
    CREATE TEMPORARY TABLE category_before (
        transaction_id uuid, account_id uuid, category text, PRIMARY KEY (transaction_id, account_id)
    ) ON COMMIT DROP
""")
_REMEMBER = text("""
    INSERT INTO category_before
    SELECT transaction_id, account_id, category FROM reporting.entry WHERE customer_id = :customer_id
""")
_CHANGED = """
    FROM category_before b
    JOIN reporting.entry e ON e.transaction_id = b.transaction_id AND e.account_id = b.account_id
   WHERE e.customer_id = :customer_id AND e.category <> b.category
"""
_COUNT = text(f"SELECT count(*) {_CHANGED}")
_EXAMPLES = text(f"""
    SELECT e.transaction_id, e.account_id, e.occurred_at, e.counterparty, e.description, e.amount_minor, e.currency,
           b.category AS category_before, e.category AS category_after
    {_CHANGED} ORDER BY e.occurred_at DESC, e.transaction_id LIMIT :limit
""")
# What is split keeps its parts whatever the rules say.
_CATEGORIES = text("""
    WITH side AS (
        SELECT CASE WHEN e.parts IS NULL THEN b.category ELSE e.category END AS before, e.category AS after,
               e.currency, e.spend_minor, e.income_minor
          FROM category_before b
          JOIN reporting.entry_part e ON e.transaction_id = b.transaction_id AND e.account_id = b.account_id
         WHERE e.customer_id = :customer_id AND e.status = 'success'
    )
    SELECT c.category, s.currency,
           count(*) FILTER (WHERE s.before = c.category) AS payments_before,
           count(*) FILTER (WHERE s.after = c.category) AS payments_after,
           coalesce(sum(s.spend_minor) FILTER (WHERE s.before = c.category), 0) AS spend_minor_before,
           coalesce(sum(s.spend_minor) FILTER (WHERE s.after = c.category), 0) AS spend_minor_after,
           coalesce(sum(s.income_minor) FILTER (WHERE s.before = c.category), 0) AS income_minor_before,
           coalesce(sum(s.income_minor) FILTER (WHERE s.after = c.category), 0) AS income_minor_after
      FROM side s CROSS JOIN LATERAL (SELECT s.before AS category UNION SELECT s.after) c
     GROUP BY c.category, s.currency
    HAVING bool_or(s.before <> s.after)
     ORDER BY c.category, s.currency
""")
_TELL = text(f"""
    SELECT count(ledger.note_change(e.transaction_id, e.account_id, :actor, :trace_id)) {_CHANGED}
""")


class CategoryEffect(BaseModel):
    """A category that gains or loses payments: all that is in it, before and after. Spend and income as insights give
    them, in minor units."""

    category: str
    currency: Currency
    payments_before: int
    payments_after: int
    spend_minor_before: int
    spend_minor_after: int
    income_minor_before: int
    income_minor_after: int


class ChangedEntry(BaseModel):
    """A payment whose category would be another; `amount_minor` is negative when money left."""

    transaction_id: UUID
    account_id: UUID
    occurred_at: datetime
    counterparty: str
    description: str
    amount_minor: int
    currency: Currency
    category_before: str
    category_after: str


class RuleEffect(BaseModel):
    """How many entries would have another category, the latest of them, and the categories that this changes."""

    changed: int
    categories: list[CategoryEffect]
    entries: list[ChangedEntry]


@asynccontextmanager
async def telling(session: AsyncSession, customer_id: UUID, *, actor: str) -> AsyncGenerator[None]:
    """Rules change within: followers are told of every entry that has another category afterwards."""
    await remember(session, customer_id)
    yield
    told = {"customer_id": customer_id, "actor": actor, "trace_id": trace_id()}
    await session.execute(_TELL, told)  # pyright: ignore[reportDeprecated]  # text()


async def remember(session: AsyncSession, customer_id: UUID) -> None:
    """Keep the categories as they are now, for as long as the unit lasts."""
    await session.execute(_TABLE)  # pyright: ignore[reportDeprecated]  # text()
    await session.execute(_REMEMBER, {"customer_id": customer_id})  # pyright: ignore[reportDeprecated]


async def effect(session: AsyncSession, customer_id: UUID) -> RuleEffect:
    """What has changed since `remember`."""
    facts = {"customer_id": customer_id}
    changed = (await session.execute(_COUNT, facts)).scalar_one()  # pyright: ignore[reportDeprecated]
    categories = await session.execute(_CATEGORIES, facts)  # pyright: ignore[reportDeprecated]
    examples = await session.execute(_EXAMPLES, {**facts, "limit": EXAMPLES_MAX})  # pyright: ignore[reportDeprecated]
    return RuleEffect(
        changed=changed,
        categories=[CategoryEffect.model_validate(dict(row)) for row in categories.mappings()],
        entries=[ChangedEntry.model_validate(dict(row)) for row in examples.mappings()],
    )
