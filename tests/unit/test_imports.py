"""Import names are flat, and another distribution owns a top-level `agents` too: ours must win."""

from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("name", ["core", "rag", "agents", "webapp", "evals", "finlens", "migrations"])
def test_our_packages_come_from_this_checkout(name: str) -> None:
    module = import_module(name)
    assert Path(str(module.__file__)).is_relative_to(ROOT)
