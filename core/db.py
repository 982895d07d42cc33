"""The two ways into PostgreSQL: a unit of work as the application, and a read-only look as the agent's tools."""

from collections.abc import AsyncGenerator, Generator, Mapping
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import psycopg
from psycopg.conninfo import make_conninfo
from pydantic import SecretStr
from sqlalchemy import URL, make_url
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlmodel.ext.asyncio.session import AsyncSession

from core.errors import FinLensError, SetupError
from core.settings import Settings

APP_ROLE = "finlens_app"
READER_ROLE = "finlens_reader"
READER_TIMEOUT_MS = 5_000

_LIMITS = f"-c default_transaction_read_only=on -c statement_timeout={READER_TIMEOUT_MS}"

Refusals = Mapping[str, tuple[type[FinLensError], str]]
"""What a violated constraint means to the caller, by the constraint's name."""


class Database:
    """Both pools of one process. `await close()` when the process ends."""

    def __init__(self, *, app: AsyncEngine, reader: AsyncEngine) -> None:
        self.app = app
        self.reader = reader

    @classmethod
    def of(cls, settings: Settings) -> "Database":
        """Pools for the logins that `settings` names; where unset, the owner's login steps down to the role."""
        return cls(
            app=_engine(app_url(settings), settings.database_pool_size),
            # One snapshot for all that a look reads: figures and the rows behind them cannot disagree.
            reader=_engine(
                reader_url(settings),
                settings.database_pool_size,
                isolation_level="REPEATABLE READ",
                execution_options={"postgresql_readonly": True},
            ),
        )

    @asynccontextmanager
    async def unit(self) -> AsyncGenerator[AsyncSession]:
        """One unit of work: commits when the block ends, rolls back when it raises."""
        async with AsyncSession(self.app, expire_on_commit=False) as session, session.begin():
            yield session

    @asynccontextmanager
    async def look(self) -> AsyncGenerator[AsyncConnection]:
        """A read-only connection as `finlens_reader`, which sees reporting views and nothing else."""
        async with self.reader.connect() as connection:
            yield connection
            # After a rollback psycopg forgets what it has prepared: each question would be planned anew, each time.
            await connection.commit()

    async def close(self) -> None:
        await self.app.dispose()
        await self.reader.dispose()


@contextmanager
def refusing(refusals: Refusals) -> Generator[None]:
    """Within, a violated constraint that `refusals` names is raised as its refusal. The unit is lost either way."""
    try:
        yield
    except IntegrityError as error:
        violated = error.orig.diag.constraint_name if isinstance(error.orig, psycopg.Error) else None
        if violated is None or violated not in refusals:
            raise
        refusal, detail = refusals[violated]
        raise refusal(detail) from error


def owner_url(settings: Settings) -> URL:
    """Login that owns the schemas: migrations use it, nothing else does."""
    if settings.database_url is None:
        raise SetupError("FINLENS_DATABASE_URL is not set: start with make up, or name a PostgreSQL with pgvector")
    return make_url(settings.database_url.get_secret_value()).set(drivername="postgresql+psycopg")


def app_url(settings: Settings) -> URL:
    return _login(settings, settings.app_database_url, APP_ROLE)


def reader_url(settings: Settings) -> URL:
    return _login(settings, settings.reader_database_url, READER_ROLE)


def dsn(url: URL) -> str:
    """The same address as libpq reads it, for code that uses psycopg without SQLAlchemy.

    Not as a URL: SQLAlchemy writes a space in the options as +, which libpq takes for a plus sign.
    """
    options: dict[str, Any] = dict(url.query)
    return make_conninfo("", **url.translate_connect_args(username="user", database="dbname"), **options)


def _login(settings: Settings, own_login: SecretStr | None, role: str) -> URL:
    options = _LIMITS if role == READER_ROLE else ""
    if own_login is not None:
        url = make_url(own_login.get_secret_value()).set(drivername="postgresql+psycopg")
    else:
        url, options = owner_url(settings), f"-c role={role} {options}"
    return url.update_query_dict({"options": options.strip()}) if options else url


def _engine(url: URL, size: int, **facts: Any) -> AsyncEngine:
    # Parameters are people's mails and payments: an error that quotes its statement must not quote them into the log.
    return create_async_engine(
        url, pool_size=size, max_overflow=0, pool_timeout=10, pool_pre_ping=True, hide_parameters=True, **facts
    )
