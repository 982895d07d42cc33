"""Clause: a Reading that is being understood. It keeps count of what has found its place in the frame."""

import re
from collections.abc import Collection
from typing import Any

from agents.planner.lexicon import Cue
from agents.planner.mentions import Mention
from agents.planner.reading import Reading
from core.insights.query import Dimension, Measure

OBJECT_KINDS = frozenset({"category", "name", "description"})

# Cues that only colour a question; any other one that fills no slot makes the reading doubtful.
_COLOUR = frozenset(
    {Cue.HOW_MUCH, Cue.SHOW, Cue.TOTAL, Cue.PAYMENTS, Cue.YES_NO, Cue.TO_ME, Cue.ANAPHORA, Cue.THAT_TIME, Cue.AGAIN,
     Cue.ONLY, Cue.BOTH, Cue.WHICH, Cue.WHO, Cue.OR, Cue.MEMORY, Cue.NEUTRAL}
)  # fmt: skip


BEGINS_PART = re.compile(r"\b(?:was|were|is|are|went|goes|go|has|have|did)\b")
"""The verb behind which the part of a whole is told: "how much of my food was groceries"."""
CURRENCY_WORDS = ("rupees", "rs", "dollars", "euros", "pounds", "bucks")
"""Of which many are much: "how many more rupees" asks for no number of payments."""


_OF_MONEY = re.compile(rf"\b(?:{'|'.join(CURRENCY_WORDS)})\b")


class Clause:
    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.mentions = reading.mentions
        self.measures: list[Measure] = [mention.value[1] for mention in self.find(Cue.MEASURE)]
        if any("how many" in text and not _OF_MONEY.search(text) for text in self.texts(Cue.DIFFERENCE)):
            self.measures.append(Measure.COUNT)
        self._placed: set[int] = {id(mention) for mention in self.find(Cue.MEASURE)}

    def has(self, *cues: Cue) -> bool:
        return bool(self.find(*cues))

    def says(self, *measures: Measure) -> bool:
        return any(measure in measures for measure in self.measures)

    def find(self, *cues: Cue) -> list[Mention[Any]]:
        return [mention for mention in self.reading.of("cue") if mention.value[0] in cues]

    def of(self, kind: str) -> list[Mention[Any]]:
        """All mentions of a kind, which have now found their place."""
        found = self.reading.of(kind)
        self.place(*found)
        return found

    def take(self, *cues: Cue) -> list[Any]:
        """The values of all these cues, which have now found their place."""
        found = self.find(*cues)
        self.place(*found)
        return [mention.value[1] for mention in found]

    def place(self, *mentions: Mention[Any]) -> None:
        self._placed |= {id(mention) for mention in mentions}

    def displace(self, *mentions: Mention[Any]) -> None:
        """Take back that these found a place: two readings contradict each other."""
        self._placed -= {id(mention) for mention in mentions}

    def text_of(self, mention: Mention[Any]) -> str:
        return self.reading.text[mention.start : mention.end]

    def texts(self, *cues: Cue) -> list[str]:
        return [self.text_of(mention) for mention in self.find(*cues)]

    def are_adjacent(self, one: Mention[Any], other: Mention[Any]) -> bool:
        return not self.reading.text[one.end : other.start].strip()

    def counts_nouns(self, dimensions: Collection[Dimension]) -> bool:
        """Whether a noun for one of these stands right behind "how many": "how many merchants"."""
        counts = [mention for mention in self.find(Cue.MEASURE) if mention.value[1] is Measure.COUNT]
        nouns = [mention for mention in self.find(Cue.NOUN) if mention.value[1] in dimensions]
        return any(noun.start >= count.end and self.are_adjacent(count, noun) for count in counts for noun in nouns)

    def after(self, mention: Mention[Any]) -> list[Mention[Any]]:
        return [other for other in self.mentions if other.start >= mention.end]

    def lacks_place(self, *cues: Cue) -> bool:
        """Whether one of these cues is said and has found no place."""
        return any(id(mention) not in self._placed for mention in self.find(*cues))

    @property
    def forgets_how_many(self) -> bool:
        """Whether "the last ten payments" has found no place."""
        said = [m for m in self.find(Cue.LATEST) if isinstance(m.value[1], int) and m.value[1] > 1]
        return any(id(mention) not in self._placed for mention in said)

    def unplaced(self) -> list[str]:
        """Phrases that were understood and found no place."""
        return [
            self.text_of(mention)
            for mention in self.mentions
            if id(mention) not in self._placed and not (mention.kind == "cue" and mention.value[0] in _COLOUR)
        ]


def is_cue(mention: Mention[Any], *cues: Cue) -> bool:
    return mention.kind == "cue" and mention.value[0] in cues
