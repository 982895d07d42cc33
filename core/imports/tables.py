"""Tables of imports: batches, every raw row, and each balance that did not agree."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ARRAY, CHAR, BigInteger, Text
from sqlmodel import Field, SQLModel

from core.columns import INSTANT, stamp
from core.ids import new_id


class Batch(SQLModel, table=True):
    """One run of an import. The counts are of what was committed; `finished_at` is empty when it was stopped."""

    __tablename__ = "batch"  # pyright: ignore[reportAssignmentType]  # SQLModel's stub
    __table_args__ = {"schema": "imports"}

    id: UUID = Field(default_factory=new_id, primary_key=True)
    profile: str = Field(sa_type=Text)
    files: list[str] = Field(sa_type=ARRAY(Text))  # pyright: ignore[reportArgumentType]  # SQLModel's stub wants the class
    actor: str = Field(sa_type=Text)
    started_at: datetime = stamp()
    finished_at: datetime | None = Field(default=None, sa_type=INSTANT)
    read_count: int = 0
    posted_count: int = 0
    matched_count: int = 0
    rejected_count: int = 0
    skipped_count: int = 0


class ImportedRow(SQLModel, table=True):
    """A row as it stood in its file, and what became of it."""

    __tablename__ = "row"  # pyright: ignore[reportAssignmentType]  # SQLModel's stub
    __table_args__ = {"schema": "imports"}

    batch_id: UUID = Field(primary_key=True, foreign_key="imports.batch.id")
    file: str = Field(primary_key=True, sa_type=Text)
    line: int = Field(primary_key=True)
    raw: str = Field(sa_type=Text)
    """As read, but a NUL, which PostgreSQL cannot hold, is its picture U+2400."""
    outcome: str = Field(sa_type=Text)
    reason: str | None = Field(default=None, sa_type=Text)
    transaction_id: UUID | None = None


class StoredDifference(SQLModel, table=True):
    """A balance that the rows before it do not lead to."""

    __tablename__ = "balance_difference"  # pyright: ignore[reportAssignmentType]  # SQLModel's stub
    __table_args__ = {"schema": "imports"}

    batch_id: UUID = Field(primary_key=True, foreign_key="imports.batch.id")
    file: str = Field(primary_key=True, sa_type=Text)
    line: int = Field(primary_key=True)
    account: str = Field(sa_type=Text)
    currency: str = Field(sa_type=CHAR(3))  # pyright: ignore[reportArgumentType]  # as above
    stated_minor: int = Field(sa_type=BigInteger)
    expected_minor: int = Field(sa_type=BigInteger)
