"""How summaries are worded: exact amounts, cut names, and as many sentences as fit."""

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from functools import lru_cache

from core.categories import BY_SLUG
from core.money import Currency, Money
from rag.category_words import CATEGORY_WORDS

WORDS_MAX = 80
"""Longest text. Embedding costs by the word, and a longer text says less about each of its parts."""

GIST_WORDS_MAX = 40
"""Longest gist: two thirds of the time that embeds a summary go by its words."""

UNCATEGORISED = "uncategorised"

_KEYWORDS_MAX = 15
_NAME_WORDS = 6
_DESCRIPTION_WORDS = 12
_WORD_CHARACTERS = 40
_SEPARATORS = re.compile(r"[\s\"'“”.,;:!?/|\\()\[\]{}<>&+*=#@_-]+")

# Words that stand in descriptions everywhere and so tell no two payments apart.
_NOISE = frozenset(
    {"and", "for", "from", "the", "with", "paid", "payment", "ref", "refund", "transfer", "txn"}
    | {"upi", "imps", "neft", "rtgs", "nach", "ach", "pos"}
)


def text_of(sentences: Iterable[str], *, described: Iterable[str] = (), words_max: int = WORDS_MAX) -> str:
    """The sentences, less empty ones and those that no longer fit, then words of `described` that are not yet in it."""
    text = ""
    for sentence in filter(None, sentences):
        if _count(text) + _count(sentence) <= words_max:
            text = f"{text} {sentence}".strip()
    room = min(_KEYWORDS_MAX, words_max - _count(text) - 1)
    return f"{text} {listed('Also', _keywords(text, described)[: max(room, 0)])}".strip()


def gist_of(sentences: Iterable[str], *, described: Iterable[str] = ()) -> str:
    """As `text_of`, shorter."""
    return text_of(sentences, described=described, words_max=GIST_WORDS_MAX)


def listed(label: str, parts: Sequence[str]) -> str:
    """`Festivals: Holi, Eid al-Fitr.`, or nothing where there are none."""
    return f"{label}: {', '.join(parts)}." if parts else ""


def amount(minor: int, currency: Currency) -> str:
    """`1250 INR`, `1250.50 INR`: exact, in the digits that somebody would type to search for it."""
    return f"{plain(minor, currency)} {currency}"


def plain(minor: int, currency: Currency) -> str:
    whole, _, cents = Money(minor, currency).amount.partition(".")
    return f"{whole}.{cents}" if cents.strip("0") else whole


def count(payments: int) -> str:
    return "1 payment" if payments == 1 else f"{payments} payments"


def day(at: date | datetime) -> str:
    return f"{at.day} {at:%B %Y}"


def moment(at: datetime) -> str:
    """`Saturday 7 March 2026 at 14:05`; midnight is what statements say that know no time of day."""
    clock = "" if at.time() == time() else f" at {at:%H:%M}"
    return f"{at:%A} {day(at)}{clock}"


def name(given: str) -> str:
    return _cut(given, _NAME_WORDS) or "somebody"


def category(slug: str) -> str:
    return BY_SLUG[slug].name if slug in BY_SLUG else name(slug)


def kind_of(slug: str) -> str:
    """The category, and what else people call what is bought there; nothing where it is unknown."""
    words = f": {CATEGORY_WORDS[slug]}" if slug in CATEGORY_WORDS else ""
    return "" if slug == UNCATEGORISED else f" ({category(slug)}{words})"


def total(verb: str, minor: int, payments: int, currency: Currency) -> str:
    """`Paid 1250 INR in 2 payments.`, or nothing."""
    return f"{verb} {amount(minor, currency)} in {count(payments)}." if payments else ""


def ranking(label: str, amounts: Sequence[tuple[str, int]], currency: Currency) -> str:
    """`Most went on Rent 30000, Groceries 12840 INR.`, or nothing."""
    ranked = ", ".join(f"{key} {plain(minor, currency)}" for key, minor in amounts)
    return f"{label} {ranked} {currency}." if ranked else ""


def quoted(description: str) -> str:
    """The description as one line in quotes that it cannot close, or nothing where it is empty."""
    inside = _cut(re.sub(r"[“”]", '"', description), _DESCRIPTION_WORDS)
    return f"“{inside}”" if inside else ""


def note(description: str) -> str:
    """What a description says in words, less those that payment systems put there: `Used furniture`, or nothing."""
    words = [word for word in _words(description) if word not in _NOISE]
    return " ".join(words[:_DESCRIPTION_WORDS]).capitalize()


def _cut(text: str, words: int) -> str:
    return " ".join(word[:_WORD_CHARACTERS] for word in text.split()[:words])


def _keywords(text: str, described: Iterable[str]) -> list[str]:
    found = dict.fromkeys(word for description in described for word in _words(description))
    known = {*_NOISE, *_words(text)} if found else _NOISE
    return [word for word in found if word not in known]


@lru_cache(maxsize=10_000)
def _words(text: str) -> tuple[str, ...]:
    """Descriptions come again and again."""
    pieces = (piece[:_WORD_CHARACTERS] for piece in _SEPARATORS.split(text.casefold()))
    return tuple(piece for piece in pieces if len(piece) > 2 and not any(map(str.isdigit, piece)))


def _count(text: str) -> int:
    return len(text.split())
