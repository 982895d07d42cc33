"""Leaning: words of a question that only the one before it explains: "16 to 31", "the other one", "last year"."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from agents.intents.classifier import UNASKED
from agents.plan import Operation
from agents.planner.calendar_words import NUMBERS, UNITS
from agents.planner.clause import OBJECT_KINDS, is_cue
from agents.planner.corrections import taken_back
from agents.planner.follow import has_places, is_of_one, ranks_spoken_of, rest_of, shows_several, shows_so_many
from agents.planner.frame import Frame, Topic
from agents.planner.lexicon import Cue
from agents.planner.memory import Memory
from agents.planner.mentions import Mention
from agents.planner.names import Named
from agents.planner.neighbours import SAID_MONTHS, day_of, neighbour
from agents.planner.ordinals import next_named, place_named
from agents.planner.periods import Spoken
from agents.planner.reading import Reading
from agents.planner.slots import MERE_HEADS
from agents.planner.words import normalise
from agents.scope import Scope
from core.fraud.reasons import POINTS_MAX
from core.insights.query import Measure
from core.money import exponent
from core.periods import Period, Unit, add_months

_DAYS_OF_MONTH = re.compile(
    r"(?:(?:and|then|now|next|what about|how about|for|from|the|between) )*(?P<first>\d{1,2})(?:st|nd|rd|th)?"
    r" ?(?:-|to|till|until|upto|up to|through|and) ?(?:the )?(?P<last>\d{1,2})(?:st|nd|rd|th)?"
)
_SAME_DAY = re.compile(
    r"\b(?:by|till|until|up ?to|to|as of|through) (?:the |this |that )?same (?:date|day|time|point|stage)"
    r"(?: (?:in|of|during))?\b"
)
_OTHER_ACCOUNT = re.compile(r"\b(?:in |on |for |of )?(?:the |my )?other (?:one|account)?\b")
_SO_MANY_PERIODS = re.compile(
    rf"\b(?:those|these|the|all) (?P<n>\d|{'|'.join(NUMBERS)}) (?P<unit>day|week|month|quarter|year)s\b"
)
_AS_MANY_DAYS = re.compile(
    r"(?:(?:ok|and|now|sorry|no|then|please) )*(?:(?:make (?:it|that)|try|say|what about) (?P<n>\d{1,3})"
    r"|(?:the )?(?:last|past) (?P<last>\d{2,3}))(?: days)?"
)
_AS_MANY_UNITS = re.compile(
    r"(?:(?:ok|okay|and|now|sorry|no|nope|nah|wait|hmm|actually|then|please|rather|oops|for|in|over"
    r"|i mean(?:t)?|what about|how about|say|make (?:it|that)|try|the)[, ]+)*"
    r"(?P<last>(?:the )?(?:last|past|previous) )?"
    rf"(?P<n>\d{{1,2}}|{'|'.join(NUMBERS)})(?:,? (?:then|please|instead|i mean(?:t)?|rather))*"
)
_WHOLE_OF_IT = re.compile(
    r"\b(?:the )?(?:whole|full|entire) (?P<unit>week|month|quarter|year)\b(?! of)"
    r"|^(?:(?:and|so|ok|now|no|for|what about|how about|over|in|through) )*(?:all|throughout)(?: of)?(?: the| this)? "
    r"(?P<all>week|month|quarter|year)(?: (?:long|round|please|together|then))*$"
)
_OF_SO_MANY = re.compile(
    rf"\bof (?P<those>(?:the|these|those) (?P<n>[2-9]|1[0-2]|{'|'.join(NUMBERS)}))\b"
    r"(?= (?:was|were|is|are|had|has|did|do|took|cost|how|what|which|together)\b|,|$)"
)
_SO_MANY_SHOWN = re.compile(
    rf"\b(?:all )?(?:the |those |these )?(?P<n>[2-9]|{'|'.join(NUMBERS)})"
    r"(?= (?:together|combined|in total|in all|altogether|added up|put together)\b)"
    rf"|\b(?:total|sum|value|amount) of (?P<those>(?:all )?(?:the|those|these|all) (?P<of>[2-9]|{'|'.join(NUMBERS)}))$"
)
SO_FEW = re.compile(
    r"(?:\w{1,4},? )?(?:(?:just|only|make (?:it|that)|say|limit (?:it|that) to|cut (?:it|that) (?:down )?to) )?"
    rf"(?:the )?(?:top |first |last |latest )?(?P<n>[2-9]|{'|'.join(NUMBERS)})"
    r"(?: (?:of (?:them|those|these)|payments|ones|entries|only|is enough|are enough|will do|please|then))*"
)
""" "Nah, just 3", "the top 3 only"."""
PUT_BACK = re.compile(
    r"(?:(?:and|ok|now|then|so|no|please|if i|just) )*"
    r"(?P<verb>(?:with|including|include|incl|add|put|bring|count|counting)(?: back)?(?: in)?) (?:the |my )?"
    r"(?P<what>(?P<it>it|that|them|those|these|both|everything|all)|(?!only\b)[\w&' ]+?)"
    r"(?: (?:again|back|in|as well|too|after all|included|then|this time|now|please))*"
)
""" "With it again", "now include rent": what was left out is put back."""
_ELSE_EXCEPT = re.compile(
    r"\b(?:everything|all|anything) else"
    r"(?P<but>,? (?:except(?: for)?|but(?: not)?|apart from|besides|other than|without)(?: the| my| our)?) (?=\w)"
)
_WHAT_ELSE = re.compile(r"\b(?:what|how much|where|on what)(?: all)? (?P<other>else)\b")
_SECOND_ASKED = re.compile(r"\b(?:the )?(?P<which>second|latter|2nd)(?: (?:one|period|stretch|half|lot|figure))?$")
_THE_FIRST = re.compile(r"\b(?:first|former|1st)\b")
_SECOND_ACCOUNT = re.compile(r"\b(?:in |on |for |of )?(?:the |my )?(?:second|2nd|next)(?: one| account)?$")
LEFT_OVER = re.compile(
    r"(?:(?:and|so|ok|then) )*(?:what|how much)(?: money)?(?: is| was|'s| did i have| do i have)?(?: still)?"
    r" (?P<left>left(?: over)?|remains|remained|remaining)(?: (?:then|for me|with me|in hand))?"
)
_SAME_OR_NOT = re.compile(
    r"(?:(?:and|so|ok|is|was|are|were|it|that|they|this|both|all|the) )*(?:same|equal)"
    r"(?: (?:amount|figure|as (?:that|before)))?(?: or (?:is it |was it )?(?:different|not|more or less|changed))?"
)
_WAY = re.compile(r"(?:(?:and|so|ok|then|what about|how about) )*(?:money |the )?(?P<way>in|out|incoming|outgoing)s?")
_OCCASIONS = re.compile(
    r"(?:(?:and|so|ok|then) )*(?:how many|number of) "
    r"(?P<what>tickets|shows|films|movies|haircuts|sessions|parcels|packets|cups|coffees|fills|tanks|deliveries)"
    r"(?: (?:was|is) (?:that|it))?"
)
_SAME_OCCASIONS = re.compile(
    r"(?:(?:and|so|ok|then|now) )*(?:(?:what|how much)(?: is| was| were|'s) )?(?:the |my |an? )?"
    r"(?:number of|no\.? of|count of|how many|averages?|avg\.?|mean|median|typical|biggest|largest|highest"
    r"|smallest|lowest|cheapest|costliest|dearest|most expensive|cost per|per)"
    r"(?: (?:cost|amount|spend|price|fare|value))?"
    r"(?: (?:of|per|for))?(?: (?:an?|each|the|single))* (?P<what>(?P<one>trip|visit|recharge|ride|outing)s?)"
    r"(?: (?:cost|amount|fare|value|(?:was|is) (?:that|it)|there))*"
)
_SHOPS = frozenset(
    {
        "groceries", "eating_out", "fuel", "shopping", "clothing", "electronics", "household", "health",
        "personal_care", "fitness", "pets", "vehicle", "taxi", "public_transport", "entertainment",
    }
)  # fmt: skip
_MADE_TO = {
    "trip": _SHOPS, "visit": _SHOPS, "outing": _SHOPS, "ride": frozenset({"taxi", "public_transport"}),
    "recharge": frozenset({"public_transport", "telecom", "vehicle", "utilities", "entertainment", "subscriptions"}),
}  # fmt: skip
"""Of what a word for single payments is said: trips are made to shops, and are no holidays then."""
_SINCE_THEN = re.compile(
    r"\b(?:since (?:then|it|that(?: (?P<day>day|date|payment)| month| week)?)"
    r"|(?P<after>after (?:that|then)(?! one\b)(?: day| date)?))(?: onwards?)?(?= |,|$)"
)
_NOT_THAT_DAY = re.compile(r",? ?\b(?:not (?:counting|including)|excluding|leaving out|without) (?:that|the) day\b")
_UP_TO = re.compile(r"(?:until|till|til|up ?to|through|by)\b[a-z ]*\d")
_MONTHS_ONE = re.compile(rf"\bthe (?:{SAID_MONTHS}) (?:one|ones|stretch|period)\b")
_SAME_DAYS = re.compile(
    r"\b(?:(?:for|in|on|of|over|during|till|until|up ?to|by|as of|through|vs\.?|with|to) )?"
    r"(?:the |those |that |this )?same "
    r"(?:days?|dates?|stretch|period|span|time|point|stage|part)(?: (?:of|in|from|during|for))?"
    rf" (?:the )?(?:{SAID_MONTHS}|(?:last|previous|prior|preceding) month|month before)\b(?! (?:last|20))"
)
_THAT_PURCHASE = re.compile(
    r"\bthat (?:earlier|older|previous) (?:one|payment|bill)\b"
    r"|\b(?:that|this|the same) (?:ticket|bill|order|ride|trip|visit|meal|haircut|purchase|recharge|booking|fill|refill"
    r"|show|film|movie|withdrawal|fare|buy|parcel|delivery|transfer)\b"
)
_WAS_THAT = re.compile(r"\b(?:was|is) (?:that|it)\b")
""" "How many visits was that last year?", after some days of it."""
_WHOLE_YEAR = re.compile(r"\b(?:whole|entire|full|all|total|altogether|throughout|overall|calendar|complete)\b")
THE_REST = re.compile(
    r"\b(?:everything|all) else\b|\b(?:the )?(?:rest|remainder|remaining(?: ones?| part| payments)?)\b"
    r"(?! of (?!it|them|that))"
    r"|\b(?:the )?others\b|\bthe other (?:ones|payments)\b"
)
OF_THE_REST = re.compile(
    r"\b(?:of|from|in|out of) (?:the )?(?:rest|remainder|remaining(?: part| amount| payments)?|others)\b"
)
_TAKEN_OFF = re.compile(r"^(?:(?:and|now|then|ok|so) )*(?P<less>less|drop|remove|skip|minus)(?: (?:the|my|our))?(?= )")
_NAMED_ONE = re.compile(r"\bthe (?P<word>[a-z']{3,}) (?:one|ones|shop|store|place|person)\b")
_OTHER_PAYEES = re.compile(
    r"\b(?P<other>other|remaining)"
    r" (?=(?:\w+ )?(?:shops?|stores?|places?|payees?|merchants?|people|restaurants?|outlets?)\b)"
)
_BARE_DAY = re.compile(r"(?:on )?(?:the )?(?P<day>\d{1,2})(?:st|nd|rd|th)")
_FRAGMENT_WORDS = 5
_HOLDING = (Cue.COMPARE, Cue.DIFFERENCE, Cue.MORE, Cue.LESS, Cue.TREND)
"""What holds one period against another."""
_SHORTER = (Unit.MONTH, Unit.QUARTER, None)
"""What a year holds several of; None for a range of days."""


@dataclass(frozen=True, slots=True)
class _Turn:
    """A question, the one before it, and what both speak of."""

    reading: Reading
    last: Frame
    earlier: tuple[Frame, ...]
    told: Period | None
    """The day, week or month that the last answer named."""
    scope: Scope
    today: date

    @property
    def period(self) -> Period | None:
        """What the last question spoke of, where that is one period it named."""
        named = len(self.last.periods) == 1 and not self.last.is_default_period
        return self.last.periods[0].period if named else None

    @property
    def is_within_month(self) -> bool:
        """Whether that is a month, or some days of one."""
        return self.period is not None and self.period.end <= Period.of(Unit.MONTH, self.period.start).end

    def said(self, kind: str) -> Mention[Any] | None:
        """The one mention of a kind; None where there are none, or several."""
        found = self.reading.of(kind)
        return found[0] if len(found) == 1 else None


def explained(reading: Reading, memory: Memory, scope: Scope, today: date) -> Reading:
    """The reading with the words that only the questions before explain."""
    if memory.frame is None:
        return reading
    told = memory.winner_period.period if memory.winner_period else None
    for rule in _RULES:
        reading = rule(_Turn(reading, memory.frame, memory.earlier, told, scope, today)) or reading
    return reading


def _corrected(turn: _Turn) -> Reading | None:
    """ "Not fuel, taxi", after fuel: taxi in its place, and neither left out."""
    found = taken_back(turn.reading, turn.last)
    if found is None:
        return None
    span, kept = found
    return _with(turn.reading, span, kept.kind, kept.value) if kept else _covering(turn.reading, span)


def _days_of_month(turn: _Turn) -> Reading | None:
    """ "16-31", of the month that was spoken of."""
    said, period = _DAYS_OF_MONTH.fullmatch(turn.reading.text), turn.period
    if said is None or period is None or period.days > Period.of(Unit.MONTH, period.start).days:
        return None
    month = Period.of(Unit.MONTH, period.start)
    first, last = int(said["first"]), int(said["last"])
    if not 1 <= first <= last <= month.days or period.end > month.end:
        return None
    start = month.start + timedelta(days=first - 1)
    return _with(turn.reading, said.span(), "period", Spoken(Period(start, month.start + timedelta(days=last))))


def _points_meant(turn: _Turn) -> Reading | None:
    """ "How many of them are above 75?", of alerts: points, where a bare number lies within them."""
    mention = turn.said("amount")
    if mention is None or not turn.last.is_of_alerts or mention.value.currency is not None:
        return None
    said, unit = mention.value, 10 ** exponent(turn.scope.currency)
    if not 0 < said.said_minor <= POINTS_MAX * unit:
        return None
    low = None if said.low_minor is None else -(-said.low_minor // unit)
    high = None if said.high_minor is None else said.high_minor // unit
    return _with(turn.reading, (mention.start, mention.end), "points", (low, high))


def _same_day(turn: _Turn) -> Reading | None:
    """ "By the same date in October": as much of it as has passed of the period that is still running."""
    said, mention, period = _SAME_DAY.search(turn.reading.text), turn.said("period"), turn.period
    if said is None or mention is None or period is None or not period.holds(turn.today):
        return None
    named = mention.value.period
    if named.unit is not period.unit or named.unit is None:
        return None
    passed = (turn.today - period.start).days + 1
    part = Period(named.start, min(named.start + timedelta(days=passed), named.end))
    if mention.start >= said.end():
        return _with(turn.reading, (said.start(), mention.end), "period", Spoken(part))
    return _with(_covering(turn.reading, said.span()), (mention.start, mention.end), "period", Spoken(part))


def _days_of_the_week(turn: _Turn) -> Reading | None:
    """ "And from Monday to Friday", of the weeks that were spoken of; by itself it would be one week's."""
    mention = turn.said("period")
    if mention is None or not mention.value.weekdays:
        return None
    was_of_days = any(f.field == "weekday" for f in turn.last.conditions)
    is_of_weeks = turn.period is not None and turn.period.days > 7 and len(mention.value.weekdays) > 1
    if not (was_of_days or is_of_weeks):
        return None
    return _with(turn.reading, (mention.start, mention.end), "cue", (Cue.WEEKDAYS, mention.value.weekdays))


def _other_account(turn: _Turn) -> Reading | None:
    """ "The other one", of two accounts."""
    said, accounts = _OTHER_ACCOUNT.search(turn.reading.text), turn.scope.accounts
    if turn.last.topic is Topic.BALANCE:
        said = said or _SECOND_ACCOUNT.search(turn.reading.text)
    asked = {value for f in turn.last.conditions if f.field == "account" for value in f.values}
    others = tuple(account for account in accounts if str(account.account_id) not in asked)
    if said is None or len(accounts) != 2 or len(others) != 1:
        return None
    return _with(turn.reading, said.span(), "account", others)


def _since_then(turn: _Turn) -> Reading | None:
    """ "Since then, how much on fuel?", after a payment of some day: from that day on, or from the next."""
    said = _SINCE_THEN.search(turn.reading.text)
    named = turn.told or (None if said and said["day"] else turn.period)
    asks_next = has_places(turn.last) and next_named(turn.reading.text)
    if said is None or named is None or asks_next or any(m.start < said.end() for m in turn.reading.of("period")):
        return None
    without = _NOT_THAT_DAY.search(turn.reading.text)
    start = named.end if said["after"] or without else named.start
    if start > turn.today:
        return None
    period = Period(start, turn.today + timedelta(days=1))
    reading = _with(turn.reading, said.span(), "period", Spoken(period))
    return _covering(reading, without.span()) if without else reading


def _up_to_day(turn: _Turn) -> Reading | None:
    """ "What was it up to the 22nd of October?", after this month so far: of October."""
    mention = turn.said("period")
    if mention is None or not turn.is_within_month or not _UP_TO.match(turn.reading.text[mention.start :]):
        return None
    named = mention.value.period
    month = Period.of(Unit.MONTH, named.end - timedelta(days=1))
    begins = turn.period is not None and turn.period.start.day == 1
    if not begins or named.start >= month.start or named.end == month.end:
        return None
    return _with(turn.reading, (mention.start, mention.end), "period", Spoken(Period(month.start, named.end)))


def _period_named_by_month(turn: _Turn) -> Reading | None:
    """ "How many visits was the October one?", after the first ten days of it: of these days."""
    said, mention = _MONTHS_ONE.search(turn.reading.text), turn.said("period")
    if said is None or mention is None or not said.start() <= mention.start <= said.end():
        return None
    month = mention.value.period
    asked = [frame.periods[0].period for frame in (turn.last, *turn.earlier) if len(frame.periods) == 1]
    meant = next((one for one in asked if month.start <= one.start and one.end <= month.end and one != month), None)
    return _with(turn.reading, said.span(), "period", Spoken(meant)) if meant else None


def _same_days(turn: _Turn) -> Reading | None:
    """ "And the same days in October?", after the first ten of November; "the same days last month", after this one."""
    said, mention, period = _SAME_DAYS.search(turn.reading.text), turn.said("period"), _part_of_month(turn)
    if said is None or mention is None or period is None or not said.start() <= mention.start < said.end():
        return None
    month = Period.of(Unit.MONTH, mention.value.period.end - timedelta(days=1))
    month = month.shifted(-1) if month.start <= period.start < month.end else month
    start = month.start + timedelta(days=period.start.day - 1)
    meant = Period(start, min(start + timedelta(days=period.days), month.end))
    return _with(turn.reading, said.span(), "period", Spoken(meant)) if meant.start < meant.end else None


def _part_of_month(turn: _Turn) -> Period | None:
    """The days of one month that the last question spoke of, as far as they have passed; None of a whole month."""
    if len(turn.last.periods) != 1:
        return None
    spoken, tomorrow = turn.last.periods[0].period, turn.today + timedelta(days=1)
    passed = Period(spoken.start, min(spoken.end, tomorrow)) if spoken.start < tomorrow else spoken
    month = Period.of(Unit.MONTH, passed.start)
    return passed if passed.end <= month.end and passed.days < month.days else None


def _before_told(turn: _Turn) -> Reading | None:
    """ "And the month before?", after a payment of some day: before the month of that day."""
    mention, told = turn.said("period"), turn.told
    if mention is None or told is None or not is_of_one(turn.last) or mention.value.prior != "previous":
        return None
    grain = mention.value.grain
    if grain is None or grain.value not in turn.reading.text[mention.start : mention.end]:
        return None  # "the one before"
    before = Period.of(grain, told.start).shifted(-1)
    return _with(turn.reading, (mention.start, mention.end), "period", Spoken(before))


def _that_purchase(turn: _Turn) -> Reading | None:
    """ "How much was that ticket?", after one payment: the payment, whatever it was for."""
    said = _THAT_PURCHASE.search(turn.reading.text)
    if said is None or not is_of_one(turn.last):
        return None
    return _with(turn.reading, said.span(), "cue", (Cue.ANAPHORA, "that"))


def _month_of_year(turn: _Turn) -> Reading | None:
    """ "And last year?", "sorry, 2026", after a month: that month of the other year."""
    mention, period, text = turn.said("period"), turn.period, turn.reading.text
    if mention is None or period is None or mention.value.period.unit is not Unit.YEAR or _WHOLE_YEAR.search(text):
        return None
    year = mention.value.period
    if _WAS_THAT.search(text) and year.start <= period.start and period.end <= year.end:
        return _with(turn.reading, (mention.start, mention.end), "period", Spoken(period))
    names_more = any(m is not mention and not is_cue(m, Cue.AGAIN, Cue.NEUTRAL) for m in turn.reading.mentions)
    years = year.start.year - period.start.year
    is_part = period.unit in _SHORTER and period.start.year == (period.end - timedelta(days=1)).year
    if names_more or not years or not is_part or mention.value.prior or len(text.split()) > _FRAGMENT_WORDS:
        return None
    moved = Period(add_months(period.start, 12 * years), add_months(period.end, 12 * years), period.unit)
    return _with(turn.reading, (mention.start, mention.end), "period", Spoken(moved))


def _neighbour(turn: _Turn) -> Reading | None:
    """ "The 7 days before that", "the weekend before": by the period that was spoken of."""
    found = neighbour(turn.reading.text, turn.period) if turn.period else None
    if found is None:
        return None
    (start, end), period = found
    return _with(turn.reading, (start, end), "period", Spoken(period))


def _day_of_month(turn: _Turn) -> Reading | None:
    """ "And on the 3rd?", after the 2nd of October: of October."""
    mention, period = turn.said("period"), turn.period
    said = _BARE_DAY.fullmatch(turn.reading.text[mention.start : mention.end]) if mention else None
    day = day_of(period, int(said["day"])) if said and period else None
    if mention is None or day is None or day.start > turn.today:
        return None
    return _with(turn.reading, (mention.start, mention.end), "period", Spoken(day))


def _moved(turn: _Turn) -> Reading | None:
    """ "How many payments were there the month before?": by the month that was spoken of, and not by today."""
    mention, period = turn.said("period"), turn.period
    if mention is None or period is None or turn.reading.has(*_HOLDING) or mention.value.grain is not period.unit:
        return None
    steps = {"previous": -1, "following": 1}.get(mention.value.prior or "")
    said = turn.reading.text[mention.start : mention.end]
    if steps is None or period.unit is None or not re.search(rf"\b{period.unit.value} (?:before|after)\b", said):
        return None
    return _with(turn.reading, (mention.start, mention.end), "period", Spoken(period.shifted(steps)))


def _previous_unit(turn: _Turn) -> Reading | None:
    """ "And in the previous month?", after a question about a year: last month, and not the year before it."""
    mention, period = turn.said("period"), turn.period
    if mention is None or period is None or mention.value.prior != "previous":
        return None
    said = turn.reading.text[mention.start : mention.end]
    grain, unit = mention.value.grain, period.unit
    if not said.endswith(tuple(UNITS)) or grain is None or unit is None or grain is unit:
        return None
    return _with(turn.reading, (mention.start, mention.end), "period", replace(mention.value, prior=None))


def _payments_counted(turn: _Turn) -> Reading | None:
    """ "How many charges is that?", "how many donations?": a word for the payments that were asked about."""
    category = turn.said("category")
    if category is None or turn.reading.of("name") or not (turn.last.objects or turn.last.conditions):
        return None
    text = turn.reading.text
    is_counted = any(
        is_cue(m, Cue.MEASURE) and m.value[1] is Measure.COUNT and not text[m.end : category.start].strip()
        for m in turn.reading.mentions
    )
    payees = turn.last.values_of("counterparty")
    own = {party.category for party in turn.scope.counterparties if party.name in payees}
    said = text[category.start : category.end]
    is_head = said in MERE_HEADS and turn.reading.has(Cue.ANAPHORA)
    is_part = said in _PARTS and bool(own) and not own & set(category.value)
    if not is_counted or not (is_head or is_part or (own and own <= set(category.value))):
        return None
    cue = (Cue.ANAPHORA, "those") if is_part else (Cue.PAYMENTS, None)
    return _with(turn.reading, (category.start, category.end), "cue", cue)


_PARTS = frozenset({"instalment", "instalments", "installment", "installments", "sip", "sips", "contributions"})
"""Words for the payments of a plan, whatever it is for: a loan's, a fund's, an insurance's."""


_THOSE = re.compile(rf"\b(?:those|these|all|both)(?: the)?(?: (?:\d|{'|'.join(NUMBERS)}))? $")
_THIS = re.compile(r"\b(?:this|that|the same) $")


def _payee_spoken_of(turn: _Turn) -> Reading | None:
    """ "How much for this recharge?", after somebody who is paid for it: of them, and not of the whole category."""
    category = turn.said("category")
    if category is None or turn.reading.of("name") or not _THIS.search(turn.reading.text[: category.start]):
        return None
    payees = turn.last.values_of("counterparty")
    own = {party.category for party in turn.scope.counterparties if party.name in payees}
    if not own or not own <= set(category.value):
        return None
    return _with(turn.reading, (category.start, category.end), "cue", (Cue.ANAPHORA, "those"))


def _occasions_counted(turn: _Turn) -> Reading | None:
    """ "How many tickets?", after the cinema: its payments, and not those whose description has the word."""
    said = _OCCASIONS.fullmatch(turn.reading.text)
    names_more = any(turn.reading.of(kind) for kind in ("period", "name", "category", "channel"))
    if said is None or names_more or not turn.last.objects or turn.last.topic is not None:
        return None
    return _with(turn.reading, said.span("what"), "cue", (Cue.PAYMENTS, None))


def _same_occasions(turn: _Turn) -> Reading | None:
    """ "Number of trips?", after groceries, "average recharge?", after a metro card: of the payments asked about, and
    not of travel, or of a telephone."""
    said, last = _SAME_OCCASIONS.fullmatch(turn.reading.text), turn.last
    if said is None or last.topic is not None:
        return None
    payees = last.values_of("counterparty")
    kinds = {party.category for party in turn.scope.counterparties if party.name in payees} or last.values_of(
        "category"
    )
    fits = bool(kinds) and kinds <= _MADE_TO[said["one"]]
    return _with(turn.reading, said.span("what"), "cue", (Cue.PAYMENTS, None)) if fits else None


def _so_many_periods(turn: _Turn) -> Reading | None:
    """ "In those three months", after a question about three of them."""
    said = _SO_MANY_PERIODS.search(turn.reading.text)
    if said is None or turn.reading.of("period") or turn.last.is_default_period:
        return None
    unit, count = Unit(said["unit"]), _counted(said["n"])
    one_by_one = [frame for frame in turn.earlier[: count - 1] if frame.objects == turn.last.objects]
    spoken = {period for frame in (turn.last, *one_by_one) for period in _spoken_of(frame, unit)}
    if count not in (len(spoken), len(_spoken_of(turn.last, unit))):
        return None
    return _with(turn.reading, said.span(), "cue", (Cue.ANAPHORA, "those"))


def _counted(number: str) -> int:
    return int(number) if number.isdigit() else NUMBERS[number]


def _spoken_of(frame: Frame, unit: Unit) -> set[Period]:
    """The days, weeks or months that a question's periods are in."""
    starts = ((one.period.start, one.period.days) for one in frame.periods)
    return {Period.of(unit, start + timedelta(days=n)) for start, days in starts for n in range(days)}


def _as_many_days(turn: _Turn) -> Reading | None:
    """ "Make it 60", after the last 30 days."""
    said, period = _AS_MANY_DAYS.fullmatch(turn.reading.text), turn.period
    number = int(said["n"] or said["last"]) if said else 0
    if said is None or period is None or period.unit is not None or number < 1:
        return None
    if period.end != turn.today + timedelta(days=1):
        return None
    start = period.end - timedelta(days=number)
    return _with(turn.reading, said.span(), "period", Spoken(Period(start, period.end)))


def _as_many_units(turn: _Turn) -> Reading | None:
    """ "No wait, last 6", after the last 3 months: months, and no payments."""
    said, period = _AS_MANY_UNITS.fullmatch(turn.reading.text), turn.period
    if said is None or period is None or period.unit is None or turn.last.ask is Operation.LIST:
        return None
    last = Period.of(period.unit, period.end - timedelta(days=1))
    number, reaches_now = _counted(said["n"]), period.end in (Period.of(period.unit, turn.today).start, turn.today)
    are_several = last.end == period.end and period.start < last.start
    if not (are_several and reaches_now and (said["last"] or "make" in said.group())) or number < 1:
        return None
    meant = Period(last.shifted(1 - number).start, period.end, period.unit)
    return _with(turn.reading, said.span(), "period", Spoken(meant))


def _whole_of_it(turn: _Turn) -> Reading | None:
    """ "Make it the whole year", after one of its months."""
    said, period = _WHOLE_OF_IT.search(turn.reading.text), turn.period
    if said is None or period is None or turn.reading.of("period"):
        return None
    return _with(
        turn.reading, said.span(), "period", Spoken(Period.of(Unit(said["unit"] or said["all"]), period.start))
    )


def _of_so_many(turn: _Turn) -> Reading | None:
    """ "Which of the three was highest?", of three months that were shown."""
    said, last = _OF_SO_MANY.search(turn.reading.text), turn.last
    if said is None or last.ask not in (Operation.BREAKDOWN, Operation.RANK) or len(last.group_by) != 1:
        return None
    spoken = _spoken_of(last, last.told_by) if last.told_by else set[Period]()
    begun = [period for period in spoken if period.start <= turn.today]
    if _counted(said["n"]) not in (len(begun), last.limit):
        return None
    return _with(turn.reading, said.span("those"), "cue", (Cue.ANAPHORA, "those"))


def _shown_together(turn: _Turn) -> Reading | None:
    """ "And the three together?", "the total of those three?", of the three that were shown."""
    said = _SO_MANY_SHOWN.search(turn.reading.text)
    if said is None:
        return None
    number = _counted(said["n"] or said["of"])
    if not any(shows_so_many(frame, number) for frame in (turn.last, *turn.earlier)):
        return None
    return _with(turn.reading, said.span("those" if said["those"] else 0), "cue", (Cue.ANAPHORA, "those"))


def _so_few(turn: _Turn) -> Reading | None:
    """ "Nah, just 3", after the last five payments: the words for how many of them."""
    said = SO_FEW.fullmatch(turn.reading.text)
    if said is None or not shows_several(turn.last):
        return None
    return _with(turn.reading, said.span(), "cue", (Cue.ANAPHORA, "those"))


def _back_in(turn: _Turn) -> Reading | None:
    """ "Include rent again", after what left it out: the words for taking it back in."""
    said = PUT_BACK.fullmatch(turn.reading.text) if turn.last.without else None
    if said is None or turn.reading.of("period") or turn.reading.has(Cue.EXCEPT):
        return None
    reading = _with(turn.reading, said.span("verb"), "cue", (Cue.ANAPHORA, "that"))
    return _with(reading, said.span("it"), "cue", (Cue.ANAPHORA, "that")) if said["it"] else reading


def _else_except(turn: _Turn) -> Reading | None:
    """ "And everything else except rent", after rent: what is left out is what "else" already leaves out."""
    said = _ELSE_EXCEPT.search(turn.reading.text)
    named = [m for kind in OBJECT_KINDS for m in turn.reading.of(kind)]
    if said is None or len(named) != 1 or named[0].start < said.end():
        return None
    values = {str(value) for f in turn.last.objects for value in f.values}
    told = named[0].value.names if named[0].kind == "name" else named[0].value
    if named[0].kind not in ("name", "category") or not values or set(told) != values:
        return None
    return _covering(turn.reading, (said.start("but"), named[0].end))


def _else_that_day(turn: _Turn) -> Reading | None:
    """ "What else did I pay that day?", after one payment: what "else" stands for is known."""
    said = _WHAT_ELSE.search(turn.reading.text)
    if said is None or not turn.reading.has(Cue.THAT_TIME) or turn.told is None or turn.told.days != 1:
        return None
    return _with(turn.reading, said.span("other"), "cue", (Cue.ANAPHORA, "those"))


def _second_asked(turn: _Turn) -> Reading | None:
    """ "The monthly average for the second one", after two periods and nothing else: of the last of them."""
    said, earlier = _SECOND_ASKED.search(turn.reading.text), turn.earlier
    if said is None or turn.period is None or turn.reading.of("period") or len(earlier) != 1:
        return None
    if _THE_FIRST.search(turn.reading.text):
        return None  # "from the former to the latter"
    are_two = all(one.ask in (None, Operation.VALUE) and not one.topic for one in (turn.last, *earlier))
    if not are_two or earlier[0].periods == turn.last.periods:
        return None
    return _with(turn.reading, said.span(), "period", Spoken(turn.period))


def _left_over(turn: _Turn) -> Reading | None:
    """ "So what is left?", after what came in and what went out."""
    said, before = LEFT_OVER.fullmatch(turn.reading.text), turn.earlier[0] if turn.earlier else None
    if said is None or before is None or {turn.last.measure, before.measure} != {Measure.SPEND, Measure.INCOME}:
        return None
    if turn.last.periods != before.periods or turn.last.objects or before.objects:
        return None
    return replace(_with(turn.reading, said.span("left"), "cue", (Cue.MEASURE, Measure.NET)), wants=UNASKED)


def _same_or_not(turn: _Turn) -> Reading | None:
    """ "Same amount or different?", after two sums: the one held against the other."""
    said = _SAME_OR_NOT.fullmatch(turn.reading.text)
    if said is None or not turn.earlier or turn.last.ask not in (None, Operation.VALUE):
        return None
    return replace(_with(turn.reading, said.span(), "cue", (Cue.COMPARE, None)), wants=UNASKED)


def _other_direction(turn: _Turn) -> Reading | None:
    """ "And out?", after what came in."""
    said, last = _WAY.fullmatch(turn.reading.text), turn.last
    if said is None or last.measure not in (Measure.SPEND, Measure.INCOME) or last.topic or turn.reading.of("period"):
        return None
    measure = Measure.INCOME if said["way"].startswith("in") else Measure.SPEND
    return _with(turn.reading, said.span("way"), "cue", (Cue.MEASURE, measure))


def _those_bills(turn: _Turn) -> Reading | None:
    """ "What do those three bills come to?", after three sums paid to one: they are what was told, and no bills of
    other kinds."""
    category = turn.said("category")
    if category is None or turn.reading.of("name") or not turn.last.objects:
        return None
    is_head = turn.reading.text[category.start : category.end] in MERE_HEADS
    if not is_head or not _THOSE.search(turn.reading.text[: category.start]):
        return None
    return _with(turn.reading, (category.start, category.end), "cue", (Cue.PAYMENTS, None))


def _place(turn: _Turn) -> Reading | None:
    """ "2nd one is?", after a question for the first, or for several: a place among them, and no day."""
    found = place_named(turn.reading.text) if ranks_spoken_of(turn.last, turn.earlier) else None
    if found is None:
        return None
    position, span = found
    wants = turn.reading.wants if turn.reading.mentions else UNASKED  # "third?" alone sounds like nothing
    return replace(_covering(turn.reading, span), position=position, wants=wants)


def _next_place(turn: _Turn) -> Reading | None:
    """ "Which shop is next?", after a rank: the place behind the last one that was told."""
    ranks = ranks_spoken_of(turn.last, turn.earlier)
    span = next_named(turn.reading.text) if ranks else None
    names_more = any(turn.reading.of(kind) for kind in ("period", "name", "category", "channel"))
    if span is None or ranks is None or names_more:
        return None
    place = max(ranks.position, ranks.limit or 1) + 1
    return replace(_covering(turn.reading, span), position=place, wants=UNASKED)


def _taken_off(turn: _Turn) -> Reading | None:
    """ "Less rent", after a sum: without it."""
    said = _TAKEN_OFF.match(turn.reading.text)
    objects = [m for kind in OBJECT_KINDS for m in turn.reading.of(kind)]
    if said is None or turn.last.ask not in (None, Operation.VALUE) or turn.last.topic is not None:
        return None
    is_named = any(mention.start == said.end() + 1 for mention in objects)
    return _with(turn.reading, said.span("less"), "cue", (Cue.EXCEPT, None)) if is_named else None


def _other_payees(turn: _Turn) -> Reading | None:
    """ "All the other grocery shops", after one of them: what "other" stands before is known."""
    said = _OTHER_PAYEES.search(turn.reading.text)
    if said is None or not turn.last.values_of("counterparty"):
        return None
    return _with(turn.reading, said.span("other"), "cue", (Cue.ANAPHORA, "those"))


def _named_one(turn: _Turn) -> Reading | None:
    """ "The trust one again": of the payees that were asked about the one with that word in its name."""
    said = _NAMED_ONE.search(turn.reading.text)
    if said is None or any(
        mention.start < said.end() and said.start() < mention.end for mention in turn.reading.mentions
    ):
        return None
    payees = {name for frame in (turn.last, *turn.earlier) for name in frame.values_of("counterparty")}
    found = tuple(name for name in payees if said["word"] in normalise(name).split())
    return _with(turn.reading, said.span(), "name", Named(said["word"], found)) if len(found) == 1 else None


def _half_named(turn: _Turn) -> Reading | None:
    """ "Khan, not Sharma", where it was open which Sneha was meant: of the Khans the one of that name."""
    names = turn.reading.of("name")
    if not turn.last.missing or not names:
        return None
    reading, asked_about = turn.reading, turn.last.missing
    for mention in names:
        found = tuple(name for name in mention.value.names if asked_about in normalise(name).split())
        left_out = [cue for cue in reading.of("cue") if is_cue(cue, Cue.EXCEPT) and cue.end + 1 == mention.start]
        if len(found) == 1 and left_out:
            reading = _covering(reading, (left_out[0].start, mention.end))
        elif len(found) == 1:
            named = replace(mention.value, names=found, is_unclear=False)
            reading = _with(reading, (mention.start, mention.end), "name", named)
    return reading


def _rest(turn: _Turn) -> Reading | None:
    """ "And everything else?", of what was added up."""
    said = OF_THE_REST.search(turn.reading.text) or THE_REST.search(turn.reading.text)
    is_part = said is not None and said.re is OF_THE_REST and not turn.reading.has(Cue.EXCEPT)
    kinds = {mention.kind for mention in turn.reading.mentions if mention.kind != "cue"}
    names_more = kinds - {"name", "category"} if is_part else kinds
    if said is None or names_more or rest_of(turn.last) is None:
        return None
    return _with(turn.reading, said.span(), "cue", (Cue.ANAPHORA, "those"))


def _with(reading: Reading, span: tuple[int, int], kind: str, value: object) -> Reading:
    """The reading with a mention in the place of whatever was read, or was not, in `span`."""
    bare = _covering(reading, span)
    mention: Mention[Any] = Mention(kind, value, *span)
    return replace(bare, mentions=tuple(sorted((*bare.mentions, mention), key=lambda m: m.start)))


def _covering(reading: Reading, span: tuple[int, int]) -> Reading:
    start, end = span
    said = reading.text[start:end]
    return replace(
        reading,
        mentions=tuple(m for m in reading.mentions if m.end <= start or m.start >= end),
        unknown=tuple(phrase for phrase in reading.unknown if phrase not in said),
    )


_RULES: tuple[Callable[[_Turn], Reading | None], ...] = (
    _corrected, _points_meant, _days_of_month, _same_day, _since_then, _up_to_day, _same_days, _period_named_by_month,
    _before_told,
    _that_purchase, _days_of_the_week, _other_account, _neighbour, _day_of_month, _moved, _previous_unit,
    _month_of_year, _payments_counted, _payee_spoken_of, _occasions_counted, _same_occasions, _so_many_periods, _place,
    _next_place, _as_many_days, _as_many_units, _whole_of_it, _of_so_many, _shown_together, _so_few, _back_in,
    _else_except, _else_that_day, _second_asked,
    _same_or_not, _other_direction, _left_over, _those_bills, _rest, _other_payees, _taken_off, _named_one, _half_named,
)  # fmt: skip
