"""Mapping profiles: what a bank's files hold, said in YAML. `docs/imports.md` is the guide to writing one.

Closed on purpose: a key that does not exist, a column that no file has or a category that is none is refused with the
place in the profile and what would work, before any row is read.
"""

import codecs
from collections.abc import Iterator, Mapping
from decimal import Decimal
from fnmatch import fnmatch
from importlib.resources import files as packaged
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo

import yaml
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainValidator,
    ValidationError,
    model_validator,
)

from core.categories import BY_SLUG
from core.errors import InvalidRequest
from core.imports.dates import ISO, RECOGNISED, check_format, formats
from core.imports.template import Condition, Record, Reference, Text, conditions_of, fits

PROFILE_BYTES_MAX = 256 * 1024


class ProfileInvalid(InvalidRequest):
    """The profile cannot be used; the detail names the key and what would work."""

    code, title = "profile_invalid", "The mapping profile cannot be used"


def _encoding(name: str) -> str:
    if name == RECOGNISED:
        return name
    try:
        return codecs.lookup(name).name
    except LookupError:
        raise ValueError(f"{name!r} is no encoding: utf-8, latin-1, cp1250, cp1252 and utf-16 are common") from None


def _zone(name: str) -> str:
    if name == RECOGNISED:
        return name
    try:
        return ZoneInfo(name).key
    except (ValueError, OSError, LookupError):
        raise ValueError(f"{name!r} is no time zone: write it like Europe/Prague") from None


def _one_or_more(raw: object) -> object:
    return raw if isinstance(raw, list) else [raw]  # pyright: ignore[reportUnknownVariableType]  # YAML


Value = Annotated[Text, PlainValidator(Text.parse)]
"""A template or a list of rules, see `template`."""
Conditions = Annotated[tuple[Condition, ...], PlainValidator(conditions_of)]
TimeZone = Annotated[str, AfterValidator(_zone)]
Dates = Annotated[list[Annotated[str, AfterValidator(check_format)]], BeforeValidator(formats)]
EMPTY = Text.parse("")


class _Closed(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)

    def texts(self) -> Iterator[tuple[str, Text]]:
        """Every value below this one, with the path of its key."""
        for name in type(self).model_fields:
            yield from _texts(name, getattr(self, name))


def _texts(path: str, value: object) -> Iterator[tuple[str, Text]]:
    if isinstance(value, Text):
        yield path, value
    elif isinstance(value, _Closed):
        yield from ((f"{path}.{name}", text) for name, text in value.texts())


class Format(_Closed):
    """How the bytes of a file become cells."""

    encoding: Annotated[str, AfterValidator(_encoding)] = "utf-8"
    """A byte order mark in the file wins over this. `recognised`: UTF-8, or cp1252 where the bytes are none."""
    delimiter: Annotated[str, Field(max_length=1)] = ""
    """Empty: recognised by the header, as is the line that the header stands in."""
    quote: Annotated[str, Field(max_length=1)] = '"'
    """Empty: cells are never quoted."""
    columns: list[str] | None = None
    """Names of the columns, for files without a header line."""
    names: dict[str, list[str]] = {}
    """Other names that a column may have in the header. Case, underscores and what stands in brackets do not matter;
    `iban beside counterparty` counts only where the column `counterparty` was found before."""
    skip_lines: Annotated[int, Field(ge=0, le=1_000)] = 0
    """Lines before the header (or before the first row) that hold something else."""
    header_contains: str = ""
    """The header is the first line that holds this text; whatever stands before it is left out."""
    end_at: str = ""
    """The first line that holds this text ends the table."""


class FileSection(_Closed):
    """One kind of file that belongs to the set."""

    match: str
    """File names of this kind, with wildcards: `trans*.csv*`."""
    format: Format | None = None
    """Instead of the profile's own."""
    key: str | None = None
    """The column by which other files look rows up here; such a file is held in memory."""
    only: Conditions = ()
    """Rows that count; all others are skipped."""
    skip: Conditions = ()
    """Rows that are skipped: any of these conditions holds."""
    ignore: str | None = None
    """The reason why files of this kind are not read at all."""

    def takes(self, record: Record) -> bool:
        return fits(self.only, record) is not None and not any(fits((one,), record) is not None for one in self.skip)


class BankSection(_Closed):
    """The bank that keeps the accounts described."""

    code: Value
    name: Value = EMPTY


class CustomerSection(_Closed):
    """Whom a file describes: one customer for each key."""

    file: str
    key: Value
    email: Value
    """Who the customer is: one mail, one customer, in this import and in all others."""
    name: Value
    kind: Value = Text.parse("person")
    phone: Value = EMPTY
    address: Value = EMPTY
    merchant_category_code: Value = EMPTY


class AccountSection(_Closed):
    """Which accounts a file describes, and whose they are."""

    file: str
    number: Value
    customer: Value
    """The key of one of the customers."""
    name: Value = EMPTY
    opened_on: Value = EMPTY
    """Empty: the day of the first row."""
    overdraft: Literal["unlimited"] | Annotated[Decimal, Field(ge=0)] = "unlimited"
    """How far below zero the account may go. What a statement says has happened: a row past this is refused."""


class AmountSection(_Closed):
    """One signed value, or one value with a direction, or two columns of which each row fills one.

    With all of them, the two columns count where the value is empty.
    """

    value: Value | None = None
    direction: Value | None = None
    """Must come out as `in` or `out` (or credit, debit, cr, dr); the value's own sign is then left out of account.
    Empty: its sign decides."""
    positive: Literal["in", "out"] = "in"
    """What a value without a sign means where no direction is given."""
    incoming: Value | None = None
    outgoing: Value | None = None

    @model_validator(mode="before")
    @classmethod
    def _short_form(cls, raw: Any) -> Any:
        return raw if isinstance(raw, dict) else {"value": raw}  # pyright: ignore[reportUnknownVariableType]  # YAML

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.incoming is None) is not (self.outgoing is None) or (self.value is None and self.incoming is None):
            raise ValueError("give value (and direction, if it has no sign), or both incoming and outgoing")
        return self


class CounterpartySection(_Closed):
    """The other side. The first that is not empty decides: an account number, a name, an account of the bank itself."""

    bank: Value = EMPTY
    account: Value = EMPTY
    name: Value = EMPTY
    otherwise: Value = EMPTY
    """Name of the bank's own account for rows without a partner: Cash, Interest, Fees. Empty: by the narration."""


class TransactionSection(_Closed):
    file: str
    account: Value
    date: Value
    amount: AmountSection
    id: Value = EMPTY
    """The bank's own id of the row, where it has one: the best protection against posting twice."""
    balance: Value = EMPTY
    """The balance after the row, checked against the ledger."""
    opening: Literal["zero", "first_row"] | Decimal = "first_row"
    """What a new account held before its first row: nothing, what its first balance implies, or this amount where the
    file states no balance."""
    description: Value = EMPTY
    kind: Value = EMPTY
    """What the bank calls rows of this kind: Direct Debit, POT TRANSFER. Read as part of the narration, never kept."""
    note: Value = EMPTY
    """What the holder wrote on the payment: it tells rent and salaries. Never kept."""
    category: Value = EMPTY
    merchant_code: Value = EMPTY
    """ISO 18245 code of the merchant: it gives the category where the file names none."""
    refund: Value = EMPTY
    """`yes`: money that comes back for a payment; `no`: it never does. Empty: recognised, see `refunds`."""
    own: Value = EMPTY
    """`yes`: it moves between the holder's own accounts; `no`: it never does. Empty: recognised, see `own`."""
    channel: Value = EMPTY
    """Empty: read from the narration."""
    usual_channel: Value = EMPTY
    """Of payments of which nothing else says how they were made: `card` in the statement of a card."""
    counterparty: CounterpartySection = CounterpartySection()


class Profile(_Closed):
    """A whole mapping."""

    name: Annotated[str, Field(pattern="^[a-z][a-z0-9_-]*$")]
    about: str = ""
    bank: BankSection
    currency: Value
    time_zone: TimeZone
    """`recognised`: the one that goes with the currency, see `spelling`."""
    decimal: Literal[".", ",", "recognised"] = "."
    """The sign before the fraction of an amount."""
    dates: Annotated[Dates, Field(min_length=1)] = [ISO]
    """Formats to try, in order."""
    given: dict[str, str] = {}
    """Values of columns that a file does not have: the command's options."""
    assumed: dict[str, str] = {}
    """Values of columns that neither a file nor `given` has; the report names those that were used."""
    format: Format = Format()
    files: dict[str, FileSection]
    customers: Annotated[list[CustomerSection], BeforeValidator(_one_or_more)] = []
    accounts: Annotated[list[AccountSection], BeforeValidator(_one_or_more)] = []
    transactions: TransactionSection

    def told(self, *, given: dict[str, str], zone: str, dates: str, opening: str, positive: str = "") -> "Profile":
        """The profile with what the command was told about these files. Raises ProfileInvalid for what it cannot be."""
        changes: dict[str, object] = {"given": {name: value for name, value in given.items() if value}}
        changes |= {"time_zone": zone} if zone else {}
        changes |= {"dates": dates} if dates else {}
        try:
            told: dict[str, object] = {"opening": opening} if opening else {}
            if positive:
                told["amount"] = AmountSection.model_validate({**dict(self.transactions.amount), "positive": positive})
            if told:
                changes["transactions"] = TransactionSection.model_validate({**dict(self.transactions), **told})
            return Profile.model_validate({**dict(self), **changes})
        except ValidationError as invalid:
            raise ProfileInvalid("; ".join(_problem(error) for error in invalid.errors())) from invalid

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    def format_of(self, file: str) -> Format:
        """How files of this kind are read; the columns that the profile uses are found in any case."""
        form = self.files[file].format or self.format
        used: dict[str, list[str]] = {reference.own_column: [] for _, reference in self.references(file)}
        # Where two columns may go by one name, the profile's order says which of them takes it first.
        return form.model_copy(update={"names": form.names | {name: [] for name in used if name not in form.names}})

    def kind_of(self, path: Path) -> str:
        """Which kind of file this is, by its name."""
        for kind, section in self.files.items():
            if fnmatch(path.name.lower(), section.match.lower()):
                return kind
        known = ", ".join(section.match for section in self.files.values())
        raise ProfileInvalid(f"{path.name} is none of the files that the profile {self.name} knows: {known}")

    def references(self, file: str) -> Iterator[tuple[str, Reference]]:
        """What the profile looks up in files of this kind, with the path of the key that does."""
        for path, section in self._sections():
            if section.file == file:
                common = [("currency", self.currency), *((f"bank.{name}", text) for name, text in self.bank.texts())]
                for name, text in (*section.texts(), *([] if isinstance(section, CustomerSection) else common)):
                    yield from (
                        (f"{path}.{name}" if (name, text) not in common else name, one) for one in text.references
                    )
        section = self.files[file]
        yield from ((f"files.{file}", condition.reference) for condition in (*section.only, *section.skip))
        if section.key:
            yield f"files.{file}.key", Reference(section.key)
        for path, text in self._all_texts():
            yield from ((path, Reference(one.column)) for one in text.references if one.table == file)

    @model_validator(mode="after")
    def _whole(self) -> Self:
        for path, section in self._sections():
            if section.file not in self.files:
                raise ValueError(f"{path}.file names {section.file!r}; files has {', '.join(self.files)}")
        for path, text in self._all_texts():
            for table in {one.table for one in text.references if one.table}:
                if table not in self.files or not self.files[table].key:
                    raise ValueError(f"{path} looks up {table!r}, which is not one of the files with a key")
        for slug in self.transactions.category.constants:
            if slug and slug not in BY_SLUG:
                raise ValueError(f"transactions.category: {slug!r} is none of {', '.join(sorted(BY_SLUG))}")
        return self

    def _sections(self) -> Iterator[tuple[str, CustomerSection | AccountSection | TransactionSection]]:
        yield from ((f"customers.{at}", section) for at, section in enumerate(self.customers))
        yield from ((f"accounts.{at}", section) for at, section in enumerate(self.accounts))
        yield "transactions", self.transactions

    def _all_texts(self) -> Iterator[tuple[str, Text]]:
        yield from self.texts()
        for path, section in self._sections():
            yield from ((f"{path}.{name}", text) for name, text in section.texts())


def load_profile(name: str) -> Profile:
    """The profile at a path, or the shipped one of that name. Raises ProfileInvalid with all that is wrong with it."""
    try:
        raw = yaml.safe_load(_source(name))
    except yaml.YAMLError as broken:
        raise ProfileInvalid(f"{name} is not YAML: {broken}") from broken
    try:
        return Profile.model_validate(raw)
    except ValidationError as invalid:
        problems = "; ".join(_problem(error) for error in invalid.errors())
        raise ProfileInvalid(f"{name}: {problems}") from invalid


def shipped_profiles() -> list[str]:
    """Names of the profiles that come with FinLens."""
    return sorted(entry.name.removesuffix(".yaml") for entry in _shipped().iterdir() if entry.name.endswith(".yaml"))


def _shipped() -> Any:
    return packaged("core.imports") / "profiles"


def _source(name: str) -> str:
    if name in shipped_profiles():
        return (_shipped() / f"{name}.yaml").read_text(encoding="utf-8")
    try:
        if Path(name).stat().st_size > PROFILE_BYTES_MAX:
            raise ProfileInvalid(f"{name} is larger than {PROFILE_BYTES_MAX} bytes: a profile is a page of YAML")
        return Path(name).read_text(encoding="utf-8")
    except (OSError, UnicodeError) as broken:
        shipped = ", ".join(shipped_profiles())
        raise ProfileInvalid(
            f"{name} is neither a readable file nor a shipped profile ({shipped}): {broken}"
        ) from broken


def _problem(error: Mapping[str, Any]) -> str:
    place = ".".join(str(part) for part in error["loc"]) or "the profile"
    if error["type"] == "extra_forbidden":
        return f"{place}: there is no such key"
    return f"{place}: {str(error['msg']).removeprefix('Value error, ')}"
