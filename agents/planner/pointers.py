"""Pointers: the words by which a question points at what was told, and whether what was made of it minds them. Where it
does not, it is asked back: the last answer told again, or an answer for everything, would look like one to them."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from agents.plan import Operation
from agents.planner.clause import is_cue
from agents.planner.follow import is_of_one
from agents.planner.frame import Frame, Topic, left_out
from agents.planner.leaning import THE_REST
from agents.planner.lexicon import Cue
from agents.planner.neighbours import is_of_other_unit
from agents.planner.parse import COMPARING, asks_ever, asks_in_money
from agents.planner.reading import Reading
from agents.planner.slots import INCOME_CATEGORIES
from core.insights.query import Flow, Measure, Operator

_OTHER_WORDS = ("period", "name", "category", "channel", "account", "amount")
_HELD = frozenset({*COMPARING, Operation.VERSUS, Operation.SHARE})
_FIGURES = (None, Operation.VALUE, Operation.LIST)

_ONCE_MORE = re.compile(
    r"\b(?:again|repeat|now|once more|confirm|sure|really|correct|right|same|rupees|total|sum|come to|so far|till now"
    r"|how much|else|together|combined|altogether|adds? up|taken off already)\b"
)
_NTH = re.compile(r"\b(?:second|third|fourth|fifth|2nd|3rd|4th|5th)\b(?! (?:time|account|half|week|quarter))")
_FIRST = re.compile(
    r"\b(?:first|1st|top|topmost|number one) "
    r"(?:one|person|shop|place|payee|merchant|category|of (?:them|these|those|the two))\b"
)
_TOP = re.compile(r"\b(?:to|at|with|from|in|on|of|for|by) (?:the|that) (?:top|first|biggest|highest|leading) one\b")
_LAST_SHOWN = re.compile(r"\b(?:the )?(?:last|bottom) (?:one|of (?:them|those|these)|on (?:the|that) list)\b")
_NEXT = re.compile(r"^(?:(?:and|so|ok|then|the) )*(?:next|after (?:that|this))(?: one)?$")
_DUE = re.compile(r"\b(?:due|bills?|payments?|subscriptions?|recurring|instal?lments?|what|which|my|month)\b")
_BUT = re.compile(r"\b(?:except(?: for)?|apart from|without|excluding|other than|not counting|leaving out|besides) $")
_BOTH = re.compile(r"\b(?:both|(?:the|these|those) two|together|combined|between them)\b")
_THAN = re.compile(
    r"\b(?:more|less|higher|lower|extra|bigger|smaller|larger|fewer|costlier|cheaper|dearer|greater)\b.*"
    r"\bthan (?!(?:rs\.?|inr|₹)? ?\d)(?!(?:a|one|two|five|ten|once|twice|any) ?)"
)
_APART = re.compile(r"\b(?:shortfall|shortage|short|gap|difference|excess|exceed(?:s|ed)?|deficit)\b")
_SAVED = re.compile(r"\b(?:sav\w+|income|my|i|we|our|overall)\b")
_BEFORE_THAT = re.compile(
    r"\b(?:one|payment|purchase|withdrawal|visit|order|transfer|bill|ride|time) (?:just )?before (?:that|it)\b"
)
_SUPERLATIVE = re.compile(r"\b(?:biggest|largest|highest|smallest|lowest|average|mean)\b")


@dataclass(frozen=True, slots=True)
class Turn:
    """A question, those before it, and the frame that was made of it."""

    readings: Sequence[Reading]
    last: Frame
    earlier: Sequence[Frame]
    frame: Frame

    @property
    def said(self) -> str:
        return " ".join(reading.text for reading in self.readings)

    def says(self, pattern: re.Pattern[str]) -> bool:
        """Whether a word is said that is no part of a name, a period or an amount."""
        return any(
            not any(m.start < found.end() and found.start() < m.end for m in reading.mentions if m.kind != "cue")
            for reading in self.readings
            for found in pattern.finditer(reading.text)
        )

    @property
    def without_more(self) -> bool:
        """Whether something is left out that the last question did not leave out."""
        frame, last = self.frame, self.last
        left_out = [f for f in frame.conditions if f.operator is Operator.NOT_IN and f not in last.conditions]
        return frame.without != last.without or bool(left_out)


_ITS_AMOUNT = re.compile(
    r"\b(?:how much (?:was|is|did i pay for)|(?:what(?:'s| is| was) )?(?:the|its) (?:amount|sum)(?: of)?)"
    r"(?: (?:it|that|this)(?: (?:\w+ )?(?:one|payment|bill|premium|fee|charge|purchase|debit))?)?$"
)
""" "How much was it?", of one payment that was told with its amount: that is said again."""


def overlooked(turn: Turn) -> str | None:
    """What to ask back where a word that points at what was told changed nothing; None where all are minded."""
    if turn.last.is_of_alerts or turn.frame.is_of_alerts or turn.frame.topic is Topic.EXPLAIN:
        return None
    return next((question for is_overlooked, question in _RULES if is_overlooked(turn)), None)


def _told_again(turn: Turn) -> bool:
    names_more = any(reading.of(kind) for reading in turn.readings for kind in _OTHER_WORDS)
    has_two_sides = turn.frame.ask is Operation.RANK or turn.frame.topic is Topic.REFUNDS
    asks_other = has_two_sides and turn.frame.asks_amount is not turn.last.asks_amount
    asks_sum = (is_of_one(turn.last) or turn.last.ask in COMPARING) and _ITS_AMOUNT.search(turn.said)
    asks_again = names_more or asks_other or asks_sum or _ONCE_MORE.search(turn.said)
    plain = {"asks_amount": False, "is_default_period": False, "text": ""}
    return not asks_again and turn.frame.with_changes(**plain) == turn.last.with_changes(**plain)


def _place(turn: Turn) -> bool:
    frame = turn.frame
    position = max(reading.position for reading in turn.readings)
    is_said = position > 1 or turn.says(_NTH)
    return is_said and frame.position == 1 and frame.ask not in _HELD and frame.objects in (turn.last.objects, ())


def _first_place(turn: Turn) -> bool:
    frame = turn.frame
    is_earliest = frame.latest == "earliest" or frame.ask in (Operation.WHEN_FIRST, *_HELD)
    is_top = frame.ask in (Operation.RANK, Operation.LIST, Operation.WHO) and (turn.last.limit or 1) > 1
    is_top = (
        is_top
        or frame.ask is Operation.RANK is not turn.last.ask
        or frame.measure in (Measure.LARGEST, Measure.SMALLEST)
    )
    is_other = frame.objects not in (turn.last.objects, ())
    return turn.says(_FIRST) and not (is_earliest or is_top or is_other)


def _last_place(turn: Turn) -> bool:
    was_ranked = turn.last.ask in (Operation.RANK, Operation.BREAKDOWN)
    is_of_same = turn.frame.objects == turn.last.objects
    return was_ranked and is_of_same and turn.says(_LAST_SHOWN) and turn.frame.descending


def _counts_first(turn: Turn) -> bool:
    """Whether the payments of whoever came first are to be counted, and one payment or a rank would be told."""
    counts = any(is_cue(m, Cue.MEASURE) and m.value[1] is Measure.COUNT for r in turn.readings for m in r.mentions)
    return counts and turn.says(_TOP) and turn.frame.ask in (Operation.LIST, Operation.RANK)


def _next_place(turn: Turn) -> bool:
    frame = turn.frame
    is_due = frame.is_next and not frame.objects and not _DUE.search(turn.said)
    return turn.last.topic is None and (is_due or (bool(_NEXT.match(turn.said)) and frame.position == 1))


def _rest(turn: Turn) -> bool:
    same_things = turn.frame.objects == turn.last.objects and turn.frame.conditions != turn.last.conditions
    return turn.says(THE_REST) and not (turn.without_more or same_things or turn.last.without)


def _both(turn: Turn) -> bool:
    frame = turn.frame
    if frame.topic is Topic.BALANCE and len(frame.periods) < 2:
        return turn.says(_BOTH) and any(f.field == "account" and len(f.values) == 1 for f in frame.conditions)
    several = len(frame.periods) > 1 or len(frame.without) > 1
    several = several or any(len(f.values) > 1 for f in (*frame.objects, *frame.conditions, *frame.whole))
    is_one_of_them = turn.last.measure is Measure.COUNT and frame.measure in (Measure.LARGEST, Measure.SMALLEST)
    holds = several or frame.are_apart or is_one_of_them or frame.ask not in (None, Operation.VALUE, Operation.SHARE)
    days, days_before = (sum(p.period.days for p in one.periods) for one in (frame, turn.last))
    is_longer = days > days_before > 0
    return turn.says(_BOTH) and not (holds or is_longer or turn.without_more)


def _than(turn: Turn) -> bool:
    frame = turn.frame
    limits = frame.threshold is not None or any(f.field == "amount_minor" for f in frame.conditions)
    return bool(_THAN.search(turn.said)) and frame.ask in _FIGURES and not limits and frame.measure is not Measure.NET


def _balances_apart(turn: Turn) -> bool:
    asks = any(word in turn.said.split() for word in ("difference", "gap", "more", "less"))
    are_of_balances = turn.frame.topic is Topic.BALANCE and turn.last.topic is Topic.BALANCE
    return are_of_balances and asks and not (turn.frame.ask in COMPARING and turn.frame.periods)


def _money(turn: Turn) -> bool:
    return asks_in_money(turn.said) and turn.frame.measure is Measure.COUNT


def _ever(turn: Turn) -> bool:
    frame, last = turn.frame, turn.last
    keeps = (
        bool(frame.periods)
        and frame.periods == last.periods
        and not (last.is_default_period or frame.is_default_period)
    )
    is_dated = frame.ask in (Operation.WHEN_LAST, Operation.WHEN_FIRST)  # of all days by itself
    return asks_ever(turn.said) and keeps and not is_dated


def _one_refund(turn: Turn) -> bool:
    return turn.frame.topic is Topic.REFUNDS and turn.frame.latest is None and turn.says(_SUPERLATIVE)


def _unlike(turn: Turn) -> bool:
    """Spending held against what came in of one kind: the gap between them is no figure that is told."""
    frame, before = turn.frame, (turn.last, *turn.earlier[:1])
    earned = frame.values_of("category")
    of_income = (
        bool(earned)
        and earned <= INCOME_CATEGORIES
        and frame.ask in COMPARING
        and Flow.OUT in (turn.last.flow, frame.flow)
    )
    part_came_in = frame.measure is Measure.NET and any(one.flow is Flow.IN and one.objects for one in before)
    of_somebody = frame.measure is Measure.NET and turn.last.values_of("counterparty") and not _SAVED.search(turn.said)
    return of_income or bool(of_somebody) or (part_came_in and turn.says(_APART))


def _of_the_new(turn: Turn) -> bool:
    """Whether a day is asked of payees that were shown as new, and all payments would be looked through."""
    shown = turn.last.ask in (Operation.MET, Operation.TO_NEW)
    return shown and turn.frame.ask in (Operation.WHEN_LAST, Operation.WHEN_FIRST) and not turn.frame.objects


def _one_before_it(turn: Turn) -> bool:
    """Whether the payment before "that one" is asked for, and the latest would be told."""
    frame = turn.frame
    tells_one = frame.ask in (Operation.WHEN_LAST, Operation.LIST, Operation.WHO) and frame.position == 1
    return tells_one and turn.says(_BEFORE_THAT) and not (frame.periods and frame.periods != turn.last.periods)


def _gap_of_ranks(turn: Turn) -> bool:
    """Whether "by how much?" is asked of ranks, and the period would be held against the one before it."""
    names_more = any(reading.of(kind) for reading in turn.readings for kind in _OTHER_WORDS)
    is_gap = turn.frame.ask is Operation.DIFFERENCE and len(turn.frame.periods) < 2
    return turn.last.ask is Operation.RANK and is_gap and not names_more


def _contradicts(turn: Turn) -> bool:
    """Whether what is asked about is left out as well."""
    named = [f for f in turn.frame.objects if f.operator is Operator.IN]
    return any(one in turn.frame.without for one in left_out(named))


def _other_times(turn: Turn) -> bool:
    """Whether it leaves out a time: only payees, categories and ways of paying can be left out."""
    spoken = ((reading.text, period) for reading in turn.readings for period in reading.of("period"))
    return any(_BUT.search(text[: period.start]) for text, period in spoken)


def _other_unit(turn: Turn) -> bool:
    """Whether "the week before" would move another period than a week."""
    last = turn.last
    if len(last.periods) != 1 or last.is_default_period or any(reading.of("name") for reading in turn.readings):
        return False
    has_moved = any(spoken.value.prior for reading in turn.readings for spoken in reading.of("period"))
    return has_moved and is_of_other_unit(turn.said, last.periods[0].period)


_RULES: tuple[tuple[Callable[[Turn], bool], str], ...] = (
    (_place, "Which place do you mean: the second or third of what, by amount or by time?"),
    (_first_place, "Which do you mean by the first: the earliest, the largest, or the one you asked about first?"),
    (_last_place, "Which do you mean by the last: the smallest of these, or the latest payment?"),
    (_counts_first, "Which one do you mean? Its name would do."),
    (_next_place, "The next of what do you mean?"),
    (_rest, "The rest of what do you mean: all but which payee, category or way of paying?"),
    (_balances_apart, "I tell what each account holds, and all of them together. Of which shall I tell it?"),
    (_both, "Which two do you mean? Their names would do."),
    (_than, "I hold like sums of one kind against each other. Which two do you mean?"),
    (_unlike, "I take all that came in from what you spent, or the other way round. Shall I, and for which period?"),
    (_money, "Do you want to know how many payments it were, or what they came to?"),
    (_ever, "Do you mean since your first payment, or only in the same period?"),
    (_one_refund, "I add up and list refunds by period, payee and category. Could you ask for that?"),
    (
        _other_times,
        "I leave out payees, categories and ways of paying, but no days or months. Which period do you mean?",
    ),
    (_other_unit, "Before or after which day do you mean? Its dates or its month would do."),
    (_one_before_it, "Before which payment do you mean? Its day or its amount would do."),
    (_gap_of_ranks, "Which two shall I hold against each other? Their names would do."),
    (_of_the_new, "Which of these payees do you mean? A name would do."),
    (_contradicts, "That asks about what was left out before. With it, or without?"),
    (_told_again, "That is what I have just told. What should be different about it?"),
)
