"""The FastAPI app, made of the services asked for."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from fastapi import APIRouter, FastAPI

from core.db import Database
from core.problems import install_problem_handlers
from core.settings import Settings


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
    lifespans: Sequence[Callable[[FastAPI], AbstractAsyncContextManager[None]]] = (),
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> FastAPI:
    """One app that serves `routers`. `lifespans` run around it, in order, after the database pools are open."""
    raise NotImplementedError
