"""The model planner: any OpenAI-compatible model chooses the frame by one tool call; code checks it and does the rest.

The tool has no argument for a customer or a bank, every value is from a list that the resolvers made, and the frame it
gives goes the same way as the built-in planner's. What the model writes is kept only if every number in it is founded.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any, Literal

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage, ToolMessage
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from agents import prompts
from agents.answer import Figure
from agents.context import AgentContext
from agents.draft import Draft
from agents.plan import TASKS_MAX, Clarify, Decline, Operation, Plan, Task
from agents.planner.builtin import Memory, Thought
from agents.planner.compose import compose
from agents.planner.frame import Frame, Topic
from agents.planner.periods import PeriodReader
from agents.planner.reading import Reading
from agents.wording import money, percent
from core.categories import BY_SLUG
from core.insights.query import Dimension, Filter, Flow, Measure, Operator, QueryPeriod
from core.money import Money
from core.periods import Unit
from core.settings import Settings

TRIES_MAX = 3
TOKENS_MAX = 700
PAYEES_MAX = 40


class ModelFailed(Exception):
    """The model was down, slow, or gave nothing that can be used; the built-in planner takes over."""


Measured = Literal[
    Measure.SPEND, Measure.INCOME, Measure.NET, Measure.COUNT, Measure.AVERAGE, Measure.MEDIAN, Measure.LARGEST,
    Measure.SMALLEST, Measure.VOLUME,
]  # fmt: skip
Grouped = Literal[
    Dimension.CATEGORY, Dimension.COUNTERPARTY, Dimension.ACCOUNT, Dimension.BANK, Dimension.CHANNEL, Dimension.STATUS,
    Dimension.DAY, Dimension.WEEK, Dimension.MONTH, Dimension.QUARTER, Dimension.YEAR, Dimension.WEEKDAY,
    Dimension.HOUR,
]  # fmt: skip
"""What answers have words for."""


class Part(BaseModel):
    """One question of the asker's, as keys of the lists."""

    model_config = ConfigDict(extra="forbid")

    topic: Literal["money", "balance", "alerts", "explain", "coverage", "clarify", "out_of_scope"] = "money"
    ask: Operation = Operation.VALUE
    measure: Measured | None = None
    flow: Flow | None = None
    group_by: Annotated[list[Grouped], Field(max_length=2)] = []
    periods: Annotated[list[str], Field(max_length=3)] = []
    against: Literal["previous", "year_before"] | None = None
    categories: Annotated[list[str], Field(max_length=20)] = []
    payees: Annotated[list[str], Field(max_length=20)] = []
    except_categories: Annotated[list[str], Field(max_length=20)] = []
    except_payees: Annotated[list[str], Field(max_length=20)] = []
    channels: Annotated[list[str], Field(max_length=10)] = []
    weekdays: Annotated[list[str], Field(max_length=7)] = []
    at_least: Annotated[int | None, Field(ge=0, description="amount in whole units of money")] = None
    at_most: Annotated[int | None, Field(ge=0)] = None
    limit: Annotated[int | None, Field(ge=1, le=50)] = None
    descending: bool = True
    unit: Unit | None = None
    first: Literal["largest", "smallest", "latest", "earliest"] | None = None
    question: Annotated[str, Field(max_length=300)] = ""
    """For `clarify`: what to ask back."""


class PlanCall(BaseModel):
    model_config = ConfigDict(extra="forbid")

    parts: Annotated[list[Part], Field(min_length=1, max_length=TASKS_MAX)]


_TOOL = {
    "type": "function",
    "function": {"name": "plan", "description": "What to compute.", "parameters": PlanCall.model_json_schema()},
}


def model_of(settings: Settings) -> BaseChatModel | None:
    """The chat model that `settings` name, or None."""
    if not settings.llm_model:
        return None
    # Some seconds of imports, which only an installation with a model should wait for.
    from langchain_openai import ChatOpenAI

    return ChatOpenAI(
        model=settings.llm_model,
        base_url=settings.llm_base_url or None,
        api_key=settings.llm_api_key or (lambda: "none"),
        timeout=settings.llm_timeout_s,
        max_retries=0,  # a slow model is not asked again: the built-in planner answers
        max_completion_tokens=TOKENS_MAX,
        temperature=0,
        use_responses_api=False,
    )


@dataclass(frozen=True, slots=True)
class Lists:
    """The closed values that one question may be planned with, by key."""

    periods: Mapping[str, QueryPeriod]
    payees: Mapping[str, Sequence[str]]
    categories: Sequence[str]
    channels: Sequence[str]


@dataclass(frozen=True, slots=True)
class ModelPlanner:
    """Plans and phrases through a chat model, within `timeout_s` for each."""

    model: BaseChatModel
    name: str
    timeout_s: float = 20.0

    async def plan(
        self, question: str, readings: Sequence[Reading], memory: Memory, turns: Sequence[str], context: AgentContext
    ) -> Thought:
        """The same as the built-in planner's. Raises ModelFailed."""
        lists = _lists(readings, memory, context)
        messages: list[BaseMessage] = [
            SystemMessage(prompts.PLAN.format(today=context.today)),
            HumanMessage(_as_text(question, lists, memory, turns)),
        ]
        bound = self.model.bind_tools([_TOOL], tool_choice="plan")
        for _ in range(TRIES_MAX):
            reply = await self._reply(bound.ainvoke, messages)
            try:
                return _thought(_called(reply), lists, context)
            except (ValidationError, ValueError) as error:
                messages += _rejection(reply, _reason(error))
        raise ModelFailed("no usable plan")

    async def phrase(self, question: str, draft: Draft, unfounded: Callable[[Draft], list[str]]) -> Draft:
        """The draft in the model's words, if all their numbers are founded; else, after one more try, as it was."""
        figures = "\n".join(f"- {figure.label}: {_shown(figure)}" for figure in draft.figures[:12])
        messages: list[BaseMessage] = [
            SystemMessage(prompts.PHRASE),
            HumanMessage(prompts.FIGURES.format(question=question, figures=figures, text=draft.text)),
        ]
        for _ in range(2):
            try:
                reply = await self._reply(self.model.ainvoke, messages)
            except ModelFailed:
                return draft
            worded = replace(draft, text=_plain(reply))
            wrong = unfounded(worded)
            if worded.text and not wrong:
                return worded
            messages += [reply, HumanMessage(prompts.UNFOUNDED.format(numbers=", ".join(wrong)))]
        return draft

    async def _reply(self, invoke: Callable[..., Any], messages: list[BaseMessage]) -> AIMessage:
        try:
            async with asyncio.timeout(self.timeout_s):
                reply = await invoke(messages)
        except Exception as error:  # whatever a provider's client raises, the asker still gets an answer
            raise ModelFailed(type(error).__name__) from error
        if not isinstance(reply, AIMessage):
            raise ModelFailed("no message")
        return reply


def _called(reply: AIMessage) -> PlanCall:
    call = next((call for call in reply.tool_calls if call["name"] == "plan"), None)
    if call is None:
        raise ValueError("the tool `plan` was not called.")
    return PlanCall.model_validate(call["args"])


def _reason(error: ValueError) -> str:
    if isinstance(error, ValidationError):
        first = error.errors()[0]
        return f"{'.'.join(map(str, first['loc']))}: {first['msg']}."
    return str(error)


def _rejection(reply: AIMessage, reason: str) -> list[BaseMessage]:
    said = prompts.REJECTED.format(reason=reason)
    if reply.tool_calls:
        return [reply, *(ToolMessage(said, tool_call_id=call["id"] or "call") for call in reply.tool_calls)]
    return [reply, HumanMessage(said)]


def _thought(call: PlanCall, lists: Lists, context: AgentContext) -> Thought:
    """The plan of a valid call. Raises ValueError with a sentence where a key is in no list."""
    tasks: list[Task] = []
    frame: Frame | None = None
    for part in call.parts:
        if part.topic == "clarify":
            return Thought(Clarify(question=part.question or "Could you put it another way?"))
        if part.topic == "out_of_scope":
            return Thought(Decline(reason="That is not something your payments can tell."))
        if part.topic == "alerts" and not context.principal.sees_alerts:
            return Thought(Decline(reason="Fraud alerts are for those who work on them at the bank."))
        task, frame = compose(_frame(part, lists, context), context.scope, context.today)
        tasks.append(task)
    return Thought(Plan(tasks=tuple(tasks)), frame)


def _frame(part: Part, lists: Lists, context: AgentContext) -> Frame:
    topics = {"balance": Topic.BALANCE, "alerts": Topic.ALERTS, "explain": Topic.EXPLAIN, "coverage": Topic.COVERAGE}
    return Frame(
        topic=topics.get(part.topic),
        ask=part.ask,
        measure=part.measure,
        flow=part.flow,
        group_by=tuple(part.group_by),
        objects=(*_category_filter(part.categories, Operator.IN), *_payee_filter(part.payees, lists, Operator.IN)),
        without=(
            *_category_filter(part.except_categories, Operator.NOT_IN),
            *_payee_filter(part.except_payees, lists, Operator.NOT_IN),
        ),
        conditions=tuple(_conditions(part, lists, context)),
        periods=tuple(_known("period", key, lists.periods) for key in part.periods),
        against=part.against,
        limit=part.limit,
        descending=part.descending,
        unit=part.unit,
        latest=part.first,
        share_of="spending" if part.ask is Operation.SHARE else None,
    )


def _known(kind: str, key: str, values: Mapping[str, Any]) -> Any:
    if key not in values:
        raise ValueError(f"there is no {kind} {key!r}; there are {', '.join(values) or 'none'}.")
    return values[key]


def _category_filter(slugs: Sequence[str], operator: Operator) -> list[Filter]:
    if unknown := [slug for slug in slugs if slug not in BY_SLUG]:
        raise ValueError(f"there is no category {unknown[0]!r}.")
    return [Filter(field="category", operator=operator, values=tuple(slugs))] if slugs else []


def _payee_filter(keys: Sequence[str], lists: Lists, operator: Operator) -> list[Filter]:
    names = tuple(dict.fromkeys(name for key in keys for name in _known("payee", key, lists.payees)))
    return [Filter(field="counterparty", operator=operator, values=names[:50])] if names else []


def _conditions(part: Part, lists: Lists, context: AgentContext) -> list[Filter]:
    conditions: list[Filter] = []
    for channel in part.channels:
        _known("channel", channel, {name: name for name in lists.channels})
    if part.channels:
        conditions.append(Filter(field="channel", operator=Operator.IN, values=tuple(part.channels)))
    if part.weekdays:
        conditions.append(Filter(field="weekday", operator=Operator.IN, values=tuple(part.weekdays)))
    for operator, amount in ((Operator.AT_LEAST, part.at_least), (Operator.AT_MOST, part.at_most)):
        if amount is not None:
            minor = Money.parse(str(amount), context.scope.currency).amount_minor
            conditions.append(Filter(field="amount_minor", operator=operator, values=(minor,)))
    return conditions


def _lists(readings: Sequence[Reading], memory: Memory, context: AgentContext) -> Lists:
    said = [QueryPeriod.of(mention.value.period) for reading in readings for mention in reading.of("period")]
    reader = PeriodReader(context.today, context.scope.first_day)
    usual = {
        phrase.replace(" ", "_"): QueryPeriod.of(reader.read(phrase)[0].value.period)
        for phrase in ("this month", "last month", "this year", "last year", "this fy", "all time")
    }
    earlier = {"earlier": memory.frame.periods[0]} if memory.frame and memory.frame.periods else {}
    names = {m.value.said: m.value.names for reading in readings for m in reading.of("name") if not m.value.is_unclear}
    for condition in memory.frame.objects if memory.frame else ():
        if condition.field == "counterparty":
            names |= {str(value): (str(value),) for value in condition.values}
    return Lists(
        periods={**{f"p{n}": period for n, period in enumerate(said, start=1)}, **earlier, **usual},
        payees=dict(list(names.items())[:PAYEES_MAX]),
        categories=tuple(BY_SLUG),
        channels=context.scope.channels,
    )


def _as_text(question: str, lists: Lists, memory: Memory, turns: Sequence[str]) -> str:
    return prompts.LISTS.format(
        periods="; ".join(f"{key} = {period.period.label}" for key, period in lists.periods.items()),
        payees="; ".join(lists.payees) or "none",
        categories=", ".join(lists.categories),
        channels=", ".join(lists.channels) or "none",
        turns=" | ".join(turns) or "none",
        earlier=memory.frame.model_dump_json(exclude_defaults=True) if memory.frame else "none",
        question=question,
    )


def _shown(figure: Figure) -> str:
    if figure.unit == "money" and figure.value_minor is not None and figure.currency is not None:
        return money(figure.value_minor, figure.currency)
    if figure.unit == "percent" and isinstance(figure.value, float):
        return percent(figure.value)
    return str(figure.value)


def _plain(reply: AIMessage) -> str:
    """The reply's text, one line, without the marks of HTML and Markdown."""
    text = reply.content if isinstance(reply.content, str) else ""
    return " ".join(text.translate(str.maketrans("", "", "<>[]*_`#|")).split())[:1_000]
