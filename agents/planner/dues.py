"""Dues: what is expected within days to come, all of it: "what's due this week", "my upcoming bills"."""

import re
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from agents.planner.ahead import days_ahead
from agents.planner.calendar_words import MONTHS, NUMBERS, UNITS, WEEKDAYS
from agents.planner.clause import Clause
from agents.planner.frame import Frame, Topic
from agents.planner.intended import named
from agents.planner.lexicon import Cue
from agents.planner.mentions import Mention
from agents.planner.reading import Reading
from agents.planner.slots import INCOME_CATEGORIES, MERE_HEADS
from agents.planner.weighing import Understood
from core.insights.query import Flow, Measure, QueryPeriod
from core.periods import Period

UNSAID_DAYS = 30
"""How far is looked ahead where no time is named."""
_PAYMENTS = r"(?:bills?|payments?|debits?|orders?|mandates?|emis?|instal?ments?|premiums?|autopays?|renewals?|charges?)"
_TO_COME = re.compile(
    rf"\b(?:upcoming|up ?coming|coming up) (?:\w+ )?(?:{_PAYMENTS}|subscriptions?|expenses?|dues)\b"
    rf"|\b(?:{_PAYMENTS}|what|anything|dues)(?:'s| is| are)? (?:coming up|upcoming)\b"
    rf"|^(?:which|what|any) {_PAYMENTS} (?:is|are|fall) due$|^what(?:'s| is) due$"
)
"""Says by itself that all is meant that is to come soon."""
_EXPECTED = re.compile(
    r"\b(?:due|upcoming|up ?coming|coming up|renew(?:s|ing)?)\b"
    rf"|\b(?:{_PAYMENTS}|what|anything|money|much) (?:(?:is|are|will be|to be) )?(?:still )?expected\b"
    r"|\b(?:still|yet|left|remain\w*|expected|going|supposed) to "
    r"(?:be (?:paid|debited|charged|deducted|taken|collected)|pay|come(?: out| off)?|go(?: out| off)?|leave)\b"
    r"|\b(?:do|will|must) (?:i|we) (?:still |also )?(?:have|need|got) to pay\b"
    rf"|\b(?:{_PAYMENTS}|what|anything|money|much)(?:'s| is| are| will be| will)? (?:still )?(?:going|go|goes) out\b"
    r"|\bwill (?:be|get) (?:debited|charged|deducted|taken|collected|billed)\b"
    r"|\bwill (?:i|we) (?:be )?(?:pay|paying|owe)\b|\b(?:do|will|must) (?:i|we) (?:still )?owe\b"
    rf"|\b(?:{_PAYMENTS}|what|anything|money|much) will (?:still )?(?:leave|come (?:out|off)|be due)\b"
    rf"|\b{_PAYMENTS} (?:is|are) (?:still )?(?:coming|to come)\b(?! (?:from|back|out of)\b)"
    rf"|\bneed(?:ed)? (?:\w+ )?for (?:my |the |all )*{_PAYMENTS}\b"
)
"""Says so of the days that are named beside it."""
_PAST = re.compile(
    r"\b(?:did|paid|was|were|went|gone|spent|had|already|(?:have|'ve) (?:i|we) (?!still|yet|left|to|got))\b"
)
""" "What fell due this month, and did I pay it": of days that are gone."""
_ONE = re.compile(
    r"\bwhen\b|\b(?:what|which) (?:dates?|day)\b|\bsoonest\b|\bagain\b|\bhow (?:long|many days)\b"
    r"|\bdue (?:first|earliest|date|to)\b"
    rf"|\bnext\b(?! (?:\d|(?:{'|'.join((*NUMBERS, *UNITS, *WEEKDAYS, *MONTHS))}|weekend|fortnight|couple)\b))"
)
"""Asks for the day of one, the next."""
_COUNTS = re.compile(r"\b(?:how many|number of|count of)\b")
_INCOME = re.compile(r"\b(?:income|earn\w*|receiv\w*|credit\w*)\b")
_OWN = re.compile(
    r"dues?|upcoming|com(?:e|ing)|up|renew\w*|expect(?:ed)?|go(?:ing|es)?|out|off|leav(?:e|ing)|fall(?:s|ing)?|autopays?"
    r"|debited|charged|deducted|taken|collected|before|by|until|till|end|next|days?|week|month|within|from|now|rest"
    r"|remain\w*|left|later|today|tomorrow|weekend|must|will|owe|need(?:ed)?|two|three|four|five|six|ten|\d+"
)


def with_dues(one: Understood, today: date) -> Understood:
    """A clause that asks for all that is expected within days to come as one of that; any other as it is."""
    text = one.reading.text
    due = days_ahead(text, today) if _EXPECTED.search(text) else None
    due = due or (_soon(today) if _TO_COME.search(text) else None)
    is_other = _ONE.search(text) or _PAST.search(text) or one.reading.refusal not in (None, "future")
    if due is None or is_other:
        return one
    reading = _without_own_words(one.reading)
    frame = _expected(Clause(reading), due)
    parsed = replace(one.parsed, frame=frame, alone=frame, is_follow_up=False, has_cue=True, unplaced=())
    return Understood(reading, replace(parsed, only_modifies=False))


def _soon(today: date) -> Period:
    return Period(today, today + timedelta(days=UNSAID_DAYS))


def _without_own_words(reading: Reading) -> Reading:
    """Without the words that say that it is to come; "bills" are all that is due, whatever they are for."""
    spoken = [match.span() for match in _EXPECTED.finditer(reading.text)]

    def says_it(mention: Mention[Any]) -> bool:
        is_head = set(reading.text[mention.start : mention.end].split()) <= MERE_HEADS
        return is_head or any(start < mention.end and mention.start < end for start, end in spoken)

    kept = tuple(mention for mention in reading.mentions if mention.kind != "category" or not says_it(mention))
    words = [word for phrase in reading.unknown for word in phrase.split() if not _OWN.fullmatch(word)]
    return replace(reading, mentions=kept, unknown=tuple(filter(reading.names_something, words)), refusal=None)


def _expected(clause: Clause, due: Period) -> Frame:
    said = named(clause)
    comes = (text for text in clause.texts(Cue.MEASURE) if not text.endswith(" in"))  # "coming in the next week"
    is_income = bool(said.values_of("category") & INCOME_CATEGORIES) or any(map(_INCOME.search, comes))
    return Frame(
        topic=Topic.RECURRING, is_next=True, due=QueryPeriod.of(due), objects=said.objects, without=said.without,
        conditions=tuple(f for f in said.conditions if f.values != ("standing_order",)),
        flow=Flow.IN if is_income else Flow.OUT,
        measure=Measure.COUNT if _COUNTS.search(clause.reading.text) else None,
    )  # fmt: skip
