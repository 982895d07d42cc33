"""A payee's name is only a name at every door: whoever reads the answer gets no HTML, image or link of its making."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient
from httpx_sse import aconnect_sse
from markdown_it import MarkdownIt
from mcp import Client

from agents import api
from agents.chat import Analyst
from agents.inert import WORD_JOINER
from agents.mcp_server import mcp_server
from core.app import create_app
from core.db import Database
from core.identity.access import Principal
from core.identity.tokens import issue_access_token
from core.ledger.relay import drain
from core.settings import Settings
from tests.agent.household import customer_principal
from tests.agent.served import login_of
from tests.factories import fresh, make_account, make_bank, make_customer, pay

EVIL = "![a](https://evil.example/p.png) <img src=x onerror=alert(1)> [Confirm](https://evil.example) www.evil.example"
QUESTION = "my last 5 payments"
ACTING = {"html_inline", "html_block", "image", "link_open"}


@pytest.fixture(scope="module")
async def asker(database: Database) -> Principal:
    """Somebody who has paid a payee of that name."""
    async with database.unit() as session:
        bank = await make_bank(session, name=fresh("Bank"))
        asker = await make_customer(session, name="Uma Iyer")
        own = await make_account(session, bank, asker, floor_minor=-(10**12))
        payee = await make_account(session, bank, await make_customer(session, name=EVIL, kind="business"))
        await pay(session, own, payee, 123_400, description=EVIL)
    await drain(database)
    return customer_principal(asker)


@pytest.fixture(scope="module")
async def door(settings: Settings, database: Database, asker: Principal) -> AsyncIterator[AsyncClient]:
    app: FastAPI = create_app(settings, routers=[api.router], lifespans=[api.lifespan])
    async with app.router.lifespan_context(app):
        token = issue_access_token(settings, await login_of(database, asker), datetime.now(UTC))
        headers = {"Authorization": f"Bearer {token}"}
        async with AsyncClient(transport=ASGITransport(app), base_url="http://api", headers=headers) as client:
            yield client


def assert_inert(said: str) -> None:
    assert "Confirm" in said and "₹1,234.00" in said  # the name is there, and only a name
    tokens = MarkdownIt("commonmark").parse(said)
    assert not ACTING & {token.type for block in tokens for token in [block, *(block.children or [])]}
    assert "://" not in said and "www." not in said and f"www{WORD_JOINER}." in said


async def test_chat_as_json_and_as_events(door: AsyncClient) -> None:
    assert_inert((await door.post("/chat", json={"question": QUESTION})).json()["answer"])
    headers = {"Accept": "text/event-stream"}
    async with aconnect_sse(door, "POST", "/chat", json={"question": QUESTION}, headers=headers) as source:
        events = [json.loads(event.data) async for event in source.aiter_sse()]
    assert_inert("".join(event["text"] for event in events if event["event"] == "text"))
    assert not [event for event in events if event["event"] == "progress" and "<img" in event["text"]]


@pytest.mark.parametrize("stream", [False, True])
async def test_the_openai_door(stream: bool, door: AsyncClient) -> None:
    body = {"model": "finlens", "messages": [{"role": "user", "content": QUESTION}], "stream": stream}
    response = await door.post("/v1/chat/completions", json=body)
    if not stream:
        assert_inert(response.json()["choices"][0]["message"]["content"])
        return
    lines = [line.removeprefix("data: ") for line in response.text.splitlines() if line.startswith("data: {")]
    chunks: list[Any] = [json.loads(line) for line in lines]
    assert_inert("".join(chunk["choices"][0]["delta"].get("content", "") for chunk in chunks))


async def test_the_mcp_door(analyst: Analyst, asker: Principal) -> None:
    async def who_asks(_: object) -> Principal:
        return asker

    async with Client(mcp_server(analyst, who_asks)) as client:
        result = await client.call_tool("ask", {"question": QUESTION})
    assert_inert(result.content[0].text)  # pyright: ignore
