"""The worker process: keeps the summaries and their vectors in step with the ledger."""

import asyncio
import os
import signal
from contextlib import suppress

import structlog
from sqlalchemy.exc import InterfaceError, OperationalError

from core.db import Database
from core.settings import Settings
from finlens.presence import present
from rag.embedder import Embedder, MiniLm
from rag.indexer import Work, follow

PATIENCE_S = 1.0
NICENESS = 5

log = structlog.get_logger()


def run(settings: Settings) -> None:
    """Work until SIGTERM or Ctrl-C, behind whoever waits for an answer."""
    # Embedding can keep every core busy for minutes after an import.
    os.nice(NICENESS)
    with suppress(asyncio.CancelledError):
        asyncio.run(_work(settings))


async def _work(settings: Settings) -> None:
    task = asyncio.current_task()
    assert task is not None
    # Ctrl-C too: who is started in the background of a script inherits it as ignored.
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, task.cancel)
    embedder, database = MiniLm.load(), Database.of(settings)
    try:
        with present(settings.home, "worker"):
            await _follow_for_ever(database, embedder)
    finally:
        await database.close()


async def _follow_for_ever(database: Database, embedder: Embedder) -> None:
    """A database that restarts is waited for: each step of the indexer can be repeated."""
    while True:
        try:
            await follow(database, embedder, report=_report)
        except (OperationalError, InterfaceError, OSError) as error:
            log.warning("the database does not answer", error=type(error).__name__)
            await asyncio.sleep(PATIENCE_S)


def _report(work: Work) -> None:
    log.info("indexed", events=work.events, accounts=work.accounts, changed=work.changed, embedded=work.embedded)
