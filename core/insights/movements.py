"""What moved on accounts, row by row: the material in which patterns are looked for. Figures come from the ledger; what
they mean together is decided in pure functions that take these rows."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, RowMapping, select
from sqlalchemy.ext.asyncio import AsyncConnection

from core.errors import QueryRefused
from core.identity.access import Principal, visible_accounts
from core.insights.reading import fetch
from core.insights.reporting import ENTRY
from core.ledger.tables import TransactionStatus
from core.money import Currency
from core.periods import Period

HISTORY_DAYS = 800
"""How far back patterns look: a yearly payment needs two of its days."""
MOVEMENTS_MAX = 20_000
"""The latest ones. An account with more of them in two years is looked at for as long as they last."""


@dataclass(frozen=True, slots=True)
class Movement:
    """One successful entry as its account sees it: `amount_minor` is negative when money left. `on` is its day where
    the asker lives."""

    transaction_id: UUID
    account_id: UUID
    account: str
    counterparty_account_id: UUID
    counterparty: str
    category: str
    description: str
    currency: Currency
    amount_minor: int
    spend_minor: int
    on: date
    is_own: bool
    is_refund: bool

    @property
    def wording(self) -> str:
        """The description without its digits: reference numbers and dates differ in payments of one kind."""
        return self.description.translate(_NO_DIGITS)

    @property
    def is_payment(self) -> bool:
        """Money that went to somebody else, and gave nothing back to them."""
        return self.amount_minor < 0 and not self.is_own and not self.is_refund


_AS_STORED = tuple(name for name in Movement.__dataclass_fields__ if name not in ("on", "is_own", "is_refund"))
_NO_DIGITS = str.maketrans("", "", "0123456789")


async def movements(
    connection: AsyncConnection,
    principal: Principal,
    *,
    today: date,
    account_id: UUID | None = None,
    days: int = HISTORY_DAYS,
) -> list[Movement]:
    """What moved in the `days` up to and with `today`, the earliest first, on all accounts of a customer or on one.

    Raises QueryRefused for somebody who sees many customers and names no account: patterns are one customer's.
    """
    require_one_customer(principal, account_id)
    e = ENTRY.c
    period = Period(today - timedelta(days=days - 1), today + timedelta(days=1))
    scope = visible_accounts(principal, customer_id=e.customer_id, bank_id=e.bank_id)
    wanted = select(*(e[name] for name in _AS_STORED), e.occurred_at, e.is_own_transfer, e.reverses_id).where(
        scope, e.customer_id.is_not(None), e.status == TransactionStatus.SUCCESS, *during(period, principal)
    )
    if account_id is not None:
        wanted = wanted.where(e.account_id == account_id)
    rows = await fetch(connection, wanted.order_by(e.occurred_at.desc(), e.transaction_id.desc()).limit(MOVEMENTS_MAX))
    return [_movement(row, principal.zone) for row in reversed(rows)]


def during(period: Period, principal: Principal) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """That an entry lies in `period` where the asker lives."""
    start, end = period.instants(principal.zone)
    return ENTRY.c.occurred_at >= start, ENTRY.c.occurred_at < end


def require_one_customer(principal: Principal, account_id: UUID | None) -> None:
    """Raises QueryRefused unless it is clear whose money is meant."""
    if principal.customer_id is None and account_id is None:
        raise QueryRefused("This is about one customer's money: name one of their accounts (account_id)")


def _movement(row: RowMapping, zone: ZoneInfo) -> Movement:
    facts: dict[str, Any] = {name: row[name] for name in _AS_STORED}
    return Movement(
        **facts,
        on=row["occurred_at"].astimezone(zone).date(),
        is_own=row["is_own_transfer"],
        is_refund=row["reverses_id"] is not None,
    )
