"""Rules, splits and suggestions over REST: tried out before they are stored, taken back, and nobody else's."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from fastapi import FastAPI
from httpx import Response
from sqlalchemy import text

from core.app import create_app
from core.db import Database
from core.identity import routes as identity
from core.insights import routes as insights
from core.ledger import routes as ledger
from core.settings import Settings
from tests.api.conftest import People
from tests.factories import check_books, pay


@pytest.fixture(scope="session")
async def app(settings: Settings) -> AsyncIterator[FastAPI]:
    app = create_app(settings, routers=[identity.router, ledger.router, insights.router])
    async with app.router.lifespan_context(app):
        yield app


@pytest.fixture
async def tea(people: People, database: Database) -> AsyncIterator[str]:
    """Asha pays Ravi 5.00 for tea: its id."""
    async with database.unit() as session:
        paid = await pay(session, people.town.asha_account, people.town.ravi_account, 500, description="Tea")
    yield str(paid.id)
    await check_books(database)


async def add(people: People, category: str = "gifts", **facts: Any) -> dict[str, Any]:
    response = await people["customer"].post(
        "/insights/rules", json={"category": category, "description": "tea", **facts}
    )
    assert response.status_code == 201, response.text
    return response.json()


async def category(people: People, id: str) -> str:
    return (await people["customer"].get(f"/transactions/{id}")).json()["category"]


async def spend(people: People) -> dict[str, int]:
    year = {"start": "2026-01-01", "end": "2028-01-01"}
    query = {"measures": ["spend"], "group_by": ["category"], "period": year}
    response = await people["customer"].post("/insights/query", json=query)
    assert response.status_code == 200, response.text
    return {row["category"]: row["spend"] for row in response.json()["rows"]}


async def test_a_rule_is_in_the_next_answer_and_gone_with_the_one_after_it(people: People, tea: str) -> None:
    rule = await add(people)
    assert (await category(people, tea), await spend(people)) == ("gifts", {"gifts": 500})
    assert (await people["customer"].delete(f"/insights/rules/{rule['id']}")).status_code == 204
    assert (await category(people, tea), await spend(people)) == ("uncategorised", {"uncategorised": 500})
    assert (await people["customer"].get(f"/insights/rules/{rule['id']}")).status_code == 404


async def test_a_preview_tells_what_would_change_and_stores_nothing(people: People, tea: str) -> None:
    wanted = {"category": "gifts", "description": "tea"}
    response = await people["customer"].post("/insights/rules/preview", json=wanted)
    effect = response.json()
    assert (response.status_code, effect["changed"]) == (200, 1)
    assert [entry["transaction_id"] for entry in effect["entries"]] == [tea]
    figures = {c["category"]: (c["spend_minor_before"], c["spend_minor_after"]) for c in effect["categories"]}
    assert figures == {"uncategorised": (500, 0), "gifts": (0, 500)}
    assert (await people["customer"].get("/insights/rules")).json() == []
    assert await category(people, tea) == "uncategorised"


async def test_a_preview_can_take_another_rules_place(people: People, tea: str) -> None:
    first = await add(people)
    wanted = {"category": "pets", "description": "tea"}

    async def changed(**more: Any) -> int:
        response = await people["customer"].post("/insights/rules/preview", json={**wanted, **more})
        return response.json()["changed"]

    assert (await changed(), await changed(place=1), await changed(instead_of=first["id"])) == (0, 1, 1)
    assert await category(people, tea) == "gifts"


async def test_a_change_needs_the_version_that_was_read(people: People, tea: str) -> None:
    rule = await add(people)
    path, read = f"/insights/rules/{rule['id']}", await people["customer"].get(f"/insights/rules/{rule['id']}")

    async def patch(**headers: str) -> Response:
        return await people["customer"].patch(path, json={"category": "pets"}, headers=headers)

    assert (await patch()).status_code == 428
    changed = await patch(**{"If-Match": read.headers["etag"]})
    assert (changed.status_code, changed.json()["category"]) == (200, "pets")
    assert (await patch(**{"If-Match": read.headers["etag"]})).status_code == 412
    assert await category(people, tea) == "pets"


async def test_rules_are_their_customers_alone(people: People, tea: str) -> None:
    rule = await add(people)
    path = f"/insights/rules/{rule['id']}"
    for who, status in {"ravi": 404, "stranger": 404, "staff": 403, "analyst": 403, "admin": 403}.items():
        answers = [
            await people[who].get(path),
            await people[who].delete(path),
            await people[who].patch(path, json={"category": "pets"}, headers={"If-Match": '"1"'}),
        ]
        assert [answer.status_code for answer in answers] == [status] * 3
    assert (await people["ravi"].get("/insights/rules")).json() == []
    preview = {"category": "pets", "description": "x", "instead_of": rule["id"]}
    assert (await people["ravi"].post("/insights/rules/preview", json=preview)).status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        {"category": "gifts"},
        {"category": "nonsense", "description": "x"},
        {"category": "gifts", "description": "x", "surprise": 1},
        {"category": "gifts", "amount_minor_min": 5},
        {"category": "gifts", "amount_minor_min": 5, "amount_minor_max": 4, "currency": "INR"},
        {"category": "gifts", "description": "x", "place": 0},
        {"category": "gifts", "description": "\0"},
    ],
)
async def test_a_malformed_rule_is_refused(people: People, body: dict[str, Any]) -> None:
    for path in ("/insights/rules", "/insights/rules/preview"):
        assert (await people["customer"].post(path, json=body)).status_code == 422


async def test_a_split_stands_in_every_answer(people: People, tea: str) -> None:
    parts = [{"category": "groceries", "amount_minor": 300}, {"category": "gifts", "amount_minor": 200}]
    path = f"/transactions/{tea}/split"
    split = await people["customer"].put(path, json={"parts": parts}, headers={"If-Match": '"0"'})
    assert (split.status_code, split.json()["parts"], split.headers["etag"]) == (200, parts, '"1"')
    assert await spend(people) == {"groceries": 300, "gifts": 200}
    for slug, found in {"groceries": 1, "gifts": 1, "pets": 0}.items():
        listed = await people["customer"].get("/transactions", params={"category": slug})
        assert len(listed.json()["data"]) == found
    assert (await people["ravi"].get(f"/transactions/{tea}")).json()["parts"] == []
    stale = await people["customer"].put(path, json={"parts": []}, headers={"If-Match": '"0"'})
    assert stale.status_code == 412
    wrong = await people["customer"].put(path, json={"parts": [*parts, {"category": "pets", "amount_minor": 1}]},
                                         headers={"If-Match": '"1"'})  # fmt: skip
    assert (wrong.status_code, wrong.json()["code"], wrong.json()["parts_minor"]) == (409, "split_mismatch", 501)


async def test_a_suggestion_is_shown_until_there_is_a_category_and_is_never_counted(
    people: People, tea: str, database: Database
) -> None:
    async with database.unit() as session:
        side = {"id": tea, "account": people.town.asha_account.id}
        await session.execute(text("INSERT INTO insights.suggestion VALUES (:id, :account, 'eating_out', 0.8)"), side)
    seen = (await people["customer"].get(f"/transactions/{tea}")).json()
    assert (seen["category"], seen["suggested_category"]) == ("uncategorised", "eating_out")
    assert (await people["ravi"].get(f"/transactions/{tea}")).json()["suggested_category"] is None
    assert await spend(people) == {"uncategorised": 500}
    accepted = await people["customer"].patch(
        f"/transactions/{tea}", json={"category": "eating_out"}, headers={"If-Match": '"0"'}
    )
    assert (accepted.json()["category"], accepted.json()["suggested_category"]) == ("eating_out", None)
    assert await spend(people) == {"eating_out": 500}


TEA = {"counterparty": "Ravi", "category": "eating_out"}


async def suggest(people: People, database: Database, id: str) -> None:
    async with database.unit() as session:
        side = {"id": id, "account": people.town.asha_account.id}
        await session.execute(text("INSERT INTO insights.suggestion VALUES (:id, :account, 'eating_out', 0.8)"), side)


async def suggestions(people: People) -> list[dict[str, Any]]:
    return (await people["customer"].get("/insights/suggestions")).json()


async def test_a_suggestion_is_accepted_for_all_payments_to_a_payee_and_taken_back(
    people: People, tea: str, database: Database
) -> None:
    async with database.unit() as session:
        other = await pay(session, people.town.asha_account, people.town.ravi_account, 300, description="Samosas")
        unlike = await pay(session, people.town.asha_account, people.town.ravi_account, 200, description="?")
    for id in (tea, str(other.id)):
        await suggest(people, database, id)
    [found] = await suggestions(people)
    assert (found["payments"], found["sums"]) == (2, [{"currency": "INR", "amount_minor": 800}])
    tried = (await people["customer"].post("/insights/suggestions/preview", json=TEA)).json()
    assert {entry["transaction_id"] for entry in tried["entries"]} == {tea, str(other.id)}
    figures = {c["category"]: (c["spend_minor_before"], c["spend_minor_after"]) for c in tried["categories"]}
    assert figures == {"uncategorised": (1_000, 200), "eating_out": (0, 800)}
    assert await spend(people) == {"uncategorised": 1_000}
    accepted = await people["customer"].post("/insights/suggestions/accept", json=TEA)
    assert (accepted.status_code, accepted.json()) == (200, {"payments": 2})
    assert await spend(people) == {"uncategorised": 200, "eating_out": 800}
    assert await category(people, str(unlike.id)) == "uncategorised"
    assert await suggestions(people) == []
    assert (await people["customer"].post("/insights/suggestions/accept", json=TEA)).status_code == 404
    assert (await people["customer"].post("/insights/suggestions/take-back", json=TEA)).status_code == 204
    assert (await spend(people), len(await suggestions(people))) == ({"uncategorised": 1_000}, 1)


async def test_what_is_dismissed_is_not_suggested_for_the_next_payment_either(
    people: People, tea: str, database: Database
) -> None:
    await suggest(people, database, tea)
    assert (await people["customer"].post("/insights/suggestions/dismiss", json=TEA)).status_code == 204
    async with database.unit() as session:
        later = await pay(session, people.town.asha_account, people.town.ravi_account, 100, description="Tea")
    await suggest(people, database, str(later.id))
    assert await suggestions(people) == []
    assert (await people["customer"].get(f"/transactions/{later.id}")).json()["suggested_category"] is None
    await people["customer"].post("/insights/suggestions/take-back", json=TEA)
    assert [found["payments"] for found in await suggestions(people)] == [2]


async def test_a_suggestion_leaves_a_note_and_a_split_alone(people: People, tea: str, database: Database) -> None:
    async with database.unit() as session:
        shared = await pay(session, people.town.asha_account, people.town.ravi_account, 300, description="Shared")
    for id in (tea, str(shared.id)):
        await suggest(people, database, id)
    noted = {"note": "with Tara"}
    await people["customer"].patch(f"/transactions/{tea}", json=noted, headers={"If-Match": '"0"'})
    parts = [{"category": "pets", "amount_minor": 100}, {"category": "gifts", "amount_minor": 200}]
    await people["customer"].put(f"/transactions/{shared.id}/split", json={"parts": parts}, headers={"If-Match": '"0"'})
    assert (await people["customer"].post("/insights/suggestions/accept", json=TEA)).json() == {"payments": 1}
    assert (await people["customer"].get(f"/transactions/{tea}")).json()["note"] == "with Tara"
    assert await spend(people) == {"eating_out": 500, "pets": 100, "gifts": 200}


async def test_suggestions_are_nobody_elses(people: People, tea: str, database: Database) -> None:
    await suggest(people, database, tea)
    assert (await people["ravi"].get("/insights/suggestions")).json() == []
    for path in ("accept", "preview"):
        assert (await people["ravi"].post(f"/insights/suggestions/{path}", json=TEA)).status_code == 404
    await people["ravi"].post("/insights/suggestions/dismiss", json=TEA)
    assert len(await suggestions(people)) == 1
    assert (await people["staff"].get("/insights/suggestions")).status_code == 403
