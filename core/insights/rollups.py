"""Which rollups a question may be answered from, and the jobs that keep them. How they stay exact: rollups.sql."""

from datetime import datetime

import structlog
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from core.db import Database
from core.identity.access import Principal, Role

HEAVY_ENTRIES_MIN = 20_000
"""A customer with so many entries gets rollups. With fewer, adding up the entries themselves is as fast."""
BANK_TIME_ZONE = "Asia/Kolkata"
"""Where the days of those who work at a bank begin: what `Principal` says of everybody but customers."""

_FOLD_MAX = 10_000
_SUM_DAYS = 92
_COMPARE_DAYS = 31

log: structlog.typing.FilteringBoundLogger = structlog.get_logger(__name__)

# A customer's figures come from rollups only if each account has one: an account opened today has none yet.
_OF_CUSTOMER = """
    SELECT array_agg(r.rollup_id)
      FROM reporting.account a
      LEFT JOIN reporting.rollup r ON r.account_id = a.account_id AND r.time_zone = %(zone)s
     WHERE a.customer_id = %(asker_customer_id)s
    HAVING count(*) = count(r.rollup_id)
"""
_OF_BANK = """
    SELECT array_agg(r.rollup_id)
      FROM reporting.rollup r
     WHERE r.bank_id = %(asker_bank_id)s AND r.account_id IS NULL AND r.time_zone = %(zone)s
"""


async def rollups_of(connection: AsyncConnection, principal: Principal) -> list[int]:
    """Rollups that hold all that this principal sees, in days of their time zone; none where there are no such."""
    statement = _OF_CUSTOMER if principal.role is Role.CUSTOMER else _OF_BANK
    facts = {
        "zone": principal.time_zone,
        "asker_customer_id": principal.customer_id,
        "asker_bank_id": principal.bank_id,
    }
    return (await connection.exec_driver_sql(statement, facts)).scalar() or []


async def fold(database: Database) -> int:
    """Add to the cells what the relay has told since; returns how many changes that was."""
    return await _run(database, "SELECT insights.fold(:limit)", limit=_FOLD_MAX)


async def sum_open_days(database: Database) -> int:
    """Sum some open days anew; returns how many."""
    return await _run(database, "SELECT insights.sum_open_days(:days)", days=_SUM_DAYS)


async def begin_rollups(database: Database, *, entries_min: int = HEAVY_ENTRIES_MIN) -> int:
    """Give those banks and heavy accounts a rollup that have none; returns how many."""
    begin = "SELECT insights.begin_rollups(:zone, :entries_min)"
    return await _run(database, begin, zone=BANK_TIME_ZONE, entries_min=entries_min)


async def compare_rollups(database: Database, now: datetime) -> int:
    """Hold a month of one rollup against the rows. A day that differs is logged, noted for `finlens doctor`, and read
    from the rows until it is summed anew. Always 0: the next month can wait."""
    if days := await _run(database, "SELECT insights.compare_rollup(:days)", days=_COMPARE_DAYS):
        log.error("rollup_differs", days=days, at=now.isoformat())
    return 0


async def _run(database: Database, statement: str, **facts: object) -> int:
    async with database.app.begin() as connection:
        return await connection.scalar(text(statement), facts) or 0
