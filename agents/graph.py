"""The graph: resolve -> plan -> run -> check -> answer. Each step reads the state, knows the context, adds its part."""

import asyncio
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import structlog
from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.graph import END, START, StateGraph  # pyright: ignore[reportMissingTypeStubs]  # it ships none
from langgraph.graph.state import CompiledStateGraph  # pyright: ignore[reportMissingTypeStubs]  # as above
from langgraph.runtime import Runtime
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from agents.answer import Answer
from agents.charts import TIMED
from agents.context import AgentContext
from agents.draft import Draft
from agents.endpoint import ModelFailed
from agents.evidence import Row
from agents.findings import Finding, Findings, Tools
from agents.follow_ups import starters
from agents.grounding import unfounded
from agents.intents.classifier import Classifier
from agents.intents.intent import Intent
from agents.intents.plain import plain
from agents.plan import AlertsTask, Clarify, Decline, InsightTask, Operation, Plan, RefundsTask
from agents.planner.builtin import BuiltinPlanner, Thought
from agents.planner.categories import WORDS
from agents.planner.clauses import clauses
from agents.planner.frame import Frame
from agents.planner.kinds import telling_words
from agents.planner.memory import Memory
from agents.planner.names import LISTED_MAX, Named
from agents.planner.reading import Reader, Reading, kinds_said
from agents.run import query_of, run
from agents.scope import Scope
from agents.state import AgentState
from agents.verified import verified_thought
from agents.writer import write
from core.errors import NotAllowed, QueryRefused
from core.identity.access import Principal, visible_accounts
from core.insights.query import Dimension, EntryRow, Filter, Measure, Operator, QueryPeriod
from core.insights.reporting import ENTRY
from core.periods import Period, Unit

EARLIER_REMEMBERED = 5
TURNS_REMEMBERED = 8
LISTED_REMEMBERED = 50
DESCRIBED_MIN = 3
"""Letters from which on a word is looked for in descriptions."""
_DESCRIBED_MAX = 1_000

_UNVERIFIED = "I could not verify my figures for this, so I do not give them. Could you put it another way?"
_NOT_SO = "I cannot work that out as it is put. A shorter time, or fewer things at once, would do: which do you mean?"

log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)

Graph = CompiledStateGraph[Any, AgentContext, Any, Any]
Step = dict[str, Any]


def build_graph(checkpointer: BaseCheckpointSaver[Any] | None = None) -> Graph:
    """The analyst's graph, remembering through `checkpointer`."""
    graph = StateGraph(AgentState, context_schema=AgentContext)
    for name, step in (("resolve", resolve), ("plan", plan), ("run", carry_out), ("check", check), ("answer", answer)):
        graph.add_node(name, step)  # pyright: ignore[reportUnknownMemberType]
    graph.add_edge(START, "resolve")
    graph.add_edge("resolve", "plan")
    graph.add_conditional_edges("plan", _has_plan, {True: "run", False: "answer"})
    graph.add_edge("run", "check")
    graph.add_edge("check", "answer")
    graph.add_edge("answer", END)
    return graph.compile(checkpointer=checkpointer)  # pyright: ignore[reportUnknownMemberType]


async def resolve(state: AgentState, runtime: Runtime[AgentContext]) -> Step:
    """The question's clauses as mentions; phrases that no name or word explains are looked for in descriptions."""
    context = runtime.context
    question = _said_yes(state) or state["question"]
    vocabulary = context.classifier.vocabulary if context.classifier else frozenset[str]()
    reader = Reader(context.scope, context.names, context.today, vocabulary)
    readings = await asyncio.to_thread(_read, clauses(question), reader, context.classifier)
    if any(reading.unknown or kinds_said(reading) for reading in readings):
        async with context.database.look() as connection:
            readings = [await _with_looked_up(reading, connection, context) for reading in readings]
    return {"readings": readings}


async def _with_looked_up(reading: Reading, connection: AsyncConnection, context: AgentContext) -> Reading:
    """The reading with what only the descriptions of payments tell."""
    told = await _with_kinds(reading, connection, context.scope, context.principal)
    return await _with_descriptions(told, connection, context.principal)


def _read(said: Sequence[str], reader: Reader, classifier: Classifier | None) -> list[Reading]:
    """The clauses as mentions, each with what its meaning says."""
    readings = [reader.read(clause) for clause in said]
    if classifier is None:
        return readings
    wants = classifier.wants([plain(reading) for reading in readings])
    return [replace(reading, wants=want) for reading, want in zip(readings, wants, strict=True)]


async def plan(state: AgentState, runtime: Runtime[AgentContext]) -> Step:
    """A plan, a question back, or a refusal; and what the next question may lean on."""
    context = runtime.context
    memory, planner = _memory(state), "builtin"
    if verified := verified_thought(state["readings"], memory, context):
        return {"planned": verified.planned, "planner": "verified", **_to_remember(verified, state)}
    thought = await _model_thought(state, context, memory)
    if thought is not None and context.model is not None:
        planner = context.model.name
    else:
        builtin = BuiltinPlanner(context.principal, context.scope, context.names, context.today)
        thought = builtin.plan(state["readings"], memory)
    return {"planned": thought.planned, "planner": planner, **_to_remember(thought, state)}


async def _model_thought(state: AgentState, context: AgentContext, memory: Memory) -> Thought | None:
    """What the model made of it; None without a model, or where it failed."""
    if context.model is None:
        return None
    try:
        return await context.model.plan(state["question"], state["readings"], memory, state.get("turns") or [], context)
    except ModelFailed:
        return None


async def carry_out(state: AgentState, runtime: Runtime[AgentContext]) -> Step:
    """What the plan finds, and the built-in answer to it."""
    context, planned = runtime.context, state["planned"]
    assert isinstance(planned, Plan)
    async with context.database.look() as connection:
        tools = Tools(
            connection, context.principal, context.scope, context.today, context.embedder, runtime.stream_writer
        )
        try:
            findings = await run(planned, tools)
        except NotAllowed as refusal:
            return {"findings": None, "draft": Draft(refusal.detail, status="out_of_scope")}
        except QueryRefused as refusal:  # its reason speaks of queries, to those who write them
            log.error("plan_refused", reason=refusal.detail, planner=state["planner"])
            return {"findings": None, "draft": Draft(_NOT_SO, status="clarify")}
    done = planned.model_copy(update={"tasks": tuple(found.task for found in findings.found)})
    kept = {"findings": findings, "draft": write(findings, context.scope), **_to_list(findings)}
    return {"planned": done, **_with_days_told(planned, done, state), **kept}


def _with_days_told(planned: Plan, done: Plan, state: AgentState) -> Step:
    """The frame to remember with all days known, where these were looked through instead of a month that had nothing: a
    follow-up is of what was told."""
    instead = [task for asked, task in zip(planned.tasks, done.tasks, strict=True) if task != asked]
    frame = state.get("frame")
    if not frame or not instead or not isinstance(last := instead[-1], InsightTask):
        return {}
    told = Frame.model_validate(frame).with_changes(periods=(last.queries[0].period,))
    return {"frame": told.model_dump(mode="json")}


async def check(state: AgentState, runtime: Runtime[AgentContext]) -> Step:
    """Whether every number of the draft is founded: a model's words replace the built-in ones only if theirs are.
    A built-in text that is not says nothing rather than that."""
    context, findings, draft = runtime.context, state["findings"], state["draft"]
    if findings is None:
        return {"grounded": True}
    if wrong := unfounded(draft, findings):
        log.error("answer_unfounded", numbers=wrong, text=draft.text)
        return {"grounded": False, "draft": Draft(_UNVERIFIED, status="clarify")}
    model = context.model
    if model is not None and state["planner"] == model.name and draft.status == "answered":
        asked = (state["question"], state["readings"])
        draft = await model.phrase(*asked, draft, findings, context, runtime.stream_writer)
    return {"grounded": True, "draft": draft}


async def answer(state: AgentState, runtime: Runtime[AgentContext]) -> Step:
    """The Answer as clients get it."""
    context, planned = runtime.context, state["planned"]
    common: dict[str, Any] = {
        "planner": state["planner"],
        "usage": context.model.endpoint.usage(context.meter) if context.model else None,
        "conversation_id": context.conversation_id,
    }
    match planned:
        case Clarify():
            choices = list(planned.choices[:3])
            made = Answer(answer=planned.question, status="clarify", follow_ups=choices, **common)
        case Decline():
            made = Answer(answer=planned.reason, status=planned.status, follow_ups=starters(context.scope), **common)
        case Plan():
            made = _answer_of(planned, state["draft"], state["grounded"], context.scope, common)
    return {"answer": made}


def _answer_of(planned: Plan, draft: Draft, grounded: bool, scope: Scope, common: dict[str, Any]) -> Answer:
    query = query_of(planned.tasks[0])
    return Answer(
        answer=" ".join(part for part in (draft.text, planned.left_out) if part),
        status=draft.status,
        figures=list(draft.figures),
        query=query.model_dump(mode="json", exclude_defaults=True)
        if query
        else planned.tasks[0].model_dump(mode="json", exclude_defaults=True),
        rows=list(draft.rows),
        chart=draft.chart,
        citations=list(draft.citations),
        follow_ups=list(draft.follow_ups) or starters(scope),
        grounded=grounded,
        **common,
    )


def _has_plan(state: AgentState) -> bool:
    return isinstance(state["planned"], Plan)


def _said_yes(state: AgentState) -> str | None:
    """The question that was offered, when this one only agrees to it."""
    suggested = state.get("suggested")
    agrees = state["question"].strip(" .!?").lower() in (
        "yes",
        "yeah",
        "yep",
        "yup",
        "ok",
        "okay",
        "sure",
        "yes please",
        "please do",
        "right",
        "correct",
        "haan",
        "ji",
    )
    return suggested if suggested and agrees else None


def _memory(state: AgentState) -> Memory:
    frame, winner = state.get("frame"), state.get("winner")
    return Memory(
        earlier=tuple(Frame.model_validate(frame) for frame in state.get("earlier") or ()),
        winner=Filter.model_validate(winner["party"]) if winner and winner.get("party") else None,
        winner_period=QueryPeriod.model_validate(winner["period"]) if winner and winner.get("period") else None,
        frame=Frame.model_validate(frame) if frame else None,
        listed=tuple(UUID(id) for id in state.get("listed") or ()),
        suggested=state.get("suggested"),
    )


def _to_remember(thought: Thought, state: AgentState) -> Step:
    turns = [*(state.get("turns") or []), state["question"]][-TURNS_REMEMBERED:]
    remembered: Step = {"turns": turns, "suggested": thought.suggested}
    if thought.frame is not None:
        remembered["frame"] = thought.frame.model_dump(mode="json")
        last = state.get("frame")
        remembered["earlier"] = [*([last] if last else []), *(state.get("earlier") or [])][:EARLIER_REMEMBERED]
    return remembered


def _to_list(findings: Findings) -> Step:
    tables = [t for t in findings.evidence.tables.values() if t.name.startswith(("entries", "alerts"))]
    ids = [str(row["transaction_id"]) for table in tables for row in table.rows]
    listed: Step = {"listed": list(dict.fromkeys(ids))[:LISTED_REMEMBERED]} if ids else {}
    return {**listed, "winner": _winner(findings)}


def _winner(findings: Findings) -> Step | None:
    """Who or what came first among ranks, or in the place asked for, or whom the one payment told of was with, as a
    condition, the `party`; and which day, week or month it was, the `period`."""
    first = findings.found[0]
    task, table = first.task, first.tables[:1]
    if isinstance(task, AlertsTask):
        alerts = first.tables[1]
        is_whole = len(alerts.rows) == alerts.rows_in_all
        return {"party": _condition(Dimension.CUSTOMER, {row["customer"] for row in alerts.rows})} if is_whole else None
    if isinstance(task, RefundsTask):
        entries = first.tables[1].rows
        return {"party": _condition(Dimension.COUNTERPARTY, {row["counterparty"] for row in entries})}
    if not isinstance(task, InsightTask):
        return None
    row = _first_row(task, table[0].rows) if table else None
    if row is None:
        return _one_payment(_told_alone(task, first))
    dimension = task.queries[0].group_by[0]
    if dimension in TIMED:
        return {"period": _period(Unit(dimension.value), date.fromisoformat(row[dimension]))}
    if dimension not in (Dimension.CATEGORY, Dimension.COUNTERPARTY, Dimension.CUSTOMER):
        return None
    return {"party": _condition(dimension, {row[dimension]})}


def _one_payment(told: Sequence[EntryRow]) -> Step | None:
    """With whom the one payment was that was told of, and on which day."""
    party = _condition(Dimension.COUNTERPARTY, {one.counterparty for one in told})
    return {"party": party, "period": _period(Unit.DAY, date.fromisoformat(told[0].occurred_at[:10]))} if told else None


def _period(unit: Unit, day: date) -> Step:
    return QueryPeriod.of(Period.of(unit, day)).model_dump(mode="json")


def _first_row(task: InsightTask, rows: Sequence[Row]) -> Row | None:
    """The group in the place that was asked for; the one group that there is."""
    is_ranked = task.operation is Operation.RANK and len(rows) >= task.position
    is_only = task.operation is Operation.BREAKDOWN and len(rows) == 1
    return rows[task.position - 1] if is_ranked or is_only else None


def _told_alone(task: InsightTask, finding: Finding) -> Sequence[EntryRow]:
    """The one payment that a task was about, if about one: "the biggest", "the last time", "the second one"."""
    query = task.queries[0]
    is_single = task.operation in (Operation.WHO, Operation.WHEN_LAST, Operation.WHEN_FIRST) or (
        query.measures[0] in (Measure.LARGEST, Measure.SMALLEST) and task.operation is Operation.VALUE
    )
    is_listed = task.operation is Operation.LIST and (query.rows == 1 or task.position > 1)
    if not (is_single or is_listed) or not finding.results or query.group_by:
        return ()
    return finding.results[0].entries[task.position - 1 : task.position]


def _condition(dimension: Dimension, names: set[str]) -> Step | None:
    """A condition for the one of these names; None where there are several."""
    if len(names) != 1:
        return None
    return {"field": dimension.value, "operator": Operator.IN.value, "values": [*names]}


async def _with_descriptions(reading: Reading, connection: AsyncConnection, principal: Principal) -> Reading:
    """The reading, its unknown phrases taken for parts of descriptions where descriptions hold them."""
    for phrase in reading.unknown:
        is_all = phrase == reading.text
        if reading.wants.first not in (None, Intent.MEMORY) and not (is_all or reading.names_something(phrase)):
            continue
        for longer, category in reading.beside(phrase, "category"):
            if await _is_described(longer, connection, principal):
                reading = reading.without(category).with_mention(longer, "description", longer)
        if phrase in reading.unknown and await _is_described(phrase, connection, principal):
            reading = reading.with_mention(phrase, "description", phrase)
    return reading


async def _with_kinds(reading: Reading, connection: AsyncConnection, scope: Scope, principal: Principal) -> Reading:
    """The reading with the payees of a kind within a category whose payments say that they are of it, where no name
    does: the "internet bill" of somebody who pays a phone too."""
    for phrase, slugs in () if scope.is_of_many else kinds_said(reading):
        names = await _payees_described(telling_words(phrase) or "", slugs, connection, principal)
        of_category = {party.name for party in scope.counterparties if party.category in slugs}
        is_all = bool(of_category) and of_category <= set(names)
        if names and not (phrase in WORDS and is_all):
            reading = reading.with_kind(phrase, slugs, Named(phrase, names))
    return reading


async def _payees_described(
    pattern: str, slugs: tuple[str, ...], connection: AsyncConnection, principal: Principal
) -> tuple[str, ...]:
    """The payees of these categories most of whose payments have such a description."""
    e = ENTRY.c
    seen = visible_accounts(principal, customer_id=e.customer_id, bank_id=e.bank_id)
    says = func.count().filter(func.lower(e.description).op("~")(pattern))
    found = await connection.execute(
        select(e.counterparty)
        .where(seen, e.category.in_(slugs), e.channel != "opening")
        .group_by(e.counterparty)
        .having(says * 2 > func.count())
        .order_by(e.counterparty)
        .limit(LISTED_MAX)
    )
    return tuple(found.scalars())


async def _is_described(phrase: str, connection: AsyncConnection, principal: Principal) -> bool:
    """Whether descriptions hold the phrase, as words: a condition finds it inside of longer ones too, so one that
    descriptions also hold like that ("per" in "supermarket") would find too much."""
    if len(phrase) < DESCRIBED_MIN:
        return False
    e = ENTRY.c
    words = rf"\m{re.escape(phrase)}\M"
    seen = visible_accounts(principal, customer_id=e.customer_id, bank_id=e.bank_id)
    holding = (
        select(e.description).where(seen, func.strpos(func.lower(e.description), phrase) > 0).limit(_DESCRIBED_MAX)
    )
    held = holding.subquery()
    counted = select(func.count(), func.count().filter(func.lower(held.c.description).op("~")(words)))
    number, as_words = (await connection.execute(counted.select_from(held))).one()
    return number > 0 and number == as_words
