"""The API as the person behind a session sees it. The web tier knows nothing that this does not tell."""

import json
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx
from httpx_sse import aconnect_sse

from webapp.sessions import LoggedOut, Person, Session, Tokens

_TIMEOUT = httpx.Timeout(15.0, connect=3.0)
_ANSWER_TIMEOUT = httpx.Timeout(60.0, connect=3.0)
"""For a streamed answer: at most this long between two events of it."""

_REFRESH_AHEAD_S = 30
"""An access token with less than this left is renewed before it is used."""


@dataclass
class ApiRefused(Exception):
    """The API said no; `detail` is its sentence for people."""

    status: int
    code: str
    detail: str


class ApiAway(Exception):
    """The API cannot be reached, or took too long."""


class Api:
    """One per process. Every call but `log_in` is made with the token of the session it is given."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self._http = http

    @classmethod
    def at(cls, url: str) -> "Api":
        return cls(httpx.AsyncClient(base_url=url, timeout=_TIMEOUT))

    async def log_in(self, email: str, password: str, *, address: str = "") -> tuple[Tokens, Person]:
        """Raises ApiRefused when the API does not know them. `address` is the browser's.

        The API counts failed logins by address; without it, one guesser would lock a person out for every browser.
        """
        tokens = _tokens(
            await self._send("POST", "/auth/login", address=address, json={"email": email, "password": password})
        )
        return tokens, _person(await self._send("GET", "/auth/me", token=tokens.access))

    async def log_out(self, session: Session) -> None:
        """Makes the session's refresh token worthless, so that nothing outlives it but a few minutes' access token."""
        await self._send("POST", "/auth/logout", json={"refresh_token": session.tokens.refresh})

    async def get(self, session: Session, path: str, **query: object) -> Any:
        """The JSON at `path`. Query parameters that are None or empty are left out."""
        wanted = {name: value for name, value in query.items() if value not in (None, "")}
        return await self._authorised(session, "GET", path, params=wanted)

    async def patch(self, session: Session, path: str, *, version: int | None = None, **body: object) -> Any:
        """`version` is the one that the change is meant for, where the API asks for it."""
        return await self._authorised(session, "PATCH", path, version=version, json=body)

    async def post(self, session: Session, path: str, **body: object) -> Any:
        return await self._authorised(session, "POST", path, json=body)

    async def put(self, session: Session, path: str, **body: object) -> Any:
        return await self._authorised(session, "PUT", path, json=body)

    async def delete(self, session: Session, path: str) -> None:
        await self._authorised(session, "DELETE", path)

    async def ask(self, session: Session, question: str, conversation_id: str) -> AsyncIterator[dict[str, Any]]:
        """The chat events of one answer, as they come. Leaving the iteration hangs up, which stops the answer."""
        token = await self._access_token(session)
        body = {"question": question} | ({"conversation_id": conversation_id} if conversation_id else {})
        headers = {"Authorization": f"Bearer {token}", "Accept": "text/event-stream"}
        try:
            async with aconnect_sse(
                self._http, "POST", "/chat", json=body, headers=headers, timeout=_ANSWER_TIMEOUT
            ) as source:
                if source.response.is_error:
                    await source.response.aread()
                    raise _refusal(source.response)
                async for event in source.aiter_sse():
                    yield {"event": event.event} | json.loads(event.data)
        except httpx.HTTPError as error:
            raise ApiAway from error

    async def _authorised(self, session: Session, method: str, path: str, **request: Any) -> Any:
        token = await self._access_token(session)
        try:
            return await self._send(method, path, token=token, **request)
        except ApiRefused as refused:
            if refused.status != 401:
                raise
        # The API may forget a token before its time, for example when its keys are changed.
        return await self._send(method, path, token=await self._access_token(session, instead_of=token), **request)

    async def _access_token(self, session: Session, *, instead_of: str = "") -> str:
        """A token that is good for a while. Raises LoggedOut when the session cannot be renewed any more.

        The lock matters: a refresh token works once, and the API takes a second use for theft and ends the session.
        """
        async with session.lock:
            is_good = session.tokens.expires_at - time.monotonic() > _REFRESH_AHEAD_S
            if not is_good or session.tokens.access == instead_of:
                session.tokens = await self._refreshed(session.tokens)
            return session.tokens.access

    async def _refreshed(self, tokens: Tokens) -> Tokens:
        try:
            return _tokens(await self._send("POST", "/auth/refresh", json={"refresh_token": tokens.refresh}))
        except ApiRefused as refused:
            raise LoggedOut from refused

    async def _send(
        self, method: str, path: str, *, token: str = "", address: str = "", version: int | None = None, **request: Any
    ) -> Any:
        known = {
            "Authorization": token and f"Bearer {token}",
            "X-Forwarded-For": address,
            "If-Match": "" if version is None else f'"{version}"',
        }
        headers = {name: value for name, value in known.items() if value}
        try:
            response = await self._http.request(method, path, headers=headers, **request)
        except httpx.HTTPError as error:
            raise ApiAway from error
        if response.is_error:
            raise _refusal(response)
        return response.json() if response.content else None


def _tokens(body: dict[str, Any]) -> Tokens:
    return Tokens(body["access_token"], body["refresh_token"], time.monotonic() + body["expires_in"])


def _person(body: dict[str, Any]) -> Person:
    return Person(name=body["name"], email=body["email"], role=body["role"], time_zone=body["time_zone"])


def _refusal(response: httpx.Response) -> ApiRefused:
    try:
        problem = response.json()
    except ValueError:
        problem = {}
    detail = problem.get("detail") or problem.get("title") or "FinLens could not do that."
    return ApiRefused(response.status_code, problem.get("code", ""), detail)
