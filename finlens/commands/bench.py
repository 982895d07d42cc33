"""`finlens bench`: how fast the product is and how it takes being killed, each on an installation of its own."""

import json
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
    seconds: Annotated[float, typer.Option(min=0.2, max=60, help="length of each burst")] = 2.0,
    as_json: AsJson = False,
) -> None:
    """Payments over HTTP in five designs, with the ratios between them; fails if a promise was broken meanwhile."""
    from finlens.bench.ledger import bench_ledger
    from finlens.bench.tables import ledger_tables

    console = Console(stderr=True)
    with console.status("Starting") as status:
        report = bench_ledger(status.update, seconds=seconds)
    if as_json:
        print(json.dumps(report))
    else:
        for table in ledger_tables(report):
            Console().print(table)
    for said in report["checks_failed"]:
        console.print(f"[red]Check failed:[/] {said}")
    if report["checks_failed"]:
        raise typer.Exit(1)
