"""Features of a sentence: MiniLM's vector of it, and its words and pairs of words, hashed."""

import re
from collections.abc import Sequence
from itertools import pairwise
from zlib import crc32

import numpy as np
import numpy.typing as npt

from rag.embedder import Embedder

HASHED = 8192
"""Places for words and pairs of words; a few share one, which does no harm."""
WORDS_WEIGHT = 1.0
"""How much the words count beside the vector, both of length 1."""

Matrix = npt.NDArray[np.float32]
_WORD = re.compile(r"[a-z]+(?:'[a-z]+)?|\d+|[?%₹]")


def features(texts: Sequence[str], embedder: Embedder) -> Matrix:
    """One row per text: its vector, then its hashed words."""
    return np.hstack([embedder.embed(texts), np.vstack([_hashed(text) for text in texts])])


def _hashed(text: str) -> Matrix:
    words = ["^", *_WORD.findall(text.lower()), "$"]
    row = np.zeros(HASHED, dtype=np.float32)
    for term in (*words, *(f"{one} {other}" for one, other in pairwise(words))):
        row[crc32(term.encode()) % HASHED] = 1.0
    return row * (WORDS_WEIGHT / np.sqrt(row.sum()))
