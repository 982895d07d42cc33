"""`finlens login`: the way into the web app and the API for a customer whose statements were imported."""

import asyncio
import secrets
from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.console import Console

from core.audit import record
from core.db import Database
from core.identity.users import let_in
from core.settings import Settings
from finlens.installation import installation
from finlens.operator import operator

_PASSWORD_BYTES = 9


def login(email: Annotated[str, typer.Argument(help="the customer's mail, as in finlens import --email")]) -> None:
    """Print a new password for this customer's login, which is made if there is none."""
    console = Console(stderr=True, markup=False, soft_wrap=True)
    settings = installation(console.print)
    password = asyncio.run(_let_in(settings, email))
    console.print(f"Log in at http://{settings.web_host}:{settings.web_port} as {email} with this password:")
    print(password)


async def _let_in(settings: Settings, email: str) -> str:
    password, database = secrets.token_urlsafe(_PASSWORD_BYTES), Database.of(settings)
    try:
        async with database.unit() as session:
            user = await let_in(session, email, password=password, now=datetime.now(UTC))
            await record(session, actor=operator(), action="user.password", subject=f"user:{user.id}")
    finally:
        await database.close()
    return password
