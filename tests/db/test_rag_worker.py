"""The worker as a process of its own: it indexes what is posted, and SIGTERM ends it cleanly."""

import asyncio
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from sqlalchemy import text

from core.db import Database
from core.settings import Settings
from finlens import presence
from finlens.installation import environment
from tests.factories import make_town, pay

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
            text("SELECT count(*) FROM rag.summary WHERE :id = ANY (transaction_ids) AND embedding IS NOT NULL"),
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
