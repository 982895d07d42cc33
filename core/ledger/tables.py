"""Tables of the ledger, read by everyone; `apply_transfers` and `holds.sql` alone write what they say of money."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CHAR, BigInteger, Identity, Text
from sqlmodel import Field, SQLModel

from core.columns import INSTANT, stamp
from core.ids import new_id

_CURRENCY = CHAR(3)


class TransactionStatus(StrEnum):
    PENDING = "pending"
    PROCESSING = "processing"
    SUCCESS = "success"
    FAILED = "failed"


class Balance(SQLModel, table=True):
    """What an account holds. Available is posted less pending out; the database keeps it above the floor."""

    __table_args__ = {"schema": "ledger"}

    account_id: UUID = Field(primary_key=True)
    bank_id: UUID = Field(primary_key=True)
    currency: str = Field(sa_type=_CURRENCY)  # pyright: ignore[reportArgumentType]  # SQLModel's stub wants the class
    posted_minor: int = Field(default=0, sa_type=BigInteger)
    pending_out_minor: int = Field(default=0, sa_type=BigInteger)
    floor_minor: int = Field(default=0, sa_type=BigInteger)
    is_closed: bool = False
    version: int = Field(default=0, sa_type=BigInteger)


class Transaction(SQLModel, table=True):
    """One transfer and both of its entries: it carries the balance after on either side."""

    __table_args__ = {"schema": "ledger"}

    id: UUID = Field(primary_key=True)
    sender_bank_id: UUID = Field(primary_key=True)
    sender_account_id: UUID
    receiver_account_id: UUID
    amount_minor: int = Field(sa_type=BigInteger)
    currency: str = Field(sa_type=_CURRENCY)  # pyright: ignore[reportArgumentType]  # as above
    status: str = Field(sa_type=Text)
    failure_code: str | None = Field(default=None, sa_type=Text)
    shortfall_minor: int | None = Field(default=None, sa_type=BigInteger)
    description: str = Field(default="", sa_type=Text)
    category: str | None = Field(default=None, sa_type=Text)
    channel: str = Field(default="transfer", sa_type=Text)
    reverses_id: UUID | None = None
    hold_id: UUID | None = None
    occurred_at: datetime = Field(sa_type=INSTANT)
    posted_at: datetime | None = Field(default=None, sa_type=INSTANT)
    created_at: datetime = stamp()
    sender_balance_after_minor: int | None = Field(default=None, sa_type=BigInteger)
    receiver_balance_after_minor: int | None = Field(default=None, sa_type=BigInteger)
    sender_version: int | None = Field(default=None, sa_type=BigInteger)
    receiver_version: int | None = Field(default=None, sa_type=BigInteger)
    key_fingerprint: UUID
    request_fingerprint: UUID


class OutboxEvent(SQLModel, table=True):
    """What is to be told of a commit, written with it: the relay takes it from here (see relay.py)."""

    __tablename__ = "outbox"  # pyright: ignore[reportAssignmentType]  # SQLModel's stub
    __table_args__ = {"schema": "ledger"}

    seq: int | None = Field(default=None, primary_key=True, sa_type=BigInteger, sa_column_args=[Identity(always=True)])
    transaction_id: UUID
    sender_account_id: UUID
    receiver_account_id: UUID
    occurred_at: datetime = Field(sa_type=INSTANT)
    created_at: datetime = stamp()
    kind: str = Field(default="added", sa_type=Text)
    actor: str | None = Field(default=None, sa_type=Text)
    trace_id: str | None = Field(default=None, sa_type=Text)
    status: str | None = Field(default=None, sa_type=Text)
    """The payment's, as of this event; None where only an annotation changed."""
    account_id: UUID | None = None
    """Only this side is told."""


class Change(SQLModel, table=True):
    """One side of a payment as it was when it was told: the relay alone adds one, and nobody changes or removes it."""

    __table_args__ = {"schema": "ledger"}

    position: int = Field(primary_key=True, sa_type=BigInteger)
    account_id: UUID
    bank_id: UUID
    transaction_id: UUID
    kind: str = Field(sa_type=Text)
    status: str = Field(sa_type=Text)
    amount_minor: int = Field(sa_type=BigInteger)
    """Signed from this side."""
    balance_after_minor: int | None = Field(default=None, sa_type=BigInteger)
    version: int | None = Field(default=None, sa_type=BigInteger)
    occurred_at: datetime = Field(sa_type=INSTANT)
    at: datetime = Field(sa_type=INSTANT)
    actor: str | None = Field(default=None, sa_type=Text)
    trace_id: str | None = Field(default=None, sa_type=Text)
    wording: bytes
    digest: bytes


class ChainHead(SQLModel, table=True):
    """Where a log ends, `changes` or `events`."""

    __tablename__ = "chain_head"  # pyright: ignore[reportAssignmentType]  # SQLModel's stub
    __table_args__ = {"schema": "ledger"}

    log: str = Field(primary_key=True, sa_type=Text)
    position: int = Field(sa_type=BigInteger)
    digest: bytes | None = None


class HoldStatus(StrEnum):
    ACTIVE = "active"
    CAPTURED = "captured"
    VOIDED = "voided"
    EXPIRED = "expired"


class Hold(SQLModel, table=True):
    """Money promised by one account to another; `holds.sql` alone writes it."""

    __table_args__ = {"schema": "ledger"}

    id: UUID = Field(primary_key=True)
    bank_id: UUID = Field(primary_key=True)
    account_id: UUID
    receiver_account_id: UUID
    amount_minor: int = Field(sa_type=BigInteger)
    captured_minor: int = Field(default=0, sa_type=BigInteger)
    currency: str = Field(sa_type=_CURRENCY)  # pyright: ignore[reportArgumentType]  # as above
    status: str = Field(default=HoldStatus.ACTIVE, sa_type=Text)
    description: str = Field(default="", sa_type=Text)
    category: str | None = Field(default=None, sa_type=Text)
    channel: str = Field(default="card", sa_type=Text)
    created_at: datetime = stamp()
    expires_at: datetime = Field(sa_type=INSTANT)
    ended_at: datetime | None = Field(default=None, sa_type=INSTANT)
    key_fingerprint: UUID
    request_fingerprint: UUID
    version: int = Field(default=1, sa_type=BigInteger)


class ScheduleStatus(StrEnum):
    ACTIVE = "active"
    DONE = "done"
    CANCELLED = "cancelled"


class Schedule(SQLModel, table=True):
    """A transfer that waits for its day, or comes back every so often. `due_at` is when `next_on` begins for the
    customer; both are null once it has ended."""

    __table_args__ = {"schema": "ledger"}

    id: UUID = Field(default_factory=new_id, primary_key=True)
    bank_id: UUID = Field(primary_key=True)
    owner: str = Field(sa_type=Text)
    sender_account_id: UUID
    receiver_account_id: UUID
    amount_minor: int = Field(sa_type=BigInteger)
    currency: str = Field(sa_type=_CURRENCY)  # pyright: ignore[reportArgumentType]  # as above
    description: str = Field(default="", sa_type=Text)
    category: str | None = Field(default=None, sa_type=Text)
    first_on: date
    every: str | None = Field(default=None, sa_type=Text)
    until: date | None = None
    time_zone: str = Field(sa_type=Text)
    status: str = Field(default=ScheduleStatus.ACTIVE, sa_type=Text)
    failure_code: str | None = Field(default=None, sa_type=Text)
    days_done: int = 0
    next_on: date | None = None
    due_at: datetime | None = Field(default=None, sa_type=INSTANT)
    created_at: datetime = stamp()
    ended_at: datetime | None = Field(default=None, sa_type=INSTANT)
    key_fingerprint: UUID
    request_fingerprint: UUID
    version: int = Field(default=1, sa_type=BigInteger)
