"""The FastAPI app, made of the services asked for."""

from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter, FastAPI
from starlette.types import Receive, Scope, Send

from core.db import Database
from core.monitoring import health
from core.problems import PROBLEM_ANSWER, Problem, install_problem_handlers
from core.raw import RawRoute
from core.settings import Settings
from core.tracing import Tracing

Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]


@dataclass(frozen=True, slots=True)
class Services:
    """What every request needs, built once per process and found at `app.state.services`."""

    settings: Settings
    database: Database
    now: Callable[[], datetime] = lambda: datetime.now(UTC)


def create_app(
    settings: Settings,
    *,
    routers: Sequence[APIRouter],
    raw_routes: Sequence[RawRoute] = (),
    lifespans: Sequence[Lifespan] = (),
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> FastAPI:
    """One app that serves `routers` and `raw_routes`.

    `lifespans` run around it, in order, after the database pools are open.
    """

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
        async with AsyncExitStack() as stack:
            database = Database.of(settings)
            stack.push_async_callback(database.close)
            app.state.services = Services(settings, database, now)
            for extra in lifespans:
                await stack.enter_async_context(extra(app))
            yield

    app = _App(title="FinLens", version="0.1.0", lifespan=lifespan)
    app.raw_routes = {(route.method, route.path): route for route in raw_routes}
    for router in (health.router, *routers):
        app.include_router(router, responses=PROBLEM_ANSWER)
    install_problem_handlers(app)
    app.add_middleware(Tracing)
    return app


class _App(FastAPI):
    raw_routes: Mapping[tuple[str, str], RawRoute] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Raw routes first, and past every middleware: that is what they are for."""
        raw = self.raw_routes.get((scope["method"], scope["path"])) if scope["type"] == "http" else None
        if raw is None:
            await super().__call__(scope, receive, send)
        else:
            scope["app"] = self
            await raw(scope, receive, send)

    def openapi(self) -> dict[str, Any]:
        """The schema, with the raw routes and the problem document that every operation refers to."""
        schema = super().openapi()
        schemas: dict[str, Any] = schema.setdefault("components", {}).setdefault("schemas", {})
        problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
        schemas |= {"Problem": problem, **problem.pop("$defs", {})}
        for (method, path), route in self.raw_routes.items():
            schema["paths"].setdefault(path, {})[method.lower()] = route.operation
            schemas |= route.schemas
        return schema
