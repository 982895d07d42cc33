"""Holdings: what accounts hold, asked in other ways than by day: which of them holds most, the ends of months, and so
many days or months ago."""

import re
from datetime import date, timedelta

from agents.plan import Operation
from agents.planner.calendar_words import NUMBERS
from agents.planner.frame import Frame, Topic
from agents.planner.slots import change_said
from core.insights.query import Dimension, Flow, Measure, QueryPeriod
from core.periods import Period, Unit, add_months

_MOST = r"(?:more|most|the most|the more|highest|the highest|larger|largest|the largest|bigger|biggest|the biggest)"
_LEAST = r"(?:less|least|the least|lowest|the lowest|smaller|smallest|the smallest)"
_HOLDS_MOST = re.compile(
    r"\b(?:which|what)(?: one)?(?: of (?:my|our|the))?(?: bank)? accounts?(?: (?:of mine|do i have that))?"
    rf" (?:has|have|holds?|had|contains?|is (?:with|having))(?: got)? (?:{_MOST}|(?P<least>{_LEAST}))"
    r" (?:money|balance|funds|cash|in it|amount)\b"
)
_COUNT = rf"(?P<count>\d{{1,3}}|{'|'.join(sorted(NUMBERS, key=len, reverse=True))})"
_AGO = re.compile(rf"\b{_COUNT} (?P<unit>day|week|month|quarter|year)s? (?:ago|back)\b")
_MONTHS_IN = {"month": 1, "quarter": 3, "year": 12}


def held(frame: Frame, text: str, today: date) -> Frame:
    """A frame of what accounts hold as the normalised words `text` mean it; any other as it is."""
    if said := _HOLDS_MOST.search(text):
        return _by_account(frame, descending=said["least"] is None, today=today)
    if frame.topic is not Topic.BALANCE:
        return frame
    if frame.ask is Operation.BREAKDOWN and frame.told_by:
        return frame.with_changes(topic=None, measure=Measure.BALANCE, flow=Flow.ANY)
    return _directed(_days_ago(frame, text, today), text)


def _by_account(frame: Frame, *, descending: bool, today: date) -> Frame:
    """The accounts, ranked by what each held at the end of the day that is said, or holds now."""
    last = frame.periods[0].end if frame.periods else today + timedelta(days=1)
    day = Period.of(Unit.DAY, min(last - timedelta(days=1), today))
    return Frame(
        ask=Operation.RANK, measure=Measure.BALANCE, flow=Flow.ANY, group_by=(Dimension.ACCOUNT,), limit=1,
        descending=descending, periods=(QueryPeriod.of(day),),
    )  # fmt: skip


def _days_ago(frame: Frame, text: str, today: date) -> Frame:
    """ "A month ago" is a day, where a sum is of the whole month."""
    said = _AGO.search(text)
    if said is None or len(frame.periods) != 1:
        return frame
    count = NUMBERS.get(said["count"]) or int(said["count"])
    months = _MONTHS_IN.get(said["unit"])
    day = add_months(today, -count * months) if months else today - _days(count, said["unit"])
    return frame.with_changes(periods=(QueryPeriod.of(Period.of(Unit.DAY, day)),))


def _days(count: int, unit: str) -> timedelta:
    return timedelta(days=count * (7 if unit == "week" else 1))


def _directed(frame: Frame, text: str) -> Frame:
    """ "Is my balance lower than ...": how much less it is."""
    is_less = frame.ask is Operation.COMPARE and change_said(text) == "less"
    return frame.with_changes(sign="less") if is_less else frame
