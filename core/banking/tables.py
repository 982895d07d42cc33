"""Tables of the bank: who holds accounts, and where. Money itself lies in the ledger.

Rows are not validators: requests are parsed by the models of `routes.py` first. Defaults, checks and indexes stand in
the migrations; a test compares both.
"""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CHAR, Text
from sqlmodel import Field, SQLModel

from core.columns import stamp
from core.ids import new_id


class CustomerKind(StrEnum):
    PERSON = "person"
    BUSINESS = "business"


class AccountKind(StrEnum):
    CUSTOMER = "customer"
    EXTERNAL = "external"
    """At a bank that does not run on FinLens."""
    SYSTEM = "system"
    """Cash and the like: where money enters and leaves the books."""


class Bank(SQLModel, table=True):
    __table_args__ = {"schema": "banking"}

    id: UUID = Field(default_factory=new_id, primary_key=True)
    name: str = Field(sa_type=Text)
    code: str = Field(sa_type=Text, unique=True)
    email: str | None = Field(default=None, sa_type=Text)
    phone: str | None = Field(default=None, sa_type=Text)
    created_at: datetime = stamp()
    updated_at: datetime = stamp()
    version: int = 1


class Customer(SQLModel, table=True):
    __table_args__ = {"schema": "banking"}

    id: UUID = Field(default_factory=new_id, primary_key=True)
    name: str = Field(sa_type=Text)
    kind: str = Field(default=CustomerKind.PERSON, sa_type=Text)
    pan_encrypted: bytes | None = None
    pan_fingerprint: bytes | None = Field(default=None, unique=True)
    email: str | None = Field(default=None, sa_type=Text)
    phone: str | None = Field(default=None, sa_type=Text)
    address: str | None = Field(default=None, sa_type=Text)
    latitude: float | None = None
    longitude: float | None = None
    time_zone: str = Field(default="Asia/Kolkata", sa_type=Text)
    merchant_category_code: str | None = Field(default=None, sa_type=CHAR(4))  # pyright: ignore[reportArgumentType]  # SQLModel's stub wants the class
    category: str | None = Field(default=None, sa_type=Text)
    registered_at_bank_id: UUID | None = Field(default=None, foreign_key="banking.bank.id")
    created_at: datetime = stamp()
    updated_at: datetime = stamp()
    version: int = 1


class Account(SQLModel, table=True):
    __table_args__ = {"schema": "banking"}

    id: UUID = Field(default_factory=new_id, primary_key=True)
    bank_id: UUID = Field(primary_key=True, foreign_key="banking.bank.id")
    customer_id: UUID | None = Field(default=None, foreign_key="banking.customer.id")
    kind: str = Field(default=AccountKind.CUSTOMER, sa_type=Text)
    number: str = Field(sa_type=Text)
    name: str = Field(sa_type=Text)
    currency: str = Field(sa_type=CHAR(3))  # pyright: ignore[reportArgumentType]  # as above
    opened_on: date
    closed_on: date | None = None
    created_at: datetime = stamp()
    updated_at: datetime = stamp()
    version: int = 1
