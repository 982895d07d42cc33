"""`finlens audit verify`: whether the records are still what they were when they were made."""

import asyncio
import json
import time
from dataclasses import asdict
from typing import Annotated
from uuid import UUID

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bar

from core.db import Database
from core.ledger.audit_chain import Progress, Verdict
from core.ledger.audit_chain import verify as walk
from core.settings import Settings
from finlens.installation import installation

audit = typer.Typer(add_completion=False, no_args_is_help=True, help="The audit chains: who altered the records?")


@audit.callback()
def _group() -> None:
    """Keeps `verify` a subcommand although it is the only one."""


@audit.command()
def verify(
    account: Annotated[UUID | None, typer.Option(metavar="ID", help="only the chain of this account")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="one JSON document on standard output")] = False,
) -> None:
    """Walk every chain and compare it with payments and balances. Ends with 1 and the first bad row if there is one."""
    console = Console(stderr=True)
    settings = installation(console.print)
    started = time.monotonic()
    with _bar(console) as bar:
        verdict = asyncio.run(_verify(settings, account, _shown_on(bar)))
    seconds = time.monotonic() - started
    if as_json:
        print(json.dumps({"ok": verdict.fault is None, **asdict(verdict), "seconds": round(seconds, 1)}, default=str))
    elif verdict.fault is None:
        rows = verdict.changes + verdict.events
        print(f"{rows:,} rows are as they were recorded ({rows / seconds:,.0f} rows/s)")
    else:
        print(verdict.fault.sentence)
    if verdict.fault is not None:
        raise typer.Exit(1)


async def _verify(settings: Settings, account: UUID | None, progress: Progress) -> Verdict:
    database = Database.of(settings)
    try:
        return await walk(database, account_id=account, progress=progress)
    finally:
        await database.close()


def _bar(console: Console) -> Bar:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    return Bar(*columns, console=console)


def _shown_on(bar: Bar) -> Progress:
    task = bar.add_task("changes", total=None)

    def show(log: str, done: int, of: int) -> None:
        bar.update(task, description=f"Walking {log}", completed=done, total=of)

    return show
