"""`finlens import`: statements of a bank into the ledger, by a mapping profile."""

import asyncio
import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bar

from core.db import Database
from core.imports.batch import Progress, run_import
from core.imports.profile import Profile, load_profile
from core.imports.report import Report
from core.ledger.relay import relaying
from core.settings import Settings
from finlens.installation import installation
from finlens.operator import operator

STOPPED = 130
"""Exit code after Ctrl-C, as shells have it."""
SHOWN_MAX = 20


def import_files(
    files: Annotated[list[Path], typer.Argument(help="statements, plain or gzipped", metavar="FILE...")],
    profile: Annotated[str, typer.Option(help="path of a mapping profile, or a shipped one: berka, plain")] = "plain",
    account: Annotated[str, typer.Option(help="the account's number, if the files have no column for it")] = "",
    account_name: Annotated[str, typer.Option(help="what its holder calls it, likewise: Savings")] = "",
    owner: Annotated[str, typer.Option(help="its holder's name, likewise")] = "",
    email: Annotated[str, typer.Option(help="the holder's mail, likewise: one mail, one customer")] = "",
    bank: Annotated[str, typer.Option(help="the bank, likewise")] = "",
    currency: Annotated[str, typer.Option(help="the currency, likewise: GBP")] = "",
    zone: Annotated[str, typer.Option(help="the time zone of the dates: Europe/London")] = "",
    dates: Annotated[str, typer.Option(help="eu (day first), us (month first), iso, or a format: %d.%m.%y")] = "",
    positive: Annotated[str, typer.Option(help="what an amount without a sign is: in, or out as on some cards")] = "",
    opening: Annotated[
        str, typer.Option(help="what a new account held before its first row, if no balance says so")
    ] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="report everything, store nothing")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="one JSON document on standard output")] = False,
) -> None:
    """Import statements: every row is posted, matched with a known one, or rejected with its line and the reason."""
    console = Console(stderr=True)
    given = {"account": account, "account_name": account_name, "owner": owner, "email": email, "bank": bank}
    given["currency"] = currency
    mapping = load_profile(profile).told(given=given, zone=zone, dates=dates, opening=opening, positive=positive)
    settings = installation(console.print)
    try:
        with _bar(console) as bar:
            report = asyncio.run(_import(settings, mapping, files, dry_run, bar))
    except KeyboardInterrupt:
        console.print("Stopped. What was posted so far is kept; the same command goes on where this one ended.")
        raise typer.Exit(STOPPED) from None
    if as_json:
        print(json.dumps(report.document()))
    else:
        _print(report, Console(soft_wrap=True, markup=False), dry_run, email)


async def _import(settings: Settings, profile: Profile, files: list[Path], is_dry_run: bool, bar: Bar) -> Report:
    reading, scoring = _shown_on(bar, "Reading"), _shown_on(bar, "Scoring")
    database = Database.of(settings)
    try:
        async with relaying(database, lambda done, of: scoring("Scoring", done, of)):
            return await run_import(database, profile, files, actor=operator(), is_dry_run=is_dry_run, progress=reading)
    finally:
        await database.close()


def _bar(console: Console) -> Bar:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    return Bar(*columns, console=console)


def _shown_on(bar: Bar, what: str) -> Progress:
    task = bar.add_task(what, total=None)

    def show(what: str, done: int, total: int | None) -> None:
        bar.update(task, description=what, completed=done, total=total)

    return show


def _print(report: Report, console: Console, is_dry_run: bool, email: str) -> None:
    would = "would be " if is_dry_run else ""
    console.print(
        f"{report.read} rows read: {report.posted} {would}posted, {report.matched} known already, "
        f"{report.rejected_count} rejected, {report.skipped} left out by the profile, in {report.seconds:.1f} s"
    )
    if not report.read:
        console.print("warning   no payments: the files are empty, or none is of the kind that holds payments")
    if report.customers_added or report.accounts_opened:
        console.print(f"{report.customers_added} customers added, {report.accounts_opened} accounts opened")
    if report.customers_added and email:
        console.print(f"login     finlens login {email} gives its holder one to the web app")
    for number in report.turned:
        console.print(
            f"warning   {number}: shops pay more often than they are paid. If amounts without a sign are money out, "
            "as cards have it, say --positive out, in a new account"
        )
    for file, line, reason in report.rejected[:SHOWN_MAX]:
        console.print(f"rejected  {file}:{line}  {reason}")
    for found in report.balance_differences[:SHOWN_MAX]:
        console.print(
            f"balance   {found.file}:{found.line}  account {found.account} states {found.stated_minor}, "
            f"the rows before it lead to {found.expected_minor} (minor units of {found.currency})"
        )
    hidden = max(0, report.rejected_count - SHOWN_MAX), max(0, report.balance_difference_count - SHOWN_MAX)
    if any(hidden):
        console.print(f"and {hidden[0]} more rejected rows, {hidden[1]} more balance differences: --json lists them")
    for number, known in report.known_otherwise.items():
        console.print(
            f"account   {number} is here already, at {known.bank_name!r} for {known.email}: "
            "its rows are matched with those of that account"
        )
    if report.unread:
        console.print(f"unread    no value is read from the columns {', '.join(report.unread)}")
    for what, value in report.assumed.items():
        console.print(f"assumed   {what.replace('_', ' ')} {value}: nothing says otherwise")
    for number in report.opened_at_zero:
        console.print(f"balance   {number} opens with nothing, for no balance is stated: --opening AMOUNT gives one")
    for number, bank in report.accounts_apart.items():
        console.print(f"account   {number} is its holder's second at the bank, and is kept at {bank!r}")
    if report.refunds:
        console.print(f"{report.refunds} rows are refunds")
    if report.read_categories:
        counts = ", ".join(f"{slug} {count}" for slug, count in sorted(report.read_categories.items()))
        console.print(f"category  by words of the narration: {counts} rows")
    for name, count in sorted(report.unknown_categories.items()):
        console.print(f"category  {name!r} is none of ours: {count} rows have no category")
