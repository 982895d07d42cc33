"""What every answer carries and every caller must pass, in front of Reflex and of our own routes."""

import json
from pathlib import Path

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from webapp.same_origin import SCRIPT_HASHES

_SAFE_METHODS = ("GET", "HEAD")
_FOREVER = "public, max-age=31536000, immutable"
"""For /assets/, whose file names hold a hash of their content."""


def shielded(app: ASGIApp, folder: Path) -> ASGIApp:
    """`app` behind an Origin check, with the security headers of the front end built in `folder`."""
    headers = _headers(json.loads((folder / "build" / SCRIPT_HASHES).read_text()))

    async def shield(scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                _add_headers(MutableHeaders(scope=message), headers, scope["path"])
            await send(message)

        if scope["type"] == "lifespan" or _is_from_here(scope):
            await app(scope, receive, send_with_headers)
        else:
            await _refuse(scope, receive, send)

    return shield


def _is_from_here(scope: Scope) -> bool:
    """Whether a page of ours, and not another site's, makes this request.

    Browsers name the asking page's Origin on each websocket and on each request that can change something.
    SameSite cookies alone do not tell two ports of one host apart.
    """
    headers = Headers(scope=scope)
    origin = headers.get("origin")
    if origin is None:
        return scope["type"] == "http" and scope["method"] in _SAFE_METHODS
    return origin.partition("://")[2] == headers.get("host")


async def _refuse(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close", "code": 4403})
    else:
        await PlainTextResponse("This request came from another site.", 403)(scope, receive, send)


def _add_headers(answer: MutableHeaders, headers: dict[str, str], path: str) -> None:
    answer.update(headers)
    if path.startswith("/assets/"):
        answer["cache-control"] = _FOREVER


def _headers(script_hashes: list[str]) -> dict[str, str]:
    scripts = " ".join(f"'{known}'" for known in script_hashes)
    policy = {
        "default-src": "'self'",
        "script-src": f"'self' {scripts}".strip(),
        # Emotion, which Reflex styles with, writes <style> elements.
        "style-src": "'self' 'unsafe-inline'",
        "img-src": "'self' data:",
        "font-src": "'self' data:",
        "object-src": "'none'",
        "base-uri": "'self'",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
    }
    return {
        "content-security-policy": "; ".join(f"{name} {value}" for name, value in policy.items()),
        "x-content-type-options": "nosniff",
        "x-frame-options": "DENY",
        "referrer-policy": "same-origin",
        "cross-origin-opener-policy": "same-origin",
        "permissions-policy": "camera=(), microphone=(), geolocation=()",
    }
