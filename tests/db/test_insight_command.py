"""`finlens insight` as somebody at a shell uses it."""

import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import text

from core.db import Database
from core.settings import Settings
from finlens.installation import environment
from tests.factories import Town, make_town, pay

MAY = {"start": "2026-05-01", "end": "2026-06-01"}


@pytest.fixture
async def town(database: Database) -> Town:
    async with database.unit() as session:
        town = await make_town(session)
        noon = datetime(2026, 5, 12, 6, 30, tzinfo=UTC)
        await pay(session, town.asha_account, town.ravi_account, 123_45, occurred_at=noon, category="groceries")
    return town


def finlens_insight(settings: Settings, query: dict[str, Any], *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "finlens", "insight", json.dumps(query), *options]
    known = environment(settings) | {"PYTHONPATH": os.getcwd()}
    return subprocess.run(command, capture_output=True, text=True, env=known, timeout=120, check=False)


async def test_json_on_standard_output_and_a_note_in_the_audit_trail(
    settings: Settings, database: Database, town: Town
) -> None:
    query = {"measures": ["spend"], "group_by": ["category"], "period": MAY}
    done = finlens_insight(settings, query, "--as", str(town.asha.email), "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["rows"] == [{"category": "groceries", "currency": "INR", "spend": 123_45}]
    async with database.app.connect() as connection:
        found = await connection.execute(
            text("SELECT actor, action, facts FROM identity.audit_event WHERE subject = :subject"),
            {"subject": f"customer:{town.asha.id}"},
        )
        [(actor, action, facts)] = found.all()
    assert actor.startswith("operator:")
    assert (action, facts["query"]["group_by"]) == ("insight.query", ["category"])


async def test_a_table_for_people(settings: Settings, town: Town) -> None:
    done = finlens_insight(settings, {"measures": ["spend"], "period": MAY}, "--as", str(town.asha.email), "--explain")
    assert "₹123.45" in done.stdout
    assert "FROM reporting.entry" in done.stdout


@pytest.mark.parametrize(
    ("query", "email", "sentence"),
    [
        ({"measures": ["luck"], "period": MAY}, "", "measures.0"),
        ({"measures": ["spend"], "others": True, "period": MAY}, "", "(others) needs groups to put together"),
        ({"measures": ["spend"], "period": MAY}, "nobody@finlens.example", "Nobody here has the email"),
    ],
)
async def test_a_refusal_is_one_sentence(
    settings: Settings, town: Town, query: dict[str, Any], email: str, sentence: str
) -> None:
    done = finlens_insight(settings, query, "--as", email or str(town.asha.email))
    assert done.returncode == 1
    assert sentence in done.stderr.splitlines()[-1]
    assert done.stdout == ""
