"""Amounts of money, read by somebody whose payments are in rupees."""

import pytest

from agents.planner.amounts import read_amounts
from agents.planner.words import normalise


def bounds(text: str) -> list[tuple[int | None, int | None, str | None]]:
    return [(m.value.low_minor, m.value.high_minor, m.value.currency) for m in read_amounts(normalise(text), "INR")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("over Rs 5k", (500_001, None, "INR")),
        ("above ₹2.5 lakh", (25_000_001, None, "INR")),
        ("1 crore", (1_000_000_000, 1_000_000_000, None)),
        ("at least 2,50,000", (25_000_000, None, None)),
        ("5000+", (500_000, None, None)),
        ("under 500", (None, 49_999, None)),
        ("at most 500 rupees", (None, 50_000, "INR")),
        ("500 or less", (None, 50_000, None)),
        ("between 100 and 200", (10_000, 20_000, None)),
        ("between 5 and 10k", (500_000, 1_000_000, None)),
        ("from 100 to 200 rupees", (10_000, 20_000, "INR")),
        ("payment of 499", (49_900, 49_900, None)),
        ("₹1,284.50", (128_450, 128_450, "INR")),
        ("about 500", (45_000, 55_000, None)),
        ("a thousand pounds", (100_000, 100_000, "GBP")),
        ("more than CZK 1 000", (100_001, None, "CZK")),
        ("above ¥500", (501, None, "JPY")),
        ("which day did the 78,000 go out", (7_800_000, 7_800_000, None)),
        ("who did i pay 28,629 to", (2_862_900, 2_862_900, None)),
        ("some people sent thomas sharma the same 3,323 on 7 october", (332_300, 332_300, None)),
        ("what about 500 rupee payments", (50_000, 50_000, "INR")),
        ("what was that 51328 payment", (5_132_800, 5_132_800, None)),
        ("is 1844 for electricity too much", (184_400, 184_400, None)),
        ("can i afford a 60000 phone", (6_000_000, 6_000_000, None)),
        ("who did i pay 17650", (1_765_000, 1_765_000, None)),
        ("is 51,328 to farida khan the largest payment to her", (5_132_800, 5_132_800, None)),
    ],
)
def test_an_amount_has_its_bounds(text: str, expected: tuple[int | None, int | None, str | None]) -> None:
    assert bounds(text) == [expected]


def test_what_was_sent_to_the_asker_is_read_apart_from_how_much() -> None:
    [amount] = read_amounts("who sent me 5000", "INR")
    assert "who sent me 5000"[amount.start :] == "5000"


@pytest.mark.parametrize(
    "text",
    [
        "top 5 merchants",
        "over 3 months",
        "last 5 payments",
        "more than 3 times",
        "in 2025",
        "of 2025",
        "i keep 12,000 for groceries",
        "i pay myself 15,000 a month",
        "the 1,234 payments",
        "it came to 1,844 this time",
        "i think it was 1844",
        "the account ending 4821",
        "my card 4417",
        "the last 365 days",
        "spent 2025",
        "tell it in 500 words",
        "150 percent of rent",
    ],
)
def test_other_numbers_are_no_money(text: str) -> None:
    assert bounds(text) == []
