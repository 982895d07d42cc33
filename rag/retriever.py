"""Retriever: from words to the summaries, and so the payments, that they speak of. Retrieval finds; SQL counts.

Scope comes first, then two rankings over what is left: by meaning (cosine, the question leaning towards what it is
about) and by words (each worth more the rarer it is). Reciprocal rank fusion joins them. What neither finds close
enough is left out, so a question about nothing in the ledger finds nothing. Where the scope is large, as a bank's is, a
graph is walked instead of all vectors compared, and the rarest words find what the others then weigh.
"""

import asyncio
import re
from calendar import month_name
from collections import defaultdict
from collections.abc import Awaitable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import reduce
from itertools import accumulate
from math import log1p
from typing import Any, Literal
from uuid import UUID

import structlog
from pgvector.sqlalchemy import HALFVEC, Vector  # pyright: ignore[reportMissingTypeStubs]  # it ships none
from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    ColumnElement,
    Date,
    Float,
    Integer,
    LargeBinary,
    Row,
    Select,
    Text,
    Uuid,
    and_,
    bindparam,
    case,
    cast,
    column,
    exists,
    false,
    func,
    literal,
    literal_column,
    null,
    select,
    table,
    text,
    true,
)
from sqlalchemy.dialects.postgresql import TSQUERY, TSVECTOR, array
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.base import ReadOnlyColumnCollection

from core.identity.access import Principal, Role, visible_accounts
from core.periods import Period, Unit
from rag.embedder import Embedder, EmbedderUnavailable, Vectors
from rag.embedding import GRAPH_DIMENSION_MAX
from rag.seasons import SEASON, season_of, times_named
from rag.senses.reader import Heard, reader_of
from rag.summaries import Kind

LIMIT_MAX = 50
QUESTION_MAX = 500
"""Characters of a question that are looked at."""

LARGE_FROM = 10_000
"""Summaries in scope from which on not all are looked at."""

FOUND_MAX = 2_000
"""Summaries that words find in a large scope, for all words of the question to be weighed in."""

COVERAGE_FLOOR = 0.25
"""Least share of the question's weight that the matched words of a find must carry."""

log: structlog.typing.FilteringBoundLogger = structlog.get_logger(__name__)

Rankings = Literal["both", "meaning", "words"]

CANDIDATES = 100
"""Finds of each ranking that are fused."""
TWINS_MAX = 10
"""Summaries of one gist that the graph finds, the latest."""
_RESCORED = 20
"""Finds of the graph past those asked for: it compares by halves, and whole numbers say who is the last."""
# Of the nearest ten among 100,000 it finds .986 to .993, by how the graph came out; at 1,000 .996 or more, for about as
# many milliseconds more as embedding takes.
_GRAPH_WIDTH = 500
_GRAPH_VISITS_MAX = 10_000
"""Gists that are walked past at most to find some in scope."""
_IN_PERIOD = 0.8
"""Of the floor where a period is known: what is there is few, and the question has lost the words of its time."""
_AT_HOME = 0.5
"""Of the floor where the question is plainly about money: what it finds may be told in other words than its own."""
_BESIDE = 2 / 3
"""Of the floor that the nearest must reach: how near those beside it must be."""
_DAYS_EXACT = 2
_AROUND = timedelta(days=3)
_MONTHS = "|".join(f"{name}|{name[:3]}" for name in month_name[1:])
_DATES = re.compile(rf"\b({_MONTHS}|sept|(19|20)\d\d)\b", re.IGNORECASE)
_UNITS = {"month": Unit.MONTH, "week": Unit.WEEK}
_WORDS_WEIGHT = 0.5
"""Of the ranking by words beside one by meaning: people tell a story, and its words stand in other texts."""
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
_Columns = ReadOnlyColumnCollection[str, Any]
_MEANING = table(
    "meaning",
    column("summary_id", Uuid),
    column("bank_id", Uuid),
    column("customer_id", Uuid),
    column("gist_hash", LargeBinary),
    schema="reporting",
)
_M = _MEANING.c
_VECTOR = table(
    "vector",
    column("gist_hash", LargeBinary),
    column("model", Text),
    column("dimension", Integer),
    column("embedding", Vector()),
    schema="reporting",
)
_V = _VECTOR.c
_SHOWN = [each for each in _S if each.name != "words"]
_FREQUENCIES = text("SELECT stem, summaries, of_all FROM reporting.summaries_with(:stems)")
_MODEL = table("embedding_model", column("name", Text), schema="reporting")


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
    """Cosine with what the question is about; None where it was found by its words alone."""
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


@dataclass(frozen=True, slots=True)
class _Within:
    """Where a search looks: what the asker may see, of what is wanted, and whether that is a bank's or somebody's."""

    principal: Principal
    wanted: _Wanted
    is_large: bool
    times: Collection[str] = ()
    """Months and festivals that the question names, of any year."""

    def scope(self, s: _Columns = _S) -> ColumnElement[bool]:
        """The condition over a summary's columns."""
        seen = visible_accounts(self.principal, customer_id=s.customer_id, bank_id=s.bank_id)
        return and_(seen, *_fitting(self.wanted, s))


async def search(
    connection: AsyncConnection,
    principal: Principal,
    words: str,
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
    """At most `limit` summaries that fit `words`, best first; none where nothing fits well enough.

    Only of what the principal may see, and where given only of these kinds and with payments in `period`, with one of
    `counterparties` (a customer's id, or that of an outside account) and of amounts between the two, in minor units of
    the account's currency. `rankings` lets an exam see what one of them finds alone. If the embedder cannot be reached,
    words alone find. A season narrows a year: "spring 2026" with the period 2026 means March to May.
    """
    period = season_of(period, words) if period else None
    question = _asked(words, period)
    wanted = _Wanted(period, kinds, counterparties, least_minor, most_minor)
    stems, models, is_large = (await connection.execute(_first_look(principal), {"question": question})).one()
    if not stems:
        return []
    # A walk past all that is of other times would take longer than the rest of a search.
    times = () if period or is_large else times_named(words, principal.time_zone)
    within = _Within(principal, wanted, is_large=is_large, times=times)
    makers = _makers(embedder, models) if rankings != "words" else []
    # The models read the question while the database looks for its words.
    vectors = [asyncio.create_task(asyncio.to_thread(maker.embed, [question])) for maker in makers]
    by_words = await _by_words(connection, within, stems) if rankings != "meaning" else {}
    by_meaning = [
        ranking
        for maker, made in zip(makers, vectors, strict=True)
        for ranking in await _by_meaning(connection, within, maker, made)
    ]
    coverages = {id: coverage for id, (coverage, _) in by_words.items()}
    scores = _fused(*((ranking, 1.0) for ranking in by_meaning), (coverages, _WORDS_WEIGHT))
    similarities = {id: similarity for ranking in by_meaning for id, similarity in ranking.items()}
    best = sorted(scores, key=lambda id: (-scores[id], -similarities.get(id, 0), id))[: min(limit, LIMIT_MAX)]
    rows = await connection.execute(select(*_SHOWN).where(within.scope(), _S.id.in_(best)))
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
    timeless = SEASON.sub(" ", _DATES.sub(" ", question)) if period else question
    return timeless if re.search(r"\w", timeless) else question


def _fitting(wanted: _Wanted, s: _Columns = _S) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.kinds is not None:
        conditions.append(s.kind.in_(wanted.kinds))
    if wanted.period is not None:
        conditions += [s.period_start < wanted.period.end, s.period_end > wanted.period.start]
    if wanted.narrows_payments:
        conditions.append(_tells_of_one(wanted, s))
    return conditions


def _tells_of_one(wanted: _Wanted, s: _Columns) -> ColumnElement[bool]:
    """That one payment fits in every way. Somebody who was paid in March and in May has a span of days that holds
    April, and no payment there."""
    each = (
        func.unnest(s.transaction_days, s.transaction_amounts_minor, s.transaction_counterparties)
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


def _first_look(principal: Principal) -> Select[*tuple[Any, ...]]:
    """The stems of `question`, the models that there are vectors of, and whether the scope is large."""
    stems = func.tsvector_to_array(func.to_tsvector("english", bindparam("question", type_=Text())))
    return select(stems, func.array(select(_MODEL.c.name).scalar_subquery()), _is_large(principal))


def _is_large(principal: Principal) -> ColumnElement[bool]:
    """No customer has so many summaries; of others' scopes, no more are looked at than it takes to know."""
    if principal.role is Role.CUSTOMER:
        return false()
    seen = visible_accounts(principal, customer_id=_M.customer_id, bank_id=_M.bank_id)
    last = select(literal_column("1", Integer)).select_from(_MEANING).where(seen).offset(LARGE_FROM - 1)
    return exists(last)


def _makers(embedder: Embedder, models: Iterable[str]) -> list[Embedder]:
    """Of all vectors that there are: while one model takes over from another, of both."""
    makers = (embedder if embedder.name == model else embedder.predecessor(model) for model in models)
    return [maker for maker in makers if maker is not None]


async def _by_meaning(
    connection: AsyncConnection, within: _Within, maker: Embedder, made: Awaitable[Vectors]
) -> list[dict[UUID, float]]:
    """Cosine by summary, for the nearest ones above the floor; where the question names a time of the year, for the
    nearest of those that do as well. Cosines of two models cannot be compared: each has rankings of its own."""
    try:
        [vector] = await made
    except EmbedderUnavailable as trouble:
        log.warning("a question was searched for by its words alone", why=trouble.detail)
        return []
    heard = _heard(vector, maker.name)
    in_period = _IN_PERIOD if within.wanted.period else 1
    floor = maker.floor * in_period * (1 if heard.is_foreign else _AT_HOME)
    scopes = [_fitting(within.wanted)]
    if within.times:
        scopes.append([*scopes[0], _S.words.op("@@")(_any_time(within.times))])
    by_graph = within.is_large and maker.dimension <= GRAPH_DIMENSION_MAX
    return [
        _near_enough(
            await nearest(connection, within.principal, heard.vector, model=maker.name, where=where, by_graph=by_graph),
            floor,
        )
        for where in scopes
    ]


def _any_time(times: Iterable[str]) -> ColumnElement[Any]:
    return reduce(
        lambda query, other: query.op("||")(other),
        (func.phraseto_tsquery("english", time, type_=TSQUERY) for time in times),
    )


def _heard(vector: Vectors, model: str) -> Heard:
    """What a model's vectors cannot be read for may be about anything."""
    reader = reader_of(model)
    return reader.hear(vector) if reader else Heard(vector, is_foreign=True)


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
    by_graph: bool,
    where: Sequence[ColumnElement[bool]] = (),
    limit: int = CANDIDATES,
) -> list[tuple[UUID, float]]:
    """The `limit` summaries in scope whose gists' vectors of `model` are nearest, with their cosines, nearest first.

    `by_graph` says whether to walk the graph or to compare all.
    """
    mine = select(_M.summary_id, _M.gist_hash).where(
        visible_accounts(principal, customer_id=_M.customer_id, bank_id=_M.bank_id)
    )
    if where:
        mine = mine.join_from(_MEANING, _SUMMARY, _S.id == _M.summary_id).where(*where)
    if by_graph:
        await connection.execute(_WALK)
        wanted = _walked(mine, vector, model).limit(limit + _RESCORED)
    else:
        wanted = _compared(mine, vector, model).limit(limit)
    rows = (await connection.execute(wanted)).all()
    return sorted(((row.summary_id, row.similarity) for row in rows), key=lambda pair: -pair[1])[:limit]


def _compared(mine: Select[*tuple[Any, ...]], vector: Vectors, model: str) -> Select[*tuple[Any, ...]]:
    own, distance = mine.subquery("own"), _distance(_V.embedding, Vector(vector.shape[-1]), vector)
    return (
        select(own.c.summary_id, (1 - distance).label("similarity"))
        .join_from(own, _VECTOR, own.c.gist_hash == _V.gist_hash)
        .where(_V.model == model)
        .order_by(distance)
    )


def _walked(mine: Select[*tuple[Any, ...]], vector: Vectors, model: str) -> Select[*tuple[Any, ...]]:
    """Gists as the graph leads to them, and from each to the latest of its summaries in scope: of one gist there may be
    thousands, and each of them says the same."""
    dimension = vector.shape[-1]
    # The graph is over the vectors as ones of a fixed dimension, by halves: without that cast no plan can use it.
    distance = _distance(cast(_V.embedding, HALFVEC(dimension)), HALFVEC(dimension), vector)
    gists = (
        select(_V.gist_hash, _V.embedding, distance.label("distance"))
        .where(_V.model == model, _V.dimension == literal_column(str(dimension)))
        .order_by(distance)
        # Without a limit here PostgreSQL would rather sort all than walk, where its memory is large enough.
        .limit(literal_column(str(_GRAPH_VISITS_MAX)))
        .subquery("gists")
    )
    own = mine.where(_M.gist_hash == gists.c.gist_hash).order_by(_M.summary_id.desc()).limit(TWINS_MAX).lateral("own")
    similarity = (1 - _distance(gists.c.embedding, Vector(dimension), vector)).label("similarity")
    return select(own.c.summary_id, similarity).join_from(gists, own, true()).order_by(gists.c.distance)


def _distance(embedding: ColumnElement[Any], kind: Vector | HALFVEC, vector: Vectors) -> ColumnElement[float]:
    # As a vector first: PostgreSQL takes the parameter for what it is cast to, and would round it by halves everywhere.
    question = cast(bindparam("question", vector, Vector(vector.shape[-1])), Vector(vector.shape[-1]))
    return embedding.op("<=>", return_type=Float())(cast(question, kind))


async def _by_words(
    connection: AsyncConnection, within: _Within, stems: Sequence[str]
) -> dict[UUID, tuple[float, tuple[str, ...]]]:
    """Coverage and matched stems by summary, for the best covered ones above the floor."""
    frequent = await (_expected if within.is_large else _counted)(connection, within, stems)
    rows = await connection.execute(_covered(within, frequent))
    return {row.id: (row.coverage, tuple(row.matched)) for row in rows if row.coverage >= COVERAGE_FLOOR}


@dataclass(frozen=True, slots=True)
class _Frequencies:
    """How many summaries there are, and by stem how many have it."""

    size: float
    by_stem: Mapping[str, float]

    def weight(self, stem: str) -> float:
        """A stem in every summary finds next to nothing, and one that no summary has counts against all."""
        return log1p(self.size / max(self.by_stem[stem], 1))

    def finders(self) -> list[str]:
        """The rarest stems, as long as they find no more than FOUND_MAX together."""
        rarest = sorted(self.by_stem, key=lambda stem: (self.by_stem[stem], stem))
        found = accumulate(self.by_stem[stem] for stem in rarest)
        return [stem for stem, so_far in zip(rarest, found, strict=True) if so_far <= FOUND_MAX]


async def _counted(connection: AsyncConnection, within: _Within, stems: Sequence[str]) -> _Frequencies:
    counts = (func.count().filter(_has(_S.words, stem)) for stem in stems)
    size, *counted = (await connection.execute(select(func.count(), *counts).where(within.scope()))).one()
    return _Frequencies(size, dict(zip(stems, counted, strict=True)))


async def _expected(connection: AsyncConnection, within: _Within, stems: Sequence[str]) -> _Frequencies:
    """As PostgreSQL has sampled them: to count the words of a bank takes longer than to search among them."""
    rows = (await connection.execute(_FREQUENCIES, {"stems": list(stems)})).all()
    return _Frequencies(rows[0].of_all, {row.stem: row.summaries for row in rows})


def _covered(within: _Within, frequent: _Frequencies) -> Select[*tuple[Any, ...]]:
    """The summaries that carry most of the question's weight. In a large scope they have one of its rarest stems, or
    where each is frequent, all of them."""
    weights = {stem: frequent.weight(stem) for stem in frequent.by_stem}
    found = (_few(within, frequent) if within.is_large else _all(within, weights)).subquery("found")
    carried = [case((_has(found.c.words, stem), weight), else_=literal(0.0, Float)) for stem, weight in weights.items()]
    coverage = (sum(carried[1:], carried[0]) / sum(weights.values())).label("coverage")
    ranked = select(found.c.id, found.c.words, coverage).order_by(coverage.desc(), found.c.id).limit(CANDIDATES)
    best = ranked.subquery("best")
    matched = array([case((_has(best.c.words, stem), stem), else_=null()) for stem in sorted(weights)])
    return select(best.c.id, best.c.coverage, func.array_remove(matched, null()).label("matched"))


def _all(within: _Within, stems: Iterable[str]) -> Select[*tuple[Any, ...]]:
    return select(_S.id, _S.words).where(within.scope(), _S.words.op("@@")(_any_of(stems)))


def _few(within: _Within, frequent: _Frequencies) -> Select[*tuple[Any, ...]]:
    """At most FOUND_MAX. Words first: an index that leads to all of a bank's summaries leads to too many."""
    finders = frequent.finders()
    wanted = _any_of(finders) if finders else _all_of(frequent.by_stem)
    by_words = select(_SUMMARY).where(_S.words.op("@@")(wanted)).offset(0).subquery("by_words")
    return select(by_words.c.id, by_words.c.words).where(within.scope(by_words.c)).limit(FOUND_MAX)


def _has(words: ColumnElement[Any], stem: str) -> ColumnElement[bool]:
    return words.op("@@", return_type=Boolean())(_query(stem))


def _any_of(stems: Iterable[str]) -> ColumnElement[Any]:
    return reduce(lambda query, other: query.op("||")(other), map(_query, stems))


def _all_of(stems: Iterable[str]) -> ColumnElement[Any]:
    return reduce(lambda query, other: query.op("&&")(other), map(_query, stems))


def _query(stem: str) -> ColumnElement[Any]:
    return func.plainto_tsquery("simple", stem, type_=TSQUERY)


def _fused(*weighed: tuple[Mapping[UUID, float], float]) -> dict[UUID, float]:
    """Reciprocal rank fusion of rankings and how much each counts; equals share a rank."""
    scores: dict[UUID, float] = defaultdict(float)
    for ranking, weight in weighed:
        ranks = {value: rank for rank, value in enumerate(sorted(set(ranking.values()), reverse=True), start=1)}
        for id, value in ranking.items():
            scores[id] += weight / (_FUSION_K + ranks[value])
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
