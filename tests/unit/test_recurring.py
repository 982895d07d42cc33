"""What comes back and what does not: days and amounts in, series out. No database."""

from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest

from core.insights.movements import Movement
from core.insights.recurring import RecurringPayment, due_between, recurring_in
from core.insights.rhythm import Interval
from core.periods import add_months

MINE, SHOP = uuid4(), uuid4()
FIRST = date(2025, 1, 5)


def paid(on: date, amount: int = 49_900, *, to: UUID = SHOP, note: str = "CARD SI", refund: bool = False) -> Movement:
    return Movement(
        uuid4(), MINE, "Salary account", to, "Shop", "subscriptions", note, "INR", -amount, amount, on,
        is_own=False, is_refund=refund,
    )  # fmt: skip


def monthly(count: int, amount: int = 49_900, first: date = FIRST) -> list[Movement]:
    return [paid(add_months(first, number), amount) for number in range(count)]


def found_in(history: Sequence[Movement], today: date) -> list[RecurringPayment]:
    return recurring_in(sorted(history, key=lambda movement: movement.on), today)


def only(history: Sequence[Movement], today: date) -> RecurringPayment:
    [series] = found_in(history, today)
    return series


@pytest.mark.parametrize(
    ("interval", "days"),
    [
        (Interval.WEEKLY, [FIRST + timedelta(weeks=n) for n in range(8)]),
        (Interval.FORTNIGHTLY, [FIRST + timedelta(weeks=2 * n) for n in range(6)]),
        (Interval.FOUR_WEEKLY, [FIRST + timedelta(weeks=4 * n) for n in range(6)]),
        (Interval.MONTHLY, [add_months(FIRST, n) for n in range(6)]),
        (Interval.QUARTERLY, [add_months(FIRST, 3 * n) for n in range(4)]),
        (Interval.HALF_YEARLY, [add_months(FIRST, 6 * n) for n in range(3)]),
        (Interval.YEARLY, [add_months(FIRST, 12 * n) for n in range(2)]),
    ],
)
def test_each_interval_is_told_and_the_next_day_with_it(interval: Interval, days: list[date]) -> None:
    *known, coming = days
    series = only([paid(day) for day in days], days[-1])
    assert (series.interval, series.payments, series.status) == (interval, len(days), "active")
    if len(known) >= 3:
        assert only([paid(day) for day in known], known[-1]).next_on == coming


def test_a_salary_on_the_last_working_day_is_monthly_and_next_due_on_the_last_working_day() -> None:
    days = ["2026-01-30", "2026-02-27", "2026-03-31", "2026-04-30", "2026-05-29", "2026-06-30", "2026-07-31"]
    *known, coming = map(date.fromisoformat, days)
    series = only([paid(day) for day in known], known[-1])
    assert (series.interval, series.next_on) == (Interval.MONTHLY, coming)


def test_a_bill_on_the_31st_falls_on_the_last_day_of_shorter_months() -> None:
    days = [date(2025, 10, 31), date(2025, 11, 30), date(2025, 12, 31), date(2026, 1, 31)]
    assert only([paid(day) for day in days], days[-1]).next_on == date(2026, 2, 28)


def test_weekends_and_holidays_move_a_payment_without_breaking_its_series() -> None:
    days = ["2026-01-05", "2026-02-05", "2026-03-05", "2026-04-07", "2026-05-05", "2026-06-08", "2026-07-06"]
    series = only([paid(date.fromisoformat(day)) for day in days], date(2026, 7, 10))
    assert (series.interval, series.payments, series.next_on) == (Interval.MONTHLY, 7, date(2026, 8, 5))


def test_a_missed_month_is_counted_and_the_series_goes_on() -> None:
    history = monthly(9)
    del history[4]
    series = only(history, history[-1].on)
    assert (series.payments, series.missed, series.status) == (8, 1, "active")


def test_a_new_price_is_told_with_its_day_and_is_what_comes_next() -> None:
    history = [*monthly(8), *monthly(4, 64_900, add_months(FIRST, 8))]
    series = only(history, history[-1].on)
    assert [change.model_dump() for change in series.price_changes] == [
        {"on": add_months(FIRST, 8), "from_minor": 49_900, "to_minor": 64_900}
    ]
    assert (series.amount, series.amount_minor, series.a_year_minor) == ("fixed", 64_900, 12 * 64_900)


def test_two_subscriptions_with_one_payee_are_two() -> None:
    history = [*monthly(8), *monthly(8, 12_900, date(2025, 1, 20))]
    assert {series.amount_minor for series in found_in(history, date(2025, 8, 21))} == {49_900, 12_900}


def test_a_deposit_beside_the_rent_leaves_the_rent_as_it_is() -> None:
    history = [*monthly(10, 2_000_000), paid(date(2025, 3, 17), 6_000_000)]
    series = only(history, date(2025, 10, 6))
    assert (series.payments, series.amount_minor, series.amount) == (10, 2_000_000, "fixed")


def test_a_bill_that_varies_is_expected_at_the_median_of_the_last_six() -> None:
    amounts = [150_000, 162_000, 141_000, 155_000, 170_000, 149_000, 160_000]
    history = [paid(add_months(FIRST, n), amount) for n, amount in enumerate(amounts)]
    series = only(history, history[-1].on)
    # of 162, 141, 155, 170, 149, 160 the middle two are 155 and 160
    assert (series.amount, series.amount_minor) == ("varies", 157_500)


def test_what_did_not_come_is_late_and_then_stopped() -> None:
    history = monthly(6)
    due = add_months(FIRST, 6)
    statuses = {days: only(history, due + timedelta(days=days)).status for days in (4, 5, 15, 16)}
    assert statuses == {4: "active", 5: "late", 15: "late", 16: "stopped"}
    assert due_between(only(history, due + timedelta(days=16)), due, add_months(due, 3)) == []


def test_what_is_late_is_expected_at_once_and_then_on_its_days() -> None:
    history = monthly(6)
    today = add_months(FIRST, 6) + timedelta(days=8)
    tomorrow = today + timedelta(days=1)
    expected = [tomorrow, add_months(FIRST, 7), add_months(FIRST, 8)]
    assert due_between(only(history, today), tomorrow, add_months(FIRST, 9)) == expected


@pytest.mark.parametrize(
    "history",
    [
        monthly(2),
        [paid(FIRST + timedelta(days=gap), 100 * gap + 5_000) for gap in (0, 2, 3, 7, 8, 15, 16, 20, 29, 31, 44, 45)],
        [paid(add_months(FIRST, n), amount) for n, amount in enumerate((5_000, 90_000, 12_000, 400_000))],
        [paid(add_months(FIRST, n), refund=True) for n in range(8)],
        [paid(add_months(FIRST, n), to=uuid4()) for n in range(8)],
    ],
    ids=["two of a month", "shopping", "four of any size", "refunds", "eight payees"],
)
def test_what_is_no_series(history: list[Movement]) -> None:
    assert found_in(history, history[-1].on) == []


def test_interest_is_found_among_other_payments_of_the_bank() -> None:
    interest = [
        paid(add_months(date(2025, 3, 31), 3 * n), 10_000 * (1 + n % 3), note=f"INTEREST {n}") for n in range(6)
    ]
    others = [paid(date(2025, 2, 1) + timedelta(days=71 * n), 5_000_000 + n, note="FD MATURITY") for n in range(3)]
    series = only([*interest, *others], date(2026, 7, 1))
    assert (series.interval, series.payments, series.amount) == (Interval.QUARTERLY, 6, "varies")


def test_the_same_history_gives_the_same_series() -> None:
    history = [*monthly(8), *monthly(8, 12_900, date(2025, 1, 20))]
    assert found_in(history, date(2025, 8, 21)) == found_in(list(history), date(2025, 8, 21))
