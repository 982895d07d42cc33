"""What the descriptions of payments are to say: what a question quotes of them, and remarks that it says as they are
written."""

import re
from collections.abc import Iterator
from typing import Any

from agents.planner.calendar_words import MONTHS, UNITS, WEEKDAYS
from agents.planner.lexicon import FILLER, Cue, cue_words
from agents.planner.mentions import Mention
from agents.planner.words import stem, words
from agents.remarks import WORDS_MAX

_QUOTE = r"[\"']"
_NOTES = r"(?:note|description|remark|memo|narration|comment|label|message)s?"
_NOTED = re.compile(
    r"\b(?:where (?:i|we) (?:wrote|noted|put|typed|mentioned)|(?:with|saying|having|has|have) (?:the |a )?"
    r"(?:note|description|remark|memo|narration|comment|words?|text)(?: of| saying)?"
    r"|(?:payments?|transfers?|transactions?|debits?|charges?|entr(?:y|ies)|one|something|upi) (?:that|which)"
    r" (?:say|says|said|read|reads)"
    r"|(?:which|what) (?:payments?|transfers?|transactions?|ones?) (?:says?|said|reads?)"
    rf"|(?:marked|labell?ed|tagged)(?: (?:as|with))?(?= {_QUOTE})"
    r"|(?:note|description|remark|memo|narration|comment)s? (?:says|said|saying|contains?|containing|was|is|of))"
    rf" {_QUOTE}?(?!(?:in|on|for|from|this|last|since|of|to|at|that|is)\b)(?P<what>[\w&' ]+?){_QUOTE}?"
    r"(?=[,;.?]|$| (?:in|went|left|since|this|last|during|total|so far|till|until|altogether|come|add|how|by)\b)"
)
_NOTE_BEHIND = re.compile(
    rf"\b(?:have|has|with|having|mention(?:s|ing)?|contain(?:s|ing)?|say(?:s|ing)?) {_QUOTE}?"
    rf"(?!(?:that|this|it|these|those|them) )(?P<what>[\w&' ]{{3,40}}?)"
    rf"{_QUOTE}? (?:in|as) (?:the|their|its|a) (?:payment )?{_NOTES}\b"
)
_WRITTEN_ON = re.compile(
    rf"\b(?:with |having )?{_QUOTE}(?P<what>[\w&' ]{{3,40}}?){_QUOTE}"
    r" (?:is |was )?(?:written|noted|mentioned|typed)(?: (?:on|in|beside|against) (?:them|it|those))?"
)


_INCLUDED = re.compile(r"\b(?:incl|including|inclusive of|counting) (?:the )?$")
_TIMES = frozenset((*MONTHS, *WEEKDAYS, *UNITS, *(f"{unit}s" for unit in UNITS), "today", "yesterday"))
_HELPS = frozenset({"maid", "housemaid", "house maid", "house help", "househelp", "domestic help", "bai", "kaamwali"})
"""What households of India call who helps in the house."""


def noted(text: str) -> list[tuple[str, int, int]]:
    """What a normalised question wants descriptions to say, with where it stands: "payments where I wrote goa trip"."""
    before = [(said["what"], said.start(), said.end("what")) for said in _NOTED.finditer(text)]
    behind = (*_NOTE_BEHIND.finditer(text), *_WRITTEN_ON.finditer(text))
    return before + [(said["what"], *said.span()) for said in behind]


def remarked(text: str, remarks: frozenset[str], common: frozenset[str]) -> Iterator[Mention[Any]]:
    """The remarks that a normalised question says word for word, but those that a question may say without meaning
    them. One word alone is one only where it is none of `common`, the words of questions: "rent" is what it always is,
    and so is "in advance". One that is said to be among the rest changes nothing: "including shagun"."""
    spoken = words(text) if remarks else []
    for first in range(len(spoken)):
        for last in range(first, min(first + WORDS_MAX, len(spoken))):
            start, end = spoken[first][1], spoken[last][2]
            remark = as_written(text[start:end], remarks)
            is_common = first == last and (remark in common or text[:start].endswith("in "))
            if remark and (among := _INCLUDED.search(text[:start])):
                yield Mention("cue", (Cue.NEUTRAL, None), among.start(), end)
            elif remark and _tells(remark) and not is_common:
                yield Mention("description", remark, start, end)


def _tells(remark: str) -> bool:
    """Whether it names a thing and no time: where somebody wrote "how much" or "rent for may", a question that says
    these words asks what it always did."""
    said = set(remark.split())
    return remark in _HELPS or not (said & _TIMES or said <= FILLER | cue_words())


def as_written(phrase: str, remarks: frozenset[str]) -> str | None:
    """What a phrase is of a remark: "team dinner" where it says "team dinners", "movie ticket" of "movie tickets", and
    "house help" where it says "maid"; None where it is no remark."""
    *before, last = phrase.split(" ")
    singular = " ".join((*before, stem(last)))
    alike = sorted(_HELPS) if singular in _HELPS else ()
    return next((said for said in (phrase, singular, *alike) if said in remarks or f"{said}s" in remarks), None)
