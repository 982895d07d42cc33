"""`finlens up` as a real process: it answers, it stops, it leaves nothing, and it survives being killed."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import httpx
import psutil
import psycopg
import pytest

from finlens.postgres import SUPERUSER, EmbeddedPostgres, Server
from finlens.presence import PARTS, find

READY_S = 240
SECOND_START_S = 20


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Installation:
    """One FINLENS_HOME with ports of its own, and the `finlens up` processes started on it."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.ports = {"API": free_port(), "WEB": free_port()}
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("FINLENS_")},
            **{f"FINLENS_{part}_PORT": str(port) for part, port in self.ports.items()},
            "FINLENS_HOME": str(home),
        }
        self.started: list[subprocess.Popen[str]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.ports['API']}"

    def run(self, *words: str) -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, "-m", "finlens", *words]
        return subprocess.run(command, env=self.environment, capture_output=True, text=True, timeout=READY_S)

    def up(self, *options: str) -> "subprocess.Popen[str]":
        """A `finlens up` that has said it is ready."""
        command = [sys.executable, "-m", "finlens", "up", "--no-demo", *options]
        process = subprocess.Popen(
            command, env=self.environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        self.started.append(process)
        self.said = read_until(process, "Ctrl-C stops everything")
        return process

    def parts(self) -> list[psutil.Process]:
        return [process for part in PARTS if (process := find(self.home, part))]

    def is_quiet(self) -> bool:
        """Nothing of this installation runs, and its ports are free."""
        return (
            not self.parts()
            and EmbeddedPostgres(self.home).pid() is None
            and all(can_listen(port) for port in self.ports.values())
        )


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    installation = Installation(tmp_path / "home")
    yield installation
    for process in installation.started:
        process.kill()
        process.communicate()
    until(lambda: not installation.parts())
    EmbeddedPostgres(installation.home).stop()
    EmbeddedPostgres(installation.home).remove()


def read_until(process: "subprocess.Popen[str]", words: str) -> str:
    assert process.stdout is not None
    said = ""
    for line in process.stdout:
        said += line
        if words in line:
            return said
    pytest.fail(f"finlens up ended with {process.wait()}: {said}")


def can_listen(port: int) -> bool:
    with suppress(OSError):
        socket.create_server(("127.0.0.1", port)).close()
        return True
    return False


def until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.05)


def test_everything_answers_and_ctrl_c_leaves_nothing(installation: Installation) -> None:
    process = installation.up()
    assert httpx.get(f"{installation.url}/readyz").status_code == 200
    assert "<html" in httpx.get(f"http://127.0.0.1:{installation.ports['WEB']}", follow_redirects=True).text

    doctor = installation.run("doctor", "--json")
    report = json.loads(doctor.stdout)
    assert (report["ok"], doctor.returncode) == (True, 0), report["checks"]
    assert all(report["memory_mb"][part] > 10 for part in (*PARTS, "postgres"))

    twin = installation.run("up")
    assert twin.returncode == 1
    assert twin.stderr.startswith("finlens: FinLens already runs on ")

    process.send_signal(signal.SIGINT)
    said, _ = process.communicate(timeout=30)
    assert process.returncode == 0, said
    assert installation.is_quiet()


def test_a_killed_supervisor_leaves_no_part_and_the_next_one_starts_fast(installation: Installation) -> None:
    installation.up("--no-web").kill()
    process = installation.up("--no-web")
    assert httpx.get(f"{installation.url}/readyz").status_code == 200
    ready = re.search(r"([\d.]+) s  Ready", installation.said)
    assert ready is not None
    assert float(ready[1]) < SECOND_START_S

    process.terminate()
    time.sleep(0.1)
    process.send_signal(signal.SIGINT)  # somebody is in a hurry
    said, _ = process.communicate(timeout=30)
    assert process.returncode == 0, said
    assert installation.is_quiet()


def test_a_killed_part_and_a_killed_database_come_back(installation: Installation) -> None:
    process = installation.up("--no-web")
    for part in installation.parts():
        part.kill()
    pid = EmbeddedPostgres(installation.home).pid()
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    until(lambda: EmbeddedPostgres(installation.home).pid() not in (None, pid))
    until(lambda: len(installation.parts()) == 2 and answers(f"{installation.url}/readyz"))
    process.terminate()
    said, _ = process.communicate(timeout=30)
    assert "The worker ended (signal 9): starting it again" in said
    assert "PostgreSQL ended: starting it again" in said


def answers(url: str) -> bool:
    try:
        return httpx.get(url).is_success
    except httpx.HTTPError:
        return False


@pytest.fixture
def own_database(server: Server) -> Iterator[str]:
    """An empty database of another server than the installation's own: its name."""
    name = "somebodys_own"
    with psycopg.connect(server.url(SUPERUSER, "postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} OWNER finlens_owner")
        yield name
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def test_a_server_of_the_users_own_replaces_the_embedded_one(
    installation: Installation, server: Server, own_database: str
) -> None:
    installation.environment["FINLENS_DATABASE_URL"] = server.url(SUPERUSER, own_database)
    process = installation.up("--no-web")
    assert httpx.get(f"{installation.url}/readyz").status_code == 200
    assert not (installation.home / "postgres").exists()
    process.terminate()
    process.communicate(timeout=30)
    with psycopg.connect(server.url(SUPERUSER, own_database)) as connection:  # the server still runs
        assert connection.execute("SELECT to_regclass('banking.bank')").fetchone() != (None,)


def test_a_login_that_may_not_step_down_is_told_what_to_grant(
    installation: Installation, server: Server, own_database: str
) -> None:
    with psycopg.connect(server.url(SUPERUSER, own_database), autocommit=True) as connection:
        connection.execute("CREATE EXTENSION vector")
    installation.environment["FINLENS_DATABASE_URL"] = server.url("finlens_owner", own_database)
    refused = installation.run("migrate")
    assert refused.returncode == 1
    assert "finlens: The login finlens_owner may not act as finlens_app: have an administrator GRANT" in refused.stderr


@pytest.mark.parametrize(("part", "options"), [("API", ["--no-web"]), ("WEB", [])])
def test_a_port_in_use_is_one_sentence(installation: Installation, part: str, options: list[str]) -> None:
    port = installation.ports[part]
    with socket.create_server(("127.0.0.1", port)):
        refused = installation.run("up", "--no-demo", *options)
    assert refused.returncode == 1
    name = part if part == "API" else part.lower()
    assert refused.stderr == (
        f"finlens: Port {port} for the {name} is in use by another program: "
        f"stop that program, or set FINLENS_{part}_PORT to a free port\n"
    )


@pytest.mark.parametrize(
    ("variable", "value", "sentence"),
    [
        ("FINLENS_API_PORT", "many", "FINLENS_API_PORT: input should be a valid integer"),
        ("FINLENS_API_HOST", "192.0.2.1", "The API cannot listen on 192.0.2.1: set FINLENS_API_HOST"),
        ("FINLENS_HOME", "/dev/null/home", "FINLENS_HOME cannot be made at /dev/null/home"),
        ("FINLENS_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/x", "The database does not answer"),
    ],
)
def test_a_setting_that_cannot_work_is_one_sentence(
    installation: Installation, variable: str, value: str, sentence: str
) -> None:
    installation.environment[variable] = value
    refused = installation.run("up", "--no-demo", "--no-web")
    assert refused.returncode == 1
    assert refused.stderr.startswith(f"finlens: {sentence}")
    assert refused.stderr.count("\n") == 1
