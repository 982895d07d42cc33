"""The figures of an InsightResult as CSV, safe to open in a spreadsheet."""

import csv
import io
from typing import Any

from core.insights.query import InsightResult, ResultColumn
from core.money import Money

# A spreadsheet runs a cell that begins with one of these: https://owasp.org/www-community/attacks/CSV_Injection
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def to_csv(result: InsightResult) -> str:
    """One line per row under a line of names; money as a decimal number of the line's currency, nothing as empty."""
    text = io.StringIO()
    lines = csv.writer(text)
    groups = [column for column in result.columns if column.kind == "dimension"]
    measures = [column for column in result.columns if column.kind == "measure"]
    lines.writerow([*(column.name for column in groups), "currency", *(column.name for column in measures)])
    for row in result.rows:
        names = [_harmless(row[column.name]) for column in groups]
        lines.writerow([*names, row["currency"], *(_figure(column, row) for column in measures)])
    return text.getvalue()


def _harmless(name: str | None) -> str:
    """The name as text: one that a spreadsheet would run gets an apostrophe before it."""
    name = name or ""
    return f"'{name}" if name.startswith(_FORMULA_STARTS) else name


def _figure(column: ResultColumn, row: dict[str, Any]) -> str | int:
    value = row[column.name]
    if value is None:
        return ""
    return Money(value, row["currency"]).amount if column.unit == "money" else value
