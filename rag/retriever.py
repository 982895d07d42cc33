"""Retriever: from words to the summaries, and so the payments, that they speak of. Retrieval finds; SQL counts.

Scope comes first, then two rankings over what is left: by meaning (exact cosine, or past GRAPH_FROM vectors a graph
that is walked until enough are found) and by words (each worth more the rarer it is within the scope). Reciprocal rank
fusion joins them. What neither finds close enough is left out, so a question about nothing in the ledger finds nothing.
"""

import asyncio
import re
from calendar import month_name
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal
from uuid import UUID

import structlog
from pgvector.sqlalchemy import Vector  # pyright: ignore[reportMissingTypeStubs]  # it ships none
from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Date,
    Float,
    Integer,
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
    literal_column,
    select,
    table,
)
from sqlalchemy.dialects.postgresql import TSVECTOR, aggregate_order_by
from sqlalchemy.ext.asyncio import AsyncConnection

from core.identity.access import Principal, Role, visible_accounts
from core.periods import Period, Unit
from rag.embedder import Embedder, EmbedderUnavailable, Vectors
from rag.embedding import GRAPH_DIMENSION_MAX
from rag.summaries import Kind

LIMIT_MAX = 50
QUESTION_MAX = 500
"""Characters of a question that are looked at."""

GRAPH_FROM = 50_000
"""Vectors in scope from which on they are not all compared."""

COVERAGE_FLOOR = 0.25
"""Least share of the question's weight that the matched words of a find must carry."""

log: structlog.typing.FilteringBoundLogger = structlog.get_logger(__name__)

Rankings = Literal["both", "meaning", "words"]

CANDIDATES = 100
"""Finds of each ranking that are fused."""
# Measured on the demo bank with m = 24: at 200 the graph finds .94 of the nearest ten, at 400 all.
_GRAPH_WIDTH = 500
_GRAPH_VISITS_MAX = 40_000
_IN_PERIOD = 0.8
"""Of the floor where a period is known: what is there is few, and the question has lost the words of its time."""
_BESIDE = 2 / 3
"""Of the floor that the nearest must reach: how near those beside it must be."""
_DAYS_EXACT = 2
_AROUND = timedelta(days=3)
_MONTHS = "|".join(f"{name}|{name[:3]}" for name in month_name[1:])
_DATES = re.compile(rf"\b({_MONTHS}|sept|(19|20)\d\d)\b", re.IGNORECASE)
_UNITS = {"month": Unit.MONTH, "week": Unit.WEEK}
_FUSION_K = 60  # Cormack, Clarke, Buettcher 2009: "Reciprocal Rank Fusion outperforms Condorcet"

# Within this transaction alone: how widely the graph is searched, and that it goes on past what is out of scope.
_WALK = select(
    func.set_config("hnsw.iterative_scan", "strict_order", True),
    func.set_config("hnsw.ef_search", str(_GRAPH_WIDTH), True),
    func.set_config("hnsw.max_scan_tuples", str(_GRAPH_VISITS_MAX), True),
)

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
    column("transaction_amounts_minor", ARRAY(BigInteger)),
    column("transaction_counterparties", ARRAY(Uuid)),
    column("words", TSVECTOR),
    schema="reporting",
)
_S = _SUMMARY.c
_VECTOR = table(
    "vector",
    column("summary_id", Uuid),
    column("bank_id", Uuid),
    column("customer_id", Uuid),
    column("model", Text),
    column("dimension", Integer),
    column("embedding", Vector()),
    schema="reporting",
)
_V = _VECTOR.c
_MODELS = table("embedding_model", column("name", Text), schema="reporting")


@dataclass(frozen=True, slots=True)
class Hit:
    """A summary that was found. `score` orders the hits of one search and means nothing between searches."""

    id: UUID
    kind: Kind
    account_id: UUID | None
    """None for a bank's week."""
    text: str
    score: float
    similarity: float | None
    """Cosine with the question; None where it was found by its words alone."""
    matched: tuple[str, ...]
    """Stems of the question that stand in the text, in alphabetical order."""
    transaction_ids: tuple[UUID, ...]
    """Where a period, a counterparty or an amount was asked for, those that fit."""
    period: Period


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What a find has to be of, beside the asker's own."""

    period: Period | None
    kinds: Collection[Kind] | None
    counterparties: Collection[UUID] | None
    least_minor: int | None
    most_minor: int | None

    @property
    def narrows_payments(self) -> bool:
        wanted = (self.period, self.counterparties, self.least_minor, self.most_minor)
        return any(each is not None for each in wanted)

    def fits(self, day: date, amount_minor: int | None, counterparty: UUID | None) -> bool:
        """Whether a payment does; what is not known of it does not."""
        return (
            (self.period is None or self.period.holds(day))
            and (self.counterparties is None or counterparty in self.counterparties)
            and (self.least_minor is None or (amount_minor is not None and amount_minor >= self.least_minor))
            and (self.most_minor is None or (amount_minor is not None and amount_minor <= self.most_minor))
        )


async def search(
    connection: AsyncConnection,
    principal: Principal,
    text: str,
    *,
    embedder: Embedder,
    period: Period | None = None,
    kinds: Collection[Kind] | None = None,
    counterparties: Collection[UUID] | None = None,
    least_minor: int | None = None,
    most_minor: int | None = None,
    rankings: Rankings = "both",
    limit: int = 10,
) -> list[Hit]:
    """At most `limit` summaries that fit `text`, best first; none where nothing fits well enough.

    Only of what the principal may see, and where given only of these kinds and with payments in `period`, with one of
    `counterparties` (a customer's id, or that of an outside account) and of amounts between the two, in minor units of
    the account's currency. `rankings` lets an exam see what one of them finds alone. If the embedder cannot be reached,
    words alone find.
    """
    question = _asked(text, period)
    wanted = _Wanted(period, kinds, counterparties, least_minor, most_minor)
    by_meaning = await _by_meaning(connection, principal, wanted, question, embedder) if rankings != "words" else []
    scope = _scope(principal, wanted)
    by_words = await _by_words(connection, scope, question) if rankings != "meaning" else {}
    scores = _fused(*by_meaning, {id: coverage for id, (coverage, _) in by_words.items()})
    similarities = {id: similarity for ranking in by_meaning for id, similarity in ranking.items()}
    best = sorted(scores, key=lambda id: (-scores[id], -similarities.get(id, 0), id))[: min(limit, LIMIT_MAX)]
    rows = await connection.execute(select(_SUMMARY).where(scope, _S.id.in_(best)))
    found = {row.id: row for row in rows}
    return [
        _hit(
            found[id],
            wanted,
            score=scores[id],
            similarity=similarities.get(id),
            matched=by_words[id][1] if id in by_words else (),
        )
        for id in best
    ]


def near(period: Period) -> Period:
    """The days that somebody may mean who remembers `period`: of a day or two, those around them as well."""
    if period.days > _DAYS_EXACT:
        return period
    return Period(period.start - _AROUND, period.end + _AROUND)


def _asked(text: str, period: Period | None) -> str:
    """What is searched for. All that is left within a period is of its time: to name it says nothing more, and weighs
    as much as what was bought."""
    question = text[:QUESTION_MAX].replace("\0", " ")
    timeless = _DATES.sub(" ", question) if period else question
    return timeless if re.search(r"\w", timeless) else question


def _scope(principal: Principal, wanted: _Wanted) -> ColumnElement[bool]:
    return and_(visible_accounts(principal, customer_id=_S.customer_id, bank_id=_S.bank_id), *_fitting(wanted))


def _fitting(wanted: _Wanted) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.kinds is not None:
        conditions.append(_S.kind.in_(wanted.kinds))
    if wanted.period is not None:
        conditions += [_S.period_start < wanted.period.end, _S.period_end > wanted.period.start]
    if wanted.narrows_payments:
        conditions.append(_tells_of_one(wanted))
    return conditions


def _tells_of_one(wanted: _Wanted) -> ColumnElement[bool]:
    """That one payment fits in every way. Somebody who was paid in March and in May has a span of days that holds
    April, and no payment there."""
    each = (
        func.unnest(_S.transaction_days, _S.transaction_amounts_minor, _S.transaction_counterparties)
        .table_valued(column("day", Date), column("amount_minor", BigInteger), column("counterparty", Uuid))
        .render_derived()
        .alias("payment")
    )
    conditions: list[ColumnElement[bool]] = []
    if wanted.period is not None:
        conditions += [each.c.day >= wanted.period.start, each.c.day < wanted.period.end]
    if wanted.counterparties is not None:
        conditions.append(each.c.counterparty.in_(wanted.counterparties))
    if wanted.least_minor is not None:
        conditions.append(each.c.amount_minor >= wanted.least_minor)
    if wanted.most_minor is not None:
        conditions.append(each.c.amount_minor <= wanted.most_minor)
    return exists().select_from(each).where(*conditions)


async def _by_meaning(
    connection: AsyncConnection, principal: Principal, wanted: _Wanted, question: str, embedder: Embedder
) -> list[dict[UUID, float]]:
    """Cosine by summary, for the nearest ones above the floor: one ranking for each model that there are vectors of.

    There are two while one model takes over from another, and cosines of the two cannot be compared.
    """
    rankings: list[dict[UUID, float]] = []
    for (model,) in (await connection.execute(select(_MODELS.c["name"]))).all():
        maker = embedder if embedder.name == model else embedder.predecessor(model)
        if maker is not None:
            try:
                [vector] = await asyncio.to_thread(maker.embed, [question])
            except EmbedderUnavailable as trouble:
                log.warning("a question was searched for by its words alone", why=trouble.detail)
                continue
            rows = await nearest(connection, principal, vector, model=model, where=_fitting(wanted))
            rankings.append(_near_enough(rows, maker.floor * (_IN_PERIOD if wanted.period else 1)))
    return rankings


def _near_enough(rows: Sequence[tuple[UUID, float]], floor: float) -> dict[UUID, float]:
    """Nothing, unless the nearest of all is near; then those that are not much further off as well."""
    if not rows or rows[0][1] < floor:
        return {}
    return {id: similarity for id, similarity in rows if similarity >= _BESIDE * floor}


async def nearest(
    connection: AsyncConnection,
    principal: Principal,
    vector: Vectors,
    *,
    model: str,
    where: Sequence[ColumnElement[bool]] = (),
    limit: int = CANDIDATES,
    by_graph: bool | None = None,
) -> list[tuple[UUID, float]]:
    """The `limit` summaries in scope whose vectors of `model` are nearest, with their cosines, nearest first.

    `by_graph` says whether to walk the graph or to compare all; by default, how many there are decides.
    """
    dimension = vector.shape[-1]
    in_scope = [visible_accounts(principal, customer_id=_V.customer_id, bank_id=_V.bank_id), _V.model == model]
    if by_graph is None:
        by_graph = dimension <= GRAPH_DIMENSION_MAX and await _is_large(connection, principal, in_scope)
    if by_graph:
        await connection.execute(_WALK)
        in_scope.append(_V.dimension == literal_column(str(dimension)))
    # The graph is over the vectors as ones of a fixed dimension: without that cast no plan can use it.
    embedding = cast(_V.embedding, Vector(dimension)) if by_graph else _V.embedding
    distance = embedding.op("<=>", return_type=Float())(bindparam("question", vector, Vector(dimension)))
    wanted = select(_V.summary_id, (1 - distance).label("similarity")).where(*in_scope)
    if where:
        wanted = wanted.join_from(_VECTOR, _SUMMARY, _S.id == _V.summary_id).where(*where)
    rows = await connection.execute(wanted.order_by(distance).limit(limit))
    return [(row.summary_id, row.similarity) for row in rows]


async def _is_large(connection: AsyncConnection, principal: Principal, in_scope: list[ColumnElement[bool]]) -> bool:
    """No customer has so many summaries; of others' scopes, no more are counted than it takes to know."""
    if principal.role is Role.CUSTOMER:
        return False
    some = select(literal_column("1", Integer)).select_from(_VECTOR).where(*in_scope).limit(GRAPH_FROM).subquery()
    return (await connection.execute(select(func.count()).select_from(some))).scalar_one() >= GRAPH_FROM


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
        .limit(CANDIDATES)
    )


def _fused(*rankings: Mapping[UUID, float]) -> dict[UUID, float]:
    """Reciprocal rank fusion; equals share a rank."""
    scores: dict[UUID, float] = defaultdict(float)
    for ranking in rankings:
        ranks = {value: rank for rank, value in enumerate(sorted(set(ranking.values()), reverse=True), start=1)}
        for id, value in ranking.items():
            scores[id] += 1 / (_FUSION_K + ranks[value])
    return scores


def _hit(row: Row[Any], wanted: _Wanted, *, score: float, similarity: float | None, matched: tuple[str, ...]) -> Hit:
    payments = zip(
        row.transaction_ids,
        row.transaction_days,
        row.transaction_amounts_minor,
        row.transaction_counterparties,
        strict=True,
    )
    return Hit(
        id=row.id,
        kind=row.kind,
        account_id=row.account_id,
        text=row.text,
        score=score,
        similarity=similarity,
        matched=matched,
        transaction_ids=tuple(id for id, day, minor, other in payments if wanted.fits(day, minor, other)),
        period=Period(row.period_start, row.period_end, _UNITS.get(row.kind)),
    )
