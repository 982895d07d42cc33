"""Every operation of the core services against every kind of caller. An operation without a row here fails."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

import pytest
from fastapi import FastAPI
from httpx import AsyncClient
from sqlalchemy import text

from core.db import Database
from core.ledger.holds import Promise, place_hold
from core.ledger.schedules import Plan, plan_transfer
from core.money import Money
from tests.api.conftest import People
from tests.factories import fresh

CALLERS = ("customer", "ravi", "staff", "analyst", "admin", "stranger", "stranger_staff")
PUBLIC = {
    ("GET", "/livez"), ("GET", "/readyz"), ("POST", "/auth/login"), ("POST", "/auth/refresh"), ("POST", "/auth/logout"),
}  # fmt: skip


@dataclass(frozen=True)
class Call:
    """One call about Asha's things, and what each caller gets for it. `body` and `headers` make fresh ones."""

    path: Callable[[People], str]
    expected: str
    body: Callable[[People], object] | None = None
    headers: Callable[[], dict[str, str]] = field(default=dict)


EVERYBODY = "200 200 200 200 200 200 200"
ASHA_AND_HER_BANK = "200 404 200 200 200 404 404"
POLICY: dict[tuple[str, str], Call] = {
    # customer, another customer of the bank, staff, analyst, admin, customer elsewhere, staff elsewhere
    ("GET", "/auth/me"): Call(lambda _: "/auth/me", EVERYBODY),
    ("GET", "/banks"): Call(lambda _: "/banks", EVERYBODY),
    ("GET", "/banks/{bank_id}"): Call(lambda p: f"/banks/{p.town.bank.id}", EVERYBODY),
    ("POST", "/banks"): Call(
        lambda _: "/banks", "403 403 403 403 201 403 403", lambda _: {"name": "New", "code": fresh("N").upper()}
    ),
    ("PATCH", "/banks/{bank_id}"): Call(
        lambda p: f"/banks/{p.town.bank.id}", "403 403 403 403 200 403 403", lambda _: {"name": "Renamed"},
        lambda: {"If-Match": '"1"'},
    ),
    ("GET", "/customers"): Call(lambda _: "/customers", EVERYBODY),
    ("GET", "/customers/{customer_id}"): Call(lambda p: f"/customers/{p.town.asha.id}", ASHA_AND_HER_BANK),
    ("POST", "/customers"): Call(lambda _: "/customers", "403 403 201 403 201 403 201", lambda _: {"name": "New"}),
    ("PATCH", "/customers/{customer_id}"): Call(
        lambda p: f"/customers/{p.town.asha.id}", "200 404 200 403 200 404 404", lambda _: {"address": "Pune"},
        lambda: {"If-Match": '"1"'},
    ),
    ("GET", "/accounts"): Call(lambda _: "/accounts", EVERYBODY),
    ("GET", "/accounts/{account_id}"): Call(lambda p: f"/accounts/{p.town.asha_account.id}", ASHA_AND_HER_BANK),
    ("GET", "/accounts/{account_id}/balance"): Call(
        lambda p: f"/accounts/{p.town.asha_account.id}/balance", ASHA_AND_HER_BANK
    ),
    ("GET", "/accounts/{account_id}/entries"): Call(
        lambda p: f"/accounts/{p.town.asha_account.id}/entries", ASHA_AND_HER_BANK
    ),
    ("GET", "/accounts/{account_id}/statements"): Call(
        lambda p: f"/accounts/{p.town.asha_account.id}/statements", ASHA_AND_HER_BANK
    ),
    ("GET", "/accounts/{account_id}/statements/{month}"): Call(
        lambda p: f"/accounts/{p.town.asha_account.id}/statements/2026-05", ASHA_AND_HER_BANK
    ),
    ("POST", "/accounts"): Call(
        lambda _: "/accounts", "403 403 201 403 201 403 403",
        lambda p: {
            "bank_id": str(p.town.bank.id), "kind": "system", "number": fresh("S"), "name": "Fees", "currency": "INR",
        },
    ),
    ("PATCH", "/accounts/{account_id}"): Call(
        lambda p: f"/accounts/{p.town.asha_account.id}", "403 403 200 403 200 403 404", lambda _: {"name": "Renamed"},
        lambda: {"If-Match": '"1"'},
    ),
    ("GET", "/transactions"): Call(lambda _: "/transactions", EVERYBODY),
    ("GET", "/transactions/sync"): Call(lambda _: "/transactions/sync", EVERYBODY),
    ("POST", "/transactions"): Call(
        lambda _: "/transactions", "201 404 201 403 201 404 404",
        lambda p: {
            "sender_account_id": str(p.town.asha_account.id), "receiver_account_id": str(p.town.ravi_account.id),
            "amount_minor": 1, "currency": "INR",
        },
        lambda: {"Idempotency-Key": fresh("key")},
    ),
    ("POST", "/transactions/bulk"): Call(
        # a stranger's request is answered: each of its payments is refused
        lambda _: "/transactions/bulk?mode=atomic", "200 409 200 403 200 409 409",
        lambda p: [{
            "sender_account_id": str(p.town.asha_account.id), "receiver_account_id": str(p.town.ravi_account.id),
            "amount_minor": 1, "currency": "INR",
        }],
        lambda: {"Idempotency-Key": fresh("key")},
    ),
    ("POST", "/transactions/{transaction_id}/reversals"): Call(
        # a deposit in cash: only the bank may act for its till
        lambda _: "/transactions/{asha_deposit}/reversals", "201 404 201 403 201 404 404",
        lambda _: {"amount_minor": 1}, lambda: {"Idempotency-Key": fresh("key")},
    ),
    ("GET", "/transactions/{transaction_id}"): Call(lambda _: "/transactions/{asha_deposit}", ASHA_AND_HER_BANK),
    ("PATCH", "/transactions/{transaction_id}"): Call(
        lambda _: "/transactions/{asha_deposit}", "200 404 200 403 200 404 404", lambda _: {"note": "cash"},
        lambda: {"If-Match": '"0"'},
    ),
    ("PUT", "/transactions/{transaction_id}/split"): Call(
        lambda _: "/transactions/{asha_deposit}/split", "200 404 200 403 200 404 404",
        lambda _: {"parts": [
            {"category": "salary", "amount_minor": 60_000}, {"category": "gifts", "amount_minor": 40_000},
        ]},
        lambda: {"If-Match": '"0"'},
    ),
    # Asha promises, Ravi is to receive: he may capture and release, she may look
    ("GET", "/holds"): Call(lambda _: "/holds", EVERYBODY),
    ("POST", "/holds"): Call(
        lambda _: "/holds", "201 404 201 403 201 404 404",
        lambda p: {
            "account_id": str(p.town.asha_account.id), "receiver_account_id": str(p.town.ravi_account.id),
            "amount_minor": 1, "currency": "INR",
        },
        lambda: {"Idempotency-Key": fresh("key")},
    ),
    ("GET", "/holds/{hold_id}"): Call(lambda _: "/holds/{asha_hold}", "200 200 200 200 200 404 404"),
    ("POST", "/holds/{hold_id}/capture"): Call(
        lambda _: "/holds/{asha_hold}/capture", "403 201 201 403 201 404 404",
        headers=lambda: {"Idempotency-Key": fresh("key")},
    ),
    ("POST", "/holds/{hold_id}/void"): Call(lambda _: "/holds/{asha_hold}/void", "403 200 200 403 200 404 404"),
    ("GET", "/schedules"): Call(lambda _: "/schedules", EVERYBODY),
    ("POST", "/schedules"): Call(
        lambda _: "/schedules", "201 404 201 403 201 404 404",
        lambda p: {
            "sender_account_id": str(p.town.asha_account.id), "receiver_account_id": str(p.town.ravi_account.id),
            "amount_minor": 1, "currency": "INR", "first_on": str(_in_a_week()),
        },
        lambda: {"Idempotency-Key": fresh("key")},
    ),
    ("GET", "/schedules/{schedule_id}"): Call(lambda _: "/schedules/{asha_schedule}", ASHA_AND_HER_BANK),
    ("POST", "/schedules/{schedule_id}/cancel"): Call(
        lambda _: "/schedules/{asha_schedule}/cancel", "200 404 200 403 200 404 404"
    ),
}  # fmt: skip


def operations(app: FastAPI) -> set[tuple[str, str]]:
    paths: dict[str, dict[str, object]] = app.openapi()["paths"]
    return {(method.upper(), path) for path, methods in paths.items() for method in methods}


def test_every_operation_has_a_row(app: FastAPI) -> None:
    assert operations(app) == PUBLIC | POLICY.keys()


@pytest.fixture
async def things(people: People, database: Database) -> dict[str, str]:
    """Ids of what Asha has, by the names that the paths above use."""
    town = people.town
    sides = {"receiver_account_id": town.ravi_account.id, "money": Money(1, "INR"), "client": "test"}
    promise = Promise(account_id=town.asha_account.id, key=fresh("hold"), **sides)
    plan = Plan(sender_account_id=town.asha_account.id, key=fresh("plan"), first_on=_in_a_week(), **sides)
    async with database.unit() as session:
        deposit = await session.execute(
            text("SELECT id FROM ledger.transaction WHERE receiver_account_id = :id"), {"id": town.asha_account.id}
        )
        hold = await place_hold(session, promise, datetime.now(UTC))
        planned = await plan_transfer(session, plan, time_zone="UTC", now=datetime.now(UTC))
        return {
            "asha_deposit": str(deposit.scalar_one()),
            "asha_hold": str(hold.id),
            "asha_schedule": str(planned.schedule.id),
        }


def _in_a_week() -> date:
    return datetime.now(UTC).date() + timedelta(days=7)


async def send(client: AsyncClient, operation: tuple[str, str], people: People, things: dict[str, str]) -> int:
    call = POLICY[operation]
    answer = await client.request(
        operation[0],
        call.path(people).format(**things),
        json=call.body(people) if call.body else None,
        headers=call.headers(),
    )
    return answer.status_code


@pytest.mark.parametrize("operation", POLICY, ids=" ".join)
@pytest.mark.parametrize("caller", CALLERS)
async def test_caller_gets_what_the_policy_says(
    people: People, things: dict[str, str], operation: tuple[str, str], caller: str
) -> None:
    expected = int(POLICY[operation].expected.split()[CALLERS.index(caller)])
    assert await send(people[caller], operation, people, things) == expected


@pytest.mark.parametrize("operation", POLICY, ids=" ".join)
async def test_nobody_gets_in_without_a_token(
    client: AsyncClient, people: People, things: dict[str, str], operation: tuple[str, str]
) -> None:
    assert await send(client, operation, people, things) == 401


@pytest.mark.parametrize("noun", ["accounts", "customers", "transactions", "banks", "holds", "schedules"])
async def test_an_id_that_nobody_has_answers_like_somebody_elses(people: People, noun: str) -> None:
    answer = await people["stranger"].get(f"/{noun}/019a0000-0000-7000-8000-000000000000")
    assert (answer.status_code, "not_found" in answer.json()["code"]) == (404, True)


async def test_lists_hold_what_the_caller_may_see_and_no_more(people: People) -> None:
    town = people.town
    seen = {
        who: {row["id"] for row in (await people[who].get("/accounts", params={"limit": 200})).json()["data"]}
        for who in ("customer", "staff", "analyst")
    }
    bank_accounts = {str(account.id) for account in (town.cash, town.asha_account, town.ravi_account)}
    assert seen == {"customer": {str(town.asha_account.id)}, "staff": bank_accounts, "analyst": bank_accounts}
    customers = (await people["staff"].get("/customers")).json()["data"]
    assert {row["id"] for row in customers} == {str(town.asha.id), str(town.ravi.id)}
    entries = (await people["customer"].get("/transactions")).json()["data"]
    assert {row["account_id"] for row in entries} == {str(town.asha_account.id)}
    assert str(town.asha.id) not in (await people["stranger_staff"].get("/customers")).text
