"""Answers as people read them in a terminal."""

from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from agents.answer import Answer, Figure
from agents.inert import inert
from core.money import Money

FIGURES_SHOWN = 6
_CELL_MAX = 40
_PAYMENT_COLUMNS = ["occurred_at", "counterparty", "description", "amount_minor"]
_HIDDEN = frozenset({"account_id", "id", "reasons", "status", "currency", "time_zone", "available_minor"})


def print_answer(answer: Answer, console: Console, *, rows_max: int) -> None:
    """The sentence, then the rows behind it, or its figures where it has several and no rows."""
    console.print(answer.answer, highlight=False, markup=False)
    if answer.rows:
        console.print(_rows(answer.rows[:rows_max]))
        if len(answer.rows) > rows_max:
            console.print(f"... and {len(answer.rows) - rows_max} more", style="dim")
    elif len(answer.figures) > 1:
        console.print(_figures(answer.figures[:FIGURES_SHOWN]))


def _rows(rows: list[dict[str, Any]]) -> Table:
    is_payments = set(_PAYMENT_COLUMNS) <= set(rows[0])
    columns = _PAYMENT_COLUMNS if is_payments else [name for name in rows[0] if name not in _HIDDEN]
    table = Table(*(name.removesuffix("_minor").replace("_", " ") for name in columns))
    for row in rows:
        table.add_row(*(_cell(name, row) for name in columns))
    return table


def _cell(name: str, row: dict[str, Any]) -> Text:
    value = row.get(name)
    if name.endswith("_at") and value:
        return Text(str(value)[:10])
    if isinstance(value, int) and "currency" in row and not name.startswith(("count", "points")):
        return Text(Money(value, row["currency"]).display())
    return Text("" if value is None else inert(str(value))[:_CELL_MAX])


def _figures(figures: list[Figure]) -> Table:
    table = Table("figure", "value", "from")
    for figure in figures:
        table.add_row(Text(figure.label), Text(_value(figure)), Text(figure.source, style="dim"))
    return table


def _value(figure: Figure) -> str:
    if figure.value_minor is not None and figure.currency is not None:
        amount = Money(figure.value_minor, figure.currency).display()
        return amount if figure.value is None else f"{inert(str(figure.value))}, {amount}"
    return f"{figure.value} %" if figure.unit == "percent" else inert(str(figure.value))
