"""Charts by the shape of a result: a course of time is a line, parts are a donut or bars."""

from typing import Any

from agents.answer import Chart, Series
from agents.wording import group_name
from core.insights.query import Dimension, InsightResult, Measure

PARTS_MAX = 12
DONUT_MAX = 6
TIMED = frozenset({Dimension.DAY, Dimension.WEEK, Dimension.MONTH, Dimension.QUARTER, Dimension.YEAR})
_SUMS = frozenset({Measure.SPEND, Measure.INCOME, Measure.VOLUME, Measure.COUNT})


def chart(result: InsightResult, title: str) -> Chart | None:
    """The drawing of a grouped result in its first currency; None where there is nothing to compare."""
    if not result.rows or not result.query.group_by:
        return None
    currency = result.rows[0]["currency"]
    rows = [row for row in result.rows if row["currency"] == currency]
    measure = result.query.measures[0]
    if len(result.query.group_by) == 2:
        labels, series = _crossed(rows, result.query.group_by, measure)
    else:
        labels, series = _simple(rows, result, measure)
    if len(labels) < 2:
        return None
    unit = "count" if measure is Measure.COUNT else "money"
    return Chart(
        kind=_kind(result, measure, labels, series),
        title=f"{title}, {result.query.period.period.label}",
        labels=labels,
        series=series,
        unit=unit,
        currency=None if unit == "count" else currency,
    )


def pair(result: InsightResult, title: str) -> Chart | None:
    """Two bars: a period and the one it is compared with."""
    if not result.rows or result.compared_with is None:
        return None
    row, measure = result.rows[0], result.query.measures[0]
    unit = "count" if measure is Measure.COUNT else "money"
    return Chart(
        kind="bar",
        title=title,
        labels=[result.compared_with.period.label, result.query.period.period.label],
        series=[Series(name=title, values=[row[f"{measure}_before"], row[measure]])],
        unit=unit,
        currency=None if unit == "count" else row["currency"],
    )


def _kind(result: InsightResult, measure: Measure, labels: list[str], series: list[Series]) -> Any:
    if result.query.group_by[0] in TIMED and result.query.order is None:
        return "line" if len(labels) > 3 else "bar"
    all_positive = all((value or 0) >= 0 for one in series for value in one.values)
    is_parts = len(series) == 1 and len(labels) <= DONUT_MAX and measure in _SUMS and all_positive
    return "donut" if is_parts and result.query.order is None and not result.query.compare else "bar"


def _simple(rows: list[dict[str, Any]], result: InsightResult, measure: Measure) -> tuple[list[str], list[Series]]:
    dimension = result.query.group_by[0]
    shown = rows if dimension in TIMED else rows[:PARTS_MAX]
    series = [Series(name=measure.value, values=[row[measure] for row in shown])]
    if result.compared_with is not None:
        series = [
            Series(name=result.query.period.period.label, values=[row[measure] for row in shown]),
            Series(name=result.compared_with.period.label, values=[row[f"{measure}_before"] for row in shown]),
        ]
    return [group_name(dimension, row[dimension]) for row in shown], series


def _crossed(
    rows: list[dict[str, Any]], dimensions: tuple[Dimension, ...], measure: Measure
) -> tuple[list[str], list[Series]]:
    """The first dimension along the axis, one series per value of the second."""
    along, across = dimensions
    labels = list(dict.fromkeys(row[along] for row in rows))
    names = list(dict.fromkeys(row[across] for row in rows))[:PARTS_MAX]
    values = {(row[along], row[across]): row[measure] for row in rows}
    series = [Series(name=group_name(across, name), values=[values.get((at, name)) for at in labels]) for name in names]
    return [group_name(along, at) for at in labels], series
