"""Statements: what an account held when a month began, each entry in order, what it held in the end.

Only successful payments, by when they occurred; months are those of the holder's time zone. A payment that is dated
into an earlier month changes that month and every balance after it, so the chain from month to month always holds.
"""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import Path
from pydantic import BaseModel
from sqlalchemy import ColumnElement, and_, func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import col
from sqlmodel import select as select_rows
from sqlmodel.ext.asyncio.session import AsyncSession

from core.banking.tables import Account, Bank, Customer
from core.errors import AccountNotFound
from core.identity.access import Principal, visible_accounts
from core.insights.reporting import ENTRY
from core.ledger.tables import TransactionStatus
from core.money import Currency, Money, MoneyView
from core.paging import PageQuery
from core.periods import Period, Unit, today_in

Month = Annotated[str, Path(pattern=r"^(19[5-9]\d|20\d\d)-(0[1-9]|1[0-2])$", examples=["2026-05"])]

CHUNK_ROWS = 200
"""Entries taken from the database at a time: 5 ms of work, after which the loop can turn to others."""

BANK_ZONE = ZoneInfo("Asia/Kolkata")
"""Whose months count for the banks' own accounts, which have no customer."""


class Letterhead(BaseModel):
    """The bank, the holder (the bank itself, for its own accounts) and the account."""

    account_id: UUID
    account_number: str
    account_name: str
    currency: Currency
    bank: str
    bank_code: str
    bank_email: str | None
    bank_phone: str | None
    holder: str
    address: str | None
    time_zone: str

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)


class StatementMonth(BaseModel):
    """A month in which the account moved; `end` is the first day after it."""

    month: str
    start: date
    end: date
    is_complete: bool

    @classmethod
    def of(cls, period: Period, today: date) -> "StatementMonth":
        return cls(
            month=f"{period.start:%Y-%m}", start=period.start, end=period.end, is_complete=not today < period.end
        )


class StatementHead(StatementMonth, Letterhead):
    """A statement without its entries. `total_out` is positive: opening + total_in - total_out = closing."""

    opening: MoneyView
    total_in: MoneyView
    count_in: int
    total_out: MoneyView
    count_out: int
    closing: MoneyView


@dataclass(frozen=True, slots=True)
class StatementEntry:
    """One line: the amount is signed, the balance is the one after it in the statement's order."""

    occurred_at: datetime
    transaction_id: UUID
    counterparty: str
    description: str
    category: str
    amount_minor: int
    amount: str
    balance_minor: int
    balance: str


class Statement(StatementHead):
    entries: list[StatementEntry]


async def letterhead(session: AsyncSession, principal: Principal, account_id: UUID) -> Letterhead:
    """Raises AccountNotFound if the account is missing or not the caller's to see."""
    may_see = visible_accounts(principal, customer_id=col(Account.customer_id), bank_id=col(Account.bank_id))
    found = await session.exec(
        select_rows(Account, Bank, Customer)
        .join(Bank, col(Bank.id) == Account.bank_id)
        .outerjoin(Customer, col(Customer.id) == Account.customer_id)
        .where(Account.id == account_id, may_see)
    )
    row = found.one_or_none()
    if row is None:
        raise AccountNotFound
    return _letterhead(*row)


def _letterhead(account: Account, bank: Bank, customer: Customer | None) -> Letterhead:
    return Letterhead(
        account_id=account.id,
        account_number=account.number,
        account_name=account.name,
        currency=account.currency,
        bank=bank.name,
        bank_code=bank.code,
        bank_email=bank.email,
        bank_phone=bank.phone,
        holder=customer.name if customer else bank.name,
        address=customer.address if customer else None,
        time_zone=customer.time_zone if customer else BANK_ZONE.key,
    )


class MonthsQuery(PageQuery):
    account_id: UUID


_MONTHS = text("SELECT reporting.months_before(:account_id, CAST(:before AS timestamptz), :zone, :limit)")


async def months(look: AsyncConnection, paper: Letterhead, query: MonthsQuery, after: list[str] | None) -> list[date]:
    """First days of the months in which the account moved, newest first, one more than the query's limit."""
    facts = {
        "account_id": query.account_id,
        "before": after[0] if after else "infinity",
        "zone": paper.time_zone,
        "limit": query.limit + 1,
    }
    began = await look.execute(_MONTHS, facts)
    return [instant.astimezone(paper.zone).date() for instant in began.scalars()]


def position_of(paper: Letterhead, first: date) -> list[str]:
    start, _ = Period.of(Unit.MONTH, first).instants(paper.zone)
    return [start.isoformat()]


def month_view(paper: Letterhead, first: date, now: datetime) -> StatementMonth:
    return StatementMonth.of(Period.of(Unit.MONTH, first), today_in(paper.zone, now))


async def statement_head(look: AsyncConnection, paper: Letterhead, period: Period, now: datetime) -> StatementHead:
    """The figures of a month; what `look` reads afterwards is of the same snapshot."""
    amount = ENTRY.c.amount_minor
    start, _ = period.instants(paper.zone)
    figures = select(
        func.reporting.posted_before(paper.account_id, start).label("opening"),
        func.coalesce(func.sum(amount).filter(amount > 0), 0).label("total_in"),
        func.count().filter(amount > 0).label("count_in"),
        func.coalesce(-func.sum(amount).filter(amount < 0), 0).label("total_out"),
        func.count().filter(amount < 0).label("count_out"),
    ).where(_within(paper, period))
    row = (await look.execute(figures)).one()
    minor = {"opening": row.opening, "total_in": int(row.total_in), "total_out": int(row.total_out)}
    minor["closing"] = minor["opening"] + minor["total_in"] - minor["total_out"]
    facts = {
        **dict(paper),
        **dict(StatementMonth.of(period, today_in(paper.zone, now))),
        **{name: MoneyView.of(Money(value, paper.currency)) for name, value in minor.items()},
    }
    return StatementHead.model_validate({**facts, "count_in": row.count_in, "count_out": row.count_out})


async def statement_entries(look: AsyncConnection, head: StatementHead) -> AsyncGenerator[StatementEntry]:
    """The lines in order: by when they occurred, those of one instant by transaction id."""
    columns = [ENTRY.c[name] for name in _LINE]
    lines = (
        select(*columns)
        .where(_within(head, Period(head.start, head.end)))
        .order_by(ENTRY.c.occurred_at, ENTRY.c.transaction_id)
    )
    balance = Money(head.opening.amount_minor, head.currency)
    async with look.stream(lines) as rows:
        async for chunk in rows.partitions(CHUNK_ROWS):
            for row in chunk:
                amount = Money(row.amount_minor, head.currency)
                balance += amount
                yield _line(row, amount, balance)


_LINE = ("occurred_at", "transaction_id", "counterparty", "description", "category", "amount_minor")


def _line(row: Any, amount: Money, balance: Money) -> StatementEntry:
    return StatementEntry(
        occurred_at=row.occurred_at,
        transaction_id=row.transaction_id,
        counterparty=row.counterparty,
        description=row.description,
        category=row.category,
        amount_minor=amount.amount_minor,
        amount=amount.amount,
        balance_minor=balance.amount_minor,
        balance=balance.amount,
    )


def _within(paper: Letterhead, period: Period) -> ColumnElement[bool]:
    start, end = period.instants(paper.zone)
    return and_(
        ENTRY.c.account_id == paper.account_id,
        ENTRY.c.status == TransactionStatus.SUCCESS.value,
        ENTRY.c.occurred_at >= start,
        ENTRY.c.occurred_at < end,
    )
