"""What was spent on each day of a year."""

from datetime import date, timedelta

from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncConnection

from core.identity.access import Principal
from core.insights.compute import compute
from core.insights.query import Dimension, InsightQuery, Measure, QueryPeriod
from core.money import Currency
from core.periods import Period, Unit

DAYS_MAX = 366


class CalendarDay(BaseModel):
    """Spend is less refunds, so a day can be negative; a refund is no payment of its own."""

    on: date
    spend_minor: int
    payments: int


class CurrencyCalendar(BaseModel):
    currency: Currency
    days: list[CalendarDay]
    """Every day of the year up to today, in order."""


class SpendCalendar(BaseModel):
    year: int
    currencies: list[CurrencyCalendar]


async def spend_calendar(connection: AsyncConnection, principal: Principal, *, year: int, today: date) -> SpendCalendar:
    """Spend and payments of each day of `year`, up to `today`."""
    whole = Period.of(Unit.YEAR, date(year, 1, 1))
    if today < whole.start:
        return SpendCalendar(year=year, currencies=[])
    period = Period(whole.start, min(whole.end, today + timedelta(days=1)))
    wanted = InsightQuery(
        measures=(Measure.SPEND, Measure.COUNT),
        group_by=(Dimension.DAY,),
        period=QueryPeriod.of(period),
        limit=DAYS_MAX,
    )
    rows = (await compute(connection, principal, wanted)).rows
    currencies = dict.fromkeys(row["currency"] for row in rows)
    return SpendCalendar(
        year=year,
        currencies=[
            CurrencyCalendar(
                currency=currency,
                days=[
                    CalendarDay(on=row["day"], spend_minor=row["spend"], payments=row["count"])
                    for row in rows
                    if row["currency"] == currency
                ],
            )
            for currency in currencies
        ],
    )
