"""Logins that last: an opaque refresh token that changes with each use, and whose second use ends the whole login."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from core.audit import record
from core.identity.tables import RefreshToken, User
from core.ids import new_id

_TOKEN_BYTES = 32


@dataclass(frozen=True, slots=True)
class Rotation:
    """A refresh token that was just used, and the one to use next."""

    user_id: UUID
    refresh_token: str


async def begin(session: AsyncSession, user: User, *, now: datetime, days: int) -> str:
    """The first refresh token of a new login, good for `days`."""
    return _add_token(session, user.id, new_id(), expires_at=now + timedelta(days=days))


async def rotate(session: AsyncSession, token: str, now: datetime) -> Rotation | None:
    """The next token of the login, or None if `token` is not good (any more).

    A token used before means that two hold it: the whole family is revoked. That must be stored, so commit also when
    the answer is None. The login's end stays where it was: no rotation prolongs it.
    """
    held = await _held(session, token)
    if held is None or held.revoked_at is not None or held.expires_at <= now:
        return None
    if held.used_at is not None:
        await _revoke(session, held, now)
        await record(
            session, actor=f"user:{held.user_id}", action="login.token_reused", subject=f"login:{held.family_id}"
        )
        return None
    user = await session.get(User, held.user_id)
    if user is None or user.disabled_at is not None:
        return None
    held.used_at = now
    session.add(held)
    return Rotation(held.user_id, _add_token(session, held.user_id, held.family_id, expires_at=held.expires_at))


async def end(session: AsyncSession, token: str, now: datetime) -> None:
    """Revoke the login that `token` belongs to; an unknown token changes nothing."""
    held = await _held(session, token)
    if held is not None:
        await _revoke(session, held, now)
        await record(session, actor=f"user:{held.user_id}", action="login.end", subject=f"login:{held.family_id}")


async def end_all(session: AsyncSession, user_id: UUID, now: datetime) -> None:
    """Revoke every login of this user."""
    await session.exec(
        update(RefreshToken)
        .where(col(RefreshToken.user_id) == user_id, col(RefreshToken.revoked_at).is_(None))
        .values(revoked_at=now)
    )


async def _held(session: AsyncSession, token: str) -> RefreshToken | None:
    # Locked: of two uses at the same instant one must see the other's mark.
    query = select(RefreshToken).where(RefreshToken.token_hash == _hash(token)).with_for_update()
    return (await session.exec(query)).one_or_none()


async def _revoke(session: AsyncSession, held: RefreshToken, now: datetime) -> None:
    await session.exec(
        update(RefreshToken)
        .where(col(RefreshToken.family_id) == held.family_id, col(RefreshToken.revoked_at).is_(None))
        .values(revoked_at=now)
    )


def _add_token(session: AsyncSession, user_id: UUID, family_id: UUID, *, expires_at: datetime) -> str:
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    session.add(RefreshToken(family_id=family_id, user_id=user_id, token_hash=_hash(token), expires_at=expires_at))
    return token


def _hash(token: str) -> bytes:
    # Random enough (256 bits) that a plain hash cannot be turned back; passwords are another matter.
    return hashlib.sha256(token.encode()).digest()
