"""What an InsightQuery must give, computed in plain Python from the raw ledger rows: no view, no SQL of the product.

Slow and literal on purpose. Where the two differ, one of them misreads docs/decisions/0004-one-typed-query.md.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from itertools import product
from typing import Any
from uuid import UUID

from sqlalchemy import text

from core.categories import CATEGORIES
from core.db import Database
from core.identity.access import Principal, Role
from core.insights.movements import Movement
from core.insights.query import Filter, InsightQuery
from core.insights.recurring import recurring_in

WEEKDAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
CALENDAR = ["day", "week", "month", "quarter", "year", "fiscal_year"]
BANDS = ["below 100", "100 to below 1,000", "1,000 to below 10,000", "10,000 to below 100,000", "100,000 and more"]
MONEY_SUMS = ["spend", "income", "net", "volume", "fraud_amount", "balance"]
COUNTS = ["count", "counterparties", "new_counterparties", "flagged"]


@dataclass(frozen=True)
class Side:
    """One account's side of one payment."""

    id: UUID
    account_id: UUID
    account: str
    bank_id: UUID
    bank: str
    customer_id: UUID | None
    customer: str
    other_account_id: UUID
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
    reverses_id: UUID | None
    occurred_at: datetime
    alert: str | None
    """Of the payment, as its sender's side knows it."""
    review: timedelta | None
    """From the alert to its decision."""
    points: int | None
    reasons: frozenset[str]

    @property
    def category_group(self) -> str:
        return next((known.group for known in CATEGORIES if known.slug == self.category), "other")

    @property
    def is_refund(self) -> bool:
        return self.reverses_id is not None

    @property
    def is_payment(self) -> bool:
        return not self.is_own and not self.is_refund

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
        by_id = {row.id: row for row in payments}
        alerts = {row.transaction_id: row for row in await table("fraud.alert")}
        scores = await table("fraud.score")
        cited = {row.transaction_id: frozenset(each["code"] for each in row.reasons) for row in scores}

    def side(t: Any, direction: str) -> Side:
        ids = (t.sender_account_id, t.receiver_account_id)
        mine, other = (accounts[id_] for id_ in (ids if direction == "out" else ids[::-1]))
        partner, holder = customers.get(other.customer_id), customers.get(mine.customer_id)
        said = (note.category for id in (t.id, t.reverses_id) if (note := notes.get((id, mine.id))))
        named = (payment.category for id in (t.id, t.reverses_id) if (payment := by_id.get(id)))
        alert = alerts.get(t.id) if direction == "out" else None
        category = next(filter(None, (*said, *named, partner and partner.category)), "uncategorised")
        return Side(
            t.id, mine.id, mine.name, mine.bank_id, names[mine.bank_id], mine.customer_id,
            holder.name if holder else "", other.id, other.bank_id, other.customer_id,
            partner.name if partner else other.name, direction, t.amount_minor, t.currency, t.status, category,
            t.channel, t.description, t.reverses_id, t.occurred_at, alert and alert.status,
            alert and alert.decided_at and alert.decided_at - alert.created_at,
            alert and alert.points, cited.get(t.id, frozenset()) if alert else frozenset(),
        )  # fmt: skip

    return [side(payment, direction) for payment in payments for direction in ("out", "in")]


@dataclass(frozen=True)
class Column:
    """One measure of the result, plain or conditional."""

    name: str
    measure: str
    filters: tuple[Filter, ...] = ()


class Asked:
    """A query by somebody, with what their history says of each payment."""

    def __init__(self, sides: Sequence[Side], principal: Principal, query: InsightQuery) -> None:
        self.principal, self.query = principal, query
        self.sides = [side for side in sides if _sees(principal, side.customer_id, side.bank_id)]
        self.periods = [(query.period.start, query.period.end), *([_period_before(query)] if query.compare else [])]
        self.columns = [
            *(Column(measure.value, measure.value) for measure in query.measures),
            *(Column(c.name, c.measure.value, (*query.filters, *c.filters)) for c in query.conditional),
        ]
        self._recurring = self._series()
        self._habits = [(self._firsts(n), self._usual(n)) for n in range(len(self.periods))]

    def _series(self) -> set[UUID]:
        """Its payments. What a series is has an exam of its own: `finlens eval run --suite insights`."""
        start = min(start for start, _ in self.periods) - timedelta(days=400)
        end = max(end for _, end in self.periods) + timedelta(days=400)
        near = [side for side in self.sides if side.status == "success" and start <= self.local(side).date() <= end]
        moved = [
            Movement(
                side.id, side.account_id, side.account, side.other_account_id, side.counterparty, side.category,
                side.description, side.currency, -side.amount_minor if side.direction == "out" else side.amount_minor,
                side.spend, self.local(side).date(), is_own=side.is_own, is_refund=side.is_refund,
            )
            for side in sorted(near, key=lambda side: (side.occurred_at, side.id))
        ]  # fmt: skip
        return {id_ for series in recurring_in(moved, end) for id_ in series.transaction_ids}

    def comes_back(self, side: Side) -> str:
        return "recurring" if (side.reverses_id or side.id) in self._recurring else "one_off"

    def local(self, side: Side) -> datetime:
        return side.occurred_at.astimezone(self.principal.zone)

    def is_new(self, side: Side, is_before: bool) -> bool:
        first = self._habits[is_before][0].get((side.customer_id, side.direction, side.counterparty))
        return side.is_payment and first == side.occurred_at

    def usual(self, side: Side, is_before: bool) -> Fraction | None:
        usual = self._habits[is_before][1]
        of = (side.customer_id, side.direction, side.currency)
        return usual.get((*of, "payee", side.counterparty)) or usual.get((*of, "category", side.category))

    def _firsts(self, period: int) -> dict[Any, datetime]:
        firsts: dict[Any, datetime] = {}
        for side in self.sides:
            if side.status == "success" and side.is_payment and self.local(side).date() < self.periods[period][1]:
                key = (side.customer_id, side.direction, side.counterparty)
                firsts[key] = min(firsts.get(key, side.occurred_at), side.occurred_at)
        return firsts

    def _usual(self, period: int) -> dict[Any, Fraction]:
        start = self.periods[period][0]
        sizes: dict[Any, list[int]] = defaultdict(list)
        for side in self.sides:
            when = self.local(side).date()
            if side.status == "success" and side.is_payment and start - timedelta(days=365) <= when < start:
                of = (side.customer_id, side.direction, side.currency)
                sizes[(*of, "payee", side.counterparty)].append(side.amount_minor)
                sizes[(*of, "category", side.category)].append(side.amount_minor)
        return {key: Fraction(_middle(found), 2) for key, found in sizes.items() if len(found) >= 3}


def _middle(sizes: list[int]) -> int:
    """Twice the median."""
    ordered = sorted(sizes)
    return ordered[(len(ordered) - 1) // 2] + ordered[len(ordered) // 2]


async def read_accounts(database: Database, banks: Sequence[UUID]) -> list[Any]:
    """Every account of `banks`, with the names of its bank and holder."""
    async with database.app.connect() as connection:
        found = await connection.execute(
            text(
                "SELECT a.*, k.name AS bank, c.name AS customer"
                "  FROM banking.account a JOIN banking.bank k ON k.id = a.bank_id"
                "  LEFT JOIN banking.customer c ON c.id = a.customer_id WHERE a.bank_id = ANY(:banks)"
            ),
            {"banks": list(banks)},
        )
        return list(found.all())


def answer(
    sides: Sequence[Side], principal: Principal, query: InsightQuery, accounts: Sequence[Any] = ()
) -> list[dict[str, Any]]:
    """The rows of the InsightResult."""
    asked = Asked(sides, principal, query)
    of_accounts = any(measure.startswith("balance") for measure in query.measures)
    cells = _balances(asked, accounts) if of_accounts else _payments(asked)
    rows = [_row(key, cell, asked) for key, cell in cells.items()]
    for currency in {row["currency"] for row in rows}:
        _derive([row for row in rows if row["currency"] == currency], asked)
    weights = {id(row): sum(map(len, cell.values())) for row, cell in zip(rows, cells.values(), strict=True)}
    rows = [row for row in rows if all(_holds(row, having) for having in query.having)]
    by_currency: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in _best_of_each(rows, query):
        by_currency[row["currency"]].append(row)
    weight = {currency: sum(weights[id(row)] for row in group) for currency, group in by_currency.items()}
    found: list[dict[str, Any]] = []
    for currency in sorted(weight, key=lambda currency: (-weight[currency], currency)):
        found += _limited(_ordered(by_currency[currency], query), asked)
    return found


Cells = dict[tuple[Any, ...], dict[bool, list[Any]]]


def _payments(asked: Asked) -> Cells:
    query = asked.query
    cells: Cells = defaultdict(lambda: {False: [], True: []})
    for is_before, (start, end) in enumerate(asked.periods):
        for side in asked.sides:
            if start <= asked.local(side).date() < end and _counts(side, asked, bool(is_before)):
                group = tuple(_group(d, side, asked, bool(is_before), start) for d in query.group_by)
                cells[(side.currency, *group)][bool(is_before)].append(side)
    for key in list(cells):
        for filled in _filled(key, query):
            _ = cells[filled]
    return cells


def _balances(asked: Asked, accounts: Sequence[Any]) -> Cells:
    """Each account's balance at the end of each day, added up per group: what came less what went until then."""
    query = asked.query
    cells: Cells = defaultdict(lambda: {False: [], True: []})
    for is_before, (start, end) in enumerate(asked.periods):
        groups: dict[Any, int] = defaultdict(int)
        for account in accounts:
            if not _sees(asked.principal, account.customer_id, account.bank_id) or not all(
                _says(_names_of(account, f.field), f) for f in query.filters
            ):
                continue
            changes: dict[date, int] = defaultdict(int)
            for side in asked.sides:
                if side.account_id == account.id and side.status == "success":
                    sign = 1 if side.direction == "in" else -1
                    changes[asked.local(side).date()] += sign * side.amount_minor
            held = sum(amount for day, amount in changes.items() if day < start)
            for n in range((end - start).days):
                day = start + timedelta(days=n)
                held += changes[day]
                names = tuple(
                    _laid_over(d, day, query, bool(is_before), start) if d in CALENDAR else _account_group(d, account)
                    for d in query.group_by
                )
                groups[(account.currency, *names), day] += held
        for (key, _), held in sorted(groups.items(), key=lambda item: item[0][1]):
            cells[key][bool(is_before)].append(held)
    return cells


def _account_group(dimension: str, account: Any) -> Any:
    if dimension in ("account", "customer"):
        name = account.name if dimension == "account" else account.customer
        return name, str(account.id if dimension == "account" else account.customer_id)
    return getattr(account, dimension)


def _names_of(account: Any, field: str) -> set[str]:
    if field == "account":
        return {account.name, str(account.id)}
    return {account.customer, str(account.customer_id)} if field == "customer" else {getattr(account, field)}


def _derive(rows: list[dict[str, Any]], asked: Asked) -> None:
    """Adds the columns that are made of others; in the order of the query, where the product has them too."""
    query = asked.query
    units = {column.name: _unit(column.measure) for column in asked.columns}
    for suffix in ("", "_before") if query.compare else ("",):
        if "share" in query.measures:
            of = next(m for m in query.measures if m in [*MONEY_SUMS, "count", "flagged"])
            whole = sum(row[of + suffix] or 0 for row in rows)
            for row in rows:
                row[f"share{suffix}"] = _percent(row[of + suffix], whole)
        for ratio in query.ratios:
            is_percent = units[ratio.part] == units[ratio.whole]
            for row in rows:
                part, whole = row[ratio.part + suffix], row[ratio.whole + suffix]
                shared = None if part is None or not whole or whole < 0 else round(Fraction(part, whole))
                row[ratio.name + suffix] = _percent(part, whole) if is_percent else shared


def _unit(measure: str) -> str:
    return "count" if measure in COUNTS else "money"


def _percent(part: int | None, whole: int | None) -> float | None:
    if part is None or not whole or whole < 0:
        return None
    return round(Fraction(1000 * part, whole)) / 10


def _holds(row: dict[str, Any], having: Any) -> bool:
    value = row[having.by]
    return value is not None and (value >= having.value if having.operator == "at_least" else value <= having.value)


def _best_of_each(rows: list[dict[str, Any]], query: InsightQuery) -> list[dict[str, Any]]:
    if query.limit_per is None:
        return rows
    first = _names(query.group_by[:1])
    kept: dict[Any, list[dict[str, Any]]] = defaultdict(list)
    for row in _ordered(rows, query, in_time=False):
        group = kept[row["currency"], *(row[name] for name in first)]
        if len(group) < query.limit_per:
            group.append(row)
    return [row for group in kept.values() for row in group]


def _period_before(query: InsightQuery) -> tuple[date, date]:
    before: Any
    match query.compare:
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


def _counts(side: Side, asked: Asked, is_before: bool) -> bool:
    return all(_passes(side, f, asked, is_before) for f in asked.query.filters) and any(
        _part(side, column, asked, is_before) for column in asked.columns
    )


def _passes(side: Side, condition: Filter, asked: Asked, is_before: bool) -> bool:
    local, values = asked.local(side), condition.values
    match condition.field:
        case "amount_minor":
            return _compares(side.amount_minor, condition)
        case "hour":
            return _compares(local.hour, condition)
        case "percent_of_usual":
            usual = asked.usual(side, is_before)
            return usual is not None and _compares(100 * side.amount_minor / usual, condition)
        case "weekday":
            wanted = {value if isinstance(value, int) else WEEKDAYS.index(value.capitalize()) + 1 for value in values}
            return (local.isoweekday() in wanted) == (condition.operator == "in")
        case "weekend":
            return _says({"weekend" if local.isoweekday() > 5 else "weekday"}, condition)
        case "recurring":
            return _says({asked.comes_back(side)}, condition)
        case "alert":
            return _says({side.alert or "none"}, condition)
        case "alert_reason":
            return not side.reasons.isdisjoint(map(str, values))
        case "alert_points":
            return side.points is not None and _compares(side.points, condition)
        case "payee_is_new":
            return _says({"new" if asked.is_new(side, is_before) else "known"}, condition)
        case "account":
            return _says({side.account, str(side.account_id)}, condition)
        case "customer":
            return _says({side.customer, str(side.customer_id)}, condition)
        case field:
            return _says({getattr(side, field)}, condition)


def _compares(value: int | Fraction, condition: Filter) -> bool:
    limits = [int(limit) for limit in condition.values]
    return {
        "at_least": value >= limits[0],
        "at_most": value <= limits[0],
        "above": value > limits[0],
        "below": value < limits[0],
        "between": limits[0] <= value <= limits[-1],
    }[condition.operator.value]


def _says(have: set[str], condition: Filter) -> bool:
    """An id is known by being equal, a name also by a part of it."""
    if condition.operator in ("contains", "not_contains"):
        names = [name for name in have if not re.fullmatch("[0-9a-f-]{36}", name)]
        found = any(str(condition.values[0]).lower() in name.lower() for name in names)
        return found == (condition.operator == "contains")
    return bool(have.intersection(map(str, condition.values))) == (condition.operator == "in")


def _part(side: Side, column: Column, asked: Asked, is_before: bool) -> bool:
    """Whether the side has a part in a measure."""
    query, measure = asked.query, column.measure
    if measure == "share":
        return False
    filters = column.filters or query.filters
    statuses = ["success", "failed"] if measure == "failed_share" else ["success"]
    if any(f.field == "status" for f in filters) or "status" in query.group_by:
        statuses = [side.status]
    if side.status not in statuses or not all(_passes(side, f, asked, is_before) for f in filters):
        return False
    flows = _speaks(side, asked, filters) if query.flow == "any" else side.direction == query.flow and side.is_payment
    match measure:
        case "spend":
            return side.spend != 0
        case "income":
            return side.income != 0
        case "net" | "savings_rate":
            return side.spend != 0 or side.income != 0
        case "volume":
            return _speaks(side, asked, filters)
        case "flagged" | "fraud_amount" | "alert_precision":
            return side.alert is not None
        case "review_hours":
            return side.review is not None
        case "new_counterparties":
            return flows and asked.is_new(side, is_before)
        case _:
            return flows


def _speaks(side: Side, asked: Asked, filters: Sequence[Filter]) -> bool:
    """A payment within the scope has two sides there; the sender's speaks, unless the question is about sides."""
    one_sided = {"account", "bank", "counterparty", "customer"}
    if one_sided.intersection(asked.query.group_by) or one_sided.intersection(f.field for f in filters):
        return True
    return side.direction == "out" or not _sees(asked.principal, side.other_customer_id, side.other_bank_id)


def _group(dimension: str, side: Side, asked: Asked, is_before: bool, start: date) -> Any:
    local = asked.local(side)
    match dimension:
        case "weekday":
            return local.isoweekday()
        case "weekend":
            return int(local.isoweekday() > 5)
        case "hour":
            return local.hour
        case "amount_band":
            return min(4, max(0, len(str(side.amount_minor // 100)) - 2))
        case "recurring":
            return asked.comes_back(side)
        case "payee_is_new":
            return "new" if asked.is_new(side, is_before) else "known"
        case "account":
            return side.account, str(side.account_id)
        case "customer":
            return side.customer, str(side.customer_id)
        case _ if dimension not in CALENDAR:
            return getattr(side, dimension)
    return _laid_over(dimension, local.date(), asked.query, is_before, start)


def _laid_over(dimension: str, day: date, query: InsightQuery, is_before: bool, start: date) -> date:
    first = _first_day(dimension, day)
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
        "fiscal_year": day.day == 1 and day.month == 4,
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
        elif dimension == "weekend":
            choices.append({int(day.isoweekday() > 5) for day in days})
        elif dimension == "hour":
            choices.append(range(24))
        elif dimension == "amount_band":
            choices.append(range(5))
        else:
            choices.append([value])
    return product(*choices)


def _row(key: tuple[Any, ...], cell: dict[bool, list[Any]], asked: Asked) -> dict[str, Any]:
    row: dict[str, Any] = {"currency": key[0]}
    for dimension, value in zip(asked.query.group_by, key[1:], strict=True):
        row[dimension.value] = value[0] if dimension in ("account", "customer") else value
        if dimension in ("account", "customer"):
            row[f"{dimension.value}_id"] = value[1]
    for column in asked.columns:
        for is_before in (False, True) if asked.query.compare else (False,):
            row[column.name + ("_before" if is_before else "")] = _measured(column, cell[is_before], asked, is_before)
    return row


def _measured(column: Column, cell: list[Any], asked: Asked, is_before: bool) -> int | float | None:
    measure = column.measure
    if measure == "share":
        return None
    if measure.startswith("balance"):
        if not cell:
            return None
        mean = round(Fraction(sum(cell), len(cell)))
        return {"balance": cell[-1], "balance_average": mean, "balance_lowest": min(cell)}[measure]
    cell = [side for side in cell if _part(side, column, asked, is_before)]
    sizes = sorted(side.amount_minor for side in cell)
    spend, income = sum(side.spend for side in cell), sum(side.income for side in cell)
    statuses = [side.status for side in cell]
    alerts = [side.alert for side in cell]
    match measure:
        case "spend" | "income" | "net":
            return {"spend": spend, "income": income, "net": income - spend}[measure]
        case "savings_rate":
            return _percent(income - spend, income)
        case "volume":
            return sum(sizes)
        case "count" | "flagged":
            return len(sizes)
        case "counterparties" | "new_counterparties":
            return len({side.counterparty for side in cell})
        case "fraud_amount":
            return sum(side.amount_minor for side in cell if side.alert == "confirmed")
        case "alert_precision":
            return _percent(alerts.count("confirmed"), alerts.count("confirmed") + alerts.count("dismissed"))
        case "review_hours":
            seconds = sorted(int(side.review.total_seconds()) for side in cell if side.review is not None)
            return round(Fraction(_middle(seconds), 2 * 3_600)) if seconds else None
        case "failed_share":
            return _percent(statuses.count("failed"), len(statuses))
        case _ if not sizes:
            return None
        case "days_since_last":
            last_day = asked.periods[is_before][1] - timedelta(days=1)
            return (last_day - max(asked.local(side).date() for side in cell)).days
        case "spread":
            # By nearest rank: the first value that at least a quarter, or three, are not above.
            place: Callable[[int], int] = lambda quarters: -(-quarters * len(sizes) // 4) - 1  # noqa: E731
            return sizes[place(3)] - sizes[place(1)]
    # round() of a Fraction is half to even.
    return {
        "average": round(Fraction(sum(sizes), len(sizes))),
        "median": round(Fraction(_middle(sizes), 2)),
        "largest": sizes[-1],
        "smallest": sizes[0],
    }[measure]


def _names(dimensions: Iterable[str]) -> list[str]:
    named = {"account": ["account", "account_id"], "customer": ["customer", "customer_id"], "currency": []}
    return [name for d in dimensions for name in named.get(str(d), [str(d)])]


def _ordered(groups: list[dict[str, Any]], query: InsightQuery, *, in_time: bool = True) -> list[dict[str, Any]]:
    names = _names(query.group_by)
    times = [d.value for d in query.group_by if d in [*CALENDAR, "weekday", "weekend", "hour", "amount_band"]]
    groups = sorted(groups, key=lambda row: [row[name] for name in names])

    def by(name: str, descending: bool) -> None:
        # sorted(reverse=True) keeps ties in the order they have, by name.
        known = [row for row in groups if row[name] is not None]
        unknown = [row for row in groups if row[name] is None]
        groups[:] = sorted(known, key=lambda row: row[name], reverse=descending) + unknown

    if query.order:
        by(str(query.order.by), query.order.descending)
    else:
        by(query.measures[0].value, True)
        if in_time:
            groups.sort(key=lambda row: [row[name] for name in times])
    return groups


def _limited(groups: list[dict[str, Any]], asked: Asked) -> list[dict[str, Any]]:
    query = asked.query
    shown, rest = groups[: query.limit], groups[query.limit :]
    if query.others and rest:
        other: dict[str, Any] = dict.fromkeys(_names(query.group_by), "(others)")
        other |= {name: None for name in ("account_id", "customer_id") if name in other}
        measured = {column.name for column in asked.columns}
        known = [name for name in rest[0] if name.removesuffix("_before") in measured]
        sums = {name: sum(row[name] for row in rest if row[name] is not None) for name in known}
        shown = [*shown, {**other, "currency": rest[0]["currency"], **sums}]
    return [_shown(row) for row in shown]


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    looks: dict[str, Callable[[Any], str]] = {
        "weekday": lambda n: WEEKDAYS[n - 1],
        "weekend": lambda n: ["weekday", "weekend"][n],
        "hour": lambda n: f"{n:02d}:00",
        "amount_band": lambda n: BANDS[n],
        **dict.fromkeys(CALENDAR, date.isoformat),
    }
    return {name: looks[name](value) if name in looks else value for name, value in row.items()}
