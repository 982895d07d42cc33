"""What an account holds: now, and at any instant before."""

from datetime import datetime
from typing import Self
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import text
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from core.banking.tables import Account
from core.errors import AccountNotFound
from core.identity.access import Principal, visible_accounts
from core.ledger.tables import Balance
from core.money import Money, MoneyView


class BalanceView(BaseModel):
    """`available` is what can be spent: posted less what pending payments will take."""

    posted: MoneyView
    pending_out: MoneyView
    available: MoneyView

    @classmethod
    def of(cls, balance: Balance) -> Self:
        return cls(**cls.amounts(balance.posted_minor, balance.pending_out_minor, balance.currency))

    @staticmethod
    def amounts(posted: int, pending: int, currency: str) -> dict[str, MoneyView]:
        minor = {"posted": posted, "pending_out": pending, "available": posted - pending}
        return {name: MoneyView.of(Money(amount, currency)) for name, amount in minor.items()}


class BalanceAt(BalanceView):
    """A balance and the instant it is of. `version` counts the account's entries; null for an instant that was given,
    since entries that are dated before it may still come."""

    as_of: datetime
    version: int | None


async def visible_balance(session: AsyncSession, principal: Principal, account_id: UUID) -> Balance:
    """Raises AccountNotFound if the account is missing or not the caller's to see."""
    may_see = visible_accounts(principal, customer_id=col(Account.customer_id), bank_id=col(Account.bank_id))
    same = (col(Balance.account_id) == Account.id) & (col(Balance.bank_id) == Account.bank_id)
    found = await session.exec(select(Balance).join(Account, same).where(Account.id == account_id, may_see))
    balance = found.one_or_none()
    if balance is None:
        raise AccountNotFound
    return balance


def balance_tag(balance: Balance) -> str:
    """Weak, for `as_of` moves on. A hold adds no entry and so no version, but changes what is available."""
    return f'W/"{balance.version}.{balance.pending_out_minor}"'


# What occurred at the instant itself counts, so the border is the next one that the database can tell apart.
_AT = text("""
    SELECT reporting.posted_before(:account_id, CAST(:at AS timestamptz) + interval '1 microsecond'),
           reporting.pending_out_at(:account_id, :at)
""")


async def balance_at(session: AsyncSession, balance: Balance, at: datetime) -> BalanceAt:
    """What the account of `balance` held at an instant, by when its payments occurred, and what was promised out."""
    found = await session.execute(_AT, {"account_id": balance.account_id, "at": at})  # pyright: ignore[reportDeprecated]  # text()
    posted, pending = found.one()
    return BalanceAt(**BalanceView.amounts(posted, pending, balance.currency), as_of=at, version=None)
