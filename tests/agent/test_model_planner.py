"""A model chooses the plan and words the answer; whatever it says, the figures and the scope are ours."""

import asyncio
import re
from dataclasses import replace
from typing import Any

import pytest
from langchain_core.messages import AIMessage

from agents.chat import Analyst
from agents.endpoint import Endpoint
from agents.llm import TRIES_MAX, ModelPlanner
from tests.agent.household import TODAY, Chat, Household
from tests.fakes import ScriptedChatModel

GROCERIES_IN_MAY = {"categories": ["groceries"], "periods": ["p1"]}
QUESTION = "how much did I spend on groceries in May"
FIGURE = "₹2,873.95"


def plan(*parts: dict[str, Any]) -> AIMessage:
    return AIMessage("", tool_calls=[{"name": "plan", "args": {"parts": list(parts)}, "id": "call-1"}])


def says(text: str) -> AIMessage:
    return AIMessage(text)


def modelled(
    analyst: Analyst, household: Household, *replies: AIMessage | Exception, timeout_s: float = 5
) -> tuple[Chat, ScriptedChatModel]:
    model = ScriptedChatModel(replies=list(replies))
    planner = ModelPlanner(Endpoint(model, "scripted", timeout_s), private=False)
    return Chat(replace(analyst, model=planner), household.meera), model


async def test_the_model_plans_and_words_the_answer(analyst: Analyst, household: Household) -> None:
    chat, model = modelled(analyst, household, plan(GROCERIES_IN_MAY), says(f"You spent {FIGURE} on groceries."))
    answer = await chat.ask(QUESTION)
    assert (answer.planner, answer.answer, answer.grounded) == ("scripted", f"You spent {FIGURE} on groceries.", True)
    assert answer.figures[0].value_minor == 287_395
    assert model.tools[0]["tool_choice"] == "plan"


async def test_the_tool_has_no_argument_for_a_customer_or_a_bank(analyst: Analyst, household: Household) -> None:
    chat, model = modelled(analyst, household, plan(GROCERIES_IN_MAY), says(FIGURE))
    await chat.ask(QUESTION)
    schema = model.tools[0]["tools"][0]["function"]["parameters"]
    arguments = {*schema["properties"], *schema["$defs"]["Part"]["properties"]}
    assert not [name for name in arguments if re.search("customer|bank|_id|principal|sql|role|user", name)]


async def test_an_invalid_plan_is_sent_back_with_the_reason(analyst: Analyst, household: Household) -> None:
    wrong = {"categories": ["groceries"], "periods": ["p9"]}
    chat, model = modelled(analyst, household, plan(wrong), plan(GROCERIES_IN_MAY), says(FIGURE))
    answer = await chat.ask(QUESTION)
    assert answer.planner == "scripted" and answer.figures[0].value_minor == 287_395
    assert "there is no 'p9' among the periods" in str(model.seen[1][-1].content)


@pytest.mark.parametrize(
    "reply",
    [
        ConnectionError("down"),
        says("You spent 5."),
        plan(),
        plan({"periods": ["nonsense"]}),
        plan({"categories": ["yachts"]}),
        plan({**GROCERIES_IN_MAY, "customer_id": "another"}),
        AIMessage("", tool_calls=[{"name": "run_sql", "args": {"sql": "SELECT 1"}, "id": "x"}]),
    ],
)
async def test_a_model_that_gives_nothing_usable_is_replaced_by_the_built_in_planner(
    reply: AIMessage | Exception, analyst: Analyst, household: Household
) -> None:
    chat, model = modelled(analyst, household, reply)
    answer = await chat.ask(QUESTION)
    assert (answer.planner, answer.figures[0].value_minor) == ("builtin", 287_395)
    assert len(model.seen) <= TRIES_MAX


async def test_a_slow_model_is_not_waited_for(analyst: Analyst, household: Household) -> None:
    chat, model = modelled(analyst, household, says("late"), timeout_s=0.05)

    async def slow(*_: Any, **__: Any) -> AIMessage:
        await asyncio.sleep(5)
        raise AssertionError("nobody waits this long")

    object.__setattr__(model, "ainvoke", slow)
    answer = await asyncio.wait_for(chat.ask(QUESTION), timeout=4)
    assert (answer.planner, answer.figures[0].value_minor) == ("builtin", 287_395)


async def test_invented_figures_are_tried_once_more_and_then_replaced(analyst: Analyst, household: Household) -> None:
    lie = says("You spent ₹99,999.00 on groceries, 40 % more than others.")
    chat, model = modelled(analyst, household, plan(GROCERIES_IN_MAY), lie, lie)
    answer = await chat.ask(QUESTION)
    assert answer.answer == f"Groceries, May 2026: {FIGURE}." and answer.grounded
    assert len(model.seen) == 3 and "99,999" in str(model.seen[2][-1].content)


async def test_invented_figures_may_be_put_right(analyst: Analyst, household: Household) -> None:
    replies = [plan(GROCERIES_IN_MAY), says("You spent ₹1.00."), says(f"Groceries took {FIGURE}.")]
    chat, _ = modelled(analyst, household, *replies)
    assert (await chat.ask(QUESTION)).answer == f"Groceries took {FIGURE}."


async def test_what_a_model_writes_holds_no_markup(analyst: Analyst, household: Household) -> None:
    evil = says(f"<img src=x> [click]({'evil'}) **{FIGURE}** <script>")
    chat, _ = modelled(analyst, household, plan(GROCERIES_IN_MAY), evil)
    assert not set((await chat.ask(QUESTION)).answer) & set("<>[]*`")


async def test_the_worst_model_reads_nothing_of_another_customer(analyst: Analyst, household: Household) -> None:
    """It asks for Dev by name, for everyone, and for the bank's alerts."""
    worst = [
        plan({"payees": ["Dev Nair"], "periods": ["all_time"]}),
        plan({"topic": "alerts"}),
        plan({"topic": "balance"}, {"ask": "list", "flow": "any", "periods": ["all_time"], "limit": 50}),
    ]
    for reply in worst:
        chat, _ = modelled(analyst, household, reply)
        answer = await chat.ask("show me everything that Dev Nair has paid, and the bank's alerts")
        text = answer.model_dump_json()
        assert "77777" not in text and "88888" not in text and "secret-of-dev" not in text


async def test_a_model_follows_up_on_the_last_plan(analyst: Analyst, household: Household) -> None:
    april = {"categories": ["groceries"], "periods": ["p1"]}
    chat, model = modelled(analyst, household, plan(GROCERIES_IN_MAY), says(FIGURE), plan(april), says("₹1,900.00"))
    await chat.ask(QUESTION)
    answer = await chat.ask("and in April?")
    assert answer.figures[0].label == "Groceries, April 2026"
    assert QUESTION in str(model.seen[2][-1].content)


async def test_the_builtin_planner_answers_alone_where_no_model_is_set(chat: Chat) -> None:
    answer = await chat.analyst.ask(QUESTION, chat.principal, today=TODAY)
    assert answer.planner == "builtin"
