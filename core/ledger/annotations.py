"""What an account holder says of a payment afterwards: a category, a note. The posted row stays as it is."""

from uuid import UUID

from pydantic import ConfigDict
from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession
from typing_extensions import TypedDict

from core.errors import VersionMismatch
from core.ledger.history import CategorySlug
from core.text import Text
from core.tracing import trace_id


class AnnotationPatch(TypedDict, total=False):
    """What to change; null takes it back."""

    __pydantic_config__ = ConfigDict(extra="forbid")  # pyright: ignore[reportGeneralTypeIssues]  # as pydantic documents

    category: CategorySlug | None
    note: Text | None


# The condition on the version makes of two writers at the same time one who is told so. The last word on the category
# holds: with it goes an earlier split.
_WRITE = text("""
    WITH taken_back AS (
        DELETE FROM insights.part
         WHERE :has_category AND transaction_id = :transaction_id AND account_id = :account_id
    )
    INSERT INTO insights.annotation AS a (transaction_id, account_id, category, note)
    VALUES (:transaction_id, :account_id, :category, :note)
    ON CONFLICT (transaction_id, account_id) DO UPDATE
       SET category = CASE WHEN :has_category THEN excluded.category ELSE a.category END,
           note = CASE WHEN :has_note THEN excluded.note ELSE a.note END,
           version = a.version + 1, updated_at = now()
     WHERE a.version = :version
    RETURNING version
""")
_TELL = text("SELECT ledger.note_change(:transaction_id, :account_id, :actor, :trace_id)")


async def annotate(
    session: AsyncSession, patch: AnnotationPatch, *, transaction_id: UUID, account_id: UUID, version: int, actor: str
) -> int:
    """The annotation's next version. Followers of this side are told once the unit has committed.

    Raises VersionMismatch unless `version` (0: there was none) is the stored one.
    """
    facts = {
        "transaction_id": transaction_id,
        "account_id": account_id,
        "category": patch.get("category"),
        "note": patch.get("note"),
        "has_category": "category" in patch,
        "has_note": "note" in patch,
        "version": version,
    }
    written = (await session.execute(_WRITE, facts)).scalar_one_or_none()  # pyright: ignore[reportDeprecated]  # text()
    if written is None:
        raise VersionMismatch
    side = {"transaction_id": transaction_id, "account_id": account_id}
    await session.execute(_TELL, {**side, "actor": actor, "trace_id": trace_id()})  # pyright: ignore[reportDeprecated]
    return written
