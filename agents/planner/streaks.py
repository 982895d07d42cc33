"""Streaks: how long money was spent day after day, or was not, and the longest time between two payments."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from agents.plan import Operation, WhichStreak
from agents.planner.frame import Frame, put_back
from agents.planner.lexicon import FILLER
from agents.planner.reading import Reading
from agents.planner.slots import INCOME_CATEGORIES
from core.insights.query import Filter, Flow

DAYS_ONLY = "I count days in a row, with a payment or without, and the days between two payments. Which do you mean?"

_LONGEST = r"(?:longest|greatest|maximum|max|record)"
_SHORTEST = r"(?:shortest|minimum|min|least)"
_IN_A_ROW = r"(?:in a row|running|on end|on the trot|straight|at a stretch|in succession|back to back|consecutively)"
_STRETCH = r"(?:run|stretch|spell|time|period|gap|break|pause|while|streak|span|interval)s?"
_WITHOUT = (
    r"(?:without|with no|no|not|nothing|zero|never|didn't|haven't|don't|avoided|skipped|stayed away|off|free|since)"
)
_STREAK = re.compile(
    rf"\bstreaks?\b|\b(?:how many|most|number of) days {_IN_A_ROW}\b|\bdays in a row\b"
    r"|\b(?:consecutive|straight|successive) days\b"
    rf"|\b{_LONGEST} (?:run|stretch|spell|chain|string) of (?:\w+ ){{0,2}}days\b"
    rf"|\b{_LONGEST} (?:{_STRETCH}|(?:that )?(?:i|we)\b|number of days)\b.*\b{_WITHOUT}\b(?!.*\bbetween\b)"
    rf"|\b{_LONGEST} (?:\w+ )?(?:free|less) {_STRETCH}\b"
)
_GAP = re.compile(
    rf"\b(?:{_LONGEST}|{_SHORTEST}) (?:\w+ ){{0,2}}?(?:{_STRETCH}|wait|days|number of days)(?: in days)?"
    rf"(?: (?:that )?(?:i|we)(?: have|'ve)? (?:went|gone|had|waited|let pass))? (?:in )?between\b"
    r"|\b(?:most|fewest|biggest|largest|smallest) (?:number of )?days (?:that passed |passed )?between\b"
    r"|\b(?:biggest|largest|smallest|widest) (?:gap|break|interval) between (?:any |my |the )?(?:two|2)\b"
)
_UNITS = r"(?:weeks|months|years|weekends|(?!days)\w+days|times|payments)"
_OTHER = re.compile(
    rf"\b(?:how many|most|number of) {_UNITS} (?:in a row|straight|on the trot|consecutively)\b"
    rf"|\bconsecutive {_UNITS}\b|\bstreak of {_UNITS}\b"
)
_NONE = re.compile(
    r"\b(?:without|no|not|nothing|zero|never|free|avoid\w*|skipp\w*|stay\w* away|dry)\b|n't\b|(?<=[- ])less\b"
)
_RECORD = re.compile(rf"\b(?:{_LONGEST}|most|best|ever|biggest|largest)\b")
_GOES_ON = re.compile(r"\b(?:have|has|am|been|current|ongoing|currently|now|so far|at the moment|today)\b|'ve\b")
_OWN = frozenset(
    """
    longest shortest greatest maximum max minimum min record streak streaks row running trot straight stretch
    succession consecutive consecutively successive run spell chain string gap gaps break pause span interval passed
    wait waited biggest largest smallest widest fewest current ongoing free spend-free no-spend spend nospend avoided
    skipped stayed away day days went gone fill buying visiting
    """.split()
)
"""Words that ask for days in a row, and name nobody."""
_POINTS = re.compile(r"\b(?:it|there|that|them|those|this|one)\b")


@dataclass(frozen=True, slots=True)
class Streak:
    """What is asked: the time between two payments, or days in a row; which of them; days without a payment."""

    operation: Operation
    which: WhichStreak = "longest"
    of_none: bool = False


def streak_asked(text: str) -> Streak | None:
    """What normalised words, of all clauses, ask of days in a row; None where they ask of none."""
    if _GAP.search(text):
        return Streak(
            Operation.GAP, "shortest" if re.search(rf"\b(?:{_SHORTEST}|fewest|smallest)\b", text) else "longest"
        )
    if not _STREAK.search(text):
        return None
    goes_on = _GOES_ON.search(text) and not _RECORD.search(text)
    return Streak(Operation.STREAK, "latest" if goes_on else "longest", bool(_NONE.search(text)))


def counts_other_units(text: str) -> bool:
    """Whether weeks or months in a row are asked for, which are not counted."""
    return bool(_OTHER.search(text))


def streak_frame(asked: Streak, readings: Sequence[Reading], said: Sequence[Frame], last: Frame | None) -> Frame | None:
    """The frame of it; None where something is said that days in a row have no room for."""
    frame = next((one for one in said if one.objects or one.without), said[0])
    if any(map(_says_more, readings)) or any(one.are_apart or len(one.periods) > 1 for one in said):
        return None
    objects = (*frame.objects, *(put_back(frame.without) if asked.of_none else ()))
    if not objects and last is not None and (asked.operation is Operation.GAP or _points(readings)):
        objects = last.objects
    if not _is_of_one_kind(asked, objects, frame):
        return None
    flow = Flow.IN if frame.with_changes(objects=objects).values_of("category") & INCOME_CATEGORIES else Flow.OUT
    return Frame(
        ask=asked.operation, objects=objects, without=() if asked.of_none else frame.without, flow=flow,
        conditions=frame.conditions, periods=next((one.periods for one in said if one.periods), ()),
        streak=asked.which, counts_none=asked.of_none,
    )  # fmt: skip


def _is_of_one_kind(asked: Streak, objects: tuple[Filter, ...], frame: Frame) -> bool:
    """Whether one kind of payment is spoken of, where the time between two is asked for; and all days, where they are
    to come in a row."""
    if asked.operation is Operation.STREAK:
        return not any(f.field in ("weekday", "weekend") for f in frame.conditions)
    return bool(objects or frame.conditions) and all(len(f.values) == 1 for f in objects)


def _points(readings: Sequence[Reading]) -> bool:
    return any(_POINTS.search(reading.text) for reading in readings)


def _says_more(reading: Reading) -> bool:
    """Sums that a day came to, or words for somebody unknown."""
    strange = (phrase for phrase in reading.unknown if set(phrase.split()) - _OWN - FILLER)
    return bool(reading.of("amount")) or any(map(reading.names_something, strange))
