"""`finlens serve`: one part in the foreground, for `finlens up`, a container or a service manager to run."""

import sys
from enum import StrEnum
from typing import Annotated

import typer
import uvicorn

from core.monitoring.logging import configure_logging
from core.settings import Settings
from finlens.ports import Port, require_free
from finlens.presence import present
from finlens.processes import obey_leash

GRACE_S = 5


class Part(StrEnum):
    """What can be served on its own."""

    API = "api"
    WORKER = "worker"
    WEB = "web"


def serve(
    part: Annotated[Part, typer.Argument(help="which part to run")],
    service: Annotated[list[str] | None, typer.Option(help="API: only this service; may be given again")] = None,
    leash: Annotated[bool, typer.Option("--leash", hidden=True)] = False,
) -> None:
    """Run one part in the foreground until Ctrl-C or SIGTERM."""
    if leash:
        obey_leash()
    # On the leash `finlens up` has already found the database and migrated it; the web front end knows none.
    settings = Settings() if leash or part is Part.WEB else _installed()
    configure_logging(settings.log_level)
    match part:
        case Part.API:
            _serve_api(settings, service or [])
        case Part.WORKER:
            _serve_worker(settings)
        case Part.WEB:
            _serve_web(settings)


def _installed() -> Settings:
    from finlens.installation import installation

    return installation(lambda text: print(text, file=sys.stderr))


def _serve_api(settings: Settings, services: list[str]) -> None:
    from finlens.serve import api

    require_free(Port("API", settings.api_host, settings.api_port))
    with present(settings.home, "api"):
        uvicorn.run(
            api(settings, services),
            host=settings.api_host,
            port=settings.api_port,
            access_log=False,
            timeout_graceful_shutdown=GRACE_S,
        )


def _serve_worker(settings: Settings) -> None:
    from finlens.worker import run

    run(settings)


def _serve_web(settings: Settings) -> None:
    require_free(Port("web", settings.web_host, settings.web_port))
    with present(settings.home, "web"):
        uvicorn.run(
            "webapp.serve:asgi",
            host=settings.web_host,
            port=settings.web_port,
            access_log=False,
            timeout_graceful_shutdown=GRACE_S,
        )
