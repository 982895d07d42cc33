"""POST /chat as JSON and as events, and the conversations behind it, over ASGI."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient, Response
from httpx_sse import aconnect_sse

from agents import api
from agents.answer import Answer
from agents.chat import QUESTION_MAX
from core.app import create_app
from core.db import Database
from core.identity.access import Role
from core.identity.tokens import issue_access_token
from core.settings import Settings
from tests.factories import Town, make_town, make_user, pay

QUESTION = "How much did I pay Ravi this month?"


@pytest.fixture(scope="module")
async def chat_app(settings: Settings) -> AsyncIterator[FastAPI]:
    app = create_app(settings, routers=[api.router], lifespans=[api.lifespan])
    async with app.router.lifespan_context(app):
        yield app


@pytest.fixture
async def town(database: Database) -> Town:
    """Asha has paid Ravi 250.00 and 50.00 today."""
    async with database.unit() as session:
        town = await make_town(session)
        for amount_minor in (25_000, 5_000):
            await pay(session, town.asha_account, town.ravi_account, amount_minor)
    return town


async def _client(app: FastAPI, settings: Settings, database: Database, town: Town, who: str) -> AsyncClient:
    customer = {"asha": town.asha, "ravi": town.ravi}[who]
    async with database.unit() as session:
        user = await make_user(session, Role.CUSTOMER, customer=customer)
    token = issue_access_token(settings, user.id, datetime.now(UTC))
    headers = {"Authorization": f"Bearer {token}"}
    return AsyncClient(transport=ASGITransport(app), base_url="http://api", headers=headers)


@pytest.fixture
async def asha(chat_app: FastAPI, settings: Settings, database: Database, town: Town) -> AsyncIterator[AsyncClient]:
    async with await _client(chat_app, settings, database, town, "asha") as client:
        yield client


@pytest.fixture
async def ravi(chat_app: FastAPI, settings: Settings, database: Database, town: Town) -> AsyncIterator[AsyncClient]:
    async with await _client(chat_app, settings, database, town, "ravi") as client:
        yield client


async def ask(client: AsyncClient, question: str = QUESTION, **more: str) -> Response:
    return await client.post("/chat", json={"question": question, **more})


async def test_a_question_gets_the_whole_answer(asha: AsyncClient) -> None:
    response = await ask(asha)
    assert response.status_code == 200
    answer = Answer.model_validate(response.json())
    assert (answer.status, answer.figures[0].value_minor, answer.figures[0].currency) == ("answered", 30_000, "INR")
    assert answer.grounded and answer.planner == "builtin" and len(answer.rows) == 2


async def test_events_come_in_order_and_end_with_the_same_answer(asha: AsyncClient) -> None:
    async with aconnect_sse(
        asha, "POST", "/chat", json={"question": QUESTION}, headers={"Accept": "text/event-stream"}
    ) as source:
        events = [(event.event, json.loads(event.data)) async for event in source.aiter_sse()]
    names = [name for name, _ in events]
    assert names[0] == "progress" and names[-1] == "done" and names.count("done") == 1
    kinds = list(dict.fromkeys(names))
    assert kinds == sorted(kinds, key=["progress", "text", "figure", "chart", "citation", "done"].index)
    answer = Answer.model_validate(events[-1][1]["answer"])
    assert "".join(data["text"] for name, data in events if name == "text") == answer.answer
    assert next(data for name, data in events if name == "figure")["figure"]["value_minor"] == 30_000


async def test_a_refusal_within_a_stream_is_one_error_event(asha: AsyncClient, ravi: AsyncClient) -> None:
    others = (await ask(ravi)).json()["conversation_id"]
    body = {"question": QUESTION, "conversation_id": others}
    async with aconnect_sse(asha, "POST", "/chat", json=body, headers={"Accept": "text/event-stream"}) as source:
        events = [(event.event, json.loads(event.data)) async for event in source.aiter_sse()]
    assert [(name, data["code"]) for name, data in events] == [("error", "not_found")]


async def test_a_conversation_goes_on_for_its_owner_alone(asha: AsyncClient, ravi: AsyncClient) -> None:
    id = (await ask(asha)).json()["conversation_id"]
    follow_up = await ask(asha, "how many payments was that?", conversation_id=id)
    assert follow_up.json()["figures"][0]["value"] == 2
    refused = await ask(ravi, "how many payments was that?", conversation_id=id)
    assert (refused.status_code, refused.json()["code"]) == (404, "not_found")


async def test_conversations_are_listed_read_renamed_and_deleted(asha: AsyncClient, ravi: AsyncClient) -> None:
    id = (await ask(asha)).json()["conversation_id"]
    assert [row["title"] for row in (await asha.get("/conversations")).json()] == [QUESTION]
    assert (await ravi.get("/conversations")).json() == []
    whole = (await asha.get(f"/conversations/{id}")).json()
    assert [turn["question"] for turn in whole["turns"]] == [QUESTION]
    assert (await asha.patch(f"/conversations/{id}", json={"title": "Ravi"})).json()["title"] == "Ravi"
    for response in (
        await ravi.get(f"/conversations/{id}"),
        await ravi.patch(f"/conversations/{id}", json={"title": "mine"}),
        await ravi.delete(f"/conversations/{id}"),
    ):
        assert response.status_code == 404
    assert (await asha.delete(f"/conversations/{id}")).status_code == 204
    assert (await asha.get(f"/conversations/{id}")).status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"question": ""},
        {"question": "x" * (QUESTION_MAX + 1)},
        {"question": QUESTION, "conversation_id": "nonsense"},
        {"question": QUESTION, "customer_id": "another"},
    ],
)
async def test_a_malformed_question_is_a_problem(body: dict[str, str], asha: AsyncClient) -> None:
    response = await asha.post("/chat", json=body)
    assert response.status_code == 422
    assert response.headers["content-type"].startswith("application/problem+json")


async def test_nobody_asks_without_a_token(chat_app: FastAPI) -> None:
    async with AsyncClient(transport=ASGITransport(chat_app), base_url="http://api") as client:
        assert (await ask(client)).status_code == 401
        assert (await client.get("/conversations")).status_code == 401
