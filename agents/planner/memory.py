"""Memory: what a conversation remembers for the question that comes next."""

from dataclasses import dataclass
from uuid import UUID

from agents.planner.frame import Frame
from core.insights.query import Filter, QueryPeriod


@dataclass(frozen=True, slots=True)
class Memory:
    """What a conversation remembers: the last frame, the payments last listed, the question last suggested."""

    frame: Frame | None = None
    listed: tuple[UUID, ...] = ()
    suggested: str | None = None
    earlier: tuple[Frame, ...] = ()
    """The frames of the questions before the last, the latest first."""
    winner_period: QueryPeriod | None = None
    """Which day, week or month it was, where ranks were of these; the day of the one payment."""
    winner: Filter | None = None
    """Who, or what, came first where the last question asked for ranks; whom the one payment was with, where it was
    about one; the customer whom all alerts were about."""
