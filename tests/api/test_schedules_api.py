"""Scheduled and standing transfers over HTTP: who may set them up, see them and stop them, and what they say."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from httpx import AsyncClient, Response
from sqlalchemy import text

from core.db import Database
from core.ids import new_id
from core.ledger.schedules import run_due_schedules
from core.periods import today_in
from tests.api.conftest import People
from tests.factories import check_books, fresh


def today() -> date:
    """Where Asha lives."""
    return today_in(ZoneInfo("Asia/Kolkata"), datetime.now(UTC))


def schedule(people: People, **changed: object) -> dict[str, object]:
    """From Asha to Ravi, once, today."""
    return {
        "sender_account_id": str(people.town.asha_account.id),
        "receiver_account_id": str(people.town.ravi_account.id),
        "amount_minor": 10_000,
        "currency": "INR",
        "first_on": str(today()),
        **changed,
    }


async def plan(client: AsyncClient, body: dict[str, object], key: str | None = None) -> Response:
    return await client.post("/schedules", json=body, headers={"Idempotency-Key": key or fresh("plan")})


async def planned_id(people: People, **changed: object) -> str:
    answer = await plan(people["customer"], schedule(people, **changed))
    assert answer.status_code == 201, answer.text
    return answer.json()["id"]


async def run(database: Database, now: datetime | None = None) -> None:
    while await run_due_schedules(database, now or datetime.now(UTC)):
        pass


async def test_standing_order_is_shown_with_what_it_paid(people: People, database: Database) -> None:
    answer = await plan(people["customer"], schedule(people, every="week", description="rent", category="rent"))
    assert (answer.status_code, answer.headers["etag"]) == (201, '"1"')
    body = answer.json()
    first_on = today()
    assert (body["status"], body["next_on"], body["amount"]) == ("active", str(first_on), "100.00")
    assert (body["every"], body["until"], body["time_zone"]) == ("week", None, "Asia/Kolkata")
    await run(database)
    shown = await people["customer"].get(f"/schedules/{body['id']}")
    assert shown.headers["etag"] == '"2"'
    assert (shown.json()["status"], shown.json()["next_on"]) == ("active", str(first_on + timedelta(days=7)))
    [payment] = shown.json()["payments"]
    assert (payment["due_on"], payment["status"], payment["failure_code"]) == (str(first_on), "success", None)
    paid = (await people["ravi"].get(f"/transactions/{payment['transaction_id']}")).json()
    assert (paid["amount_minor"], paid["description"], paid["channel"]) == (10_000, "rent", "standing_order")
    await check_books(database)


async def test_payment_names_the_owner_as_the_one_who_acted(people: People, database: Database) -> None:
    id = await planned_id(people)
    await run(database)
    [payment] = (await people["customer"].get(f"/schedules/{id}")).json()["payments"]
    async with database.unit() as session:
        found = await session.execute(
            text("SELECT actor FROM ledger.outbox WHERE transaction_id = :id"), {"id": payment["transaction_id"]}
        )
        assert found.scalar_one() == f"user:{people.users['customer'].id}"


async def test_replay_gives_the_stored_answer_after_the_schedule_has_moved_on(
    people: People, database: Database
) -> None:
    key = fresh("plan")
    first = await plan(people["customer"], schedule(people), key)
    await run(database)
    again = await plan(people["customer"], schedule(people), key)
    assert (again.status_code, again.json(), again.headers["etag"]) == (201, first.json(), first.headers["etag"])
    assert again.headers["idempotency-replayed"] == "true"
    assert "idempotency-replayed" not in first.headers
    other = await plan(people["customer"], schedule(people, amount_minor=1), key)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    await check_books(database)


async def test_cancelled_schedule_pays_nothing_more(people: People, database: Database) -> None:
    id = await planned_id(people, every="month")
    first, again = [await people["staff"].post(f"/schedules/{id}/cancel") for _ in range(2)]
    assert (first.status_code, first.json()["status"], first.json()["next_on"]) == (200, "cancelled", None)
    assert (again.status_code, again.json(), again.headers["etag"]) == (200, first.json(), '"2"')
    await run(database)
    assert (await people["customer"].get(f"/schedules/{id}")).json()["payments"] == []


async def test_schedule_that_is_done_cannot_be_cancelled(people: People, database: Database) -> None:
    id = await planned_id(people)
    await run(database)
    refused = await people["customer"].post(f"/schedules/{id}/cancel")
    assert (refused.status_code, refused.json()["code"]) == (409, "schedule_ended")


async def test_receiver_hears_of_payments_and_not_of_plans(people: People) -> None:
    id = await planned_id(people, every="month")
    for who in ("ravi", "stranger", "stranger_staff"):
        assert (await people[who].get(f"/schedules/{id}")).status_code == 404
        assert (await people[who].post(f"/schedules/{id}/cancel")).status_code == 404
        assert (await people[who].get("/schedules")).json()["data"] == []


async def test_list_filters_and_goes_on_where_it_stopped(people: People) -> None:
    planned = [await planned_id(people, every="month") for _ in range(5)]
    await people["customer"].post(f"/schedules/{planned[2]}/cancel")
    first = (await people["customer"].get("/schedules", params={"limit": 3})).json()
    rest = (await people["customer"].get("/schedules", params={"limit": 3, "cursor": first["next_cursor"]})).json()
    assert [row["id"] for row in first["data"] + rest["data"]] == planned[::-1]
    assert rest["next_cursor"] is None
    cancelled = (await people["customer"].get("/schedules", params={"status": "cancelled"})).json()["data"]
    assert [row["id"] for row in cancelled] == [planned[2]]
    ravis = {"sender_account_id": str(people.town.ravi_account.id)}
    assert (await people["staff"].get("/schedules", params=ravis)).json()["data"] == []


@pytest.mark.parametrize(
    ("changed", "status", "code"),
    [
        ({"amount_minor": 0}, 422, "invalid_request"),
        ({"amount_minor": "100"}, 422, "invalid_request"),
        ({"amount_minor": True}, 422, "invalid_request"),
        ({"amount_minor": 10**15 + 1}, 422, "invalid_request"),
        ({"currency": "USD"}, 409, "currency_mismatch"),
        ({"every": "fortnight"}, 422, "invalid_request"),
        ({"first_on": "2020-01-01"}, 422, "invalid_schedule"),
        ({"first_on": "2199-01-01"}, 422, "invalid_schedule"),
        ({"first_on": "31st"}, 422, "invalid_request"),
        ({"until": "2199-01-01"}, 422, "invalid_schedule"),
        ({"every": "week", "until": "2020-01-01"}, 422, "invalid_schedule"),
        ({"receiver_account_id": str(new_id())}, 404, "account_not_found"),
        ({"sender_account_id": str(new_id())}, 404, "account_not_found"),
        ({"unknown": 1}, 422, "invalid_request"),
    ],
)
async def test_bad_schedule_is_refused_and_nothing_is_stored(
    people: People, changed: dict[str, object], status: int, code: str
) -> None:
    answer = await plan(people["customer"], schedule(people, **changed))
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert (await people["staff"].get("/schedules")).json()["data"] == []


async def test_nobody_pays_themselves(people: People) -> None:
    body = schedule(people, receiver_account_id=str(people.town.asha_account.id))
    assert (await plan(people["customer"], body)).json()["code"] == "same_account"


@pytest.mark.parametrize(("key", "code"), [("", "idempotency_key_missing"), ("k" * 256, "idempotency_key_too_long")])
async def test_key_is_needed(people: People, key: str, code: str) -> None:
    headers = {"Idempotency-Key": key} if key else {}
    answer = await people["customer"].post("/schedules", json=schedule(people), headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (400, code)


async def test_twins_of_one_key_set_up_one_schedule(people: People, database: Database) -> None:
    key = fresh("plan")
    answers = await asyncio.gather(*(plan(people["customer"], schedule(people), key) for _ in range(32)))
    assert len({answer.json()["id"] for answer in answers if answer.status_code == 201}) == 1
    assert {answer.json()["code"] for answer in answers if answer.status_code != 201} <= {"idempotency_key_in_flight"}
    await run(database)
    paid = (await people["ravi"].get("/transactions", params={"channel": "standing_order"})).json()["data"]
    assert len(paid) == 1
    await check_books(database)
