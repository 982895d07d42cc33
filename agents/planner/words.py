"""The question as the resolvers read it: lower case, plain quotes, no accents, single spaces."""

import re
import unicodedata

_QUOTES = str.maketrans({"’": "'", "‘": "'", "`": "'", "´": "'", "“": '"', "”": '"', "–": "-", "—": "-", "−": "-"})
_WORD = re.compile(r"[a-z0-9][a-z0-9&'.+-]*[a-z0-9]|[a-z0-9]")


def normalise(text: str) -> str:
    """`text` in the one spelling that questions, names and phrases are compared in."""
    plain = unicodedata.normalize("NFKD", text.translate(_QUOTES))
    letters = "".join(char for char in plain if not unicodedata.combining(char))
    return " ".join(letters.casefold().replace(" & ", " and ").split())


def words(normalised: str) -> list[tuple[str, int, int]]:
    """Each word with its start and end; a word may hold `&`, `'`, `.`, `+` and `-` inside."""
    return [(match.group(), match.start(), match.end()) for match in _WORD.finditer(normalised)]


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
