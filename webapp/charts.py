"""The API's charts as ECharts options. Amounts stay in minor units; `echart.jsx` writes them."""

from collections.abc import Sequence
from typing import Any

from core.money import exponent, locale_of

_GRID = {"left": 8, "right": 12, "top": 36, "bottom": 4, "containLabel": True}
_NAMES_CHARS_MAX = 70
"""Characters of names that fit under a chart, beside each other."""
_LABELS_BESIDE_EACH_OTHER = 14
"""With more bars than this, names are left to turn."""


def option_of(chart: dict[str, Any]) -> dict[str, Any]:
    """The drawing of one chart of the closed set: line, bar or donut."""
    if chart["kind"] == "donut":
        return donut(chart["labels"], chart["series"][0]["values"])
    if chart["kind"] == "bar" and len(chart["series"]) == 1 and _is_ranking(chart["labels"]):
        return ranking(chart["labels"], chart["series"][0]["values"])
    return lines_or_bars(chart["kind"], chart["labels"], chart["series"])


def _is_ranking(labels: Sequence[str]) -> bool:
    """Several long names stand better one under another than beside each other."""
    return len(labels) > 3 and sum(map(len, labels)) > _NAMES_CHARS_MAX


def money_of(currency: str | None) -> dict[str, Any]:
    """How to write amounts of `currency`; empty for plain counts."""
    if currency is None:
        return {}
    return {"currency": currency, "locale": locale_of(currency).replace("_", "-"), "digits": exponent(currency)}


def lines_or_bars(kind: str, labels: Sequence[str], series: Sequence[dict[str, Any]]) -> dict[str, Any]:
    names_lie_flat = kind == "line" or len(labels) <= _LABELS_BESIDE_EACH_OTHER
    is_single = len(series) == 1
    return {
        "tooltip": {"trigger": "axis", "axisPointer": {"type": "line" if kind == "line" else "shadow"}},
        "legend": {"top": 0, "left": 0, "show": not is_single},
        "grid": _GRID | ({"top": 12} if is_single else {}),
        "xAxis": {
            "type": "category",
            "data": list(labels),
            "boundaryGap": kind == "bar",
            "axisLabel": {"hideOverlap": True, "rotate": 0 if names_lie_flat else 35},
        },
        "yAxis": {"type": "value", "splitNumber": 4},
        "series": [_line(each) if kind == "line" else _bar(each) for each in series],
    }


def ranking(labels: Sequence[str], values: Sequence[int]) -> dict[str, Any]:
    """Horizontal bars, the largest on top: long names stay readable."""
    return {
        "tooltip": {"trigger": "axis", "axisPointer": {"type": "shadow"}},
        "grid": _GRID | {"top": 4},
        "xAxis": {"type": "value", "splitNumber": 3},
        "yAxis": {
            "type": "category",
            "data": list(labels),
            "inverse": True,
            "axisLabel": {"width": 120, "overflow": "truncate"},
        },
        "series": [
            {"type": "bar", "data": list(values), "barMaxWidth": 16, "itemStyle": {"borderRadius": [0, 5, 5, 0]}}
        ],
    }


def donut(labels: Sequence[str], values: Sequence[int | float | None], *, legend: bool = True) -> dict[str, Any]:
    slices = [{"name": label, "value": value} for label, value in zip(labels, values, strict=True) if value]
    return {
        "tooltip": {"trigger": "item"},
        "legend": {"orient": "horizontal", "bottom": 0, "show": legend},
        "series": [
            {
                "type": "pie",
                "radius": ["54%", "80%"] if legend else ["66%", "98%"],
                "center": ["50%", "44%"] if legend else ["50%", "50%"],
                "label": {"show": False},
                "data": slices,
            }
        ],
    }


def _line(series: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": series["name"],
        "type": "line",
        "data": series["values"],
        "showSymbol": len(series["values"]) <= 2,  # a single point would otherwise not be seen
        "areaStyle": {"opacity": 0.1},
    }


def _bar(series: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": series["name"],
        "type": "bar",
        "data": series["values"],
        "barMaxWidth": 36,
        "itemStyle": {"borderRadius": [5, 5, 0, 0]},
    }
