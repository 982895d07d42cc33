"""Names that calendars have in questions: months, weekdays, units, small numbers and festivals."""

from datetime import date, timedelta
from functools import lru_cache

import holidays

from core.periods import Unit

MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan", "february feb", "march mar", "april apr", "may", "june jun", "july jul",
            "august aug", "september sept sep", "october oct", "november nov", "december dec",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip

WEEKDAYS = {
    name: number
    for number, names in enumerate(
        ("monday mon", "tuesday tues tue", "wednesday weds wed", "thursday thurs thur thu", "friday fri",
         "saturday sat", "sunday sun")
    )
    for name in names.split()
}  # fmt: skip

UNITS = {
    name: unit
    for unit, names in {
        Unit.DAY: "day days",
        Unit.WEEK: "week weeks wk wks",
        Unit.MONTH: "month months mth mths",
        Unit.QUARTER: "quarter quarters qtr qtrs",
        Unit.YEAR: "year years yr yrs",
        Unit.FISCAL_YEAR: "fy",
    }.items()
    for name in names.split()
}

NUMBERS = {
    **{word: n for n, word in enumerate("one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen".split(), start=1)},
    "a": 1, "an": 1, "couple of": 2, "a couple of": 2, "few": 3, "a few": 3, "half a dozen": 6, "dozen": 12,
    "twenty": 20, "thirty": 30, "sixty": 60, "ninety": 90, "hundred": 100, "a hundred": 100,
}  # fmt: skip

ORDINALS = {
    "first": 1,
    "1st": 1,
    "second": 2,
    "2nd": 2,
    "third": 3,
    "3rd": 3,
    "fourth": 4,
    "4th": 4,
    "fifth": 5,
    "5th": 5,
}

# What people say -> how the calendar of holidays begins its entry.
FESTIVALS = {
    "diwali": "Diwali", "deepavali": "Diwali", "deepawali": "Diwali", "holi": "Holi", "dussehra": "Dussehra",
    "dasara": "Dussehra", "pongal": "Pongal", "onam": "Onam", "raksha bandhan": "Raksha Bandhan",
    "rakhi": "Raksha Bandhan", "ganesh chaturthi": "Ganesh Chaturthi", "janmashtami": "Janmashtami",
    "eid": "Eid al-Fitr", "eid al-fitr": "Eid al-Fitr", "bakrid": "Eid al-Adha", "ugadi": "Ugadi",
    "baisakhi": "Vaisakhi", "vaisakhi": "Vaisakhi", "karwa chauth": "Karaka Chaturthi",
    "bhai dooj": "Bhai Duj", "shivratri": "Maha Shivaratri", "maha shivratri": "Maha Shivaratri",
    "makar sankranti": "Makar Sankranti", "republic day": "Republic Day", "independence day": "Independence Day",
    "gandhi jayanti": "Mahatma Gandhi", "good friday": "Good Friday", "easter": "Easter",
    "christmas eve": "Christmas Eve", "christmas": "Christmas", "xmas": "Christmas",
    "boxing day": "Boxing Day", "new year's eve": "New Year's Eve", "new years eve": "New Year's Eve",
    "thanksgiving": "Thanksgiving", "thanksgiving day": "Thanksgiving", "black friday": "Black Friday",
    "cyber monday": "Cyber Monday", "labor day": "Labor Day", "memorial day": "Memorial Day", "halloween": "Halloween",
    "valentine's day": "Valentine's Day", "valentines day": "Valentine's Day", "valentine's": "Valentine's Day",
    "st patrick's day": "St Patrick's Day", "mother's day": "Mother's Day", "mothers day": "Mother's Day",
    "father's day": "Father's Day", "fathers day": "Father's Day", "presidents day": "Presidents' Day",
    "presidents' day": "Presidents' Day", "mlk day": "Martin Luther King Day", "juneteenth": "Juneteenth",
    "new year's day": "New Year", "new years": "New Year", "new year": "New Year", "new year's": "New Year",
}  # fmt: skip

_FIXED = {
    "Republic Day": (1, 26), "Independence Day": (8, 15), "Mahatma Gandhi": (10, 2),
    "Christmas": (12, 25), "Christmas Eve": (12, 24), "New Year": (1, 1),
    "Boxing Day": (12, 26), "New Year's Eve": (12, 31), "Halloween": (10, 31), "Valentine's Day": (2, 14),
    "St Patrick's Day": (3, 17), "Juneteenth": (6, 19),
}  # fmt: skip

_MOVABLE = {
    "Thanksgiving": (11, 3, 4, 0), "Black Friday": (11, 3, 4, 1), "Cyber Monday": (11, 3, 4, 4),
    "Labor Day": (9, 0, 1, 0), "Memorial Day": (6, 0, 1, -7), "Presidents' Day": (2, 0, 3, 0),
    "Martin Luther King Day": (1, 0, 3, 0), "Mother's Day": (5, 6, 2, 0), "Father's Day": (6, 6, 3, 0),
}  # fmt: skip
"""American days by their month, the weekday of it that is counted (0 is Monday), its number, and the days after it:
Black Friday is the day after the fourth Thursday of November, Memorial Day a week before the first Monday of June."""


def festival(word: str, year: int) -> date | None:
    """The day a festival fell on, or None where the calendar does not know that year."""
    name = FESTIVALS[word]
    if name in _FIXED:
        return date(year, *_FIXED[name])
    if name in _MOVABLE:
        return _counted_off(year, *_MOVABLE[name])
    if name == "Easter":
        return _easter(year)
    exact = (day for day, title in _holidays(year) if title == name)
    like = (day for day, title in _holidays(year) if title.startswith(name))
    return next(exact, None) or next(like, None)


def _counted_off(year: int, month: int, weekday: int, number: int, days_after: int) -> date:
    first = date(year, month, 1)
    days = (weekday - first.weekday()) % 7 + 7 * (number - 1) + days_after
    return first + timedelta(days=days)


@lru_cache(maxsize=64)
def _holidays(year: int) -> list[tuple[date, str]]:
    if not 2001 <= year <= 2035:  # what the calendar knows; it warns outside
        return []
    known = holidays.country_holidays("IN", years=year, categories=("public", "optional"))
    return [(day, title) for day, titles in sorted(known.items()) for title in titles.split("; ")]


def _easter(year: int) -> date:
    # The anonymous Gregorian computus (Meeus, Astronomical Algorithms, chapter 8).
    a, (b, c) = year % 19, divmod(year, 100)
    d, e = divmod(b, 4)
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    moon = (32 + 2 * e + 2 * i - h - k) % 7
    m = (a + 11 * h + 22 * moon) // 451
    march_days = h + moon - 7 * m + 114
    return date(year, march_days // 31, march_days % 31 + 1)


def weekend_of(day: date) -> tuple[date, date]:
    """Saturday of the week that holds `day`, and the Monday after."""
    monday = day - timedelta(days=day.weekday())
    return monday + timedelta(days=5), monday + timedelta(days=7)
