"""Many payments in one request: an answer to each, in order; or all or none; or only what would become of them."""

import asyncio
import json
import random

import pytest
from httpx import AsyncClient, Response

from core.db import Database
from core.ids import new_id
from tests.api.conftest import People
from tests.api.test_transactions_api import balance, payment
from tests.factories import check_books, fresh

LINES = "application/x-ndjson"


async def post_bulk(
    client: AsyncClient, payments: object, key: str | None = None, *, raw: bytes | None = None, **options: str
) -> Response:
    content = raw if raw is not None else json.dumps(payments).encode()
    headers = {"Idempotency-Key": key or fresh("key"), "Content-Type": options.pop("media_type", "application/json")}
    return await client.post("/transactions/bulk", content=content, headers=headers, params=options)


async def test_each_payment_has_its_answer_in_the_order_given(people: People, database: Database) -> None:
    payments = [payment(people, amount) for amount in (60_000, 50_000, 40_000)]
    payments.append(payment(people, 1, receiver_account_id=str(new_id())))
    payments.append(payment(people, "1"))
    payments.append(payment(people, 1, sender_account_id=str(people.other.asha_account.id)))
    answer = await post_bulk(people["customer"], payments)
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert [item["index"] for item in told["items"]] == [*range(6)]
    assert [item["failure_code"] for item in told["items"]] == [
        None, "insufficient_funds", None, "account_not_found", "invalid_amount", "account_not_found",
    ]  # fmt: skip
    assert [item["status"] for item in told["items"]][:3] == ["success", "failed", "success"]
    assert told["items"][1]["shortfall_minor"] == 10_000
    assert "/body/4/amount_minor" in told["items"][4]["detail"]
    assert (told["succeeded"], told["failed"], told["is_dry_run"]) == (2, 4, False)
    assert await balance(people) == 0
    await check_books(database)


async def test_atomic_bulk_posts_all_or_none(people: People, database: Database) -> None:
    good = [payment(people, 10_000) for _ in range(3)]
    bad = await post_bulk(people["customer"], [*good, payment(people, 10**9)], mode="atomic")
    assert (bad.status_code, bad.json()["code"], bad.json()["refused"]) == (409, "bulk_refused", 1)
    assert [(item["index"], item["id"]) for item in bad.json()["items"]] == [(3, None)]
    assert await balance(people) == 100_000
    well = await post_bulk(people["customer"], good, mode="atomic")
    assert (well.status_code, well.json()["succeeded"]) == (200, 3)
    assert await balance(people) == 70_000
    await check_books(database)


async def test_refused_atomic_bulk_leaves_its_keys_free(people: People) -> None:
    key, good = fresh("key"), payment(people, 10_000)
    await post_bulk(people["customer"], [good, payment(people, 10**9)], key, mode="atomic")
    again = await post_bulk(people["customer"], [good], key, mode="atomic")
    assert [item["is_replay"] for item in again.json()["items"]] == [False]


@pytest.mark.parametrize("mode", ["each", "atomic"])
async def test_dry_run_says_what_would_happen_and_stores_nothing(people: People, database: Database, mode: str) -> None:
    payments = [payment(people, 60_000), payment(people, 60_000), payment(people, 40_000)]
    answer = (await post_bulk(people["customer"], payments, mode=mode, dry_run="true")).json()
    assert [item["failure_code"] for item in answer["items"]] == [None, "insufficient_funds", None]
    assert [item["id"] for item in answer["items"]] == [None] * 3
    assert answer["items"][2]["sender_balance_after_minor"] == 0
    assert answer["is_dry_run"] is True
    assert await balance(people) == 100_000
    listed = await people["customer"].get("/transactions", params={"direction": "out"})
    assert listed.json()["data"] == []
    await check_books(database)


async def test_repeated_bulk_moves_nothing_again(people: People) -> None:
    key, payments = fresh("key"), [payment(people, amount) for amount in (1, 2, 10**9)]
    first = (await post_bulk(people["customer"], payments, key)).json()
    again = (await post_bulk(people["customer"], payments, key)).json()
    assert [item["is_replay"] for item in again["items"]] == [True] * 3
    assert [item["id"] for item in again["items"]] == [item["id"] for item in first["items"]]
    changed = (await post_bulk(people["customer"], [payment(people, 5), payment(people, 2)], key)).json()
    assert [item["failure_code"] for item in changed["items"]] == ["idempotency_key_reused", None]
    assert await balance(people) == 100_000 - 3


async def test_item_with_a_key_of_its_own_is_the_same_payment_in_any_bulk(people: People) -> None:
    own = payment(people, 7, idempotency_key=fresh("own"))
    first = (await post_bulk(people["customer"], [own])).json()["items"][0]
    later = (await post_bulk(people["customer"], [payment(people, 1), own])).json()["items"][1]
    single = await people["customer"].post(
        "/transactions", json=payment(people, 7), headers={"Idempotency-Key": str(own["idempotency_key"])}
    )
    assert (later["id"], later["is_replay"]) == (first["id"], True)
    assert (single.json()["id"], single.headers["idempotency-replayed"]) == (first["id"], "true")
    assert await balance(people) == 100_000 - 8


async def test_lines_are_answered_with_lines(people: People) -> None:
    lines = b"\n".join(json.dumps(payment(people, amount)).encode() for amount in (1, 2)) + b"\n\n{oops\n"
    answer = await post_bulk(people["customer"], None, raw=lines, media_type=LINES)
    assert answer.headers["content-type"] == LINES
    items = [json.loads(line) for line in answer.text.splitlines()]
    assert [item["failure_code"] for item in items] == [None, None, "malformed_json"]


async def test_ten_thousand_payments_fit_and_one_more_does_not(people: People, database: Database) -> None:
    dice, accounts = random.Random(3), [people.town.asha_account, people.town.ravi_account, people.town.cash]

    def one() -> dict[str, object]:
        sender, receiver = dice.sample(accounts, 2)
        return payment(
            people, dice.randint(1, 50), sender_account_id=str(sender.id), receiver_account_id=str(receiver.id)
        )

    payments = [one() for _ in range(10_001)]
    too_many = await post_bulk(people["staff"], payments)
    assert (too_many.status_code, too_many.json()["code"]) == (413, "bulk_too_large")
    answer = (await post_bulk(people["staff"], payments[:-1])).json()
    assert (len(answer["items"]), answer["succeeded"]) == (10_000, 10_000)
    await check_books(database)


async def test_crossed_atomic_bulks_never_wait_in_a_circle(people: People, database: Database) -> None:
    dice, accounts = random.Random(5), [people.town.asha_account, people.town.ravi_account, people.town.cash]

    async def one() -> int:
        pairs = [dice.sample(accounts, 2) for _ in range(40)]
        payments = [
            payment(people, 1, sender_account_id=str(sender.id), receiver_account_id=str(receiver.id))
            for sender, receiver in pairs
        ]
        return (await post_bulk(people["staff"], payments, mode=dice.choice(["each", "atomic"]))).status_code

    assert set(await asyncio.gather(*(one() for _ in range(16)))) == {200}
    await check_books(database)


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"[", "malformed_json"), (b"{}", "invalid_request"), (b"[]", "invalid_request"), (b"", "malformed_json"),
        (b"\xff", "malformed_json"), (b"[" + b" " * 8_000_000 + b"]", "body_too_large"),
    ],
    ids=range(6),
)  # fmt: skip
async def test_bulk_that_cannot_be_read_is_refused_whole(people: People, raw: bytes, code: str) -> None:
    answer = await post_bulk(people["customer"], None, raw=raw)
    assert (answer.status_code >= 400, answer.json()["code"]) == (True, code)


@pytest.mark.parametrize("options", [{"mode": "some"}, {"dry_run": "perhaps"}, {"unknown": "1"}], ids=str)
async def test_unknown_option_is_refused(people: People, options: dict[str, str]) -> None:
    answer = await post_bulk(people["customer"], [payment(people)], **options)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")
    assert await balance(people) == 100_000


async def test_bulk_needs_a_key_and_a_payer(people: People, client: AsyncClient) -> None:
    without = await people["customer"].post("/transactions/bulk", json=[payment(people)])
    assert (without.status_code, without.json()["code"]) == (400, "idempotency_key_missing")
    assert (await post_bulk(client, [payment(people)])).status_code == 401
    assert (await post_bulk(people["analyst"], [payment(people)])).status_code == 403
