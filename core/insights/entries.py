"""Which entries a query speaks of, and what each of them gives to its measures. What it means is written down in
docs/decisions/0004-one-typed-query.md."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BigInteger,
    BindParameter,
    ColumnElement,
    Date,
    DateTime,
    Integer,
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
from sqlalchemy.types import TypeEngine

from core.identity.access import Principal, visible_accounts
from core.insights.buckets import isoweekday
from core.insights.query import Dimension, Filter, Flow, InsightQuery, Measure, Operator
from core.insights.reporting import ENTRY
from core.ledger.tables import TransactionStatus
from core.periods import Period

Condition = ColumnElement[bool]

SIZE = func.abs(ENTRY.c.amount_minor)
"""The amount without its sign."""

_E = ENTRY.c
# Built into PostgreSQL 17 and later. The database's own collation may be C, which knows the case of ASCII alone.
_ANY_CASE = "pg_c_utf8"
_SPENDING = frozenset({Measure.SPEND, Measure.NET})
_EARNING = frozenset({Measure.INCOME, Measure.NET})
_MOVING = frozenset({Measure.VOLUME})
_COUNTING = frozenset({Measure.COUNT, Measure.AVERAGE, Measure.MEDIAN, Measure.LARGEST, Measure.SMALLEST})


def values(query: InsightQuery, principal: Principal) -> dict[str, ColumnElement[Any]]:
    """What an entry gives to the measures asked for, by column name; NULL where it has no part in one."""
    offers: dict[str, tuple[frozenset[Measure], ColumnElement[Any]]] = {
        "spend_minor": (_SPENDING, _E.spend_minor),
        "income_minor": (_EARNING, _E.income_minor),
        "moved_minor": (_MOVING, case((_once(query, principal), SIZE))),
        "amount_minor": (_COUNTING, case((_flow(query, principal), SIZE))),
    }
    return {name: value for name, (measures, value) in offers.items() if measures.intersection(query.measures)}


def conditions(query: InsightQuery, principal: Principal) -> list[Condition]:
    """Scope, status, filters, and that the entry has a part in at least one of the measures."""
    scope = visible_accounts(principal, customer_id=_E.customer_id, bank_id=_E.bank_id)
    # Cash and accounts of other banks are nobody's spending.
    kept = [scope, _E.customer_id.is_not(None)]
    if Dimension.STATUS not in query.group_by and all(condition.field != "status" for condition in query.filters):
        kept.append(_E.status == word(TransactionStatus.SUCCESS))
    kept += [_matches(condition, f"filter_{n}", principal) for n, condition in enumerate(query.filters)]
    return [*kept, _takes_part(query, principal)]


def within(period: Period, principal: Principal, *, prefix: str = "") -> Condition:
    """That the entry lies in `period` where the asker lives: instants on the bare column, so that indexes serve."""
    start, end = period.instants(principal.zone)
    instant = DateTime(timezone=True)
    return and_(
        _E.occurred_at >= bindparam(f"{prefix}start", start, instant),
        _E.occurred_at < bindparam(f"{prefix}end", end, instant),
    )


def calendar_start(dimension: Dimension, principal: Principal) -> ColumnElement[Any]:
    """First day of the entry's day, week, month ... in the asker's time zone."""
    return cast(func.date_trunc(word(dimension), _local_time(principal)), Date)


def clock(dimension: Dimension, principal: Principal) -> ColumnElement[Any]:
    """The entry's ISO weekday or hour in the asker's time zone."""
    part = word("isodow" if dimension is Dimension.WEEKDAY else "hour")
    return cast(func.date_part(part, _local_time(principal)), Integer)


def word(text: str) -> ColumnElement[str]:
    """A word of ours as SQL text. Never for anything that a user wrote."""
    return literal_column(f"'{text}'", Text)


def array(name: str, values: Sequence[Any], kind: type[TypeEngine[Any]]) -> ColumnElement[Any]:
    """Values as one parameter: the SQL text stays the same however many there are. The cast tells what an empty one,
    or one of dates, is made of where the values are written out."""
    return cast(bindparam(name, values, ARRAY(kind)), ARRAY(kind))


def _takes_part(query: InsightQuery, principal: Principal) -> Condition:
    zero, is_out, is_refund = literal_column("0", Integer), _E.direction == word(Flow.OUT), _E.reverses_id.is_not(None)
    # The second halves follow from the first; said of plain columns, they drop rows before anything is joined.
    parts: list[tuple[frozenset[Measure], Condition]] = [
        (_SPENDING, and_(_E.spend_minor != zero, is_out != is_refund)),
        (_EARNING, and_(_E.income_minor != zero, is_out == is_refund)),
        (_MOVING, _once(query, principal)),
        (_COUNTING, _flow(query, principal)),
    ]
    return or_(false(), *(part for measures, part in parts if measures.intersection(query.measures)))


def _flow(query: InsightQuery, principal: Principal) -> Condition:
    if query.flow is Flow.ANY:
        return _once(query, principal)
    # A refund is no payment of its own: it takes back a part of another one.
    return and_(_E.direction == word(query.flow), ~_E.is_own_transfer, _E.reverses_id.is_(None))


def _once(query: InsightQuery, principal: Principal) -> Condition:
    """Of a payment between two accounts in scope the sender's entry counts, unless the query looks from one side."""
    sides = {Dimension.ACCOUNT, Dimension.BANK, Dimension.COUNTERPARTY}
    if sides.intersection(query.group_by) or any(part.field in ("account", "counterparty") for part in query.filters):
        return true()
    scope = visible_accounts(principal, customer_id=_E.counterparty_customer_id, bank_id=_E.counterparty_bank_id)
    is_in_scope = and_(_E.counterparty_customer_id.is_not(None), scope)
    return or_(_E.direction == word(Flow.OUT), ~is_in_scope)


def _local_time(principal: Principal) -> ColumnElement[Any]:
    return func.timezone(bindparam("zone", principal.time_zone, Text), _E.occurred_at)


def _matches(condition: Filter, name: str, principal: Principal) -> Condition:
    match condition.field:
        case "amount_minor":
            return _compares(SIZE, condition, bindparam(name, condition.values[0], BigInteger))
        case "hour":
            limit = bindparam(name, condition.values[0], Integer)
            return _compares(clock(Dimension.HOUR, principal), condition, limit)
        case "weekday":
            days = array(name, [isoweekday(value) for value in condition.values], Integer)
            return _is_among(clock(Dimension.WEEKDAY, principal), condition, days)
        case "account":
            return _is_account(condition, name)
        case field:
            return _reads(_E[field], condition, name)


def _compares(value: ColumnElement[Any], condition: Filter, limit: BindParameter[Any]) -> Condition:
    return value >= limit if condition.operator is Operator.AT_LEAST else value <= limit


def _is_among(value: ColumnElement[Any], condition: Filter, among: ColumnElement[Any]) -> Condition:
    return value != all_(among) if condition.operator is Operator.NOT_IN else value == any_(among)


def _reads(value: ColumnElement[Any], condition: Filter, name: str) -> Condition:
    if condition.operator is Operator.CONTAINS:
        pattern = f"%{_escaped(str(condition.values[0]))}%"
        return value.collate(_ANY_CASE).ilike(bindparam(name, pattern, Text), escape="\\")
    return _is_among(value, condition, array(name, [str(text) for text in condition.values], Text))


def _escaped(text: str) -> str:
    for sign in ("\\", "%", "_"):
        text = text.replace(sign, "\\" + sign)
    return text


def _is_account(condition: Filter, name: str) -> Condition:
    """By name or by id; `not_in` leaves out what either of them means."""
    named = _reads(_E.account, condition, name)
    if condition.operator is Operator.CONTAINS:
        return named
    ids = [known for value in condition.values if (known := _uuid(str(value)))]
    identified = _is_among(_E.account_id, condition, array(f"{name}_ids", ids, Uuid))
    return and_(named, identified) if condition.operator is Operator.NOT_IN else or_(named, identified)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
