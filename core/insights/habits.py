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
    column,
    func,
    literal_column,
    select,
)
from sqlalchemy.sql.visitors import replacement_traverse

from core.identity.access import Principal, visible_accounts
from core.insights.reporting import ENTRY
from core.insights.words import number, word
from core.ledger.tables import TransactionStatus

USUAL_MIN = 3
"""As many payments make something usual."""

_E = ENTRY.c
_INSTANT = DateTime(timezone=True)
_PAYMENT = (~_E.is_own_transfer, _E.reverses_id.is_(None))
_FIRST_AT: ColumnElement[Any] = column("first_at", _INSTANT)
# By name, because each side of a comparison has a join of its own.
_USUAL_OF_PAYEE = literal_column("usual_of_payee.twice_minor", Numeric)
_USUAL_OF_CATEGORY = literal_column("usual_of_category.twice_minor", Numeric)


def beside_firsts(statement: Select[Any], asker: Principal, prefix: str) -> Select[Any]:
    """The statement over entries that stand beside the instant of the first payment in their direction between their
    two sides.

    In one pass over all of them: of a join the planner expects next to nothing, and groups them anew for each entry.
    """
    counts = and_(_E.status == word(TransactionStatus.SUCCESS), *_PAYMENT)
    between: list[ColumnElement[Any]] = [_E.customer_id, _E.direction, _E.counterparty]
    first_at = func.min(_E.occurred_at).filter(counts).over(partition_by=between).label("first_at")
    until = _E.occurred_at < bindparam(f"{prefix}end", type_=_INSTANT)
    known = select(*_E, first_at).where(*_held(asker), until).subquery("known")

    def beside(element: Any, **_: Any) -> Any:
        if isinstance(element, Subquery):
            return element  # what was usual is of other days  # pyright: ignore[reportUnknownVariableType]
        if element is ENTRY:
            return known
        is_of_entry = element is _FIRST_AT or getattr(element, "table", None) is ENTRY
        return known.c[element.key] if is_of_entry else None

    found: Any = replacement_traverse(statement, {}, beside)
    return found


def is_first() -> ColumnElement[bool]:
    """Whether an entry of `beside_firsts` is the first of its kind. Payments at one instant are first together."""
    return and_(_E.occurred_at == _FIRST_AT, *_PAYMENT)


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
    succeeded = _E.status == word(TransactionStatus.SUCCESS)
    return select(ENTRY).where(*_held(asker), succeeded, *_PAYMENT)


def _held(asker: Principal) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """That it is an entry of a customer's account which the asker may see."""
    return visible_accounts(asker, customer_id=_E.customer_id, bank_id=_E.bank_id), _E.customer_id.is_not(None)


def _beside(found: FromClause, known: Subquery) -> FromClause:
    """Joined where all that `known` is told by is the entry's own."""
    told_by = [column.key for column in known.c if column.key in _E]
    return found.outerjoin(known, and_(*(_E[name] == known.c[name] for name in told_by)))
