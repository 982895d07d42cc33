"""Which processes of this installation are running: each leaves a note in `home/run` while it serves."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

PARTS = ("api", "worker", "web")

_CLOCK_TOLERANCE_S = 2.0


@contextmanager
def present(home: Path, part: str) -> Iterator[None]:
    """Note this process as the one that serves `part`, for as long as the block runs."""
    note = _note(home, part)
    note.parent.mkdir(parents=True, exist_ok=True)
    me = psutil.Process()
    note.write_text(json.dumps({"pid": me.pid, "started_at": me.create_time()}))
    try:
        yield
    finally:
        if find(home, part) == me:
            note.unlink(missing_ok=True)


def find(home: Path, part: str) -> psutil.Process | None:
    """The live process that serves `part`, or None. A reused process number is told by its start time."""
    try:
        facts = json.loads(_note(home, part).read_text())
        process = psutil.Process(facts["pid"])
        is_same = abs(process.create_time() - facts["started_at"]) < _CLOCK_TOLERANCE_S
    except (OSError, ValueError, psutil.Error):
        return None
    return process if is_same and process.status() != psutil.STATUS_ZOMBIE else None


def _note(home: Path, part: str) -> Path:
    return home / "run" / f"{part}.json"
