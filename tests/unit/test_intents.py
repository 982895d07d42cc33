"""The shipped classifier, and what it makes of clauses that the grammar stumbles over, agrees with, or misreads."""

from collections import Counter
from dataclasses import replace
from datetime import date

import pytest

from agents.intents.classifier import Classifier, Wants
from agents.intents.intent import OFF_LIMITS, Intent
from agents.intents.plain import plain
from agents.intents.train import QUESTIONS, examples
from agents.plan import Operation
from agents.planner.clause import Clause
from agents.planner.clauses import clauses
from agents.planner.frame import Topic
from agents.planner.intended import intended, meanings
from agents.planner.names import Names
from agents.planner.reading import Reader
from agents.planner.understanding import understand
from agents.planner.weighing import Understood
from agents.scope import Counterparty, Scope
from core.insights.query import Measure
from rag.embedder import MiniLm

SCOPE = Scope(
    counterparties=(
        Counterparty("Swiggy", "eating_out", 40),
        Counterparty("Urja Power Distribution", "utilities", 12),
        Counterparty("Jal Nigam Water", "utilities", 12),
        Counterparty("Roshni Trust", "gifts", 3),
        Counterparty("Rohan Khan", "transfer", 9),
    ),
    accounts=(),
    channels=("upi", "card"),
    categories=("groceries", "eating_out", "utilities"),
    currencies=("INR",),
    first_day=date(2025, 1, 1),
    last_day=date(2026, 6, 14),
)
TODAY = date(2026, 6, 15)


@pytest.fixture(scope="module")
def classifier() -> Classifier:
    return Classifier.load(MiniLm.load())


@pytest.fixture(scope="module")
def understood(classifier: Classifier):  # a function of the question
    reader = Reader(SCOPE, Names(SCOPE), TODAY, classifier.vocabulary)

    def of(question: str, *, has_last: bool = False) -> list[Understood]:
        readings = [reader.read(clause) for clause in clauses(question)]
        wants = classifier.wants([plain(reading) for reading in readings])
        asked = [replace(reading, wants=want) for reading, want in zip(readings, wants, strict=True)]
        return understand(asked, SCOPE.currencies, has_last=has_last)

    return of


def test_every_intent_has_examples_of_several_writers() -> None:
    found = examples()
    writers = {intent: {e.writer for e in found if e.intent is intent} for intent in Intent}
    assert min(len(names) for names in writers.values()) >= 4
    assert min(Counter(e.intent for e in found).values()) >= 40


def test_labelled_questions_are_told_apart_from_each_other() -> None:
    lines = QUESTIONS.read_text().splitlines()
    assert len(set(lines)) == len(lines) > 5_000


def test_shipped_weights_know_what_they_were_made_of(classifier: Classifier) -> None:
    """A spot check that weights and questions belong together: what was learned is told rightly."""
    found = examples()[::40]
    wants = classifier.wants([example.text for example in found])
    right = sum(want.first is example.intent for want, example in zip(wants, found, strict=True))
    assert right / len(found) > 0.9


def test_probabilities_sum_to_one(classifier: Classifier) -> None:
    (wants,) = classifier.wants(["how much did i spend on groceries last month"])
    assert sum(probability for _, probability in wants.ranked) == pytest.approx(1, abs=1e-4)
    assert wants.of(*Intent) == pytest.approx(1, abs=1e-4)
    assert Wants().first is None
    assert Wants().confidence == 0


def test_unknown_words_that_name_nothing_are_let_pass(understood) -> None:
    (one,) = understood("machi how much did i blow on eating out last mnth")
    assert one.reading.unknown == ()
    assert (one.parsed.frame.measure, one.parsed.frame.ask) == (Measure.SPEND, Operation.VALUE)


@pytest.mark.parametrize(
    "question", ["how much did I spend on zumba last month", "violin fees in May", "paid to Xyzzy?"]
)
def test_unknown_words_that_name_something_are_asked_about(understood, question: str) -> None:
    assert understood(question)[0].reading.unknown


def test_a_story_beside_a_question_is_dropped_and_lends_whom_it_names(understood) -> None:
    told = understood(
        "Rohan Khan is a dear boy and always returns what he owes. How much has he sent to me altogether?"
    )
    assert len(told) == 1
    assert [f.values for f in told[0].parsed.frame.objects] == [("Rohan Khan",)]


def test_a_story_lends_no_category_that_the_question_does_not_point_at(understood) -> None:
    told = understood("Salary landed on 1 June and I feel broke. How much have I spent from 1 June to 10 June?")
    assert [one.parsed.frame.objects for one in told] == [()]


def test_common_words_are_no_names(understood) -> None:
    (one,) = understood("I do not trust averages, what is my median payment in May?")
    assert one.parsed.frame.objects == one.parsed.frame.without == ()


def test_a_kind_of_payee_is_found_by_its_name(understood) -> None:
    (one,) = understood("what did electricity cost me in May")
    assert [f.values for f in one.parsed.frame.objects] == [("Urja Power Distribution",)]


@pytest.mark.parametrize(
    ("question", "topic"),
    [
        ("what will my balance be at the end of the month", Topic.FORECAST),
        ("can I afford a phone for 30,000 this month", Topic.FORECAST),
        ("did anyone charge me twice in May", Topic.DUPLICATES),
        ("was anything out of the ordinary in May", Topic.UNUSUAL),
        ("which subscriptions am I paying for", Topic.RECURRING),
    ],
)
def test_topics_are_told_by_meaning(understood, question: str, topic: Topic) -> None:
    assert understood(question)[0].parsed.frame.topic is topic


@pytest.mark.parametrize(
    "question", ["tell me a joke about bankers", "please block my card", "should I buy gold or save for a car"]
)
def test_what_payments_do_not_answer_is_told_by_meaning(understood, question: str) -> None:
    one = understood(question)[0]
    assert one.intent in OFF_LIMITS or one.reading.refusal is not None


def test_an_intent_and_its_frame_mean_the_same(classifier: Classifier) -> None:
    reading = Reader(SCOPE, Names(SCOPE), TODAY, classifier.vocabulary).read(
        "payments to Swiggy over 500 in May by month"
    )
    for intent in Intent:
        frame = intended(intent, Clause(reading))
        if frame is not None and frame.ask is not Operation.VERSUS:
            assert intent in meanings(frame) or intent in _NEIGHBOURS, intent


_NEIGHBOURS = {
    Intent.SHARE_OF_INCOME, Intent.DAYS_SINCE, Intent.COUNT_DAYS, Intent.COMPARE, Intent.DIFFERENCE,
    Intent.TOP_CUSTOMERS, Intent.FAILED_SHARE,
}  # fmt: skip
"""Told apart within their frames by more than the operation."""


def test_the_second_most_is_the_second_of_a_rank(understood) -> None:
    (one,) = understood("which shop got the second most from me in May")
    assert (one.parsed.frame.ask, one.parsed.frame.position) == (Operation.RANK, 2)
