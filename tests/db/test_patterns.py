"""Patterns over the real ledger: cash flow that balances, budgets, anomalies, peers; each held against plain sums."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from core.banking.tables import Account, Customer
from core.categories import CATEGORIES
from core.db import Database
from core.errors import NotAllowed, QueryRefused, TooFewPeers, UnfinishedMonth
from core.identity.access import Principal, Role
from core.ids import new_id
from core.insights.anomalies import AnomalyKind, find_anomalies
from core.insights.breakdown import breakdown
from core.insights.budget_status import BudgetStatus, budget_status
from core.insights.budgets import add_budget
from core.insights.cash_flow import AccountSums, CurrencyFlow, cash_flow, flow_of
from core.insights.forecast import forecast
from core.insights.peers import PEERS_MIN, compare_with_peers
from core.insights.recurring import find_recurring
from core.insights.spend_calendar import spend_calendar
from core.money import Money
from core.periods import Period, Unit, add_months
from tests.factories import Town, check_books, make_account, make_bank, make_customer, make_town, pay

MAY = Period.of(Unit.MONTH, date(2026, 5, 1))
TODAY = date(2026, 5, 20)


def as_customer(customer: Customer, zone: str = "Asia/Kolkata") -> Principal:
    return Principal("user:1", "c@finlens.example", "C", Role.CUSTOMER, customer_id=customer.id, time_zone=zone)


def noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 6, 30, tzinfo=UTC)


def check_balance(flow: CurrencyFlow) -> None:
    """Into every inner node flows what flows out of it, and it says so."""
    into, out = Counter[str](), Counter[str]()
    for link in flow.links:
        assert link.amount_minor > 0
        into[link.target] += link.amount_minor
        out[link.source] += link.amount_minor
    for node in flow.nodes:
        if node.kind in ("account", "group"):
            assert into[node.key] == out[node.key] == node.amount_minor
    sources = sum(node.amount_minor for node in flow.nodes if node.kind == "source")
    ends = sum(node.amount_minor for node in flow.nodes if node.kind in ("category", "sink"))
    assert sources == ends


_SUMS = st.builds(
    AccountSums,
    account_id=st.sampled_from([new_id() for _ in range(3)]),
    account=st.just("Account"),
    currency=st.just("INR"),
    category=st.sampled_from([category.slug for category in CATEGORIES] + ["no such category"]),
    spend_minor=st.integers(-(10**15), 10**15),
    income_minor=st.integers(-(10**15), 10**15),
    own_minor=st.integers(-(10**15), 10**15),
)


@given(st.lists(_SUMS, max_size=30))
def test_every_cash_flow_balances(sums: list[AccountSums]) -> None:
    flow = flow_of("INR", sums)
    check_balance(flow)
    kept = sum(one.income_minor - one.spend_minor + one.own_minor for one in sums)
    nodes = {node.key: node.amount_minor for node in flow.nodes}
    assert nodes.get("saved", 0) - nodes.get("drawn", 0) == kept


async def test_cash_flow_is_what_moved_and_saved_is_how_the_balance_changed(database: Database, town: Town) -> None:
    async with database.unit() as session:
        savings = await make_account(session, await make_bank(session), town.asha)
        await pay(session, town.ravi_account, town.asha_account, 50_000, occurred_at=noon(TODAY), category="salary")
        bought = await pay(
            session, town.asha_account, town.ravi_account, 9_000, occurred_at=noon(TODAY), category="rent"
        )
        await pay(
            session,
            town.ravi_account,
            town.asha_account,
            1_000,
            occurred_at=noon(TODAY),
            category="rent",
            reverses_id=bought.id,
        )
        await pay(session, town.asha_account, town.ravi_account, 700, occurred_at=noon(TODAY), category="fuel")
        await pay(session, town.asha_account, savings, 5_000, occurred_at=noon(TODAY))
    async with database.look() as look:
        [flow] = (await cash_flow(look, as_customer(town.asha), period=MAY)).currencies
    check_balance(flow)
    amounts = {node.key: node.amount_minor for node in flow.nodes if node.kind != "account"}
    assert amounts == {
        "income:salary": 50_000, "from_own_accounts": 5_000, "to_own_accounts": 5_000, "group:home": 8_000,
        "category:rent": 8_000, "group:transport": 700, "category:fuel": 700, "saved": 50_000 - 8_000 - 700,
    }  # fmt: skip
    await check_books(database)


async def monthly_bill(database: Database, payer: Account, payee: Account, months: int, amount: int = 300) -> None:
    async with database.unit() as session:
        for number in range(months):
            day = noon(add_months(date(2026, 5, 5), number - months + 1))
            await pay(session, payer, payee, amount, occurred_at=day, category="telecom", description="NACH BILL")


async def test_a_bill_is_found_for_both_of_its_sides_and_for_nobody_else(database: Database, town: Town) -> None:
    await monthly_bill(database, town.asha_account, town.ravi_account, 6)
    async with database.look() as look:
        [bill] = (await find_recurring(look, as_customer(town.asha), today=TODAY)).series
        [income] = (await find_recurring(look, as_customer(town.ravi), today=TODAY)).series
        stranger = Principal("user:2", "", "", Role.CUSTOMER, customer_id=new_id())
        nobodys = await find_recurring(look, stranger, today=TODAY, account_id=town.asha_account.id)
    assert (bill.direction, bill.counterparty, bill.next_on, bill.amount_minor) == (
        "out",
        "Ravi",
        date(2026, 6, 5),
        300,
    )
    assert (income.direction, income.transaction_ids) == ("in", bill.transaction_ids)
    assert nobodys.series == []


async def test_a_bank_asks_about_one_account_at_a_time(database: Database, town: Town) -> None:
    staff = Principal("user:3", "", "", Role.STAFF, bank_id=town.bank.id)
    await monthly_bill(database, town.asha_account, town.ravi_account, 4)
    async with database.look() as look:
        with pytest.raises(QueryRefused, match="account_id"):
            await find_recurring(look, staff, today=TODAY)
        found = await find_recurring(look, staff, today=TODAY, account_id=town.asha_account.id)
    assert len(found.series) == 1


async def test_the_detector_cannot_read_what_the_exam_knows(database: Database) -> None:
    async with database.look() as look:
        with pytest.raises(Exception, match="permission denied"):
            await look.execute(text("SELECT * FROM insights.known_series"))


async def test_a_forecast_begins_at_the_balance_and_holds_the_bill(database: Database, town: Town) -> None:
    await monthly_bill(database, town.asha_account, town.ravi_account, 6)
    async with database.look() as look:
        [account] = (await forecast(look, as_customer(town.asha), today=TODAY, days=30)).accounts
        [earlier] = (await forecast(look, as_customer(town.asha), today=date(2026, 4, 20), days=30)).accounts
    # The town's own deposit was made today by the real clock, which is after both of these days.
    assert account.balance_minor - earlier.balance_minor == -300
    assert [(payment.on, payment.amount_minor) for payment in account.planned] == [(date(2026, 6, 5), -300)]


async def status(database: Database, town: Town, month: date = MAY.start, today: date = TODAY) -> BudgetStatus:
    async with database.look() as look:
        [one] = (await budget_status(look, as_customer(town.asha), month=month, today=today)).budgets
    return one


async def budget(database: Database, town: Town, amount: int, **facts: Any) -> None:
    wanted = {"covers": "food", "first_month": date(2026, 3, 1), **facts}
    async with database.unit() as session:
        await add_budget(session, as_customer(town.asha), amount=Money(amount, "INR"), **wanted)


async def spend(database: Database, town: Town, at: datetime, amount: int, category: str = "groceries") -> Any:
    async with database.unit() as session:
        return await pay(session, town.asha_account, town.ravi_account, amount, occurred_at=at, category=category)


async def test_a_budget_counts_its_group_from_midnight_to_midnight_where_the_customer_lives(
    database: Database, town: Town
) -> None:
    await budget(database, town, 10_000)
    # In India May begins at 18:30 UTC on 30 April and ends at 18:30 UTC on 31 May.
    await spend(database, town, datetime(2026, 4, 30, 18, 29, 59, tzinfo=UTC), 1)
    await spend(database, town, datetime(2026, 4, 30, 18, 30, tzinfo=UTC), 20)
    await spend(database, town, datetime(2026, 5, 31, 18, 29, 59, tzinfo=UTC), 300, "eating_out")
    await spend(database, town, datetime(2026, 5, 31, 18, 30, tzinfo=UTC), 4_000)
    await spend(database, town, noon(TODAY), 50_000, "fuel")
    assert (await status(database, town, today=date(2026, 6, 3))).spent_minor == 320


async def test_a_refund_counts_in_the_month_in_which_it_comes_back(database: Database, town: Town) -> None:
    await budget(database, town, 10_000)
    bought = await spend(database, town, noon(date(2026, 4, 28)), 6_000)
    async with database.unit() as session:
        await pay(
            session,
            town.ravi_account,
            town.asha_account,
            6_000,
            occurred_at=noon(date(2026, 5, 2)),
            category="groceries",
            reverses_id=bought.id,
        )
    assert (await status(database, town, date(2026, 4, 1))).spent_minor == 6_000
    assert (await status(database, town)).spent_minor == -6_000


async def test_what_is_left_and_what_is_overspent_is_carried_over(database: Database, town: Town) -> None:
    await budget(database, town, 10_000, rollover=True)
    await spend(database, town, noon(date(2026, 3, 10)), 4_000)
    await spend(database, town, noon(date(2026, 4, 10)), 13_000)
    await spend(database, town, noon(date(2026, 5, 10)), 500)
    may = await status(database, town)
    assert (may.carried_minor, may.available_minor, may.left_minor) == (6_000 - 3_000, 13_000, 12_500)


async def test_a_later_budget_takes_the_place_of_an_earlier_one(database: Database, town: Town) -> None:
    await budget(database, town, 10_000)
    await budget(database, town, 20_000, first_month=date(2026, 5, 1))
    assert (await status(database, town, date(2026, 4, 1))).amount_minor == 10_000
    assert (await status(database, town)).amount_minor == 20_000


async def test_the_projection_is_spent_plus_bills_due_plus_pace(database: Database, town: Town) -> None:
    """Day 15 of 30 in June: half of what is left goes by June's own pace, half by the usual month."""
    for month in (3, 4, 5):
        await spend(database, town, noon(date(2026, month, 11 + month)), 1_000 + month, "telecom")
    await spend(database, town, noon(date(2026, 6, 3)), 800, "telecom")
    await monthly_bill(database, town.asha_account, town.ravi_account, 6)
    await budget(database, town, 1_500, covers="telecom")
    june = await status(database, town, date(2026, 6, 1), date(2026, 6, 4))
    gone, usual = 4 / 30, 1_004
    assert june.recurring_due_minor == 300
    assert june.projected_minor == round(800 + 300 + (1 - gone) * (800 + (1 - gone) * usual))
    assert (june.spent_minor, june.state) == (800, "at_risk")


async def test_a_budget_is_nobody_elses(database: Database, town: Town) -> None:
    staff = Principal("user:3", "", "", Role.STAFF, bank_id=town.bank.id)
    await budget(database, town, 10_000)
    async with database.look() as look:
        with pytest.raises(NotAllowed):
            await budget_status(look, staff, month=MAY.start, today=TODAY)
        assert (await budget_status(look, as_customer(town.ravi), month=MAY.start, today=TODAY)).budgets == []


async def test_a_payment_far_above_the_usual_is_told_with_its_figures(database: Database, town: Town) -> None:
    for number in range(8):
        await spend(database, town, noon(date(2026, 3, 1) + timedelta(days=7 * number)), 1_000 + number)
    odd = await spend(database, town, noon(TODAY), 9_000)
    await spend(database, town, noon(TODAY), 1_100)
    async with database.look() as look:
        [found] = (await find_anomalies(look, as_customer(town.asha), period=MAY)).anomalies
    assert (found.kind, found.transaction_ids) == (AnomalyKind.UNUSUAL_AMOUNT, [odd.id])
    assert (found.amount_minor, found.usual_minor, found.compared_with) == (9_000, 1_004, 8)
    assert found.reason == ("₹90.00 to Ravi is 9.0 times the usual ₹10.04, the median of 8 earlier payments to them.")


async def test_a_large_first_payment_and_an_expensive_month_are_told(database: Database, town: Town) -> None:
    async with database.unit() as session:
        dealer = await make_account(session, town.bank, await make_customer(session, name="Dealer"))
    for month in range(6):
        for day in range(1, 6):
            await spend(database, town, noon(add_months(date(2025, 12, 2 * day), month)), 200 + day + month)
    async with database.unit() as session:
        await pay(session, town.asha_account, dealer, 30_000, occurred_at=noon(TODAY), category="groceries")
    async with database.look() as look:
        found = (await find_anomalies(look, as_customer(town.asha), period=MAY)).anomalies
    assert {one.kind for one in found} == {AnomalyKind.NEW_PAYEE, AnomalyKind.UNUSUAL_MONTH}
    [month] = [one for one in found if one.kind is AnomalyKind.UNUSUAL_MONTH]
    totals = [sum(200 + day + number for day in range(1, 6)) for number in range(6)]
    # December holds the first entry, so January to April are the whole months before: the middle two are two and three.
    assert (month.amount_minor, month.compared_with) == (totals[5] + 30_000, 4)
    assert month.usual_minor == round((totals[2] + totals[3]) / 2)


async def test_the_calendar_holds_every_day_up_to_today(database: Database, town: Town) -> None:
    await spend(database, town, noon(date(2026, 1, 31)), 700)
    await spend(database, town, noon(TODAY), 50)
    async with database.look() as look:
        [rupees] = (await spend_calendar(look, as_customer(town.asha), year=2026, today=TODAY)).currencies
    assert [day.on for day in rupees.days] == [date(2026, 1, 1) + timedelta(days=n) for n in range(140)]
    assert {day.on: (day.spend_minor, day.payments) for day in rupees.days if day.payments} == {
        date(2026, 1, 31): (700, 1),
        TODAY: (50, 1),
    }


async def test_a_breakdown_has_shares_the_month_before_and_a_years_course(database: Database, town: Town) -> None:
    await spend(database, town, noon(date(2026, 4, 10)), 500)
    await spend(database, town, noon(date(2026, 4, 28)), 9_999)
    await spend(database, town, noon(date(2026, 5, 10)), 750)
    await spend(database, town, noon(date(2026, 5, 11)), 250, "fuel")
    async with database.look() as look:
        told = await breakdown(look, as_customer(town.asha), by="category", month=MAY.start, today=TODAY)
    [rupees] = told.currencies
    food, fuel = rupees.groups
    assert (food.label, food.spend_minor, food.spend_before_minor, food.share_percent) == ("Groceries", 750, 500, 75.0)
    assert (fuel.spend_minor, fuel.spend_before_minor, fuel.share_percent) == (250, 0, 25.0)
    assert [month.spend_minor for month in food.trend] == [0] * 10 + [10_499, 750]


async def crowd(database: Database, town: Town, count: int, category: str = "groceries") -> list[int]:
    """So many customers of the town's bank who spend 1,000, 2,000 ... in May."""
    async with database.unit() as session:
        for number in range(count):
            customer = await make_customer(session)
            account = await make_account(session, town.bank, customer)
            await pay(session, town.cash, account, 10_000_000)
            await pay(
                session, account, town.ravi_account, 1_000 * (number + 1), occurred_at=noon(TODAY), category=category
            )
    return [1_000 * (number + 1) for number in range(count)]


async def test_nothing_is_said_of_nineteen_peers_and_quartiles_of_twenty(database: Database, town: Town) -> None:
    await spend(database, town, noon(TODAY), 4_200)
    await spend(database, town, noon(TODAY), 99, "fuel")
    june = date(2026, 6, 2)
    await crowd(database, town, PEERS_MIN - 1)
    async with database.look() as look:
        with pytest.raises(TooFewPeers):
            await compare_with_peers(look, as_customer(town.asha), month=MAY.start, today=june)
    await crowd(database, town, 1)
    async with database.look() as look:
        told = await compare_with_peers(look, as_customer(town.asha), month=MAY.start, today=june)
    [food] = told.categories
    # Of 1,000, 1,000, 2,000 ... 19,000: the medians of the lower ten, of all, and of the upper ten.
    assert (food.lower_quartile_minor, food.median_minor, food.upper_quartile_minor) == (4_500, 9_500, 14_000)
    assert food.spend_minor == 4_200
    assert told.left_out == ["fuel"]


async def test_peers_are_of_the_same_bank_and_an_unfinished_month_is_not_compared(
    database: Database, town: Town
) -> None:
    await spend(database, town, noon(TODAY), 4_200)
    async with database.unit() as session:
        other = await make_town(session)
    await crowd(database, other, PEERS_MIN)
    async with database.look() as look:
        with pytest.raises(TooFewPeers):
            await compare_with_peers(look, as_customer(town.asha), month=MAY.start, today=date(2026, 6, 1))
        with pytest.raises(UnfinishedMonth):
            await compare_with_peers(look, as_customer(town.asha), month=MAY.start, today=date(2026, 5, 31))
        with pytest.raises(NotAllowed):
            staff = Principal("user:3", "", "", Role.STAFF, bank_id=town.bank.id)
            await compare_with_peers(look, staff, month=MAY.start, today=date(2026, 6, 1))
