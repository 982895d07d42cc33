"""Follow-ups edit the last question; conversations belong to one person and are remembered in PostgreSQL."""

from uuid import uuid4

import pytest
from sqlalchemy import text

from agents import conversations
from agents.chat import QUESTION_MAX, Analyst
from core.db import Database
from core.errors import InvalidRequest, NotFound
from core.settings import Settings
from tests.agent.household import TODAY, Chat, Household

CHAINS: dict[str, list[tuple[str, str]]] = {
    "time": [
        ("How much did I spend on groceries in May?", "Groceries, May 2026"),
        ("and in April?", "Groceries, April 2026"),
        ("and the month before?", "Groceries, March 2026"),
        ("and last year?", "Groceries, 2025"),
    ],
    "things": [
        ("How much did I spend on groceries in May?", "Groceries, May 2026"),
        ("what about eating out?", "Eating out, May 2026"),
        ("only card", "Eating out by card, May 2026"),
        ("how many payments was that?", "Payments, Eating out by card, May 2026"),
        ("and at Fresh Mart?", "Payments, Fresh Mart by card, May 2026"),
        ("and how much?", "Paid to Fresh Mart by card, May 2026"),
    ],
    "shapes": [
        ("How much did I spend in May?", "Spending, May 2026"),
        ("by category", "Rent, May 2026"),
        ("which merchant was the biggest?", "Most spending by payee, May 2026"),
        ("except rent", "Most spending except Rent by payee, May 2026"),
    ],
    "defaults": [
        ("How much did I spend on fuel?", "Fuel, 1 to 15 June 2026"),
        ("and the month before?", "Fuel, May 2026"),
    ],
    "sums_of_what_was_asked": [
        ("groceries in May?", "Groceries, May 2026"),
        ("and fuel?", "Fuel, May 2026"),
        ("and rent?", "Rent, May 2026"),
        ("what do all three come to?", "Groceries, Fuel and Rent, May 2026"),
    ],
    "parts_in_money_and_in_percent": [
        ("How much did I spend on eating out in May?", "Eating out, May 2026"),
        ("How much of that was by card?", "Eating out by card, May 2026"),
        ("What percentage is that?", "Eating out by card as a share of eating out, May 2026"),
    ],
    "which_of_them": [
        ("spending by month this year", "Spending, January 2026"),
        ("which of them was the highest?", "Most spending by month, 1 January to 15 June 2026"),
    ],
    "a_total_after_ranks": [
        ("which category did I spend the most on in May?", "Most spending by category, May 2026"),
        ("what was my total that month?", "Spending, May 2026"),
        ("take the rent out, please", "Spending except Rent, May 2026"),
    ],
    "differences_of_the_last_two": [
        ("groceries in April?", "Groceries, April 2026"),
        ("and in May?", "Groceries, May 2026"),
        ("what is the difference between the two?", "Groceries, May 2026 against April 2026"),
    ],
    "the_former": [
        ("What have I paid Fresh Mart this year?", "Paid to Fresh Mart, 1 January to 15 June 2026"),
        ("and Spice Route?", "Paid to Spice Route, 1 January to 15 June 2026"),
        ("how many payments was the former?", "Payments, Fresh Mart, 1 January to 15 June 2026"),
    ],
    "the_first_question": [
        ("groceries in May?", "Groceries, May 2026"),
        ("and fuel?", "Fuel, May 2026"),
        ("go back to what I asked first and give me April instead", "Groceries, April 2026"),
    ],
    "the_one_before": [
        ("When did I last pay Petrol Point?", "Last time, Paid to Petrol Point"),
        ("and the one before it, on which date?", "Last time but 1, Paid to Petrol Point"),
    ],
    "the_mean_of_what_was_asked": [
        ("groceries in March?", "Groceries, March 2026"),
        ("April?", "Groceries, April 2026"),
        ("May?", "Groceries, May 2026"),
        ("average of these 3", "Groceries per month, 1 March to 31 May 2026"),
    ],
    "left_out_too": [
        ("What was my total spending in May?", "Spending, May 2026"),
        ("leave the rent aside", "Spending except Rent, May 2026"),
        ("and fuel as well", "Spending except Rent and Fuel, May 2026"),
        ("right, the same for April", "Spending except Rent and Fuel, April 2026"),
    ],
    "shares_of_what_was_asked": [
        ("How much did I spend on groceries in May?", "Groceries, May 2026"),
        ("what share of it was Green Grocers?", "Paid to Green Grocers (Groceries) as a share of groceries, May 2026"),
        ("and Fresh Mart?", "Paid to Fresh Mart as a share of groceries, May 2026"),
    ],
    "refunds_go_on": [
        ("List my refunds in 2026.", "Refunded, 1 January to 15 June 2026"),
        ("how many are from Fresh Mart?", "Refunds, 1 January to 15 June 2026"),
        ("and their sum?", "Refunded, 1 January to 15 June 2026"),
    ],
    "a_new_question_keeps_the_period_alone": [
        ("How much did I spend on groceries in May?", "Groceries, May 2026"),
        ("How much did I spend on rent?", "Rent, May 2026"),
        ("How much did I spend in March?", "Spending, March 2026"),
    ],
}


@pytest.mark.parametrize("chain", CHAINS)
async def test_a_follow_up_keeps_what_it_does_not_change(chain: str, chat: Chat) -> None:
    for question, label in CHAINS[chain]:
        answer = await chat.ask(question)
        assert answer.status == "answered", (question, answer.answer)
        assert answer.figures[0].label == label, question


async def test_the_one_before_goes_on_to_the_tenth(chat: Chat) -> None:
    """Farther back than a sentence names payments, and then no farther than places are counted."""
    day = (await chat.ask("When did I last pay Fresh Mart?")).figures[0].value
    for _ in range(9):
        before = (await chat.ask("and the one before it, on which date?")).figures[0].value
        assert before is not None and day is not None and str(before) < str(day)
        day = before
    assert (await chat.ask("and the one before it, on which date?")).status == "clarify"


async def test_show_me_those_lists_the_payments_behind_the_figure(chat: Chat) -> None:
    await chat.ask("How much did I spend on eating out in May?")
    answer = await chat.ask("show me those")
    assert {row["counterparty"] for row in answer.rows} == {"Spice Route"}
    assert answer.figures[0].value == len(answer.rows) == 2


async def test_yes_takes_what_was_offered(chat: Chat) -> None:
    offer = await chat.ask("how much did I spend on flights last year")
    assert offer.status == "clarify" and "Travel" in offer.answer
    assert (await chat.ask("yes")).answer.startswith("Nothing found: Travel, 2025")


async def test_a_name_answers_the_question_which_one(chat: Chat) -> None:
    asked = await chat.ask("how much did I send Rahul in May?")
    assert asked.status == "clarify" and set(asked.follow_ups) == {"Rahul Sharma", "Rahul Verma"}
    answer = await chat.ask("Rahul Sharma")
    assert (answer.figures[0].label, answer.figures[0].value_minor) == ("Paid to Rahul Sharma, May 2026", 250_000)


async def test_memory_outlives_the_process(settings: Settings, database: Database, chat: Chat) -> None:
    first = await chat.ask("How much did I spend on groceries in May?")
    async with Analyst.open(settings, database) as another:
        answer = await another.ask("and in April?", chat.principal, conversation_id=first.conversation_id, today=TODAY)
    assert answer.figures[0].label == "Groceries, April 2026"


async def test_langgraph_keeps_its_tables_in_our_schema(database: Database, chat: Chat) -> None:
    answer = await chat.ask("How much did I spend in May?")
    async with database.app.connect() as connection:
        rows = await connection.execute(
            text("SELECT count(*) FROM agents.checkpoints WHERE thread_id = :id"), {"id": str(answer.conversation_id)}
        )
        assert rows.scalar_one() == 1  # one write per question
        elsewhere = await connection.execute(text("SELECT to_regclass('public.checkpoints')"))
        assert elsewhere.scalar_one() is None


async def test_somebody_elses_conversation_is_not_found(analyst: Analyst, household: Household, chat: Chat) -> None:
    answer = await chat.ask("How much did I spend in May?")
    for stranger, conversation_id in ((household.dev, answer.conversation_id), (household.meera, uuid4())):
        with pytest.raises(NotFound):
            await analyst.ask("and in April?", stranger, conversation_id=conversation_id)


async def test_a_conversation_is_listed_renamed_and_forgotten(
    analyst: Analyst, database: Database, household: Household, chat: Chat
) -> None:
    answer = await chat.ask("How much did I spend on   groceries in May?")
    id = answer.conversation_id
    async with database.unit() as session:
        [listed] = [c for c in await conversations.list_conversations(session, household.meera) if c.id == id]
        assert listed.title == "How much did I spend on groceries in May?"
        await conversations.rename(session, household.meera, id, "Food")
        whole = await conversations.read(session, household.meera, id)
        assert whole.title == "Food" and [turn.answer for turn in whole.turns] == [answer]
        await conversations.delete(session, household.meera, id)
    await analyst.forget(id)
    async with database.unit() as session:
        with pytest.raises(NotFound):
            await conversations.require(session, household.meera, id)
        left = await session.execute(
            text("SELECT count(*) FROM agents.checkpoints WHERE thread_id = :id"), {"id": str(id)}
        )
        assert left.scalar_one() == 0


@pytest.mark.parametrize("question", ["", "   ", "x" * (QUESTION_MAX + 1)])
async def test_a_question_of_no_or_too_many_words_is_refused(question: str, chat: Chat) -> None:
    with pytest.raises(InvalidRequest):
        await chat.ask(question)
