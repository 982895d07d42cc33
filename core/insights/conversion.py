"""Figures of several currencies in one, at rates that the asker states. Nothing here knows what money is worth.

Each figure is computed in its own currency first, so what is added up is what the ledger holds; the converted sum is
rounded once, half to even.
"""

from collections.abc import Callable, Iterable
from decimal import ROUND_HALF_EVEN, Context, Decimal
from typing import Any

from core.errors import QueryRefused
from core.insights.buckets import SERIAL
from core.insights.query import GROUPS_MAX, InsightQuery, InsightResult
from core.insights.shape import columns_of
from core.money import Currency, exponent

Row = dict[str, Any]
_EXACT = Context(prec=60, rounding=ROUND_HALF_EVEN)


def unconverted(query: InsightQuery) -> InsightQuery:
    """The same of each currency by itself, and of all groups: which come first is not known before."""
    return query.model_copy(update={"convert": None, "order": None, "limit": GROUPS_MAX})


def converted(query: InsightQuery, found: InsightResult) -> InsightResult:
    """The answer of `query` out of that of `unconverted(query)`. Raises QueryRefused where a rate is not stated."""
    rates = _rates(query, {row["currency"] for row in found.rows})
    if found.cut_off:
        raise _refused(query, f"There are more than {GROUPS_MAX} groups to convert: narrow the question")
    groups: dict[tuple[Any, ...], list[Row]] = {}
    keys = [name for dimension in query.group_by for name in columns_of(dimension)]
    for row in found.rows:
        groups.setdefault(tuple(row[name] for name in keys), []).append(row)
    rows = _in_order([_sum(each, found, rates, query) for each in groups.values()], query, found)
    kept = rows[: query.limit]
    return found.model_copy(update={"query": query, "rows": kept, "cut_off": len(rows) - len(kept)})


def _rates(query: InsightQuery, currencies: Iterable[Currency]) -> dict[Currency, Decimal]:
    """What one minor unit of each currency is in those of the one converted to."""
    assert query.convert
    to = query.convert.to
    stated = {to: Decimal(1), **{rate.currency: rate.rate for rate in query.convert.rates}}
    for currency in sorted(currencies):
        if currency not in stated:
            raise _refused(query, f"There is money in {currency}: state its rate in {to}, and of which day it is")
    return {currency: rate.scaleb(exponent(to) - exponent(currency), _EXACT) for currency, rate in stated.items()}


def _sum(rows: list[Row], found: InsightResult, rates: dict[Currency, Decimal], query: InsightQuery) -> Row:
    assert query.convert
    summed: Row = {**rows[0], "currency": query.convert.to}
    for measured in (column for column in found.columns if column.kind == "measure"):
        is_money = measured.unit == "money"
        values = [
            _EXACT.multiply(Decimal(row[measured.name]), rates[row["currency"]] if is_money else Decimal(1))
            for row in rows
            if row[measured.name] is not None
        ]
        total = sum(values, Decimal())
        summed[measured.name] = int(total.quantize(Decimal(1), context=_EXACT)) if values else None
    return summed


def _in_order(rows: list[Row], query: InsightQuery, found: InsightResult) -> list[Row]:
    """As without conversion: what was asked for, else the calendar, else the first measure downwards; names at last."""
    # Times come in their own order in each currency, and each of them is there.
    times = {d.value: list(dict.fromkeys(row[d.value] for row in found.rows)) for d in query.group_by if d in SERIAL}

    def by(name: str) -> Callable[[Row], Any]:
        return lambda row: times[name].index(row[name]) if name in times else row[name]

    # The last sort weighs most; sorting keeps the order of what is equal.
    for dimension in reversed(query.group_by):
        rows = sorted(rows, key=by(dimension.value))
    first, descending = (query.order.by, query.order.descending) if query.order else (query.measures[0], True)
    measured = [row for row in rows if row[first] is not None]
    rows = [*sorted(measured, key=by(first), reverse=descending), *(row for row in rows if row[first] is None)]
    for name in () if query.order else reversed(times):
        rows = sorted(rows, key=by(name))
    return rows


def _refused(query: InsightQuery, reason: str) -> QueryRefused:
    nearest = query.model_copy(update={"convert": None})
    return QueryRefused(reason, nearest=nearest.model_dump(mode="json", exclude_defaults=True))
