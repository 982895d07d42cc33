"""What accounts held at the end of each day: what they hold now, less all that has moved since."""

from typing import Any

from sqlalchemy import CTE, ColumnElement, Date, Select, and_, bindparam, cast, func, literal_column, select

from core.identity.access import visible_accounts
from core.insights import entries
from core.insights.reporting import ACCOUNT, ENTRY
from core.insights.shape import Shape
from core.insights.words import ZERO, word
from core.ledger.tables import TransactionStatus

_A = ACCOUNT.c
_KEYS: dict[str, ColumnElement[Any]] = {
    "account": _A.name,
    "account_id": _A.account_id,
    "bank": _A.bank,
    "customer": _A.customer,
    "customer_id": _A.customer_id,
}
MOMENT: ColumnElement[Any] = literal_column("course.day::timestamp")
"""The day of a row, as a local time."""


def days(shape: Shape, calendar: ColumnElement[Any] | None, prefix: str) -> Select[Any]:
    """One row per group, currency and day of the period: `balance_minor` at its end, and whether it `is_last` there.

    `calendar` is the expression over `day` that the query groups by.
    """
    keys = [*(name for name in shape.keys if name in _KEYS), "currency"]
    accounts = _accounts(shape).cte(f"{prefix}accounts")
    held = _held(accounts, keys).cte(f"{prefix}held")
    moved = _moved(shape, accounts, keys, prefix).cte(f"{prefix}moved")
    course = _course(held, moved, keys, prefix).subquery("course")
    buckets = [calendar.label(shape.calendar.value)] if shape.calendar and calendar is not None else []
    groups = {**{name: course.c[name] for name in keys}, **{bucket.key: bucket for bucket in buckets}}
    following = func.lead(course.c.day).over(partition_by=list(groups.values()), order_by=course.c.day)
    shown = [groups[name].label(name) for name in (*shape.keys, "currency")]
    found: Select[Any] = select(*shown, course.c.balance_minor, following.is_(None).label("is_last"))
    return found.where(course.c.day < bindparam(f"{prefix}end_day", type_=Date))


def _accounts(shape: Shape) -> Select[Any]:
    scope = visible_accounts(shape.asker, customer_id=_A.customer_id, bank_id=_A.bank_id)
    shown = [column.label(name) for name, column in _KEYS.items()]
    kept = [entries.of_account(condition) for condition in shape.filters]
    return select(*shown, _A.currency, _A.posted_minor).where(scope, _A.customer_id.is_not(None), *kept)


def _held(accounts: CTE, keys: list[str]) -> Select[Any]:
    groups = [accounts.c[name] for name in keys]
    return select(*groups, func.sum(accounts.c.posted_minor).label("posted_minor")).group_by(*groups)


def _moved(shape: Shape, accounts: CTE, keys: list[str], prefix: str) -> Select[Any]:
    """What came and went on each day; all that did after the period counts as moved on the day after it."""
    e = ENTRY.c
    day = func.least(entries.start_of("day", entries.local_time()), bindparam(f"{prefix}end_day", type_=Date))
    groups = [*(accounts.c[name] for name in keys), day.label("day")]
    found = select(*groups, func.sum(e.amount_minor).label("moved_minor"))
    return (
        found.select_from(ENTRY.join(accounts, accounts.c.account_id == e.account_id))
        .where(
            visible_accounts(shape.asker, customer_id=e.customer_id, bank_id=e.bank_id),
            e.status == word(TransactionStatus.SUCCESS),
            e.occurred_at >= bindparam(f"{prefix}start", type_=entries.INSTANT),
        )
        .group_by(*(accounts.c[name] for name in keys), literal_column("day"))
    )


def _course(held: CTE, moved: CTE, keys: list[str], prefix: str) -> Select[Any]:
    first, end = (bindparam(f"{prefix}{name}", type_=Date) for name in ("first_day", "end_day"))
    series = func.generate_series(first, end, literal_column("interval '1 day'")).column_valued("moment")
    every = select(cast(series, Date).label("day")).subquery("every")
    groups = [held.c[name] for name in keys]
    matched = and_(*(held.c[name] == moved.c[name] for name in keys), every.c.day == moved.c.day)
    on_day = func.coalesce(moved.c.moved_minor, ZERO)
    since = func.sum(on_day).over(partition_by=groups, order_by=every.c.day.desc()) - on_day
    balance = (held.c.posted_minor - since).label("balance_minor")
    found: Select[Any] = select(*groups, every.c.day, balance)
    return found.select_from(held.join(every, literal_column("true")).outerjoin(moved, matched))
