"""The slots that names, periods and amounts fill: what is asked about, when, under which conditions."""

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any, Literal

from agents.plan import Operation, Threshold
from agents.planner.alerts import is_alerts, is_explanation, is_of_alerts, raised
from agents.planner.amounts import Bounds
from agents.planner.clause import BEGINS_PART, OBJECT_KINDS, Clause, is_cue
from agents.planner.frame import CONTAINING, Frame, Prior, Topic, put_back
from agents.planner.lexicon import Cue
from agents.planner.mentions import Mention
from agents.planner.names import Named
from agents.planner.stretches import as_ranged, narrowed, spoken
from agents.scope import OwnAccount
from core.insights.buckets import WEEK_DAYS, WEEKEND_DAYS, WORKING_DAYS
from core.insights.query import Dimension, Filter, Flow, Measure, Operator, QueryPeriod
from core.periods import Unit

INCOME_CATEGORIES = frozenset({"salary", "pension", "interest", "business_income"})
FILTER_VALUES_MAX = 50

_LESS = re.compile(
    r"\b(?:less|lower|fewer|cheaper|smaller|f[ea]ll|fallen|drop(?:ped)?|decreas\w*|reduc\w*|declin\w*|shrunk|shrank|down"
    r"|short of)\b"
)
_MORE = re.compile(
    r"\b(?:more|higher|extra|greater|bigger|larger|ris\w*|rose|increas\w*|gr[eo]w\w*|exceed\w*|up|dearer|costlier)\b"
)
_GAP = re.compile(r"\b(?:differences?|gap|apart|differ(?:s|ed)?|separates?)\b")
_CHANGE = re.compile(r"chang|increas|decreas|gr[eo]w|ris|rose|f[ea]ll|gone|went|go |jump|swing")
_IS_HELD = re.compile(r"\b(?:is|are|have|left|there|got|remains?|remaining)(?: \w+)? (?:in|on|with) ")
"""How much "is in", "do I have in", "is left in" an account."""
_ASKER_PAYS = re.compile(r"\b(?:i|we) (?:have |had |'ve )?(?:pay|paid|paying|spend|spent|sent|send)\b")
_CASH_CHANNELS = frozenset({"atm", "cash"})
"""Cash from an ATM is the category said twice."""
_MONEY_FROM = re.compile(r"\b(?:money|cash|funds?|sums?|deposits?|amounts?)(?: \w+)? (?:from|by)$")
_BILLED = re.compile(r"\b(?:bills?|orders?|purchases?|charges?|invoices?|debits?)(?: \w+)? (?:from|by)$")
_PAID_BY = re.compile(r"\b(?:paid|sent|given|transferred|credited|deposited) by$")
_FROM_ME = re.compile(
    r"\b(?:received?|receives|gets?|got|earns?|earned|made|took|taken|had|has|have)\b.*"
    r"\b(?:from|off|out of) (?:me|us)\b"
)
_BY_ME = re.compile(r"\bby (?:me|us)\b")
_THEY_GOT = re.compile(
    r"\b(?:did|has|have|had) (?:she|he|they) (?:ever |also |already )?(?:gets?|got|receive[ds]?)\b(?! (?:\w+ )?back)"
    r"|\b(?:which|who)(?: of (?:them|these|those)| person| one| shop)?"
    r" (?:received?|receives|got|gets) (?:the )?(?:most|more|least)\b"
    r"|\bany(?:one|body)(?: new| else)? (?:gets?|got|been) paid\b"
)
"""What others got is what the asker paid."""
_DOES = re.compile(r"\b(?:did|does|has|have|had)(?: the| my| our)?$")
_GETS = re.compile(
    r" (?:ever |also |already )?(?:gets?|got|gotten|receive[ds]?)\b(?! (?:\w+ )?back)(?! from (?!(?:me|us)\b))"
)
_SENT_HOW_MUCH = re.compile(r" (?:has |have )?(?:sent|gave|given|transferred) (?:how much|what)\b")
_GIVES = re.compile(r" (?:ever |also |already )?(?:sen[dt]|transfer(?:red)?|pa(?:y|id)|g[ai]ven?)\b(?! (?:\w+ )?back)")
_BOTH_WAYS = re.compile(r"\b(?:in and out|both ways|debits? and credits?|credits? and debits?|either way|in or out)\b")
_PRIORS: tuple[Prior, ...] = ("following", "year_before", "previous")
_AGGREGATES = (
    Measure.ALERT_PRECISION, Measure.COUNT, Measure.NET, Measure.MEDIAN, Measure.AVERAGE, Measure.VOLUME,
    Measure.LARGEST, Measure.SMALLEST,
)  # fmt: skip
"""In order of precedence: "how many of the largest" counts."""
_BOTH_DIRECTIONS = (Measure.NET, Measure.VOLUME, Measure.ALERT_PRECISION)


def topic(clause: Clause) -> Topic | None:
    """What a clause speaks of, where that is not spending or income."""
    for name, cues in _TOPICS:
        if name(clause):
            clause.take(*cues[1:])
            return cues[0]
    return None


def _is_coverage(clause: Clause) -> bool:
    return clause.has(Cue.COVERAGE) and not clause.measures and not is_of_alerts(clause)


def of_own(frame: Frame) -> Frame:
    """What was moved between one's own accounts is neither spent nor earned: what moved is told."""
    told = (None, Measure.SPEND, Measure.INCOME, Measure.COUNT)
    if frame.values_of("category") != frozenset({"own_transfer"}) or frame.measure not in told:
        return frame
    measure = frame.measure if frame.measure is Measure.COUNT else Measure.VOLUME
    return frame.with_changes(measure=measure, flow=Flow.ANY)


def _is_balance(clause: Clause) -> bool:
    is_of_payments = bool(set(clause.measures) - {Measure.COUNT}) or bool(clause.reading.of("amount"))
    names_account = bool(clause.reading.of("account")) and not clause.has(Cue.ALERTS)
    counts_parties = clause.counts_nouns({Dimension.COUNTERPARTY})  # "how many payers did she have"
    is_held = names_account and bool(_IS_HELD.search(clause.reading.text)) and not counts_parties
    asks = clause.has(Cue.BALANCE, Cue.ACCOUNTS) or is_held
    return asks and not is_of_payments and not clause.reading.of("category")


def _is_recurring(clause: Clause) -> bool:
    """Not "how much is due", which asks for no day."""
    said = clause.texts(Cue.RECURRING)
    return bool(said) and (clause.has(Cue.WHEN) or any("due" not in text or "next" in text for text in said))


def asks_next(clause: Clause) -> bool:
    """ "When is the rent due?", of payments that come back."""
    return any(cue.value[1] for cue in clause.find(Cue.RECURRING))


def _is_refunds(clause: Clause) -> bool:
    return clause.has(Cue.REFUNDS)


_THAT_PAYMENT = re.compile(r"that (?!one\b|total\b|sum\b|figure\b|number\b|spend\b)")


def _is_memory(clause: Clause) -> bool:
    """ "That payment around Diwali for a trip": one payment, told apart by nothing that a query could hold."""
    points = any(_THAT_PAYMENT.match(text) for text in clause.texts(Cue.ANAPHORA))
    return clause.has(Cue.MEMORY) or (points and not clause.measures and bool(clause.reading.of("period")))


_ANYTHING = re.compile(
    r"\b(?:any(?:thing)?|something|some payments?)(?: \w+){0,2} (?:unusual|abnormal|out of the ordinary)\b"
    r"|^(?:(?:show(?: me)?|list|find|see|get|give me|what were|what are|were there|are there) )?(?:the |my |our |all )*"
    r"(?:unusual|abnormal) (?:payments?|transactions?|spends|charges?|debits?|activity|things|expenses)\b"
)


def _is_unusual(clause: Clause) -> bool:
    """ "Anything out of the ordinary in May", and not whether something named is more than usual."""
    names = any(clause.reading.of(kind) for kind in OBJECT_KINDS)
    return clause.has(Cue.USUAL) and not names and bool(_ANYTHING.search(clause.reading.text))


_TOPICS = (
    (_is_coverage, (Topic.COVERAGE, Cue.COVERAGE, Cue.NOUN, Cue.WHEN)),
    (is_explanation, (Topic.EXPLAIN, Cue.FLAGGED, Cue.ALERTS, Cue.WHY, Cue.LATEST)),
    (is_alerts, (Topic.ALERTS, Cue.ALERTS, Cue.FLAGGED, Cue.LATEST)),
    (_is_balance, (Topic.BALANCE, Cue.BALANCE, Cue.ACCOUNTS, Cue.NOUN, Cue.GROUP, Cue.LATEST, Cue.OPENING)),
    (_is_recurring, (Topic.RECURRING, Cue.RECURRING, Cue.WHEN, Cue.LATEST, Cue.PAYMENTS)),
    (_is_refunds, (Topic.REFUNDS, Cue.REFUNDS, Cue.LATEST, Cue.NOUN)),
    (_is_memory, (Topic.RECALL, Cue.MEMORY)),
    (_is_unusual, (Topic.UNUSUAL, Cue.USUAL)),
)


def objects(clause: Clause) -> tuple[tuple[Filter, ...], tuple[Filter, ...]]:
    """What is asked about, and what is left out: everything that "except" reaches."""
    kept: list[Mention[Any]] = []
    left_out: list[Mention[Any]] = []
    excluding: Mention[Any] | None = None
    for mention in clause.mentions:
        if left_out and _BEGINS_ASKING.search(clause.reading.text[left_out[-1].end : mention.start]):
            excluding = None
        if is_cue(mention, Cue.EXCEPT):
            excluding = mention
        elif mention.kind in OBJECT_KINDS:
            if not _is_spelt_out(mention, clause):
                (left_out if excluding else kept).append(mention)
            clause.place(mention, *([excluding] if excluding else []))
        elif not is_cue(mention, *_REACHED_THROUGH):
            excluding = None
    return filters(_parts(without_heads(kept, clause), clause), Operator.IN), filters(left_out, Operator.NOT_IN)


_REACHED_THROUGH = (Cue.OR, Cue.BOTH, Cue.ANAPHORA, Cue.TOTAL, Cue.PAYMENTS, Cue.MEASURE, Cue.NEUTRAL)
"""What may stand between "except" and what it reaches: "excluding the payments to Gita"."""


def _is_spelt_out(group: Mention[Any], clause: Clause) -> bool:
    """Of "transport (taxi and metro)", "transport, I mean taxi and metro" the transport, which is narrowed down."""
    said = _SPELLS_OUT.match(clause.reading.text, group.end)
    if group.kind != "category" or len(group.value) < 2 or said is None:
        return False
    end = clause.reading.text.find(")", group.end) if said["bracket"] else len(clause.reading.text)
    parts = [m for m in clause.after(group) if m.kind == "category" and m.start < end]
    return bool(parts) and all(set(m.value) <= set(group.value) for m in parts)


_SPELLS_OUT = re.compile(r" ?(?P<bracket>\()|[^.?!]*?\b(?:i mean|meaning|that is|namely|by which i mean)\b")
_BEGINS_ASKING = re.compile(r"(?<!\band )(?<!\bor )\b(?:what|how|which|who|whom|where|when)\b")
"""Where the question goes on behind what it leaves out: "leaving out rent, what ..."."""
_PART = re.compile(r"\bhow (?:much|many) of\b")


def _parts(kept: list[Mention[Any]], clause: Clause) -> list[Mention[Any]]:
    """Of "how much of my food was groceries" the groceries: what is a part is told alone, and not with its whole."""
    said = _PART.search(clause.reading.text)
    pivot = BEGINS_PART.search(clause.reading.text, said.end()) if said else None
    if pivot is None:
        return kept
    parts = [mention for mention in kept if mention.start >= pivot.end()]
    kinds = {mention.kind for mention in parts}
    return [mention for mention in kept if mention in parts or mention.kind not in kinds]


def _weekdays(clause: Clause, *, are_halves: bool) -> list[tuple[str, ...]]:
    """Days of the week said by name, or as a weekend or a range of days beside a longer period."""
    kept = spoken(clause)
    left_out = [m for cue in clause.find(Cue.EXCEPT) for m in clause.after(cue)[:1] if is_cue(m, Cue.WEEKDAYS)]
    if left_out:
        clause.place(*left_out, *clause.find(Cue.EXCEPT))
        out = {day for m in left_out for day in m.value[1]}
        return [tuple(day for day in WEEK_DAYS if day not in out)]
    beside = [m.value.weekdays for m in clause.reading.of("period") if m.value.weekdays and m.value not in kept]
    said = clause.find(Cue.WEEKDAYS)
    holds_two = len(said) > 1 and clause.has(Cue.COMPARE, Cue.MORE, Cue.LESS, Cue.DIFFERENCE)
    if are_halves or holds_two:
        return beside  # two sides of one question
    return [*clause.take(Cue.WEEKDAYS), *beside]


def _halves_of_the_week(clause: Clause) -> list[Filter]:
    """Weekends and weekdays held against each other, in the order in which they were named."""
    halves = {WEEKEND_DAYS: "weekend", WORKING_DAYS: "weekday"}
    said = clause.find(Cue.WEEKDAYS)
    named = tuple(halves[m.value[1]] for m in said if m.value[1] in halves)
    if len(set(named)) < 2 or clause.has(Cue.TOTAL, Cue.BOTH):
        return []
    clause.place(*said)
    return [Filter(field="weekend", operator=Operator.IN, values=named)]


def names_only_prior(clause: Clause) -> bool:
    """ "The month before", and no period that it could be before."""
    return bool(spoken(clause)) and all(one.prior for one in spoken(clause))


def _place_periods(clause: Clause) -> None:
    """All but those of which one is a part of the other in a way that is not read: "the last Sunday of May"."""
    found = clause.of("period")
    for one, other in pairwise(found):
        if one.value.grain is Unit.DAY and clause.reading.text[one.end : other.start] in (" of ", " of the "):
            clause.displace(one)


def periods(clause: Clause) -> tuple[QueryPeriod, ...]:
    """Periods said outright; "the previous month" beside another one only moves that one: see `against`."""
    _place_periods(clause)
    said = spoken(clause)
    if len(said) == 1 and said[0].ends and clause.has(Cue.DIFFERENCE, Cue.COMPARE):
        first, second = said[0].ends
        changed = any(_CHANGE.match(text) for text in clause.texts(Cue.DIFFERENCE))
        return tuple(map(QueryPeriod.of, (second, first) if changed else (first, second)))
    found = [QueryPeriod.of(period) for period in narrowed(as_ranged(said))]
    if len(found) == 2 and _tells_change(clause):
        return tuple(sorted(found, key=lambda period: period.start, reverse=True))
    return tuple(reversed(found)) if len(found) == 2 and _opens_with_base(clause) else tuple(found)


def _tells_change(clause: Clause) -> bool:
    """ "My shopping in 2025 versus 2026, by what amount did it rise": from the earlier to the later, however told."""
    changes = any(_CHANGE.match(text) for text in clause.texts(Cue.DIFFERENCE))
    return changes and not any("than" in text for text in clause.texts(Cue.COMPARE))


def _opens_with_base(clause: Clause) -> bool:
    """ "Compared to September, how much more was it in October": what is held against comes first."""
    first, second = clause.reading.of("period")[:2]
    if any(clause.text_of(cue) == "than" and first.end <= cue.start < second.start for cue in clause.find(Cue.COMPARE)):
        return False  # "October was how much more than what it was in September"
    bases = [cue for cue in clause.find(Cue.COMPARE) if cue.end <= first.start and clause.are_adjacent(cue, first)]
    asking = clause.find(Cue.DIFFERENCE, Cue.HOW_MUCH, Cue.MORE)
    between = [cue for cue in clause.find(Cue.DIFFERENCE) if first.end <= cue.start < second.start]
    named_again = [m for m in clause.reading.of("period")[2:] if asking and m.start >= asking[0].end]
    if named_again and named_again[-1].value.period == second.value.period:
        return True  # "put September next to October: how much more was it in October"
    if any(clause.text_of(cue).startswith(("how", "by how")) for cue in between):
        return True  # "September next to October: how much more was it in October"
    return bool(bases) and any(first.end <= cue.start < second.start for cue in asking)


def asks_less(clause: Clause) -> bool:
    """ "How much less", "by how much did it fall": what is taken away is the later, so that the answer is positive."""
    text = clause.reading.text
    is_minus = "less" in clause.texts(Cue.DIFFERENCE)  # "UPI less card"
    return bool(_LESS.search(text)) and not _MORE.search(text) and not is_minus


def change_said(text: str) -> Literal["more", "less", "size"]:
    """Which way something is said to have changed: up, down, or either."""
    if _LESS.search(text):
        return "size" if _MORE.search(text) else "less"
    return "more" if _MORE.search(text) else "size"


def asks_gap(clause: Clause) -> bool:
    """ "The difference between", "how far apart": a size, whichever of the two is the larger."""
    text = clause.reading.text
    says_change = _LESS.search(text) or _MORE.search(text) or re.search(r"\bchang", text)
    return bool(_GAP.search(text)) and not says_change


def directed(frame: Frame, clause: Clause) -> Frame:
    """A difference the way it is asked for: how much more, how much less, or how far apart."""
    return frame.with_changes(sign="less" if asks_less(clause) else "size" if asks_gap(clause) else "more")


def against(clause: Clause) -> Prior | None:
    priors = {one.prior for one in spoken(clause)} - {None}
    if priors:
        return next(prior for prior in _PRIORS if prior in priors)
    said = " ".join(clause.texts(Cue.DIFFERENCE))
    return "year_before" if "year" in said or "yoy" in said else None


def conditions(clause: Clause) -> tuple[Filter, ...]:
    """Ways of paying, accounts, days of the week, hours, statuses."""
    draws_cash = any("cash" in mention.value for mention in clause.reading.of("category"))
    channels = [m for m in clause.of("channel") if not (draws_cash and set(m.value) <= _CASH_CHANNELS)]
    found = [Filter(field="channel", operator=_operator(clause, m), values=m.value) for m in channels]
    found += [_account_filter(mention.value) for mention in clause.of("account")]
    halves = _halves_of_the_week(clause)
    days = _weekdays(clause, are_halves=bool(halves))
    found += [Filter(field="weekday", operator=Operator.IN, values=those) for those in days]
    found += halves
    found += [limit for first, last in clause.take(Cue.HOURS) for limit in range_of("hour", first, last)]
    found += raised(clause)
    if statuses := clause.take(Cue.STATUS):
        found.append(Filter(field="status", operator=Operator.IN, values=tuple(statuses)))
    return merged(found)


_STEP = re.compile(r"(?:\s|for|on|by|via|through|using|the|my|any|all)*")


def _operator(clause: Clause, mention: Mention[Any]) -> Operator:
    """ "Except by card" reaches a way of paying as it reaches a category."""
    for cue in clause.find(Cue.EXCEPT):
        if cue.end <= mention.start and _STEP.fullmatch(clause.reading.text[cue.end : mention.start]):
            clause.place(cue)
            return Operator.NOT_IN
    return Operator.IN


def with_amounts(frame: Frame, clause: Clause) -> Frame:
    """Amounts as conditions on single payments, or as the threshold that a total is held against."""
    bounds: list[Bounds] = [mention.value for mention in clause.of("amount")]
    if len(bounds) == 1 and _is_threshold(bounds[0], clause):
        one = bounds[0]
        said = Threshold(low_minor=one.low_minor, high_minor=one.high_minor, said_minor=one.said_minor)
        return frame.with_changes(threshold=said, **held_against(clause))
    return frame.with_changes(conditions=(*frame.conditions, *limits(clause)))


def limits(clause: Clause) -> list[Filter]:
    """What amounts say of single payments, as conditions; "leave out every payment above 20,000" keeps the others."""
    said = clause.of("amount")
    before = [cue for cue in clause.find(Cue.EXCEPT) if said and cue.end <= said[0].start]
    left_out = [cue for cue in before if _LIMIT_STEP.fullmatch(clause.reading.text[cue.end : said[0].start])]
    bounds: list[Bounds] = [mention.value for mention in said]
    if len(said) != 1 or not left_out or None not in (bounds[0].low_minor, bounds[0].high_minor):
        return limits_of(bounds)
    clause.place(*left_out)
    low, high = bounds[0].low_minor, bounds[0].high_minor
    return range_of("amount_minor", high + 1 if high is not None else None, low - 1 if low is not None else None)


_LIMIT_STEP = re.compile(
    r"(?:\s|any|all|every|each|single|the|my|those|of|payments?|transactions?|purchases?|orders?|bills?|ones?|things?"
    r"|anything|everything|what|whatever|that|which|is|are|was|were|with|amounts?)*"
)


def limits_of(bounds: Iterable[Bounds]) -> list[Filter]:
    """What amounts say of single payments, as conditions."""
    return [limit for one in bounds for limit in range_of("amount_minor", one.low_minor, one.high_minor)]


def without_sums(conditions: tuple[Filter, ...]) -> tuple[Filter, ...]:
    """Conditions without those of amounts, where the one that is said is held against a sum: "is 1,844 too much?"."""
    return tuple(one for one in conditions if one.field != "amount_minor")


def held_against(clause: Clause) -> dict[str, object]:
    """What an amount is held against: the whole, or each week or month of it."""
    within = IN_ANY.search(clause.reading.text)
    if within is None:
        return {"ask": Operation.THRESHOLD}
    clause.take(Cue.PACE, Cue.NOUN, Cue.EACH)
    return {"ask": Operation.COUNT_GROUPS, "group_by": (Dimension(within["unit"]),)}


IN_ANY = re.compile(
    r"\b(?:in|on|for|during) (?:any|a|one|some)(?: one| single| given| calendar| particular)*"
    r" (?P<unit>day|week|month|quarter)\b"
)
""" "Did I spend more than 50,000 in any week?" asks for weeks, and not for the whole."""


def _is_threshold(bounds: Bounds, clause: Clause) -> bool:
    """ "Did I spend more than 5,000 on fuel?" asks about the total; "payments above 5,000" are single ones."""
    asks_total = clause.has(Cue.YES_NO) and clause.says(Measure.SPEND, Measure.INCOME, Measure.NET)
    return asks_total and not clause.has(Cue.PAYMENTS) and not bounds.is_exact


def with_measure(frame: Frame, clause: Clause) -> Frame:
    """The measure, and which way the money goes."""
    if frame.topic in (Topic.RECURRING, Topic.REFUNDS):
        clause.displace(
            *(m for m in clause.find(Cue.MEASURE) if m.value[1] in _AGGREGATES and m.value[1] is not Measure.COUNT)
        )
    if frame.topic is Topic.RECURRING:
        flow = Flow.IN if clause.says(Measure.INCOME) or _names_income(frame) else Flow.OUT
        counts = clause.says(Measure.COUNT) or clause.reading.text.startswith("how many")
        dearest = [m for m in clause.find(Cue.MEASURE) if m.value[1] is Measure.LARGEST]
        clause.place(*dearest)
        latest = "largest" if dearest else None
        return frame.with_changes(measure=Measure.COUNT if counts else None, flow=flow, latest=latest)
    if frame.topic is Topic.REFUNDS:
        return frame.with_changes(measure=Measure.COUNT if clause.says(Measure.COUNT) else None)
    if frame.topic is Topic.BALANCE:
        counts = clause.says(Measure.COUNT) or any(t.startswith("how many") for t in clause.texts(Cue.ACCOUNTS))
        return frame.with_changes(measure=Measure.COUNT if counts else None)
    if weighed := balanced(frame, clause):
        return weighed
    if clause.has(Cue.DIFFERENCE) and clause.says(Measure.SPEND) and clause.says(Measure.INCOME) and not frame.objects:
        clause.take(Cue.DIFFERENCE, Cue.MORE, Cue.LESS, Cue.COMPARE)
        sign = "less" if _names_spending_first(clause) is not asks_less(clause) else "more"
        return frame.with_changes(ask=Operation.VALUE, measure=Measure.NET, flow=Flow.ANY, sign=sign, against=None)
    saves_share = clause.has(Cue.SHARE) and clause.says(Measure.NET) and clause.says(Measure.INCOME)
    if clause.has(Cue.SAVINGS_RATE) or saves_share:
        clause.take(Cue.SAVINGS_RATE, Cue.SHARE)
        return frame.with_changes(ask=Operation.SAVINGS_RATE, measure=Measure.NET, flow=Flow.ANY)
    if clause.says(Measure.SPEND) and clause.says(Measure.INCOME) and not clause.has(Cue.SHARE):
        if clause.has(Cue.COMPARE) and not frame.objects:
            clause.take(Cue.COMPARE, Cue.MORE, Cue.LESS)
            return frame.with_changes(ask=Operation.VALUE, measure=Measure.NET, flow=Flow.ANY, against=None)
        if not clause.says(Measure.NET):  # which of the two is meant cannot be told, so neither is taken
            clause.displace(*(m for m in clause.find(Cue.MEASURE) if m.value[1] is Measure.INCOME))
    if _mixes_directions(frame) and not clause.has(Cue.SHARE):
        clause.displace(*clause.reading.of("category"))
    flow = flow_of(frame, clause)
    chosen = next((measure for measure in _AGGREGATES if clause.says(measure)), None)
    if chosen is None and (clause.measures or flow is Flow.IN):
        chosen = Measure.INCOME if flow is Flow.IN else Measure.SPEND
    if chosen is Measure.NET and _falls_short(clause):
        frame = frame.with_changes(sign="less")
    return frame.with_changes(measure=chosen, flow=Flow.ANY if chosen in _BOTH_DIRECTIONS else flow)


def says_none(clause: Clause) -> bool:
    """Whether days or months without anything are meant."""
    return bool(_NONE.search(clause.reading.text))


_NONE = re.compile(
    r"\b(?:no|none|zero|nothing|didn't|never|nil|(?:not|without)(?! (?:counting|including|considering|the)\b))\b"
)


_DAYS_WITHOUT = re.compile(
    r"\b(?:day|date|week|month)s? (?:\w+ ){0,3}?(?:without|with no)\b(?! (?:counting|including|considering))"
)


def without_any(frame: Frame, clause: Clause) -> Frame:
    """Of "days on which I did not buy groceries", "days without groceries" the groceries: what "not" reaches is asked
    about itself."""
    is_denied = "not" in clause.texts(Cue.EXCEPT) or _DAYS_WITHOUT.search(clause.reading.text)
    if not says_none(clause) or not is_denied:
        return frame
    return frame.with_changes(objects=(*frame.objects, *put_back(frame.without)), without=())


_COUNTED_TIME = re.compile(
    r"\bhow many (?:of (?:the |my |our |those )?(?:last |past |previous )?)?(?:\w+ )?"
    r"(?P<unit>day|week|month|quarter)s\b"
)


def counted_time(clause: Clause) -> Dimension | None:
    """Of "in how many of the last six months" the months, which say what is counted beside telling when."""
    return _time_of(_COUNTED_TIME, clause)


def _time_of(pattern: re.Pattern[str], clause: Clause) -> Dimension | None:
    said = pattern.search(clause.reading.text)
    return Dimension(said["unit"]) if said else None


_WHICH_TIME = re.compile(
    r"\bwhich (?:of (?:the |my |our |those )?(?:last |past |previous )?)?(?P<unit>day|week|month|quarter)s?\b"
)


def balanced(frame: Frame, clause: Clause) -> Frame | None:
    """ "In how many months did I spend more than I earned?": those with less, or more, coming in than going out."""
    both = clause.says(Measure.SPEND) and clause.says(Measure.INCOME)
    weighs = both and clause.has(Cue.DIFFERENCE, Cue.MORE, Cue.LESS, Cue.COMPARE)
    saves = clause.says(Measure.NET)
    by = counted_time(clause) or (_time_of(_WHICH_TIME, clause) if weighs else None)
    if by is None or not (weighs or saves) or frame.objects or clause.reading.of("amount"):
        return None
    falls_short = _names_spending_first(clause) is not asks_less(clause) if weighs else _falls_short(clause)
    clause.take(Cue.DIFFERENCE, Cue.MORE, Cue.LESS, Cue.COMPARE, Cue.NOUN, Cue.WHICH)
    said = Threshold(low_minor=None if falls_short else 1, high_minor=-1 if falls_short else None, said_minor=0)
    asked = {"ask": Operation.COUNT_GROUPS, "measure": Measure.NET, "flow": Flow.ANY, "group_by": (by,)}
    return frame.with_changes(**asked, threshold=said, against=None)


def _falls_short(clause: Clause) -> bool:
    return bool(_SHORT_OF.search(clause.reading.text))


_SHORT_OF = re.compile(r"\bdeficit\b")


def _names_spending_first(clause: Clause) -> bool:
    first = next(m for m in clause.find(Cue.MEASURE) if m.value[1] in (Measure.SPEND, Measure.INCOME))
    return first.value[1] is Measure.SPEND


def _names_income(frame: Frame) -> bool:
    slugs = frame.values_of("category")
    return bool(slugs) and slugs <= INCOME_CATEGORIES


def _mixes_directions(frame: Frame) -> bool:
    """ "Interest on my loan": one comes in and the other goes out, so a sum of both is neither."""
    slugs = frame.values_of("category")
    return bool(slugs & INCOME_CATEGORIES) and not slugs <= INCOME_CATEGORIES


def flow_of(frame: Frame, clause: Clause) -> Flow | None:
    slugs = frame.values_of("category")
    is_income = bool(slugs) and slugs <= INCOME_CATEGORIES and not _ASKER_PAYS.search(clause.reading.text)
    if any(pattern.search(clause.reading.text) for pattern in (_FROM_ME, _BY_ME, _THEY_GOT)):
        return Flow.OUT
    if does := _flow_of_doers(clause):
        return does
    payers = (clause.reading.text[: mention.start].rstrip() for mention in clause.reading.of("name"))
    if any(_PAID_BY.search(before) for before in payers):
        return Flow.IN
    if clause.says(Measure.INCOME) or clause.has(Cue.TO_ME) or is_income or _names_payers(clause):
        return Flow.IN
    if clause.says(Measure.SPEND) or _ASKER_PAYS.search(clause.reading.text):
        return Flow.OUT
    return _flow_of_nouns(frame, clause)


def _flow_of_doers(clause: Clause) -> Flow | None:
    """Of what "did Rohan Khan send" or "has Vega Fuels received" the way it went, to somebody who asks of their own
    money: what those who are named gave came in, and what they got went out."""
    text, names = clause.reading.text, clause.reading.of("name")
    if clause.reading.is_of_many:
        return None
    if any(_SENT_HOW_MUCH.match(text[name.end :]) for name in names):
        return Flow.IN
    behind = [text[name.end :] for name in names if _DOES.search(text[: name.start].rstrip())]
    if any(map(_GETS.match, behind)):
        return Flow.OUT
    return Flow.IN if any(map(_GIVES.match, behind)) else None


_PAYERS = frozenset({"payer", "payers", "sender", "senders", "remitter", "remitters"})


def _names_payers(clause: Clause) -> bool:
    """ "How many payers did she have": of what came in."""
    return any(clause.text_of(noun) in _PAYERS for noun in clause.find(Cue.NOUN))


def _flow_of_nouns(frame: Frame, clause: Clause) -> Flow | None:
    """Payments go out, unless they are payments from somebody; transactions go both ways."""
    nouns = " ".join(clause.texts(Cue.MEASURE, Cue.PAYMENTS))
    payees = [clause.reading.text[: mention.start].rstrip() for mention in clause.reading.of("name")]
    if clause.has(Cue.PAYMENTS) and any(before.endswith((" from", " by")) for before in payees):
        return Flow.OUT if any(_BILLED.search(before) for before in payees) else Flow.IN
    if any(_MONEY_FROM.search(before) for before in payees):
        return Flow.IN
    if re.search(r"payment|purchase|order|expense|debit", nouns):
        return Flow.OUT
    is_both_ways = bool(_BOTH_WAYS.search(clause.reading.text))
    return Flow.ANY if clause.says(Measure.COUNT) and is_both_ways and "transaction" in nouns else None


def refund_asked(clause: Clause) -> Literal["largest", "latest", "earliest"] | None:
    """Which refund is asked about, where it is not all of them."""
    if clause.says(Measure.LARGEST):
        return "largest"
    if clause.has(Cue.FIRST):
        return "earliest"
    return "latest" if clause.has(Cue.LATEST, Cue.WHEN, Cue.DAYS_AGO) else None


_TO_PERSONS = re.compile(
    r"\bto (?:(?:other|private|some) )?(?:people|persons|individuals)"
    r"(?! (?:i|we|who|that|whom|new|called|named|never)\b)"
)
_LEAVES_OUT = re.compile(
    r"\b(?:not|without|except|excluding|exclude|leaving|apart|aside|other than|besides|ignoring|minus|barring)\b"
)


def persons_paid(text: str) -> list[int]:
    """Where "to people" ends, in "what went to people": to no shop, landlord or company. Not where it is left out."""
    said = [(match.start(), match.end()) for match in _TO_PERSONS.finditer(text)]
    return [end for start, end in said if not _LEAVES_OUT.search(text[:start])]


_LINK = re.compile(r"\s*(?:,|and|or|n|plus|\+|&|, and|as well as)(?: (?:the|my|at|on|for))*\s*")


def are_apart(asked: tuple[Filter, ...], clause: Clause) -> bool:
    """A category and a payee side by side: "rent and Swiggy" is either, "groceries at Swiggy" is what is both, and "the
    chemist, Arogya Pharmacy," says who it is. Of what is left out it does not matter: each goes by itself."""
    if "category" not in {f.field for f in asked} or len({f.field for f in asked}) < 2:
        return False
    kept = [m for m in clause.mentions if m.kind in OBJECT_KINDS]
    pairs = [(one, other) for one, other in pairwise(kept) if "category" in {one.kind, other.kind} != {"category"}]
    between = [clause.reading.text[one.end : other.start] for one, other in pairwise(kept)]
    links = [text.strip() for text in between if _LINK.fullmatch(text)]
    lists_several = len(links) > 1 or any(link != "," for link in links)
    return lists_several and any(_LINK.fullmatch(clause.reading.text[one.end : other.start]) for one, other in pairs)


MERE_HEADS = frozenset(["charge", "charges", "bill", "bills", "fee", "fees", "fare", "fares", "dues", "cost", "costs"])


def without_heads(mentions: list[Mention[Any]], clause: Clause) -> list[Mention[Any]]:
    """Without a category that is only a word for being paid, where somebody is named: "when did X last charge me"."""
    if not any(m.kind == "name" for m in mentions):
        return mentions
    return [m for m in mentions if m.kind != "category" or not set(clause.text_of(m).split()) <= MERE_HEADS]


def filters(mentions: Sequence[Mention[Any]], operator: Operator) -> tuple[Filter, ...]:
    """One filter per field, in the order in which the fields were first named."""
    return merged([_object_filter(mention, operator) for mention in mentions])


def _object_filter(mention: Mention[Any], operator: Operator) -> Filter:
    match mention.kind:
        case "category":
            return Filter(field="category", operator=operator, values=mention.value)
        case "name":
            return _name_filter(mention.value, operator)
        case _:
            return Filter(field="description", operator=CONTAINING[operator], values=(mention.value,))


def _name_filter(named: Named, operator: Operator) -> Filter:
    if named.contains is not None:
        return Filter(field="counterparty", operator=CONTAINING[operator], values=(named.contains,))
    return Filter(field="counterparty", operator=operator, values=named.names)


def _account_filter(accounts: tuple[OwnAccount, ...]) -> Filter:
    ids = tuple(str(account.account_id) for account in accounts)
    return Filter(field="account", operator=Operator.IN, values=ids[:FILTER_VALUES_MAX])


def range_of(field: Literal["hour", "amount_minor"], low: int | None, high: int | None) -> list[Filter]:
    limits = ((Operator.AT_LEAST, low), (Operator.AT_MOST, high))
    return [Filter(field=field, operator=operator, values=(limit,)) for operator, limit in limits if limit is not None]


def merged(conditions: Sequence[Filter]) -> tuple[Filter, ...]:
    """Lists of one field together: "groceries and fuel" is either of them."""
    lists: dict[tuple[str, Operator], Filter] = {}
    rest: list[Filter] = []
    for condition in conditions:
        if condition.operator not in (Operator.IN, Operator.NOT_IN):
            rest.append(condition)
            continue
        key = (condition.field, condition.operator)
        known = lists[key].values if key in lists else ()
        values = tuple(dict.fromkeys((*known, *condition.values)))[:FILTER_VALUES_MAX]
        lists[key] = condition.model_copy(update={"values": values})
    return (*lists.values(), *rest)
