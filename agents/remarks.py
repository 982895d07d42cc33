"""Remarks: what payers wrote beside their payments, told from what banks and rails write there."""

import re
from collections.abc import Iterable, Iterator

from agents.planner.words import normalise

WORDS_MAX = 5
_BETWEEN_PARTS = re.compile(r"[/|:;,]+| - ")
_EDGES = re.compile(r"^[^a-z]+|[^a-z]+$")
_PLAIN = re.compile(r"[a-z']+(?: [a-z']+)*")
_WRITTEN_BY_RAILS = """
    upi pos neft imps rtgs ach nach ecs bil bill atm atw wdl vps mps mmt inf ecom ref txn card debit credit si p2a p2m
    p2p payment transfer sepa zelle venmo paypal lastschrift dauerauftrag gutschrift from to by for the
"""
_OF_RAILS = frozenset(_WRITTEN_BY_RAILS.split())


def remarks_in(described: Iterable[tuple[str, str]]) -> frozenset[str]:
    """The remarks in descriptions, each with its payee beside it, in normalised words."""
    return frozenset(remark for description, payee in described for remark in _remarks(description, payee))


def _remarks(description: str, payee: str) -> Iterator[str]:
    """The parts that are plain words, and neither of a rail nor of who was paid."""
    named = set(normalise(payee).split())
    for part in _BETWEEN_PARTS.split(normalise(description)):
        plain = _EDGES.sub("", part)
        said = plain.split() if _PLAIN.fullmatch(plain) else []
        if 0 < len(said) <= WORDS_MAX and not named.intersection(said) and not _OF_RAILS.issuperset(said):
            yield plain
