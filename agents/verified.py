"""Verified examples: questions whose plan a person has looked over, for all askers and without a word of any.

Names, accounts, words of descriptions and periods are placeholders, in the question and in its frame; whoever asks the
same thing of their own payees has theirs filled in.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

from pydantic import BaseModel
from rapidfuzz import fuzz, process
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from agents.context import AgentContext
from agents.plan import Plan
from agents.planner.builtin import BuiltinPlanner, Thought
from agents.planner.compose import compose
from agents.planner.frame import CONTAINING, Frame
from agents.planner.memory import Memory
from agents.planner.mentions import Mention
from agents.planner.reading import Reading
from agents.scope import Scope
from core.db import Database
from core.errors import NotVerifiable
from core.insights.query import Filter, Operator, QueryPeriod

EXAMPLES_MAX = 1_000
"""The newest ones are used."""
FRESH_S = 30.0
ALIKE_MIN = 60.0
"""From 0 to 100: below it, an example says more about itself than about the question."""

_PLACEHOLDERS = {"name": "payee", "account": "account", "description": "words", "period": "period"}
_FIELDS = {"counterparty": "name", "account": "account", "description": "description"}
_FILTERS = ("objects", "without", "conditions", "whole")
_PERSONAL = frozenset({"customer", "bank"})
_LONG_NUMBER = re.compile(r"\d{6,}")
_ALL = text("SELECT question, frame, currency FROM reporting.verified_example LIMIT :limit")


class Example(BaseModel):
    """`frame` is a Frame as JSON, with placeholders like `{payee 1}` that stand in `question` too."""

    question: str
    frame: dict[str, Any]
    currency: str | None = None
    """Of the amounts in the frame: in another one they are other amounts."""


async def examples(connection: AsyncConnection, question: str, limit: int) -> list[Example]:
    """The examples most like a question, the nearest first; of those nearer than ALIKE_MIN."""
    known = await _read(connection)
    nearest = process.extract(question, list(known), scorer=fuzz.token_set_ratio, limit=limit, score_cutoff=ALIKE_MIN)
    return [known[name] for name, _, _ in nearest]


@dataclass(slots=True)
class Examples:
    """The examples of an installation, at most FRESH_S old."""

    _known: Mapping[str, Example] = field(default_factory=dict[str, Example])
    _read_at: float = float("-inf")

    async def current(self, database: Database) -> Mapping[str, Example]:
        """By their question."""
        if monotonic() - self._read_at > FRESH_S:
            async with database.look() as connection:
                self._known, self._read_at = await _read(connection), monotonic()
        return self._known

    def forget(self) -> None:
        """One was added or removed: this process knows at once, others within FRESH_S."""
        self._read_at = float("-inf")


async def _read(connection: AsyncConnection) -> dict[str, Example]:
    rows = (await connection.execute(_ALL, {"limit": EXAMPLES_MAX})).mappings()
    return {row["question"]: Example.model_validate(dict(row)) for row in rows}


def verified_thought(readings: Sequence[Reading], memory: Memory, context: AgentContext) -> Thought | None:
    """The verified plan of a question that stands alone; None where there is none."""
    if len(readings) != 1 or memory.frame is not None:
        return None
    example = context.examples.get(wording(readings[0]))
    frame = filled(example, readings[0], context.scope) if example else None
    if frame is None:
        return None
    builtin = BuiltinPlanner(context.principal, context.scope, context.names, context.today)
    if (doubt := builtin.frame_doubt(frame, memory)) is not None:
        return doubt
    task, frame = compose(frame, context.scope, context.today)
    return Thought(Plan(tasks=(task,)), frame)


def wording(reading: Reading) -> str:
    """The normalised question with placeholders: the same for all who ask the same of their own payees."""
    said = reading.text
    for placeholder, mention in reversed(_placed(reading)):
        said = f"{said[: mention.start]}{placeholder}{said[mention.end :]}"
    return said


def example_of(asked: Reading, meant: Reading, frame: Frame, scope: Scope) -> Example:
    """The example that plans what was `asked` like what was `meant`, whose plan is `frame`.

    Raises NotVerifiable where something of the asker's would remain in it.
    """
    question = wording(asked)
    if _LONG_NUMBER.search(question):
        raise NotVerifiable("The question holds a long number, which may be somebody's")
    if frame.text or frame.missing or frame.on is not None:
        raise NotVerifiable("Such questions are planned by their own words, so no plan can be kept for others")
    known = _placed(asked)
    kept = frame if not frame.is_default_period else frame.with_changes(periods=(), is_default_period=False)
    stored = kept.model_dump(mode="json", exclude_defaults=True)
    for name in _FILTERS:
        if name in stored:
            stored[name] = [_emptied(condition, known) for condition in getattr(kept, name)]
    if kept.periods:
        stored["periods"] = [_period_placeholder(period, known) for period in kept.periods]
    currency = scope.currency if _has_amounts(kept) else None
    return Example(question=question, frame=stored, currency=currency)


def filled(example: Example, reading: Reading, scope: Scope) -> Frame | None:
    """The frame for this asker; None where their amounts are in another currency, or a name is not clear."""
    if example.currency not in (None, scope.currency):
        return None
    mentions = dict(_placed(reading))
    if any(mention.kind == "name" and mention.value.is_unclear for mention in mentions.values()):
        return None
    frame = dict(example.frame)
    for name in _FILTERS:
        if name in frame:
            frame[name] = [_filled(condition, mentions) for condition in frame[name]]
    if "periods" in frame:
        frame["periods"] = [QueryPeriod.of(mentions[each].value.period) for each in frame["periods"]]
    return Frame.model_validate(frame)


_Placed = list[tuple[str, Mention[Any]]]
"""Mentions of what is the asker's own, each with its placeholder, in the order of the question."""


def _placed(reading: Reading) -> _Placed:
    counts: dict[str, int] = {}
    placed: _Placed = []
    for mention in reading.mentions:
        if kind := _PLACEHOLDERS.get(mention.kind):
            counts[kind] = counts.get(kind, 0) + 1
            placed.append((f"{{{kind} {counts[kind]}}}", mention))
    return placed


def _emptied(condition: Filter, known: _Placed) -> dict[str, Any]:
    """The condition with placeholders for values that the question names."""
    if condition.field in _PERSONAL:
        raise NotVerifiable(f"The plan is about one {condition.field}")
    stored = condition.model_dump(mode="json")
    kind = _FIELDS.get(condition.field)
    if kind is None:
        return stored
    left = {str(value) for value in condition.values}
    placeholders: list[str] = []
    for placeholder, mention in known:
        values = set(_values(mention)) if mention.kind == kind else set[str]()
        if values and values <= left:
            left -= values
            placeholders.append(placeholder)
    if left:
        raise NotVerifiable("The plan names somebody or something that the question does not")
    is_not = condition.operator in (Operator.NOT_IN, Operator.NOT_CONTAINS)
    return {**stored, "operator": Operator.NOT_IN if is_not else Operator.IN, "values": placeholders}


def _values(mention: Mention[Any]) -> tuple[str, ...]:
    """What a condition on this mention holds."""
    match mention.kind:
        case "name":
            return (mention.value.contains,) if mention.value.contains is not None else mention.value.names
        case "account":
            return tuple(str(account.account_id) for account in mention.value)
        case _:
            return (str(mention.value),)


def _filled(condition: dict[str, Any], mentions: Mapping[str, Mention[Any]]) -> dict[str, Any]:
    if condition["field"] not in _FIELDS:
        return condition
    named = [mentions[placeholder] for placeholder in condition["values"]]
    by_part = condition["field"] == "description" or any(
        mention.kind == "name" and mention.value.contains is not None for mention in named
    )
    stored = Operator(condition["operator"])
    operator = CONTAINING.get(stored, stored) if by_part else stored
    return {**condition, "operator": operator, "values": [value for mention in named for value in _values(mention)]}


def _period_placeholder(period: QueryPeriod, known: _Placed) -> str:
    for placeholder, mention in known:
        if mention.kind == "period" and QueryPeriod.of(mention.value.period) == period:
            return placeholder
    raise NotVerifiable("The plan has a period that the question does not name")


def _has_amounts(frame: Frame) -> bool:
    conditions = (*frame.objects, *frame.without, *frame.conditions, *frame.whole)
    return bool(frame.threshold or frame.spend_minor) or any(one.field == "amount_minor" for one in conditions)
