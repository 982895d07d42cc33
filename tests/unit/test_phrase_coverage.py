"""Constructions of everyday questions, each in several wordings; and near misses that must be asked back about."""

from datetime import date
from types import SimpleNamespace
from typing import Any, cast

import pytest

from agents.plan import Clarify, InsightTask, Operation, Plan
from agents.planner.builtin import BuiltinPlanner, Memory, Thought
from agents.planner.clauses import clauses
from agents.planner.names import Names
from agents.planner.reading import Reader
from agents.scope import Counterparty, Scope
from core.identity.access import Principal
from core.insights.query import Dimension, Flow, InsightQuery, Measure

SCOPE = Scope(
    counterparties=(
        Counterparty("Swiggy", "eating_out", 40),
        Counterparty("Big Basket", "groceries", 30),
        Counterparty("Rahul Sharma", "transfer", 5),
        Counterparty("Acme Software", "salary", 6),
    ),
    accounts=(),
    channels=("upi", "card", "netbanking"),
    categories=("groceries", "eating_out", "fuel", "taxi", "rent", "salary"),
    currencies=("INR",),
    first_day=date(2025, 1, 1),
    last_day=date(2026, 6, 14),
)
TODAY = date(2026, 6, 15)
READER = Reader(SCOPE, Names(SCOPE), TODAY)
CUSTOMER = cast(Principal, SimpleNamespace(sees_alerts=False))
PLANNER = BuiltinPlanner(CUSTOMER, SCOPE, Names(SCOPE), TODAY)
MAY = (date(2026, 5, 1), date(2026, 6, 1))


def thought(*questions: str) -> Thought:
    """What the last of these questions, asked in one conversation, leads to."""
    memory, last = Memory(), Thought(Clarify(question="?"))
    for question in questions:
        last = PLANNER.plan([READER.read(clause) for clause in clauses(question)], memory)
        memory = Memory(last.frame or memory.frame)
    return last


def task(*questions: str) -> InsightTask:
    planned = thought(*questions).planned
    assert isinstance(planned, Plan), (questions, planned)
    assert len(planned.tasks) == 1, (questions, planned)
    [found] = planned.tasks
    assert isinstance(found, InsightTask), (questions, found)
    return found


def query(*questions: str) -> InsightQuery:
    return task(*questions).queries[0]


def said(asked: InsightQuery) -> dict[tuple[str, str], Any]:
    return {(f.field, f.operator.value): set(f.values) for f in asked.filters}


def days(asked: InsightQuery) -> tuple[date, date]:
    return asked.period.start, asked.period.end


@pytest.mark.parametrize(
    ("question", "category"),
    [
        ("cab fares in May", "taxi"),
        ("what were my taxi charges for May", "taxi"),
        ("charges for taxis in May", "taxi"),
        ("metro tickets in May", "public_transport"),
        ("bus rides in May, total", "public_transport"),
        ("phone & internet bills, May", "telecom"),
        ("phone/internet bill for May", "telecom"),
        ("total grocery bills in May", "groceries"),
        ("my grocery shopping in May", "groceries"),
        ("gym subscription in May", "fitness"),
        ("gym fees in May", "fitness"),
        ("shopping category spend in May", "shopping"),
        ("cash taken out of ATMs in May", "cash"),
        ("how much cash did I withdraw at the atm in May", "cash"),
        ("how much cash in May", "cash"),
        ("how much cash i took out in May", "cash"),
        ("how much did I spend on transfers in May", "transfer"),
        ("transfers in May", "transfer"),
    ],
)
def test_a_plain_noun_beside_a_category_adds_no_condition(question: str, category: str) -> None:
    assert said(query(question)) == {("category", "in"): {category}}
    assert days(query(question)) == MAY


@pytest.mark.parametrize("question", ["my Swiggy bills in May", "Swiggy charges for May", "bills from Swiggy in May"])
def test_a_plain_noun_beside_a_payee_adds_no_condition(question: str) -> None:
    assert said(query(question)) == {("counterparty", "in"): {"Swiggy"}}


@pytest.mark.parametrize(
    "question",
    [
        "how much did I spend on health insurance in May",
        "pet food in May",
        "travel insurance this year",
        "atm fees this year",
        "credit card bill payments in May",
        "how much did I spend at Quantum Flux Emporium last month",
        "spending on quantum groceries in May",
        "cashback received in May",
        "electricity in May",
        "how much did I spend on my budget in May",
        "total payments to the plumber in May",
        "how much interest did I pay on my loan in May",
        "my rent and salary in May",
        "spending on the last Sunday of May",
        "how much did I spend on apps in May",
        "how much did I spend on records in May",
        "what did supplies cost me in May",
        "how much went on mobile data in May",
    ],
)
def test_what_is_narrower_or_unknown_is_asked_about(question: str) -> None:
    assert isinstance(thought(question).planned, Clarify)


@pytest.mark.parametrize(
    "question",
    [
        "Sir, kindly tell me how much I have spent on groceries in May",
        "Hi, could you please check what I've spent on groceries in May? Thanks!",
        "I'd like to know how much I spent on groceries during May, please.",
        "how mcuh did i spend on groceries in may",
        "What did my groceries come to in May, all told?",
        "Kindly share my total spending on groceries in May",
        "Just out of curiosity, how much went from my account on groceries in May?",
        "What is my total outgo towards groceries in May?",
        "Please give me the total of my grocery bills in May",
    ],
)
def test_politeness_changes_nothing(question: str) -> None:
    asked = query(question)
    assert (asked.measures, asked.flow, said(asked)) == (
        (Measure.SPEND,),
        Flow.OUT,
        {("category", "in"): {"groceries"}},
    )
    assert days(asked) == MAY


@pytest.mark.parametrize(
    ("question", "flow"),
    [
        ("how many transactions over 10,000 that I paid in May", Flow.OUT),
        ("payments I made in May", Flow.OUT),
        ("what did I pay in May", Flow.OUT),
        ("how much money was paid in in May", Flow.IN),
        ("how much money did I make in May", Flow.IN),
        ("money from Rahul Sharma in May", Flow.IN),
        ("how much did Acme Software pay me in May", Flow.IN),
        ("what salary did I get in May", Flow.IN),
        ("how much was paid by Acme Software in May", Flow.IN),
        ("how much did I get via UPI in May", Flow.IN),
        ("who received the most money from me in May", Flow.OUT),
    ],
)
def test_who_pays_decides_which_way_money_goes(question: str, flow: Flow) -> None:
    assert query(question).flow is flow


@pytest.mark.parametrize(
    "question",
    [
        "which restaurant did I spend the most at in May?",
        "At which restaurant did most of my money go in May",
        "who got most of my money for restaurants in May",
        "where did I eat most often in May",
    ],
)
def test_which_place_asks_for_a_name_within_its_category(question: str) -> None:
    asked = query(question)
    assert (asked.group_by, said(asked)) == ((Dimension.COUNTERPARTY,), {("category", "in"): {"eating_out"}})


@pytest.mark.parametrize(
    "question",
    [
        "Leaving out rent, which category cost me the most in May?",
        "Apart from rent, which category did I spend the most on in May",
        "which category, excl. rent, cost the most in May",
    ],
)
def test_what_is_left_out_first_belongs_to_the_question_after_it(question: str) -> None:
    asked = query(question)
    assert (asked.group_by, said(asked)) == ((Dimension.CATEGORY,), {("category", "not_in"): {"rent"}})


@pytest.mark.parametrize(
    "question",
    [
        "petrol plus cabs together in May, how much?",
        "fuel and taxi combined for May",
        "what did fuel & cabs add up to in May",
        "petrol + cab fares, May, total",
    ],
)
def test_two_categories_are_added(question: str) -> None:
    assert said(query(question)) == {("category", "in"): {"fuel", "taxi"}}


@pytest.mark.parametrize(
    "question",
    [
        "Over the last 6 complete months, how much per month do I spend on groceries on average?",
        "per month on average, how much went on groceries in the last 6 months",
        "monthly average for groceries, last six full months",
    ],
)
def test_a_monthly_average_is_of_whole_months(question: str) -> None:
    assert task(question).operation is Operation.PACE
    assert days(query(question)) == (date(2025, 12, 1), date(2026, 6, 1))


@pytest.mark.parametrize(
    "question",
    [
        "What percent of my May income did I manage to save?",
        "what share of my income did I put aside in May",
        "my savings rate in May",
    ],
)
def test_saved_of_income_is_a_rate(question: str) -> None:
    assert task(question).operation is Operation.SAVINGS_RATE


@pytest.mark.parametrize(
    "question",
    [
        "What was left over in May after all my spending, i.e. income minus expenses?",
        "income less expenses in May",
        "net savings for May",
    ],
)
def test_what_is_left_is_the_net(question: str) -> None:
    assert query(question).measures[0] is Measure.NET


@pytest.mark.parametrize(
    "question",
    ["average transaction value in May", "average size of my payments in May", "what's my avg bill amount in May"],
)
def test_an_average_is_no_volume(question: str) -> None:
    assert query(question).measures == (Measure.AVERAGE,)


@pytest.mark.parametrize(
    "question",
    ["How many different merchants did I pay in May", "number of distinct shops in May", "how many payees in May"],
)
def test_different_ones_are_counted_as_groups(question: str) -> None:
    assert task(question).operation is Operation.COUNT_GROUPS


@pytest.mark.parametrize(
    ("question", "conditions"),
    [
        ("excluding UPI, how much did I spend in May", {("channel", "not_in"): {"upi"}}),
        ("spending in May other than by card", {("channel", "not_in"): {"card"}}),
        ("spend on everything but rent in May", {("category", "not_in"): {"rent"}}),
        ("anything but rent and cash in May", {("category", "not_in"): {"rent", "cash"}}),
    ],
)
def test_an_exception_reaches_what_follows_it(question: str, conditions: dict[tuple[str, str], set[str]]) -> None:
    assert said(query(question)) == conditions


@pytest.mark.parametrize(
    ("question", "period"),
    [
        ("spending in the last two weeks of May", (date(2026, 5, 18), date(2026, 6, 1))),
        ("spending in the first week of May", (date(2026, 5, 1), date(2026, 5, 8))),
        ("spending in the first 3 days of May", (date(2026, 5, 1), date(2026, 5, 4))),
        ("total spend from 1st March to 31st May, both days inclusive", (date(2026, 3, 1), date(2026, 6, 1))),
    ],
)
def test_parts_of_a_month(question: str, period: tuple[date, date]) -> None:
    assert days(query(question)) == period


def test_an_abbreviation_ends_no_question() -> None:
    assert query("no. of UPI payments i did in May").measures == (Measure.COUNT,)
    assert said(query("my spend excl. rent in May")) == {("category", "not_in"): {"rent"}}
    assert query("payments of Rs. 500 and more in May").filters


def test_a_second_period_is_a_second_question() -> None:
    planned = thought("How much did I spend in May? And in April?").planned
    assert isinstance(planned, Plan)
    assert [found.queries[0].period.start.month for found in planned.tasks if isinstance(found, InsightTask)] == [5, 4]


@pytest.mark.parametrize(
    ("follow_up", "conditions", "period"),
    [
        ("leave Swiggy aside", {("category", "in"): {"groceries"}, ("counterparty", "not_in"): {"Swiggy"}}, MAY),
        ("what about fuel in that month?", {("category", "in"): {"fuel"}}, MAY),
        ("and in the month after that?", {("category", "in"): {"groceries"}}, (date(2026, 6, 1), date(2026, 6, 16))),
        ("same thing for 2025", {("category", "in"): {"groceries"}}, (date(2025, 1, 1), date(2026, 1, 1))),
        ("and what did I spend in total?", {}, MAY),
        ("and the average per bill?", {("category", "in"): {"groceries"}}, MAY),
        ("at which merchant mostly?", {("category", "in"): {"groceries"}}, MAY),
    ],
)
def test_a_follow_up_keeps_what_it_does_not_say(
    follow_up: str, conditions: dict[tuple[str, str], set[str]], period: tuple[date, date]
) -> None:
    asked = query("groceries in May", follow_up)
    assert (said(asked), days(asked)) == (conditions, period)


@pytest.mark.parametrize(
    "question",
    [
        "Different question: when did I last pay rent?",
        "Now a different question: when did I last pay rent?",
        "ok leaving that, when did I last pay rent?",
        "on another note, when did I last pay rent?",
    ],
)
def test_another_topic_keeps_nothing(question: str) -> None:
    asked = query("groceries in March", question)
    assert (said(asked), asked.period.start) == ({("category", "in"): {"rent"}}, SCOPE.first_day)


def test_the_last_one_is_of_what_was_asked_about() -> None:
    asked = query("how much did I pay Swiggy in May", "when was the last one?")
    assert (said(asked), days(asked)) == ({("counterparty", "in"): {"Swiggy"}}, MAY)
