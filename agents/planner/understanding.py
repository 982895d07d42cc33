"""Understanding: the grammar's reading of a clause and what its meaning says, weighed against each other.

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
from agents.planner.alert_turns import edited_alerts, is_of_alerts
from agents.planner.alert_words import colours_alerts
from agents.planner.clause import OBJECT_KINDS, Clause
from agents.planner.clauses import REASON
from agents.planner.frame import Frame, Topic
from agents.planner.intended import intended, is_within_months, meanings, named
from agents.planner.lexicon import Cue
from agents.planner.parse import COMPARING, Parsed, parse
from agents.planner.reading import Reading
from agents.planner.slots import MERE_HEADS
from core.insights.query import Dimension, Filter, Flow, Measure, Operator
from core.money import Currency

AGREED = 0.15
"""The least probability at which a meaning supports the grammar's reading."""
LIKELY = 0.25
"""The least at which something that names a thing and asks nothing else asks what it came to."""
SURE = 0.5
"""The least at which a meaning alone makes a frame of a clause that the grammar does not understand."""
PLAIN = 0.7
"""The least at which a statement is taken for the question that it stands for: "I think I was charged twice"."""
OVERRULED = 0.75
"""The least at which a meaning overrules what the grammar understood,"""
OVERRULED_TIMES = 5
"""if it is so many times as likely as the grammar's reading."""

_ASKS = (
    Cue.HOW_MUCH, Cue.WHICH, Cue.WHO, Cue.WHERE, Cue.WHEN, Cue.DAYS_AGO, Cue.WHY, Cue.SHOW, Cue.SINCE_WHEN,
)  # fmt: skip
_ASKING = re.compile(
    r"\b(?:how|what|which|who|whom|when|where|why|whose|tell|give|gimme|list|show|compare|calculate|total|count|kitna|find"
    r"|check|verify|state|furnish|break|split|sum|add|need|want|require|like|see|let)\b|[?]"
)
_BY_THAT = re.compile(r"\bthat (?:method|way|mode|means|app|card|route|channel)\b")
_SAME = re.compile(
    r"\bsame (?:\w+ )?(?:average|figure|total|sum|thing|calculation|gap|difference|count|number|question|query|check|"
    r"exercise|comparison)\b"
)
_EXPLAINS = re.compile(r"(?:as in|that is|i mean|meaning|namely|i\.?e\.?)\b")
_OF_SUMS = (Cue.TOTAL, Cue.BOTH, Cue.ANAPHORA, Cue.HOW_MUCH, Cue.OR)
"""Without one of these nothing is added up."""
_WITHOUT_THOSE = re.compile(
    r"\b(?:without|excluding|except(?: for)?|minus|leaving out|not counting) (?:them|it|him|her|that|those|these)\b"
)
_TELLS = re.compile(
    r"(?:(?:well|oh|hmm|ok|so|and|but|no|yes|now|goodness|dear),? )*"
    r"(?:i|we|my|our|the|it|there|they|he|she|this|that)\b"
)
_TELLS_OF = re.compile(r"\b(?:says|said|thinks|told|believes|claims|insists|reckons|swears|owes?|complains|grumbles)\b")
_FORGIVEN = {
    "future": frozenset(
        {Intent.FORECAST_BALANCE, Intent.FORECAST_SPEND, Intent.AFFORD, Intent.BUDGET, Intent.NEXT_DUE}
    ),
    "advice": frozenset(Intent) - OFF_LIMITS,
    "action": frozenset({Intent.AFFORD}),
}
"""Refusals by single words, and the meanings of the whole that lift them."""
_CLEANER = frozenset(
    {
        Intent.REFUNDS, Intent.NEXT_DUE, Intent.RECURRING, Intent.COUNT_DAYS, Intent.ALERTS, Intent.ALERTS_VALUE,
        Intent.RISKIEST, Intent.CIRCLES, Intent.PASS_THROUGH, Intent.JUST_UNDER,
    }
)  # fmt: skip
"""What is told by its meaning better than by its words, where these ask for no more than that."""
_OF_SINGLES = frozenset({Measure.COUNT, Measure.AVERAGE, Measure.MEDIAN, Measure.LARGEST, Measure.SMALLEST})
_ANEW = frozenset(
    {
        Operation.RANK, Operation.SHARE, Operation.GROWTH, Operation.DIFFERENCE, Operation.WHEN_LAST,
        Operation.WHEN_FIRST, Operation.COUNT_GROUPS,
    }
)  # fmt: skip
_SIGNALS = frozenset({Intent.CIRCLES, Intent.PASS_THROUGH, Intent.JUST_UNDER})
_NARROWING = (Cue.TOP, Cue.EXCEPT, Cue.USUAL, Cue.WEEKDAYS, Cue.HOURS, Cue.STATUS)
"""Cues without which a figure is of something else: what is meant by the whole has to have a place for them."""
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


def understand(readings: Sequence[Reading], currencies: Sequence[Currency], *, has_last: bool) -> list[Understood]:
    """The clauses of a question, stories among them dropped once they have lent what they name."""
    told = [_Weighing(reading, currencies, has_last).understood() for reading in readings]
    told = _with_shown(_with_stories(_with_edits(told)))
    asking = [one for one in told if one.intent is not Intent.STORY]
    if not asking or len(asking) == len(told):
        return told
    stories = [one.reading for one in told if one.intent is Intent.STORY]
    return [_lent(one, stories) for one in asking]


class _Weighing:
    """One clause between the grammar and its meaning."""

    def __init__(self, reading: Reading, currencies: Sequence[Currency], has_last: bool) -> None:
        self.wants: Wants = reading.wants
        self.reading = _forgiving(reading)
        self.parsed = parse(reading, currencies)
        self.has_last = has_last

    def understood(self) -> Understood:
        if self.wants.first is None or self._scores_twice:
            return Understood(self.reading, self.parsed)
        if self.wants.first is Intent.STORY and self.is_sure and not Clause(self.reading).has(Cue.HOW_MUCH):
            return self._as_read(self.parsed, Intent.STORY)
        if frame := self._cleaner() or self._agreed() or self._plain_sum():
            return self._as_read(frame)
        if not self._may_decide:
            known = self.known if self.supported >= AGREED else self.reading
            return Understood(known, self.parsed, self.intent)
        if self.wants.first in OFF_LIMITS:
            return self._as_read(self.parsed, self.wants.first)
        frame = self._meant(self.wants.first)
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
    def _scores_twice(self) -> bool:
        """Whether alerts are told apart by two reasons, or by points said twice: by both, or by either?"""
        return any(len({m.value for m in self.reading.of(kind)}) > 1 for kind in ("reason", "points", "tally"))

    @cached_property
    def known(self) -> Reading:
        """The reading without unknown words that only colour it. Of alerts any word may tell which are meant."""
        is_of_alerts = self.reading.has(Cue.ALERTS) and self.reading.is_of_many
        naming = tuple(
            phrase
            for phrase in self.reading.unknown
            if self.reading.names_something(phrase) or (is_of_alerts and not colours_alerts(phrase))
        )
        return replace(self.reading, unknown=naming)

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
        least = SURE if self._guesses else OVERRULED
        return self.wants.confidence >= least and self.wants.confidence >= OVERRULED_TIMES * self.supported

    @property
    def _asks_anew(self) -> bool:
        """Whether an edit asks for something else of the same: "and the biggest one?"."""
        frame = self.parsed.frame
        is_one = frame.ask is Operation.LIST and frame.limit == 1 and not frame.periods
        return frame.topic is None and (
            frame.measure in _OF_SINGLES or frame.ask in _ANEW or frame.position > 1 or is_one
        )

    @property
    def _may_decide(self) -> bool:
        """Whether the meaning alone may say what is asked."""
        return (self._stumbles and self.is_sure) or self._is_overruled

    def _cleaner(self) -> Parsed | None:
        first, asked = self.wants.first, self.parsed.frame
        has_room = (asked.ask in _SPARE or asked.topic is Topic.ALERTS) and asked.measure is not Measure.ALERT_PRECISION
        if first not in _CLEANER or not self.is_sure or not has_room:
            return None
        if first in _SIGNALS and Clause(self.reading).has(Cue.ALERTS):
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
        names_only = bool(frame.objects) and not meanings(frame) and not self.parsed.unplaced
        is_new = bool(frame.periods) or not self.has_last
        if self.wants.first is not Intent.TOTAL or self.wants.confidence < LIKELY or not (names_only and is_new):
            return None
        total = self._meant(Intent.TOTAL)
        return self._under(total) if total else None

    def _meant(self, intent: Intent) -> Frame | None:
        clause = Clause(self.known)
        if clause.reading.of("tally"):
            return None
        if intent is Intent.EDIT:
            return named(clause) if self.has_last else None
        frame = intended(intent, clause)
        return None if clause.lacks_place(*_NARROWING) else frame

    def _under(self, frame: Frame) -> Parsed:
        """The clause under another frame; it leans on the last question where it names nothing itself."""
        parsed = replace(self.parsed, frame=frame, alone=frame, unplaced=(), has_cue=True, only_modifies=False)
        asks_nothing = frame.ask is None and frame.topic is None
        leans = self.has_last and (self.parsed.is_follow_up or says_nothing(parsed) or asks_nothing)
        asks_sum = self.parsed.asks_amount or self.wants.first is Intent.TOTAL
        return replace(parsed, is_follow_up=leans, asks_amount=asks_sum)


def says_nothing(parsed: Parsed) -> bool:
    """Whether a clause names neither what, nor when, nor how, and is no question about the whole of it."""
    frame = parsed.frame
    named_any = any((frame.objects, frame.conditions, frame.without, frame.periods, frame.topic, frame.tells_alerts))
    return not named_any and not parsed.asks_all and frame.measure not in (Measure.NET, Measure.VOLUME)


def _forgiving(reading: Reading) -> Reading:
    """Without a refusal by single words that the meaning of the whole contradicts."""
    lifting = _FORGIVEN.get(reading.refusal or "", frozenset[Intent]())
    lifted = reading.wants.confidence >= SURE and reading.wants.first in lifting
    if reading.wants.first is Intent.FORECAST_SPEND and not is_within_months(reading.text):
        return replace(reading, refusal="future")
    return replace(reading, refusal=None) if lifted else reading


def _with_edits(told: Sequence[Understood]) -> list[Understood]:
    """A later clause that only names something belongs to the one before it: "..., Arogya Pharmacy, that is"."""
    return [
        replace(one, parsed=replace(one.parsed, only_modifies=True)) if n > 0 and _adds_to(one, told[n - 1]) else one
        for n, one in enumerate(told)
    ]


def _adds_to(one: Understood, before: Understood) -> bool:
    if one.intent is not Intent.EDIT or _asks(one) or says_nothing(one.parsed):
        return False
    asks_again = Clause(one.reading).has(Cue.AGAIN) and bool(one.parsed.frame.objects and before.parsed.frame.objects)
    return not asks_again  # "groceries last month? and petrol?"


def _without_talk(told: Sequence[Understood]) -> list[Understood]:
    """Without "cheers" and "blimey", where something else is said."""
    said = [one for one in told if not (one.reading.wants.first is Intent.SMALL_TALK and says_nothing(one.parsed))]
    return said or list(told)


def _with_stories(told: Sequence[Understood]) -> list[Understood]:
    """Where one clause asks, another that neither asks nor is surely meant to is a story beside it."""
    if len(told) < 2:
        return list(told)
    told = _without_talk(told)
    asked_outright = any(Clause(one.reading).has(*_ASKS) or Clause(one.reading).says(Measure.COUNT) for one in told)
    told = [replace(one, intent=Intent.STORY) if _asks_who_it_is(one) else one for one in told]
    meant = [one for one in told if _is_meant(one)]
    edits = [one for one in told if one.intent is Intent.EDIT and not says_nothing(one.parsed)]
    if not (meant or edits or any(_asks(one) or _asks_a_figure(one) for one in told)):
        return list(told)
    asked = {one.intent for one in told if _asks(one)} - {None}
    stories = [
        replace(one, intent=Intent.STORY)
        if _is_story(one, bool(meant))
        or _only_plans(one, told)
        or (asked_outright and (_only_tells(one) or (one is told[0] and _only_names(one))))
        or (one.intent in asked and not _asks(one))
        else one
        for one in told
    ]
    return stories if any(one.intent is not Intent.STORY for one in stories) else list(told)


_ASKS_FIGURE = (Cue.HOW_MUCH, Cue.WHICH, Cue.WHO, Cue.WHERE, Cue.WHEN, Cue.DAYS_AGO, Cue.WHY, Cue.YES_NO)
_ASKS_OUTRIGHT = re.compile(r"(?:and |so |ok |then )*what(?:'s| did| do| does| have| has| was| is| were| are| will)?\b")
_SHOWN = frozenset({Operation.COMPARE, Operation.VERSUS, Operation.BREAKDOWN, Operation.LIST, Operation.RANK})
_SPREAD = frozenset({None, Operation.VALUE, Operation.BREAKDOWN, Operation.LIST})
_OF_SHOWN = frozenset({None, Operation.VALUE, Operation.DIFFERENCE, Operation.GROWTH, Operation.RANK})
_OF_TWO_THINGS = frozenset({Operation.COMPARE, Operation.DIFFERENCE})


def _with_shown(told: Sequence[Understood]) -> list[Understood]:
    """What is to be shown, and the question about it behind, as that question: "Compare May with June. How much more
    was it in June?"."""
    joined: list[Understood] = []
    for one in told:
        if joined and (alerts := _about_alerts(joined[-1], one)):
            joined[-1] = alerts
        elif joined and _is_about_shown(joined[-1], one):
            joined[-1] = _about_shown(joined[-1].parsed, one)
        else:
            joined.append(one)
    return joined


def _about_alerts(shown: Understood, one: Understood) -> Understood | None:
    """Alerts that are only named, and the question about them: "alerts at odd hours, how many above 60 points"."""
    earlier, frame, clause = shown.parsed.frame, one.parsed.frame, Clause(shown.reading)
    names_more = any((frame.objects, frame.conditions, frame.without, frame.group_by, frame.periods, frame.topic))
    asks_first = clause.has(*_ASKS_FIGURE) or clause.says(Measure.COUNT) or shown.parsed.asks_amount
    if not is_of_alerts(earlier) or names_more or asks_first or frame.ask not in (None, Operation.VALUE):
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
    return replace(shown, parsed=replace(shown.parsed, frame=asked, alone=asked))


def _is_about_shown(shown: Understood, one: Understood) -> bool:
    earlier, frame = shown.parsed.frame, one.parsed.frame
    names_its_own = bool(frame.objects or frame.conditions or frame.without or frame.topic)
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
    asks = (
        frame.ask not in (None, Operation.VALUE)
        or asks_sum
        or (frame.measure in _OF_SINGLES and earlier.ask in _SPREAD)
    )
    if earlier.measure is Measure.NEW_COUNTERPARTIES:
        asks = asks or Clause(one.reading).has(Cue.HOW_MUCH)  # "new payees last month, how much went to them"
    same = all(period in earlier.periods for period in frame.periods)
    return asks and same and not Clause(shown.reading).has(*_ASKS_FIGURE) and not shown.parsed.asks_amount


def _about_shown(shown_parsed: Parsed, one: Understood) -> Understood:
    shown, frame = shown_parsed.frame, one.parsed.frame
    asks_sum = frame.ask in (None, Operation.VALUE) and not Clause(one.reading).says(Measure.COUNT)
    if shown.measure is Measure.NEW_COUNTERPARTIES:
        new = {"ask": Operation.TO_NEW, "measure": Measure.SPEND} if asks_sum else {}
        to_new = shown.with_changes(**new)
        return replace(one, parsed=replace(shown_parsed, frame=to_new, alone=to_new))
    if shown.ask in (Operation.RANK, Operation.LIST) and shown.limit and asks_sum:
        amount = shown.with_changes(asks_amount=True)
        return replace(one, parsed=replace(shown_parsed, frame=amount, alone=amount))
    others = tuple(period for period in shown.periods if period not in frame.periods)
    periods = (*frame.periods, *others) if frame.ask in COMPARING else frame.periods or shown.periods
    lent: dict[str, object] = {
        "objects": shown.objects, "conditions": shown.conditions, "without": shown.without, "periods": periods,
        "against": shown.against, "flow": frame.flow or shown.flow,
    }  # fmt: skip
    if shown.ask is Operation.VERSUS and frame.ask in _OF_TWO_THINGS:
        lent |= {"ask": Operation.VERSUS, "asks_difference": frame.ask is Operation.DIFFERENCE}
    if any(f.field == "alert" for f in shown.conditions):
        lent |= {"measure": frame.measure or shown.measure}
    elif frame.ask in (None, Operation.VALUE) and frame.measure is None:
        lent |= {"ask": Operation.VALUE, "measure": Measure.INCOME if shown.flow is Flow.IN else Measure.SPEND}
    frame = frame.with_changes(**lent)
    leans = shown_parsed.is_follow_up and not frame.objects
    return replace(one, parsed=replace(one.parsed, frame=frame, alone=frame, is_follow_up=leans, unplaced=()))


def _asks(one: Understood) -> bool:
    clause = Clause(one.reading)
    if _EXPLAINS.match(one.reading.text) or REASON.match(one.reading.text):
        return False
    opens_asking = any(cue.start == 0 for cue in clause.find(Cue.YES_NO))
    return clause.has(*_ASKS) or clause.says(Measure.COUNT) or opens_asking or bool(_ASKING.search(one.reading.text))


_WHO_IS = re.compile(r"(?:and |but |so )?who (?:is|was|are)(?: (?:this|that))? ")


def _asks_who_it_is(one: Understood) -> bool:
    """ "Who is Farida Khan?", beside a question about her: it says whom that is about."""
    says_more = [mention for mention in one.reading.mentions if mention.kind not in ("cue", "name")]
    names = one.reading.of("name")
    return bool(_WHO_IS.match(one.reading.text)) and len(names) == 1 and not says_more and not one.reading.unknown


def _is_meant(one: Understood) -> bool:
    """Whether a statement surely stands for a question: "I think I was charged twice"."""
    idle = (Intent.STORY, Intent.EDIT, Intent.SMALL_TALK, None)
    if one.intent is Intent.SUM_OF_THOSE and not Clause(one.reading).has(*_OF_SUMS):
        return False
    return one.intent not in idle and one.reading.wants.confidence >= PLAIN


def _only_names(one: Understood) -> bool:
    """Nothing but a payee: "Sab Kuch Mall, how much have they given back?"."""
    kinds = [mention.kind for mention in one.reading.mentions]
    return "name" in kinds and set(kinds) <= {"name", "category"} and not one.reading.unknown


def _only_tells(one: Understood) -> bool:
    """A statement beside an outright question: "I should like to ask him for a discount", "Arjun says I owe him"."""
    clause, text = Clause(one.reading), one.reading.text
    is_meant = _is_meant(one) and one.intent not in OFF_LIMITS
    if clause.has(*_ASKS) or clause.says(Measure.COUNT) or is_meant:
        return False
    return bool(_TELLS.match(text) or _TELLS_OF.search(text)) and not one.parsed.only_modifies


_PLANS = re.compile(
    r"(?:(?:well|oh|ok|so|and|but|now|also),? )*"
    r"(?:don't|do not|never|will|would|must|need|needs|needed|no need|going|have to|has to|want|wants|hoping|before"
    r"|\w+ing|\w+ to be|i|we|my|our|it|he|she|they)\b"
)
_PLANNED = frozenset({Intent.ACT, Intent.ADVICE, Intent.OFF_TOPIC, Intent.SMALL_TALK})
_PLANNED_WORDS = frozenset({"action", "advice", "topic", "future"})


def _only_plans(one: Understood, told: Sequence[Understood]) -> bool:
    """What somebody is about to do, or wants nothing of, beside a sure question about payments: "planning to buy gold,
    so how much is in my accounts?". Nothing is done for it, so it need not be refused."""
    refused = one.reading.wants.of(*_PLANNED) >= AGREED or one.reading.refusal in _PLANNED_WORDS
    asks = Clause(one.reading).has(*_ASKS_FIGURE) if refused else _asks_a_figure(one)
    is_idle = refused or not one.parsed.has_cue or not one.reading.mentions
    if not is_idle or asks or not _PLANS.match(one.reading.text):
        return False
    others = [other for other in told if other is not one]
    return any(other.intent is not None and _asks_a_figure(other) and not other.reading.refusal for other in others)


def _asks_a_figure(one: Understood) -> bool:
    says_what = one.reading.mentions and (one.parsed.frame.measure or one.parsed.frame.topic)
    return Clause(one.reading).has(*_ASKS_FIGURE) or bool(says_what)


def _is_story(one: Understood, others_mean: bool) -> bool:
    wants = one.reading.wants
    if REASON.match(one.reading.text):
        return True
    if others_mean and not one.reading.mentions and not _asks(one) and " " in one.reading.text:
        return not any(map(one.reading.names_something, one.reading.unknown))
    if wants.first is None or _is_meant(one):
        return False
    if wants.first is Intent.SMALL_TALK or _EXPLAINS.match(one.reading.text):
        return True
    if _asks(one):  # "would you kindly verify?" asks for what has been said
        return others_mean and says_nothing(one.parsed) and not meanings(one.parsed.frame)
    tells = bool(_TELLS.match(one.reading.text)) and not one.parsed.only_modifies
    if says_nothing(one.parsed) and not meanings(one.parsed.frame):
        return True
    return one.intent is Intent.STORY or wants.of(Intent.STORY) >= AGREED or tells


def _lent(one: Understood, stories: Sequence[Reading]) -> Understood:
    """A question with whom, and when, the story before it speaks of, where the question itself does not say."""
    frame = one.parsed.frame
    if frame.topic in (Topic.BALANCE, Topic.COVERAGE, Topic.ALERTS):
        return one
    told = [named(Clause(story)) for story in stories]
    changes: dict[str, object] = {}
    periods = [period for story in told for period in story.periods]
    if len(periods) == 1 and not frame.periods:
        changes["periods"] = tuple(periods)
    elif len(periods) == 1 and len(frame.periods) == 1 and frame.ask in COMPARING:
        changes["periods"] = (*periods, *frame.periods)  # "my October was insane: by how much was it up on September?"
    if _came_in(stories) and not Clause(one.reading).says(Measure.SPEND, Measure.INCOME):
        measure = Measure.INCOME if frame.measure is Measure.SPEND else frame.measure
        changes |= {"flow": Flow.IN, "measure": measure}
    if not frame.objects and _WITHOUT_THOSE.search(one.reading.text):
        return _without(one, told)
    if not frame.objects or _only_charges(one):
        changes |= _named_before(told, points=_points_back(one))
    elif meant := _explained(stories):
        changes["objects"] = meant
    if not changes:
        return one
    parsed = replace(one.parsed, frame=frame.with_changes(**changes), alone=one.parsed.alone.with_changes(**changes))
    return replace(one, parsed=replace(parsed, is_follow_up=False))


def _without(one: Understood, told: Sequence[Frame]) -> Understood:
    """ "I live at that Saffron Leaf place. What is it without them?": the last question, but for whom a story names."""
    named_there = tuple(f for story in told for f in story.objects if f.operator is Operator.IN)
    without = tuple(f.model_copy(update={"operator": Operator.NOT_IN}) for f in named_there)
    if not without:
        return one
    frame = one.parsed.frame.with_changes(without=without)
    return replace(one, parsed=replace(one.parsed, frame=frame, alone=frame, unplaced=(), is_follow_up=True))


def _came_in(stories: Sequence[Reading]) -> bool:
    """Whether all that is told of is money that came in: "Ananya sent me something in July; how much was it"."""
    told = [Clause(story) for story in stories]
    return any(clause.says(Measure.INCOME) for clause in told) and not any(c.says(Measure.SPEND) for c in told)


def _explained(stories: Sequence[Reading]) -> tuple[Filter, ...]:
    """Whom the asker meant: "the pharmacy; I mean Arogya"."""
    meant = [named(Clause(story)) for story in stories if _EXPLAINS.match(story.text)]
    return tuple(f for story in meant for f in story.objects if f.field == "counterparty")


def _only_charges(one: Understood) -> bool:
    """ "On what date did they charge me?": being paid, and no category of its own."""
    said = [m for m in one.reading.mentions if m.kind in OBJECT_KINDS]
    clause = Clause(one.reading)
    return clause.has(Cue.ANAPHORA) and all(
        m.kind == "category" and set(clause.text_of(m).split()) <= MERE_HEADS for m in said
    )


def _points_back(one: Understood) -> bool:
    frame = one.parsed.frame
    says_how_much_alone = frame.measure is None and not frame.conditions
    return Clause(one.reading).has(Cue.ANAPHORA) or says_how_much_alone or bool(_BY_THAT.search(one.reading.text))


def _named_before(told: Sequence[Frame], *, points: bool) -> dict[str, object]:
    """Payees of a story; its categories and ways of paying only where the question points back at them."""
    objects = [f for story in told for f in story.objects]
    payees = tuple(f for f in objects if f.field == "counterparty")
    if payees or not points:
        return {"objects": payees} if payees else {}
    ways = tuple(f for story in told for f in story.conditions if f.field == "channel")
    return {**({"objects": tuple(objects)} if objects else {}), **({"conditions": ways} if ways else {})}
