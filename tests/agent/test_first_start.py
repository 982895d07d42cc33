"""The first start of an installation: several processes may begin at the same moment."""

import asyncio
from collections.abc import Callable

from agents.chat import Analyst
from core.db import Database
from core.settings import Settings


async def test_processes_that_start_together_lay_out_one_memory(
    settings_of: Callable[[str], Settings], database_name: str
) -> None:
    """An index that is built concurrently waits for everybody else's statement, a waiting one included."""
    settings = settings_of(f"{database_name}_first_start").model_copy(update={"database_pool_size": 1})
    database = Database.of(settings)

    async def start() -> bool:
        async with Analyst.open(settings, database):
            return True

    try:
        assert await asyncio.wait_for(asyncio.gather(*(start() for _ in range(4))), 60) == [True] * 4
    finally:
        await database.close()
