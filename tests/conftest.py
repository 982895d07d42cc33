"""A real PostgreSQL for every test that asks for one: one server per run, one migrated database per worker."""

import os
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from filelock import FileLock
from hypothesis import settings as property_tests
from pydantic import SecretStr
from sqlalchemy import make_url

from core.db import Database
from core.settings import Settings
from finlens.postgres import SUPERUSER, EmbeddedPostgres, Server
from migrations.run import migrate

# How long an example takes is for benchmarks to tell: on a busy machine a quick one takes long.
property_tests.register_profile("without deadline", deadline=None)
property_tests.load_profile("without deadline")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The long simulations begin first: begun last, one worker would wait for the other's."""
    items.sort(key=lambda item: "sim" not in item.path.parts)


@pytest.fixture(scope="session")
def run_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder per test run, shared by all xdist workers."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base


@pytest.fixture(scope="session")
def server(run_home: Path) -> Iterator[Server]:
    """The embedded server of this run; the last worker to leave stops it."""
    embedded = EmbeddedPostgres(run_home)
    users = run_home / "server-users"
    with FileLock(run_home / "server.lock"):
        running = embedded.start()
        users.write_text(str(int(users.read_text() if users.exists() else 0) + 1))
    yield running
    with FileLock(run_home / "server.lock"):
        left = int(users.read_text()) - 1
        users.write_text(str(left))
        if left == 0:
            embedded.remove()


@pytest.fixture(scope="session")
def database_name(worker_id: str) -> str:
    return f"test_{worker_id}"


@pytest.fixture(scope="session")
def settings_of(server: Server, run_home: Path) -> Callable[[str], Settings]:
    """Makes a migrated, empty database of the given name: for tests that cannot share one."""

    def make(name: str) -> Settings:
        with psycopg.connect(server.url(SUPERUSER, "postgres"), autocommit=True) as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {name}")
            connection.execute(f"CREATE DATABASE {name} OWNER finlens_owner")
        with psycopg.connect(server.url(SUPERUSER, name), autocommit=True) as connection:
            connection.execute("CREATE EXTENSION IF NOT EXISTS vector")
        owner = server.url("finlens_owner", name)
        migrate(make_url(owner).set(drivername="postgresql+psycopg"))
        return Settings(
            _env_file=None,  # pyright: ignore[reportCallIssue]
            home=run_home / name,
            database_url=SecretStr(owner),
            app_database_url=SecretStr(server.url("finlens_app", name)),
            reader_database_url=SecretStr(server.url("finlens_reader", name)),
            demo_password=SecretStr("correct horse battery staple"),
        )

    return make


@pytest.fixture(scope="session")
def settings(settings_of: Callable[[str], Settings], database_name: str) -> Settings:
    """Settings of a migrated, empty database of this worker's own."""
    return settings_of(database_name)


@pytest.fixture(scope="session")
async def database(settings: Settings) -> AsyncIterator[Database]:
    database = Database.of(settings)
    yield database
    await database.close()
