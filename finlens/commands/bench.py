"""`finlens bench`: how fast the product is and how it takes being killed, each on an installation of its own."""

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

bench = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help="Benchmarks, each on a database of its own that is gone afterwards.",
)

AsJson = Annotated[bool, typer.Option("--json", help="one JSON document on standard output")]


@bench.command()
def ledger(
    seconds: Annotated[float, typer.Option(min=0.2, max=60, help="length of each burst")] = 1.5,
    as_json: AsJson = False,
) -> None:
    """Payments over HTTP in five designs, with the ratios between them; fails if a promise was broken meanwhile."""
    from finlens.bench.ledger import bench_ledger
    from finlens.bench.tables import ledger_tables

    console = Console(stderr=True)
    report = bench_ledger(console.print, seconds=seconds)
    if as_json:
        print(json.dumps(report))
    else:
        for table in ledger_tables(report):
            Console().print(table)
    _fail_for(console, report["checks_failed"])


@bench.command()
def crash(
    kills: Annotated[int, typer.Option(min=1, max=1_000, help="how often something is killed")] = 10,
    plant_async_commit: Annotated[
        bool, typer.Option("--plant-async-commit", help="acknowledge before the disk has it: the check must fail")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Kill the API and PostgreSQL in turns under load; fails unless every acknowledged payment is stored once."""
    from finlens.bench.crash import bench_crash
    from finlens.bench.tables import crash_table

    console = Console(stderr=True)
    report = bench_crash(console.print, kills=kills, plant_async_commit=plant_async_commit)
    if as_json:
        print(json.dumps(report))
    else:
        Console().print(crash_table(report))
    _fail_for(console, report["failures"])


@bench.command()
def insights(
    rows: Annotated[int, typer.Option(min=10_000, max=100_000_000, help="payments to ask about")] = 1_000_000,
    keep: Annotated[Path | None, typer.Option(help="keep the payments in this folder, for the next run")] = None,
    as_json: AsJson = False,
) -> None:
    """Questions of customers and of a bank, end to end, beside plain scans and DuckDB."""
    from finlens.bench.insights import bench_insights
    from finlens.bench.tables import insights_table

    report = bench_insights(Console(stderr=True).print, rows=rows, keep=keep)
    if as_json:
        print(json.dumps(report))
    else:
        Console().print(insights_table(report))


@bench.command()
def ask(
    rows: Annotated[int, typer.Option(min=10_000, max=100_000_000, help="payments in the ledger")] = 1_000_000,
    keep: Annotated[Path | None, typer.Option(help="keep the payments in this folder, for the next run")] = None,
    as_json: AsJson = False,
) -> None:
    """Questions in plain words over HTTP, one at a time and several at once; fails if one got no proper answer."""
    from finlens.bench.ask import bench_ask
    from finlens.bench.tables import ask_table

    console = Console(stderr=True)
    report = bench_ask(console.print, rows=rows, keep=keep)
    if as_json:
        print(json.dumps(report))
    else:
        Console().print(ask_table(report))
    _fail_for(console, report["failures"])


@bench.command()
def rag(
    summaries: Annotated[int, typer.Option(min=1_000, max=2_000_000, help="summaries that staff search in")] = 100_000,
    seconds: Annotated[float, typer.Option(min=5, max=600, help="length of each load")] = 30.0,
    as_json: AsJson = False,
) -> None:
    """How soon a payment is found, how fast summaries are told anew, and how long a search takes."""
    from finlens.bench.rag import bench_rag
    from finlens.bench.tables import rag_tables

    report = bench_rag(Console(stderr=True).print, summaries=summaries, seconds=seconds)
    if as_json:
        print(json.dumps(report))
    else:
        for table in rag_tables(report):
            Console().print(table)


def _fail_for(console: Console, broken: list[str]) -> None:
    for promise in broken:
        console.print(f"[red]Broken:[/] {promise}")
    if broken:
        raise typer.Exit(1)
