"""Where rows wait, on disk, until they are in the order in which they happened.

Files come newest first, sorted by account, or as three exports that overlap; money is posted from old to new. Sorting
outside memory is what keeps an import of any size small.
"""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec

from core.errors import InvalidRequest
from core.imports.records import Line
from core.imports.statement import Entry

ROWS_MAX = 10_000_000
"""Rows of one import. More are several imports."""


class ImportTooLarge(InvalidRequest):
    code, title = "import_too_large", "This is too much for one import"


@dataclass(frozen=True, slots=True)
class Staged:
    """A row that was understood."""

    file: str
    line: int
    raw: str
    entry: Entry
    key: str
    """The idempotency key: the row's identity and, where the bank gives no id, its number among its file's twins."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A row that will not be posted: `rejected`, or `skipped` because the profile says so."""

    file: str
    line: int
    raw: str
    outcome: str
    reason: str


class Stage:
    """A temporary database that disappears with the process. Use it in a `with`."""

    def __init__(self) -> None:
        # An empty name is SQLite's own temporary file: private, spilled from memory to disk as it grows.
        self._store = sqlite3.connect("", isolation_level=None)
        self._store.executescript("""
            PRAGMA synchronous = OFF;
            CREATE TABLE row (seq INTEGER PRIMARY KEY, file TEXT, line INTEGER, raw TEXT, day TEXT, bank TEXT,
                              account TEXT, instant TEXT, identity BLOB, entry BLOB);
            CREATE TABLE left_out (file TEXT, line INTEGER, raw TEXT, outcome TEXT, reason TEXT,
                                   PRIMARY KEY (file, line));
            BEGIN;
        """)
        self._encode = msgspec.msgpack.Encoder().encode
        self._decode = msgspec.msgpack.Decoder(Entry).decode
        self.count = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._store.close()

    def add(self, path: Path, line: Line, entry: Entry) -> None:
        """Keep a row that was understood."""
        self._grow()
        self._store.execute(
            "INSERT INTO row VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                str(path), line.number, line.raw, entry.day.isoformat(), entry.bank, entry.account,
                entry.instant and entry.instant.isoformat(), entry.identity.bytes, self._encode(entry),
            ),
        )  # fmt: skip

    def leave_out(self, path: Path, line: Line, reason: str, *, outcome: str = "rejected") -> None:
        """Keep a row that will not be posted; of one line the first reason stands."""
        self._grow()
        values = (str(path), line.number, line.raw, outcome, reason)
        self._store.execute("INSERT OR IGNORE INTO left_out VALUES (?, ?, ?, ?, ?)", values)

    def spans(self) -> dict[tuple[str, str], tuple[date, date]]:
        """The days of each account's first and last row."""
        rows = self._store.execute("SELECT bank, account, min(day), max(day) FROM row GROUP BY bank, account")
        return {(bank, account): (date.fromisoformat(a), date.fromisoformat(z)) for bank, account, a, z in rows}

    def left_out(self) -> Iterator[LeftOut]:
        """Rows that will not be posted, as they stand in the files."""
        rows = self._store.execute("SELECT file, line, raw, outcome, reason FROM left_out ORDER BY file, line")
        yield from (LeftOut(*row) for row in rows)

    def in_order(self) -> Iterator[Staged]:
        """Rows to post from old to new, each account's day together and in the order of the file."""
        rows = self._store.execute("""
            SELECT file, line, raw, entry, hex(identity), row_number() OVER (PARTITION BY file, identity ORDER BY seq)
              FROM row ORDER BY day, bank, account, instant, seq
        """)
        for file, line, raw, packed, identity, occurrence in rows:
            entry = self._decode(packed)
            yield Staged(file, line, raw, entry, f"{identity}:{0 if entry.reference else occurrence}")

    def _grow(self) -> None:
        self.count += 1
        if self.count > ROWS_MAX:
            raise ImportTooLarge(f"these files have more than {ROWS_MAX} rows: import them in parts")
