"""Questions of somebody whose payments were imported: marks of rows are no ways of paying, firms have several names,
and their shops are of kinds that no category tells apart."""

from datetime import date

import pytest

from agents.plan import Operation
from agents.planner.frame import Frame, Topic
from agents.planner.names import Names
from agents.planner.parse import parse
from agents.planner.reading import Reader
from agents.planner.settling import settled
from agents.scope import Counterparty, Scope
from core.insights.query import Dimension

SCOPE = Scope(
    counterparties=(
        Counterparty("Transport for London", "public_transport", 90),
        Counterparty("Swiggy", "eating_out", 70),
        Counterparty("Zomato", "eating_out", 30),
        Counterparty("Starbucks", "eating_out", 30),
        Counterparty("Amethyst Cafe", "eating_out", 10),
        Counterparty("Dakshin", "eating_out", 10),
        Counterparty("The Railway Tavern", "entertainment", 28),
        Counterparty("Odeon", "entertainment", 3),
        Counterparty("Amazon", "shopping", 20),
        Counterparty("Kevin Park", "transfer", 6),
        Counterparty("Divya", "transfer", 3),
    ),
    accounts=(),
    channels=("card", "refund", "own_transfer", "opening", "cheque"),
    categories=("eating_out", "public_transport", "shopping", "entertainment", "transfer"),
    currencies=("GBP",),
    first_day=date(2025, 1, 1),
    last_day=date(2026, 6, 14),
)
TODAY = date(2026, 6, 15)
READER = Reader(SCOPE, Names(SCOPE), TODAY)


def frame(question: str) -> Frame:
    reading = READER.read(question)
    assert not reading.unknown, (question, reading.unknown)
    return settled(parse(reading, SCOPE.currencies).frame, reading.text, SCOPE, TODAY)


@pytest.mark.parametrize("question", ["How much did Amazon refund me?", "refunds from Amazon"])
def test_channel_that_marks_refunds_is_no_way_of_paying(question: str) -> None:
    found = frame(question)
    assert (found.topic, found.conditions) == (Topic.REFUNDS, ())
    assert found.values_of("counterparty") == {"Amazon"}


@pytest.mark.parametrize(
    ("question", "payees"),
    [
        ("TfL fares in May", {"Transport for London"}),
        ("how much did I spend on cafes in May", {"Starbucks", "Amethyst Cafe"}),
        ("food delivery total in May", {"Swiggy", "Zomato"}),
        ("what did I spend at pubs in May", {"The Railway Tavern"}),
        ("How much has Kevin Park Zelled me in May?", {"Kevin Park"}),
        ("how much did I spend on swiggy in May, net of any money returned", {"Swiggy"}),
    ],
)
def test_payees_are_known_by_their_kind_and_by_their_other_names(question: str, payees: set[str]) -> None:
    assert frame(question).values_of("counterparty") == payees


def test_category_is_meant_as_a_whole_where_no_kind_is_said() -> None:
    found = frame("how much did I spend on restaurants in May")
    assert (found.values_of("counterparty"), found.values_of("category")) == (set(), {"eating_out"})


def test_money_that_somebody_zelled_me_came_in() -> None:
    assert frame("How much has Kevin Park Zelled me in May?").flow == "in"
    assert frame("How much have I venmoed Kevin Park in May?").flow != "in"


def test_which_friend_asks_for_a_name() -> None:
    found = frame("Which friend transferred me money in January?")
    assert (found.ask, found.group_by[:1], found.flow) == (Operation.RANK, (Dimension.COUNTERPARTY,), "in")


@pytest.mark.parametrize(
    ("question", "channels"),
    [("How many checks have cleared this year?", {"cheque"}), ("How many payments cleared this year?", set())],
)
def test_checks_that_cleared_are_payments_by_cheque(question: str, channels: set[str]) -> None:
    said = {value for one in frame(question).conditions if one.field == "channel" for value in one.values}
    assert said == channels


def test_month_a_year_earlier_is_that_of_the_year_before() -> None:
    assert frame("TfL in May a year earlier").periods[0].start == date(2025, 5, 1)


def test_what_is_given_to_somebody_is_left_out_with_the_rest() -> None:
    found = frame("what did I spend in May excluding eating out and what I give Divya")
    assert {value for one in found.without for value in one.values} == {"eating_out", "Divya"}


def test_what_i_make_is_earned() -> None:
    assert frame("how much do I make a month").flow == "in"


def test_money_put_into_a_pot_is_left_out_of_spending_anyway() -> None:
    found = frame("Not counting money I put in the pot, what did I spend in May overall?")
    assert (found.without, found.objects) == ((), ())
