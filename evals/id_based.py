"""ragas' own id-based context precision and recall, beside ours: the same definition by somebody else's code.

Needs the `evals` extra; importing it takes seconds, so that only this exam does it. It tells its makers of each use
unless RAGAS_DO_NOT_TRACK is set, as `finlens eval` does.
"""

import asyncio
import importlib
import warnings
from collections.abc import Sequence
from statistics import fmean
from typing import Any, Protocol


class Judged(Protocol):
    """A question's ids: those of the payments that the hits speak of, and of those that are right."""

    @property
    def told_ids(self) -> Sequence[str]: ...

    @property
    def right_ids(self) -> Sequence[str]: ...


async def ragas_shares(questions: Sequence[Judged]) -> dict[str, float] | None:
    """Means over the questions that found anything, for those alone have a precision; None without the extra."""
    library = await asyncio.to_thread(_library)
    found = [question for question in questions if question.told_ids]
    if library is None or not found:
        return None
    sample = library.pop("sample")
    samples = [
        sample(retrieved_context_ids=list(each.told_ids), reference_context_ids=list(each.right_ids)) for each in found
    ]
    return {
        name: fmean([await metric.single_turn_ascore(sample) for sample in samples]) for name, metric in library.items()
    }


def _library() -> dict[str, Any] | None:
    """Its metrics by the names that we give them, and its `sample`."""
    try:
        with warnings.catch_warnings():
            # The id-based metrics are still where ragas says they will not stay.
            warnings.simplefilter("ignore")
            metrics: Any = importlib.import_module("ragas.metrics")
            return {
                "ragas_id_precision": metrics.IDBasedContextPrecision(),
                "ragas_id_recall": metrics.IDBasedContextRecall(),
                "sample": importlib.import_module("ragas").SingleTurnSample,
            }
    except ImportError:
        return None
