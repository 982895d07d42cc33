"""Senses: what a question is about, whichever words it has for it; and the season that it names."""

from datetime import date

import numpy as np
import pytest
import yaml

from core.categories import BY_SLUG
from core.periods import Period, Unit
from rag.embedder import MiniLm, built_in
from rag.seasons import season_of, times_named
from rag.senses.reader import NOTHING, SenseReader, reader_of
from rag.senses.train import PHRASES

YEAR = Period(date(2026, 1, 1), date(2027, 1, 1), Unit.YEAR)


@pytest.fixture(scope="module")
def reader() -> SenseReader:
    found = reader_of(MiniLm.name)
    assert found is not None
    return found


# In other words than those of phrases.yaml.
@pytest.mark.parametrize(
    ("question", "sense"),
    [
        ("the drugstore near work in March 2026", "health"),
        ("my husband's sprained ankle", "health"),
        ("a double espresso and a croissant", "eating_out"),
        ("the lads wired me what they owed for the villa", "from_people"),
        ("the money they handed back for my broken toaster", "refund"),
        ("petrol for the long drive south", "fuel"),
        ("the hamster's check-up", "pets"),
    ],
)
def test_a_question_is_about_what_it_means_and_not_about_its_words(
    reader: SenseReader, question: str, sense: str
) -> None:
    likely = reader.likely(built_in().embed([question])[0])
    assert sense in sorted(likely, key=lambda name: -likely[name])[:2]


def test_a_question_leans_towards_the_texts_of_its_sense(reader: SenseReader) -> None:
    question, *texts = built_in().embed(
        ["what the chemist cost me", "Health: pharmacy, hospital, doctor, clinic", "Fuel: petrol station"]
    )
    heard = reader.hear(question)
    assert not heard.is_foreign
    assert np.linalg.norm(heard.vector) == pytest.approx(1)
    assert heard.vector @ texts[0] > question @ texts[0] + 0.2
    assert heard.vector @ texts[1] < heard.vector @ texts[0] - 0.2


def test_a_question_about_nothing_in_a_bank_stays_as_it_is(reader: SenseReader) -> None:
    question = built_in().embed(["which planet has the most moons"])[0]
    heard = reader.hear(question)
    assert heard.is_foreign
    assert np.array_equal(heard.vector, question)


def test_the_weights_were_made_of_the_phrases(reader: SenseReader) -> None:
    listed = yaml.safe_load(PHRASES.read_text())
    assert set(reader.names) == listed.keys()
    assert {name for name in listed if name in BY_SLUG} >= {"health", "groceries", "eating_out"}
    assert not reader.directions[reader.names.index(NOTHING)].any()


def test_other_models_vectors_cannot_be_read() -> None:
    assert reader_of("text-embedding-3-small") is None


@pytest.mark.parametrize(
    ("question", "start", "end"),
    [
        ("the laptop of spring 2026", date(2026, 3, 1), date(2026, 6, 1)),
        ("in the monsoon of 2026", date(2026, 6, 1), date(2026, 10, 1)),
        ("Fall 2026", date(2026, 9, 1), date(2026, 12, 1)),
        ("winter 2026", date(2026, 1, 1), date(2027, 1, 1)),
        ("the springs of my bed in 2026", date(2026, 1, 1), date(2027, 1, 1)),
    ],
)
def test_a_season_narrows_its_year(question: str, start: date, end: date) -> None:
    season = season_of(YEAR, question)
    assert (season.start, season.end) == (start, end)


def test_a_season_narrows_no_month() -> None:
    month = Period(date(2026, 5, 1), date(2026, 6, 1), Unit.MONTH)
    assert season_of(month, "spring cleaning in May 2026") is month


@pytest.mark.parametrize(
    ("question", "times"),
    [
        ("a present around Onam", ["Onam"]),
        ("a trinket before Raksha Bandhan", ["Raksha Bandhan"]),
        ("what I gave to charity in June", ["June"]),
        ("something for the orphans, January", ["January"]),
        ("what I may have paid to April on the march", []),
        ("the holidays", []),
    ],
)
def test_months_and_festivals_are_those_of_any_year(question: str, times: list[str]) -> None:
    assert times_named(question, "Asia/Kolkata") == times


def test_where_no_calendar_is_known_there_are_no_festivals() -> None:
    assert times_named("a present around Onam", "UTC") == []
