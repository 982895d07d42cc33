"""Training: `python -m rag.senses.train` fits the weights to `phrases.yaml` again.

The figure printed is of phrases that the model has not seen. Needs scikit-learn, which the tests bring.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import yaml

from core.categories import BY_SLUG
from rag.embedder import Embedder, MiniLm, Vectors
from rag.senses.reader import NOTHING, WEIGHTS
from rag.wording import kind_of

PHRASES = Path(__file__).parent / "phrases.yaml"
STRENGTH = 5.0
"""scikit-learn's C."""
_FOLDS = 5

_ASKED = (
    "{}", "{} in March 2026", "how much was {}", "what I paid for {} in May", "{}, that was expensive",
    "that time with the {}",
)  # fmt: skip
"""How a phrase stands in questions: what is around it says nothing of its sense."""
_FOREIGN = ("{}", "what is {}", "explain {} please")

_TEXTS = {
    "refund": "A refund of an earlier payment.",
    "night": "At night, at an odd hour.",
    "fraud": "Flagged as unusual.",
    "first": "The first payment to them.",
    "largest": "The largest payment of the month.",
    "repeated": "Recurring payment. Regular subscription, standing order or instalment.",
    "to_people": "Transfers to people. paid to",
    "from_people": "Transfers to people. received from",
}
"""What texts say where no category says it."""


@dataclass(frozen=True, slots=True)
class Example:
    """A phrase as it stands in a question; those of one phrase are learnt or left out together."""

    phrase: int
    sense: str
    text: str


def examples() -> list[Example]:
    listed: dict[str, str] = yaml.safe_load(PHRASES.read_text())
    known = [(sense, phrase.strip()) for sense, many in listed.items() for phrase in many.split(",")]
    return [
        Example(number, sense, words.format(phrase))
        for number, (sense, phrase) in enumerate(known)
        for words in (_FOREIGN if sense == NOTHING else _ASKED)
    ]


def fitted(rows: Vectors, senses: npt.NDArray[np.str_]) -> Any:
    from sklearn.linear_model import LogisticRegression  # pyright: ignore[reportMissingTypeStubs]  # it ships none

    model: Any = LogisticRegression(C=STRENGTH, max_iter=400)
    return model.fit(rows, senses)


def accuracy(found: list[Example], rows: Vectors) -> float:
    """The share of questions that a model tells rightly which has seen only other phrases."""
    senses, folds = np.array([e.sense for e in found]), np.array([e.phrase % _FOLDS for e in found])
    right = [
        fitted(rows[folds != n], senses[folds != n]).predict(rows[folds == n]) == senses[folds == n]
        for n in range(_FOLDS)
    ]
    return float(np.concatenate(right).mean())


def directions(senses: list[str], embedder: Embedder) -> Vectors:
    """Where the texts of each sense lie: no text is of nothing."""
    return np.vstack([_direction(sense, embedder) for sense in senses])


def _direction(sense: str, embedder: Embedder) -> Vectors:
    if sense == NOTHING:
        return np.zeros((1, embedder.dimension), dtype=np.float32)
    return embedder.embed([kind_of(sense).strip(" ()") if sense in BY_SLUG else _TEXTS[sense]])


def main() -> None:
    found, embedder = examples(), MiniLm.load()
    rows = embedder.embed([example.text for example in found])
    print(f"{len(found)} questions; of phrases left out: {accuracy(found, rows):.3f} right")
    model = fitted(rows, np.array([example.sense for example in found]))
    senses = [str(name) for name in model.classes_]
    np.savez_compressed(
        WEIGHTS,
        names=np.array(senses),
        weights=model.coef_.astype(np.float16),
        bias=model.intercept_.astype(np.float32),
        directions=directions(senses, embedder).astype(np.float16),
    )


if __name__ == "__main__":
    main()
