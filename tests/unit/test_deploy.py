"""Files that no test run executes still speak of variables and commands that exist."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from core.settings import Settings
from finlens.cli import COMMANDS

ROOT = Path(__file__).resolve().parents[2]
VARIABLES = {f"FINLENS_{name.upper()}" for name in Settings.model_fields}


def compose() -> dict[str, Any]:
    return yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]


@pytest.mark.parametrize("name", ["docker-compose.yml", ".env.example", "README.md", "docs/ARCHITECTURE.md"])
def test_every_variable_that_is_named_is_a_setting(name: str) -> None:
    named = set(re.findall(r"FINLENS_[A-Z_]+[A-Z]", (ROOT / name).read_text()))
    assert named <= VARIABLES


def test_the_example_environment_sets_nothing_by_itself() -> None:
    lines = (ROOT / ".env.example").read_text().splitlines()
    assert [line for line in lines if line and not line.startswith("#")] == []


def test_every_container_of_ours_runs_a_command_of_ours() -> None:
    commands = {name: service["command"][0] for name, service in compose().items() if "command" in service}
    assert set(commands) == {"migrate", "api", "worker", "web"}
    assert set(commands.values()) <= set(COMMANDS)


def test_the_web_container_is_told_no_database() -> None:
    assert not {name for name in compose()["web"]["environment"] if "DATABASE" in name}


def test_the_image_copies_every_package_and_file_it_needs() -> None:
    copied = set(re.findall(r"^COPY (.+) \S+$", (ROOT / "deploy" / "Dockerfile").read_text(), re.MULTILINE))
    words = {word for line in copied for word in line.split()}
    assert {word for word in words if not (ROOT / word).exists()} == set()
    assert {"core", "rag", "agents", "webapp", "evals", "finlens", "migrations", "rxconfig.py"} <= words


def test_every_command_that_the_readme_shows_exists() -> None:
    text = (ROOT / "README.md").read_text()
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"^make ([a-z-]+)", text, re.MULTILINE)) <= targets
    assert set(re.findall(r"^(?:\.venv/bin/)?finlens ([a-z]+)", text, re.MULTILINE)) <= set(COMMANDS)


def test_the_readme_explains_every_setting() -> None:
    assert VARIABLES - set(re.findall(r"`(FINLENS_[A-Z_]+)`", (ROOT / "README.md").read_text())) == set()
