"""Amounts as people type them."""

from decimal import InvalidOperation

from core.money import Money
from webapp.states.person import Unreadable


def minor_units(text: str, currency: str) -> int:
    """Raises Unreadable for what is no amount."""
    try:
        return Money.parse(text.replace(",", ""), currency).amount_minor
    except (ValueError, InvalidOperation):
        raise Unreadable(f"“{text}” is not an amount. Write it like 1,250.50.") from None
