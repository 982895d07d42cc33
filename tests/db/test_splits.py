"""Splits: one payment over several categories. Nothing is lost, refunds follow in proportion, the last word holds."""

from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from core.banking.tables import Account
from core.categories import CATEGORIES
from core.db import Database
from core.errors import SplitMismatch
from core.insights.splits import Split, divide
from core.ledger.annotations import annotate
from core.ledger.transfers import Posting
from tests.factories import Town, check_books, pay

SLUGS = [category.slug for category in CATEGORIES]


def split_of(**parts: int) -> Split:
    return Split.model_validate({"parts": [{"category": slug, "amount_minor": minor} for slug, minor in parts.items()]})


async def put(session: AsyncSession, split: Split, paid: Posting, account: Account, *, version: int = 0) -> int:
    whole_minor = await session.scalar(
        text("SELECT amount_minor FROM ledger.transaction WHERE id = :id"), {"id": paid.id}
    )
    return await divide(
        session, split, transaction_id=paid.id, account_id=account.id, whole_minor=whole_minor, version=version,
        actor="test",
    )  # fmt: skip


async def spend(session: AsyncSession, account: Account) -> dict[str, int]:
    found = await session.execute(
        text("""
            SELECT category, sum(spend_minor)::bigint AS minor FROM reporting.entry_part
             WHERE account_id = :account AND spend_minor <> 0 GROUP BY category
        """),
        {"account": account.id},
    )
    return {row.category: row.minor for row in found}


async def sides(session: AsyncSession, view: str, transaction_id: UUID | None, account: Account) -> list[Any]:
    return list(
        await session.execute(
            text(f"SELECT * FROM reporting.{view} WHERE transaction_id = :id AND account_id = :account"),
            {"id": transaction_id, "account": account.id},
        )
    )


async def test_each_category_has_its_part(database: Database, town: Town) -> None:
    async with database.unit() as session:
        paid = await pay(session, town.asha_account, town.ravi_account, 1000)
        await put(session, split_of(groceries=700, gifts=299, pets=1), paid, town.asha_account)
        assert await spend(session, town.asha_account) == {"groceries": 700, "gifts": 299, "pets": 1}
        [entry] = await sides(session, "entry", paid.id, town.asha_account)
        assert (entry.category, entry.amount_minor) == ("groceries", -1000)
        assert [row.category for row in await sides(session, "entry_part", paid.id, town.ravi_account)] == [
            "uncategorised"
        ]
    await check_books(database)


async def test_parts_that_do_not_sum_to_the_payment_are_refused(database: Database, town: Town) -> None:
    async with database.unit() as session:
        paid = await pay(session, town.asha_account, town.ravi_account, 1000)
        with pytest.raises(SplitMismatch) as refused:
            await put(session, split_of(groceries=700, gifts=299), paid, town.asha_account)
    assert refused.value.facts == {"whole_minor": 1000, "parts_minor": 999}


@pytest.mark.parametrize(
    "parts",
    [
        [{"category": "gifts", "amount_minor": 5}],
        [{"category": "gifts", "amount_minor": 5}, {"category": "gifts", "amount_minor": 6}],
        [{"category": "gifts", "amount_minor": 5}, {"category": "pets", "amount_minor": 0}],
        [{"category": "gifts", "amount_minor": 5}, {"category": "nonsense", "amount_minor": 1}],
    ],
)
def test_what_divides_nothing_is_no_split(parts: list[Any]) -> None:
    with pytest.raises(ValueError, match=r"no split|each category once|greater than|no such category"):
        Split.model_validate({"parts": parts})


async def test_the_last_word_holds(database: Database, town: Town) -> None:
    asha = town.asha_account
    async with database.unit() as session:
        paid = await pay(session, asha, town.ravi_account, 1000)
        side = {"transaction_id": paid.id, "account_id": asha.id, "actor": "test"}
        version = await put(session, split_of(groceries=600, gifts=400), paid, asha)
        version = await annotate(session, {"note": "for the party"}, **side, version=version)
        assert await spend(session, asha) == {"groceries": 600, "gifts": 400}
        version = await annotate(session, {"category": "travel"}, **side, version=version)
        assert await spend(session, asha) == {"travel": 1000}
        version = await put(session, split_of(pets=1, gifts=999), paid, asha, version=version)
        assert await spend(session, asha) == {"pets": 1, "gifts": 999}
        await put(session, Split(parts=[]), paid, asha, version=version)
        assert await spend(session, asha) == {"uncategorised": 1000}


async def test_a_refund_is_divided_as_its_payment_unless_the_holder_says_otherwise(
    database: Database, town: Town
) -> None:
    asha = town.asha_account
    async with database.unit() as session:
        paid = await pay(session, asha, town.ravi_account, 1000)
        await put(session, split_of(groceries=600, gifts=400), paid, asha)
        refund = await pay(session, town.ravi_account, asha, 500, reverses_id=paid.id)
        assert await spend(session, asha) == {"groceries": 300, "gifts": 200}
        side = {"transaction_id": refund.id, "account_id": asha.id, "actor": "test"}
        await annotate(session, {"category": "pets"}, **side, version=0)
        assert await spend(session, asha) == {"groceries": 600, "gifts": 400, "pets": -500}


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    parts=st.dictionaries(st.sampled_from(SLUGS), st.integers(1, 300), min_size=2, max_size=6),
    back=st.fractions(min_value=0, max_value=1),
)
async def test_parts_always_sum_to_the_whole(database: Database, town: Town, parts: dict[str, int], back: Any) -> None:
    """Of the payment, and of a refund of any share of it, where no part is off by a whole minor unit."""
    whole = sum(parts.values())
    returned = int(whole * back)
    async with database.unit() as session:
        paid = await pay(session, town.asha_account, town.ravi_account, whole)
        await put(session, split_of(**parts), paid, town.asha_account)
        rows = await sides(session, "entry_part", paid.id, town.asha_account)
        assert {row.category: row.spend_minor for row in rows} == parts
        if returned:
            refund = await pay(session, town.ravi_account, town.asha_account, returned, reverses_id=paid.id)
            rows = await sides(session, "entry_part", refund.id, town.asha_account)
            assert sum(row.spend_minor for row in rows) == -returned
            assert all(abs(-row.spend_minor * whole - parts[row.category] * returned) < whole for row in rows)
        await session.rollback()
