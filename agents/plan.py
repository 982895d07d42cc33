"""Plan: what will be computed for a question. Planners make it, `run` carries it out; it never names a customer."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from core.fraud.reasons import ReasonCode
from core.insights.query import InsightQuery, QueryPeriod
from core.periods import Unit

TASKS_MAX = 3
QUERIES_MAX = 10
CANDIDATES_MAX = 5
PLACES_MAX = 10
"""How far places are counted: the tenth largest payment, the tenth before the last."""


class Operation(StrEnum):
    """What is done with the figures of a task's queries. Each is arithmetic that the check can repeat."""

    VALUE = "value"
    """The first measure of the first query; the others stand beside it."""
    SUM = "sum"
    """The queries' values together, and each."""
    LIST = "list"
    """The entries themselves."""
    BREAKDOWN = "breakdown"
    """Every group of the query."""
    RANK = "rank"
    """The first, or the first few, of the groups."""
    COUNT_GROUPS = "count_groups"
    COMPARE = "compare"
    """A value beside the one of the query's other period."""
    DIFFERENCE = "difference"
    """The same, and the difference is what was asked for."""
    GROWTH = "growth"
    """The same, in percent."""
    MOVED = "moved"
    """The group whose value changed most between the query's two periods."""
    SINCE_LAST = "since_last"
    """The latest payment less the one before it."""
    CHANGED = "changed"
    """The latest payment that was not as much as the one before it."""
    RISEN = "risen"
    """The latest payment beside the first of the period."""
    INTERVAL = "interval"
    """Days from payment to payment: on average, or between the last two."""
    GAP = "gap"
    """The longest or the shortest time between two payments."""
    STREAK = "streak"
    """The longest run of days with a payment on each, or with none; or the one that goes on."""
    RANGE = "range"
    """How far the largest is from the smallest."""
    DRIVEN = "driven"
    """A value beside the one before it, and the groups whose change made it so."""
    VERSUS = "versus"
    """Categories or payees side by side."""
    SHARE = "share"
    """The first query's value as a percentage of the second's."""
    USUAL = "usual"
    """The first query's value beside the median of the others'."""
    PACE = "pace"
    """The value per day, week, month ... of the period."""
    THRESHOLD = "threshold"
    """Whether the value is above or below an amount."""
    BESIDE_ONE = "beside_one"
    """What all payments come to without the largest of them, or the smallest: the query's other measure."""
    LEFT = "left"
    """What is left of an amount that the asker named, a budget, once the value is taken off."""
    WHEN_LAST = "when_last"
    WHEN_FIRST = "when_first"
    TO_NEW = "to_new"
    """What went to payees who were paid for the first time, all groups together."""
    MET = "met"
    """Who these payees are."""
    WHO = "who"
    """With whom the one payment was that was spoken of."""
    PROJECTED = "projected"
    """The first query's value and the median of the others': the month so far, and the rest of earlier months."""
    SAVINGS_RATE = "savings_rate"
    """Net as a percentage of income."""


OfChange = Literal["day", "payee", "difference", "percent", "before", "now"]
"""What of a change is asked for: its day, whose payment it was, its size in money or in percent, the amount before it
or since."""


WhichStreak = Literal["longest", "shortest", "latest"]


class Threshold(BaseModel):
    """ "More than 5,000?": the bounds of a yes, both included, and the amount as the asker put it."""

    model_config = ConfigDict(frozen=True)

    low_minor: int | None
    high_minor: int | None
    said_minor: int


class InsightTask(BaseModel):
    kind: Literal["insight"] = "insight"
    operation: Operation = Operation.VALUE
    queries: Annotated[tuple[InsightQuery, ...], Field(min_length=1, max_length=QUERIES_MAX)]
    unit: Unit | None = None
    """Of PACE, and of what USUAL compares with."""
    threshold: Threshold | None = None
    first: Annotated[int, Field(ge=1)] = 1
    """Of RANK: how many of the first are asked for."""
    asks_amount: bool = False
    """Of RANK: what the first comes to is asked for, and not its name. Of LIST: what all come to, and not how many."""
    of_change: OfChange = "day"
    """Of CHANGED."""
    streak: WhichStreak = "longest"
    """Of GAP and STREAK."""
    of_none: bool = False
    """Of STREAK: days without a payment are asked for."""
    asks_mean: bool = False
    """Of a LIST of so many: what they come to on average is asked for."""
    position: Annotated[int, Field(ge=1, le=PLACES_MAX)] = 1
    """Of RANK, of a LIST in order, of WHEN and WHO: the place that is asked for, 2 for the second."""
    sign: Literal["more", "less", "size"] = "more"
    """Of a difference: how much more the first is than the other, how much less, or how far apart they are."""
    asks_difference: bool = False
    """Of VERSUS: how much more the first is than the second is what was asked for."""
    note: str = ""
    """What was taken for granted, to be said in the answer: "You named no period, so ..."."""
    otherwise: "InsightTask | None" = None
    """The same of all days known, to be carried out where this finds nothing: nobody named its period."""


class BalanceTask(BaseModel):
    """What the caller's accounts hold now, or held at the end of `at`; only those of `account_ids` when it names some.
    `counts` asks how many."""

    kind: Literal["balance"] = "balance"
    counts: bool = False
    at: date | None = None
    before: date | None = None
    """An earlier day: how much more is held than at the end of it is asked for,"""
    sign: Literal["more", "less", "size"] = "more"
    """or how much less, or how far apart the two are."""
    account_ids: tuple[UUID, ...] = ()


AlertsAsk = Literal["alerts", "value", "accounts", "customers", "points", "lowest", "mean", "reasons", "riskiest"]


class AlertsTask(BaseModel):
    """Alerts of the caller's bank, on `account_ids` when it names some. `asks` for the alerts themselves, the money in
    them, how many accounts or customers they are on, their highest, lowest or mean points, the reasons they cite, or
    which accounts have most of them."""

    kind: Literal["alerts"] = "alerts"
    asks: AlertsAsk = "alerts"
    period: QueryPeriod | None = None
    status: Literal["open", "confirmed", "dismissed"] | None = None
    points_min: int | None = None
    points_max: int | None = None
    reason: ReasonCode | None = None
    account_ids: tuple[UUID, ...] = ()
    limit: int | None = None
    note: str = ""


class SignalsTask(BaseModel):
    """Accounts whose payments show one pattern, alerted or not: money that left soon after it came, say."""

    kind: Literal["signals"] = "signals"
    reason: ReasonCode
    period: QueryPeriod
    note: str = ""


class CirclesTask(BaseModel):
    """Money that came back to where it started."""

    kind: Literal["circles"] = "circles"
    period: QueryPeriod
    note: str = ""


class ExplainTask(BaseModel):
    """Why a payment was flagged: one of `transaction_ids`, else of those that `query` finds; the first with reasons.
    `asks_points` where its score was asked for."""

    kind: Literal["explain"] = "explain"
    transaction_ids: Annotated[tuple[UUID, ...], Field(max_length=CANDIDATES_MAX)] = ()
    query: InsightQuery | None = None
    asks_points: bool = False


class RecallTask(BaseModel):
    """A payment that is remembered by its story: summaries find it, SQL shows and counts it."""

    kind: Literal["recall"] = "recall"
    text: Annotated[str, Field(max_length=500)]
    period: QueryPeriod | None = None


class RefundsTask(BaseModel):
    """What was paid back: in all, and each. `categories` and `counterparties` narrow it."""

    kind: Literal["refunds"] = "refunds"
    period: QueryPeriod | None = None
    categories: tuple[str, ...] = ()
    counterparties: tuple[str, ...] = ()
    counts: bool = False
    """How many there were is what was asked."""
    asks: Literal["all", "largest", "latest", "earliest"] = "all"
    """One of them, where one was asked about."""
    asks_amount: bool = False
    """What that one came to is asked, and not its day."""
    asks_who: bool = False
    """Who paid back is asked, before what it came to."""
    days_to: date | None = None
    """The day up to which the days since that one are counted, where these were asked for."""
    note: str = ""


Recurs = Literal["running", "stopped", "state"]
"""Of payments that come back: what still runs, what has stopped, or which of the two is so of somebody."""


class RecurringTask(BaseModel):
    """Payments that come back at an interval and still run, the dearest first; `is_next` asks when the next is due,
    `due` for all that are expected on those days, which are to come."""

    kind: Literal["recurring"] = "recurring"
    categories: tuple[str, ...] = ()
    counterparties: tuple[str, ...] = ()
    incoming: bool = False
    recurs: Recurs = "running"
    is_next: bool = False
    due: QueryPeriod | None = None
    counts: bool = False
    a_year: bool = False
    """What they come to in a year is asked, also where it is only one."""
    is_dearest: bool = False
    """Only the dearest is asked about."""
    days_from: date | None = None
    """The day from which the days until the next one are counted, where these were asked for."""


class ForecastTask(BaseModel):
    """What the accounts will hold at the end of the day `on`; with `spend_minor`, whether that much can be spent."""

    kind: Literal["forecast"] = "forecast"
    on: date
    spend_minor: int | None = None
    account_ids: tuple[UUID, ...] = ()
    note: str = ""


class BudgetsTask(BaseModel):
    """How the budgets of a month are going; those of `categories` when it names some."""

    kind: Literal["budgets"] = "budgets"
    month: date
    categories: tuple[str, ...] = ()


class UnusualTask(BaseModel):
    """What was out of the ordinary in a period, against the customer's own past."""

    kind: Literal["unusual"] = "unusual"
    period: QueryPeriod
    note: str = ""


class DuplicatesTask(BaseModel):
    """Possible double charges. `asks` for how many there are, what was charged each time, or on which day."""

    kind: Literal["duplicates"] = "duplicates"
    asks: Literal["number", "amount", "day"] = "number"
    period: QueryPeriod
    categories: tuple[str, ...] = ()
    counterparties: tuple[str, ...] = ()
    note: str = ""


class CoverageTask(BaseModel):
    """How far the data reach."""

    kind: Literal["coverage"] = "coverage"


Task = Annotated[
    InsightTask | BalanceTask | AlertsTask | ExplainTask | RecallTask | RefundsTask | RecurringTask | CoverageTask
    | ForecastTask | BudgetsTask | UnusualTask | DuplicatesTask | SignalsTask | CirclesTask,
    Field(discriminator="kind"),
]  # fmt: skip


class Plan(BaseModel):
    """The tasks of one question, in its order."""

    outcome: Literal["plan"] = "plan"
    tasks: Annotated[tuple[Task, ...], Field(min_length=1, max_length=TASKS_MAX)]
    left_out: str = ""
    """What is asked back about a later part of the question that was not understood."""


class Clarify(BaseModel):
    """One question back. `choices` are ways to put it that will be understood."""

    outcome: Literal["clarify"] = "clarify"
    question: str
    choices: tuple[str, ...] = ()


class Decline(BaseModel):
    """Not something FinLens answers; or, with `no_data`, of a time that the caller's data do not reach."""

    outcome: Literal["decline"] = "decline"
    reason: str
    status: Literal["out_of_scope", "no_data"] = "out_of_scope"


Planned = Annotated[Plan | Clarify | Decline, Field(discriminator="outcome")]
