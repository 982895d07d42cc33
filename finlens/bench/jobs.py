"""What the worker does for the ledger, without the embedding that it does as well: relay, scoring, audit chain.

`python -m finlens.bench.jobs` runs until its standard input closes, at the worker's own priority.
"""

import asyncio
import os

from core.db import Database
from core.ledger.background import JOBS, keep_doing
from core.settings import Settings
from finlens.presence import present
from finlens.processes import obey_leash
from finlens.worker import NICENESS

NAME = "jobs"


async def _work(settings: Settings) -> None:
    database = Database.of(settings)
    try:
        with present(settings.home, NAME):
            await asyncio.gather(*(keep_doing(job, database) for job in JOBS))
    finally:
        await database.close()


if __name__ == "__main__":
    obey_leash()
    os.nice(NICENESS)
    asyncio.run(_work(Settings()))
