"""Why somebody asks is set apart from what they ask."""

import pytest

from agents.planner.clauses import REASON, clauses


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        (
            "What did I spend on groceries in May, so that I may plan the kitchen?",
            "What did I spend on groceries in May",
        ),
        ("As I shall be away, please tell me when the rent is due.", "please tell me when the rent is due"),
        ("In view of the frauds one reads of, how many payees were new in May?", "how many payees were new in May"),
        ("How much went to the gym because I never go?", "How much went to the gym"),
    ],
)
def test_a_reason_is_a_clause_of_its_own(question: str, asked: str) -> None:
    found = clauses(question)
    assert [one for one in found if not REASON.match(one)] == [asked]
    assert len(found) == 2


def test_what_is_held_between_two_whats_is_one_question() -> None:
    question = "What is the difference between what I spent on rent and what I spent on food?"
    assert len(clauses(question)) == 1


def test_since_a_day_is_no_reason() -> None:
    assert clauses("How much have I paid Netflix since March?") == ["How much have I paid Netflix since March"]


def test_refunds_are_taken_off_every_sum_and_need_no_words() -> None:
    assert clauses("Net of refunds, what did electronics cost in 2025?") == ["what did electronics cost in 2025"]
    assert clauses("after refunds or before?") == ["after refunds or before"]
