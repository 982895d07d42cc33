"""Embeddings from any OpenAI-compatible endpoint. Gists are sent there: payees' names and descriptions, no figures, and
no names of account holders."""

import time
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any

import httpx
import numpy as np

from core.errors import SetupError
from core.settings import Settings
from rag.embedder import Embedder, EmbedderUnavailable, MiniLm, Vectors, built_in

BATCH_MAX = 64
"""Texts in one request."""
ATTEMPTS = 3
PAUSE_S = 0.5
"""Before the second attempt; before the third, twice as long."""

_BUSY = frozenset({429, 500, 502, 503, 504})


class OpenAIEmbedder:
    """A model behind `POST {base_url}/embeddings`. May be called from several threads."""

    def __init__(self, model: str, client: httpx.Client, *, floor: float) -> None:
        self.name = model
        self.floor = floor
        self._client = client

    @classmethod
    def of(cls, settings: Settings) -> "OpenAIEmbedder":
        """As FINLENS_EMBEDDER_* says. Raises SetupError where no model is named."""
        if not settings.embedder_model:
            raise SetupError("FINLENS_EMBEDDER_BASE_URL is set: name the model too, in FINLENS_EMBEDDER_MODEL")
        key = settings.embedder_api_key
        client = httpx.Client(
            base_url=settings.embedder_base_url,
            timeout=settings.embedder_timeout_s,
            headers={"Authorization": f"Bearer {key.get_secret_value()}"} if key else {},
        )
        return cls(settings.embedder_model, client, floor=settings.embedder_floor)

    @property
    def dimension(self) -> int:
        return self._dimension

    @cached_property
    def _dimension(self) -> int:
        """Found by asking once."""
        return self.embed(["dimension"]).shape[1]

    def embed(self, texts: Sequence[str]) -> Vectors:
        parts = [self._embed_batch(texts[at : at + BATCH_MAX]) for at in range(0, len(texts), BATCH_MAX)]
        return np.concatenate(parts) if parts else np.empty((0, self.dimension), dtype=np.float32)

    def predecessor(self, name: str) -> Embedder | None:
        """Our own model is always at hand; any other is taken to be behind the same endpoint."""
        return built_in() if name == MiniLm.name else OpenAIEmbedder(name, self._client, floor=self.floor)

    def _embed_batch(self, texts: Sequence[str]) -> Vectors:
        rows = self._ask(list(texts)).get("data", [])
        try:
            vectors = np.array([row["embedding"] for row in sorted(rows, key=_place)], dtype=np.float32)
            lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        except (KeyError, TypeError, ValueError) as error:
            raise EmbedderUnavailable(f"{self.name} gave something that is no list of vectors") from error
        if len(vectors) != len(texts) or not np.isfinite(vectors).all() or not lengths.all():
            raise EmbedderUnavailable(f"{self.name} gave {len(vectors)} usable vectors for {len(texts)} texts")
        return vectors / lengths

    def _ask(self, texts: list[str]) -> Any:
        """The JSON of the answer; where the other side is busy, asked again after a pause."""
        trouble = ""
        for pause_s in _pauses():
            time.sleep(pause_s)
            try:
                answer = self._client.post("embeddings", json={"model": self.name, "input": texts})
                if answer.is_success:
                    return answer.json()
            except (httpx.HTTPError, ValueError) as error:
                trouble = type(error).__name__
                continue
            trouble = f"HTTP {answer.status_code}"
            if answer.status_code not in _BUSY:
                break
        raise EmbedderUnavailable(f"{self._client.base_url} does not embed with {self.name}: {trouble}")


def _pauses() -> Iterator[float]:
    yield 0
    yield from (PAUSE_S * 2**attempt for attempt in range(ATTEMPTS - 1))


def _place(row: Any) -> int:
    return row["index"]
