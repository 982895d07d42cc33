"""Suggestions: for what nothing catches, by the holder's own words and what categories mean, and by nobody else's."""

from uuid import UUID

import pytest
from sqlalchemy import text

from core.db import Database
from core.ledger.annotations import annotate
from core.ledger.relay import relay
from rag.suggestions import Meanings, suggest_next, words_of
from tests.factories import Town, make_account, make_customer, pay
from tests.fakes import FakeEmbedder


async def suggest(database: Database) -> None:
    """Everything that was committed is told, and heard."""
    embedder = FakeEmbedder()
    known = Meanings.of_categories(embedder)
    while await relay(database):
        pass
    while await suggest_next(database, embedder, known):
        pass


async def suggested(database: Database, *payments: UUID | None) -> list[str | None]:
    async with database.app.connect() as connection:
        found = await connection.execute(
            text("SELECT transaction_id, category FROM insights.suggestion WHERE transaction_id = ANY (:ids)"),
            {"ids": list(payments)},
        )
        known = {row.transaction_id: row.category for row in found}
    return [known.get(id) for id in payments]


async def test_words_of_a_category_suggest_it(database: Database, town: Town) -> None:
    async with database.unit() as session:
        rent = await pay(session, town.asha_account, town.ravi_account, 500, description="UPI/rent/4711")
        vague = await pay(session, town.asha_account, town.ravi_account, 500, description="quartz")
        known = await pay(session, town.asha_account, town.ravi_account, 500, description="rent", category="gifts")
    await suggest(database)
    assert await suggested(database, rent.id, vague.id, known.id) == ["rent", None, None]


async def test_what_the_holder_has_said_of_one_payment_suggests_the_others(database: Database, town: Town) -> None:
    async with database.unit() as session:
        first = await pay(session, town.asha_account, town.ravi_account, 500, description="quokka yodel")
        other = await pay(session, town.asha_account, town.ravi_account, 500, description="quokka yodel")
        ravis = await pay(session, town.ravi_account, town.asha_account, 500, description="quokka yodel")
    await suggest(database)
    assert await suggested(database, first.id, other.id, ravis.id) == [None, None, None]
    async with database.unit() as session:
        side = {"transaction_id": first.id, "account_id": town.asha_account.id}
        await annotate(session, {"category": "fitness"}, **side, version=0, actor="test")  # pyright: ignore[reportArgumentType]
    await suggest(database)
    async with database.unit() as session:
        later = await pay(session, town.asha_account, town.ravi_account, 500, description="quokka yodel")
        ravis_later = await pay(session, town.ravi_account, town.asha_account, 500, description="quokka yodel")
    await suggest(database)
    assert await suggested(database, other.id, later.id) == ["fitness", "fitness"]
    assert await suggested(database, ravis.id, ravis_later.id) == [None, None]


async def test_a_persons_name_says_nothing_and_a_shops_does(database: Database, town: Town) -> None:
    async with database.unit() as session:
        person = await make_account(session, town.bank, await make_customer(session, name="Rent"))
        shop = await make_account(session, town.bank, await make_customer(session, name="Rent", kind="business"))
        to_person = await pay(session, town.asha_account, person, 500)
        to_shop = await pay(session, town.asha_account, shop, 500)
    await suggest(database)
    assert await suggested(database, to_person.id, to_shop.id) == [None, "rent"]


@pytest.mark.parametrize(
    ("payee", "description", "words"),
    [
        ("Vega Fuels", "POS VEGA FUELS 4711", ["Vega Fuels", "VEGA FUELS"]),
        ("", "UPI/rent may", ["rent may"]),
        ("", "NEFT 2026/05", []),
        ("Metro", "Metro", ["Metro"]),
    ],
)
def test_the_rail_is_no_part_of_what_was_bought(payee: str, description: str, words: list[str]) -> None:
    assert words_of(payee, description) == words
