"""Chat: the analyst's only public door. One Analyst per process; one LangGraph thread per conversation."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
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
from agents.inert import inert, inert_answer
from agents.intents.classifier import Classifier
from agents.intents.plain import plain
from agents.llm import ModelPlanner
from agents.plan import Plan
from agents.planner.frame import Frame
from agents.planner.names import Names
from agents.planner.reading import Reader, Reading
from agents.recollections import REMEMBERED, Recollections
from agents.scope import Scope, Scopes
from agents.verified import Examples
from core.db import Database, app_url, dsn
from core.errors import FinLensError, InvalidRequest, QueryTooSlow
from core.identity.access import Principal
from core.ids import new_id
from core.money import Money
from core.periods import today_in
from core.settings import Settings
from rag.embedder import Embedder, built_in
from rag.embedders import load_embedder
from rag.news import note_question

QUESTION_MAX = 1_000
STEPS_MAX = 8
TIME_MAX_S = 20.0
FOLLOWED_MAX = 8
"""Earlier questions that a client's own conversation is read back to."""
_SETUP_LOCK = 7_301_109
"""Advisory lock under which the checkpointer's tables are made, so that two processes do not make them at once."""
_SETUP_LOOK_S = 0.05


@dataclass(frozen=True, slots=True)
class Considered:
    """What became of a question; `frame` is None where it was not planned."""

    readings: Sequence[Reading]
    frame: Frame | None
    answer: Answer
    scope: Scope


@dataclass(frozen=True, slots=True)
class Analyst:
    """Answers questions in the name of whoever asks. Built once per process by `open`."""

    database: Database
    graph: Graph
    forgetful: Graph
    """The same steps without a memory of their own."""
    checkpointer: AsyncPostgresSaver
    scopes: Scopes
    embedder: Embedder | None
    classifier: Classifier | None
    model: ModelPlanner | None = None
    recollections: Recollections = field(default_factory=Recollections)
    examples: Examples = field(default_factory=Examples)

    @classmethod
    @asynccontextmanager
    async def open(cls, settings: Settings, database: Database) -> AsyncGenerator[Self]:
        """The analyst of an installation, with its memory in schema `agents`."""
        async with _memory_pool(settings) as pool, ModelPlanner.open(settings) as model:
            checkpointer = AsyncPostgresSaver(pool)
            await _set_up(pool)
            embedder = await asyncio.to_thread(load_embedder, settings)
            classifier = await asyncio.to_thread(lambda: Classifier.load(built_in()))
            await asyncio.to_thread(_warm_up, classifier)
            graph, forgetful = build_graph(checkpointer), build_graph()
            yield cls(database, graph, forgetful, checkpointer, Scopes(), embedder, classifier, model)

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
        return await answer_among(self._events(question, principal, conversation_id, today))

    async def stream(
        self,
        question: str,
        principal: Principal,
        *,
        conversation_id: UUID | None = None,
        today: date | None = None,
    ) -> AsyncIterator[ChatEvent]:
        """The same as events: progress while it works, then the answer's parts, then `done`; or one `error`."""
        said = ""
        try:
            async for event in self._events(question, principal, conversation_id, today):
                if isinstance(event, TextChunk):
                    said += event.text
                if isinstance(event, Done):
                    for part in _parts(event.answer, said):
                        yield part
                yield event
        except FinLensError as error:
            yield Failed(code=error.code, detail=error.detail)

    async def follow(
        self, questions: Sequence[str], principal: Principal, *, today: date | None = None
    ) -> AsyncIterator[ChatEvent]:
        """Events for the last of `questions`, each of which followed those before it. Nothing is kept: the asker holds
        the conversation, so the same questions get the same answer wherever and whenever they come.

        Raises what `ask` raises, before the first event where the question itself is at fault.
        """
        started = perf_counter()
        question = checked(questions[-1])
        earlier = [asked.strip() for asked in questions[:-1] if is_question(asked)][-FOLLOWED_MAX:]
        context = await self._context(principal, None, today)
        async with _in_time():
            memory = await self._recollected(earlier, context)
            async for event in self._work(self.forgetful, question, context, memory):
                if isinstance(event, Done):
                    self.recollections.keep(context, [*earlier, question], memory)
                yield _timed(event, started)

    async def consider(self, question: str, principal: Principal) -> Considered:
        """How a question that stands alone is read, planned and answered for `principal`; nothing is kept."""
        context = await self._context(principal, None, None)
        found: dict[str, Any] = {}
        async with _in_time():
            async for mode, part in self._steps(self.forgetful, {"question": checked(question)}, context):
                for step in part.values() if mode == "updates" else ():
                    found |= step or {}
        frame = found.get("frame")
        return Considered(
            readings=found["readings"],
            frame=Frame.model_validate(frame) if frame and isinstance(found["planned"], Plan) else None,
            answer=found["answer"],
            scope=context.scope,
        )

    async def forget(self, conversation_id: UUID) -> None:
        """Drop what the graph remembers of a conversation."""
        await self.checkpointer.adelete_thread(str(conversation_id))

    async def _events(
        self, question: str, principal: Principal, conversation_id: UUID | None, today: date | None
    ) -> AsyncIterator[ChatEvent]:
        started = perf_counter()
        question = checked(question)
        conversation_id = await self._conversation(question, principal, conversation_id)
        context = await self._context(principal, conversation_id, today)
        done: ChatEvent | None = None
        async with _in_time():
            async for event in self._work(self.graph, question, context, {}):
                if isinstance(event, Done):
                    event.answer.turn_id = new_id()
                    done = _timed(event, started)
                else:
                    yield event
        assert isinstance(done, Done)
        async with self.database.unit() as session:
            await conversations.add_turn(session, conversation_id, question, done.answer)
            if principal.customer_id is not None:
                await note_question(await session.connection(), principal.customer_id)
        yield done

    async def _work(
        self, graph: Graph, question: str, context: AgentContext, memory: dict[str, Any]
    ) -> AsyncIterator[ChatEvent]:
        """Progress, sentences that have been checked, then the answer. `memory` is what the question may lean on, and
        then what the next one may."""
        async for mode, part in self._steps(graph, {"question": question, **memory}, context):
            if mode == "custom":
                is_said = isinstance(part, TextChunk)
                yield TextChunk(text=inert(part.text)) if is_said else Progress(text=inert(str(part)))
                continue
            for step in part.values():
                memory |= {name: step[name] for name in REMEMBERED if name in (step or {})}
                if "answer" in (step or {}):
                    yield Done(answer=inert_answer(step["answer"]))

    async def _recollected(self, questions: Sequence[str], context: AgentContext) -> dict[str, Any]:
        """What a conversation of these questions remembers: as kept, or by going through them again."""
        known, memory = self.recollections.longest(context, questions)
        for n in range(known, len(questions)):
            with suppress(QueryTooSlow):  # it got no answer then either
                async for _ in self._work(self.forgetful, questions[n], context, memory):
                    pass
        return memory

    def _steps(self, graph: Graph, asked: dict[str, Any], context: AgentContext) -> AsyncIterator[Any]:
        return graph.astream(  # pyright: ignore[reportUnknownMemberType]  # langgraph types it in part
            asked,
            {"configurable": {"thread_id": str(context.conversation_id)}, "recursion_limit": STEPS_MAX},
            context=context,
            stream_mode=["custom", "updates"],
            # One write per question: a question that is cut short is simply asked again.
            durability="exit" if graph is self.graph else None,
        )

    async def _conversation(self, question: str, principal: Principal, conversation_id: UUID | None) -> UUID:
        async with self.database.unit() as session:
            if conversation_id is None:
                return await conversations.begin(session, principal, question)
            return (await conversations.require(session, principal, conversation_id)).id

    async def _context(self, principal: Principal, conversation_id: UUID | None, today: date | None) -> AgentContext:
        scope = await self.scopes.of(self.database, principal)
        return AgentContext(
            principal=principal,
            today=today or today_in(principal.zone, datetime.now(UTC)),
            scope=scope,
            names=_names(scope),
            database=self.database,
            embedder=self.embedder,
            classifier=self.classifier,
            examples=await self.examples.current(self.database),
            conversation_id=conversation_id,
            model=self.model,
        )


def _warm_up(classifier: Classifier) -> None:
    """Read a question of nobody's, so that the first one of somebody's does not wait for words to be compiled and
    locales to be loaded."""
    nobody = Scope((), (), (), (), (), None, None)
    reader = Reader(nobody, Names(nobody), datetime.now(UTC).date())
    classifier.wants([plain(reader.read("How much did I spend on groceries at the fresh mart last month?"))])
    Money(0, nobody.currency).display()


@lru_cache(maxsize=64)
def _names(scope: Scope) -> Names:
    return Names(scope)


async def answer_among(events: AsyncIterator[ChatEvent]) -> Answer:
    """The answer that the events end with. Raises what keeps it from coming."""
    answer: Answer | None = None
    async for event in events:
        if isinstance(event, Done):
            answer = event.answer
    assert answer is not None, "the graph ended without an answer"
    return answer


def is_question(text: str) -> bool:
    return 0 < len(text.strip()) <= QUESTION_MAX


def checked(question: str) -> str:
    """The question as it is asked. Raises InvalidRequest for one that is empty or too long."""
    question = question.replace("\0", " ").strip()
    if not question:
        raise InvalidRequest("Ask a question")
    if len(question) > QUESTION_MAX:
        raise InvalidRequest(f"A question has at most {QUESTION_MAX} characters; this one has {len(question)}")
    return question


@asynccontextmanager
async def _in_time() -> AsyncGenerator[None]:
    try:
        async with asyncio.timeout(TIME_MAX_S):
            yield
    except TimeoutError:
        raise QueryTooSlow("This took too long; try a shorter period") from None


def _timed(event: ChatEvent, started: float) -> ChatEvent:
    if not isinstance(event, Done):
        return event
    latency_ms = round((perf_counter() - started) * 1000)
    return Done(answer=event.answer.model_copy(update={"latency_ms": latency_ms}))


def _parts(answer: Answer, said: str) -> list[ChatEvent]:
    """What is left to tell once `said` has been."""
    chart: list[ChatEvent] = [ChartDrawn(chart=answer.chart)] if answer.chart else []
    rest = answer.answer.removeprefix(said)
    return [
        *([TextChunk(text=rest)] if rest else []),
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
        # Asked for again and again: who waits inside a statement is waited for by an index that is built concurrently.
        while not await _locked(connection):  # noqa: ASYNC110  # the event is another process's
            await asyncio.sleep(_SETUP_LOOK_S)
        try:
            await AsyncPostgresSaver(connection).setup()
        finally:
            await connection.execute("SELECT pg_advisory_unlock(%s)", (_SETUP_LOCK,))


async def _locked(connection: AsyncConnection[DictRow]) -> bool:
    """Whether the memory is this process's to lay out now."""
    asked = await connection.execute("SELECT pg_try_advisory_lock(%s) AS is_ours", (_SETUP_LOCK,))
    row = await asked.fetchone()
    return bool(row and row["is_ours"])
