"""Alert turns: what a follow-up asks of the alerts, or the alerted payments, that the last question was about."""

import re
from collections.abc import Iterable
from dataclasses import replace

from agents.plan import Operation
from agents.planner.alerts import states_said
from agents.planner.clause import Clause
from agents.planner.frame import Frame, Topic
from agents.planner.lexicon import Cue
from agents.planner.memory import Memory
from agents.planner.parse import COMPARING, Parsed
from agents.planner.reading import Reading
from agents.planner.weighing import says_nothing
from agents.scope import Scope
from core.insights.catalogue import ALERT_STATES
from core.insights.query import Dimension, Filter, Flow, Measure, Operator, QueryPeriod

_PLAINLY = (None, Operation.VALUE, Operation.LIST)
_SUMS = (Measure.SPEND, Measure.INCOME, Measure.VOLUME)
_COUNTED = ("alerts", "value")
_HOLDERS = (Dimension.CUSTOMER, Dimension.ACCOUNT)


def after_alerts(reading: Reading, parsed: Parsed, last: Frame | None, scope: Scope) -> Parsed:
    """A question behind one about alerts as it is meant of them: what it counts are alerts, "who" is a customer, and
    a name in the place of a customer's, or one that a story told of, is a customer's."""
    names_holders = parsed.frame.topic is Topic.ALERTS or not (reading.of("name") or pays_them(reading))
    if parsed.frame.is_of_alerts and parsed.frame.objects and names_holders:
        frame, alone = (of_named_holders(each, scope) for each in (parsed.frame, parsed.alone))
        parsed = replace(parsed, frame=frame, alone=alone)
    if last is None or not last.is_of_alerts:
        return parsed
    parsed = _of_state(reading, parsed, last)
    if _asks_points_of_one(reading, parsed.frame):
        frame = Frame(topic=Topic.EXPLAIN, alerts_ask="points")
        return replace(parsed, frame=frame, alone=frame, is_follow_up=False, says_flagged=True)
    frame = _of_customers(reading, _of_holders(parsed.frame, last, scope), last)
    frame = _by_number(reading, frame)
    if _OF_ALL.search(reading.text):
        parsed = replace(parsed, asks_all=True, is_follow_up=True)
    counts = frame.measure is Measure.COUNT and frame.ask in COMPARING and not _names_payments(frame)
    leans = parsed.is_follow_up or (counts and not Clause(reading).has(Cue.PAYMENTS))
    return replace(parsed, frame=frame, is_follow_up=leans)


_TO_THEM = re.compile(r"\bto (?:her|him|them)\b")


def pays_them(reading: Reading) -> bool:
    """ "Flagged payments to her": who was told of is whom was paid."""
    return bool(_TO_THEM.search(reading.text))


def _of_state(reading: Reading, parsed: Parsed, last: Frame) -> Parsed:
    """ "How many of those are confirmed?", which does not say again of what: of the alerts that were spoken of."""
    said = Clause(reading).find(Cue.ALERT_STATUS)
    states = states_said(Clause(reading))
    if not states or parsed.frame.is_of_alerts:
        return parsed
    raised = Filter(field="alert", operator=Operator.IN, values=states)
    told = {"conditions": (*parsed.frame.conditions, raised), "flow": Flow.ANY}
    told = {"alert_status": states[0]} if last.topic is Topic.ALERTS and len(states) == 1 else told
    if parsed.frame.ask is Operation.COUNT_GROUPS and not reading.has(Cue.NOUN):
        told |= {"ask": Operation.VALUE, "measure": Measure.COUNT, "group_by": ()}  # "how many are open?"
    rest = tuple(text for text in parsed.unplaced if text not in {Clause(reading).text_of(mention) for mention in said})
    return replace(parsed, frame=parsed.frame.with_changes(**told), unplaced=rest, is_follow_up=True)


_OF_ALL = re.compile(
    r"\b(?:of|among|out of) all(?: of)? (?:the|those|these|our)\b(?: \w+){0,3} (?:ones|alerts|flagged \w+|of them)\b"
)
""" "And of all the 2026 ones, how many ...": not of those that the last question told apart."""
_MOST_OF_THEM = re.compile(r"\b(?:most|fewest|least) of (?:them|those|these)\b")


def _by_number(reading: Reading, frame: Frame) -> Frame:
    """ "Who had the most of them?": by how many, whatever was added up before."""
    counts = frame.ask is Operation.RANK and frame.measure is None and _MOST_OF_THEM.search(reading.text)
    return frame.with_changes(measure=Measure.COUNT) if counts else frame


def _names_payments(frame: Frame) -> bool:
    return any((frame.topic, frame.objects, frame.without, frame.conditions, frame.group_by))


_POINTS_OF_ONE = re.compile(r"\b(?:scor\w+|points?)\b")
_POINTS_IT_GOT = re.compile(r"\b(?:scores?|points) (?:did|does|has|had|was) (?:it|that|this)\b")


def _asks_points_of_one(reading: Reading, frame: Frame) -> bool:
    """ "And what score did that one get?"."""
    says_more = any((frame.objects, frame.conditions, frame.periods, frame.tells_alerts, frame.measure))
    says_more = says_more or (frame.topic is Topic.ALERTS and frame.alerts_ask != "alerts")
    return bool(_POINTS_OF_ONE.search(reading.text)) and reading.has(Cue.ANAPHORA) and not says_more


def with_points(said: str, parsed: Parsed, told: Frame | None) -> Parsed:
    """ "Asha's payment to Meera on 19 November got flagged. How many points did it get?": its points, and no count.
    `said` are the words that may ask so, `told` the frame of the clause before."""
    own = parsed.frame if parsed.frame.is_of_alerted else None
    one = own or (told if says_nothing(parsed) else None)
    if one is None or not (_is_of_somebody(one) and one.periods and _POINTS_IT_GOT.search(said)):
        return parsed
    conditions = tuple(f for f in one.conditions if f.field != "alert")
    frame = Frame(topic=Topic.EXPLAIN, alerts_ask="points", objects=one.objects, periods=one.periods)
    frame = frame.with_changes(conditions=conditions)
    return replace(parsed, frame=frame, alone=frame, is_follow_up=False, says_flagged=True)


def _is_of_somebody(frame: Frame) -> bool:
    """Whether it names whom was paid, or who paid."""
    return bool(frame.objects) or any(f.field == "account" for f in frame.conditions)


def in_told_time(reading: Reading, parsed: Parsed, stories: Iterable[Reading]) -> Parsed:
    """ "July looked busy. What were the flagged payments of that month worth?": alerts of the one time that is told."""
    told = [mention.value.period for story in stories for mention in story.of("period")]
    points = parsed.frame.topic is Topic.ALERTS and reading.has(Cue.THAT_TIME)
    if not points or parsed.frame.periods or len(told) != 1:
        return parsed
    frame, alone = (each.with_changes(periods=(QueryPeriod.of(told[0]),)) for each in (parsed.frame, parsed.alone))
    return replace(parsed, frame=frame, alone=alone)


def _of_holders(frame: Frame, last: Frame, scope: Scope) -> Frame:
    """ "And Gurpreet Iyer?", behind a question about another customer's alerts."""
    replaces = any(f.field == "account" for f in last.conditions) and len(frame.objects) == 1
    return of_named_holders(frame, scope) if replaces else frame


def of_named_holders(frame: Frame, scope: Scope) -> Frame:
    """Alerts of customers and not of payees, where all who are named are customers."""
    names = frame.values_of("counterparty")
    ids = tuple(str(one.account_id) for one in scope.accounts if one.holder in names)
    only_names = all(f.field == "counterparty" for f in frame.objects)
    if not ids or not only_names or names - {one.holder for one in scope.accounts}:
        return frame
    account = Filter(field="account", operator=Operator.IN, values=ids)
    return frame.with_changes(objects=(), conditions=(*frame.conditions, account))


def _of_customers(reading: Reading, frame: Frame, last: Frame) -> Frame:
    """ "Who has the most?" of alerts: the customer."""
    names_payees = any(noun.value[1] is Dimension.COUNTERPARTY for noun in Clause(reading).find(Cue.NOUN))
    if frame.group_by != (Dimension.COUNTERPARTY,) or names_payees:
        return frame
    by = next((dimension for dimension in last.group_by if dimension in _HOLDERS), Dimension.CUSTOMER)
    return frame.with_changes(group_by=(by,))


def edited_alerts(last: Frame, parsed: Parsed) -> Frame:
    """Other alerts, or something else of the same ones; what only payments are asked becomes a question about the
    payments that raised them."""
    new = parsed.frame
    accounts = tuple(f for f in new.conditions if f.field == "account")
    if not _asks_of_payments(new):
        return _told_anew(last, new).with_changes(
            periods=new.periods or last.periods, alert_status=new.alert_status or last.alert_status,
            conditions=accounts or last.conditions, limit=None, alerts_ask=_asked(last, parsed),
        )  # fmt: skip
    if last.alerts_ask not in _COUNTED:
        asked = {"ask": new.ask, "measure": new.measure, "limit": new.limit, "group_by": new.group_by}
        return last.with_changes(**asked, objects=new.objects, conditions=new.conditions)
    return as_payments(_told_anew(last, new))


def _told_anew(last: Frame, new: Frame) -> Frame:
    """The alerts of the last question, with another reason or other points where these are said."""
    points = new if _has_points(new) else last
    ends = {"points_min": points.points_min, "points_max": points.points_max}
    return last.with_changes(reason=new.reason or last.reason, **ends)


def _asks_of_payments(new: Frame) -> bool:
    others = [f for f in new.conditions if f.field != "account"]
    asks_more = new.ask not in _PLAINLY or new.measure not in (None, Measure.COUNT, *_SUMS)
    asks_more = asks_more or new.latest in ("largest", "smallest") or (new.latest is not None and new.limit == 1)
    return asks_more or any((new.objects, new.without, new.group_by, new.against, new.threshold, others))


def as_payments(last: Frame) -> Frame:
    """The same alerts as payments that raised one."""
    values = (last.alert_status,) if last.alert_status else ALERT_STATES[:-1]
    raised = Filter(field="alert", operator=Operator.IN, values=values)
    measure = Measure.VOLUME if last.alerts_ask == "value" else Measure.COUNT
    return Frame(
        ask=Operation.VALUE, measure=measure, flow=Flow.ANY, periods=last.periods,
        is_default_period=last.is_default_period, conditions=(*last.conditions, raised), reason=last.reason,
        points_min=last.points_min, points_max=last.points_max,
    )  # fmt: skip


def counting_alerts(memory: Memory) -> Memory:
    """What is remembered, with two questions in a row that count alerts as such of payments: these can be held against
    each other."""
    frames = (memory.frame, *memory.earlier[:1])
    if not all(f and f.topic is Topic.ALERTS and f.alerts_ask in _COUNTED for f in frames):
        return memory
    last, *earlier = (as_payments(f) for f in frames if f)
    return replace(memory, frame=last, earlier=(*earlier, *memory.earlier[1:]))


def _has_points(frame: Frame) -> bool:
    return frame.points_min is not None or frame.points_max is not None


def _asked(last: Frame, parsed: Parsed) -> str:
    new = parsed.frame
    if parsed.asks_amount or parsed.asks_total or new.measure in _SUMS:
        return "value"
    if new.topic is Topic.ALERTS:
        return new.alerts_ask
    return "alerts" if new.measure is Measure.COUNT else last.alerts_ask
