"""The examiner itself: a right answer passes, a wrong one is caught, and the lazy floors are what they should be."""

from decimal import Decimal
from uuid import uuid4

import pytest

from agents.answer import Answer, Figure
from evals.exam import Case, Expected, load_suites
from evals.metrics import Verdict, floors, score, shares
from evals.run import SuiteReport, broken_gates


def case(expect: dict[str, object], **facts: object) -> Case:
    return Case.model_validate({"id": "one", "split": "test", "ask": "?", "expect": expect, **facts})


def answer(figure: Figure | None = None, status: str = "answered") -> Answer:
    figures = [figure] if figure else []
    return Answer(answer="text", status=status, figures=figures, conversation_id=uuid4())  # pyright: ignore[reportArgumentType]


def money(minor: int) -> Figure:
    return Figure(
        label="Groceries", value_minor=minor, currency="INR", unit="money", source="result 1, row 1, column spend"
    )


MONEY = {"unit": "money", "sql": "SELECT 1"}


def test_the_right_figure_is_exact() -> None:
    assert score(case(MONEY), 1250, answer(money(1250))).verdict is Verdict.EXACT


def test_another_figure_is_wrong_and_says_why() -> None:
    result = score(case(MONEY), 1250, answer(money(1251)))
    assert result.verdict is Verdict.WRONG
    assert "1250" in result.why
    assert "1251" in result.why


def test_a_right_number_of_another_unit_is_wrong() -> None:
    count = Figure(label="Payments", value=1250, unit="count", source="result 1, row 1, column count")
    assert score(case(MONEY), 1250, answer(count)).verdict is Verdict.WRONG


@pytest.mark.parametrize(("shown", "verdict"), [(65.14, Verdict.EXACT), (65.13, Verdict.WRONG), (65, Verdict.WRONG)])
def test_a_mean_of_counts_is_told_to_two_places(shown: float, verdict: Verdict) -> None:
    mean = Figure(label="Points on average", value=shown, unit="count", source="result 1, row 1, column points")
    wanted = case({"unit": "count", "sql": "SELECT 1"})
    assert score(wanted, Decimal("65.1369047619"), answer(mean)).verdict is verdict


def test_only_the_first_figure_counts() -> None:
    late = Answer(answer="text", status="answered", figures=[money(1), money(1250)], conversation_id=uuid4())
    assert score(case(MONEY), 1250, late).verdict is Verdict.WRONG


def test_answering_what_has_no_answer_is_wrong() -> None:
    assert score(case({"status": "out_of_scope"}), None, answer(money(5))).verdict is Verdict.WRONG


@pytest.mark.parametrize(("status", "verdict"), [("clarify", Verdict.CLARIFIED), ("out_of_scope", Verdict.REFUSED)])
def test_a_question_back_is_not_a_wrong_answer(status: str, verdict: Verdict) -> None:
    assert score(case(MONEY), 1250, answer(status=status)).verdict is verdict


def test_saying_no_data_is_right_only_when_there_is_none() -> None:
    assert score(case(MONEY), None, answer(status="no_data")).verdict is Verdict.EXACT
    assert score(case(MONEY), 1250, answer(status="no_data")).verdict is Verdict.WRONG


@pytest.mark.parametrize(("shown", "verdict"), [(12.5, Verdict.EXACT), (12.6, Verdict.EXACT), (12.8, Verdict.WRONG)])
def test_percentages_allow_for_one_decimal(shown: float, verdict: Verdict) -> None:
    percent = Figure(label="Share", value=shown, unit="percent", source="ratio")
    assert score(case({"unit": "percent", "sql": "SELECT 1"}), "12.5", answer(percent)).verdict is verdict


def test_gates_are_missed_when_an_answer_is_wrong() -> None:
    suites = [suite for suite in load_suites(["spending"]) if suite.suite == "spending"]
    wrong = [score(case(MONEY), 1, answer(money(2)))]
    right = [score(case(MONEY), 1, answer(money(1)))]
    assert broken_gates([SuiteReport(suites[0], wrong)])
    assert not broken_gates([SuiteReport(suites[0], right)])


def test_floors_show_what_laziness_scores() -> None:
    cases = [case({"status": "out_of_scope"}), case(MONEY)]
    assert floors(cases)["always_refuse"]["exact"] == 0.5
    assert floors(cases)["do_nothing"]["exact"] == 0.0
    assert shares([]) == {}


def test_an_answered_case_needs_its_figure() -> None:
    with pytest.raises(ValueError, match="needs a unit"):
        Expected(status="answered")


def test_the_shipped_suites_hold_forty_cases_in_both_splits() -> None:
    cases = [case for suite in load_suites() for case in suite.cases]
    assert len(cases) >= 40
    assert {case.split for case in cases} == {"dev", "test"}
