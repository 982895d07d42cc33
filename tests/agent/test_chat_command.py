"""`finlens chat` as somebody in a terminal uses it."""

import asyncio
import io
import os
import signal
import subprocess
import sys
import threading
from typing import Any

import pytest
from rich.console import Console

from core.settings import Settings
from finlens.commands.chat import _answer, _Talk
from finlens.installation import environment
from tests.agent.household import Household


def begin(settings: Settings, *arguments: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "finlens", "chat", *arguments],
        env=environment(settings) | {"PYTHONPATH": os.getcwd(), "COLUMNS": "200"},
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def test_a_conversation_follows_up_takes_numbers_and_begins_anew(settings: Settings, household: Household) -> None:
    lines = [
        "How much did I spend on groceries in May?", "1", "new", "and in April?",
        "show my payments to Rahul Sharma in May", "exit",
    ]  # fmt: skip
    talk = begin(settings, "--as", household.meera.email, "--as-of", "2026-06-15")
    said, complaints = talk.communicate("\n".join(lines) + "\n", timeout=120)
    assert talk.returncode == 0 and "Traceback" not in complaints
    first, second, third, fourth = [part for part in said.split("\n> ") if part.strip()][1:5]
    assert first.startswith("Groceries, May 2026: ₹2,873.95.") and "1 And the month before?" in first
    assert second.startswith("Groceries, April 2026:")
    assert third.startswith("What would you like to know about April 2026?")
    assert "₹2,500.00" in fourth and "goa trip share" in fourth


def test_ctrl_c_at_the_prompt_leaves_without_a_word(settings: Settings, household: Household) -> None:
    talk = begin(settings, "--as", household.meera.email)
    assert talk.stdout is not None
    while "Ask in plain words" not in talk.stdout.readline():
        pass
    talk.stdout.read(3)  # the prompt
    talk.send_signal(signal.SIGINT)
    _, complaints = talk.communicate(timeout=30)
    assert talk.returncode == 0 and "Traceback" not in complaints


def test_nobody_of_that_name_is_one_sentence(settings: Settings) -> None:
    talk = begin(settings, "--as", "nobody@finlens.example")
    _, complaints = talk.communicate("", timeout=60)
    assert talk.returncode == 1 and complaints.strip().endswith("Nobody here has the email nobody@finlens.example")


def test_ctrl_c_stops_an_answer_and_the_conversation_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    was_cancelled: list[bool] = []

    async def never(*_: Any) -> None:
        try:
            threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT)).start()
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            was_cancelled.append(True)
            raise

    talk = _Talk(None, None, None, None, None)  # pyright: ignore[reportArgumentType]
    monkeypatch.setattr(talk, "ask", never)
    console = Console(file=io.StringIO())
    # A shell without job control starts what runs in the background with Ctrl-C ignored.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with asyncio.Runner() as runner:
            _answer(runner, talk, "How much?", console)
    finally:
        signal.signal(signal.SIGINT, before)
    assert was_cancelled and console.file.getvalue().strip() == "Stopped."  # pyright: ignore
