"""Payments that are accepted first and decided a moment later: durable at once, decided once, told truly throughout."""

import asyncio

import pytest
from httpx import AsyncClient, Response
from sqlalchemy import text

from core.db import Database
from core.ledger.settlement import settle
from core.ledger.tables import TransactionStatus
from tests.api.conftest import People
from tests.api.test_transactions_api import balance, payment
from tests.factories import check_books, fresh

ASYNC = {"Prefer": "respond-async"}


async def accept(client: AsyncClient, body: dict[str, object], key: str | None = None) -> Response:
    return await client.post("/transactions", json=body, headers={"Idempotency-Key": key or fresh("key"), **ASYNC})


async def settle_all(database: Database) -> None:
    while await settle(database):
        pass


async def test_accepted_payment_is_pending_and_then_done(people: People, database: Database) -> None:
    answer = await accept(people["customer"], payment(people))
    assert (answer.status_code, answer.headers["preference-applied"]) == (202, "respond-async")
    accepted = answer.json()
    assert (accepted["status"], accepted["posted_at"], accepted["sender_balance_after_minor"]) == (
        "pending",
        None,
        None,
    )
    assert await balance(people) == 100_000
    seen = (await people["customer"].get(answer.headers["location"])).json()
    assert (seen["id"], seen["status"]) == (accepted["id"], "pending")
    await settle_all(database)
    done = (await people["customer"].get(answer.headers["location"])).json()
    assert (done["status"], done["sender_balance_after_minor"]) == ("success", 97_500)
    assert done["occurred_at"] == accepted["occurred_at"]
    await check_books(database)


async def test_receiver_hears_of_it_when_it_is_done(people: People, database: Database) -> None:
    where = (await accept(people["customer"], payment(people))).headers["location"]
    assert (await people["ravi"].get(where)).status_code == 404
    await settle_all(database)
    assert (await people["ravi"].get(where)).json()["amount_minor"] == 2_500


async def test_accepted_payment_without_cover_fails_when_it_is_decided(people: People, database: Database) -> None:
    """Each is covered alone; together they are not. They are decided in the order in which they were accepted."""
    answers = [await accept(people["customer"], payment(people, amount)) for amount in (60_000, 50_000, 40_000)]
    await settle_all(database)
    seen = [(await people["customer"].get(answer.headers["location"])).json() for answer in answers]
    assert [(one["status"], one["failure_code"]) for one in seen] == [
        ("success", None), ("failed", "insufficient_funds"), ("success", None),
    ]  # fmt: skip
    assert await balance(people) == 0
    await check_books(database)


async def test_replay_tells_what_has_become_of_it(people: People, database: Database) -> None:
    key = fresh("key")
    first = await accept(people["customer"], payment(people), key)
    waiting = await accept(people["customer"], payment(people), key)
    assert (waiting.status_code, waiting.json()["id"], waiting.json()["status"]) == (202, first.json()["id"], "pending")
    await settle_all(database)
    done = await accept(people["customer"], payment(people), key)
    assert (done.status_code, done.json()["id"], done.json()["status"]) == (201, first.json()["id"], "success")
    assert done.headers["idempotency-replayed"] == "true"
    plain = await people["customer"].post("/transactions", json=payment(people), headers={"Idempotency-Key": key})
    assert (plain.status_code, plain.json()["id"]) == (201, first.json()["id"])
    assert await balance(people) == 97_500


async def test_what_can_be_refused_at_once_is(people: People, database: Database) -> None:
    same = payment(people, receiver_account_id=str(people.town.asha_account.id))
    answer = await accept(people["customer"], same)
    assert (answer.status_code, answer.json()["code"]) == (409, "same_account")
    await check_books(database)


async def test_account_closed_meanwhile_fails_the_payment(people: People, database: Database) -> None:
    emptied = payment(
        people, 100_000,
        sender_account_id=str(people.town.ravi_account.id), receiver_account_id=str(people.town.cash.id),
    )  # fmt: skip
    await people["ravi"].post("/transactions", json=emptied, headers={"Idempotency-Key": fresh("key")})
    accepted = await accept(people["customer"], payment(people))
    account = f"/accounts/{people.town.ravi_account.id}"
    closed = await people["staff"].patch(account, json={"is_closed": True}, headers={"If-Match": '"1"'})
    assert closed.status_code == 200, closed.text
    await settle_all(database)
    seen = (await people["customer"].get(accepted.headers["location"])).json()
    assert (seen["status"], seen["failure_code"]) == ("failed", "account_closed")
    assert await balance(people) == 100_000
    await check_books(database)


async def test_two_who_settle_at_once_decide_each_payment_once(people: People, database: Database) -> None:
    for _ in range(20):
        await accept(people["customer"], payment(people, 1_000))
    await asyncio.gather(*(settle_all(database) for _ in range(4)))
    assert await balance(people) == 80_000
    await check_books(database)


async def test_crash_between_the_two_commits_is_made_good(people: People, database: Database) -> None:
    where = (await accept(people["customer"], payment(people))).headers["location"]
    async with database.unit() as session:  # taken, and then the process is gone
        await session.execute(text("SELECT ledger.take_pending(1000)"))
    assert (await people["customer"].get(where)).json()["status"] == TransactionStatus.PROCESSING
    await settle_all(database)
    assert (await people["customer"].get(where)).json()["status"] == TransactionStatus.SUCCESS
    await check_books(database)


@pytest.mark.parametrize(
    ("preference", "status"), [("respond-async", 202), ("wait=5, respond-async", 202), ("return=minimal", 201)]
)
async def test_preference_is_read_among_others(people: People, preference: str, status: int) -> None:
    headers = {"Idempotency-Key": fresh("key"), "Prefer": preference}
    answer = await people["customer"].post("/transactions", json=payment(people), headers=headers)
    assert answer.status_code == status
