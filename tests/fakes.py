"""Stand-ins for what tests must not depend on. They keep the promises of what they stand in for."""

import zlib
from collections.abc import Sequence

import numpy as np

from rag.embedder import Vectors


class FakeEmbedder:
    """Bags of words as vectors: texts that share words are close, and nothing else is."""

    name = "fake"
    dimension = 384

    def __init__(self) -> None:
        self.texts: list[str] = []
        """Everything it was asked to embed, in order."""

    def embed(self, texts: Sequence[str]) -> Vectors:
        self.texts += texts
        return np.array([self._vector(text) for text in texts], dtype=np.float32).reshape(len(texts), self.dimension)

    def _vector(self, text: str) -> Vectors:
        vector = np.zeros(self.dimension, dtype=np.float32)
        vector[0] = 0.001  # an empty text has a direction too
        for word in text.casefold().split():
            vector[zlib.crc32(word.encode()) % self.dimension] += 1
        return vector / np.linalg.norm(vector)
