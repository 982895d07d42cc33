"""Frame: what a question asks, slot by slot, before it becomes queries. Follow-ups are edits of the last one."""

from enum import StrEnum
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict

from core.insights.query import Dimension, Filter, Flow, Measure, QueryPeriod
from core.periods import Unit


class Topic(StrEnum):
    MONEY = "money"
    BALANCE = "balance"
    ALERTS = "alerts"
    EXPLAIN = "explain"
    RECALL = "recall"
    COVERAGE = "coverage"


class Ask(StrEnum):
    """What is wanted of the figures."""

    VALUE = "value"
    LIST = "list"
    BREAKDOWN = "breakdown"
    RANK = "rank"
    """The first, or the first few, of the groups."""
    COUNT_GROUPS = "count_groups"
    COMPARE = "compare"
    DIFFERENCE = "difference"
    GROWTH = "growth"
    VERSUS = "versus"
    """Two or more categories or payees side by side."""
    SHARE = "share"
    USUAL = "usual"
    PACE = "pace"
    THRESHOLD = "threshold"
    WHEN_LAST = "when_last"
    WHEN_FIRST = "when_first"
    SAVINGS_RATE = "savings_rate"


class Threshold(BaseModel):
    """ "More than 5,000?": `low_minor` and `high_minor` as of a Filter, `said_minor` as the asker put it."""

    model_config = ConfigDict(frozen=True)

    low_minor: int | None
    high_minor: int | None
    said_minor: int


class Frame(BaseModel):
    """None and empty mean "not said". Everything is closed values: nothing of the question's own text but labels."""

    model_config = ConfigDict(frozen=True)

    topic: Topic | None = None
    ask: Ask | None = None
    measure: Measure | None = None
    flow: Flow | None = None
    group_by: tuple[Dimension, ...] = ()
    objects: tuple[Filter, ...] = ()
    """Categories, payees, descriptions."""
    without: tuple[Filter, ...] = ()
    conditions: tuple[Filter, ...] = ()
    """Channels, accounts, weekdays, hours, amounts, statuses."""
    periods: tuple[QueryPeriod, ...] = ()
    units_counted: int = 1
    """For "the last 3 months": 3."""
    against: Literal["previous", "year_before"] | None = None
    limit: int | None = None
    descending: bool = True
    unit: Unit | None = None
    latest: Literal["largest", "smallest", "latest", "earliest"] | None = None
    threshold: Threshold | None = None
    share_of: Literal["spending", "income"] | None = None
    whole: tuple[Filter, ...] = ()
    """For a share: the objects that the whole keeps."""
    text: str = ""
    """For memories: what to search summaries for."""

    def with_changes(self, **changes: object) -> Self:
        return self.model_copy(update=changes)
