"""What the words and the firms of `merchants.toml` stand for, found in narrations however these spell them."""

import re
import tomllib
import unicodedata
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import lru_cache
from importlib.resources import files as packaged
from itertools import islice, takewhile
from typing import Literal, NamedTuple

from core.imports.narration import listed

Direction = Literal["out", "in"]

PHRASE_WORDS_MAX = 6
"""Words of a narration that are looked up as one."""

CUT_SHORT_MIN = 8
"""Letters of a name that are enough to tell a firm by."""

WEAK = "transfer"
"""The category that counts only where nothing else is said: friends send each other their rent."""

_WORDS = "words"
_CURRENCY = re.compile("[A-Z]{3}")
_APOSTROPHE = re.compile(r"['\u2019`]")
_NUMBER = re.compile(r"\d{5,}")
_WORD = re.compile(r"[^\W_]+")


class _Meaning(NamedTuple):
    """One of the table's phrases."""

    slug: str
    list_name: str
    """Of the list that it stands in: `words`, a currency, or where a firm's customers live."""
    spellings: tuple[str, ...]
    """What a firm is called, then what else statements call it."""


class _Found(NamedTuple):
    """A phrase in a text, from its first word to the one behind it."""

    start: int
    end: int
    length: int
    slug: str
    """Empty: what lies within says nothing: the water of a Water Street."""

    def is_within(self, other: "_Found") -> bool:
        return other.start <= self.start and self.end <= other.end


_NOTHING = _Found(0, 0, 0, "")


class Lexicon:
    """The categories that phrases stand for."""

    def __init__(self, slugs: Mapping[str, str]) -> None:
        self._slugs = {_key(phrase): slug for phrase, slug in slugs.items() if "*" not in phrase}
        stems: defaultdict[str, list[str]] = defaultdict(list)
        for phrase, slug in slugs.items():
            if "*" in phrase:
                stems[slug].append(r"\w*".join(map(_key, phrase.split("*"))))
        self._stems = [(re.compile("|".join(forms)), slug) for slug, forms in stems.items()]

    def slug_in(self, text: str) -> str:
        """The category of the longest phrase in the text; empty where it holds none."""
        found = list(self._found(words_of(text)))
        silent = [one for one in found if not one.slug]
        said = [one for one in found if one.slug and not any(one.is_within(other) for other in silent)]
        return max(said, key=lambda one: (one.slug != WEAK, one.length), default=_NOTHING).slug

    def _found(self, words: list[str]) -> Iterator[_Found]:
        for start, word in enumerate(words):
            for count, key in enumerate(_joined(words[start:]), 1):
                if key in self._slugs:
                    yield _Found(start, start + count, len(key), self._slugs[key])
            yield from (_Found(start, start + 1, len(word), slug) for stem, slug in self._stems if stem.fullmatch(word))


@lru_cache
def lexicon(direction: Direction, currency: str) -> Lexicon:
    """What phrases stand for when money goes that way, in an account of that currency."""
    slugs: dict[str, str] = {}
    # What a currency's own list says comes last, and so wins.
    for meaning in sorted(_meanings(direction), key=lambda one: one.list_name == currency):
        if meaning.list_name == currency or not _CURRENCY.fullmatch(meaning.list_name):
            slugs |= dict.fromkeys(meaning.spellings, meaning.slug)
    return Lexicon(slugs)


@lru_cache(maxsize=10_000)
def firm_of(name: str) -> str:
    """What the firm that the text begins with is called: `TESCO STORES 3217` is Tesco. Empty where it is none."""
    words = words_of(name)
    keys = _joined(words[words[:1] == ["the"] :])
    return next((_firms()[key] for key in reversed(keys) if key in _firms()), "")


def firm_called(name: str) -> str:
    """The firm of which this whole text is one spelling: `TfL` is Transport for London. Empty where it is none."""
    return _firms().get(_key(name).removeprefix("the"), "")


def firm_cut_short(name: str) -> str:
    """The only firm whose name begins so, as some banks print eight letters of it: `BIKANERV`. Empty for less."""
    key, spellings = _key(name), _sorted_spellings()
    if len(key) < CUT_SHORT_MIN:
        return ""
    found = takewhile(lambda one: one.startswith(key), islice(spellings, bisect_left(spellings, key), None))
    firms = {_firms()[spelling] for spelling in found}
    return firms.pop() if len(firms) == 1 else ""


def words_of(text: str) -> list[str]:
    """Its words in small letters, without accents, apostrophes and long numbers: `Fred-Meyer #0135` has three."""
    spelled = text.casefold().replace("&", " and ").replace("+", " plus ")
    plain = spelled if spelled.isascii() else _without_accents(spelled)
    return _WORD.findall(_NUMBER.sub(" ", _APOSTROPHE.sub("", plain)))


def _without_accents(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))


def _joined(words: list[str]) -> list[str]:
    """The first word, the first two as one, the first three..."""
    return ["".join(words[:end]) for end in range(1, min(len(words), PHRASE_WORDS_MAX) + 1)]


@lru_cache
def _firms() -> dict[str, str]:
    """What firms are called, by all their spellings."""
    meanings = [*_meanings("out"), *_meanings("in")]
    firms = [one for one in meanings if one.list_name != _WORDS and not _CURRENCY.fullmatch(one.list_name)]
    return {_key(spelling).removeprefix("the"): firm.spellings[0] for firm in firms for spelling in firm.spellings}


@lru_cache
def _sorted_spellings() -> list[str]:
    return sorted(_firms())


@lru_cache
def _meanings(direction: Direction) -> tuple[_Meaning, ...]:
    table = tomllib.loads((packaged("core.imports") / "merchants.toml").read_text(encoding="utf-8"))
    return tuple(
        _Meaning(slug, name, tuple(spelling.strip() for spelling in one.split("=")))
        for slug, lists in table[direction].items()
        for name, text in lists.items()
        for one in listed(text)
    )


def _key(phrase: str) -> str:
    """Its letters and digits in one: blanks do not matter."""
    return "".join(words_of(phrase))
