"""`finlens migrate` and `finlens db`: the database on its own."""

import json
import sys
from typing import Annotated

import typer

from core.db import owner_url
from core.errors import SetupError
from core.settings import Settings
from finlens.installation import connected, installation
from finlens.postgres import SUPERUSER, EmbeddedPostgres

AsJson = Annotated[bool, typer.Option("--json", help="one JSON document on standard output")]

db = typer.Typer(add_completion=False, no_args_is_help=True, help="The database of this installation.")


def migrate(as_json: AsJson = False) -> None:
    """Bring the database to today's schema, starting the embedded server if that is the one in use."""
    settings = installation(_say)
    if as_json:
        print(json.dumps({"database": _without_password(settings)}))


@db.command()
def start() -> None:
    """Start the embedded PostgreSQL and leave it running."""
    server = _embedded().start(_say)
    print(f"PostgreSQL listens on 127.0.0.1:{server.port}; its data is in {server.data}")


@db.command()
def stop() -> None:
    """Stop the embedded PostgreSQL."""
    _embedded().stop()
    print("PostgreSQL is stopped")


@db.command()
def remove(
    yes: Annotated[bool, typer.Option("--yes", help="do not ask")] = False,
) -> None:
    """Delete the embedded database and everything in it."""
    embedded = _embedded()
    if not yes:
        typer.confirm(f"Delete every account, payment and conversation in {embedded.data}?", abort=True)
    embedded.remove()
    print("The database is deleted")


@db.command()
def url(
    superuser: Annotated[bool, typer.Option("--superuser", help="the embedded server's superuser")] = False,
) -> None:
    """Print the address of the database with its password, for psql or another client."""
    if superuser:
        print(_embedded().start(_say).url(SUPERUSER))
    else:
        owner = owner_url(connected(Settings(), _say))
        print(owner.set(drivername="postgresql").render_as_string(hide_password=False))


@db.command()
def info(as_json: AsJson = False) -> None:
    """Say where the embedded database is, and whether it runs. Starts nothing."""
    embedded = _embedded()
    server = embedded.running()
    facts = {"data": str(embedded.data), "running": server is not None, "port": server and server.port}
    if as_json:
        print(json.dumps(facts))
    else:
        where = f"runs on port {server.port}" if server else "is not running"
        print(f"The embedded PostgreSQL {where}; its data is in {embedded.data}")


def _embedded() -> EmbeddedPostgres:
    settings = Settings()
    if settings.database_url is not None:
        raise SetupError("FINLENS_DATABASE_URL names a server of your own; FinLens neither starts nor stops that one")
    return EmbeddedPostgres(settings.home)


def _without_password(settings: Settings) -> str:
    return owner_url(settings).set(password=None, drivername="postgresql").render_as_string()


def _say(text: str) -> None:
    print(text, file=sys.stderr)
