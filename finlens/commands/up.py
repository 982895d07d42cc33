"""`finlens up`: the whole product with one command."""

from typing import Annotated

import typer

from finlens.up import run


def up(
    web: Annotated[bool, typer.Option("--web/--no-web", help="build and serve the web front end")] = True,
    demo: Annotated[bool, typer.Option("--demo/--no-demo", help="load the demo bank, or top it up to today")] = True,
) -> None:
    """Start the database, the API, the worker and the web front end, and keep them running until Ctrl-C."""
    run(with_web=web, with_demo=demo)
