"""Who is in front of the browser: the root of every state that shows somebody's data."""

from typing import ClassVar

import reflex as rx
from reflex.event import Event
from reflex.middleware.middleware import Middleware
from reflex.state import BaseState, StateUpdate

from webapp import backend
from webapp.sessions import LoggedOut, Session

_SEES_ALERTS = ("staff", "analyst", "admin")


class Unreadable(Exception):
    """Something a person typed that cannot be understood; its text tells them how to write it."""


class PersonState(rx.State):
    """Every state below it belongs to one login, and is emptied when another one takes its place."""

    name: str = ""
    email: str = ""
    role: str = ""
    time_zone: str = "UTC"
    sees_alerts: bool = False
    _session_id: str = ""

    def _session(self) -> Session:
        """The session of the browser behind this event. Raises LoggedOut when there is none."""
        session = backend.sessions.find(self.router.headers.cookie)
        if session is None:
            raise LoggedOut
        return session

    def _belong_to(self, session: Session | None) -> None:
        """Forget what was shown to anybody else."""
        if self._session_id == (session.id if session else ""):
            return
        self.reset()
        if session is not None:
            self._session_id, person = session.id, session.person
            self.name, self.email, self.role = person.name, person.email, person.role
            self.time_zone = person.time_zone
            self.sees_alerts = person.role in _SEES_ALERTS


class Doorkeeper(Middleware):
    """Stands before every event, also those that a hand-made websocket client sends.

    An on_load guard would not do: each handler, and the snapshot that a reload asks for, can be called directly.
    """

    _GUARDED: ClassVar[str] = PersonState.get_full_name() + "."
    _CLOSED: ClassVar[str] = ".setvar"
    """Reflex gives each state this handler, with which any client can set any variable. We have no use for it."""

    async def preprocess(self, app: rx.App, state: BaseState, event: Event) -> StateUpdate | None:
        session = backend.sessions.find(state.router.headers.cookie)
        (await state.get_state(PersonState))._belong_to(session)
        is_closed = session is None and event.name.startswith(self._GUARDED)
        if is_closed or event.name.endswith(self._CLOSED):
            raise LoggedOut
        return None
