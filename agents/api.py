"""POST /chat, as one JSON answer or as server-sent events, and the conversations that came of it."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, FastAPI, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from sse_starlette import EventSourceResponse, ServerSentEvent

from agents import conversations, feedback_routes, openai_door
from agents.answer import Answer
from agents.chat import QUESTION_MAX, Analyst
from agents.conversations import Conversation, WholeConversation
from agents.guard import TheAnalyst
from agents.mcp_server import McpEndpoint, mcp_manager
from agents.own_task import events_of
from core.identity.guard import CurrentPrincipal, Unit
from core.identity.verified import VerifiedTokens

router = APIRouter(tags=["chat"])
router.include_router(openai_door.router)
router.include_router(feedback_routes.router)
router.add_route("/mcp", McpEndpoint(), methods=["GET", "POST", "DELETE"], include_in_schema=False)  # pyright: ignore


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
    """Opens the analyst of this process and keeps it at `app.state.analyst`."""
    services = app.state.services
    async with Analyst.open(services.settings, services.database) as analyst, mcp_manager(analyst) as mcp:
        app.state.analyst, app.state.mcp, app.state.mcp_tokens = analyst, mcp, VerifiedTokens(services)
        yield


class Question(BaseModel):
    model_config = ConfigDict(extra="forbid")

    question: Annotated[str, Field(min_length=1, max_length=QUESTION_MAX, examples=["How much did I spend in May?"])]
    conversation_id: UUID | None = None
    """Goes on with a conversation of yours; without it a new one begins."""


class NewTitle(BaseModel):
    model_config = ConfigDict(extra="forbid")

    title: Annotated[str, Field(min_length=1, max_length=conversations.TITLE_MAX)]


@router.post(
    "/chat",
    response_model=Answer,
    responses={200: {"content": {"text/event-stream": {}}, "description": "The answer, whole or as events"}},
)
async def chat(
    asked: Question, request: Request, principal: CurrentPrincipal, analyst: TheAnalyst
) -> Response | Answer:
    """Ask about your payments in plain words. With `Accept: text/event-stream` the answer comes as events:
    `progress`, `text`, `figure`, `chart`, `citation`, then one `done` (the whole answer) or one `error`."""
    if "text/event-stream" not in request.headers.get("accept", ""):
        return await analyst.ask(asked.question, principal, conversation_id=asked.conversation_id)
    events = events_of(analyst.stream(asked.question, principal, conversation_id=asked.conversation_id))
    return EventSourceResponse(ServerSentEvent(event.model_dump_json(), event=event.event) async for event in events)


@router.get("/conversations")
async def list_conversations(principal: CurrentPrincipal, unit: Unit) -> list[Conversation]:
    """Your conversations, the last used first."""
    return await conversations.list_conversations(unit, principal)


@router.get("/conversations/{conversation_id}")
async def read_conversation(conversation_id: UUID, principal: CurrentPrincipal, unit: Unit) -> WholeConversation:
    """One of your conversations with its questions and answers."""
    return await conversations.read(unit, principal, conversation_id)


@router.patch("/conversations/{conversation_id}")
async def rename_conversation(
    conversation_id: UUID, new: NewTitle, principal: CurrentPrincipal, unit: Unit
) -> Conversation:
    return await conversations.rename(unit, principal, conversation_id, new.title)


@router.delete("/conversations/{conversation_id}", status_code=204)
async def delete_conversation(
    conversation_id: UUID, principal: CurrentPrincipal, unit: Unit, analyst: TheAnalyst
) -> None:
    """Forget a conversation and everything that was said in it."""
    await conversations.delete(unit, principal, conversation_id)
    await analyst.forget(conversation_id)
