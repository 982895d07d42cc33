"""The installation's secret keys: 32 random bytes each, in a file that only its owner can read."""

import os
import secrets
from functools import lru_cache
from pathlib import Path
from tempfile import NamedTemporaryFile

from core.errors import SetupError

KEY_BYTES = 32


@lru_cache
def secret_key(folder: Path, name: str) -> bytes:
    """The key called `name`: made on first use, the same for every process and start from then on.

    Lose the folder and what it sealed (PANs) is lost, and everybody has to log in again: back it up with the database.
    """
    path = folder / f"{name}.key"
    if not path.exists():
        _make(path)
    key = path.read_bytes()
    if len(key) != KEY_BYTES:
        raise SetupError(f"{path} does not hold {KEY_BYTES} bytes: restore it from a backup")
    return key


def _make(path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # Written whole under another name (mode 0600), then linked: of two processes that race, one link wins and both
    # read that one's key.
    with NamedTemporaryFile(dir=path.parent, prefix=path.name) as draft:
        draft.write(secrets.token_bytes(KEY_BYTES))
        draft.flush()
        os.fsync(draft.fileno())
        try:
            os.link(draft.name, path)
        except FileExistsError:
            return
