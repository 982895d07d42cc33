"""What the ledger does by itself, beside all requests: a list of jobs, each with its own beat."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from core.audit import chain_events
from core.db import Database
from core.fraud.scoring import score_again
from core.insights.rollups import begin_rollups, compare_rollups, fold, sum_open_days
from core.ledger.holds import expire_holds
from core.ledger.relay import relay
from core.ledger.schedules import run_due_schedules
from core.ledger.settlement import settle


@dataclass(frozen=True, slots=True)
class Job:
    """Something done bit by bit. `run` does the next bit and says how much it was; after 0 it rests for `every_s`."""

    name: str
    run: Callable[[Database, datetime], Awaitable[int]]
    every_s: float


JOBS = (
    Job("relay", lambda database, _: relay(database), every_s=0.05),
    Job("settle", lambda database, _: settle(database), every_s=0.1),
    Job("expire holds", expire_holds, every_s=1),
    Job("run schedules", run_due_schedules, every_s=1),
    Job("chain events", lambda database, _: chain_events(database), every_s=1),
    Job("score again", lambda database, _: score_again(database), every_s=60),
    Job("fold rollups", lambda database, _: fold(database), every_s=0.25),
    Job("sum open days", lambda database, _: sum_open_days(database), every_s=1),
    Job("begin rollups", lambda database, _: begin_rollups(database), every_s=60),
    Job("compare rollups", compare_rollups, every_s=60),
)


async def keep_doing(job: Job, database: Database, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
    """Do the job until cancelled. Whatever it raises ends this: each bit can be tried again."""
    while True:
        if not await job.run(database, now()):
            await asyncio.sleep(job.every_s)
