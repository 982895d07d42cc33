"""Grounding: every number of an answer is a cell of what was found, or a declared operation on such cells."""

import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from agents.answer import Figure
from agents.draft import Draft
from agents.evidence import Evidence, SourceUnknown, whole
from agents.known import Known, known
from agents.run import Findings


def unfounded(draft: Draft, findings: Findings) -> list[str]:
    """What in the draft stands on nothing: labels of figures that their source does not come to, numbers of the text
    that are no such figure. Empty for a grounded answer."""
    wrong = [figure.label for figure in draft.figures if not _holds(figure, findings.evidence)]
    return wrong + list(_loose_numbers(draft.text, known(list(draft.figures), findings)))


def _holds(figure: Figure, evidence: Evidence) -> bool:
    """Whether the source comes to the value, worked out afresh."""
    try:
        value = evidence.value_of(figure.source)
    except SourceUnknown:
        return False
    match figure.unit:
        case "money":
            return whole(value) == figure.value_minor and evidence.currency_of(figure.source) == figure.currency
        case "count" | "days":
            return abs(Decimal(str(figure.value)) - Decimal(value)) <= Decimal("0.005")
        case "percent":
            return abs(Decimal(str(figure.value)) - Decimal(value)) <= Decimal("0.0001")
        case "date":
            return str(value)[:10] == figure.value
        case "text":
            return figure.value is not None


_SCALES = {
    "k": 3,
    "thousand": 3,
    "lakh": 5,
    "lakhs": 5,
    "lac": 5,
    "million": 6,
    "m": 6,
    "crore": 7,
    "crores": 7,
    "cr": 7,
}
_NUMBER = re.compile(
    r"(?P<sign>[₹$€£¥]|\b[A-Z]{3}|\bRs\.?)?\s?(?P<number>\d[\d,\u00a0\u202f]*(?:\.\d+)?)"
    r"\s?(?P<scale>k|thousand|lakhs?|lac|crores?|cr|million|m)?(?P<percent>\s?%)?(?!\w)"
)


def _loose_numbers(text: str, known: Known) -> Iterator[str]:
    """Numbers that are neither part of a known word nor a known number, as exactly as they are written."""
    for match in _NUMBER.finditer(_without(known.words, text)):
        number, step = _said(match)
        if not any(abs(value - number) <= step / 2 for value in _pool(match, known)):
            yield match.group().strip()


def _pool(match: re.Match[str], known: Known) -> set[Decimal]:
    """What the number may be: an amount after a sign of money, a share before a percent sign, else money or a count."""
    if match["percent"]:
        return known.percents
    return known.money if match["sign"] or match["scale"] else known.money | known.counts


def _said(match: re.Match[str]) -> tuple[Decimal, Decimal]:
    """The number, and the step of its last digit: 1.2 lakh is 120,000 give or take half of 10,000."""
    plain = re.sub(r"[,\u00a0\u202f]", "", match["number"])
    scale = _SCALES.get(match["scale"] or "", 0)
    digits = len(plain.partition(".")[2])
    return Decimal(plain).scaleb(scale), Decimal(1).scaleb(scale - digits)


def _without(words: set[str], text: str) -> str:
    """The text without the known words that hold digits, the longest first; a number is never cut in two."""
    present = [word for word in words if word in text and any(map(str.isdigit, word))]
    for word in sorted(present, key=len, reverse=True):
        text = re.sub(rf"(?<![\d.,]){re.escape(word)}(?!\d|[.,]\d)", " ", text)
    return text


def unfounded_words(text: str, draft: Draft, findings: Findings) -> list[str]:
    """What a model's `text` says that the draft it was given does not."""
    return unfounded(replace(draft, text=text), findings)
