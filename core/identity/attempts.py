"""Failed logins, counted in the database, so that guessing is slow however many processes serve."""

from datetime import datetime, timedelta

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from core.errors import TooManyAttempts

ATTEMPTS_MAX = 10
WINDOW = timedelta(minutes=15)
"""An account may be guessed at ATTEMPTS_MAX times from one address, then not again until the window is over."""

# One statement, so that a hundred guesses at the same instant are counted one by one.
_COUNT = text("""
    INSERT INTO identity.login_attempt AS a (email, address, attempts, began_at)
    VALUES (:email, :address, 1, :now)
    ON CONFLICT (email, address) DO UPDATE
       SET attempts = CASE WHEN a.began_at <= :since THEN 1 ELSE a.attempts + 1 END,
           began_at = CASE WHEN a.began_at <= :since THEN :now ELSE a.began_at END
    RETURNING attempts, began_at
""")
_FORGET = text("DELETE FROM identity.login_attempt WHERE email = :email AND address = :address")


async def count_attempt(session: AsyncSession, *, email: str, address: str, now: datetime) -> None:
    """Count one login before its password is looked at. Commit it, whatever becomes of the login.

    Raises TooManyAttempts, with the seconds to wait, once there were ATTEMPTS_MAX within the window.
    """
    facts = {"email": email.lower(), "address": address, "now": now, "since": now - WINDOW}
    attempts, began_at = (await session.execute(_COUNT, facts)).one()  # pyright: ignore[reportDeprecated]  # text()
    if attempts > ATTEMPTS_MAX:
        raise TooManyAttempts(retry_after_s=int((began_at + WINDOW - now).total_seconds()) + 1)


async def forget_attempts(session: AsyncSession, *, email: str, address: str) -> None:
    """A login that worked clears the count."""
    await session.execute(_FORGET, {"email": email.lower(), "address": address})  # pyright: ignore[reportDeprecated]
