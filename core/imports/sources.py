"""The files of one import: which is which, whether they fit the profile, and their rows as records."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from core.imports.profile import Profile, ProfileInvalid
from core.imports.records import FileUnreadable, Line, columns, headings, read
from core.imports.spelling import settled
from core.imports.template import Fields, Record

LOOKUP_ROWS_MAX = 1_000_000
"""Rows of one file that others look things up in; such files are held in memory."""

GIVEN = ("account", "account_name", "bank", "currency", "email", "owner")
"""Columns that the command's options can stand for."""

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
        """With its spelling settled by what the files show."""
        self.paths: dict[str, list[Path]] = {}
        for path in dict.fromkeys(paths):
            self.paths.setdefault(profile.kind_of(path), []).append(path)
        self._tables: dict[str, dict[str, Fields]] = {}
        self._defaults = profile.assumed | profile.given
        self._check_given()
        for kind in self._kinds_read():
            self._check(kind)
        self.profile, self.assumed = settled(profile, self._records(), self._columns(), self._headings())
        self._defaults |= self.profile.assumed | profile.given

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
                record = Record(self._filled(line.cells), self._tables)
                yield Row(path, line, record, section.takes(record))

    def _filled(self, cells: Fields) -> Fields:
        return {**cells, **{name: value for name, value in self._defaults.items() if not cells.get(name)}}

    def _records(self) -> Iterator[Record]:
        """The payments as they stand in the files, before anything is known of how they are spelt."""
        rows = self.rows(self.profile.transactions.file, lambda _path, _line, _reason: None)
        return (row.record for row in rows if row.is_taken)

    def _columns(self) -> set[str]:
        kind = self.profile.transactions.file
        return {name for path in self.paths.get(kind, []) for name in columns(path, self.profile.format_of(kind))}

    def _headings(self) -> list[str]:
        kind = self.profile.transactions.file
        return [cell for path in self.paths.get(kind, []) for cell in headings(path, self.profile.format_of(kind))]

    def _check_given(self) -> None:
        used = {one.own_column for kind in self.profile.files for _, one in self.profile.references(kind)}
        if unused := self.profile.given.keys() - used:
            raise ProfileInvalid(
                f"the profile {self.profile.name} has no column {min(unused)!r} that a value could fill"
            )

    def _kinds_read(self) -> list[str]:
        return [kind for kind in self.paths if self.profile.files[kind].ignore is None]

    def _check(self, kind: str) -> None:
        """Every column that the profile uses is there, and so is every file that it looks things up in."""
        for path in self.paths[kind]:
            known = columns(path, self.profile.format_of(kind))
            for key, reference in self.profile.references(kind):
                column = reference.own_column
                if column not in {*known, *self._defaults} and not reference.is_optional:
                    has = ", ".join(name for name in known if name)[:500]
                    hint = f" (or say --{column} for all rows)" if column in GIVEN else ""
                    raise ProfileInvalid(f"{key} uses the column {column!r}, and {path.name} has: {has}{hint}")
                if reference.table and reference.table not in self.paths and not reference.is_optional:
                    wanted = self.profile.files[reference.table].match
                    raise ProfileInvalid(f"{key} looks things up in {reference.table}: give the file {wanted} too")
