"""The files of one import: which is which, whether they fit the profile, and their rows as records."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from core.imports.profile import Profile, ProfileInvalid
from core.imports.records import FileUnreadable, Line, columns, read
from core.imports.template import Fields, Record

LOOKUP_ROWS_MAX = 1_000_000
"""Rows of one file that others look things up in; such files are held in memory."""

Reject = Callable[[Path, Line, str], None]


@dataclass(frozen=True, slots=True)
class Row:
    """A row that could be read. Not `is_taken`: the profile leaves it out."""

    path: Path
    line: Line
    record: Record
    is_taken: bool


class Sources:
    """The files by kind. Raises FileUnreadable or ProfileInvalid before anything is stored if they do not fit."""

    def __init__(self, profile: Profile, paths: Sequence[Path]) -> None:
        self.profile = profile
        self.paths: dict[str, list[Path]] = {}
        for path in dict.fromkeys(paths):
            self.paths.setdefault(profile.kind_of(path), []).append(path)
        self._tables: dict[str, dict[str, Fields]] = {}
        for kind in self._kinds_read():
            self._check(kind)

    def load_tables(self, reject: Reject) -> None:
        """Read the files that others look things up in."""
        for kind in self._kinds_read():
            key = self.profile.files[kind].key
            if key is not None:
                rows = self.rows(kind, reject)
                self._tables[kind] = {row.line.cells[key]: row.line.cells for row in rows if row.is_taken}

    def rows(self, kind: str, reject: Reject) -> Iterator[Row]:
        """The rows of all files of this kind; a line that is none goes to `reject` with the reason."""
        section, form = self.profile.files[kind], self.profile.format_of(kind)
        for path in self.paths.get(kind, []):
            for count, line in enumerate(read(path, form)):
                if section.key is not None and count >= LOOKUP_ROWS_MAX:
                    raise FileUnreadable(f"{path.name} has more than {LOOKUP_ROWS_MAX} rows to look things up in")
                if line.problem is not None:
                    reject(path, line, line.problem)
                    continue
                record = Record(line.cells, self._tables)
                yield Row(path, line, record, section.takes(record))

    def _kinds_read(self) -> list[str]:
        return [kind for kind in self.paths if self.profile.files[kind].ignore is None]

    def _check(self, kind: str) -> None:
        """Every column that the profile uses is there, and so is every file that it looks things up in."""
        for path in self.paths[kind]:
            known = columns(path, self.profile.format_of(kind))
            for key, reference in self.profile.references(kind):
                column = reference.own_column
                if column not in known and not reference.is_optional:
                    has = ", ".join(name for name in known if name)[:500]
                    raise ProfileInvalid(f"{key} uses the column {column!r}, and {path.name} has: {has}")
                if reference.table and reference.table not in self.paths and not reference.is_optional:
                    wanted = self.profile.files[reference.table].match
                    raise ProfileInvalid(f"{key} looks things up in {reference.table}: give the file {wanted} too")
