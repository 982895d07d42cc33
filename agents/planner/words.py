"""The question as the resolvers read it: lower case, plain quotes, no accents, single spaces."""

import re
import unicodedata
from itertools import pairwise

_QUOTES = str.maketrans({"’": "'", "‘": "'", "`": "'", "´": "'", "“": '"', "”": '"', "–": "-", "—": "-", "−": "-"})
_SENTENCE_ENDS = (".", "?", "!", ":", ";", "-", "(", ")", '"', "…", "—")
_WORD = re.compile(r"[a-z0-9][a-z0-9&'.+-]*[a-z0-9]|[a-z0-9]")


def normalise(text: str) -> str:
    """`text` in the one spelling that questions, names and phrases are compared in."""
    plain = unicodedata.normalize("NFKD", text.translate(_QUOTES))
    letters = "".join(char for char in plain if not unicodedata.combining(char))
    return " ".join(letters.casefold().replace(" & ", " and ").split())


def words(normalised: str) -> list[tuple[str, int, int]]:
    """Each word with its start and end; a word may hold `&`, `'`, `.`, `+` and `-` inside."""
    return [(match.group(), match.start(), match.end()) for match in _WORD.finditer(normalised)]


def capitals(text: str) -> frozenset[str]:
    """The words, normalised, that a text of small letters writes with a capital within a sentence, as names are."""
    spelt = text.split()
    if sum(word[0].isupper() for word in spelt) > sum(word[0].islower() for word in spelt):
        return frozenset()
    inside = (word for before, word in pairwise(spelt) if word[0].isupper() and not before.endswith(_SENTENCE_ENDS))
    return frozenset(word for spoken in inside for word, _, _ in words(normalise(spoken)))


def stem(word: str) -> str:
    """`word` without the endings that change nothing here: a plural, a possessive."""
    word = word.removesuffix("'s").removesuffix("'")
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "xes", "ches", "shes")):
        return word[:-2]
    if word.endswith("s") and not word.endswith(("ss", "us", "is")) and len(word) > 3:
        return word[:-1]
    return word
