"""Figures out of the sums of whole days (rollups.sql), for questions that days, directions and categories can answer.

What the measures mean is said in `entries.py`; a test holds every answer from here against the one from the entries.
"""

from typing import Any

from sqlalchemy import (
    ARRAY,
    CTE,
    ColumnElement,
    Date,
    DateTime,
    Integer,
    Label,
    Select,
    SmallInteger,
    Text,
    all_,
    and_,
    any_,
    bindparam,
    case,
    cast,
    column,
    false,
    func,
    or_,
    select,
    true,
    union_all,
)

from core.identity.access import Role
from core.insights import entries
from core.insights.buckets import CALENDAR, MONTHLY
from core.insights.query import Dimension, Flow, Measure, Operator
from core.insights.reporting import CELL
from core.insights.shape import Shape
from core.insights.words import ZERO, percent, word

_SUMS = frozenset({Measure.SPEND, Measure.INCOME, Measure.NET, Measure.SAVINGS_RATE})
_FLOWING = frozenset({Measure.COUNT, Measure.AVERAGE, Measure.LARGEST, Measure.SMALLEST})
_MEASURES = _SUMS | _FLOWING | {Measure.VOLUME, Measure.SHARE}
_OF_FLOW = {
    "amount_minor": "total_minor",
    "payments": "entries",
    "smallest_minor": "smallest_minor",
    "largest_minor": "largest_minor",
}
_LABELS = ("category", "counterparty")
_DIMENSIONS = CALENDAR | {Dimension.CATEGORY, Dimension.COUNTERPARTY, Dimension.CURRENCY, Dimension.WEEKDAY}
_FIELDS = frozenset({*_LABELS, "currency", "weekday"})
_OPERATORS = (Operator.IN, Operator.NOT_IN)
# What the two functions of rollups.sql give.
_STRETCH = (
    column("rollup_id", Integer), column("form", Text), column("months", SmallInteger), column("first", Date),
    column("last", Date), column("bucket", Date),
)  # fmt: skip
_PLACE = ("rollup_id", "form", "months", "day")
_GIVEN = (column("bucket", Date), *(column(c.name, c.type) for c in CELL.c if c.name not in _PLACE))


def can_answer(shape: Shape) -> bool:
    """Whether cells tell apart all that the question does."""
    return (
        _label(shape) is not None
        and len(shape.parts) == 1
        and _MEASURES.issuperset(shape.measures)
        and _DIMENSIONS.issuperset(shape.group_by)
        and all(given.field in _FIELDS and given.operator in _OPERATORS for given in shape.filters)
        and shape.asker.role is not Role.ADMIN
    )


def groups(shape: Shape) -> Select[Any]:
    """One row per group and currency: its columns, the measures, and how many entries stand behind them."""
    found = _cells(shape).cte("cells")
    keys = [found.c[name] for name in (*shape.keys, "currency")]
    measured = [
        _measured(measure, found, side).label(measure + side)
        for measure in shape.measures
        if measure is not Measure.SHARE
        for side in shape.sides
    ]
    columns: list[ColumnElement[Any]] = [*keys, *measured, func.sum(found.c.entries).label("entries")]
    return select(*columns).group_by(*keys)


def _cells(shape: Shape) -> Any:
    """The cells of the period that have a part in the question, then those of the period compared with."""
    now = _side(shape, "")
    if not shape.is_compared:
        return now
    earlier = _side(shape, "before_")
    return union_all(now.add_columns(false().label("is_before")), earlier.add_columns(true().label("is_before")))


def _side(shape: Shape, prefix: str) -> Select[Any]:
    cell = source(shape, prefix, _label(shape) or "").c
    keys = [key(name, shape, cell, prefix) for name in shape.keys]
    is_out, once, flow = cell.direction == word(Flow.OUT), _once(shape, cell), is_of_flow(shape, cell)
    signed = case((is_out, cell.total_minor), else_=-cell.total_minor)
    is_spend, is_income = (
        and_(~cell.is_own_transfer, is_out != refund) for refund in (cell.is_refund, ~cell.is_refund)
    )
    gives: list[tuple[frozenset[Measure], ColumnElement[bool], dict[str, ColumnElement[Any]]]] = [
        (_SUMS - {Measure.INCOME}, is_spend, {"spend_minor": case((is_spend, signed), else_=ZERO)}),
        (_SUMS - {Measure.SPEND}, is_income, {"income_minor": case((is_income, -signed), else_=ZERO)}),
        (frozenset({Measure.VOLUME}), once, {"moved_minor": case((once, cell.total_minor))}),
        (_FLOWING, flow, {name: case((flow, cell[kept])) for name, kept in _OF_FLOW.items()}),
    ]
    given = [each for each in gives if each[0].intersection(shape.measures)]
    values = [value.label(name) for _, _, offered in given for name, value in offered.items()]
    columns: list[ColumnElement[Any]] = [*keys, cell.currency, cell.entries, *values]
    return select(*columns).where(
        *(matches(each, cell) for each in shape.filters), or_(false(), *(part for _, part, _ in given))
    )


def source(shape: Shape, prefix: str, by: str, *bands: ColumnElement[Any]) -> Any:
    """The cells of a period, in the longest stretches that the question leaves together, and beside them whatever they
    lack: a row each."""
    rollups = cast(bindparam("rollups", type_=ARRAY(Integer)), ARRAY(Integer))
    first_day, end_day = (bindparam(prefix + name, type_=Date) for name in ("first_day", "end_day"))
    asked = (rollups, word(_stretch(shape)), first_day, end_day, word(by), *bands)
    c, s = CELL.c, func.reporting.to_read(*asked).table_valued(*_STRETCH, name="stretch").c
    n = func.reporting.not_summed(*asked).table_valued(*_GIVEN, name="entry").c
    is_wanted = [c.rollup_id == s.rollup_id, c.form == s.form, c.months == s.months, c.day >= s.first, c.day < s.last]
    closed = select(_bucket(shape, c.day, s.bucket).label("bucket"), *(c[given.name] for given in _GIVEN[1:]))
    return union_all(closed.where(*is_wanted), select(*(n[given.name] for given in _GIVEN))).subquery("cell")


def _bucket(shape: Shape, day: ColumnElement[Any], of_stretch: ColumnElement[Any]) -> ColumnElement[Any]:
    """Days that are told apart have buckets of their own, all others that of their stretch."""
    unit = _stretch(shape)
    return cast(func.date_trunc(word(unit), cast(day, DateTime)), Date) if unit in ("day", "week") else of_stretch


def _label(shape: Shape) -> str | None:
    """What cells are to be told apart by, if it is no more than one thing. Names are kept for accounts alone."""
    used = [name for name in _LABELS if name in {*shape.group_by, *(given.field for given in shape.filters)}]
    if len(used) > 1 or (used == ["counterparty"] and shape.asker.role is not Role.CUSTOMER):
        return None
    return used[0] if used else "nothing"


def _stretch(shape: Shape) -> str:
    if shape.shows(Dimension.WEEKDAY) or any(given.field == "weekday" for given in shape.filters):
        return "day"
    unit = shape.calendar
    if unit is None:
        return "all"
    return "quarter" if unit is Dimension.FISCAL_YEAR else unit.value


def key(name: str, shape: Shape, cell: Any, prefix: str) -> Label[Any]:
    if name not in CALENDAR:
        return (_weekday(cell) if name == Dimension.WEEKDAY else _named(name, cell)).label(name)
    start = entries.start_of(name, cast(cell.bucket, DateTime))
    if not prefix:
        return start.label(name)
    apart = bindparam("apart", type_=Integer)
    moved = cast(start + func.make_interval(ZERO, apart), Date) if name in MONTHLY else start + apart
    return moved.label(name)


def _weekday(cell: Any) -> ColumnElement[int]:
    return cast(func.date_part(word("isodow"), cast(cell.bucket, DateTime)), Integer)


def _named(name: str, cell: Any) -> ColumnElement[str]:
    return cell.label if name in _LABELS else cell[name]


def _once(shape: Shape, cell: Any) -> ColumnElement[bool]:
    # Both sides have a name.
    if _label(shape) == "counterparty":
        return true()
    return or_(cell.direction == word(Flow.OUT), ~cell.is_inside)


def is_of_flow(shape: Shape, cell: Any) -> ColumnElement[bool]:
    if shape.flow is Flow.ANY:
        return _once(shape, cell)
    return and_(cell.direction == word(shape.flow), ~cell.is_own_transfer, ~cell.is_refund)


def matches(condition: Any, cell: Any) -> ColumnElement[bool]:
    is_weekday = condition.field == "weekday"
    value = _weekday(cell) if is_weekday else _named(condition.field, cell)
    among = entries.array(condition.name, Integer if is_weekday else Text)
    return value != all_(among) if condition.operator is Operator.NOT_IN else value == any_(among)


def _measured(measure: Measure, found: CTE, side: str) -> ColumnElement[Any]:
    c = found.c

    def over(aggregate: Any) -> ColumnElement[Any]:
        if "is_before" not in c:
            return aggregate
        return aggregate.filter(c.is_before if side else ~c.is_before)

    match measure:
        case Measure.COUNT:
            return func.coalesce(over(func.sum(c.payments)), ZERO)
        case Measure.AVERAGE:
            return func.reporting.half_even(over(func.sum(c.amount_minor)), over(func.sum(c.payments)))
        case Measure.LARGEST:
            return over(func.max(c.largest_minor))
        case Measure.SMALLEST:
            return over(func.min(c.smallest_minor))
        case Measure.SAVINGS_RATE:
            income = over(func.sum(c.income_minor))
            return percent(income - over(func.sum(c.spend_minor)), income)
        case Measure.SPEND:
            return func.coalesce(over(func.sum(c.spend_minor)), ZERO)
        case Measure.INCOME:
            return func.coalesce(over(func.sum(c.income_minor)), ZERO)
        case Measure.NET:
            return func.coalesce(over(func.sum(c.income_minor - c.spend_minor)), ZERO)
        case _:
            return func.coalesce(over(func.sum(c.moved_minor)), ZERO)
