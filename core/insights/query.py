"""InsightQuery: the one typed question behind charts, REST and the analyst; and InsightResult, its answer."""

from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StrictInt, model_validator

from core.money import Currency
from core.periods import Period, Unit

GROUPS_MAX = 500
RANKED_MAX = 3_700
"""The days, of ten years, that one may be the first of: all are summed, and few are told."""
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
    SHARE = "share"
    """The group's part of the first measure beside it that adds up, in percent of all groups of its currency."""
    SAVINGS_RATE = "savings_rate"
    """Net in percent of income."""
    SPREAD = "spread"
    """Between the smallest and the largest of the middle half of the payments: robust against a single odd one."""
    COUNTERPARTIES = "counterparties"
    NEW_COUNTERPARTIES = "new_counterparties"
    """Those whose first payment ever, with this account holder and in this direction, is among the payments."""
    DAYS_SINCE_LAST = "days_since_last"
    """From the last payment to the last day of the period."""
    BALANCE = "balance"
    """At the end of the group's last day."""
    BALANCE_AVERAGE = "balance_average"
    BALANCE_LOWEST = "balance_lowest"
    FAILED_SHARE = "failed_share"
    FLAGGED = "flagged"
    FRAUD_AMOUNT = "fraud_amount"
    ALERT_PRECISION = "alert_precision"
    REVIEW_HOURS = "review_hours"
    """Median of the whole hours from an alert to what somebody decided."""


BALANCES = frozenset({Measure.BALANCE, Measure.BALANCE_AVERAGE, Measure.BALANCE_LOWEST})
"""Measures of accounts, not of payments."""


class Dimension(StrEnum):
    CATEGORY = "category"
    CATEGORY_GROUP = "category_group"
    COUNTERPARTY = "counterparty"
    ACCOUNT = "account"
    BANK = "bank"
    CUSTOMER = "customer"
    CHANNEL = "channel"
    STATUS = "status"
    CURRENCY = "currency"
    PAYEE_IS_NEW = "payee_is_new"
    RECURRING = "recurring"
    AMOUNT_BAND = "amount_band"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"
    FISCAL_YEAR = "fiscal_year"
    WEEKEND = "weekend"
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
    NOT_CONTAINS = "not_contains"
    AT_LEAST = "at_least"
    AT_MOST = "at_most"
    ABOVE = "above"
    BELOW = "below"
    BETWEEN = "between"


FilterValue = Annotated[str, Field(strict=True, max_length=200)] | StrictInt


class Filter(BaseModel):
    """A condition. Text fields take `in`, `not_in` (exact values), `contains` and `not_contains` (one, any case).
    Numbers take `at_least` and `at_most` (one integer, included), `above` and `below` (not included) and `between`
    (two, both included). A weekday is `monday` or ISO's 1 to 7; an account or a customer is meant by name or by id.
    An alert is `open`, `confirmed`, `dismissed`, or `none` for payments that raised none; `alert_reason` is one of
    what it cites, `alert_points` how many points it has. Payments that raised none have neither.
    `percent_of_usual` is the payment's amount as a percentage of what is usual there: 200 is twice the usual."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    field: Literal[
        "category", "category_group", "counterparty", "account", "bank", "customer", "channel", "status", "currency",
        "description", "payee_is_new", "recurring", "weekend", "weekday", "amount_minor", "percent_of_usual", "hour",
        "alert", "alert_reason", "alert_points",
    ]  # fmt: skip
    operator: Operator
    values: Annotated[tuple[FilterValue, ...], Field(min_length=1, max_length=50)]


Name = Annotated[str, Field(pattern="^[a-z][a-z0-9_]{0,39}$")]
"""What a column of the result is called."""


class ConditionalMeasure(BaseModel):
    """`measure` of those entries alone that `filters` leave: what the same query gives with these filters added."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Name
    measure: Measure
    filters: Annotated[tuple[Filter, ...], Field(min_length=1, max_length=5)]


class Ratio(BaseModel):
    """One column over another: money over money and count over count in percent, money over count in money. Unknown
    where `whole` is not above 0."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Name
    part: Name
    whole: Name


class Having(BaseModel):
    """Keeps the groups whose column `by` is at least, or at most, `value`: in minor units, a count, percent or days. A
    group in which it is unknown is not kept."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    by: Name
    operator: Literal[Operator.AT_LEAST, Operator.AT_MOST]
    value: Annotated[int, Field(strict=True, ge=-(10**18), le=10**18)]


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

    by: Annotated[Measure | Dimension | Name, Field(union_mode="left_to_right")]
    """A measure, a dimension, or the name of a conditional measure or a ratio."""
    descending: bool = True


class Rate(BaseModel):
    """One unit of `currency` is `rate` units of the one converted to, on that day, whoever says so."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    currency: Currency
    rate: Annotated[Decimal, Field(gt=0, max_digits=18, decimal_places=9)]
    on: Day


class Conversion(BaseModel):
    """Figures of all currencies in one. Rates are stated, never looked up, and stand in the answer with the query."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    to: Currency
    rates: Annotated[tuple[Rate, ...], Field(min_length=1, max_length=20)]


class InsightQuery(BaseModel):
    """One question about the entries that the asker may see. Scope is never part of it: it comes from the token."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    version: Literal[1] = 1
    measures: Annotated[tuple[Measure, ...], Field(min_length=1, max_length=4)]
    conditional: Annotated[tuple[ConditionalMeasure, ...], Field(max_length=4)] = ()
    ratios: Annotated[tuple[Ratio, ...], Field(max_length=4)] = ()
    """Of measures and conditional measures, by name: the share of spend on weekends is one."""
    group_by: Annotated[tuple[Dimension, ...], Field(max_length=2)] = ()
    filters: Annotated[tuple[Filter, ...], Field(max_length=10)] = ()
    flow: Flow = Flow.OUT
    period: QueryPeriod
    compare: Literal["previous", "year_before"] | QueryPeriod | None = None
    """The same figures for another period, as extra columns `<measure>_before`."""
    having: Annotated[tuple[Having, ...], Field(max_length=4)] = ()
    order: Order | None = None
    limit: Annotated[int, Field(ge=1, le=GROUPS_MAX)] = 100
    """Groups per currency."""
    limit_per: Annotated[int, Field(ge=1, le=GROUPS_MAX)] | None = None
    """With two dimensions: groups of the second for each of the first."""
    others: bool = False
    """Add one row `(others)` that sums what the limit cut off; only for measures that add up."""
    convert: Conversion | None = None
    """Of measures that add up: each currency's figure at the rate stated, rounded once, and then added."""
    rows: Annotated[int, Field(ge=0, le=ROWS_MAX)] = 0
    """How many of the entries behind the figures to return."""
    rows_first: Literal["largest", "smallest", "latest", "earliest"] = "largest"
    """Which of them come first."""


class ResultColumn(BaseModel):
    name: str
    kind: Literal["dimension", "measure"]
    unit: Literal["money", "count", "percent", "days", "date", "text"]


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

    `rows` hold `currency` and a value per column, and `account_id` beside `account`, `customer_id` beside `customer`.
    Money is an integer of minor units, a percentage a number with one decimal place, a day (or the first day of a week,
    month ...) an ISO date. A measure with nothing to measure is None; sums and counts are 0. Calendar groups in which
    nothing happened are there, with 0. A question about nothing at all has no rows.
    """

    query: InsightQuery
    columns: list[ResultColumn]
    rows: list[dict[str, Any]]
    cut_off: int = 0
    """How many groups the limit left out, or put together as `(others)`."""
    entries: list[EntryRow] = []
    compared_with: QueryPeriod | None = None
    source: Literal["entries", "rollup"] = "entries"
    """What was added up: the entries themselves, or sums of their days. The figures are the same."""
    sql: str | None = None
    """The statement that was run; only with `explain`, as is `plan`."""
    plan: str | None = None
    """How PostgreSQL means to run it."""
