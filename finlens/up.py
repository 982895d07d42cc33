"""`finlens up`: database, front end, demo bank, then API, worker and web as children of this process."""

import asyncio
import fcntl
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from datetime import UTC, datetime
from pathlib import Path

import httpx
import psutil
from sqlmodel import select

from core.banking.tables import Bank
from core.db import Database
from core.errors import SetupError
from core.settings import Settings
from finlens import presence
from finlens.demo import load_demo
from finlens.demo.cast import BANKS
from finlens.installation import bring_up_to_date, connected, environment, make_home, web_environment
from finlens.ports import Port, require_free
from finlens.postgres import EmbeddedPostgres
from finlens.processes import Program, Supervisor, interrupts
from webapp.build import ensure_built

FREE_MB_MIN = 1_000
READY_TIMEOUT_S = 180.0
ORPHAN_TIMEOUT_S = 15.0
SAME_SUBJECT_EVERY_S = 3.0


class Steps:
    """Progress as lines, each with the seconds since the start; what counts up is shown every few seconds only."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._subject, self._said_at = "", 0.0

    def __call__(self, text: str) -> None:
        subject, now = text.partition(":")[0], self.seconds
        if subject != self._subject or now - self._said_at >= SAME_SUBJECT_EVERY_S:
            self._subject, self._said_at = subject, now
            print(f"{now:6.1f} s  {text}", flush=True)

    @property
    def seconds(self) -> float:
        return time.monotonic() - self._began


def run(*, with_web: bool, with_demo: bool) -> None:
    """Start everything and keep it running. Returns after Ctrl-C or SIGTERM, when nothing is left running."""
    settings, say = Settings(), Steps()
    supervisor = Supervisor(say)
    with suppress(KeyboardInterrupt), interrupts(again=supervisor.end_now):
        make_home(settings.home)
        with _only_one(settings.home):
            _check_machine(settings, with_web=with_web)
            with _database(settings, say) as settings, supervisor:
                say("Bringing the database to today's schema")
                bring_up_to_date(settings)
                if with_web:
                    ensure_built(say)
                _start(settings, supervisor, with_web=with_web, with_demo=with_demo)
                if with_demo:
                    asyncio.run(_load_demo(settings, say))
                supervisor.wait_until_ready(READY_TIMEOUT_S)
                say("Ready")
                print(_welcome(settings, with_web=with_web, with_demo=with_demo), flush=True)
                _keep_running(settings, supervisor, say)


@contextmanager
def _only_one(home: Path) -> Iterator[None]:
    """One `finlens up` per home: two would fight over the ports. What a killed one left behind is ended first."""
    with (home / "up.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise SetupError(f"FinLens already runs on {home}: stop that one, or set FINLENS_HOME") from error
        _end_orphans(home)
        yield


def _end_orphans(home: Path) -> None:
    left = [process for part in presence.PARTS if (process := presence.find(home, part))]
    for process in left:
        with suppress(psutil.Error):
            process.terminate()
    _, stubborn = psutil.wait_procs(left, timeout=ORPHAN_TIMEOUT_S)
    for process in stubborn:
        with suppress(psutil.Error):
            process.kill()


def _check_machine(settings: Settings, *, with_web: bool) -> None:
    require_free(Port("API", settings.api_host, settings.api_port))
    if with_web:
        require_free(Port("web", settings.web_host, settings.web_port))
    free_mb = shutil.disk_usage(settings.home).free // 1_000_000
    if free_mb < FREE_MB_MIN:
        raise SetupError(f"Only {free_mb} MB are free at {settings.home}: FinLens needs {FREE_MB_MIN} MB")


@contextmanager
def _database(settings: Settings, say: Steps) -> Iterator[Settings]:
    """The settings of a database that runs for as long as the block; a server of the user's own is left alone."""
    try:
        yield connected(settings, say)
    finally:
        if settings.database_url is None:
            EmbeddedPostgres(settings.home).stop()
        say("Stopped")


async def _load_demo(settings: Settings, say: Steps) -> None:
    """Found the demo bank in an empty database, or top it up; nobody's own data gets invented people beside it."""
    database = Database.of(settings)
    try:
        async with database.unit() as session:
            known = set(await session.exec(select(Bank.code)))
        if not known or known & {bank.code for bank in BANKS}:
            await load_demo(settings, database, until=datetime.now(UTC).date(), progress=say)
    finally:
        await database.close()


def _start(settings: Settings, supervisor: Supervisor, *, with_web: bool, with_demo: bool) -> None:
    own = environment(settings)
    supervisor.start(_program(settings, "api", own, lambda: _answers(f"{settings.api_url}/readyz")))
    supervisor.start(_program(settings, "worker", own, lambda: presence.find(settings.home, "worker") is not None))
    if with_web:
        web = web_environment(settings, with_demo=with_demo)
        supervisor.start(_program(settings, "web", web, lambda: _answers(_web_url(settings))))


def _program(settings: Settings, part: str, env: dict[str, str], is_ready) -> Program:
    return Program(
        name=part,
        command=(sys.executable, "-m", "finlens", "serve", part, "--leash"),
        environment=env,
        log=settings.home / "logs" / f"{part}.log",
        is_ready=is_ready,
    )


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=2, follow_redirects=True).is_success
    except httpx.HTTPError:
        return False


def _keep_running(settings: Settings, supervisor: Supervisor, say: Steps) -> None:
    embedded = EmbeddedPostgres(settings.home) if Settings().database_url is None else nullcontext()

    def revive_database() -> None:
        if isinstance(embedded, EmbeddedPostgres) and embedded.pid() is None:
            say("PostgreSQL ended: starting it again")
            embedded.start(say)

    supervisor.watch(meanwhile=revive_database)


def _web_url(settings: Settings) -> str:
    return f"http://{settings.web_host}:{settings.web_port}"


def _welcome(settings: Settings, *, with_web: bool, with_demo: bool) -> str:
    lines = ["", f"  API       {settings.api_url} (described at {settings.api_url}/docs)"]
    if with_web:
        lines.insert(1, f"  Web       {_web_url(settings)}")
    if with_demo and settings.demo_password is not None:
        lines.append("  Log in    customer@finlens.example, or analyst@, staff@, admin@")
        lines.append(f"  Password  {settings.demo_password.get_secret_value()}")
    lines += [f"  Logs      {settings.home / 'logs'}", "", "  Ctrl-C stops everything.", ""]
    return "\n".join(lines)
