"""Scoring from Python: what could not be scored is noted, and tried again one payment at a time."""

from collections.abc import Sequence
from uuid import UUID

import structlog
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from core.db import Database

TIMEOUT_S = 60
"""A full batch takes a third of a second."""
RETRIES_MAX = 100
"""Per round, each in a unit of its own: one bad payment then keeps no other from its score."""

log = structlog.get_logger()

_SCORE = text("SELECT fraud.score(:ids)")
_NOTE = text("""
    INSERT INTO fraud.unscored (transaction_id, error)
    SELECT id, :error FROM unnest(CAST(:ids AS uuid[])) id
        ON CONFLICT (transaction_id) DO UPDATE SET error = excluded.error, tried_at = now()
""")
_FORGET = text("DELETE FROM fraud.unscored WHERE transaction_id = ANY (:ids)")
_TO_RETRY = text("""
    SELECT transaction_id FROM fraud.unscored WHERE tried_at < now() - interval '1 minute'
     ORDER BY tried_at LIMIT :retries
""")


async def score(connection: AsyncConnection, ids: Sequence[UUID]) -> bool:
    """Score posted payments within the caller's unit, which goes on if that fails: they are in fraud.unscored then."""
    try:
        async with connection.begin_nested():
            await connection.execute(text(f"SET LOCAL statement_timeout = '{TIMEOUT_S}s'"))
            await connection.execute(_SCORE, {"ids": ids})
    except DBAPIError as error:
        if error.connection_invalidated:
            raise
        log.error("payments could not be scored", payments=len(ids), first=str(ids[0]), error=str(error.orig))
        await connection.execute(_NOTE, {"ids": ids, "error": str(error.orig)})
        return False
    return True


async def score_again(database: Database) -> int:
    """Try what could not be scored, the longest untried first; returns how many payments have a score now."""
    async with database.app.begin() as connection:
        ids: Sequence[UUID] = (await connection.execute(_TO_RETRY, {"retries": RETRIES_MAX})).scalars().all()
    scored = 0
    for id in ids:
        async with database.app.begin() as connection:
            if await score(connection, [id]):
                await connection.execute(_FORGET, {"ids": [id]})
                scored += 1
    return scored
