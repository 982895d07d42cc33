"""REST of fraud: who may read alerts, decide on them, and ask why; one page after another."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from fastapi import FastAPI

from core.app import create_app
from core.db import Database
from core.fraud import routes as fraud
from core.identity import routes as identity
from core.ledger.relay import drain
from core.settings import Settings
from tests.api.conftest import People
from tests.factories import make_account, make_customer, pay

NOON = datetime(2026, 3, 2, 6, 30, tzinfo=UTC)


@pytest.fixture(scope="session")
async def app(settings: Settings) -> AsyncIterator[FastAPI]:
    app = create_app(settings, routers=[identity.router, fraud.router])
    async with app.router.lifespan_context(app):
        yield app


@dataclass(frozen=True)
class Scene:
    people: People
    flagged: list[UUID]
    """Asha's payments to strangers that became alerts, oldest first."""


@pytest.fixture
async def scene(people: People, database: Database) -> Scene:
    """Asha pays Ravi ten rupees a day for a month, then three strangers as much as a hundred and twenty each."""
    town = people.town
    async with database.unit() as session:
        for day in range(30, 0, -1):
            await pay(session, town.asha_account, town.ravi_account, 10_00, occurred_at=NOON - timedelta(days=day))
        flagged: list[UUID] = []
        for day in range(3):
            stranger = await make_account(session, town.bank, await make_customer(session))
            at = NOON + timedelta(days=day)
            posting = await pay(session, town.asha_account, stranger, (120 + day) * 100, occurred_at=at)
            assert posting.id is not None
            flagged.append(posting.id)
    await drain(database)
    return Scene(people, flagged)


async def _ids(scene: Scene, who: str, **query: str | int) -> list[UUID]:
    response = await scene.people[who].get("/fraud/alerts", params=query)
    assert response.status_code == 200, response.text
    return [UUID(alert["id"]) for alert in response.json()["data"]]


async def test_alerts_are_for_those_who_work_on_them(scene: Scene) -> None:
    for who in ("staff", "analyst"):
        assert await _ids(scene, who) == scene.flagged[::-1]
    assert set(scene.flagged) <= set(await _ids(scene, "admin", limit=200))
    assert await _ids(scene, "stranger_staff") == []
    refused = await scene.people["customer"].get("/fraud/alerts")
    assert (refused.status_code, refused.json()["code"]) == (403, "not_allowed")


async def test_alerts_come_page_by_page_and_by_days(scene: Scene) -> None:
    analyst = scene.people["analyst"]
    first = (await analyst.get("/fraud/alerts", params={"limit": 2})).json()
    second = (await analyst.get("/fraud/alerts", params={"limit": 2, "cursor": first["next_cursor"]})).json()
    assert [UUID(alert["id"]) for alert in first["data"] + second["data"]] == scene.flagged[::-1]
    assert second["next_cursor"] is None
    assert await _ids(scene, "analyst", start="2026-03-03", end="2026-03-04") == [scene.flagged[1]]
    backwards = await analyst.get("/fraud/alerts", params={"start": "2026-03-04", "end": "2026-03-03"})
    assert backwards.status_code == 422


async def test_a_decided_alert_leaves_the_open_ones(scene: Scene) -> None:
    path = f"/fraud/alerts/{scene.flagged[0]}"
    for who, status in {"stranger": 403, "stranger_staff": 403, "staff": 403, "customer": 403, "analyst": 204}.items():
        assert (await scene.people[who].patch(path, json={"status": "dismissed"})).status_code == status, who
    assert await _ids(scene, "analyst", status="open") == scene.flagged[:0:-1]
    assert await _ids(scene, "analyst", status="dismissed") == scene.flagged[:1]
    unknown = await scene.people["analyst"].patch(path, json={"status": "maybe"})
    assert unknown.status_code == 422


async def test_a_customer_may_ask_why_about_their_own_payments_only(scene: Scene) -> None:
    path = f"/fraud/transactions/{scene.flagged[0]}"
    answers = {who: await scene.people[who].get(path) for who in ("customer", "analyst", "ravi", "stranger_staff")}
    assert {who: answer.status_code for who, answer in answers.items()} == {
        "customer": 200, "analyst": 200, "ravi": 404, "stranger_staff": 404,
    }  # fmt: skip
    explanation = answers["customer"].json()
    assert explanation == answers["analyst"].json()
    assert explanation["reasons"][0]["sentence"] == (
        "₹120.00 is 12 times this account's usual ₹10.00 (30 payments since January 2026)."
    )
    assert explanation["usual"] == {
        "payments": 30, "since": "2026-01-31T06:30:00Z", "median_minor": 10_00, "largest_minor": 10_00,
    }  # fmt: skip
    assert len(explanation["cited"]) == 1
