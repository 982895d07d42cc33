"""The built-in planner: no key, no model, the same plan for the same question. When in doubt it asks back."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from agents.follow_ups import starters
from agents.intents.intent import OFF_LIMITS, Intent
from agents.plan import (
    CANDIDATES_MAX,
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
from agents.planner.alert_turns import after_alerts, counting_alerts, in_told_time, with_points
from agents.planner.allowances import allowance, allowed, allowed_instead, unknown_in
from agents.planner.both_ways import told_apart
from agents.planner.categories import NARROWER
from agents.planner.clause import Clause, is_cue
from agents.planner.compose import compose
from agents.planner.compounds import HEADS
from agents.planner.countdowns import counting_down
from agents.planner.desk_untold import untold_at_desk
from agents.planner.doubts import ALERTS_ONLY, ALLOWED_WHEN, NEW_PRICE, Case, doubted
from agents.planner.dues import with_dues
from agents.planner.follow import edit, explain_amount
from agents.planner.frame import Frame, Topic
from agents.planner.lapses import with_lapses
from agents.planner.leaning import explained
from agents.planner.lexicon import Cue
from agents.planner.memory import Memory
from agents.planner.modifiers import without_modifiers
from agents.planner.movers import change_told
from agents.planner.names import Named, Names
from agents.planner.netting import NETTED, ONLY_OF_SUMS, TAKEN_OFF, came_back, netted
from agents.planner.pairs import more_than_named, share_of_named
from agents.planner.parse import Parsed
from agents.planner.parties import held, nobody_known, two_parties
from agents.planner.paychecks import asks_rest_of_pay, rest_of_pay
from agents.planner.pointers import Turn, overlooked
from agents.planner.pointing import (
    asks_of_more,
    asks_of_unlike,
    asks_rest,
    asks_share_of_unlike,
    compared_last,
    in_one,
    is_of_shown,
    meant_before,
    pointing,
)
from agents.planner.reading import Reading
from agents.planner.refusals import courtesy, declined, is_courtesy
from agents.planner.repricing import change_asked, went_down
from agents.planner.settling import is_of_nothing, settled
from agents.planner.slots import INCOME_CATEGORIES
from agents.planner.strangers import asks_of_kin, speaks_of_asker
from agents.planner.streaks import DAYS_ONLY, counts_other_units, streak_asked, streak_frame
from agents.planner.understanding import understand
from agents.planner.untold import untold
from agents.planner.weighing import Understood, says_nothing
from agents.scope import Scope
from agents.wording import category, listed
from core.identity.access import Principal
from core.insights.query import Dimension, Flow, Measure, QueryPeriod

_OFF_LIMITS = {
    Intent.ACT: "action", Intent.ADVICE: "advice", Intent.OTHERS: "others", Intent.SECRETS: "secrets",
    Intent.OFF_TOPIC: "topic", Intent.SMALL_TALK: "greeting",
}  # fmt: skip

_ACCOUNT = re.compile(r"\b(?:accounts?|balance|passbook|cards?)\b")
_GAVE_ASKER = re.compile(r"\b(?:did|has|have|does) (?:my|our) \w+ (?:\w+ ){0,2}(?:me|us)\b")
""" "How much did my mother send me?": of the asker's own money, though nobody knows who she is."""
_OWN_PAYMENTS = re.compile(
    r"\b(?:my|our) (?:\w+ )?(?:payments?|transfers?|transactions?|spending) (?:to|with|at|from)\b"
)
""" "My payments to her", of somebody who was named."""
_TELLS_WHO = re.compile(
    r"(?:(?:oh|well|ok|so|yes|no|and|but) )*(?:he|she|they)(?:'s| is| was| are| were) (?:the|my|our|an?)\b"
)
""" "She is our house help": whom it was about, and nothing that is asked."""
_ASKS_WHETHER = re.compile(
    r"(?:(?:and|so) )*(?:did|has|have|had|was|were|is|are)\b.*\b(?:any\w*|some\w*|new)\b|any\w*\b"
)
THEN_KNOWN = "Please ask once more for what comes behind it, now that the day or month is known."
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
        told = understand(readings, self.scope.currencies, has_last=memory.frame is not None)
        understood = [with_lapses(with_dues(counting_down(one), self.today)) for one in told]
        said = " ".join(reading.text for reading in readings)
        frame = meant_before(understood[0], said, memory)
        if thought := self._at_once(readings, understood, frame, memory) or self._of_several(understood[0], memory):
            return thought
        pairs = without_modifiers([(one.reading, one.parsed) for one in understood])
        asked = {reading.text for reading, _ in pairs}
        stories = [reading for reading in readings if reading.text not in asked]
        return self._of_clauses(said, pairs, stories, frame, memory)

    def _at_once(
        self, readings: Sequence[Reading], understood: Sequence[Understood], last: Frame | None, memory: Memory
    ) -> Thought | None:
        """What the question as a whole says: a limit that is told, a change of a price, what no payment answers."""
        if len(readings) == 1 and memory.suggested is None and is_courtesy(readings[0].text):
            return self._declined(courtesy(readings[0].text))
        if net := self._of_netting(readings, last, memory):
            return net
        if told := self._of_allowance(readings, last, memory) or self._of_paycheck(readings):
            return told
        if refused := next((self._refused(one) for one in understood if one.intent in OFF_LIMITS), None):
            return refused
        if len(understood) == 1 and self._changes_nothing(understood[0], memory):
            question = "What should I change: the period, the payee or category, or the way of paying?"
            is_strange = bool(readings[0].unknown)  # "was it?" only wonders
            unsettled = last.with_changes(missing=understood[0].reading.text) if last and is_strange else None
            return Thought(Clarify(question=question, choices=tuple(starters(self.scope))), unsettled)
        if last is not None and len(readings) == 1 and _TELLS_WHO.match(readings[0].text):
            return self._asked_back("What would you like to know about it?")
        refused = self._refused_later(understood) or self._refused_of_others(readings, understood)
        return refused or self._of_change(readings, understood, last) or self._of_streak(readings, understood, last)

    def _of_several(self, one: Understood, memory: Memory) -> Thought | None:
        """What a question asks of several that came before it, in one; or which of them it means."""
        if both := in_one(one, counting_alerts(memory)):
            return self._of_frame(both, memory)
        if asks_of_unlike(one, memory):
            return self._asked_back("I hold like sums of one kind against each other. Which two do you mean?")
        if asks_share_of_unlike(one, memory):
            return self._asked_back("I tell which share one sum is of another of the same time. Which two do you mean?")
        if asks_of_more(one, memory):
            return self._asked_back("I do not remember so many of your questions. Which figures do you mean?")
        return None

    def _of_clauses(
        self,
        said: str,
        pairs: Sequence[tuple[Reading, Parsed]],
        stories: Sequence[Reading],
        frame: Frame | None,
        memory: Memory,
    ) -> Thought:
        """The clauses one after the other, each as it leans on the one before; up to one that is in doubt."""
        tasks: list[Task] = []
        parses = [parsed for _, parsed in pairs]
        for n, (reading, parsed) in enumerate(pairs):
            parsed = with_points(reading.text if n else said, parsed, frame if n else None)
            if tasks and _repeats(reading, parsed) and not _asks_its_sum(frame, parsed):
                continue
            if tasks and _asks_whose_only(reading) and frame is not None and frame.measure in _OF_ONE_PAYMENT:
                continue  # with whom the largest payment was is told beside it
            if frame is not None and tasks and frame.ask is Operation.RANK and _asks_how_much_only(reading):
                if not pairs[n - 1][1].asks_which:  # otherwise what it came to is told beside its name
                    tasks[-1], frame = self.task(frame.with_changes(asks_amount=True), memory)
                continue
            if (
                tasks
                and frame is not None
                and frame.ask is Operation.COUNT_GROUPS
                and _LISTS_THEM.fullmatch(reading.text)
            ):
                continue  # which they are is told beside their number
            if n and frame is not None and _points_at_ranked(reading, parsed, frame):
                if _is_told_beside(parsed.frame, frame):
                    continue
                return _so_far(tasks, frame, self._asked_back(THEN_KNOWN))
            parsed = pointing(said, reading, parsed, memory) if n == 0 and not parsed.frame.due else parsed
            parsed = in_told_time(reading, parsed, stories)
            parsed = after_alerts(reading, parsed, frame, self.scope)
            parsed = _held_against_last(reading, parsed, frame) if n and frame is not None else parsed
            doubt = self._doubt(reading, parsed, frame, memory if n == 0 else Memory(frame))
            if doubt is not None:
                return _so_far(tasks, frame, doubt)
            frame = self._with_shared_period(self._resolved(reading, parsed, frame, memory), parses)
            if is_of_nothing(frame, reading.text):
                return _so_far(tasks, frame, self._asked_back("Of what? A payee or a category would do."))
            frame = settled(frame, reading.text, self.scope, self.today)
            if nobody := nobody_known(reading, frame):
                return _so_far(tasks, frame, self._asked_back(f"Whom do you mean by “{nobody}”? A name would do."))
            if frame.topic is Topic.FORECAST:
                frame = frame.with_changes(on=day_ahead(reading.text, self.today), periods=())
            parts = told_apart(frame, reading.text) or _of_each_period(frame, TASKS_MAX - len(tasks))
            doubt = self.frame_doubt(parts[0], memory)
            if doubt is not None:
                return _so_far(tasks, frame, doubt)
            composed = [self.task(part, memory) for part in parts]
            if not (_is_only_named(n, pairs) or _is_told_behind(n, pairs)):
                tasks += [task for task, _ in composed if task not in tasks]
            frame = composed[0][1]
        return Thought(Plan(tasks=tuple(tasks)), frame)

    def _of_allowance(self, readings: Sequence[Reading], last: Frame | None, memory: Memory) -> Thought | None:
        """ "I keep 12,000 for groceries. How much is left?": a limit that is told, and how far it has been used."""
        text, currency = " ".join(reading.text for reading in readings), self.scope.currency
        frame = allowed_instead(text, last, currency) if last else None
        if frame is None:
            asked = allowance(text, currency)
            if asked is None:
                return None
            if unknown := next(filter(None, map(unknown_in, readings)), None):
                return self._asked_back(f"I do not know “{unknown}”. Which payee or category is the amount for?")
            frame = allowed(asked, readings, last, self.today)
        if frame is None:
            return self._asked_back(ALLOWED_WHEN)
        return self._of_frame(frame, memory)

    def _of_paycheck(self, readings: Sequence[Reading]) -> Thought | None:
        """ "What is left of my last salary?"."""
        if self.scope.payday is None or not asks_rest_of_pay(" ".join(reading.text for reading in readings)):
            return None
        frame = rest_of_pay(readings, self.scope.payday, self.today)
        return self._of_frame(frame, Memory()) if frame else self._asked_back(_LAST_PAY)

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
            return self._asked_back(NEW_PRICE)
        flow = Flow.IN if about.values_of("category") & INCOME_CATEGORIES else Flow.OUT
        sign = "less" if went_down(text) else "more"
        frame = Frame(ask=Operation.CHANGED, objects=about.objects, flow=flow, sign=sign, of_change=wanted)
        return self._of_frame(frame, Memory())

    def _of_streak(self, readings: Sequence[Reading], told: Sequence[Understood], last: Frame | None) -> Thought | None:
        """ "What is my longest streak of days without eating out?": of days that come one after the other."""
        text = " ".join(reading.text for reading in readings)
        asked = streak_asked(text)
        if asked is None:
            return self._asked_back(DAYS_ONLY) if counts_other_units(text) else None
        frame = streak_frame(asked, readings, [one.parsed.frame for one in told], last)
        return self._of_frame(frame, Memory()) if frame else self._asked_back(DAYS_ONLY)

    def _of_netting(self, readings: Sequence[Reading], last: Frame | None, memory: Memory) -> Thought | None:
        """ "Is that after refunds or before?": the sum again, which is after them, and what came back of it."""
        if last is None or [reading.text for reading in readings] != [NETTED]:
            return None
        net = netted(last)
        if net is None:
            return self._asked_back(ONLY_OF_SUMS)
        task, frame = self.task(net, memory)
        noted = task.model_copy(update={"note": f"{TAKEN_OFF} {getattr(task, 'note', '')}".strip()})
        back = came_back(frame)
        return Thought(Plan(tasks=(noted, *([self.task(back, memory)[0]] if back else []))), frame)

    def _in_context(self, readings: Sequence[Reading], memory: Memory) -> tuple[Sequence[Reading], Memory]:
        """The clauses as the last question explains them; one that is announced as a new question leans on none."""
        said = [reading for reading in readings if reading.text] or readings
        points = any(reading.has(Cue.AGAIN, Cue.ANAPHORA, Cue.THAT_TIME) for reading in said)
        if any(reading.is_anew for reading in readings) and not points:
            return said, Memory()
        return [explained(reading, memory, self.scope, self.today) for reading in said], memory

    def _resolved(self, reading: Reading, parsed: Parsed, last: Frame | None, memory: Memory) -> Frame:
        """The frame in full: an edit of the last one where the question leans on it."""
        if last is None or (last.missing and _stands_by_itself(reading, parsed) and not parsed.frame.objects):
            return parsed.alone
        if parsed.frame.topic is Topic.EXPLAIN and not parsed.says_flagged and last.topic is None:
            return explain_amount(last, change_told(reading.text))
        if parsed.is_follow_up and not parsed.stands_alone(last):
            frame = edit(compared_last(last, parsed, memory), parsed)
            of_all_time = parsed.is_of_all_time(last) and frame.topic is None
            return frame.with_changes(periods=self._everything()) if of_all_time else frame
        if parsed.is_of_all_time(last):
            return parsed.frame.with_changes(periods=self._everything() if _wants_period(parsed.frame) else ())
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

    def _of_frame(self, frame: Frame, memory: Memory) -> Thought:
        """The plan of one frame in full, or what keeps it from being told."""
        if doubt := self.frame_doubt(frame, memory):
            return doubt
        task, frame = self.task(frame, memory)
        return Thought(Plan(tasks=(task,)), frame)

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
        pays_known = one.parsed.frame.values_of("counterparty") and _OWN_PAYMENTS.search(one.reading.text)
        is_ours = is_ours or bool(pays_known)
        if reason is None or (reason == "others" and is_ours):
            return None
        return self._declined(courtesy(one.reading.text) if reason == "greeting" else reason)

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
        of_kin = asks_of_kin([reading.text for reading in readings], [one.reading.text for one in understood])
        is_anothers = (told or of_kin) and not asks_own
        return self._declined("others") if is_anothers and not self.principal.sees_alerts else None

    def _doubt(self, reading: Reading, parsed: Parsed, last: Frame | None, memory: Memory) -> Thought | None:
        if reading.has(Cue.GREETING):
            return self._declined(courtesy(reading.text))
        if reading.refusal and not (reading.refusal == "others" and self.principal.sees_alerts):
            return self._declined(reading.refusal)
        if reading.of("tally") and not (parsed.frame.threshold or (last and last.is_of_alerts)):
            return self._asked_back(ALERTS_ONLY)
        if question := two_parties(reading):
            return self._asked_back(question)
        if reading.is_of_many and (question := untold_at_desk(reading.text)):
            return self._asked_back(question)
        if question := untold(reading.text):
            return self._asked_back(question)
        if reading.unknown:
            return self._about_unknown(reading, parsed)
        if unclear := parsed.unclear_names:
            return self._about_names(unclear[0], parsed, last)
        if parsed.wrong_currency:
            own = listed(self.scope.currencies)
            return self._asked_back(
                f"Your payments are in {own}, not {parsed.wrong_currency}. Which amount do you mean?"
            )
        if last is not None and last.missing and parsed.is_follow_up and not _stands_by_itself(reading, parsed):
            return self._asked_back(f"Before that: what is “{last.missing}”? A payee or a category would do.")
        if parsed.unplaced:
            return self._about_unplaced(parsed, last)
        return self._about_too_little(reading, parsed, last)

    def _about_unknown(self, reading: Reading, parsed: Parsed) -> Thought:
        """A phrase that is nothing known is never dropped: it may be the very thing that was asked about."""
        phrase = next((key for key in NARROWER if _is_headed(reading.unknown[0], key)), reading.unknown[0])
        if not (parsed.has_cue or phrase in NARROWER or _is_terse(reading, phrase)):
            return self._declined("topic")
        if parsed.frame.topic is Topic.BALANCE and _is_owner(phrase, reading.text):
            return self._declined("owner")
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
        if is_of_shown(one, memory) or asks_rest(one, memory):
            return False
        asks = any((frame.against, frame.ask, frame.measure, frame.position > 1, one.parsed.asks_amount))
        return one.intent is Intent.EDIT and says_nothing(one.parsed) and not asks

    def _about_too_little(self, reading: Reading, parsed: Parsed, last: Frame | None) -> Thought | None:
        """Words that were understood and yet ask nothing."""
        frame = parsed.frame
        if last is None and reading.has(Cue.ANAPHORA) and says_nothing(parsed):
            return self._asked_back("What do you mean by that? This conversation has no question yet.")
        if last is None and reading.has(Cue.THAT_TIME) and not (frame.periods or frame.group_by):
            return self._asked_back("Which day or month do you mean? This conversation has no question yet.")
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
        """What keeps a frame in full from being told: a question back, or a refusal."""
        doubt = doubted(Case(frame, self.principal, self.scope, self.today, len(memory.listed)))
        return self._asked_back(doubt) if isinstance(doubt, str) else Thought(doubt) if doubt else None

    def _declined(self, reason: str) -> Thought:
        return Thought(declined(reason))

    def _asked_back(self, question: str) -> Thought:
        return Thought(Clarify(question=question, choices=tuple(starters(self.scope))))


def _stands_by_itself(reading: Reading, parsed: Parsed) -> bool:
    """Whether nothing that was asked back about can be meant: it names a thing, or all that a question in full has."""
    frame = parsed.frame
    asks = reading.has(Cue.HOW_MUCH, Cue.MEASURE, Cue.TOTAL) and not parsed.points
    return bool(frame.objects) or bool(asks and frame.periods and frame.conditions)


_LAST_PAY = "I tell what is left of the last salary, all spending taken off. Shall I tell that?"


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
    beyond = (declined("alerts"), declined("topic"))
    why = doubt.planned.question if isinstance(doubt.planned, Clarify) else ""
    if isinstance(doubt.planned, Decline) and doubt.planned in beyond:
        why = doubt.planned.reason
    if not tasks or not why:
        return doubt
    return Thought(Plan(tasks=tuple(tasks), left_out=f"Of the rest: {why}"), frame)


def _is_headed(phrase: str, key: str) -> bool:
    """ "Health insurance premium" is health insurance."""
    return phrase.startswith(f"{key} ") and set(phrase.removeprefix(key).split()) <= HEADS


def _is_terse(reading: Reading, phrase: str) -> bool:
    """ "Swiggy oct": nothing but a word that nobody knows and a period."""
    said = reading.of("period")
    rest = reading.text.replace(phrase, "", 1).split()
    return len(said) == 1 and rest == reading.text[said[0].start : said[0].end].split()


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


def _held_against_last(reading: Reading, parsed: Parsed, last: Frame) -> Parsed:
    """ "Eating out this year, and how does it compare with groceries?": of both together, in the days of the first."""
    held = more_than_named(reading.text, last, parsed.frame) or share_of_named(reading.text, last, parsed.frame)
    return replace(parsed, frame=held, alone=held, is_follow_up=False, unplaced=()) if held else parsed


def _repeats(reading: Reading, parsed: Parsed) -> bool:
    """Whether a later clause only asks for the figure again: "..., what does that come to?"."""
    frame = parsed.frame
    says = (frame.topic, frame.ask, frame.measure, frame.objects, frame.group_by, frame.conditions, frame.without)
    return not any((*says, frame.periods, frame.against, reading.unknown, reading.refusal, parsed.unplaced))


def _asks_its_sum(frame: Frame | None, parsed: Parsed) -> bool:
    """ "How many alerts has she, and what are they worth?": another figure than the number that was asked for."""
    counted = frame is not None and frame.measure is Measure.COUNT and frame.ask in (None, Operation.VALUE)
    return counted and (parsed.asks_amount or parsed.asks_total)


def _asks_how_much_only(reading: Reading) -> bool:
    """ "..., how much was it?", behind a clause that asked for whoever came first."""
    said = all(is_cue(mention, Cue.HOW_MUCH, Cue.ANAPHORA, Cue.NEUTRAL) for mention in reading.mentions)
    return said and reading.has(Cue.HOW_MUCH) and not reading.unknown


def _points_at_ranked(reading: Reading, parsed: Parsed, frame: Frame) -> bool:
    """ "Which day was the dearest, and how much went on food that day?": nobody knows the day before it is told."""
    is_ranked = frame.ask is Operation.RANK and frame.told_by is not None
    return is_ranked and reading.has(Cue.THAT_TIME) and not parsed.frame.periods


def _is_told_beside(asked: Frame, ranked: Frame) -> bool:
    """ "Which month was the dearest, and how much did I spend that month?": the figure stands beside its month."""
    is_its_measure = asked.ask in (None, Operation.VALUE) and asked.measure in (None, ranked.measure)
    names_more = asked.conditions or asked.without or asked.objects not in ((), ranked.objects)
    return is_its_measure and not names_more


_LISTS_THEM = re.compile(
    r"(?:(?:and|please|pls|just) )*(?:list|name|show|give|tell)(?: me)? (?:them|'?em|all of them)"
    r"(?: all| out| please| pls)*"
)
""" "Months above 2 lakh, list them"."""
_WHOSE = re.compile(
    r"(?:at |in |to )?(?:where|who|whom|which (?:shop|place|store|pump|restaurant))(?: was (?:it|that)(?: (?:at|to))?)?"
)
_OF_ONE_PAYMENT = (Measure.LARGEST, Measure.SMALLEST)


def _asks_whose_only(reading: Reading) -> bool:
    """ "..., and where?", behind a clause that asked for the largest payment."""
    return bool(_WHOSE.fullmatch(reading.text))


def _wants_period(frame: Frame) -> bool:
    """Not what asks for a moment: the last time, a balance, why a payment was flagged."""
    dated = frame.ask in (Operation.WHEN_LAST, Operation.WHEN_FIRST) or frame.latest in ("latest", "earliest")
    return frame.topic is None and not dated
