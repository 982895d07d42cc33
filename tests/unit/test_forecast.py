"""Forecasts of balances from plain movements: known payments land on their days, everyday life has a band."""

from collections.abc import Sequence
from datetime import date, timedelta
from random import Random
from uuid import UUID, uuid4

from core.insights.movements import Movement
from core.insights.projection import ForecastDay, Standing, plan, project
from core.insights.recurring import recurring_in
from core.periods import add_months

MINE, EMPLOYER, LANDLORD = uuid4(), uuid4(), uuid4()
TODAY = date(2026, 6, 30)


def moved(on: date, amount: int, other: UUID) -> Movement:
    return Movement(
        uuid4(), MINE, "Salary account", other, "Other", "transfer", "", "INR", amount, max(-amount, 0), on,
        is_own=False, is_refund=False,
    )  # fmt: skip


def salary_and_rent(months: int = 18) -> list[Movement]:
    first = add_months(TODAY.replace(day=1), -months)
    history = [moved(add_months(first, n), 10_000_000, EMPLOYER) for n in range(months + 1)]
    history += [moved(add_months(first, n).replace(day=5), -2_000_000, LANDLORD) for n in range(months + 1)]
    return sorted(history, key=lambda movement: movement.on)


def forecast_of(history: Sequence[Movement], days: int, orders: Sequence[Standing] = ()) -> list[ForecastDay]:
    series = recurring_in(history, TODAY)
    return project(history, series, plan(MINE, series, orders, TODAY, days), 50_000_000, TODAY, days)


def test_without_everyday_life_the_forecast_is_what_is_planned() -> None:
    days = {day.on: day for day in forecast_of(salary_and_rent(), 60)}
    assert days[date(2026, 7, 1)].balance_minor == 60_000_000
    assert days[date(2026, 7, 5)].balance_minor == 58_000_000
    assert days[date(2026, 8, 5)].balance_minor == 66_000_000
    assert list(days) == [TODAY + timedelta(days=n) for n in range(1, 61)]


def test_everyday_life_is_foreseen_and_the_band_holds_what_then_happens() -> None:
    dice = Random(7)
    start = TODAY - timedelta(days=540)
    daily = [moved(start + timedelta(days=n), -dice.randint(50_000, 250_000), uuid4()) for n in range(541)]
    history = sorted([*salary_and_rent(), *daily], key=lambda movement: movement.on)
    last = forecast_of(history, 30)[-1]
    expected = 50_000_000 + 10_000_000 - 2_000_000 - 30 * 150_000
    assert abs(last.balance_minor - expected) < 600_000
    assert last.low_minor is not None
    assert last.high_minor is not None
    assert last.low_minor < expected < last.high_minor
    assert last.high_minor - last.low_minor < 3_000_000


def test_a_standing_order_takes_the_place_of_its_series() -> None:
    order = Standing(MINE, LANDLORD, 2_500_000, (date(2026, 7, 10),))
    series = recurring_in(salary_and_rent(), TODAY)
    planned = plan(MINE, series, [order], TODAY, 30)
    assert [(payment.on, payment.amount_minor, payment.source) for payment in planned] == [
        (date(2026, 7, 1), 10_000_000, "recurring"),
        (date(2026, 7, 10), -2_500_000, "standing_order"),
    ]


def test_an_order_between_own_accounts_comes_in_on_the_other_one() -> None:
    order = Standing(uuid4(), MINE, 700, (date(2026, 7, 10),))
    [payment] = plan(MINE, [], [order], TODAY, 30)
    assert payment.amount_minor == 700


def test_an_account_too_young_to_tell_has_no_band() -> None:
    history = [moved(TODAY - timedelta(days=n), -100, uuid4()) for n in range(20, 0, -1)]
    assert [(day.balance_minor, day.low_minor) for day in forecast_of(history, 2)] == [(50_000_000, None)] * 2


def test_an_account_that_somebody_always_empties_stays_where_it_is() -> None:
    """What is planned alone would lead far away from it."""
    dice = Random(3)
    history: list[Movement] = []
    for month in range(18):
        first = add_months(date(2025, 1, 1), month)
        history.append(moved(first, 10_000_000, EMPLOYER))
        history.append(
            moved(first + timedelta(days=dice.randint(3, 20)), -10_000_000 + dice.randint(-500_000, 500_000), uuid4())
        )
    last = forecast_of(sorted(history, key=lambda movement: movement.on), 90)[-1]
    assert abs(last.balance_minor - 50_000_000) < 5_000_000


def test_the_band_holds_about_eight_of_ten_balances_that_wander() -> None:
    dice = Random(11)
    held: list[bool] = []
    for _ in range(60):
        moves = [round(dice.gauss(0, 100_000)) for _ in range(400)]
        history = [moved(TODAY - timedelta(days=399 - n), amount, uuid4()) for n, amount in enumerate(moves)]
        last = forecast_of(history, 30)[-1]
        assert last.low_minor is not None
        assert last.high_minor is not None
        became = 50_000_000 + sum(round(dice.gauss(0, 100_000)) for _ in range(30))
        held.append(last.low_minor <= became <= last.high_minor)
    assert 0.7 <= sum(held) / len(held) <= 0.95


def test_the_way_that_would_have_foretold_the_last_months_counts() -> None:
    """Salary and rent come as planned; whatever is saved is taken out at any time, and so the plan is wrong."""
    dice = Random(5)
    emptied = sorted(
        [
            *salary_and_rent(),
            *(moved(TODAY - timedelta(days=dice.randint(0, 540)), -8_000_000, uuid4()) for _ in range(18)),
        ],
        key=lambda movement: movement.on,
    )
    planned, drawn = forecast_of(salary_and_rent(), 90)[-1], forecast_of(emptied, 90)[-1]
    assert planned.balance_minor == 50_000_000 + 3 * 8_000_000
    assert abs(drawn.balance_minor - 50_000_000) < 12_000_000


def test_a_salary_comes_in_full_where_whatever_is_saved_goes_out_again() -> None:
    """The balance leads nowhere, and the day of the salary is known all the same."""
    dice = Random(1)
    history: list[Movement] = []
    for month in range(18):
        first = add_months(date(2025, 1, 10), month)
        history.append(moved(first, 10_000_000, EMPLOYER))
        history += [
            moved(first + timedelta(days=dice.randint(1, 27)), -dice.randint(0, 10_000_000), uuid4()) for _ in range(2)
        ]
    history = sorted((movement for movement in history if movement.on <= TODAY), key=lambda movement: movement.on)
    days = {day.on: day.balance_minor for day in forecast_of(history, 14)}
    assert abs(days[date(2026, 7, 1)] - 50_000_000) < 1_000_000
    assert 9_000_000 < days[date(2026, 7, 10)] - days[date(2026, 7, 9)] < 10_500_000


def test_a_young_account_is_not_expected_to_grow_as_it_did_at_first() -> None:
    old, young = (forecast_of(salary_and_rent(months), 90)[-1] for months in (18, 6))
    assert old.balance_minor == 50_000_000 + 3 * 8_000_000
    assert 50_000_000 - 3 * 8_000_000 < young.balance_minor < 50_000_000 + 8_000_000


def test_a_balance_that_leads_nowhere_comes_back_to_what_it_used_to_be() -> None:
    dice = Random(13)
    swings: list[Movement] = []
    for ago in range(540, 20, -9):
        amount = dice.randint(1_000_000, 4_000_000)
        swings += [
            moved(TODAY - timedelta(days=ago + days), sign * amount, uuid4()) for days, sign in ((5, 1), (0, -1))
        ]
    windfall = moved(TODAY, 40_000_000, uuid4())
    days = forecast_of([*swings, windfall], 80)
    soon, later = days[6], days[-1]
    assert later.balance_minor < soon.balance_minor < 50_000_000
    assert later.balance_minor < 50_000_000 - 10_000_000
