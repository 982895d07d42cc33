"""What a log line says, and what it must never say."""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

FAILING_LOGIN = """
import structlog
from structlog.contextvars import bound_contextvars
from core.monitoring.logging import configure_logging

def login(password):
    raise ValueError("no such user")

configure_logging("info")
log = structlog.get_logger()
log.debug("too quiet")
with bound_contextvars(trace_id="abc"):
    try:
        login("".join(["hunter", "2"]))
    except ValueError:
        log.exception("unhandled", path="/auth/login")
"""


def test_a_failure_is_one_json_line_with_its_trace_and_without_local_variables() -> None:
    run = subprocess.run([sys.executable, "-c", FAILING_LOGIN], cwd=ROOT, capture_output=True, text=True, check=True)
    [line] = run.stderr.splitlines()
    event = json.loads(line)
    assert (event["event"], event["level"], event["trace_id"]) == ("unhandled", "error", "abc")
    assert "ValueError: no such user" in event["exception"]
    assert "hunter2" not in line
