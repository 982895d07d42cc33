"""Refusals as HTTP answers: RFC 9457 `application/problem+json`. No other module knows how."""

from typing import Any

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from core.errors import BodyTooLarge, FinLensError, InvalidRequest, MethodNotAllowed, NoSuchRoute, Overloaded
from core.tracing import trace_id

MEDIA_TYPE = "application/problem+json"
BODY_BYTES_MAX = 1_000_000
ERRORS_MAX = 50

log: structlog.typing.FilteringBoundLogger = structlog.get_logger(__name__)


class FieldError(BaseModel):
    """What is wrong with one part of the request. `pointer` starts with body, query, path or header."""

    pointer: str
    detail: str


class Problem(BaseModel):
    """A refusal. `code` is stable and for programs, `detail` is for people; further members are named facts."""

    model_config = ConfigDict(extra="allow")

    type: str
    title: str
    status: int
    detail: str
    instance: str
    code: str
    trace_id: str | None
    errors: list[FieldError] | None = None


PROBLEM_ANSWER: dict[int | str, dict[str, Any]] = {
    "default": {
        "description": "A refusal or a fault, as a problem document",
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
}
"""What every operation may answer besides its own; `Problem` itself is added to the schema by core.app."""


def install_problem_handlers(app: FastAPI) -> None:
    """Every refusal and fault of `app` leaves as a problem document."""
    app.add_exception_handler(FinLensError, _refused)
    app.add_exception_handler(RequestValidationError, _malformed)
    app.add_exception_handler(HTTPException, _by_status)
    app.add_exception_handler(OperationalError, _overloaded)
    app.add_exception_handler(PoolTimeout, _overloaded)
    app.add_middleware(BodyLimit)
    app.add_middleware(Failsafe)


def problem_response(path: str, error: FinLensError) -> Response:
    """The answer that tells the client at `path` of `error`."""
    problem = Problem(
        type=f"urn:finlens:problem:{error.code}",
        title=error.title,
        status=error.status,
        detail=error.detail,
        instance=path,
        code=error.code,
        trace_id=trace_id(),
        **error.facts,  # pyright: ignore[reportArgumentType]  # extra members are allowed, and checked by nobody
    )
    body = problem.model_dump_json(exclude_none=True)
    return Response(body, error.status, headers=dict(_headers(error)), media_type=MEDIA_TYPE)


class Failsafe:
    """ASGI middleware: a fault of ours is logged in full and answered without a word of its inside."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        has_started = False

        async def watched(message: Message) -> None:
            nonlocal has_started
            has_started = has_started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, receive, watched)
        except Exception:
            log.exception("unhandled", method=scope["method"], path=scope["path"])
            if has_started:  # The status is out: breaking the connection is all that is left to tell.
                raise
            await problem_response(scope["path"], FinLensError())(scope, receive, send)


class BodyLimit:
    """ASGI middleware: a body above BODY_BYTES_MAX is refused while it is read.

    FastAPI's own `max_body_size` would answer in plain text.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        size = 0

        async def counted() -> Message:
            nonlocal size
            message = await receive()
            size += len(message.get("body", b""))
            if size > BODY_BYTES_MAX:
                # FastAPI turns any other exception met while reading a body into "400, error parsing the body".
                raise HTTPException(BodyTooLarge.status)
            return message

        await self.app(scope, counted, send)


_STATUSES: dict[int, type[FinLensError]] = {
    kind.status: kind for kind in (InvalidRequest, NoSuchRoute, MethodNotAllowed, BodyTooLarge)
}


def _headers(error: FinLensError) -> list[tuple[str, str]]:
    headers: list[tuple[str, str]] = []
    if error.status == 401:
        headers.append(("WWW-Authenticate", "Bearer"))
    if "retry_after_s" in error.facts:
        headers.append(("Retry-After", str(error.facts["retry_after_s"])))
    if error.facts.get("is_replay"):
        headers.append(("Idempotency-Replayed", "true"))
    return headers


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, FinLensError)
    if error.status >= 500:
        log.error("refused", code=error.code, detail=error.detail, path=request.url.path)
    return problem_response(request.url.path, error)


async def _malformed(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    # `msg` alone: pydantic's `input` and `ctx` would send back what was typed, passwords included.
    errors = [FieldError(pointer=_pointer(fault["loc"]), detail=fault["msg"]) for fault in error.errors()[:ERRORS_MAX]]
    detail = "; ".join(f"{fault.pointer}: {fault.detail}" for fault in errors[:3])
    return problem_response(request.url.path, InvalidRequest(detail, errors=errors))


async def _by_status(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    kind = _STATUSES.get(error.status_code, InvalidRequest if error.status_code < 500 else FinLensError)
    answer = problem_response(request.url.path, kind())
    answer.headers.update(error.headers or {})
    return answer


async def _overloaded(request: Request, error: Exception) -> Response:
    """No free connection in time, a statement over its time, a server that restarts: worth another try, all of them."""
    log.error("database unavailable", path=request.url.path, reason=str(error))
    return problem_response(request.url.path, Overloaded(retry_after_s=1))


def _pointer(location: tuple[str | int, ...]) -> str:
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in location)
