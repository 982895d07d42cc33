"""The key that every request which moves money must carry, so that a repeated one moves it once."""

from typing import Annotated

from fastapi import Depends, Header

from core.errors import IdempotencyKeyMissing, IdempotencyKeyTooLong

KEY_CHARS_MAX = 255


def checked_key(key: str | None) -> str:
    """`key`, if it is one. Raises IdempotencyKeyMissing or IdempotencyKeyTooLong."""
    if not key:
        raise IdempotencyKeyMissing
    if len(key) > KEY_CHARS_MAX:
        raise IdempotencyKeyTooLong
    return key


def _required_key(
    idempotency_key: Annotated[str | None, Header(description="1 to 255 characters; it counts once, for ever")] = None,
) -> str:
    return checked_key(idempotency_key)


RequiredKey = Annotated[str, Depends(_required_key)]
"""The Idempotency-Key header. Asking for it makes a route refuse requests without one."""
