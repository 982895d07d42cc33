"""Weighing: the grammar's reading of a clause and what its meaning says, weighed against each other.

The grammar knows every word of what it reads, and stumbles over a word that it does not know. The classifier of intents
reads any words, and may be mistaken. Where they agree, unknown words that name nothing are let pass; where the grammar
stumbles, a sure intent with the slots that were read is a frame of its own; where neither is sure, we ask back.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from agents.intents.classifier import Wants
from agents.intents.intent import OFF_LIMITS, Intent
from agents.plan import Operation
from agents.planner.alert_words import colours_alerts
from agents.planner.both_ways import names_both
from agents.planner.clause import Clause
from agents.planner.frame import Frame, Topic
from agents.planner.intended import intended, is_within_months, meanings, named
from agents.planner.lexicon import Cue
from agents.planner.parse import Parsed, parse
from agents.planner.reading import Reading
from agents.planner.settling import COSTS_NOW
from core.insights.query import Dimension, Flow, Measure
from core.money import Currency

AGREED = 0.15
"""The least probability at which a meaning supports the grammar's reading."""
LIKELY = 0.25
"""The least at which something that names a thing and asks nothing else asks what it came to."""
SURE = 0.5
"""The least at which a meaning alone makes a frame of a clause that the grammar does not understand."""
OVERRULED = 0.75
"""The least at which a meaning overrules what the grammar understood,"""
OVERRULED_TIMES = 5
"""if it is so many times as likely as the grammar's reading."""
WHO_IS = re.compile(
    r"(?:and |but |so )?(?:who|(?P<what>what))(?: exactly)?(?:'s| is| was| are)(?: (?:this|that|these))? "
)
_SAME = re.compile(
    r"\bsame (?:\w+ )?(?:average|figure|total|sum|thing|calculation|gap|difference|count|number|question|query|check|"
    r"exercise|comparison)\b"
)
_FORGIVEN = {
    "future": frozenset(
        {Intent.FORECAST_BALANCE, Intent.FORECAST_SPEND, Intent.AFFORD, Intent.BUDGET, Intent.NEXT_DUE}
    ),
    "advice": frozenset(Intent) - OFF_LIMITS,
    "action": frozenset({Intent.AFFORD}),
}
"""Refusals by single words, and the meanings of the whole that lift them."""
_AFFORDS = re.compile(r"\b(?:can|could|will) (?:i|we)(?: \w+)? afford\b")
_HABITUALLY = re.compile(
    r" (?:\w+ )?(?:should (?:only |just )?(?:bill|charge|take|cost|be taking|be charging)"
    r"|(?:is|are) (?:supposed|meant) to|(?:normally|usually|always|generally|typically) \w+)\b"
)
_ASKS_YOU = re.compile(r"(?:(?:please|pls|kindly|hey|hi) )*(?:can|could|will|would) you\b")
_CLEANER = frozenset(
    {
        Intent.REFUNDS, Intent.NEXT_DUE, Intent.RECURRING, Intent.COUNT_DAYS, Intent.ALERTS, Intent.ALERTS_VALUE,
        Intent.RISKIEST, Intent.CIRCLES, Intent.PASS_THROUGH, Intent.JUST_UNDER,
    }
)  # fmt: skip
"""What is told by its meaning better than by its words, where these ask for no more than that."""
OF_SINGLES = frozenset({Measure.COUNT, Measure.AVERAGE, Measure.MEDIAN, Measure.LARGEST, Measure.SMALLEST})
_ANEW = frozenset(
    {
        Operation.RANK, Operation.SHARE, Operation.GROWTH, Operation.DIFFERENCE, Operation.WHEN_LAST,
        Operation.WHEN_FIRST, Operation.COUNT_GROUPS,
    }
)  # fmt: skip
_SIGNALS = frozenset({Intent.CIRCLES, Intent.PASS_THROUGH, Intent.JUST_UNDER})
_NARROWING = (Cue.TOP, Cue.EXCEPT, Cue.USUAL, Cue.WEEKDAYS, Cue.HOURS, Cue.STATUS, Cue.SO_OFTEN)
"""Cues without which a figure is of something else: what is meant by the whole has to have a place for them."""
_ABOUT = (Cue.BALANCE, Cue.REFUNDS)
"""Cues of other things than payments: a frame of payments has no place for them; what is left of income has."""
_OF_ONE_FIGURE = frozenset(
    {
        Intent.TOTAL, Intent.COUNT, Intent.AVERAGE, Intent.MEDIAN, Intent.LARGEST, Intent.SMALLEST, Intent.PACE,
        Intent.TOP_TIME, Intent.WHEN_LAST, Intent.WHEN_FIRST,
    }
)  # fmt: skip
"""What has no place for a difference, rise or gap that is said: the figure of one side would be told for both."""
_OF_PAYEES = frozenset({Intent.TOP_PAYEE, Intent.LARGEST, Intent.SMALLEST})
"""What is asked of payees, and of single payments: where accounts are named it is asked of these."""
_SPARE = frozenset(
    {
        None, Operation.VALUE, Operation.LIST, Operation.WHEN_LAST, Operation.WHEN_FIRST, Operation.COUNT_GROUPS,
        Operation.SHARE,
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Understood:
    """One clause: what was read, what it asks, and what it wants where its meaning is sure."""

    reading: Reading
    parsed: Parsed
    intent: Intent | None = None


def weighed(reading: Reading, currencies: Sequence[Currency], *, has_last: bool) -> Understood:
    """One clause of somebody whose payments are in `currencies`; `has_last` tells whether a question came before."""
    return _Weighing(reading, currencies, has_last).understood()


class _Weighing:
    """One clause between the grammar and its meaning."""

    def __init__(self, reading: Reading, currencies: Sequence[Currency], has_last: bool) -> None:
        self.wants: Wants = reading.wants
        self.reading = _forgiving(reading)
        self.parsed = parse(reading, currencies)
        self.has_last = has_last

    def understood(self) -> Understood:
        if self.wants.first is None or self._scores_twice or self._weighs_both:
            return Understood(self.reading, self.parsed)
        if names_both(self.reading.text) and not self.parsed.frame.objects and not self.known.unknown:
            return self._as_read(self._under(_of_both(Clause(self.known))))
        if asked := self._who_it_is():
            return self._as_read(asked)
        if self.wants.first in OFF_LIMITS and (self._tells_a_habit or tells_a_fear(self.reading.text)):
            return self._as_read(self.parsed, Intent.STORY)
        if self.wants.first is Intent.OFF_TOPIC and self._asks_a_price:
            return self._as_read(self.parsed, Intent.TOTAL)
        if self.wants.first is Intent.STORY and self.is_sure and not Clause(self.reading).has(Cue.HOW_MUCH):
            return self._as_read(self.parsed, Intent.STORY)
        if frame := self._cleaner() or self._agreed() or self._plain_sum():
            return self._as_read(frame)
        if not self._may_decide:
            known = self.known if self.supported >= AGREED else self.reading
            return Understood(known, self.parsed, self.intent)
        if self.wants.first in OFF_LIMITS and not self._asks_to_afford:
            return self._as_read(self.parsed, self.wants.first)
        frame = self._meant(Intent.AFFORD if self._asks_to_afford else self.wants.first)
        return self._as_read(self._under(frame)) if frame else Understood(self.reading, self.parsed, self.intent)

    def _as_read(self, parsed: Parsed, intent: Intent | None = None) -> Understood:
        return Understood(self.known, parsed, intent or self.intent)

    @property
    def is_sure(self) -> bool:
        return self.wants.confidence >= SURE

    @property
    def intent(self) -> Intent | None:
        """What the clause surely wants, if that is something payments answer."""
        return self.wants.first if self.is_sure and self.wants.first not in OFF_LIMITS else None

    @property
    def _asks_to_afford(self) -> bool:
        return self.wants.first is Intent.ADVICE and asks_to_afford(self.reading)

    @property
    def _tells_a_habit(self) -> bool:
        """ "CloudPetti should bill me once a month": what a payee does, and nothing that is to be done."""
        first = next(iter(self.reading.of("name")), None)
        return first is not None and first.start == 0 and bool(_HABITUALLY.match(self.reading.text[first.end :]))

    @property
    def _asks_a_price(self) -> bool:
        """ "How much does StreamRasa cost", of somebody who is paid: no question about the world."""
        names = self.reading.of("name")
        return len(names) == 1 and not self._stumbles and bool(COSTS_NOW.fullmatch(self.reading.text))

    @property
    def _scores_twice(self) -> bool:
        """Whether alerts are told apart by two reasons, or by points said twice: by both, or by either?"""
        return any(len({m.value for m in self.reading.of(kind)}) > 1 for kind in ("reason", "points", "tally"))

    @property
    def _weighs_both(self) -> bool:
        """Whether income is held against spending: that is what was kept, whatever else the words look like."""
        clause = Clause(self.reading)
        is_held = clause.says(Measure.SPEND) and clause.says(Measure.INCOME) and clause.has(Cue.MORE, Cue.LESS)
        is_net = self.parsed.frame.measure is Measure.NET and self.parsed.frame.ask is Operation.VALUE
        return is_held and is_net and not (self.parsed.unplaced or self.reading.unknown)

    @cached_property
    def known(self) -> Reading:
        """The reading without unknown words that only colour it. Of alerts any word may tell which are meant."""
        is_of_alerts = self.reading.has(Cue.ALERTS) and self.reading.is_of_many
        naming = tuple(
            phrase
            for phrase in self.reading.unknown
            if self.reading.names_something(phrase)
            or (is_of_alerts and not colours_alerts(phrase))
            or (self._dates_nothing_named and _DONE_LAST.search(self.reading.text[: self.reading.text.index(phrase)]))
        )
        return replace(self.reading, unknown=naming)

    @property
    def _dates_nothing_named(self) -> bool:
        """Whether a day is asked for of something that only an unknown word says: "when did I last fly"."""
        frame = self.parsed.frame
        dates = frame.ask in (Operation.WHEN_LAST, Operation.WHEN_FIRST)
        return dates and not (frame.objects or frame.conditions or frame.without or self.has_last)

    @cached_property
    def supported(self) -> float:
        """How likely it is that the grammar's reading is what is wanted."""
        edits = (Intent.EDIT,) if self.parsed.is_follow_up else ()
        return self.wants.of(*meanings(self.parsed.frame), *edits)

    @cached_property
    def _guesses(self) -> bool:
        """Whether the grammar took "the most" for that of a category, for want of a word that says of what."""
        frame = self.parsed.frame
        is_of_category = frame.ask is Operation.RANK and frame.group_by == (Dimension.CATEGORY,)
        return is_of_category and not Clause(self.reading).has(Cue.NOUN)

    @cached_property
    def _stumbles(self) -> bool:
        asks_nothing = not (meanings(self.parsed.frame) or self.parsed.is_follow_up)
        return bool(self.reading.unknown or self.parsed.unplaced) or asks_nothing or self._guesses

    @cached_property
    def _is_overruled(self) -> bool:
        if self._is_of_holders or self._is_of_desk or self._is_of_shown or self._goes_on:
            return False
        least = SURE if self._guesses else OVERRULED
        return self.wants.confidence >= least and self.wants.confidence >= OVERRULED_TIMES * self.supported

    @property
    def _is_of_desk(self) -> bool:
        """Whether those who work on alerts speak of them, which is never off their topic."""
        speaks = self.reading.is_of_many and self.reading.has(Cue.ALERTS, Cue.FLAGGED)
        return speaks and self.wants.first is Intent.OFF_TOPIC

    @property
    def _is_of_shown(self) -> bool:
        """Whether one of what was shown is asked for, "which one is the oldest?", which is never off the topic."""
        asks_one = self.parsed.frame.ask is Operation.LIST and self.parsed.frame.limit == 1
        return self.has_last and asks_one and self.parsed.is_follow_up and self.wants.first is Intent.OFF_TOPIC

    @property
    def _goes_on(self) -> bool:
        """Whether small talk is heard where the last question is changed: "lol ok, and before 10 in the morning"."""
        frame = self.parsed.frame
        changes = bool(frame.objects or frame.conditions or frame.periods) and not self._stumbles
        return self.has_last and changes and self.wants.first is Intent.SMALL_TALK

    @property
    def _is_of_holders(self) -> bool:
        """Whether accounts are ranked, or a bank's customers counted, which meanings take for payees: "which account do
        I pay most from", "how many customers are there", "which customer sent the most to Farida Khan"."""
        ranks = self.wants.first in _OF_PAYEES and Dimension.ACCOUNT in self.parsed.frame.group_by
        return ranks or (self.reading.is_of_many and self.reading.has(Cue.ACCOUNTS))

    @property
    def _asks_anew(self) -> bool:
        """Whether an edit asks for something else of the same: "and the biggest one?"."""
        frame = self.parsed.frame
        is_one = frame.ask is Operation.LIST and frame.limit == 1 and not frame.periods
        is_sum = frame.measure in (Measure.SPEND, Measure.INCOME) and says_nothing(self.parsed)  # "and my spending?"
        return frame.topic is None and (
            frame.measure in OF_SINGLES or frame.ask in _ANEW or frame.position > 1 or is_one or is_sum
        )

    @property
    def _may_decide(self) -> bool:
        """Whether the meaning alone may say what is asked."""
        return (self._stumbles and self.is_sure) or self._is_overruled

    def _who_it_is(self) -> Parsed | None:
        """ "Who is Deepak Yadav?": the payments with whoever is named, and nothing else, tell that best."""
        text, asked = self.reading.text, WHO_IS.match(self.reading.text)
        named = [(name.start, name.end) for name in self.reading.of("name")]
        if asked is None or named != [(asked.end(), len(text))]:
            return None
        listed = self.parsed.frame.with_changes(ask=Operation.LIST, measure=None, group_by=())
        return replace(self._under(listed), is_follow_up=False)

    def _cleaner(self) -> Parsed | None:
        first, asked = self.wants.first, self.parsed.frame
        has_room = (asked.ask in _SPARE or asked.topic is Topic.ALERTS) and asked.measure is not Measure.ALERT_PRECISION
        if first not in _CLEANER or not self.is_sure or not has_room:
            return None
        if first is Intent.ALERTS and asked.measure in (Measure.AVERAGE, Measure.MEDIAN):
            return None
        if first in _SIGNALS and Clause(self.reading).has(Cue.ALERTS, Cue.FLAGGED):
            return None  # alerts for that reason, and not every payment that shows it
        assert first is not None
        frame = self._meant(first)
        return self._under(frame) if frame else None

    def _agreed(self) -> Parsed | None:
        """The grammar's reading, where the meaning supports it; in a conversation what names nothing leans on it."""
        if self.has_last and _SAME.search(self.reading.text):
            return self._under(named(Clause(self.known)))
        if self.supported < AGREED or self.parsed.unplaced or self._is_overruled:
            return None
        if self.has_last and self.wants.first is Intent.EDIT and self.is_sure:
            return self._under(self.parsed.frame if self._asks_anew else named(Clause(self.known)))
        leans = self.has_last and says_nothing(self.parsed)
        return self._under(self.parsed.frame) if leans else self.parsed

    def _plain_sum(self) -> Parsed | None:
        """What names something and asks nothing else, where a sum is likely: "what did the gym take in November"."""
        frame = self.parsed.frame
        names_days = bool(frame.periods) and not self.has_last and Clause(self.known).has(Cue.HOW_MUCH)
        names_only = (bool(frame.objects) or names_days) and not meanings(frame) and not self.parsed.unplaced
        is_new = bool(frame.periods) or not self.has_last
        if self.wants.first is not Intent.TOTAL or self.wants.confidence < LIKELY or not (names_only and is_new):
            return None
        total = self._meant(Intent.TOTAL)
        return self._under(total) if total else None

    def _meant(self, intent: Intent) -> Frame | None:
        clause = Clause(self.known)
        if intent is Intent.MEMORY and self.has_last and says_nothing(self.parsed) and clause.has(Cue.ANAPHORA):
            return self.parsed.frame  # "what did it cost": of what was just told
        if clause.reading.of("tally"):
            return None
        if intent is Intent.EDIT:
            edit = self.parsed.frame if self._asks_anew and not self.parsed.unplaced else named(clause)
            return edit if self.has_last else None
        if intent in _OF_ONE_FIGURE and clause.has(Cue.DIFFERENCE):
            return None
        if intent is Intent.COUNT and clause.has(Cue.GROUP):
            return None
        if intent is Intent.REFUNDS and _CAME_IN.search(self.reading.text) and not clause.has(Cue.REFUNDS):
            return None  # all that came in, and not only what came back
        frame = intended(intent, clause)
        is_of_payments = frame is not None and frame.topic is None and frame.measure is not Measure.NET
        narrowing = (*_NARROWING, *(_ABOUT if is_of_payments else ()))
        return None if clause.lacks_place(*narrowing) or clause.forgets_how_many else frame

    def _under(self, frame: Frame) -> Parsed:
        """The clause under another frame; it leans on the last question where it names nothing itself."""
        modifies = self.parsed.only_modifies and not (frame.ask or frame.measure or frame.topic)
        parsed = replace(self.parsed, frame=frame, alone=frame, unplaced=(), has_cue=True, only_modifies=modifies)
        asks_nothing = frame.ask is None and frame.topic is None
        leans = self.has_last and (self.parsed.is_follow_up or says_nothing(parsed) or asks_nothing)
        asks_sum = self.parsed.asks_amount or self.wants.first is Intent.TOTAL
        return replace(parsed, is_follow_up=leans, asks_amount=asks_sum)


def says_nothing(parsed: Parsed) -> bool:
    """Whether a clause names neither what, nor when, nor how, and is no question about the whole of it."""
    frame = parsed.frame
    named_any = any((frame.objects, frame.conditions, frame.without, frame.periods, frame.topic, frame.tells_alerts))
    return (
        not (named_any or frame.against) and not parsed.asks_all and frame.measure not in (Measure.NET, Measure.VOLUME)
    )


_DONE_LAST = re.compile(
    r"\b(?:since|did|have|has) (?:i|we)(?: have|'ve)?(?: last| first| ever)?(?: (?:go|went|been|gone))? $"
)


def _of_both(clause: Clause) -> Frame:
    """What came in and what went out, of all that is named beside."""
    return named(clause).with_changes(ask=Operation.VALUE, measure=Measure.NET, flow=Flow.ANY)


_FEARS = re.compile(
    r"\b(?:hacked|compromised|scammed|cheated|conned|duped|phished|stolen|stole|fraudsters?|scammers?)\b"
)
_CAME_IN = re.compile(r"\bc[ao]me in\b")
_ASKS = re.compile(
    r"\b(?:how|what|which|who|whom|whose|when|where|why|show|list|tell me|give|please|can|could|should)\b"
)


def tells_a_fear(text: str) -> bool:
    """ "Somebody told me that my account was hacked": what a question comes from, and nothing that is asked."""
    return bool(_FEARS.search(text)) and not _ASKS.search(text)


def asks_to_afford(reading: Reading) -> bool:
    """Whether "can I afford it" is asked, beside what to do about it: the second is left to the asker."""
    return reading.wants.first in (Intent.ADVICE, Intent.AFFORD) and bool(_AFFORDS.search(reading.text))


def _forgiving(reading: Reading) -> Reading:
    """Without a refusal by single words that the meaning of the whole contradicts."""
    is_told_to = reading.refusal == "action" and _ASKS_YOU.match(reading.text)
    lifting = frozenset[Intent]() if is_told_to else _FORGIVEN.get(reading.refusal or "", frozenset[Intent]())
    lifted = asks_to_afford(reading) or (reading.wants.confidence >= SURE and reading.wants.first in lifting)
    looks_ahead = reading.wants.first is Intent.FORECAST_SPEND and reading.wants.confidence >= SURE
    if looks_ahead and not is_within_months(reading.text):
        return replace(reading, refusal="future")
    return replace(reading, refusal=None) if lifted else reading
