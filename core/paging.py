"""Long lists, a page at a time: keyset cursors, signed, good only for the list they came from."""

import hmac
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as Base64Error
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from core.errors import InvalidRequest
from core.ids import fingerprint
from core.keys import secret_key
from core.settings import Settings

LIMIT_MAX = 200

T = TypeVar("T")
R = TypeVar("R")

_MAC_BYTES = 16


class Page(BaseModel, Generic[T]):
    """One page, and the cursor of the next one (null on the last)."""

    data: list[T]
    next_cursor: str | None


class PageQuery(BaseModel):
    """What every list takes. Lists add their filters; an unknown filter is refused, not ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    limit: Annotated[int, Field(ge=1, le=LIMIT_MAX)] = 50
    cursor: Annotated[str, Field(max_length=1_000)] | None = None

    @property
    def scope(self) -> str:
        """What a cursor is bound to: the list, its filters and its order."""
        filters = self.model_dump_json(exclude={"limit", "cursor"})
        return str(fingerprint(type(self).__qualname__, filters))


@dataclass(frozen=True, slots=True)
class Cursors:
    """Makes and reads the cursors of this installation. `tell` hears the cursor of a next page, where there is one."""

    _key: bytes = field(repr=False)
    tell: Callable[[str], None] = lambda _: None

    @classmethod
    def of(cls, settings: Settings, tell: Callable[[str], None]) -> "Cursors":
        return cls(secret_key(settings.keys, "cursor"), tell)

    def position(self, query: PageQuery) -> list[str] | None:
        """Where to go on after; None at the start. Raises InvalidRequest unless the cursor is ours and of this list."""
        if query.cursor is None:
            return None
        try:
            raw = urlsafe_b64decode(query.cursor.encode())
        except (Base64Error, ValueError) as error:
            raise _foreign() from error
        mac, payload = raw[:_MAC_BYTES], raw[_MAC_BYTES:]
        if not hmac.compare_digest(mac, self._mac(query, payload)):
            raise _foreign()
        return json.loads(payload)

    def page(
        self, query: PageQuery, rows: Sequence[R], *, view: Callable[[R], T], position: Callable[[R], Sequence[str]]
    ) -> Page[T]:
        """The page of `rows`, of which the caller has read one more than the limit to know whether there is a next."""
        shown = rows[: query.limit]
        next_cursor = self.cursor(query, position(shown[-1])) if len(rows) > query.limit else None
        if next_cursor is not None:
            self.tell(next_cursor)
        return Page(data=[view(row) for row in shown], next_cursor=next_cursor)

    def cursor(self, query: PageQuery, position: Sequence[str]) -> str:
        """A cursor that `position` reads as these strings, for lists of this query's kind alone."""
        payload = json.dumps(list(position)).encode()
        return urlsafe_b64encode(self._mac(query, payload) + payload).decode()

    def _mac(self, query: PageQuery, payload: bytes) -> bytes:
        return hmac.digest(self._key, query.scope.encode() + payload, "sha256")[:_MAC_BYTES]


def _foreign() -> InvalidRequest:
    return InvalidRequest("This cursor does not belong to this list: start again without it")
