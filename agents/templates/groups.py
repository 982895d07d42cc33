"""Templates for groups: every group, the first ones, how many there are."""

from typing import Any

from agents.answer import Figure
from agents.charts import TIMED, chart
from agents.draft import Draft
from agents.evidence import rows_of
from agents.templates.told import FIGURES_MAX, NOTHING, TOLD_MAX, Told
from agents.wording import dimension_name, inside, listed
from core.insights.query import Measure

_LINES_MAX = 12
_PLURALS = {"category": "categories", "day of the week": "days of the week", "hour of the day": "hours of the day"}


def breakdown(told: Told) -> Draft:
    """Each group with its value, and the chart that fits."""
    rows = [(n, row) for n, row in enumerate(told.result.rows, start=1) if row[told.measure] is not None]
    if not any(row[told.measure] for _, row in rows):
        return NOTHING
    figures = [told.figure(_label(told, row), told.source(n)) for n, row in rows[:FIGURES_MAX]]
    lines = [
        f"{told.group(row)} {told.say(figure)}" for (_, row), figure in zip(rows, figures[:_LINES_MAX], strict=False)
    ]
    more = "; …" if len(rows) > _LINES_MAX else ""
    by = listed([dimension_name(dimension, told.query) for dimension in told.query.group_by])
    text = f"{told.about()} by {by}, {told.period}: {'; '.join(lines)}{more}."
    return Draft(text, figures, chart=chart(told.result, told.about()), rows=told.result.rows)


def _label(told: Told, row: dict[str, Any]) -> str:
    """`Groceries, May 2026` for a category, `Spending, May 2026` for a month."""
    if TIMED.intersection(told.query.group_by):
        return f"{told.about()}, {told.group(row)}"
    return f"{told.group(row)}, {told.period}"


def rank(told: Told) -> Draft:
    """The first group by name, with its amount; then the ones behind it."""
    rows = [(n, row) for n, row in enumerate(told.result.rows, start=1) if row[told.measure]]
    if not rows:
        return NOTHING
    dimension = told.query.group_by[0]
    (place, first), order = rows[0], told.query.order
    most = "Most" if order is None or order.descending else "Least"
    amount = None if told.measure is Measure.COUNT else told.source(place)
    winner = told.make.name(
        f"{most} {inside(told.about())} by {dimension_name(dimension, told.query)}, {told.period}",
        told.group(first),
        told.source(place, dimension),
        amount=amount,
    )
    figures = [told.figure(_label(told, row), told.source(n)) for n, row in rows[:FIGURES_MAX]]
    lines = [f"{told.group(row)} {told.say(figure)}" for (_, row), figure in zip(rows, figures, strict=False)]
    text = f"{told.group(first)}: {told.say(figures[0])} ({told.label()})."
    text += f" Then {'; '.join(lines[1:])}." if lines[1:] else ""
    return Draft(text, [winner, *figures], chart=chart(told.result, told.about()), rows=told.result.rows)


def count_groups(told: Told) -> Draft:
    """How many groups there are, and the first of them."""
    if not told.result.rows:
        return NOTHING
    name = dimension_name(told.query.group_by[0], told.query)
    nouns = _PLURALS.get(name, f"{name}s")
    figure: Figure = told.make.count(f"Number of {nouns}, {told.label()}", rows_of(told.tables[0].name))
    names = listed([told.group(row) for row in told.result.rows[:TOLD_MAX]])
    first = " First among them" if len(told.result.rows) > TOLD_MAX else " They are"
    return Draft(f"{figure.value} {nouns} ({told.label()}).{first}: {names}.", [figure], rows=told.result.rows)
