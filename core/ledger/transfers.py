"""Posting money: the only Python door to `apply_transfers.sql`."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from core.errors import (
    AccountClosed,
    AccountNotFound,
    CurrencyMismatch,
    FinLensError,
    IdempotencyKeyReused,
    InsufficientFunds,
    SameAccount,
)
from core.ids import fingerprint, new_id
from core.money import MAX_AMOUNT_MINOR, Money

BATCH_MAX = 1_000
"""Transfers per call: past this the gain is gone and the locks are held too long."""

REFUSALS: dict[str, type[FinLensError]] = {
    refusal.code: refusal
    for refusal in (
        AccountNotFound, SameAccount, AccountClosed, CurrencyMismatch, InsufficientFunds, IdempotencyKeyReused,
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
    key: str
    description: str = ""
    category: str | None = None
    channel: str = "transfer"
    reverses_id: UUID | None = None
    id: UUID = field(default_factory=new_id)

    def __post_init__(self) -> None:
        # One malformed element would fail its whole batch in the database.
        if not 1 <= self.money.amount_minor <= MAX_AMOUNT_MINOR:
            raise ValueError(f"a transfer moves 1 to {MAX_AMOUNT_MINOR} minor units, not {self.money.amount_minor}")

    @property
    def key_fingerprint(self) -> UUID:
        return fingerprint(self.client, self.key)

    @property
    def request_fingerprint(self) -> UUID:
        """Everything that the key stands for, less what the server may have filled in (the time, the id)."""
        return fingerprint(
            str(self.sender_account_id), str(self.receiver_account_id), str(self.money.amount_minor),
            self.money.currency, self.description, self.category or "", self.channel, str(self.reverses_id),
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Posting:
    """The answer to one Transfer. `failure_code` is None exactly when the money moved (now, or when first asked)."""

    id: UUID | None
    status: str
    failure_code: str | None
    shortfall_minor: int | None
    is_replay: bool
    sender_balance_after_minor: int | None
    posted_at: datetime | None

    def refusal(self) -> FinLensError | None:
        """The error to answer with, or None when the money moved."""
        if self.failure_code is None:
            return None
        facts: dict[str, object] = {
            "transaction_id": self.id,
            "shortfall_minor": self.shortfall_minor,
            "is_replay": self.is_replay,
        }
        return REFUSALS[self.failure_code]("", **{name: fact for name, fact in facts.items() if fact})


_APPLY = text("""
    SELECT id, status, failure_code, shortfall_minor, is_replay, sender_balance_after_minor, posted_at
      FROM ledger.apply_transfers(
        CAST(:id AS uuid[]), CAST(:sender AS uuid[]), CAST(:receiver AS uuid[]), CAST(:amount AS bigint[]),
        CAST(:currency AS text[]), CAST(:description AS text[]), CAST(:category AS text[]), CAST(:channel AS text[]),
        CAST(:reverses AS uuid[]), CAST(:occurred AS timestamptz[]), CAST(:key AS uuid[]), CAST(:request AS uuid[]))
     ORDER BY ordinal
""")


_SCORE = text("SELECT fraud.score(CAST(:ids AS uuid[]))")


async def post_transfers(session: AsyncSession, transfers: Sequence[Transfer]) -> list[Posting]:
    """One Posting per Transfer, in the order given, decided one after another. The caller's unit commits.

    Takes 1 to BATCH_MAX transfers; locks their accounts until the unit ends. A refusal is an answer, not an exception.
    What moved gets its fraud score in the same unit.
    """
    if not 1 <= len(transfers) <= BATCH_MAX:
        raise ValueError(f"a batch holds 1 to {BATCH_MAX} transfers, not {len(transfers)}")
    rows = await session.execute(  # pyright: ignore[reportDeprecated]  # SQLModel's exec() is for its own selects
        _APPLY,
        {
            "id": [t.id for t in transfers],
            "sender": [t.sender_account_id for t in transfers],
            "receiver": [t.receiver_account_id for t in transfers],
            "amount": [t.money.amount_minor for t in transfers],
            "currency": [t.money.currency for t in transfers],
            "description": [t.description for t in transfers],
            "category": [t.category for t in transfers],
            "channel": [t.channel for t in transfers],
            "reverses": [t.reverses_id for t in transfers],
            "occurred": [t.occurred_at for t in transfers],
            "key": [t.key_fingerprint for t in transfers],
            "request": [t.request_fingerprint for t in transfers],
        },
    )
    postings = [Posting(*row) for row in rows]
    moved = [posting.id for posting in postings if posting.failure_code is None and not posting.is_replay]
    if moved:
        await session.execute(_SCORE, {"ids": moved})  # pyright: ignore[reportDeprecated]  # as above
    return postings
