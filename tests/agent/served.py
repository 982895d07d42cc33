"""The API as a process of its own, and the tokens of people who call it."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import httpx

from core.db import Database
from core.identity.access import Principal
from core.identity.tables import User
from core.identity.tokens import issue_access_token
from core.settings import Settings
from finlens.bench.stage import free_port
from finlens.installation import environment
from finlens.processes import Program, Supervisor
from tests.factories import fresh

READY_S = 60.0


@dataclass(frozen=True)
class Served:
    """A running API, and the logins of Meera, Dev and an analyst of their bank."""

    settings: Settings
    url: str
    users: dict[str, UUID]

    def token(self, who: str) -> str:
        """A fresh one: they are short-lived, and a test run is not."""
        return issue_access_token(self.settings, self.users[who], datetime.now(UTC))


@contextmanager
def api_process(settings: Settings, folder: Path) -> Iterator[str]:
    """The address of an API over the database of `settings`, for as long as the block runs."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    program = Program(
        name="api",
        command=(sys.executable, "-m", "finlens", "serve", "api", "--leash"),
        environment={**environment(settings), "FINLENS_API_PORT": str(port)},
        log=folder / "api.log",
        is_ready=lambda: _answers(url),
    )
    with Supervisor(lambda _: None) as supervisor:
        supervisor.start(program)
        supervisor.wait_until_ready(READY_S)
        yield url


def _answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/livez", timeout=2).is_success
    except httpx.HTTPError:
        return False


async def login_of(database: Database, principal: Principal) -> UUID:
    """A new user who sees what the principal sees."""
    async with database.unit() as session:
        user = User(
            email=f"{fresh(principal.role)}@finlens.example",
            name=principal.name,
            role=principal.role,
            customer_id=principal.customer_id,
            bank_id=principal.bank_id,
        )
        session.add(user)
        await session.flush()
    return user.id
