"""Understanding: the clauses of a question, each weighed, and what they are to each other."""

import re
from collections.abc import Sequence

from agents.intents.intent import Intent
from agents.planner.lexicon import Cue
from agents.planner.reading import Reading
from agents.planner.shown import with_shown
from agents.planner.stories import lent, with_edits, with_stories
from agents.planner.weighing import Understood, weighed
from core.money import Currency

_BARE = re.compile(
    r"(?:and )?(?:how much|when|who|where|what|to whom|from whom|(?:(?:on|from) )?(?:what|which) (?:date|day))"
    r"(?: (?:was|is|did) (?:it|that|i|this))?(?: (?:for|to|from|pay|paid|spend|happen|cost|come to))*"
    r"(?: (?:in (?:all|total)|altogether|overall))?"
    r"|(?:and )?when(?: was| is)?(?: the| my| our)?(?: very)? (?:first|earliest|last|latest|most recent)"
    r"(?: (?:one|time|payment|visit|order|trip))?"
)
""" "..., and how much was it?", "... and when last?": of what the clause before asks."""


def _leans(reading: Reading) -> bool:
    return bool(_BARE.fullmatch(reading.text)) or reading.has(Cue.ANAPHORA)


def _echoes(reading: Reading) -> bool:
    """ "2.7 lakh??": only the amount that was told."""
    return [(m.kind, m.start, m.end) for m in reading.mentions] == [("amount", 0, len(reading.text))]


def understand(readings: Sequence[Reading], currencies: Sequence[Currency], *, has_last: bool) -> list[Understood]:
    """The clauses of a question, stories among them dropped once they have lent what they name."""
    readings = [reading for reading in readings if not (has_last and _echoes(reading))] or readings
    told = [
        weighed(reading, currencies, has_last=has_last or (n > 0 and _leans(reading)))
        for n, reading in enumerate(readings)
    ]
    told = with_stories(with_edits(told))
    strange = [one for one in told if one.intent is Intent.STORY and one.reading.unknown]
    told = [*strange, *with_shown([one for one in told if one not in strange])]
    asking = [one for one in told if one.intent is not Intent.STORY]
    if not asking or len(asking) == len(told):
        return told
    stories = [one.reading for one in told if one.intent is Intent.STORY]
    return [lent(one, stories) for one in asking]
