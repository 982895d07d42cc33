"""Senses: what a question is about, in the words that texts have for it, however somebody puts it.

"What the chemist cost me" has no word in common with a text about a pharmacy, and is nearer to many others. A linear
model over MiniLM's vectors, made by `train.py` of `phrases.yaml`, says how likely each sense is: a category, something
else that texts say of payments, or nothing that a bank knows.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from rag.embedder import MiniLm, Vectors

WEIGHTS = Path(__file__).parent / "weights.npz"
NOTHING = "nothing"

LEANING = 0.8
"""How far a question leans towards the words of its likeliest senses: of 0.3, 0.5, 0.8 and 1.2 it finds most."""
FOREIGN_FROM = 0.3
"""Probability from which on a question may well be about nothing in a bank."""


@dataclass(frozen=True, slots=True)
class Heard:
    """A question's vector, leaning towards what it is about, unless that may be nothing in a bank."""

    vector: Vectors
    is_foreign: bool


@dataclass(frozen=True, slots=True)
class SenseReader:
    """Calling it costs two small products: the question has its vector already."""

    names: tuple[str, ...]
    weights: Vectors
    bias: Vectors
    directions: Vectors
    """Per sense the vector of the words that texts have for it; zeros of nothing."""

    def likely(self, vector: Vectors) -> dict[str, float]:
        """The probability of each sense."""
        return dict(zip(self.names, self._probabilities(vector).tolist(), strict=True))

    def hear(self, vector: Vectors) -> Heard:
        likely = self._probabilities(vector)
        if likely[self.names.index(NOTHING)] >= FOREIGN_FROM:
            return Heard(vector, is_foreign=True)
        leaning = vector + LEANING * (likely @ self.directions)
        return Heard((leaning / np.linalg.norm(leaning)).astype(np.float32), is_foreign=False)

    def _probabilities(self, vector: Vectors) -> Vectors:
        scores = self.weights @ vector + self.bias
        powers = np.exp(scores - scores.max())
        return powers / powers.sum()


@cache
def reader_of(model: str) -> SenseReader | None:
    """The reader of questions that a model made vectors of: there is one for MiniLM alone."""
    if model != MiniLm.name:
        return None
    with np.load(WEIGHTS) as stored:
        return SenseReader(
            tuple(map(str, stored["names"])),
            stored["weights"].astype(np.float32),
            stored["bias"].astype(np.float32),
            stored["directions"].astype(np.float32),
        )
