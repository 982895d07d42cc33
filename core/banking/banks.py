"""Banks."""

from sqlmodel.ext.asyncio.session import AsyncSession

from core.banking.tables import Bank
from core.db import refusing
from core.errors import AlreadyExists


async def add_bank(
    session: AsyncSession, *, name: str, code: str, email: str | None = None, phone: str | None = None
) -> Bank:
    """A new bank. Raises AlreadyExists if another one has this code."""
    bank = Bank(name=name, code=code, email=email, phone=phone)
    with refusing({"bank_code_key": (AlreadyExists, f"A bank with the code {code} exists")}):
        session.add(bank)
        await session.flush()
    return bank
