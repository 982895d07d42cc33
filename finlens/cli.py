"""`finlens`: one table of commands, and one place where a refusal becomes a sentence and an exit code."""

import importlib
import json
import sys
from typing import Annotated, NamedTuple

import typer
from pydantic import ValidationError
from typer.core import TyperGroup

from core.errors import FinLensError
from finlens import __version__


class Entry(NamedTuple):
    """Where a command is defined (`module:name`, a function or a Typer), and its line in the overview."""

    target: str
    help: str


COMMANDS = {
    "up": Entry("finlens.commands.up:up", "Start everything: database, demo bank, API, worker and web."),
    "serve": Entry("finlens.commands.serve:serve", "Run one part in the foreground: api, worker or web."),
    "migrate": Entry("finlens.commands.database:migrate", "Bring the database to today's schema."),
    "db": Entry("finlens.commands.database:db", "The embedded PostgreSQL: start, stop, remove, url, info."),
    "doctor": Entry("finlens.commands.doctor:doctor", "Look this installation over and say what is wrong with it."),
    "demo": Entry("finlens.commands.demo:demo", "The demo bank: load it, or add the days since it was loaded."),
    "import": Entry("finlens.commands.imports:import_files", "Import statements of a bank by a mapping profile."),
    "login": Entry("finlens.commands.login:login", "A password for a customer's login to the web app."),
    "ask": Entry("finlens.commands.ask:ask", "Ask the analyst in plain words, in somebody's name."),
    "chat": Entry("finlens.commands.chat:chat", "A conversation with the analyst in this terminal."),
    "mcp": Entry("finlens.commands.mcp:mcp", "Serve the analyst to MCP clients over standard input and output."),
    "insight": Entry("finlens.commands.insight:insight", "Compute one typed query over what somebody may see."),
    "reindex": Entry("finlens.commands.reindex:reindex", "Write the summaries of every account anew and embed them."),
    "audit": Entry("finlens.commands.audit:audit", "The audit chains: walk them all and name the first bad row."),
    "bench": Entry("finlens.commands.bench:bench", "How fast payments are, and how the ledger takes being killed."),
    "eval": Entry("finlens.commands.eval:exams", "Exams of the analyst over this installation's data."),
}


class _Commands(TyperGroup):
    """Imports a command's module only when that command is called: `finlens --version` loads no graph library."""

    def list_commands(self, ctx) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx, cmd_name: str):
        entry = COMMANDS.get(cmd_name)
        return _load(cmd_name, entry) if entry else None

    def format_commands(self, ctx, formatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, entry.help) for name, entry in COMMANDS.items()])


def _load(name: str, entry: Entry):
    module, _, attribute = entry.target.partition(":")
    target = getattr(importlib.import_module(module), attribute)
    if not isinstance(target, typer.Typer):
        function, target = target, typer.Typer(add_completion=False)
        target.command(name)(function)
    command = typer.main.get_command(target)
    command.name = name
    return command


app = typer.Typer(
    cls=_Commands, add_completion=False, no_args_is_help=True, rich_markup_mode=None, pretty_exceptions_enable=False
)


def _print_version(wanted: bool) -> None:
    if wanted:
        print(f"finlens {__version__}")
        raise typer.Exit


@app.callback()
def finlens(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version and stop.", callback=_print_version, is_eager=True)
    ] = False,
) -> None:
    """FinLens: a ledger that never loses a payment, and an analyst whose every figure can be checked."""


def main() -> None:
    """Run the command line. A refusal is one sentence on standard error, a JSON document too where --json was given."""
    try:
        app(prog_name="finlens")
    except FinLensError as refusal:
        _refuse(refusal.code, refusal.detail, refusal.facts)
    except ValidationError as error:
        if error.title != "Settings":
            raise
        _refuse("invalid_settings", _settings_sentence(error), {})


def _refuse(code: str, detail: str, facts: dict[str, object]) -> None:
    if "--json" in sys.argv:
        print(json.dumps({"error": {"code": code, "detail": detail, **facts}}, default=str))
    print(f"finlens: {detail}", file=sys.stderr)
    sys.exit(1)


def _settings_sentence(error: ValidationError) -> str:
    first = error.errors()[0]
    return f"FINLENS_{'_'.join(map(str, first['loc'])).upper()}: {first['msg'].lower()}"
