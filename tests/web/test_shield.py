import json

import httpx
import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from webapp.same_origin import SCRIPT_HASHES, SameOrigin
from webapp.shield import shielded

GO_HASH = "sha256-5KYv+PUboo5h+0+YAtGRPbwv5d/QxzHslP4YGnUaxRw="
"""Of `go()`, by `openssl dgst -sha256 -binary | base64`."""


@pytest.fixture
def shielded_app(tmp_path):
    (tmp_path / "build").mkdir()
    (tmp_path / "build" / SCRIPT_HASHES).write_text(json.dumps(["sha256-abc="]))

    async def fine(request) -> PlainTextResponse:
        return PlainTextResponse("fine")

    app = Starlette(routes=[Route("/{path:path}", fine, methods=["GET", "POST"])])
    return shielded(app, tmp_path)


@pytest.fixture
async def browser(shielded_app):
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(shielded_app), base_url="http://bank.example:3000"
    ) as client:
        yield client


@pytest.mark.parametrize(
    ("method", "origin", "status"),
    [
        ("GET", None, 200),
        ("GET", "http://bank.example:3000", 200),
        ("GET", "http://bank.example:4000", 403),  # another port of the same host gets the same cookies
        ("POST", "http://bank.example:3000", 200),
        ("POST", "http://evil.example", 403),
        ("POST", "null", 403),
        ("POST", None, 403),
    ],
)
async def test_only_our_own_pages_may_ask(browser: httpx.AsyncClient, method: str, origin: str | None, status: int):
    headers = {"Origin": origin} if origin else {}
    assert (await browser.request(method, "/session/login", headers=headers)).status_code == status


@pytest.mark.parametrize(
    ("origin", "is_let_in"), [("http://bank.example", True), ("http://evil.example", False), (None, False)]
)
async def test_a_websocket_of_another_site_is_refused(tmp_path, origin: str | None, is_let_in: bool):
    (tmp_path / "build").mkdir()
    (tmp_path / "build" / SCRIPT_HASHES).write_text("[]")
    reached, sent = [], []

    async def app(scope, receive, send) -> None:
        reached.append(scope["type"])

    async def receive():
        return {"type": "websocket.connect"}

    async def send(message) -> None:
        sent.append(message)

    headers = [(b"host", b"bank.example")] + ([(b"origin", origin.encode())] if origin else [])
    scope = {"type": "websocket", "path": "/_event/", "headers": headers}
    await shielded(app, tmp_path)(scope, receive, send)
    assert (reached == ["websocket"]) is is_let_in
    assert (sent == []) is is_let_in


async def test_scripts_run_by_hash_only_and_nobody_may_frame_us(browser: httpx.AsyncClient):
    answer = await browser.get("/")
    policy = answer.headers["content-security-policy"]
    assert "script-src 'self' 'sha256-abc='" in policy
    assert "unsafe-eval" not in policy
    assert "frame-ancestors 'none'" in policy
    assert answer.headers["x-content-type-options"] == "nosniff"


async def test_only_files_named_by_their_content_are_kept_by_browsers(browser: httpx.AsyncClient):
    assert "immutable" in (await browser.get("/assets/app-1234.js")).headers["cache-control"]
    assert "cache-control" not in (await browser.get("/")).headers


def test_a_build_follows_the_address_it_is_served_from(tmp_path):
    static = tmp_path / "client"
    (static / "assets").mkdir(parents=True)
    chunk = static / "assets" / "reflex-env-Ab1.js"
    chunk.write_text("var a={EVENT:`ws://localhost:8000/_event`,PING:`http://localhost:8000/ping`};")
    (static / "index.html").write_text('<script>go()</script><script src="/a.js"></script>')
    SameOrigin().post_build(static_dir=static)
    assert "localhost:8000" not in chunk.read_text()
    assert "location?.origin" in chunk.read_text()
    assert json.loads((tmp_path / SCRIPT_HASHES).read_text()) == [GO_HASH]
