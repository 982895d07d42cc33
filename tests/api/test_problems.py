"""Every refusal and every fault leaves as the same kind of document, and says nothing it should not."""

import json
from collections.abc import AsyncIterator

import pytest
from fastapi import APIRouter, FastAPI
from httpx import ASGITransport, AsyncClient, Response
from pydantic import SecretStr
from sqlalchemy import text

from core.app import create_app
from core.errors import Overloaded
from core.identity.guard import Unit
from core.monitoring.logging import configure_logging
from core.problems import BODY_BYTES_MAX, ERRORS_MAX
from core.settings import Settings

faults = APIRouter()


@faults.get("/fault")
async def fault() -> None:
    raise RuntimeError("the password is hunter2")


@faults.get("/busy")
async def busy() -> None:
    raise Overloaded(retry_after_s=3)


@faults.get("/slow")
async def slow(session: Unit) -> None:
    await session.execute(text("SET LOCAL statement_timeout = 50"))
    await session.execute(text("SELECT pg_sleep(5)"))


@faults.post("/numbers")
async def numbers(body: list[int]) -> int:
    return sum(body)


@faults.post("/deferred")
async def deferred(session: Unit) -> str:
    """Breaks a constraint that PostgreSQL only looks at when the unit commits."""
    await session.execute(text("CREATE TEMP TABLE once (n int UNIQUE DEFERRABLE INITIALLY DEFERRED) ON COMMIT DROP"))
    await session.execute(text("INSERT INTO once VALUES (1), (1)"))
    return "stored"


@pytest.fixture
async def faulty(settings: Settings) -> AsyncIterator[AsyncClient]:
    configure_logging(settings.log_level)
    app = create_app(settings, routers=[faults])
    async with (
        app.router.lifespan_context(app),
        AsyncClient(transport=ASGITransport(app), base_url="http://api") as client,
    ):
        yield client


def is_problem(answer: Response, status: int, code: str) -> bool:
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem.keys() >= {"type", "title", "status", "detail", "instance", "code", "trace_id"}
    assert problem["type"] == f"urn:finlens:problem:{problem['code']}"
    assert problem["trace_id"] == answer.headers["x-request-id"]
    assert problem["instance"] == answer.request.url.path
    return (answer.status_code, problem["status"], problem["code"]) == (status, status, code)


async def test_unknown_address(faulty: AsyncClient) -> None:
    assert is_problem(await faulty.get("/nowhere"), 404, "no_such_route")


async def test_wrong_method_names_the_right_one(faulty: AsyncClient) -> None:
    answer = await faulty.delete("/livez")
    assert is_problem(answer, 405, "method_not_allowed")
    assert answer.headers["allow"] == "GET"


async def test_fault_of_ours_tells_nothing_of_its_inside(faulty: AsyncClient) -> None:
    answer = await faulty.get("/fault")
    assert is_problem(answer, 500, "internal_error")
    assert "hunter2" not in answer.text
    assert "RuntimeError" not in answer.text


async def test_commit_that_fails_is_never_answered_as_done(faulty: AsyncClient) -> None:
    answer = await faulty.post("/deferred")
    assert is_problem(answer, 500, "internal_error")
    assert "stored" not in answer.text


async def test_refusal_carries_its_headers(faulty: AsyncClient) -> None:
    answer = await faulty.get("/busy")
    assert is_problem(answer, 503, "overloaded")
    assert answer.headers["retry-after"] == "3"


async def test_database_that_takes_too_long_is_worth_another_try(faulty: AsyncClient) -> None:
    answer = await faulty.get("/slow")
    assert is_problem(answer, 503, "overloaded")
    assert "pg_sleep" not in answer.text


async def test_malformed_body_points_at_what_is_wrong(faulty: AsyncClient) -> None:
    answer = await faulty.post("/numbers", json=[1, "x", 3])
    assert is_problem(answer, 422, "invalid_request")
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/body/1"]


async def test_a_thousand_mistakes_are_not_all_listed(faulty: AsyncClient) -> None:
    answer = await faulty.post("/numbers", json=["x"] * 1_000)
    assert len(answer.json()["errors"]) == ERRORS_MAX


@pytest.mark.parametrize(
    "body",
    [b"{", b"", b"\xff\xfe", b"NaN", b"[" * 100_000, b"1" * 5_000, b'"\\ud800"', b'{"a": 1} x', b"\x00"],
    ids=["cut off", "empty", "not UTF-8", "NaN", "deep", "long number", "half a surrogate", "trailing", "NUL"],
)
async def test_body_that_is_no_json_is_refused(faulty: AsyncClient, body: bytes) -> None:
    answer = await faulty.post("/numbers", content=body, headers={"Content-Type": "application/json"})
    assert is_problem(answer, 422, "invalid_request")


@pytest.mark.parametrize("is_announced", [True, False], ids=["announced", "in chunks"])
async def test_body_above_the_limit_is_refused(faulty: AsyncClient, is_announced: bool) -> None:
    body = b"[" + b"1," * (BODY_BYTES_MAX // 2) + b"1]"

    async def chunks() -> AsyncIterator[bytes]:
        for start in range(0, len(body), 65_536):
            yield body[start : start + 65_536]

    answer = await faulty.post("/numbers", content=body if is_announced else chunks())
    assert is_problem(answer, 413, "body_too_large")


async def test_trace_goes_on_with_the_callers(faulty: AsyncClient) -> None:
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    answer = await faulty.get("/nowhere", headers={"traceparent": f"00-{trace}-00f067aa0ba902b7-01"})
    assert answer.json()["trace_id"] == trace


@pytest.mark.parametrize("header", ["", "00-0-0-01", f"00-{'0' * 32}-00f067aa0ba902b7-01", "x" * 5_000, 'a"b\\c'])
async def test_trace_that_is_none_is_replaced(faulty: AsyncClient, header: str) -> None:
    answer = await faulty.get("/livez", headers={"traceparent": header})
    assert len(bytes.fromhex(answer.headers["x-request-id"])) == 16


async def test_health_needs_no_login(faulty: AsyncClient) -> None:
    answers = [await faulty.get(path) for path in ("/livez", "/readyz")]
    assert [(answer.status_code, answer.json()) for answer in answers] == [(200, {"status": "ok"})] * 2


async def test_not_ready_while_the_database_is_gone(settings: Settings) -> None:
    nowhere = SecretStr("postgresql://finlens_app:x@127.0.0.1:9/finlens")
    app = create_app(settings.model_copy(update={"app_database_url": nowhere}), routers=[])
    async with (
        app.router.lifespan_context(app),
        AsyncClient(transport=ASGITransport(app), base_url="http://api") as client,
    ):
        assert is_problem(await client.get("/readyz"), 503, "not_ready")
        assert (await client.get("/livez")).status_code == 200


def test_openapi_promises_problem_documents_and_nothing_of_the_frameworks(app: FastAPI) -> None:
    schema = app.openapi()
    assert "Problem" in schema["components"]["schemas"]
    assert "HTTPValidationError" not in json.dumps(schema)
    operations = [operation for methods in schema["paths"].values() for operation in methods.values()]
    assert all("application/problem+json" in operation["responses"]["default"]["content"] for operation in operations)
