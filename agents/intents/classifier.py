"""Classifier: how likely each intent is for a sentence. `train.py` makes its weights of `questions.jsonl`."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from agents.intents.features import Matrix, features
from agents.intents.intent import Intent
from rag.embedder import Embedder

WEIGHTS = Path(__file__).parent / "weights.npz"


@dataclass(frozen=True)
class Wants:
    """What a sentence may want, the likeliest first, with probabilities. Empty: nobody has asked the model."""

    ranked: tuple[tuple[Intent, float], ...] = ()

    @property
    def first(self) -> Intent | None:
        return self.ranked[0][0] if self.ranked else None

    @property
    def confidence(self) -> float:
        """The probability of the likeliest."""
        return self.ranked[0][1] if self.ranked else 0.0

    def of(self, *intents: Intent) -> float:
        """The probability that it is one of these."""
        return sum(probability for intent, probability in self.ranked if intent in intents)


UNASKED = Wants()


@dataclass(frozen=True)
class Classifier:
    """A linear model; calling it costs one embedding a sentence."""

    embedder: Embedder
    weights: Matrix
    bias: Matrix
    intents: tuple[Intent, ...]
    vocabulary: frozenset[str]
    """Words that several people used in questions: alone they name nothing."""

    @classmethod
    def load(cls, embedder: Embedder) -> "Classifier":
        """The shipped model over MiniLM, whose vectors it was trained on."""
        with np.load(WEIGHTS) as stored:
            return cls(
                embedder,
                stored["weights"].astype(np.float32),
                stored["bias"].astype(np.float32),
                tuple(Intent(str(name)) for name in stored["intents"]),
                frozenset(str(word) for word in stored["vocabulary"]),
            )

    def wants(self, sentences: Sequence[str]) -> list[Wants]:
        """One for each sentence, which is normalised and names nobody: see `agents.intents.plain`."""
        if not sentences:
            return []
        scores = features(sentences, self.embedder) @ self.weights + self.bias
        odds = np.exp(scores - scores.max(axis=1, keepdims=True))
        return [self._ranked(row) for row in odds / odds.sum(axis=1, keepdims=True)]

    def _ranked(self, probabilities: Matrix) -> Wants:
        order: list[int] = np.argsort(-probabilities).tolist()
        return Wants(tuple((self.intents[n], float(probabilities[n])) for n in order))
