"""Ordinals: the place that is asked for, apart from what ranks."""

import pytest

from agents.planner.ordinals import placed


@pytest.mark.parametrize(
    ("question", "plain", "place"),
    [
        ("my second biggest payment in may", "my biggest payment in may", 2),
        ("the 3rd highest bill", "the highest bill", 3),
        ("which category came second last month?", "which category was the highest last month?", 2),
        ("which shop is in third place?", "which shop was the highest?", 3),
        ("what did i spend on 2nd may", "what did i spend on 2nd may", 1),
        ("the second payment to swiggy", "the first payment to swiggy", 2),
        ("my last but one payment", "my last payment", 2),
        ("the third last bill", "the last bill", 3),
        ("my second card", "my second card", 1),
        ("spending in the third quarter", "spending in the third quarter", 1),
    ],
)
def test_a_place_is_told_apart_from_what_ranks(question: str, plain: str, place: int) -> None:
    assert placed(question) == (plain, place)
