"""Which request this is: a W3C trace id that follows it into logs, audit events and problem documents."""

import re
import secrets

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.contextvars import bound_contextvars, get_contextvars

_TRACEPARENT = re.compile(r"[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")
"""https://www.w3.org/TR/trace-context/: all zeros means no trace."""


def trace_id() -> str | None:
    """Trace id of the request being served; None outside of one."""
    return get_contextvars().get("trace_id")


def trace_of(traceparent: str) -> str:
    """The trace that the caller named, or a new one."""
    match = _TRACEPARENT.fullmatch(traceparent) if traceparent else None
    return match[1] if match else secrets.token_hex(16)


class Tracing:
    """ASGI middleware: goes on with the caller's trace or begins one, and names it in `X-Request-Id`."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        trace = trace_of(Headers(scope=scope).get("traceparent", ""))

        async def send_traced(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)["X-Request-Id"] = trace
            await send(message)

        with bound_contextvars(trace_id=trace):
            await self.app(scope, receive, send_traced)
