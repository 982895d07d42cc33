"""Money loses nothing, whatever is done to it."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from core.money import Currency, Money, MoneyView, exponent

amounts = st.integers(-(10**18), 10**18)
weights = st.lists(st.integers(0, 10**6), min_size=1, max_size=30).filter(any)


@given(amounts, weights)
def test_parts_sum_to_the_whole(amount: int, shares: list[int]) -> None:
    parts = Money(amount, "INR").split(shares)
    assert sum(part.amount_minor for part in parts) == amount


@given(amounts, weights)
def test_each_part_is_within_one_unit_of_its_share(amount: int, shares: list[int]) -> None:
    total = sum(shares)
    for part, share in zip(Money(amount, "INR").split(shares), shares, strict=True):
        assert abs(part.amount_minor * total - amount * share) < total


@given(amounts, weights)
def test_who_has_no_weight_gets_nothing(amount: int, shares: list[int]) -> None:
    parts = Money(amount, "INR").split([*shares, 0])
    assert parts[-1].amount_minor == 0


@pytest.mark.parametrize("shares", [[], [0], [0, 0], [3, -1], [-1]])
def test_split_by_weights_that_mean_nothing_is_refused(shares: list[int]) -> None:
    with pytest.raises(ValueError, match="weights"):
        Money(100, "INR").split(shares)


@given(amounts, st.sampled_from(["INR", "JPY", "BHD", "EUR"]))
def test_decimal_string_goes_there_and_back(amount: int, currency: str) -> None:
    money = Money(amount, currency)
    assert Money.parse(money.amount, currency) == money
    assert "E" not in money.amount


@pytest.mark.parametrize(
    ("currency", "digits", "shown"), [("INR", 2, "-12.50"), ("JPY", 0, "-1250"), ("BHD", 3, "-1.250")]
)
def test_currencies_differ_in_exponent(currency: str, digits: int, shown: str) -> None:
    assert exponent(currency) == digits
    assert Money(-1250, currency).amount == shown


@pytest.mark.parametrize(("text", "currency"), [("1.234", "INR"), ("1.5", "JPY"), ("1.2345", "BHD")])
def test_text_with_more_digits_than_the_currency_knows_is_refused(text: str, currency: str) -> None:
    with pytest.raises(ValueError, match="more decimals"):
        Money.parse(text, currency)


@pytest.mark.parametrize(("amount", "rate", "result"), [(5, "0.5", 2), (15, "0.1", 2), (-5, "0.5", -2), (7, "0.5", 4)])
def test_rates_round_once_half_to_even(amount: int, rate: str, result: int) -> None:
    assert Money(amount, "INR").scaled(Decimal(rate)) == Money(result, "INR")


def test_rate_is_exact_beyond_what_a_float_holds() -> None:
    assert Money(10**17 + 1, "INR").scaled(Decimal(1)) == Money(10**17 + 1, "INR")


def test_two_currencies_have_no_sum() -> None:
    with pytest.raises(ValueError, match="INR and USD"):
        _ = Money(1, "INR") + Money(1, "USD")


@pytest.mark.parametrize("code", ["inr", "RUPEE", "", "XX", "ABC", "IN\n"])
def test_code_outside_iso_4217_is_no_currency(code: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Currency).validate_python(code)


def test_rupees_show_in_lakhs() -> None:
    assert Money(12_840_200, "INR").display() == "₹1,28,402.00"


def test_view_carries_the_exact_and_the_readable() -> None:
    view = MoneyView.of(Money(1250, "INR"))
    assert view.model_dump() == {"amount_minor": 1250, "currency": "INR", "amount": "12.50"}
