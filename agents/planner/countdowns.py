"""Countdowns: how many days are left until something that comes back: "how many days till payday"."""

import re
from dataclasses import replace

from agents.planner.clause import Clause
from agents.planner.frame import Frame, Topic
from agents.planner.intended import named
from agents.planner.paychecks import OF_SALARY
from agents.planner.slots import INCOME_CATEGORIES
from agents.planner.weighing import Understood
from core.insights.query import Filter, Flow
from core.periods import Unit

_COUNTS_DOWN = re.compile(
    r"^(?:and |so )?(?:how (?:many (?:more )?days|long)|(?:the )?(?:number of )?days)"
    r"(?: (?:is it|is there|are there|do i have|have i got|to go|more|remain(?:ing)?|left))*"
    r" (?:till|until|til|to|before)(?: (?:my|the|our|next|i get|we get))* (?P<what>[a-z' ]+?)"
    r"(?: (?:is|are|comes?|falls?|gets?|will be))?(?: (?:next|due|paid|in|credited|debited))*[?.!]*$"
)
_PAYDAY = re.compile(r"(?:pay ?day|salary(?: day)?|pay(?: ?check| day)?|wages|paid)")


def counting_down(one: Understood) -> Understood:
    """A clause that asks for the days until something is due as one of that; any other as it is."""
    said = _COUNTS_DOWN.match(one.reading.text)
    objects = _objects(one, said["what"]) if said else ()
    if not objects:
        return one
    is_income = any(set(f.values) & INCOME_CATEGORIES for f in objects)
    flow = Flow.IN if is_income else Flow.OUT
    frame = Frame(topic=Topic.RECURRING, is_next=True, unit=Unit.DAY, objects=objects, flow=flow)
    parsed = replace(one.parsed, frame=frame, alone=frame, is_follow_up=False, has_cue=True, unplaced=())
    unknown = tuple(filter(one.reading.names_something, one.reading.unknown))
    return Understood(replace(one.reading, refusal=None, unknown=unknown), replace(parsed, only_modifies=False))


def _objects(one: Understood, what: str) -> tuple[Filter, ...]:
    """What it is that comes: the salary, or what the clause names."""
    return (OF_SALARY,) if _PAYDAY.fullmatch(what) else named(Clause(one.reading)).objects
