"""The command: starts, stops, imports, asks and evaluates. It knows every other package and nobody imports it."""

import sys
from importlib.util import find_spec
from pathlib import Path

__version__ = "0.1.0"

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("core", "rag", "agents", "webapp", "evals", "migrations")


def _put_our_packages_first() -> None:
    """Another distribution owns a top-level `agents` too, and pip puts an editable checkout last on the path."""
    origins = [spec.origin or "" for name in PACKAGES if (spec := find_spec(name))]
    if not all(Path(origin).is_relative_to(ROOT) for origin in origins):
        sys.path.insert(0, str(ROOT))


_put_our_packages_first()
