"""Which entries a query speaks of, and what each of them gives to its measures. What it means is written down in
docs/decisions/0004-one-typed-query.md. Nothing here knows a value: those are parameters."""

import json
from dataclasses import dataclass
from typing import Any

from babel.numbers import list_currencies
from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Date,
    DateTime,
    FromClause,
    Integer,
    Numeric,
    Select,
    Text,
    Uuid,
    all_,
    and_,
    any_,
    bindparam,
    case,
    cast,
    false,
    func,
    literal_column,
    or_,
    true,
)
from sqlalchemy.sql.visitors import replacement_traverse
from sqlalchemy.types import TypeEngine

from core.categories import BY_SLUG
from core.identity.access import Principal, visible_accounts
from core.insights import habits
from core.insights.buckets import BANDS, WEEKEND
from core.insights.query import Dimension, Flow, Measure, Operator
from core.insights.reporting import ACCOUNT, ALERT, ENTRY, ENTRY_PART
from core.insights.shape import FilterShape, Part, Shape
from core.insights.words import number, word
from core.ledger.tables import TransactionStatus
from core.money import exponent
from core.periods import Period

Condition = ColumnElement[bool]

INSTANT = DateTime(timezone=True)
SIZE = func.abs(ENTRY.c.amount_minor)
"""The amount without its sign."""

_E = ENTRY.c
# Built into PostgreSQL 17 and later. The database's own collation may be C, which knows the case of ASCII alone.
_ANY_CASE = "pg_c_utf8"
_SPENDING = frozenset({Measure.SPEND, Measure.NET, Measure.SAVINGS_RATE})
_EARNING = frozenset({Measure.INCOME, Measure.NET, Measure.SAVINGS_RATE})
_MOVING = frozenset({Measure.VOLUME})
_SIZED = frozenset({Measure.COUNT, Measure.AVERAGE, Measure.MEDIAN, Measure.LARGEST, Measure.SMALLEST, Measure.SPREAD})
_MET = frozenset({Measure.COUNTERPARTIES})
_MET_FIRST = frozenset({Measure.NEW_COUNTERPARTIES})
_DATED = frozenset({Measure.DAYS_SINCE_LAST})
_TRIED = frozenset({Measure.FAILED_SHARE})
_REVIEWED = frozenset({Measure.REVIEW_HOURS})
_OF_ALERTS = ("alert", "alert_reason", "alert_points")
_ALERTED = frozenset({Measure.FLAGGED, Measure.FRAUD_AMOUNT, Measure.ALERT_PRECISION})


@dataclass(frozen=True, slots=True)
class _Gift:
    """What an entry gives to some measures: a column of the entries, and when the entry has a part in it."""

    measures: frozenset[Measure]
    column: str
    value: ColumnElement[Any]
    part: Condition
    is_whole: bool = False
    """Whether `value` is what it should be also for an entry that has no part."""


def source(shape: Shape, prefix: str = "") -> FromClause:
    """Where the entries of a side come from, beside what their holders did before if the query asks about it."""
    found: FromClause = ENTRY
    if shape.uses("customer"):
        found = found.join(ACCOUNT, ACCOUNT.c.account_id == _E.account_id)
    if shape.uses("percent_of_usual"):
        found = habits.with_usual(found, shape.asker, prefix)
    if any(map(shape.uses, _OF_ALERTS)) or (_ALERTED | _REVIEWED).intersection(shape.measures):
        found = found.outerjoin(ALERT, ALERT.c.transaction_id == _E.transaction_id)
    return found


def beside_firsts(shape: Shape, statement: Select[Any], prefix: str = "") -> Select[Any]:
    """The statement; where the query asks who is new, its entries stand beside the first payment of their kind."""
    asks_new = shape.uses("payee_is_new") or bool(_MET_FIRST.intersection(shape.measures))
    return habits.beside_firsts(statement, shape.asker, prefix) if asks_new else statement


def divided(shape: Shape, statement: Select[Any]) -> Select[Any]:
    """The statement; where the query asks about categories, a payment that is split stands in it by its parts."""
    if not any(shape.uses(field) for field in ("category", "category_group")):
        return statement
    by_parts: Any = replacement_traverse(statement, {}, _by_parts)
    return by_parts


def _by_parts(element: Any, **_: Any) -> Any:
    if element is ENTRY:
        return ENTRY_PART
    columns: Any = ENTRY_PART.c
    return columns[element.key] if getattr(element, "table", None) is ENTRY else None


def values(shape: Shape) -> dict[str, ColumnElement[Any]]:
    """What an entry gives to the measures asked for, by column name; NULL where it has no part in one."""
    found: dict[str, ColumnElement[Any]] = {}
    for part in shape.parts:
        for gift in _gifts(shape, part):
            when = _only_when(shape, part, gift) + ([] if gift.is_whole else [gift.part])
            found[gift.column + part.suffix] = case((and_(*when), gift.value)) if when else gift.value
    return found


def conditions(shape: Shape) -> list[Condition]:
    """Scope, status, filters, and that the entry has a part in at least one of the measures."""
    scope = visible_accounts(shape.asker, customer_id=_E.customer_id, bank_id=_E.bank_id)
    # Cash and accounts of other banks are nobody's spending.
    kept = [scope, _E.customer_id.is_not(None)]
    if _are_successful(shape):
        kept.append(_E.status == word(TransactionStatus.SUCCESS))
    kept += [_matches(condition) for condition in shape.filters]
    parts = [and_(*_only_when(shape, part, gift), gift.part) for part in shape.parts for gift in _gifts(shape, part)]
    return [*kept, or_(false(), *parts)]


def during(prefix: str = "") -> Condition:
    """That the entry lies in the period where the asker lives: instants on the bare column, so that indexes serve."""
    return and_(
        _E.occurred_at >= bindparam(f"{prefix}start", type_=INSTANT),
        _E.occurred_at < bindparam(f"{prefix}end", type_=INSTANT),
    )


def within(period: Period, principal: Principal) -> Condition:
    """`during`, for a period that is known."""
    start, end = period.instants(principal.zone)
    return during().params(start=start, end=end)


def group(name: str) -> ColumnElement[Any]:
    """A column that groups are told apart by; the name is a dimension's, or that of an id beside it."""
    if name in _E and name not in _COMPUTED:
        return _E[name]
    match Dimension(name):
        case Dimension.CUSTOMER:
            return ACCOUNT.c.customer
        case Dimension.CATEGORY_GROUP:
            return func.coalesce(func.jsonb_extract_path_text(_GROUP_OF, _E.category), word("other"))
        case Dimension.PAYEE_IS_NEW:
            return case((habits.is_first(), word("new")), else_=word("known"))
        case Dimension.RECURRING:
            paid = func.coalesce(_E.reverses_id, _E.transaction_id)
            return case((paid == any_(array("recurring_ids", Uuid)), word("recurring")), else_=word("one_off"))
        case Dimension.AMOUNT_BAND:
            return func.width_bucket(SIZE // _MINOR_PER_MAJOR, literal_column(f"ARRAY[{', '.join(map(str, BANDS))}]"))
        case Dimension.WEEKEND:
            return cast(_weekday() >= number(6), Integer)
        case Dimension.WEEKDAY:
            return _weekday()
        case Dimension.HOUR:
            return cast(func.date_part(word("hour"), local_time()), Integer)
        case unit:
            return start_of(unit, local_time())


def start_of(unit: str, moment: ColumnElement[Any]) -> ColumnElement[Any]:
    """First day of the day, week, month ... in which the local time `moment` lies."""
    if unit == Dimension.FISCAL_YEAR:
        return cast(func.date_trunc(word("year"), moment - _TO_APRIL) + _TO_APRIL, Date)
    return cast(func.date_trunc(word(unit), moment), Date)


def local_time() -> ColumnElement[Any]:
    """When it happened, where the asker lives."""
    return func.timezone(bindparam("zone", type_=Text), _E.occurred_at)


def of_account(condition: FilterShape) -> Condition:
    """A condition on accounts, over `reporting.account`."""
    match condition.field:
        case "account":
            return _is_known_by(ACCOUNT.c.name, ACCOUNT.c.account_id, condition)
        case "customer":
            return _is_known_by(ACCOUNT.c.customer, ACCOUNT.c.customer_id, condition)
        case field:
            return _reads(ACCOUNT.c[field], condition)


def array(name: str, kind: type[TypeEngine[Any]]) -> ColumnElement[Any]:
    """Values as one parameter: the SQL text stays the same however many there are. The cast tells what an empty one,
    or one of dates, is made of where the values are written out."""
    return cast(bindparam(name, type_=ARRAY(kind)), ARRAY(kind))


_COMPUTED = frozenset({"customer"})
_REVIEW_S = cast(func.floor(func.date_part(word("epoch"), ALERT.c.decided_at - ALERT.c.created_at)), BigInteger)
_TO_APRIL: ColumnElement[Any] = literal_column("interval '3 months'")
_GROUP_OF: ColumnElement[Any] = literal_column(
    f"'{json.dumps({slug: category.group for slug, category in BY_SLUG.items()})}'::jsonb"
)
_ODD = {code: 10 ** exponent(code) for code in sorted(list_currencies()) if exponent(code) != 2}
_MINOR_PER_MAJOR = case(
    *(
        (_E.currency.in_([word(code) for code in _ODD if _ODD[code] == size]), number(size))
        for size in sorted(set(_ODD.values()))
    ),
    else_=number(100),
)


def _gifts(shape: Shape, part: Part) -> list[_Gift]:
    zero, is_out, is_refund = number(0), _E.direction == word(Flow.OUT), _E.reverses_id.is_not(None)
    once, flow = _once(shape, part), _flow(shape, part)
    # The second halves follow from the first; said of plain columns, they drop rows before anything is joined.
    spends, earns = _E.spend_minor != zero, _E.income_minor != zero
    gifts = [
        _Gift(_SPENDING, "spend_minor", _E.spend_minor, and_(spends, is_out != is_refund), is_whole=True),
        _Gift(_EARNING, "income_minor", _E.income_minor, and_(earns, is_out == is_refund), is_whole=True),
        _Gift(_MOVING, "moved_minor", SIZE, once),
        _Gift(_SIZED, "amount_minor", SIZE, flow),
        _Gift(_MET, "met", _E.counterparty, flow),
        _Gift(_MET_FIRST, "met_first", _E.counterparty, and_(flow, habits.is_first())),
        _Gift(_DATED, "dated", cast(local_time(), Date), flow),
        _Gift(_TRIED, "outcome", _E.status, flow),
        _Gift(_ALERTED, "alert", ALERT.c.status, and_(is_out, ALERT.c.status.is_not(None))),
        _Gift(_REVIEWED, "review_s", _REVIEW_S, and_(is_out, ALERT.c.decided_at.is_not(None))),
        _Gift(_ALERTED, "alerted_minor", SIZE, and_(is_out, ALERT.c.status.is_not(None))),
    ]
    return [gift for gift in gifts if gift.measures.intersection(part.measures)]


def _only_when(shape: Shape, part: Part, gift: _Gift) -> list[Condition]:
    """What an entry must be, beyond what holds for all of the query's entries, to give to this part's measures."""
    kept = [_matches(condition) for condition in part.filters]
    if _are_successful(shape) or _asks_status(shape, part):
        return kept
    statuses = [TransactionStatus.SUCCESS, *([TransactionStatus.FAILED] if gift.measures is _TRIED else [])]
    return [_E.status.in_([word(status) for status in statuses]), *kept]


def _are_successful(shape: Shape) -> bool:
    """Whether all that the query speaks of is successful payments."""
    return not (_TRIED.intersection(shape.measures) or any(_asks_status(shape, part) for part in shape.parts))


def _asks_status(shape: Shape, part: Part) -> bool:
    return shape.shows(Dimension.STATUS) or any(given.field == "status" for given in (*shape.filters, *part.filters))


def _flow(shape: Shape, part: Part) -> Condition:
    if shape.flow is Flow.ANY:
        return _once(shape, part)
    # A refund is no payment of its own: it takes back a part of another one.
    return and_(_E.direction == word(shape.flow), ~_E.is_own_transfer, _E.reverses_id.is_(None))


_ONE_SIDED = ("account", "bank", "counterparty", "customer")


def _once(shape: Shape, part: Part) -> Condition:
    """Of a payment between two accounts in scope the sender's entry counts, unless the query looks from one side."""
    filtered = {given.field for given in (*shape.filters, *part.filters)}
    if filtered.union(shape.group_by).intersection(_ONE_SIDED):
        return true()
    scope = visible_accounts(shape.asker, customer_id=_E.counterparty_customer_id, bank_id=_E.counterparty_bank_id)
    is_in_scope = and_(_E.counterparty_customer_id.is_not(None), scope)
    return or_(_E.direction == word(Flow.OUT), ~is_in_scope)


def _weekday() -> ColumnElement[int]:
    return cast(func.date_part(word("isodow"), local_time()), Integer)


def _matches(condition: FilterShape) -> Condition:
    match condition.field:
        case "amount_minor":
            return _compares(SIZE, condition, BigInteger)
        case "percent_of_usual":
            # Twice the usual is an integer; to divide by it would round.
            twice, percent = habits.twice_usual_minor(), number(200)
            return _compares(cast(SIZE, Numeric) * percent, condition, Numeric, times=twice)
        case "hour":
            return _compares(group("hour"), condition, Integer)
        case "weekday":
            return _is_among(_weekday(), condition, array(condition.name, Integer))
        case "weekend":
            is_weekend = _weekday() >= number(6)
            return _reads(case((is_weekend, word(WEEKEND[1])), else_=word(WEEKEND[0])), condition)
        case "account":
            return _is_known_by(_E.account, _E.account_id, condition)
        case "customer":
            return _is_known_by(ACCOUNT.c.customer, _E.customer_id, condition)
        case "alert":
            return _reads(func.coalesce(_raised(ALERT.c.status), word("none")), condition)
        case "alert_points":
            return _compares(_raised(ALERT.c.points), condition, Integer)
        case "alert_reason":
            cited = func.jsonb_path_query_array(_raised(ALERT.c.reasons), word("$[*].code"))
            return func.jsonb_exists_any(cited, array(condition.name, Text))
        case "description":
            return _reads(_E.description, condition)
        case field:
            return _reads(group(field), condition)


def _raised(fact: ColumnElement[Any]) -> ColumnElement[Any]:
    """A fact of the alert that a payment raised: its sender's, and nobody's who was paid."""
    return case((_E.amount_minor < number(0), fact))


def _compares(
    value: ColumnElement[Any],
    condition: FilterShape,
    kind: type[TypeEngine[Any]],
    times: ColumnElement[Any] | None = None,
) -> Condition:
    def limit(end: str = "") -> ColumnElement[Any]:
        given = bindparam(condition.name + end, type_=kind)
        return given if times is None else given * times

    match condition.operator:
        case Operator.BETWEEN:
            return and_(value >= limit("_low"), value <= limit("_high"))
        case Operator.AT_LEAST:
            return value >= limit()
        case Operator.AT_MOST:
            return value <= limit()
        case Operator.ABOVE:
            return value > limit()
        case _:
            return value < limit()


def _is_among(value: ColumnElement[Any], condition: FilterShape, among: ColumnElement[Any]) -> Condition:
    return value != all_(among) if condition.operator is Operator.NOT_IN else value == any_(among)


def _reads(value: ColumnElement[Any], condition: FilterShape) -> Condition:
    if condition.operator in (Operator.CONTAINS, Operator.NOT_CONTAINS):
        found = value.collate(_ANY_CASE).ilike(bindparam(condition.name, type_=Text), escape="\\")
        return found if condition.operator is Operator.CONTAINS else ~found
    return _is_among(value, condition, array(condition.name, Text))


def _is_known_by(name: ColumnElement[Any], id: ColumnElement[Any], condition: FilterShape) -> Condition:
    """By name or by id; `not_in` leaves out what either of them means."""
    named = _reads(name, condition)
    if condition.operator in (Operator.CONTAINS, Operator.NOT_CONTAINS):
        return named
    identified = _is_among(id, condition, array(f"{condition.name}_ids", Uuid))
    return and_(named, identified) if condition.operator is Operator.NOT_IN else or_(named, identified)
