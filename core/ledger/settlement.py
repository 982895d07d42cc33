"""Deciding what was only accepted: pending, then processing, then success or failed, a commit each."""

from uuid import UUID

from sqlalchemy import text

from core.db import Database

SETTLED_AT_ONCE = 500

_TAKE = text("SELECT ledger.take_pending(:limit)")
_SETTLE = text("SELECT count(*) FROM ledger.settle_transfers(:ids)")


async def settle(database: Database) -> int:
    """Decide the oldest accepted payments, SETTLED_AT_ONCE at most; how many were taken.

    A crash between the two commits leaves them in `processing`, from where the next call goes on. Two callers at once
    do no harm: what one has decided stays.
    """
    async with database.unit() as session:
        taken = await session.execute(_TAKE, {"limit": SETTLED_AT_ONCE})  # pyright: ignore[reportDeprecated]
        ids: list[UUID] = list(taken.scalars())
    if ids:
        async with database.unit() as session:
            await session.execute(_SETTLE, {"ids": ids})  # pyright: ignore[reportDeprecated]
    return len(ids)
