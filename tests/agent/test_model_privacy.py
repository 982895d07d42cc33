"""What leaves for a model that others run: no name, no number of anybody's, and the answer has them all again."""

import json
import re
from typing import Any

import pytest
from sqlalchemy import text

from agents.aliases import NUMBERS, Aliases
from agents.chat import Analyst
from core.db import Database
from core.ids import new_id
from core.settings import Settings
from tests.agent.household import INJECTION, PAYEES, Chat, Household
from tests.agent.model_server import ModelServer, modelled, plan

NAMES = [*PAYEES, "Meera Rao", "Dev Nair", "Sahyadri", "Rahul", "Swiggy", "Zorblax", INJECTION, "goa trip"]
TELLING = ["98765 43210", "+91-98765-43210", "4111 1111 1111 1111", "4111111111111111", "meera@okbank", "ABCDE1234F",
           "GB29NWBK60161331926819", "HDFC0001234", "123456789012"]  # fmt: skip


@pytest.fixture
async def chat(analyst: Analyst, household: Household, settings: Settings, model_server: ModelServer) -> Any:
    async with modelled(analyst, household, settings, model_server, private=True) as chat:
        yield chat


def alias(server: ModelServer, kind: str) -> str:
    """The first alias of a kind in the last request."""
    text = str(server.asked()[-1]["body"]["messages"])
    found = re.search(rf"{kind}_\d+", text)
    assert found is not None, text
    return found.group()


async def told(server: ModelServer, household: Household) -> None:
    """Asserts that nothing of what was sent tells of anybody."""
    sent = server.asked_text().casefold()
    number = str(household.account.number).casefold() if hasattr(household.account, "number") else ""
    secrets = [*NAMES, *TELLING, str(household.account.id), str(household.meera.customer_id), number]
    assert not [secret for secret in secrets if secret and secret.casefold() in sent]


async def test_a_payee_is_an_alias_there_and_a_name_here(
    chat: Chat, household: Household, model_server: ModelServer
) -> None:
    model_server.script(
        plan({"payees": ["merchant_1"], "periods": ["p1"]}), {"say": "You paid merchant_1 ₹750.50 in May 2026."}
    )
    answer = await chat.ask("how much did I pay green grocers in May?")
    assert answer.answer == "You paid Green Grocers ₹750.50 in May 2026."
    await told(model_server, household)


async def test_people_of_a_list_are_aliases_and_come_back(
    chat: Chat, household: Household, model_server: ModelServer
) -> None:
    everyone = {"ask": "rank", "group_by": ["counterparty"], "periods": ["p1"], "limit": 5}
    model_server.script(plan(everyone), {"say": "x"})
    plain = await chat.ask("who did I pay the most in May?")
    sent = model_server.asked()[-1]["body"]["messages"][1]["content"]
    biggest = re.search(r"built-in answer: (\w+_\d+): ₹", sent)
    assert biggest is not None and plain.answer.startswith("Mr Rao: ")
    model_server.script(plan(everyone), {"say": f"{biggest[1]} got the most: ₹20,000.00."})
    answer = await chat.ask("who did I pay the most in May?")
    assert answer.answer.startswith("Mr Rao got the most: ₹20,000.00.")
    await told(model_server, household)


@pytest.mark.parametrize(
    "question",
    [
        "payments to Rahul Sharma in May",
        "how much did I send to rahul sharma and Zorblax in May",
        "did I pay swiggy or Fresh Mart more in May",
        "how much was that goa trip share",
        "what is the balance of Dev Nair",
        "show the payments of Meera Rao from Sahyadri in May",
        f"payments that say {INJECTION}",
        *(f"did somebody at {number} get money from me in May" for number in TELLING),
    ],
)
async def test_no_question_takes_a_name_or_a_number_out(
    question: str, chat: Chat, household: Household, model_server: ModelServer
) -> None:
    """Nor does the next question of the conversation, which is sent with the earlier ones."""
    model_server.script({"call": {"parts": [{"ask": "list", "periods": ["this_month"]}]}}, {"say": "no"})
    await chat.ask(question)
    assert model_server.asked()
    await told(model_server, household)
    await chat.ask("and in April?")
    await told(model_server, household)


async def test_every_built_in_answer_can_be_sent(chat: Chat, household: Household, model_server: ModelServer) -> None:
    """Lists, balances, reasons and memories hold names and descriptions: all of them are aliases."""
    parts: list[dict[str, Any]] = [
        {"ask": "list", "periods": ["all_time"], "limit": 50}, {"topic": "balance"}, {"topic": "recurring"},
        {"topic": "refunds"}, {"ask": "breakdown", "group_by": ["counterparty"], "periods": ["all_time"]},
        {"ask": "when_last"}, {"topic": "recall", "text": "film"}, {"ask": "breakdown", "group_by": ["account"]},
        {"ask": "breakdown", "group_by": ["bank"]}, {"measure": "largest", "periods": ["all_time"]},
        {"ask": "list", "first": "latest", "limit": 5}, {"topic": "forecast"}, {"topic": "budgets"},
        {"topic": "unusual", "periods": ["all_time"]}, {"topic": "duplicates", "periods": ["all_time"]},
    ]  # fmt: skip
    answered = 0
    for part in parts:
        model_server.script(plan(part), {"say": "no"})
        answer = await chat.ask("show me everything")
        answered += answer.planner == "scripted" and len(model_server.asked()) > 1
        await told(model_server, household)
    assert answered >= 9


async def test_an_alias_that_stands_for_nobody_is_no_answer(chat: Chat, model_server: ModelServer) -> None:
    model_server.script(plan({"categories": ["groceries"], "periods": ["p1"]}), {"say": "merchant_9 got ₹2,873.95."})
    assert (await chat.ask("groceries in May")).answer == "Groceries, May 2026: ₹2,873.95."


async def test_what_a_model_asks_back_has_the_names_again(chat: Chat, model_server: ModelServer) -> None:
    model_server.script(plan({"topic": "clarify", "text": "Who or what is word_1?"}))
    answer = await chat.ask("how much did I send to Zorblax in May")
    assert (answer.status, answer.answer) == ("clarify", "Who or what is zorblax?")


async def test_a_model_of_ones_own_gets_the_question_as_it_was_asked(
    analyst: Analyst, household: Household, settings: Settings, model_server: ModelServer
) -> None:
    model_server.script(plan({"payees": ["green grocers"], "periods": ["p1"]}), {"say": "no"})
    async with modelled(analyst, household, settings, model_server, private=False) as chat:
        answer = await chat.ask("how much did I pay Green Grocers in May?")
    assert answer.planner == "scripted" and "Green Grocers in May?" in model_server.asked_text()


@pytest.mark.parametrize("number", TELLING)
def test_telling_numbers_are_known_in_any_text(number: str) -> None:
    assert Aliases(True).hide(f"sent to {number} in May") == "sent to number_1 in May"


@pytest.mark.parametrize(
    "words",
    ["₹12,34,567.00 in all", "1 284 020 Kč", "from 2026-05-01 to 2026-05-31", "12.5 % of 100000", "3 to 17 May 2026"],
)
def test_amounts_and_dates_are_nobodys(words: str) -> None:
    assert not NUMBERS.search(words)


def test_aliases_come_back_as_they_went() -> None:
    aliases = Aliases(True, frozenset({"rahul sharma"}))
    text = "Rahul Sharma and Fresh Mart, then FRESH MART again"
    hidden = aliases.hide(text, ["Fresh Mart", "Rahul Sharma"])
    assert (
        hidden == "person_1 and merchant_2, then merchant_2 again"
        or hidden == "person_2 and merchant_1, then merchant_1 again"
    )
    assert aliases.reveal(hidden).casefold() == text.casefold()


async def test_questions_that_were_planned_well_before_are_shown_without_anybodys_name(
    chat: Chat, household: Household, database: Database, model_server: ModelServer
) -> None:
    example = {
        "id": new_id(),
        "question": "how much did i ever pay {payee 1} on a weekend in {period 1}",
        "frame": json.dumps({
            "measure": "spend", "periods": ["{period 1}"],
            "objects": [{"field": "counterparty", "operator": "in", "values": ["{payee 1}"]}],
            "conditions": [{"field": "weekday", "operator": "in", "values": ["saturday", "sunday"]}],
        }),
    }  # fmt: skip
    async with database.app.begin() as connection:
        await connection.execute(
            text("""
                INSERT INTO agents.verified_example (id, question, frame, added_by)
                VALUES (:id, :question, CAST(:frame AS jsonb), 'test')
            """),
            example,
        )
    model_server.script(plan({"payees": ["merchant_1"], "periods": ["p1"]}), {"say": "no"})
    answer = await chat.ask("how much did I ever pay Green Grocers on some weekend in May")
    sent = model_server.asked()[0]["body"]["messages"][1]["content"]
    assert answer.planner == "scripted"
    assert "how much did i ever pay {payee 1} on a weekend in {period 1} → " in sent
    assert "'payees': ['{payee 1}'], 'weekdays': ['saturday', 'sunday']" in sent
    await told(model_server, household)
    async with database.app.begin() as connection:
        await connection.execute(text("DELETE FROM agents.verified_example WHERE id = :id"), example)
