"""Passwords: argon2id, computed off the event loop."""

import asyncio
from functools import cache

from pwdlib import PasswordHash

PASSWORD_CHARS_MAX = 200
"""Longer input would only be a way to keep our processors busy."""

_argon2id = PasswordHash.recommended()


async def hash_password(password: str) -> str:
    return await asyncio.to_thread(_argon2id.hash, password)


async def is_password(password: str, password_hash: str | None) -> bool:
    """True if they belong together. Takes as long without a hash, so that time tells nobody which users exist."""
    known = password_hash is not None
    matches = await asyncio.to_thread(_verify, password, password_hash)
    return matches and known


def _verify(password: str, password_hash: str | None) -> bool:
    return _argon2id.verify(password, password_hash or _decoy())


@cache
def _decoy() -> str:
    return _argon2id.hash("nobody's password")
