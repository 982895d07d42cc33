"""Seasons: "the laptop I bought in spring 2026" means three months of that year, "a gift before Diwali" one of any."""

import re
from calendar import month_name
from datetime import date

from core.periods import Period, Unit, add_months
from rag.festivals import festival_names

SEASON = re.compile(r"\b(spring|summer|autumn|fall|monsoon)\b", re.IGNORECASE)
"""Those that lie within one year: whoever says winter means the end of one or the beginning of another."""

# May and March are words of their own, and April and June are people.
_MONTH = re.compile(
    rf"(?:\b(?:in|of|during|around|early|late|mid|last|since) |, )({'|'.join(month_name[1:])})\b", re.IGNORECASE
)
_MONTHS = {"spring": (3, 3), "summer": (6, 3), "monsoon": (6, 4), "autumn": (9, 3), "fall": (9, 3)}


def season_of(period: Period, question: str) -> Period:
    """The season that the question names in its year; the period itself where it names none, or not a whole year."""
    named = SEASON.search(question)
    if named is None or period.unit is not Unit.YEAR:
        return period
    first, months = _MONTHS[named[1].lower()]
    start = date(period.start.year, first, 1)
    return Period(start, add_months(start, months))


def times_named(question: str, time_zone: str) -> list[str]:
    """Months and festivals that the question names, as texts call them."""
    said = question.casefold()
    festivals = (
        name for name in sorted(festival_names(time_zone)) if re.search(rf"\b{re.escape(name.casefold())}\b", said)
    )
    return [*festivals, *_MONTH.findall(question)]
