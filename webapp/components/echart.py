"""Apache ECharts as a Reflex component."""

from typing import Any

import reflex as rx

_SOURCE = rx.asset("echart.jsx", shared=True)


class EChart(rx.Component):
    """A chart that follows the page's theme and writes money as `money` says.

    `option` is ECharts' own; `money` holds currency, locale and digits of amounts in minor units, or is empty.
    """

    library = _SOURCE.importable_path
    tag = "EChart"
    lib_dependencies: list[str] = ["echarts@6.1.0"]

    option: rx.Var[dict[str, Any]]
    money: rx.Var[dict[str, Any]]
    dark: rx.Var[bool]
    height: rx.Var[str]
    label: rx.Var[str]
    on_point: rx.EventHandler[rx.event.passthrough_event_spec(dict)]


def echart(**props) -> EChart:
    return EChart.create(dark=rx.color_mode == "dark", **props)
