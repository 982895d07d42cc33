"""The figures of an InsightResult as CSV, safe to open in a spreadsheet."""

import csv
import io
from typing import Any

from core.insights.query import InsightResult, ResultColumn
from core.money import Money
from core.spreadsheet import harmless


def to_csv(result: InsightResult) -> str:
    """One line per row under a line of names; money as a decimal number of the line's currency, nothing as empty."""
    text = io.StringIO()
    lines = csv.writer(text)
    groups = [column for column in result.columns if column.kind == "dimension"]
    measures = [column for column in result.columns if column.kind == "measure"]
    lines.writerow([*(column.name for column in groups), "currency", *(column.name for column in measures)])
    for row in result.rows:
        names = [harmless(row[column.name]) for column in groups]
        lines.writerow([*names, row["currency"], *(_figure(column, row) for column in measures)])
    return text.getvalue()


def _figure(column: ResultColumn, row: dict[str, Any]) -> str | int:
    value = row[column.name]
    if value is None:
        return ""
    return Money(value, row["currency"]).amount if column.unit == "money" else value
