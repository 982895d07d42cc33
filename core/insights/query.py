"""InsightQuery: the one typed question behind charts, REST and the analyst; and InsightResult, its answer."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StrictInt, model_validator

from core.money import Currency
from core.periods import Period, Unit

GROUPS_MAX = 500
ROWS_MAX = 200
PERIOD_DAYS_MAX = 366 * 30


class Measure(StrEnum):
    """What is counted, over the entries that the filters leave. Money is in minor units of the result's currency."""

    SPEND = "spend"
    INCOME = "income"
    NET = "net"
    """Income less spend."""
    COUNT = "count"
    AVERAGE = "average"
    """Mean amount of the payments that `flow` names, refunds not netted."""
    MEDIAN = "median"
    LARGEST = "largest"
    SMALLEST = "smallest"
    VOLUME = "volume"
    """All money moved, in either direction."""


class Dimension(StrEnum):
    CATEGORY = "category"
    COUNTERPARTY = "counterparty"
    ACCOUNT = "account"
    BANK = "bank"
    CHANNEL = "channel"
    STATUS = "status"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"
    WEEKDAY = "weekday"
    HOUR = "hour"


class Flow(StrEnum):
    """Which entries count, average, median, largest and smallest speak of."""

    OUT = "out"
    """Payments to others."""
    IN = "in"
    """Payments from others."""
    ANY = "any"


class Operator(StrEnum):
    IN = "in"
    NOT_IN = "not_in"
    CONTAINS = "contains"
    AT_LEAST = "at_least"
    AT_MOST = "at_most"


FilterValue = Annotated[str, Field(strict=True, max_length=200)] | StrictInt


class Filter(BaseModel):
    """A condition. Text fields take `in`, `not_in` (exact values) and `contains` (one, any case);
    `amount_minor` and `hour` take `at_least` and `at_most` (one integer, included). A weekday is `monday` or ISO's 1 to
    7; an account is meant by its name or its id."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    field: Literal[
        "category", "counterparty", "account", "channel", "status", "description", "weekday", "amount_minor", "hour"
    ]
    operator: Operator
    values: Annotated[tuple[FilterValue, ...], Field(min_length=1, max_length=50)]


Day = Annotated[date, Field(ge=date(1900, 1, 1), le=date(2200, 1, 1))]


class QueryPeriod(BaseModel):
    """Half-open: `start` is in, `end` is not. `unit` tells what "the period before" means, if these are whole units;
    otherwise it means as many days just before."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    start: Day
    end: Day
    unit: Unit | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.end <= self.start:
            raise ValueError("the period must end after it starts")
        if (self.end - self.start).days > PERIOD_DAYS_MAX:
            raise ValueError("the period is longer than 30 years")
        return self

    @classmethod
    def of(cls, period: Period) -> "QueryPeriod":
        return cls(start=period.start, end=period.end, unit=period.unit)

    @property
    def period(self) -> Period:
        return Period(self.start, self.end, self.unit if self._is_whole else None)

    @property
    def _is_whole(self) -> bool:
        unit = self.unit
        return unit is not None and all(Period.of(unit, day).start == day for day in (self.start, self.end))


class Order(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    by: Measure | Dimension
    descending: bool = True


class InsightQuery(BaseModel):
    """One question about the entries that the asker may see. Scope is never part of it: it comes from the token."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    version: Literal[1] = 1
    measures: Annotated[tuple[Measure, ...], Field(min_length=1, max_length=4)]
    group_by: Annotated[tuple[Dimension, ...], Field(max_length=2)] = ()
    filters: Annotated[tuple[Filter, ...], Field(max_length=10)] = ()
    flow: Flow = Flow.OUT
    period: QueryPeriod
    compare: Literal["previous", "year_before"] | QueryPeriod | None = None
    """The same figures for another period, as extra columns `<measure>_before`."""
    order: Order | None = None
    limit: Annotated[int, Field(ge=1, le=GROUPS_MAX)] = 100
    """Groups per currency."""
    others: bool = False
    """Add one row `(others)` that sums what the limit cut off; only for spend, income, net, count and volume."""
    rows: Annotated[int, Field(ge=0, le=ROWS_MAX)] = 0
    """How many of the entries behind the figures to return."""
    rows_first: Literal["largest", "smallest", "latest", "earliest"] = "largest"
    """Which of them come first."""


class ResultColumn(BaseModel):
    name: str
    kind: Literal["dimension", "measure"]
    unit: Literal["money", "count", "date", "text"]


class EntryRow(BaseModel):
    """One entry as its account sees it: `amount_minor` is negative when money left."""

    transaction_id: UUID
    occurred_at: str
    account: str
    counterparty: str
    category: str
    channel: str
    description: str
    amount_minor: int
    currency: Currency
    status: str


class InsightResult(BaseModel):
    """One row per group and currency (currencies are never added together; the one with most entries comes first), in
    the order asked for: by default calendar groups in time, others by the first measure, largest first.

    `rows` hold `currency` and a value per column, and `account_id` beside `account`. Money is an integer of minor
    units, a day (or the first day of a week, month ...) an ISO date. A measure with nothing to measure is None; sums
    and counts are 0. Calendar groups in which nothing happened are there, with 0. A question about nothing at all has
    no rows.
    """

    query: InsightQuery
    columns: list[ResultColumn]
    rows: list[dict[str, Any]]
    cut_off: int = 0
    """How many groups the limit left out, or put together as `(others)`."""
    entries: list[EntryRow] = []
    compared_with: QueryPeriod | None = None
    sql: str | None = None
    """The statement that was run; only with `explain`."""
