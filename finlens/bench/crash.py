"""`finlens bench crash`: processes are killed under load, and clients that never give up are asked what they were told.

kill -9 shows what survives the death of processes. It says nothing about the loss of power, for which fsync stays on.
"""

import asyncio
import random
import time
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import count, cycle, islice
from typing import Any

import msgspec
import psutil
import uvloop

from core.errors import IdempotencyKeyInFlight, SetupError
from finlens.bench.books import FOUNDING, Acknowledged, Verdict, judge
from finlens.bench.load import HOST, Connection, Shot, UnexpectedAnswer
from finlens.bench.payments import Payments
from finlens.bench.stage import Report, Stage, free_port, stage
from finlens.processes import Supervisor, interrupts

ACCOUNTS = 200
CLIENTS = 32
CALM_S = (0.3, 1.5)
"""How long everything works between one recovery and the next kill: at least and at most."""
RETRY_S = 0.05
ANSWER_TIMEOUT_S = 20.0
RECOVERY_TIMEOUT_S = 60.0
READY_TIMEOUT_S = 120.0

# The plant: commits are acknowledged before they are on disk, and only a long time or a full buffer brings them there.
LAZY_LOG = "wal_writer_delay = 10s\nwal_writer_flush_after = 1GB\n"
FORGETFUL = "ALTER ROLE finlens_app SET synchronous_commit = off"


class Victim(StrEnum):
    """What is killed, in turns."""

    API = "api"
    POSTGRES = "postgres"


@dataclass(slots=True)
class Told:
    """What the clients were told, and when they last heard it."""

    acknowledged: list[Acknowledged] = field(default_factory=list)
    retried: int = 0
    """Payments that took more than one attempt."""
    latest_s: float = 0.0
    """When the latest attempt that was acknowledged began."""

    def hear(self, shot: Shot, body: bytes, *, began_s: float, is_retry: bool) -> None:
        [asked] = shot.payments
        self.acknowledged.append(Acknowledged(*asked, msgspec.json.decode(body, type=_Answer).id))
        self.retried += is_retry
        self.latest_s = max(self.latest_s, began_s)


class _Answer(msgspec.Struct):
    id: str = ""
    code: str = ""


def bench_crash(report: Report, *, kills: int, plant_async_commit: bool = False) -> dict[str, Any]:
    """The report after that many kills. With the plant the server forgets, and a checker that works must notice."""
    supervisor = Supervisor(report)
    settings = LAZY_LOG if plant_async_commit else ""
    with interrupts(again=supervisor.end_now), stage(report, accounts=ACCOUNTS, extra_settings=settings) as own:
        if plant_async_commit:
            with own.superuser() as connection:
                connection.execute(FORGETFUL)
                connection.execute("CHECKPOINT")
        with supervisor:
            trial = _Trial(own, supervisor, report)
            trial.start_api()
            uvloop.run(trial.run(kills))
        with own.superuser() as connection:
            verdict = judge(connection, trial.told.acknowledged, FOUNDING)
    return _document(trial, verdict, kills)


def _document(trial: "_Trial", verdict: Verdict, kills: int) -> dict[str, Any]:
    slowest = {victim: max(took, default=None) for victim, took in trial.recoveries_s.items()}
    return {
        "kills": kills,
        "acknowledged": len(trial.told.acknowledged),
        "retried": trial.told.retried,
        **verdict._asdict(),
        "recovery_s_max": max(took for took in slowest.values() if took is not None),
        "recovery_api_s_max": slowest[Victim.API],
        "recovery_postgres_s_max": slowest[Victim.POSTGRES],
        "failures": verdict.failures,
    }


class _Trial:
    """An API, a PostgreSQL, clients that pay without end, and somebody who kills the former."""

    def __init__(self, own: Stage, supervisor: Supervisor, report: Report) -> None:
        self._stage, self._supervisor, self._report = own, supervisor, report
        self._port = free_port()
        self._payments = Payments(own.accounts, seed=random.SystemRandom().getrandbits(32))
        self._shots = self._payments.single(own.token())
        self._is_over = False
        self.told = Told()
        self.recoveries_s: dict[Victim, list[float]] = {victim: [] for victim in Victim}

    def start_api(self) -> None:
        self._supervisor.start(
            self._stage.program("api", "finlens", "serve", "api", "--service", "ledger", "--leash", port=self._port)
        )
        self._supervisor.wait_until_ready(READY_TIMEOUT_S)

    async def run(self, kills: int) -> None:
        """Returns when the last client has the answer to its last payment; raises at the first that makes no sense."""
        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(CLIENTS):
                    group.create_task(self._pay_on())
                await self._kill_in_turns(kills)
        except ExceptionGroup as failed:
            raise failed.exceptions[0] from failed

    async def _kill_in_turns(self, kills: int) -> None:
        for number, victim in enumerate(islice(cycle(Victim), kills), start=1):
            await asyncio.sleep(random.uniform(*CALM_S))  # noqa: S311  # a moment, not a secret
            self._report(f"Kill {number} of {kills}: {victim}; {len(self.told.acknowledged):,} acknowledged so far")
            await self._kill(victim)
        await asyncio.sleep(CALM_S[0])
        self._is_over = True

    async def _kill(self, victim: Victim) -> None:
        """Kill it, start it again, and note how long nobody was told anything."""
        killed_s = time.monotonic()
        await asyncio.to_thread(self._replace_api if victim is Victim.API else self._replace_postgres)
        while self.told.latest_s < killed_s:
            if time.monotonic() - killed_s > RECOVERY_TIMEOUT_S:
                raise SetupError(f"No payment was acknowledged for {RECOVERY_TIMEOUT_S:.0f} s after the {victim} died")
            await asyncio.sleep(0.005)
        self.recoveries_s[victim].append(round(time.monotonic() - killed_s, 2))
        self._shots = self._payments.single(self._stage.token())

    def _replace_api(self) -> None:
        self._supervisor.end_now()
        self._supervisor.stop()  # nothing is left to be asked: this only collects it
        self.start_api()

    def _replace_postgres(self) -> None:
        pid = self._stage.postgres.pid()
        assert pid is not None
        postmaster = psutil.Process(pid)
        # The parent first: it would take the death of a child for a reason to tidy up.
        for process in (postmaster, *postmaster.children(recursive=True)):
            with suppress(psutil.NoSuchProcess):
                process.kill()
        self._stage.postgres.start(self._report)

    async def _pay_on(self) -> None:
        line = _Line(self._port)
        try:
            while not self._is_over:
                await self._insist(line, next(self._shots))
        finally:
            line.close()

    async def _insist(self, line: "_Line", shot: Shot) -> None:
        """Ask again, with the same key, until there is an answer."""
        for attempt in count():
            began_s = time.monotonic()
            with suppress(OSError):
                status, body = await line.ask(shot.request)
                if status == 201:
                    self.told.hear(shot, body, began_s=began_s, is_retry=attempt > 0)
                    return
                if not _may_change(status, body):
                    raise UnexpectedAnswer(f"{status}: {body[:500].decode(errors='replace')}")
            await asyncio.sleep(RETRY_S)


def _may_change(status: int, body: bytes) -> bool:
    """Whether asking again may be answered otherwise: the server is in trouble, or still busy with this very key."""
    in_flight = status == 409 and msgspec.json.decode(body, type=_Answer).code == IdempotencyKeyInFlight.code
    return status >= 500 or in_flight


class _Line:
    """A connection that is opened anew after every loss."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._connection: Connection | None = None
        self._answer: asyncio.Future[tuple[int, bytes]] | None = None

    async def ask(self, request: bytes) -> tuple[int, bytes]:
        """Status and body. Raises OSError (a timeout is one) when it cannot be known whether the request was heard."""
        loop = asyncio.get_running_loop()
        try:
            if self._connection is None:
                _, self._connection = await loop.create_connection(self._new, HOST, self._port)
            self._answer = loop.create_future()
            self._connection.send(request)
            return await asyncio.wait_for(self._answer, ANSWER_TIMEOUT_S)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        connection, self._connection, self._answer = self._connection, None, None
        if connection is not None:
            connection.close()

    def _new(self) -> Connection:
        return Connection(self._answered, self._lost)

    def _answered(self, _: Connection, status: int, body: bytes) -> None:
        assert self._answer is not None
        self._answer.set_result((status, body))

    def _lost(self, connection: Connection, error: Exception) -> None:
        """A line that is idle when it is lost is opened anew for the next request."""
        if connection is not self._connection:
            return
        self._connection = None
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(error)
