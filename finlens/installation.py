"""This machine's installation: its database, up and migrated, as Settings that every command can use."""

import os
from collections.abc import Callable
from pathlib import Path

from pydantic import SecretStr

from core.db import owner_url
from core.settings import Settings
from finlens.postgres import EmbeddedPostgres, Server
from migrations.run import migrate


def installation(progress: Callable[[str], None] = lambda _: None) -> Settings:
    """Settings with a database behind them: the one FINLENS_DATABASE_URL names, else the embedded server, started now.

    Raises SetupError with one sentence when there is none to be had.
    """
    settings = Settings()
    settings.home.mkdir(parents=True, exist_ok=True)
    if settings.database_url is None:
        settings = _with_server(settings, EmbeddedPostgres(settings.home).start(progress))
    progress("Bringing the database to today's schema")
    migrate(owner_url(settings))
    return settings


def environment(settings: Settings) -> dict[str, str]:
    """The environment for child processes that must find the same installation."""
    urls = {
        "FINLENS_DATABASE_URL": settings.database_url,
        "FINLENS_APP_DATABASE_URL": settings.app_database_url,
        "FINLENS_READER_DATABASE_URL": settings.reader_database_url,
    }
    known = {name: url.get_secret_value() for name, url in urls.items() if url is not None}
    return {**os.environ, **known, "FINLENS_HOME": str(Path(settings.home).resolve())}


def _with_server(settings: Settings, server: Server) -> Settings:
    return settings.model_copy(
        update={
            "database_url": SecretStr(server.url("finlens_owner")),
            "app_database_url": SecretStr(server.url("finlens_app")),
            "reader_database_url": SecretStr(server.url("finlens_reader")),
        }
    )
