"""`finlens reindex`: the summaries of every account, written anew and embedded."""

import asyncio
import json
import time
from collections.abc import Callable
from dataclasses import asdict
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bar

from core.db import Database
from core.settings import Settings
from finlens.installation import installation
from rag.backlog import Pending
from rag.embedders import load_embedder
from rag.indexer import Work, index_pending
from rag.news import mark_everything

Report = Callable[[Work, Pending], None]


def reindex(
    as_json: Annotated[bool, typer.Option("--json", help="one JSON document on standard output")] = False,
) -> None:
    """Write the summaries of every account anew and embed what changed. May be stopped, and run again, at any time."""
    console = Console(stderr=True)
    settings = installation(console.print)
    started = time.monotonic()
    with _bar(console) as bar:
        done = asyncio.run(_reindex(settings, _shown_on(bar)))
    seconds = round(time.monotonic() - started, 1)
    if as_json:
        print(json.dumps({**asdict(done), "seconds": seconds}))
    else:
        print(f"{done.accounts} accounts, {done.changed} texts changed, {done.embedded} embedded in {seconds} s")


async def _reindex(settings: Settings, report: Report) -> Work:
    database = Database.of(settings)
    try:
        await mark_everything(database)
        return await index_pending(database, load_embedder(settings), report=report)
    finally:
        await database.close()


def _bar(console: Console) -> Bar:
    return Bar(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), console=console
    )


def _shown_on(bar: Bar) -> Report:
    accounts, patterns, gists = (
        bar.add_task(words, total=None) for words in ("Writing, by account", "Series and weeks", "Embedding, by gist")
    )

    def show(done: Work, left: Pending) -> None:
        bar.update(accounts, completed=done.accounts, total=done.accounts + left.accounts)
        found = done.series + done.weeks
        bar.update(patterns, completed=found, total=found + left.series + left.weeks)
        bar.update(gists, completed=done.embedded, total=done.embedded + left.gists)

    return show
