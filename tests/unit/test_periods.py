"""Calendar periods: borders, neighbours, leap years, time zones."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.periods import Period, Unit, today_in

days = st.dates(date(1900, 1, 1), date(2150, 12, 31))
KOLKATA = ZoneInfo("Asia/Kolkata")


@given(st.sampled_from(Unit), days)
def test_unit_of_a_day_holds_it_and_touches_its_neighbours(unit: Unit, day: date) -> None:
    period = Period.of(unit, day)
    assert period.holds(day)
    assert period.previous().end == period.start
    assert period.shifted(1).start == period.end
    assert period.previous() == Period.of(unit, period.previous().start)
    assert not period.holds(period.end)


@given(st.sampled_from(Unit), days, st.integers(-40, 40))
def test_shifting_there_and_back_is_nothing(unit: Unit, day: date, count: int) -> None:
    period = Period.of(unit, day)
    assert period.shifted(count).shifted(-count) == period


@pytest.mark.parametrize(
    ("unit", "day", "start", "end", "label"),
    [
        (Unit.DAY, date(2024, 2, 29), date(2024, 2, 29), date(2024, 3, 1), "29 February 2024"),
        (Unit.WEEK, date(2026, 3, 1), date(2026, 2, 23), date(2026, 3, 2), "23 February to 1 March 2026"),
        (Unit.MONTH, date(2024, 2, 1), date(2024, 2, 1), date(2024, 3, 1), "February 2024"),
        (Unit.MONTH, date(2023, 12, 31), date(2023, 12, 1), date(2024, 1, 1), "December 2023"),
        (Unit.QUARTER, date(2026, 6, 30), date(2026, 4, 1), date(2026, 7, 1), "April to June 2026"),
        (Unit.YEAR, date(2026, 7, 1), date(2026, 1, 1), date(2027, 1, 1), "2026"),
        (Unit.FISCAL_YEAR, date(2026, 3, 31), date(2025, 4, 1), date(2026, 4, 1), "FY 2025-26"),
        (Unit.FISCAL_YEAR, date(2026, 4, 1), date(2026, 4, 1), date(2027, 4, 1), "FY 2026-27"),
        (Unit.FISCAL_YEAR, date(1999, 12, 31), date(1999, 4, 1), date(2000, 4, 1), "FY 1999-00"),
    ],
)  # fmt: skip
def test_calendar_units(unit: Unit, day: date, start: date, end: date, label: str) -> None:
    period = Period.of(unit, day)
    assert (period.start, period.end, period.label) == (start, end, label)


def test_month_before_march_has_its_own_length() -> None:
    assert Period.of(Unit.MONTH, date(2024, 3, 5)).previous().days == 29
    assert Period.of(Unit.MONTH, date(2025, 3, 5)).previous().days == 28
    assert Period.of(Unit.YEAR, date(2024, 3, 5)).days == 366


def test_several_months_move_together() -> None:
    half_year = Period(date(2026, 1, 1), date(2026, 7, 1), Unit.MONTH)
    assert half_year.previous() == Period(date(2025, 7, 1), date(2026, 1, 1), Unit.MONTH)


def test_days_without_a_unit_move_by_their_number() -> None:
    assert Period(date(2026, 3, 3), date(2026, 3, 18)).previous() == Period(date(2026, 2, 16), date(2026, 3, 3))


def test_year_before_a_leap_day_ends_on_the_months_last_day() -> None:
    leap_day = Period.of(Unit.DAY, date(2024, 2, 29)).year_before()
    assert (leap_day.start, leap_day.end) == (date(2023, 2, 28), date(2023, 3, 1))


def test_period_that_ends_before_it_starts_cannot_be() -> None:
    with pytest.raises(ValueError, match="after it starts"):
        Period(date(2026, 1, 1), date(2026, 1, 1))


def test_borders_are_midnights_where_the_customer_lives() -> None:
    start, end = Period.of(Unit.MONTH, date(2026, 5, 1)).instants(KOLKATA)
    assert (start, end) == (datetime(2026, 4, 30, 18, 30, tzinfo=UTC), datetime(2026, 5, 31, 18, 30, tzinfo=UTC))


def test_day_of_a_clock_change_has_its_true_length() -> None:
    spring, autumn = date(2026, 3, 29), date(2026, 10, 25)
    hours = [
        (end - start).total_seconds() / 3600
        for day in (spring, autumn)
        for start, end in [Period.of(Unit.DAY, day).instants(ZoneInfo("Europe/Prague"))]
    ]
    assert hours == [23, 25]


def test_today_depends_on_where_one_is() -> None:
    now = datetime(2026, 5, 31, 19, 0, tzinfo=UTC)
    assert today_in(KOLKATA, now) == date(2026, 6, 1)
    assert today_in(ZoneInfo("America/New_York"), now) == date(2026, 5, 31)
