"""What a burst cost: processor time of a whole family of processes, and the middle of several rounds."""

import os
import platform
from collections.abc import Sequence
from statistics import median
from typing import NamedTuple

import psutil


def cpu_s(root: psutil.Process) -> float:
    """Processor seconds that this process and all its descendants have used since they began.

    Of those that have ended, what their parent has collected: take differences over moments when none is under way.
    """
    return sum(_own_s(process) for process in (root, *root.children(recursive=True)))


def _own_s(process: psutil.Process) -> float:
    try:
        return sum(process.cpu_times()[:4])
    except psutil.NoSuchProcess:
        return 0.0


class Cost(NamedTuple):
    """Processor seconds that a burst took."""

    app_s: float
    postgres_s: float
    machine_s: float
    """Of every program on this machine."""


class Meter:
    """Runs from its making on."""

    def __init__(self, app: psutil.Process, postgres: psutil.Process) -> None:
        self._app, self._postgres = app, postgres
        self._before = self._read()

    def cost(self) -> Cost:
        return Cost(*(now - before for now, before in zip(self._read(), self._before, strict=True)))

    def _read(self) -> Cost:
        return Cost(cpu_s(self._app), cpu_s(self._postgres), _busy_s())


def _busy_s() -> float:
    times = psutil.cpu_times()
    return times.user + times.system + times.nice


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least `share` of `values` do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


Figures = dict[str, float]
"""Named figures of one burst, each with its unit in its name."""


def middle(rounds: Sequence[Figures]) -> Figures:
    """Median of each figure over the rounds."""
    return {name: round(median(each[name] for each in rounds), 2) for name in rounds[0]}


def machine() -> dict[str, object]:
    """What these figures were measured on."""
    return {
        "cpus": os.cpu_count(),
        "cpu_model": _cpu_model(),
        "memory_mb": psutil.virtual_memory().total >> 20,
        "system": platform.platform(),
        "python": platform.python_version(),
    }


def _cpu_model() -> str:
    try:
        with open("/proc/cpuinfo") as facts:
            return next(line.partition(":")[2].strip() for line in facts if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor()
