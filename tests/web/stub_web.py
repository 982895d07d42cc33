"""The pages' side of a web app whose API is a stub, all in this process."""

from dataclasses import dataclass
from typing import TypeVar

from reflex.state import State

from tests.web.stub_api import PASSWORD, StubApi
from webapp.client import Api
from webapp.sessions import COOKIE, Session, Sessions
from webapp.states.person import PersonState

S = TypeVar("S", bound=State)


@dataclass
class Web:
    stub: StubApi
    api: Api
    sessions: Sessions

    async def log_in(self, email: str = "customer@finlens.example") -> Session:
        tokens, person = await self.api.log_in(email, PASSWORD)
        return self.sessions.start(person, tokens)

    async def page(self, kind: type[S], email: str = "customer@finlens.example") -> S:
        """A page's state in the browser of somebody who has just logged in."""
        session = await self.log_in(email)
        state = await self.state(kind, session)
        (await state.get_state(PersonState))._belong_to(session)
        return state

    async def state(self, kind: type[S], session: Session | None) -> S:
        """A page's state in the browser of `session`."""
        root = State(_reflex_internal_init=True)  # pyright: ignore[reportCallIssue]
        cookies = f"{COOKIE}={session.id}" if session else ""
        root._update_router_vars({"headers": {"cookie": cookies}}, {})
        return await root.get_state(kind)
