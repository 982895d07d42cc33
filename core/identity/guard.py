"""What a route asks FastAPI for: who is calling, a unit of work, a read-only look."""

from collections.abc import AsyncGenerator
from typing import Annotated

from fastapi import Depends, Request, Response
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel.ext.asyncio.session import AsyncSession

from core.app import Services
from core.errors import NotAuthenticated
from core.identity.access import Principal
from core.identity.tokens import claims_of_access_token
from core.identity.users import principal_of
from core.paging import Cursors

_bearer = HTTPBearer(auto_error=False, description="the access_token of POST /auth/login")


def _services(request: Request) -> Services:
    return request.app.state.services


ServicesOf = Annotated[Services, Depends(_services)]
"""Settings, database and clock of this process."""


async def _principal(
    services: ServicesOf, bearer: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
) -> Principal:
    if bearer is None:
        raise NotAuthenticated
    user_id = claims_of_access_token(services.settings, bearer.credentials, services.now()).user_id
    # Looked up each time, in a unit of its own: a disabled user is out at once, and a long answer holds no connection.
    async with services.database.unit() as session:
        return await principal_of(session, user_id)


CurrentPrincipal = Annotated[Principal, Depends(_principal)]
"""Whoever the bearer token names. Asking for it makes a route refuse everyone else with 401."""


async def _unit(services: ServicesOf) -> AsyncGenerator[AsyncSession]:
    async with services.database.unit() as session:
        yield session


Unit = Annotated[AsyncSession, Depends(_unit, scope="function")]
"""One unit of work per request, committed before the reply goes out (that is what the scope is for)."""


async def _look(services: ServicesOf) -> AsyncGenerator[AsyncConnection]:
    async with services.database.look() as connection:
        yield connection


Look = Annotated[AsyncConnection, Depends(_look, scope="function")]
"""A read-only connection that sees reporting views alone."""


def _cursors(services: ServicesOf, request: Request, response: Response) -> Cursors:
    def link(cursor: str) -> None:
        following = request.url.include_query_params(cursor=cursor)
        response.headers["Link"] = f'<{following.path}?{following.query}>; rel="next"'

    return Cursors.of(services.settings, link)


CursorsOf = Annotated[Cursors, Depends(_cursors)]
"""The cursors of a list. The next page stands in the `Link` header too (RFC 8288)."""
