"""Alerts in the words of those who work on them: by reason, points, customer and month, and what follows."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from uuid import UUID

import pytest
from sqlalchemy import text

from agents.answer import Answer
from agents.chat import Analyst
from core.banking.tables import Account
from core.db import Database
from core.identity.access import Principal, Role
from core.ledger.relay import drain
from tests.agent.household import Chat, at
from tests.factories import check_books, fresh, make_account, make_bank, make_customer, pay

_FACTS: dict[str, dict[str, object]] = {
    "PASS_THRU": {"out_minor": 1, "hours": 2, "in_minor": 1, "in_count": 1},
    "STRUCT": {"count": 3, "days": 2, "limit_minor": 5_000_000, "total_minor": 1},
    "NEW_PAYEE_HIGH": {"high_minor": 1, "payments": 30, "since": "2026-01-01T00:00:00+00:00"},
    "ODD_HOUR": {
        "local_time": "03:00", "time_zone": "Asia/Kolkata", "nearby": 0, "payments": 9,
        "since": "2026-01-01T00:00:00+00:00",
    },
}  # fmt: skip


@dataclass(frozen=True)
class Raised:
    """One alert of the desk's bank: whose, in which month, how much was paid, its points and why it was raised."""

    holder: str
    month: int
    amount_minor: int
    points: int
    reason: str


RAISED = [
    Raised("Gauri Desk", 3, 400_000, 55, "PASS_THRU"),
    Raised("Gauri Desk", 4, 300_000, 85, "STRUCT"),
    Raised("Gauri Desk", 5, 200_000, 90, "STRUCT"),
    Raised("Gauri Desk", 5, 150_000, 60, "NEW_PAYEE_HIGH"),
    Raised("Hemant Desk", 5, 100_000, 95, "ODD_HOUR"),
    Raised("Hemant Desk", 5, 50_000, 51, "PASS_THRU"),
    Raised("Hemant Desk", 6, 25_000, 80, "NEW_PAYEE_HIGH"),
    Raised("Indu Desk", 6, 10_000, 52, "NEW_PAYEE_HIGH"),
]


@pytest.fixture(scope="module")
async def desk(database: Database) -> AsyncIterator[Principal]:
    """An analyst of a bank whose alerts are RAISED, all of them open."""
    alerted: dict[UUID, tuple[Raised, Account]] = {}
    async with database.unit() as session:
        bank = await make_bank(session)
        shop = await make_account(session, bank, await make_customer(session, name="Kirana Desk Shop", kind="business"))
        names = dict.fromkeys(one.holder for one in RAISED)
        accounts = {
            name: await make_account(session, bank, await make_customer(session, name=name), floor_minor=-(10**12))
            for name in names
        }
        for one in RAISED:
            payer = accounts[one.holder]
            posting = await pay(session, payer, shop, one.amount_minor, occurred_at=at(one.month, 7, 1))
            assert posting.id is not None
            alerted[posting.id] = (one, payer)
        for day in range(8, 14):  # later, and nothing about them is unusual
            await pay(session, accounts["Indu Desk"], shop, 100, occurred_at=at(6, day, 12))
    await drain(database)
    async with database.unit() as session:
        for id, (one, payer) in alerted.items():
            reasons = [{"code": one.reason, "points": one.points, "facts": _FACTS[one.reason], "transaction_ids": []}]
            facts = {"id": id, "account": payer.id, "points": one.points, "reasons": json.dumps(reasons)}
            facts |= {"bank": bank.id, "at": at(one.month, 7, 1)}
            await session.execute(text("DELETE FROM fraud.score WHERE transaction_id = :id"), facts)
            await session.execute(
                text(
                    "INSERT INTO fraud.score (transaction_id, account_id, points, reasons)"
                    " VALUES (:id, :account, :points, CAST(:reasons AS jsonb))"
                ),
                facts,
            )
            await session.execute(
                text(
                    "INSERT INTO fraud.alert (transaction_id, account_id, bank_id, points, occurred_at)"
                    " VALUES (:id, :account, :bank, :points, :at)"
                ),
                facts,
            )
    yield Principal(fresh("user"), "desk@finlens.example", "The desk", Role.ANALYST, bank_id=bank.id)
    await check_books(database)


@pytest.fixture
def ask(analyst: Analyst, desk: Principal) -> Chat:
    return Chat(analyst, desk)


def _told(answer: Answer) -> object:
    assert answer.status == "answered", answer.answer
    first = answer.figures[0]
    return first.value if first.value_minor is None or first.unit == "text" else first.value_minor


@pytest.mark.parametrize(
    ("question", "figure"),
    [
        ("How many alerts do we have because funds were passed on soon after they arrived?", 2),
        ("How many alerts, all time, were raised because somebody kept just under the reporting limit?", 2),
        ("For the money-laundering officer: how many alerts name money that came in and was passed straight on?", 2),
        ("Money that left right after it came in: how many of our alerts name that reason?", 2),
        ("odd hour alerts in may", 1),
        ("I was told to begin with the oldest alert nobody has closed. what date is it from?", "2026-03-07"),
        ("first alert of May, when?", "2026-05-07"),
        ("is there anything on Hemant Desk? how many alerts", 3),
        ("Thursdays look terrible on my chart. Alerts that fell on a Thursday, all time?", 4),
        ("how many alerts this year are for money that came in and was passed on shortly after?", 2),
        ("how old is the oldest open alert in days?", 100),
        ("top 2 customers by value of alerts", "Gauri Desk"),
        ("Of all the alerts open today, what percentage has a new payee and a high amount among its reasons?", 37.5),
        ("structuring alerts of Gauri Desk above 85 pts", 1),
        ("open alerts scoring between 80 and 90", 3),
        ("customers w more than 2 open alerts, how many of them", 2),
        ("How many customers have had at least three alerts this year?", 2),
        ("which customer has collected the most alerts", "Gauri Desk"),
        ("What amount of money is at stake in all the open alerts taken together?", 1_235_000),
        ("From what day is the payment behind our oldest alert that is still open?", "2026-03-07"),
        ("alerts for structuring, how many above 85 points", 1),
        ("alerts raised because money was moved on within hours", 2),
        ("value at stake of open alerts", 1_235_000),
        ("what's the oldest open alert", 400_000),
        ("Before the stand-up: how many alerts are open at this moment?", 8),
        ("What's still sitting open in the queue? just the number", 8),
        ("how many hits did we get in May", 4),
        ("Compliance wants: money in cases still undecided", 1_235_000),
        ("avg ticket size of the flagged ones in may", 125_000),
        ("Weekly huddle in ten minutes. How many fewer alerts in June than in May?", 2),
        ("The boss thinks May was worse than June. By how many alerts?", 2),
        ("How many alerts in March and in June?", 3),
        ("what date was the most recent payment that got flagged?", "2026-06-07"),
        ("Hemant Desk - date of the very first payment of his that we flagged", "2026-05-07"),
        ("Writing up Gauri Desk. How many alerts since we began?", 4),
        ("Hemant Desk, how many alerts ever?", 3),
        ("Gauri Desk's 4,000 to Kirana Desk Shop on 7 March - what score did it get, and what drove it?", 55),
        ("Gauri Desk's payment of 4,000 to Kirana Desk Shop: how many points?", 55),
        ("If I can only look at one account today, whose is the riskiest?", "Gauri Desk"),
        ("Which day in our whole history had the most alerts?", "2026-05-07"),
        ("What percentage of all alerts ever raised fell on a Thursday?", 50.0),
        ("One payee is in so many of these alerts. Who has been on the receiving end most often?", "Kirana Desk Shop"),
        ("of all the payments our customers made in May, what percent by number got an alert?", 100.0),
        ("alerts scoring 80 or more in May and in June, how many", 2),
        ("alerts for payments below 2,500 rupees", 6),
        ("what share of payments above 1,200 raised an alert in May", 100.0),
        ("what share of Gauri Desk's payments raised an alert", 100.0),
        ("latest date on which Gauri Desk was flagged", "2026-05-07"),
        ("how many alerts have 90 points and up", 2),
        ("how many alerts where money landed and was pushed straight out again", 2),
        ("People splitting payments to stay a whisker under the 50k PAN limit... how many such alerts?", 2),
        ("chopping up transfers to keep below the reporting limit: how many alerts", 2),
        ("alerts where the customer had never paid that person before and the sum was high: how many in May?", 1),
        ("first payment to a stranger and a big amount, how many alerts carry that", 3),
        ("how many alerts because they paid at a time the customer never pays", 1),
        ("lots of payments from one account inside an hour: how many alerts of that sort", 0),
        ("how many alerts for amounts far above what the customer normally pays", 0),
        ("morning, first week on the job. what's my queue like, how many alerts are still open?", 8),
        ("how many of the open ones scored 90 or higher?", 2),
        ("the alerts i see, how many different customers do they belong to?", 3),
        ("which name turns up most often on the receiving end of the flagged payments?", "Kirana Desk Shop"),
        ("who received the most flagged payments", "Kirana Desk Shop"),
        ("regional office wants the fraud alert count for the running quarter", 7),
        ("what share of this year's alerts are still open", 100.0),
        ("number of customers banking with us right now", 4),
        ("how many payments did customers of this bank make in May", 4),
        ("who spends the most, all time", "Gauri Desk"),
        ("which customer paid Kirana Desk Shop the most", "Gauri Desk"),
        ("the alerts of May, how many customers do they belong to?", 2),
        ("Quick one from head office: number of customers holding an account at our bank?", 4),
        ("For the board paper: how many open alerts are there?", 8),
        ("for the morning huddle - how many open alerts?", 8),
        ("just back from leave. how many alerts are still open?", 8),
        ("which customer has the largest sum of money under alert, taking all alerts we've ever had?", "Gauri Desk"),
        ("Kirana Desk Shop again. how many flagged payments are there where they are the payee?", 8),
        ("what score did the payment Gauri Desk made to Kirana Desk Shop on 7 May get?", 90),
        ("How many alerts nobody has decided on yet?", 8),
        ("how many alerts of May have we not looked at yet?", 4),
        ("May looked busy. What were the flagged payments of that month worth in total, in rupees?", 500_000),
        ("I have one hour today: how many alerts are there?", 8),
        ("who made the biggest flagged payment of 2026?", "Gauri Desk"),
        ("who sent the smallest flagged payment this year?", "Indu Desk"),
        ("who made the most flagged payments in 2026", "Gauri Desk"),
        ("who sent the most money to Kirana Desk Shop", "Gauri Desk"),
        ("which 2 customers have the most alerts since April", "Gauri Desk"),
        ("top 2 customers by number of alerts in June", "Hemant Desk"),
        ("which weekday brings the most alerts", "Thursday"),
        ("how many alerts do we have where the payment was by card, all time", 0),
        ("Alerts in 2026 where money came in from new payers and nearly all of it went straight out - how many?", 2),
        ("how many alerts about money passed straight on after it came in", 2),
        ("alerts where money went in and out within hours", 2),
        ("Which alerts scored exactly 95?", 1),
        ("how many alerts scored 100", 0),
        ("did money go in a circle this year, i.e. leave a customer and come back almost whole within a week?", 0),
        ("average flagged payment in April and May", 160_000),
        ("largest flagged payment in May and June", 200_000),
        ("average flagged payment in March and May", 400_000),
        ("how much flagged money went to Kirana Desk Shop in June", 35_000),
        ("Gauri Desk -> Kirana Desk Shop, date of the very first payment?", "2026-03-07"),
        ("Gauri Desk to Kirana Desk Shop: how many payments in May", 2),
        ("how much went from Hemant Desk to Kirana Desk Shop in May", 150_000),
        ("what is the largest payment Hemant Desk has ever made and to whom", 100_000),
        ("Indu Desk's payment to Kirana Desk Shop on 7 June got flagged. How many points did it get?", 52),
        ("Indu Desk's payment on 7 June was flagged. What score did it get?", 52),
        ("How many alerts have come up in May so far?", 4),
        ("new payee + high amount rule: number of alerts in June", 2),
        ("in May how many customers were flagged for moving money straight on?", 1),
        ("how many different accounts have been flagged for keeping several payments just under the limit", 1),
        ("When was the most recent structuring alert?", "2026-05-07"),
        ("who had the most new payee alerts in June 2026?", "Hemant Desk"),
        ("which payee got the most structuring alerts", "Kirana Desk Shop"),
        ("what percentage of this year's alerts have a score of 80 or above", 50.0),
        ("what share of structuring alerts scored above 85", 50.0),
        ("what share of open alerts is for a new payee and a high amount", 37.5),
        ("average amount of the pass-through alerts", 225_000),
        ("what is the biggest payment flagged for structuring this year", 300_000),
        ("how many structuring alerts were paid by card", 0),
        ("how many new payee alerts were above 200 rupees", 2),
        ("May had how many more structuring alerts than March?", 1),
        ("average score of open alerts", 71),
        ("lowest score among this year's alerts", 51),
        ("which rule fires the most this year?", "large first payments to somebody new"),
        ("break down May's alerts by reason", "large first payments to somebody new"),
        ("Alert volume June vs May, what's the change?", -2),
        ("top two customers by alert count this year", "Gauri Desk"),
        ("Which customers were flagged more than twice this year?", 2),
        ("how many odd hour alerts were closed as false positives", 0),
        ("how many structuring hits had a score under 90", 1),
        ("Who was paid in the most recent alert?", "Kirana Desk Shop"),
        ("Which of our customers sent Kirana Desk Shop the most?", "Gauri Desk"),
        ("how many people paid Kirana Desk Shop in June", 2),
        ("On 7 June some people paid Kirana Desk Shop. How many people?", 2),
        ("who paid Kirana Desk Shop the most in June", "Hemant Desk"),
        ("how many different payers did Kirana Desk Shop have in May", 2),
        ("how many have been closed", 0),
        ("how many alerts are confirmed or dismissed", 0),
        ("who are the 2 biggest payers, all time", "Gauri Desk"),
        ("who is the biggest spender this year", "Gauri Desk"),
        ("did anything get flagged on 7 June", 2),
        ("how many alerts came on Thursdays, all time", 4),
        ("which alert reason is the most common", "large first payments to somebody new"),
        ("how many were flagged for rapid pass-through of funds", 2),
        ("how many alerts where the payee was new and the amount large", 3),
        ("how many alerts because the amount was unusual", 0),
        ("biggest amount flagged in May, and by whom", 200_000),
        ("largest payment to a new payee in May", 100_000),
        ("which customers paid a new payee in May", "Hemant Desk"),
        ("hw many alrts r there", 8),
    ],
)
async def test_alerts_are_told_apart_by_what_is_said_of_them(question: str, figure: object, ask: Chat) -> None:
    assert _told(await ask.ask(question)) == figure


@pytest.mark.parametrize(
    ("questions", "figure"),
    [
        (["How many alerts in May?", "How much money is in those?"], 500_000),
        (["how many alerts on Gauri Desk?", "how many of those are open?"], 4),
        (["open alerts above 80 points", "which one is the oldest?"], 300_000),
        (["who has the most alerts this year?", "what are they worth?"], 1_050_000),
        (["How many alerts has Hemant Desk got?", "what is the highest score he has"], 95),
        (["what is our oldest open alert?", "what is its score?"], 55),
        (
            [
                "How many alerts this year?",
                "how many of them scored over 85",
                "and of all the 2026 ones, how many were between midnight and 5 in the morning?",
            ],
            8,
        ),
        (["how many open alerts", "above 80 pts?"], 3),
        (["structuring alerts this year", "same for pass through"], 2),
        (["open alerts of gauri desk, how many", "hemant desk?"], 3),
        (["How many alerts in May?", "And in June?", "So May had how many more than June?"], 2),
        (["How many alerts in May?", "And in June?", "what is the difference between the two?"], 2),
        (["alerts this year by customer", "who has most"], "Gauri Desk"),
        (["alerts in june", "who has the most of them?"], "Hemant Desk"),
        (["who has the most alerts this year?", "what do her alerts add up to, this year"], 1_050_000),
        (["who has the most alerts?", "how many are her alerts?", "and the largest one among them?"], 400_000),
        (["How many alerts in May?", "and in June?", "what were the May ones worth in rupees"], 500_000),
        (["Gauri Desk, how many alerts this year?", "now Hemant Desk, how many this year"], 3),
        (["structuring alerts this year, how many?", "what do they add up to", "go back to the count, but for May"], 1),
        (["alerts in march", "and what score did that one get"], 55),
        (["alerts in may", "what is the biggest of them?", "whose was it?"], "Gauri Desk"),
        (["structuring alerts this year", "the biggest of them?"], 300_000),
        (["alerts in may", "how many of them are above 75?"], 2),
        (["alerts in may", "how many are above 75 rupees?"], 4),
        (["how many alerts in may", "how many of them have been closed?"], 0),
        (["alerts about money passed straight on after it came in", "when was the latest one?"], "2026-05-07"),
    ],
)
async def test_a_follow_up_speaks_of_the_alerts_before_it(questions: list[str], figure: object, ask: Chat) -> None:
    for question in questions[:-1]:
        assert (await ask.ask(question)).status == "answered"
    told = _told(await ask.ask(questions[-1]))
    assert abs(told) == figure if isinstance(told, int) else told == figure


async def test_a_difference_has_the_sign_in_which_it_was_asked(ask: Chat) -> None:
    await ask.ask("How many alerts in May?")
    assert _told(await ask.ask("June had how many fewer than May?")) == 2
    assert _told(await ask.ask("May had how many more than June?")) == 2


@pytest.mark.parametrize(
    ("questions", "said"),
    [
        (["how many alerts does Hemant Desk have and what are they worth?"], "₹1,750.00"),
        (["how many alerts are dismissed and how many are open?"], "8 alerts"),
        (["alerts this year", "what are they worth?", "and who had the most of them?"], "Gauri Desk: 4 transactions"),
        (["which month of 2026 had the largest sum in alerts?"], "May 2026: ₹5,000.00"),
        (["how many alerts above 1 lakh are still open?"], "none of that size"),
        (["why was Indu Desk flagged?"], "got 52 points"),
    ],
)  # fmt: skip
async def test_what_is_said_of_alerts_is_of_all_that_was_asked(questions: list[str], said: str, ask: Chat) -> None:
    *before, last = questions
    for question in before:
        await ask.ask(question)
    assert said in (await ask.ask(last)).answer


async def test_days_are_those_of_the_askers_clock(ask: Chat) -> None:
    """One in the morning of the 7th is still the 6th in UTC."""
    assert "7 March 2026 Gauri Desk" in (await ask.ask("alerts in march")).answer
    assert "on 7 March 2026" in (await ask.ask("why was the payment of Gauri Desk in march flagged?")).answer


@pytest.mark.parametrize(
    "question",
    [
        "how many alerts name structuring or an odd hour",
        "alerts by reason for structuring per month",
        "how many alerts did we escalate in May",
        "how many alerts came from mule accounts",
        "how long does a reviewer need from the alert to the decision",
        "how many customers opened an account with us since January",
        "how many new customers did we get in May",
        "how many alerts for payments from a new device",
        "which customer has the lowest score",
        "which customer has the highest scored alert",
        "which customers have never had an alert",
        "how many of our customers are without any alert",
        "which payees appear in more than 2 alerts",
        "out of our customers how many are businesses, not individuals?",
        "which customer has the highest balance",
        "Neha Unknown to Kirana Desk Shop, total 2026",
        "how much moved between Gauri Desk and Kirana Desk Shop",
        "which accounts share payees with Gauri Desk",
        "who paid the same payees as Gauri Desk",
        "show accounts connected to Gauri Desk within two hops",
        "which customers made no payment in May",
        "which customers have not paid anything this year",
        "what was the most common reason for failed payments this year",
    ],
)
async def test_what_alerts_have_no_room_for_is_asked_back(question: str, ask: Chat) -> None:
    answer = await ask.ask(question)
    assert answer.status == "clarify", answer.answer


@pytest.mark.parametrize(
    "questions",
    [
        ["alerts in may", "what score did that one get"],
        ["alerts in may", "how many of them were his?"],
    ],
)
async def test_of_whom_or_of_which_alert_is_never_guessed(questions: list[str], ask: Chat) -> None:
    *before, last = questions
    for question in before:
        await ask.ask(question)
    assert (await ask.ask(last)).status == "clarify"


async def test_precision_is_of_decided_alerts_and_there_are_none(ask: Chat) -> None:
    answer = await ask.ask(
        "The auditors want precision: of the alerts my team has decided, what share turned out to be real fraud?"
    )
    assert answer.status == "no_data"
