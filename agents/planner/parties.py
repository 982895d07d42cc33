"""Parties: whom "her", "them" and "that shop" stand for. Where it is nobody known, it has to be asked back."""

import re
from dataclasses import replace
from itertools import pairwise

from agents.plan import Operation
from agents.planner.frame import Frame, Topic
from agents.planner.lexicon import Cue
from agents.planner.memory import Memory
from agents.planner.parse import Parsed
from agents.planner.reading import Reading
from agents.scope import Scope
from core.insights.query import Filter, Flow, Measure, Operator

_SOMEBODY = (
    r"shop|place|establishment|outlet|business|person|merchant|payee|guy|man|woman|lady|fellow|chap|store|restaurant"
    r"|pump|hotel|salon|firm|company|vendor|seller|customer|client"
)
_DEALS = (
    r"sen[dt]|pa(?:y|id)|charged?|gave|give|giv(?:en|ing)|took|taken?|g[eo]t|receive[ds]?|bill(?:ed)?|earn(?:ed)?"
    r"|refund(?:ed)?|owed?|transfer(?:red)?|return(?:ed)?"
)
_KIN = (
    r"mother|mom|mum|mummy|father|dad|papa|wife|husband|son|daughter|brother|sister|uncle|aunty?|cousin|nephew|niece"
    r"|grand(?:mother|father|son|daughter)|friend|boss|landlady|neighbour|roommate|flatmate|girlfriend|boyfriend"
)
_PARTY = re.compile(
    r"\b(?P<he>he|she|him)\b"
    rf"|\b(?P<that>(?:that|this|same) (?:same )?(?:{_SOMEBODY}))\b"
    r"|\b(?:to|from|with|at|pay|paid|paying|sent|send|sending|gave|give|given|owe|owed)"
    r" (?P<them>them|her|these people)\b"
    rf"|\b(?:{_DEALS}|sending)(?: (?:money|cash))?(?: (?:to|from))? (?P<kin>(?:my|our) (?:{_KIN}))\b"
    rf"|\b(?:did|has|have|had) (?P<kin_does>(?:my|our) (?:{_KIN})) (?:ever )?(?:{_DEALS})\b"
    rf"|\b(?P<they>they) (?:have |had |did |ever |also )*(?:{_DEALS})\b"
    rf"|\b(?:did|have|has|do|had) (?P<do_they>they) (?:ever |also )*(?:{_DEALS})\b"
    r"|\b(?P<her>his|her) (?=\w)|\b(?P<his>his|hers|theirs)$"
    r"|\b(?:from|to|with|by) (?P<one>(?:that|this) one)\b"
    r"|\b(?:spen[dt]|paid|pay|bought|been|went|go|gone|shopped) (?P<there>there)\b"
    r"|\b(?P<one_does>(?:that|this) one) (?:took|takes|taken|charged?|charges|costs?|got|gets|received)\b"
    r"|\b(?P<their>their) (?=(?:alerts?|accounts?|balance|bills?|payments?|transfers?)\b)"
)
_PERSONS = frozenset({"he", "she", "him", "his", "her", "hers"})
_ASKED = (None, Topic.REFUNDS, Topic.ALERTS, Topic.DUPLICATES)


def party_said(text: str) -> str | None:
    """The words for somebody who was spoken of before; None where there are none: "the sum of them" is of payments."""
    said = _PARTY.search(text)
    return next((word for word in said.groups() if word), None) if said else None


def held(winner: Filter | None, scope: Scope) -> Filter | None:
    """Who came first, as a condition that alerts know too: a customer by his accounts."""
    if winner is None or winner.field != "customer":
        return winner
    ids = tuple(str(one.account_id) for one in scope.accounts if one.holder in winner.values)
    return Filter(field="account", operator=Operator.IN, values=ids) if ids else None


_COUNTS_THAT = re.compile(
    r"\bhow many (?:payments|transactions|times|purchases|orders|bills|visits)(?: \w+)?"
    r" (?:was|is|were|are|did) (?:that|it|this|they|those|these)\b"
)


_ADDS_THAT_UP = re.compile(
    r"\b(?:do|does|did) (?:they|those|these|it|that)(?: all)? (?:add up|come|amount) to\b"
    r"|\bhow much(?: money)? (?:is|was|are|were|does) (?:that|it|they|those)\b"
)


def _is_of_first(last: Frame, text: str) -> bool:
    """ "How many payments was that?", of whoever came first; "what do they add up to?", of the one with most alerts."""
    of_alerts = last.is_of_alerted and last.measure is Measure.COUNT and (last.limit or 1) == 1
    return bool(_COUNTS_THAT.search(text)) or (of_alerts and bool(_ADDS_THAT_UP.search(text)))


def with_party(reading: Reading, parsed: Parsed, memory: Memory) -> Parsed:
    """A clause with whom it speaks of, where that is the answer of the last question: "how often did I pay them?",
    after "whom was that to?"."""
    frame, last, winner = parsed.frame, memory.frame, memory.winner
    names_one = frame.values_of("counterparty") or (last is not None and last.values_of("counterparty"))
    of_first = last is not None and last.ask is Operation.RANK and _is_of_first(last, reading.text)
    points = of_first or party_said(reading.text)
    if winner is None or names_one or frame.topic not in _ASKED or not points:
        return parsed
    if winner.field == "account":
        sends = {"flow": Flow.OUT, "measure": Measure.SPEND} if frame.measure is Measure.INCOME else {}
        return _under(parsed, frame.with_changes(conditions=(*frame.conditions, winner), **sends))
    return _under(parsed, frame.with_changes(objects=(winner,))) if not frame.objects else parsed


def _under(parsed: Parsed, frame: Frame) -> Parsed:
    return replace(parsed, frame=frame, alone=frame, is_follow_up=True)


def nobody_known(reading: Reading, frame: Frame) -> str | None:
    """The words for somebody of whom a question in full still does not say who it is. To a bank a category is nobody:
    "how much did she spend on food?"; in the reason of an alert anybody is meant."""
    if reading.of("reason"):
        return None
    said = party_said(reading.text) if frame.topic in _ASKED and frame.ask is not Operation.TO_NEW else None
    if frame.topic is Topic.DUPLICATES and said and said.startswith("same "):
        return None  # "twice by the same shop" is any
    names = frame.values_of("counterparty") or any(f.field == "account" for f in frame.conditions)
    things = () if said in _PERSONS and reading.is_of_many else (*frame.objects, *frame.without)
    return None if names or things else said


_BETWEEN = re.compile(r"\bbetween$")
_PAYS = re.compile(r" ?(?:->|=>|\u2192|to|towards) ?")


def two_parties(reading: Reading) -> str | None:
    """A question back where a bank's analyst names two payees as the two sides of payments: none of them is known to
    pay, and what went to both together would be told for what went from one to the other."""
    for one, other in pairwise(reading.of("name")) if reading.is_of_many and not reading.has(Cue.COMPARE) else ():
        link = reading.text[one.end : other.start]
        if link == " and " and _BETWEEN.search(reading.text[: one.start].rstrip()):
            return "I tell what went one way at a time. From whom to whom do you mean?"
        if _PAYS.fullmatch(link):
            return f"{one.value.names[0]} has no account here to pay from. Whose payments do you mean?"
    return None
