"""The exam of retrieval: what people remember of payments, in their own words, against the payments that are right.

A memory is a SELECT over the raw ledger, so whoever loads other data gets another exam. Each wording is asked by three
customers who have such a memory: one with few payments, one with some and one with many, so that all sizes weigh the
same. Several authors wrote the wordings: some to tune on, and others to report.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from itertools import chain, cycle
from math import comb
from statistics import fmean
from typing import Any, Literal, get_args
from uuid import UUID

import holidays
import yaml
from pydantic import BaseModel, ConfigDict
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from agents.planner.periods import PeriodReader
from agents.planner.words import normalise
from core.db import Database
from core.identity.access import Principal, Role
from core.periods import Period
from evals.exam import FOLDER, Split
from evals.id_based import ragas_shares
from rag.embedder import Embedder
from rag.retriever import Hit, Rankings, near, search

SUITE = "retrieval"
LIMIT = 10
"""Hits that a question gets to find what was meant."""
POINTED_MAX = 12
"""A hit that speaks of more payments than this finds one of them only if most of them are right: a month of two hundred
payments would else be right for everything."""

METHODS: dict[str, Rankings] = {"hybrid": "both", "vector alone": "meaning", "text alone": "words"}

Size = Literal["smallest tenth", "middle tenth", "largest tenth"]

_CASES = FOLDER / SUITE
AUTHORS: dict[Split, tuple[str, ...]] = {
    "dev": ("dev.yaml", *(f"dev_{nth}.yaml" for nth in ("second", "third", "fourth", "fifth", "sixth"))),
    "test": ("test.yaml", "test_second.yaml"),
}
_ENTRIES = (_CASES / "entries.sql").read_text()
_FESTIVALS = frozenset({"Diwali", "Holi", "Raksha Bandhan", "Eid al-Fitr", "Onam", "Christmas"})
_YEARS = range(2015, 2036)

_PEOPLE = text("""
    SELECT id, time_zone, CASE tenth WHEN 1 THEN 'smallest' WHEN 5 THEN 'middle' ELSE 'largest' END || ' tenth' AS size
      FROM (
        SELECT c.id, c.time_zone, ntile(10) OVER (ORDER BY sum(b.version), c.id) AS tenth
          FROM banking.customer c
          JOIN banking.account a ON a.customer_id = c.id
          JOIN ledger.balance b ON b.account_id = a.id
         WHERE c.kind = 'person'
         GROUP BY c.id
      ) people
     WHERE tenth IN (1, 5, 10)
""")
_SUMMARIES = text("SELECT transaction_ids FROM rag.summary WHERE customer_id = :customer")


class Memory(BaseModel):
    """What somebody may remember, and the SELECT of the right payments and of the words that questions fill in."""

    model_config = ConfigDict(extra="forbid")

    memory: str
    sql: str


class Wordings(BaseModel):
    """One author's questions by memory, of as many memories as they have, and questions about nothing in a bank."""

    model_config = ConfigDict(extra="forbid")

    author: str
    questions: dict[str, list[str]]
    nonsense: list[str]


@dataclass(frozen=True, slots=True)
class Asker:
    principal: Principal
    size: Size


Remembered = tuple[Asker, list[dict[str, Any]]]
"""An asker and what they have to remember: right payments as `ids`, and the words of a question."""


@dataclass(frozen=True, slots=True)
class Case:
    """A question, who wrote it and who asks it, and the payments that are right."""

    memory: str
    split: Split
    author: str
    ask: str
    asker: Asker
    right: frozenset[UUID]


@dataclass(frozen=True, slots=True)
class Score:
    """How one method did on one case. `rank` is that of the first hit that finds it, None where none does."""

    case: Case
    rank: int | None
    precision: float
    """Share of the payments that the hits speak of that are right; ragas calls it id-based context precision."""
    recall: float
    """Share of the right payments that the hits speak of; id-based context recall."""
    told: frozenset[UUID] = frozenset()
    """The payments that the hits speak of."""

    @property
    def told_ids(self) -> list[str]:
        return sorted(map(str, self.told))

    @property
    def right_ids(self) -> list[str]:
        return sorted(map(str, self.case.right))


@dataclass(frozen=True, slots=True)
class RetrievalReport:
    """Scores by method, and what somebody would find who took any ten summaries of the asker."""

    scores: dict[str, list[Score]] = field(default_factory=dict[str, list[Score]])
    chance: dict[str, float] = field(default_factory=dict[str, float])
    nothing_found: dict[str, float] = field(default_factory=dict[str, float])
    """Share of the nonsense that finds nothing."""
    ragas: dict[str, float] = field(default_factory=dict[str, float])
    """ragas' own figures for the whole retriever on the test split; empty where the `evals` extra is not installed."""

    @property
    def metrics(self) -> dict[str, float]:
        """Of the whole retriever on the test split."""
        found = shares([score for score in self.scores["hybrid"] if score.case.split == "test"])
        return {**found, "nothing_found": self.nothing_found["test"], **self.ragas}

    def rows(self) -> Iterator[tuple[str, str, str, dict[str, float]]]:
        """(method, split, of whom, shares): each split as a whole, then by the asker's number of payments and by
        author."""
        for method, scores in self.scores.items():
            for split in get_args(Split):
                of_split = [score for score in scores if score.case.split == split]
                yield method, split, "all", shares(of_split)
                for size in get_args(Size):
                    yield method, split, size, shares([score for score in of_split if score.case.asker.size == size])
                for author in sorted({score.case.author for score in of_split}):
                    yield method, split, author, shares([score for score in of_split if score.case.author == author])

    def document(self) -> dict[str, Any]:
        hybrid = self.scores["hybrid"]
        return {
            "cases": len(hybrid),
            "metrics": self.metrics,
            "floors": {"any_ten": {"recall_at_10": self.chance["test"]}},
            "methods": [
                {"method": method, "split": split, "of": whom, **found} for method, split, whom, found in self.rows()
            ],
            "failures": [_failure(score) for score in hybrid if score.rank is None],
        }


def shares(scores: Sequence[Score]) -> dict[str, float]:
    """Means over the cases; empty where there are none."""
    if not scores:
        return {}
    return {
        "questions": float(len(scores)),
        "recall_at_10": fmean(score.rank is not None for score in scores),
        "mrr": fmean(1 / score.rank if score.rank else 0.0 for score in scores),
        "id_precision": fmean(score.precision for score in scores),
        "id_recall": fmean(score.recall for score in scores),
    }


async def examine_retrieval(
    database: Database, embedder: Embedder, *, today: date, progress: Callable[[str], None] = lambda _: None
) -> RetrievalReport:
    """Ask every question of all authors as of `today`, by meaning and words together and by each alone."""
    splits: tuple[Split, ...] = get_args(Split)
    wordings: dict[Split, list[Wordings]] = {
        split: [Wordings.model_validate(_read(file)) for file in files] for split, files in AUTHORS.items()
    }
    async with database.app.connect() as connection:
        askers = await _askers(connection)
        cases = await _cases(connection, wordings, askers)
        chance = {split: await _chance(connection, [case for case in cases if case.split == split]) for split in splits}
    report = RetrievalReport(chance=chance)
    async with database.look() as look:
        for method, rankings in METHODS.items():
            progress(f"{SUITE}: {len(cases)} questions, {method}")
            report.scores[method] = [
                score(case, await _ask(look, case.ask, case.asker, embedder, rankings, today)) for case in cases
            ]
        for split, authors in wordings.items():
            nonsense = [question for author in authors for question in author.nonsense]
            found = [
                await _ask(look, question, asker, embedder, "both", today)
                for question, asker in zip(nonsense, cycle(askers), strict=False)
            ]
            report.nothing_found[split] = fmean(not hits for hits in found)
    of_test = [score for score in report.scores["hybrid"] if score.case.split == "test"]
    report.ragas.update(await ragas_shares(of_test) or {})
    return report


def score(case: Case, hits: Sequence[Hit]) -> Score:
    """Where the first hit stands that finds what was meant, and what all of them speak of."""
    finds = (rank for rank, hit in enumerate(hits, start=1) if is_find(hit.transaction_ids, case.right))
    told = set(chain.from_iterable(hit.transaction_ids for hit in hits))
    both = len(told & case.right)
    precision = both / len(told) if told else 0.0
    return Score(case, next(finds, None), precision, both / len(case.right), frozenset(told))


def is_find(told: Sequence[UUID], right: frozenset[UUID]) -> bool:
    """Whether somebody who reads of the payments `told` has found one that is right."""
    both = len(right.intersection(told))
    return both > 0 and (len(told) <= POINTED_MAX or both * 2 > len(told))


async def _ask(
    connection: AsyncConnection, question: str, asker: Asker, embedder: Embedder, rankings: Rankings, today: date
) -> list[Hit]:
    """As the analyst may search: within the period that the question names."""
    period = named_period(question, today)
    return await search(
        connection, asker.principal, question, embedder=embedder, period=period, rankings=rankings, limit=LIMIT
    )


def named_period(question: str, today: date) -> Period | None:
    """The period that the planner's reader finds, if the question says which year it means, and that has begun.

    Weekdays beside a period say which of its days, "ever" beside one says nothing, and 2099 is an amount.
    """
    mentioned = [mention.value for mention in PeriodReader(today).read(normalise(question))]
    begun = [spoken for spoken in mentioned if not spoken.is_everything and spoken.period.start <= today]
    named = [spoken for spoken in begun if not spoken.weekdays] or begun
    return near(named[0].period) if named and named[0].has_year else None


async def _askers(connection: AsyncConnection) -> list[Asker]:
    """The persons of three tenths, by their number of payments."""
    return [
        Asker(Principal("exam", "", "", Role.CUSTOMER, customer_id=row.id, time_zone=row.time_zone), row.size)
        for row in await connection.execute(_PEOPLE)
    ]


async def _cases(
    connection: AsyncConnection, wordings: Mapping[Split, Sequence[Wordings]], askers: Sequence[Asker]
) -> list[Case]:
    """Each wording as asked by one customer of each size who has the memory."""
    cases: list[Case] = []
    for known in _read("memories.yaml"):
        memory = Memory.model_validate(known)
        remembered = [(asker, await _memories(connection, memory, asker.principal)) for asker in askers]
        for split, authors in wordings.items():
            for author in authors:
                for question in author.questions.get(memory.memory, []):
                    cases += _asked(memory.memory, split, author.author, question, remembered)
    return cases


def _asked(memory: str, split: Split, author: str, question: str, remembered: Sequence[Remembered]) -> Iterator[Case]:
    """The question of one customer of each size, about one thing that they have to remember."""
    for size in get_args(Size):
        of_size = [(asker, found) for asker, found in remembered if found and asker.size == size]
        if of_size:
            asker, found = min(of_size, key=lambda pair: _shuffled(question, str(pair[0].principal.customer_id)))
            meant = min(found, key=lambda row: _shuffled(question, str(row)))
            words = {name: value for name, value in meant.items() if name != "ids"}
            yield Case(memory, split, author, question.format(**words), asker, frozenset(meant["ids"]))


async def _memories(connection: AsyncConnection, memory: Memory, principal: Principal) -> list[dict[str, Any]]:
    parameters = {
        "customer": principal.customer_id,
        "zone": principal.time_zone,
        "festivals": json.dumps([{"name": name, "day": day.isoformat()} for day, name in _festivals()]),
    }
    query = text(f"WITH {_ENTRIES} {memory.sql}")  # both are files of this repository
    return [{**row, "ids": sorted(row["ids"])} for row in (await connection.execute(query, parameters)).mappings()]


def _festivals() -> Iterator[tuple[date, str]]:
    for category in ("public", "optional"):
        days = holidays.country_holidays("IN", years=_YEARS, categories=category, language="en_US")
        yield from ((day, name) for day in days for name in days.get_list(day) if name in _FESTIVALS)


async def _chance(connection: AsyncConnection, cases: Sequence[Case]) -> float:
    """The mean share of all ways to take ten of the asker's summaries that would find what was meant."""
    found: list[float] = []
    for case in cases:
        told = (await connection.execute(_SUMMARIES, {"customer": case.asker.principal.customer_id})).scalars().all()
        finds = sum(is_find(ids, case.right) for ids in told)
        found.append(1 - comb(len(told) - finds, LIMIT) / (comb(len(told), LIMIT) or 1))
    return fmean(found) if found else 0.0


def _shuffled(*about: str) -> bytes:
    """A sort key that mixes, and mixes alike in every run."""
    return sha256("|".join(about).encode()).digest()


def _read(file: str) -> Any:
    return yaml.safe_load((_CASES / file).read_text())


def _failure(score: Score) -> dict[str, str]:
    return {"case": score.case.memory, "split": score.case.split, "ask": score.case.ask, "size": score.case.asker.size}
