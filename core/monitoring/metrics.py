"""`GET /metrics`: figures of this installation for Prometheus, in its text format. Without a login, as /livez: they say
how much waits and for how long, and nothing of whom it is about."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse

from core.db import Database

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Gauge:
    """A figure that goes up and down. `name` ends in its unit where it has one; `help` is one line."""

    name: str
    help: str
    value: float


Source = Callable[[Database], Awaitable[Sequence[Gauge]]]


def metrics_router(*sources: Source) -> APIRouter:
    """The route that tells what all `sources` say at the moment it is asked."""
    router = APIRouter(tags=["health"])

    @router.get("/metrics", response_class=PlainTextResponse)
    async def metrics(request: Request) -> PlainTextResponse:  # pyright: ignore[reportUnusedFunction]  # a route
        """What waits to be done, and how long the oldest of it has waited."""
        database = request.app.state.services.database
        gauges = [gauge for source in sources for gauge in await source(database)]
        return PlainTextResponse("".join(map(_lines, gauges)), media_type=CONTENT_TYPE)

    return router


def _lines(gauge: Gauge) -> str:
    return f"# HELP {gauge.name} {gauge.help}\n# TYPE {gauge.name} gauge\n{gauge.name} {gauge.value:g}\n"
