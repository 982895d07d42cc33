"""This machine's installation: its database, up and migrated, as Settings that every command can use."""

import os
import secrets
from collections.abc import Callable
from pathlib import Path

import psycopg
from pydantic import SecretStr
from sqlalchemy.exc import DBAPIError, OperationalError

from core.db import APP_ROLE, READER_ROLE, dsn, owner_url
from core.errors import SetupError
from core.settings import Settings
from finlens.postgres import EmbeddedPostgres, Server
from migrations.run import migrate

Progress = Callable[[str], None]

_DATABASE_VARIABLES = ("FINLENS_DATABASE_URL", "FINLENS_APP_DATABASE_URL", "FINLENS_READER_DATABASE_URL")


def installation(progress: Progress = lambda _: None) -> Settings:
    """Settings with a database behind them: the one FINLENS_DATABASE_URL names, else the embedded server, started now.

    Raises SetupError with one sentence when there is none to be had.
    """
    settings = connected(Settings(), progress)
    progress("Bringing the database to today's schema")
    bring_up_to_date(settings)
    return settings


def known_database(settings: Settings) -> Settings:
    """The settings filled in as `connected` would, but nothing is started. Raises SetupError when nothing runs."""
    if settings.database_url is None:
        server = EmbeddedPostgres(settings.home).running()
        if server is None:
            raise SetupError("The embedded PostgreSQL is not running; finlens up starts it")
        settings = _with_server(settings, server)
    return _with_demo_password(settings)


def connected(settings: Settings, progress: Progress = lambda _: None) -> Settings:
    """The same settings with every database address filled in, and the embedded server running if it is the one."""
    make_home(settings.home)
    if settings.database_url is None:
        settings = _with_server(settings, EmbeddedPostgres(settings.home).start(progress))
    return _with_demo_password(settings)


def bring_up_to_date(settings: Settings) -> None:
    """Migrate. Raises SetupError when the database does not answer, or lacks what FinLens needs of it."""
    try:
        migrate(owner_url(settings))
        _check_roles(settings)
    except OperationalError as error:
        raise SetupError(f"The database does not answer: {_first_line(error)}") from error
    except DBAPIError as error:
        raise SetupError(f"The database could not be migrated: {_first_line(error)}") from error


def _check_roles(settings: Settings) -> None:
    """Where no separate logins are named, ours steps down to two roles, which may belong to somebody else's FinLens."""
    stepped_to = [(APP_ROLE, settings.app_database_url), (READER_ROLE, settings.reader_database_url)]
    with psycopg.connect(dsn(owner_url(settings))) as connection:
        for role in (role for role, login in stepped_to if login is None):
            row = connection.execute("SELECT pg_has_role(%s, 'MEMBER'), current_user", (role,)).fetchone()
            if row is not None and not row[0]:
                raise SetupError(
                    f"The login {row[1]} may not act as {role}: have an administrator GRANT {role} TO {row[1]}"
                )


def make_home(home: Path) -> None:
    """Make FINLENS_HOME. Raises SetupError when it cannot be."""
    try:
        home.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SetupError(f"FINLENS_HOME cannot be made at {home}: {(error.strerror or '').lower()}") from error


def environment(settings: Settings) -> dict[str, str]:
    """The environment for child processes that must find the same installation."""
    secret = {
        "FINLENS_DATABASE_URL": settings.database_url,
        "FINLENS_APP_DATABASE_URL": settings.app_database_url,
        "FINLENS_READER_DATABASE_URL": settings.reader_database_url,
        "FINLENS_DEMO_PASSWORD": settings.demo_password,
    }
    known = {name: value.get_secret_value() for name, value in secret.items() if value is not None}
    return {**os.environ, **known, "FINLENS_HOME": str(settings.home.resolve())}


def web_environment(settings: Settings, *, with_demo: bool) -> dict[str, str]:
    """The environment of the web tier: a client like any other, so it is told where the API is and no database."""
    hidden = {*_DATABASE_VARIABLES, "FINLENS_DEMO_PASSWORD"}
    told = {name: value for name, value in environment(settings).items() if name not in hidden}
    if with_demo and settings.demo_password is not None:
        told["FINLENS_DEMO_PASSWORD"] = settings.demo_password.get_secret_value()
    return {**told, "FINLENS_URL": settings.api_url}


def _with_demo_password(settings: Settings) -> Settings:
    """Unless it was chosen, the demo password is made once per installation, readable by its owner alone."""
    if settings.demo_password is not None:
        return settings
    path = settings.home / "demo-password"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(9))
    return settings.model_copy(update={"demo_password": SecretStr(path.read_text().strip())})


def _first_line(error: DBAPIError) -> str:
    return str(error.orig).splitlines()[0] if error.orig else str(error)


def _with_server(settings: Settings, server: Server) -> Settings:
    return settings.model_copy(
        update={
            "database_url": SecretStr(server.url("finlens_owner")),
            "app_database_url": SecretStr(server.url("finlens_app")),
            "reader_database_url": SecretStr(server.url("finlens_reader")),
        }
    )
