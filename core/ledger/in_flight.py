"""Keys that are being worked on: a twin that arrives meanwhile is told so at once, instead of waiting for locks."""

from collections.abc import Generator
from contextlib import contextmanager
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request

from core.errors import IdempotencyKeyInFlight

RETRY_AFTER_S = 1


class InFlight:
    """The keys of one process. Between processes the database decides: there a twin waits and gets the replay."""

    def __init__(self) -> None:
        self._keys: set[UUID] = set()

    @contextmanager
    def claim(self, key_fingerprint: UUID) -> Generator[None]:
        """Hold the key for the length of the block. Raises IdempotencyKeyInFlight if somebody holds it."""
        if key_fingerprint in self._keys:
            raise IdempotencyKeyInFlight(retry_after_s=RETRY_AFTER_S)
        self._keys.add(key_fingerprint)
        try:
            yield
        finally:
            self._keys.discard(key_fingerprint)


def _in_flight(request: Request) -> InFlight:
    return request.app.state.desk.in_flight


InFlightOf = Annotated[InFlight, Depends(_in_flight)]
"""The keys in flight of this process; they lie on its desk."""
