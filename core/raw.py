"""Routes that answer before FastAPI is asked, for the few that are called more than all others together.

They keep its promises: a trace id, a limit on the body, problem documents, an entry in the OpenAPI document.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import structlog
from starlette.types import ASGIApp, Receive, Scope, Send
from structlog.contextvars import bound_contextvars

from core.errors import BodyTooLarge, FinLensError
from core.problems import BODY_BYTES_MAX, problem_response
from core.tracing import trace_of

log: structlog.typing.FilteringBoundLogger = structlog.get_logger(__name__)

JSON = b"application/json"
COMPONENTS = "#/components/schemas/{name}"
"""Where the OpenAPI document keeps what a RawRoute's `operation` refers to, as msgspec wants it."""


class ClientGone(Exception):
    """The client went away before it had said everything: there is nobody to answer."""


@dataclass(slots=True)
class RawRequest:
    """What came in. Header names are lower case."""

    app: Any
    path: str
    query: bytes
    headers: Mapping[bytes, bytes]
    trace_id: str
    _receive: Receive

    @classmethod
    def of(cls, scope: Scope, receive: Receive) -> "RawRequest":
        headers: dict[bytes, bytes] = dict(scope["headers"])
        trace_id = trace_of(headers.get(b"traceparent", b"").decode("latin-1"))
        return cls(scope["app"], scope["path"], scope["query_string"], headers, trace_id, receive)

    def header(self, name: bytes) -> str | None:
        value = self.headers.get(name)
        return None if value is None else value.decode("latin-1")

    async def body(self, bytes_max: int = BODY_BYTES_MAX) -> bytes:
        """The whole body. Raises BodyTooLarge as soon as it is known to be longer than `bytes_max`."""
        announced = self.headers.get(b"content-length", b"")
        if announced.isdigit() and int(announced) > bytes_max:
            raise BodyTooLarge(f"The request is larger than {bytes_max} bytes")
        body = b""
        while True:
            message = await self._receive()
            if message["type"] == "http.disconnect":
                raise ClientGone
            body += message.get("body", b"")
            if len(body) > bytes_max:
                raise BodyTooLarge(f"The request is larger than {bytes_max} bytes")
            if not message.get("more_body"):
                return body


@dataclass(frozen=True, slots=True)
class Reply:
    """What goes out."""

    status: int
    body: bytes
    headers: tuple[tuple[bytes, bytes], ...] = ()
    media_type: bytes = JSON


@dataclass(frozen=True, slots=True)
class RawRoute:
    """One operation. `operation` is its entry in the OpenAPI document, `schemas` what that entry refers to."""

    method: str
    path: str
    handle: Callable[[RawRequest], Awaitable[Reply]]
    operation: Mapping[str, Any]
    schemas: Mapping[str, Any] = field(default_factory=dict[str, Any])

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = RawRequest.of(scope, receive)
        try:
            reply = await self.handle(request)
        except ClientGone:
            return
        except FinLensError as refusal:
            await _tell(request, refusal, scope, receive, send)
        except Exception:
            with bound_contextvars(trace_id=request.trace_id):
                log.exception("unhandled", method=self.method, path=self.path)
            await _tell(request, FinLensError(), scope, receive, send)
        else:
            await _send(request, reply, send)


async def _send(request: RawRequest, reply: Reply, send: Send) -> None:
    headers = [
        (b"content-type", reply.media_type),
        (b"content-length", b"%d" % len(reply.body)),
        (b"x-request-id", request.trace_id.encode()),
        *reply.headers,
    ]
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})
    await send({"type": "http.response.body", "body": reply.body})


async def _tell(request: RawRequest, refusal: FinLensError, scope: Scope, receive: Receive, send: Send) -> None:
    with bound_contextvars(trace_id=request.trace_id):
        answer: ASGIApp = problem_response(request.path, refusal)
        answer.headers["X-Request-Id"] = request.trace_id  # pyright: ignore
    await answer(scope, receive, send)
