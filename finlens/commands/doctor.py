"""`finlens doctor`: is this installation well?"""

import json
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from core.settings import Settings
from finlens.doctor import Report, examine


def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="one JSON document on standard output")] = False,
) -> None:
    """Look this installation over, change nothing, and say what is wrong. Exits with 1 when something is."""
    report = examine(Settings())
    if as_json:
        print(json.dumps(report.document()))
    else:
        Console().print(_table(report))
    if not report.ok:
        raise typer.Exit(1)


def _table(report: Report) -> Table:
    table = Table(box=None, show_header=False)
    for check in report.checks:
        table.add_row("[green]ok[/]" if check.ok else "[red]bad[/]", check.name, check.detail)
    for part, megabytes in report.memory_mb.items():
        if megabytes is not None:
            table.add_row("", f"memory of {part}", f"{megabytes:.0f} MB")
    return table
