"""`finlens bench crash` as a real command: nothing that was acknowledged is lost, and the check can tell when it is."""

import json
import os
import subprocess
import sys
from pathlib import Path

import psutil

TIMEOUT_S = 240


def crash(home: Path, *options: str) -> "tuple[int, dict[str, int]]":
    """Exit code and report."""
    done = subprocess.run(
        [sys.executable, "-m", "finlens", "bench", "crash", "--json", *options],
        env={**os.environ, "FINLENS_HOME": str(home), "TMPDIR": str(home)},
        capture_output=True, text=True, timeout=TIMEOUT_S,
    )  # fmt: skip
    assert done.stdout, done.stderr
    return done.returncode, json.loads(done.stdout)


def left_behind(home: Path) -> list[psutil.Process]:
    """Processes of any kind that came of a bench with this TMPDIR: they inherit it."""
    running = psutil.process_iter(["environ"])
    return [process for process in running if (process.info["environ"] or {}).get("TMPDIR") == str(home)]


def test_ten_kills_lose_and_double_nothing(tmp_path: Path) -> None:
    code, report = crash(tmp_path, "--kills", "10")
    promises = {name: report[name] for name in ("lost", "doubled", "sum_drift_minor", "unbalanced")}
    assert promises == dict.fromkeys(promises, 0)
    assert code == 0
    assert report["kills"] == 10
    assert report["acknowledged"] > report["retried"] > 0  # clients were hit, and went on
    assert [*tmp_path.iterdir()] == []
    assert left_behind(tmp_path) == []


def test_the_check_notices_a_server_that_acknowledges_too_early(tmp_path: Path) -> None:
    code, report = crash(tmp_path, "--kills", "2", "--plant-async-commit")
    assert report["lost"] > 0
    assert code == 1
