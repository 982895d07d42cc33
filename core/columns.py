"""Column types that several tables share."""

from datetime import datetime
from typing import Any

from sqlalchemy import DateTime, func
from sqlmodel import Field

INSTANT: Any = DateTime(timezone=True)


def stamp() -> datetime:
    """A `timestamptz NOT NULL` that the database fills with the time of the insert."""
    facts: Any = Field(default=None, sa_type=INSTANT, nullable=False, sa_column_kwargs={"server_default": func.now()})
    return facts
