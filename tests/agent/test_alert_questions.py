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
    ],
)
async def test_alerts_are_told_apart_by_what_is_said_of_them(question: str, figure: object, ask: Chat) -> None:
    assert _told(await ask.ask(question)) == figure


@pytest.mark.parametrize(
    ("questions", "figure"),
    [
        (["How many alerts in May?", "How much money is in those?"], 500_000),
        (["how many open alerts", "above 80 pts?"], 3),
        (["structuring alerts this year", "same for pass through"], 2),
        (["open alerts of gauri desk, how many", "hemant desk?"], 3),
        (["How many alerts in May?", "And in June?", "So May had how many more than June?"], 2),
        (["How many alerts in May?", "And in June?", "what is the difference between the two?"], 2),
        (["alerts this year by customer", "who has most"], "Gauri Desk"),
        (["alerts in june", "who has the most of them?"], "Hemant Desk"),
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


async def test_days_are_those_of_the_askers_clock(ask: Chat) -> None:
    """One in the morning of the 7th is still the 6th in UTC."""
    assert "7 March 2026 Gauri Desk" in (await ask.ask("alerts in march")).answer
    assert "on 7 March 2026" in (await ask.ask("why was the payment of Gauri Desk in march flagged?")).answer


@pytest.mark.parametrize(
    "question",
    [
        "how many structuring alerts were paid by upi",
        "how many alerts name structuring or an odd hour",
        "alerts by reason for structuring per month",
        "how many alerts did we escalate in May",
        "how many alerts came from mule accounts",
        "how long does a reviewer need from the alert to the decision",
    ],
)
async def test_what_alerts_have_no_room_for_is_asked_back(question: str, ask: Chat) -> None:
    answer = await ask.ask(question)
    assert answer.status == "clarify", answer.answer


async def test_precision_is_of_decided_alerts_and_there_are_none(ask: Chat) -> None:
    answer = await ask.ask(
        "The auditors want precision: of the alerts my team has decided, what share turned out to be real fraud?"
    )
    assert answer.status == "no_data"
