"""The built-in planner: no key, no model, the same plan for the same question. When in doubt it asks back."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise

from agents.follow_ups import starters
from agents.intents.intent import OFF_LIMITS, Intent
from agents.plan import (
    CANDIDATES_MAX,
    PLACES_MAX,
    TASKS_MAX,
    Clarify,
    Decline,
    ExplainTask,
    Operation,
    Plan,
    Planned,
    Task,
)
from agents.planner.ahead import day_ahead
from agents.planner.alert_turns import after_alerts, counting_alerts
from agents.planner.categories import NARROWER
from agents.planner.clause import Clause, is_cue
from agents.planner.compose import compose
from agents.planner.compounds import HEADS
from agents.planner.desk_words import ranks_by_score, tells_kind
from agents.planner.follow import edit, explain_amount
from agents.planner.frame import Frame, Topic
from agents.planner.leaning import explained
from agents.planner.lexicon import Cue
from agents.planner.memory import Memory
from agents.planner.names import Named, Names
from agents.planner.parse import Parsed
from agents.planner.parties import held, nobody_known
from agents.planner.pointers import Turn, overlooked
from agents.planner.pointing import (
    asks_of_more,
    asks_of_unlike,
    asks_other_payees,
    asks_rest,
    asks_share_of_unlike,
    compared_last,
    in_one,
    leaves_those_out,
    meant_before,
    pointing,
)
from agents.planner.reading import Reading
from agents.planner.repricing import change_asked, went_down
from agents.planner.settling import is_of_nothing, settled
from agents.planner.slots import INCOME_CATEGORIES
from agents.planner.strangers import speaks_of_asker
from agents.planner.understanding import understand
from agents.planner.weighing import Understood, says_nothing
from agents.scope import Scope
from agents.wording import category, days_known, listed
from core.identity.access import Principal
from core.insights.forecast import DAYS_MAX
from core.insights.query import Dimension, Flow, Measure, Operator, QueryPeriod
from core.periods import Unit

_REASONS = {
    "action": "I answer questions about payments; I cannot move money or change anything.",
    "claim": "I answer questions about payments; a dispute is raised with your bank.",
    "future": "I know what has happened, and do not look ahead yet.",
    "advice": "I tell what your payments were; advice on what to do with money I leave to others.",
    "others": "I can only speak about your own accounts.",
    "secrets": "I answer questions about payments, and nothing else is mine to show.",
    "alerts": "Fraud alerts are for those who work on them; why a payment of your own was flagged, I can tell.",
    "greeting": "Hello. Ask me about your payments: what you spent, where it went, who paid you.",
    "topic": "That is not something your payments can tell.",
    "recurring": "What recurs I look for in one customer's payments, and you ask for a whole bank.",
    "one": "That I can tell of one customer's accounts, and you ask for a whole bank.",
    "owner": "I can only tell the balance of your own accounts.",
}  # fmt: skip
_OFF_LIMITS = {
    Intent.ACT: "action", Intent.ADVICE: "advice", Intent.OTHERS: "others", Intent.SECRETS: "secrets",
    Intent.OFF_TOPIC: "topic", Intent.SMALL_TALK: "greeting",
}  # fmt: skip

_ACCOUNT = re.compile(r"\b(?:accounts?|balance|passbook|cards?)\b")
_GAVE_ASKER = re.compile(r"\b(?:did|has|have|does) (?:my|our) \w+ (?:\w+ ){0,2}(?:me|us)\b")
""" "How much did my mother send me?": of the asker's own money, though nobody knows who she is."""
_ASKS_WHETHER = re.compile(
    r"(?:(?:and|so) )*(?:did|has|have|had|was|were|is|are)\b.*\b(?:any\w*|some\w*|new)\b|any\w*\b"
)
_NEW_PRICE = "I can tell when what you pay somebody changed, and by how much. Whom do you mean?"
_ASKED_IN_THE_END = ("action", "claim", "advice", "topic", "others", "secrets")


@dataclass(frozen=True, slots=True)
class Thought:
    """What a planner made of a question, and the frame that a follow-up will edit."""

    planned: Planned
    frame: Frame | None = None
    suggested: str | None = None


@dataclass(frozen=True, slots=True)
class BuiltinPlanner:
    """Plans for one caller, as of one day."""

    principal: Principal
    scope: Scope
    names: Names
    today: date

    def plan(self, readings: Sequence[Reading], memory: Memory) -> Thought:
        """A plan for all clauses of a question, or what keeps us from one."""
        memory = replace(memory, winner=held(memory.winner, self.scope))
        readings, memory = self._in_context(readings, memory)
        thought = self._planned(readings, memory)
        if memory.frame is None or thought.frame is None or not isinstance(thought.planned, Plan):
            return thought
        question = overlooked(Turn(readings, memory.frame, memory.earlier, thought.frame))
        return self._asked_back(question) if question else thought

    def _planned(self, readings: Sequence[Reading], memory: Memory) -> Thought:
        tasks: list[Task] = []
        understood = understand(readings, self.scope.currencies, has_last=memory.frame is not None)
        frame = meant_before(understood[0], memory)
        if refused := next((self._refused(one) for one in understood if one.intent in OFF_LIMITS), None):
            return refused
        if len(understood) == 1 and self._changes_nothing(understood[0], memory):
            question = "What should I change: the period, the payee or category, or the way of paying?"
            unsettled = frame.with_changes(missing=understood[0].reading.text) if frame else None
            return Thought(Clarify(question=question, choices=tuple(starters(self.scope))), unsettled)
        if refused := self._refused_later(understood) or self._refused_of_others(readings, understood):
            return refused
        if changed := self._of_change(readings, understood, frame):
            return changed
        pairs = _without_modifiers([(one.reading, one.parsed) for one in understood])
        parses = [parsed for _, parsed in pairs]
        said = " ".join(reading.text for reading in readings)
        if both := in_one(understood[0], counting_alerts(memory)):
            if doubt := self.frame_doubt(both, memory):
                return doubt
            task, frame = self.task(both, memory)
            return Thought(Plan(tasks=(task,)), frame)
        if asks_of_unlike(understood[0], memory):
            return self._asked_back("I hold like sums of one kind against each other. Which two do you mean?")
        if asks_share_of_unlike(understood[0], memory):
            return self._asked_back("I tell which share one sum is of another of the same time. Which two do you mean?")
        if asks_of_more(understood[0], memory):
            return self._asked_back("I do not remember so many of your questions. Which figures do you mean?")
        for n, (reading, parsed) in enumerate(pairs):
            if tasks and _repeats(reading, parsed):
                continue
            if frame is not None and tasks and frame.ask is Operation.RANK and _asks_how_much_only(reading):
                if not pairs[n - 1][1].asks_which:  # otherwise what it came to is told beside its name
                    tasks[-1], frame = self.task(frame.with_changes(asks_amount=True), memory)
                continue
            parsed = pointing(said, reading, parsed, memory) if n == 0 else parsed
            parsed = after_alerts(reading, parsed, frame, self.scope)
            doubt = self._doubt(reading, parsed, frame, memory if n == 0 else Memory(frame))
            if doubt is not None:
                return _so_far(tasks, frame, doubt)
            frame = self._with_shared_period(self._resolved(parsed, frame, memory), parses)
            if is_of_nothing(frame, reading.text):
                return _so_far(tasks, frame, self._asked_back("Of what? A payee or a category would do."))
            frame = settled(frame, reading.text, self.scope, self.today)
            if nobody := nobody_known(reading, frame):
                return _so_far(tasks, frame, self._asked_back(f"Whom do you mean by “{nobody}”? A name would do."))
            if frame.topic is Topic.FORECAST:
                frame = frame.with_changes(on=day_ahead(reading.text, self.today), periods=())
            parts = _of_each_period(frame, TASKS_MAX - len(tasks))
            doubt = self.frame_doubt(parts[0], memory)
            if doubt is not None:
                return _so_far(tasks, frame, doubt)
            composed = [self.task(part, memory) for part in parts]
            if not (_is_only_named(n, pairs) or _is_told_behind(n, pairs)):
                tasks += [task for task, _ in composed if task not in tasks]
            frame = composed[0][1]
        return Thought(Plan(tasks=tuple(tasks)), frame)

    def _of_change(self, readings: Sequence[Reading], told: Sequence[Understood], last: Frame | None) -> Thought | None:
        """ "What was Netflix before they raised the price?": of the latest change of what is named, or was."""
        text = " ".join(reading.text for reading in readings)
        wanted = change_asked(text)
        if wanted is None:
            return None
        named = [one.parsed.frame for one in told if one.parsed.frame.objects]
        about = named[0] if named else last
        is_strange = any(reading.names_something(phrase) for reading in readings for phrase in reading.unknown)
        if about is None or not about.objects or is_strange:
            return self._asked_back(_NEW_PRICE)
        flow = Flow.IN if about.values_of("category") & INCOME_CATEGORIES else Flow.OUT
        sign = "less" if went_down(text) else "more"
        frame = Frame(ask=Operation.CHANGED, objects=about.objects, flow=flow, sign=sign, of_change=wanted)
        task, frame = compose(frame, self.scope, self.today)
        return Thought(Plan(tasks=(task,)), frame)

    def _in_context(self, readings: Sequence[Reading], memory: Memory) -> tuple[Sequence[Reading], Memory]:
        """The clauses as the last question explains them; one that is announced as a new question leans on none."""
        said = [reading for reading in readings if reading.text] or readings
        points = any(reading.has(Cue.AGAIN, Cue.ANAPHORA, Cue.THAT_TIME) for reading in said)
        if any(reading.is_anew for reading in readings) and not points:
            return said, Memory()
        last = memory.frame
        if last is None:
            return said, memory
        return [explained(reading, (last, *memory.earlier), self.scope, self.today) for reading in said], memory

    def _resolved(self, parsed: Parsed, last: Frame | None, memory: Memory) -> Frame:
        """The frame in full: an edit of the last one where the question leans on it."""
        if last is None:
            return parsed.alone
        if parsed.frame.topic is Topic.EXPLAIN and not parsed.says_flagged and last.topic is None:
            return explain_amount(last)
        if parsed.is_follow_up and not parsed.stands_alone(last):
            frame = edit(compared_last(last, parsed, memory), parsed)
            asks_all_time = parsed.asks_ever and not parsed.frame.periods and frame.topic is None
            return frame.with_changes(periods=self._everything()) if asks_all_time else frame
        keeps_period = (
            not parsed.frame.periods and last.periods and not last.is_default_period and _wants_period(parsed.frame)
        )
        return parsed.frame.with_changes(periods=last.periods[:1]) if keeps_period else parsed.frame

    def _everything(self) -> tuple[QueryPeriod, ...]:
        """All the days of which payments are known, as a period that is asked for."""
        if self.scope.first_day is None:
            return ()
        return (QueryPeriod.of(self.scope.everything(self.today)),)

    @staticmethod
    def _with_shared_period(frame: Frame, parses: Sequence[Parsed]) -> Frame:
        """A period that is said once is meant for every clause."""
        if frame.periods or frame.topic is not None:
            return frame
        later = next((p.frame.periods for p in parses if p.frame.periods), ())
        return frame.with_changes(periods=later[:1]) if later and _wants_period(frame) else frame

    def task(self, frame: Frame, memory: Memory) -> tuple[Task, Frame]:
        """The task of a frame, and the frame with what was chosen for it."""
        if frame.topic is Topic.EXPLAIN and not frame.objects and not frame.conditions and not frame.periods:
            asks_points = frame.alerts_ask == "points"
            return ExplainTask(transaction_ids=memory.listed[:CANDIDATES_MAX], asks_points=asks_points), frame
        return compose(frame, self.scope, self.today)

    # Doubts, each a question back or a refusal.

    def _refused(self, one: Understood) -> Thought | None:
        """A refusal where a clause's meaning is nothing that payments answer."""
        reason = _OFF_LIMITS[one.intent] if one.intent else None
        is_ours = self.principal.sees_alerts or bool(_GAVE_ASKER.search(one.reading.text))
        if reason is None or (reason == "others" and is_ours):
            return None
        return self._declined(reason)

    def _refused_later(self, understood: Sequence[Understood]) -> Thought | None:
        """A refusal of what is asked for in the end, where its beginning is nothing known: "the new regime or the old,
        which one should I take?"."""
        first, *later = understood
        reasons = [one.reading.refusal for one in later if one.reading.refusal in _ASKED_IN_THE_END]
        return self._declined(reasons[0]) if first.reading.unknown and reasons else None

    def _refused_of_others(self, readings: Sequence[Reading], understood: Sequence[Understood]) -> Thought | None:
        """A refusal where an account is told of that is another's, and then no own one is asked about: "my mother's
        account, what is the balance there?"."""
        told = any(reading.refusal == "others" and _ACCOUNT.search(reading.text) for reading in readings)
        asks_own = any(speaks_of_asker(one.reading.text) for one in understood)
        return self._declined("others") if told and not asks_own and not self.principal.sees_alerts else None

    def _doubt(self, reading: Reading, parsed: Parsed, last: Frame | None, memory: Memory) -> Thought | None:
        if reading.has(Cue.GREETING):
            return self._declined("greeting")
        if reading.refusal and not (reading.refusal == "others" and self.principal.sees_alerts):
            return self._declined(reading.refusal)
        if reading.of("tally") and not (parsed.frame.threshold or (last and last.is_of_alerts)):
            return self._asked_back(_ALERTS_ONLY)
        if reading.is_of_many and tells_kind(reading.text):
            return self._asked_back(_OF_ALL_KINDS)
        if reading.is_of_many and ranks_by_score(reading.text):
            return self._asked_back(_ALERTS_ONLY)
        if reading.unknown:
            return self._about_unknown(reading, parsed)
        if unclear := parsed.unclear_names:
            return self._about_names(unclear[0], parsed, last)
        if parsed.wrong_currency:
            own = listed(self.scope.currencies)
            return self._asked_back(
                f"Your payments are in {own}, not {parsed.wrong_currency}. Which amount do you mean?"
            )
        if last is not None and last.missing and parsed.is_follow_up and not parsed.frame.objects:
            return self._asked_back(f"Before that: what is “{last.missing}”? A payee or a category would do.")
        if parsed.unplaced:
            return self._about_unplaced(parsed, last)
        return self._about_too_little(reading, parsed, last)

    def _about_unknown(self, reading: Reading, parsed: Parsed) -> Thought:
        """A phrase that is nothing known is never dropped: it may be the very thing that was asked about."""
        phrase = reading.unknown[0]
        if not parsed.has_cue and phrase not in NARROWER:
            return self._declined("topic")
        if parsed.frame.topic is Topic.BALANCE and _is_owner(phrase, reading.text):
            return self._declined("owner")
        phrase = next((key for key in NARROWER if _is_headed(phrase, key)), phrase)
        if slugs := NARROWER.get(phrase):
            name = category(slugs[0])
            suggested = reading.text.replace(phrase, name.lower())
            question = f"I cannot tell {phrase} apart: it is part of {name}. Do you mean all of {name}?"
            return Thought(Clarify(question=question, choices=(suggested,)), _unsettled(parsed, phrase), suggested)
        phrase = next((longer for longer, _ in reading.beside(phrase, "name")), phrase)
        if similar := self.names.suggestions(phrase):
            choices = tuple(reading.text.replace(phrase, name) for name in similar)
            question = f"I do not know “{phrase}” among your payments. Did you mean {listed(similar, 'or')}?"
            only = choices[0] if len(similar) == 1 else None
            return Thought(Clarify(question=question, choices=choices), _unsettled(parsed, phrase), only)
        question = f"I do not know “{phrase}”: no payee, category or description here has it. What is meant?"
        return Thought(Clarify(question=question, choices=tuple(starters(self.scope))), _unsettled(parsed, phrase))

    def _about_unplaced(self, parsed: Parsed, last: Frame | None) -> Thought:
        """What it names beside is what is spoken of from now on: nothing may be said of what was asked before it."""
        phrase = parsed.unplaced[0]
        asked_back = self._asked_back(f"I am not sure what “{phrase}” means here. Could you put it another way?")
        names_other = parsed.frame.objects and (last is None or parsed.frame.objects != last.objects)
        return replace(asked_back, frame=_unsettled(parsed, phrase)) if names_other else asked_back

    def _about_names(self, named: Named, parsed: Parsed, last: Frame | None) -> Thought:
        kept = tuple(f for f in parsed.frame.objects if f.field != "counterparty")
        frame = parsed.frame.with_changes(objects=kept)
        if last is not None and parsed.is_follow_up:
            frame = edit(last, parsed).with_changes(objects=kept)
        frame = frame.with_changes(missing=named.said)
        names = list(named.names)
        question = f"“{named.said}” fits {len(names)} payees. Which one do you mean: {listed(names, 'or')}?"
        return Thought(Clarify(question=question, choices=tuple(names[:4])), frame)

    @staticmethod
    def _changes_nothing(one: Understood, memory: Memory) -> bool:
        """ "Make it 60": an edit of the last question that names nothing we could put in its place."""
        frame = one.parsed.frame
        if leaves_those_out(one, memory) or asks_rest(one, memory) or asks_other_payees(one, memory):
            return False
        asks = any((frame.against, frame.ask, frame.measure, frame.position > 1, one.parsed.asks_amount))
        return one.intent is Intent.EDIT and says_nothing(one.parsed) and not asks

    def _about_too_little(self, reading: Reading, parsed: Parsed, last: Frame | None) -> Thought | None:
        """Words that were understood and yet ask nothing."""
        frame = parsed.frame
        if last is None and reading.has(Cue.ANAPHORA) and says_nothing(parsed):
            return self._asked_back("What do you mean by that? This conversation has no question yet.")
        asked = (frame.topic, frame.ask, frame.measure, frame.objects, frame.group_by, frame.conditions, frame.without)
        if any(asked) or frame.tells_alerts:
            return None
        if last is not None:
            says_something = frame.periods or frame.against or parsed.asks_amount or frame.position > 1
            return None if says_something else self._asked_back("What would you like to know about it?")
        if frame.periods:
            return self._asked_back(f"What would you like to know about {frame.periods[0].period.label}?")
        if reading.mentions and parsed.is_follow_up:
            return self._asked_back("What do you mean by that? This conversation has no question yet.")
        return self._declined("topic")

    def frame_doubt(self, frame: Frame, memory: Memory) -> Thought | None:
        if frame.is_of_alerts and not self.principal.sees_alerts:
            return self._declined("alerts")
        if frame.topic is Topic.ALERTS and _says_more_than_alerts(frame):
            return self._asked_back(_ALERTS_ONLY)
        if frame.tells_alerts and frame.topic not in (Topic.ALERTS, Topic.SIGNALS, Topic.EXPLAIN):
            return self._asked_back(_ALERTS_ONLY)
        if frame.topic is Topic.BALANCE:
            if frame.objects:
                return self._declined("owner")
            if frame.periods and (self.scope.first_day is None or frame.periods[0].end <= self.scope.first_day):
                reach = days_known(self.scope.first_day, self.scope.last_day)
                return Thought(Decline(reason=f"I know no balance from so long ago. {reach}", status="no_data"))
        if frame.topic is Topic.RECURRING:
            return self._about_recurring(frame)
        if frame.are_apart and not _adds_up(frame):
            return self._asked_back("That is a category and a payee. Could you ask about one of them at a time?")
        slugs = frame.values_of("category")
        if frame.ask is Operation.VERSUS and slugs & INCOME_CATEGORIES and slugs - INCOME_CATEGORIES:
            return self._asked_back("One of these comes in and the other goes out. Which of the two do you mean?")
        if frame.topic in (Topic.SIGNALS, Topic.CIRCLES) and not self.principal.sees_alerts:
            return self._declined("alerts")
        if frame.topic in _OF_ONE and self.principal.customer_id is None:
            return self._declined("one")
        if frame.topic is Topic.FORECAST and frame.on and (frame.on - self.today).days > DAYS_MAX:
            return self._asked_back(f"I look at most {DAYS_MAX} days ahead. Which day until then do you mean?")
        if frame.topic is Topic.REFUNDS and _says_more_than_a_list(frame):
            return self._asked_back("I add up and list refunds by period, payee and category. Could you ask for that?")
        if frame.topic is Topic.EXPLAIN and not (frame.objects or frame.conditions or frame.periods or memory.listed):
            return self._asked_back(_WHICH_PAYMENT)
        if _asks_points_of_shown(frame) and len(memory.listed) > 1:
            return self._asked_back(_WHICH_PAYMENT)
        if frame.ask is Operation.RANK and _ranks_one_payee(frame):
            return self._asked_back("That is one payee only. Among whom shall I look: which category, or which payees?")
        if frame.position > PLACES_MAX:
            return self._asked_back(f"I count no farther than {PLACES_MAX} payments. Which day or month do you mean?")
        if frame.position > 1 and not _is_ranked(frame):
            return self._asked_back("I can tell the second or third by amount or by time. Of what?")
        if frame.measure is Measure.NET and frame.objects:
            return self._asked_back(
                "Savings are income less spending as a whole. Do you mean how much you spent there?"
            )
        if frame.ask is Operation.SHARE and not (frame.objects or frame.conditions or frame.whole):
            return self._asked_back("A share of what: which category, payee or way of paying do you mean?")
        if frame.periods and all(p.start > self.today for p in frame.periods):
            return self._declined("future")
        if frame.topic is None and frame.ask in _OF_A_STRETCH and _have_gaps(frame):
            return self._asked_back("Between these periods lies another. Could you ask of one of them at a time?")
        return None

    def _about_recurring(self, frame: Frame) -> Thought | None:
        if self.principal.customer_id is None:
            return self._declined("recurring")
        if (frame.periods and not frame.is_next) or _says_more_than_a_list(frame):
            return self._asked_back("I list what recurs now, by payee and category. Could you ask without more?")
        return None

    def _declined(self, reason: str) -> Thought:
        return Thought(Decline(reason=_REASONS[reason]))

    def _asked_back(self, question: str) -> Thought:
        return Thought(Clarify(question=question, choices=tuple(starters(self.scope))))


_ALERTS_ONLY = (
    "I count alerts by period, state, customer, points and one reason, and by ways of paying, amounts and hours where"
    " neither points nor a reason is named. Could you ask for them so?"
)
_OF_ALL_KINDS = "I know customers by name, and not what kind of customer they are. Do you mean all of them?"
_WHICH_PAYMENT = "Which payment do you mean? Name the payee, the amount or the day."
_OF_ONE = frozenset({Topic.FORECAST, Topic.BUDGETS, Topic.UNUSUAL, Topic.DUPLICATES})
"""Asked of one customer's accounts."""


_OF_A_STRETCH = frozenset(
    {
        Operation.RANK, Operation.LIST, Operation.WHEN_LAST, Operation.WHEN_FIRST, Operation.WHO, Operation.SHARE,
        Operation.COUNT_GROUPS, Operation.TO_NEW, Operation.MET, Operation.SAVINGS_RATE, Operation.PACE,
    }
)  # fmt: skip
"""Asked of several periods they are asked of all the days from the first to the last."""


def _have_gaps(frame: Frame) -> bool:
    periods = sorted((p.period for p in frame.periods), key=lambda period: period.start)
    return any(one.end < other.start for one, other in pairwise(periods))


def _of_each_period(frame: Frame, most: int) -> list[Frame]:
    """What is asked of several periods one by one, and alerts that are told apart by reason or points: of each by
    itself, where they are no more than `most`. What is compared is no list of figures."""
    of_alerts = frame.topic is Topic.ALERTS and frame.tells_alerts and frame.ask in (None, Operation.VALUE)
    asked = of_alerts or frame.are_held_apart
    if not asked or not frame.periods or frame.against == "following":
        return [frame]
    periods = [period.period for period in frame.periods]
    if frame.against is not None:
        periods.append(periods[0].year_before() if frame.against == "year_before" else periods[0].previous())
    if len(periods) > most:
        return [frame]
    return [frame.with_changes(periods=(QueryPeriod.of(period),), against=None) for period in periods]


def _is_only_named(n: int, pairs: Sequence[tuple[Reading, Parsed]]) -> bool:
    """Whether the next clause asks of the alerts that this one only names: "the alerts of May, how many customers do
    they belong to?"."""
    reading, parsed = pairs[n]
    clause = Clause(reading)
    asks = clause.has(Cue.SHOW, Cue.WHICH, Cue.WHO, Cue.WHEN, Cue.HOW_MUCH) or bool(clause.measures)
    is_pointed_at = any(later.has(Cue.ANAPHORA) for later, _ in pairs[n + 1 : n + 2])
    return parsed.frame.topic is Topic.ALERTS and not asks and is_pointed_at


def _is_told_behind(n: int, pairs: Sequence[tuple[Reading, Parsed]]) -> bool:
    """Whether this clause asks whether there was any and the next one how many or who: "did any money leave at night?
    How many payments?"."""
    (reading, parsed), behind = pairs[n], pairs[n + 1 : n + 2]
    frame, clause = parsed.frame, Clause(reading)
    asks_more = clause.has(Cue.HOW_MUCH, Cue.WHICH, Cue.WHO, Cue.WHEN) or clause.says(Measure.COUNT) or frame.threshold
    if not _ASKS_WHETHER.match(reading.text) or asks_more or frame.topic or frame.ask not in (None, Operation.VALUE):
        return False
    return any(
        later.is_follow_up
        and says_nothing(later)
        and (later.frame.measure is Measure.COUNT or later.frame.group_by == (Dimension.COUNTERPARTY,))
        for _, later in behind
    )


def _so_far(tasks: Sequence[Task], frame: Frame | None, doubt: Thought) -> Thought:
    """What was understood before a part of the question that is in doubt, with the question back about that part."""
    beyond = (_REASONS["alerts"], _REASONS["topic"])
    why = doubt.planned.question if isinstance(doubt.planned, Clarify) else ""
    if isinstance(doubt.planned, Decline) and doubt.planned.reason in beyond:
        why = doubt.planned.reason
    if not tasks or not why:
        return doubt
    return Thought(Plan(tasks=tuple(tasks), left_out=f"Of the rest: {why}"), frame)


def _adds_up(frame: Frame) -> bool:
    """Whether the parts of a category and of a payee may be added."""
    return frame.ask in (None, Operation.VALUE) and frame.measure in (
        None,
        Measure.SPEND,
        Measure.INCOME,
        Measure.COUNT,
    )


def _ranks_one_payee(frame: Frame) -> bool:
    """Whether payees are to be ranked of whom only one is asked about."""
    return frame.group_by[:1] == (Dimension.COUNTERPARTY,) and len(frame.values_of("counterparty")) == 1


_PLACED = (Operation.RANK, Operation.WHEN_LAST, Operation.WHEN_FIRST)


def _is_ranked(frame: Frame) -> bool:
    """Whether places count: of groups by their sum, of payments by their amount or their day."""
    of_payments = frame.measure in (Measure.LARGEST, Measure.SMALLEST) or frame.latest is not None
    return frame.topic is None and (frame.ask in _PLACED or of_payments)


def _is_headed(phrase: str, key: str) -> bool:
    """ "Health insurance premium" is health insurance."""
    return phrase.startswith(f"{key} ") and set(phrase.removeprefix(key).split()) <= HEADS


def _unsettled(parsed: Parsed, phrase: str) -> Frame:
    return parsed.frame.with_changes(missing=phrase)


def _is_owner(phrase: str, text: str) -> bool:
    """Whether an unknown phrase stands where somebody's name would: "balance of", "does ... have", "...'s balance"."""
    who = re.escape(phrase)
    before, possessive, asked_for = (
        rf"\b(?:of|for|does|has|is|did) {who}",
        rf"{who}'s?\b",
        rf"(?:^|show |tell |me ){who}",
    )
    return any(re.search(pattern, text) for pattern in (before, possessive, asked_for))


def _without_modifiers(pairs: list[tuple[Reading, Parsed]]) -> list[tuple[Reading, Parsed]]:
    """Clauses that only modify become part of the question beside them: "Leaving out rent, which category ...?"."""
    asking = [pair for pair in pairs if not pair[1].only_modifies]
    if not asking or len(asking) == len(pairs):
        return pairs
    merged: list[tuple[Reading, Parsed]] = []
    waiting: list[Parsed] = []
    for reading, parsed in pairs:
        if not parsed.only_modifies:
            merged.append((reading, _modified(parsed, waiting)))
            waiting = []
        elif merged:
            merged[-1] = (merged[-1][0], _modified(merged[-1][1], [parsed]))
        else:
            waiting.append(parsed)
        if parsed.only_modifies and (reading.unknown or parsed.unplaced):
            return pairs  # a modifier that is not understood may change everything
    return merged


def _modified(parsed: Parsed, modifiers: Sequence[Parsed]) -> Parsed:
    return replace(parsed, frame=_with_all(parsed.frame, modifiers), alone=_with_all(parsed.alone, modifiers))


def _with_all(frame: Frame, modifiers: Sequence[Parsed]) -> Frame:
    for modifier in modifiers:
        more = modifier.frame
        frame = frame.with_changes(
            periods=frame.periods or more.periods,
            objects=(*frame.objects, *more.objects),
            without=(*frame.without, *more.without),
            conditions=(*frame.conditions, *more.conditions),
        )
    return frame


def _asks_points_of_shown(frame: Frame) -> bool:
    """ "What score did that one get?", of what the last answer showed."""
    names = (frame.objects, frame.conditions, frame.periods)
    return frame.topic is Topic.EXPLAIN and frame.alerts_ask == "points" and not any(names)


def _says_more_than_alerts(frame: Frame) -> bool:
    """Conditions and groups that a list of alerts has no room for, and that must not be dropped."""
    conditions = [f for f in frame.conditions if f.field != "account"]
    limited = frame.limit is not None and frame.alerts_ask != "riskiest"
    more = (frame.objects, frame.without, conditions, frame.group_by, frame.threshold, limited, frame.against)
    sums = frame.alerts_ask == "value" and frame.measure in (Measure.SPEND, Measure.INCOME, Measure.VOLUME)
    asks_more = frame.ask not in (None, Operation.VALUE, Operation.LIST) and frame.alerts_ask != "share"
    measures_more = frame.measure not in (None, Measure.COUNT) and not sums and frame.alerts_ask != "points"
    return any(more) or asks_more or measures_more or len(frame.periods) > 1


def _repeats(reading: Reading, parsed: Parsed) -> bool:
    """Whether a later clause only asks for the figure again: "..., what does that come to?"."""
    frame = parsed.frame
    says = (frame.topic, frame.ask, frame.measure, frame.objects, frame.group_by, frame.conditions, frame.without)
    return not any((*says, frame.periods, frame.against, reading.unknown, reading.refusal, parsed.unplaced))


def _asks_how_much_only(reading: Reading) -> bool:
    """ "..., how much was it?", behind a clause that asked for whoever came first."""
    said = all(is_cue(mention, Cue.HOW_MUCH, Cue.ANAPHORA, Cue.NEUTRAL) for mention in reading.mentions)
    return said and reading.has(Cue.HOW_MUCH) and not reading.unknown


def _says_more_than_a_list(frame: Frame) -> bool:
    others = [f for f in frame.objects if f.field not in ("category", "counterparty") or f.operator is not Operator.IN]
    a_year = frame.ask is Operation.PACE and frame.unit is Unit.YEAR
    asks_more = not (frame.is_next or a_year) and (
        frame.ask not in (None, Operation.VALUE, Operation.LIST) or frame.limit is not None
    )
    more = (others, frame.without, frame.conditions, frame.group_by, frame.threshold, len(frame.periods) > 1)
    return asks_more or any(more)


def _wants_period(frame: Frame) -> bool:
    """Not what asks for a moment: the last time, a balance, why a payment was flagged."""
    dated = frame.ask in (Operation.WHEN_LAST, Operation.WHEN_FIRST) or frame.latest in ("latest", "earliest")
    return frame.topic is None and not dated
