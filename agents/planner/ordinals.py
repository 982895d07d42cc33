"""Ordinals: "the second biggest" is the biggest, and its place, 2; "the last but one" the last. What ranks is read
without the place."""

import re

_PLACES = {
    "second": 2, "2nd": 2, "third": 3, "3rd": 3, "fourth": 4, "4th": 4, "fifth": 5, "5th": 5,
}  # fmt: skip
_PLACE = "|".join(_PLACES)
_SUPERLATIVE = (
    r"most|biggest|largest|highest|costliest|dearest|priciest|heaviest|top|greatest|maximum|busiest|lowest|smallest"
    r"|cheapest|least|tiniest|lightest"
)
_BEFORE_SUPERLATIVE = re.compile(rf"\b(?P<place>{_PLACE})[ -](?=(?:{_SUPERLATIVE})\b)")
_CAME = re.compile(
    rf"\b(?:came|comes|come|is|was|ranks?|ranked|stood|stands|finished|sits?)(?: in| at)?(?: the)? "
    rf"(?P<place>{_PLACE})(?: place| spot| position)?(?=$|[,.?!]| (?:in|on|by|for|last|this)\b)"
)
_RANKED = "payees?|merchants?|shops?|stores?|places?|people|person|category|categories|expenses?|vendors?|suppliers?"
_BEFORE_LAST = re.compile(rf"\b(?P<place>{_PLACE})[ -](?:to[ -]|most[ -])?(?=(?:last|latest|recent)\b)")
_LAST_BUT = re.compile(r"\b(?:last|latest) but (?P<less>one|two|three)\b|\bpenultimate\b")
_LESS = {"one": 2, "two": 3, "three": 4, None: 2}
_TIME = re.compile(rf"\b(?:for )?the (?P<place>{_PLACE}) (?=(?:ever )?(?:time|payment|transaction|visit|transfer)\b)")

_NUMBERED = re.compile(rf"(?:#|\bno\.? ?|\bnumber |\bnum )(?P<place>[2-5])\b(?= (?:\w+ )?(?:{_RANKED})\b)")
_OF_EACH = re.compile(r"\bof (?:the )?(?:first|former|second|latter|1st|2nd)\b")
""" "What percent of the first is the second": of two that were asked about, and no place."""
_SHOWN = r"one|place|spot|position|payment|transaction|item|entry|shop|payee|merchant|category"
_OF_SHOWN = r"(?:on|in|of|from) (?:that|the|this|these|those|them|your)(?: (?:list|lot|ones?|payments))?"
_NAMED = re.compile(
    rf"^(?:(?:and|so|then) )*(?P<bare>{_PLACE})(?: (?:{_SHOWN}))?(?: (?:is|was))?$"
    rf"|(?<!\bon )(?<!\btill )(?<!\bto )(?<!\bof )(?<!\bfrom )(?<!\bsince )(?<!\bby )"
    rf"\b(?:the|that|number|no) (?P<place>{_PLACE})(?: (?:{_SHOWN}))?"
    rf"(?= (?:{_OF_SHOWN}|is|was|to|for|about|worth|paid)\b|$|,)"
    rf"|\b(?P<one>{_PLACE}) (?:ones?|{_OF_SHOWN})\b"
)
_NEXT = re.compile(
    r"^(?:(?:and|so|ok|then|the) )*next(?: (?:one|highest|biggest|largest))?$"
    r"|^(?:(?:and|so|ok|then) )*(?:(?:who|what|which)(?: \w+)? (?:is|was|comes|came) )?(?:just |right )?"
    r"(?:after|behind|below) (?:that|this|them|him|her|it)(?: one)?$"
    r"|(?:\b(?:after|behind) (?:that|this|them|him|her|it)(?: one)?,? )?"
    r"\b(?:(?:who|what|which(?: \w+)?)(?: is| was| comes| came| stands))(?: the)? next(?: one)?"
    r"(?:,? (?:just |only )?(?:the )?names?(?: only)?)?(?: (?:after|behind) (?:that|this|them|him|her|it))?"
    r"(?= (?:in line|on (?:the|that) list)\b|$)"
)


def place_named(text: str) -> tuple[int, tuple[int, int]] | None:
    """The place that a question asks for among what was shown, "2nd one is", and where it is said."""
    said = _NAMED.search(text)
    if said is None:
        return None
    group = next(name for name in ("place", "bare", "one") if said[name])
    return _PLACES[said[group]], said.span(group)


def next_named(text: str) -> tuple[int, int] | None:
    """Where a question asks for whoever comes behind those that were told: "which shop is next", "and after that?"."""
    said = _NEXT.search(text)
    return said.span() if said else None


def placed(text: str) -> tuple[str, int]:
    """A normalised question without the place that it asks for, and this place; 1 where none is said."""
    if _OF_EACH.search(text):
        return text, 1
    if said := _BEFORE_SUPERLATIVE.search(text):
        return text[: said.start()] + text[said.end() :], _PLACES[said["place"]]
    if said := _CAME.search(text):
        return f"{text[: said.start()]}was the highest{text[said.end() :]}", _PLACES[said["place"]]
    if said := _NUMBERED.search(text):
        return f"{text[: said.start()]}biggest{text[said.end() :]}", int(said["place"])
    if said := _BEFORE_LAST.search(text):
        return text[: said.start()] + text[said.end() :], _PLACES[said["place"]]
    if said := _LAST_BUT.search(text):
        return f"{text[: said.start()]}last{text[said.end() :]}", _LESS[said["less"]]
    if said := _TIME.search(text):
        return f"{text[: said.start()]}the first {text[said.end() :]}", _PLACES[said["place"]]
    return text, 1
