"""What an InsightQuery must give, computed in plain Python from the raw ledger rows: no view, no SQL of the product.

Slow and literal on purpose. Where the two differ, one of them misreads docs/decisions/0004-one-typed-query.md.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from itertools import product
from typing import Any
from uuid import UUID

from sqlalchemy import text

from core.db import Database
from core.identity.access import Principal, Role
from core.insights.query import InsightQuery

WEEKDAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
CALENDAR = ["day", "week", "month", "quarter", "year"]


@dataclass(frozen=True)
class Side:
    """One account's side of one payment."""

    id: UUID
    account_id: UUID
    account: str
    bank_id: UUID
    bank: str
    customer_id: UUID | None
    other_bank_id: UUID
    other_customer_id: UUID | None
    counterparty: str
    direction: str
    amount_minor: int
    currency: str
    status: str
    category: str
    channel: str
    description: str
    is_refund: bool
    occurred_at: datetime

    @property
    def is_own(self) -> bool:
        return self.customer_id is not None and self.customer_id == self.other_customer_id

    @property
    def spend(self) -> int:
        if self.is_own or (self.direction == "in") != self.is_refund:
            return 0
        return -self.amount_minor if self.is_refund else self.amount_minor

    @property
    def income(self) -> int:
        if self.is_own or (self.direction == "out") != self.is_refund:
            return 0
        return -self.amount_minor if self.is_refund else self.amount_minor


async def read_sides(database: Database, banks: Sequence[UUID]) -> list[Side]:
    """Both sides of every payment between accounts of `banks`."""
    async with database.app.connect() as connection:

        async def table(name: str) -> list[Any]:
            return list((await connection.execute(text(f"SELECT * FROM {name}"))).all())

        accounts = {row.id: row for row in await table("banking.account") if row.bank_id in banks}
        customers = {row.id: row for row in await table("banking.customer")}
        names = {row.id: row.name for row in await table("banking.bank")}
        notes = {(row.transaction_id, row.account_id): row for row in await table("insights.annotation")}
        payments = [row for row in await table("ledger.transaction") if row.sender_account_id in accounts]

    def side(t: Any, direction: str) -> Side:
        ids = (t.sender_account_id, t.receiver_account_id)
        mine, other = (accounts[id_] for id_ in (ids if direction == "out" else ids[::-1]))
        partner = customers.get(other.customer_id)
        said = (note.category for id in (t.id, t.reverses_id) if (note := notes.get((id, mine.id))))
        category = next(filter(None, (*said, t.category, partner and partner.category)), "uncategorised")
        return Side(
            t.id, mine.id, mine.name, mine.bank_id, names[mine.bank_id], mine.customer_id, other.bank_id,
            other.customer_id, partner.name if partner else other.name, direction, t.amount_minor, t.currency, t.status,
            category, t.channel, t.description, t.reverses_id is not None, t.occurred_at,
        )  # fmt: skip

    return [side(payment, direction) for payment in payments for direction in ("out", "in")]


def answer(sides: Sequence[Side], principal: Principal, query: InsightQuery) -> list[dict[str, Any]]:
    """The rows of the InsightResult."""
    before = _period_before(query)
    cells: dict[tuple[Any, ...], dict[bool, list[Side]]] = defaultdict(lambda: {False: [], True: []})
    weight: dict[str, int] = defaultdict(int)
    for is_before, (start, end) in enumerate(p for p in ((query.period.start, query.period.end), before) if p):
        for side in sides:
            local = side.occurred_at.astimezone(principal.zone)
            if start <= local.date() < end and _counts(side, principal, query):
                group = tuple(_group(d, side, local, query, bool(is_before), start) for d in query.group_by)
                cells[(side.currency, *group)][bool(is_before)].append(side)
                weight[side.currency] += 1
    for key in list(cells):
        for filled in _filled(key, query):
            _ = cells[filled]
    rows: list[dict[str, Any]] = []
    for currency in sorted(weight, key=lambda currency: (-weight[currency], currency)):
        groups = [_row(key, cell, principal, query) for key, cell in cells.items() if key[0] == currency]
        rows += _limited(_ordered(groups, query), query)
    return rows


def _period_before(query: InsightQuery) -> tuple[date, date] | None:
    match query.compare:
        case None:
            return None
        case "previous":
            before = query.period.period.previous()
        case "year_before":
            before = query.period.period.year_before()
        case other:
            before = other
    return before.start, before.end


def _sees(principal: Principal, customer_id: UUID | None, bank_id: UUID) -> bool:
    if customer_id is None:
        return False
    if principal.role is Role.CUSTOMER:
        return customer_id == principal.customer_id
    return principal.role is Role.ADMIN or bank_id == principal.bank_id


def _counts(side: Side, principal: Principal, query: InsightQuery) -> bool:
    asks_status = "status" in query.group_by or any(f.field == "status" for f in query.filters)
    return (
        _sees(principal, side.customer_id, side.bank_id)
        and (asks_status or side.status == "success")
        and all(_passes(side, f, principal) for f in query.filters)
        and any(_part(side, measure, principal, query) for measure in query.measures)
    )


def _passes(side: Side, condition: Any, principal: Principal) -> bool:
    local = side.occurred_at.astimezone(principal.zone)
    values = condition.values
    match condition.field:
        case "amount_minor" | "hour":
            value = side.amount_minor if condition.field == "amount_minor" else local.hour
            return value >= values[0] if condition.operator == "at_least" else value <= values[0]
        case "weekday":
            wanted = {value if isinstance(value, int) else WEEKDAYS.index(value.capitalize()) + 1 for value in values}
            return (local.isoweekday() in wanted) == (condition.operator == "in")
        case "account":
            have = {side.account, str(side.account_id)}
        case field:
            have = {getattr(side, field)}
    if condition.operator == "contains":
        return any(values[0].lower() in text.lower() for text in have if text != str(side.account_id))
    return bool(have.intersection(values)) == (condition.operator == "in")


def _part(side: Side, measure: str, principal: Principal, query: InsightQuery) -> bool:
    match measure:
        case "spend":
            return side.spend != 0
        case "income":
            return side.income != 0
        case "net":
            return side.spend != 0 or side.income != 0
        case "volume":
            return _speaks(side, principal, query)
        case _:
            return _speaks(side, principal, query) if query.flow == "any" else _flows(side, query.flow)


def _flows(side: Side, flow: str) -> bool:
    return side.direction == flow and not side.is_own and not side.is_refund


def _speaks(side: Side, principal: Principal, query: InsightQuery) -> bool:
    """A payment within the scope has two sides there; the sender's speaks, unless the question is about sides."""
    if {"account", "bank", "counterparty"} & set(query.group_by):
        return True
    if {"account", "counterparty"} & {f.field for f in query.filters}:
        return True
    return side.direction == "out" or not _sees(principal, side.other_customer_id, side.other_bank_id)


def _group(dimension: str, side: Side, local: datetime, query: InsightQuery, is_before: bool, start: date) -> Any:
    match dimension:
        case "weekday":
            return local.isoweekday()
        case "hour":
            return local.hour
        case "account":
            return side.account, str(side.account_id)
        case _ if dimension not in CALENDAR:
            return getattr(side, dimension)
    first = _first_day(dimension, local.date())
    if not is_before:
        return first
    ours, theirs = _first_day(dimension, query.period.start), _first_day(dimension, start)
    if dimension in ("day", "week"):
        return first + (query.period.start - start)
    months = (ours.year - theirs.year) * 12 + ours.month - theirs.month
    years, month = divmod(first.month - 1 + months, 12)
    return date(first.year + years, month + 1, 1)


def _first_day(dimension: str, day: date) -> date:
    while not {
        "day": True,
        "week": day.weekday() == 0,
        "month": day.day == 1,
        "quarter": day.day == 1 and day.month in (1, 4, 7, 10),
        "year": day.day == 1 and day.month == 1,
    }[dimension]:
        day -= timedelta(days=1)
    return day


def _filled(key: tuple[Any, ...], query: InsightQuery) -> Iterator[tuple[Any, ...]]:
    days = [query.period.start + timedelta(days=n) for n in range((query.period.end - query.period.start).days)]
    choices: list[Any] = [[key[0]]]
    for dimension, value in zip(query.group_by, key[1:], strict=True):
        if dimension in CALENDAR:
            choices.append({_first_day(dimension, day) for day in days})
        elif dimension == "weekday":
            choices.append({day.isoweekday() for day in days})
        elif dimension == "hour":
            choices.append(range(24))
        else:
            choices.append([value])
    return product(*choices)


def _row(
    key: tuple[Any, ...], cell: dict[bool, list[Side]], principal: Principal, query: InsightQuery
) -> dict[str, Any]:
    row: dict[str, Any] = {"currency": key[0]}
    for dimension, value in zip(query.group_by, key[1:], strict=True):
        row[dimension.value] = value[0] if dimension == "account" else value
        if dimension == "account":
            row["account_id"] = value[1]
    for measure in query.measures:
        for suffix, is_before in (("", False), ("_before", True)):
            if query.compare or not is_before:
                row[measure + suffix] = _measured(measure, cell[is_before], principal, query)
    return row


def _measured(measure: str, cell: list[Side], principal: Principal, query: InsightQuery) -> int | None:
    if measure in ("spend", "income", "net"):
        spend, income = sum(side.spend for side in cell), sum(side.income for side in cell)
        return {"spend": spend, "income": income, "net": income - spend}[measure]
    sizes = sorted(side.amount_minor for side in cell if _part(side, measure, principal, query))
    if measure in ("volume", "count"):
        return sum(sizes) if measure == "volume" else len(sizes)
    if not sizes:
        return None
    middle: Callable[[int], int] = lambda step: sizes[(len(sizes) + step) // 2]  # noqa: E731
    # round() of a Fraction is half to even.
    return {
        "average": round(Fraction(sum(sizes), len(sizes))),
        "median": round(Fraction(middle(-1) + middle(0), 2)),
        "largest": sizes[-1],
        "smallest": sizes[0],
    }[measure]


def _ordered(groups: list[dict[str, Any]], query: InsightQuery) -> list[dict[str, Any]]:
    names = [name for d in query.group_by for name in (["account", "account_id"] if d == "account" else [d.value])]
    times = [d.value for d in query.group_by if d in [*CALENDAR, "weekday", "hour"]]
    groups.sort(key=lambda row: [row[name] for name in names])

    def by(name: str, descending: bool) -> None:
        # sorted(reverse=True) keeps ties in the order they have, by name.
        known = [row for row in groups if row[name] is not None]
        unknown = [row for row in groups if row[name] is None]
        groups[:] = sorted(known, key=lambda row: row[name], reverse=descending) + unknown

    if query.order:
        by(query.order.by.value, query.order.descending)
    else:
        by(query.measures[0].value, True)
        groups.sort(key=lambda row: [row[name] for name in times])
    return groups


def _limited(groups: list[dict[str, Any]], query: InsightQuery) -> list[dict[str, Any]]:
    shown, rest = groups[: query.limit], groups[query.limit :]
    if query.others and rest:
        other: dict[str, Any] = {d.value: "(others)" for d in query.group_by}
        if "account" in query.group_by:
            other["account_id"] = None
        sums = {
            name: sum(row[name] for row in rest) for name in rest[0] if name.removesuffix("_before") in query.measures
        }
        shown = [*shown, {"currency": rest[0]["currency"], **other, **sums}]
    return [_shown(row) for row in shown]


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    looks: dict[str, Callable[[Any], str]] = {
        "weekday": lambda n: WEEKDAYS[n - 1],
        "hour": lambda n: f"{n:02d}:00",
        **dict.fromkeys(CALENDAR, date.isoformat),
    }
    return {name: looks[name](value) if name in looks else value for name, value in row.items()}
