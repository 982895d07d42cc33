"""The balance of the next days, of each account that somebody asks about. How it is foretold: projection.py."""

import asyncio
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import Date, Integer, Text, Uuid, column, func, or_, select, table
from sqlalchemy.ext.asyncio import AsyncConnection

from core.identity.access import Principal, visible_accounts
from core.insights.movements import Movement, movements, require_one_customer
from core.insights.projection import ForecastDay, PlannedPayment, Standing, plan, project
from core.insights.reading import fetch
from core.insights.recurring import RecurringPayment, recurring_in
from core.insights.reporting import ACCOUNT, ENTRY
from core.ledger.schedules import day_of
from core.ledger.tables import Schedule, TransactionStatus
from core.money import Currency
from core.periods import midnight

DAYS_MAX = 90
ACCOUNTS_MAX = 20

SCHEDULE = table(
    "schedule",
    column("account_id", Uuid),
    column("bank_id", Uuid),
    column("customer_id", Uuid),
    column("receiver_account_id", Uuid),
    column("amount_minor", Integer),
    column("every", Text),
    column("first_on", Date),
    column("days_done", Integer),
    column("until", Date),
    schema="reporting",
)


class AccountForecast(BaseModel):
    account_id: UUID
    account: str
    currency: Currency
    balance_minor: int
    """At the end of the day `as_of`."""
    days: list[ForecastDay]
    planned: list[PlannedPayment]


class Forecast(BaseModel):
    as_of: date
    accounts: list[AccountForecast]
    """One for each account; accounts, and currencies, are never added together."""


async def forecast(
    connection: AsyncConnection, principal: Principal, *, today: date, days: int = 30, account_id: UUID | None = None
) -> Forecast:
    """The balances of the `days` after `today`, of a customer's accounts or of one."""
    require_one_customer(principal, account_id)
    found = await movements(connection, principal, today=today, account_id=account_id)
    orders = await _standing(connection, principal, account_id, today, days)
    balances = await _balances(connection, principal, account_id, today)
    # Some hundred milliseconds for a customer with many accounts: others are answered meanwhile.
    accounts = await asyncio.to_thread(_forecasts, balances, found, orders, today, days)
    return Forecast(as_of=today, accounts=accounts)


def _forecasts(
    balances: Sequence[Any], found: Sequence[Movement], orders: Sequence[Standing], today: date, days: int
) -> list[AccountForecast]:
    series = recurring_in(found, today)
    return [_forecast_of(account, found, series, orders, today, days) for account in balances]


def _forecast_of(
    account: Any,
    found: Sequence[Movement],
    series: Sequence[RecurringPayment],
    orders: Sequence[Standing],
    today: date,
    days: int,
) -> AccountForecast:
    own = account["account_id"]
    of_account = [one for one in series if one.account_id == own]
    planned = plan(own, of_account, orders, today, days)
    history = [movement for movement in found if movement.account_id == own]
    return AccountForecast(
        account_id=own,
        account=account["name"],
        currency=account["currency"],
        balance_minor=int(account["balance_minor"]),
        days=project(history, of_account, planned, int(account["balance_minor"]), today, days),
        planned=planned,
    )


async def _balances(
    connection: AsyncConnection, principal: Principal, account_id: UUID | None, today: date
) -> Sequence[Any]:
    """The accounts and what each held at the end of `today`: what it holds now, less what moved since."""
    a, e = ACCOUNT.c, ENTRY.c
    since = (
        select(func.coalesce(func.sum(e.amount_minor), 0))
        .where(
            e.account_id == a.account_id,
            e.status == TransactionStatus.SUCCESS,
            e.occurred_at >= midnight(today + timedelta(days=1), principal.zone),
        )
        .scalar_subquery()
    )
    wanted: Any = select(a.account_id, a.name, a.currency, (a.posted_minor - since).label("balance_minor")).where(
        visible_accounts(principal, customer_id=a.customer_id, bank_id=a.bank_id),
        a.customer_id.is_not(None),
        a.closed_on.is_(None),
    )
    if account_id is not None:
        wanted = wanted.where(a.account_id == account_id)
    return await fetch(connection, wanted.order_by(a.currency, a.name, a.account_id).limit(ACCOUNTS_MAX))


async def _standing(
    connection: AsyncConnection, principal: Principal, account_id: UUID | None, today: date, days: int
) -> list[Standing]:
    s = SCHEDULE.c
    wanted = select(*s).where(visible_accounts(principal, customer_id=s.customer_id, bank_id=s.bank_id))
    if account_id is not None:
        wanted = wanted.where(or_(s.account_id == account_id, s.receiver_account_id == account_id))
    end = today + timedelta(days=days)
    return [
        Standing(row["account_id"], row["receiver_account_id"], row["amount_minor"], tuple(_days(row, today, end)))
        for row in await fetch(connection, wanted)
    ]


def _days(order: Any, today: date, end: date) -> Iterator[date]:
    """The days after `today`, up to `end`, on which an order will pay."""
    schedule = Schedule(first_on=order["first_on"], every=order["every"])  # pyright: ignore[reportCallIssue]  # what day_of reads
    last = min(end, order["until"] or end)
    index = order["days_done"]
    while (day := day_of(schedule, index)) <= last:
        if day > today:
            yield day
        if order["every"] is None:
            return
        index += 1
