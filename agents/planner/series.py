"""Series: what payments, or balances, show by their order: when an amount changed, how far apart they are in time, how
far they range, the lowest that was held, what drove a sum up, and what one of its Sundays comes to."""

import re
from collections.abc import Callable

from agents.plan import Operation
from agents.planner.clause import Clause
from agents.planner.frame import Frame, Topic
from agents.planner.lexicon import Cue
from agents.planner.slots import IN_ANY, asks_less, counted_time, says_none, without_any
from core.insights.buckets import WEEKEND_DAYS
from core.insights.query import Dimension, Flow, Measure
from core.periods import Unit

_TIMES = (Dimension.DAY, Dimension.WEEK, Dimension.MONTH, Dimension.QUARTER, Dimension.YEAR)
_EXTREMES = (Measure.LARGEST, Measure.SMALLEST)
_HOLDERS = (Dimension.ACCOUNT, Dimension.BANK)
_LAST_TWO = re.compile(
    r"\b(?:last|latest|most recent|previous) (?:two|2)\b|\blast one and the one before\b"
    r"|\bbetween (?:the two|these two|those two|them|both)\b"
)


def in_order(frame: Frame, clause: Clause) -> Frame | None:
    """The frame of a clause that asks for one of these; None for any other."""
    found = (made for rule in _RULES if (made := rule(frame, clause)) is not None)
    return next(found, None)


def _held(frame: Frame, clause: Clause) -> Frame | None:
    """ "The lowest my balance has been", "my average balance in May"."""
    if not clause.has(Cue.BALANCE) or frame.objects or clause.has(Cue.WHO) or clause.reading.is_of_many:
        return None
    if clause.has(Cue.WHICH, Cue.GROUP) and any(noun.value[1] in _HOLDERS for noun in clause.find(Cue.NOUN, Cue.GROUP)):
        return None
    extreme = next((measure for measure in _EXTREMES if clause.says(measure)), None)
    if extreme is None and not clause.says(Measure.AVERAGE):
        return None
    clause.take(Cue.BALANCE, Cue.LATEST)
    frame = frame.with_changes(topic=None, flow=Flow.ANY)
    if extreme is None:
        return frame.with_changes(ask=Operation.VALUE, measure=Measure.BALANCE_AVERAGE)
    asks_day = clause.has(Cue.WHEN, Cue.WHICH)
    clause.take(Cue.WHEN)
    clause.place(*clause.find(Cue.NOUN))
    ranked = {"ask": Operation.RANK, "measure": Measure.BALANCE, "group_by": (Dimension.DAY,), "limit": 1}
    return frame.with_changes(**ranked, descending=extreme is Measure.LARGEST, asks_amount=not asks_day)


FIXED = frozenset({"rent", "salary", "pension", "subscriptions", "insurance", "loan", "telecom"})
"""Paid in the same amount again and again, so that a change is a rise or a cut."""
_OF_ONE = frozenset({"rent", "salary", "pension"})
"""Paid to one, or by one, so that the first and the last payment are of the same thing."""
_RISES = re.compile(r"\b(?:up|ris\w*|rose|increas\w*|jump\w*|gr[eo]w\w*|more|higher|dearer)\b")


def _changed(frame: Frame, clause: Clause) -> Frame | None:
    """ "When did my rent last go up, and by how much?", "has it gone up": the latest payment that was not as much as
    the one before it. "How much has it gone up since May": the latest beside the first since then."""
    says_what = frame.objects or (clause.has(Cue.ANAPHORA) and clause.has(Cue.WHEN))
    if frame.topic is not None or not (says_what and clause.has(Cue.DIFFERENCE)) or clause.has(Cue.COMPARE):
        return None
    slugs = frame.values_of("category") if not (frame.objects[1:] or frame.against) else frozenset[str]()
    is_long = _is_long(frame, clause)
    is_one = bool(slugs) and slugs <= _OF_ONE and is_long and not clause.has(Cue.WHEN)
    is_whose = _asks_whose(clause)
    is_fixed = bool(slugs) and slugs <= FIXED and (clause.has(Cue.YES_NO) or is_whose)
    is_fixed = is_fixed and (is_long or is_whose or not frame.periods)
    is_price = clause.has(Cue.YES_NO) and not frame.periods and bool(_PRICE.search(clause.reading.text))
    if not (clause.has(Cue.WHEN) or is_one or is_fixed or is_price):
        return None
    sign = "less" if asks_less(clause) else "more" if _RISES.search(clause.reading.text) else "size"
    clause.take(Cue.WHEN, Cue.DIFFERENCE, Cue.LATEST, Cue.MORE, Cue.LESS, Cue.HOW_MUCH)
    operation = Operation.RISEN if is_one else Operation.CHANGED
    asks_size = _SIZE.match(clause.reading.text)
    asked = {"of_change": "payee" if is_whose else "difference"} if is_whose or asks_size else {}
    return frame.with_changes(ask=operation, measure=None, sign=sign, against=None, **asked)


_SIZE = re.compile(r"(?:and |so )?(?:by )?how much\b")
_PRICE = re.compile(r"\b(?:prices?|rates?|fees?|charges?|premiums?|tariffs?)\b")


def _asks_whose(clause: Clause) -> bool:
    """ "Which of my subscriptions went up?": whose price it was that changed."""
    kinds = clause.reading.of("category")
    return any(clause.are_adjacent(which, kind) for which in clause.find(Cue.WHICH) for kind in kinds)


def _is_long(frame: Frame, clause: Clause) -> bool:
    """Whether it names one stretch that holds several of such payments: "since May", "this year"."""
    if len(frame.periods) != 1:
        return False
    days = (frame.periods[0].end - frame.periods[0].start).days
    return days > 2 * _MONTH_DAYS and (" since " in clause.reading.text or clause.has(Cue.YES_NO))


_MONTH_DAYS = 31


_TIMES_ASKED = re.compile(r"\b(?:which|what|on what|on which)(?: \w+)? (?:days?|dates?|weeks?|months?)\b")


def _idle(frame: Frame, clause: Clause) -> Frame | None:
    """ "On which days did I spend nothing", "how many months did I not pay her": those without such a payment."""
    nouns = [noun for noun in clause.find(Cue.NOUN) if noun.value[1] in _TIMES]
    by = counted_time(clause) or (nouns[0].value[1] if nouns and _TIMES_ASKED.search(clause.reading.text) else None)
    if by is None or not says_none(clause) or clause.reading.of("amount"):
        return None
    frame = without_any(frame, clause)
    clause.take(Cue.WHEN, Cue.WHICH)
    clause.place(*nouns, *(cue for cue in clause.find(Cue.EXCEPT) if clause.text_of(cue) == "not"))
    asked = {"ask": Operation.COUNT_GROUPS, "measure": Measure.COUNT, "flow": frame.flow or Flow.OUT}
    return frame.with_changes(**asked, group_by=(by,), counts_none=True)


def _spaced(frame: Frame, clause: Clause) -> Frame | None:
    """ "How many days between my last two visits", "the average time between refills"."""
    if not clause.has(Cue.SPACED) or frame.topic is not None:
        return None
    limit = 2 if _LAST_TWO.search(clause.reading.text) else None
    clause.take(Cue.SPACED, Cue.LATEST, Cue.PAYMENTS)
    clause.place(*(m for m in clause.find(Cue.MEASURE) if m.value[1] in (Measure.AVERAGE, Measure.COUNT)))
    return frame.with_changes(ask=Operation.INTERVAL, measure=None, limit=limit)


def _ranged(frame: Frame, clause: Clause) -> Frame | None:
    """ "The gap between my highest and my lowest month": how far apart they are."""
    both = (clause.says(Measure.LARGEST) and clause.says(Measure.SMALLEST)) or (
        clause.has(Cue.MOST) and clause.has(Cue.LEAST)
    )
    if not both or not clause.has(Cue.DIFFERENCE) or frame.topic is not None:
        return None
    groups = tuple(noun.value[1] for noun in clause.find(Cue.NOUN) if noun.value[1] in _TIMES)[:1]
    clause.take(Cue.DIFFERENCE, Cue.COMPARE, Cue.MOST, Cue.LEAST, Cue.NOUN, Cue.PAYMENTS)
    return frame.with_changes(ask=Operation.RANGE, group_by=groups, measure=frame.plain, against=None)


_DROVE = re.compile(
    r"\b(?:more|less|higher|lower|up|down|jump\w*|increas\w*|ris\w*|rose|fell|drop\w*|decreas\w*|so much)\b"
)


def _driven(frame: Frame, clause: Clause) -> Frame | None:
    """ "Why was October so high?": what changed most since the month before."""
    asks = clause.has(Cue.WHY) and not clause.has(Cue.FLAGGED, Cue.ALERTS) and _DROVE.search(clause.reading.text)
    says_what = clause.measures or frame.objects or frame.periods
    if not asks or not says_what or frame.topic not in (None, Topic.EXPLAIN):
        return None
    clause.take(Cue.WHY, Cue.MORE, Cue.LESS, Cue.DIFFERENCE, Cue.COMPARE, Cue.USUAL, Cue.TREND)
    by = Dimension.COUNTERPARTY if frame.objects else Dimension.CATEGORY
    return frame.with_changes(topic=None, ask=Operation.DRIVEN, group_by=(by,), measure=frame.plain)


_PER_PAYMENT = re.compile(
    r"\b(?:per|each|every|an?|(?:average|avg|mean|median)(?: \w+){0,3}?)"
    r" (?:payment|transaction|order|bill|visit|ride|meal|time)\b"
)


def _of_such_days(frame: Frame, clause: Clause) -> Frame | None:
    """ "How much do I usually spend on Sundays": what one of them comes to, and no payment's average."""
    days = next((f.values for f in frame.conditions if f.field == "weekday"), None)
    asks_average = clause.says(Measure.AVERAGE) or clause.has(Cue.USUAL)
    others = (Cue.MORE, Cue.LESS, Cue.COMPARE, Cue.DIFFERENCE, Cue.PACE, Cue.EACH, Cue.GROUP, Cue.YES_NO, Cue.PAYMENTS)
    if days is None or not asks_average or clause.has(*others) or _PER_PAYMENT.search(clause.reading.text):
        return None
    clause.take(Cue.USUAL)
    unit = Unit.WEEK if days == WEEKEND_DAYS else Unit.DAY
    return frame.with_changes(ask=Operation.PACE, unit=unit, measure=frame.plain)


def _of_any(frame: Frame, clause: Clause) -> Frame | None:
    """ "The lowest total I spent in any one month": of months, and of no single payment."""
    extreme = clause.says(*_EXTREMES) or clause.has(Cue.MOST, Cue.LEAST)
    within = IN_ANY.search(clause.reading.text)
    if not (extreme and within) or clause.has(Cue.PAYMENTS, Cue.DIFFERENCE) or frame.topic is not None:
        return None
    is_least = clause.says(Measure.SMALLEST) or clause.has(Cue.LEAST)
    asks_name = clause.has(Cue.WHICH, Cue.WHEN)
    clause.take(Cue.PACE, Cue.EACH, Cue.NOUN, Cue.MOST, Cue.LEAST, Cue.WHEN)
    ranked = {"ask": Operation.RANK, "group_by": (Dimension(within["unit"]),), "limit": 1, "measure": frame.plain}
    return frame.with_changes(**ranked, descending=not is_least, asks_amount=not asks_name)


_RULES: tuple[Callable[[Frame, Clause], Frame | None], ...] = (
    _held, _driven, _changed, _idle, _spaced, _ranged, _of_any, _of_such_days,
)  # fmt: skip
