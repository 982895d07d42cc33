"""Evidence: the tables behind an answer, and the few operations that figures may be made of.

A figure's `source` is a sentence that names cells and operations: `result 1, row 1, column spend`, or
`difference of [result 1, row 1, column spend] and [result 2, row 1, column spend]`. `value_of` works it out again, so
whoever checks an answer needs nothing but the source and the tables.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from itertools import count
from statistics import median
from typing import Any

from core.insights.buckets import WEEK_DAYS, WEEKEND_DAYS, WORKING_DAYS, isoweekday
from core.insights.query import InsightQuery, InsightResult, Operator, QueryPeriod
from core.money import Currency
from core.periods import Period, Unit

Row = Mapping[str, Any]


DAYS_OF_YEAR = 365


class SourceUnknown(ValueError):
    """A source that names no cell of the evidence, or an operation that cannot be done."""


@dataclass(frozen=True, slots=True)
class Table:
    """`name` is unique within an answer: `result 1`, `entries 1`, `alerts` ..."""

    name: str
    rows: Sequence[Row]
    period: QueryPeriod | None = None
    rows_in_all: int = 0
    """With the rows that a limit cut off."""


@dataclass
class Evidence:
    tables: dict[str, Table] = field(default_factory=dict[str, Table])

    def add(self, table: Table) -> Table:
        """The table, under a name that no other has: two questions about alerts give `alerts` and `alerts 2`."""
        if table.name in self.tables:
            stem = table.name.split(" ")[0]
            table = replace(table, name=next(f"{stem} {n}" for n in count(2) if f"{stem} {n}" not in self.tables))
        self.tables[table.name] = table
        return table

    def add_result(self, result: InsightResult) -> Table:
        """The result's figures as `result n` and its entries as `entries n`; gives the first."""
        n = next(n for n in count(1) if not {f"result {n}", f"entries {n}"} & self.tables.keys())
        entries = [entry.model_dump(mode="json") for entry in result.entries]
        self.add(Table(f"entries {n}", entries, result.query.period, len(entries)))
        return self.add(Table(f"result {n}", result.rows, result.query.period, len(result.rows) + result.cut_off))

    def value_of(self, source: str) -> Any:
        """What a source comes to. Raises SourceUnknown."""
        for pattern, read in _SOURCES:
            if match := pattern.fullmatch(source):
                return read(self, match)
        raise SourceUnknown(source)

    def table(self, name: str) -> Table:
        if name not in self.tables:
            raise SourceUnknown(name)
        return self.tables[name]

    def currency_of(self, source: str) -> Currency | None:
        """The currency of the first cell that a source names."""
        cell = _CELL.search(source)
        if cell is None:
            nothing = re.search(r"no ([A-Z]{3}) row", source)
            return nothing[1] if nothing else None
        row = self.table(cell["table"]).rows[int(cell["row"]) - 1]
        return row.get("currency")

    def _cell(self, match: re.Match[str]) -> Any:
        rows = self.table(match["table"]).rows
        number = int(match["row"])
        if not 1 <= number <= len(rows) or match["column"] not in rows[number - 1]:
            raise SourceUnknown(match.group())
        return rows[number - 1][match["column"]]

    def _absent(self, match: re.Match[str]) -> int:
        """0, if the table really has no row of that currency."""
        if any(row.get("currency") == match["currency"] for row in self.table(match["table"]).rows):
            raise SourceUnknown(match.group())
        return 0

    def _days(self, match: re.Match[str]) -> int:
        start = date.fromisoformat(str(self.value_of(match["operand"]))[:10])
        return (date.fromisoformat(match["day"]) - start).days

    def _rows(self, match: re.Match[str]) -> int:
        return self.table(match["table"]).rows_in_all

    def _less(self, match: re.Match[str]) -> int:
        return int(self.value_of(match["operand"])) - int(match["minor"])

    def _left(self, match: re.Match[str]) -> int:
        return int(match["minor"]) - int(self.value_of(match["operand"]))

    def _computed(self, match: re.Match[str]) -> Any:
        values = [self.value_of(operand) for operand in _operands(match["operands"])]
        if not values or any(not isinstance(value, (int, Decimal)) for value in values):
            raise SourceUnknown(match.group())
        try:
            return _OPERATIONS[match["operation"]](*map(Decimal, values))
        except (KeyError, TypeError, ArithmeticError):
            raise SourceUnknown(match.group()) from None

    def _per_unit(self, match: re.Match[str]) -> Decimal:
        """A value per day, week ... of the period that its table speaks of."""
        cell = _CELL.search(match["operand"])
        period = self.table(cell["table"]).period if cell else None
        weekdays = match["weekdays"].split(", ") if match["weekdays"] else ()
        units = units_in(period.period, Unit(match["unit"]), weekdays) if period else 0
        if not units:
            raise SourceUnknown(match.group())
        return Decimal(self.value_of(match["operand"])) / units


def cell(table: str, row: int, column: str) -> str:
    """The source of one cell; rows count from 1."""
    return f"{table}, row {row}, column {column}"


def absent(table: str, currency: Currency) -> str:
    """The source of a zero: nothing of that currency was found."""
    return f"no {currency} row in {table}"


def rows_of(table: str) -> str:
    return f"number of rows of {table}"


def computed(operation: str, *operands: str) -> str:
    return f"{operation} of {' and '.join(f'[{operand}]' for operand in operands)}"


def per_unit(operand: str, unit: Unit, weekdays: Sequence[str] = ()) -> str:
    """The source of a cell per unit of its table's period; with `weekdays`, per unit that has one of these."""
    of_days = f" of {', '.join(weekdays)}" if weekdays else ""
    return f"[{operand}] per {unit}{of_days}"


def days_until(operand: str, day: date) -> str:
    return f"days from [{operand}] to {day}"


def less(operand: str, minor: int) -> str:
    """The source of what is left of a cell, or a sum of cells, once an amount that the asker named is taken off."""
    return f"[{operand}] less {minor}"


def left_of(minor: int, operand: str) -> str:
    """The source of what is left of an amount that the asker named, once a cell, or a sum of cells, is taken off."""
    return f"{minor} less [{operand}]"


def units_in(period: Period, unit: Unit, weekdays: Sequence[str] = ()) -> int | Decimal:
    """How many days, months ... the period holds or touches; of weeks and years also parts, where it is not made of
    whole ones. With `weekdays` only those count that have one of these: so many Sundays, or weekends."""
    if weekdays:
        wanted = {isoweekday(weekday) for weekday in weekdays}
        days = (period.start + timedelta(days=n) for n in range(period.days))
        return len({Period.of(unit, day) for day in days if day.isoweekday() in wanted})
    if unit is Unit.DAY:
        return period.days
    if unit is Unit.WEEK and period.unit is not Unit.WEEK:
        return Decimal(max(7, period.days)) / 7
    count, first = 1, Period.of(unit, period.start)
    bucket = first
    while bucket.end < period.end:
        bucket = Period.of(unit, bucket.end)
        count += 1
    is_whole = (first.start, bucket.end) == (period.start, period.end)
    if unit in (Unit.YEAR, Unit.FISCAL_YEAR) and not is_whole:
        return Decimal(max(DAYS_OF_YEAR, period.days)) / DAYS_OF_YEAR
    return count


def weekdays_of(query: InsightQuery) -> tuple[str, ...]:
    """The days of the week that a query is limited to; empty where all count."""
    said = {f.field: f.values for f in query.filters if f.operator is Operator.IN}
    if "weekend" in said:
        return WEEKEND_DAYS if said["weekend"] == ("weekend",) else WORKING_DAYS
    return tuple(WEEK_DAYS[(isoweekday(day) or 1) - 1] for day in said.get("weekday", ()))


def whole(value: Decimal | int) -> int:
    """A value in minor units, rounded once, half to even."""
    return int(Decimal(value).to_integral_value(ROUND_HALF_EVEN))


_CELL = re.compile(r"(?P<table>[a-z]+(?: \d+)?), row (?P<row>\d+), column (?P<column>\w+)")
_SOURCES: list[tuple[re.Pattern[str], Callable[[Evidence, re.Match[str]], Any]]] = [
    (_CELL, Evidence._cell),  # pyright: ignore[reportPrivateUsage]
    (re.compile(r"no (?P<currency>[A-Z]{3}) row in (?P<table>[a-z]+(?: \d+)?)"), Evidence._absent),  # pyright: ignore[reportPrivateUsage]
    (re.compile(r"number of rows of (?P<table>[a-z]+(?: \d+)?)"), Evidence._rows),  # pyright: ignore[reportPrivateUsage]
    (re.compile(r"days from \[(?P<operand>.+)\] to (?P<day>\d{4}-\d\d-\d\d)"), Evidence._days),  # pyright: ignore[reportPrivateUsage]
    (re.compile(r"\[(?P<operand>.+)\] less (?P<minor>\d+)"), Evidence._less),  # pyright: ignore[reportPrivateUsage]
    (re.compile(r"(?P<minor>\d+) less \[(?P<operand>.+)\]"), Evidence._left),  # pyright: ignore[reportPrivateUsage]
    (re.compile(r"\[(?P<operand>.+)\] per (?P<unit>\w+)(?: of (?P<weekdays>[a-z, ]+))?"), Evidence._per_unit),  # pyright: ignore[reportPrivateUsage]
    (re.compile(r"(?P<operation>[a-z]+) of (?P<operands>\[.+\])"), Evidence._computed),  # pyright: ignore[reportPrivateUsage]
]


def _sum(*values: Decimal) -> Decimal:
    return sum(values, Decimal(0))


def _difference(one: Decimal, other: Decimal) -> Decimal:
    return one - other


def _share(part: Decimal, of: Decimal) -> Decimal:
    return 100 * part / of


def _growth(now: Decimal, before: Decimal) -> Decimal:
    return 100 * (now - before) / abs(before)


def _mean(*values: Decimal) -> Decimal:
    return _sum(*values) / len(values)


def _size(value: Decimal) -> Decimal:
    return abs(value)


def _quotient(value: Decimal, by: Decimal) -> Decimal:
    return value / by


def _median(*values: Decimal) -> Decimal:
    return Decimal(median(values))


_OPERATIONS: dict[str, Callable[..., Decimal]] = {
    "sum": _sum,
    "difference": _difference,
    "share": _share,
    "growth": _growth,
    "mean": _mean,
    "median": _median,
    "size": _size,
    "quotient": _quotient,
}


def _operands(text: str) -> list[str]:
    """The bracketed parts of `[a] and [b]`, which may hold brackets themselves."""
    parts: list[str] = []
    depth, start = 0, 0
    for position, char in enumerate(text):
        if char == "[":
            depth, start = depth + 1, start if depth else position + 1
        elif char == "]":
            depth -= 1
            if depth == 0:
                parts.append(text[start:position])
    return parts
