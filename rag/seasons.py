"""Seasons: "the laptop I bought in spring 2026" means three months of that year."""

import re
from datetime import date

from core.periods import Period, Unit, add_months

SEASON = re.compile(r"\b(spring|summer|autumn|fall|monsoon)\b", re.IGNORECASE)
"""Those that lie within one year: whoever says winter means the end of one or the beginning of another."""

_MONTHS = {"spring": (3, 3), "summer": (6, 3), "monsoon": (6, 4), "autumn": (9, 3), "fall": (9, 3)}


def season_of(period: Period, question: str) -> Period:
    """The season that the question names in its year; the period itself where it names none, or not a whole year."""
    named = SEASON.search(question)
    if named is None or period.unit is not Unit.YEAR:
        return period
    first, months = _MONTHS[named[1].lower()]
    start = date(period.start.year, first, 1)
    return Period(start, add_months(start, months))
