"""`finlens mcp`: the analyst and its tools for a program on this machine, over standard input and output."""

import asyncio
import logging
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from agents.chat import Analyst
from agents.mcp_server import serve_stdio
from core.db import Database
from core.errors import InvalidRequest
from core.identity.access import Principal
from core.identity.tokens import claims_of_access_token
from core.identity.users import principal_of
from core.monitoring.logging import configure_logging
from core.settings import Settings
from finlens.installation import installation
from finlens.operator import acting_for

WhoAsks = Callable[[Any], Awaitable[Principal]]


def mcp(
    email: Annotated[str, typer.Option("--as", metavar="EMAIL", help="in whose name; the audit trail says so")] = "",
    token: Annotated[
        str, typer.Option(envvar="FINLENS_TOKEN", help="an access token: in its bearer's name, while it is valid")
    ] = "",
) -> None:
    """Speak the Model Context Protocol on standard input and output. For HTTP, the API has it at /mcp."""
    if bool(email) == bool(token):
        raise InvalidRequest("Say who asks: --as EMAIL, or an access token in FINLENS_TOKEN")
    settings = installation(lambda text: print(text, file=sys.stderr))
    configure_logging(settings.log_level)
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
    asyncio.run(_serve(settings, email, token))


async def _serve(settings: Settings, email: str, token: str) -> None:
    database = Database.of(settings)
    try:
        who_asks = _bearer(settings, database, token) if token else await _somebody(database, email)
        async with Analyst.open(settings, database) as analyst:
            await serve_stdio(analyst, who_asks)
    finally:
        await database.close()


async def _somebody(database: Database, email: str) -> WhoAsks:
    principal = await acting_for(database, email, "mcp.begin")

    async def who_asks(_: Any) -> Principal:
        return principal

    return who_asks


def _bearer(settings: Settings, database: Database, token: str) -> WhoAsks:
    """Looked up for each request: a token that has run out, or whose bearer was disabled, is refused from then on."""

    async def who_asks(_: Any) -> Principal:
        claims = claims_of_access_token(settings, token, datetime.now(UTC))
        async with database.unit() as session:
            return await principal_of(session, claims.user_id)

    return who_asks
