"""The worker process: the ledger's own jobs, and summaries and suggestions in step with it. All side by side."""

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import asdict

import structlog
from sqlalchemy.exc import InterfaceError, OperationalError

from core.db import Database
from core.ledger.background import JOBS, keep_doing
from core.settings import Settings
from finlens.presence import present
from rag.embedders import load_embedder
from rag.indexer import Work, follow
from rag.suggestions import suggest_on

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
    embedder, database = load_embedder(settings), Database.of(settings)
    try:
        with present(settings.home, "worker"):
            async with asyncio.TaskGroup() as group:
                for job in JOBS:
                    group.create_task(_for_ever(job.name, lambda job=job: keep_doing(job, database)))
                group.create_task(_for_ever("index", lambda: follow(database, embedder, report=_report)))
                group.create_task(_for_ever("suggest", lambda: suggest_on(database, embedder)))
    finally:
        await database.close()


async def _for_ever(name: str, work: Callable[[], Awaitable[None]]) -> None:
    """A database that restarts is waited for, and no job's failure ends another: each step can be repeated."""
    while True:
        try:
            await work()
        except (OperationalError, InterfaceError, OSError) as error:
            log.warning("the database does not answer", job=name, error=type(error).__name__)
        except Exception:
            log.exception("a job failed, and is tried again", job=name)
        await asyncio.sleep(PATIENCE_S)


def _report(work: Work) -> None:
    log.info("indexed", **{name: count for name, count in asdict(work).items() if count})
