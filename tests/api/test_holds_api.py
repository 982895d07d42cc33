"""Holds over HTTP: who may promise, capture, release and see them, and what each answer says."""

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from httpx import AsyncClient, Response

from core.db import Database
from core.ids import new_id
from core.ledger.holds import Promise, place_hold
from core.money import Money
from tests.api.conftest import People
from tests.factories import check_books, fresh


def hold(people: People, amount: object = 30_000, **changed: object) -> dict[str, object]:
    """Asha promises, Ravi is to receive."""
    return {
        "account_id": str(people.town.asha_account.id),
        "receiver_account_id": str(people.town.ravi_account.id),
        "amount_minor": amount,
        "currency": "INR",
        **changed,
    }


async def place(client: AsyncClient, body: dict[str, object], key: str | None = None) -> Response:
    return await client.post("/holds", json=body, headers={"Idempotency-Key": key or fresh("hold")})


async def capture(client: AsyncClient, hold_id: str, body: object = None, key: str | None = None) -> Response:
    headers = {"Idempotency-Key": key or fresh("capture")}
    return await client.post(f"/holds/{hold_id}/capture", json=body, headers=headers)


async def placed_id(people: People, amount: int = 30_000) -> str:
    answer = await place(people["customer"], hold(people, amount))
    assert answer.status_code == 201, answer.text
    return answer.json()["id"]


async def balance(people: People) -> dict[str, int]:
    """Asha's, as her account shows it."""
    shown = (await people["customer"].get(f"/accounts/{people.town.asha_account.id}")).json()["balance"]
    return {name: shown[name]["amount_minor"] for name in ("posted", "pending_out", "available")}


async def test_hold_takes_from_what_is_available_and_not_from_what_is_posted(
    people: People, database: Database
) -> None:
    answer = await place(people["customer"], hold(people, description="room 12", category="travel"))
    assert (answer.status_code, answer.headers["etag"]) == (201, '"1"')
    body = answer.json()
    assert {name: body[name] for name in ("status", "amount_minor", "captured_minor", "remaining_minor", "amount")} == {
        "status": "active", "amount_minor": 30_000, "captured_minor": 0, "remaining_minor": 30_000, "amount": "300.00",
    }  # fmt: skip
    assert (body["description"], body["category"], body["channel"]) == ("room 12", "travel", "card")
    assert (body["ended_at"], body["transaction_ids"]) == (None, [])
    life = datetime.fromisoformat(body["expires_at"]) - datetime.now(UTC)
    assert timedelta(days=6, hours=23) < life <= timedelta(days=7)
    assert await balance(people) == {"posted": 100_000, "pending_out": 30_000, "available": 70_000}
    await check_books(database)


async def test_poor_payer_is_refused_with_the_shortfall(people: People) -> None:
    refused = await place(people["customer"], hold(people, 100_700))
    assert (refused.status_code, refused.json()["code"]) == (409, "insufficient_funds")
    assert refused.json()["shortfall_minor"] == 700
    assert (await people["customer"].get("/holds")).json()["data"] == []


async def test_capture_answers_with_the_payment_from_the_callers_side(people: People, database: Database) -> None:
    id = await placed_id(people)
    paid = await capture(people["ravi"], id, {"amount_minor": 10_000, "is_final": False})
    assert paid.status_code == 201, paid.text
    body = paid.json()
    assert (body["status"], body["amount_minor"], body["direction"], body["channel"]) == (
        "success",
        10_000,
        "in",
        "card",
    )
    assert (body["balance_after_minor"], body["sender_balance_after_minor"], body["hold_id"]) == (110_000, None, id)
    rest = (await capture(people["staff"], id)).json()
    assert (rest["amount_minor"], rest["direction"], rest["sender_balance_after_minor"]) == (20_000, "out", 70_000)
    shown = (await people["customer"].get(f"/holds/{id}")).json()
    assert (shown["status"], shown["captured_minor"], shown["remaining_minor"]) == ("captured", 30_000, 0)
    assert shown["transaction_ids"] == [body["id"], rest["id"]]
    assert await balance(people) == {"posted": 70_000, "pending_out": 0, "available": 70_000}
    await check_books(database)


async def test_each_change_gives_the_hold_another_etag(people: People) -> None:
    id = await placed_id(people)
    assert (await people["ravi"].get(f"/holds/{id}")).headers["etag"] == '"1"'
    await capture(people["ravi"], id, {"amount_minor": 1, "is_final": False})
    assert (await people["ravi"].get(f"/holds/{id}")).headers["etag"] == '"2"'
    voided = await people["ravi"].post(f"/holds/{id}/void")
    assert (voided.headers["etag"], voided.json()["status"]) == ('"3"', "voided")


async def test_replays_give_the_stored_answers(people: People, database: Database) -> None:
    key, capture_key = fresh("hold"), fresh("capture")
    first = await place(people["customer"], hold(people), key)
    paid = await capture(people["ravi"], first.json()["id"], {"amount_minor": 10_000}, capture_key)
    again = await place(people["customer"], hold(people), key)
    paid_again = await capture(people["ravi"], first.json()["id"], {"amount_minor": 10_000}, capture_key)
    for answer, replay in ((first, again), (paid, paid_again)):
        assert (replay.status_code, replay.json()) == (201, answer.json())
        assert replay.headers["idempotency-replayed"] == "true"
        assert "idempotency-replayed" not in answer.headers
    assert again.headers["etag"] == first.headers["etag"]
    others = (
        await place(people["customer"], hold(people, 1), key),
        await capture(people["ravi"], first.json()["id"], {"amount_minor": 9_999}, capture_key),
    )
    assert [(other.status_code, other.json()["code"]) for other in others] == [(422, "idempotency_key_reused")] * 2
    await check_books(database)


async def test_void_releases_the_money_and_says_the_same_again(people: People, database: Database) -> None:
    id = await placed_id(people)
    first, again = [await people["ravi"].post(f"/holds/{id}/void") for _ in range(2)]
    assert (first.status_code, first.json()["status"], first.json()["remaining_minor"]) == (200, "voided", 0)
    assert (again.status_code, again.json()) == (200, first.json())
    assert await balance(people) == {"posted": 100_000, "pending_out": 0, "available": 100_000}
    late = await capture(people["ravi"], id)
    assert (late.status_code, late.json()["code"], late.json()["hold_status"]) == (409, "hold_ended", "voided")
    await check_books(database)


async def test_captured_hold_cannot_be_voided(people: People) -> None:
    id = await placed_id(people)
    await capture(people["ravi"], id)
    refused = await people["ravi"].post(f"/holds/{id}/void")
    assert (refused.status_code, refused.json()["hold_status"]) == (409, "captured")


async def test_hold_past_its_time_is_expired_before_anybody_sweeps(people: People, database: Database) -> None:
    promise = Promise(
        account_id=people.town.asha_account.id, receiver_account_id=people.town.ravi_account.id,
        money=Money(500, "INR"), client="test", key=fresh("hold"),
    )  # fmt: skip
    async with database.unit() as session:
        await place_hold(session, promise, datetime.now(UTC) - timedelta(days=8))
    active = await placed_id(people)
    shown = (await people["ravi"].get(f"/holds/{promise.id}")).json()
    assert (shown["status"], shown["remaining_minor"], shown["ended_at"]) == ("expired", 0, shown["expires_at"])
    refused = await capture(people["ravi"], str(promise.id))
    assert (refused.json()["code"], refused.json()["hold_status"]) == ("hold_ended", "expired")
    for status, ids in {"expired": [str(promise.id)], "active": [active], "voided": []}.items():
        listed = (await people["ravi"].get("/holds", params={"status": status})).json()["data"]
        assert [row["id"] for row in listed] == ids


async def test_payer_sees_the_hold_and_can_neither_capture_nor_void_it(people: People) -> None:
    id = await placed_id(people)
    assert (await people["customer"].get(f"/holds/{id}")).status_code == 200
    for refused in (await capture(people["customer"], id), await people["customer"].post(f"/holds/{id}/void")):
        assert (refused.status_code, refused.json()["code"]) == (403, "not_allowed")
    assert (await people["ravi"].get(f"/holds/{id}")).json()["status"] == "active"


async def test_hold_of_strangers_is_not_found(people: People) -> None:
    id = await placed_id(people)
    for who in ("stranger", "stranger_staff"):
        answers = [
            await people[who].get(f"/holds/{id}"),
            await capture(people[who], id),
            await people[who].post(f"/holds/{id}/void"),
        ]
        assert [answer.status_code for answer in answers] == [404, 404, 404]
        assert (await people[who].get("/holds")).json()["data"] == []
    nobodys = await capture(people["admin"], str(new_id()))
    assert (nobodys.status_code, nobodys.json()["code"]) == (404, "not_found")


async def test_shop_at_another_bank_captures_and_so_does_its_staff(people: People, database: Database) -> None:
    abroad = hold(people, receiver_account_id=str(people.other.asha_account.id))
    for who in ("stranger", "stranger_staff"):
        id = (await place(people["customer"], abroad)).json()["id"]
        assert (await capture(people[who], id)).status_code == 201
    await check_books(database)


async def test_list_goes_on_where_it_stopped(people: People) -> None:
    placed = [await placed_id(people, 1) for _ in range(5)]
    first = (await people["customer"].get("/holds", params={"limit": 3})).json()
    rest = (await people["customer"].get("/holds", params={"limit": 3, "cursor": first["next_cursor"]})).json()
    assert [row["id"] for row in first["data"] + rest["data"]] == placed[::-1]
    assert rest["next_cursor"] is None


async def test_list_is_of_one_account_where_asked(people: People) -> None:
    mine = await placed_id(people, 1)
    towards_cash = hold(people, 1, receiver_account_id=str(people.town.cash.id))
    await place(people["customer"], towards_cash)
    listed = await people["staff"].get("/holds", params={"account_id": str(people.town.ravi_account.id)})
    assert [row["id"] for row in listed.json()["data"]] == [mine]


@pytest.mark.parametrize(
    ("changed", "status", "code"),
    [
        ({"amount_minor": 0}, 422, "invalid_request"),
        ({"amount_minor": -1}, 422, "invalid_request"),
        ({"amount_minor": "100"}, 422, "invalid_request"),
        ({"amount_minor": 1.5}, 422, "invalid_request"),
        ({"amount_minor": True}, 422, "invalid_request"),
        ({"amount_minor": 10**15 + 1}, 422, "invalid_request"),
        ({"currency": "XXQ"}, 422, "invalid_request"),
        ({"currency": "USD"}, 409, "currency_mismatch"),
        ({"category": "nonsense"}, 422, "invalid_request"),
        ({"description": "\0"}, 422, "invalid_request"),
        ({"receiver_account_id": str(new_id())}, 404, "account_not_found"),
        ({"account_id": str(new_id())}, 404, "account_not_found"),
        ({"expires_at": "2027-01-01T00:00:00"}, 422, "invalid_request"),
        ({"expires_at": "2020-01-01T00:00:00Z"}, 422, "invalid_expiry"),
        ({"expires_at": "2099-01-01T00:00:00Z"}, 422, "invalid_expiry"),
        ({"unknown": 1}, 422, "invalid_request"),
    ],
)
async def test_bad_hold_is_refused_and_nothing_is_stored(
    people: People, changed: dict[str, object], status: int, code: str
) -> None:
    answer = await place(people["customer"], hold(people) | changed)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers["content-type"] == "application/problem+json"
    assert (await people["staff"].get("/holds")).json()["data"] == []


async def test_nobody_promises_money_to_themselves(people: People) -> None:
    body = hold(people, receiver_account_id=str(people.town.asha_account.id))
    assert (await place(people["customer"], body)).json()["code"] == "same_account"


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"amount_minor": 30_001}, 409, "capture_exceeds_hold"),
        ({"amount_minor": 0}, 422, "invalid_request"),
        ({"amount_minor": "1"}, 422, "invalid_request"),
        ({"is_final": "yes"}, 422, "invalid_request"),
        ({"unknown": 1}, 422, "invalid_request"),
    ],
)
async def test_bad_capture_is_refused_and_the_hold_stays(people: People, body: object, status: int, code: str) -> None:
    id = await placed_id(people)
    answer = await capture(people["ravi"], id, body)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert (await people["ravi"].get(f"/holds/{id}")).json()["remaining_minor"] == 30_000


@pytest.mark.parametrize(("key", "code"), [("", "idempotency_key_missing"), ("k" * 256, "idempotency_key_too_long")])
async def test_key_is_needed(people: People, key: str, code: str) -> None:
    id = await placed_id(people)
    headers = {"Idempotency-Key": key} if key else {}
    for path, body in (("/holds", hold(people)), (f"/holds/{id}/capture", {})):
        answer = await people["staff"].post(path, json=body, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (400, code)


async def test_thirty_two_clients_promise_no_more_than_there_is(people: People, database: Database) -> None:
    answers = await asyncio.gather(*(place(people["customer"], hold(people, 10_000)) for _ in range(32)))
    assert Counter(answer.status_code for answer in answers) == {201: 10, 409: 22}
    assert await balance(people) == {"posted": 100_000, "pending_out": 100_000, "available": 0}
    await check_books(database)


async def test_twins_of_one_key_place_and_capture_once(people: People, database: Database) -> None:
    """Each twin gets the one answer, or is told to ask again."""
    key, capture_key = fresh("hold"), fresh("capture")
    placed = await asyncio.gather(*(place(people["customer"], hold(people), key) for _ in range(32)))
    ids = {answer.json()["id"] for answer in placed if answer.status_code == 201}
    assert {answer.status_code for answer in placed} <= {201, 409}
    [id] = ids
    paid = await asyncio.gather(*(capture(people["ravi"], id, None, capture_key) for _ in range(32)))
    assert {answer.status_code for answer in paid} <= {201, 409}
    assert len({answer.json()["id"] for answer in paid if answer.status_code == 201}) == 1
    twins = [answer for answer in (*placed, *paid) if answer.status_code == 409]
    assert {(answer.json()["code"], answer.headers["retry-after"]) for answer in twins} <= {
        ("idempotency_key_in_flight", "1")
    }
    assert await balance(people) == {"posted": 70_000, "pending_out": 0, "available": 70_000}
    await check_books(database)
