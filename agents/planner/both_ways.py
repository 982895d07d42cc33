"""Both ways: what came in and what went out, asked for side by side: "income and expenses in September"."""

import re

from agents.plan import Operation
from agents.planner.frame import Frame
from core.insights.query import Flow, Measure

_IN = (
    r"(?:incomes?|earnings?|earn(?:ed|t)?|receive[ds]?|(?:money )?(?:came|comes?|coming) in|money in|inflows?|credits?"
    r"|money received)"
)
_OUT = (
    r"(?:expenses?|expenditures?|outgoings?|spend(?:s|ings?)?|spent|(?:money )?(?:went|goes|go|going) out|money out"
    r"|outflows?|debits?|paid out|money spent)"
)
_AND = r" (?:and|as well as|plus)(?: (?:how much|what|my|our|the|total|did|do|have|i|we|also|then))* "
_BOTH = re.compile(rf"\b(?:{_IN}{_AND}{_OUT}|{_OUT}{_AND}{_IN})\b")
_WEIGHED = re.compile(
    r"\b(?:differ\w*|gap|balance\w*|net|minus|less|more|compar\w*|than|vs\.?|versus|against|ratio|between|sav\w*|left"
    r"|over|surplus|deficit|equal|higher|lower|exceed\w*|percent\w*|share|in and out|by (?:day|week|month|quarter|year)"
    r"|(?:each|every|per|a|which|what) (?:day|week|month|quarter|year)|monthly|weekly|yearly|average"
    r"|trend|chart|graph)\b"
)


def names_both(text: str) -> bool:
    """Whether normalised words ask for what came in and for what went out, and not for what one is less the other."""
    return bool(_BOTH.search(text)) and not _WEIGHED.search(text)


def told_apart(frame: Frame, text: str) -> list[Frame] | None:
    """The two sums, of what came in first, where both are asked for in one breath."""
    is_both = frame.topic is None and frame.ask in (None, Operation.VALUE) and not frame.objects
    if not (is_both and names_both(text)) or len(frame.periods) > 1 or frame.against:
        return None
    spent = frame.with_changes(flow=Flow.OUT).as_sum(Measure.SPEND)
    return [frame.with_changes(flow=Flow.IN).as_sum(Measure.INCOME), spent]
