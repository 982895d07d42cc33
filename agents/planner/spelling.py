"""Spelling: which words are slips of the fingers, and of what. A real word is never taken for another one."""

from functools import cache
from pathlib import Path

from rapidfuzz.distance import OSA

import rag
from agents.planner.words import stem

_SHORTEST = 4
_ONE_SLIP_BELOW = 8
"""Letters up to which one slip is allowed; longer words may have two."""


@cache
def english() -> frozenset[str]:
    """Common English words: the whole pieces of the embedding model's vocabulary, which is sorted by frequency."""
    pieces = (Path(rag.__file__).parent / "minilm" / "vocab.txt").read_text().splitlines()
    return frozenset(piece for piece in pieces if len(piece) >= _SHORTEST and piece.isalpha())


def is_word(word: str) -> bool:
    """Whether `word`, or what it is the plural of, is English."""
    return word in english() or stem(word) in english()


def is_slip(word: str, meant: str) -> bool:
    """Whether `word` may be a slip for `meant`: same first letter, one letter wrong, or two in a long word."""
    if word[0] != meant[:1] or len(word) < _SHORTEST or is_word(word):
        return False
    slips = 1 if max(len(word), len(meant)) < _ONE_SLIP_BELOW else 2
    return OSA.distance(word, meant, score_cutoff=slips) <= slips


def corrected(word: str, known: frozenset[str]) -> str | None:
    """The one of `known` that `word` is a slip for; None where there is none, or two that mean different things."""
    near = [other for other in known if len(other) >= _SHORTEST and is_slip(word, other)]
    if not near:
        return None
    distances = {other: OSA.distance(word, other) for other in near}
    nearest = [other for other in near if distances[other] == min(distances.values())]
    return min(nearest) if len({stem(other) for other in nearest}) == 1 else None


@cache
def swapped(word: str, known: frozenset[str]) -> str | None:
    """The one of `known` with the letters of `word`, two neighbours of them swapped: "mcuh", "waht", "teh"."""
    if is_word(word):
        return None
    turned = {word[:i] + word[i + 1] + word[i] + word[i + 2 :] for i in range(len(word) - 1)} & known
    return turned.pop() if len(turned) == 1 else None
