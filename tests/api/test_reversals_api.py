"""Giving payments back: never more than was paid, by the right people, and against the spending it undoes."""

import asyncio

import pytest
from httpx import AsyncClient, Response
from sqlalchemy import text

from core.db import Database
from tests.api.conftest import People
from tests.api.test_transactions_api import balance, payment, post
from tests.factories import check_books, fresh


async def give_back(
    client: AsyncClient, id: str, amount: object = None, key: str | None = None, **more: object
) -> Response:
    body = {**({} if amount is None else {"amount_minor": amount}), **more}
    headers = {"Idempotency-Key": key or fresh("key")}
    return await client.post(f"/transactions/{id}/reversals", json=body, headers=headers)


@pytest.fixture
async def paid(people: People) -> str:
    """What Asha has paid Ravi: 25.00."""
    answer = await post(people["customer"], payment(people, category="groceries", description="vegetables"))
    return answer.json()["id"]


async def test_receiver_gives_all_back_unless_told_how_much(people: People, database: Database, paid: str) -> None:
    answer = await give_back(people["ravi"], paid)
    assert answer.status_code == 201, answer.text
    reversal = answer.json()
    assert (reversal["reverses_id"], reversal["amount_minor"], reversal["direction"]) == (paid, 2_500, "out")
    assert (reversal["description"], reversal["category"]) == ("vegetables", "groceries")
    assert (await balance(people), await balance(people, "ravi")) == (100_000, 100_000)
    await check_books(database)


async def test_parts_add_up_to_the_payment_and_no_further(people: People, database: Database, paid: str) -> None:
    assert (await give_back(people["ravi"], paid, 1_000)).status_code == 201
    too_much = await give_back(people["ravi"], paid, 1_501)
    assert (too_much.status_code, too_much.json()["code"]) == (409, "reversal_exceeds_original")
    assert too_much.json()["shortfall_minor"] == 1
    assert (await give_back(people["ravi"], paid)).json()["amount_minor"] == 1_500
    nothing_left = await give_back(people["ravi"], paid)
    assert (nothing_left.status_code, nothing_left.json()["code"]) == (409, "reversal_exceeds_original")
    await check_books(database)


async def test_of_racing_reversals_exactly_one_wins(people: People, database: Database, paid: str) -> None:
    callers = [people[who] for who in ("ravi", "staff", "admin") for _ in range(8)]
    answers = await asyncio.gather(*(give_back(caller, paid) for caller in callers))
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 23
    assert await balance(people) == 100_000
    await check_books(database)


async def test_racing_parts_never_exceed_the_payment(people: People, database: Database, paid: str) -> None:
    answers = await asyncio.gather(*(give_back(people["ravi"], paid, 400) for _ in range(16)))
    assert sorted(answer.status_code for answer in answers) == [201] * 6 + [409] * 10
    assert await balance(people) == 97_500 + 6 * 400
    await check_books(database)


async def test_replay_of_all_that_is_left_gives_the_first_answer(people: People, paid: str) -> None:
    key = fresh("key")
    first, again = await give_back(people["ravi"], paid, key=key), await give_back(people["ravi"], paid, key=key)
    assert (again.status_code, again.json()) == (201, first.json())
    assert again.headers["idempotency-replayed"] == "true"
    other = await give_back(people["ravi"], paid, 5, key=key)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    assert await balance(people) == 100_000


async def test_payer_cannot_take_back(people: People, paid: str) -> None:
    answer = await give_back(people["customer"], paid)
    assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed")
    assert (await give_back(people["stranger"], paid)).status_code == 404
    assert (await give_back(people["stranger_staff"], paid)).status_code == 404
    assert await balance(people) == 97_500


async def test_reversal_cannot_be_reversed(people: People, paid: str) -> None:
    reversal = (await give_back(people["ravi"], paid)).json()["id"]
    answer = await give_back(people["customer"], reversal)
    assert (answer.status_code, answer.json()["code"]) == (409, "not_reversible")


async def test_failed_payment_cannot_be_reversed(people: People) -> None:
    refused = (await post(people["customer"], payment(people, 10**9))).json()
    answer = await give_back(people["staff"], refused["transaction_id"])
    assert (answer.status_code, answer.json()["code"]) == (409, "not_reversible")


async def test_receiver_who_has_spent_it_cannot_give_it_back(people: People, database: Database, paid: str) -> None:
    spent = payment(
        people, 102_500,
        sender_account_id=str(people.town.ravi_account.id), receiver_account_id=str(people.town.cash.id),
    )  # fmt: skip
    assert (await post(people["ravi"], spent)).status_code == 201
    answer = await give_back(people["ravi"], paid)
    assert (answer.status_code, answer.json()["code"]) == (409, "insufficient_funds")
    assert answer.json()["shortfall_minor"] == 2_500
    await check_books(database)


@pytest.mark.parametrize("amount", ["100", 1.5, True, 0, -1, 10**15 + 1])
async def test_amount_of_a_reversal_is_strict(people: People, paid: str, amount: object) -> None:
    answer = await give_back(people["ravi"], paid, amount)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/body/amount_minor")


async def test_reversal_needs_a_key(people: People, paid: str) -> None:
    answer = await people["ravi"].post(f"/transactions/{paid}/reversals", json={})
    assert (answer.status_code, answer.json()["code"]) == (400, "idempotency_key_missing")


async def test_refund_nets_in_the_category_that_the_payer_has_given(
    people: People, database: Database, paid: str
) -> None:
    """Asha says afterwards that the vegetables were a gift; what comes back lessens her gifts, not her groceries."""
    named = await people["customer"].patch(
        f"/transactions/{paid}", json={"category": "gifts"}, headers={"If-Match": '"0"'}
    )
    assert named.status_code == 200
    await give_back(people["ravi"], paid, 1_000)
    async with database.look() as connection:
        spend = await connection.execute(
            text("""
                SELECT category, sum(spend_minor)::bigint AS sum
                  FROM reporting.entry WHERE account_id = :id GROUP BY category
            """),
            {"id": people.town.asha_account.id},
        )
        assert {row.category: row.sum for row in spend}["gifts"] == 1_500
