"""Chat: the analyst's only public door. One Analyst per process; one LangGraph thread per conversation."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from time import perf_counter
from typing import Any, Self
from uuid import UUID

from langgraph.checkpoint.postgres.aio import AsyncPostgresSaver
from psycopg import AsyncConnection
from psycopg.rows import DictRow, dict_row
from psycopg_pool import AsyncConnectionPool

from agents import conversations
from agents.answer import Answer, ChartDrawn, ChatEvent, Cited, Done, Failed, FigureFound, Progress, TextChunk
from agents.context import AgentContext
from agents.graph import Graph, build_graph
from agents.llm import ModelPlanner, model_of
from agents.planner.names import Names
from agents.scope import Scope, Scopes
from core.db import Database, app_url, dsn
from core.errors import FinLensError, InvalidRequest, QueryTooSlow
from core.identity.access import Principal
from core.periods import today_in
from core.settings import Settings
from rag.embedder import Embedder, MiniLm

QUESTION_MAX = 1_000
STEPS_MAX = 8
TIME_MAX_S = 20.0
_SETUP_LOCK = 7_301_109
"""Advisory lock under which the checkpointer's tables are made, so that two processes do not make them at once."""


@dataclass(frozen=True, slots=True)
class Analyst:
    """Answers questions in the name of whoever asks. Built once per process by `open`."""

    database: Database
    graph: Graph
    checkpointer: AsyncPostgresSaver
    scopes: Scopes
    embedder: Embedder | None
    model: ModelPlanner | None = None

    @classmethod
    @asynccontextmanager
    async def open(cls, settings: Settings, database: Database) -> AsyncGenerator[Self]:
        """The analyst of an installation, with its memory in schema `agents`."""
        async with _memory_pool(settings) as pool:
            checkpointer = AsyncPostgresSaver(pool)
            await _set_up(pool)
            embedder = await asyncio.to_thread(MiniLm.load)
            yield cls(database, build_graph(checkpointer), checkpointer, Scopes(), embedder, _model(settings))

    async def ask(
        self,
        question: str,
        principal: Principal,
        *,
        conversation_id: UUID | None = None,
        today: date | None = None,
    ) -> Answer:
        """The answer; starts a conversation where none is given.

        Raises InvalidRequest for a question that is empty or too long, NotFound for another's conversation,
        QueryTooSlow when the time is up.
        """
        async for event in self._events(question, principal, conversation_id, today):
            if isinstance(event, Done):
                return event.answer
        raise AssertionError("the graph ended without an answer")

    async def stream(
        self,
        question: str,
        principal: Principal,
        *,
        conversation_id: UUID | None = None,
        today: date | None = None,
    ) -> AsyncIterator[ChatEvent]:
        """The same as events: progress while it works, then the answer's parts, then `done`; or one `error`."""
        try:
            async for event in self._events(question, principal, conversation_id, today):
                if isinstance(event, Done):
                    for part in _parts(event.answer):
                        yield part
                yield event
        except FinLensError as error:
            yield Failed(code=error.code, detail=error.detail)

    async def forget(self, conversation_id: UUID) -> None:
        """Drop what the graph remembers of a conversation."""
        await self.checkpointer.adelete_thread(str(conversation_id))

    async def _events(
        self, question: str, principal: Principal, conversation_id: UUID | None, today: date | None
    ) -> AsyncIterator[ChatEvent]:
        started = perf_counter()
        question = _checked(question)
        conversation_id = await self._conversation(question, principal, conversation_id)
        context = await self._context(principal, conversation_id, today)
        answer: Answer | None = None
        try:
            async with asyncio.timeout(TIME_MAX_S):
                async for mode, part in self._steps(question, context):
                    if mode == "custom":
                        yield Progress(text=str(part))
                    elif "answer" in part:
                        answer = part["answer"]["answer"]
        except TimeoutError:
            raise QueryTooSlow("This took too long; try a shorter period") from None
        assert answer is not None
        answer = answer.model_copy(update={"latency_ms": round((perf_counter() - started) * 1000)})
        async with self.database.unit() as session:
            await conversations.add_turn(session, conversation_id, question, answer)
        yield Done(answer=answer)

    def _steps(self, question: str, context: AgentContext) -> AsyncIterator[Any]:
        return self.graph.astream(  # pyright: ignore[reportUnknownMemberType]  # langgraph types it in part
            {"question": question},
            {"configurable": {"thread_id": str(context.conversation_id)}, "recursion_limit": STEPS_MAX},
            context=context,
            stream_mode=["custom", "updates"],
            durability="exit",  # one write per question: a question that is cut short is simply asked again
        )

    async def _conversation(self, question: str, principal: Principal, conversation_id: UUID | None) -> UUID:
        async with self.database.unit() as session:
            if conversation_id is None:
                return await conversations.begin(session, principal, question)
            return (await conversations.require(session, principal, conversation_id)).id

    async def _context(self, principal: Principal, conversation_id: UUID, today: date | None) -> AgentContext:
        async with self.database.look() as connection:
            scope = await self.scopes.of(connection, principal)
        return AgentContext(
            principal=principal,
            today=today or today_in(principal.zone, datetime.now(UTC)),
            scope=scope,
            names=_names(scope),
            database=self.database,
            embedder=self.embedder,
            conversation_id=conversation_id,
            model=self.model,
        )


def _model(settings: Settings) -> ModelPlanner | None:
    model = model_of(settings)
    return ModelPlanner(model, settings.llm_model, settings.llm_timeout_s) if model else None


@lru_cache(maxsize=64)
def _names(scope: Scope) -> Names:
    return Names(scope)


def _checked(question: str) -> str:
    question = question.replace("\0", " ").strip()
    if not question:
        raise InvalidRequest("Ask a question")
    if len(question) > QUESTION_MAX:
        raise InvalidRequest(f"A question has at most {QUESTION_MAX} characters; this one has {len(question)}")
    return question


def _parts(answer: Answer) -> list[ChatEvent]:
    chart: list[ChatEvent] = [ChartDrawn(chart=answer.chart)] if answer.chart else []
    return [
        TextChunk(text=answer.answer),
        *(FigureFound(figure=figure) for figure in answer.figures),
        *chart,
        *(Cited(citation=citation) for citation in answer.citations),
    ]


def _memory_pool(settings: Settings) -> AsyncConnectionPool[AsyncConnection[DictRow]]:
    """Connections that see LangGraph's tables: those of schema `agents`."""

    async def look_into_agents(connection: AsyncConnection[DictRow]) -> None:
        await connection.execute("SET search_path TO agents")

    return AsyncConnectionPool(
        dsn(app_url(settings)),
        min_size=1,
        max_size=settings.database_pool_size,
        open=False,
        configure=look_into_agents,
        kwargs={"autocommit": True, "prepare_threshold": 0, "row_factory": dict_row},
    )


async def _set_up(pool: AsyncConnectionPool[AsyncConnection[DictRow]]) -> None:
    async with pool.connection() as connection:
        await connection.execute("SELECT pg_advisory_lock(%s)", (_SETUP_LOCK,))
        try:
            await AsyncPostgresSaver(connection).setup()
        finally:
            await connection.execute("SELECT pg_advisory_unlock(%s)", (_SETUP_LOCK,))
