"""Users: who may log in, and the Principal that each one is."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from core.banking.tables import Customer
from core.db import refusing
from core.errors import AlreadyExists, NotFound, TokenRefused
from core.identity import sessions
from core.identity.access import Principal, Role
from core.identity.passwords import hash_password
from core.identity.tables import User


async def add_user(
    session: AsyncSession,
    *,
    email: str,
    name: str,
    password: str,
    role: Role,
    customer_id: UUID | None = None,
    bank_id: UUID | None = None,
) -> User:
    """A new user. Customers need their customer, staff and analysts their bank (ValueError otherwise).

    Raises AlreadyExists if the email (in any case) has a user.
    """
    if (customer_id is not None) != (role is Role.CUSTOMER):
        raise ValueError("a customer's user, and no other, names its customer")
    if (bank_id is not None) != (role in {Role.STAFF, Role.ANALYST}):
        raise ValueError("a user of staff or analysts, and no other, names its bank")
    user = User(
        email=email,
        name=name,
        password_hash=await hash_password(password),
        role=role,
        customer_id=customer_id,
        bank_id=bank_id,
    )
    with refusing({"app_user_email": (AlreadyExists, f"{email} has a user already")}):
        session.add(user)
        await session.flush()
    return user


async def let_in(session: AsyncSession, email: str, *, password: str, now: datetime) -> User:
    """The login with this email, made if the customer has none, with this password from now on.

    Whoever was logged in with it is not any more. Raises NotFound if nobody has the email, or the user is disabled.
    """
    principal = await principal_by_email(session, email)
    user = await user_by_email(session, email)
    if user is None:
        return await add_user(
            session, email=email, name=principal.name, password=password, role=Role.CUSTOMER,
            customer_id=principal.customer_id,
        )  # fmt: skip
    user.password_hash = await hash_password(password)
    await sessions.end_all(session, user.id, now)
    return user


async def user_by_email(session: AsyncSession, email: str) -> User | None:
    """The user with this email in any case, disabled or not."""
    found = await session.exec(select(User).where(func.lower(User.email) == email.lower()))
    return found.one_or_none()


async def principal_of(session: AsyncSession, user_id: UUID) -> Principal:
    """Who this user is now. Raises TokenRefused if there is none, or it is disabled."""
    user = await session.get(User, user_id)
    if user is None or user.disabled_at is not None:
        raise TokenRefused
    return await _as_principal(session, user)


async def principal_by_email(session: AsyncSession, email: str) -> Principal:
    """The user with this email, else the customer with it: for the operator, who may act for anyone.

    Raises NotFound if nobody has it, or the user is disabled.
    """
    user = await user_by_email(session, email)
    if user is not None and user.disabled_at is None:
        return await _as_principal(session, user)
    found = await session.exec(select(Customer).where(func.lower(col(Customer.email)) == email.lower()))
    customer = found.one_or_none()
    if user is not None or customer is None:
        raise NotFound(f"Nobody here has the email {email}")
    return Principal(
        subject=f"customer:{customer.id}",
        email=email,
        name=customer.name,
        role=Role.CUSTOMER,
        customer_id=customer.id,
        time_zone=customer.time_zone,
    )


async def _as_principal(session: AsyncSession, user: User) -> Principal:
    customer = await session.get(Customer, user.customer_id) if user.customer_id else None
    return Principal(
        subject=f"user:{user.id}",
        email=user.email,
        name=user.name,
        role=Role(user.role),
        customer_id=user.customer_id,
        bank_id=user.bank_id,
        **({"time_zone": customer.time_zone} if customer else {}),
    )
