"""A standing order, from POST /schedules to the forecast of the accounts that its owner may see."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from fastapi import FastAPI

from core.app import create_app
from core.db import Database
from core.identity import routes as identity
from core.insights import routes as insights
from core.ledger import routes as ledger
from core.ledger.schedules import run_due_schedules
from core.periods import today_in
from core.settings import Settings
from tests.api.conftest import People
from tests.factories import check_books, fresh, make_account, make_bank

RENT = 10_000


@pytest.fixture(scope="session")
async def app(settings: Settings) -> AsyncIterator[FastAPI]:
    routers = [identity.router, ledger.router, insights.router]
    app = create_app(settings, routers=routers, raw_routes=ledger.raw_routes, lifespans=[ledger.lifespan])
    async with app.router.lifespan_context(app):
        yield app


def today() -> date:
    """Where Asha and Ravi live."""
    return today_in(ZoneInfo("Asia/Kolkata"), datetime.now(UTC))


async def order(people: People, **changed: object) -> str:
    """Asha pays Ravi rent each week from today on."""
    body: dict[str, object] = {
        "sender_account_id": str(people.town.asha_account.id),
        "receiver_account_id": str(people.town.ravi_account.id),
        "amount_minor": RENT,
        "currency": "INR",
        "every": "week",
        "first_on": str(today()),
        **changed,
    }
    answer = await people["customer"].post("/schedules", json=body, headers={"Idempotency-Key": fresh("plan")})
    assert answer.status_code == 201, answer.text
    return answer.json()["id"]


async def foreseen(people: People, who: str, place: int = 0) -> Any:
    answer = await people[who].get("/insights/forecast", params={"days": 20})
    assert answer.status_code == 200, answer.text
    return sorted(answer.json()["accounts"], key=lambda account: account["account_id"])[place]


def planned(account: Any) -> list[tuple[str, int, str]]:
    return [(payment["on"], payment["amount_minor"], payment["source"]) for payment in account["planned"]]


def weeks(amount: int) -> list[tuple[str, int, str]]:
    """Today's is due, and no longer to come."""
    return [(str(today() + timedelta(days=days)), amount, "standing_order") for days in (7, 14)]


async def test_an_order_is_foreseen_before_and_after_it_pays(people: People, database: Database) -> None:
    await order(people)
    before = await foreseen(people, "customer")
    assert planned(before) == weeks(-RENT)
    while await run_due_schedules(database, datetime.now(UTC)):
        pass
    after = await foreseen(people, "customer")
    assert after["balance_minor"] == before["balance_minor"] - RENT
    assert planned(after) == weeks(-RENT)
    assert after["days"][-1]["balance_minor"] == after["balance_minor"] - 2 * RENT
    # Plans are their owner's: who will be paid hears of payments.
    assert planned(await foreseen(people, "ravi")) == []
    await check_books(database)


async def test_an_order_between_own_accounts_is_foreseen_on_both(people: People, database: Database) -> None:
    async with database.unit() as session:
        savings = await make_account(session, await make_bank(session), people.town.asha)
    await order(people, receiver_account_id=str(savings.id))
    mine = sorted([(str(people.town.asha_account.id), -RENT), (str(savings.id), RENT)])
    for place, (_, amount) in enumerate(mine):
        assert planned(await foreseen(people, "customer", place)) == weeks(amount)


async def test_an_order_ends_on_its_last_day(people: People) -> None:
    await order(people, until=str(today() + timedelta(days=13)))
    assert planned(await foreseen(people, "customer")) == weeks(-RENT)[:1]


async def test_a_cancelled_order_is_not_foreseen(people: People) -> None:
    id_ = await order(people)
    cancelled = await people["customer"].post(f"/schedules/{id_}/cancel")
    assert cancelled.status_code < 300, cancelled.text
    assert planned(await foreseen(people, "customer")) == []


async def test_nobody_else_foresees_an_order(people: People) -> None:
    await order(people)
    assert planned(await foreseen(people, "stranger")) == []
    answer = await people["stranger_staff"].get(
        "/insights/forecast", params={"account_id": str(people.town.asha_account.id)}
    )
    assert answer.json()["accounts"] == []
