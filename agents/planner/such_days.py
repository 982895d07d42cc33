"""Such days: "an average Saturday" and "per weekend" in words that the tables know."""

import re

_TYPICAL = r"(?:average|avg|typical|usual|normal|regular|ordinary|mean)"
_SUCH = (
    r"(?:(?P<weekend>week ?end)(?! days?\b)s?|(?P<day>week ?end day|week ?day|working day|work ?day"
    r"|(?:mon|tues|wednes|thurs|fri|satur|sun)day)s?)\b"
)
_SPENDING = r"(?P<what>(?:spen(?:d|ding|t)|expenses?|expenditure|outgo|outlay|cost)s?)"
_SINGLE = r"(?:bills?|checks?|orders?|meals?|payments?|transactions?|visits?|purchases?|rides?|tickets?)\b"
"""A payment of such a day, and not the day: "my average weekend bill"."""
_ONE = r"(?:an?|my|our|the|one|each|every)"
_ON = r"(?:on|over|in|during|for|at|of|per|by)"
_TYPICAL_DAY = tuple(
    re.compile(pattern)
    for pattern in (
        rf"\b(?:{_ON} )?{_ONE} (?:single )?{_TYPICAL} {_SUCH}(?! {_SPENDING})(?! {_SINGLE})",
        rf"\b(?:per|for each|for every) {_SUCH}",
        rf"\b(?:{_ONE} )?{_TYPICAL} {_SUCH} (?:\w+ )?{_SPENDING}",
        rf"\b(?:{_ONE} )?{_TYPICAL} {_SPENDING} {_ON} (?:{_ONE} )?{_SUCH}",
    )
)


_WEEKEND_DAYS = re.compile(r"\bweek ?end days\b")
_WHICH_WEEKEND = re.compile(r"\b(?P<which>which|what|each|every|by) weekends?\b(?! (?:spen|day))")


def with_such_days(text: str) -> str:
    """ "On an average Saturday" as "per day on saturdays", "average weekend spend" as "spend per week on weekends",
    "which weekend" as "which week on weekends"."""
    text = _WHICH_WEEKEND.sub(r"\g<which> week on weekends", text)
    for pattern in _TYPICAL_DAY:
        text = pattern.sub(_per_such_day, text)
    return _WEEKEND_DAYS.sub("weekends", text)


def _per_such_day(said: re.Match[str]) -> str:
    found = said.groupdict()
    what = f"{found['what']} " if found.get("what") else ""
    if found["weekend"]:
        return f"{what}per week on weekends"
    day = re.sub(r"^week ?end day$", "weekend", found["day"])
    return f"{what}per day on {day.replace('week day', 'weekday')}s"
