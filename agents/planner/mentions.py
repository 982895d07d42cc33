"""Mention: a stretch of the question and what it stands for. Resolvers find them, `cover` keeps the best ones."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

T = TypeVar("T")
M = TypeVar("M", bound="Mention[Any]")


@dataclass(frozen=True, slots=True)
class Mention(Generic[T]):
    """`start` and `end` are positions in the normalised question; `weight` decides between equally long readings."""

    kind: str
    value: T
    start: int
    end: int
    weight: int = 0

    @property
    def length(self) -> int:
        return self.end - self.start

    def overlaps(self, other: "Mention[Any]") -> bool:
        return self.start < other.end and other.start < self.end


def cover(candidates: Iterable[M]) -> list[M]:
    """The mentions that remain when the longest reading of every stretch wins, in the order of the question."""
    kept: list[M] = []
    for candidate in sorted(candidates, key=lambda m: (-m.length, -m.weight, m.start)):
        if not any(candidate.overlaps(other) for other in kept):
            kept.append(candidate)
    return sorted(kept, key=lambda m: m.start)
