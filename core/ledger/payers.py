"""Who may move money, and out of which accounts."""

from uuid import UUID

from sqlalchemy import Select, select
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from core.banking.tables import Account
from core.errors import AccountNotFound
from core.identity.access import Principal, Role, visible_accounts

PAYERS = (Role.CUSTOMER, Role.STAFF, Role.ADMIN)
"""Who may move money, out of accounts that they may see."""


def visible_account_ids(principal: Principal) -> Select[UUID]:
    may_see = visible_accounts(principal, customer_id=col(Account.customer_id), bank_id=col(Account.bank_id))
    return select(col(Account.id)).where(may_see)


async def sees_account(session: AsyncSession, principal: Principal, account_id: UUID) -> bool:
    wanted = visible_account_ids(principal).where(col(Account.id) == account_id)
    return (await session.execute(wanted)).one_or_none() is not None  # pyright: ignore[reportDeprecated]  # select() of SQLAlchemy


async def require_payer(session: AsyncSession, principal: Principal, account_id: UUID) -> None:
    """Raises NotAllowed to those who move no money, AccountNotFound unless this account is theirs to pay from."""
    principal.require(*PAYERS)
    if not await sees_account(session, principal, account_id):
        raise AccountNotFound
