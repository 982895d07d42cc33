"""Ids: UUIDv7, made before the insert, so they sort by time. An id is no secret and no permission."""

import hashlib
from datetime import datetime
from uuid import UUID

from uuid_utils.compat import uuid7


def new_id(at: datetime | None = None) -> UUID:
    """A fresh UUIDv7; with `at`, one whose time part is that instant (imports of old rows)."""
    if at is None:
        return uuid7()
    milliseconds = max(0, int(at.timestamp() * 1000))
    return uuid7(milliseconds // 1000, (milliseconds % 1000) * 1_000_000)


def fingerprint(*parts: str) -> UUID:
    """The same 128 bits (of a sha256) for the same parts in the same order. For keys that must be equal, not secret."""
    # With its length before it, no part can run into the next.
    framed = b"".join([len(part).to_bytes(8) + part for part in map(str.encode, parts)])
    return UUID(bytes=hashlib.sha256(framed).digest()[:16])
