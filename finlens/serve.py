"""The API process: one FastAPI app out of every service, or of those asked for."""

import gc
from collections.abc import AsyncGenerator, Collection
from contextlib import asynccontextmanager
from importlib import import_module

from fastapi import FastAPI

from agents import model_use
from core.app import create_app
from core.errors import SetupError
from core.monitoring.metrics import metrics_router
from core.settings import Settings
from rag.backlog import gauges

GARBAGE_THRESHOLD = 10_000
"""New objects between two looks at the youngest: a request makes some hundreds, nearly all gone when it ends."""

SERVICES = {
    "identity": "core.identity.routes",
    "banking": "core.banking.routes",
    "ledger": "core.ledger.routes",
    "insights": "core.insights.routes",
    "fraud": "core.fraud.routes",
    "chat": "agents.api",
}
"""Where each service's `router` is, and its `lifespan` and `raw_routes` where it has them. Only what is served is
imported."""


def api(settings: Settings | None = None, services: Collection[str] = ()) -> FastAPI:
    """The app that serves `services`, or all of them. Also a uvicorn factory, which calls it without arguments."""
    chosen = services or SERVICES
    if unknown := set(chosen) - set(SERVICES):
        raise SetupError(f"There is no service {', '.join(sorted(unknown))}; there are {', '.join(SERVICES)}")
    modules = [import_module(SERVICES[name]) for name in chosen]
    return create_app(
        settings or Settings(),
        routers=[metrics_router(gauges, model_use.gauges), *(module.router for module in modules)],
        raw_routes=[route for module in modules for route in getattr(module, "raw_routes", ())],
        lifespans=[*(module.lifespan for module in modules if hasattr(module, "lifespan")), _settled],
    )


@asynccontextmanager
async def _settled(_: FastAPI) -> AsyncGenerator[None]:
    """What is loaded by now stays for good. Looking it over again and again cost a sixth of the CPU of a payment, and
    each look held every request up for some 100 ms."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(GARBAGE_THRESHOLD)
    yield
    gc.unfreeze()
