"""The examiner of retrieval: what counts as found, and questions that have a memory behind each of their words."""

import re
from datetime import date
from importlib.util import find_spec
from uuid import UUID, uuid4

import pytest
import yaml

from core.identity.access import Principal, Role
from core.periods import Period
from evals.exam import FOLDER
from evals.id_based import ragas_shares
from evals.retrieval import (
    AUTHORS,
    POINTED_MAX,
    Asker,
    Case,
    RetrievalReport,
    Wordings,
    is_find,
    named_period,
    score,
    shares,
)
from rag.retriever import Hit

MEANT = uuid4()


def others(count: int) -> tuple[UUID, ...]:
    return tuple(uuid4() for _ in range(count))


def hit(*told: UUID) -> Hit:
    day = date(2026, 3, 7)
    return Hit(uuid4(), "transaction", uuid4(), "", 1.0, None, (), told, Period(day, day.replace(day=8)))


def case(*right: UUID) -> Case:
    asker = Asker(Principal("exam", "", "", Role.CUSTOMER), "middle tenth")
    return Case("vet", "test", "Gerald", "the vet", asker, frozenset(right))


def test_a_short_list_with_a_right_payment_is_a_find_and_a_long_one_is_not() -> None:
    assert is_find((MEANT, *others(POINTED_MAX - 1)), frozenset({MEANT}))
    assert not is_find((MEANT, *others(POINTED_MAX)), frozenset({MEANT}))
    assert not is_find(others(1), frozenset({MEANT}))
    assert not is_find((), frozenset({MEANT}))


def test_a_long_list_is_a_find_if_most_of_it_is_right() -> None:
    right = others(20)
    assert is_find((*right, *others(19)), frozenset(right))
    assert not is_find((*right, *others(20)), frozenset(right))


def test_a_score_is_the_rank_of_the_first_find_and_the_shares_of_all_ids() -> None:
    second = others(1)[0]
    found = score(case(MEANT, second), [hit(*others(2)), hit(MEANT, *others(1)), hit(MEANT)])
    assert (found.rank, found.precision, found.recall) == (2, 1 / 4, 1 / 2)
    assert score(case(MEANT), []).rank is None


def test_shares_are_means_over_the_questions() -> None:
    found = shares([score(case(MEANT), [hit(MEANT)]), score(case(MEANT), [hit(*others(1))])])
    assert (found["recall_at_10"], found["mrr"], found["questions"]) == (0.5, 0.5, 2)
    assert shares([]) == {}


def test_the_report_looks_at_the_test_split_of_the_whole_retriever() -> None:
    right, wrong = score(case(MEANT), [hit(MEANT)]), score(case(MEANT), [])
    chance: dict[str, float] = {"dev": 0.1, "test": 0.2}
    report = RetrievalReport({"hybrid": [right], "text alone": [wrong]}, chance, {"dev": 0.5, "test": 1.0})
    assert report.metrics["recall_at_10"] == 1
    assert report.metrics["nothing_found"] == 1
    document = report.document()
    assert document["floors"] == {"any_ten": {"recall_at_10": 0.2}}
    assert document["failures"] == []


@pytest.mark.parametrize("file", [file for files in AUTHORS.values() for file in files])
def test_an_author_words_known_memories_and_fills_in_only_what_they_know(file: str) -> None:
    memories = yaml.safe_load((FOLDER / "retrieval" / "memories.yaml").read_text())
    author = Wordings.model_validate(yaml.safe_load((FOLDER / "retrieval" / file).read_text()))
    assert author.questions.keys() <= {memory["memory"] for memory in memories}
    assert sum(map(len, author.questions.values())) > 40
    for memory in memories:
        for question in author.questions.get(memory["memory"], []):
            words = re.findall(r"{(\w+)}", question)
            assert all(re.search(rf"\b{word}\b", memory["sql"]) for word in words), question


@pytest.mark.skipif(find_spec("ragas") is None, reason="the evals extra is not installed")
@pytest.mark.filterwarnings("ignore")
async def test_ragas_says_the_same_of_ids(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAGAS_DO_NOT_TRACK", "true")
    second, third = others(2)
    scores = [
        score(case(MEANT, second), [hit(*others(2)), hit(MEANT, third)]),
        score(case(MEANT), [hit(MEANT)]),
        score(case(MEANT), []),
    ]
    theirs = await ragas_shares(scores)
    found = scores[:2]
    assert theirs == pytest.approx(
        {
            "ragas_id_precision": sum(each.precision for each in found) / 2,
            "ragas_id_recall": sum(each.recall for each in found) / 2,
        }
    )
    assert await ragas_shares(scores[2:]) is None


@pytest.mark.parametrize(
    ("question", "start"),
    [
        ("the vet in March 2026", date(2026, 3, 1)),
        ("did the shop ever pay me back in March 2026", date(2026, 3, 1)),
        ("the vet in March", None),
        ("did the shop ever pay me back", None),
        ("2099 for Ravi", None),
    ],
)
def test_a_question_is_asked_within_the_period_that_it_names(question: str, start: date | None) -> None:
    period = named_period(question, date(2026, 11, 22))
    assert (period and period.start) == start
