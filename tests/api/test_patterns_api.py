"""REST of patterns: each route answers its own customer, tells a stranger nothing, and refuses what makes no sense."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest
from fastapi import FastAPI

from core.app import create_app
from core.db import Database
from core.identity import routes as identity
from core.insights import routes as insights
from core.settings import Settings
from tests.api.conftest import People
from tests.factories import pay

NOON = datetime(2026, 5, 5, 6, 30, tzinfo=UTC)
ROUTES = ("recurring", "anomalies", "forecast", "cash-flow", "categories", "merchants", "calendar", "budgets", "peers")
OF_ONE_CUSTOMER = ("recurring", "anomalies", "forecast", "cash-flow")
OWN_ALONE = ("budgets", "peers")
BUDGET = {"covers": "food", "amount_minor": 10_000, "currency": "INR", "first_month": "2026-05-01"}


@pytest.fixture(scope="session")
async def app(settings: Settings) -> AsyncIterator[FastAPI]:
    app = create_app(settings, routers=[identity.router, insights.router])
    async with app.router.lifespan_context(app):
        yield app


@pytest.fixture
async def paying(people: People, database: Database) -> People:
    """Asha pays Ravi 30.00 on the fifth of each month from January to May 2026, as eating out."""
    town = people.town
    async with database.unit() as session:
        for month in range(1, 6):
            at = NOON.replace(month=month)
            await pay(session, town.asha_account, town.ravi_account, 30_00, occurred_at=at, category="eating_out")
    return people


async def get(people: People, who: str, path: str, **params: Any) -> Any:
    response = await people[who].get(f"/insights/{path}", params=params)
    assert response.status_code == 200, response.text
    return response.json()


async def test_every_route_wants_a_token(app: FastAPI, people: People) -> None:
    nobody = people["customer"]
    del nobody.headers["Authorization"]
    for route in ROUTES:
        assert (await nobody.get(f"/insights/{route}")).status_code == 401
    assert (await nobody.post("/insights/budgets", json=BUDGET)).status_code == 401


async def test_a_stranger_naming_a_foreign_account_finds_nothing(paying: People) -> None:
    account = str(paying.town.asha_account.id)
    for route, found in (("recurring", "series"), ("anomalies", "anomalies"), ("forecast", "accounts")):
        assert (await get(paying, "stranger", route, account_id=account))[found] == []
        assert (await get(paying, "stranger_staff", route, account_id=account))[found] == []
    flow = await get(paying, "stranger", "cash-flow", account_id=account, month="2026-05")
    assert flow["currencies"] == []


@pytest.mark.parametrize("route", OF_ONE_CUSTOMER)
async def test_staff_name_the_account_that_they_ask_about(paying: People, route: str) -> None:
    refused = await paying["staff"].get(f"/insights/{route}")
    assert (refused.status_code, refused.json()["code"]) == (422, "query_refused")
    await get(paying, "staff", route, account_id=str(paying.town.asha_account.id))


@pytest.mark.parametrize("route", OWN_ALONE)
async def test_budgets_and_peers_are_for_customers_alone(people: People, route: str) -> None:
    for who in ("staff", "analyst", "admin"):
        assert (await people[who].get(f"/insights/{route}")).status_code == 403


async def test_recurring_tells_the_series_of_the_caller(paying: People) -> None:
    [series] = (await get(paying, "customer", "recurring"))["series"]
    assert (series["counterparty"], series["interval"], series["amount_minor"]) == ("Ravi", "monthly", 30_00)
    assert (series["payments"], series["last_on"]) == (5, "2026-05-05")


async def test_categories_merchants_flow_and_calendar_agree_on_the_spend(paying: People) -> None:
    month = {"month": "2026-05"}
    [category] = (await get(paying, "customer", "categories", **month))["currencies"][0]["groups"]
    [merchant] = (await get(paying, "customer", "merchants", **month))["currencies"][0]["groups"]
    [flow] = (await get(paying, "customer", "cash-flow", **month))["currencies"]
    [calendar] = (await get(paying, "customer", "calendar", year=2026))["currencies"]
    nodes = {node["key"]: node["amount_minor"] for node in flow["nodes"]}
    assert (category["name"], merchant["name"]) == ("eating_out", "Ravi")
    spent = {category["spend_minor"], merchant["spend_minor"], nodes["category:eating_out"]}
    assert spent == {30_00}
    assert sum(day["spend_minor"] for day in calendar["days"]) == 5 * 30_00


async def test_a_budget_lives_from_its_making_to_its_end(paying: People) -> None:
    asha = paying["customer"]
    made = await asha.post("/insights/budgets", json=BUDGET)
    assert (made.status_code, made.headers["etag"]) == (201, '"1"')
    path = f"/insights/budgets/{made.json()['id']}"
    again = await asha.post("/insights/budgets", json=BUDGET)
    assert (again.status_code, again.json()["code"]) == (409, "already_exists")
    [status] = (await get(paying, "customer", "budgets", month="2026-05"))["budgets"]
    assert (status["spent_minor"], status["left_minor"], status["name"]) == (30_00, 70_00, "Food")
    assert (await asha.patch(path, json={"amount_minor": 20_00})).status_code == 428
    changed = await asha.patch(path, json={"amount_minor": 20_00}, headers={"If-Match": '"1"'})
    assert (changed.status_code, changed.json()["amount_minor"], changed.headers["etag"]) == (200, 20_00, '"2"')
    [status] = (await get(paying, "customer", "budgets", month="2026-05"))["budgets"]
    assert status["state"] == "over"
    for who, code in (("ravi", 404), ("stranger", 404), ("staff", 403), ("admin", 403)):
        assert (await paying[who].patch(path, json={}, headers={"If-Match": '"2"'})).status_code == code
        assert (await paying[who].delete(path)).status_code == code
    assert (await asha.delete(path)).status_code == 204
    assert (await get(paying, "customer", "budgets", month="2026-05"))["budgets"] == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"covers": "happiness"},
        {"amount_minor": 0},
        {"amount_minor": "100"},
        {"currency": "QQQ"},
        {"first_month": "2026-05-02"},
        {"last_month": "2026-04-01"},
        {"customer_id": "019a0000-0000-7000-8000-000000000000"},
    ],
)
async def test_a_budget_of_nonsense_is_malformed(people: People, wrong: dict[str, Any]) -> None:
    response = await people["customer"].post("/insights/budgets", json={**BUDGET, **wrong})
    assert response.status_code == 422, response.text


@pytest.mark.parametrize(
    "path",
    ["forecast?days=91", "forecast?days=0", "anomalies?month=2026-13", "calendar?year=1", "recurring?account_id=x"],
)
async def test_parameters_out_of_range_are_malformed(people: People, path: str) -> None:
    assert (await people["customer"].get(f"/insights/{path}")).status_code == 422
