"""Conversations and their turns as their owner sees them again: listed, read, renamed, deleted."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import CursorResult, TextClause, text
from sqlmodel.ext.asyncio.session import AsyncSession

from agents.answer import Answer
from core.errors import NotFound
from core.identity.access import Principal
from core.ids import new_id

TITLE_MAX = 80
LISTED_MAX = 100
TURNS_MAX = 200


class Conversation(BaseModel):
    id: UUID
    title: str
    created_at: datetime
    updated_at: datetime


class Turn(BaseModel):
    id: UUID
    asked_at: datetime
    question: str
    answer: Answer


class WholeConversation(Conversation):
    turns: list[Turn]


_BEGIN = text("INSERT INTO agents.conversation (id, owner, title) VALUES (:id, :owner, :title)")
_FIND = text("SELECT id, title, created_at, updated_at FROM agents.conversation WHERE id = :id AND owner = :owner")
_LIST = text("""
    SELECT id, title, created_at, updated_at FROM agents.conversation
     WHERE owner = :owner ORDER BY updated_at DESC, id DESC LIMIT :limit
""")
_TURNS = text("""
    SELECT id, asked_at, question, answer FROM agents.turn
     WHERE conversation_id = :id ORDER BY asked_at DESC, id DESC LIMIT :limit
""")
_ADD_TURN = text("""
    WITH added AS (
        INSERT INTO agents.turn (id, conversation_id, question, answer)
        VALUES (:id, :conversation_id, :question, CAST(:answer AS jsonb))
    )
    UPDATE agents.conversation SET updated_at = now() WHERE id = :conversation_id
""")
_RENAME = text("UPDATE agents.conversation SET title = :title WHERE id = :id")
_DELETE = text("DELETE FROM agents.conversation WHERE id = :id")


async def begin(session: AsyncSession, principal: Principal, question: str) -> UUID:
    """A new conversation, named after its first question."""
    conversation_id = new_id()
    await _run(session, _BEGIN, id=conversation_id, owner=principal.subject, title=_title(question))
    return conversation_id


async def require(session: AsyncSession, principal: Principal, conversation_id: UUID) -> Conversation:
    """The conversation, if it is the principal's. Raises NotFound if it is missing or another's: the same answer."""
    found = await _run(session, _FIND, id=conversation_id, owner=principal.subject)
    row = found.mappings().one_or_none()
    if row is None:
        raise NotFound("There is no such conversation, or it is not yours")
    return Conversation.model_validate(dict(row))


async def add_turn(session: AsyncSession, conversation_id: UUID, question: str, answer: Answer) -> None:
    """Keep a question with the answer that the client got, under the answer's turn_id."""
    values = {"question": question, "answer": answer.model_dump_json()}
    await _run(session, _ADD_TURN, id=answer.turn_id, conversation_id=conversation_id, **values)


async def list_conversations(session: AsyncSession, principal: Principal) -> list[Conversation]:
    """The principal's conversations, the last used first, at most LISTED_MAX."""
    rows = await _run(session, _LIST, owner=principal.subject, limit=LISTED_MAX)
    return [Conversation.model_validate(dict(row)) for row in rows.mappings()]


async def read(session: AsyncSession, principal: Principal, conversation_id: UUID) -> WholeConversation:
    """A conversation with its turns, oldest first, at most the last TURNS_MAX. Raises NotFound."""
    conversation = await require(session, principal, conversation_id)
    rows = await _run(session, _TURNS, id=conversation_id, limit=TURNS_MAX)
    turns = [Turn.model_validate(dict(row)) for row in rows.mappings()]
    return WholeConversation(**conversation.model_dump(), turns=turns[::-1])


async def rename(session: AsyncSession, principal: Principal, conversation_id: UUID, title: str) -> Conversation:
    """The conversation under its new title. Raises NotFound."""
    await require(session, principal, conversation_id)
    await _run(session, _RENAME, id=conversation_id, title=_title(title))
    return await require(session, principal, conversation_id)


async def delete(session: AsyncSession, principal: Principal, conversation_id: UUID) -> None:
    """Forget a conversation and its turns; what the graph remembers is the analyst's to forget. Raises NotFound."""
    await require(session, principal, conversation_id)
    await _run(session, _DELETE, id=conversation_id)


def _title(words: str) -> str:
    line = " ".join(words.split())
    return line if len(line) <= TITLE_MAX else f"{line[: TITLE_MAX - 1]}…"


async def _run(session: AsyncSession, statement: TextClause, **values: object) -> CursorResult[Any]:
    found = await session.execute(statement, values)  # pyright: ignore[reportDeprecated]  # exec() is for selects
    assert isinstance(found, CursorResult)
    return found
