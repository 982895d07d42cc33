"""A run as people read it: a table in the terminal and one HTML page."""

from pathlib import Path

from jinja2 import Environment, PackageLoader, select_autoescape
from rich.table import Table

from evals.run import RunReport


def table(report: RunReport) -> Table:
    """One line per suite and split; the test split is what the gates look at."""
    columns = ("suite", "split", "cases", "exact", "wrong", "clarified", "refused", "grounded", "p50 ms")
    shown = Table(*columns, title=f"Planner: {report.planner}")
    from_metrics = ("exact", "wrong", "clarified", "refused", "grounded")
    for suite in report.suites:
        for split in ("dev", "test"):
            found = suite.metrics_of(split)
            cells = [f"{found[name]:.0%}" for name in from_metrics] if found else ["-"] * len(from_metrics)
            latency = f"{found['p50_ms']:.0f}" if found else "-"
            shown.add_row(suite.suite.suite, split, str(len(suite.split(split))), *cells, latency)
    return shown


def write_html(report: RunReport, path: Path) -> None:
    """The whole run as one page without scripts: the shares, then each case that was not exact and why."""
    pages = Environment(loader=PackageLoader("evals"), autoescape=select_autoescape())
    path.write_text(pages.get_template("report.html").render(report=report))
