"""Files of separated values, line by line: whatever the bytes, each record comes out once, with its line number."""

import codecs
import csv
import gzip
import io
import re
import zlib
from collections import deque
from collections.abc import Collection, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import IO, Self

from core.errors import InvalidRequest
from core.imports.dates import RECOGNISED
from core.imports.profile import Format

RECORD_MAX = 64 * 1024
"""Characters of one record. Statements have hundreds; past this the file is not what the profile says it is."""

HEADER_WITHIN = 40
"""Lines in which a header is looked for where the profile does not say how to know it."""

_DELIMITERS = ",;\t|"
_BRACKETS = re.compile(
    r"\([^)]*\)|\[[^\]]*\]|(?<=[Aa]mount) in [A-Z]{3}$|(?<=[Uu]msatz|[Bb]etrag|[Bb]edrag) in [A-Z]{3}$"
)
_DATE = re.compile(r"\d{1,4}([/.\-])\d{1,2}\1\d{2,4}|\d{1,2}[ \-][A-Za-z]{3}[ \-]\d{2,4}")
_AMOUNT = re.compile(r"[-+\u2212]?[$€£₹]?[\d.,']*\d[.,]\d\d-?")
_STROKE = re.compile(r" ?/ ?")
_PART = 1 << 20
_GZIP = b"\x1f\x8b"
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_UNDECODABLE = "\ufffd"


class FileUnreadable(InvalidRequest):
    """The file cannot be read to its end, or it is not what the profile describes."""

    code, title = "file_unreadable", "The file cannot be read"


@dataclass(frozen=True, slots=True)
class Line:
    """One record: where it starts, its text as it stood there, and its cells, or the problem with it."""

    number: int
    raw: str
    cells: dict[str, str]
    problem: str | None = None


def read(path: Path, form: Format) -> Iterator[Line]:
    """Every record of the file after its header; blank lines are none. Holds one record at a time.

    Gzip and byte order marks are recognised. Raises FileUnreadable when the header is not there or the bytes end early.
    """
    try:
        form = _settled(path, form)
        with _opened(path, form) as text:
            records = _records(text, form)
            header = form.columns or _named(_headings(path, records, form), form)
            for number, raw, problem in records:
                if form.end_at and form.end_at in raw:
                    return
                if raw.strip():
                    yield _line(number, raw, problem, header, form)
    except (OSError, EOFError, zlib.error, UnicodeError) as broken:
        raise FileUnreadable(f"{path.name} cannot be read: {_reason(broken)}") from broken


@dataclass(frozen=True, slots=True)
class Header:
    """What a file says before its first row."""

    columns: list[str]
    """The names of its columns: ours where they are known, else as they stand there."""
    headings: list[str]
    """The header as it stands there; empty where the file has none."""
    above: list[list[str]]
    """The cells of the lines before a header that was found by its names."""


def header_of(path: Path, form: Format) -> Header:
    """What stands above the file's rows. Raises FileUnreadable where there is no header, and none is known."""
    try:
        settled = _settled(path, form)
        if settled.columns:
            return Header(settled.columns, [], [])
        with _opened(path, settled) as text:
            headings = _headings(path, _records(text, settled), settled)
        with _opened(path, settled) as text:
            lines = islice(_Lines(text, skip=form.skip_lines), settled.skip_lines - form.skip_lines)
            above = [_cells(raw, settled) for _, raw in lines if raw.strip()]
    except (OSError, EOFError, zlib.error, UnicodeError, csv.Error) as broken:
        raise FileUnreadable(f"{path.name} cannot be read: {_reason(broken)}") from broken
    return Header(_named(headings, settled), headings, above)


def _settled(path: Path, form: Format) -> Format:
    """The form with what it leaves to the file: encoding, delimiter, the line of the header."""
    if form.encoding == RECOGNISED:
        form = form.model_copy(update={"encoding": "utf-8" if _is_utf8(path) else "cp1252"})
    if form.delimiter and (form.columns or form.header_contains):
        return form
    with _opened(path, form) as text:
        start = [
            (number, raw) for number, raw in islice(_Lines(text, skip=form.skip_lines), HEADER_WITHIN) if raw.strip()
        ]
    if form.header_contains:
        start = [(number, raw) for number, raw in start if form.header_contains in raw] or start
    readings = [
        (
            len(_found(_cells(raw, one), form.names)),
            raw.count(one.delimiter) if number == start[0][0] else 0,
            -number,
            one,
        )
        for number, raw in start
        for one in (form.model_copy(update={"delimiter": sign}) for sign in form.delimiter or _DELIMITERS)
    ]
    named, _, number, settled = max(readings, key=lambda reading: reading[:3], default=(0, 0, 0, form))
    if form.columns or form.header_contains:
        return settled
    if named < 2 and start:
        found = (_without_header(start[0][1], reading[-1]) for reading in readings)
        return next(filter(None, found), settled)
    return settled.model_copy(update={"skip_lines": -number - 1})


def _without_header(row: str, form: Format) -> Format | None:
    """The form with columns by what stands in the first row: a date, an amount, a text. None where it has not one of
    each, so that a column's meaning would be a guess."""
    cells = _cells(row, form)
    dates, amounts = ([at for at, cell in enumerate(cells) if one.fullmatch(cell)] for one in (_DATE, _AMOUNT))
    if not {"date", "amount", "description"} <= form.names.keys() or len(dates) != 1 or len(amounts) != 1:
        return None
    longest = max(range(len(cells)), key=lambda at: sum(c.isalpha() for c in cells[at]))
    names = {dates[0]: "date", amounts[0]: "amount", longest: "description"}
    if len(names) < 3:
        return None
    return form.model_copy(update={"columns": [names.get(at, "") for at in range(len(cells))]})


def is_row(cells: list[str]) -> bool:
    """Whether what is taken for a header is a row already: it holds a date."""
    return any(_DATE.fullmatch(cell) for cell in cells)


def _is_utf8(path: Path) -> bool:
    decode = codecs.getincrementaldecoder("utf-8")().decode
    try:
        with _bytes(path) as stream:
            while part := stream.read(_PART):
                decode(part)
            decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _found(header: list[str], names: dict[str, list[str]]) -> dict[int, str]:
    """Which columns of the header are which of the profile's: as it is written, else by one of its other names."""
    found: dict[int, str] = {}
    spoken = [_spoken(cell) for cell in header]
    for name, others in names.items():
        places = [at for at, cell in enumerate(header) if cell == name]
        known = [_spoken(other) for other in (name, *_possible(others, found.values()))]
        places += [at for other in known for at, cell in enumerate(spoken) if cell and cell == other]
        if place := [at for at in places if at not in found]:
            found[place[0]] = name
    return found


def names_in(lines: list[list[str]], names: dict[str, list[str]]) -> dict[str, str]:
    """What lines of a name and a value say: `Kunde;Lena Hoffmann`, where `Kunde` is one of the names of `owner`."""
    pairs = {_spoken(cells[0]): cells[1] for cells in lines if len(cells) > 1 and cells[1]}
    spoken = {name: [_spoken(one) for one in (name, *others)] for name, others in names.items()}
    return {name: pairs[one] for name, forms in spoken.items() for one in forms if one in pairs}


def _possible(names: list[str], found: Collection[str]) -> Iterator[str]:
    """The names without those that need a column which is not there."""
    for name in names:
        heading, _, beside = name.partition(" beside ")
        if not beside or beside in found:
            yield heading


def _spoken(name: str) -> str:
    """`Amount (GBP)`, `AMOUNT` and `amount_` read alike, and so do `Dr / Cr` and `DR/CR`."""
    words = _BRACKETS.sub(" ", name).casefold().replace("_", " ").replace(".", " ").replace("&", " and ")
    return _STROKE.sub("/", " ".join(words.strip("*: ").split()))


@contextmanager
def _bytes(path: Path) -> Generator[io.BufferedReader]:
    with path.open("rb") as file:
        is_gzip = file.read(2) == _GZIP
        file.seek(0)
        yield io.BufferedReader(gzip.GzipFile(fileobj=file)) if is_gzip else file  # pyright: ignore[reportArgumentType]  # GzipFile is raw enough


@contextmanager
def _opened(path: Path, form: Format) -> Generator[IO[str]]:
    with _bytes(path) as stream:
        start = stream.peek(4)
        encoding = next((name for mark, name in _MARKS if start.startswith(mark)), form.encoding)
        # Bytes that the encoding does not know become U+FFFD, and their line is refused: one bad byte is one bad row.
        yield io.TextIOWrapper(stream, encoding, errors="replace", newline="")


class _Lines:
    """Numbered lines, each cut after RECORD_MAX characters, so that a file without line ends stays harmless."""

    def __init__(self, text: IO[str], *, skip: int) -> None:
        self._read = text.readline
        self._number = 0
        self._again: deque[tuple[int, str]] = deque()
        for _ in range(skip):
            next(self, None)

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> tuple[int, str]:
        if self._again:
            return self._again.popleft()
        line = part = self._read(RECORD_MAX + 1)
        if not line:
            raise StopIteration
        while len(part) > RECORD_MAX and not part.endswith(("\n", "\r")):
            part = self._read(RECORD_MAX + 1)
        self._number += 1
        return self._number, line

    def give_back(self, lines: list[tuple[int, str]]) -> None:
        """Lines to read once more, before the rest."""
        self._again.extendleft(reversed(lines))


def _records(text: IO[str], form: Format) -> Iterator[tuple[int, str, str | None]]:
    """Number of the first line, text, problem; a quoted cell that runs over a line's end holds its lines together."""
    lines = _Lines(text, skip=form.skip_lines)
    for number, raw in lines:
        if len(raw) > RECORD_MAX:
            yield number, raw[:RECORD_MAX], f"the line is longer than {RECORD_MAX} characters"
        elif not _is_open(raw, form):
            yield number, raw.rstrip("\r\n"), None
        elif (whole := _closed(raw, lines, form)) is not None:
            yield number, whole.rstrip("\r\n"), None
        else:
            yield number, raw.rstrip("\r\n"), "a quote opens in this line and never closes"


def _closed(raw: str, lines: _Lines, form: Format) -> str | None:
    """The record with the lines up to its closing quote. None, and the lines given back, where none is in reach."""
    taken: list[tuple[int, str]] = []
    for number, line in lines:
        taken.append((number, line))
        raw += line
        if len(raw) > RECORD_MAX:
            break
        if form.quote in line and not _is_open(raw, form):
            return raw
    lines.give_back(taken)
    return None


def _is_open(raw: str, form: Format) -> bool:
    """Whether a quoted cell is still open at the end. An even number of quotes cannot leave one open."""
    if not form.quote or raw.count(form.quote) % 2 == 0:
        return False
    try:
        _cells(raw, form, strict=True)
    except csv.Error as problem:
        return "unexpected end" in str(problem)
    return False


def _cells(raw: str, form: Format, *, strict: bool = False) -> list[str]:
    quoting = csv.QUOTE_MINIMAL if form.quote else csv.QUOTE_NONE
    quote = form.quote or None
    reader = csv.reader([raw], delimiter=form.delimiter, quotechar=quote, quoting=quoting, strict=strict)
    return [cell.strip() for cell in next(reader)]


def _named(header: list[str], form: Format) -> list[str]:
    """The names of the columns; a name that comes twice is `Name` and `Name 2`."""
    ours = _found(header, form.names)
    return [ours.get(at) or _nth(name, header[:at].count(name) + 1) for at, name in enumerate(header)]


def _headings(path: Path, records: Iterator[tuple[int, str, str | None]], form: Format) -> list[str]:
    for _, raw, _ in records:
        if raw.strip() and form.header_contains in raw:
            return _cells(raw, form)
    missing = f"no line that holds {form.header_contains!r}" if form.header_contains else "no header line"
    raise FileUnreadable(f"{path.name} has {missing}")


def _reason(broken: Exception) -> str:
    return (broken.strerror if isinstance(broken, OSError) else None) or str(broken)


def _nth(name: str, count: int) -> str:
    return f"{name} {count}" if count > 1 and name else name


def _line(number: int, raw: str, problem: str | None, header: list[str], form: Format) -> Line:
    if problem is None and _UNDECODABLE in raw:
        problem = f"the line holds bytes that are not {form.encoding}"
    if problem is None and "\0" in raw:
        problem = "the line holds a NUL byte: it is not text"
    if problem is not None:
        return Line(number, raw, {}, problem)
    try:
        cells = _cells(raw, form)
    except csv.Error as broken:
        return Line(number, raw, {}, f"the line is not a row of separated values: {broken}")
    if len(cells) < len(header) or any(cells[len(header) :]):
        return Line(number, raw, {}, f"the line has {len(cells)} cells, and the header has {len(header)}")
    return Line(number, raw, dict(zip(header, cells, strict=False)))
