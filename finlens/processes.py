"""Start programs, start them again when they die, and leave none behind."""

import os
import signal
import subprocess
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Self

from core.errors import SetupError

RESTARTS_MAX = 5
RESTART_WINDOW_S = 60.0
GRACE_S = 10.0
LOG_BYTES_MAX = 10_000_000


@dataclass(frozen=True)
class Program:
    """What to run, where its output goes, and how to tell that it answers."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    log: Path
    is_ready: Callable[[], bool]


@dataclass
class _Child:
    program: Program
    process: subprocess.Popen[bytes]
    log_start: int
    deaths: deque[float] = field(default_factory=lambda: deque(maxlen=RESTARTS_MAX))


class Supervisor:
    """Runs programs until its `with` block ends; then none of them is left, however it ends.

    Each child holds a leash: the pipe on its standard input, whose other end only this process has. If this process
    is killed outright, the pipe closes and the children stop by themselves (see `obey_leash`).
    """

    def __init__(self, report: Callable[[str], None]) -> None:
        self._report = report
        self._children: list[_Child] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self, program: Program) -> None:
        """Start the program; `wait_until_ready` says when it answers."""
        log_start = _ready_log(program.log)
        self._children.append(_Child(program, _launch(program), log_start))

    def wait_until_ready(self, timeout_s: float) -> None:
        """Return when every program answers. Raises SetupError when one dies first, or takes too long."""
        deadline = time.monotonic() + timeout_s
        for child in self._children:
            while not child.program.is_ready():
                if child.process.poll() is not None:
                    raise _did_not_start(child)
                if time.monotonic() > deadline:
                    raise SetupError(
                        f"The {child.program.name} does not answer after {timeout_s:.0f} s; see {child.program.log}"
                    )
                time.sleep(0.05)

    def watch(self, every_s: float = 0.5, meanwhile: Callable[[], None] = lambda: None) -> None:
        """Keep everything running, until interrupted. Raises SetupError when a program dies again and again."""
        while True:
            for child in self._children:
                if child.process.poll() is not None:
                    self._start_again(child)
            meanwhile()
            time.sleep(every_s)

    def stop(self) -> None:
        """Ask every child to end, wait a little, then end it."""
        for child in self._children:
            child.process.terminate()
            _loosen(child.process)
        deadline = time.monotonic() + GRACE_S
        for child in self._children:
            try:
                child.process.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                self._report(f"The {child.program.name} does not stop by itself: ending it")
            _end(child.process)
            child.process.wait()
        self._children.clear()

    def end_now(self) -> None:
        """End every child at once: for somebody who presses Ctrl-C a second time."""
        for child in self._children:
            _end(child.process)

    def _start_again(self, child: _Child) -> None:
        now = time.monotonic()
        if len(child.deaths) == RESTARTS_MAX and now - child.deaths[0] < RESTART_WINDOW_S:
            raise SetupError(f"The {child.program.name} keeps dying; {child.program.log} says why")
        child.deaths.append(now)
        self._report(f"The {child.program.name} ended ({_how(child.process.returncode)}): starting it again")
        _loosen(child.process)
        child.process = _launch(child.program)


@contextmanager
def interrupts(again: Callable[[], None]) -> Iterator[None]:
    """Inside, Ctrl-C, SIGTERM and a closed terminal raise KeyboardInterrupt once; whatever follows calls `again`."""
    seen: list[int] = []

    def handle(number: int, _: FrameType | None) -> None:
        seen.append(number)
        if len(seen) > 1:
            return again()
        raise KeyboardInterrupt

    before = {number: signal.signal(number, handle) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def obey_leash() -> None:
    """End this process (as SIGTERM would) once its standard input closes: whoever started it is gone."""

    def wait_for_the_end() -> None:
        while os.read(0, 1):
            pass
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=wait_for_the_end, name="leash", daemon=True).start()


def _ready_log(log: Path) -> int:
    """Where this run's part of the log begins; a long log of earlier runs is put aside first."""
    log.parent.mkdir(parents=True, exist_ok=True)
    if log.exists() and log.stat().st_size > LOG_BYTES_MAX:
        log.replace(log.with_suffix(".log.1"))
    return log.stat().st_size if log.exists() else 0


def _launch(program: Program) -> subprocess.Popen[bytes]:
    # A session of its own: Ctrl-C in the terminal reaches only the supervisor, which stops the others in order.
    with program.log.open("ab") as log:
        return subprocess.Popen(
            program.command, env=program.environment, stdin=subprocess.PIPE, stdout=log, stderr=log,
            start_new_session=True,
        )  # fmt: skip


def _loosen(process: subprocess.Popen[bytes]) -> None:
    if process.stdin is not None:
        with suppress(OSError):
            process.stdin.close()


def _end(process: subprocess.Popen[bytes]) -> None:
    """SIGKILL to the child and to whatever it started: the session is its own, so the group is too."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)


def _how(returncode: int) -> str:
    return f"signal {-returncode}" if returncode < 0 else f"exit code {returncode}"


def _did_not_start(child: _Child) -> SetupError:
    log = child.program.log
    said = log.read_bytes()[child.log_start :].decode(errors="replace")
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    return SetupError(
        f"The {child.program.name} did not start: {lines[-1] if lines else 'it said nothing'} (see {log})"
    )
