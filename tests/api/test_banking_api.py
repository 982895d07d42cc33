"""Banks, customers and accounts over HTTP: what is stored, how it is shown, what is refused."""

import asyncio

import pytest
from httpx import AsyncClient, Response
from sqlalchemy import text

from core.db import Database
from core.ids import new_id
from tests.api.conftest import People
from tests.factories import check_books, fresh

SOME_ID = "019a0000-0000-7000-8000-000000000000"


def fresh_pan() -> str:
    """Five letters (the fourth: a person), four digits of 0001 to 9999, a letter."""
    number = new_id().int
    letters = "".join(chr(65 + (number >> shift) % 26) for shift in (0, 5, 10, 15, 20))
    return f"{letters[:3]}P{letters[3]}{number % 9_999 + 1:04d}{letters[4]}"


async def add_customer(client: AsyncClient, **facts: object) -> Response:
    return await client.post("/customers", json={"name": "Meera", **facts})


async def change(client: AsyncClient, path: str, patch: dict[str, object]) -> Response:
    """A patch of what was just read."""
    etag = (await client.get(path)).headers["etag"]
    return await client.patch(path, json=patch, headers={"If-Match": etag})


async def test_customer_is_stored_in_normal_form_and_the_pan_sealed(people: People, database: Database) -> None:
    pan, word = fresh_pan(), fresh("m")
    added = await add_customer(
        people["staff"], pan=pan.lower(), email=f"{word}@FinLens.Example", phone="098765 43210", kind="business",
        merchant_category_code="5411", time_zone="Europe/Prague", latitude=50.1, longitude=14.4,
    )  # fmt: skip
    assert added.status_code == 201, added.text
    customer = added.json()
    assert (customer["email"], customer["phone"]) == (f"{word}@finlens.example", "+919876543210")
    assert (customer["category"], customer["time_zone"]) == ("groceries", "Europe/Prague")
    assert customer["pan_masked"] == "XXXXXX" + pan[-4:]
    assert pan not in added.text
    async with database.unit() as session:
        row = await session.execute(
            text("SELECT c::text FROM banking.customer c WHERE id = :id"), {"id": customer["id"]}
        )
        assert pan not in row.scalar_one()


@pytest.mark.parametrize(
    "facts",
    [
        {"pan": "ABCDE1234"}, {"pan": "ABCQE1234F"}, {"email": "nobody"}, {"email": "a@b"}, {"phone": "12"},
        {"phone": "+999123"}, {"time_zone": "Mars/Olympus"}, {"time_zone": "../etc/passwd"},
        {"latitude": 91, "longitude": 0}, {"id": SOME_ID},
        {"latitude": 1}, {"name": ""}, {"name": "   "}, {"name": "a\x00"}, {"name": "x" * 201}, {"kind": "robot"},
        {"merchant_category_code": "5411"}, {"kind": "business", "merchant_category_code": "541"},
        {"version": 7}, {"category": "rent"},
    ],
    ids=str,
)  # fmt: skip
async def test_customer_that_cannot_be_is_refused(people: People, facts: dict[str, object]) -> None:
    answer = await add_customer(people["staff"], **facts)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")


async def test_email_and_pan_belong_to_one_customer(people: People) -> None:
    facts = {"email": f"{fresh('m')}@finlens.example", "pan": fresh_pan()}
    assert (await add_customer(people["staff"], **facts)).status_code == 201
    for name, value in facts.items():
        twin = await add_customer(people["staff"], **{name: value.upper()})
        assert (twin.status_code, twin.json()["code"]) == (409, "already_exists")


async def test_customer_changes_how_they_are_reached_and_nothing_else(people: People, database: Database) -> None:
    path = f"/customers/{people.town.asha.id}"
    moved = await change(people["customer"], path, {"phone": None, "address": "12 MG Road"})
    assert (moved.status_code, moved.json()["address"]) == (200, "12 MG Road")
    renamed = await change(people["customer"], path, {"name": "Asha the Great"})
    assert (renamed.status_code, renamed.json()["code"]) == (403, "not_allowed")
    assert (await change(people["staff"], path, {"name": "Asha Rao"})).json()["name"] == "Asha Rao"
    async with database.unit() as session:
        events = await session.execute(
            text("SELECT actor, action, facts FROM identity.audit_event WHERE subject = :subject ORDER BY at"),
            {"subject": f"customer:{people.town.asha.id}"},
        )
        assert events.all() == [
            (f"user:{people.users['customer'].id}", "customer.change", {"fields": ["phone", "address"]}),
            (f"user:{people.users['staff'].id}", "customer.change", {"fields": ["name"]}),
        ]


@pytest.mark.parametrize("patch", [{"name": None}, {"time_zone": None}, {"id": SOME_ID}, {"pan": "x"}, {"latitude": 1}])
async def test_patch_that_cannot_be_is_refused(people: People, patch: dict[str, object]) -> None:
    answer = await change(people["staff"], f"/customers/{people.town.asha.id}", patch)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")


async def test_change_needs_the_version_that_was_read(people: People) -> None:
    path = f"/customers/{people.town.asha.id}"
    assert (await people["staff"].patch(path, json={"name": "A"})).status_code == 428
    answers = await asyncio.gather(
        *(people["staff"].patch(path, json={"name": f"A{n}"}, headers={"If-Match": '"1"'}) for n in range(6))
    )
    assert sorted(answer.status_code for answer in answers) == [200] + [412] * 5


async def test_customer_has_one_account_with_a_bank(people: People) -> None:
    second = {
        "bank_id": str(people.town.bank.id), "customer_id": str(people.town.asha.id), "number": fresh("N"),
        "name": "Second", "currency": "INR",
    }  # fmt: skip
    answer = await people["staff"].post("/accounts", json=second)
    assert (answer.status_code, answer.json()["code"]) == (409, "already_exists")


async def test_account_opens_empty_and_shows_its_balance(people: People) -> None:
    customer = (await add_customer(people["staff"])).json()
    opened = await people["staff"].post(
        "/accounts",
        json={
            "bank_id": str(people.town.bank.id), "customer_id": customer["id"], "number": fresh("N"),
            "name": "Savings", "currency": "BHD",
        },
    )  # fmt: skip
    assert opened.status_code == 201, opened.text
    nothing = {"amount_minor": 0, "currency": "BHD", "amount": "0.000"}
    assert opened.json()["balance"] == {"posted": nothing, "pending_out": nothing, "available": nothing}


async def test_only_an_empty_account_closes_and_a_closed_one_takes_no_money(people: People, database: Database) -> None:
    town, path = people.town, f"/accounts/{people.town.asha_account.id}"
    refused = await change(people["staff"], path, {"is_closed": True})
    assert (refused.status_code, refused.json()["code"]) == (409, "account_not_empty")
    await send(people["staff"], town.asha_account.id, town.ravi_account.id, 100_000)
    closed = await change(people["staff"], path, {"is_closed": True})
    assert closed.status_code == 200, closed.text
    assert closed.json()["closed_on"] is not None
    late = await send(people["staff"], town.ravi_account.id, town.asha_account.id, 1)
    assert (late.status_code, late.json()["code"]) == (409, "account_closed")
    again = await change(people["staff"], path, {"name": "Ghost"})
    assert (again.status_code, again.json()["code"]) == (409, "account_closed")
    await check_books(database)


async def test_closing_and_paying_at_the_same_time_leave_no_money_behind(people: People, database: Database) -> None:
    town, path = people.town, f"/accounts/{people.town.asha_account.id}"
    await send(people["staff"], town.asha_account.id, town.ravi_account.id, 100_000)
    close, *payments = await asyncio.gather(
        change(people["staff"], path, {"is_closed": True}),
        *(send(people["staff"], town.ravi_account.id, town.asha_account.id, 1) for _ in range(8)),
    )
    held = (await people["staff"].get(path)).json()
    received = sum(answer.status_code == 201 for answer in payments)
    assert held["balance"]["posted"]["amount_minor"] == received
    assert (held["closed_on"] is not None) == (close.status_code == 200) == (received == 0)
    await check_books(database)


async def send(client: AsyncClient, sender: object, receiver: object, amount_minor: int) -> Response:
    body = {
        "sender_account_id": str(sender), "receiver_account_id": str(receiver),
        "amount_minor": amount_minor, "currency": "INR",
    }  # fmt: skip
    return await client.post("/transactions", json=body, headers={"Idempotency-Key": fresh("key")})


async def test_customers_page_by_cursor(people: People) -> None:
    added = [(await add_customer(people["staff"], name=f"Page {n}")).json()["id"] for n in range(5)]
    seen: list[str] = []
    cursor: dict[str, str] = {}
    for _ in range(3):
        answer = await people["staff"].get("/customers", params={"q": "page", "limit": "2", **cursor})
        seen += [row["id"] for row in answer.json()["data"]]
        cursor = {"cursor": answer.json()["next_cursor"]}
    assert (seen, cursor["cursor"]) == (added, None)


async def test_search_takes_percent_signs_literally(people: People) -> None:
    await add_customer(people["staff"], name="100% Cotton")
    found = (await people["staff"].get("/customers", params={"q": "0% c"})).json()["data"]
    assert [row["name"] for row in found] == ["100% Cotton"]
    assert (await people["staff"].get("/customers", params={"q": "1%cotton"})).json()["data"] == []
