"""What can be asked: each measure, dimension and filter with its unit and with what it goes together."""

from typing import Any, Literal, get_args

from pydantic import BaseModel

from core.fraud.reasons import POINTS_MAX, ReasonCode
from core.insights.buckets import WEEKEND
from core.insights.query import Dimension, Flow, InsightQuery, Measure, Operator, Ratio
from core.ledger.tables import TransactionStatus
from core.periods import Period

Unit = Literal["money", "count", "percent", "days"]

PERCENT_MAX = 100_000
"""Of what is usual: a thousand times."""


class MeasureFacts(BaseModel):
    unit: Unit
    about: str
    flows: tuple[Flow, ...]
    """Flows it can stand beside; a measure that `follows_flow` takes each and speaks of the one given."""
    follows_flow: bool = False
    adds_up: bool = True
    """Whether the groups' values sum to the whole's, so that `(others)` means something."""
    is_for_staff: bool = False


class DimensionFacts(BaseModel):
    unit: Literal["text", "date"]
    about: str
    goes_with_balances: bool = False
    is_for_staff: bool = False
    is_for_customers: bool = False
    """Told of one customer's money at a time."""


class FieldFacts(BaseModel):
    operators: tuple[Operator, ...]
    values: str
    goes_with_balances: bool = False
    is_for_staff: bool = False
    is_for_customers: bool = False


class Catalogue(BaseModel):
    """Everything a client needs to build a query that will not be refused."""

    measures: dict[Measure, MeasureFacts]
    dimensions: dict[Dimension, DimensionFacts]
    filters: dict[str, FieldFacts]
    query_schema: dict[str, Any]


_EVERY_FLOW = (Flow.OUT, Flow.IN, Flow.ANY)


def _of_flow(unit: Unit, about: str, *, adds_up: bool = False, is_for_staff: bool = False) -> MeasureFacts:
    return MeasureFacts(
        unit=unit, about=about, flows=_EVERY_FLOW, follows_flow=True, adds_up=adds_up, is_for_staff=is_for_staff
    )


def _of_any(unit: Unit, about: str, *, adds_up: bool = False, is_for_staff: bool = False) -> MeasureFacts:
    """Whatever the flow is, it means the same."""
    return MeasureFacts(unit=unit, about=about, flows=_EVERY_FLOW, adds_up=adds_up, is_for_staff=is_for_staff)


MEASURES: dict[Measure, MeasureFacts] = {
    Measure.SPEND: MeasureFacts(unit="money", about="paid to others, less refunds", flows=(Flow.OUT, Flow.ANY)),
    Measure.INCOME: MeasureFacts(unit="money", about="got from others, less refunds given", flows=(Flow.IN, Flow.ANY)),
    Measure.NET: MeasureFacts(unit="money", about="income less spend", flows=(Flow.ANY,)),
    Measure.VOLUME: MeasureFacts(unit="money", about="all money moved, own transfers too", flows=(Flow.ANY,)),
    Measure.COUNT: _of_flow("count", "number of payments of the flow", adds_up=True),
    Measure.AVERAGE: _of_flow("money", "mean payment of the flow, half to even"),
    Measure.MEDIAN: _of_flow("money", "middle payment of the flow, half to even"),
    Measure.LARGEST: _of_flow("money", "largest payment of the flow"),
    Measure.SMALLEST: _of_flow("money", "smallest payment of the flow"),
    Measure.SPREAD: _of_flow("money", "interquartile range of the payments of the flow: robust, by nearest rank"),
    Measure.SHARE: _of_any("percent", "part of the first measure that adds up, of all groups of the currency"),
    Measure.SAVINGS_RATE: MeasureFacts(
        unit="percent", about="net in percent of income", flows=(Flow.ANY,), adds_up=False
    ),
    Measure.COUNTERPARTIES: _of_flow("count", "different names on the other side of the payments of the flow"),
    Measure.NEW_COUNTERPARTIES: _of_flow("count", "those of them whose first payment ever is among the payments"),
    Measure.DAYS_SINCE_LAST: _of_flow("days", "from the last payment of the flow to the last day of the period"),
    Measure.BALANCE: _of_any("money", "held at the end of the group's last day", adds_up=True),
    Measure.BALANCE_AVERAGE: _of_any("money", "mean of what was held at the end of each day, half to even"),
    Measure.BALANCE_LOWEST: _of_any("money", "least that was held at the end of a day"),
    Measure.FAILED_SHARE: _of_flow(
        "percent", "failed payments of the flow, of all that succeeded or failed", is_for_staff=True
    ),
    Measure.FLAGGED: _of_any("count", "payments out that raised an alert", adds_up=True, is_for_staff=True),
    Measure.FRAUD_AMOUNT: _of_any(
        "money",
        "payments out whose alert was confirmed; nothing is blocked beforehand",
        adds_up=True,
        is_for_staff=True,
    ),
    Measure.ALERT_PRECISION: _of_any("percent", "confirmed alerts, of all that were decided", is_for_staff=True),
    Measure.REVIEW_HOURS: _of_any(
        "count", "median hours from an alert to its decision, half to even", is_for_staff=True
    ),
}

DIMENSIONS: dict[Dimension, DimensionFacts] = {
    Dimension.CATEGORY: DimensionFacts(unit="text", about="category, as the account holder sees it"),
    Dimension.CATEGORY_GROUP: DimensionFacts(unit="text", about="group of categories: food, home, transport ..."),
    Dimension.COUNTERPARTY: DimensionFacts(unit="text", about="name of the other side"),
    Dimension.ACCOUNT: DimensionFacts(
        unit="text", about="own account; rows carry its account_id too", goes_with_balances=True
    ),
    Dimension.BANK: DimensionFacts(unit="text", about="bank of the own account", goes_with_balances=True),
    Dimension.CUSTOMER: DimensionFacts(
        unit="text", about="account holder; rows carry the customer_id too", goes_with_balances=True, is_for_staff=True
    ),
    Dimension.CHANNEL: DimensionFacts(unit="text", about="how it was paid"),
    Dimension.STATUS: DimensionFacts(unit="text", about="pending, processing, success or failed"),
    Dimension.CURRENCY: DimensionFacts(
        unit="text", about="currency; every result has a group for each anyway", goes_with_balances=True
    ),
    Dimension.PAYEE_IS_NEW: DimensionFacts(
        unit="text", about="new: the first payment between the two in its direction; known: any other"
    ),
    Dimension.RECURRING: DimensionFacts(
        unit="text",
        about="recurring: in a series that comes back (see /insights/recurring), and refunds of it; one_off: any other",
        is_for_customers=True,
    ),
    Dimension.AMOUNT_BAND: DimensionFacts(unit="text", about="size of the payment, in powers of ten"),
    Dimension.DAY: DimensionFacts(unit="date", about="day in the asker's time zone", goes_with_balances=True),
    Dimension.WEEK: DimensionFacts(unit="date", about="week by its Monday", goes_with_balances=True),
    Dimension.MONTH: DimensionFacts(unit="date", about="month by its first day", goes_with_balances=True),
    Dimension.QUARTER: DimensionFacts(unit="date", about="calendar quarter by its first day", goes_with_balances=True),
    Dimension.YEAR: DimensionFacts(unit="date", about="calendar year by its first day", goes_with_balances=True),
    Dimension.FISCAL_YEAR: DimensionFacts(
        unit="date", about="Indian fiscal year by its first of April", goes_with_balances=True
    ),
    Dimension.WEEKEND: DimensionFacts(unit="text", about="weekday, or weekend: Saturday and Sunday"),
    Dimension.WEEKDAY: DimensionFacts(unit="text", about="Monday to Sunday"),
    Dimension.HOUR: DimensionFacts(unit="text", about="hour of the day, 00:00 to 23:00"),
}

_CHOICE = (Operator.IN, Operator.NOT_IN)
ALERT_STATES = ("open", "confirmed", "dismissed", "none")
"""What became of the alert that a payment raised; none, where it raised none."""
_TEXT = (*_CHOICE, Operator.CONTAINS, Operator.NOT_CONTAINS)
_RANGE = (Operator.AT_LEAST, Operator.AT_MOST, Operator.ABOVE, Operator.BELOW, Operator.BETWEEN)

FILTERS: dict[str, FieldFacts] = {
    "category": FieldFacts(operators=_TEXT, values="category slugs"),
    "category_group": FieldFacts(operators=_CHOICE, values="groups of categories"),
    "counterparty": FieldFacts(operators=_TEXT, values="names"),
    "account": FieldFacts(operators=_TEXT, values="names or ids of own accounts", goes_with_balances=True),
    "bank": FieldFacts(operators=_TEXT, values="names of banks", goes_with_balances=True),
    "customer": FieldFacts(
        operators=_TEXT, values="names or ids of account holders", goes_with_balances=True, is_for_staff=True
    ),
    "channel": FieldFacts(operators=_TEXT, values="channels"),
    "currency": FieldFacts(operators=_CHOICE, values="codes of currencies, such as INR", goes_with_balances=True),
    "description": FieldFacts(operators=_TEXT, values="texts"),
    "status": FieldFacts(operators=_CHOICE, values=", ".join(TransactionStatus)),
    "payee_is_new": FieldFacts(operators=_CHOICE, values="new or known"),
    "recurring": FieldFacts(operators=_CHOICE, values="recurring or one_off", is_for_customers=True),
    "weekend": FieldFacts(operators=_CHOICE, values=" or ".join(WEEKEND)),
    "weekday": FieldFacts(operators=_CHOICE, values="monday to sunday, or 1 to 7"),
    "amount_minor": FieldFacts(operators=_RANGE, values="one integer, in minor units, the sign left out"),
    "percent_of_usual": FieldFacts(
        operators=_RANGE, values=f"one integer from 0 to {PERCENT_MAX}; 200 is twice the usual"
    ),
    "alert": FieldFacts(operators=_CHOICE, values=", ".join(ALERT_STATES), is_for_staff=True),
    "alert_reason": FieldFacts(operators=(Operator.IN,), values=", ".join(get_args(ReasonCode)), is_for_staff=True),
    "alert_points": FieldFacts(operators=_RANGE, values=f"one integer from 0 to {POINTS_MAX}", is_for_staff=True),
    "hour": FieldFacts(operators=_RANGE, values="one integer from 0 to 23"),
}


def catalogue() -> Catalogue:
    schema = InsightQuery.model_json_schema()
    return Catalogue(measures=MEASURES, dimensions=DIMENSIONS, filters=FILTERS, query_schema=schema)


def unit_of(query: InsightQuery, name: str) -> Unit:
    """The unit of a measure, conditional measure or ratio that the query asks for."""
    for ratio in query.ratios:
        if ratio.name == name:
            return "percent" if is_percent(query, ratio) else "money"
    named = {conditional.name: conditional.measure for conditional in query.conditional}
    return MEASURES[named[name] if name in named else Measure(name)].unit


def is_percent(query: InsightQuery, ratio: Ratio) -> bool:
    """Whether its two columns are of one kind; otherwise it is money by a count."""
    return unit_of(query, ratio.part) == unit_of(query, ratio.whole)


def span_of(query: InsightQuery) -> Period:
    """From the first day that the query asks about to the last, with those of the period compared with."""
    periods = [query.period.period, *filter(None, [period_before(query)])]
    return Period(min(period.start for period in periods), max(period.end for period in periods))


def period_before(query: InsightQuery) -> Period | None:
    """The period that `compare` names, or None when nothing is compared."""
    match query.compare:
        case None:
            return None
        case "previous":
            return query.period.period.previous()
        case "year_before":
            return query.period.period.year_before()
        case other:
            return other.period
