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
    rf"(?P<place>{_PLACE})(?: place| spot| position)?(?=$|[ ,.?!]*$| (?:in|on|by|for|last|this)\b)"
)
_BEFORE_LAST = re.compile(rf"\b(?P<place>{_PLACE})[ -](?:to[ -]|most[ -])?(?=(?:last|latest|recent)\b)")
_LAST_BUT = re.compile(r"\b(?:last|latest) but (?P<less>one|two|three)\b|\bpenultimate\b")
_LESS = {"one": 2, "two": 3, "three": 4, None: 2}
_TIME = re.compile(rf"\b(?:for )?the (?P<place>{_PLACE}) (?=(?:ever )?(?:time|payment|transaction|visit|transfer)\b)")

_NAMED = re.compile(
    r"(?:(?:and|so|then|what about|how about|who is|who was|what is|what was|what's|who's) )*(?:the )?"
    rf"(?P<place>{_PLACE})"
    r"(?: (?:one|place|spot|position))?(?: (?:is|was))?"
)


def place_named(text: str) -> tuple[int, tuple[int, int]] | None:
    """The place that a question asks for in as many words, "2nd one is", and where it is said."""
    said = _NAMED.fullmatch(text)
    return (_PLACES[said["place"]], said.span()) if said else None


def placed(text: str) -> tuple[str, int]:
    """A normalised question without the place that it asks for, and this place; 1 where none is said."""
    if said := _BEFORE_SUPERLATIVE.search(text):
        return text[: said.start()] + text[said.end() :], _PLACES[said["place"]]
    if said := _CAME.search(text):
        return f"{text[: said.start()]}was the highest{text[said.end() :]}", _PLACES[said["place"]]
    if said := _BEFORE_LAST.search(text):
        return text[: said.start()] + text[said.end() :], _PLACES[said["place"]]
    if said := _LAST_BUT.search(text):
        return f"{text[: said.start()]}last{text[said.end() :]}", _LESS[said["less"]]
    if said := _TIME.search(text):
        return f"{text[: said.start()]}the first {text[said.end() :]}", _PLACES[said["place"]]
    return text, 1
