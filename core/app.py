"""The FastAPI app, made of the services asked for."""

from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter, FastAPI

from core.db import Database
from core.monitoring import health
from core.problems import PROBLEM_ANSWER, Problem, install_problem_handlers
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
    lifespans: Sequence[Lifespan] = (),
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> FastAPI:
    """One app that serves `routers`. `lifespans` run around it, in order, after the database pools are open."""

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
    for router in (health.router, *routers):
        app.include_router(router, responses=PROBLEM_ANSWER)
    install_problem_handlers(app)
    app.add_middleware(Tracing)
    return app


class _App(FastAPI):
    def openapi(self) -> dict[str, Any]:
        """The schema, with the problem document that every operation refers to."""
        schema = super().openapi()
        problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
        schemas: dict[str, Any] = schema.setdefault("components", {}).setdefault("schemas", {})
        schemas |= {"Problem": problem, **problem.pop("$defs", {})}
        return schema
