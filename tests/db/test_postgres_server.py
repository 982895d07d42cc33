"""The embedded server through everything that happens to servers: kills, taken ports, half-made folders, root."""

import os
import pwd
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import psycopg
import pytest

from core.errors import SetupError
from finlens import postgres
from finlens.postgres import SUPERUSER, EmbeddedPostgres

START = "import sys; from pathlib import Path; from finlens.postgres import EmbeddedPostgres; "
START += "print(EmbeddedPostgres(Path(sys.argv[1])).start().port)"


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path
    EmbeddedPostgres(tmp_path).remove()


@pytest.fixture
def embedded(home: Path) -> EmbeddedPostgres:
    return EmbeddedPostgres(home)


def postmaster(embedded: EmbeddedPostgres) -> psutil.Process:
    pid = embedded.pid()
    assert pid is not None
    return psutil.Process(pid)


def until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.02)


def test_a_second_start_adopts_the_running_server(embedded: EmbeddedPostgres, home: Path) -> None:
    first = embedded.start()
    pid = embedded.pid()
    assert EmbeddedPostgres(home).start() == first
    assert embedded.pid() == pid


def test_the_server_outlives_the_process_that_started_it(embedded: EmbeddedPostgres, home: Path) -> None:
    port = subprocess.check_output([sys.executable, "-c", START, home], text=True)
    running = embedded.running()
    assert running is not None
    assert running.port == int(port)


def test_processes_that_start_it_at_once_get_one_server(home: Path) -> None:
    starts = [subprocess.Popen([sys.executable, "-c", START, home], stdout=subprocess.PIPE) for _ in range(3)]
    assert len({start.communicate()[0] for start in starts}) == 1
    assert {start.returncode for start in starts} == {0}


def test_rows_survive_a_killed_server(embedded: EmbeddedPostgres) -> None:
    server = embedded.start()
    with psycopg.connect(server.url(SUPERUSER), autocommit=True) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    postmaster(embedded).send_signal(signal.SIGKILL)  # nobody waits for it, so it stays as a zombie
    until(lambda: embedded.running() is None)
    with psycopg.connect(embedded.start().url(SUPERUSER)) as connection:
        assert connection.execute("SELECT answer FROM kept").fetchone() == (42,)


def test_stopping_frees_the_port_and_may_be_done_twice(embedded: EmbeddedPostgres) -> None:
    port = embedded.start().port
    embedded.stop()
    embedded.stop()
    assert embedded.running() is None
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port)) != 0


def test_the_port_stays_the_same_unless_another_program_took_it(embedded: EmbeddedPostgres) -> None:
    port = embedded.start().port
    embedded.stop()
    assert embedded.start().port == port
    embedded.stop()
    with socket.create_server(("127.0.0.1", port)):
        assert embedded.start().port != port


def test_a_creation_that_was_killed_half_way_is_begun_anew(embedded: EmbeddedPostgres) -> None:
    half_made = embedded.data.with_name("data.new")
    half_made.mkdir()
    (half_made / "PG_VERSION").write_text("18\n")
    assert embedded.start().port
    assert not half_made.exists()


def test_an_interrupted_start_leaves_no_server(embedded: EmbeddedPostgres, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[psutil.Process] = []

    def interrupt(_: EmbeddedPostgres, process: "subprocess.Popen[bytes]") -> None:
        started.append(psutil.Process(process.pid))
        raise KeyboardInterrupt

    monkeypatch.setattr(EmbeddedPostgres, "_wait_until_ready", interrupt)
    with pytest.raises(KeyboardInterrupt):
        embedded.start()
    _, alive = psutil.wait_procs(started, timeout=20)
    assert started
    assert not alive


def test_a_lock_file_from_before_the_last_boot_is_not_believed(embedded: EmbeddedPostgres) -> None:
    """After a reboot the dead server's process number may be anybody's, and PostgreSQL alone would refuse to start."""
    embedded.start()
    lock_file = embedded.data / "postmaster.pid"
    lines = lock_file.read_text().splitlines()
    embedded.stop()
    lock_file.write_text("\n".join([str(os.getpid()), lines[1], "1", *lines[3:]]) + "\n")
    assert embedded.running() is None
    assert embedded.start().port


def test_data_of_another_version_is_refused(embedded: EmbeddedPostgres) -> None:
    embedded.start()
    embedded.stop()
    (embedded.data / "PG_VERSION").write_text("9\n")
    with pytest.raises(SetupError, match="was written by PostgreSQL 9 and PostgreSQL 18 is installed"):
        embedded.start()


def test_lost_passwords_are_named(embedded: EmbeddedPostgres) -> None:
    embedded.start()
    embedded.stop()
    (embedded.data.parent / "server.json").unlink()
    with pytest.raises(SetupError, match=r"passwords .* cannot be read from .*server\.json"):
        embedded.start()


@pytest.mark.parametrize("setting", ["fsync", "synchronous_commit", "full_page_writes"])
def test_a_server_that_may_lose_payments_is_refused(home: Path, setting: str) -> None:
    with pytest.raises(SetupError, match=f"{setting}=off: payments could be lost"):
        EmbeddedPostgres(home, extra_settings=f"{setting} = off\n").start()


def test_a_setting_the_server_does_not_know_is_reported_in_its_own_words(home: Path) -> None:
    with pytest.raises(SetupError, match=r"PostgreSQL did not start: .*finlens\.conf.* contains errors"):
        EmbeddedPostgres(home, extra_settings="no_such_setting = on\n").start()


def test_only_the_owner_can_read_the_passwords(embedded: EmbeddedPostgres) -> None:
    embedded.start()
    secrets = embedded.data.parent / "server.json"
    assert secrets.stat().st_mode & 0o077 == 0
    assert not (embedded.data.parent / "initdb-password").exists()


def test_the_passwords_are_asked_for(embedded: EmbeddedPostgres) -> None:
    server = embedded.start()
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(server.url("finlens_owner").replace(server.passwords["finlens_owner"], "guessed"))


@pytest.mark.skipif(os.geteuid() != 0, reason="only root's folders are closed to the user that PostgreSQL runs as")
def test_a_home_that_is_closed_to_the_servers_user_links_to_a_shared_folder(home: Path) -> None:
    closed = home / "closed"
    closed.mkdir(mode=0o700)
    link = closed / "home" / "postgres"
    embedded = EmbeddedPostgres(closed / "home")
    try:
        assert embedded.start().port
        assert link.readlink().parent == postgres.SHARED_STATE
        assert EmbeddedPostgres(closed / "home").running() is not None
    finally:
        embedded.remove()
    assert not link.is_symlink()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root's folders are closed to the user that PostgreSQL runs as")
def test_a_first_start_that_is_overtaken_takes_the_folder_of_the_other(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (home / "closed").mkdir(mode=0o700)
    before = set(postgres.SHARED_STATE.glob("postgres-*"))
    others: list[EmbeddedPostgres] = []

    def overtaken(**where: Any) -> str:
        monkeypatch.undo()
        others.append(EmbeddedPostgres(home / "closed" / "home"))
        return tempfile.mkdtemp(**where)

    monkeypatch.setattr(postgres.tempfile, "mkdtemp", overtaken)
    embedded = EmbeddedPostgres(home / "closed" / "home")
    assert set(postgres.SHARED_STATE.glob("postgres-*")) - before == {embedded.data.parent}
    assert others[0].data == embedded.data
    embedded.remove()


def test_binaries_that_the_servers_user_cannot_reach_are_copied(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres, "_ordinary_user", lambda: pwd.getpwuid(os.geteuid() or pwd.getpwnam("nobody").pw_uid))
    monkeypatch.setattr(postgres, "_can_run", lambda *_: False)
    embedded = EmbeddedPostgres(home)
    assert embedded.start().port
    assert Path(postmaster(embedded).exe()).is_relative_to(embedded.data.parent)


def test_a_link_to_a_folder_that_is_gone_is_named(home: Path) -> None:
    (home / "postgres").symlink_to(home / "gone")
    with pytest.raises(SetupError, match="which is gone"):
        EmbeddedPostgres(home)
    (home / "postgres").unlink()


def test_a_folder_of_another_user_is_named(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    EmbeddedPostgres(home)
    with monkeypatch.context() as patch:
        patch.setattr(os, "access", lambda *_: False)
        with pytest.raises(SetupError, match=f"{home / 'postgres'} belongs to another user"):
            EmbeddedPostgres(home)


def test_root_alone_on_a_machine_gets_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody(name: str) -> pwd.struct_passwd:
        raise KeyError(name)

    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(pwd, "getpwnam", nobody)
    with pytest.raises(SetupError, match="this machine has no ordinary user"):
        EmbeddedPostgres(tmp_path)


def test_missing_binaries_get_a_sentence(embedded: EmbeddedPostgres, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres, "find_spec", lambda _: None)
    with pytest.raises(SetupError, match="No embedded PostgreSQL is installed"):
        embedded.start()
