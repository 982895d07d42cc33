"""Tables of identity: who may log in, their refresh tokens, and what was done in whose name."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from core.columns import INSTANT, stamp
from core.ids import new_id


class User(SQLModel, table=True):
    __tablename__ = "app_user"  # pyright: ignore[reportAssignmentType]  # SQLModel's stub
    __table_args__ = {"schema": "identity"}

    id: UUID = Field(default_factory=new_id, primary_key=True)
    email: str = Field(sa_type=Text)
    name: str = Field(sa_type=Text)
    password_hash: str | None = Field(default=None, sa_type=Text)
    role: str = Field(sa_type=Text)
    customer_id: UUID | None = Field(default=None, foreign_key="banking.customer.id")
    bank_id: UUID | None = Field(default=None, foreign_key="banking.bank.id")
    disabled_at: datetime | None = Field(default=None, sa_type=INSTANT)
    created_at: datetime = stamp()


class RefreshToken(SQLModel, table=True):
    """Stored as a hash: a stolen table logs nobody in."""

    __tablename__ = "refresh_token"  # pyright: ignore[reportAssignmentType]  # SQLModel's stub
    __table_args__ = {"schema": "identity"}

    id: UUID = Field(default_factory=new_id, primary_key=True)
    family_id: UUID
    user_id: UUID = Field(foreign_key="identity.app_user.id")
    token_hash: bytes = Field(unique=True)
    created_at: datetime = stamp()
    expires_at: datetime = Field(sa_type=INSTANT)
    used_at: datetime | None = Field(default=None, sa_type=INSTANT)
    revoked_at: datetime | None = Field(default=None, sa_type=INSTANT)


class AuditEvent(SQLModel, table=True):
    """Append-only: the application's role cannot change or delete one."""

    __tablename__ = "audit_event"  # pyright: ignore[reportAssignmentType]  # SQLModel's stub
    __table_args__ = {"schema": "identity"}

    id: UUID = Field(default_factory=new_id, primary_key=True)
    at: datetime = stamp()
    actor: str = Field(sa_type=Text)
    action: str = Field(sa_type=Text)
    subject: str = Field(sa_type=Text)
    request_id: str | None = Field(default=None, sa_type=Text)
    facts: dict[str, Any] = Field(default_factory=dict, sa_type=JSONB)
    position: int | None = Field(default=None, unique=True, sa_type=BigInteger)
    """Its place in the chain (see `core/audit.sql`), given soon after the commit."""
    digest: bytes | None = None
