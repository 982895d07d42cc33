"""Aliases: stand-ins for names and numbers. A model that others run learns what was paid for, and not to whom."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from agents.planner.mentions import Mention
from agents.planner.reading import Reading
from agents.planner.spelling import is_word

NUMBERS = re.compile(
    r"""
    [\w.+-]+@[\w.-]+                                  # mail addresses, UPI ids
    | \b[a-z]{2}\d{2}(?:\s?[a-z0-9]{4}){2,7}\s?[a-z0-9]{0,4}\b  # IBANs
    | \b[a-z]{5}\d{4}[a-z]\b                          # Indian tax ids
    | \b[a-z]{4}0[a-z0-9]{6}\b                        # branch codes
    | \+\d{1,3}[\s-]?\(?\d[\d\s()-]{5,}\d             # phones with their country
    | (?<![\d.,])(?:\d{4}[\s-]){2,4}\d{1,4}(?![\d.,]) # cards and identity numbers in groups
    | (?<![\d.,])\d{5}[\s-]\d{5}(?![\d.,])            # phones in groups
    | (?<![\d.,])\d{3}[\s-]\d{3}[\s-]\d{4}(?![\d.,])
    | (?<![\d.,])\d{9,}(?![\d.,])                     # account, card and phone numbers
    """,
    re.VERBOSE | re.IGNORECASE,
)
"""Numbers that belong to somebody. Amounts are written with commas or are shorter."""

_ALIAS = re.compile(r"\b(?:merchant|person|account|number|word)_\d+\b")
_OPEN = frozenset({
    "account", "account_number", "bank", "counterparty", "customer", "description", "holder", "memo", "name", "number",
    "payee", "payer", "receiver", "sender", "title",
})  # fmt: skip
"""Columns that hold names, or what people wrote: everything else is from closed lists."""
_BEFORE_A_NAME = re.compile(
    r"\b(?:to|from|by|at|with|via|of|for|about|on|than|versus|vs|and|or|is|did|does|has|was|called|named|account|mr|mrs|ms)"
    r"(?: my| the)?$"
)


@dataclass(slots=True)
class Aliases:
    """The same alias for the same name within one answer. Without `private`, names stand for themselves."""

    private: bool
    people: frozenset[str] = frozenset()
    """Names that are people's, in lower case."""
    _names: dict[str, str] = field(default_factory=dict[str, str])
    """By alias."""

    def of(self, name: str, kind: str = "") -> str:
        if not self.private:
            return name
        for alias, known in self._names.items():
            if known.casefold() == name.casefold():
                return alias
        kind = kind or ("person" if name.casefold() in self.people else "merchant")
        alias = f"{kind}_{len(self._names) + 1}"
        self._names[alias] = name
        return alias

    def hide(self, text: str, names: Iterable[str] = ()) -> str:
        """`text` with an alias for each of `names`, for each name that has one already, and for telling numbers."""
        if not self.private:
            return text
        folded = text.casefold()
        present = [name for name in {*names, *self._names.values()} if name.strip() and name.casefold() in folded]
        for name in sorted(present, key=lambda name: (-len(name), name)):
            pattern = rf"(?<!\w){re.escape(name)}(?!\w)"
            text = re.sub(pattern, lambda match: self.of(match.group()), text, flags=re.IGNORECASE)
        return NUMBERS.sub(lambda match: self.of(match.group().strip(), "number"), text)

    def reveal(self, text: str) -> str:
        """`text` with the names back. An alias that stands for nobody stays, and is no word of an answer."""
        return _ALIAS.sub(lambda match: self._names.get(match.group(), match.group()), text)

    def question(self, asked: str, readings: Sequence[Reading]) -> str:
        """What was asked, as far as others may read it: names, and words that may be names, are aliases."""
        return " and ".join(self._clause(asked, reading) for reading in readings) if self.private else asked

    def _clause(self, asked: str, reading: Reading) -> str:
        text = reading.text
        for start, end, said, kind in sorted(_telling(asked, reading), reverse=True):
            text = f"{text[:start]}{self.of(said, kind)}{text[end:]}"
        return self.hide(text)


def said(mention: Mention[Any], reading: Reading) -> str:
    """The words of a question that named something."""
    match mention.kind:
        case "name":
            return mention.value.said
        case "description":
            return mention.value
        case _:
            return reading.text[mention.start : mention.end]


def stranger(text: str) -> str | None:
    """The first alias in a revealed text that stands for nobody."""
    found = _ALIAS.search(text)
    return found.group() if found else None


def names_in(value: Any, column: str = "") -> Iterator[str]:
    """Every name, and everything that people wrote, in a table's row or in whatever else is made of named values."""
    if isinstance(value, str) and column in _OPEN and value:
        yield value
    elif isinstance(value, Mapping):
        for name, inner in value.items():  # pyright: ignore[reportUnknownVariableType]
            yield from names_in(inner, str(name))  # pyright: ignore[reportUnknownArgumentType]
    elif isinstance(value, list | tuple):
        for inner in value:  # pyright: ignore[reportUnknownVariableType]
            yield from names_in(inner, column)


def _telling(asked: str, reading: Reading) -> Iterator[tuple[int, int, str, str]]:
    """Stretches of the normalised question that name somebody, or may: where, the words, the kind of alias."""
    for mention in reading.mentions:
        if mention.kind in ("name", "account", "description"):
            kind = {"account": "account", "description": "word"}.get(mention.kind, "")
            yield mention.start, mention.end, said(mention, reading), kind
    for phrase in reading.unknown:
        start = reading.text.index(phrase)
        if _may_name(phrase, reading.text[:start].rstrip(), asked):
            yield start, start + len(phrase), phrase, "word"


def _may_name(phrase: str, before: str, asked: str) -> bool:
    """Whether unknown words stand where a name would, are written like one, or are no English words."""
    is_capital = any(word[:1].isupper() and word.casefold() in phrase for word in asked.split()[1:])
    is_english = all(is_word(word) for word in phrase.split())
    return is_capital or not is_english or bool(_BEFORE_A_NAME.search(before))
