"""From a Reading to a Frame: which things said fill which slot. What finds no place is reported, never dropped."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from agents.plan import Operation
from agents.planner import alerts, slots, stretches
from agents.planner.asking import asked
from agents.planner.clause import Clause, is_cue
from agents.planner.frame import Frame, Topic
from agents.planner.lexicon import Cue
from agents.planner.names import Named
from agents.planner.reading import Reading
from core.insights.query import Flow, Measure, QueryPeriod
from core.money import Currency

ELLIPTICAL_WORDS = 3
"""A question of so few words without any name or period needs the one before it."""
_OF_TIME = re.compile(r"\b(?:day|week|month|quarter|year|period|time)\b")
_THAN_THAT = re.compile(r"\b(?:than|over|above|to|with|against|from) (?:that|it|this|then|those|the other)\b")
_TOTAL = re.compile(
    r"\b(?:total|sum|altogether|in all|overall|add(?:s|ed)? up|come(?:s)? to|came to)\b|\bworth\b(?! of)"
)
_ALTOGETHER = re.compile(
    r"\b(?:altogether|in all|in total|overall|all told|all in all|total|add(?:ed)? up|their sum"
    r"|sum of (?:them|those|these|all))\b"
)
_EVER = re.compile(
    r"\b(?:ever|of all time|since the (?:very )?(?:start|beginning))\b"
    r"|\b(?:have|has|'ve) (?:i|we|they|he|she)\b.* (?:in all|overall|all told)\b"
    r"|\b(?:in all|overall|all told|altogether) (?:have|has) (?:i|we|they|he|she)\b"
    r"|\bwhen (?:did|was|were|have|had) (?:i|we|they|he|she) last\b"
)
_IN_ALL = re.compile(r"\b(?:in all|altogether|overall|all told|all in all)\b")
_ANY_TIME = re.compile(
    r"\b(?:all|any|every|whole) (?:the )?(?:days?|hours?|times?(?= of)|week)\b(?! (?:i|we|of (?:the|my) month))"
)
_IN_MONEY = re.compile(
    r"\b(?:in (?:rupees|rs|inr|money(?: terms)?|value|amount)|(?:money|amount|value)[- ]?wise)\b|^rupees$"
)
_BARE_COUNT = re.compile(
    r"\bhow many(?: (?:of (?:it|them|those|these|that)|were|was|are|is|by|on|in|above|below|over|under|at)\b|$)"
)
_THAN = re.compile(r"\b(?:than|over|above|to|with|against|from|vs|versus|compared|on)\b")
_OCCASIONS = re.compile(
    r"\b(?:how many|number of|no\.? of) (?:visits|rides|trips|orders|meals|times|bookings|refills|donations)\b"
)
_OCCASION = re.compile(r"\b(?:visit|ride|trip|order|meal|booking|refill|donation|purchase|one|time)\b")
_ONE_OF_THEM = re.compile(
    r"\b(?:biggest|largest|smallest|highest|lowest|cheapest|dearest|costliest|priciest|latest|last|first) ones?\b"
)
_WHAT_IS_MOST = re.compile(
    r"^(?:(?:and|so|also|then) )*(?:(?:what|which)(?: one)?(?: is|'s| was) )?(?:the )?"
    r"(?:largest|biggest|highest|worst|smallest|lowest|cheapest|least)(?: ones?)?(?: now)?$"
)
_THE_BILL = re.compile(
    r"(?:(?:and|so|ok|then) )*(?:(?:what|how much) (?:was|is|were) )?the (?:total|whole|full|entire|final)"
    r" (?:bill|amount|cost|payment|damage|value|charge|spend|outlay)(?: then| there)?"
)
""" "What was the total bill?", of what was just counted."""
_WHICH_WAS = ("which was ", "which is ")
_ALL_KINDS = re.compile(r"\b(?:all|every)(?: of)?(?: the| my)? (?:categor(?:y|ies)|heads|kinds of spending)\b")
_BACK_TO = re.compile(r"(?:[\w,]+ ){0,3}back to\b")
""" "Ok, go back to this month. Which shop did I pay most?"."""
_WHAT_IS = re.compile(r"(?:(?:and|so|then|ok|now) )*what(?:'s| is| was| did| does| will)?(?: then| now)?")
_FIGURES = (None, Measure.SPEND, Measure.INCOME, Measure.COUNT)
COMPARING = frozenset({Operation.COMPARE, Operation.DIFFERENCE, Operation.GROWTH})


@dataclass(frozen=True, slots=True)
class Parsed:
    """The frame, how it stands to the last question, and everything that keeps it from being trusted."""

    frame: Frame
    alone: Frame
    """The same, where there is no question before it."""
    is_follow_up: bool
    """It leans on what was said before: "and in April?", "show me those"."""
    narrows: bool
    """ "Only", "of those": it adds to what was asked about, and does not replace it."""
    only_modifies: bool
    """It names a period, a condition or an exception and asks nothing itself: "leaving out rent"."""
    has_cue: bool
    """At least something in it is about money."""
    says_flagged: bool
    asks_all: bool
    """ "And what did I spend in total?": the whole again, whatever part was asked about."""
    than_that: bool
    """ "How much more is October than that?": what is named is held against the last question's period."""
    asks_total: bool
    """ "What was the total?": a sum, whatever the last question ranked or listed."""
    asks_altogether: bool
    """ "And in all?": everything of it, whichever one the last question was about."""
    asks_ever: bool
    """ "Have I ever?", "how often in all?": since the first payment, whatever time the last question spoke of."""
    sums_all: bool
    """ "In all", "altogether": of somebody else than the last question was of, since the first payment."""
    asks_any_time: bool
    """ "Now on all days": whatever days or hours the last question was about."""
    asks_which: bool
    asks_amount: bool
    """ "And how much?": money is wanted, whatever the last question counted."""
    tells_amount: bool
    """ "How much" is said, whatever else is; or "which was the highest", of whatever was shown."""
    unclear_names: tuple[Named, ...]
    unplaced: tuple[str, ...]
    """Phrases that were understood and found no slot."""
    wrong_currency: Currency | None
    points: bool
    """It opens as a follow-up, or points at what was said: "and", "of those"."""

    def is_of_all_time(self, last: Frame) -> bool:
        """Whether it asks of all days, whatever time the last question spoke of: "how much have I ever paid him?", "how
        much in all did I send to Gita?", after others."""
        if self.frame.periods or self.frame.topic is not None:
            return False
        payees = self.frame.values_of("counterparty")
        is_figure = self.frame.ask in (None, Operation.VALUE) and self.frame.measure in _FIGURES
        of_others = bool(payees) and is_figure and not payees & last.values_of("counterparty")
        return self.asks_ever or (self.sums_all and of_others and not self.points)

    def stands_alone(self, last: Frame) -> bool:
        """Whether it is a question in full, of other things in a period of its own: nothing of `last` is meant."""
        said = self.frame
        names_other = said.objects and said.objects != last.objects and said.periods
        leans = self.points or self.narrows or (last.flow is Flow.IN and said.flow is None)
        return bool(names_other) and self.asks_amount and not leans


def parse(reading: Reading, currencies: Sequence[Currency]) -> Parsed:
    """What one clause of a question asks of somebody whose payments are in `currencies`."""
    clause = Clause(reading)
    frame = _frame(clause)
    leans = _leans(frame, clause)
    alone = frame
    if slots.names_only_prior(clause) and frame.ask not in {*COMPARING, Operation.SINCE_LAST}:
        # "In the previous month", beside nothing that it could move.
        own = QueryPeriod.of(stretches.spoken(clause)[0].period)
        alone = frame.with_changes(periods=(own,), against=None)
        frame = frame if leans else alone
    return Parsed(
        frame=frame,
        alone=alone,
        is_follow_up=leans,
        narrows=clause.has(Cue.ONLY) or _is_of_those(clause),
        only_modifies=_only_modifies(frame, clause),
        has_cue=_has_cue(frame, clause),
        says_flagged=clause.has(Cue.FLAGGED, Cue.ALERTS),
        asks_all=_asks_all(clause),
        than_that=bool(_THAN_THAT.search(reading.text)) or not _THAN.search(reading.text),
        asks_total=(bool(_TOTAL.search(reading.text)) or _asks_what_it_is(clause)) and not clause.measures,
        asks_altogether=bool(_ALTOGETHER.search(reading.text)),
        asks_ever=asks_ever(reading.text),
        sums_all=bool(_IN_ALL.search(reading.text)),
        asks_any_time=bool(_ANY_TIME.search(reading.text)),
        asks_which=clause.has(Cue.WHICH) or bool(_WHAT_IS_MOST.search(reading.text)),
        asks_amount=_asks_amount(clause),
        tells_amount=clause.has(Cue.HOW_MUCH) or reading.text.startswith(_WHICH_WAS),
        unclear_names=tuple(m.value for m in reading.of("name") if m.value.is_unclear),
        unplaced=tuple(clause.unplaced()),
        wrong_currency=_wrong_currency(reading, currencies),
        points=clause.has(Cue.AGAIN, Cue.ANAPHORA, Cue.THAT_TIME, Cue.YES),
    )


def _frame(clause: Clause) -> Frame:
    objects, without = slots.objects(clause)
    topic = slots.topic(clause)
    frame = Frame(
        topic=topic,
        objects=objects,
        without=without,
        periods=slots.periods(clause),
        against=slots.against(clause),
        is_next=topic is Topic.RECURRING and slots.asks_next(clause),
        opens=topic is Topic.BALANCE and clause.has(Cue.OPENING),
        alert_status=alerts.alert_status(clause) if topic is Topic.ALERTS else None,
        conditions=slots.conditions(clause),
        are_apart=slots.are_apart(objects, clause),
        text=_story(clause) if topic is Topic.RECALL else clause.reading.text if topic is Topic.ALERTS else "",
    )
    frame = slots.with_amounts(frame.with_changes(**alerts.scores(clause)), clause)
    frame = asked(slots.with_measure(frame, clause), clause).with_changes(position=clause.reading.position)
    if topic is Topic.ALERTS:
        frame = frame.with_changes(**alerts.alerts_asked(clause, None) or {})
    if topic is Topic.EXPLAIN and alerts.asks_points(clause):
        frame = frame.with_changes(alerts_ask="points")
    return slots.of_own(alerts.of_alerted(frame, clause))


def _story(clause: Clause) -> str:
    """What is left to search summaries for: not the period, which narrows the search, nor "do you remember"."""
    text = clause.reading.text
    said = [m for m in clause.mentions if m.kind == "period" or is_cue(m, Cue.ANAPHORA, Cue.MEMORY, Cue.PAYMENTS)]
    for mention in reversed(said):
        text = text[: mention.start] + " " + text[mention.end :]
    return " ".join(text.split())


def _leans(frame: Frame, clause: Clause) -> bool:
    """Whether the clause says too little to stand alone, or points at what was said."""
    if clause.has(Cue.AGAIN, Cue.ANAPHORA, Cue.THAT_TIME, Cue.YES) or alerts.speaks_of_ones(clause):
        return True
    if clause.says(Measure.COUNT) and not frame.objects and _OCCASIONS.search(clause.reading.text):
        return True  # "how many visits this year?", after a question about a place
    if clause.says(Measure.COUNT) and not frame.objects and _BARE_COUNT.search(clause.reading.text):
        return True  # "how many were by card?"
    if clause.measures and not frame.names_anything and len(clause.reading.text.split()) <= ELLIPTICAL_WORDS:
        return True  # "how many times?", "the average?"
    if slots.names_only_prior(clause) and not clause.measures:
        return True
    if frame.ask is Operation.SHARE and not (frame.objects or frame.conditions):
        return True
    if _ONE_OF_THEM.search(clause.reading.text) and not frame.objects:
        return True
    if _THE_BILL.fullmatch(clause.reading.text):
        return True
    if _dates_one_of_them(frame, clause.reading.text):
        return True
    if clause.has(Cue.TOP, Cue.TREND, Cue.WHERE) and frame.periods:
        return False
    says_what = bool(set(clause.measures) - {Measure.LARGEST, Measure.SMALLEST}) or frame.topic is not None
    return not says_what and not clause.has(Cue.PAYMENTS, Cue.LATEST)


def _dates_one_of_them(frame: Frame, text: str) -> bool:
    """ "When was the last visit before November?", which does not say whom was visited."""
    dates = frame.ask in (Operation.WHEN_LAST, Operation.WHEN_FIRST)
    return dates and not (frame.objects or frame.conditions) and _OCCASION.search(text) is not None


def _only_modifies(frame: Frame, clause: Clause) -> bool:
    goes_on = clause.has(Cue.AGAIN) and not _BACK_TO.match(clause.reading.text)
    leans = goes_on or clause.has(Cue.ANAPHORA, Cue.HOW_MUCH)
    asks = _asks_what_it_is(clause) or frame.topic or frame.ask or frame.measure or frame.group_by or leans
    return not asks and any((frame.periods, frame.conditions, frame.without, clause.has(Cue.ONLY)))


def _asks_all(clause: Clause) -> bool:
    if _ALL_KINDS.search(clause.reading.text):
        return True
    says_whole = any(
        text in ("in total", "in all", "altogether", "all told", "total") for text in clause.texts(Cue.TOTAL)
    )
    points = any(not _OF_TIME.search(text) for text in clause.texts(Cue.ANAPHORA))
    return says_whole and clause.says(Measure.SPEND, Measure.INCOME) and not points and not clause.has(Cue.SHARE)


def asks_ever(text: str) -> bool:
    """Whether it asks of all time, and not of the period that was spoken of."""
    return _EVER.search(text) is not None


def asks_in_money(text: str) -> bool:
    """Whether it says that money is wanted, and no count."""
    return _IN_MONEY.search(text) is not None


_WHOLE_TIME = re.compile(
    r"(?:the )?(?:whole|entire|full)(?: of)?(?: the| this| last)? (?:day|week|month|quarter|year|period)"
)


def _asks_amount(clause: Clause) -> bool:
    sums = [cue for cue in clause.find(Cue.TOTAL) if not _WHOLE_TIME.match(clause.reading.text, cue.start)]
    says_so = clause.has(Cue.HOW_MUCH) or bool(sums) or asks_in_money(clause.reading.text)
    return says_so and not clause.measures


def _asks_what_it_is(clause: Clause) -> bool:
    """ "What is September then?": what it came to."""
    text = clause.reading.text
    return any(_WHAT_IS.fullmatch(text[: mention.start].rstrip()) for mention in clause.reading.of("period"))


def _is_of_those(clause: Clause) -> bool:
    before = (clause.reading.text[: mention.start].rstrip() for mention in clause.find(Cue.ANAPHORA))
    return any(text.endswith(("of", "from", "among")) for text in before)


def _has_cue(frame: Frame, clause: Clause) -> bool:
    said = (clause.measures, frame.objects, frame.without, frame.conditions, frame.topic)
    return any(said) or clause.has(Cue.PAYMENTS, Cue.GROUP, Cue.TOP, Cue.HOW_MUCH, Cue.SHARE)


def _wrong_currency(reading: Reading, currencies: Sequence[Currency]) -> Currency | None:
    said = {mention.value.currency for mention in reading.of("amount")} - {None}
    return next((currency for currency in said if currencies and currency not in currencies), None)
