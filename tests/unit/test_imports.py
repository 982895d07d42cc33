"""Import names are flat, and another distribution owns a top-level `agents` too: ours must win."""

import os
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from finlens import PACKAGES

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("name", [*PACKAGES, "finlens"])
def test_our_packages_come_from_this_checkout(name: str) -> None:
    module = import_module(name)
    assert Path(str(module.__file__)).is_relative_to(ROOT)


def test_the_command_finds_our_agents_beside_another_distributions(tmp_path: Path) -> None:
    other = tmp_path / "agents" / "__init__.py"
    other.parent.mkdir()
    other.write_text("raise ImportError('the other agents')")
    source = "import finlens, agents; print(agents.__file__)"
    found = subprocess.check_output(
        [sys.executable, "-c", source], text=True, cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(tmp_path)}
    )
    assert Path(found.strip()) == ROOT / "agents" / "__init__.py"


def test_the_processes_of_the_product_never_load_torch() -> None:
    source = "import finlens.serve, finlens.worker, webapp.app, sys; print(*sys.modules, sep='\\n')"
    loaded = set(subprocess.check_output([sys.executable, "-c", source], text=True, cwd=ROOT).split())
    assert "fastapi" in loaded
    assert not loaded & {"torch", "sentence_transformers", "transformers", "ragas", "pandas", "sklearn"}
