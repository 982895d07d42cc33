"""The API process: one FastAPI app out of every service, or of those asked for."""

from collections.abc import Collection

from fastapi import APIRouter, FastAPI

import agents.api
from core.app import create_app
from core.banking import routes as banking
from core.errors import SetupError
from core.fraud import routes as fraud
from core.identity import routes as identity
from core.insights import routes as insights
from core.ledger import routes as ledger
from core.settings import Settings

ROUTERS: dict[str, APIRouter] = {
    "identity": identity.router,
    "banking": banking.router,
    "ledger": ledger.router,
    "insights": insights.router,
    "fraud": fraud.router,
    "chat": agents.api.router,
}


def api(settings: Settings | None = None, services: Collection[str] = ()) -> FastAPI:
    """The app that serves `services`, or all of them. Also a uvicorn factory, which calls it without arguments."""
    chosen = list(services) or list(ROUTERS)
    if unknown := set(chosen) - set(ROUTERS):
        raise SetupError(f"There is no service {', '.join(sorted(unknown))}; there are {', '.join(ROUTERS)}")
    return create_app(
        settings or Settings(),
        routers=[ROUTERS[name] for name in chosen],
        lifespans=[agents.api.lifespan] if "chat" in chosen else [],
    )
