"""GET /transactions/sync: a follower hears of everything once, in its own words, and of nothing else."""

from httpx import AsyncClient

from core.db import Database
from core.ledger.relay import drain
from tests.api.conftest import People
from tests.factories import fresh, pay


async def follow(client: AsyncClient, cursor: str = "", limit: int = 50) -> tuple[list[dict], list[dict], str]:
    """Everything added and modified since `cursor`, and the cursor to go on from."""
    added: list[dict] = []
    modified: list[dict] = []
    while True:
        answer = await client.get("/transactions/sync", params={"cursor": cursor, "limit": limit})
        assert answer.status_code == 200, answer.text
        page = answer.json()
        added += page["added"]
        modified += page["modified"]
        assert len(page["added"]) + len(page["modified"]) <= limit
        cursor = page["next_cursor"]
        if not page["has_more"]:
            return added, modified, cursor


async def test_each_side_follows_its_own_view_of_a_payment(people: People, database: Database) -> None:
    town = people.town
    await drain(database)
    cursors = {who: (await follow(people[who]))[2] for who in ("customer", "ravi", "stranger")}
    async with database.unit() as session:
        paid = await pay(session, town.asha_account, town.ravi_account, 4_200, description="tickets")
    await drain(database)
    [out], _, _ = await follow(people["customer"], cursors["customer"])
    [into], _, _ = await follow(people["ravi"], cursors["ravi"])
    assert (out["id"], out["direction"], out["balance_after_minor"]) == (str(paid.id), "out", 95_800)
    assert (into["id"], into["direction"], into["balance_after_minor"]) == (str(paid.id), "in", 104_200)
    assert into["sender_balance_after_minor"] is None
    assert await follow(people["stranger"], cursors["stranger"]) == ([], [], cursors["stranger"])


async def test_without_a_cursor_all_comes_from_the_beginning_page_by_page(people: People, database: Database) -> None:
    town = people.town
    async with database.unit() as session:
        paid = [(await pay(session, town.asha_account, town.ravi_account, 10)).id for _ in range(5)]
    await drain(database)
    at_once, _, end = await follow(people["customer"])
    assert [one["id"] for one in at_once][1:] == [str(id) for id in paid]  # after the deposit
    assert await follow(people["customer"], limit=2) == (at_once, [], end)


async def test_a_refused_payment_is_told_to_its_sender_alone(people: People, database: Database) -> None:
    town = people.town
    await drain(database)
    cursors = {who: (await follow(people[who]))[2] for who in ("customer", "ravi", "staff")}
    body = {
        "sender_account_id": str(town.asha_account.id), "receiver_account_id": str(town.ravi_account.id),
        "amount_minor": 10**9, "currency": "INR",
    }  # fmt: skip
    refused = await people["customer"].post("/transactions", json=body, headers={"Idempotency-Key": fresh("key")})
    assert refused.status_code == 409
    await drain(database)
    for who in ("customer", "staff"):
        [told], _, _ = await follow(people[who], cursors[who])
        assert (told["status"], told["failure_code"]) == ("failed", "insufficient_funds")
    assert (await follow(people["ravi"], cursors["ravi"]))[0] == []


async def test_an_annotation_is_a_modification_for_its_own_side(people: People, database: Database) -> None:
    town = people.town
    async with database.unit() as session:
        paid = await pay(session, town.asha_account, town.ravi_account, 700)
    await drain(database)
    cursors = {who: (await follow(people[who]))[2] for who in ("customer", "ravi")}
    for version, note in enumerate(("for the trip", "for the long trip")):
        answer = await people["customer"].patch(
            f"/transactions/{paid.id}", json={"note": note}, headers={"If-Match": f'"{version}"'}
        )
        assert answer.status_code == 200
    await drain(database)
    added, [modified], _ = await follow(people["customer"], cursors["customer"])
    assert (added, modified["id"], modified["note"]) == ([], str(paid.id), "for the long trip")
    assert (await follow(people["ravi"], cursors["ravi"]))[:2] == ([], [])


async def test_what_is_added_and_modified_within_a_page_is_added_once(people: People, database: Database) -> None:
    town = people.town
    await drain(database)
    _, _, cursor = await follow(people["customer"])
    async with database.unit() as session:
        paid = await pay(session, town.asha_account, town.ravi_account, 700)
    await people["customer"].patch(f"/transactions/{paid.id}", json={"note": "soon"}, headers={"If-Match": '"0"'})
    await drain(database)
    [added], modified, _ = await follow(people["customer"], cursor)
    assert (added["note"], modified) == ("soon", [])
    [first], [second], _ = await follow(people["customer"], cursor, limit=1)
    assert first["id"] == second["id"] == str(paid.id)


async def test_staff_follow_their_bank_and_admins_everything(people: People, database: Database) -> None:
    town, other = people.town, people.other
    await drain(database)
    staff, admin = (await follow(people["staff"]))[2], (await follow(people["admin"], limit=200))[2]
    async with database.unit() as session:
        here = await pay(session, town.asha_account, town.ravi_account, 30)
        there = await pay(session, other.asha_account, other.ravi_account, 40)
    await drain(database)
    seen_by_staff, _, _ = await follow(people["staff"], staff)
    seen_by_admin, _, _ = await follow(people["admin"], admin)
    assert [(one["id"], one["direction"]) for one in seen_by_staff] == [(str(here.id), "out"), (str(here.id), "in")]
    assert [one["id"] for one in seen_by_admin] == [str(here.id)] * 2 + [str(there.id)] * 2


async def test_an_altered_cursor_is_refused(people: People, database: Database) -> None:
    await drain(database)
    _, _, cursor = await follow(people["customer"])
    for wrong in (cursor[:-4] + "AAAA", "1", cursor[8:]):
        answer = await people["customer"].get("/transactions/sync", params={"cursor": wrong})
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")


async def test_the_trace_of_a_request_reaches_the_change_log(people: People, database: Database) -> None:
    town, key = people.town, fresh("key")
    body = {
        "sender_account_id": str(town.asha_account.id), "receiver_account_id": str(town.ravi_account.id),
        "amount_minor": 5, "currency": "INR",
    }  # fmt: skip
    answer = await people["customer"].post("/transactions", json=body, headers={"Idempotency-Key": key})
    assert answer.status_code == 201, answer.text
    await drain(database)
    async with database.unit() as session:
        connection = await session.connection()
        told = await connection.exec_driver_sql(
            "SELECT DISTINCT actor, trace_id FROM ledger.change WHERE transaction_id = %s", (answer.json()["id"],)
        )
        assert told.all() == [(f"user:{people.users['customer'].id}", answer.headers["X-Request-Id"])]
