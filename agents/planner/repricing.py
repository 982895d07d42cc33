"""Prices that changed: since when somebody takes more, what they took before, by how much it rose."""

import re

from agents.plan import OfChange

_OTHER = r"(?:bigger|higher|larger|raised|increased|revised|reduced|lower|smaller|new|newer|old|older)"
_SUM = (
    r"(?:amounts?|prices?|rates?|rent|salary|pay|pay ?checks?|pay ?packets?|wages?|bills?|fees?|charges?|premiums?"
    r"|emis?|instal?lments?|subscriptions?|tariffs?)"
)
_RAISED = (
    r"(?:rais(?:ed?|ing)|put(?:ting)? up|hik(?:ed?|ing)|increas(?:ed?|ing)|upped|bumped(?: up)?|went up|go(?:es)? up"
    r"|gone up|rose)"
)
_WHO = r"(?:they|it|he|she|the \w+|my \w+|\w+)(?: had| was| got| has)?"
_PRICED = r"(?:prices?|rates?|fees?|charges?|rent|subscription)"
_PUT_UP = rf"\b(?:{_RAISED}|put) (?:its|his|her|the|their|there|my|our) {_PRICED}\b"
_RISE = r"(?:hike|rise|increase|raise|(?:price|pay|salary|wage) (?:rise|hike|increase|change|raise)|increment)"
_CHANGED = re.compile(
    rf"\bfirst {_OTHER} (?:\w+ ){{0,2}}?{_SUM}\b(?! than)"
    rf"|\b(?:since|from) (?:when|what date|which (?:date|day|month))\b.*\b{_OTHER} (?:\w+ ){{0,2}}?{_SUM}\b(?! than)"
    rf"|\bwhen did .*\b(?:begin|start|first)\b.*\b{_OTHER} (?:\w+ ){{0,2}}?{_SUM}\b(?! than)"
    rf"|\b(?:before|until|till|after|since) {_WHO} {_RAISED}(?! (?:to|the))\b"
    rf"|\b(?:before|until|till|after|since) (?:the|my|their|its|that) {_RISE}\b"
    r"|\bsince (?:when|what date|which (?:date|day|month)) (?:is|was|has) (?:it|that)(?: been)?(?: at)?"
    rf" (?:that|this|the same|so much|the present|the current) ?{_SUM}?\b"
    rf"|\bwhen (?:did|was|has|have) .*{_PUT_UP}"
    r"|\b(?:when|what date|which (?:date|day|month)) did .*\b(?:start|begin) (?:charging|taking|asking|billing)"
    r"(?: me| us)?(?: for)? (?:more|extra)\b"
    rf"|{_PUT_UP}.*\b(?:rise|increase|hike|jump|change|difference) (?:was|is) (?:that|it)\b"
)


_ASKED: tuple[tuple[OfChange, re.Pattern[str]], ...] = (
    ("percent", re.compile(r"\b(?:percent\w*|per ?cent)\b|%")),
    (
        "difference",
        re.compile(
            r"\b(?:by how much|how much (?:more|less|of (?:a|an)|was the)|(?:rise|increase|hike|jump) (?:was|is))\b"
        ),
    ),
    ("before", re.compile(r"\b(?:before|until|till|prior to)\b")),
    ("now", re.compile(r"\b(?:after|since) (?:they|it|he|she|the|my|their|its|that)\b")),
)
_CUT = re.compile(r"\b(?:lower(?:ed)?|reduced|smaller|cut|decreas\w*|dropped)\b")


def change_asked(text: str) -> OfChange | None:
    """What normalised words, of all clauses, ask of a change of what something costs; None where they ask of none."""
    if not _CHANGED.search(text):
        return None
    for what, words in _ASKED:
        if words.search(text):
            return what
    return "day"


def went_down(text: str) -> bool:
    """Whether the change that is spoken of is a cut."""
    return bool(_CUT.search(text))
