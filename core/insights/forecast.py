"""The balance of the next days: what is known to come, and what everyday life usually takes, with a band around it.

What the words mean is written down in docs/decisions/0008-patterns.md.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel
from sqlalchemy import Date, Integer, Text, Uuid, column, func, or_, select, table
from sqlalchemy.ext.asyncio import AsyncConnection

from core.identity.access import Principal, visible_accounts
from core.insights.compute import fetch
from core.insights.movements import Movement, movements, require_one_customer
from core.insights.recurring import RecurringPayment, due_between, recurring_in
from core.insights.reporting import ACCOUNT, ENTRY
from core.ledger.schedules import day_of
from core.ledger.tables import Schedule, TransactionStatus
from core.money import Currency
from core.periods import add_months, midnight

DAYS_MAX = 90
ACCOUNTS_MAX = 20
BAND = (0.1, 0.9)
"""Eight of ten past stretches of as many days ended within these quantiles."""
WIDENING = 1.7
"""Few stretches of many days fit into the past, and they overlap: the band is wider by this much for each time that the
past would have to be as long. That is about what Student's distribution adds for so few."""
LIFE_DAYS = 365
"""How much of the past says what everyday life takes."""
LIFE_DAYS_MIN = 28
"""With less of it nothing is said of everyday life, and there is no band."""
OUTLIER = 0.05
"""The share of days, at either end, that do not shape the month's course."""
MONTH_DAYS = 30
MONTHS_MIN = 3
"""Months that it takes to tell a course from chance."""
SETTLING_DAYS = 60
"""What an account is opened and filled with is no habit."""
COURSE_DAYS = 5
"""The month's course is told in parts of so many days."""

Floats = NDArray[np.float64]

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


class ForecastDay(BaseModel):
    """The balance expected at the end of a day; eight times in ten it should lie from `low_minor` to `high_minor`.
    Both are null where an account is too young to tell."""

    on: date
    balance_minor: int
    low_minor: int | None
    high_minor: int | None


class PlannedPayment(BaseModel):
    """A payment that is expected on a day: ordered already (`standing_order`), or as it came before (`recurring`).
    Negative when money will leave."""

    on: date
    amount_minor: int
    counterparty_account_id: UUID
    counterparty: str | None
    source: str


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


@dataclass(frozen=True, slots=True)
class Standing:
    """An order for payments between two accounts, and the days on which it will pay."""

    sender_account_id: UUID
    receiver_account_id: UUID
    amount_minor: int
    days: tuple[date, ...]


async def forecast(
    connection: AsyncConnection, principal: Principal, *, today: date, days: int = 30, account_id: UUID | None = None
) -> Forecast:
    """The balances of the `days` after `today`, of a customer's accounts or of one."""
    require_one_customer(principal, account_id)
    found = await movements(connection, principal, today=today, account_id=account_id)
    orders = await _standing(connection, principal, account_id, today, days)
    series = recurring_in(found, today)
    accounts = [
        _forecast_of(account, found, series, orders, today, days)
        for account in await _balances(connection, principal, account_id, today)
    ]
    return Forecast(as_of=today, accounts=accounts)


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


def plan(
    account_id: UUID, series: Sequence[RecurringPayment], orders: Sequence[Standing], today: date, days: int
) -> list[PlannedPayment]:
    """What is known to move on one account in the `days` after `today`. Where a payment has been ordered, the order
    counts, and not what the series of earlier payments would suggest."""
    ordered = list(_ordered(account_id, orders))
    known = {(payment.counterparty_account_id, payment.amount_minor < 0) for payment in ordered}
    expected = [
        PlannedPayment(
            on=day,
            amount_minor=-one.amount_minor if one.direction == "out" else one.amount_minor,
            counterparty_account_id=one.counterparty_account_id,
            counterparty=one.counterparty,
            source="recurring",
        )
        for one in series
        if (one.counterparty_account_id, one.direction == "out") not in known
        for day in due_between(one, today + timedelta(days=1), today + timedelta(days=days + 1))
    ]
    return sorted([*ordered, *expected], key=lambda payment: (payment.on, payment.amount_minor))


def project(
    history: Sequence[Movement],
    series: Sequence[RecurringPayment],
    planned: Sequence[PlannedPayment],
    balance_minor: int,
    today: date,
    days: int,
) -> list[ForecastDay]:
    """The expected balance day by day: what is planned exactly, and everyday life as the middle of what stretches of
    as many past days came to. `history` is the account's, in the order of time."""
    ahead = [today + timedelta(days=number) for number in range(1, days + 1)]
    # Estimates, so floats may carry them; they are rounded once, at the end.
    known = balance_minor + np.cumsum([float(_sum_on(planned, day)) for day in ahead])
    life = _life(history, series, today)
    if life is None:
        return [
            ForecastDay(on=day, balance_minor=round(at), low_minor=None, high_minor=None)
            for day, at in zip(ahead, known, strict=True)
        ]
    course = _course(life, today)
    coming = known + np.cumsum([course[_part(day)] for day in ahead]) + _stretches(_flat(life, course, today), days)
    moved = _moved(history, today, len(life))
    wandering = _stretches(moved, days)
    staying = _level(history, balance_minor, today, ahead) + wandering - wandering[1]
    trust = _trend(moved)
    low, middle, high = trust * coming + (1 - trust) * staying
    return [
        ForecastDay(on=day, balance_minor=round(at), low_minor=round(least), high_minor=round(most))
        for day, least, at, most in zip(ahead, low, middle, high, strict=True)
    ]


def _life(history: Sequence[Movement], series: Sequence[RecurringPayment], today: date) -> Floats | None:
    """What moved each day, up to and with today, beside the series; of one that varies, what was more or less than
    expected. Without the account's first weeks, in which it was filled."""
    if not history:
        return None
    count = min(LIFE_DAYS, (today - history[0].on).days - SETTLING_DAYS)
    if count < LIFE_DAYS_MIN:
        return None
    expected = {id_: one.amount_minor for one in series for id_ in one.transaction_ids}
    varying = {id_ for one in series if one.amount == "varies" for id_ in one.transaction_ids}
    days = np.zeros(count)
    for movement in history:
        ago = (today - movement.on).days
        if 0 <= ago < count and (movement.transaction_id not in expected or movement.transaction_id in varying):
            usual = expected.get(movement.transaction_id, 0)
            days[count - 1 - ago] += movement.amount_minor + (usual if movement.amount_minor < 0 else -usual)
    return days


def _course(life: Floats, today: date) -> Floats:
    """How the parts of a month differ from an average day: people spend more after pay-day."""
    low, high = np.quantile(life, [OUTLIER, 1 - OUTLIER])
    tamed = np.clip(life, low, high)
    parts = np.array([_part(today - timedelta(days=len(life) - 1 - number)) for number in range(len(life))])
    counts = np.maximum(np.bincount(parts, minlength=7), 1)
    return np.bincount(parts, weights=tamed - tamed.mean(), minlength=7) / counts


def _flat(life: Floats, course: Floats, today: date) -> Floats:
    """Everyday life without the course of the month."""
    return life - course[[_part(today - timedelta(days=len(life) - 1 - number)) for number in range(len(life))]]


def _moved(history: Sequence[Movement], today: date, count: int) -> Floats:
    """All that moved each day, up to and with today."""
    days = np.zeros(count)
    for movement in history:
        if 0 <= (ago := (today - movement.on).days) < count:
            days[count - 1 - ago] += movement.amount_minor
    return days


def _level(history: Sequence[Movement], balance_minor: int, today: date, ahead: Sequence[date]) -> Floats:
    """What the account held on the same day of the last month that is known."""
    since = [add_months(day, -next(n for n in range(1, 5) if add_months(day, -n) <= today)) for day in ahead]
    return np.array([float(balance_minor - sum(m.amount_minor for m in history if m.on > day)) for day in since])


def _trend(moved: Floats) -> float:
    """From 0 to 1: how far what the account's months came to is told from chance, by one standard error not at all, by
    two fully. Where somebody takes out whatever
    comes in, the sums of what is planned lead away from a balance that in truth stays where it is; and so they do
    while an account is new and being filled."""
    months = moved[len(moved) % MONTH_DAYS :].reshape(-1, MONTH_DAYS).sum(axis=1)
    if len(months) < MONTHS_MIN:
        return 0.0
    noise = float(months.std(ddof=1)) / len(months) ** 0.5
    told = abs(float(months.mean())) / noise if noise else 2.0
    return min(max(told - 1.0, 0.0), 1.0)


def _stretches(moved: Floats, days: int) -> Floats:
    """For 1 to `days` days: the low, middle and high of what stretches of so many past days came to. Past half of what
    is known it goes on at the same pace, and the band widens with the root."""
    sums = np.concatenate([[0.0], np.cumsum(moved)])
    reach = min(days, len(moved) // 2)
    told = np.array([np.quantile(sums[n:] - sums[:-n], [BAND[0], 0.5, BAND[1]]) for n in range(1, reach + 1)]).T
    further = np.arange(reach + 1, days + 1) / reach
    middle = np.concatenate([told[1], told[1, -1] * further])
    spread = np.concatenate([told - told[1], np.outer((told - told[1])[:, -1], np.sqrt(further))], axis=1)
    return middle + spread * (1 + WIDENING * np.arange(1, days + 1) / len(moved))


def _part(day: date) -> int:
    return (day.day - 1) // COURSE_DAYS


def _sum_on(planned: Sequence[PlannedPayment], day: date) -> int:
    return sum(payment.amount_minor for payment in planned if payment.on == day)


def _ordered(account_id: UUID, orders: Sequence[Standing]) -> Iterator[PlannedPayment]:
    for order in orders:
        is_out = order.sender_account_id == account_id
        if is_out or order.receiver_account_id == account_id:
            for day in order.days:
                yield PlannedPayment(
                    on=day,
                    amount_minor=-order.amount_minor if is_out else order.amount_minor,
                    counterparty_account_id=order.receiver_account_id if is_out else order.sender_account_id,
                    counterparty=None,
                    source="standing_order",
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
