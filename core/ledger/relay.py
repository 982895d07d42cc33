"""The relay: tells of commits in ledger.change and has them scored. Everything that follows the ledger hangs on it."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, suppress

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from core.db import Database
from core.fraud.scoring import score

BATCH_MAX = 1_000
_PATIENCE_S = 0.05

Progress = Callable[[int, int], None]
"""Told how many commits have been told and scored, of how many."""

_RELAY = text("SELECT taken, posted FROM ledger.relay(:limit)")
_NEWEST = text("SELECT coalesce(max(seq), 0) FROM ledger.outbox")
_LEFT = text("SELECT count(*) FROM ledger.outbox WHERE seq <= :newest")


async def relay(database: Database) -> int:
    """Tell of the next commits, up to BATCH_MAX, in one unit; returns how many. 0 when another relay is at it."""
    async with database.app.begin() as connection:
        return await relay_in(connection)


async def relay_in(connection: AsyncConnection) -> int:
    """`relay` within the caller's unit, until the end of which every other relay finds nothing to do."""
    batch = (await connection.execute(_RELAY, {"limit": BATCH_MAX})).one_or_none()
    if batch is None:
        return 0
    if batch.posted:
        await score(connection, batch.posted)
    return batch.taken


async def drain(database: Database, progress: Progress = lambda _done, _of: None) -> None:
    """Everything committed before this call is told and scored when it returns. Another relay may be at it as well."""
    async with database.app.connect() as connection:
        newest = await connection.scalar(_NEWEST)
    total = left = await _left(database, newest)
    while left:
        progress(total - left, total)
        if not await relay(database):
            await asyncio.sleep(_PATIENCE_S)
        left = await _left(database, newest)
    progress(total, total)


@asynccontextmanager
async def relaying(database: Database, progress: Progress = lambda _done, _of: None) -> AsyncGenerator[None]:
    """For whoever posts a lot: commits are told as they come, and all of them are once the block has ended well.

    `progress` hears of what is left to tell then.
    """
    task = asyncio.create_task(_relay_on(database))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
    await drain(database, progress)


async def _relay_on(database: Database) -> None:
    while True:
        if not await relay(database):
            await asyncio.sleep(_PATIENCE_S)


async def _left(database: Database, newest: int | None) -> int:
    async with database.app.connect() as connection:
        return await connection.scalar(_LEFT, {"newest": newest}) or 0
