"""Frame: what a question asks, slot by slot, before it becomes queries. Follow-ups are edits of the last one."""

from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict

from agents.plan import AlertsAsk, OfChange, Operation, Recurs, Threshold, WhichStreak
from core.fraud.reasons import ReasonCode
from core.insights.query import Dimension, Filter, Flow, Measure, Operator, QueryPeriod
from core.periods import Unit


class Topic(StrEnum):
    MONEY = "money"
    BALANCE = "balance"
    ALERTS = "alerts"
    EXPLAIN = "explain"
    RECALL = "recall"
    REFUNDS = "refunds"
    RECURRING = "recurring"
    COVERAGE = "coverage"
    FORECAST = "forecast"
    BUDGETS = "budgets"
    UNUSUAL = "unusual"
    DUPLICATES = "duplicates"
    SIGNALS = "signals"
    CIRCLES = "circles"


Prior = Literal["previous", "year_before", "following"]
"""Which way a period is moved: "the month before", "same time last year", "the month after"."""


class Frame(BaseModel):
    """None and empty mean "not said". Everything is closed values: nothing of the question's own text but labels."""

    model_config = ConfigDict(frozen=True)

    topic: Topic | None = None
    ask: Operation | None = None
    measure: Measure | None = None
    flow: Flow | None = None
    group_by: tuple[Dimension, ...] = ()
    objects: tuple[Filter, ...] = ()
    """Categories, payees, descriptions."""
    without: tuple[Filter, ...] = ()
    conditions: tuple[Filter, ...] = ()
    """Channels, accounts, weekdays, hours, amounts, statuses."""
    periods: tuple[QueryPeriod, ...] = ()
    is_default_period: bool = False
    """The period was chosen for the asker, who may not think of it."""
    against: Prior | None = None
    limit: int | None = None
    descending: bool = True
    position: int = 1
    """Of a rank, or of payments by amount or time: the place that is asked for, 2 for the second."""
    asks_difference: bool = False
    sign: Literal["more", "less", "size"] = "more"
    """Of a difference: how much more is asked for, how much less, or how far apart the two are."""
    asks_amount: bool = False
    """Of a rank: what the first comes to is asked for, and not its name. Of a list: what all come to."""
    counts_none: bool = False
    """Of a count of days or months, and of days in a row: those without."""
    streak: WhichStreak = "longest"
    """Of days in a row, and of the time between two payments."""
    are_apart: bool = False
    """A category and a payee side by side, "rent and Swiggy": either of them, and not what is both."""
    of_change: OfChange = "day"
    """Of an amount that changed: what is asked of that."""
    is_aside: bool = False
    """It only shows what is behind the last figure, "why so much?", "show me those": a change that comes next is one of
    that figure."""
    are_held_apart: bool = False
    """The periods are asked of one by one: "the monthly average of 2025 against that of 2026"."""
    unit: Unit | None = None
    latest: Literal["largest", "smallest", "latest", "earliest"] | None = None
    threshold: Threshold | None = None
    share_of: Literal["spending", "income"] | None = None
    whole: tuple[Filter, ...] = ()
    """For a share: the objects and conditions that the whole keeps."""
    opens: bool = False
    """Of a balance: the one that the period began with."""
    is_next: bool = False
    """Of recurring payments: when the next one is due. Of a projection: of the next month."""
    recurs: Recurs = "running"
    """Of recurring payments: those that run, those that have stopped, or whether one still runs."""
    due: QueryPeriod | None = None
    """Of recurring payments: the days to come of which all that is expected is asked for."""
    alert_status: Literal["open", "confirmed", "dismissed"] | None = None
    alerts_ask: AlertsAsk = "alerts"
    points_min: int | None = None
    points_max: int | None = None
    reason: ReasonCode | None = None
    """Of alerts and signals: what the payments were scored for."""
    on: date | None = None
    """Of a forecast: the day that is looked ahead to."""
    spend_minor: int | None = None
    """Of a forecast: what somebody would like to spend by then."""
    missing: str = ""
    """The phrase that was asked back about: until it is settled, nothing may build on this frame."""
    text: str = ""
    """For memories: what to search summaries for; for alerts: the words that asked for them."""

    @property
    def names_anything(self) -> bool:
        """Whether it says what it is about, or when, whatever it asks of that."""
        named = (self.topic, self.objects, self.without, self.conditions, self.periods, self.group_by)
        return any(named)

    @property
    def tells_alerts(self) -> bool:
        """Whether it says why alerts were raised, or with how many points."""
        return any(value is not None for value in (self.reason, self.points_min, self.points_max))

    @property
    def alert_filters(self) -> tuple[Filter, ...]:
        """Why alerts were raised, and with how many points, as conditions on the payments that raised them."""
        ends = ((Operator.AT_LEAST, self.points_min), (Operator.AT_MOST, self.points_max))
        reasons = [Filter(field="alert_reason", operator=Operator.IN, values=(self.reason,))] if self.reason else []
        points = [Filter(field="alert_points", operator=end, values=(n,)) for end, n in ends if n is not None]
        return (*reasons, *points)

    @property
    def is_of_alerted(self) -> bool:
        """Whether it asks of payments that raised an alert."""
        return any(f.field == "alert" for f in self.conditions)

    @property
    def is_of_alerts(self) -> bool:
        """Whether it asks of alerts, or of payments that raised one."""
        return self.topic is Topic.ALERTS or self.is_of_alerted

    @property
    def plain(self) -> Measure:
        """The sum of what it is about: income of what came in, what is left of both, spending else."""
        if self.measure is Measure.NET:
            return Measure.NET
        return Measure.INCOME if self.flow is Flow.IN else Measure.SPEND

    @property
    def told_by(self) -> Unit | None:
        """The stretch of time that it is grouped by, "by month", where that is all that it is grouped by."""
        by = [dimension.value for dimension in self.group_by]
        return next((unit for unit in Unit if by == [unit.value]), None)

    def values_of(self, field: str) -> frozenset[str]:
        """What is asked about of one field by name: the slugs of its categories, the names of its payees."""
        asked = (f for f in self.objects if f.field == field and f.operator is Operator.IN)
        return frozenset(str(value) for f in asked for value in f.values)

    def as_sum(self, measure: Measure | None = None) -> Self:
        """What it is about as one value, of `measure` or what it comes to, whatever else was asked of it."""
        plain = {"unit": None, "group_by": (), "limit": None, "latest": None, "is_aside": False}
        return self.with_changes(ask=Operation.VALUE, measure=measure or self.plain, **plain)

    def with_changes(self, **changes: object) -> Self:
        return self.model_copy(update=changes)


CONTAINING = {Operator.IN: Operator.CONTAINS, Operator.NOT_IN: Operator.NOT_CONTAINS}
"""How what is looked for in a text is asked about, or left out."""
_WITHOUT = {Operator.IN: Operator.NOT_IN, Operator.CONTAINS: Operator.NOT_CONTAINS}


def left_out(parts: Iterable[Filter]) -> tuple[Filter, ...]:
    """The same things, as what is asked about is without them."""
    return tuple(part.model_copy(update={"operator": _WITHOUT[part.operator]}) for part in parts)


def put_back(parts: Iterable[Filter]) -> tuple[Filter, ...]:
    """What is left out, as it is asked about itself."""
    within = {without: operator for operator, without in _WITHOUT.items()}
    return tuple(part.model_copy(update={"operator": within[part.operator]}) for part in parts)
