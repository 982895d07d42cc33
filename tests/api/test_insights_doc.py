"""docs/insights.md is true: its queries are sent as they stand there, and give the rows that stand under them."""

import json
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fastapi import FastAPI

from core.app import create_app
from core.db import Database
from core.identity import routes as identity
from core.insights import routes as insights
from core.settings import Settings
from tests.api.conftest import People
from tests.factories import check_books, make_account, make_customer, pay

PAGE = Path(__file__).parents[2] / "docs" / "insights.md"
_BLOCK = re.compile(r"```json\n(.*?)\n\n(.*?)\n```", re.DOTALL)


@pytest.fixture(scope="session")
async def app(settings: Settings) -> AsyncIterator[FastAPI]:
    app = create_app(settings, routers=[identity.router, insights.router])
    async with app.router.lifespan_context(app):
        yield app


PAID = [
    *[("Grocer", 100_00, "2026-04-16", "groceries")] * 3,
    *[("Landlord", 600_00, f"2026-0{month}-05", "rent") for month in (3, 4, 5)],
    ("Grocer", 250_00, "2026-05-16", "groceries"),  # a Saturday
    ("Cafe", 100_00, "2026-05-17", "eating_out"),
    ("Grocer", 50_00, "2026-05-20", "groceries"),
]


@pytest.fixture
async def household(people: People, database: Database) -> People:
    """Asha has 5,000.00 from March on, and spends it as PAID says."""
    town = people.town
    async with database.unit() as session:
        shops = {
            name: await make_account(session, town.bank, await make_customer(session, name=name))
            for name in ("Landlord", "Grocer", "Cafe")
        }
        await pay(session, town.cash, town.asha_account, 5_000_00, occurred_at=_noon("2026-03-01"))
        for payee, amount, day, category in PAID:
            await pay(session, town.asha_account, shops[payee], amount, occurred_at=_noon(day), category=category)
    return people


async def test_queries_of_the_page_give_the_rows_under_them(household: People, database: Database) -> None:
    blocks = _BLOCK.findall(PAGE.read_text())
    assert len(blocks) == 8
    for query, rows in blocks:
        answer = await household["customer"].post("/insights/query", json=json.loads(query))
        assert answer.status_code == 200, answer.text
        assert answer.json()["rows"] == json.loads(rows), query
    await check_books(database)


def _noon(day: str) -> datetime:
    return datetime.fromisoformat(f"{day}T06:30:00+00:00").astimezone(UTC)
