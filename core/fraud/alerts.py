"""Alerts: payments whose points reached the threshold, for the analysts of the bank that they left from."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    DateTime,
    Integer,
    RowMapping,
    Text,
    Uuid,
    column,
    func,
    select,
    table,
    text,
    true,
    tuple_,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel.ext.asyncio.session import AsyncSession

from core.audit import record
from core.errors import NotFound
from core.fraud.reasons import Reason, ReasonCode, render
from core.identity.access import Principal, Role, visible_accounts
from core.money import Currency, Money
from core.periods import Period

ALERTS_MAX = 201
"""A full page, and one more to know whether another follows."""

ALERT_WORKERS = (Role.STAFF, Role.ANALYST, Role.ADMIN)


class AlertStatus(StrEnum):
    OPEN = "open"
    CONFIRMED = "confirmed"
    """It was fraud."""
    DISMISSED = "dismissed"


class Alert(BaseModel):
    """One payment to look at, and why. It is known by the id of its payment; `points` run from 0 to 99."""

    id: UUID
    transaction_id: UUID
    account_id: UUID
    account: str
    customer: str
    counterparty: str
    amount_minor: int
    currency: Currency
    description: str
    points: int
    status: AlertStatus
    occurred_at: datetime
    reasons: list[Reason]


Place = tuple[datetime, UUID]
"""Where one page of alerts ended: the last one's `occurred_at` and id."""

_ALERT = table(
    "alert",
    column("transaction_id", Uuid),
    column("account_id", Uuid),
    column("bank_id", Uuid),
    column("customer_id", Uuid),
    column("status", Text),
    column("occurred_at", DateTime(timezone=True)),
    column("account", Text),
    column("customer", Text),
    column("time_zone", Text),
    column("counterparty", Text),
    column("amount_minor", BigInteger),
    column("currency", Text),
    column("description", Text),
    column("points", Integer),
    column("reasons", JSONB),
    schema="reporting",
)


@dataclass(frozen=True, slots=True)
class AlertsWanted:
    """Which alerts: of payments of a period (days are the asker's), in a state, with so many points, for a reason, on
    some accounts (none named: on all)."""

    period: Period | None = None
    status: str | None = None
    points_min: int | None = None
    points_max: int | None = None
    reason: ReasonCode | None = None
    account_ids: tuple[UUID, ...] = ()


EVERY_ALERT = AlertsWanted()


class AlertSums(BaseModel):
    """What alerts of one currency come to. An account, or a customer, with several alerts counts once."""

    currency: Currency
    alerts: int
    amount_minor: int
    accounts: int
    customers: int
    points_max: int
    """Of the highest of them."""
    points_min: int
    points: int
    """Of all of them together."""


class CitedReason(BaseModel):
    """How many alerts cite a reason. An alert with several counts for each of them."""

    code: ReasonCode
    alerts: int


class AlertedAccount(BaseModel):
    """An account with alerts that nobody has dismissed: how many, and the points of all of them together."""

    account_id: UUID
    account: str
    customer: str
    currency: Currency
    alerts: int
    points: int
    amount_minor: int


async def list_alerts(
    connection: AsyncConnection,
    principal: Principal,
    wanted: AlertsWanted = EVERY_ALERT,
    *,
    limit: int = 50,
    after: Place | None = None,
) -> list[Alert]:
    """Alerts on accounts of the principal's bank (an administrator: of every bank), newest first, at most `limit`.

    Raises NotAllowed for customers.
    """
    conditions = _conditions(principal, wanted)
    if after is not None:
        conditions.append(tuple_(_ALERT.c.occurred_at, _ALERT.c.transaction_id) < after)
    return await _read(connection, conditions, limit)


async def sum_alerts(
    connection: AsyncConnection, principal: Principal, wanted: AlertsWanted = EVERY_ALERT
) -> list[AlertSums]:
    """What `list_alerts` would give without a limit comes to, per currency; the one with most alerts first."""
    a, number = _ALERT.c, func.count()
    sums = select(
        a.currency, number.label("alerts"), func.sum(a.amount_minor).cast(BigInteger).label("amount_minor"),
        func.count(a.account_id.distinct()).label("accounts"), func.count(a.customer_id.distinct()).label("customers"),
        func.max(a.points).label("points_max"), func.min(a.points).label("points_min"),
        func.sum(a.points).label("points"),
    )  # fmt: skip
    sums = sums.where(*_conditions(principal, wanted)).group_by(a.currency).order_by(number.desc(), a.currency)
    return [AlertSums.model_validate(dict(row)) for row in (await connection.execute(sums)).mappings()]


async def cited_reasons(
    connection: AsyncConnection, principal: Principal, wanted: AlertsWanted = EVERY_ALERT
) -> list[CitedReason]:
    """The reasons that alerts cite, the one of most alerts first."""
    reason = func.jsonb_array_elements(_ALERT.c.reasons).table_valued(column("value", JSONB), name="reason")
    code, number = reason.c.value["code"].astext, func.count()
    cited = select(code.label("code"), number.label("alerts")).select_from(_ALERT.join(reason, true()))
    cited = cited.where(*_conditions(principal, wanted)).group_by(code).order_by(number.desc(), code)
    return [CitedReason.model_validate(dict(row)) for row in (await connection.execute(cited)).mappings()]


async def alerted_accounts(
    connection: AsyncConnection, principal: Principal, wanted: AlertsWanted = EVERY_ALERT, *, limit: int = 50
) -> list[AlertedAccount]:
    """The accounts with alerts that are open or confirmed, the one with most points in all of them first."""
    a, points = _ALERT.c, func.sum(_ALERT.c.points)
    found = await connection.execute(
        select(
            a.account_id, a.account, a.customer, a.currency, func.count().label("alerts"), points.label("points"),
            func.sum(a.amount_minor).cast(BigInteger).label("amount_minor"),
        )
        .where(*_conditions(principal, wanted), a.status != AlertStatus.DISMISSED)
        .group_by(a.account_id, a.account, a.customer, a.currency)
        .order_by(points.desc(), a.account_id)
        .limit(limit)
    )  # fmt: skip
    return [AlertedAccount.model_validate(dict(row)) for row in found.mappings()]


async def decide(session: AsyncSession, principal: Principal, alert_id: UUID, status: AlertStatus) -> None:
    """Put an analyst's word on an alert, and a line about it in the audit trail. Raises NotFound for another bank's."""
    principal.require(Role.ANALYST, Role.ADMIN)
    found = await session.execute(  # pyright: ignore[reportDeprecated]  # SQLModel's exec() is for its own selects
        text("""
            UPDATE fraud.alert
               SET status = :status, decided_at = CASE WHEN :status <> 'open' THEN now() END
             WHERE transaction_id = :id AND (:every_bank OR bank_id = :bank_id)
            RETURNING points
        """),
        {"status": status, "id": alert_id, "every_bank": principal.role is Role.ADMIN, "bank_id": principal.bank_id},
    )
    points = found.scalar_one_or_none()
    if points is None:
        raise NotFound("There is no such alert, or it is another bank's")
    await record(session, actor=principal.subject, action=f"alert.{status}", subject=f"alert:{alert_id}", points=points)


def _conditions(principal: Principal, wanted: AlertsWanted) -> list[ColumnElement[bool]]:
    principal.require(*ALERT_WORKERS)
    a = _ALERT.c
    conditions = [visible_accounts(principal, customer_id=a.customer_id, bank_id=a.bank_id)]
    if wanted.status is not None:
        conditions.append(a.status == AlertStatus(wanted.status))
    if wanted.period is not None:
        start, end = wanted.period.instants(principal.zone)
        conditions += [a.occurred_at >= start, a.occurred_at < end]
    if wanted.points_min is not None:
        conditions.append(a.points >= wanted.points_min)
    if wanted.points_max is not None:
        conditions.append(a.points <= wanted.points_max)
    if wanted.reason is not None:
        conditions.append(a.reasons.contains([{"code": wanted.reason}]))
    if wanted.account_ids:
        conditions.append(a.account_id.in_(wanted.account_ids))
    return conditions


async def _read(connection: AsyncConnection, conditions: list[ColumnElement[bool]], limit: int) -> list[Alert]:
    newest = (_ALERT.c.occurred_at.desc(), _ALERT.c.transaction_id.desc())
    rows = await connection.execute(select(_ALERT).where(*conditions).order_by(*newest).limit(min(limit, ALERTS_MAX)))
    return [_alert(row) for row in rows.mappings()]


def _alert(row: RowMapping) -> Alert:
    reasons = render(
        row["reasons"],
        money=Money(row["amount_minor"], row["currency"]),
        counterparty=row["counterparty"],
        time_zone=row["time_zone"],
    )
    return Alert.model_validate({**row, "id": row["transaction_id"], "reasons": reasons})
