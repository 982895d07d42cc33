"""Who is logged in on which browser. The browser holds a random id in a cookie no script can read; tokens stay here."""

import asyncio
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.cookies import CookieError, SimpleCookie

COOKIE = "finlens_session"
IDLE_S = 12 * 3600
"""A session nobody used for this long is over."""
SESSIONS_MAX = 10_000
"""Above it the one unused for longest is dropped: memory must not be the caller's to fill."""


class LoggedOut(Exception):
    """There is no session behind this request, or no longer."""


@dataclass(frozen=True, slots=True)
class Person:
    name: str
    email: str
    role: str
    time_zone: str


@dataclass(frozen=True, slots=True)
class Tokens:
    access: str
    refresh: str
    expires_at: float
    """By time.monotonic()."""


@dataclass(slots=True)
class Session:
    id: str
    person: Person
    tokens: Tokens
    used_at: float
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Held while the tokens are renewed."""


class Sessions:
    """The open sessions of this process, in order of last use."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._open: dict[str, Session] = {}

    def start(self, person: Person, tokens: Tokens) -> Session:
        """A new session with an id nobody can guess; never one the browser proposed."""
        if len(self._open) >= SESSIONS_MAX:
            del self._open[next(iter(self._open))]
        session = Session(secrets.token_urlsafe(32), person, tokens, self._clock())
        self._open[session.id] = session
        return session

    def find(self, cookies: str) -> Session | None:
        """The session that a Cookie header names, if it is open; finding it counts as using it."""
        session = self._open.pop(_session_id(cookies), None)
        if session is None or self._clock() - session.used_at > IDLE_S:
            return None
        session.used_at = self._clock()
        self._open[session.id] = session
        return session

    def end(self, session: Session) -> None:
        self._open.pop(session.id, None)


def _session_id(cookies: str) -> str:
    try:
        morsel = SimpleCookie(cookies).get(COOKIE)
    except CookieError:
        return ""
    return morsel.value if morsel else ""
