"""Posting money: the only Python door to `apply_transfers.sql`."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import cast
from uuid import UUID

import msgspec
import psycopg
from sqlmodel.ext.asyncio.session import AsyncSession

from core.errors import (
    AccountClosed,
    AccountNotFound,
    CurrencyMismatch,
    FinLensError,
    IdempotencyKeyReused,
    InsufficientFunds,
    NotReversible,
    ReversalExceedsOriginal,
    SameAccount,
)
from core.ids import fingerprint, new_id
from core.money import MAX_AMOUNT_MINOR, Money
from core.tracing import trace_id

BATCH_MAX = 1_000
"""Transfers per call: past this the gain is gone and the locks are held too long."""

REFUSALS: dict[str, type[FinLensError]] = {
    refusal.code: refusal
    for refusal in (
        AccountNotFound, SameAccount, AccountClosed, CurrencyMismatch, InsufficientFunds, IdempotencyKeyReused,
        NotReversible, ReversalExceedsOriginal,
    )
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    """One payment to post. `client` and `key` together are the idempotency key: unique for ever."""

    sender_account_id: UUID
    receiver_account_id: UUID
    money: Money
    occurred_at: datetime
    client: str
    """Who asks, as in Principal.subject; the change log names it as the actor."""
    key: str
    description: str = ""
    category: str | None = None
    channel: str = "transfer"
    reverses_id: UUID | None = None
    hold_id: UUID | None = None
    is_dated: bool = False
    """Whether the client named `occurred_at`: then the key stands for that instant too."""
    is_deferred: bool = False
    """Only accept it: `pending` now, decided by settlement."""
    id: UUID = field(default_factory=new_id)
    key_fingerprint: UUID = field(init=False, repr=False)
    request_fingerprint: UUID = field(init=False, repr=False)
    """Everything that the key stands for, less what the server may have filled in (the time, the id)."""

    def __post_init__(self) -> None:
        # One malformed element would fail its whole batch in the database.
        if not 1 <= self.money.amount_minor <= MAX_AMOUNT_MINOR:
            raise ValueError(f"a transfer moves 1 to {MAX_AMOUNT_MINOR} minor units, not {self.money.amount_minor}")
        request = msgspec.json.encode(
            (
                self.sender_account_id, self.receiver_account_id, self.money.amount_minor, self.money.currency,
                self.description, self.category, self.channel, self.reverses_id, self.hold_id,
                self.occurred_at.timestamp() if self.is_dated else None,
            )
        )  # fmt: skip
        # As a frozen instance is set up; made once here, for each is asked for more than once.
        object.__setattr__(self, "key_fingerprint", fingerprint(self.client, self.key))
        object.__setattr__(self, "request_fingerprint", fingerprint(request.decode()))


@dataclass(frozen=True, slots=True)
class Posting:
    """The answer to one Transfer. `failure_code` is None when the money moved (now, or when first asked), and while it
    is `pending` or `processing`."""

    id: UUID | None
    status: str
    failure_code: str | None
    shortfall_minor: int | None
    is_replay: bool
    sender_balance_after_minor: int | None
    occurred_at: datetime
    posted_at: datetime | None

    def refusal(self) -> FinLensError | None:
        """The error to answer with, or None when the money moved or still may."""
        if self.failure_code is None:
            return None
        facts: dict[str, object] = {
            "transaction_id": self.id,
            "shortfall_minor": self.shortfall_minor,
            "is_replay": self.is_replay,
        }
        return REFUSALS[self.failure_code]("", **{name: fact for name, fact in facts.items() if fact})


_APPLY = """
    SELECT id, status, failure_code, shortfall_minor, is_replay, sender_balance_after_minor, occurred_at, posted_at
      FROM ledger.apply_transfers(
        %b::uuid[], %b::uuid[], %b::uuid[], %b::bigint[], %b::text[], %b::text[], %b::text[], %b::text[], %b::uuid[],
        %b::uuid[], %b::timestamptz[], %b::uuid[], %b::uuid[], %b::text[], %b::text[], %b::boolean[])
     ORDER BY ordinal
"""


async def apply_transfers(
    connection: psycopg.AsyncConnection, transfers: Sequence[Transfer], trace_ids: Sequence[str | None]
) -> list[Posting]:
    """One Posting per Transfer, in the order given, decided one after another.

    Locks the accounts until the connection's transaction ends. A refusal is an answer, not an exception.
    """
    arrays = (
        [t.id for t in transfers],
        [t.sender_account_id for t in transfers],
        [t.receiver_account_id for t in transfers],
        [t.money.amount_minor for t in transfers],
        [t.money.currency for t in transfers],
        [t.description for t in transfers],
        [t.category for t in transfers],
        [t.channel for t in transfers],
        [t.reverses_id for t in transfers],
        [t.hold_id for t in transfers],
        [t.occurred_at for t in transfers],
        [t.key_fingerprint for t in transfers],
        [t.request_fingerprint for t in transfers],
        [t.client for t in transfers],
        trace_ids,
        [t.is_deferred or None for t in transfers],  # NULL costs least to send, and counts as false
    )
    cursor = connection.cursor(binary=True)
    await cursor.execute(_APPLY, arrays, prepare=True)
    return [Posting(*row) for row in await cursor.fetchall()]


async def post_transfers(session: AsyncSession, transfers: Sequence[Transfer]) -> list[Posting]:
    """`apply_transfers` of 1 to BATCH_MAX transfers within the caller's unit, which commits."""
    if not 1 <= len(transfers) <= BATCH_MAX:
        raise ValueError(f"a batch holds 1 to {BATCH_MAX} transfers, not {len(transfers)}")
    connection = await driver_connection(session)
    return await apply_transfers(connection, transfers, [trace_id()] * len(transfers))


async def driver_connection(session: AsyncSession) -> psycopg.AsyncConnection:
    """The psycopg connection of the session's unit: it takes long arrays in binary, which SQLAlchemy does not."""
    raw = await (await session.connection()).get_raw_connection()
    return cast(psycopg.AsyncConnection, raw.driver_connection)
