"""The supervisor with small real programs: it starts them, starts them again, and leaves none behind."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from core.errors import SetupError
from finlens.processes import RESTARTS_MAX, Program, Supervisor

FOREVER = "import time; time.sleep(600)"


def program(folder: Path, source: str, *, is_ready: Callable[[], bool] = lambda: True) -> Program:
    return Program("sample", (sys.executable, "-c", source), os.environ, folder / "sample.log", is_ready)


def children(source: str = FOREVER) -> list[psutil.Process]:
    """Live children of this process that run `source`."""
    live = [child for child in psutil.Process().children() if child.status() != psutil.STATUS_ZOMBIE]
    return [child for child in live if source in child.cmdline()]


def until(holds: Callable[[], bool], timeout_s: float = 20) -> None:
    deadline = time.monotonic() + timeout_s
    while not holds():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.02)


def test_no_child_is_left_after_the_block(tmp_path: Path) -> None:
    with Supervisor(print) as supervisor:
        supervisor.start(program(tmp_path, FOREVER))
        until(lambda: len(children()) == 1)
    assert children() == []


def test_a_child_that_ignores_sigterm_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("finlens.processes.GRACE_S", 0.5)
    said: list[str] = []
    deaf = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); {FOREVER}"
    with Supervisor(said.append) as supervisor:
        supervisor.start(program(tmp_path, deaf))
        until(lambda: b"deaf" in (tmp_path / "sample.log").read_bytes())
        [process] = children(deaf)
    assert not process.is_running()
    assert said == ["The sample does not stop by itself: ending it"]


def test_a_program_that_dies_before_it_answers_is_reported_with_its_last_words(tmp_path: Path) -> None:
    (tmp_path / "sample.log").write_text("words of an earlier run\n")
    dying = "import sys; sys.exit('no such port')"
    with Supervisor(print) as supervisor:
        supervisor.start(program(tmp_path, dying, is_ready=lambda: False))
        with pytest.raises(SetupError, match="The sample did not start: no such port"):
            supervisor.wait_until_ready(20)


def test_a_program_that_never_answers_is_reported(tmp_path: Path) -> None:
    with Supervisor(print) as supervisor:
        supervisor.start(program(tmp_path, FOREVER, is_ready=lambda: False))
        with pytest.raises(SetupError, match="does not answer after"):
            supervisor.wait_until_ready(0.2)


def test_a_killed_child_is_started_again(tmp_path: Path) -> None:
    said: list[str] = []
    before: list[psutil.Process] = []

    def meanwhile() -> None:
        if not before:
            before.extend(children())
            before[0].kill()
        elif said and children() not in ([], before):
            raise KeyboardInterrupt

    with Supervisor(said.append) as supervisor:
        supervisor.start(program(tmp_path, FOREVER))
        until(lambda: len(children()) == 1)
        with pytest.raises(KeyboardInterrupt):
            supervisor.watch(every_s=0.02, meanwhile=meanwhile)
    assert said == ["The sample ended (signal 9): starting it again"]


def test_a_program_that_keeps_dying_ends_the_watch(tmp_path: Path) -> None:
    said: list[str] = []
    with Supervisor(said.append) as supervisor:
        supervisor.start(program(tmp_path, "import sys; sys.exit(3)"))
        with pytest.raises(SetupError, match="The sample keeps dying"):
            supervisor.watch(every_s=0.02)
    assert said == ["The sample ended (exit code 3): starting it again"] * RESTARTS_MAX


KEEPER = """
    import os, sys
    from pathlib import Path
    from finlens.processes import Program, Supervisor, interrupts
    source = "from finlens.processes import obey_leash; obey_leash(); import time; time.sleep(600)"
    supervisor = Supervisor(print)
    try:
        with interrupts(again=supervisor.end_now), supervisor:
            command = (sys.executable, "-c", source)
            supervisor.start(Program("sample", command, os.environ, Path(sys.argv[1]), lambda: True))
            print("watching", flush=True)
            supervisor.watch()
    except KeyboardInterrupt:
        print("clean", flush=True)
"""


def keeper(folder: Path) -> tuple["subprocess.Popen[str]", psutil.Process]:
    """A process of its own that supervises one child, and the child."""
    command = [sys.executable, "-c", textwrap.dedent(KEEPER), str(folder / "sample.log")]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "watching\n"
    return process, psutil.Process(process.pid).children()[0]


def test_the_children_of_a_killed_supervisor_end_by_themselves(tmp_path: Path) -> None:
    process, child = keeper(tmp_path)
    process.kill()
    process.communicate()
    until(lambda: not child.is_running())


@pytest.mark.parametrize("signals", [[signal.SIGINT], [signal.SIGTERM], [signal.SIGHUP], [signal.SIGINT] * 2])
def test_a_signal_stops_the_child_and_then_the_supervisor(tmp_path: Path, signals: list[signal.Signals]) -> None:
    process, child = keeper(tmp_path)
    for each in signals:
        process.send_signal(each)
        time.sleep(0.05)
    said, _ = process.communicate(timeout=20)
    assert (said, process.returncode) == ("clean\n", 0)
    assert not child.is_running()
