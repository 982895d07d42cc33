"""A payment divided over several categories, for the side of one account. Its parts sum to it, to the minor unit.

Parts are stored by their borders, laid end to end from 0 to the whole, so that a refund of less than the whole is
divided in proportion where entries are read (parts.sql).
"""

from itertools import accumulate, pairwise
from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator
from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from core.errors import SplitMismatch
from core.ledger.annotations import annotate
from core.ledger.history import Part

PARTS_MAX = 20


class Split(BaseModel):
    """The parts of a payment, one for each category; none takes a split back."""

    model_config = ConfigDict(extra="forbid")

    parts: Annotated[list[Part], Field(max_length=PARTS_MAX)]

    @model_validator(mode="after")
    def _divides(self) -> Self:
        if len(self.parts) == 1:
            raise ValueError("one part is no split: give the payment that category instead")
        if len({part.category for part in self.parts}) < len(self.parts):
            raise ValueError("name each category once")
        return self


_PARTS = text("""
    INSERT INTO insights.part (transaction_id, account_id, category, start_minor, end_minor, whole_minor)
    SELECT :transaction_id, :account_id, u.category, u.start_minor, u.end_minor, :whole_minor
      FROM unnest(CAST(:categories AS text[]), CAST(:starts AS bigint[]), CAST(:ends AS bigint[]))
           u(category, start_minor, end_minor)
""")


async def divide(
    session: AsyncSession,
    split: Split,
    *,
    transaction_id: UUID,
    account_id: UUID,
    whole_minor: int,
    version: int,
    actor: str,
) -> int:
    """The annotation's next version. Where one category is asked for, the payment has that of its largest part.

    Raises SplitMismatch unless the parts sum to the whole, VersionMismatch as `annotate` does.
    """
    if split.parts and sum(part.amount_minor for part in split.parts) != whole_minor:
        raise SplitMismatch(whole_minor=whole_minor, parts_minor=sum(part.amount_minor for part in split.parts))
    largest = max(split.parts, key=lambda part: part.amount_minor).category if split.parts else None
    side = {"transaction_id": transaction_id, "account_id": account_id}
    version = await annotate(session, {"category": largest}, **side, version=version, actor=actor)
    borders = [*pairwise(accumulate((part.amount_minor for part in split.parts), initial=0))]
    facts = {
        "categories": [part.category for part in split.parts],
        "starts": [start for start, _ in borders],
        "ends": [end for _, end in borders],
        "whole_minor": whole_minor,
    }
    await session.execute(_PARTS, {**side, **facts})  # pyright: ignore[reportDeprecated]  # text()
    return version
