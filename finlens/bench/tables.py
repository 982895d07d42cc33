"""A benchmark's report for people: the same figures as the JSON document."""

from collections.abc import Mapping
from typing import Any

from rich.table import Table

COLUMNS = {
    "per_s": "payments/s",
    "p50_ms": "p50 ms",
    "p99_ms": "p99 ms",
    "app_us": "app µs",
    "pg_us": "PostgreSQL µs",
    "generator_us": "load µs",
    "cpus_elsewhere": "CPUs elsewhere",
}


def ledger_tables(report: Mapping[str, Any]) -> list[Table]:
    """Speed and CPU per payment of every scene; the ratios."""
    speeds = Table("", *COLUMNS.values(), title="Payments over HTTP; CPU per payment")
    for name, figures in {**report["designs"], **report["scenes"]}.items():
        speeds.add_row(name, *(f"{figures[column]:,.1f}" for column in COLUMNS))
    ratios = Table("", "payments/s", "payments/CPU second", title="Ratios")
    for name, ratio in report["ratios"].items():
        ratios.add_row(name, f"{ratio:.2f}", f"{report['cpu_ratios'][name]:.2f}")
    ratios.caption = f"The outbox takes {report['outbox_cost']:+.1f} % PostgreSQL CPU"
    return [speeds, ratios]


def insights_table(report: Mapping[str, Any]) -> Table:
    """Milliseconds of each kind of question, and of the same ones asked otherwise."""
    table = Table("", "", title=f"Questions over {report['rows']:,} payments", show_header=False)
    others = {f"{name}: {which}": value for name, each in report["baselines"].items() for which, value in each.items()}
    questions = {f"{name}_p95_ms": value for name, value in report["questions_p95_ms"].items()}
    for name, value in {**report, **questions, **others}.items():
        if isinstance(value, int | float):
            table.add_row(name, f"{value:,}")
    return table


def ask_table(report: Mapping[str, Any]) -> Table:
    """Milliseconds of a question, of each kind of them, and of several at once."""
    table = Table("", "", title=f"Questions in plain words beside {report['rows']:,} payments", show_header=False)
    parts = {f"{part}: {name}": value for part in ("at_once", "cpu_ms") for name, value in report[part].items()}
    kinds = {f"{name}: p95_ms": value for name, value in report["kinds_p95_ms"].items()}
    for name, value in {**report, **parts, **kinds}.items():
        if isinstance(value, int | float):
            table.add_row(name, f"{value:,}")
    return table


def rag_tables(report: Mapping[str, Any]) -> list[Table]:
    """Lag at either load, speed of telling anew, and searches."""
    lags = Table("", *report["lag"], title="From a commit until it is found")
    for name in report["lag"]["at_20_per_s"]:
        lags.add_row(name, *(str(each[name]) for each in report["lag"].values()))
    others = [Table("", "", title=title, show_header=False) for title in ("Telling anew", "Searching")]
    for table, part in zip(others, ("rebuild", "search"), strict=True):
        for name, value in report[part].items():
            table.add_row(name, f"{value:,}")
    return [lags, *others]


def crash_table(report: Mapping[str, Any]) -> Table:
    """What was done, what became of the promises, and how long it took to go on."""
    table = Table("", "", title="Killed under load", show_header=False)
    for name, value in report.items():
        if name != "failures":
            table.add_row(name, f"{value:,}" if value is not None else "")
    return table
