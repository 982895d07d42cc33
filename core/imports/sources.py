"""The files of one import: which is which, whether they fit the profile, and their rows as records."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from core.imports.profile import Profile, ProfileInvalid
from core.imports.records import FileUnreadable, Header, Line, header_of, is_row, names_in, read
from core.imports.spelling import iban_in, settled
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


class Holder(NamedTuple):
    """What rows say of an account's holder."""

    bank: str
    email: str
    """Empty where nobody told it."""
    unnamed_emails: set[str]
    """What stands for the mail of a holder whose mail nobody told."""

    def may_be(self, email: str) -> bool:
        """Whether the holder with this mail is the same one, as far as anybody told."""
        return self.email in ("", email) or email in self.unnamed_emails


class Sources:
    """The files by kind. Raises FileUnreadable or ProfileInvalid before anything is stored if they do not fit."""

    def __init__(self, profile: Profile, paths: Sequence[Path]) -> None:
        self.profile = profile
        """With its spelling settled by what the files show."""
        self.paths: dict[str, list[Path]] = {}
        for path in dict.fromkeys(paths):
            self.paths.setdefault(profile.kind_of(path), []).append(path)
        self._tables: dict[str, dict[str, Fields]] = {}
        self._known: dict[str, Fields] = {}
        self._check_given()
        self._headers = {
            path: header_of(path, profile.format_of(kind)) for kind in self._kinds_read() for path in self.paths[kind]
        }
        self._said = {path: self._above(header) for path, header in self._headers.items()}
        for kind in self._kinds_read():
            self._check(kind)
        self.profile, self.assumed = settled(profile, self._records(), self._columns(), self._headings())

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
                record = Record(self._filled(path, line.cells), self._tables)
                yield Row(path, line, record, section.takes(record))

    @property
    def used(self) -> set[str]:
        """The columns that rows of payments are read from."""
        return {one.own_column for _, one in self.profile.references(self.profile.transactions.file)}

    def is_told(self, column: str) -> bool:
        """Whether an option or a column of every file says it: what stands above a table may change."""
        paths = self.paths.get(self.profile.transactions.file, [])
        return column in self.profile.given or all(column in self._headers[path].columns for path in paths)

    def holders(self) -> dict[str, Holder]:
        """Of each account that rows name, what is said of its holder."""
        first: dict[str, Record] = {}
        for record in self._records():
            first.setdefault(record.fields.get("account", ""), record)
        return {number: self._holder(record) for number, record in first.items()}

    def _holder(self, record: Record) -> Holder:
        fields = record.fields
        unnamed = Record({**fields, "email": ""}, self._tables)
        mails = {
            section.email.of(unnamed).lower()
            for section in self.profile.customers
            if section.file == self.profile.transactions.file
        }
        return Holder(fields.get("bank", ""), fields.get("email", "").lower(), mails)

    def know(self, account: str, **facts: str) -> None:
        """Whatever the files say of this account, these are its bank and its holder."""
        self._known[account] = facts

    @property
    def unread(self) -> list[str]:
        """Headings of columns that nothing is read from, where the profile looks for columns by their names."""
        section = self.profile.files[self.profile.transactions.file]
        if not (section.format or self.profile.format).names:
            return []
        headers = [self._headers[path] for path in self.paths.get(self.profile.transactions.file, [])]
        pairs = [pair for header in headers for pair in zip(header.headings, header.columns, strict=False)]
        return list(dict.fromkeys(heading for heading, column in pairs if heading and column not in self.used))

    def _defaults(self, path: Path) -> Fields:
        """What stands in for cells that are empty: an option, else the lines above the table, else what is assumed."""
        return {**self.profile.assumed, **self._said[path], **self.profile.given}

    def _filled(self, path: Path, cells: Fields) -> Fields:
        filled = {**cells, **{name: value for name, value in self._defaults(path).items() if not cells.get(name)}}
        return {**filled, **self._known.get(filled.get("account", ""), {})}

    def _above(self, header: Header) -> Fields:
        """Whose account it is, where the lines above the table say so."""
        names = self.profile.format_of(self.profile.transactions.file).names
        said = names_in(header.above, {name: names.get(name, []) for name in ("bank", "owner", "account_name")})
        numbers = {iban for cells in header.above for cell in cells if (iban := iban_in(cell))}
        return {**said, "account": numbers.pop()} if len(numbers) == 1 else said

    def _records(self) -> Iterator[Record]:
        """The payments as they stand in the files, before anything is known of how they are spelt."""
        rows = self.rows(self.profile.transactions.file, lambda _path, _line, _reason: None)
        return (row.record for row in rows if row.is_taken)

    def _columns(self) -> set[str]:
        """The columns that all rows have, in the file or from above it."""
        paths = self.paths.get(self.profile.transactions.file, [])
        named = {name for path in paths for name in self._headers[path].columns}
        above = [set(self._said[path]) for path in paths]
        return named | (set[str].intersection(*above) if above else set())

    def _headings(self) -> list[str]:
        paths = self.paths.get(self.profile.transactions.file, [])
        return [heading for path in paths for heading in self._headers[path].headings]

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
            known = {*self._headers[path].columns, *self._defaults(path)}
            for key, reference in self.profile.references(kind):
                if reference.own_column not in known and not reference.is_optional:
                    raise self._missing(path, f"{key} uses the column {reference.own_column!r}", reference.own_column)
                if reference.table and reference.table not in self.paths and not reference.is_optional:
                    wanted = self.profile.files[reference.table].match
                    raise ProfileInvalid(f"{key} looks things up in {reference.table}: give the file {wanted} too")
            if kind == self.profile.transactions.file and not self._has_amounts(known):
                raise self._missing(path, "transactions.amount finds no column of amounts", "amount")

    def _has_amounts(self, known: set[str]) -> bool:
        amount = self.profile.transactions.amount
        texts = [text for text in (amount.value, amount.incoming, amount.outgoing) if text]
        return any(not text.references or {one.own_column for one in text.references} & known for text in texts)

    def _missing(self, path: Path, what: str, column: str) -> ProfileInvalid:
        """The refusal, with what would settle it."""
        header = self._headers[path]
        if is_row(header.headings):
            return ProfileInvalid(
                f"{path.name} has no header, and its columns cannot be told from its first row: copy the profile"
                f" {self.profile.name} and name them in it, like format: {{columns: [date, amount, description]}}"
            )
        has = ", ".join(name for name in header.columns if name)[:500]
        hint = f"(or say --{column} for all rows)" if column in GIVEN else ""
        if not hint and column in self.profile.format_of(self.profile.transactions.file).names:
            hint = f"(copy the profile and add the heading to its names: {column})"
        return ProfileInvalid(f"{what}, and {path.name} has: {has} {hint}".rstrip())
