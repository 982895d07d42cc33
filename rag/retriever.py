"""Retriever: from words to the summaries, and so the payments, that they speak of. Retrieval finds; SQL counts.

Scope comes first, then two rankings over what is left: by meaning (exact cosine; the sets are small once scoped) and by
words (each worth more the rarer it is within the scope). Reciprocal rank fusion joins them. What neither finds close
enough is left out, so a question about nothing in the ledger finds nothing.
"""

import asyncio
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from pgvector.sqlalchemy import Vector  # pyright: ignore[reportMissingTypeStubs]  # it ships none
from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Date,
    Float,
    Row,
    Select,
    Text,
    Uuid,
    and_,
    bindparam,
    cast,
    column,
    exists,
    func,
    select,
    table,
)
from sqlalchemy.dialects.postgresql import TSVECTOR, aggregate_order_by
from sqlalchemy.ext.asyncio import AsyncConnection

from core.identity.access import Principal, visible_accounts
from core.periods import Period, Unit
from rag.embedder import Embedder
from rag.summaries import Kind

LIMIT_MAX = 50
QUESTION_MAX = 500
"""Characters of a question that are looked at."""

SIMILARITY_FLOOR = 0.24
"""Least cosine of a find by meaning. Measured on summaries like ours: right answers to paraphrases lie at 0.25 to 0.6,
the best of what has nothing to do with a question at 0.02 to 0.2."""

COVERAGE_FLOOR = 0.25
"""Least share of the question's weight that the matched words of a find must carry."""

Rankings = Literal["both", "meaning", "words"]

_CANDIDATES = 100
_FUSION_K = 60  # Cormack, Clarke, Buettcher 2009: "Reciprocal Rank Fusion outperforms Condorcet"

_SUMMARY = table(
    "summary",
    column("id", Uuid),
    column("kind", Text),
    column("account_id", Uuid),
    column("bank_id", Uuid),
    column("customer_id", Uuid),
    column("period_start", Date),
    column("period_end", Date),
    column("text", Text),
    column("transaction_ids", ARRAY(Uuid)),
    column("transaction_days", ARRAY(Date)),
    column("words", TSVECTOR),
    column("embedding", Vector(384)),
    column("model", Text),
    schema="reporting",
)
_S = _SUMMARY.c


@dataclass(frozen=True, slots=True)
class Hit:
    """A summary that was found. `score` orders the hits of one search and means nothing between searches."""

    id: UUID
    kind: Kind
    account_id: UUID
    text: str
    score: float
    similarity: float | None
    """Cosine with the question; None where it was found by its words alone."""
    matched: tuple[str, ...]
    """Stems of the question that stand in the text, in alphabetical order."""
    transaction_ids: tuple[UUID, ...]
    """Where a period was asked for, those of its days."""
    period: Period


async def search(
    connection: AsyncConnection,
    principal: Principal,
    text: str,
    *,
    embedder: Embedder,
    period: Period | None = None,
    kinds: Collection[Kind] | None = None,
    rankings: Rankings = "both",
    limit: int = 10,
) -> list[Hit]:
    """At most `limit` summaries that fit `text`, best first; none where nothing fits well enough.

    Only of accounts that the principal may see, and where given only of these kinds and with payments in `period`.
    `rankings` lets an exam see what one of them finds alone.
    """
    question = text[:QUESTION_MAX].replace("\0", " ")
    scope = _scope(principal, period, kinds)
    by_meaning = await _by_meaning(connection, scope, question, embedder) if rankings != "words" else {}
    by_words = await _by_words(connection, scope, question) if rankings != "meaning" else {}
    scores = _fused(by_meaning, {id: coverage for id, (coverage, _) in by_words.items()})
    best = sorted(scores, key=lambda id: (-scores[id], -by_meaning.get(id, 0), id))[: min(limit, LIMIT_MAX)]
    rows = await connection.execute(select(_SUMMARY).where(scope, _S.id.in_(best)))
    found = {row.id: row for row in rows}
    return [
        _hit(
            found[id],
            asked=period,
            score=scores[id],
            similarity=by_meaning.get(id),
            matched=by_words[id][1] if id in by_words else (),
        )
        for id in best
    ]


def _scope(principal: Principal, period: Period | None, kinds: Collection[Kind] | None) -> ColumnElement[bool]:
    conditions = [visible_accounts(principal, customer_id=_S.customer_id, bank_id=_S.bank_id)]
    if period is not None:
        conditions += [_S.period_start < period.end, _S.period_end > period.start, _pays_in(period)]
    if kinds is not None:
        conditions.append(_S.kind.in_(kinds))
    return and_(*conditions)


def _pays_in(period: Period) -> ColumnElement[bool]:
    """Somebody who was paid in March and in May has a span of days that holds April, and no payment there."""
    days = func.unnest(_S.transaction_days).column_valued("day")
    return exists().where(days >= period.start, days < period.end)


async def _by_meaning(
    connection: AsyncConnection, scope: ColumnElement[bool], question: str, embedder: Embedder
) -> dict[UUID, float]:
    """Cosine by summary, for the nearest ones above the floor."""
    [vector] = await asyncio.to_thread(embedder.embed, [question])
    distance = _S.embedding.op("<=>", return_type=Float())(bindparam("question", vector, Vector(embedder.dimension)))
    rows = await connection.execute(
        select(_S.id, (1 - distance).label("similarity"))
        .where(scope, _S.model == embedder.name)
        .order_by(distance)
        .limit(_CANDIDATES)
    )
    return {row.id: row.similarity for row in rows if row.similarity >= SIMILARITY_FLOOR}


async def _by_words(
    connection: AsyncConnection, scope: ColumnElement[bool], question: str
) -> dict[UUID, tuple[float, tuple[str, ...]]]:
    """Coverage and matched stems by summary, for the best covered ones above the floor."""
    rows = await connection.execute(_covered(scope, question))
    return {row.id: (row.coverage, tuple(row.matched)) for row in rows if row.coverage >= COVERAGE_FLOOR}


def _covered(scope: ColumnElement[bool], question: str) -> Select[Any, Any, Any]:
    """Summaries that share stems with the question. A stem weighs ln(1 + summaries in scope / summaries that have it),
    so a word in every summary finds next to nothing, and one that no summary has counts against all."""
    stems = func.unnest(func.to_tsvector("english", question)).table_valued("lexeme", "positions", "weights")
    asked = select(stems.c.lexeme, func.plainto_tsquery("simple", stems.c.lexeme).label("wanted")).cte("asked")
    stands_in = _S.words.op("@@")(asked.c.wanted)
    found = select(asked.c.lexeme, _S.id).join_from(asked, _SUMMARY, stands_in).where(scope).cte("found")
    size = select(func.count()).select_from(_SUMMARY).where(scope).scalar_subquery()
    rarity = func.ln(1 + cast(size, Float) / func.greatest(func.count(found.c.id), 1)).label("weight")
    weights = (
        select(asked.c.lexeme, rarity)
        .join_from(asked, found, asked.c.lexeme == found.c.lexeme, isouter=True)
        .group_by(asked.c.lexeme)
        .cte("weights")
    )
    whole = select(func.sum(weights.c.weight)).scalar_subquery()
    coverage = (func.sum(weights.c.weight) / whole).label("coverage")
    matched = func.array_agg(aggregate_order_by(found.c.lexeme, found.c.lexeme)).label("matched")
    return (
        select(found.c.id, coverage, matched)
        .join_from(found, weights, found.c.lexeme == weights.c.lexeme)
        .group_by(found.c.id)
        .order_by(coverage.desc(), found.c.id)
        .limit(_CANDIDATES)
    )


def _fused(*rankings: Mapping[UUID, float]) -> dict[UUID, float]:
    """Reciprocal rank fusion; equals share a rank."""
    scores: dict[UUID, float] = defaultdict(float)
    for ranking in rankings:
        ranks = {value: rank for rank, value in enumerate(sorted(set(ranking.values()), reverse=True), start=1)}
        for id, value in ranking.items():
            scores[id] += 1 / (_FUSION_K + ranks[value])
    return scores


def _hit(
    row: Row[Any], *, asked: Period | None, score: float, similarity: float | None, matched: tuple[str, ...]
) -> Hit:
    return Hit(
        id=row.id,
        kind=row.kind,
        account_id=row.account_id,
        text=row.text,
        score=score,
        similarity=similarity,
        matched=matched,
        transaction_ids=tuple(
            id
            for id, day in zip(row.transaction_ids, row.transaction_days, strict=True)
            if asked is None or asked.holds(day)
        ),
        period=Period(row.period_start, row.period_end, Unit.MONTH if row.kind == "month" else None),
    )
