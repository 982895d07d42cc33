"""The small language of mapping profiles: texts with placeholders, and rules that choose between texts.

    "Client {client_id}"                          columns of the row, spaces around them cut
    "{memo?}"                                     empty where the file has no such column
    "{A2 of district by district_id}"             column A2 of the file `district`, where its key is our district_id
    - {when: {k_symbol: SIPO}, then: household}   the first rule whose conditions all hold gives the text
    - {then: transfer}

A condition's pattern ignores case: `SIPO` exactly that, `UPI*` with wildcards, `""` empty, `"?*"` anything,
`/to (?P<payee>.+) on/` a regular expression whose named groups can be used in `then`, a list any of them.
"""

import fnmatch
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import cast

Fields = Mapping[str, str]
Tables = Mapping[str, Mapping[str, Fields]]
"""Rows of the files that placeholders look things up in: file name -> key -> row."""

REMEMBERED_MAX = 1_000
"""Combinations of words whose text a list of rules remembers."""

_PLACEHOLDER = re.compile(r"\{([^{}]+)\}")
_LOOKUP = re.compile(r"(?P<column>.+) of (?P<table>\w+) by (?P<by>.+)")


@dataclass(frozen=True, slots=True)
class Record:
    """One row as the profile sees it."""

    fields: Fields
    tables: Tables = field(default_factory=dict[str, Mapping[str, Fields]])


@dataclass(frozen=True, slots=True)
class Reference:
    """What stands between braces."""

    column: str
    is_optional: bool = False
    table: str | None = None
    by: str | None = None

    @classmethod
    def parse(cls, text: str) -> "Reference":
        is_optional, text = text.endswith("?"), text.removesuffix("?").strip()
        if lookup := _LOOKUP.fullmatch(text):
            return cls(lookup["column"].strip(), is_optional, lookup["table"], lookup["by"].strip())
        return cls(text, is_optional)

    def of(self, record: Record) -> str:
        """The text it stands for. Raises ValueError where the row it looks up does not exist."""
        if self.table is None or self.by is None:
            return record.fields.get(self.column, "")
        key = record.fields[self.by]
        row = record.tables.get(self.table, {}).get(key)
        if row is None and not self.is_optional:
            raise ValueError(f"{self.table} has no row for {key!r}")
        return row.get(self.column, "") if row else ""

    @property
    def own_column(self) -> str:
        """The column it needs in the row itself."""
        return self.by or self.column


@dataclass(frozen=True, slots=True)
class Template:
    """A text with placeholders."""

    parts: tuple[str | Reference, ...]

    @classmethod
    def parse(cls, text: str) -> "Template":
        pieces = _PLACEHOLDER.split(text)
        if any("{" in piece or "}" in piece for piece in pieces[::2]):
            raise ValueError(f"{text!r} has a brace without its partner")
        return cls(tuple(Reference.parse(piece) if at % 2 else piece for at, piece in enumerate(pieces) if piece))

    def of(self, record: Record) -> str:
        if len(self.parts) == 1:
            only = self.parts[0]
            return only if isinstance(only, str) else only.of(record)
        filled = (part if isinstance(part, str) else part.of(record) for part in self.parts)
        return " ".join("".join(filled).split())

    @property
    def references(self) -> list[Reference]:
        return [part for part in self.parts if isinstance(part, Reference)]


@dataclass(frozen=True, slots=True)
class Condition:
    """A placeholder's text must fit one of the patterns."""

    reference: Reference
    patterns: tuple[re.Pattern[str], ...]

    @classmethod
    def parse(cls, reference: str, patterns: object) -> "Condition":
        listed = cast("list[object]", patterns) if isinstance(patterns, list) else [patterns]
        return cls(Reference.parse(reference), tuple(_pattern(_text(pattern)) for pattern in listed))

    def groups(self, record: Record) -> dict[str, str] | None:
        """The named groups of the first pattern that fits, None where none does."""
        text = self.reference.of(record).strip()
        found = next((match for pattern in self.patterns if (match := pattern.search(text))), None)
        return None if found is None else {name: value or "" for name, value in found.groupdict().items()}


@dataclass(frozen=True, slots=True)
class Rule:
    conditions: tuple[Condition, ...]
    then: Template

    @classmethod
    def parse(cls, raw: object) -> "Rule":
        rule = cast("dict[object, object]", raw) if isinstance(raw, dict) else {}
        if not {"then"} <= rule.keys() <= {"when", "then"}:
            raise ValueError("a rule is {when: {column: pattern}, then: text}, or {then: text} for all others")
        return cls(conditions_of(rule.get("when", {})), Template.parse(_text(rule["then"])))

    def of(self, record: Record) -> str | None:
        found = fits(self.conditions, record)
        if found is None:
            return None
        return self.then.of(Record({**record.fields, **found}, record.tables) if found else record)


class Text:
    """A value of a profile: one template, or rules of which the first that fits decides (none: empty)."""

    def __init__(self, rules: tuple[Rule, ...]) -> None:
        self.rules = rules
        self.references = tuple(dict.fromkeys(_references(rules)))
        self._template = rules[0].then if len(rules) == 1 and not rules[0].conditions else None
        self._chosen: dict[tuple[str, ...], str] = {}

    @classmethod
    def parse(cls, raw: object) -> "Text":
        """Raises ValueError that says what would work."""
        if isinstance(raw, cls):
            return raw
        if isinstance(raw, list):
            return cls(tuple(Rule.parse(rule) for rule in cast("list[object]", raw)))
        return cls((Rule((), Template.parse(_text(raw))),))

    def of(self, record: Record) -> str:
        if self._template is not None:
            return self._template.of(record)
        # A bank has few kinds of rows: the same words in the columns looked at choose the same text.
        words = tuple(reference.of(record) for reference in self.references)
        if words not in self._chosen:
            if len(self._chosen) >= REMEMBERED_MAX:
                self._chosen.clear()
            self._chosen[words] = self._choose(record)
        return self._chosen[words]

    def _choose(self, record: Record) -> str:
        return next((text for rule in self.rules if (text := rule.of(record)) is not None), "").strip()

    @property
    def constants(self) -> list[str]:
        """The texts it can give without looking at any column."""
        return [
            part for rule in self.rules if len(rule.then.parts) == 1 and isinstance(part := rule.then.parts[0], str)
        ]


def _references(rules: tuple[Rule, ...]) -> Iterator[Reference]:
    """All placeholders but those that a rule's own regular expression fills."""
    for rule in rules:
        groups = {name for c in rule.conditions for pattern in c.patterns for name in pattern.groupindex}
        yield from (condition.reference for condition in rule.conditions)
        yield from (reference for reference in rule.then.references if reference.column not in groups)


def conditions_of(raw: object) -> tuple[Condition, ...]:
    """The conditions of a `when`, `only` or `skip`. Raises ValueError that says what would work."""
    if not isinstance(raw, dict):
        raise ValueError("conditions are {column: pattern}, for example {Status: [DONE, SETTLED]}")
    pairs = cast("dict[object, object]", raw).items()
    return tuple(Condition.parse(_text(column), pattern) for column, pattern in pairs)


def fits(conditions: tuple[Condition, ...], record: Record) -> dict[str, str] | None:
    """The named groups of all conditions, None where one does not hold."""
    found: dict[str, str] = {}
    for condition in conditions:
        groups = condition.groups(record)
        if groups is None:
            return None
        found |= groups
    return found


def _pattern(text: str) -> re.Pattern[str]:
    if len(text) > 1 and text.startswith("/") and text.endswith("/"):
        try:
            return re.compile(text[1:-1], re.IGNORECASE)
        except re.error as broken:
            raise ValueError(f"{text} is not a regular expression: {broken}") from None
    return re.compile(rf"\A{fnmatch.translate(text.strip())}", re.IGNORECASE)


def _text(raw: object) -> str:
    if isinstance(raw, bool):
        raise ValueError("YAML reads yes, no, on and off without quotes as a truth value: put it in quotes")
    if isinstance(raw, str | int):
        return str(raw)
    raise ValueError(f"expected a text, not {raw!r}: put it in quotes")
