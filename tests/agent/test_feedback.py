"""Feedback on answers, its review, and verified examples, which hold nothing of whoever asked."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient

from agents import api, verified
from agents.chat import Analyst
from core.app import create_app
from core.db import Database
from core.identity.access import Principal, Role
from core.identity.tokens import issue_access_token
from core.settings import Settings
from tests.agent.household import Household
from tests.agent.served import login_of
from tests.factories import fresh, make_bank

RENT = "How much did I pay Mr Rao in May 2026?"


class People:
    def __init__(self, app: FastAPI, settings: Settings) -> None:
        self._app, self._settings = app, settings
        self.users: dict[str, UUID] = {}

    def __getitem__(self, who: str) -> AsyncClient:
        token = issue_access_token(self._settings, self.users[who], datetime.now(UTC))
        headers = {"Authorization": f"Bearer {token}"}
        return AsyncClient(transport=ASGITransport(self._app), base_url="http://api", headers=headers)

    async def ask(self, who: str, question: str) -> dict[str, Any]:
        async with self[who] as client:
            return (await client.post("/chat", json={"question": question})).raise_for_status().json()

    async def call(self, who: str, method: str, path: str, body: object = None) -> tuple[int, Any]:
        async with self[who] as client:
            response = await client.request(method, path, json=body)
        return response.status_code, response.json() if response.content else None

    async def verified(self, who: str, question: str, meant: str | None = None) -> tuple[int, Any]:
        """What the administrator gets who verifies a question of somebody's."""
        turn_id = (await self.ask(who, question))["turn_id"]
        await self.call(who, "PUT", f"/answers/{turn_id}/feedback", {"verdict": "up"})
        return await self.call("admin", "POST", f"/feedback/{turn_id}/review", {"status": "verified", "meant": meant})


@pytest.fixture(scope="module")
async def people(settings: Settings, database: Database, household: Household) -> AsyncIterator[People]:
    app = create_app(settings, routers=[api.router], lifespans=[api.lifespan])
    async with app.router.lifespan_context(app):
        people = People(app, settings)
        async with database.unit() as session:
            other = await make_bank(session, name=fresh("Other Bank"))
        askers = {
            "meera": household.meera, "dev": household.dev, "analyst": household.analyst,
            "staff": principal(Role.STAFF, household.bank.id), "stranger": principal(Role.STAFF, other.id),
            "admin": principal(Role.ADMIN, None),
        }  # fmt: skip
        for name, asker in askers.items():
            people.users[name] = await login_of(database, asker)
        yield people


def principal(role: Role, bank_id: UUID | None) -> Principal:
    return Principal(fresh("user"), "", fresh(role), role, bank_id=bank_id)


async def test_a_thumb_is_for_ones_own_answers_and_may_change_its_mind(people: People) -> None:
    turn_id = (await people.ask("meera", RENT))["turn_id"]
    path, down = f"/answers/{turn_id}/feedback", {"verdict": "down", "reason": "wrong_period", "note": "I meant 2025"}
    assert (await people.call("dev", "PUT", path, down))[0] == 404
    assert (await people.call("meera", "PUT", f"/answers/{uuid4()}/feedback", down))[0] == 404
    assert (await people.call("meera", "PUT", path, {"verdict": "down"}))[0] == 422
    assert (await people.call("meera", "PUT", path, {"verdict": "down", "reason": "bad mood"}))[0] == 422
    assert (await people.call("meera", "PUT", path, down))[0] == 204
    assert (await people.call("meera", "PUT", path, {"verdict": "up"}))[0] == 204
    _, listed = await people.call("admin", "GET", "/feedback")
    [one] = [each for each in listed if each["turn_id"] == turn_id]
    assert (one["verdict"], one["reason"], one["question"]) == ("up", None, RENT)
    assert one["answer"]["turn_id"] == turn_id


async def test_reviewers_see_what_was_asked_at_their_bank(people: People) -> None:
    turn_id = (await people.ask("meera", RENT))["turn_id"]
    await people.call("meera", "PUT", f"/answers/{turn_id}/feedback", {"verdict": "up"})

    async def sees(who: str) -> bool | int:
        status, listed = await people.call(who, "GET", "/feedback")
        return turn_id in {one["turn_id"] for one in listed} if status == 200 else status

    assert {who: await sees(who) for who in people.users} == {
        "meera": 403, "dev": 403, "analyst": 403, "staff": True, "stranger": False, "admin": True,
    }  # fmt: skip
    review = f"/feedback/{turn_id}/review"
    assert (await people.call("staff", "POST", review, {"status": "verified"}))[0] == 403
    assert (await people.call("stranger", "POST", review, {"status": "dismissed"}))[0] == 404
    assert (await people.call("staff", "POST", review, {"status": "dismissed"}))[0] == 200
    assert not await sees("staff")


async def test_feedback_goes_with_its_conversation(people: People) -> None:
    answer = await people.ask("meera", RENT)
    await people.call("meera", "PUT", f"/answers/{answer['turn_id']}/feedback", {"verdict": "up"})
    await people.call("meera", "DELETE", f"/conversations/{answer['conversation_id']}")
    _, listed = await people.call("admin", "GET", "/feedback")
    assert answer["turn_id"] not in {one["turn_id"] for one in listed}


async def test_an_example_serves_others_and_holds_nothing_of_its_asker(people: People) -> None:
    status, example = await people.verified("meera", RENT)
    assert status == 200
    assert example["question"] == "how much did i pay {payee 1} in {period 1}"
    assert not [word for word in ("rao", "2026", "may") if word in json.dumps(example["frame"]).lower()]
    others = await people.ask("dev", "How much did I pay Rahul Sharma in May 2026?")
    assert (others["planner"], others["figures"][0]["value_minor"]) == ("verified", 8_888_800)
    own = await people.ask("meera", "how much did i pay Fresh Mart in April 2026?")
    assert (own["planner"], own["figures"][0]["label"]) == ("verified", "Paid to Fresh Mart, April 2026")
    unclear = await people.ask("meera", "How much did I pay Rahul in May 2026?")
    assert (unclear["planner"], unclear["status"]) == ("builtin", "clarify")
    assert (await people.call("staff", "DELETE", f"/verified-examples/{example['id']}"))[0] == 403
    assert (await people.call("admin", "DELETE", f"/verified-examples/{example['id']}"))[0] == 204
    assert (await people.ask("dev", "How much did I pay Rahul Sharma in May 2026?"))["planner"] == "builtin"


async def test_what_was_not_understood_is_planned_like_what_was_meant(people: People) -> None:
    asked = "belly money damage in May 2026?"
    before = await people.ask("meera", asked)
    assert [figure["label"] for figure in before["figures"][:1]] != ["Eating out, May 2026"]
    status, example = await people.verified("meera", asked, "How much did I spend on eating out in May 2026?")
    assert status == 200 and example["question"] == "belly money damage in {period 1}"
    answer = await people.ask("meera", "Belly money damage in April 2026?")
    assert (answer["planner"], answer["figures"][0]["label"]) == ("verified", "Eating out, April 2026")
    assert answer["figures"][0]["value_minor"] == 120_000
    await people.call("admin", "DELETE", f"/verified-examples/{example['id']}")


@pytest.mark.parametrize(
    ("asked", "meant", "why"),
    [
        ("belly money damage?", "How much did I pay Mr Rao?", "names somebody or something that the question does not"),
        ("belly money damage?", "How much did I spend in May 2025?", "has a period that the question does not name"),
        ("belly money of 4111111111111111?", "How much did I spend on eating out?", "a long number"),
        ("belly money damage?", "Should I buy shares?", "not planned but answered"),
        ("belly money damage?", None, "not planned but answered"),
    ],
)
async def test_nothing_of_an_asker_becomes_an_example(asked: str, meant: str | None, why: str, people: People) -> None:
    status, problem = await people.verified("meera", asked, meant)
    assert (status, problem["code"]) == (409, "not_verifiable") and why in problem["detail"]


async def test_the_nearest_examples_come_first(people: People, database: Database, analyst: Analyst) -> None:
    kept = [
        (await people.verified("meera", question))[1]
        for question in (RENT, "top 5 merchants in 2026", "spending by month in 2026")
    ]
    async with database.look() as connection:
        found = await verified.examples(connection, "how much did I pay the landlord in june", 2)
        none = await verified.examples(connection, "zzz qqq", 3)
    assert found[0].question == "how much did i pay {payee 1} in {period 1}" and len(found) <= 2 and none == []
    for example in kept:
        await people.call("admin", "DELETE", f"/verified-examples/{example['id']}")
