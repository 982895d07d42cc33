"""The model planner: any OpenAI-compatible model chooses the frame by one tool call; code checks it and does the rest.

The tool has no argument for a customer or a bank, every value is from a list that the resolvers made, and the frame it
gives goes the same way as the built-in planner's. What the model writes is kept only as far as all of it is founded.
"""

import re
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Self

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage, ToolMessage
from pydantic import ValidationError

from agents import prompts
from agents.aliases import Aliases, names_in
from agents.answer import Figure, TextChunk
from agents.context import AgentContext
from agents.draft import Draft
from agents.endpoint import Endpoint, ModelFailed, endpoint_of
from agents.findings import Findings
from agents.grounding import unfounded_words
from agents.plan import Clarify, Decline, InsightTask, Plan, Task
from agents.plan_call import TOOL, Lists, PlanCall, as_keys, as_part, check_room, check_whole, frame_of, lists_of
from agents.planner.builtin import BuiltinPlanner, Thought
from agents.planner.frame import Frame, Topic
from agents.planner.memory import Memory
from agents.planner.reading import Reader, Reading
from agents.speech import Speech, plain
from agents.verified import Example, examples, wording
from agents.wording import money, percent
from core.categories import BY_SLUG
from core.errors import QueryRefused
from core.insights.refusals import check
from core.settings import Settings

TRIES_MAX = 3
WORDINGS_MAX = 2
PLAN_UNTIL_S = 10.0
WORDS_UNTIL_S = 15.0
"""Seconds after the question by which a plan, and the words, must be there: the built-in ones still have time then."""
TURNS_SENT = 3
FIGURES_SENT = 12
EXAMPLES_SENT = 4
QUESTION_MAX = 200

_REASONS_SENT_MAX = 500


@dataclass(frozen=True, slots=True)
class ModelPlanner:
    """Plans and phrases through `endpoint`. `private`: what leaves holds aliases for names and numbers."""

    endpoint: Endpoint
    private: bool = True

    @classmethod
    @asynccontextmanager
    async def open(cls, settings: Settings) -> AsyncGenerator[Self | None]:
        """The planner of an installation; None where no model is set."""
        async with endpoint_of(settings) as endpoint:
            yield cls(endpoint, settings.llm_private) if endpoint else None

    @property
    def name(self) -> str:
        return self.endpoint.name

    async def plan(
        self, question: str, readings: Sequence[Reading], memory: Memory, turns: Sequence[str], context: AgentContext
    ) -> Thought:
        """The same as the built-in planner's. Raises ModelFailed."""
        aliases = self._aliases(context)
        lists = lists_of(readings, memory, context, aliases)
        earlier, examples = _earlier(turns, aliases, context), await _examples(readings, context)
        messages: list[BaseMessage] = [
            SystemMessage(prompts.PLAN.format(today=context.today, topics=_topics())),
            HumanMessage(_asked(aliases.question(question, readings), lists, memory, earlier, examples)),
        ]
        for _ in range(TRIES_MAX):
            reply = await self.endpoint.reply(messages, context.meter, until_s=PLAN_UNTIL_S, tool=TOOL)
            try:
                thought = _thought(_called(reply), lists, memory, context, aliases)
            except ValueError as error:
                messages += _rejection(reply, aliases.hide(_reason(error)))
                continue
            self.endpoint.plans.succeeded()
            return thought
        self.endpoint.plans.failed()
        raise ModelFailed("no usable plan")

    async def phrase(
        self,
        question: str,
        readings: Sequence[Reading],
        draft: Draft,
        findings: Findings,
        context: AgentContext,
        release: Callable[[TextChunk], None],
    ) -> Draft:
        """The draft in the model's words as far as they are founded; else, after one more try, as it was. Sentences are
        released as soon as they have been checked."""
        aliases = self._aliases(context)
        names = _names(draft, findings, context)
        # The names as the ledger writes them first: so they come back, however the question spelt them.
        figures, text = aliases.hide(_figures(draft), names), aliases.hide(draft.text, names)
        asked = aliases.question(question, readings)
        messages: list[BaseMessage] = [
            SystemMessage(prompts.PHRASE),
            HumanMessage(prompts.data(prompts.FIGURES, question=asked, figures=figures, text=text)),
        ]
        for _ in range(WORDINGS_MAX):
            speech = Speech(aliases.reveal, lambda text: unfounded_words(text, draft, findings), release)
            is_whole = await self._hear(speech, messages, context)
            if speech.said:
                return replace(draft, text=speech.noting(_notes(findings)))
            if not is_whole:
                break
            wrong = aliases.hide(speech.wrong, names)
            messages += [AIMessage(speech.heard), HumanMessage(prompts.UNFOUNDED.format(wrong=wrong))]
        return draft

    async def _hear(self, speech: Speech, messages: list[BaseMessage], context: AgentContext) -> bool:
        """Whether the model came to an end; what it had said before it failed stays said."""
        try:
            reply = await self.endpoint.stream(messages, context.meter, until_s=WORDS_UNTIL_S, take=speech.hear)
        except ModelFailed:
            return False
        speech.end(is_cut=reply.response_metadata.get("finish_reason") == "length")
        return True

    def _aliases(self, context: AgentContext) -> Aliases:
        parties = context.scope.counterparties if self.private else ()
        return Aliases(self.private, frozenset(p.name.casefold() for p in parties if p.category == "transfer"))


# Planning.


def _asked(question: str, lists: Lists, memory: Memory, turns: Sequence[str], examples: Sequence[Example]) -> str:
    return prompts.data(
        prompts.LISTS,
        periods="; ".join(f"{key} = {period.period.label}" for key, period in lists.periods.items()),
        payees="; ".join(lists.payees) or "none",
        accounts="; ".join(lists.accounts) or "none",
        words="; ".join(lists.words) or "none",
        categories=", ".join(BY_SLUG),
        channels=", ".join(lists.channels) or "none",
        days="; ".join(f"{key} = {day}" for key, day in lists.days.items()) or "none",
        turns=" | ".join(turns) or "none",
        earlier=str(as_keys(memory.frame, lists)) if memory.frame else "none",
        examples="\n".join(f"{one.question} → {as_part(one.frame)}" for one in examples) or "none",
        question=question,
    )


async def _examples(readings: Sequence[Reading], context: AgentContext) -> list[Example]:
    """Verified plans of questions like this one. They hold placeholders, and nobody's data."""
    async with context.database.look() as connection:
        return await examples(connection, " and ".join(map(wording, readings)), EXAMPLES_SENT)


def _earlier(turns: Sequence[str], aliases: Aliases, context: AgentContext) -> list[str]:
    """The last questions of the conversation, with aliases where the model is others'."""
    turns = turns[-TURNS_SENT:]
    if not aliases.private:
        return list(turns)
    reader = Reader(context.scope, context.names, context.today)
    return [aliases.question(turn, [reader.read(turn)]) for turn in turns]


def _topics() -> str:
    """The topics beside money, with what the name alone does not say."""
    return ", ".join(f"{t} ({prompts.TOPICS[t]})" if t in prompts.TOPICS else t for t in Topic if t is not Topic.MONEY)


def _called(reply: AIMessage) -> PlanCall:
    call = next((call for call in reply.tool_calls if call["name"] == "plan"), None)
    if call is None:
        raise ValueError("the tool `plan` was not called.")
    return PlanCall.model_validate(call["args"])


def _reason(error: ValueError) -> str:
    if isinstance(error, ValidationError):
        first = error.errors(include_url=False, include_input=False)[0]
        return f"{'.'.join(map(str, first['loc']))}: {first['msg']}."[:_REASONS_SENT_MAX]
    return str(error)[:_REASONS_SENT_MAX]


def _rejection(reply: AIMessage, reason: str) -> list[BaseMessage]:
    said = prompts.REJECTED.format(reason=reason)
    if reply.tool_calls:
        return [reply, *(ToolMessage(said, tool_call_id=call["id"] or "call") for call in reply.tool_calls)]
    return [reply, HumanMessage(said)]


def _thought(call: PlanCall, lists: Lists, memory: Memory, context: AgentContext, aliases: Aliases) -> Thought:
    """The plan of a valid call. Raises ValueError with a sentence where it cannot be carried out as it stands."""
    if any(part.topic == "out_of_scope" for part in call.parts):
        return Thought(Decline(reason=prompts.OUT_OF_SCOPE))
    if asked := [part.text for part in call.parts if part.topic == "clarify"]:
        return Thought(Clarify(question=_clean_question(aliases.reveal(asked[0]))))
    builtin = BuiltinPlanner(context.principal, context.scope, context.names, context.today)
    tasks: list[Task] = []
    frame: Frame | None = None
    for part in call.parts:
        frame = frame_of(part, lists)
        doubt = builtin.frame_doubt(frame, memory)
        if doubt is not None and isinstance(doubt.planned, Clarify):
            raise ValueError(doubt.planned.question)
        if doubt is not None:
            return doubt
        task, frame = builtin.task(frame, memory)
        check_room(part, task)
        _check_queries(task, context)
        tasks.append(task)
    check_whole(call, lists)
    return Thought(Plan(tasks=tuple(tasks)), frame)


def _check_queries(task: Task, context: AgentContext) -> None:
    """Raises ValueError for a query that would be refused."""
    for query in task.queries if isinstance(task, InsightTask) else ():
        try:
            check(query, context.principal)
        except QueryRefused as refusal:
            raise ValueError(refusal.detail) from None


_LURES = re.compile(
    r"://|www\.|@|\d|\b(?:pin|otp|cvv|pass ?\w*|card number|log ?in|sign ?in|click|download|install|call us)\b",
    re.IGNORECASE,
)
"""What no question about payments needs."""


def _clean_question(text: str) -> str:
    """What a model asks back, if it is one plain question; else the same in our words."""
    asked = plain(text)
    is_clean = asked.endswith("?") and asked.count("?") == 1 and len(asked) <= QUESTION_MAX and not _LURES.search(asked)
    return asked if is_clean else prompts.CLARIFY


# Words.


def _figures(draft: Draft) -> str:
    return "\n".join(f"- {figure.label}: {_shown(figure)}" for figure in draft.figures[:FIGURES_SENT])


def _shown(figure: Figure) -> str:
    if figure.unit == "money" and figure.value_minor is not None and figure.currency is not None:
        return money(figure.value_minor, figure.currency)
    if figure.unit == "percent" and isinstance(figure.value, float):
        return percent(figure.value)
    return str(figure.value)


def _names(draft: Draft, findings: Findings, context: AgentContext) -> set[str]:
    """Every name that a draft may hold: of what was found, of what was asked for, of the asker and the accounts."""
    names = {name for table in findings.evidence.tables.values() for row in table.rows for name in names_in(row)}
    for finding in findings.found:
        for query in finding.task.queries if isinstance(finding.task, InsightTask) else ():
            names |= {
                str(value) for f in query.filters if f.field in ("counterparty", "description") for value in f.values
            }
    names |= {str(figure.value) for figure in draft.figures if figure.unit == "text"}
    return names | set(context.scope.account_names().values()) | {context.principal.name}


def _notes(findings: Findings) -> list[str]:
    """What was taken for granted: it is said whether or not the model says it."""
    return [note for finding in findings.found if (note := getattr(finding.task, "note", ""))]
