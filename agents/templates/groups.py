"""Templates for groups: every group, the first ones, how many there are."""

from typing import Any

from agents.answer import Figure
from agents.charts import TIMED, chart
from agents.draft import Draft
from agents.evidence import computed, rows_of
from agents.plan import Operation
from agents.templates.told import FIGURES_MAX, NOTHING, TOLD_MAX, Told
from agents.wording import count, dimension_name, inside, listed
from core.insights.query import Dimension, Measure, Operator

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
    each: list[Figure] = []
    if len(rows) == 1 and told.query.group_by == (Dimension.COUNTERPARTY,):
        figures.insert(0, _only(told, *rows[0]))
        each = _each(told) if len(told.results) > 1 else []
    more = "; …" if len(rows) > _LINES_MAX else ""
    by = listed([dimension_name(dimension, told.query) for dimension in told.query.group_by])
    text = f"{told.about(rows[0][1]['currency'])} by {by}, {told.period}: {'; '.join(lines)}{more}."
    text += f" That is {told.say(each[0])} of {told.say(each[1])} on average." if each else ""
    return Draft(text, [*figures, *each], chart=chart(told.result, told.about()), rows=told.result.rows)


def _only(told: Told, place: int, row: dict[str, Any]) -> Figure:
    """The name of the only one that there is: who it was is what was asked."""
    source = told.source(place, Dimension.COUNTERPARTY)
    return told.make.name(f"{told.about()}, {told.period}", told.group(row), source, amount=told.source(place))


def _each(told: Told) -> list[Figure]:
    """How many payments the only one got, and what each was on average."""
    row = told.results[1].rows[0]
    return [
        make(told.label(row["currency"], measure), told.source(1, measure, result=1))
        for make, measure in ((told.make.count, Measure.COUNT), (told.make.money, Measure.AVERAGE))
    ]


def _label(told: Told, row: dict[str, Any]) -> str:
    """`Groceries, May 2026` for a category, `Spending, May 2026` for a month."""
    if TIMED.intersection(told.query.group_by):
        return f"{told.about()}, {told.group(row)}"
    return f"{told.group(row)}, {told.period}"


def to_new(told: Told) -> Draft:
    """What went to payees who were paid for the first time, or in how many payments, and to whom; their names first
    where these were asked."""
    if not told.result.rows:
        return NOTHING
    make = told.make.count if told.measure is Measure.COUNT else told.make.money
    sums = [
        make(f"To new payees, {told.label(currency)}", computed("sum", *sources))
        for currency in told.currencies()
        if (sources := [told.source(n) for n, row in enumerate(told.result.rows, 1) if row["currency"] == currency])
    ]
    number = told.make.count(f"New payees, {told.period}", rows_of(told.tables[0].name))
    figures = [told.figure(_label(told, row), told.source(n)) for n, row in enumerate(told.result.rows[:TOLD_MAX], 1)]
    lines = [f"{told.group(row)} {told.say(f)}" for row, f in zip(told.result.rows, figures, strict=False)]
    assert isinstance(number.value, int)
    to = count(number.value, "new payee")
    text = f"{' and '.join(map(told.say, sums))} to {to}, {told.period}: {'; '.join(lines)}."
    if told.task.operation is Operation.MET:
        return Draft(text, [*_names(told), number, *sums, *figures], rows=told.result.rows)
    return Draft(text, [*sums, number, *figures], rows=told.result.rows)


def _names(told: Told) -> list[Figure]:
    """The first payees by name, each with what went to it."""
    return [
        told.make.name(
            f"New payee, {told.period}", told.group(row), told.source(n, Dimension.COUNTERPARTY), amount=told.source(n)
        )
        for n, row in enumerate(told.result.rows[:TOLD_MAX], 1)
    ]


def rank(told: Told) -> Draft:
    """The first group by name, with its amount; then the ones behind it."""
    rows = [(n, row) for n, row in enumerate(told.result.rows, start=1) if row[told.measure]][told.task.position - 1 :]
    if not rows:
        return NOTHING
    dimension, asks_amount = told.query.group_by[0], told.task.asks_amount
    (place, first), order = rows[0], told.query.order
    words = ("Highest", "Lowest") if told.measure is Measure.BALANCE else ("Most", "Least")
    most = words[order is not None and not order.descending]
    if told.task.position > 1:
        most = f"Number {told.task.position} of the {most.lower()}"
    amount = None if told.measure is Measure.COUNT else told.source(place)
    label = f"{most} {inside(told.about(first['currency']))} by {dimension_name(dimension, told.query)}, {told.period}"
    source = told.source(place, dimension)
    if dimension is Dimension.DAY:
        winner = told.make.date(label, source)
    else:
        winner = told.make.name(label, told.group(first), source, amount=amount)
    figures = [told.figure(_label(told, row), told.source(n)) for n, row in rows[:FIGURES_MAX]]
    lines = [f"{told.group(row)} {told.say(figure)}" for (_, row), figure in zip(rows, figures, strict=False)]
    place_said = f"Number {told.task.position}: " if told.task.position > 1 else ""
    text = f"{place_said}{told.group(first)}: {told.say(figures[0])} ({told.label(first['currency'])})."
    text += f" Then {'; '.join(lines[1:])}." if lines[1:] else ""
    if asks_amount and told.task.first > 1 and told.measure is not Measure.COUNT:
        total = told.figure(
            f"The first {len(rows)} together, {told.label()}", computed("sum", *(told.source(n) for n, _ in rows))
        )
        return Draft(f"{text} Together {told.say(total)}.", [total, winner, *figures], rows=told.result.rows)
    ordered = [figures[0], winner, *figures[1:]] if asks_amount else [winner, *figures]
    return Draft(text, ordered, chart=chart(told.result, told.about()), rows=told.result.rows)


def count_groups(told: Told) -> Draft:
    """How many groups there are, and the first of them."""
    name, about = dimension_name(told.query.group_by[0], told.query), _counted(told)
    if not told.result.rows:
        none = told.make.count(f"Number of {name}s, {about}", rows_of(told.tables[0].name))
        return Draft(f"No {name} ({about}).", [none]) if told.query.having else NOTHING
    nouns = _PLURALS.get(name, f"{name}s")
    figure: Figure = told.make.count(f"Number of {nouns}, {about}", rows_of(told.tables[0].name))
    names = [told.group(row) for row in told.result.rows]
    are = f"They are: {listed(names)}" if len(names) <= TOLD_MAX else f"First among them: {', '.join(names[:TOLD_MAX])}"
    assert isinstance(figure.value, int)
    number = f"1 {name}" if figure.value == 1 else f"{figure.value} {nouns}"
    return Draft(f"{number} ({about}). {are}.", [figure], rows=told.result.rows)


def _counted(told: Told) -> str:
    """What the groups are counted by: of savings, whether more came in or went out."""
    sides = {Operator.AT_MOST: "Spending above income", Operator.AT_LEAST: "Income above spending"}
    is_net = told.measure is Measure.NET and told.query.having
    return f"{sides[told.query.having[0].operator]}, {told.period}" if is_net else told.label()
