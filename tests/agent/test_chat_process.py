"""POST /chat in a server process: whoever hangs up stops the work, and nobody else waits for a question."""

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from core.db import Database
from core.settings import Settings
from finlens.installation import environment
from tests.agent.household import Household
from tests.agent.served import Served

WAITING = text("SELECT count(*) FROM pg_locks WHERE relation = 'banking.account'::regclass AND NOT granted")


async def waiting(database: Database) -> int:
    async with database.app.connect() as connection:
        return (await connection.execute(WAITING)).scalar_one()


async def until_waiting(database: Database, number: int) -> float:
    """Seconds until that many of the analyst's statements wait for a lock."""
    began = time.perf_counter()
    while await waiting(database) != number:
        assert time.perf_counter() - began < 4, f"still {await waiting(database)} statements wait"  # their limit is 5 s
        await asyncio.sleep(0.02)
    return time.perf_counter() - began


ASKED = "How much did I spend on taxis in May 2026?"
CALL = {"name": "ask", "arguments": {"question": ASKED}}
DOORS: dict[str, tuple[str, dict[str, Any]]] = {
    "chat": ("/chat", {"question": ASKED}),
    "openai": (
        "/v1/chat/completions",
        {"model": "finlens", "stream": True, "messages": [{"role": "user", "content": ASKED}]},
    ),
    "mcp": (
        "/mcp",
        {
            "jsonrpc": "2.0",
            "id": 1,
            "method": "tools/call",
            "params": {"name": "ask", "arguments": {"question": ASKED}},
        },
    ),
}


@pytest.mark.parametrize("door", DOORS)
async def test_whoever_hangs_up_stops_the_work(
    door: str, served: Served, settings: Settings, database: Database
) -> None:
    path, body = DOORS[door]
    accepts = "text/event-stream, application/json" if door == "mcp" else "text/event-stream"
    headers = {"Authorization": f"Bearer {served.token('dev')}", "Accept": accepts}
    async with (
        httpx.AsyncClient(base_url=served.url, timeout=30, headers=headers) as dev,
        locked_accounts(settings) as unlock,
    ):
        async with dev.stream("POST", path, json=body) as response:
            assert response.status_code == 200
            await until_waiting(database, 1)
        await until_waiting(database, 0)
        await unlock()
        for one in (await dev.get("/conversations")).json():  # one that was cut short has no answer
            assert (await dev.get(f"/conversations/{one['id']}")).json()["turns"] == []
            await dev.delete(f"/conversations/{one['id']}")


@asynccontextmanager
async def locked_accounts(settings: Settings) -> AsyncGenerator[Callable[[], Awaitable[None]]]:
    """Nobody can read accounts until the block ends, or until what it is given is called."""
    owner = Database.of(settings.model_copy(update={"app_database_url": settings.database_url}))
    try:
        async with owner.app.connect() as connection:
            await connection.execute(text("LOCK TABLE banking.account IN ACCESS EXCLUSIVE MODE"))
            yield connection.rollback
    finally:
        await owner.close()


HELD = """
import asyncio, json, time
from asyncio import events
from agents.chat import Analyst
from core.db import Database
from core.identity.users import principal_by_email
from core.settings import Settings

longest = 0.0
run = events.Handle._run

def measured(handle):
    # Of this thread's own processor time, so that a busy machine does not count.
    global longest
    began = time.thread_time()
    run(handle)
    longest = max(longest, time.thread_time() - began)

async def main():
    global longest
    settings = Settings()
    database = Database.of(settings)
    async with database.unit() as session:
        principal = await principal_by_email(session, "EMAIL")
    async with Analyst.open(settings, database) as analyst:
        events.Handle._run = measured
        began = time.perf_counter()
        answer = await analyst.ask("How much did I spend on groceries in May 2026?", principal)
        print(json.dumps({"held_ms": 1e3 * longest, "status": answer.status}))
    await database.close()

asyncio.run(main())
"""


def test_the_first_question_after_a_start_does_not_hold_the_loop(settings: Settings, household: Household) -> None:
    """It held it for 430 ms while the planner ran in it."""
    script = HELD.replace("EMAIL", household.meera.email)
    done = subprocess.run(
        [sys.executable, "-c", script], env=environment(settings) | {"PYTHONPATH": str(Path.cwd())},
        capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["status"] == "answered" and found["held_ms"] < 100
