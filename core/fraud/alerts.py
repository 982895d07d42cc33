"""Alerts: payments whose points reached the threshold, for the analysts of the bank that they left from."""

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
    tuple_,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel.ext.asyncio.session import AsyncSession

from core.audit import record
from core.errors import NotFound
from core.fraud.reasons import Reason, render
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


async def list_alerts(
    connection: AsyncConnection,
    principal: Principal,
    *,
    period: Period | None = None,
    status: str | None = None,
    limit: int = 50,
    after: Place | None = None,
) -> list[Alert]:
    """Alerts on accounts of the principal's bank (an administrator: of every bank), newest first, at most `limit`.

    Days of `period` are the principal's. Raises NotAllowed for customers.
    """
    wanted = _wanted(principal, period, status)
    if after is not None:
        wanted.append(tuple_(_ALERT.c.occurred_at, _ALERT.c.transaction_id) < after)
    return await _read(connection, wanted, limit)


async def count_alerts(
    connection: AsyncConnection, principal: Principal, *, period: Period | None = None, status: str | None = None
) -> int:
    """How many alerts `list_alerts` would give without a limit."""
    wanted = _wanted(principal, period, status)
    return (await connection.execute(select(func.count()).select_from(_ALERT).where(*wanted))).scalar_one()


async def decide(session: AsyncSession, principal: Principal, alert_id: UUID, status: AlertStatus) -> None:
    """Put an analyst's word on an alert, and a line about it in the audit trail. Raises NotFound for another bank's."""
    principal.require(Role.ANALYST, Role.ADMIN)
    found = await session.execute(  # pyright: ignore[reportDeprecated]  # SQLModel's exec() is for its own selects
        text("""
            UPDATE fraud.alert SET status = :status
             WHERE transaction_id = :id AND (:every_bank OR bank_id = :bank_id)
            RETURNING points
        """),
        {"status": status, "id": alert_id, "every_bank": principal.role is Role.ADMIN, "bank_id": principal.bank_id},
    )
    points = found.scalar_one_or_none()
    if points is None:
        raise NotFound("There is no such alert, or it is another bank's")
    await record(session, actor=principal.subject, action=f"alert.{status}", subject=f"alert:{alert_id}", points=points)


def _wanted(principal: Principal, period: Period | None, status: str | None) -> list[ColumnElement[bool]]:
    principal.require(*ALERT_WORKERS)
    wanted = [visible_accounts(principal, customer_id=_ALERT.c.customer_id, bank_id=_ALERT.c.bank_id)]
    if status is not None:
        wanted.append(_ALERT.c.status == AlertStatus(status))
    if period is not None:
        start, end = period.instants(principal.zone)
        wanted += [_ALERT.c.occurred_at >= start, _ALERT.c.occurred_at < end]
    return wanted


async def _read(connection: AsyncConnection, wanted: list[ColumnElement[bool]], limit: int) -> list[Alert]:
    newest = (_ALERT.c.occurred_at.desc(), _ALERT.c.transaction_id.desc())
    rows = await connection.execute(select(_ALERT).where(*wanted).order_by(*newest).limit(min(limit, ALERTS_MAX)))
    return [_alert(row) for row in rows.mappings()]


def _alert(row: RowMapping) -> Alert:
    reasons = render(
        row["reasons"],
        money=Money(row["amount_minor"], row["currency"]),
        counterparty=row["counterparty"],
        time_zone=row["time_zone"],
    )
    return Alert.model_validate({**row, "id": row["transaction_id"], "reasons": reasons})
