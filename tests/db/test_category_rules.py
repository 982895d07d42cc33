"""Rules: one fact a test. What a rule does to the past and the future, in which order, and how it goes again."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from core.banking.tables import Account
from core.db import Database
from core.errors import InvalidRequest, TooManyRules
from core.insights.rule_effects import effect, remember, telling
from core.insights.rules import RULES_MAX, NewRule, Rule, add_rule, change_rule, delete_rule, rules_of
from core.ledger.annotations import annotate
from core.ledger.relay import relay
from tests.factories import Town, check_books, fresh, make_account, make_customer, make_town, pay


@dataclass(frozen=True)
class Street:
    """A town, and a shop that sells food: what Asha pays there is `groceries` by its code."""

    town: Town
    shop: Account


@pytest.fixture
async def street(database: Database) -> AsyncIterator[Street]:
    async with database.unit() as session:
        town = await make_town(session)
        facts = {"kind": "business", "merchant_category_code": "5411"}
        shop = await make_account(session, town.bank, await make_customer(session, name="Ågård Mart", **facts))
    yield Street(town, shop)
    await check_books(database)


async def categories(session: AsyncSession, *payments: UUID, account: Account) -> list[str]:
    """What each payment is on that account's side."""
    found = await session.execute(
        text("SELECT transaction_id, category FROM reporting.entry WHERE account_id = :account"),
        {"account": account.id},
    )
    known = {row.transaction_id: row.category for row in found}
    return [known[id] for id in payments]


async def rule(session: AsyncSession, street: Street, category: str, **facts: Any) -> Rule:
    return await add_rule(session, street.town.asha.id, NewRule(category=category, **facts))


async def test_a_rule_holds_for_the_past_and_for_a_payment_made_just_now(database: Database, street: Street) -> None:
    asha = street.town.asha_account
    async with database.unit() as session:
        past = await pay(session, asha, street.shop, 500)
        await rule(session, street, "gifts", counterparty="ågård")
    async with database.unit() as session:
        future = await pay(session, asha, street.shop, 700)
        assert await categories(session, past.id, future.id, account=asha) == ["gifts", "gifts"]


async def test_without_the_rule_everything_is_as_it_was(database: Database, street: Street) -> None:
    asha = street.town.asha_account
    async with database.unit() as session:
        paid = await pay(session, asha, street.shop, 500)
        added = await rule(session, street, "gifts", counterparty="mart")
        assert await categories(session, paid.id, account=asha) == ["gifts"]
        await delete_rule(session, street.town.asha.id, added)
        assert await categories(session, paid.id, account=asha) == ["groceries"]


@pytest.mark.parametrize(
    ("facts", "fits"),
    [
        ({"description": "TEA"}, True),
        ({"description": "t_a"}, False),
        ({"description": "%"}, False),
        ({"counterparty": "ÅGÅRD"}, True),
        ({"counterparty": "Annapurna"}, False),
        ({"direction": "out"}, True),
        ({"direction": "in"}, False),
        ({"channel": "card"}, True),
        ({"channel": "upi"}, False),
        ({"currency": "INR", "amount_minor_min": 500}, True),
        ({"currency": "INR", "amount_minor_min": 501}, False),
        ({"currency": "INR", "amount_minor_max": 500}, True),
        ({"currency": "INR", "amount_minor_max": 499}, False),
        ({"currency": "EUR", "amount_minor_min": 1}, False),
        ({"description": "tea", "channel": "upi"}, False),
    ],
)
async def test_a_rule_asks_for_all_that_it_says(
    database: Database, street: Street, facts: dict[str, Any], fits: bool
) -> None:
    asha = street.town.asha_account
    async with database.unit() as session:
        paid = await pay(session, asha, street.shop, 500, description="Green tea", channel="card")
        await rule(session, street, "gifts", **facts)
        assert await categories(session, paid.id, account=asha) == ["gifts" if fits else "groceries"]


async def test_the_first_rule_that_fits_wins_wherever_it_was_put(database: Database, street: Street) -> None:
    asha = street.town.asha_account
    async with database.unit() as session:
        paid = await pay(session, asha, street.shop, 500, description="tea")
        last = await rule(session, street, "gifts", description="tea")
        await rule(session, street, "pets", description="tea")
        assert await categories(session, paid.id, account=asha) == ["gifts"]
        await rule(session, street, "travel", description="tea", place=1)
        assert await categories(session, paid.id, account=asha) == ["travel"]
        [_, last, _] = await rules_of(session, street.town.asha.id)
        await change_rule(session, street.town.asha.id, last, {"place": 1})
        assert await categories(session, paid.id, account=asha) == ["gifts"]


async def test_places_stay_without_gaps(database: Database, street: Street) -> None:
    customer_id = street.town.asha.id
    async with database.unit() as session:
        for slug in ("gifts", "pets", "travel", "fuel"):
            await rule(session, street, slug, description="tea")

        async def order() -> list[tuple[int, str]]:
            return [(rule.place, rule.category) for rule in await rules_of(session, customer_id)]

        await change_rule(session, customer_id, (await rules_of(session, customer_id))[0], {"place": 3})
        assert await order() == [(1, "pets"), (2, "travel"), (3, "gifts"), (4, "fuel")]
        await change_rule(session, customer_id, (await rules_of(session, customer_id))[3], {"place": 2})
        assert await order() == [(1, "pets"), (2, "fuel"), (3, "travel"), (4, "gifts")]
        await delete_rule(session, customer_id, (await rules_of(session, customer_id))[1])
        assert await order() == [(1, "pets"), (2, "travel"), (3, "gifts")]
        await change_rule(session, customer_id, (await rules_of(session, customer_id))[0], {"place": 50})
        assert await order() == [(1, "travel"), (2, "gifts"), (3, "pets")]


async def test_the_holders_own_word_goes_before_rules(database: Database, street: Street) -> None:
    asha = street.town.asha_account
    async with database.unit() as session:
        paid = await pay(session, asha, street.shop, 500)
        await annotate(
            session, {"category": "pets"}, transaction_id=paid.id, account_id=asha.id, version=0, actor="test"
        )
        await rule(session, street, "gifts", counterparty="mart")
        assert await categories(session, paid.id, account=asha) == ["pets"]


async def test_rules_go_before_what_the_payment_says(database: Database, street: Street) -> None:
    asha = street.town.asha_account
    async with database.unit() as session:
        paid = await pay(session, asha, street.shop, 500, category="travel")
        assert await categories(session, paid.id, account=asha) == ["travel"]
        await rule(session, street, "gifts", counterparty="mart")
        assert await categories(session, paid.id, account=asha) == ["gifts"]


async def test_rules_are_for_ones_own_side_alone(database: Database, street: Street) -> None:
    town = street.town
    async with database.unit() as session:
        paid = await pay(session, town.asha_account, town.ravi_account, 500, description="tea")
        await rule(session, street, "gifts", description="tea")
        assert await categories(session, paid.id, account=town.ravi_account) == ["uncategorised"]


async def test_a_refund_goes_where_its_payment_went(database: Database, street: Street) -> None:
    """Rules are asked about the payment: its amount, its direction, its words. Not about the refund's own."""
    asha = street.town.asha_account
    async with database.unit() as session:
        paid = await pay(session, asha, street.shop, 500, description="tea")
        refund = await pay(session, street.shop, asha, 200, description="sorry", reverses_id=paid.id)
        await rule(session, street, "pets", description="sorry")
        await rule(session, street, "gifts", direction="out", description="tea", currency="INR", amount_minor_min=500)
        assert await categories(session, paid.id, refund.id, account=asha) == ["gifts", "gifts"]
        await annotate(
            session, {"category": "fuel"}, transaction_id=paid.id, account_id=asha.id, version=0, actor="test"
        )
        assert await categories(session, paid.id, refund.id, account=asha) == ["fuel", "fuel"]


async def test_a_rule_that_asks_for_nothing_or_for_less_than_nothing_is_refused(
    database: Database, street: Street
) -> None:
    for facts in ({}, {"currency": "INR"}, {"amount_minor_min": 5}, {"description": "a", "category": "no such"}):
        with pytest.raises(ValueError, match=r"asks for something|of one currency|no such category"):
            NewRule.model_validate({"category": "gifts", **facts})
    async with database.unit() as session:
        added = await rule(session, street, "gifts", description="tea")
        with pytest.raises(InvalidRequest, match="asks for something"):
            await change_rule(session, street.town.asha.id, added, {"description": None})
        with pytest.raises(InvalidRequest, match="larger than"):
            patch = {"currency": "INR", "amount_minor_min": 2, "amount_minor_max": 1}
            await change_rule(session, street.town.asha.id, added, patch)  # pyright: ignore[reportArgumentType]


async def test_rules_are_not_without_end(database: Database, street: Street) -> None:
    async with database.unit() as session:
        for _ in range(RULES_MAX):
            await rule(session, street, "gifts", description=fresh("word"))
        with pytest.raises(TooManyRules):
            await rule(session, street, "gifts", description="one more")


async def test_an_effect_has_the_sums_before_and_after(database: Database, street: Street) -> None:
    town = street.town
    async with database.unit() as session:
        paid = await pay(session, town.asha_account, street.shop, 500, description="tea")
        await pay(session, street.shop, town.asha_account, 100, description="sorry", reverses_id=paid.id)
        await pay(session, town.asha_account, street.shop, 40, description="milk")
        await remember(session, town.asha.id)
        await rule(session, street, "gifts", description="tea")
        found = await effect(session, town.asha.id)
    assert found.changed == 2
    assert {entry.description for entry in found.entries} == {"tea", "sorry"}
    figures = {
        c.category: (c.payments_before, c.payments_after, c.spend_minor_before, c.spend_minor_after)
        for c in found.categories
    }
    assert figures == {"gifts": (0, 2, 0, 400), "groceries": (3, 1, 440, 40)}


async def test_followers_are_told_of_what_reads_differently_and_of_nothing_else(
    database: Database, street: Street
) -> None:
    town = street.town
    async with database.unit() as session:
        changed = await pay(session, town.asha_account, street.shop, 500, description="tea")
        await pay(session, town.asha_account, street.shop, 500, description="milk")
    while await relay(database):
        pass
    async with database.unit() as session, telling(session, town.asha.id, actor="test"):
        await rule(session, street, "gifts", description="tea")
    while await relay(database):
        pass
    async with database.app.connect() as connection:
        told = await connection.execute(
            text("SELECT transaction_id FROM ledger.change WHERE account_id = :id AND kind = 'modified'"),
            {"id": town.asha_account.id},
        )
        assert told.scalars().all() == [changed.id]
