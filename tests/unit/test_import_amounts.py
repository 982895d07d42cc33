"""Printed amounts and dates: what they mean, and what is refused because it could mean two things."""

from datetime import UTC, date, datetime, time
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.imports.amounts import parse_amount
from core.imports.dates import check_format, parse_moment
from core.money import Money

KOLKATA = ZoneInfo("Asia/Kolkata")
PRAGUE = ZoneInfo("Europe/Prague")


@pytest.mark.parametrize(
    ("text", "currency", "decimal", "minor"),
    [
        ("1.234,56", "EUR", ",", 123456),
        ("(12.00)", "INR", ".", -1200),
        ("(₹12.00)", "INR", ".", -1200),
        ("1 234,50-", "CZK", ",", -123450),
        ("1\u00a0234,50", "CZK", ",", 123450),
        ("1\u202f234,5", "EUR", ",", 123450),
        ("₹1,28,402.00", "INR", ".", 12840200),
        ("Rs. 500.00", "INR", ".", 50000),
        ("12.00 Dr", "INR", ".", -1200),
        ("12.00Cr", "INR", ".", 1200),
        ("1,234.00 (Dr)", "INR", ".", -123400),
        ("\u22125.50", "EUR", ".", -550),
        ("-$1,000.00", "USD", ".", -100000),
        ("$-3", "USD", ".", -300),
        ("1'234.50", "CHF", ".", 123450),
        ("100", "JPY", ".", 100),
        ("1.234", "BHD", ".", 1234),
        ("+7", "INR", ".", 700),
        (".5", "INR", ".", 50),
        ("12,50EUR", "EUR", ",", 1250),
        ("0012.50", "EUR", ".", 1250),
    ],
)
def test_printed_amount_is_exact_money(text: str, currency: str, decimal: str, minor: int) -> None:
    assert parse_amount(text, currency, decimal=decimal) == Money(minor, currency)


@pytest.mark.parametrize(
    "text",
    ["", "abc", "12,34", "1.234", "1,2,3", "1,23.4,5", "--5", "-5-", "(-5)", "-5 Dr", "(5", "5)", "1e5", "NaN",
     "Infinity",
     "=1+1", "١٢", "USD 5", "€5", "1 2", "0x10", "1_000", "9" * 100],
)  # fmt: skip
def test_ambiguous_or_foreign_amount_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(ValueError, match=r"\w+ \w+"):
        parse_amount(text, "INR")


@given(st.integers(-(10**15), 10**15), st.sampled_from([(",", "."), (".", ","), (" ", ","), ("'", "."), ("", ".")]))
def test_every_amount_survives_being_printed(minor: int, signs: tuple[str, str]) -> None:
    grouping, decimal = signs
    printed = f"{Decimal(minor).scaleb(-2):,.2f}".translate({ord(","): grouping, ord("."): decimal})
    assert parse_amount(printed, "EUR", decimal=decimal).amount_minor == minor


@given(st.text(max_size=70))
def test_any_text_is_an_amount_or_a_value_error(text: str) -> None:
    try:
        assert isinstance(parse_amount(text, "INR").amount_minor, int)
    except ValueError as refusal:
        assert str(refusal)


@pytest.mark.parametrize(
    ("text", "form", "day"),
    [
        ("930131", "%y%m%d", date(1993, 1, 31)),
        ("31/01/2026", "%d/%m/%Y", date(2026, 1, 31)),
        ("01-Feb-26", "%d-%b-%y", date(2026, 2, 1)),
        ("2026-02-28", "iso", date(2026, 2, 28)),
        ("41", "days since 2024-01-01", date(2024, 2, 11)),
    ],
)
def test_date_without_a_time_is_noon_of_that_day_and_can_be_told_from_noon(text: str, form: str, day: date) -> None:
    moment = parse_moment(text, (form,), PRAGUE)
    assert (moment.day, moment.at) == (day, None)
    assert moment.instant(PRAGUE).astimezone(PRAGUE).replace(tzinfo=None) == datetime.combine(day, time(12, 0, 0, 1))


def test_time_of_day_is_local_unless_it_carries_an_offset() -> None:
    local = parse_moment("2/8/16 143207", ("%d/%m/%y %H%M%S",), KOLKATA)
    assert local.instant(KOLKATA) == datetime(2016, 8, 2, 9, 2, 7, tzinfo=UTC)
    offset = parse_moment("2024-01-01T20:00:12Z", ("iso",), KOLKATA)
    assert (offset.day, offset.instant(KOLKATA)) == (date(2024, 1, 2), datetime(2024, 1, 1, 20, 0, 12, tzinfo=UTC))
    epoch = parse_moment("1704139212", ("seconds since 1970-01-01",), KOLKATA)
    assert epoch.instant(KOLKATA) == datetime(2024, 1, 1, 20, 0, 12, tzinfo=UTC)


@pytest.mark.parametrize("text", ["", "31/02/2026", "2026-13-01", "tomorrow", "0001-01-01", "9999-12-31", "1" * 400])
def test_day_that_does_not_exist_is_refused_with_the_formats_tried(text: str) -> None:
    with pytest.raises(ValueError, match="is not a date in the format iso or %d/%m/%Y"):
        parse_moment(text, ("iso", "%d/%m/%Y"), PRAGUE)


@pytest.mark.parametrize("form", ["DD/MM/YYYY", "", "%Q", "days since yesterday"])
def test_date_format_that_is_none_says_what_would_work(form: str) -> None:
    with pytest.raises(ValueError, match="is not a date format"):
        check_format(form)
