"""Compound nouns: "cab fares" are cabs, "Airtel bill" is Airtel, "health insurance" is neither health nor insurance."""

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from typing import Any

from agents.planner.categories import NARROWER
from agents.planner.mentions import Mention

_HEADS = """
    bill bills fare fares fee fees charge charges ticket tickets ride rides trip trips journey journeys travel
    shopping subscription subscriptions membership memberships service services item items stuff goods product
    products category dues invoice invoices instalment instalments installment installments premium premiums
    recharge recharges usage
    basket baskets haul hauls thing things run runs visit purpose purposes
"""
HEADS = frozenset(_HEADS.split())
"""Nouns that say nothing more behind a category or a payee."""

_PLAIN_HEADS = "bills?|fares?|fees?|charges?|costs?|invoices?|dues|tickets?"
_OF = re.compile(rf"(?<![\w&-])(?:{_PLAIN_HEADS}) (?:for|from|of|at|to|on|by)(?: (?:my|the|a|an|our))? $")
_NEXT_WORD = re.compile(r" ([a-z]+)(?![\w'&])")

_OBJECTS = ("category", "name")


def compounded(text: str, mentions: list[Mention[Any]]) -> list[Mention[Any]]:
    """`mentions` with every compound of a category or a payee and a plain noun as one mention of the former.

    Two different categories side by side name something narrower than either: both are given up, and their words are
    left to be asked about.
    """
    held = {m.start: m for m in mentions}
    grown = [_grown(text, m, held) for m in mentions]
    grown = [m for m in grown if not any(_is_within(m, other) for other in grown)]
    grown = [m for m in grown if m.kind != "category" or text[m.start : m.end] not in NARROWER]
    narrower = {id(m) for pair in _clashes(text, grown) for m in pair}
    return [m for m in grown if id(m) not in narrower]


def _grown(text: str, mention: Mention[Any], held: dict[int, Mention[Any]]) -> Mention[Any]:
    if mention.kind not in _OBJECTS or (mention.kind == "category" and len(mention.value) > 1):
        return mention
    start, end = mention.start, mention.end
    while (match := _NEXT_WORD.match(text, end)) and match[1] in HEADS:
        head = held.get(match.start(1))
        if head is not None and head.kind != "category" and head.end != match.end():
            break  # the beginning of something else: "item-wise"
        end = max(match.end(), head.end if head else 0)
    if before := _OF.search(text[:start]):
        head = held.get(before.start())
        start = before.start() if head is None or head.kind == "category" else start
    return replace(mention, start=start, end=end)


def without_head(phrase: str) -> str:
    """ "Broadband" of "broadband bill"."""
    words = phrase.split()
    return " ".join(words[:-1] if len(words) > 1 and words[-1] in HEADS else words)


def _is_within(mention: Mention[Any], other: Mention[Any]) -> bool:
    return other.start <= mention.start and mention.end <= other.end and mention.length < other.length


def _clashes(text: str, mentions: list[Mention[Any]]) -> Iterator[tuple[Mention[Any], Mention[Any]]]:
    for one, other in pairwise(mentions):
        if other.kind != "category" or text[one.end : other.start] != " ":
            continue
        pays_a_bill = one.kind == "channel" and text[other.start : other.end].split()[0] in HEADS
        differs = one.kind == "category" and not set(one.value) & set(other.value)
        if pays_a_bill or differs:
            yield one, other
