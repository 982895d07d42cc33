"""The demo logins: one of each role, all with the installation's demo password."""

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from core.banking.tables import Bank, Customer
from core.identity.access import Role
from core.identity.passwords import hash_password, is_password
from core.identity.users import add_user, user_by_email
from finlens.demo.cast import ASHA, HOME_BANK

_NAMES = {
    Role.CUSTOMER: "Asha Menon",
    Role.ANALYST: "Tara Deshmukh",
    Role.STAFF: "Joseph Fernandes",
    Role.ADMIN: "Noor Ali",
}


async def keep_logins(session: AsyncSession, password: str) -> None:
    """Make the demo's users, or give those that exist this password."""
    for role, name in _NAMES.items():
        email = f"{role}@finlens.example"
        user = await user_by_email(session, email)
        if user is None:
            await add_user(session, email=email, name=name, password=password, role=role, **await _tie(session, role))
        elif not await is_password(password, user.password_hash):
            user.password_hash = await hash_password(password)


async def _tie(session: AsyncSession, role: Role):
    """The customer or the bank that a login of this role belongs to."""
    match role:
        case Role.CUSTOMER:
            return {"customer_id": (await session.exec(select(Customer.id).where(Customer.email == ASHA))).one()}
        case Role.STAFF | Role.ANALYST:
            return {"bank_id": (await session.exec(select(Bank.id).where(Bank.code == HOME_BANK.code))).one()}
        case Role.ADMIN:
            return {}
