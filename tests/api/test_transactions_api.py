"""Payments over HTTP: what is posted, what is refused, what each side sees of it."""

import asyncio
import json
import random
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from fastapi import FastAPI
from httpx import AsyncClient, Response
from sqlalchemy import text

from core.db import Database
from core.ids import new_id
from tests.api.conftest import People
from tests.factories import check_books, fresh, make_account, make_customer, pay


def payment(people: People, amount: object = 2_500, **changed: object) -> dict[str, object]:
    """From Asha to Ravi."""
    return {
        "sender_account_id": str(people.town.asha_account.id),
        "receiver_account_id": str(people.town.ravi_account.id),
        "amount_minor": amount,
        "currency": "INR",
        **changed,
    }


async def post(client: AsyncClient, body: dict[str, object], key: str | None = None) -> Response:
    return await client.post("/transactions", json=body, headers={"Idempotency-Key": key or fresh("key")})


async def balance(people: People, who: str = "asha") -> int:
    account = people.town.asha_account if who == "asha" else people.town.ravi_account
    answer = await people["staff"].get(f"/accounts/{account.id}")
    return answer.json()["balance"]["available"]["amount_minor"]


async def test_payment_moves_money_and_answers_with_the_senders_balance(people: People, database: Database) -> None:
    answer = await post(people["customer"], payment(people, description="rent"))
    assert answer.status_code == 201, answer.text
    posted = answer.json()
    assert (posted["status"], posted["failure_code"], posted["description"]) == ("success", None, "rent")
    assert posted["sender_balance_after_minor"] == posted["balance_after_minor"] == 97_500
    assert (posted["amount_minor"], posted["amount"], posted["direction"]) == (2_500, "25.00", "out")
    assert posted["posted_at"] is not None
    assert (await balance(people), await balance(people, "ravi")) == (97_500, 102_500)
    await check_books(database)


async def test_each_side_sees_its_own_balance_after_and_not_the_others(people: People) -> None:
    posted = (await post(people["customer"], payment(people))).json()
    received = (await people["ravi"].get(f"/transactions/{posted['id']}")).json()
    assert (received["direction"], received["counterparty"]) == ("in", "Asha")
    assert received["balance_after_minor"] == 102_500
    assert received["sender_balance_after_minor"] is None
    assert 97_500 not in received.values()


async def test_replay_gives_the_stored_answer_and_moves_nothing(people: People) -> None:
    key = fresh("key")
    first = await post(people["customer"], payment(people), key)
    again = await post(people["customer"], payment(people), key)
    assert (again.status_code, again.json()) == (201, first.json())
    assert "idempotency-replayed" not in first.headers
    assert again.headers["idempotency-replayed"] == "true"
    assert await balance(people) == 97_500


async def test_key_with_another_request_is_refused(people: People) -> None:
    key = fresh("key")
    await post(people["customer"], payment(people), key)
    other = await post(people["customer"], payment(people, 2_501), key)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")


async def test_two_clients_may_use_the_same_key(people: People) -> None:
    key = fresh("key")
    back = payment(
        people,
        sender_account_id=str(people.town.ravi_account.id),
        receiver_account_id=str(people.town.asha_account.id),
    )
    answers = [await post(people["customer"], payment(people), key), await post(people["ravi"], back, key)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json()["id"] != answers[1].json()["id"]


async def test_poor_sender_is_refused_with_the_shortfall_and_again_when_rich(people: People) -> None:
    key = fresh("key")
    refused = await post(people["customer"], payment(people, 100_700), key)
    assert (refused.status_code, refused.json()["code"]) == (409, "insufficient_funds")
    assert refused.json()["shortfall_minor"] == 700
    deposit = payment(
        people,
        sender_account_id=str(people.town.cash.id),
        receiver_account_id=str(people.town.asha_account.id),
    )
    assert (await post(people["staff"], deposit)).status_code == 201
    again = await post(people["customer"], payment(people, 100_700), key)
    assert (again.status_code, again.json()["shortfall_minor"]) == (409, 700)
    assert again.json()["transaction_id"] == refused.json()["transaction_id"]
    assert again.headers["idempotency-replayed"] == "true"


async def test_failed_payment_is_the_senders_affair(people: People) -> None:
    refused = (await post(people["customer"], payment(people, 100_001))).json()
    own = await people["customer"].get(f"/transactions/{refused['transaction_id']}")
    assert (own.json()["status"], own.json()["failure_code"]) == ("failed", "insufficient_funds")
    assert (await people["ravi"].get(f"/transactions/{refused['transaction_id']}")).status_code == 404
    seen = (await people["ravi"].get("/transactions")).json()["data"]
    assert refused["transaction_id"] not in {row["id"] for row in seen}


@pytest.mark.parametrize("amount", ["100", 1.5, 1.0, True, 0, -1, 10**15 + 1, 10**400, None, [1], {}])
async def test_amount_that_is_no_strict_integer_in_range_is_refused(people: People, amount: object) -> None:
    answer = await post(people["customer"], payment(people, amount))
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (422, "invalid_amount")
    assert problem["errors"][0]["pointer"] == "/body/amount_minor"
    assert await balance(people) == 100_000


@pytest.mark.parametrize(
    "changed",
    [
        {"currency": "inr"}, {"currency": "XXL"}, {"currency": "RUPEE"}, {"currency": None},
        {"description": "a\x00b"}, {"description": "x" * 1_001}, {"description": 5},
        {"category": "no_such_category"}, {"channel": "Card!"}, {"channel": ""},
        {"occurred_at": "2026-01-01T00:00:00"}, {"occurred_at": "yesterday"},
        {"sender_account_id": "1"}, {"sender_account_id": None}, {"status": "success"}, {"sender": "x"},
        {"sender_balance_after_minor": 10**9}, {"posted_at": "2026-01-01T00:00:00Z"},
    ],
    ids=str,
)  # fmt: skip
async def test_malformed_payment_is_refused_at_the_field(people: People, changed: dict[str, object]) -> None:
    answer = await post(people["customer"], payment(people, **changed))
    assert answer.status_code == 422, answer.text
    assert answer.json()["errors"][0]["pointer"] == f"/body/{next(iter(changed))}"


async def test_payment_cannot_lie_in_the_future(people: People) -> None:
    soon = datetime.now(UTC) + timedelta(minutes=6)
    answer = await post(people["customer"], payment(people, occurred_at=soon.isoformat()))
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")


@pytest.mark.parametrize("key", [None, "", "x" * 256])
async def test_payment_needs_a_key(people: People, key: str | None) -> None:
    headers = {} if key is None else {"Idempotency-Key": key}
    answer = await people["customer"].post("/transactions", json=payment(people), headers=headers)
    code = "idempotency_key_too_long" if key else "idempotency_key_missing"
    assert (answer.status_code, answer.json()["code"]) == (400, code)


async def test_broken_rules_have_codes(people: People) -> None:
    asha, nobody = str(people.town.asha_account.id), str(new_id())
    answers = {
        "same_account": await post(people["customer"], payment(people, receiver_account_id=asha)),
        "account_not_found": await post(people["customer"], payment(people, receiver_account_id=nobody)),
        "currency_mismatch": await post(people["customer"], payment(people, currency="USD")),
    }
    assert {code: answer.json()["code"] for code, answer in answers.items()} == {code: code for code in answers}
    assert [answer.status_code for answer in answers.values()] == [409, 404, 409]


async def test_sixty_four_twins_pay_once(people: People, database: Database) -> None:
    """Whoever asks while the first is in flight is told so; whoever asks later gets its answer."""
    key = fresh("key")
    answers = await asyncio.gather(*(post(people["customer"], payment(people), key) for _ in range(64)))
    answers.append(await post(people["customer"], payment(people), key))
    paid = [answer for answer in answers if answer.status_code == 201]
    told = [answer for answer in answers if answer.status_code != 201]
    assert len({answer.json()["id"] for answer in paid}) == 1
    assert sum("idempotency-replayed" not in answer.headers for answer in paid) == 1
    assert {(answer.status_code, answer.json()["code"]) for answer in told} == {(409, "idempotency_key_in_flight")}
    assert {answer.headers["retry-after"] for answer in told} == {"1"}
    assert await balance(people) == 97_500
    await check_books(database)


async def test_crossed_payments_never_wait_in_a_circle(people: People, database: Database) -> None:
    """32 clients pay to and fro between eight accounts: nobody waits for ever, and nobody hears of a fault."""
    dice, clients, town = random.Random(7), asyncio.Semaphore(32), people.town
    async with database.unit() as session:
        more = [await make_account(session, town.bank, await make_customer(session)) for _ in range(5)]
        for account in more:
            await pay(session, town.cash, account, 100_000)
    accounts = [str(account.id) for account in (town.asha_account, town.ravi_account, town.cash, *more)]

    async def one() -> int:
        sender, receiver = dice.sample(accounts, 2)
        body = payment(people, dice.randint(1, 300), sender_account_id=sender, receiver_account_id=receiver)
        async with clients:
            return (await post(people["staff"], body)).status_code

    assert set(await asyncio.gather(*(one() for _ in range(400)))) == {201}
    await check_books(database)


async def test_pages_hold_every_row_once_in_either_order(people: People) -> None:
    moment = datetime(2026, 5, 1, tzinfo=UTC).isoformat()  # all at the same instant: the id has to decide
    posted = [
        (await post(people["customer"], payment(people, 1, occurred_at=moment, channel="card"))).json()["id"]
        for _ in range(7)
    ]

    async def walk(**params: str) -> list[str]:
        ids: list[str] = []
        cursor: dict[str, str] = {}
        while True:
            answer = await people["customer"].get(
                "/transactions", params={"channel": "card", "limit": "3", **params, **cursor}
            )
            page = answer.json()
            ids += [row["id"] for row in page["data"]]
            if page["next_cursor"] is None:
                return ids
            cursor = {"cursor": page["next_cursor"]}

    assert await walk() == sorted(posted, reverse=True)
    assert await walk(sort="occurred_at") == sorted(posted)


async def test_pages_of_an_account_take_both_directions_in_turn(people: People) -> None:
    """Each is read by itself: what is sent and what is received have to meet in the order of time."""
    asha, ravi = (str(account.id) for account in (people.town.asha_account, people.town.ravi_account))
    start = datetime(2026, 5, 1, tzinfo=UTC)
    directions = ["out", "in", "in", "out", "out", "in", "out"]
    for hour, direction in enumerate(directions):
        sender, receiver = (asha, ravi) if direction == "out" else (ravi, asha)
        body = payment(
            people, 1, sender_account_id=sender, receiver_account_id=receiver, channel="card",
            occurred_at=(start + timedelta(hours=hour)).isoformat(),
        )  # fmt: skip
        await post(people["staff"], body)
    for asker in ("customer", "staff"):
        found: list[str] = []
        asked = {"channel": "card", "limit": "2", "account_id": asha}
        while asked:
            page = (await people[asker].get("/transactions", params=asked)).json()
            found += [row["direction"] for row in page["data"]]
            asked = page["next_cursor"] and {**asked, "cursor": page["next_cursor"]}
        assert found == directions[::-1]


@pytest.mark.parametrize(
    ("params", "count"),
    [
        ({}, 4), ({"direction": "in"}, 1), ({"direction": "out"}, 3), ({"status": "failed"}, 1),
        ({"category": "groceries"}, 1), ({"channel": "card"}, 1), ({"amount[gte]": 500, "amount[lte]": 600}, 2),
        ({"occurred_at[lte]": "2026-01-31T00:00:00Z"}, 1), ({"q": "MILK"}, 1), ({"q": "100%"}, 0),
        ({"counterparty": "ravi"}, 3), ({"currency": "USD"}, 0),
    ],
    ids=str,
)  # fmt: skip
async def test_list_filters(people: People, params: dict[str, str], count: int) -> None:
    await post(people["customer"], payment(people, 500, category="groceries", description="Milk and 100 things"))
    await post(people["customer"], payment(people, 600, channel="card", occurred_at="2026-01-05T10:00:00+05:30"))
    await post(people["customer"], payment(people, 10**9))
    account = {"account_id": str(people.town.asha_account.id)}
    answer = await people["customer"].get("/transactions", params={**account, **params})
    assert len(answer.json()["data"]) == count, answer.text


@pytest.mark.parametrize(
    "params",
    [
        {"limit": 0}, {"limit": 201}, {"limit": "x"}, {"cursor": "AAAA"}, {"cursor": "💰"}, {"sort": "amount"},
        {"category": "x"}, {"amount[gte]": 2**63}, {"occurred_at[gte]": "2026-01-01"}, {"unknown": 1}, {"q": "\x00"},
    ],
    ids=str,
)  # fmt: skip
async def test_bad_list_parameter_is_refused(people: People, params: dict[str, str]) -> None:
    answer = await people["customer"].get("/transactions", params=params)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")


async def test_cursor_is_good_for_its_own_filters_only(people: People) -> None:
    await post(people["customer"], payment(people))
    page = (await people["customer"].get("/transactions", params={"limit": 1})).json()
    moved = await people["customer"].get(
        "/transactions", params={"limit": 1, "cursor": page["next_cursor"], "direction": "out"}
    )
    assert (moved.status_code, moved.json()["code"]) == (422, "invalid_request")


async def test_note_and_category_are_one_sides_own(people: People, database: Database) -> None:
    posted = (await post(people["customer"], payment(people, category="rent"))).json()
    address = f"/transactions/{posted['id']}"
    read = await people["customer"].get(address)
    changed = await people["customer"].patch(
        address, json={"category": "groceries", "note": "shared flat"}, headers={"If-Match": read.headers["etag"]}
    )
    assert changed.status_code == 200, changed.text
    assert (changed.json()["category"], changed.json()["note"]) == ("groceries", "shared flat")
    assert changed.headers["etag"] != read.headers["etag"]
    other = (await people["ravi"].get(address)).json()
    assert (other["category"], other["note"]) == ("rent", None)
    async with database.unit() as session:
        row = await session.execute(
            text("SELECT category FROM ledger.transaction WHERE id = :id"), {"id": posted["id"]}
        )
        assert row.scalar_one() == "rent"  # what was posted stays as it was
    taken_back = await people["customer"].patch(
        address, json={"category": None}, headers={"If-Match": changed.headers["etag"]}
    )
    assert (taken_back.json()["category"], taken_back.json()["note"]) == ("rent", "shared flat")


async def test_annotation_needs_the_version_that_was_read(people: People) -> None:
    address = f"/transactions/{(await post(people['customer'], payment(people))).json()['id']}"
    blind = await people["customer"].patch(address, json={"note": "x"})
    assert (blind.status_code, blind.json()["code"]) == (428, "version_required")
    answers = await asyncio.gather(
        *(people["customer"].patch(address, json={"note": f"{n}"}, headers={"If-Match": '"0"'}) for n in range(6))
    )
    assert sorted(answer.status_code for answer in answers) == [200] + [412] * 5


@pytest.mark.parametrize("patch", [{"amount_minor": 1}, {"status": "failed"}, {"category": "x"}, {"note": 5}, []])
async def test_nothing_else_of_a_transaction_can_be_patched(people: People, patch: object) -> None:
    address = f"/transactions/{(await post(people['customer'], payment(people))).json()['id']}"
    answer = await people["customer"].patch(address, json=patch, headers={"If-Match": '"0"'})
    assert answer.status_code == 422


async def test_body_of_two_megabytes_is_refused_before_it_is_read(people: People) -> None:
    answer = await post(people["customer"], payment(people, description="x" * 2_000_000))
    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")


async def test_body_without_a_length_is_refused_once_it_is_too_long(people: People) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(30):
            yield b" " * 100_000

    headers = {"Idempotency-Key": fresh("key")}
    answer = await people["customer"].post("/transactions", content=endless(), headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b"\xff\xfe", b'{"amount_minor": 1e400}'], ids=range(6))
async def test_body_that_is_no_payment_is_refused(people: People, database: Database, body: bytes) -> None:
    headers = {"Idempotency-Key": fresh("key")}
    answer = await people["customer"].post("/transactions", content=body, headers=headers)
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
    assert answer.json()["code"] in {"malformed_json", "invalid_request", "invalid_amount"}
    await check_books(database)


async def test_link_leads_to_the_next_page_and_ends_with_the_last(people: People) -> None:
    for amount in (1, 2):
        await post(people["customer"], payment(people, amount))
    first = await people["customer"].get("/transactions", params={"limit": 2, "sort": "occurred_at"})
    link = re.fullmatch(r'<(/transactions\?.*)>; rel="next"', first.headers["link"])
    assert link is not None
    second = await people["customer"].get(link[1])
    assert (len(second.json()["data"]), "link" in second.headers) == (1, False)
    assert second.request.url.params["sort"] == "occurred_at"


async def test_trace_of_the_caller_goes_on(people: People) -> None:
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    headers = {"traceparent": f"00-{trace}-00f067aa0ba902b7-01", "Idempotency-Key": fresh("key")}
    paid = await people["customer"].post("/transactions", json=payment(people), headers=headers)
    refused = await people["customer"].post("/transactions", json={}, headers=headers)
    assert paid.headers["x-request-id"] == refused.headers["x-request-id"] == refused.json()["trace_id"] == trace


def test_every_schema_that_the_document_refers_to_is_in_it(app: FastAPI) -> None:
    document = app.openapi()
    named = set(re.findall(r'"#/components/schemas/([^"]+)"', json.dumps(document)))
    assert named <= document["components"]["schemas"].keys()
    assert {"NewTransaction", "PostedTransaction", "BulkTransaction", "BulkAnswers"} <= named
