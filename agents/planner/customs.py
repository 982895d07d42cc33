"""Customs: what dates and words mean in the country whose money somebody pays in."""

import re

from core.money import Currency

_MONTH_FIRST = frozenset({"USD"})

_NO_FUEL_WORDS = ("cooking", "natural", "electric and", "electricity and", "power and", "water and")
_NO_FUEL_BEFORE = "".join(f"(?<!{word} )" for word in _NO_FUEL_WORDS)
_NO_FUEL_BEHIND = (
    r"(?! (?:stations?|money|bills?|compan(?:y|ies)|utilit(?:y|ies)|meters?|cylinders?|service|heating|leak)\b"
    r"|,? ?(?:and |or |/ ?)?(?:electric\w*|power|water|heat\w*)\b)"
)
_SPOKEN: dict[Currency, tuple[tuple[re.Pattern[str], str], ...]] = {
    "USD": (
        (re.compile(rf"\b{_NO_FUEL_BEFORE}gas{_NO_FUEL_BEHIND}(?![\w&])"), "fuel"),
        (re.compile(r"\bindependence day\b"), "july 4"),
    )
}


def is_month_first(currency: Currency) -> bool:
    """Whether "11/05/2026" is the fifth of November where people pay in this money."""
    return currency in _MONTH_FIRST


def understood_abroad(text: str, currency: Currency) -> str:
    """A normalised text with words that mean something of their own where people pay in this money put as they are
    known elsewhere: the gas of an American car is fuel, that of the "gas bill" is not."""
    for pattern, replacement in _SPOKEN.get(currency, ()):
        text = pattern.sub(replacement, text)
    return text
