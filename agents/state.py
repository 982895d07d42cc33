"""State: what the graph hands from step to step. What a conversation remembers is checkpointed, the rest is not."""

from typing import Annotated, Any, NotRequired, TypedDict

from langgraph.channels import UntrackedValue  # pyright: ignore[reportMissingTypeStubs]  # it ships none

from agents.answer import Answer
from agents.draft import Draft
from agents.findings import Findings
from agents.plan import Planned
from agents.planner.reading import Reading


class AgentState(TypedDict):
    question: str
    # Remembered from turn to turn, as JSON values.
    frame: NotRequired[dict[str, Any] | None]
    """The last question's Frame, which a follow-up edits."""
    earlier: NotRequired[list[dict[str, Any]]]
    """The Frames of the questions before that, the latest first."""
    winner: NotRequired[dict[str, Any] | None]
    """Who, or what, came first where the last question asked for ranks, or whom its one payment was with, the `party`;
    and when that was, the `period`."""
    listed: NotRequired[list[str]]
    """Ids of the payments last shown."""
    suggested: NotRequired[str | None]
    """The question last offered: "yes" asks it."""
    turns: NotRequired[list[str]]
    """The last questions, for a model planner."""
    # Only while one question is answered: each is written by a step before the ones that read it.
    readings: Annotated[list[Reading], UntrackedValue]
    planned: Annotated[Planned, UntrackedValue]
    planner: Annotated[str, UntrackedValue]
    findings: Annotated[Findings | None, UntrackedValue]
    draft: Annotated[Draft, UntrackedValue]
    grounded: Annotated[bool, UntrackedValue]
    answer: Annotated[Answer, UntrackedValue]
