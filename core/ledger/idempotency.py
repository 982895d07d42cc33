"""The key that every request which moves money must carry, so that a repeated one moves it once."""

from typing import Annotated

from fastapi import Depends, Header, Response

from core.errors import IdempotencyKeyMissing, IdempotencyKeyTooLong

KEY_CHARS_MAX = 255
_MEANING = "1 to 255 characters; the same key never pays twice"

KEY_PARAMETER = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": True,
    "description": _MEANING,
    "schema": {"type": "string", "minLength": 1, "maxLength": KEY_CHARS_MAX},
}
"""The same in the OpenAPI document, for raw routes."""


def checked_key(key: str | None) -> str:
    """`key`, if it is one. Raises IdempotencyKeyMissing or IdempotencyKeyTooLong."""
    if not key:
        raise IdempotencyKeyMissing
    if len(key) > KEY_CHARS_MAX:
        raise IdempotencyKeyTooLong
    return key


def _required_key(
    idempotency_key: Annotated[str | None, Header(description=_MEANING)] = None,
) -> str:
    return checked_key(idempotency_key)


RequiredKey = Annotated[str, Depends(_required_key)]
"""The Idempotency-Key header. Asking for it makes a route refuse requests without one."""


def mark_replay(response: Response, is_replay: bool) -> None:
    """Tell the client when this is the answer to an earlier request with the same key."""
    if is_replay:
        response.headers["Idempotency-Replayed"] = "true"
