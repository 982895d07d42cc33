"""What is well and what is wrong with this installation. Looks at everything and changes nothing."""

import asyncio
import shutil
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import httpx
import psutil
import psycopg
from alembic.script import ScriptDirectory
from sqlalchemy.exc import SQLAlchemyError

import migrations
from core.db import Database, dsn, owner_url
from core.errors import FinLensError, SetupError
from core.settings import Settings
from finlens import __version__, presence
from finlens.installation import known_database
from finlens.postgres import EmbeddedPostgres
from finlens.up import FREE_MB_MIN
from rag.backlog import lag, pending
from rag.embedder import MiniLm
from webapp.build import built_folder

MEMORY_MB_MAX = 700
FIRST_ANSWER_MS_MAX = 1_000
QUESTION = "How much did I spend on groceries last month?"
ASKED_AS = "customer@finlens.example"

_DURABLE = ("fsync", "synchronous_commit", "full_page_writes")
_VERSIONS = ("fastapi", "langgraph", "onnxruntime", "psycopg", "pydantic", "reflex", "sqlmodel")


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at."""

    name: str
    ok: bool
    detail: str


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that was looked at. Memory is None for what does not run, or is not ours to measure."""

    checks: list[Check]
    memory_mb: dict[str, float | None]
    versions: dict[str, str]

    @property
    def ok(self) -> bool:
        return all(check.ok for check in self.checks)

    def document(self) -> dict[str, Any]:
        return {"ok": self.ok, **asdict(self)}


def examine(settings: Settings) -> Report:
    """Look the installation over. A part that is not running is no fault; one that runs without its others is."""
    running = {part: found for part in presence.PARTS if (found := presence.find(settings.home, part))}
    memory = {part: _memory_mb(process) for part, process in running.items()}
    checks = [_check("disk", lambda: _disk(settings)), *_database_checks(settings)]
    checks += [_check("embedding model", _embedding_model), _check("front end", _front_end)]
    checks.append(_check("processes", lambda: _processes(running)))
    if running:
        checks.append(_check("memory", lambda: _memory(memory)))
        checks.append(_check("torch", lambda: _torch(running)))
    if "api" in running:
        checks.append(_check("first answer", lambda: _first_answer(settings)))
    held = {part: memory.get(part) for part in presence.PARTS} | {"postgres": _postgres_memory(settings)}
    return Report(checks, held, _versions())


def _check(name: str, look: Callable[[], str]) -> Check:
    """`look` says what it saw, or raises with what is wrong."""
    try:
        return Check(name, True, look())
    except (FinLensError, psycopg.Error, SQLAlchemyError, psutil.Error, httpx.HTTPError) as trouble:
        return Check(name, False, str(trouble).splitlines()[0] if str(trouble) else type(trouble).__name__)


def _disk(settings: Settings) -> str:
    folder = settings.home if settings.home.exists() else Path.cwd()
    free_mb = shutil.disk_usage(folder).free // 1_000_000
    if free_mb < FREE_MB_MIN:
        raise SetupError(f"only {free_mb} MB free at {folder}; FinLens needs {FREE_MB_MIN}")
    return f"{free_mb // 1000} GB free at {folder}"


def _database_checks(settings: Settings) -> list[Check]:
    try:
        known = known_database(settings)
        with psycopg.connect(dsn(owner_url(known)), connect_timeout=5) as connection:
            return [
                _check("database", lambda: _server_version(connection)),
                _check("durability", lambda: _durability(connection)),
                _check("migrations", lambda: _migrations(connection)),
                _check("books", lambda: _books(connection)),
                _check("follow-up", lambda: _follow_up(connection)),
                _check("rollups", lambda: _rollups(connection)),
                _check("index", lambda: asyncio.run(_index_lag(known))),
            ]
    except (SetupError, psycopg.OperationalError) as trouble:
        return [Check("database", False, str(trouble).splitlines()[0])]


def _server_version(connection: psycopg.Connection) -> str:
    vector = connection.execute("SELECT extversion FROM pg_extension WHERE extname = 'vector'").fetchone()
    if vector is None:
        raise SetupError("the extension pgvector is missing: CREATE EXTENSION vector")
    return f"PostgreSQL {connection.info.parameter_status('server_version')}, pgvector {vector[0]}"


def _durability(connection: psycopg.Connection) -> str:
    for setting in _DURABLE:
        row = connection.execute("SELECT current_setting(%s)", (setting,)).fetchone()
        if row is None or row[0] == "off":
            raise SetupError(f"{setting} is off: an acknowledged payment could be lost; set it to on")
    return f"{', '.join(_DURABLE)} are on"


def _migrations(connection: psycopg.Connection) -> str:
    head = ScriptDirectory(str(Path(migrations.__path__[0]))).get_current_head()
    if connection.execute("SELECT to_regclass('alembic_version')").fetchone() == (None,):
        raise SetupError("the database is empty: run finlens migrate")
    row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    if row is None or row[0] != head:
        raise SetupError(f"the schema is at {row and row[0]} and the code at {head}: run finlens migrate")
    return f"at {head}"


def _books(connection: psycopg.Connection) -> str:
    rows = connection.execute("SELECT currency, sum(posted_minor) FROM ledger.balance GROUP BY currency").fetchall()
    drift = [f"{currency} is off by {total} minor units" for currency, total in rows if total]
    if drift:
        raise SetupError(f"{'; '.join(drift)}: run finlens audit verify")
    return f"sum to zero in {len(rows)} {'currency' if len(rows) == 1 else 'currencies'}"


def _follow_up(connection: psycopg.Connection) -> str:
    """What the worker's jobs have still to do, and what they could not."""
    row = connection.execute("""
        SELECT (SELECT count(*) FROM ledger.outbox),
               (SELECT count(*) FROM ledger.transaction WHERE status IN ('pending', 'processing')),
               (SELECT count(*) FROM fraud.unscored)
    """).fetchone()
    told, decided, unscored = row or (0, 0, 0)
    if unscored:
        raise SetupError(f"{unscored} payments could not be scored; fraud.unscored holds the errors")
    return f"{told} payments to tell of, {decided} to decide"


def _rollups(connection: psycopg.Connection) -> str:
    """Whether the sums that answer large questions are those of the rows."""
    row = connection.execute("""
        SELECT (SELECT count(*) FROM insights.rollup),
               (SELECT count(DISTINCT (rollup_id, day)) FROM insights.rollup_open),
               (SELECT count(*) FROM insights.rollup_fault WHERE found_at > now() - interval '7 days')
    """).fetchone()
    rollups, left, faults = row or (0, 0, 0)
    if faults:
        raise SetupError(f"{faults} days did not sum to their payments this week; insights.rollup_fault names them")
    return f"{rollups} with {left} days to sum"


async def _index_lag(settings: Settings) -> str:
    database = Database.of(settings)
    try:
        left, waits = await pending(database), await lag(database)
    finally:
        await database.close()
    return (
        f"{left.events} payments to hear of, {left.accounts} accounts, {left.series} series and {left.weeks} weeks to "
        f"retell, {left.gists} gists to embed; the oldest payment unheard waits {waits.words_s:.0f} s, "
        f"the oldest account {waits.texts_s:.0f} s, "
        f"the oldest gist {waits.vectors_s:.0f} s"
    )


def _embedding_model() -> str:
    model = MiniLm.load()
    return f"{model.name} is the file we know and loads"


def _front_end() -> str:
    folder = built_folder()
    return f"built in {folder}" if folder.exists() else "not built from today's sources; finlens up builds it"


def _processes(running: dict[str, psutil.Process]) -> str:
    if not running:
        return "not running; finlens up starts them"
    if missing := {"api", "worker"} - set(running):
        raise SetupError(f"the {' and the '.join(sorted(missing))} should run beside the {', '.join(running)}")
    return ", ".join(f"{part} is process {process.pid}" for part, process in running.items())


def _memory(memory_mb: dict[str, float]) -> str:
    total = sum(memory_mb.values())
    if total > MEMORY_MB_MAX:
        raise SetupError(f"{' + '.join(memory_mb)} hold {total:.0f} MB; {MEMORY_MB_MAX} is the aim")
    return f"{' + '.join(memory_mb)} hold {total:.0f} MB"


def _torch(running: dict[str, psutil.Process]) -> str:
    if sys.platform != "linux":
        return "only Linux tells which libraries a process has loaded"
    guilty = [part for part, process in running.items() if _has_loaded(process, "libtorch")]
    if guilty:
        raise SetupError(f"torch is loaded in the {' and the '.join(guilty)}")
    return "not loaded"


def _has_loaded(process: psutil.Process, library: str) -> bool:
    return any(library in mapped.path for mapped in process.memory_maps())


def _first_answer(settings: Settings) -> str:
    """Ask as the demo customer, over HTTP like any client."""
    password = known_database(settings).demo_password
    if password is None:
        return "not asked: the demo bank has no password"
    login = {"email": ASKED_AS, "password": password.get_secret_value()}
    with httpx.Client(base_url=settings.api_url, timeout=30) as client:
        tokens = client.post("/auth/login", json=login)
        if tokens.status_code == httpx.codes.UNAUTHORIZED:
            return "not asked: the demo bank is not loaded"
        bearer = {"Authorization": f"Bearer {tokens.raise_for_status().json()['access_token']}"}
        began = time.perf_counter()
        answer = client.post("/chat", json={"question": QUESTION}, headers=bearer).raise_for_status().json()
        took_ms = (time.perf_counter() - began) * 1000
    if took_ms > FIRST_ANSWER_MS_MAX:
        raise SetupError(f"{answer['status']} after {took_ms:.0f} ms; {FIRST_ANSWER_MS_MAX} is the aim")
    return f"{answer['status']} after {took_ms:.0f} ms"


def _memory_mb(process: psutil.Process) -> float:
    """Of the process and all it started: its share of what is shared (PSS) where the system tells, else all it maps."""
    family = [process, *process.children(recursive=True)]
    infos = [member.memory_full_info() for member in family]
    return round(sum(getattr(info, "pss", info.rss) for info in infos) / 1_000_000, 1)


def _postgres_memory(settings: Settings) -> float | None:
    if settings.database_url is not None:
        return None
    pid = EmbeddedPostgres(settings.home).pid()
    return _memory_mb(psutil.Process(pid)) if pid else None


def _versions() -> dict[str, str]:
    python = ".".join(map(str, sys.version_info[:3]))
    return {"finlens": __version__, "python": python, **{name: version(name) for name in _VERSIONS}}
