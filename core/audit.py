"""The audit trail: who did what to which thing. Written in the unit of the change, never changed afterwards.

Soon after the commit each event gets its place in one chain of digests (`audit.sql`), which shows tampering.
"""

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from core.db import Database
from core.identity.tables import AuditEvent
from core.tracing import trace_id

CHAINED_MAX = 1_000

_CHAIN = text("SELECT identity.chain_events(:limit)")


async def record(session: AsyncSession, *, actor: str, action: str, subject: str, **facts: object) -> None:
    """Add one event to the unit. `actor` is a Principal's subject, `action` like `account.open`, `subject` like
    `account:<id>`; `facts` are JSON values and hold nothing secret."""
    session.add(AuditEvent(actor=actor, action=action, subject=subject, request_id=trace_id(), facts=facts))


async def chain_events(database: Database) -> int:
    """Give the next events, up to CHAINED_MAX, their place in the chain; returns how many. 0 when somebody is at it."""
    async with database.app.begin() as connection:
        return await connection.scalar(_CHAIN, {"limit": CHAINED_MAX}) or 0
