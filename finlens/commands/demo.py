"""`finlens demo`: the invented bank that shows what FinLens does."""

import asyncio
import json
from dataclasses import asdict
from datetime import UTC, date, datetime
from typing import Annotated

import typer
from rich.console import Console

from core.db import Database
from core.settings import Settings
from finlens.demo import load_demo
from finlens.demo.load import Loaded
from finlens.installation import installation

demo = typer.Typer(add_completion=False, no_args_is_help=True, help="The demo bank: invented people, real behaviour.")


@demo.callback()
def _group() -> None:
    """Keeps `load` a subcommand although it is the only one."""


@demo.command()
def load(
    until: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="the first day left out; today")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="one JSON document on standard output")] = False,
) -> None:
    """Load the demo bank, or add the days since it was loaded."""
    console = Console(stderr=True)
    with console.status("Starting") as status:
        settings = installation(status.update)
        loaded = asyncio.run(_load(settings, until.date() if until else datetime.now(UTC).date(), status.update))
    if as_json:
        print(json.dumps(asdict(loaded)))
    else:
        console.print(f"{loaded.posted:,} payments posted, {loaded.failed:,} refused for want of money")


async def _load(settings: Settings, until: date, progress) -> Loaded:
    database = Database.of(settings)
    try:
        return await load_demo(settings, database, until=until, progress=progress)
    finally:
        await database.close()
