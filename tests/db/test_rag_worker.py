"""The worker as a process of its own: it tells of, indexes and settles what is posted, and SIGTERM ends it cleanly."""

import asyncio
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from uuid import UUID

import psycopg
import pytest
from sqlalchemy import make_url, text

from core.audit import record
from core.db import Database
from core.ledger.transfers import post_transfers
from core.settings import Settings
from finlens import presence
from finlens.installation import environment
from finlens.postgres import SUPERUSER, Server
from tests.factories import make_town, make_transfer, pay

PROGRAM = "from core.settings import Settings; from finlens.worker import run; run(Settings())"
PATIENCE_S = 60


@pytest.fixture(scope="module")
def worker_settings(settings_of: Callable[[str], Settings], database_name: str) -> Settings:
    return settings_of(f"{database_name}_worker")


@pytest.fixture
async def database(worker_settings: Settings) -> AsyncIterator[Database]:
    database = Database.of(worker_settings)
    yield database
    await database.close()


def _start(settings: Settings, said: Path) -> subprocess.Popen[bytes]:
    with said.open("wb") as log:
        return subprocess.Popen([sys.executable, "-c", PROGRAM], env=environment(settings), stdout=log, stderr=log)


async def _embedded(database: Database, transaction_id: object) -> bool:
    async with database.app.connect() as connection:
        found = await connection.scalar(
            text("""SELECT count(*) FROM rag.summary s JOIN rag.meaning m ON m.summary_id = s.id
                     WHERE :id = ANY (s.transaction_ids)"""),
            {"id": transaction_id},
        )
        return bool(found)


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGINT])
async def test_the_worker_indexes_what_is_posted_and_ends_when_asked(
    worker_settings: Settings, database: Database, tmp_path: Path, end: signal.Signals
) -> None:
    said = tmp_path / "worker.log"
    worker = _start(worker_settings, said)
    try:
        async with database.unit() as session:
            town = await make_town(session)
            lent = await pay(session, town.asha_account, town.ravi_account, 4_200, description="cricket tickets")
        deadline = time.monotonic() + PATIENCE_S
        while not await _embedded(database, lent.id):
            assert time.monotonic() < deadline, said.read_text()
            assert worker.poll() is None, said.read_text()
            await asyncio.sleep(0.1)
        assert presence.find(worker_settings.home, "worker") is not None
        worker.send_signal(end)
        assert worker.wait(PATIENCE_S) == 0, said.read_text()
        assert "Traceback" not in said.read_text()
        assert presence.find(worker_settings.home, "worker") is None
    finally:
        worker.kill()
        worker.wait()


async def test_every_job_outlives_a_database_that_drops_its_connections(
    worker_settings: Settings, database: Database, server: Server, tmp_path: Path
) -> None:
    said = tmp_path / "worker.log"
    worker = _start(worker_settings, said)
    try:
        async with database.unit() as session:
            town = await make_town(session)
        for _ in range(2):
            async with database.unit() as session:
                await record(session, actor="user:x", action="account.open", subject="account:1")
                transfer = make_transfer(town.asha_account.id, town.ravi_account.id, 100, is_deferred=True)
                await post_transfers(session, [transfer])
            deadline = time.monotonic() + PATIENCE_S
            while not await _all_done(database, transfer.id):
                assert time.monotonic() < deadline, said.read_text()
                assert worker.poll() is None, said.read_text()
                await asyncio.sleep(0.1)
            await database.close()
            _drop_connections(server, worker_settings)
        assert "Traceback" not in said.read_text()
    finally:
        worker.kill()
        worker.wait()


async def _all_done(database: Database, transaction_id: UUID) -> bool:
    """Settled, told, indexed, looked at for suggestions, and the audit events chained."""
    async with database.app.connect() as connection:
        done = await connection.scalar(
            text("""
                SELECT t.status = 'success' AND NOT EXISTS (SELECT FROM ledger.outbox)
                       AND (SELECT min(position) FROM rag.progress) = (SELECT max(position) FROM ledger.change)
                       AND NOT EXISTS (SELECT FROM identity.audit_event WHERE position IS NULL)
                  FROM ledger.transaction t WHERE t.id = :id
            """),
            {"id": transaction_id},
        )
        return bool(done)


def _drop_connections(server: Server, settings: Settings) -> None:
    assert settings.database_url is not None
    name = make_url(settings.database_url.get_secret_value()).database
    with psycopg.connect(server.url(SUPERUSER, "postgres"), autocommit=True) as superuser:
        superuser.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,))
