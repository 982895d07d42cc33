"""The audit trail: who did what to which thing. Written in the unit of the change, never changed afterwards."""

from sqlmodel.ext.asyncio.session import AsyncSession

from core.identity.tables import AuditEvent
from core.tracing import trace_id


async def record(session: AsyncSession, *, actor: str, action: str, subject: str, **facts: object) -> None:
    """Add one event to the unit. `actor` is a Principal's subject, `action` like `account.open`, `subject` like
    `account:<id>`; `facts` are JSON values and hold nothing secret."""
    session.add(AuditEvent(actor=actor, action=action, subject=subject, request_id=trace_id(), facts=facts))
