"""Shape of a question -> one parameterised statement over `reporting.entry`. No text of a user becomes SQL text.

The same shape gives the same text, whoever asks about whatever period: names and literals are fixed, values are
parameters. So the text is made once and kept.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    CompoundSelect,
    Date,
    Dialect,
    FromClause,
    Integer,
    Label,
    Select,
    and_,
    bindparam,
    case,
    cast,
    distinct,
    false,
    func,
    literal_column,
    null,
    select,
    true,
    union_all,
)
from sqlalchemy.dialects.postgresql import psycopg

from core.insights import balances, cells, entries, medians
from core.insights.buckets import CALENDAR, MONTHLY, SERIAL
from core.insights.catalogue import MEASURES
from core.insights.query import BALANCES, Dimension, Measure, Operator
from core.insights.reporting import ENTRY
from core.insights.shape import Part, Shape, columns_of
from core.insights.words import ZERO, above_zero, half_even, number, percent, word
from core.ledger.tables import TransactionStatus

OTHERS = "(others)"
SHAPES_KEPT = 1_000

_PSYCOPG: Dialect = psycopg.dialect()  # pyright: ignore[reportUnknownMemberType]


@lru_cache(SHAPES_KEPT)
def figures_text(shape: Shape) -> str:
    """`figures` as text for psycopg, which takes its values by name."""
    return str(figures(shape).compile(dialect=_PSYCOPG))


@lru_cache(SHAPES_KEPT)
def rows_text(shape: Shape) -> str:
    return str(rows(shape).compile(dialect=_PSYCOPG))


def figures(shape: Shape) -> Select[Any]:
    """One row per group and currency: the group's columns, `currency`, the measures, `groups` (before the limit)."""
    is_of_accounts = not BALANCES.isdisjoint(shape.measures)
    if shape.is_summed:
        summed = medians if medians.can_answer(shape) else cells
        groups = summed.groups(shape).cte("groups")
    else:
        found = _days(shape) if is_of_accounts else _entries(shape)
        groups = _grouped(shape, found.cte("entries")).cte("groups")
    if shape.shows(*SERIAL) and not is_of_accounts:
        groups = _without_gaps(shape, groups).cte("filled")
    if Measure.SHARE in shape.measures or shape.ratios:
        groups = _derived(shape, groups).cte("derived")
    if shape.having:
        groups = _kept(shape, groups).cte("kept")
    if shape.is_limited_per:
        groups = _chosen(shape, groups).cte("chosen")
    limited = _with_others(shape, _ranked(shape, groups).cte("ranked")) if shape.others else _first(shape, groups)
    return entries.divided(shape, limited)


def rows(shape: Shape) -> Select[Any]:
    """The entries behind the figures of the query's own period, `rows` of them, those of `rows_first` first."""
    e = ENTRY.c
    shown: list[ColumnElement[Any]] = [
        e.transaction_id, e.occurred_at, e.account, e.counterparty, e.category, e.channel, e.description,
        e.amount_minor, e.currency, e.status,
    ]  # fmt: skip
    found = select(*shown).select_from(entries.source(shape)).where(*entries.conditions(shape), entries.during())
    limit = bindparam("rows", type_=Integer)
    ordered = found.order_by(*_rows_order(shape), e.transaction_id, e.direction).limit(limit)
    return entries.divided(shape, entries.beside_firsts(shape, ordered))


def columns(shape: Shape) -> list[str]:
    """The measures' columns as the SQL calls them; with a comparison each is followed by its `_before`."""
    parts = [part.column(measure) for part in shape.parts for measure in part.measures]
    return [name + side for name in (*parts, *(ratio.column for ratio in shape.ratios)) for side in shape.sides]


def _rows_order(shape: Shape) -> list[ColumnElement[Any]]:
    size, moment = entries.SIZE, ENTRY.c.occurred_at
    orders: dict[str, list[ColumnElement[Any]]] = {
        "largest": [size.desc(), moment.desc()],
        "smallest": [size.asc(), moment.desc()],
        "latest": [moment.desc(), size.desc()],
        "earliest": [moment.asc(), size.desc()],
    }
    return orders[shape.rows_first]


def _entries(shape: Shape) -> Select[Any] | CompoundSelect[Any]:
    """Where all figures of payments come from: the entries of the period, then those of the one compared with."""
    return _both(shape, _side(shape, ""), lambda: _side(shape, "before_"))


def _days(shape: Shape) -> Select[Any] | CompoundSelect[Any]:
    """Where all balances come from: each group's balance at the end of each day."""

    def side(prefix: str) -> Select[Any]:
        unit = shape.calendar
        calendar = _laid_over(unit, entries.start_of(unit, balances.MOMENT), prefix) if unit else None
        return balances.days(shape, calendar, prefix)

    return _both(shape, side(""), lambda: side("before_"))


def _both(shape: Shape, now: Select[Any], earlier: Callable[[], Select[Any]]) -> Select[Any] | CompoundSelect[Any]:
    if not shape.is_compared:
        return now
    return union_all(now.add_columns(false().label("is_before")), earlier().add_columns(true().label("is_before")))


def _side(shape: Shape, prefix: str) -> Select[Any]:
    """The entries of one period, cut down to what the measures need."""
    groups = [_group(name, prefix) for name in shape.keys]
    values = [value.label(name) for name, value in entries.values(shape).items()]
    found: Select[Any] = select(*groups, ENTRY.c.currency, *values).select_from(entries.source(shape, prefix))
    return entries.beside_firsts(shape, found.where(*entries.conditions(shape), entries.during(prefix)), prefix)


def _group(name: str, prefix: str) -> Label[Any]:
    value = entries.group(name)
    return (_laid_over(Dimension(name), value, prefix) if name in CALENDAR else value).label(name)


def _laid_over(dimension: Dimension, start: ColumnElement[Any], prefix: str) -> ColumnElement[Any]:
    """A day, month ... itself; of the period compared with, the one of the query's own period that it lies on."""
    if not prefix:
        return start
    apart = bindparam("apart", type_=Integer)
    return cast(start + func.make_interval(ZERO, apart), Date) if dimension in MONTHLY else start + apart


_SUMS: dict[Measure, Callable[[Any], ColumnElement[Any]]] = {
    Measure.SPEND: lambda e: e("spend_minor"),
    Measure.INCOME: lambda e: e("income_minor"),
    Measure.NET: lambda e: e("income_minor") - e("spend_minor"),
    Measure.VOLUME: lambda e: e("moved_minor"),
    Measure.FRAUD_AMOUNT: lambda e: case((e("alert") == word("confirmed"), e("alerted_minor"))),
}
_COUNTS = frozenset({Measure.COUNT, Measure.COUNTERPARTIES, Measure.NEW_COUNTERPARTIES, Measure.FLAGGED})


def _grouped(shape: Shape, found: CTE) -> Select[Any]:
    """The measures per group and currency, and how many entries stand behind them."""
    groups = [found.c[name] for name in (*shape.keys, "currency")]
    measured = [
        _measured(measure, part, found, side).label(part.column(measure) + side)
        for part in shape.parts
        for measure in part.measures
        if measure is not Measure.SHARE
        for side in shape.sides
    ]
    return select(*groups, *measured, func.count().label("entries")).group_by(*groups)


def _measured(measure: Measure, part: Part, found: CTE, side: str) -> ColumnElement[Any]:
    sides = [found.c.is_before if side else ~found.c.is_before] if "is_before" in found.c else []

    def e(name: str) -> ColumnElement[Any]:
        return found.c[name + part.suffix]

    def over(aggregate: Any, *conditions: ColumnElement[bool]) -> ColumnElement[Any]:
        kept = [*sides, *conditions]
        return aggregate.filter(and_(*kept)) if kept else aggregate

    def at(fraction: str, of: str = "amount_minor", *, descending: bool = False) -> ColumnElement[Any]:
        # One of the values themselves. percentile_cont would go through a float.
        size = e(of)
        place = func.percentile_disc(literal_column(fraction))
        return over(place.within_group(size.desc() if descending else size.asc()))

    match measure:
        case Measure.COUNT:
            return over(func.count(e("amount_minor")))
        case Measure.AVERAGE:
            return func.reporting.half_even(over(func.sum(e("amount_minor"))), over(func.count(e("amount_minor"))))
        case Measure.MEDIAN:
            # The two middle ones, one and the same where the number is odd.
            return func.reporting.half_even(at("0.5") + at("0.5", descending=True), literal_column("2"))
        case Measure.REVIEW_HOURS:
            twice_s = at("0.5", "review_s") + at("0.5", "review_s", descending=True)
            return func.reporting.half_even(twice_s, literal_column(str(2 * 3_600)))
        case Measure.LARGEST:
            return over(func.max(e("amount_minor")))
        case Measure.SMALLEST:
            return over(func.min(e("amount_minor")))
        case Measure.SPREAD:
            return at("0.75") - at("0.25")
        case Measure.COUNTERPARTIES:
            return over(func.count(distinct(e("met"))))
        case Measure.NEW_COUNTERPARTIES:
            return over(func.count(distinct(e("met_first"))))
        case Measure.DAYS_SINCE_LAST:
            end_day = bindparam("before_end_day" if side else "end_day", type_=Date)
            return end_day - over(func.max(e("dated"))) - number(1)
        case Measure.SAVINGS_RATE:
            income = over(func.sum(e("income_minor")))
            return percent(income - over(func.sum(e("spend_minor"))), income)
        case Measure.FAILED_SHARE:
            failed = e("outcome") == word(TransactionStatus.FAILED)
            return percent(over(func.count(), failed), over(func.count(e("outcome"))))
        case Measure.FLAGGED:
            return over(func.count(e("alert")))
        case Measure.ALERT_PRECISION:
            confirmed = e("alert") == word("confirmed")
            return percent(over(func.count(), confirmed), over(func.count(), e("alert") != word("open")))
        case Measure.BALANCE:
            return over(func.sum(e("balance_minor")), e("is_last"))
        case Measure.BALANCE_AVERAGE:
            return half_even(over(func.sum(e("balance_minor"))), over(func.count(e("balance_minor"))))
        case Measure.BALANCE_LOWEST:
            return over(func.min(e("balance_minor")))
        case _:
            return func.coalesce(over(func.sum(_SUMS[measure](e))), ZERO)


def _without_gaps(shape: Shape, groups: CTE) -> Select[Any]:
    """The groups, and one of zeros for every calendar group in which nothing happened."""
    timed = [dimension for dimension in shape.group_by if dimension in SERIAL]
    untimed = [name for name in (*shape.keys, "currency") if name not in timed]
    heads = select(*(groups.c[name] for name in untimed)).distinct().subquery("heads")
    every = [_every(dimension) for dimension in timed]
    frame: FromClause = heads
    for moments in every:
        frame = frame.join(moments, true())
    names: dict[str, ColumnElement[Any]] = {column.key: column for source in (heads, *every) for column in source.c}
    matched = and_(*(groups.c[name] == column for name, column in names.items()))
    shown = [names[name].label(name) for name in (*shape.keys, "currency")]
    zeroed = _zeroed(shape)
    values = [
        (func.coalesce(column, ZERO) if column.key in zeroed else column).label(column.key)
        for column in groups.c
        if column.key not in names
    ]
    filled: Select[Any] = select(*shown, *values)
    return filled.select_from(frame.outerjoin(groups, matched))


def _every(dimension: Dimension) -> Any:
    name = f"every_{dimension}"
    moments = entries.array(name, Date if dimension in CALENDAR else Integer)
    return func.unnest(moments).table_valued(dimension.value).render_derived(name=name)


def _zeroed(shape: Shape) -> set[str]:
    """Columns that are 0 where there is nothing: sums and counts. An average of nothing stays unknown."""
    named = {part.column(measure): measure for part in shape.parts for measure in part.measures}
    return {"entries"} | {
        name + side for name, measure in named.items() if measure in {*_SUMS, *_COUNTS} for side in shape.sides
    }


def _derived(shape: Shape, groups: CTE) -> Select[Any]:
    """The groups with what is computed from other columns: shares of the whole, and ratios."""
    found = [
        _share(shape, groups, side).label(f"share{side}") for side in shape.sides if Measure.SHARE in shape.measures
    ]
    for ratio in shape.ratios:
        for side in shape.sides:
            part, whole = groups.c[ratio.part + side], groups.c[ratio.whole + side]
            value = percent(part, whole) if ratio.is_percent else half_even(part, above_zero(whole))
            found.append(value.label(ratio.column + side))
    return select(groups, *found)


def _share(shape: Shape, groups: CTE, side: str) -> ColumnElement[Any]:
    of = next(measure for measure in shape.parts[0].measures if MEASURES[measure].adds_up)
    value = groups.c[of + side]
    return percent(value, func.sum(value).over(partition_by=groups.c.currency))


def _kept(shape: Shape, groups: CTE) -> Select[Any]:
    def holds(name: str, operator: Operator, n: int) -> ColumnElement[bool]:
        value = bindparam(f"having_{n}", type_=BigInteger)
        return groups.c[name] >= value if operator is Operator.AT_LEAST else groups.c[name] <= value

    return select(groups).where(*(holds(name, operator, n) for n, (name, operator) in enumerate(shape.having)))


def _chosen(shape: Shape, groups: CTE) -> Select[Any]:
    """The first few groups of each group of the first dimension, and how many there were of all."""
    currency = groups.c.currency
    first = [groups.c[name] for name in columns_of(shape.group_by[0])]
    best = func.row_number().over(partition_by=[currency, *first], order_by=_best(shape, groups))
    placed = select(groups, best.label("place_per"), func.count().over(partition_by=currency).label("groups"))
    found = placed.subquery("placed")
    return select(found).where(found.c.place_per <= bindparam("limit_per", type_=Integer))


def _ranked(shape: Shape, groups: CTE) -> Select[Any]:
    """Each group's place within its currency, the number of groups there, and the currency's weight."""
    currency = groups.c.currency
    ranked: Select[Any] = select(
        *(groups.c[name] for name in (*shape.keys, "currency", *columns(shape))),
        func.row_number().over(partition_by=currency, order_by=_order(shape, groups)).label("place"),
        func.count().over(partition_by=currency).label("groups"),
        func.sum(groups.c.entries).over(partition_by=currency).label("weight"),
    )
    return ranked


def _order(shape: Shape, groups: FromClause) -> list[ColumnElement[Any]]:
    """What was asked for, else the groups' own order, else the first measure downwards; names break ties."""
    if shape.order:
        return _best(shape, groups)
    times = [groups.c[name].asc() for name in shape.keys if name in SERIAL]
    return [*times, *_best(shape, groups)]


def _best(shape: Shape, groups: FromClause) -> list[ColumnElement[Any]]:
    by, descending = shape.order or (shape.measures[0].value, True)
    names = [groups.c[name].asc() for name in shape.keys]
    return [(groups.c[by].desc() if descending else groups.c[by].asc()).nulls_last(), *names]


def _first(shape: Shape, groups: CTE) -> Select[Any]:
    """The first groups of each currency, beside how many there are. No more than those are put in order."""
    g = groups.c
    number_of_groups = func.max(g.groups) if shape.is_limited_per else func.count()
    weighed = select(g.currency, number_of_groups.label("groups"), func.sum(g.entries).label("weight"))
    totals = weighed.group_by(g.currency).cte("totals")
    shown = [g[name] for name in (*shape.keys, "currency", *columns(shape))]
    ordered = select(*shown).where(g.currency == totals.c.currency).order_by(*_order(shape, groups))
    first = ordered.limit(bindparam("limit", type_=Integer)).lateral("first")
    found: list[ColumnElement[Any]] = [*first.c, totals.c.groups]
    chosen: Select[Any] = select(*found).join_from(totals, first, true())
    return chosen.order_by(totals.c.weight.desc(), totals.c.currency, *_order(shape, first))


def _with_others(shape: Shape, ranked: CTE) -> Select[Any]:
    """The places past the limit become one place; each group before it stays alone in its own."""
    limit, r = bindparam("limit", type_=Integer), ranked.c
    place = func.least(r.place, limit + number(1))
    names = [case((r.place <= limit, r[name]), else_=_OTHER.get(name, word(OTHERS))) for name in shape.keys]
    groups = [value.label(name) for name, value in zip(shape.keys, names, strict=True)]
    sums = [func.sum(r[name]).label(name) for name in columns(shape)]
    shown: Select[Any] = select(*groups, r.currency, *sums, r.groups)
    return shown.group_by(*names, r.currency, place, r.groups, r.weight).order_by(r.weight.desc(), r.currency, place)


_OTHER: dict[str, ColumnElement[Any]] = {"account_id": null(), "customer_id": null()}
