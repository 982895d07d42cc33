"""Logging in and out, as plain form posts: only an HTTP answer can set a cookie that scripts cannot read."""

from contextlib import suppress
from typing import Annotated

from fastapi import FastAPI, Form, Request
from fastapi.responses import RedirectResponse

from webapp import backend
from webapp.client import ApiAway, ApiRefused
from webapp.sessions import COOKIE, Session

routes = FastAPI(openapi_url=None)

_PROBLEMS = {401: "credentials", 429: "attempts"}
"""What the login page says, by the status the API refused with."""


@routes.post("/session/login")
async def log_in(request: Request, email: Annotated[str, Form()] = "", password: Annotated[str, Form()] = ""):
    """A session for whoever the API knows by this mail and password; back to the login page for anybody else."""
    try:
        tokens, person = await backend.api.log_in(email.strip(), password, address=_address(request))
    except ApiRefused as refused:
        return _to(f"/login?problem={_PROBLEMS.get(refused.status, 'credentials')}")
    except ApiAway:
        return _to("/login?problem=away")
    _forget(request)
    answer = _to("/")
    _set_cookie(answer, request, backend.sessions.start(person, tokens))
    return answer


@routes.post("/session/logout")
async def log_out(request: Request):
    """Ends the session here at once, and its tokens at the API."""
    session = _forget(request)
    if session is not None:
        # The session is over for this browser either way, and the tokens run out by themselves.
        with suppress(ApiRefused, ApiAway):
            await backend.api.log_out(session)
    answer = _to("/login")
    answer.delete_cookie(COOKIE, path="/", httponly=True, samesite="lax", secure=_is_secure(request))
    return answer


def _forget(request: Request) -> Session | None:
    session = backend.sessions.find(request.headers.get("cookie", ""))
    if session is not None:
        backend.sessions.end(session)
    return session


def _set_cookie(answer: RedirectResponse, request: Request, session: Session) -> None:
    answer.set_cookie(COOKIE, session.id, path="/", httponly=True, samesite="lax", secure=_is_secure(request))


def _address(request: Request) -> str:
    return request.client.host if request.client else ""


def _is_secure(request: Request) -> bool:
    """Plain HTTP is for this machine only; anywhere else the cookie must not travel in the clear."""
    return request.url.scheme == "https"


def _to(place: str) -> RedirectResponse:
    # 303: the browser asks for the page by GET, and going back does not post the form again.
    return RedirectResponse(place, 303)
