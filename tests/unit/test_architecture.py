"""The plan of the house holds: who may import whom, and who may read the environment."""

import ast
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_the_import_contracts_hold() -> None:
    lint_imports = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([lint_imports, "--no-cache"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def test_only_the_settings_read_the_environment() -> None:
    files = [file for package in ("core", "rag", "agents", "evals") for file in (ROOT / package).rglob("*.py")]
    readers = {file.relative_to(ROOT).as_posix() for file in files if reads_environment(ast.parse(file.read_text()))}
    assert len(files) > 20
    assert readers == set()


def reads_environment(tree: ast.Module) -> bool:
    return any(isinstance(node, ast.Attribute) and node.attr in {"environ", "getenv"} for node in ast.walk(tree))


def test_the_web_tier_takes_only_words_from_the_bank() -> None:
    trees = [ast.parse(file.read_text()) for file in (ROOT / "webapp").rglob("*.py")]
    imported = {name for tree in trees for name in imports(tree) if name.startswith("core")}
    assert imported <= {"core.money", "core.periods", "core.categories", "core.errors"}


def imports(tree: ast.Module) -> set[str]:
    nodes = list(ast.walk(tree))
    froms = {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}
    return froms | {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
