"""What can be asked: each measure, dimension and filter with its unit, and `check`, which refuses the rest."""

from collections.abc import Callable, Iterator
from typing import Any, Literal, NoReturn

from pydantic import BaseModel

from core.errors import QueryRefused
from core.insights.buckets import CALENDAR, CLOCK, buckets, isoweekday, offset
from core.insights.query import GROUPS_MAX, Dimension, Filter, Flow, InsightQuery, Measure, Operator
from core.ledger.tables import TransactionStatus
from core.periods import Period


class MeasureFacts(BaseModel):
    unit: Literal["money", "count"]
    about: str
    flows: tuple[Flow, ...]
    """Flows it can stand beside; a measure that `follows_flow` takes each and speaks of the one given."""
    follows_flow: bool = False
    adds_up: bool = True
    """Whether the groups' values sum to the whole's, so that `(others)` means something."""


class DimensionFacts(BaseModel):
    unit: Literal["text", "date"]
    about: str


class FieldFacts(BaseModel):
    operators: tuple[Operator, ...]
    values: str


class Catalogue(BaseModel):
    """Everything a client needs to build a query that will not be refused."""

    measures: dict[Measure, MeasureFacts]
    dimensions: dict[Dimension, DimensionFacts]
    filters: dict[str, FieldFacts]
    query_schema: dict[str, Any]


_EVERY_FLOW = (Flow.OUT, Flow.IN, Flow.ANY)


def _of_flow(unit: Literal["money", "count"], about: str, *, adds_up: bool = False) -> MeasureFacts:
    return MeasureFacts(unit=unit, about=about, flows=_EVERY_FLOW, follows_flow=True, adds_up=adds_up)


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
}

DIMENSIONS: dict[Dimension, DimensionFacts] = {
    Dimension.CATEGORY: DimensionFacts(unit="text", about="category, as the account holder sees it"),
    Dimension.COUNTERPARTY: DimensionFacts(unit="text", about="name of the other side"),
    Dimension.ACCOUNT: DimensionFacts(unit="text", about="own account; rows carry its account_id too"),
    Dimension.BANK: DimensionFacts(unit="text", about="bank of the own account"),
    Dimension.CHANNEL: DimensionFacts(unit="text", about="how it was paid"),
    Dimension.STATUS: DimensionFacts(unit="text", about="pending, processing, success or failed"),
    Dimension.DAY: DimensionFacts(unit="date", about="day in the asker's time zone"),
    Dimension.WEEK: DimensionFacts(unit="date", about="week by its Monday"),
    Dimension.MONTH: DimensionFacts(unit="date", about="month by its first day"),
    Dimension.QUARTER: DimensionFacts(unit="date", about="calendar quarter by its first day"),
    Dimension.YEAR: DimensionFacts(unit="date", about="calendar year by its first day"),
    Dimension.WEEKDAY: DimensionFacts(unit="text", about="Monday to Sunday"),
    Dimension.HOUR: DimensionFacts(unit="text", about="hour of the day, 00:00 to 23:00"),
}

_TEXT = (Operator.IN, Operator.NOT_IN, Operator.CONTAINS)
_CHOICE = (Operator.IN, Operator.NOT_IN)
_RANGE = (Operator.AT_LEAST, Operator.AT_MOST)

FILTERS: dict[str, FieldFacts] = {
    "category": FieldFacts(operators=_TEXT, values="category slugs"),
    "counterparty": FieldFacts(operators=_TEXT, values="names"),
    "account": FieldFacts(operators=_TEXT, values="names or ids of own accounts"),
    "channel": FieldFacts(operators=_TEXT, values="channels"),
    "description": FieldFacts(operators=_TEXT, values="texts"),
    "status": FieldFacts(operators=_CHOICE, values=", ".join(TransactionStatus)),
    "weekday": FieldFacts(operators=_CHOICE, values="monday to sunday, or 1 to 7"),
    "amount_minor": FieldFacts(operators=_RANGE, values="one integer, in minor units, the sign left out"),
    "hour": FieldFacts(operators=_RANGE, values="one integer from 0 to 23"),
}


def catalogue() -> Catalogue:
    schema = InsightQuery.model_json_schema()
    return Catalogue(measures=MEASURES, dimensions=DIMENSIONS, filters=FILTERS, query_schema=schema)


def check(query: InsightQuery) -> None:
    """Raises QueryRefused with the reason, and in `nearest` a query that works, unless all parts go together."""
    for rule in (_repeats, _flows, _one_calendar, _order, _filters, _others, _groups, _comparison):
        rule(query)


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


def _refuse(query: InsightQuery, reason: str, /, **changes: object) -> NoReturn:
    """Refuse with the same query, `changes` made, and whatever else was wrong put right, as the nearest that works."""
    nearest = query.model_copy(update=changes)
    try:
        check(nearest)
    except QueryRefused as another:
        raise QueryRefused(reason, **another.facts) from None
    raise QueryRefused(reason, nearest=nearest.model_dump(mode="json", exclude_defaults=True))


def _repeats(query: InsightQuery) -> None:
    measures, dimensions = tuple(dict.fromkeys(query.measures)), tuple(dict.fromkeys(query.group_by))
    if (measures, dimensions) != (query.measures, query.group_by):
        _refuse(query, "Name each measure and each dimension once", measures=measures, group_by=dimensions)


def _flows(query: InsightQuery) -> None:
    """`income` beside a count of payments out would read as if those were the payments counted."""
    following = [measure for measure in query.measures if MEASURES[measure].follows_flow]
    odd = [measure for measure in query.measures if query.flow not in MEASURES[measure].flows]
    if following and odd:
        common = [f for f in _EVERY_FLOW if all(f in MEASURES[measure].flows for measure in query.measures)]
        reason = f"{odd[0]} is not about flow '{query.flow}', which {following[0]} would speak of: use '{common[0]}'"
        _refuse(query, reason, flow=common[0])


def _one_calendar(query: InsightQuery) -> None:
    if CALENDAR.issuperset(query.group_by) and len(query.group_by) == 2:
        finest = next(d for d in Dimension if d in query.group_by)
        _refuse(query, f"Group by one calendar unit: {finest} says it all", group_by=(finest,))


def _order(query: InsightQuery) -> None:
    if query.order and query.order.by not in (*query.measures, *query.group_by):
        _refuse(query, f"Order by something the query asks for, not by {query.order.by}", order=None)


def _filters(query: InsightQuery) -> None:
    for condition in query.filters:
        reason = next(_faults(condition), None)
        if reason:
            rest = tuple(other for other in query.filters if next(_faults(other), None) is None)
            _refuse(query, reason, filters=rest)


def _faults(condition: Filter) -> Iterator[str]:
    field, values, facts = condition.field, condition.values, FILTERS[condition.field]
    if condition.operator not in facts.operators:
        yield f"{field} takes {', '.join(facts.operators)}, not {condition.operator}"
    if condition.operator not in _CHOICE and len(values) > 1:
        yield f"{condition.operator} takes one value, not {len(values)}"
    fits = _VALUE.get(field, _is_text)
    wrong = [value for value in values if not fits(value)]
    if wrong:
        yield f"{field} is compared with {facts.values}, not with {wrong[0]!r}"


def _is_text(value: str | int) -> bool:
    # PostgreSQL's text cannot hold the zero character, so nothing stored can match it.
    return isinstance(value, str) and "\0" not in value


def _is_status(value: str | int) -> bool:
    return value in list(TransactionStatus)


def _is_weekday(value: str | int) -> bool:
    return isoweekday(value) is not None


def _is_amount(value: str | int) -> bool:
    return isinstance(value, int) and 0 <= value < 2**63


def _is_hour(value: str | int) -> bool:
    return isinstance(value, int) and 0 <= value <= 23


_VALUE: dict[str, Callable[[str | int], bool]] = {
    "status": _is_status,
    "weekday": _is_weekday,
    "amount_minor": _is_amount,
    "hour": _is_hour,
}


def _others(query: InsightQuery) -> None:
    loose = [measure for measure in query.measures if not MEASURES[measure].adds_up]
    timed = [dimension for dimension in query.group_by if dimension in CALENDAR | CLOCK]
    if query.others and not query.group_by:
        _refuse(query, "(others) needs groups to put together", others=False)
    if query.others and loose:
        _refuse(query, f"{loose[0]} of several groups is not the sum of theirs: leave (others) out", others=False)
    if query.others and timed:
        _refuse(query, f"(others) puts names together, and {timed[0]} has none: leave it out", others=False)


def _groups(query: InsightQuery) -> None:
    count = 1
    for dimension in query.group_by:
        if dimension in CALENDAR | CLOCK:
            count *= len(buckets(dimension, query.period.period))
    if count > GROUPS_MAX:
        reason = f"That makes {count} groups, and {GROUPS_MAX} is the most: take a longer unit or a shorter period"
        _refuse(query, reason, group_by=tuple(d for d in query.group_by if d not in CALENDAR) + _coarser(query))


def _coarser(query: InsightQuery) -> tuple[Dimension, ...]:
    """The finest calendar unit that stays below the limit beside a weekday or an hour."""
    others = 24 if Dimension.HOUR in query.group_by else 7 if Dimension.WEEKDAY in query.group_by else 1
    order = (Dimension.DAY, Dimension.WEEK, Dimension.MONTH, Dimension.QUARTER, Dimension.YEAR)
    fits = (d for d in order if len(buckets(d, query.period.period)) * others <= GROUPS_MAX)
    return tuple(list(fits)[:1])


def _comparison(query: InsightQuery) -> None:
    before = period_before(query)
    if before is None:
        return
    for dimension in query.group_by:
        if dimension in CALENDAR and offset(dimension, query.period.period, before) is None:
            reason = f"The {dimension}s of {query.period.period.label} and of {before.label} do not line up"
            _refuse(
                query, f"{reason}: compare without grouping by {dimension}, or group without comparing", compare=None
            )
