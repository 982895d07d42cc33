"""Training: `python -m agents.intents.train` fits the weights to `questions.jsonl` again and prints how well they do.

Each line is a question that somebody wrote, with what it wants and who wrote it. The figure printed first is honest:
each writer's questions are told by a model that has seen the others' alone. Needs scikit-learn, which the tests bring.
"""

import json
import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from agents.intents.classifier import WEIGHTS
from agents.intents.features import Matrix, features
from agents.intents.intent import Intent
from agents.intents.plain import plain
from agents.planner.names import Names
from agents.planner.reading import Reader
from agents.scope import Scope
from rag.embedder import MiniLm

QUESTIONS = Path(__file__).parent / "questions.jsonl"
STRENGTH = 20.0
"""scikit-learn's C: found best of 5, 10, 20 and 40 by leaving one writer out."""
WRITERS_MIN, TIMES_MIN = 2, 3
"""A word is one of questions when so many writers used it, so often."""

_ASKED_ON = date(2026, 11, 22)
_NOBODY = Scope((), (), ("upi", "card", "atm", "cash", "neft", "imps"), (), ("INR",), date(2024, 1, 1), _ASKED_ON)
_NO_NAMES = re.compile(
    r"^(?:I\b|I'|[A-Z]{2,}\b|Q[1-4]|Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec|Mon|Tue|Wed|Thu|Fri|Sat|Sun|Diwali|Holi)"
)
_CAPITALISED = re.compile(r"(?<=[a-z,] )[A-Z][\w&']*(?: [A-Z][\w&']*)*")


@dataclass(frozen=True, slots=True)
class Example:
    writer: str
    intent: Intent
    text: str


def examples() -> list[Example]:
    """The labelled questions, as the classifier will read them."""
    reader = Reader(_NOBODY, Names(_NOBODY), _ASKED_ON)
    lines = [json.loads(line) for line in QUESTIONS.read_text().splitlines()]
    return [
        Example(line["writer"], Intent(line["intent"]), plain(reader.read(_without_names(line["q"])))) for line in lines
    ]


def _without_names(question: str) -> str:
    """A capital letter within a sentence begins a name, which no scope here knows."""
    return _CAPITALISED.sub(lambda said: said[0] if _NO_NAMES.match(said[0]) else "Amazon", question)


_NAMES = frozenset(
    """
    amazon netflix ola uber swiggy zomato spotify starbucks rahul rohan sunita steam nestle
    """.split()  # noqa: SIM905  # a list of words
)
"""Names that writers used in small letters, as people do."""


def vocabulary(found: Sequence[Example]) -> list[str]:
    """The words that several writers used, without names."""
    times: Counter[str] = Counter()
    writers: defaultdict[str, set[str]] = defaultdict(set)
    for example in found:
        for word in set(re.findall(r"[a-z][a-z']+", example.text)):
            times[word] += 1
            writers[word].add(example.writer)
    used = (word for word in times if times[word] >= TIMES_MIN and len(writers[word]) >= WRITERS_MIN)
    return sorted(set(used) - _NAMES)


def fitted(rows: Matrix, wanted: npt.NDArray[np.str_]) -> Any:
    from sklearn.linear_model import LogisticRegression  # pyright: ignore[reportMissingTypeStubs]  # it ships none

    model: Any = LogisticRegression(C=STRENGTH, max_iter=400)
    return model.fit(rows, wanted)


def accuracy_by_writer(found: Sequence[Example], rows: Matrix) -> dict[str, float]:
    """The share of each writer's questions that a model trained on the other writers' tells rightly."""
    wanted, writers = np.array([e.intent for e in found]), np.array([e.writer for e in found])
    shares: dict[str, float] = {}
    for writer in sorted(set(writers)):
        model = fitted(rows[writers != writer], wanted[writers != writer])
        shares[writer] = float((model.predict(rows[writers == writer]) == wanted[writers == writer]).mean())
    return shares


def main() -> None:
    found = examples()
    rows = features([example.text for example in found], MiniLm.load())
    shares = accuracy_by_writer(found, rows)
    print(f"{len(found)} questions; of a writer left out: {np.mean(list(shares.values())):.3f} right", shares)
    model = fitted(rows, np.array([example.intent for example in found]))
    np.savez_compressed(
        WEIGHTS,
        weights=model.coef_.T.astype(np.float16),
        bias=model.intercept_.astype(np.float32),
        intents=np.array([str(name) for name in model.classes_]),
        vocabulary=np.array(vocabulary(found)),
    )
    print(f"wrote {WEIGHTS.name}, {WEIGHTS.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
