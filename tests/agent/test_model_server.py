"""The model path over HTTP, against a real server: when all is well with it, and when it is not."""

import asyncio
from decimal import Decimal
from time import perf_counter
from typing import Any

import pytest
from pydantic import SecretStr

from agents import conversations
from agents.answer import Done, Progress, TextChunk
from agents.chat import Analyst
from agents.endpoint import FAILURES_MAX
from agents.model_use import gauges
from core.db import Database
from core.settings import Settings
from tests.agent.household import TODAY, Chat, Household
from tests.agent.model_server import KEY, ModelServer, modelled, plan

GROCERIES_IN_MAY = {"categories": ["groceries"], "periods": ["p1"]}
QUESTION = "how much did I spend on groceries in May"
FIGURE = "₹2,873.95"
SAYS_IT = {"say": f"You spent {FIGURE} on groceries in May 2026."}


@pytest.fixture
async def chat(analyst: Analyst, household: Household, settings: Settings, model_server: ModelServer) -> Any:
    async with modelled(analyst, household, settings, model_server, timeout_s=2.0) as chat:
        yield chat


async def test_the_model_plans_over_http_and_words_the_answer(chat: Chat, model_server: ModelServer) -> None:
    model_server.script(plan(GROCERIES_IN_MAY), SAYS_IT)
    answer = await chat.ask(QUESTION)
    assert (answer.planner, answer.answer) == ("scripted", SAYS_IT["say"])
    assert answer.figures[0].value_minor == 287_395
    planned, worded = (request["body"] for request in model_server.asked())
    assert planned["tool_choice"] == {"type": "function", "function": {"name": "plan"}}
    assert planned["temperature"] == 0 and planned["max_completion_tokens"] <= 1_000
    assert worded["stream"] is True and "tools" not in worded


async def test_the_key_goes_to_the_endpoint_and_nowhere_else(
    analyst: Analyst, household: Household, settings: Settings, model_server: ModelServer, capsys: Any
) -> None:
    model_server.script({"status": 401})
    async with modelled(analyst, household, settings, model_server, api_key=SecretStr(KEY)) as chat:
        answer = await chat.ask(QUESTION)
    assert model_server.asked()[0]["headers"]["authorization"] == f"Bearer {KEY}"
    assert KEY not in answer.model_dump_json() and KEY not in str(capsys.readouterr())


async def test_the_reason_of_a_refusal_goes_back_over_the_wire(chat: Chat, model_server: ModelServer) -> None:
    model_server.script(
        plan({"categories": ["yachts"]}), plan({**GROCERIES_IN_MAY, "sql": "x"}), plan(GROCERIES_IN_MAY), SAYS_IT
    )
    answer = await chat.ask(QUESTION)
    assert (answer.planner, answer.figures[0].value_minor) == ("scripted", 287_395)
    second, third = (request["body"]["messages"][-1] for request in model_server.asked()[1:3])
    assert second["role"] == "tool" and "there is no category 'yachts'" in second["content"]
    assert "parts.0.sql: Extra inputs are not permitted" in third["content"]


FAULTS: dict[str, dict[str, Any]] = {
    "server error": {"status": 500},
    "too many requests": {"status": 429},
    "wrong key": {"status": 401, "body": {"error": {"message": "Incorrect API key"}}},
    "no such model": {"status": 404},
    "hangs up": {"hang_up": True},
    "breaks off inside the body": {"halfway": True},
    "no JSON": {"raw": "<html>Bad gateway</html>"},
    "JSON of another shape": {"raw": '{"choices": "none"}'},
    "no choices": {"raw": '{"id": "x", "object": "chat.completion", "choices": []}'},
    "an empty body": {"raw": ""},
    "null": {"raw": "null"},
    "arguments that are no JSON": {"call": '{"parts": [{"categories": ["gro'},
    "arguments that are a list": {"call": "[1, 2, 3]"},
    "cut off": {"call": '{"parts": [{"categories"', "cut": True},
    "text in place of a call": {"say": "You spent 5."},
    "another tool": {"call": {"sql": "SELECT 1"}, "name": "run_sql"},
    "a body without end": {"endless": True},
    "a huge argument": {"call": {"parts": [{"text": "x" * 900_000}]}},
    "a thousand calls": {"call": {"parts": []}, "times": 1_000},
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
async def test_whatever_goes_wrong_with_the_model_the_built_in_planner_answers(
    fault: str, chat: Chat, model_server: ModelServer
) -> None:
    model_server.script(FAULTS[fault])
    started = perf_counter()
    answer = await chat.ask(QUESTION)
    assert (answer.planner, answer.figures[0].value_minor, answer.grounded) == ("builtin", 287_395, True)
    assert answer.usage is not None and answer.usage.calls >= 1
    assert perf_counter() - started < 10


async def test_nobody_listens_and_the_built_in_planner_answers(
    analyst: Analyst, household: Household, settings: Settings, unused_tcp_port: int
) -> None:
    async with modelled(analyst, household, settings, ModelServer(unused_tcp_port)) as chat:
        answer = await chat.ask(QUESTION)
    assert (answer.planner, answer.figures[0].value_minor) == ("builtin", 287_395)


async def test_a_slow_model_is_given_up_and_then_left_alone(
    analyst: Analyst, household: Household, settings: Settings, model_server: ModelServer
) -> None:
    """The first answers wait for it as long as a call may take; for the next ones it is not asked at all."""
    model_server.script({**plan(GROCERIES_IN_MAY), "after_s": 30})
    async with modelled(analyst, household, settings, model_server, timeout_s=0.3) as chat:
        took: list[float] = []
        for _ in range(FAILURES_MAX + 2):
            started = perf_counter()
            assert (await chat.ask(QUESTION)).planner == "builtin"
            took.append(perf_counter() - started)
    assert len(model_server.asked()) == FAILURES_MAX
    assert min(took[:FAILURES_MAX]) >= 0.3


async def test_a_model_that_fails_while_it_words_leaves_the_built_in_words(
    chat: Chat, model_server: ModelServer
) -> None:
    model_server.script(plan(GROCERIES_IN_MAY), {"status": 503})
    answer = await chat.ask(QUESTION)
    assert (answer.planner, answer.answer) == ("scripted", f"Groceries, May 2026: {FIGURE}.")


async def test_words_come_sentence_by_sentence_and_only_what_is_founded(
    analyst: Analyst, household: Household, settings: Settings, model_server: ModelServer
) -> None:
    said = f"You spent {FIGURE} on groceries. That was in May 2026. It is 40 % more than others spend. Save more!"
    model_server.script(plan(GROCERIES_IN_MAY), {"say": said})
    async with modelled(analyst, household, settings, model_server) as chat:
        events = [event async for event in chat.analyst.stream(QUESTION, chat.principal, today=TODAY)]
    texts = [event.text for event in events if isinstance(event, TextChunk)]
    assert texts == [f"You spent {FIGURE} on groceries.", " That was in May 2026."]
    done = events[-1]
    assert isinstance(done, Done) and done.answer.answer == "".join(texts)
    assert any(isinstance(event, Progress) for event in events)


async def test_no_unfounded_figure_is_ever_on_the_wire(
    analyst: Analyst, household: Household, settings: Settings, model_server: ModelServer
) -> None:
    model_server.script(plan(GROCERIES_IN_MAY), {"say": "You spent ₹99,999.00 on groceries."})
    async with modelled(analyst, household, settings, model_server) as chat:
        events = [event async for event in chat.analyst.stream(QUESTION, chat.principal, today=TODAY)]
    assert not [event for event in events if "99,999" in event.model_dump_json()]
    assert [event.text for event in events if isinstance(event, TextChunk)] == [f"Groceries, May 2026: {FIGURE}."]


async def test_tokens_and_cost_stand_in_the_answer_and_with_the_turn(
    analyst: Analyst, household: Household, settings: Settings, model_server: ModelServer
) -> None:
    model_server.script(plan(GROCERIES_IN_MAY), SAYS_IT)
    async with modelled(
        analyst, household, settings, model_server, price_in=Decimal("0.5"), price_out=Decimal(2), currency="EUR"
    ) as chat:
        answer = await chat.ask(QUESTION)
    assert answer.usage is not None and answer.usage.model_dump() == {
        "model": "scripted", "calls": 2, "tokens_in": 2_000, "tokens_out": 100, "is_estimated": False,
        "cost_micros": 1_200, "currency": "EUR",
    }  # fmt: skip
    async with analyst.database.unit() as session:
        kept = await conversations.read(session, household.meera, answer.conversation_id)
    assert kept.turns[0].answer.usage == answer.usage


async def test_what_the_model_was_asked_is_told_by_metrics(
    chat: Chat, model_server: ModelServer, database: Database
) -> None:
    before = {gauge.name: gauge.value for gauge in await gauges(database)}
    model_server.script(plan(GROCERIES_IN_MAY), SAYS_IT)
    await chat.ask(QUESTION)
    model_server.script({"status": 500})
    await chat.ask(QUESTION)
    after = {
        gauge.name.removeprefix("finlens_model_"): gauge.value - before[gauge.name] for gauge in await gauges(database)
    }
    assert (after["answers"], after["fallbacks"]) == (2, 1)
    assert (after["tokens_in"], after["tokens_out"], after["cost_micros"]) == (2_000, 100, 0)


async def test_tokens_that_a_server_does_not_count_are_told_by_length(chat: Chat, model_server: ModelServer) -> None:
    model_server.script(plan(GROCERIES_IN_MAY, usage=False), {**SAYS_IT, "usage": False})
    usage = (await chat.ask(QUESTION)).usage
    assert usage is not None and usage.is_estimated and usage.tokens_in > 200 and usage.tokens_out > 5


async def test_a_client_that_leaves_stops_the_model(chat: Chat, model_server: ModelServer) -> None:
    model_server.script({**plan(GROCERIES_IN_MAY), "after_s": 1.5})
    asking = asyncio.create_task(chat.ask(QUESTION))
    for _ in range(1_000):
        if model_server.asked():
            break
        await asyncio.sleep(0.02)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert len(model_server.asked()) == 1
