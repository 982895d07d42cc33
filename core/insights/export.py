"""The figures of an InsightResult as a file for other programs: CSV, XLSX or Parquet, safe in a spreadsheet."""

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from importlib import import_module
from typing import Any

from xlsxwriter import Workbook  # pyright: ignore[reportMissingTypeStubs]

from core.errors import FormatMissing
from core.insights.query import InsightResult, ResultColumn
from core.money import Money, exponent
from core.spreadsheet import harmless

Cell = str | int | float | Decimal | date | None


class Format(StrEnum):
    CSV = "csv"
    XLSX = "xlsx"
    PARQUET = "parquet"


@dataclass(frozen=True, slots=True)
class Export:
    media_type: str
    write: Callable[[InsightResult], bytes]


def to_csv(result: InsightResult) -> bytes:
    """One line per row under a line of names; money as a decimal number of the line's currency, nothing as empty."""
    text = io.StringIO()
    lines = csv.writer(text)
    lines.writerow(column.name for column in _columns(result))
    for row in result.rows:
        lines.writerow(_plain(column, row) for column in _columns(result))
    return text.getvalue().encode()


def to_xlsx(result: InsightResult) -> bytes:
    """One sheet with the same lines; money and percentages as numbers, days as dates, names as text alone."""
    file = io.BytesIO()
    with Workbook(file, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        sheet: Any = book.add_worksheet("Insights")  # pyright: ignore[reportUnknownMemberType]
        day: Any = book.add_format({"num_format": "yyyy-mm-dd"})  # pyright: ignore[reportUnknownMemberType]
        for place, column in enumerate(_columns(result)):
            sheet.write_string(0, place, column.name)
            for line, row in enumerate(result.rows, 1):
                _write(sheet, line, place, _typed(column, row), day)
    return file.getvalue()


def to_parquet(result: InsightResult) -> bytes:
    """One column each, exact: money as decimal(38, 4), percentages as decimal(38, 1), days as dates.

    Raises FormatMissing where pyarrow, which is large and not installed by default, is not there.
    """
    try:
        # Untyped, and there only with the extra.
        pa: Any = import_module("pyarrow")
        pq: Any = import_module("pyarrow.parquet")
    except ImportError:
        raise FormatMissing("Parquet needs the export extra: pip install 'finlens[export]', or ask for CSV") from None
    kinds: dict[str, Any] = {
        "money": pa.decimal128(38, 4), "percent": pa.decimal128(38, 1), "count": pa.int64(), "days": pa.int64(),
        "date": pa.date32(), "text": pa.string(),
    }  # fmt: skip
    columns = _columns(result)
    cells: dict[str, Any] = {
        column.name: pa.array([_typed(column, row) for row in result.rows], kinds[column.unit]) for column in columns
    }
    file = io.BytesIO()
    pq.write_table(pa.table(cells), file)
    return file.getvalue()


EXPORTS: dict[Format, Export] = {
    Format.CSV: Export("text/csv", to_csv),
    Format.XLSX: Export("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", to_xlsx),
    Format.PARQUET: Export("application/vnd.apache.parquet", to_parquet),
}


def _columns(result: InsightResult) -> list[ResultColumn]:
    """Those of the result, with the currency, which each row has, between the groups and the measures."""
    currency = ResultColumn(name="currency", kind="dimension", unit="text")
    groups = [c for c in result.columns if c.kind == "dimension" and c.name != "currency"]
    return [*groups, currency, *(column for column in result.columns if column.kind == "measure")]


def _plain(column: ResultColumn, row: dict[str, Any]) -> str | int | float:
    value = row[column.name]
    if column.unit in ("text", "date"):
        return harmless(value)
    if value is None:
        return ""
    return Money(value, row["currency"]).amount if column.unit == "money" else value


def _typed(column: ResultColumn, row: dict[str, Any]) -> Cell:
    value = row[column.name]
    match column.unit:
        case _ if value is None:
            return None
        case "money":
            return Decimal(value).scaleb(-exponent(row["currency"]))
        case "percent":
            return Decimal(str(value))
        case "date" if value != "(others)":
            return date.fromisoformat(value)
        case _:
            return value


def _write(sheet: Any, line: int, place: int, value: Cell, day: Any) -> None:
    """A cell of its own kind: text is never taken for a formula, whatever it begins with."""
    if isinstance(value, str):
        sheet.write_string(line, place, value)
    elif isinstance(value, date):
        sheet.write_datetime(line, place, value, day)
    elif value is not None:
        sheet.write_number(line, place, value)
