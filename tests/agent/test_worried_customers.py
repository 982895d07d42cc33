"""Customers who fear that something is wrong: whom they paid, when, how much, and what only their bank can do."""

import pytest

from agents.chat import Analyst
from core.db import Database
from core.ledger.relay import drain
from core.ledger.transfers import post_transfers
from tests.agent.household import Chat, at, customer_principal
from tests.factories import check_books, make_account, make_bank, make_customer, make_transfer, pay


@pytest.fixture(scope="module")
async def worried(database: Database, analyst: Analyst) -> Chat:
    """Somebody who paid three payees this year, one of them by a name that is also an hour."""
    async with database.unit() as session:
        bank, customer = await make_bank(session), await make_customer(session, name="Lata Worried")
        account = await make_account(session, bank, customer, floor_minor=-(10**12))
        second = await make_account(session, await make_bank(session), customer, floor_minor=-(10**12))
        payees = {
            name: await make_account(session, bank, await make_customer(session, name=name))
            for name in ("Midnight Momo", "Farida Stranger", "Gauhar Deposit", "Tonga Cart")
        }
        await pay(session, account, payees["Midnight Momo"], 4_400, occurred_at=at(3, 27))
        await pay(session, account, payees["Farida Stranger"], 2_800_000, occurred_at=at(5, 23), category="transfer")
        await pay(session, account, payees["Farida Stranger"], 5_100_000, occurred_at=at(5, 24), category="transfer")
        await pay(session, account, payees["Gauhar Deposit"], 7_800_000, occurred_at=at(6, 2), category="transfer")
        await pay(session, account, payees["Tonga Cart"], 18_500, occurred_at=at(2, 15, 8))
        await pay(session, second, payees["Tonga Cart"], 18_500, occurred_at=at(2, 15, 18))
    await drain(database)
    return Chat(analyst, customer_principal(customer))


@pytest.mark.parametrize(
    ("question", "figure"),
    [
        ("I never ordered from Midnight Momo. On what date did they charge me?", "2026-03-27"),
        ("Who is Farida Stranger?? I paid her? how much in all", 7_900_000),
        ("new payees last month, how much went to them", 7_900_000),
        ("what on earth is midnight momo? when did I pay them", "2026-03-27"),
        ("I quarrel with them about it. What is the date of my very first payment to Farida Stranger?", "2026-05-23"),
        ("has any money left my account since March, how many times", 4),
        ("a string of charges on 27 March. what do they come to together?", 4_400),
        ("did any money leave my account in May? how many payments", 2),
        ("was there somebody I paid in March I had never paid before, what's the name?", "Midnight Momo"),
        ("How many payments of more than seventy-five thousand rupees have I made this year?", 1),
        ("i dont remember paying Farida Stranger in May, did i? how much", 7_900_000),
        ("i don't recall a payment in march, was there one? how much", 4_400),
        ("Midnight Momo should charge me once a month. how many times did they take money in March?", 1),
        ("did anything leave my account on 27 March", 4_400),
        ("is there any payment in March that i might not have made, how much in all", 1),
        ("my husband Gauhar says I gave Farida Stranger money twice, how often did I really?", 2),
        ("was I charged twice on the same day by the same place in May?", 0),
        ("were there any double charges in May", 0),
        ("what have I given the scammers, i mean Farida Stranger, this year", 7_900_000),
        ("who is the newest payee on my account, someone I paid first most recently", "Gauhar Deposit"),
        ("Somebody told me my account was hacked. What went out on 27 March?", 4_400),
        ("I think Tonga Cart charged me twice on 15 February. How much each time?", 18_500),
        ("Was I ever charged twice on the same day for the same amount in February? on which day", "2026-02-15"),
        ("what's the biggest sum that went out this year", 7_800_000),
        ("the most I ever paid in one go", 7_800_000),
        ("Which day did the 78,000 go out?", "2026-06-02"),
        ("total of all payments above 50,000 that went to people (not rent) since May", 12_900_000),
        ("what is the biggest amount I sent in May to somebody I'd never paid before", 2_800_000),
        ("smallest payment to a new payee this year", 4_400),
        ("how many duplicate charges this year", 1),
        ("were any charges duplicated in February", 1),
        ("is 28,000 to Farida Stranger the largest payment I ever made to her", 5_100_000),
    ],
)
async def test_what_was_paid_is_told(question: str, figure: object, worried: Chat, database: Database) -> None:
    answer = await Chat(worried.analyst, worried.principal).ask(question)
    assert answer.status == "answered", answer.answer
    assert figure in (answer.figures[0].value_minor, answer.figures[0].value)
    await check_books(database)


@pytest.mark.parametrize("question", ["get it back, raise chargeback", "please file a complaint about this payment"])
async def test_a_dispute_is_the_banks_to_raise(question: str, worried: Chat) -> None:
    answer = await Chat(worried.analyst, worried.principal).ask(question)
    assert answer.status == "out_of_scope" and not answer.figures


async def test_why_a_payment_failed_is_told(analyst: Analyst, database: Database) -> None:
    async with database.unit() as session:
        bank, customer = await make_bank(session), await make_customer(session, name="Hari Refused")
        account = await make_account(session, bank, customer)
        shop = await make_account(session, bank, await make_customer(session, name="Lantern Shop"))
        [posting] = await post_transfers(session, [make_transfer(account.id, shop.id, 5_000, occurred_at=at(6, 3))])
    assert posting.failure_code == "insufficient_funds"
    await drain(database)
    answer = await Chat(analyst, customer_principal(customer)).ask("why did my last payment fail")
    assert answer.grounded and answer.figures[0].value == "insufficient funds", answer.answer


async def test_a_balance_of_days_ago_is_of_that_day(worried: Chat) -> None:
    chat = Chat(worried.analyst, worried.principal)
    assert (await chat.ask("what was my balance 22 days ago")).figures[0].value_minor == -41_400 - 7_900_000
    assert (await chat.ask("is my balance lower than 22 days ago")).figures[0].value_minor == 7_800_000
    ends = await chat.ask("balance at the end of each month this year")
    assert [figure.value_minor for figure in ends.figures] == [-37_000, -41_400, -41_400, -7_941_400, -15_741_400]


async def test_the_day_before_is_one_day(worried: Chat) -> None:
    chat = Chat(worried.analyst, worried.principal)
    assert (await chat.ask("how much did I spend on 24 May")).figures[0].value_minor == 5_100_000
    assert (await chat.ask("what about the day before")).figures[0].value_minor == 2_800_000


async def test_a_question_about_new_payees_is_followed_by_what_they_got(worried: Chat) -> None:
    chat = Chat(worried.analyst, worried.principal)
    assert (await chat.ask("how many new payees this month")).figures[0].value == 1
    assert (await chat.ask("how much went to them?")).figures[0].value_minor == 7_800_000
