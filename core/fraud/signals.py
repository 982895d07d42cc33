"""Signals: accounts whose payments show one pattern, whether or not any single payment was worth an alert."""

from datetime import date
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import BigInteger, Date, Text, Uuid, column, func, select, table
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection

from core.fraud.alerts import ALERT_WORKERS
from core.fraud.reasons import ReasonCode
from core.identity.access import Principal, visible_accounts
from core.insights.reporting import ACCOUNT, ENTRY
from core.money import Currency
from core.periods import Period

_SCORE = table(
    "score", column("transaction_id", Uuid), column("account_id", Uuid), column("reasons", JSONB), schema="reporting"
)


class SignalledAccount(BaseModel):
    """`payments` of the account that were scored for the reason, what they come to, and the day of the last of them."""

    account_id: UUID
    account: str
    customer: str
    currency: Currency
    payments: int
    amount_minor: int
    last_on: date


async def find_signals(
    connection: AsyncConnection, principal: Principal, reason: ReasonCode, *, period: Period, limit: int = 50
) -> list[SignalledAccount]:
    """The accounts of the principal's bank with payments out in `period` that `reason` fits; the largest sum first.

    Raises NotAllowed for customers.
    """
    principal.require(*ALERT_WORKERS)
    e, a, s = ENTRY.c, ACCOUNT.c, _SCORE.c
    start, end = period.instants(principal.zone)
    amount = func.sum(func.abs(e.amount_minor)).cast(BigInteger)
    last_on = func.max(func.timezone(principal.time_zone, e.occurred_at)).cast(Date)
    found = await connection.execute(
        select(
            e.account_id, a.name.label("account"), func.coalesce(a.customer, a.name).cast(Text).label("customer"),
            e.currency, func.count().label("payments"), amount.label("amount_minor"), last_on.label("last_on"),
        )
        .select_from(
            ENTRY.join(_SCORE, (s.transaction_id == e.transaction_id) & (s.account_id == e.account_id))
            .join(ACCOUNT, a.account_id == e.account_id)
        )
        .where(
            visible_accounts(principal, customer_id=e.customer_id, bank_id=e.bank_id),
            e.direction == "out", e.status == "success", e.occurred_at >= start, e.occurred_at < end,
            s.reasons.contains([{"code": reason}]),
        )
        .group_by(e.account_id, a.name, a.customer, e.currency)
        .order_by(amount.desc(), e.account_id)
        .limit(limit)
    )  # fmt: skip
    return [SignalledAccount.model_validate(dict(row)) for row in found.mappings()]
