"""The command: starts, stops, imports, asks and evaluates. It knows every other package and nobody imports it."""

import sys
from importlib.util import find_spec
from pathlib import Path

__version__ = "0.1.0"

ROOT = Path(__file__).resolve().parent.parent


def _put_our_packages_first() -> None:
    """Another distribution owns a top-level `agents` too, and pip puts an editable checkout last on the path."""
    agents = find_spec("agents")
    if agents is None or not str(agents.origin).startswith(str(ROOT)):
        sys.path.insert(0, str(ROOT))


_put_our_packages_first()
