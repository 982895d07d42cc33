"""The values of one question's parameters, by the names that the statements of its shape know them by."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from core.identity.access import Principal
from core.insights.buckets import CALENDAR, SERIAL, buckets, isoweekday, offset
from core.insights.catalogue import period_before
from core.insights.query import Dimension, Filter, InsightQuery, Operator
from core.insights.shape import filter_shapes
from core.periods import Period, midnight

USUAL_DAYS = 365
"""What is usual is learned from as many days before the period."""


def parameters(query: InsightQuery, principal: Principal) -> dict[str, Any]:
    """Every value that a statement of the query's shape can ask for. A statement names those that it needs."""
    period, before = query.period.period, period_before(query)
    found: dict[str, Any] = {
        "asker_customer_id": principal.customer_id,
        "asker_bank_id": principal.bank_id,
        "zone": principal.time_zone,
        "limit": query.limit,
        "limit_per": query.limit_per,
        "rows": query.rows,
        **_of_period(period, principal, ""),
        **{f"having_{n}": having.value for n, having in enumerate(query.having)},
        **{f"every_{d}": buckets(d, period) for d in query.group_by if d in SERIAL},
    }
    if before:
        found |= _of_period(before, principal, "before_") | {"apart": _apart(query, before)}
    for prefix, filters in _filters(query):
        for given, shape in zip(filters, filter_shapes(filters, prefix), strict=True):
            found |= _of_filter(given, shape.name)
    return found


def _of_period(period: Period, principal: Principal, prefix: str) -> dict[str, Any]:
    start, end = period.instants(principal.zone)
    usual = midnight(period.start - timedelta(days=USUAL_DAYS), principal.zone)
    return {
        f"{prefix}start": start,
        f"{prefix}end": end,
        f"{prefix}usual_start": usual,
        f"{prefix}first_day": period.start,
        f"{prefix}end_day": period.end,
    }


def _apart(query: InsightQuery, before: Period) -> int | None:
    found = (offset(d, query.period.period, before) for d in query.group_by if d in CALENDAR)
    return next(found, None)


def _filters(query: InsightQuery) -> Iterator[tuple[str, Sequence[Filter]]]:
    yield "filter", query.filters
    for n, conditional in enumerate(query.conditional):
        yield f"when_{n}", conditional.filters


def _of_filter(given: Filter, name: str) -> dict[str, Any]:
    values = given.values
    match given.operator:
        case Operator.BETWEEN:
            return {f"{name}_low": values[0], f"{name}_high": values[1]}
        case Operator.AT_LEAST | Operator.AT_MOST | Operator.ABOVE | Operator.BELOW:
            return {name: values[0]}
        case Operator.CONTAINS | Operator.NOT_CONTAINS:
            return {name: f"%{_escaped(str(values[0]))}%"}
        case _ if given.field == Dimension.WEEKDAY:
            return {name: [isoweekday(value) for value in values]}
        case _:
            ids = [known for value in values if (known := _uuid(str(value)))]
            return {name: [str(value) for value in values], f"{name}_ids": ids}


def _escaped(text: str) -> str:
    for sign in ("\\", "%", "_"):
        text = text.replace(sign, "\\" + sign)
    return text


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
