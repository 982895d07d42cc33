"""What is wanted of the figures: one rule per kind of question, tried in order. Each gives the frame, or None."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from agents.plan import Operation, Threshold
from agents.planner.alerts import has_most_alerts, names_one_alert, said_without
from agents.planner.calendar_words import NUMBERS
from agents.planner.categories import PLACES
from agents.planner.clause import OBJECT_KINDS, Clause, is_cue
from agents.planner.frame import Frame
from agents.planner.lexicon import Cue
from agents.planner.mentions import Mention
from agents.planner.movers import moved
from agents.planner.series import in_order
from agents.planner.slots import (
    INCOME_CATEGORIES,
    conditions,
    directed,
    filters,
    limits_of,
    names_only_prior,
    objects,
    persons_paid,
    without_sums,
)
from agents.planner.stretches import spoken
from agents.planner.words import stem
from core.insights.query import Dimension, Filter, Flow, Measure, Operator
from core.periods import Unit

FEW = 5
"""How many "the biggest expenses" or "top merchants" are."""
FEW_LATEST = 10
"""How many "my latest payments" are."""

_WITHIN = (" within", " inside", " among", " out of all", " of all", " of my total", " in all")
_DIFFERENT = frozenset({"different", "distinct", "unique", "separate", "various"})
_LONG = (Dimension.WEEK, Dimension.MONTH, Dimension.QUARTER, Dimension.YEAR)
"""Calendar groups that hold many payments: the highest of them is a sum."""
_EXTREMES = (Measure.LARGEST, Measure.SMALLEST)
_UNITS = {
    Unit.DAY: Dimension.DAY, Unit.WEEK: Dimension.WEEK, Unit.MONTH: Dimension.MONTH,
    Unit.QUARTER: Dimension.QUARTER, Unit.YEAR: Dimension.YEAR,
}  # fmt: skip


def asked(frame: Frame, clause: Clause) -> Frame:
    """`frame` with the operation, its groups, its number and its order."""
    groups = tuple(dict.fromkeys(clause.take(Cue.GROUP)))[:2]
    frame = frame.with_changes(group_by=groups or frame.group_by)
    if frame.ask is None:
        found = (made for rule in _RULES if (made := rule(frame, clause)) is not None)
        frame = next(found, frame)
    if frame.ask is Operation.RANK and (set(frame.group_by) & set(_UNITS.values()) or (frame.limit or 1) > 1):
        sums = (frame.limit or 1) > 1 and any(text != "amount" for text in clause.texts(Cue.TOTAL))
        frame = frame.with_changes(asks_amount=frame.asks_amount or sums or asks_amount_first(clause))
    asks_cost = clause.has(Cue.TOTAL, Cue.HOW_MUCH) or _WHAT_IT_COST.search(clause.reading.text)
    if frame.ask is Operation.LIST and (frame.limit or 1) > 1 and asks_cost:
        frame = frame.with_changes(asks_amount=True)
    _place_repeated_nouns(frame, clause)
    return frame


_WHAT_IT_COST = re.compile(r"\bwhat (?:did|do|have|has|does)\b.* (?:cost|come to|amount to|set me back)\b")
_ITS_AMOUNT = re.compile(
    r"\b(?:tell|give|say|show)(?: me)?(?: only| just)? (?:that|the|its) (?:\w+(?:'s)? )?(?:amount|figure|sum)\b"
    r"|\b(?:only|just) (?:that|the|its) (?:\w+(?:'s)? )?(?:amount|figure|sum)\b|\bamount only\b"
    r"|\bwhat did (?:it|that|they) (?:come|add up|amount) to\b"
)
""" "Which month was the highest? Tell that month's amount"."""


def asks_amount_first(clause: Clause) -> bool:
    """ "How much was my dearest month", and not "which month was the dearest, and how much was it"."""
    said = clause.find(Cue.HOW_MUCH)
    asked = clause.find(Cue.WHICH, Cue.WHO, Cue.WHERE, Cue.WHEN)
    comes_first = bool(said) and all(said[0].start < other.start for other in asked)
    return comes_first or bool(_ITS_AMOUNT.search(clause.reading.text))


def _with_alerts(frame: Frame, clause: Clause) -> Frame | None:
    """ "How many customers have more than ten open alerts", "which customer has the most alerts"."""
    if not frame.is_of_alerted:
        return None
    tallies, nouns = clause.of("tally"), clause.find(Cue.NOUN)
    holders = [noun for noun in nouns if noun.value[1] is Dimension.ACCOUNT]
    by = Dimension.ACCOUNT if any("account" in clause.text_of(n).split()[0] for n in holders) else Dimension.CUSTOMER
    if tallies and holders:
        clause.place(*holders)
        low, high = tallies[0].value
        said = Threshold(low_minor=low, high_minor=high, said_minor=0)
        return frame.with_changes(
            ask=Operation.COUNT_GROUPS, measure=Measure.COUNT, flow=Flow.ANY, group_by=(by,), threshold=said
        )
    if not has_most_alerts(clause):
        return None
    clause.place(*holders)
    is_most = clause.has(Cue.MOST)
    clause.take(Cue.MOST, Cue.LEAST)
    limit = max((n for n in clause.take(Cue.TOP) if isinstance(n, int)), default=1)
    return frame.with_changes(
        ask=Operation.RANK, measure=Measure.COUNT, flow=Flow.ANY, group_by=(by,), limit=limit, descending=is_most
    )


def _share(frame: Frame, clause: Clause) -> Frame | None:
    """ "What share of my spending was rent"; "by what percent did it grow" is no share."""
    if not clause.has(Cue.SHARE):
        return spent_of_earned(frame, clause)
    if clause.has(Cue.DIFFERENCE, Cue.MORE, Cue.LESS):
        clause.take(Cue.SHARE, Cue.DIFFERENCE, Cue.MORE, Cue.LESS, Cue.COMPARE)
        return grown(frame, clause)
    if ratio := _ratio(frame, clause):
        return ratio
    whole = whole_of(frame, clause)
    if not _incomes(whole)[0]:
        frame = of_part(frame, clause)
    clause.take(Cue.SHARE)
    frame = frame.with_changes(ask=Operation.SHARE, share_of="spending", whole=whole)
    if frame.measure in (None, Measure.SPEND) and of_payments(clause):
        frame = frame.with_changes(measure=Measure.COUNT)
    earned, spent = _incomes(frame.objects)
    if earned and spent:  # "what share of my salary went on rent"
        out = {"flow": Flow.OUT, "measure": Measure.SPEND}
        return frame.with_changes(share_of="income", objects=spent, whole=earned, **out)
    if of_income := spent_of_income(frame, clause):
        return of_income
    if not (clause.says(Measure.INCOME) and frame.objects):
        return frame
    flow, measure = (Flow.IN, Measure.INCOME) if earned else (Flow.OUT, Measure.SPEND)
    return frame.with_changes(share_of="income", flow=flow, measure=measure, whole=())


def _ratio(frame: Frame, clause: Clause) -> Frame | None:
    """ "The ratio of eating out to groceries": the first as a share of the second."""
    named = [m for m in clause.mentions if m.kind in OBJECT_KINDS]
    if "ratio of" not in clause.reading.text or len(named) != 2:
        return None
    if clause.reading.text[named[0].end : named[1].start].strip() not in ("to", "to my", "to the"):
        return None
    clause.take(Cue.SHARE)
    part, whole = (filters([one], Operator.IN) for one in named)
    return frame.with_changes(ask=Operation.SHARE, share_of="spending", objects=part, whole=whole)


_OF_PAYMENTS = re.compile(
    r"\b(?:share|percentage|percent|per ?cent|%|proportion|fraction|portion) of (?:(?:all|my|our|the|of|those|these) )*"
    r"(?:[\w'-]+ ){0,3}?(?:payments|transactions|purchases|orders|bills|trips|visits|rides)\b"
)
_OF_MONEY = re.compile(r"\b(?:spen\w+|amounts?|value|rupees|money|worth|outgo\w*|expen\w+)\b")


def of_payments(clause: Clause) -> bool:
    """ "What percentage of my payments was by UPI": of their number, where no money is spoken of."""
    return bool(_OF_PAYMENTS.search(clause.reading.text)) and not _OF_MONEY.search(said_without(clause, "amount"))


_OF_EARNED = re.compile(r"\bhow much of (?:[\w']+ ){0,2}?(?:salary|pension|wages|pay ?che(?:ck|que))\b")


def spent_of_earned(frame: Frame, clause: Clause) -> Frame | None:
    """ "How much of my salary did I spend": the share of it; None where it is not spending that is asked about."""
    if not _OF_EARNED.search(clause.reading.text):
        return None
    return spent_of_income(frame.with_changes(ask=Operation.SHARE), clause)


def spent_of_income(frame: Frame, clause: Clause) -> Frame | None:
    """ "What portion of my salary did I spend"; None where something else is asked."""
    earned, spent = _incomes(frame.objects)
    if not earned or spent or not clause.says(Measure.SPEND):
        return None
    return frame.with_changes(share_of="income", objects=(), whole=earned, flow=Flow.OUT, measure=Measure.SPEND)


def _incomes(objects: tuple[Filter, ...]) -> tuple[tuple[Filter, ...], tuple[Filter, ...]]:
    """The categories of income among the objects, and everything else."""
    earned: list[Filter] = []
    spent: list[Filter] = []
    for one in objects:
        values = [value for value in one.values if one.field == "category" and value in INCOME_CATEGORIES]
        others = [value for value in one.values if value not in values]
        earned += [one.model_copy(update={"values": tuple(values)})] if values else []
        spent += [one.model_copy(update={"values": tuple(others)})] if others else []
    return tuple(earned), tuple(spent)


_VERB = re.compile(
    r"\b(?:was|were|is|are|has|have|had|landed|went|goes|go|gone|came|happens?|happened|falls?|fell|did|do|occurs?|comes)\b"
)


def whole_of(frame: Frame, clause: Clause) -> tuple[Filter, ...]:
    """What the whole of a share is of, where that is less than everything: "what share of food was on weekends"."""
    if _is_of_everything(clause):
        return ()
    behind, part = _as_a_share(clause)
    if behind and part:
        return behind
    if before := _before_the_alert(clause) or _before_the_verb(clause) or _before_the_share(clause):
        return before
    objects = _whole_objects(frame, clause)
    return (*objects, *frame.conditions) if objects else _paid_by_some_way(frame, clause)


def _paid_by_some_way(frame: Frame, clause: Clause) -> tuple[Filter, ...]:
    """Of "what percent of fuel was paid by card" the fuel; of "what percent of card payments was fuel" nothing."""
    ways, said = [f for f in frame.conditions if f.field == "channel"], clause.find(Cue.SHARE)
    if not (ways and frame.objects and said):
        return ()
    behind = [m for m in clause.after(said[0]) if m.kind in (*OBJECT_KINDS, "channel")]
    return frame.objects if not behind or behind[0].kind in OBJECT_KINDS else ()


def _is_of_everything(clause: Clause) -> bool:
    """ "What percent of my October spending was ...": of all that was spent, whatever is named behind."""
    said = clause.find(Cue.SHARE)
    verb = _VERB.search(clause.reading.text, said[0].end) if said else None
    if verb is None:
        return False
    between = [m for m in clause.mentions if said[0].end <= m.start < verb.start()]
    spends = any(is_cue(m, Cue.MEASURE) and m.value[1] is Measure.SPEND for m in between)
    return spends and not any(m.kind in (*OBJECT_KINDS, "channel", "account") for m in between)


_OF_PAID = re.compile(
    r"\bof\b.*(?<!flagged )(?<!alerted )(?<!suspicious )\b(?:payments?|transactions?|transfers?)\b"
    r"(?! (?:that|which|we)\b)"
)


def _before_the_alert(clause: Clause) -> tuple[Filter, ...]:
    """Of "what share of UPI payments raised an alert" the payments by UPI; of "what share of alerts ..." nothing."""
    raised, said = clause.find(Cue.ALERTS, Cue.FLAGGED), clause.find(Cue.SHARE)
    if not raised or not said or not _OF_PAID.search(clause.reading.text[said[0].start : raised[0].end]):
        return ()
    of_whole = [m for m in clause.mentions if said[0].end <= m.start < raised[0].start]
    return _named_by(of_whole, clause)


def _before_the_verb(clause: Clause) -> tuple[Filter, ...]:
    """What is named between "share of" and the verb, where something is named behind it too."""
    whole, part = _around_the_verb(clause)
    verb = _verb_of_share(clause)
    behind = [m for m in clause.mentions if verb and m.start >= verb.end()]
    return whole if part or any(m.kind == "period" and m.value.weekdays for m in behind) else ()


def _verb_of_share(clause: Clause) -> re.Match[str] | None:
    """The verb of "what share of A was B"; None where what the whole is of is not said before it."""
    said = clause.find(Cue.SHARE)
    if not said or not clause.text_of(said[0]).endswith("of"):
        return None
    return _VERB.search(clause.reading.text, said[0].end)


def _around_the_verb(clause: Clause) -> tuple[tuple[Filter, ...], tuple[Filter, ...]]:
    """What is named between "share of" and the verb, and behind it."""
    said, verb = clause.find(Cue.SHARE), _verb_of_share(clause)
    if verb is None:
        return (), ()
    of_whole = [m for m in clause.mentions if said[0].end <= m.start < verb.start()]
    of_part = [m for m in clause.mentions if m.start >= verb.end()]
    return _named_by(of_whole, clause), _named_by(of_part, clause)


def _before_the_share(clause: Clause) -> tuple[Filter, ...]:
    """What is named before "what percentage", where something is named behind it too: "of my food, what percentage was
    on weekends"."""
    whole, part = _around_the_share(clause)
    return whole if part else ()


def _around_the_share(clause: Clause) -> tuple[tuple[Filter, ...], tuple[Filter, ...]]:
    """What is named before "what percentage", and behind it."""
    said = clause.find(Cue.SHARE)
    if not said or clause.text_of(said[0]).endswith("of"):
        return (), ()
    before = [m for m in clause.mentions if m.end <= said[0].start]
    behind = [m for m in clause.mentions if m.start >= said[0].end]
    return _named_by(before, clause), _named_by(behind, clause)


def of_part(frame: Frame, clause: Clause) -> Frame:
    """ "Of groceries and fuel together, what percentage was fuel?", "what share of food was eating out": the part is
    the fuel, the eating out, alone."""
    whole, part = next((pair for around in _AROUND if (pair := around(clause))[1]), ((), ()))
    fields = {f.field for f in whole} & {f.field for f in part}
    kept = tuple(f for f in frame.objects if f.field not in fields)
    return frame.with_changes(objects=(*kept, *(f for f in part if f.field in fields))) if fields else frame


def _as_a_share(clause: Clause) -> tuple[tuple[Filter, ...], tuple[Filter, ...]]:
    """Of "A as a percent of A, B and C" what is named behind, and before it."""
    said = clause.find(Cue.SHARE)
    if not said or not clause.text_of(said[0]).startswith("as a"):
        return (), ()
    part = [m for m in clause.mentions if m.end <= said[0].start]
    whole = [m for m in clause.mentions if m.start >= said[0].end]
    return _named_by(whole, clause), _named_by(part, clause)


_AROUND = (_as_a_share, _around_the_share, _around_the_verb)


def _named_by(mentions: list[Mention[Any]], clause: Clause) -> tuple[Filter, ...]:
    part = Clause(replace(clause.reading, mentions=tuple(mentions)))
    return (*objects(part)[0], *conditions(part), *limits_of(m.value for m in mentions if m.kind == "amount"))


def _whole_objects(frame: Frame, clause: Clause) -> tuple[Filter, ...]:
    """The object said right after "share of", when another follows: "what share of food was at Swiggy"."""
    named = [mention for mention in clause.mentions if mention.kind in OBJECT_KINDS]
    fields = [one.field for one in frame.objects]
    if sorted(fields) == ["category", "counterparty"]:  # a payee's part of a category, whichever is said first
        return tuple(one for one in frame.objects if one.field == "category")
    if len(frame.objects) == 2 and clause.reading.text[: named[-1].start].rstrip().endswith(_WITHIN):
        return filters(named[-1:], Operator.IN)
    said = clause.find(Cue.SHARE)
    if len(frame.objects) < 2 or not said or named[0].start < said[0].start:
        return ()
    return filters(named[:1], Operator.IN)


def _usual(frame: Frame, clause: Clause) -> Frame | None:
    if not clause.has(Cue.USUAL):
        return None
    if clause.has(Cue.EACH, Cue.PACE) and not clause.has(Cue.MORE, Cue.LESS, Cue.COMPARE):
        clause.take(Cue.USUAL)
        unit = next(iter(clause.take(Cue.EACH, Cue.PACE)))
        return frame.with_changes(ask=Operation.PACE, unit=unit, measure=frame.plain)
    if itself := usual_itself(frame, clause):
        return itself
    if _ITSELF.search(clause.reading.text) and clause.says(Measure.MEDIAN, Measure.AVERAGE):
        clause.take(Cue.USUAL)
        return None  # "a typical ride, I mean the median"
    clause.take(Cue.USUAL, Cue.MORE, Cue.LESS, Cue.COMPARE, Cue.DIFFERENCE, Cue.LATEST)
    return frame.with_changes(ask=Operation.USUAL, conditions=without_sums(frame.conditions))


_HELD_AGAINST = (Cue.YES_NO, Cue.MORE, Cue.LESS, Cue.COMPARE, Cue.DIFFERENCE, Cue.LATEST, Cue.SHARE)
_ITSELF = re.compile(
    r"\b(?:how much|what)(?:'s| is| was| do| does| did| would| will)?(?: (?:i|we|it|they|my|our|the|a|an))* "
    r"(?:\w+ )?(?:usual|normal|typical|general)(?:ly)?\b"
    r"|\bhow (?:much|big|high|large) (?:is|are|was|were|do|does) [\w' ]*?\b(?:usually|normally|typically|generally)$"
)
_SPENT = re.compile(r"\b(?:spen[dt]\w*|month)\b")


def usual_itself(frame: Frame, clause: Clause) -> Frame | None:
    """ "How much do I usually pay for electricity?": what one payment is on average; "usually spend on groceries":
    what a month is. None where something is held against what is usual."""
    is_held = clause.has(*_HELD_AGAINST) or frame.periods or frame.against
    is_held = is_held or clause.says(Measure.MEDIAN, Measure.AVERAGE)
    if frame.topic is not None or is_held or not _ITSELF.search(clause.reading.text):
        return None
    clause.take(Cue.USUAL)
    if _SPENT.search(clause.reading.text) or not (frame.objects or frame.conditions):
        return frame.with_changes(ask=Operation.PACE, unit=Unit.MONTH, measure=frame.plain)
    return frame.with_changes(ask=Operation.VALUE, measure=Measure.AVERAGE)


_ONE_BEFORE = re.compile(
    r"\b(?:than|from|on|over|to|with|against|and|versus|vs)(?: (?:the|my|its))? (?:"
    r"(?:previous|prior|preceding|earlier) (?:one|bill|payment|time|order|instal?ment)"
    r"|(?:one|bill|payment|order|time) before(?: (?:that|it))?|last (?:time|one|bill|order))\b"
)


def _since_last(frame: Frame, clause: Clause) -> Frame | None:
    """ "Is my latest power bill higher than the one before?": the last payment against the one before it."""
    holds_against = clause.has(Cue.COMPARE, Cue.DIFFERENCE, Cue.MORE, Cue.LESS)
    if not (frame.objects and holds_against and _ONE_BEFORE.search(clause.reading.text)) or frame.periods:
        return None
    frame = directed(frame, clause)
    clause.take(Cue.COMPARE, Cue.DIFFERENCE, Cue.MORE, Cue.LESS, Cue.LATEST, Cue.USUAL, Cue.FIRST)
    return frame.with_changes(ask=Operation.SINCE_LAST, measure=None, against=None)


def _rank(frame: Frame, clause: Clause) -> Frame | None:
    """ "Top 5 merchants", "biggest expense category", "my largest payments"; one largest payment is a value."""
    first = next(iter([*clause.find(Cue.TOP), *_extremes(clause)]), None)
    if first is None:
        return None
    clause.take(Cue.TOP, Cue.MOST, Cue.LEAST)
    is_number = is_cue(first, Cue.TOP)
    count = abs(first.value[1]) if is_number else None
    descending = first.value[1] > 0 if is_number else first.value[1] is Measure.LARGEST
    often = is_number and (_MOST_OFTEN.search(clause.text_of(first)) or _OFTEN.search(clause.reading.text))
    measure = Measure.COUNT if often else _sum(frame, clause)
    ranked = frame.with_changes(descending=descending, measure=measure)
    if place := _place_after(first, clause):
        limit = count or (FEW if clause.text_of(place).endswith("s") else 1)
        return ranked.with_changes(ask=Operation.RANK, group_by=(Dimension.COUNTERPARTY,), limit=limit)
    if noun := _noun_after(first, clause):
        limit = count or (FEW if clause.text_of(noun).endswith("s") else 1)
        if units := clause.take(Cue.EACH):
            groups = (_UNITS[units[0]], noun.value[1])
            return ranked.with_changes(ask=Operation.BREAKDOWN, group_by=groups, limit=limit)
        return ranked.with_changes(ask=Operation.RANK, group_by=(noun.value[1],), limit=limit)
    if frame.group_by and is_number:
        return ranked.with_changes(ask=Operation.RANK, limit=count)
    if is_number or _is_plural_payment(first, clause):
        latest = "largest" if descending else "smallest"
        dates = count == 1 and clause.take(Cue.WHEN)
        ask = Operation.WHEN_LAST if dates else Operation.LIST  # "when did I pay the lowest one?"
        return ranked.with_changes(ask=ask, limit=count or FEW, latest=latest)
    return None


_OFTEN = re.compile(r"\b(?:most|more|least) (?:often|frequently)\b")
_MOST_OFTEN = re.compile(r"\b(?:frequent|visited|used|common|busiest)\b")


def _extremes(clause: Clause) -> list[Mention[Any]]:
    return [mention for mention in clause.find(Cue.MEASURE) if mention.value[1] in _EXTREMES]


def _place_after(rank: Mention[Any], clause: Clause) -> Mention[Any] | None:
    """ "Top 3 restaurants": the category's places, and not its payments."""
    for mention in clause.after(rank)[:1]:
        is_place = mention.kind == "category" and stem(clause.text_of(mention).split()[-1]) in PLACES
        if is_place and clause.are_adjacent(rank, mention):
            return mention
    return None


def _noun_after(rank: Mention[Any], clause: Clause) -> Mention[Any] | None:
    """The dimension that a rank is about: the noun next to it, with at most "spending" or a category between."""
    before: Mention[Any] | None = None
    for mention in clause.after(rank)[:3]:
        if is_cue(mention, Cue.NOUN) and (before is None or clause.are_adjacent(before, mention)):
            clause.place(mention)
            return mention
        if mention.kind != "category" and not is_cue(mention, Cue.PAYMENTS, Cue.MEASURE):
            return None
        before = mention
    return None


def _is_plural_payment(rank: Mention[Any], clause: Clause) -> bool:
    for after in clause.after(rank)[:1]:
        is_payment = is_cue(after, Cue.PAYMENTS) or after.value == (Cue.MEASURE, Measure.SPEND)
        return is_payment and clause.text_of(after).endswith("s")
    return False


def _sum(frame: Frame, clause: Clause) -> Measure | None:
    """What groups are ranked by, where "largest" was about groups and not about payments."""
    if clause.says(Measure.COUNT):
        return Measure.COUNT
    if frame.measure in (Measure.NET, Measure.VOLUME):
        return frame.measure
    said = clause.says(Measure.SPEND, Measure.INCOME) or frame.flow is not None
    return frame.plain if said else None


def _when(frame: Frame, clause: Clause) -> Frame | None:
    """ "When did I last pay X", "when was my largest payment", "when do I spend the most"."""
    if clause.has(Cue.SINCE_WHEN):
        clause.take(Cue.SINCE_WHEN, Cue.WHEN, Cue.FIRST)
        return frame.with_changes(ask=Operation.WHEN_FIRST, measure=None)
    dates = _dates_of_one(clause)
    is_time = bool(_THE_TIME.match(clause.reading.text)) and not clause.has(Cue.HOW_MUCH, Cue.WHICH, Cue.WHO)
    if not clause.has(Cue.WHEN, Cue.DAYS_AGO) and not dates and not is_time:
        return None
    unit = Unit.DAY if clause.has(Cue.DAYS_AGO) else None
    clause.take(Cue.WHEN, Cue.DAYS_AGO)
    clause.place(*dates)
    if clause.has(Cue.MOST, Cue.LEAST):
        is_most = clause.has(Cue.MOST)
        clause.take(Cue.MOST, Cue.LEAST)
        return frame.with_changes(ask=Operation.RANK, group_by=(Dimension.DAY,), limit=1, descending=is_most)
    if frame.measure in _EXTREMES:
        return _when_extreme(frame)
    operation = Operation.WHEN_FIRST if clause.has(Cue.FIRST) else Operation.WHEN_LAST
    latest = "latest" if clause.has(Cue.LATEST) and not clause.has(Cue.FIRST) else None
    clause.take(Cue.FIRST, Cue.LATEST)
    measure = None if frame.measure is Measure.COUNT else frame.measure
    return frame.with_changes(ask=operation, unit=unit, measure=measure, latest=latest)


_THE_TIME = re.compile(r"(?:the |my )?(?:very )?(?:first|last) time (?:that )?(?:i|we)\b")
""" "First time I paid Swiggy": the day of it."""


def _names_one(clause: Clause) -> bool:
    """Whether a single payment is spoken of."""
    return bool(re.search(r"\b(?:payment|purchase|buy|order|bill|transaction|transfer|debit)\b", clause.reading.text))


def _when_extreme(frame: Frame) -> Frame:
    """The day of the one largest, or smallest, payment."""
    latest = "largest" if frame.measure is Measure.LARGEST else "smallest"
    return frame.with_changes(ask=Operation.WHEN_LAST, limit=1, latest=latest, measure=None, group_by=())


def _dates_of_one(clause: Clause) -> list[Mention[Any]]:
    """ "Date of my last salary", "last ZipCab transaction date": the noun asks when."""
    if clause.has(Cue.MOST, Cue.LEAST) or clause.says(*_EXTREMES, Measure.COUNT):
        return []
    days = [noun for noun in clause.find(Cue.NOUN) if clause.text_of(noun) in ("day", "date")]
    if clause.has(Cue.LATEST, Cue.FIRST):
        return days
    return [day for day in days if any(clause.are_adjacent(which, day) for which in clause.find(Cue.WHICH))]


MOST_PAYMENTS = re.compile(
    r"\b(?:most|fewest|least|fewer|more|busiest)(?: \w+)? (?:payments|transactions|purchases|orders)\b"
)


def _which(frame: Frame, clause: Clause) -> Frame | None:
    """ "Which category did I spend most on", "who paid me", "where does my money go"."""
    dimension = _dimension(frame, clause)
    if dimension is None:
        return None
    if frame.measure in _EXTREMES and clause.has(Cue.WHO) and clause.has(Cue.PAYMENTS):
        return _whose_payment(frame, clause)
    if frame.measure in _EXTREMES and dimension is Dimension.ACCOUNT and clause.has(Cue.PAYMENTS):
        descending = frame.measure is Measure.LARGEST
        return frame.with_changes(ask=Operation.RANK, group_by=(dimension,), limit=1, descending=descending)
    superlative = clause.has(Cue.MOST, Cue.LEAST, Cue.MORE, Cue.LESS)
    if not superlative and (clause.counts_nouns({dimension}) or _counted_place(clause)):
        counted = frame.with_changes(ask=Operation.COUNT_GROUPS, group_by=(dimension,), measure=frame.plain)
        return paid_so_often(counted, clause)
    frame = frame.with_changes(group_by=(dimension,))
    if frame.measure in _EXTREMES and dimension is Dimension.DAY and _names_one(clause):
        return _when_extreme(frame)  # "on which date was my largest purchase"
    holds_many = dimension in _LONG or (dimension is Dimension.DAY and not _names_one(clause))
    if frame.measure in _EXTREMES and (holds_many or not clause.has(Cue.PAYMENTS)):
        descending = frame.measure is Measure.LARGEST
        return frame.with_changes(ask=Operation.RANK, limit=1, descending=descending, measure=_sum(frame, clause))
    if not superlative:
        return frame.with_changes(ask=Operation.BREAKDOWN)
    said, descending = clause.texts(Cue.MOST, Cue.LEAST), not clause.has(Cue.LEAST, Cue.LESS)
    clause.take(Cue.MOST, Cue.LEAST, Cue.MORE, Cue.LESS)
    by_count = any(word in text for text in said for word in ("often", "frequent", "times", "payments", "transactions"))
    by_count = by_count or bool(MOST_PAYMENTS.search(clause.reading.text))
    measure = Measure.COUNT if by_count else frame.measure
    return frame.with_changes(ask=Operation.RANK, limit=1, descending=descending, measure=measure)


_SO_OFTEN = re.compile(r"(?P<how>at least|more than|over|only|just|exactly) (?P<times>\w+)(?: times)?")
_TIMES_SAID = {"once": 1, "twice": 2, "thrice": 3} | NUMBERS


def paid_so_often(frame: Frame, clause: Clause) -> Frame:
    """Of "how many shops did I pay more than once" those with so many payments."""
    said = next((match for text in clause.texts(Cue.SO_OFTEN) if (match := _SO_OFTEN.fullmatch(text))), None)
    if said is None:
        return frame
    clause.take(Cue.SO_OFTEN)
    times = _TIMES_SAID.get(said["times"]) or int(said["times"])
    low = times + (said["how"] in ("more than", "over"))
    high = times if said["how"] in ("only", "just", "exactly") else None
    return frame.with_changes(measure=Measure.COUNT, threshold=Threshold(low_minor=low, high_minor=high, said_minor=0))


def _whose_payment(frame: Frame, clause: Clause) -> Frame:
    """ "Who was my largest payment to?" asks for a name; "my largest payment, and to whom" for the payment first."""
    if clause.find(Cue.WHO)[0].start > clause.find(Cue.MEASURE)[0].start:
        return frame.with_changes(ask=Operation.VALUE)
    descending = frame.measure is Measure.LARGEST
    return frame.with_changes(ask=Operation.RANK, group_by=(Dimension.COUNTERPARTY,), limit=1, descending=descending)


def _dimension(frame: Frame, clause: Clause) -> Dimension | None:
    """What the groups would be, where the clause asks for groups."""
    asks = clause.has(Cue.WHICH, Cue.WHO, Cue.SHOW, Cue.BREAKDOWN, Cue.MOST, Cue.LEAST) or clause.says(Measure.COUNT)
    nouns = [n for n in clause.find(Cue.NOUN) if not (_is_the_askers(n, clause) or _is_of_a_kind(n, clause))]
    if nouns and asks:
        clause.place(nouns[0])
        clause.take(Cue.WHERE)  # "the shop where I spent the most"
        return nouns[0].value[1]
    if clause.has(Cue.WHO) or _asks_for_a_place(clause) or _counted_place(clause):
        return Dimension.COUNTERPARTY
    superlative = clause.has(Cue.MOST, Cue.LEAST)
    if clause.has(Cue.WHERE):
        clause.take(Cue.WHERE)
        if frame.group_by:
            return frame.group_by[0]
        return Dimension.COUNTERPARTY if superlative else Dimension.CATEGORY
    return Dimension.CATEGORY if superlative and not frame.group_by else None


def _asks_for_a_place(clause: Clause) -> bool:
    """ "Which restaurant", "which shop of them": a category's word for those who are paid."""
    which = clause.find(Cue.WHICH)
    places = [m for m in clause.reading.of("category") if stem(clause.text_of(m).split()[-1]) in PLACES]
    return any(clause.are_adjacent(cue, place) for cue in which for place in places)


def _counted_place(clause: Clause) -> bool:
    """ "How many (different) restaurants" counts places, "how many times at restaurants" payments."""
    counts = [m for m in clause.find(Cue.MEASURE) if m.value[1] is Measure.COUNT]
    for count in counts:
        for place in clause.after(count)[:1]:
            between = clause.reading.text[count.end : place.start].split()
            is_place = place.kind == "category" and (
                stem(clause.text_of(place).split()[-1]) in PLACES or _has_shops_behind(place, clause)
            )
            counts_payments = any(clause.are_adjacent(place, said) for said in clause.find(Cue.PAYMENTS))
            counts_payments = counts_payments or bool(_OCCASIONS.match(clause.reading.text[place.end :]))
            if is_place and not counts_payments and set(between) <= _DIFFERENT and "times" not in clause.text_of(count):
                return True
    return False


_OCCASIONS = re.compile(r" (?:visits|trips|rides|meals|orders|refills|bookings|sessions|appointments)\b")


def _has_shops_behind(kind: Mention[Any], clause: Clause) -> bool:
    """ "How many clothing shops": those who are paid, and no payments of the category."""
    shops = [noun for noun in clause.find(Cue.NOUN) if noun.value[1] is Dimension.COUNTERPARTY]
    behind = [noun for noun in shops if noun.start >= kind.end and clause.are_adjacent(kind, noun)]
    clause.place(*behind)
    return bool(behind)


def _latest(frame: Frame, clause: Clause) -> Frame | None:
    """ "My last 5 transactions", "the first payment to X"."""
    if not clause.has(Cue.LATEST, Cue.FIRST):
        return None
    latest = "earliest" if clause.has(Cue.FIRST) else "latest"
    counts = [abs(count) for count in clause.take(Cue.LATEST, Cue.FIRST) if isinstance(count, int)]
    if clause.says(*_EXTREMES, Measure.MEDIAN) and max(counts, default=1) > 1:
        clause.displace(*clause.find(Cue.LATEST, Cue.FIRST))  # the largest of the last ten is not looked for
    plural = any(text.endswith("s") for text in clause.texts(Cue.PAYMENTS))
    limit = max(counts, default=1)
    is_one = any(text.startswith("which of") for text in clause.texts(Cue.WHICH))  # "which of my payments failed last"
    limit = FEW_LATEST if limit == 1 and plural and not is_one else limit
    measure = Measure.AVERAGE if limit > 1 and frame.measure is Measure.AVERAGE else None
    return frame.with_changes(ask=Operation.LIST, limit=limit, latest=latest, measure=measure)


_HOW_MUCH_MORE = re.compile(
    r"\bhow (?:much|many) (?:is|was|were|are|did|does|do|has|have)\b[^,]*"
    r"\b(?<!or )(?:more|less|higher|lower|dearer|cheaper|costlier|larger|bigger|smaller) than\b"
)


def _compare(frame: Frame, clause: Clause) -> Frame | None:
    """ "More than in April", "how did it change", "fuel or groceries"."""
    moves = frame.against is not None and bool(spoken(clause)) and not names_only_prior(clause)
    has_halves = any(f.field == "weekend" and len(f.values) > 1 for f in frame.conditions)
    if not (clause.has(Cue.COMPARE, Cue.DIFFERENCE, Cue.MORE, Cue.LESS) or moves or has_halves):
        return None
    if clause.says(Measure.LARGEST) and clause.says(Measure.SMALLEST):
        return None  # no two periods: how far the two are apart is a range
    differs = clause.has(Cue.DIFFERENCE) or bool(_HOW_MUCH_MORE.search(clause.reading.text))
    if any("growth" in text for text in clause.texts(Cue.DIFFERENCE)) or _only_abbreviates(clause):
        clause.take(Cue.COMPARE, Cue.DIFFERENCE, Cue.MORE, Cue.LESS)
        return grown(frame, clause)
    frame = directed(frame, clause) if differs else frame
    clause.take(Cue.COMPARE, Cue.DIFFERENCE, Cue.MORE, Cue.LESS)
    if len(frame.periods) < 2 and compares_things(frame):
        return versus(frame, clause, differs=differs)
    return frame.with_changes(ask=Operation.DIFFERENCE if differs else Operation.COMPARE)


def versus(frame: Frame, clause: Clause, *, differs: bool) -> Frame:
    """Things held against each other; "did X or Y cost more, and by how much" asks how far apart they are."""
    sign = "size" if differs and clause.has(Cue.YES_NO) else frame.sign
    asks_smaller = not differs and clause.has(Cue.LESS, Cue.LEAST)
    return frame.with_changes(ask=Operation.VERSUS, asks_difference=differs, sign=sign, descending=not asks_smaller)


def grown(frame: Frame, clause: Clause) -> Frame:
    """Growth from the earlier of two periods to the later, unless one is held against the other with "than"."""
    frame = frame.with_changes(ask=Operation.GROWTH)
    if len(frame.periods) != 2 or "than" in clause.reading.text.split():
        return frame
    return frame.with_changes(periods=tuple(sorted(frame.periods, key=lambda period: period.start, reverse=True)))


def _only_abbreviates(clause: Clause) -> bool:
    """ "YoY?" by itself is a rate, "the MoM change" an amount."""
    said = clause.texts(Cue.DIFFERENCE)
    return bool(said) and set(said) <= {"yoy", "mom", "qoq", "wow"}


def compares_things(frame: Frame) -> bool:
    fields = ("category", "counterparty", "channel", "weekend")
    several = any(f.field in fields and len(f.values) > 1 for f in (*frame.objects, *frame.conditions))
    return several and frame.against is None


def _grouped(frame: Frame, clause: Clause) -> Frame | None:
    """ "By month", "each month", "the trend", "per month on average"."""
    rates, courses = clause.take(Cue.PACE), clause.take(Cue.EACH)
    unit: Unit | None = next(iter((*rates, *courses)), None)
    is_course = clause.has(Cue.BREAKDOWN, Cue.TREND) or bool(frame.group_by)
    asks_rate = bool(rates) and not clause.has(Cue.SHOW, Cue.WHICH)
    if unit and not is_course and (asks_rate or clause.says(Measure.AVERAGE)):
        measure = Measure.COUNT if clause.says(Measure.COUNT) else frame.plain
        return frame.with_changes(ask=Operation.PACE, unit=unit, measure=measure)
    groups = [*frame.group_by, *([_UNITS[unit]] if unit else [])]
    if not groups and clause.has(Cue.TREND, Cue.BREAKDOWN):
        groups = [Dimension.MONTH if clause.has(Cue.TREND) else Dimension.CATEGORY]
    clause.take(Cue.BREAKDOWN, Cue.TREND)
    if not groups:
        return None
    if frame.measure is None and any("transaction" in text for text in clause.texts(Cue.PAYMENTS)):
        frame = frame.with_changes(measure=Measure.COUNT, flow=frame.flow or Flow.ANY)
    return frame.with_changes(ask=Operation.BREAKDOWN, group_by=tuple(dict.fromkeys(groups))[:2])


def _listed(frame: Frame, clause: Clause) -> Frame | None:
    """The payments themselves, or, with a measure and nothing else, its value."""
    asks_sum = clause.has(Cue.HOW_MUCH, Cue.TOTAL)
    shows_those = clause.has(Cue.SHOW) and clause.has(Cue.ANAPHORA)
    frame = frame.with_changes(asks_amount=clause.has(Cue.TOTAL))
    names_payments = clause.has(Cue.PAYMENTS) and not clause.has(Cue.ONLY)
    if clause.reading.of("name") and not clause.has(Cue.SHOW) and set(clause.texts(Cue.PAYMENTS)) <= {"bill", "bills"}:
        names_payments = False  # "the electricity bill in May" is what it came to
    asks_what = clause.reading.text.startswith(("what did i buy", "what have i bought"))
    is_plain = frame.measure in (None, Measure.SPEND, Measure.INCOME)
    if asks_sum and names_payments and frame.measure is None and frame.flow in (Flow.OUT, Flow.IN):
        return frame.with_changes(ask=Operation.VALUE, measure=frame.plain)
    if shows_those or (is_plain and not asks_sum and (names_payments or asks_what)):
        return frame.with_changes(ask=Operation.LIST, measure=None)
    return frame.with_changes(ask=Operation.VALUE) if frame.topic is None and frame.measure is not None else None


_NEWEST = re.compile(
    r"\b(?:newest|(?:latest|last|most recent) new|(?:latest|last|most recently|recently|newly) added)"
    r" (?:payee|beneficiary|recipient|person|merchant|shop|contact|counterparty)\b"
)


def _newest_payee(frame: Frame, clause: Clause) -> Frame | None:
    """ "Who is the newest payee?": to whom the latest of all first payments went."""
    if not _NEWEST.search(clause.reading.text) or clause.has(Cue.HOW_MUCH) or clause.says(Measure.COUNT):
        return None
    clause.place(*clause.find(Cue.NOUN))
    asks_day = bool(clause.take(Cue.WHEN))
    clause.take(Cue.LATEST, Cue.FIRST)
    first = Filter(field="payee_is_new", operator=Operator.IN, values=("new",))
    asked = {"ask": Operation.WHEN_LAST if asks_day else Operation.WHO, "measure": None, "latest": "latest"}
    return frame.with_changes(**asked, flow=Flow.OUT, group_by=(), conditions=(*frame.conditions, first))


_WHO_GOT_IT = re.compile(
    r"\b(?:who (?:was|got) paid|who (?:received|got)|to whom|whom|payee|beneficiary|recipient|receiver)\b"
)


def _payee_of_alert(frame: Frame, clause: Clause) -> Frame | None:
    """ "Who was paid in the most recent alert?": the payee of one payment."""
    if not (frame.is_of_alerted and names_one_alert(clause) and _WHO_GOT_IT.search(clause.reading.text)):
        return None
    clause.place(*clause.find(Cue.NOUN))
    latest = "earliest" if clause.has(Cue.FIRST) else "latest"
    clause.take(Cue.LATEST, Cue.FIRST)
    return frame.with_changes(ask=Operation.WHO, measure=None, latest=latest, group_by=())


_RULES: tuple[Callable[[Frame, Clause], Frame | None], ...] = (
    in_order, _with_alerts, _payee_of_alert, _newest_payee, moved, _since_last, _share, _usual, _rank, _when, _which,
    _latest, _compare, _grouped, _listed,
)  # fmt: skip


def _is_the_askers(noun: Mention[Any], clause: Clause) -> bool:
    """ "Our bank", "my account": the whole of what is asked about, and nothing to group by."""
    before = clause.reading.text[: noun.start]
    return noun.value[1] in (Dimension.BANK, Dimension.ACCOUNT) and before.endswith(("our ", "my ", "this ", "the "))


def _place_repeated_nouns(frame: Frame, clause: Clause) -> None:
    """Nouns that only repeat what is said otherwise: "in my HDFC account", "our bank", "by month, each month"."""
    for mention in clause.find(Cue.NOUN):
        is_account = mention.value[1] is Dimension.ACCOUNT and bool(clause.reading.of("account"))
        if (
            mention.value[1] in frame.group_by
            or is_account
            or _is_the_askers(mention, clause)
            or _is_of_a_kind(mention, clause)
            or _is_of_a_name(mention, clause)
            or mention.end in persons_paid(clause.reading.text)
        ):
            clause.place(mention)


_COUNTED_PAYMENTS = re.compile(r"\b(?:payments|transactions|purchases|orders|visits|times|often)\b")


def _is_of_a_kind(noun: Mention[Any], clause: Clause) -> bool:
    """ "How many payments to clothing shops": the shops say the category again, and payments are counted."""
    counts = any(is_cue(m, Cue.MEASURE) and _COUNTED_PAYMENTS.search(clause.text_of(m)) for m in clause.mentions)
    is_kind = any(clause.are_adjacent(kind, noun) and kind.end <= noun.start for kind in clause.reading.of("category"))
    return counts and is_kind and noun.value[1] is Dimension.COUNTERPARTY and not clause.has(Cue.WHICH, Cue.MOST)


_THEM = frozenset(
    {"people", "folks", "guys", "company", "shop", "store", "place", "business", "outlet", "app", "website"}
)


def _is_of_a_name(noun: Mention[Any], clause: Clause) -> bool:
    """ "The GaanaGhar people", "that Dosa Corner place": whoever is named, said again."""
    names = clause.reading.of("name")
    return clause.text_of(noun) in _THEM and any(clause.are_adjacent(name, noun) for name in names)
