"""Holidays and festivals where a customer lives, so that "around Diwali" finds what was paid then."""

from collections.abc import Iterable
from datetime import date, timedelta
from functools import lru_cache

import holidays
from babel.core import get_global

_NEAR_DAYS = 3
_ANY_YEAR = 2025
_INDIAN_YEARS = range(2001, 2036)
"""For which the library knows India's days that follow the moon; it warns about any other year."""


def festivals_in(time_zone: str, start: date, end: date) -> list[str]:
    """Names of the festivals from `start` (included) to `end` (not included), those with a day off first.

    Empty where the zone belongs to no country whose calendar we have.
    """
    years = range(start.year, (end - timedelta(days=1)).year + 1)
    days = [day for year in years for day in _festivals(get_global("zone_territories").get(time_zone, ""), year)]
    return _once(
        name for _, _, name in sorted((not is_off, day, name) for day, is_off, name in days if start <= day < end)
    )


def festivals_near(time_zone: str, day: date) -> list[str]:
    """Names of the festivals within three days of `day`."""
    return festivals_in(time_zone, day - timedelta(days=_NEAR_DAYS), day + timedelta(days=_NEAR_DAYS + 1))


def festival_names(time_zone: str) -> set[str]:
    """What the festivals are called where a customer lives, in texts as well."""
    country = get_global("zone_territories").get(time_zone, "")
    return {name.split(" (")[0] for _, _, name in _festivals(country, _ANY_YEAR)}


@lru_cache(maxsize=500)
def _festivals(country: str, year: int) -> tuple[tuple[date, bool, str], ...]:
    if country not in holidays.list_supported_countries() or (country == "IN" and year not in _INDIAN_YEARS):
        return ()
    calendar = holidays.country_holidays(country)
    # Named always: left out, the machine's own locale would choose, and the same ledger would give another text.
    language = "en_US" if "en_US" in calendar.supported_languages else calendar.default_language
    found: list[tuple[date, bool, str]] = []
    for category in ("public", "optional"):
        if category in calendar.supported_categories:
            days = holidays.country_holidays(country, years=year, categories=category, language=language)
            found += [(day, category == "public", name) for day in sorted(days) for name in days.get_list(day)]
    return tuple(found)


def _once(names: Iterable[str]) -> list[str]:
    """Each festival once, also where its days have names of their own: `Dussehra (Saptami)`, `Dussehra`."""
    by_base: dict[str, str] = {}
    for name in names:
        by_base.setdefault(name.split(" (")[0], name)
    return list(by_base.values())
