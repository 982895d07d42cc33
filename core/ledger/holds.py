"""Holds: money promised now and paid later, or released. The Python door to `holds.sql`."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, TextClause, text
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from core.audit import record
from core.db import Database
from core.errors import CaptureExceedsHold, FinLensError, HoldEnded, InsufficientFunds, InvalidExpiry
from core.ids import fingerprint, new_id
from core.ledger.tables import Hold, HoldStatus
from core.ledger.transfers import REFUSALS
from core.money import Money
from core.tracing import trace_id

DEFAULT_LIFE = timedelta(days=7)
"""How long a hold lasts that names no expiry; `holds.sql` bounds the longest."""

EXPIRY_BATCH = 500
"""Holds per step of the sweeper, which keeps their payers' balances locked."""

SWEEPER = "system:expiry"
"""Whom the trail names where no person acted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """A hold to place. `client` and `key` together are the idempotency key."""

    account_id: UUID
    receiver_account_id: UUID
    money: Money
    client: str
    key: str
    expires_at: datetime | None = None
    description: str = ""
    category: str | None = None
    channel: str = "card"
    id: UUID = field(default_factory=new_id)

    @property
    def key_fingerprint(self) -> UUID:
        return fingerprint(self.client, self.key)

    @property
    def request_fingerprint(self) -> UUID:
        return fingerprint(
            str(self.account_id), str(self.receiver_account_id), str(self.money.amount_minor), self.money.currency,
            self.description, self.category or "", self.channel,
            str(self.expires_at.timestamp()) if self.expires_at else "",
        )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Capture:
    """What to pay out of a hold: `amount_minor`, or all that remains. Where it is final, the rest is released."""

    hold_id: UUID
    client: str
    key: str
    amount_minor: int | None = None
    is_final: bool = True
    transaction_id: UUID = field(default_factory=new_id)

    @property
    def key_fingerprint(self) -> UUID:
        return fingerprint(self.client, self.key)

    @property
    def request_fingerprint(self) -> UUID:
        return fingerprint("capture", str(self.hold_id), str(self.amount_minor), str(self.is_final))


@dataclass(frozen=True, slots=True)
class Done:
    """What a request led to: the id of the hold or payment it stands for, and whether it did so before."""

    id: UUID
    is_replay: bool


_PLACE = text("""
    SELECT hold_id, failure_code, shortfall_minor, is_replay
      FROM ledger.place_hold(:id, :account, :receiver, :amount, :currency, :description, :category, :channel,
                             :now, :expires_at, :key, :request)
""")
_CAPTURE = text("""
    SELECT transaction_id, failure_code, is_replay, hold_status, remaining_minor
      FROM ledger.capture_hold(:hold, :amount, :is_final, :now, :transaction, :key, :request, :actor, :trace)
""")
_VOID = text("SELECT hold_status, is_replay FROM ledger.void_hold(:hold, :now)")
_EXPIRE = text("SELECT ledger.expire_holds(:now, :limit)")


async def place_hold(session: AsyncSession, promise: Promise, now: datetime) -> Done:
    """The hold that reserves the money, or that the key stands for already.

    Locks the payer's balance until the unit ends. A refusal stores nothing and leaves the key free.
    Raises InsufficientFunds (with the shortfall), AccountNotFound, SameAccount, AccountClosed, CurrencyMismatch,
    InvalidExpiry, IdempotencyKeyReused.
    """
    answer = await _call(
        session, _PLACE,
        id=promise.id, account=promise.account_id, receiver=promise.receiver_account_id,
        amount=promise.money.amount_minor, currency=promise.money.currency, description=promise.description,
        category=promise.category, channel=promise.channel, now=now,
        expires_at=promise.expires_at or now + DEFAULT_LIFE,
        key=promise.key_fingerprint, request=promise.request_fingerprint,
    )  # fmt: skip
    if answer.failure_code == InsufficientFunds.code:
        raise InsufficientFunds(shortfall_minor=answer.shortfall_minor)
    if answer.failure_code:
        raise _REFUSALS[answer.failure_code]
    if not answer.is_replay:
        await record(session, actor=promise.client, action="hold.place", subject=f"hold:{answer.hold_id}")
    return Done(answer.hold_id, answer.is_replay)


async def capture_hold(session: AsyncSession, capture: Capture, now: datetime) -> Done:
    """The payment that was made out of the hold. It carries the hold's words and names it.

    Locks both balances until the unit ends. Raises HoldEnded (with the status), CaptureExceedsHold (with what
    remains), AccountClosed, IdempotencyKeyReused; then the hold is as it was, and the key is free.
    """
    answer = await _call(
        session, _CAPTURE,
        hold=capture.hold_id, amount=capture.amount_minor, is_final=capture.is_final, now=now,
        transaction=capture.transaction_id, key=capture.key_fingerprint, request=capture.request_fingerprint,
        actor=capture.client, trace=trace_id(),
    )  # fmt: skip
    if answer.failure_code == HoldEnded.code:
        raise HoldEnded(hold_status=answer.hold_status)
    if answer.failure_code == CaptureExceedsHold.code:
        raise CaptureExceedsHold(remaining_minor=answer.remaining_minor)
    if answer.failure_code:
        raise _REFUSALS[answer.failure_code]
    if not answer.is_replay:
        await record(
            session, actor=capture.client, action="hold.capture", subject=f"hold:{capture.hold_id}",
            transaction_id=str(answer.transaction_id),
        )  # fmt: skip
    return Done(answer.transaction_id, answer.is_replay)


async def void_hold(session: AsyncSession, hold_id: UUID, *, client: str, now: datetime) -> Done:
    """The hold, voided now or before. Raises HoldEnded (with the status) if it was captured or has expired."""
    answer = await _call(session, _VOID, hold=hold_id, now=now)
    if answer.hold_status != HoldStatus.VOIDED:
        raise HoldEnded(hold_status=answer.hold_status)
    if not answer.is_replay:
        await record(session, actor=client, action="hold.void", subject=f"hold:{hold_id}")
    return Done(hold_id, answer.is_replay)


async def expire_holds(database: Database, now: datetime, limit: int = EXPIRY_BATCH) -> int:
    """Release what remains of the holds that are longest past their time, at most `limit`. 0 when none is left.

    Any number of processes may call it at once.
    """
    async with database.unit() as session:
        found = await session.execute(_EXPIRE, {"now": now, "limit": limit})  # pyright: ignore[reportDeprecated]  # text()
        expired: list[UUID] = list(found.scalars())
        for hold_id in expired:
            await record(session, actor=SWEEPER, action="hold.expire", subject=f"hold:{hold_id}")
    return len(expired)


async def stored_hold(session: AsyncSession, hold_id: UUID) -> Hold:
    """The hold as it is stored."""
    return (await session.exec(select(Hold).where(col(Hold.id) == hold_id))).one()


_REFUSALS: dict[str, type[FinLensError]] = {**REFUSALS, InvalidExpiry.code: InvalidExpiry}


async def _call(session: AsyncSession, statement: TextClause, **facts: object) -> Row[Any]:
    return (await session.execute(statement, facts)).one()  # pyright: ignore[reportDeprecated]  # exec() takes no text()
