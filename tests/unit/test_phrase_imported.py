"""Questions of somebody whose payments were imported: marks of rows are no ways of paying, firms have several names,
and their shops are of kinds that no category tells apart."""

from dataclasses import replace
from datetime import date

import pytest

from agents.plan import Operation
from agents.planner.frame import Frame, Topic
from agents.planner.names import Named, Names
from agents.planner.parse import parse
from agents.planner.reading import Reader, kinds_said
from agents.planner.settling import settled
from agents.scope import Counterparty, Scope
from core.insights.query import Dimension, Flow

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


AMERICAN = Scope(
    counterparties=(
        Counterparty("Costco Gas", "fuel", 15),
        Counterparty("Costco", "groceries", 31),
        Counterparty("Shell", "fuel", 15),
        Counterparty("PG&E", "utilities", 14),
        Counterparty("San Jose Water", "utilities", 7),
        Counterparty("Rocket Mortgage", "loan", 14),
        Counterparty("Nelnet", "loan", 14),
        Counterparty("Xfinity", "telecom", 14),
        Counterparty("Verizon", "telecom", 14),
        Counterparty("Petco", "pets", 6),
        Counterparty("Banfield", "pets", 1),
        Counterparty("Starbucks", "eating_out", 34),
        Counterparty("Verve Coffee Roasters", "eating_out", 15),
        Counterparty("Chipotle", "eating_out", 14),
    ),
    accounts=(),
    channels=("card", "cheque", "direct_debit", "own_transfer"),
    categories=("fuel", "groceries", "utilities", "loan", "telecom", "pets", "eating_out", "shopping", "rent"),
    currencies=("USD",),
    first_day=date(2025, 1, 1),
    last_day=date(2026, 6, 14),
)


def asked_in(scope: Scope, question: str) -> Frame:
    reading = Reader(scope, Names(scope), TODAY).read(question)
    return settled(parse(reading, scope.currencies).frame, reading.text, scope, TODAY)


@pytest.mark.parametrize("question", ["gas in May", "how much did I spend on gas in May", "when did I last get gas"])
def test_gas_of_an_american_is_fuel(question: str) -> None:
    found = asked_in(AMERICAN, question)
    assert (found.values_of("category"), found.values_of("counterparty")) == ({"fuel"}, set())


@pytest.mark.parametrize(
    ("question", "payees"),
    [
        ("my gas bill in May", {"PG&E"}),
        ("gas and electric bill in May", {"PG&E"}),
        ("what did I spend at Costco Gas in May", {"Costco Gas"}),
        ("mortgage in May", {"Rocket Mortgage"}),
        ("internet bill in May", {"Xfinity"}),
        ("what did the vet cost in May", {"Banfield"}),
        ("how much did I spend on coffee in May", {"Starbucks", "Verve Coffee Roasters"}),
        ("coffee shops in May", {"Starbucks", "Verve Coffee Roasters"}),
    ],
)
def test_kinds_are_all_the_payees_that_are_of_them(question: str, payees: set[str]) -> None:
    assert asked_in(AMERICAN, question).values_of("counterparty") == payees


def test_costco_without_gas_leaves_out_fuel() -> None:
    found = asked_in(AMERICAN, "costco total for the year so far, not counting gas")
    assert (found.values_of("counterparty"), found.without[0].values) == ({"Costco"}, ("fuel",))


@pytest.mark.parametrize(
    "question", ["biggest purchase in May", "purchases over $500 in May", "largest purchase I made in May"]
)
def test_a_purchase_is_from_a_shop(question: str) -> None:
    left_out = {value for one in asked_in(AMERICAN, question).without for value in one.values}
    assert {"rent", "loan", "transfer"} <= left_out and not left_out & {"groceries", "shopping", "travel"}


def test_a_purchase_at_a_payee_and_the_biggest_payment_leave_nothing_out() -> None:
    assert asked_in(AMERICAN, "biggest purchase at Costco in May").without == ()
    assert asked_in(AMERICAN, "biggest payment in May").without == ()


@pytest.mark.parametrize("question", ["show me all checks I wrote", "how many checks did I write this year"])
def test_checks_that_i_wrote_are_payments_by_cheque(question: str) -> None:
    said = {value for one in asked_in(AMERICAN, question).conditions for value in one.values}
    assert said == {"cheque"}


@pytest.mark.parametrize(
    ("question", "slug"),
    [
        ("Miete in May", "rent"),
        ("how much Gehalt did I get this year", "salary"),
        ("Lebensmittel letzten Monat", "groceries"),
        ("Tanken 2026", "fuel"),
        ("Versicherung this year", "insurance"),
    ],
)
def test_german_words_are_words_of_categories(question: str, slug: str) -> None:
    assert frame(question).values_of("category") == {slug}


def test_a_short_word_is_no_slip_for_the_inside_of_a_name() -> None:
    payees = ("Finanzamt Mitte", "Zepto", "Brauhaus Frueh")
    names = Names(replace(SCOPE, counterparties=tuple(Counterparty(name, "shopping", 3) for name in payees)))
    assert names.misspelt("mitze", common=frozenset()) is None
    assert names.misspelt("fruh", common=frozenset()) is not None
    assert names.misspelt("zepro", common=frozenset()) is not None


def test_money_put_into_savings_is_told_from_other_own_transfers() -> None:
    reading = Reader(SCOPE, Names(SCOPE), TODAY).read("how much did I put into savings in May")
    assert kinds_said(reading) == [("own transfers to savings", ("own_transfer",))]
    told = reading.with_kind("own transfers to savings", ("own_transfer",), Named("savings", ("Share Savings",)))
    found = parse(told, SCOPE.currencies).frame
    assert (found.values_of("category"), found.values_of("counterparty")) == ({"own_transfer"}, {"Share Savings"})


def test_christmas_shopping_in_december_is_of_the_month() -> None:
    assert frame("christmas shopping in december").periods[0].end == date(2026, 1, 1)
    assert frame("shopping on christmas").periods[0].end == date(2025, 12, 26)


AT_HOME = replace(
    SCOPE,
    counterparties=(
        *SCOPE.counterparties,
        Counterparty("Lewisham C Tax", "tax", 10),
        Counterparty("Revenue Office", "tax", 2),
        Counterparty("HMRC Child Benefit", "income", 10, only_pays=True),
    ),
    categories=(*SCOPE.categories, "tax", "income"),
)
HOME_READER = Reader(AT_HOME, Names(AT_HOME), TODAY)


def frame_at_home(question: str) -> Frame:
    reading = HOME_READER.read(question)
    assert not reading.unknown, (question, reading.unknown)
    return settled(parse(reading, AT_HOME.currencies).frame, reading.text, AT_HOME, TODAY)


def test_council_tax_is_not_all_tax() -> None:
    assert frame_at_home("council tax this year").values_of("counterparty") == {"Lewisham C Tax"}
    assert frame_at_home("how much tax did I pay in May").values_of("category") == {"tax"}


@pytest.mark.parametrize("question", ["child benefit this year", "how much child benefit in May"])
def test_who_only_ever_pays_is_asked_about_as_a_payer(question: str) -> None:
    assert frame_at_home(question).flow is Flow.IN


def test_who_only_ever_pays_was_paid_where_that_is_said() -> None:
    assert frame_at_home("how much did I pay to child benefit in May").flow is Flow.OUT


@pytest.mark.parametrize(
    "question", ["my subscriptions", "list all my subscriptions", "show me our current memberships"]
)
def test_subscriptions_of_mine_are_those_that_run(question: str) -> None:
    assert frame(question).topic is Topic.RECURRING


def test_what_subscriptions_come_to_is_a_sum() -> None:
    assert frame("my total subscriptions in May").topic is None
