"""`finlens eval run`: the exams of the analyst, of insights, retrieval, grounding and trust."""

import asyncio
import json
import os
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from agents.chat import Analyst
from core.db import Database
from core.settings import Settings
from evals import agentdojo, grounding, insights, retrieval
from evals.agentdojo import examine_agentdojo
from evals.exam import load_suites
from evals.grounding import examine_grounding
from evals.insights import examine_insights
from evals.report import table, tables_of, write_html
from evals.retrieval import examine_retrieval
from evals.run import ExamApart, RunReport, run_suites
from evals.suggestions import SuggestionScore, examine_suggestions
from finlens.bench.stage import ground
from finlens.installation import installation
from rag.embedder import MiniLm

exams = typer.Typer()


@exams.callback()
def group() -> None:
    """Exams: questions whose right figures are queries on the raw ledger, and patterns whose truth is known."""


@exams.command("run")
def run(
    suite: Annotated[list[str] | None, typer.Option(help="only this suite; may be given again")] = None,
    as_of: Annotated[str, typer.Option(metavar="YYYY-MM-DD", help="the day the questions are asked on")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="one JSON document on standard output")] = False,
) -> None:
    """Run the exams, print the shares, write JSON and HTML, and fail when a gate is missed."""
    console = Console(stderr=True)
    settings = installation(console.print)
    day = date.fromisoformat(as_of) if as_of else None
    with console.status("Asking") as status:
        report = asyncio.run(_examine(settings, suite, day, status.update))
    pages = _write(report, settings.home / "reports")
    if as_json:
        print(json.dumps(report.document()))
    else:
        _print(report, Console())
    console.print(f"The whole run: {pages}")
    for gate in report.broken_gates:
        console.print(f"[red]Gate missed:[/] {gate}")
    if not report.gates_ok:
        raise typer.Exit(1)


@exams.command("suggestions")
def suggestions(
    as_json: Annotated[bool, typer.Option("--json", help="one JSON document on standard output")] = False,
) -> None:
    """Hide the category of every merchant, and count how often the suggestion is right."""
    console = Console(stderr=True)
    score = asyncio.run(_examine_suggestions(installation(console.print)))
    if as_json:
        print(json.dumps(asdict(score)))
        return
    print(f"{score.payees} payees; the nearest meaning is right for {score.nearest_right}")
    print(f"{score.suggested} suggestions, {score.suggested_right} of them right")


async def _examine_suggestions(settings: Settings) -> SuggestionScore:
    database = Database.of(settings)
    try:
        return await examine_suggestions(database, MiniLm.load())
    finally:
        await database.close()


async def _examine(
    settings: Settings, names: list[str] | None, day: date | None, progress: Callable[[str], None]
) -> RunReport:
    asked = [name for name in names or [] if name not in _APART]
    suites = load_suites(asked or None) if asked or not names else []
    taken = [name for name in _APART if (name in names if names else name != agentdojo.SUITE)]
    # ragas reads this when it is imported, and would tell its makers of each use.
    os.environ.setdefault("RAGAS_DO_NOT_TRACK", "true")
    database = Database.of(settings)
    try:
        apart = {name: await _APART[name](settings, database, day, progress) for name in taken}
        async with Analyst.open(settings, database) as analyst:
            return await run_suites(
                suites, analyst=analyst, database=database, as_of=day, apart=apart, progress=progress
            )
    finally:
        await database.close()


async def _insights(
    settings: Settings, database: Database, day: date | None, progress: Callable[[str], None]
) -> ExamApart:
    return await examine_insights(database, as_of=day, progress=progress)


async def _retrieval(
    settings: Settings, database: Database, day: date | None, progress: Callable[[str], None]
) -> ExamApart:
    today = day or datetime.now(UTC).date()
    return await examine_retrieval(database, MiniLm.load(), today=today, progress=progress)


async def _grounding(
    settings: Settings, database: Database, day: date | None, progress: Callable[[str], None]
) -> ExamApart:
    return await examine_grounding(database, MiniLm.load(), as_of=day, progress=progress)


async def _agentdojo(
    settings: Settings, database: Database, day: date | None, progress: Callable[[str], None]
) -> ExamApart:
    """In an installation of its own: what it settles there is nobody's bank."""
    with ground(progress) as bare:
        return await examine_agentdojo(bare.settings, progress=progress)


_APART = {
    insights.SUITE: _insights, retrieval.SUITE: _retrieval, grounding.SUITE: _grounding, agentdojo.SUITE: _agentdojo,
}  # fmt: skip
"""The exams that are no suites of cases. AgentDojo's needs an extra and some minutes: it is taken where it is named."""


def _print(report: RunReport, console: Console) -> None:
    if report.suites:
        console.print(table(report))
    for exam in report.apart.values():
        for shown in tables_of(exam):
            console.print(shown)


def _write(report: RunReport, folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    name = f"eval-{report.started_at:%Y%m%d-%H%M%S}"
    (folder / f"{name}.json").write_text(json.dumps(report.document(), indent=2))
    page = folder / f"{name}.html"
    write_html(report, page)
    return page
