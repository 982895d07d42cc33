"""Tables of the ledger, read by everyone, written by `apply_transfers` alone."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CHAR, BigInteger, Identity, Text
from sqlmodel import Field, SQLModel

from core.columns import INSTANT, stamp

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
