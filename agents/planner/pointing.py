"""Pointing: what a question says of earlier ones: the last two in one, the former, the first, whoever came first."""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from agents.intents.intent import Intent
from agents.plan import Operation
from agents.planner.calendar_words import NUMBERS
from agents.planner.facets import FACETS
from agents.planner.follow import (
    ends_apart,
    first_of,
    has_places,
    is_of_one,
    largest_of,
    mean_of,
    of_months,
    placed_among,
    ranks_spoken_of,
    rest_of,
    shows_several,
    shows_so_many,
    size_of_change,
    together,
)
from agents.planner.frame import Frame, Topic, left_out, put_back
from agents.planner.leaning import SO_FEW, THE_REST
from agents.planner.lexicon import Cue
from agents.planner.memory import Memory
from agents.planner.movers import moved_of_shown
from agents.planner.pairs import (
    asks_share_of_other,
    balances_held,
    differ_in_two,
    differ_otherwise,
    first_of_two,
    gap_of_net,
    gap_told,
    grown_most,
    halves_of_week,
    left_of_income,
    more_than_named,
    named_first,
    names_each,
    of_two_things,
    paired,
    percent_of_change,
    share_of_both,
    share_of_each,
    share_of_named,
    two_spoken,
    whole_before,
)
from agents.planner.parse import COMPARING, Parsed
from agents.planner.parties import with_party
from agents.planner.reading import Reading
from agents.planner.remainders import REMAINDERS, Turn
from agents.planner.rows import first_of_row, first_of_those_joined, in_a_row, number_said, said_before
from agents.planner.stories import WITHOUT_THEM
from agents.planner.weighing import Understood, says_nothing
from core.insights.query import Dimension, Flow, Measure, QueryPeriod
from core.periods import Period, Unit

_POINTS = re.compile(
    r"\b(?:she|he|her|him|them|they|it|there|(?:that|this|same)(?: same)? (?:shop|place|person|one|head|category|"
    r"merchant|payee|guy|man|woman|store|restaurant|area))\b"
)

_THE_TWO = re.compile(r"\b(?:the two|both|them|those two|these two|each other|one another)\b")
_WHICH_WAS = re.compile(
    r"^(?:(?:and|so|ok|now|then) )*(?:which|who)(?: one| of (?:them|these|those))?"
    r" (?:was|is|were|has|had|got|took|cost)\b"
)
_WHICH_HIGHEST = re.compile(
    r"(?:\w{1,4} )*which(?: one)? (?:was|is) (?:the )?"
    r"(?:highest|lowest|most|least|biggest|largest|smallest|max(?:imum)?|min(?:imum)?)(?: month| of all)?"
)
""" "Which was highest?", after sums of one kind that were asked about in a row."""
_HOW_MUCH_IT_WAS = re.compile(
    r"(?:(?:and|so|ok) )*(?:how much|what) (?:(?:was|is) (?:it|that)|(?:did|does) (?:it|that) come to)"
    r"(?: then| exactly)?"
)
_THOSE_PAYMENTS = re.compile(
    r"\b(?:those|these|the) (?:payments|transactions|entries|ones|bills|orders|trips|visits)\b"
    r"|\b(?:show|list|see) (?:me )?(?:all )?(?:of )?(?:those|these|them)\b"
)
_ONE_THING = re.compile(r"\b(?:that|this) (?:one|payment|bill|order|visit)\b|\bof (?:it|that)$")
_WHERE_IT_WAS = re.compile(
    r"^(?:(?:and|so|ok) )*(?:where|at which (?:shop|place|pump)|to whom|with whom|from where|who)"
    r" (?:was|is|did) (?:that|it|this|i (?:do|make|pay) (?:that|it|this))(?: to| with| at| from| paid to)?$"
)
_IN_IT = re.compile(r"\b(?:in|during|for|of) (?:it|that one|that)\b")
_WAS_THAT = re.compile(r"\bhow (?:many|often)\b.*\b(?:was|is) (?:that|it)$")
_OF_SO_MANY = re.compile(rf"\bof (?:the|these|those|all) (?:[2-9]|{'|'.join(NUMBERS)})\b")
_SUMMED = re.compile(
    r"\b(?:add(?:s|ed)? up|comes? to|came to|together|combined|in total|in all|altogether|put together|all told|sum"
    r"|total)\b"
)
_THEY = re.compile(r"\b(?:that|they|those|these|them|it|their)\b")
_FIRST_ONE = re.compile(
    r"(?:(?:and|so|ok|what about|how about|when was|which was) )*"
    r"the (?:original|(?:very )?(?:first|earliest|oldest))(?: (?:one|time|ever))*"
)
_ONLY_SUMMED = re.compile(
    r"(?:(?:and|so|ok|then) )*(?:how much (?:is (?:that|it) )?)?(?:the )?"
    r"(?:total|sum|together|altogether|combined|in total|in all|all told)(?: (?:now|then))?"
)
_RETURNS = re.compile(r"\b(?:back|return\w*|revert\w*) to\b")
_MAKES = re.compile(r"\b(?:that|it|this) (?:makes|comes to|works out|is)\b|\b(?:is|does|makes) (?:that|it|this)\b")
_THAT_TIME = re.compile(r"\b(?:that|the same|this same|said) (?P<unit>month|day|week|quarter|year|date)\b")
_THE_FORMER = re.compile(r"\bthe former\b")
_THE_ORIGINAL = re.compile(r"\bthe original\b")
_OF_THOSE = re.compile(
    r"\b(?:of|for|across|over) (?:these|those|them|the (?:two|three)|all (?:two|three|of them)|both)\b"
)
_WHOLE = re.compile(r"\b(?:i|we|my|our|overall|total|in all|everything|spen[dt]\w*|income|earn\w*)\b")
_ALSO = re.compile(r"\b(?:as well|too|also)(?:,? please)?$|^(?:(?:and|then|ok|now) )*also\b")
_WHAT_SUM = re.compile(r"\bhow much\b|\bwhat did\b.*\b(?:get|receive|cost|take)\b")
_FIRST_SHOWN = re.compile(
    r"\b(?:first|1st|topmost) (?:one|of (?:them|those|these)|on (?:the|that) list)\b|\bthe (?:first|1st|topmost)$"
)
_TOP_ONE = re.compile(
    r"(?:^(?:and |so )?|\b(?:to|at|with|from|in|on|of|for|by) )(?:the|that) "
    r"(?:top|first|1st|topmost|number one|biggest|highest|leading)"
    r"(?: (?:one|shop|place|payee|merchant|store|restaurant|person|category|head|name))?"
    r"(?= (?:of|on|in|last|this|how)\b|$)"
)
_MORE_OFTEN = re.compile(r"\b(?:often|frequently|(?:more|most|fewer) (?:times|visits|payments|trips|orders|rides))\b")
_LARGER_OF = re.compile(
    r"\bthe (?:(?P<large>larger|bigger|higher|greater|costlier)|smaller|lower|cheaper)"
    r"(?: (?:one|payment))?(?: of (?:them|these|those|the two|both))?(?=$|,)"
)
_ONE_BEFORE = re.compile(
    r"\bthe (?:one|payment|time|transaction|withdrawal|order|bill|visit|ride|purchase|transfer)"
    r"(?: just| right| immediately)? before(?: (?:that|it|this)(?: one)?)?(?:$|,? (?:how much|when|on which|what)\b)"
    r"|\bthe (?:one|payment|purchase|withdrawal|visit|order|transfer|bill|ride) (?:just )?before (?:that|it)\b"
)


def meant_before(one: Understood, said: str, memory: Memory) -> Frame | None:
    """The frame that a question leans on: the last one, but for "the former", "the original question", and "coming
    back to the groceries"."""
    text, objects = one.reading.text, one.parsed.frame.objects
    if memory.frame and memory.earlier and _leaves_part_out(one.parsed.frame, memory.frame, memory.earlier[0]):
        return memory.earlier[0]
    if ranked := _ranked_before(one.parsed.frame, memory):
        return ranked
    if memory.frame and objects and _RETURNS.search(said):
        return next((frame for frame in (memory.frame, *memory.earlier) if frame.objects == objects), None)
    if memory.earlier and _THE_ORIGINAL.search(text):
        return memory.earlier[-1]
    if memory.earlier and _THE_FORMER.search(text):
        return memory.earlier[0]
    return memory.frame


def _ranked_before(asked: Frame, memory: Memory) -> Frame | None:
    """ "And in the second dearest month?", after how much the dearest was: the ranks before that."""
    ranks = ranks_spoken_of(memory.frame, memory.earlier) if memory.frame else None
    if ranks is None or asked.position < 2 or asked.periods or asked.conditions or asked.without:
        return None
    names_other = any(f not in ranks.objects for f in asked.objects) or asked.group_by not in ((), ranks.group_by)
    return None if names_other else ranks


def _leaves_part_out(asked: Frame, last: Frame, before: Frame) -> bool:
    """ "And not counting rent?", after how much of the month was rent: of the whole month."""
    part = tuple(f for f in last.objects if f not in before.objects)
    return bool(part) and part == put_back(asked.without) and not before.topic and last.periods == before.periods


def in_one(one: Understood, memory: Memory) -> Frame | None:
    """The last two or three questions in one, where a question that names nothing adds them up, takes their mean or
    holds them against each other; a period of its own may stand in the place of theirs."""
    last, earlier, asked = memory.frame, memory.earlier, one.parsed.frame
    text = one.reading.text
    if last is None or WITHOUT_THEM.search(text):
        return None
    if says_nothing(one.parsed) and (gap := size_of_change(last, asked) or gap_of_net(text, last, asked)):
        return gap
    if first := first_of_row(one, memory) or first_of_those_joined(one, last):
        return first
    if (
        pair := share_of_named(text, last, asked)
        or more_than_named(text, last, asked)
        or (
            says_nothing(one.parsed)
            and (first_of_two(text, last, asked) or gap_told(last, asked) or percent_of_change(text, last, asked))
        )
        or _held_against(one, last, earlier)
    ):
        return pair
    if not earlier:
        return None
    if pair := two_spoken(text, (last, *earlier), asked):
        return pair
    if pair := share_of_both(text, last, earlier[0], asked):
        return pair
    if says_nothing(one.parsed) and (
        held := balances_held(last, earlier[0], asked)
        or left_of_income(text, last, earlier[0], asked)
        or ends_apart(last, earlier[0], asked)
    ):
        return held
    if not says_nothing(one.parsed):
        return _both_since(one, last, earlier[0])
    if pair := grown_most(last, earlier[0], asked) or halves_of_week(last, earlier[0], asked):
        return pair
    if is_of_one(last) and one.intent is Intent.SUM_OF_THOSE and _ONE_THING.search(text):
        return None  # "and the amount of that one?"
    several = said_before(one.reading.text, memory)
    shows_some = last.ask in (Operation.RANK, Operation.LIST) and (last.limit or 1) > 1
    shows_some = shows_some or _were_shown(text, memory)
    if several is None or asks_rest(one, memory) or (shows_some and one.intent is Intent.SUM_OF_THOSE):
        return None
    if one.intent is Intent.SUM_OF_THOSE and last.measure is Measure.COUNT and not _THE_TWO.search(text):
        return last.as_sum()  # "what do these add up to?", of payments that were counted
    if one.intent is Intent.SUM_OF_THOSE or _sums_those(text, asked) or _counts_those(text, asked):
        both = together(last, *several)
        return both.as_sum(Measure.COUNT) if both and not both.topic and asked.measure is Measure.COUNT else both
    asks_mean = asked.measure is Measure.AVERAGE or asked.ask is Operation.PACE
    if asks_mean and _OF_THOSE.search(one.reading.text):
        return mean_of(last, *several)
    of_all = (number_said(text) and _OF_SO_MANY.search(text)) or _WHICH_HIGHEST.fullmatch(text)
    several = in_a_row(several, memory) if _WHICH_HIGHEST.fullmatch(text) else several
    if of_all and (ranked := largest_of(asked, last, *several) or first_of(of_months(asked, last), last, *several)):
        return ranked
    if asked.ask is Operation.RANK and (first := first_of(asked, last, *in_a_row(several, memory))):
        return first
    if asked.ask is Operation.SHARE and (whole := whole_before(last, earlier[0])):
        return whole
    of_one_thing = last.objects == earlier[0].objects
    differ = last.periods != earlier[0].periods or last.conditions != earlier[0].conditions
    asks_gap = asked.ask is Operation.DIFFERENCE and asked.sign == "size" and last.objects and earlier[0].objects
    is_of_two = _THE_TWO.search(text) or _WHICH_WAS.match(text) or asks_gap
    if asked.against is None and ((of_one_thing and differ) or is_of_two):
        return _held(one, last, earlier[0])
    return None


_THOSE_TIMES = re.compile(
    rf"\b(?:those|these|both|all) (?:the )?(?:(?:[2-9]|{'|'.join(NUMBERS)}) )?"
    r"(?:days|weeks|months|quarters|years|periods)\b"
)


def _sums_those(text: str, asked: Frame) -> bool:
    """ "What did I spend on those two days?": the sum of both, and not that of the last."""
    is_sum = asked.ask is Operation.VALUE and asked.measure in (Measure.SPEND, Measure.INCOME)
    return is_sum and _THOSE_TIMES.search(text) is not None


def _counts_those(text: str, asked: Frame) -> bool:
    """ "How many payments together?": of both things, or periods, that were asked about."""
    counts = asked.measure is Measure.COUNT and asked.ask in (None, Operation.VALUE)
    return counts and re.search(r"\b(?:both|together|combined|the two)\b", text) is not None


def _were_shown(text: str, memory: Memory) -> bool:
    """Whether "those five" are as many as some question before was shown."""
    number, frames = number_said(text), (memory.frame, *memory.earlier)
    return any(shows_so_many(frame, number) for frame in frames if frame)


def _held(one: Understood, last: Frame, before: Frame) -> Frame | None:
    """The last two questions held against each other; the smaller of them where that is asked for."""
    asked = one.parsed.frame
    pair = paired(last, before, asked)
    if pair and _MORE_OFTEN.search(one.reading.text):
        pair = pair.with_changes(measure=Measure.COUNT)
    smaller = first_of_two(one.reading.text, pair, asked) if pair and one.reading.has(Cue.LESS) else None
    return smaller or pair


def _held_against(one: Understood, last: Frame, earlier: Sequence[Frame]) -> Frame | None:
    """The last two questions held against each other where it is said which of them is meant by what."""
    before = earlier[0] if earlier else None
    if before and (share := share_of_each(one.reading.text, last, before)):
        return share
    return named_first(one.reading.text, last, before, one.parsed.frame) or _who_of_two(one, (last, *earlier))


def _who_of_two(one: Understood, frames: Sequence[Frame]) -> Frame | None:
    """ "Overall this year, who sent more of these two?": of the last two whom questions named."""
    asked, two = one.parsed.frame, of_two_things(frames)
    names_more = any((asked.objects, asked.conditions, asked.without, asked.topic))
    ranks = asked.ask is Operation.RANK and asked.group_by == (Dimension.COUNTERPARTY,) and asked.descending
    asks_who = ranks or (asked.ask is Operation.COMPARE and one.reading.has(Cue.WHO, Cue.WHICH))
    is_of_two = _THE_TWO.search(one.reading.text) or (one.reading.has(Cue.MORE, Cue.LESS) and not asked.periods)
    is_of_two = is_of_two or _which_now(one, frames)
    if two is None or names_more or not (asks_who or _which_now(one, frames)) or not is_of_two:
        return None
    spoken = asked.periods or (() if two[1].periods and not two[1].is_default_period else two[0].periods)
    held = _held(one, *(frame.as_sum().with_changes(periods=spoken or frame.periods) for frame in two))
    return held.with_changes(is_default_period=False) if held and asked.periods else held


_WHICH_NOW = re.compile(
    r"(?:(?:and|so|ok|then|now) )*(?:which|who|what)(?: one| of (?:them|these|those|the two))?"
    r"(?: is| was| has been|'s)?(?: the)?"
    r" (?:more|higher|bigger|larger|greater|costlier|dearer|less|lower|smaller|cheaper)\b"
)


def _which_now(one: Understood, frames: Sequence[Frame]) -> bool:
    """ "Which is more this month?", where the last question named another thing than the one before it did."""
    differs = len(frames) > 1 and frames[0].objects != frames[1].objects and bool(frames[1].objects)
    return differs and bool(one.parsed.frame.periods) and bool(_WHICH_NOW.match(one.reading.text))


def asks_of_more(one: Understood, memory: Memory) -> bool:
    """Whether the figures of more questions are to be added up than are remembered."""
    adds = one.intent is Intent.SUM_OF_THOSE and says_nothing(one.parsed) and memory.frame is not None
    is_one = memory.frame is not None and memory.frame.ask in (None, Operation.VALUE)
    is_one = is_one and not _were_shown(one.reading.text, memory)
    return adds and is_one and number_said(one.reading.text) > len(memory.earlier) + 1


def _both_since(one: Understood, last: Frame, before: Frame) -> Frame | None:
    """ "The total of both since January": the last two things together, in the period named."""
    asked = one.parsed.frame
    names_more = any((asked.objects, asked.conditions, asked.without, asked.topic, asked.group_by))
    if names_more or not asked.periods or not _THE_TWO.search(one.reading.text) or asked.ask in COMPARING:
        return None
    is_sum = asked.ask in (None, Operation.VALUE) and asked.measure in (None, Measure.SPEND, Measure.INCOME)
    both = together(last.as_sum(), before.as_sum()) if is_sum else None
    return both.with_changes(periods=asked.periods, is_default_period=False) if both else None


_PAID_ALONE = re.compile(
    r"\bhow much (?:more |less )?(?:did|have|had) (?:i|we) (?:pay|paid)(?: then)?"
    r"(?= (?:in|for|last|this|during|the)\b|$)"
)
_THE_CREDIT = re.compile(r"\bthe (?:\w+ ){1,2}(?:credit|deposit|payment|payout|one)\b")
_ONE_BILL = re.compile(
    r"\bmy (?:\w+ ){1,2}(?:bill|order|visit|meal|ride|ticket|basket|refill|recharge|payment|purchase)\b"
)
_OF_PAYMENTS = (Measure.AVERAGE, Measure.MEDIAN, Measure.LARGEST, Measure.SMALLEST)


def _leant(reading: Reading, parsed: Parsed, last: Frame) -> Parsed:
    """A fragment that names no thing asks of the last one: "per month on average, January to October"."""
    frame = parsed.frame
    names_more = bool(frame.objects or frame.periods)
    is_of_due = frame.topic is Topic.RECURRING and frame.is_next
    is_of_them = (frame.topic is Topic.REFUNDS or is_of_due) and not names_more
    of_last = is_of_them and last.topic is None and bool(last.objects)
    if of_last and not _WHOLE.search(reading.text):
        return replace(parsed, is_follow_up=True)
    if last.topic is Topic.REFUNDS and frame.topic is None and not _WHOLE.search(reading.text):
        return replace(parsed, is_follow_up=True)
    of_spoken = bool(last.objects) and not any(
        (frame.objects, frame.conditions, frame.without, frame.topic, last.topic)
    )
    asks_paid = frame.ask in (None, Operation.VALUE, Operation.DIFFERENCE)
    if of_spoken and asks_paid and _PAID_ALONE.search(reading.text):
        return replace(parsed, is_follow_up=True)  # "how much did I pay in 2025?": for what is spoken of
    same_way = last.flow is Flow.IN and frame.measure is Measure.INCOME and frame.ask in COMPARING
    if of_spoken and same_way and _THE_CREDIT.search(reading.text):
        return replace(parsed, is_follow_up=True)  # "by how much did the June credit exceed the May one", of interest
    ways = {f.field for f in last.conditions}
    others = tuple(f for f in frame.conditions if f.field not in ways)
    names_more = any((frame.objects, others, frame.topic, frame.without, last.topic))
    asks = frame.ask is Operation.PACE or frame.measure in _OF_PAYMENTS
    is_of_all = bool(_WHOLE.search(reading.text)) and not _ONE_BILL.search(reading.text)
    if names_more or not asks or not last.objects or is_of_all:
        return parsed
    return replace(parsed, is_follow_up=True)


def _also_left_out(reading: Reading, parsed: Parsed, memory: Memory) -> Parsed:
    """ "And the mutual fund as well", behind a question that left something out: without that, too."""
    last, frame = memory.frame, parsed.frame
    before = memory.earlier[0].without if memory.earlier else ()
    only_names = frame.objects and not any((frame.ask, frame.measure, frame.periods, frame.conditions, frame.without))
    if last is None or last.without == before or not only_names or not _ALSO.search(reading.text):
        return parsed
    frame = frame.with_changes(objects=(), without=left_out(frame.objects))
    return replace(parsed, frame=frame, alone=frame, is_follow_up=True)


def is_of_shown(one: Understood, memory: Memory) -> bool:
    """Whether it points at what was told, and so changes the last question: "without them", "the larger one"."""
    if memory.frame is None:
        return False
    turn = Turn(one.reading.text, one.reading, one.parsed, memory.frame, memory)
    return any(rule(turn) is not None for rule in _RULES)


def asks_rest(one: Understood, memory: Memory) -> bool:
    """Whether it asks for all but what the last question was about."""
    is_said = says_nothing(one.parsed) and THE_REST.search(one.reading.text)
    return bool(is_said) and memory.frame is not None and rest_of(memory.frame) is not None


def asks_of_unlike(one: Understood, memory: Memory) -> bool:
    """Whether the last two questions are to be held against each other, and differ in what cannot be."""
    last, asked = memory.frame, one.parsed.frame
    if last is None or not memory.earlier or not says_nothing(one.parsed) or in_one(one, memory):
        return False
    asks_one = asked.ask is Operation.RANK or asked.measure in (Measure.LARGEST, Measure.SMALLEST)
    if _OF_SO_MANY.search(one.reading.text) and asks_one and last.ask in (None, Operation.VALUE):
        return True  # "which of the three was the largest", of things of several kinds
    compares = asked.ask in (Operation.COMPARE, Operation.DIFFERENCE) and asked.against is None
    adds = one.intent is Intent.SUM_OF_THOSE and _THE_TWO.search(one.reading.text) is not None
    if last.ask in (None, Operation.VALUE) and not last.topic:
        asks_gap = asked.ask is Operation.DIFFERENCE and asked.sign == "size" and asked.against is None
        if asks_gap and last.objects != memory.earlier[0].objects and not memory.earlier[0].topic:
            return True  # "what is the difference?", after a salary and a rent
        is_of_two = adds or (compares and _THE_TWO.search(one.reading.text) is not None)
        if is_of_two and differ_in_two(last, memory.earlier[0]):
            return True
    return compares and last.ask in (None, Operation.VALUE) and differ_otherwise(last, memory.earlier[0])


def asks_share_of_unlike(one: Understood, memory: Memory) -> bool:
    """Whether a share is asked for of what can be no whole of it: sums of other times, or what is no sum."""
    last, earlier, text = memory.frame, memory.earlier, one.reading.text
    if last is None or in_one(one, memory):
        return False
    return (bool(earlier) and names_each(text)) or asks_share_of_other(text, last, one.parsed.frame)


def _makes_each(reading: Reading, frame: Frame) -> Frame:
    """ "That makes how much every month?" asks for a mean of what was told, and for no course."""
    unit = frame.told_by
    asks = frame.ask is Operation.BREAKDOWN and reading.has(Cue.HOW_MUCH) and _MAKES.search(reading.text)
    return frame.with_changes(ask=Operation.PACE, unit=unit, group_by=()) if asks and unit else frame


def pointing(said: str, reading: Reading, parsed: Parsed, memory: Memory) -> Parsed:
    """The first clause of what was `said`, with whom it points back at: "how many times did I pay her?", after
    a question for whoever got most: her."""
    if memory.frame is not None:
        turn = Turn(said, reading, parsed, memory.frame, memory)
        if top := _of_top_one(turn):
            return replace(parsed, frame=top, alone=top, is_follow_up=True, unplaced=())
        if shown := next(filter(None, (rule(turn) for rule in _RULES)), None):
            return replace(parsed, frame=shown, alone=shown, is_follow_up=False, unplaced=())
        if asked := _of_what_was_told(turn):
            return asked
        parsed = _leant(reading, _also_left_out(reading, parsed, memory), memory.frame)
        parsed = replace(parsed, frame=_makes_each(reading, parsed.frame))
    return _of_winner(reading, _then(reading, parsed, memory), memory)


def _of_what_was_told(turn: Turn) -> Parsed | None:
    """ "How much was it?" of ranks asks what the first came to, and is ranks again that may be asked on; of what was
    counted its sum, of any other figure that figure, and never the latest payment; "to whom was that?" of one payment
    asks who it was."""
    is_single = turn.last.measure in _OF_PAYMENTS
    names_more = turn.parsed.frame.position > 1 or not says_nothing(turn.parsed)
    has_first = turn.last.topic is Topic.REFUNDS or turn.last.ask is Operation.RANK
    is_of_told = has_first or (turn.last.topic is None and not names_more)
    if is_of_told and _HOW_MUCH_IT_WAS.fullmatch(turn.reading.text):
        asked = Frame(measure=turn.last.measure) if is_single else Frame()
        plain = replace(turn.parsed, asks_total=False, asks_altogether=False, asks_all=False, unplaced=())
        return replace(plain, frame=asked, alone=asked, is_follow_up=True, asks_amount=not is_single)
    if _WHERE_IT_WAS.match(turn.said) and is_of_one(turn.last):
        where = Frame(ask=Operation.RANK, group_by=(Dimension.COUNTERPARTY,))
        return replace(turn.parsed, frame=where, alone=where, is_follow_up=True, unplaced=())
    return None


def _then(reading: Reading, parsed: Parsed, memory: Memory) -> Parsed:
    """The clause with the time that the last answer named, where it speaks of that."""
    spoken = None if parsed.frame.periods else _that_time(reading.text, memory)
    if spoken is None:
        return parsed
    frame = _in_that_time(parsed.frame, memory.frame).with_changes(periods=(spoken,))
    return replace(parsed, frame=frame, alone=frame, is_follow_up=True)


def _of_winner(reading: Reading, parsed: Parsed, memory: Memory) -> Parsed:
    """The clause with whoever came first, where it speaks of them."""
    frame, last = parsed.frame, memory.frame
    ranked = memory.winner if last is not None and last.ask is Operation.RANK else None
    is_other = bool(frame.objects) or frame.topic is not None or frame.position > 1
    if ranked is None or ranked.field == "account" or is_other or not _POINTS.search(reading.text):
        return with_party(reading, parsed, memory)
    is_sum = frame.ask is None or (frame.ask is Operation.LIST and parsed.asks_amount)
    pointed = frame.with_changes(objects=(ranked,), ask=Operation.VALUE if is_sum else frame.ask)
    if pointed.measure is None and pointed.ask is Operation.VALUE:
        pointed = pointed.with_changes(measure=last.plain if last else Measure.SPEND)
    return replace(parsed, frame=pointed, alone=pointed, is_follow_up=True)


def _of_top_one(turn: Turn) -> Frame | None:
    """ "How many visits to the top one?", after ranks: of whoever came first."""
    last, winner, frame = turn.last, turn.memory.winner, turn.parsed.frame
    names_more = any((frame.objects, frame.conditions, frame.without, frame.topic, frame.position > 1))
    asks = frame.measure in (Measure.COUNT, *_OF_PAYMENTS) or frame.ask in (Operation.WHEN_LAST, Operation.WHEN_FIRST)
    asks_money = frame.measure is Measure.SPEND or turn.parsed.asks_amount
    asks = asks or (turn.parsed.asks_amount and bool(frame.periods))  # "the top one, how much in September?"
    asks = asks or (asks_money and last.measure is Measure.COUNT)  # "how much did i spend at the first one?"
    is_ranked = last.ask is Operation.RANK and last.position == 1
    if winner is None or not is_ranked or names_more or not asks or not _TOP_ONE.search(turn.said):
        return None
    ask = frame.ask if frame.measure is None else Operation.VALUE
    return frame.with_changes(objects=(winner,), ask=ask, limit=None, latest=None, group_by=())


def _one_before(turn: Turn) -> Frame | None:
    """ "And the one before it": the next in the order of time, after a question for the latest payment."""
    last = turn.last
    dated = last.ask is Operation.WHEN_LAST or (last.ask is Operation.LIST and last.limit in (1, last.position))
    names_more = any((turn.parsed.frame.objects, turn.parsed.frame.periods, turn.parsed.frame.topic))
    if not dated or last.latest not in (None, "latest") or names_more or not _ONE_BEFORE.search(turn.said):
        return None
    asks = last.ask if turn.parsed.frame.ask not in (Operation.WHEN_LAST, Operation.LIST) else turn.parsed.frame.ask
    if turn.parsed.asks_amount:
        asks = Operation.LIST
    place = last.position + 1
    return last.with_changes(ask=asks, position=place, limit=place, latest="latest", measure=None, group_by=())


def _first_shown(turn: Turn) -> Frame | None:
    """ "How much went to the first one on that list?": the first of several that were shown."""
    last = turn.last
    names_more = any((turn.parsed.frame.objects, turn.parsed.frame.periods, turn.parsed.frame.topic))
    is_ordered = last.ask is not Operation.LIST or last.latest in ("largest", "smallest")
    were_several = has_places(last) and ((last.limit or 2) > 1 or last.position > 1) and is_ordered
    if names_more or not were_several or not _FIRST_SHOWN.search(turn.said):
        return None
    asks_sum = turn.parsed.asks_amount or (_WHAT_SUM.search(turn.said) is not None and not turn.parsed.asks_which)
    by = (Dimension.COUNTERPARTY,) if turn.reading.has(Cue.WHO) else turn.parsed.frame.group_by
    plain = replace(turn.parsed, frame=turn.parsed.frame.with_changes(position=1, group_by=by), asks_amount=asks_sum)
    return placed_among(last, plain).with_changes(descending=last.descending)


def _larger_of(turn: Turn) -> Frame | None:
    """ "What was the larger of them?", "on which date was it?", of payments that were counted or shown."""
    last, ask = turn.last, turn.parsed.frame.ask
    found = _LARGER_OF.search(turn.said)
    asks_more = ask not in (None, Operation.VALUE, Operation.COMPARE, Operation.LIST, Operation.WHEN_LAST)
    were_several = last.measure is Measure.COUNT or (last.ask is Operation.LIST and last.limit is None)
    if found is None or not were_several or last.topic or asks_more or not says_nothing(turn.parsed):
        return None
    last = last.with_changes(limit=None, latest=None, is_aside=False)
    if ask is Operation.WHEN_LAST:
        return last.with_changes(ask=ask, measure=None, limit=1, latest="largest" if found["large"] else "smallest")
    return last.with_changes(ask=Operation.VALUE, measure=Measure.LARGEST if found["large"] else Measure.SMALLEST)


def _those_of_first(turn: Turn) -> Frame | None:
    """ "Show me those payments", after whoever got most: those with whom came first, or of the month that did."""
    last, frame = turn.last, turn.parsed.frame
    is_ranked = last.ask is Operation.RANK and (last.limit or 1) == 1 and last.topic is None
    is_list = frame.ask is Operation.LIST and frame.limit is None and says_nothing(turn.parsed)
    if not (is_ranked and is_list and _THOSE_PAYMENTS.search(turn.said)):
        return None
    shown = last.with_changes(ask=Operation.LIST, group_by=(), limit=None, asks_amount=False, position=1)
    if turn.memory.winner and turn.memory.winner.field in ("category", "counterparty"):
        others = tuple(f for f in last.objects if f.field != turn.memory.winner.field)
        return shown.with_changes(objects=(*others, turn.memory.winner))
    return shown.with_changes(periods=(turn.memory.winner_period,)) if turn.memory.winner_period else None


def _first_in_time(turn: Turn) -> Frame | None:
    """ "And the first one?", after the latest payment."""
    last = turn.last
    is_latest = is_of_one(last) and last.position == 1 and last.latest in (None, "latest")
    is_latest = is_latest and last.ask in (Operation.WHEN_LAST, Operation.LIST)
    if not is_latest or not _FIRST_ONE.fullmatch(turn.said):
        return None
    dates = last.ask is Operation.WHEN_LAST
    return last.with_changes(ask=Operation.WHEN_FIRST if dates else Operation.LIST, latest="earliest")


def _so_few(turn: Turn) -> Frame | None:
    """ "Nah, just 3", after the last five payments: as many of the same."""
    said = SO_FEW.fullmatch(turn.reading.text)
    if said is None or not shows_several(turn.last):
        return None
    return turn.last.with_changes(is_aside=False, limit=int(said["n"]) if said["n"].isdigit() else NUMBERS[said["n"]])


def _sum_of_shown(turn: Turn) -> Frame | None:
    """ "And the three together?", of as many as were shown, whatever was asked of one of them since."""
    names_more = turn.parsed.frame.position > 1 or not says_nothing(turn.parsed)
    number = number_said(turn.said)
    of_last = _THEY.search(turn.said) or _ONLY_SUMMED.fullmatch(turn.said)
    frames = (turn.last, *turn.memory.earlier) if number else (turn.last,) if of_last else ()
    shown = next((frame for frame in frames if shows_so_many(frame, number or frame.limit or 0)), None)
    if names_more or shown is None or not _SUMMED.search(turn.said):
        return None
    return shown.with_changes(asks_amount=True, limit=number or shown.limit, position=1)


def _changed_most(turn: Turn) -> Frame | None:
    """ "Which one grew most vs Q2?", of the groups that were shown."""
    return moved_of_shown(turn.said, turn.last, turn.parsed.frame)


_RULES: tuple[Callable[[Turn], Frame | None], ...] = (
    _changed_most, _one_before, _first_shown, _larger_of, *REMAINDERS, *FACETS, _those_of_first, _first_in_time,
    _so_few, _sum_of_shown,
)  # fmt: skip
"""What makes a question in full of words that point."""


def _that_time(text: str, memory: Memory) -> QueryPeriod | None:
    """The day, week or month that it speaks of, where the last answer named one: "that month", or "in it" behind a rank
    of months; None of a day in a month that came first."""
    was_ranked = memory.frame is not None and memory.frame.ask is Operation.RANK
    said, told = _THAT_TIME.search(text), memory.winner_period
    points = said or (was_ranked and (_IN_IT.search(text) or _WAS_THAT.search(text)))
    if told is None or not points:
        return None
    unit = Unit(said["unit"].replace("date", "day")) if said else told.period.unit
    spoken = Period.of(unit, told.start) if unit else told.period
    return QueryPeriod.of(spoken) if spoken.days >= told.period.days else None


def _in_that_time(frame: Frame, last: Frame | None) -> Frame:
    """ "How much of that month's was the hospital?" asks for a sum, and for no rank of months."""
    if last is None or last.ask is not Operation.RANK or frame.ask is not None or frame.topic is not None:
        return frame
    return frame.with_changes(ask=Operation.VALUE, measure=frame.measure or last.measure or Measure.SPEND)


def compared_last(last: Frame, parsed: Parsed, memory: Memory) -> Frame:
    """The last frame; where a difference names its own period again, "how much less was it in July?", with the period
    of the question before."""
    frame, before = parsed.frame, memory.earlier[0] if memory.earlier else None
    names_last = frame.ask in COMPARING and len(frame.periods) == 1 and frame.periods == last.periods[:1]
    if before is None or not names_last or before.objects != last.objects or not before.periods:
        return last
    return last.with_changes(periods=before.periods[:1])
