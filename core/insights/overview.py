"""The overview page in one answer: this month against the last, where it went, the year's course, the accounts."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from core.categories import BY_SLUG
from core.identity.access import Principal, visible_accounts
from core.insights.compute import compute
from core.insights.query import Dimension, Flow, InsightQuery, InsightResult, Measure, QueryPeriod
from core.insights.reporting import ACCOUNT
from core.money import Currency
from core.periods import Period, Unit

CATEGORIES_MAX = 12
MERCHANTS_MAX = 8
ACCOUNTS_MAX = 50
TREND_MONTHS = 12


class Totals(BaseModel):
    income_minor: int = 0
    spend_minor: int = 0
    net_minor: int = 0


class CategorySpend(BaseModel):
    """Spend of a category, this month and in the same days before. `(others)` stands for what the list cuts off."""

    category: str
    name: str
    spend_minor: int
    spend_before_minor: int


class MonthTotals(Totals):
    month: date


class MerchantSpend(BaseModel):
    counterparty: str
    spend_minor: int
    payments: int


class AccountBalance(BaseModel):
    account_id: UUID
    name: str
    number: str
    bank: str
    customer: str
    currency: Currency
    posted_minor: int
    available_minor: int


class CurrencyOverview(BaseModel):
    """Everything in one currency; there is one of these for each, and they are never added together."""

    currency: Currency
    balance_minor: int
    """Of all accounts, also those that `accounts` leaves out."""
    accounts: int
    this_month: Totals
    before: Totals
    categories: list[CategorySpend]
    merchants: list[MerchantSpend]
    trend: list[MonthTotals]
    """Twelve months, the one asked for last."""


class Overview(BaseModel):
    month: date
    period: QueryPeriod
    """The month, up to today when it is not over yet."""
    compared_with: QueryPeriod
    """As many days of the month before, or all of it when the month is over."""
    currencies: list[CurrencyOverview]
    """The one with most entries first; only currencies that the asker's accounts have."""
    accounts: list[AccountBalance]
    """The fullest ones, at most 50."""


async def overview(connection: AsyncConnection, principal: Principal, *, month: date, today: date) -> Overview:
    """The overview of the month that holds the day `month`, as of `today` where the asker lives."""
    period, before = so_far(Period.of(Unit.MONTH, month), today)
    found = Findings(
        totals=await compute(connection, principal, _totals(period, before)),
        categories=await compute(connection, principal, _categories(period, before)),
        merchants=await compute(connection, principal, _merchants(period)),
        trend=await compute(connection, principal, _trend(period)),
        holdings=await _holdings(connection, principal),
    )
    return Overview(
        month=period.start,
        period=QueryPeriod.of(period),
        compared_with=QueryPeriod.of(before),
        currencies=[found.of(currency) for currency in found.currencies()],
        accounts=await _fullest(connection, principal),
    )


def so_far(month: Period, today: date) -> tuple[Period, Period]:
    """The month up to and with today, and the same days of the month before; two whole months once it is over."""
    before = month.previous()
    if not month.holds(today):
        return month, before
    period = Period(month.start, today + timedelta(days=1))
    return period, Period(before.start, min(before.start + timedelta(days=period.days), before.end))


@dataclass(frozen=True, slots=True)
class Findings:
    """What was computed, of all currencies."""

    totals: InsightResult
    categories: InsightResult
    merchants: InsightResult
    trend: InsightResult
    holdings: dict[Currency, tuple[int, int]]

    def currencies(self) -> list[Currency]:
        """Those of the year's entries, busiest first, then those of accounts that were not used."""
        return list(dict.fromkeys([*(row["currency"] for row in self.trend.rows), *self.holdings]))

    def of(self, currency: Currency) -> CurrencyOverview:
        accounts, balance_minor = self.holdings.get(currency, (0, 0))
        totals = (_of(self.totals, currency) or [{}])[0]
        return CurrencyOverview(
            currency=currency,
            balance_minor=balance_minor,
            accounts=accounts,
            this_month=_sums(totals),
            before=_sums({name.removesuffix("_before"): totals[name] for name in totals if name.endswith("_before")}),
            categories=[_category(row) for row in _of(self.categories, currency)],
            merchants=[_merchant(row) for row in _of(self.merchants, currency)],
            trend=[MonthTotals(month=row["month"], **dict(_sums(row))) for row in _of(self.trend, currency)],
        )


def _totals(period: Period, before: Period) -> InsightQuery:
    return InsightQuery(
        measures=(Measure.INCOME, Measure.SPEND, Measure.NET),
        flow=Flow.ANY,
        period=QueryPeriod.of(period),
        compare=QueryPeriod.of(before),
    )


def _categories(period: Period, before: Period) -> InsightQuery:
    return InsightQuery(
        measures=(Measure.SPEND,),
        group_by=(Dimension.CATEGORY,),
        period=QueryPeriod.of(period),
        compare=QueryPeriod.of(before),
        limit=CATEGORIES_MAX,
        others=True,
    )


def _merchants(period: Period) -> InsightQuery:
    return InsightQuery(
        measures=(Measure.SPEND, Measure.COUNT),
        group_by=(Dimension.COUNTERPARTY,),
        period=QueryPeriod.of(period),
        limit=MERCHANTS_MAX,
    )


def _trend(period: Period) -> InsightQuery:
    first = Period.of(Unit.MONTH, period.start).shifted(1 - TREND_MONTHS)
    return InsightQuery(
        measures=(Measure.INCOME, Measure.SPEND, Measure.NET),
        flow=Flow.ANY,
        group_by=(Dimension.MONTH,),
        period=QueryPeriod(start=first.start, end=period.end),
    )


async def _holdings(connection: AsyncConnection, principal: Principal) -> dict[Currency, tuple[int, int]]:
    """How many accounts there are in each currency, and what they hold together."""
    a = ACCOUNT.c
    sums = select(a.currency, func.count(), func.sum(a.posted_minor)).where(*_visible(principal)).group_by(a.currency)
    rows = (await connection.execute(sums.order_by(func.count().desc(), a.currency))).all()
    return {currency: (accounts, int(balance)) for currency, accounts, balance in rows}


async def _fullest(connection: AsyncConnection, principal: Principal) -> list[AccountBalance]:
    a = ACCOUNT.c
    shown = [a[name] for name in AccountBalance.model_fields]
    fullest = select(*shown).where(*_visible(principal)).order_by(a.posted_minor.desc(), a.account_id)
    rows = (await connection.execute(fullest.limit(ACCOUNTS_MAX))).mappings()
    return [AccountBalance(**row) for row in rows]


def _visible(principal: Principal) -> list[ColumnElement[bool]]:
    """Customers' accounts in scope: cash and accounts at other banks are nobody's."""
    a = ACCOUNT.c
    return [visible_accounts(principal, customer_id=a.customer_id, bank_id=a.bank_id), a.customer_id.is_not(None)]


def _of(result: InsightResult, currency: Currency) -> list[dict[str, Any]]:
    return [row for row in result.rows if row["currency"] == currency]


def _sums(row: dict[str, Any]) -> Totals:
    return Totals(income_minor=row.get("income", 0), spend_minor=row.get("spend", 0), net_minor=row.get("net", 0))


def _category(row: dict[str, Any]) -> CategorySpend:
    slug = row["category"]
    return CategorySpend(
        category=slug,
        name=BY_SLUG[slug].name if slug in BY_SLUG else slug,
        spend_minor=row["spend"],
        spend_before_minor=row["spend_before"],
    )


def _merchant(row: dict[str, Any]) -> MerchantSpend:
    return MerchantSpend(counterparty=row["counterparty"], spend_minor=row["spend"], payments=row["count"])
