"""Feedback: what askers thought of answers, and what reviewers made of it."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import to_json
from sqlalchemy import CursorResult, RowMapping, TextClause, text
from sqlmodel.ext.asyncio.session import AsyncSession

from agents.answer import Answer
from agents.chat import QUESTION_MAX, Analyst
from agents.verified import Example, example_of
from core.audit import record
from core.errors import NotFound, NotVerifiable
from core.identity.access import Principal, Role
from core.ids import new_id
from core.text import Text

REVIEWERS = (Role.STAFF, Role.ADMIN)
LISTED_MAX = 100

Verdict = Literal["up", "down"]
Status = Literal["open", "verified", "dismissed"]


class Reason(StrEnum):
    WRONG_FIGURE = "wrong_figure"
    WRONG_PERIOD = "wrong_period"
    WRONG_NAME = "wrong_name"
    """Another payee, category or account was meant."""
    NOT_UNDERSTOOD = "not_understood"
    INCOMPLETE = "incomplete"
    UNCLEAR = "unclear"
    SLOW = "slow"
    OTHER = "other"


class Opinion(BaseModel):
    """What the asker thinks of one answer. A reason goes with a thumb down."""

    model_config = ConfigDict(extra="forbid")

    verdict: Verdict
    reason: Reason | None = None
    note: Text = ""

    @model_validator(mode="after")
    def _with_reason(self) -> "Opinion":
        if self.verdict == "down" and self.reason is None:
            raise ValueError("say why: a reason goes with a thumb down")
        return self


class Feedback(BaseModel):
    turn_id: UUID
    question: str
    answer: Answer
    verdict: Verdict
    reason: Reason | None
    note: str
    given_at: datetime
    status: Status


class Decision(BaseModel):
    """`verified`: the question is planned like this from now on, whoever asks it. `meant` is how it should have been
    put, where the planner did not understand it as it was."""

    model_config = ConfigDict(extra="forbid")

    status: Literal["verified", "dismissed"]
    meant: Annotated[str | None, Field(min_length=1, max_length=QUESTION_MAX)] = None


class StoredExample(Example):
    id: UUID
    added_at: datetime


_GIVE = text("""
    INSERT INTO agents.feedback (turn_id, verdict, reason, note, role, customer_id, bank_id, time_zone)
    SELECT t.id, :verdict, :reason, :note, :role, CAST(:customer_id AS uuid), CAST(:bank_id AS uuid), :time_zone
      FROM agents.turn t JOIN agents.conversation c ON c.id = t.conversation_id
     WHERE t.id = :turn_id AND c.owner = :owner
        ON CONFLICT (turn_id) DO UPDATE
       SET verdict = excluded.verdict, reason = excluded.reason, note = excluded.note, given_at = now(),
           status = 'open', reviewed_by = NULL, reviewed_at = NULL
    RETURNING turn_id
""")
# A bank's staff see what was asked by its own people, and by customers who hold an account there.
_SEEN = """
    SELECT f.*, t.question, t.answer, c.owner
      FROM agents.feedback f
      JOIN agents.turn t ON t.id = f.turn_id
      JOIN agents.conversation c ON c.id = t.conversation_id
     WHERE (CAST(:bank_id AS uuid) IS NULL OR f.bank_id = :bank_id
            OR EXISTS (SELECT FROM banking.account a WHERE a.customer_id = f.customer_id AND a.bank_id = :bank_id))
"""
_LIST = text(f"{_SEEN} AND f.status = :status ORDER BY f.given_at DESC, f.turn_id LIMIT :limit")
_FIND = text(f"{_SEEN} AND f.turn_id = :turn_id FOR UPDATE OF f")
_REVIEW = text("""
    UPDATE agents.feedback SET status = :status, reviewed_by = :by, reviewed_at = :at WHERE turn_id = :turn_id
""")
_KEEP = text("""
    INSERT INTO agents.verified_example (id, question, frame, currency, added_by)
    VALUES (:id, :question, CAST(:frame AS jsonb), :currency, :by)
        ON CONFLICT (question) DO UPDATE
       SET frame = excluded.frame, currency = excluded.currency, added_by = excluded.added_by, added_at = now()
    RETURNING id, question, frame, currency, added_at
""")
_EXAMPLES = text("""
    SELECT id, question, frame, currency, added_at FROM agents.verified_example ORDER BY added_at DESC, id LIMIT :limit
""")
_DROP = text("DELETE FROM agents.verified_example WHERE id = :id RETURNING question")


async def give(session: AsyncSession, principal: Principal, turn_id: UUID, opinion: Opinion) -> None:
    """Keep what the asker thinks of their own answer, in place of what they thought before. Raises NotFound."""
    asker = {name: getattr(principal, name) for name in ("role", "customer_id", "bank_id", "time_zone")}
    facts = {**opinion.model_dump(mode="json"), **asker, "turn_id": turn_id, "owner": principal.subject}
    if (await _run(session, _GIVE, **facts)).one_or_none() is None:
        raise NotFound("There is no such answer, or it is not yours")


async def list_feedback(session: AsyncSession, reviewer: Principal, status: Status) -> list[Feedback]:
    """The newest LISTED_MAX that the reviewer may see. Raises NotAllowed."""
    reviewer.require(*REVIEWERS)
    rows = await _run(session, _LIST, bank_id=_bank_of(reviewer), status=status, limit=LISTED_MAX)
    return [Feedback.model_validate(dict(row)) for row in rows.mappings()]


async def dismiss(session: AsyncSession, reviewer: Principal, turn_id: UUID) -> None:
    """Nothing follows from it. Raises NotAllowed and NotFound."""
    reviewer.require(*REVIEWERS)
    await _found(session, reviewer, turn_id)
    await _review(session, reviewer, turn_id, "dismissed")


async def verify(
    session: AsyncSession, reviewer: Principal, analyst: Analyst, turn_id: UUID, meant: str | None
) -> StoredExample:
    """Plan the question like `meant`, or as it is planned, for everybody from now on.

    For administrators: an example counts in every bank. Raises NotVerifiable where the planner has no plan, or where
    something of the asker's would be kept.
    """
    reviewer.require(Role.ADMIN)
    row = await _found(session, reviewer, turn_id)
    asker = Principal(row["owner"], "", "", Role(row["role"]), row["customer_id"], row["bank_id"], row["time_zone"])
    asked = await analyst.consider(row["question"], asker)
    planned = await analyst.consider(meant, asker) if meant else asked
    if len(asked.readings) != 1 or len(planned.readings) != 1:
        raise NotVerifiable("Several questions in one sentence cannot be verified together")
    if planned.frame is None:
        raise NotVerifiable(f"It is not planned but answered: {planned.answer.answer}")
    example = example_of(asked.readings[0], planned.readings[0], planned.frame, planned.scope)
    values = {**example.model_dump(), "frame": to_json(example.frame).decode(), "by": reviewer.subject}
    stored = await _run(session, _KEEP, id=new_id(), **values)
    await _review(session, reviewer, turn_id, "verified")
    return StoredExample.model_validate(dict(stored.mappings().one()))


async def list_examples(session: AsyncSession, reviewer: Principal) -> list[StoredExample]:
    """The newest first, at most LISTED_MAX. Raises NotAllowed."""
    reviewer.require(*REVIEWERS)
    rows = await _run(session, _EXAMPLES, limit=LISTED_MAX)
    return [StoredExample.model_validate(dict(row)) for row in rows.mappings()]


async def remove_example(session: AsyncSession, reviewer: Principal, example_id: UUID) -> None:
    """The question is planned like any other again. Raises NotAllowed and NotFound."""
    reviewer.require(Role.ADMIN)
    row = (await _run(session, _DROP, id=example_id)).one_or_none()
    if row is None:
        raise NotFound("There is no such example")
    subject = f"example:{example_id}"
    await record(session, actor=reviewer.subject, action="example.remove", subject=subject, question=row[0])


async def _found(session: AsyncSession, reviewer: Principal, turn_id: UUID) -> RowMapping:
    found = await _run(session, _FIND, bank_id=_bank_of(reviewer), turn_id=turn_id)
    row = found.mappings().one_or_none()
    if row is None:
        raise NotFound("There is no such feedback, or it is not for you to see")
    return row


async def _review(session: AsyncSession, reviewer: Principal, turn_id: UUID, status: Status) -> None:
    await _run(session, _REVIEW, status=status, by=reviewer.subject, at=datetime.now(UTC), turn_id=turn_id)
    await record(session, actor=reviewer.subject, action=f"feedback.{status}", subject=f"turn:{turn_id}")


def _bank_of(reviewer: Principal) -> UUID | None:
    """None for an administrator, who sees every bank's."""
    return None if reviewer.role is Role.ADMIN else reviewer.bank_id


async def _run(session: AsyncSession, statement: TextClause, **values: object) -> CursorResult[Any]:
    found = await session.execute(statement, values)  # pyright: ignore[reportDeprecated]  # exec() is for selects
    assert isinstance(found, CursorResult)
    return found
