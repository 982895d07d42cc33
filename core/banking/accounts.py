"""Accounts: opened with an empty balance, closed when they are empty again."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import text, update
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from core.banking.tables import Account, AccountKind
from core.db import Refusals, refusing
from core.errors import AccountNotEmpty, AlreadyExists, NotFound
from core.ledger.tables import Balance

NO_FLOOR_MINOR = -9 * 10**18
"""As deep as a bigint goes: outside accounts and cash may owe anything."""

# Written out, because the application may insert these columns and no others: a balance begins at zero.
_OPEN = text("""
    INSERT INTO ledger.balance (account_id, bank_id, currency, floor_minor)
    VALUES (:account_id, :bank_id, :currency, :floor_minor)
""")

_REFUSALS: Refusals = {
    "one_account_per_bank": (AlreadyExists, "This customer has an account with this bank"),
    "account_number_taken": (AlreadyExists, "This bank has an account with this number"),
    "account_bank_id_fkey": (NotFound, "There is no such bank"),
    "account_customer_id_fkey": (NotFound, "There is no such customer"),
}


async def open_accounts(
    session: AsyncSession, accounts: Sequence[Account], *, floor_minor: int | None = None
) -> Sequence[Account]:
    """The accounts, stored in bulk with their empty balances; none may fall below `floor_minor`.

    Without it: 0 for customers' accounts, no limit for external and system ones.
    Raises AlreadyExists if a number is taken or the customer has an account with the bank; NotFound if either of these
    is missing.
    """
    balances = [
        {
            "account_id": account.id,
            "bank_id": account.bank_id,
            "currency": account.currency,
            "floor_minor": _floor_minor(account) if floor_minor is None else floor_minor,
        }
        for account in accounts
    ]
    with refusing(_REFUSALS):
        session.add_all(accounts)
        await session.flush()
    if balances:
        await session.execute(_OPEN, balances)  # pyright: ignore[reportDeprecated]  # exec() is for selects
    return accounts


async def close_account(session: AsyncSession, account: Account, today: date) -> None:
    """Close an empty account for good. Raises AccountNotEmpty while it holds, owes or expects to pay anything."""
    # One statement: a payment that is under way is waited for, and the emptiness is judged after it.
    closed = await session.execute(  # pyright: ignore[reportDeprecated]  # as above
        update(Balance)
        .where(
            col(Balance.account_id) == account.id,
            col(Balance.bank_id) == account.bank_id,
            col(Balance.posted_minor) == 0,
            col(Balance.pending_out_minor) == 0,
        )
        .values(is_closed=True)
        .returning(col(Balance.account_id))
    )
    if closed.first() is None:
        raise AccountNotEmpty
    account.closed_on = max(today, account.opened_on)


def _floor_minor(account: Account) -> int:
    return 0 if account.kind == AccountKind.CUSTOMER else NO_FLOOR_MINOR
