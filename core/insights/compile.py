"""InsightQuery and Principal -> one parameterised statement over `reporting.entry`. No text of a user becomes SQL text.

The same shape of query gives the same SQL text, whoever asks about whatever period: names and literals are fixed,
values are parameters.
"""

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import (
    CTE,
    BindParameter,
    ColumnElement,
    CompoundSelect,
    Date,
    Integer,
    Label,
    Select,
    and_,
    bindparam,
    case,
    cast,
    false,
    func,
    literal_column,
    null,
    select,
    true,
    union_all,
)

from core.identity.access import Principal
from core.insights import entries
from core.insights.buckets import CALENDAR, CLOCK, MONTHLY, buckets, offset
from core.insights.catalogue import period_before
from core.insights.query import Dimension, InsightQuery, Measure
from core.insights.reporting import ENTRY
from core.periods import Period

OTHERS = "(others)"

_ZERO = literal_column("0", Integer)


def figures(query: InsightQuery, principal: Principal) -> Select[Any]:
    """One row per group and currency: the group's columns, `currency`, the measures, `groups` (before the limit)."""
    groups = _grouped(query, _entries(query, principal).cte("entries")).cte("groups")
    if timed := [dimension for dimension in query.group_by if dimension in CALENDAR | CLOCK]:
        groups = _without_gaps(query, groups, timed).cte("filled")
    return _limited(query, _ranked(query, groups).cte("ranked"))


def rows(query: InsightQuery, principal: Principal) -> Select[Any]:
    """The entries behind the figures of the query's own period, `query.rows` of them, those of `rows_first` first."""
    e = ENTRY.c
    shown: list[ColumnElement[Any]] = [
        e.transaction_id, e.occurred_at, e.account, e.counterparty, e.category, e.channel, e.description,
        e.amount_minor, e.currency, e.status,
    ]  # fmt: skip
    found = select(*shown).where(*entries.conditions(query, principal), entries.within(query.period.period, principal))
    return found.order_by(*_rows_order(query), e.transaction_id, e.direction).limit(
        bindparam("rows", query.rows, Integer)
    )


def _rows_order(query: InsightQuery) -> list[ColumnElement[Any]]:
    size, moment = entries.SIZE, ENTRY.c.occurred_at
    match query.rows_first:
        case "largest":
            return [size.desc(), moment.desc()]
        case "smallest":
            return [size.asc(), moment.desc()]
        case "latest":
            return [moment.desc(), size.desc()]
        case "earliest":
            return [moment.asc(), size.desc()]


def keys(query: InsightQuery) -> list[str]:
    """Columns that tell the groups apart; two accounts may have one name."""
    return [
        name
        for dimension in query.group_by
        for name in (("account", "account_id") if dimension is Dimension.ACCOUNT else (dimension.value,))
    ]


def columns(query: InsightQuery) -> list[str]:
    """Names of the measures' columns, in order; with a comparison each is followed by its `_before`."""
    sides = ("", "_before") if query.compare else ("",)
    return [measure + side for measure in query.measures for side in sides]


def measure_of(column: str) -> Measure:
    return Measure(column.removesuffix("_before"))


def _entries(query: InsightQuery, principal: Principal) -> Select[Any] | CompoundSelect[Any]:
    before = period_before(query)
    now = _side(query, principal, query.period.period)
    if before is None:
        return now
    earlier = _side(query, principal, before, prefix="before_")
    return union_all(now.add_columns(false().label("is_before")), earlier.add_columns(true().label("is_before")))


def _side(query: InsightQuery, principal: Principal, period: Period, *, prefix: str = "") -> Select[Any]:
    """The entries of one period, cut down to what the measures need."""
    groups = [_group(name, query, principal, period) for name in keys(query)]
    values = [value.label(name) for name, value in entries.values(query, principal).items()]
    found: Select[Any] = select(*groups, ENTRY.c.currency, *values)
    return found.where(*entries.conditions(query, principal), entries.within(period, principal, prefix=prefix))


def _group(name: str, query: InsightQuery, principal: Principal, period: Period) -> Label[Any]:
    if name in CALENDAR:
        return _laid_over(query, Dimension(name), principal, period).label(name)
    if name in CLOCK:
        return entries.clock(Dimension(name), principal).label(name)
    return ENTRY.c[name].label(name)


def _laid_over(query: InsightQuery, dimension: Dimension, principal: Principal, period: Period) -> ColumnElement[Any]:
    """The entry's day, month ...; of the period compared with, the one of the query's own period that it lies on."""
    start = entries.calendar_start(dimension, principal)
    if period == query.period.period:
        return start
    apart = bindparam("apart", offset(dimension, query.period.period, period), Integer)
    return cast(start + func.make_interval(_ZERO, apart), Date) if dimension in MONTHLY else start + apart


_SUMS: dict[Measure, Callable[[Any], ColumnElement[Any]]] = {
    Measure.SPEND: lambda e: e.spend_minor,
    Measure.INCOME: lambda e: e.income_minor,
    Measure.NET: lambda e: e.income_minor - e.spend_minor,
    Measure.VOLUME: lambda e: e.moved_minor,
}


def _grouped(query: InsightQuery, found: CTE) -> Select[Any]:
    """The measures per group and currency, and how many entries stand behind them."""
    groups = [found.c[name] for name in (*keys(query), "currency")]
    sides = (~found.c.is_before, found.c.is_before) if query.compare else (None,)
    measures = [_measured(measure, found.c, side) for measure in query.measures for side in sides]
    labelled = [value.label(name) for name, value in zip(columns(query), measures, strict=True)]
    return select(*groups, *labelled, func.count().label("entries")).group_by(*groups)


def _measured(measure: Measure, e: Any, side: ColumnElement[bool] | None) -> ColumnElement[Any]:
    def over(aggregate: Any) -> ColumnElement[Any]:
        return aggregate if side is None else aggregate.filter(side)

    match measure:
        case Measure.COUNT:
            return over(func.count(e.amount_minor))
        case Measure.AVERAGE:
            return func.reporting.half_even(over(func.sum(e.amount_minor)), over(func.count(e.amount_minor)))
        case Measure.MEDIAN:
            # The two middle ones, one and the same where the number is odd. percentile_cont would go through a float.
            middle = func.percentile_disc(literal_column("0.5"))
            lower, upper = (over(middle.within_group(by)) for by in (e.amount_minor.asc(), e.amount_minor.desc()))
            return func.reporting.half_even(lower + upper, literal_column("2"))
        case Measure.LARGEST:
            return over(func.max(e.amount_minor))
        case Measure.SMALLEST:
            return over(func.min(e.amount_minor))
        case _:
            return func.coalesce(over(func.sum(_SUMS[measure](e))), _ZERO)


def _without_gaps(query: InsightQuery, groups: CTE, timed: Sequence[Dimension]) -> Select[Any]:
    """The groups, and one of zeros for every calendar group in which nothing happened."""
    untimed = [name for name in (*keys(query), "currency") if name not in timed]
    heads = select(*(groups.c[name] for name in untimed)).distinct().subquery("heads")
    every = [_every(dimension, query) for dimension in timed]
    frame: Any = heads
    for moments in every:
        frame = frame.join(moments, true())
    names: dict[str, ColumnElement[Any]] = {column.key: column for source in (heads, *every) for column in source.c}
    matched = and_(*(groups.c[name] == column for name, column in names.items()))
    shown = [names[name].label(name) for name in (*keys(query), "currency")]
    values = [_zero_if_empty(name, groups) for name in (*columns(query), "entries")]
    filled: Select[Any] = select(*shown, *values)
    return filled.select_from(frame.outerjoin(groups, matched))


def _every(dimension: Dimension, query: InsightQuery) -> Any:
    name = f"every_{dimension}"
    kind = Date if dimension in CALENDAR else Integer
    moments = entries.array(name, buckets(dimension, query.period.period), kind)
    return func.unnest(moments).table_valued(dimension.value).render_derived(name=name)


def _zero_if_empty(name: str, groups: CTE) -> Label[Any]:
    """Sums and counts of nothing are 0; an average of nothing stays unknown."""
    value = groups.c[name]
    is_sum = name == "entries" or measure_of(name) in {*_SUMS, Measure.COUNT}
    return (func.coalesce(value, _ZERO) if is_sum else value).label(name)


def _ranked(query: InsightQuery, groups: CTE) -> Select[Any]:
    """Each group's place within its currency, the number of groups there, and the currency's weight."""
    currency = groups.c.currency
    ranked: Select[Any] = select(
        *(groups.c[name] for name in (*keys(query), "currency", *columns(query))),
        func.row_number().over(partition_by=currency, order_by=_order(query, groups)).label("place"),
        func.count().over(partition_by=currency).label("groups"),
        func.sum(groups.c.entries).over(partition_by=currency).label("weight"),
    )
    return ranked


def _order(query: InsightQuery, groups: CTE) -> list[ColumnElement[Any]]:
    """What was asked for, else time, else the first measure downwards; names last, so that ties break the same way."""
    names = [groups.c[name].asc() for name in keys(query)]
    if query.order:
        by = groups.c[query.order.by.value]
        return [(by.desc() if query.order.descending else by.asc()).nulls_last(), *names]
    times = [groups.c[name].asc() for name in keys(query) if name in CALENDAR | CLOCK]
    return [*times, groups.c[query.measures[0].value].desc().nulls_last(), *names]


def _limited(query: InsightQuery, ranked: CTE) -> Select[Any]:
    limit = bindparam("limit", query.limit, Integer)
    if query.others:
        return _with_others(query, ranked, limit)
    shown: Select[Any] = select(*(ranked.c[name] for name in (*keys(query), "currency", *columns(query), "groups")))
    return shown.where(ranked.c.place <= limit).order_by(ranked.c.weight.desc(), ranked.c.currency, ranked.c.place)


def _with_others(query: InsightQuery, ranked: CTE, limit: BindParameter[int]) -> Select[Any]:
    """The places past the limit become one place; each group before it stays alone in its own."""
    r = ranked.c
    place = func.least(r.place, limit + literal_column("1", Integer))
    names = [case((r.place <= limit, r[name]), else_=_OTHER.get(name, entries.word(OTHERS))) for name in keys(query)]
    groups = [value.label(name) for name, value in zip(keys(query), names, strict=True)]
    sums = [func.sum(r[name]).label(name) for name in columns(query)]
    shown: Select[Any] = select(*groups, r.currency, *sums, r.groups)
    return shown.group_by(*names, r.currency, place, r.groups, r.weight).order_by(r.weight.desc(), r.currency, place)


_OTHER: dict[str, ColumnElement[Any]] = {"account_id": null()}
