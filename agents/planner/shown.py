"""Shown: what is to be shown, and the question about it behind, as one: "compare May with June; which was more?"."""

import re
from collections.abc import Sequence
from dataclasses import replace

from agents.plan import Operation
from agents.planner.alert_turns import edited_alerts
from agents.planner.alerts import asks_points
from agents.planner.clause import Clause
from agents.planner.frame import Frame, Topic
from agents.planner.lexicon import Cue
from agents.planner.parse import COMPARING, Parsed
from agents.planner.reading import Reading
from agents.planner.weighing import OF_SINGLES, Understood, says_nothing
from core.insights.query import Measure

ASKS_FIGURE = (Cue.HOW_MUCH, Cue.WHICH, Cue.WHO, Cue.WHERE, Cue.WHEN, Cue.DAYS_AGO, Cue.WHY, Cue.YES_NO)
_ASKS_OUTRIGHT = re.compile(r"(?:and |so |ok |then )*what(?:'s| did| do| does| have| has| was| is| were| are| will)?\b")
_SHOWN = frozenset({Operation.COMPARE, Operation.VERSUS, Operation.BREAKDOWN, Operation.LIST, Operation.RANK})
_SPREAD = frozenset({None, Operation.VALUE, Operation.BREAKDOWN, Operation.LIST})
_OF_SHOWN = frozenset(
    {
        None, Operation.VALUE, Operation.DIFFERENCE, Operation.GROWTH, Operation.RANK, Operation.WHEN_LAST,
        Operation.WHEN_FIRST,
    }
)  # fmt: skip
_OF_TWO_THINGS = frozenset({Operation.COMPARE, Operation.DIFFERENCE})


def with_shown(told: Sequence[Understood]) -> list[Understood]:
    """What is to be shown, and the question about it behind, as that question: "Compare May with June. How much more
    was it in June?"."""
    joined: list[Understood] = []
    for one in told:
        if joined and (both := _in_one(joined[-1], one)):
            joined[-1] = both
        elif joined and _is_about_shown(joined[-1], one):
            joined[-1] = _minding(joined[-1].reading, _about_shown(joined[-1].parsed, one))
        else:
            joined.append(one)
    return joined


def _minding(shown: Reading, one: Understood) -> Understood:
    """With what nobody knows of what is to be shown: "show my uber payments in July; total?"."""
    strange = tuple(filter(shown.names_something, shown.unknown))
    if not strange:
        return one
    reading = replace(one.reading, unknown=(*strange, *one.reading.unknown))
    return replace(one, reading=reading, parsed=replace(one.parsed, has_cue=True))


def _in_one(told: Understood, one: Understood) -> Understood | None:
    return _about_alerts(told, one) or _for_reason(told, one) or _of_score(told, one) or _of_charges(told, one)


def _about_alerts(shown: Understood, one: Understood) -> Understood | None:
    """Alerts that are only named, and the question about them: "alerts at odd hours, how many above 60 points"."""
    earlier, frame, clause = shown.parsed.frame, one.parsed.frame, Clause(shown.reading)
    counts_again = _counts_alerts(one)
    topic = None if counts_again else frame.topic
    names_more = any((frame.objects, frame.conditions, frame.without, frame.group_by, topic))
    names_more = names_more or bool(frame.periods and (earlier.periods or frame.against or len(frame.periods) > 1))
    asking = [cue for cue in ASKS_FIGURE if not (counts_again and cue is Cue.YES_NO)]
    asks_first = clause.has(*asking) or clause.says(Measure.COUNT) or shown.parsed.asks_amount
    if not earlier.is_of_alerts or names_more or asks_first or frame.ask not in (None, Operation.VALUE):
        return None
    counts = Clause(one.reading).says(Measure.COUNT)
    if not (counts or one.parsed.asks_amount) or one.parsed.unplaced or one.reading.unknown:
        return None
    if earlier.topic is Topic.ALERTS:
        asked = edited_alerts(earlier, one.parsed).with_changes(ask=None)
    elif frame.tells_alerts or earlier.measure not in (None, Measure.COUNT):
        return None
    elif earlier.ask is Operation.COUNT_GROUPS and counts:
        asked = earlier
    elif earlier.ask in (None, Operation.VALUE, Operation.LIST) and earlier.limit is None:
        asked = earlier.with_changes(ask=Operation.VALUE, measure=Measure.COUNT if counts else Measure.VOLUME)
    else:
        return None
    asked = asked.with_changes(periods=earlier.periods or frame.periods)
    return replace(shown, parsed=replace(shown.parsed, frame=asked, alone=asked))


def _counts_alerts(one: Understood) -> bool:
    """ "Are there any alerts on Asha? How many alerts?": of those, for nothing else is said of them."""
    frame = one.parsed.frame
    tells_more = frame.tells_alerts or frame.alert_status or one.parsed.asks_altogether or one.parsed.asks_all
    return frame.topic is Topic.ALERTS and Clause(one.reading).says(Measure.COUNT) and not tells_more


def _for_reason(told: Understood, one: Understood) -> Understood | None:
    """Why alerts were raised, told by itself, and the question about these: "payments in bursts: how many alerts"."""
    reason, frame, clause = told.parsed.frame.reason, one.parsed.frame, Clause(told.reading)
    asks_itself = clause.has(*ASKS_FIGURE, Cue.ALERTS) or clause.says(Measure.COUNT) or told.parsed.frame.periods
    if reason is None or asks_itself or frame.topic is not Topic.ALERTS or frame.tells_alerts:
        return None
    asked = frame.with_changes(reason=reason)
    return replace(one, parsed=replace(one.parsed, frame=asked, alone=asked, is_follow_up=False))


def _of_score(shown: Understood, one: Understood) -> Understood | None:
    """A payment that is only named, and what it scored: "the 10,021 to Meera Dutta: how many points?"."""
    clause, frame = Clause(shown.reading), one.parsed.frame
    names_payment = clause.has(Cue.PAYMENTS) and shown.reading.of("amount") and not clause.has(*ASKS_FIGURE)
    names_more = any((frame.objects, frame.conditions, frame.without, frame.group_by, frame.periods))
    if not names_payment or clause.says(Measure.COUNT) or names_more or not asks_points(Clause(one.reading)):
        return None
    asks = {"topic": Topic.EXPLAIN, "ask": None, "measure": None, "limit": None, "alerts_ask": "points"}
    asked = shown.parsed.frame.with_changes(**asks)
    return replace(shown, parsed=replace(shown.parsed, frame=asked, alone=asked, is_follow_up=False, unplaced=()))


_ASKS_DAY = re.compile(r"(?:and )?(?:when|(?:on |at )?(?:which|what) (?:day|date)s?)\b")


def _of_charges(told: Understood, one: Understood) -> Understood | None:
    """ "Was I charged twice by X? How much each time?": of what was charged twice, and of no other payment."""
    frame = told.parsed.frame
    if frame.topic is not Topic.DUPLICATES or not says_nothing(one.parsed) or one.reading.unknown:
        return None
    asks_day, asks_amount = _ASKS_DAY.match(one.reading.text), Clause(one.reading).has(Cue.HOW_MUCH)
    if not (asks_day or asks_amount):
        return None
    asked = frame.with_changes(asks_amount=not asks_day, ask=Operation.WHEN_LAST if asks_day else None)
    return replace(told, parsed=replace(told.parsed, frame=asked, alone=asked))


def _is_about_shown(shown: Understood, one: Understood) -> bool:
    earlier, frame = shown.parsed.frame, one.parsed.frame
    objects = frame.objects if frame.objects != earlier.objects else ()
    names_its_own = bool(objects or frame.conditions or frame.without or frame.topic)
    if earlier.ask is Operation.VERSUS and frame.ask is Operation.DIFFERENCE and _is_of_both(earlier, frame):
        names_its_own = False  # "card versus UPI, how much more went on UPI"
    if shown.reading.position > 1 and one.parsed.is_follow_up:
        return False  # "and second one, how much was that?", of what was shown before
    measures = (None, Measure.SPEND, Measure.INCOME, Measure.NEW_COUNTERPARTIES)
    names_payments = earlier.ask in (None, Operation.VALUE) and earlier.measure in measures
    if earlier.measure is Measure.NEW_COUNTERPARTIES and Clause(shown.reading).says(Measure.COUNT):
        return False
    if (
        not (earlier.ask in _SHOWN or names_payments)
        or earlier.topic is not None
        or names_its_own
        or frame.ask not in (_OF_SHOWN if earlier.ask is not Operation.VERSUS else _OF_SHOWN | _OF_TWO_THINGS)
    ):
        return False
    if _ASKS_OUTRIGHT.match(shown.reading.text):
        return False
    asks_sum = one.parsed.asks_amount or frame.asks_amount
    counts = Clause(one.reading).says(Measure.COUNT)
    asks_one = counts or (frame.measure in OF_SINGLES and earlier.ask in _SPREAD)
    asks = frame.ask not in (None, Operation.VALUE) or asks_sum or asks_one
    if earlier.measure is Measure.NEW_COUNTERPARTIES:
        asks = asks or Clause(one.reading).has(Cue.HOW_MUCH)  # "new payees last month, how much went to them"
    same = all(period in earlier.periods for period in frame.periods)
    clause = Clause(shown.reading)
    asks_itself = clause.has(*ASKS_FIGURE) or (clause.has(Cue.TOTAL) and not clause.measures)
    return asks and same and not asks_itself


def _is_of_both(shown: Frame, asked: Frame) -> bool:
    """Whether all that is named is one of the things that were held against each other."""
    held, named = (*shown.objects, *shown.conditions), (*asked.objects, *asked.conditions)
    is_held = all(any(f.field == one.field and set(one.values) < set(f.values) for f in held) for one in named)
    return is_held and not (asked.without or asked.topic)


def _about_shown(shown_parsed: Parsed, one: Understood) -> Understood:
    shown, frame = shown_parsed.frame, one.parsed.frame
    asks_sum = frame.ask in (None, Operation.VALUE) and not Clause(one.reading).says(Measure.COUNT)
    if shown.measure is Measure.NEW_COUNTERPARTIES:
        new = {"ask": Operation.TO_NEW, "measure": Measure.SPEND} if asks_sum else {}
        to_new = shown.with_changes(**new)
        return replace(one, parsed=replace(shown_parsed, frame=to_new, alone=to_new))
    if shown.ask in (Operation.RANK, Operation.LIST) and shown.limit and asks_sum:
        if _OF_EACH.search(one.reading.text):  # "... and how much each?" is told beside the names
            return replace(one, parsed=shown_parsed)
        amount = shown.with_changes(asks_amount=True)
        return replace(one, parsed=replace(shown_parsed, frame=amount, alone=amount))
    if groups := _first_of_groups(shown_parsed, one.parsed):
        return replace(one, parsed=groups)
    others = tuple(period for period in shown.periods if period not in frame.periods)
    periods = (*frame.periods, *others) if frame.ask in COMPARING else frame.periods or shown.periods
    lent: dict[str, object] = {
        "objects": shown.objects, "conditions": shown.conditions, "without": shown.without, "periods": periods,
        "against": shown.against, "flow": frame.flow or shown.flow,
    }  # fmt: skip
    if shown.ask is Operation.VERSUS and frame.ask in _OF_TWO_THINGS:
        held = {"objects": shown.objects, "conditions": shown.conditions, "sign": "size"}
        lent |= held | {"ask": Operation.VERSUS, "asks_difference": frame.ask is Operation.DIFFERENCE}
    if shown.is_of_alerted:
        lent |= {"measure": frame.measure or shown.measure}
    elif frame.ask in (None, Operation.VALUE) and frame.measure is None:
        lent |= {"ask": Operation.VALUE, "measure": shown.plain}
    frame = frame.with_changes(**lent, **_day_of_one(shown, frame))
    leans = shown_parsed.is_follow_up and not frame.objects
    return replace(one, parsed=replace(one.parsed, frame=frame, alone=frame, is_follow_up=leans, unplaced=()))


def _day_of_one(shown: Frame, asked: Frame) -> dict[str, object]:
    """ "My first payment to Gita: when?": the day of that one, and not of the latest."""
    is_one = shown.ask is Operation.LIST and shown.limit == 1 and shown.latest in ("earliest", "largest", "smallest")
    if not is_one or asked.ask is not Operation.WHEN_LAST or asked.latest:
        return {}
    if shown.latest == "earliest":
        return {"ask": Operation.WHEN_FIRST}
    return {"latest": shown.latest, "limit": 1}


_OF_EACH = re.compile(r"\b(?:each|respectively|apiece|per head)\b")


def _first_of_groups(shown_parsed: Parsed, asked: Parsed) -> Parsed | None:
    """ "Rank the categories of June. Which one comes second?": of the groups shown, and of no single payments."""
    shown, frame = shown_parsed.frame, asked.frame
    if frame.measure not in (Measure.LARGEST, Measure.SMALLEST) or frame.group_by or not shown.group_by:
        return None
    descending = frame.measure is Measure.LARGEST
    ranked = shown.with_changes(
        ask=Operation.RANK, group_by=shown.group_by[:1], limit=1, descending=descending, position=frame.position,
        asks_amount=not asked.asks_which,
    )  # fmt: skip
    return replace(shown_parsed, frame=ranked, alone=ranked)
