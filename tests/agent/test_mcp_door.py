"""The MCP door over both of its transports, with the package's own client and real processes."""

import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import httpx
import httpx2
import pytest
from mcp import Client, StdioServerParameters
from mcp.client.stdio import stdio_client
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.exceptions import MCPError
from mcp.types import CallToolResult
from sqlalchemy import text

from agents import tools
from agents.chat import QUESTION_MAX, Analyst
from agents.mcp_server import mcp_server
from agents.tools import TOOLS, Asker
from core.db import Database
from core.errors import InvalidRequest, TokenRefused
from core.identity.access import Principal
from core.settings import Settings
from finlens.installation import environment
from tests.agent.household import Household
from tests.agent.served import Served

MAY = {"start": "2026-05-01", "end": "2026-06-01"}
FOR_ALERT_WORKERS = {"alerts", "circles"}


@asynccontextmanager
async def over_http(served: Served, who: str = "meera", *, mode: str = "auto") -> AsyncGenerator[Client]:
    headers = {"Authorization": f"Bearer {served.token(who)}"}
    async with (
        httpx2.AsyncClient(headers=headers, timeout=30) as http,
        Client(streamable_http_client(f"{served.url}/mcp", http_client=http), mode=mode) as client,
    ):
        yield client


@asynccontextmanager
async def over_stdio(settings: Settings, *arguments: str, **variables: str) -> AsyncGenerator[Client]:
    command = StdioServerParameters(
        command=sys.executable, args=["-m", "finlens", "mcp", *arguments], env=environment(settings) | variables
    )
    async with Client(stdio_client(command)) as client:
        yield client


def data(result: CallToolResult) -> Any:
    assert not result.is_error, result.content
    return result.structured_content


def refusal(result: CallToolResult) -> str:
    assert result.is_error
    [content] = result.content
    assert content.type == "text" and "\n" not in content.text
    return content.text


@pytest.mark.parametrize("way", ["http", "http_legacy", "stdio"])
async def test_a_client_finds_typed_tools_and_what_the_ledger_has(
    way: str, served: Served, settings: Settings, household: Household
) -> None:
    """By each transport, and by the older protocol over HTTP."""
    ways = {
        "http": lambda: over_http(served),
        "http_legacy": lambda: over_http(served, mode="legacy"),
        "stdio": lambda: over_stdio(settings, FINLENS_TOKEN=served.token("meera")),
    }
    async with ways[way]() as meera:
        await tools_are_read_only_and_say_nothing_of_who_asks(meera)
        await a_question_gets_its_sentence_and_its_figures(meera)
        await each_tool_finds_what_the_ledger_has(meera, household)


async def tools_are_read_only_and_say_nothing_of_who_asks(meera: Client) -> None:
    tools = (await meera.list_tools()).tools
    assert {tool.name for tool in tools} == set(TOOLS) - FOR_ALERT_WORKERS and len(TOOLS) <= 14
    for tool in tools:
        assert tool.annotations is not None and tool.annotations.read_only_hint
        assert tool.input_schema["additionalProperties"] is False and tool.output_schema
        assert not {"customer", "customer_id", "bank_id", "user"} & tool.input_schema.get("properties", {}).keys()


async def a_question_gets_its_sentence_and_its_figures(meera: Client) -> None:
    told: list[str | None] = []

    async def progress(_: float, __: float | None, message: str | None) -> None:
        told.append(message)

    asked = {"question": "and in April 2026?", "earlier": ["How much did I spend on groceries in May 2026?"]}
    result = await meera.call_tool("ask", asked, progress_callback=progress)
    assert result.content[0].text.startswith("Groceries, April 2026: ₹")  # pyright: ignore
    assert data(result)["figures"][0]["label"] == "Groceries, April 2026" and told


async def each_tool_finds_what_the_ledger_has(meera: Client, household: Household) -> None:
    async def found(tool: str, **arguments: object) -> Any:
        return data(await meera.call_tool(tool, arguments))

    own = str(household.account.id)
    known = await found("coverage")
    assert "Fresh Mart" in known["counterparties"] and known["accounts"][0]["account_id"] == own
    query = {"measures": ["spend"], "period": MAY, "filters": [in_category("groceries")]}
    assert (await found("insight_query", query=query))["rows"][0]["spend"] == 287_395
    fuel = (await found("list_transactions", period=MAY, filters=[in_category("fuel")]))["entries"]
    assert [entry["counterparty"] for entry in fuel] == ["Petrol Point"]
    compared = await found("compare", period={**MAY, "unit": "month"})
    assert compared["rows"][0].keys() >= {"spend", "spend_before"}
    assert compared["compared_with"]["start"] == "2026-04-01"
    assert "Mr Rao" in {one["counterparty"] for one in (await found("recurring"))["series"]}
    assert (await found("balance_at", on="2026-05-31"))["rows"][0]["account_id"] == own
    assert len((await found("forecast", days=3))["accounts"][0]["days"]) == 3
    assert (await found("anomalies", period=MAY))["start"] == "2026-05-01"
    payment = fuel[0]["transaction_id"]
    assert (await found("explain_transaction", transaction_id=payment))["transaction_id"] == payment
    near = await found("neighbours", account_id=own, period=MAY)
    assert {"Fresh Mart", "Mr Rao"} <= {row["counterparty"] for row in near["rows"]}
    assert "summaries" in await found("search_summaries", text="goa trip")


def in_category(slug: str) -> dict[str, Any]:
    return {"field": "category", "operator": "in", "values": [slug]}


@pytest.mark.parametrize(
    ("name", "arguments", "sentence"),
    [
        ("alerts", {}, "This is for staff or analyst or admin only"),
        ("circles", {"period": MAY}, "This is for staff or analyst or admin only"),
        ("forecast", {"days": 4_000}, "days: Input should be less than or equal to"),
        ("recurring", {"customer_id": str(uuid4())}, "customer_id: Extra inputs are not permitted"),
        ("insight_query", {"query": {"measures": ["spend"], "period": {"start": "2026-05-01", "end": "2026-05-01"}}},
         "query.period: Value error, the period must end after it starts"),
        ("list_transactions", {"period": MAY, "limit": 100_000}, "limit: Input should be less than or equal to 200"),
        ("ask", {"question": "x" * (QUESTION_MAX + 1)}, f"at most {QUESTION_MAX} characters"),
        ("ask", {"question": "  "}, "Ask a question"),
        ("explain_transaction", {"transaction_id": str(uuid4())}, "There is no such payment"),
        ("drop_table", {}, "There is no tool 'drop_table'; there are ask, coverage,"),
    ],
)  # fmt: skip
async def test_a_refusal_is_one_plain_sentence(
    name: str, arguments: dict[str, Any], sentence: str, served: Served
) -> None:
    async with over_http(served) as client:
        result = await client.call_tool(name, arguments)
    assert sentence in refusal(result)


async def test_nobody_gets_anything_of_another(served: Served, household: Household, database: Database) -> None:
    """Dev's payments by name, by id, by account and by words, asked for as Meera."""
    async with database.app.connect() as connection:
        row = await connection.execute(
            text("SELECT id, sender_account_id FROM ledger.transaction WHERE description = 'secret-of-dev'")
        )
        payment, account = row.one()
    secret = {"field": "description", "operator": "contains", "values": ["secret-of-dev"]}
    calls: list[tuple[str, dict[str, Any]]] = [
        ("list_transactions", {"period": MAY, "filters": [secret]}),
        ("neighbours", {"account_id": str(account), "period": MAY}),
        ("recurring", {"account_id": str(account)}),
        ("forecast", {"account_id": str(account)}),
        ("anomalies", {"account_id": str(account), "period": MAY}),
        ("explain_transaction", {"transaction_id": str(payment)}),
        ("search_summaries", {"text": "secret-of-dev"}),
        ("ask", {"question": "show the payments of Dev Nair in May 2026"}),
        ("coverage", {}),
    ]
    async with over_http(served) as client:
        answers = [(await client.call_tool(name, arguments)).model_dump_json() for name, arguments in calls]
    assert not [name for (name, _), answer in zip(calls, answers, strict=True) if "secret-of-dev" in answer]
    assert not [answer for answer in answers if "8888800" in answer or "7777700" in answer]
    async with over_http(served, "dev") as client:  # and he does see it
        assert "secret-of-dev" in (await client.call_tool(*calls[0])).model_dump_json()


async def test_staff_see_alerts_and_circles_of_their_bank(served: Served) -> None:
    async with over_http(served, "analyst") as client:
        assert {tool.name for tool in (await client.list_tools()).tools} == set(TOOLS)
        assert data(await client.call_tool("circles", {"period": MAY}))["circles"] == []
        assert "alerts" in data(await client.call_tool("alerts", {}))


@pytest.mark.parametrize("authorization", ["", "Bearer nonsense", "Basic bWVlcmE6bWVlcmE="])
def test_nobody_enters_without_a_token(served: Served, authorization: str) -> None:
    headers = {"Accept": "application/json, text/event-stream"} | (
        {"Authorization": authorization} if authorization else {}
    )
    body = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
    response = httpx.post(f"{served.url}/mcp", json=body, headers=headers)
    assert response.status_code == 401 and response.headers["www-authenticate"] == "Bearer"
    assert response.json()["code"] in ("not_authenticated", "token_refused")


async def test_the_operator_speaks_for_somebody_and_the_audit_trail_says_so(
    settings: Settings, database: Database, household: Household
) -> None:
    async with over_stdio(settings, "--as", household.dev.email) as client:
        question = {"question": "How much did I spend on groceries in May 2026?"}
        assert data(await client.call_tool("ask", question))["figures"][0]["value_minor"] == 7_777_700
    async with database.app.connect() as connection:
        found = await connection.execute(
            text("SELECT actor FROM identity.audit_event WHERE subject = :subject AND action = 'mcp.begin'"),
            {"subject": household.dev.subject},
        )
        assert found.scalars().first().startswith("operator:")


async def test_whose_token_has_run_out_is_told_on_every_call(analyst: Analyst) -> None:
    async def nobody(_: object) -> Principal:
        raise TokenRefused

    async with Client(mcp_server(analyst, nobody)) as client:
        result = await client.call_tool("coverage", {})
        with pytest.raises(MCPError, match="please log in again"):
            await client.list_tools()
    assert "please log in again" in refusal(result)


async def test_more_than_can_be_read_is_refused(analyst: Analyst, household: Household, monkeypatch: Any) -> None:
    async def tell(_: str) -> None: ...

    monkeypatch.setattr(tools, "RESULT_BYTES_MAX", 1_000)
    with pytest.raises(InvalidRequest, match="too much to read: ask for fewer rows"):
        await tools.TOOLS["list_transactions"](Asker(analyst, household.meera, tell), {"period": MAY})
