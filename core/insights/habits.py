"""What an account holder did before: whom they paid for the first time, and what is usual where.

Told by name and direction, per holder, from successful payments that are neither refunds nor transfers of one's own.
"""

from typing import Any

from sqlalchemy import (
    ColumnElement,
    DateTime,
    FromClause,
    Numeric,
    Select,
    Subquery,
    and_,
    bindparam,
    func,
    literal_column,
    select,
)

from core.identity.access import Principal, visible_accounts
from core.insights.reporting import ENTRY
from core.insights.words import number, word
from core.ledger.tables import TransactionStatus

USUAL_MIN = 3
"""As many payments make something usual."""

_E = ENTRY.c
_INSTANT = DateTime(timezone=True)
_PAYMENT = (~_E.is_own_transfer, _E.reverses_id.is_(None))
# By name, because each side of a comparison has a join of its own.
_FIRST_AT = literal_column("firsts.first_at", _INSTANT)
_USUAL_OF_PAYEE = literal_column("usual_of_payee.twice_minor", Numeric)
_USUAL_OF_CATEGORY = literal_column("usual_of_category.twice_minor", Numeric)


def with_firsts(found: FromClause, asker: Principal, prefix: str) -> FromClause:
    """`found`, each entry beside the instant of the first payment in its direction between its two sides."""
    between: list[ColumnElement[Any]] = [_E.customer_id, _E.direction, _E.counterparty]
    earlier = _payments(asker).where(_E.occurred_at < bindparam(f"{prefix}end", type_=_INSTANT))
    firsts = earlier.with_only_columns(*between, func.min(_E.occurred_at).label("first_at")).group_by(*between)
    return _beside(found, firsts.subquery("firsts"))


def is_first() -> ColumnElement[bool]:
    """Whether an entry of `with_firsts` is the first of its kind. Payments at one instant are first together."""
    return and_(_FIRST_AT.is_not(None), _E.occurred_at == _FIRST_AT, *_PAYMENT)


def with_usual(found: FromClause, asker: Principal, prefix: str) -> FromClause:
    """`found`, each entry beside what was usual for its counterparty and for its category before the period."""
    payee = _usual(asker, _E.counterparty, prefix).subquery("usual_of_payee")
    category = _usual(asker, _E.category, prefix).subquery("usual_of_category")
    return _beside(_beside(found, payee), category)


def twice_usual_minor() -> ColumnElement[int]:
    """Two times the usual amount, which is whole: the counterparty's, else the category's, else unknown."""
    return func.coalesce(_USUAL_OF_PAYEE, _USUAL_OF_CATEGORY)


def _usual(asker: Principal, of: ColumnElement[str], prefix: str) -> Select[Any]:
    """The median, doubled, of what was paid in the year before the period begins."""
    which: list[ColumnElement[Any]] = [_E.customer_id, _E.direction, _E.currency, of]
    middle, size = func.percentile_disc(literal_column("0.5")), func.abs(_E.amount_minor)
    twice = middle.within_group(size.asc()) + middle.within_group(size.desc())
    start, end = (bindparam(f"{prefix}{name}", type_=_INSTANT) for name in ("usual_start", "start"))
    earlier = _payments(asker).where(_E.occurred_at >= start, _E.occurred_at < end)
    usual = earlier.with_only_columns(*which, twice.label("twice_minor")).group_by(*which)
    return usual.having(func.count() >= number(USUAL_MIN))


def _payments(asker: Principal) -> Select[Any]:
    scope = visible_accounts(asker, customer_id=_E.customer_id, bank_id=_E.bank_id)
    succeeded = _E.status == word(TransactionStatus.SUCCESS)
    return select(ENTRY).where(scope, _E.customer_id.is_not(None), succeeded, *_PAYMENT)


def _beside(found: FromClause, known: Subquery) -> FromClause:
    """Joined where all that `known` is told by is the entry's own."""
    told_by = [column.key for column in known.c if column.key in _E]
    return found.outerjoin(known, and_(*(_E[name] == known.c[name] for name in told_by)))
