"""From an intent and the slots of a clause to a Frame; and back, which intents a frame can be the reading of.

The rules of `asking` read how a question is put; an intent is what it means. Where both are there they must agree.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from agents.intents.intent import Intent
from agents.plan import AlertsAsk, Operation, Threshold
from agents.planner import alerts, slots, stretches
from agents.planner.amounts import Bounds
from agents.planner.asking import (
    MOST_PAYMENTS,
    asks_amount_first,
    compares_things,
    grown,
    of_part,
    of_payments,
    paid_so_often,
    spent_of_earned,
    spent_of_income,
    usual_itself,
    versus,
    whole_of,
)
from agents.planner.clause import Clause
from agents.planner.frame import Frame, Topic
from agents.planner.lexicon import Cue
from core.fraud.reasons import ReasonCode
from core.insights.query import Dimension, Filter, Flow, Measure, Operator, QueryPeriod
from core.periods import Unit

TIMES = (
    Dimension.DAY, Dimension.WEEK, Dimension.MONTH, Dimension.QUARTER, Dimension.YEAR, Dimension.WEEKDAY,
    Dimension.HOUR,
)  # fmt: skip
_MEASURES = {
    Intent.COUNT: Measure.COUNT, Intent.AVERAGE: Measure.AVERAGE, Intent.MEDIAN: Measure.MEDIAN,
    Intent.LARGEST: Measure.LARGEST, Intent.SMALLEST: Measure.SMALLEST,
}  # fmt: skip
_WHEN = {
    Intent.WHEN_LAST: Operation.WHEN_LAST, Intent.WHEN_FIRST: Operation.WHEN_FIRST,
    Intent.DAYS_SINCE: Operation.WHEN_LAST,
}  # fmt: skip
_COMPARING = {
    Intent.DIFFERENCE: Operation.DIFFERENCE, Intent.GROWTH: Operation.GROWTH, Intent.COMPARE: Operation.COMPARE,
}  # fmt: skip
_TOPICS = {
    Intent.BALANCE: Topic.BALANCE, Intent.RECURRING: Topic.RECURRING, Intent.NEXT_DUE: Topic.RECURRING,
    Intent.REFUNDS: Topic.REFUNDS, Intent.FORECAST_BALANCE: Topic.FORECAST, Intent.AFFORD: Topic.FORECAST,
    Intent.BUDGET: Topic.BUDGETS, Intent.UNUSUAL: Topic.UNUSUAL, Intent.DUPLICATES: Topic.DUPLICATES,
    Intent.EXPLAIN: Topic.EXPLAIN, Intent.COVERAGE: Topic.COVERAGE, Intent.ALERTS: Topic.ALERTS,
    Intent.ALERTS_VALUE: Topic.ALERTS, Intent.RISKIEST: Topic.ALERTS, Intent.PASS_THROUGH: Topic.SIGNALS,
    Intent.JUST_UNDER: Topic.SIGNALS, Intent.CIRCLES: Topic.CIRCLES, Intent.MEMORY: Topic.RECALL,
}  # fmt: skip
_REASONS: dict[Intent, ReasonCode] = {Intent.PASS_THROUGH: "PASS_THRU", Intent.JUST_UNDER: "STRUCT"}
_OF_FLAGS = frozenset(
    {
        Intent.ALERTS, Intent.ALERTS_VALUE, Intent.RISKIEST, Intent.EXPLAIN, Intent.PASS_THROUGH, Intent.JUST_UNDER,
        Intent.CIRCLES, Intent.UNUSUAL,
    }
)  # fmt: skip
_SINGLE = {Intent.LARGEST: "largest", Intent.SMALLEST: "smallest"}
_FOR_A_NAME = re.compile(r"(?:and )?(?:to |from )?(?:who|whom|which (?:shop|merchant|person|payee|place|store))\b")
_NEXT_MONTH = re.compile(r"\b(?:next|coming|following|upcoming) month\b")
_FARTHER = re.compile(
    r"\b(?:next|coming|following|upcoming) (?:few |couple of |\w+ )?(?:days?|weeks?|quarters?|years?|months|fy)\b"
    r"|\b(?:this|the) (?:week|quarter|year|fy|financial year)\b|\btomorrow\b"
)
_HELD_AGAINST = re.compile(
    r"\b(?:cross\w*|exceed\w*|whether|if|stay\w*|within|touch\w*|hit|reach\w*|break|broke|breach\w*|past|budget\w*|left|limit)\b"
)
_RATE = re.compile(r"\b(?:rates?|ratio|out of (?:every|all)|how often)\b")
_OUTGOING = re.compile(r"\b(?:outgoing|outward|outflows?|paid out|debited)\b")
_OFTEN = ("often", "frequent", "times", "visit", "payments", "transactions", "orders", "rides", "trips")


@dataclass(frozen=True, slots=True)
class _Slots:
    """What a clause names, whatever it wants of it."""

    clause: Clause
    base: Frame
    flow: Flow

    @property
    def says_which_way(self) -> bool:
        """Whether the clause itself says that money went out, or came in."""
        return self.clause.says(Measure.SPEND, Measure.INCOME) or slots.flow_of(self.base, self.clause) is not None

    @property
    def plain(self) -> Measure:
        return Measure.INCOME if self.flow is Flow.IN else Measure.SPEND

    def asking(self, operation: Operation, measure: Measure | None = None, **changes: object) -> Frame:
        return self.base.with_changes(ask=operation, measure=measure, flow=self.flow, **changes)


def intended(intent: Intent, clause: Clause) -> Frame | None:
    """The frame of a clause that wants `intent`; None where the clause lacks what this takes, or says what it has no
    room for: flagged payments are not all payments."""
    is_of_flags = intent in _OF_FLAGS
    if clause.has(Cue.FLAGGED, Cue.ALERTS) and not is_of_flags and not alerts.narrows_alerts(clause):
        return None
    if clause.has(Cue.RECURRING, Cue.REFUNDS) and intent not in _TOPICS:
        return None
    topic, build = _TOPICS.get(intent), _BUILDERS.get(intent)
    frame = _of_topic(intent, topic, clause) if topic else build(intent, _slots(clause)) if build else None
    return (
        slots.of_own(alerts.of_alerted(frame.with_changes(position=clause.reading.position), clause)) if frame else None
    )


def named(clause: Clause) -> Frame:
    """The slots of a clause alone: what an edit of the last question puts in the place of the old."""
    base = _slots(clause).base
    return base.with_changes(periods=(), against=slots.against(clause)) if slots.names_only_prior(clause) else base


def _slots(clause: Clause) -> _Slots:
    """With the period of "the previous month" where it stands beside no other that it could move."""
    objects, without = slots.objects(clause)
    base = Frame(
        objects=objects,
        without=without,
        periods=slots.periods(clause),
        against=slots.against(clause),
        conditions=slots.conditions(clause),
        are_apart=slots.are_apart(objects, clause),
    ).with_changes(**alerts.scores(clause))
    base = base.with_changes(conditions=(*base.conditions, *slots.limits(clause)))
    if slots.names_only_prior(clause):
        base = base.with_changes(periods=(QueryPeriod.of(stretches.spoken(clause)[0].period),), against=None)
    return _Slots(clause, base, slots.flow_of(base, clause) or Flow.OUT)


_ALERTS_ASKED: dict[Intent, AlertsAsk] = {Intent.ALERTS_VALUE: "value", Intent.RISKIEST: "riskiest"}


def _of_topic(intent: Intent, topic: Topic, clause: Clause) -> Frame | None:
    found = _slots(clause)
    counts = clause.says(Measure.COUNT) or "how many" in clause.reading.text
    if topic is Topic.RECURRING and clause.says(Measure.AVERAGE, Measure.MEDIAN, Measure.LARGEST, Measure.SMALLEST):
        return None
    if intent is Intent.RECURRING and _asks_a_sum(found):
        return None
    if intent is Intent.NEXT_DUE and clause.reading.text in ("when", "on what date", "which date", "what date"):
        return None  # "... and when?", of what was just asked
    if topic is Topic.BALANCE and clause.says(*_EXTREME) and not clause.has(Cue.WHICH, Cue.ACCOUNTS):
        return None  # the lowest that was held is no balance of a day
    changes: dict[str, object] = {"topic": topic, "reason": _REASONS.get(intent)}
    if topic is Topic.SIGNALS and found.base.reason not in (None, _REASONS[intent]):
        return None
    if topic in (Topic.BALANCE, Topic.FORECAST, Topic.COVERAGE):
        changes |= {"objects": (), "without": ()}
    if topic is Topic.REFUNDS:
        changes["latest"] = slots.refund_asked(clause)
        changes["unit"] = Unit.DAY if clause.has(Cue.DAYS_AGO) else None
    if topic in (Topic.REFUNDS, Topic.RECURRING, Topic.BALANCE):
        changes |= {"measure": Measure.COUNT if counts else None, "is_next": intent is Intent.NEXT_DUE}
        changes["flow"] = found.flow
    if topic is Topic.RECURRING:
        changes["conditions"] = tuple(f for f in found.base.conditions if f.values != ("standing_order",))
    if topic is Topic.BALANCE:
        changes["opens"] = clause.has(Cue.OPENING)
    if topic is Topic.ALERTS:
        asked = alerts.alerts_asked(clause, _ALERTS_ASKED.get(intent))
        if asked is None or len(found.base.periods) > 1 or found.base.objects:
            return None
        on_accounts = tuple(f for f in found.base.conditions if f.field == "account")
        if len(on_accounts) < len(found.base.conditions):
            return None
        changes |= {**asked, "alert_status": alerts.alert_status(clause), "conditions": on_accounts}
    if topic is Topic.EXPLAIN and alerts.asks_points(clause):
        changes["alerts_ask"] = "points"
    if topic is Topic.FORECAST:
        amounts: list[Bounds] = [mention.value for mention in clause.reading.of("amount")]
        changes["spend_minor"] = amounts[0].said_minor if amounts and intent is Intent.AFFORD else None
        changes["conditions"] = tuple(f for f in found.base.conditions if f.field == "account")
    if topic is Topic.RECALL:
        changes["text"] = clause.reading.text
    return found.base.with_changes(**changes)


_EXTREME = (Measure.LARGEST, Measure.SMALLEST, Measure.AVERAGE, Measure.MEDIAN)


def _asks_a_sum(found: _Slots) -> bool:
    """ "How much am I paying for rent monthly?" is a sum of rents, and no list of what comes back."""
    clause, slugs = found.clause, found.base.values_of("category")
    asks = clause.has(Cue.HOW_MUCH) and clause.says(Measure.SPEND) and not clause.has(Cue.RECURRING)
    return asks and bool(slugs) and "subscriptions" not in slugs


_ONE_SUM = re.compile(
    r"\b(?:biggest|largest|highest|smallest|lowest) (?:single |one )?"
    r"(?:sum|amount|payment|transaction|transfer|debit)\b"
)
_EACH = re.compile(r"\b(?:each|every)\b")


def _value(intent: Intent, found: _Slots) -> Frame | None:
    which = _SINGLE.get(intent)
    if which and _FOR_A_NAME.match(found.clause.reading.text):
        return found.asking(Operation.WHO, latest=which)
    if intent is Intent.TOTAL and _ONE_SUM.search(found.clause.reading.text):
        return None  # "the biggest sum that went out" is one payment
    if intent in (Intent.TOTAL, Intent.COUNT) and any(_EACH.search(text) for text in found.clause.texts(Cue.EACH)):
        return None  # "how much in each month" are several sums
    if intent is Intent.TOTAL and (of_earned := spent_of_earned(found.base, found.clause)):
        return of_earned
    if intent is Intent.TOTAL and found.clause.says(Measure.SPEND) and found.clause.says(Measure.INCOME):
        return None  # which of the two is meant cannot be told
    if intent is Intent.TOTAL and found.clause.says(Measure.NET) and found.base.objects:
        return None  # nobody saves on groceries but by what they did not pay
    if intent is Intent.TOTAL and not found.says_which_way:
        return found.base.with_changes(ask=Operation.VALUE)
    return found.asking(Operation.VALUE, _MEASURES.get(intent, found.plain))


_NEW = re.compile(
    r"\b(?:new|newly|first|never|fresh|unfamiliar|unknown|strangers?|not|hadn't|haven't|didn't|debut|unpaid)\b"
)
"""Without one of these nobody is new: "sent to people" is all of them."""


def _to_new(_: Intent, found: _Slots) -> Frame | None:
    if not _NEW.search(found.clause.reading.text):
        return None
    return _since_then(found.asking(Operation.TO_NEW, found.plain), found.clause)


def _count_days(_: Intent, found: _Slots) -> Frame | None:
    """ "How many days did I not spend?", "in how many months was it under 10,000?"."""
    clause = found.clause
    if weighed := slots.balanced(found.base, clause):
        return weighed
    among = (Dimension.DAY, Dimension.WEEK, Dimension.MONTH, Dimension.QUARTER)
    dimension = _named_dimension(clause, among) or slots.counted_time(clause)
    amounts: list[Bounds] = [mention.value for mention in clause.reading.of("amount")]
    if dimension is None or len(amounts) > 1:
        return None
    kept = slots.without_sums(found.base.conditions)
    said = (
        Threshold(low_minor=amounts[0].low_minor, high_minor=amounts[0].high_minor, said_minor=0) if amounts else None
    )
    frame = found.asking(Operation.COUNT_GROUPS, found.plain, group_by=(dimension,), conditions=kept, threshold=said)
    frame = slots.without_any(frame, clause)
    return frame.with_changes(measure=found.plain if said else Measure.COUNT, counts_none=slots.says_none(clause))


def _projected(_: Intent, found: _Slots) -> Frame:
    """What the running month will come to, or the next one."""
    text = found.clause.reading.text
    return found.asking(Operation.PROJECTED, Measure.SPEND, is_next=bool(_NEXT_MONTH.search(text)))


def is_within_months(text: str) -> bool:
    """Whether a projection is asked for this month or the next: no farther is looked ahead."""
    return not _FARTHER.search(text)


_WHO_IS_NEW = re.compile(r"\b(?:who|whom|which|names?|list|show)\b")


def _new_payees(_: Intent, found: _Slots) -> Frame | None:
    if not _NEW.search(found.clause.reading.text):
        return None
    if found.clause.has(Cue.HOW_MUCH):
        return _to_new(Intent.TOTAL_TO_NEW, found)
    if _WHO_IS_NEW.search(found.clause.reading.text) and not found.clause.says(Measure.COUNT):
        return _since_then(found.asking(Operation.MET, found.plain), found.clause)
    return _since_then(found.asking(Operation.VALUE, Measure.NEW_COUNTERPARTIES), found.clause)


def _since_then(frame: Frame, clause: Clause) -> Frame:
    """ "Whom I never paid before September": what is new says that already."""
    if len(frame.periods) < 2 or not re.search(r"\b(?:before|prior|earlier)\b", clause.reading.text):
        return frame
    return frame.with_changes(periods=(max(frame.periods, key=lambda period: period.end),))


def _net(intent: Intent, found: _Slots) -> Frame | None:
    if found.base.objects:
        return None
    operation = Operation.SAVINGS_RATE if intent is Intent.SAVINGS_RATE else Operation.VALUE
    return found.base.with_changes(ask=operation, measure=Measure.NET, flow=Flow.ANY)


def _pace(_: Intent, found: _Slots) -> Frame:
    said = found.clause.take(Cue.PACE, Cue.EACH)
    unit = next(iter(said), Unit.MONTH)
    if found.clause.says(Measure.NET) and not found.base.objects:
        return found.base.with_changes(ask=Operation.PACE, measure=Measure.NET, flow=Flow.ANY, unit=unit)
    measure = Measure.COUNT if found.clause.says(Measure.COUNT) else found.plain
    return found.asking(Operation.PACE, measure, unit=unit)


def _list(_: Intent, found: _Slots) -> Frame:
    if found.clause.has(Cue.TOTAL, Cue.HOW_MUCH):
        return found.asking(Operation.VALUE, found.plain)
    said = [abs(n) for n in found.clause.take(Cue.TOP, Cue.LATEST, Cue.FIRST) if isinstance(n, int)]
    return found.asking(Operation.LIST, limit=max((n for n in said if n > 1), default=None))


def _latest(_: Intent, found: _Slots) -> Frame:
    said = [abs(n) for n in found.clause.take(Cue.LATEST) if isinstance(n, int)]
    is_first = found.clause.has(Cue.FIRST) and not said
    return found.asking(Operation.LIST, limit=max(said, default=1), latest="earliest" if is_first else "latest")


def _when(intent: Intent, found: _Slots) -> Frame | None:
    if found.clause.has(Cue.DIFFERENCE):
        return None  # "when did my rent go up" asks for a change, and no payment's day
    return found.asking(_WHEN[intent], unit=Unit.DAY if intent is Intent.DAYS_SINCE else None)


def _top(intent: Intent, found: _Slots) -> Frame | None:
    clause = found.clause
    if clause.has(Cue.EACH) and intent is not Intent.TOP_TIME:
        return None  # "the top category of each month" are several
    dimension = {Intent.TOP_CATEGORY: Dimension.CATEGORY, Intent.TOP_PAYEE: Dimension.COUNTERPARTY}.get(intent)
    if dimension is None:
        dimension = _named_dimension(clause, TIMES)
        if dimension is None:
            return None
    numbers = [n for n in clause.take(Cue.TOP) if isinstance(n, int)]
    limit = max((abs(n) for n in numbers), default=1)
    is_least = clause.has(Cue.LEAST, Cue.LESS) or clause.says(Measure.SMALLEST) or any(n < 0 for n in numbers)
    often = dimension is Dimension.COUNTERPARTY and any(word in clause.reading.text for word in _OFTEN)
    counts = clause.says(Measure.COUNT) or often or MOST_PAYMENTS.search(clause.reading.text)
    measure = Measure.COUNT if counts else found.plain
    asks_amount = intent is Intent.TOP_TIME and asks_amount_first(clause)
    return found.asking(
        Operation.RANK, measure, group_by=(dimension,), limit=limit, descending=not is_least, asks_amount=asks_amount
    )


def _named_dimension(clause: Clause, among: tuple[Dimension, ...]) -> Dimension | None:
    said = [m.value[1] for m in clause.find(Cue.NOUN, Cue.GROUP)]
    units = [_of_unit(unit) for unit in (m.value[1] for m in clause.find(Cue.PACE, Cue.EACH))]
    return next((dimension for dimension in (*said, *units) if dimension in among), None)


def _of_unit(unit: Unit) -> Dimension:
    return Dimension.FISCAL_YEAR if unit is Unit.FISCAL_YEAR else Dimension(unit.value)


def _breakdown(_: Intent, found: _Slots) -> Frame:
    clause = found.clause
    said = [m.value[1] for m in clause.find(Cue.GROUP, Cue.NOUN)]
    said += [_of_unit(m.value[1]) for m in clause.find(Cue.EACH)]
    groups = tuple(dict.fromkeys(said))[:2] or ((Dimension.MONTH,) if clause.has(Cue.TREND) else (Dimension.CATEGORY,))
    measure = Measure.COUNT if clause.says(Measure.COUNT) else found.plain
    return found.asking(Operation.BREAKDOWN, measure, group_by=groups)


def _count_payees(_: Intent, found: _Slots) -> Frame:
    frame = found.asking(Operation.COUNT_GROUPS, found.plain, group_by=(Dimension.COUNTERPARTY,))
    return paid_so_often(frame, found.clause)


def _compared(intent: Intent, found: _Slots) -> Frame | None:
    if found.clause.says(Measure.LARGEST) and found.clause.says(Measure.SMALLEST):
        return None
    frame = found.asking(_COMPARING[intent], found.plain)
    measured = [m for m in found.clause.measures if m in (Measure.COUNT, Measure.AVERAGE)]
    frame = frame.with_changes(measure=measured[0]) if measured else frame
    if frame.without and len(frame.periods) < 2 and frame.against is None:
        return frame.with_changes(ask=Operation.VALUE)  # "the total minus rent" leaves out
    frame = slots.directed(frame, found.clause) if intent is Intent.DIFFERENCE else frame
    frame = grown(frame, found.clause) if intent is Intent.GROWTH else frame
    if len(frame.periods) < 2 and frame.against is None and compares_things(frame):
        differs = intent is Intent.DIFFERENCE and not found.clause.has(Cue.WHERE, Cue.WHICH, Cue.WHO)
        return versus(frame, found.clause, differs=differs)
    return frame


def _share(intent: Intent, found: _Slots) -> Frame:
    counts = found.clause.says(Measure.COUNT) or of_payments(found.clause)
    measure = Measure.COUNT if counts else found.plain
    if found.clause.says(Measure.NET) and found.clause.says(Measure.INCOME) and not found.base.objects:
        return found.base.with_changes(ask=Operation.SAVINGS_RATE, measure=Measure.NET, flow=Flow.ANY)
    frame = found.asking(Operation.SHARE, measure, share_of="spending")
    if of_income := spent_of_income(frame, found.clause):
        return of_income
    if intent is Intent.SHARE:
        return of_part(frame, found.clause).with_changes(whole=whole_of(frame, found.clause))
    kept = tuple(f for f in (_spent_only(one) for one in frame.objects) if f is not None)
    whole = _earned(found.clause)
    return frame.with_changes(share_of="income", objects=kept, whole=whole, flow=Flow.OUT, measure=Measure.SPEND)


def _earned(clause: Clause) -> tuple[Filter, ...]:
    """The income that is named: of "how much of my salary goes to rent" the salary, and no interest."""
    slugs = dict.fromkeys(slug for mention in clause.reading.of("category") for slug in mention.value)
    named = tuple(slug for slug in slugs if slug in slots.INCOME_CATEGORIES)
    return (Filter(field="category", operator=Operator.IN, values=named),) if named else ()


def _spent_only(one: Filter) -> Filter | None:
    """The filter without the categories of income, which are the whole and not the part."""
    if one.field != "category":
        return one
    values = tuple(value for value in one.values if value not in slots.INCOME_CATEGORIES)
    return one.model_copy(update={"values": values}) if values else None


def _usual(_: Intent, found: _Slots) -> Frame:
    itself = usual_itself(found.base, found.clause)
    kept = slots.without_sums(found.base.conditions)
    asked = itself.with_changes(flow=found.flow) if itself else found.asking(Operation.USUAL, found.plain)
    return asked.with_changes(conditions=kept)


_HANDED = re.compile(r"(?:paid|pay|charged|debited|sent|send|got|received|gave|given|transferred)\b")
_TWICE = re.compile(r"\b(?:twice|thrice|(?:two|three|2|3) times|more than once|again)\b")


def _threshold(_: Intent, found: _Slots) -> Frame | None:
    text, said_amounts = found.clause.reading.text, found.clause.reading.of("amount")
    amounts: list[Bounds] = [mention.value for mention in said_amounts]
    if len(amounts) != 1 or not (found.clause.has(Cue.YES_NO) or _HELD_AGAINST.search(found.clause.reading.text)):
        return None
    one = amounts[0]
    is_one = _HANDED.match(text[said_amounts[0].start :]) or _TWICE.search(text)
    if one.is_exact and (found.clause.has(Cue.PAYMENTS) or is_one):
        return None  # "a payment of 50,000", "have I paid 649 twice", and not "have I spent 50,000"
    low, high = (one.said_minor + 1, None) if one.is_exact else (one.low_minor, one.high_minor)
    said = Threshold(low_minor=low, high_minor=high, said_minor=one.said_minor)
    kept = slots.without_sums(found.base.conditions)
    asked = slots.held_against(found.clause)
    return found.asking(Operation.THRESHOLD, found.plain, threshold=said, conditions=kept).with_changes(**asked)


def _failed_share(_: Intent, found: _Slots) -> Frame:
    if not (found.clause.has(Cue.SHARE) or _RATE.search(found.clause.reading.text)):
        asks_sum = found.clause.has(Cue.HOW_MUCH, Cue.TOTAL)
        return found.asking(Operation.VALUE, found.plain if asks_sum else Measure.COUNT)
    kept = tuple(f for f in found.base.conditions if f.field != "status")
    return found.asking(Operation.VALUE, Measure.FAILED_SHARE, conditions=kept)


def _volume(_: Intent, found: _Slots) -> Frame | None:
    if _OUTGOING.search(found.clause.reading.text):
        return _value(Intent.TOTAL, found)
    return found.base.with_changes(ask=Operation.VALUE, measure=Measure.VOLUME, flow=Flow.ANY)


def _top_customers(_: Intent, found: _Slots) -> Frame:
    numbers = [abs(n) for n in found.clause.take(Cue.TOP) if isinstance(n, int)]
    limit = max(numbers, default=1)
    return found.asking(Operation.RANK, found.plain, group_by=(Dimension.ACCOUNT,), limit=limit)


_BUILDERS: dict[Intent, Callable[[Intent, _Slots], Frame | None]] = {
    Intent.TOTAL: _value, Intent.COUNT: _value, Intent.AVERAGE: _value, Intent.MEDIAN: _value,
    Intent.LARGEST: _value, Intent.SMALLEST: _value, Intent.TOTAL_TO_NEW: _to_new, Intent.NEW_PAYEES: _new_payees,
    Intent.NET: _net, Intent.SAVINGS_RATE: _net, Intent.PACE: _pace, Intent.LIST: _list, Intent.LATEST: _latest,
    Intent.WHEN_LAST: _when, Intent.WHEN_FIRST: _when, Intent.DAYS_SINCE: _when, Intent.TOP_CATEGORY: _top,
    Intent.TOP_PAYEE: _top, Intent.TOP_TIME: _top, Intent.BREAKDOWN: _breakdown, Intent.COUNT_PAYEES: _count_payees,
    Intent.DIFFERENCE: _compared, Intent.GROWTH: _compared, Intent.COMPARE: _compared, Intent.SHARE: _share,
    Intent.COUNT_DAYS: _count_days, Intent.SHARE_OF_INCOME: _share,
    Intent.USUAL: _usual, Intent.THRESHOLD: _threshold, Intent.VOLUME: _volume,
    Intent.TOP_CUSTOMERS: _top_customers, Intent.FAILED_SHARE: _failed_share, Intent.FORECAST_SPEND: _projected,
}  # fmt: skip


# The way back.

_OF_MEASURE = {measure: intent for intent, measure in _MEASURES.items()} | {
    Measure.SPEND: Intent.TOTAL, Measure.INCOME: Intent.TOTAL, Measure.NET: Intent.NET, Measure.VOLUME: Intent.VOLUME,
    Measure.NEW_COUNTERPARTIES: Intent.NEW_PAYEES, Measure.FAILED_SHARE: Intent.FAILED_SHARE,
    Measure.ALERT_PRECISION: Intent.ALERTS_VALUE,
}  # fmt: skip
_OF_TOPIC: dict[Topic, frozenset[Intent]] = {
    topic: frozenset(intent for intent, of in _TOPICS.items() if of is topic) for topic in Topic
}
_OF_OPERATION: dict[Operation, frozenset[Intent]] = {
    Operation.SUM: frozenset({Intent.TOTAL, Intent.SUM_OF_THOSE, Intent.COMPARE}),
    Operation.BREAKDOWN: frozenset({Intent.BREAKDOWN, Intent.WHY}),
    Operation.COUNT_GROUPS: frozenset({Intent.COUNT_PAYEES, Intent.COUNT, Intent.COUNT_DAYS, Intent.NET}),
    Operation.TO_NEW: frozenset({Intent.TOTAL_TO_NEW}),
    Operation.MET: frozenset({Intent.NEW_PAYEES, Intent.TOTAL_TO_NEW}),
    Operation.COMPARE: frozenset({Intent.COMPARE, Intent.DIFFERENCE, Intent.GROWTH, Intent.TOTAL}),
    Operation.DIFFERENCE: frozenset({Intent.DIFFERENCE, Intent.COMPARE}),
    Operation.GROWTH: frozenset({Intent.GROWTH}),
    Operation.MOVED: frozenset(
        {Intent.TOP_CATEGORY, Intent.TOP_PAYEE, Intent.DIFFERENCE, Intent.GROWTH, Intent.COMPARE}
    ),
    Operation.SINCE_LAST: frozenset(
        {Intent.DIFFERENCE, Intent.GROWTH, Intent.COMPARE, Intent.LATEST, Intent.USUAL, Intent.TOTAL}
    ),
    Operation.CHANGED: frozenset(
        {Intent.WHEN_LAST, Intent.WHEN_FIRST, Intent.DIFFERENCE, Intent.GROWTH, Intent.COMPARE, Intent.TOP_TIME}
    ),
    Operation.RISEN: frozenset({Intent.DIFFERENCE, Intent.GROWTH, Intent.COMPARE, Intent.TOTAL}),
    Operation.INTERVAL: frozenset(
        {Intent.AVERAGE, Intent.PACE, Intent.COUNT, Intent.DAYS_SINCE, Intent.COUNT_DAYS, Intent.DIFFERENCE}
    ),
    Operation.RANGE: frozenset({Intent.DIFFERENCE, Intent.COMPARE, Intent.LARGEST, Intent.SMALLEST, Intent.TOP_TIME}),
    Operation.DRIVEN: frozenset({Intent.WHY, Intent.BREAKDOWN, Intent.COMPARE, Intent.DIFFERENCE, Intent.USUAL}),
    Operation.VERSUS: frozenset({Intent.COMPARE, Intent.DIFFERENCE, Intent.TOTAL, Intent.COUNT, Intent.AVERAGE}),
    Operation.SHARE: frozenset({Intent.SHARE, Intent.SHARE_OF_INCOME}),
    Operation.USUAL: frozenset({Intent.USUAL}),
    Operation.PACE: frozenset({Intent.PACE, Intent.AVERAGE}),
    Operation.THRESHOLD: frozenset({Intent.THRESHOLD}),
    Operation.LEFT: frozenset({Intent.BUDGET}),
    Operation.WHEN_LAST: frozenset({Intent.WHEN_LAST, Intent.DAYS_SINCE, Intent.LATEST}),
    Operation.WHEN_FIRST: frozenset({Intent.WHEN_FIRST}),
    Operation.SAVINGS_RATE: frozenset({Intent.SAVINGS_RATE}),
    Operation.PROJECTED: frozenset({Intent.FORECAST_SPEND}),
}  # fmt: skip


def meanings(frame: Frame) -> frozenset[Intent]:
    """The intents that `frame` is a reading of; empty where it asks nothing by itself."""
    if frame.topic is not None:
        return _OF_TOPIC[frame.topic]
    if frame.is_of_alerted:
        return _OF_TOPIC[Topic.ALERTS] | meanings(frame.with_changes(conditions=()))
    if frame.ask is Operation.WHEN_LAST and frame.latest in ("largest", "smallest"):
        return _OF_OPERATION[frame.ask] | {_LISTED[frame.latest], Intent.TOP_TIME}
    if frame.ask is Operation.WHO:
        return frozenset({Intent.TOP_PAYEE, Intent.LARGEST, Intent.NEW_PAYEES, Intent.LATEST})
    if frame.measure is Measure.BALANCE_AVERAGE:
        return frozenset({Intent.BALANCE, Intent.AVERAGE})
    if frame.ask is None or frame.ask is Operation.VALUE:
        intent = _OF_MEASURE.get(frame.measure) if frame.measure else Intent.TOTAL if frame.ask else None
        return frozenset({intent}) if intent else frozenset()
    if frame.ask is Operation.LIST:
        mean = (Intent.AVERAGE,) if frame.measure is Measure.AVERAGE else ()
        return frozenset({Intent.LIST, _LISTED.get(frame.latest or "", Intent.LIST), *mean})
    if frame.counts_none:
        return _OF_OPERATION[Operation.COUNT_GROUPS] | {Intent.TOP_TIME, Intent.LIST}
    if frame.measure is Measure.BALANCE:
        return frozenset({Intent.BALANCE, Intent.TOP_TIME, Intent.LARGEST, Intent.SMALLEST})
    if frame.ask in (Operation.RANK, Operation.BREAKDOWN) and frame.group_by:
        amount = (Intent.TOTAL, Intent.LARGEST, Intent.SMALLEST, Intent.PACE) if frame.asks_amount else ()
        return frozenset({_ranked(frame.group_by[0]), *_OF_OPERATION.get(frame.ask, ()), *amount})
    if frame.ask is Operation.PACE and frame.measure is Measure.COUNT:
        return _OF_OPERATION[frame.ask] | {Intent.COUNT}
    return _OF_OPERATION.get(frame.ask, frozenset())


_LISTED = {
    "latest": Intent.LATEST, "earliest": Intent.WHEN_FIRST, "largest": Intent.LARGEST, "smallest": Intent.SMALLEST,
}  # fmt: skip


def _ranked(dimension: Dimension) -> Intent:
    match dimension:
        case Dimension.COUNTERPARTY:
            return Intent.TOP_PAYEE
        case Dimension.ACCOUNT | Dimension.CUSTOMER:
            return Intent.TOP_CUSTOMERS
        case Dimension.CATEGORY | Dimension.CATEGORY_GROUP | Dimension.CHANNEL | Dimension.BANK:
            return Intent.TOP_CATEGORY
        case _:
            return Intent.TOP_TIME
