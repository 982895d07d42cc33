"""`finlens ask` as somebody at a shell uses it."""

import json
import os
import subprocess
import sys
from pathlib import Path

from sqlalchemy import text

from core.db import Database
from core.settings import Settings
from finlens.installation import environment
from tests.agent.household import Household

GROCERIES = "how much did I spend on groceries in May"


def finlens_ask(settings: Settings, *arguments: str) -> subprocess.CompletedProcess[str]:
    known = environment(settings) | {"PYTHONPATH": os.getcwd()}
    command = [sys.executable, "-m", "finlens", "ask", *arguments]
    return subprocess.run(command, capture_output=True, text=True, env=known, timeout=120, check=False)


async def test_one_question_in_somebodys_name(settings: Settings, database: Database, household: Household) -> None:
    done = finlens_ask(settings, GROCERIES, "--as", household.meera.email, "--as-of", "2026-06-15", "--json")
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert answer["figures"][0]["value_minor"] == 287_395
    async with database.app.connect() as connection:
        found = await connection.execute(
            text("SELECT actor, facts FROM identity.audit_event WHERE subject = :subject AND action = 'chat.ask'"),
            {"subject": household.meera.subject},
        )
        [(actor, facts)] = found.all()
    assert actor.startswith("operator:") and facts["question"] == GROCERIES


def test_an_answer_for_people(settings: Settings, household: Household) -> None:
    done = finlens_ask(settings, GROCERIES, "--as", household.meera.email, "--as-of", "2026-06-15")
    assert done.stdout.startswith("Groceries, May 2026: ₹2,873.95.")
    assert "Green Grocers" in done.stdout


def test_a_file_of_questions_keeps_its_order_and_its_conversations(
    settings: Settings, household: Household, tmp_path: Path
) -> None:
    common = {"as": household.meera.email, "as_of": "2026-06-15"}
    lines = [
        {"id": "a", "question": GROCERIES, "conversation": "one", **common},
        {"id": "b", "question": "what's my balance", **common},
        {"id": "c", "question": "and in April?", "conversation": "one", **common},
        {"id": 4, "question": " ", **common},
    ]
    file = tmp_path / "questions.jsonl"
    file.write_text("\n".join(map(json.dumps, lines)))
    done = finlens_ask(settings, "--batch", str(file), "--json")
    assert done.returncode == 0, done.stderr
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert [answer["id"] for answer in answers] == ["a", "b", "c", 4]
    assert answers[2]["figures"][0]["label"] == "Groceries, April 2026"
    assert answers[2]["conversation_id"] == answers[0]["conversation_id"]
    assert answers[3]["error"]["code"] == "invalid_request"


def test_an_unknown_email_is_one_sentence(settings: Settings) -> None:
    done = finlens_ask(settings, GROCERIES, "--as", "nobody@finlens.example")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.strip().endswith("finlens: Nobody here has the email nobody@finlens.example")


def test_a_line_that_is_none_is_named(settings: Settings, tmp_path: Path) -> None:
    file = tmp_path / "questions.jsonl"
    file.write_text('{"id": 1, "as": "a@finlens.example"}\n')
    done = finlens_ask(settings, "--batch", str(file), "--json")
    assert done.returncode == 1 and "line 1: question Field required" in done.stderr
