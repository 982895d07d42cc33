"""Figures, days and names as people read them."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from core.categories import BY_SLUG
from core.money import Money


def money(amount_minor: int | None, currency: str | None) -> str:
    if amount_minor is None or currency is None:
        return "–"
    return Money(amount_minor, currency).display()


def signed_money(amount_minor: int, currency: str) -> str:
    """With a plus where money came in, so that the direction does not hang on a colour."""
    return ("+" if amount_minor > 0 else "") + money(amount_minor, currency)


def day(iso: str) -> str:
    found = date.fromisoformat(iso[:10])
    return f"{found.day} {found:%b %Y}"


def moment(iso: str, time_zone: str) -> str:
    """`3 Oct 2026, 18:04`, on the clock of `time_zone`."""
    at = datetime.fromisoformat(iso).astimezone(ZoneInfo(time_zone))
    return f"{at.day} {at:%b %Y, %H:%M}"


def category(slug: str | None) -> str:
    known = BY_SLUG.get(slug or "")
    return known.name if known else (slug or "").replace("_", " ").capitalize()


def heading(name: str) -> str:
    """`spend_before` as the head of a column: `Spend before`."""
    return name.removesuffix("_minor").replace("_", " ").capitalize()


def first_instant(day: str, time_zone: str) -> str:
    """When a day (ISO) begins on the clock of `time_zone`."""
    return datetime.combine(date.fromisoformat(day), time(), ZoneInfo(time_zone)).isoformat()


def last_instant(day: str, time_zone: str) -> str:
    return datetime.combine(date.fromisoformat(day), time.max, ZoneInfo(time_zone)).isoformat()
