"""Spend by category or by merchant: this month, the one before, its share, and the course of a year."""

from collections import defaultdict
from datetime import date
from typing import Any, Literal

from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncConnection

from core.categories import BY_SLUG
from core.identity.access import Principal
from core.insights.compute import compute
from core.insights.overview import TREND_MONTHS, so_far
from core.insights.query import GROUPS_MAX, Dimension, Filter, InsightQuery, Measure, Operator, QueryPeriod
from core.money import Currency
from core.periods import Period, Unit

By = Literal["category", "counterparty"]
GROUPS_SHOWN = GROUPS_MAX // TREND_MONTHS
NAMED_MAX = 50
"""Groups of all currencies that get a trend: so many values a filter takes."""


class MonthSpend(BaseModel):
    month: date
    spend_minor: int


class SpendGroup(BaseModel):
    """One category or merchant. `share_percent` is of all spend in the currency, to one decimal; null where refunds
    leave nothing to share. `trend` has twelve months, the one asked for last; `(others)` has none."""

    name: str
    label: str
    spend_minor: int
    spend_before_minor: int
    payments: int
    share_percent: float | None
    trend: list[MonthSpend]


class CurrencyBreakdown(BaseModel):
    currency: Currency
    spend_minor: int
    groups: list[SpendGroup]
    """Largest first; what a list of 41 leaves out is one group `(others)`."""


class Breakdown(BaseModel):
    by: By
    period: QueryPeriod
    """The month, up to today when it is not over yet."""
    compared_with: QueryPeriod
    currencies: list[CurrencyBreakdown]


async def breakdown(
    connection: AsyncConnection,
    principal: Principal,
    *,
    by: By,
    month: date,
    today: date,
) -> Breakdown:
    """Spend of the month that holds the day `month`, against the same days of the month before."""
    period, before = so_far(Period.of(Unit.MONTH, month), today)
    groups = (await compute(connection, principal, _groups(Dimension(by), period, before))).rows
    totals = (await compute(connection, principal, _total(period))).rows
    names = list(dict.fromkeys(row[by] for row in groups))[:NAMED_MAX]
    trend = await _trend(connection, principal, by, period, names)
    return Breakdown(
        by=by,
        period=QueryPeriod.of(period),
        compared_with=QueryPeriod.of(before),
        currencies=[
            CurrencyBreakdown(
                currency=total["currency"],
                spend_minor=total["spend"],
                groups=[
                    _group(row, by, total["spend"], trend) for row in groups if row["currency"] == total["currency"]
                ],
            )
            for total in totals
        ],
    )


def _groups(dimension: Dimension, period: Period, before: Period) -> InsightQuery:
    return InsightQuery(
        measures=(Measure.SPEND, Measure.COUNT),
        group_by=(dimension,),
        period=QueryPeriod.of(period),
        compare=QueryPeriod.of(before),
        limit=GROUPS_SHOWN,
        others=True,
    )


def _total(period: Period) -> InsightQuery:
    return InsightQuery(measures=(Measure.SPEND,), period=QueryPeriod.of(period))


async def _trend(
    connection: AsyncConnection, principal: Principal, by: By, period: Period, names: list[str]
) -> dict[tuple[str, str], list[MonthSpend]]:
    """The year's course of each group, by currency and name."""
    if not names:
        return {}
    first = Period.of(Unit.MONTH, period.start).shifted(1 - TREND_MONTHS)
    wanted = InsightQuery(
        measures=(Measure.SPEND,),
        group_by=(Dimension(by), Dimension.MONTH),
        filters=(Filter(field=by, operator=Operator.IN, values=tuple(names)),),
        period=QueryPeriod(start=first.start, end=period.end),
        limit=GROUPS_MAX,
    )
    months: dict[tuple[str, str], list[MonthSpend]] = defaultdict(list)
    for row in (await compute(connection, principal, wanted)).rows:
        months[row["currency"], row[by]].append(MonthSpend(month=row["month"], spend_minor=row["spend"]))
    return months


def _group(
    row: dict[str, Any], by: str, total_minor: int, trend: dict[tuple[str, str], list[MonthSpend]]
) -> SpendGroup:
    name = row[by]
    return SpendGroup(
        name=name,
        label=BY_SLUG[name].name if by == "category" and name in BY_SLUG else name,
        spend_minor=row["spend"],
        spend_before_minor=row["spend_before"],
        payments=row["count"],
        share_percent=round(100 * row["spend"] / total_minor, 1) if total_minor > 0 else None,
        trend=trend.get((row["currency"], name), []),
    )
