"""Corrections: "not fuel, taxi", "September, not October": what the last question spoke of is taken back, and something
else is named in its place. Without such a something it is left out, which is another matter."""

import re
from collections.abc import Iterator
from typing import Any

from agents.planner.clause import OBJECT_KINDS
from agents.planner.frame import Frame
from agents.planner.mentions import Mention
from agents.planner.names import Named
from agents.planner.periods import Spoken
from agents.planner.reading import Reading

_KINDS = (OBJECT_KINDS, frozenset({"period"}), frozenset({"channel"}))
"""What stands in the place of what."""
_SMALL = r"(?:in|on|at|to|for|from|by|via|with|of|the|my|about)"
_I_MEANT = r"(?:i|we) (?:meant?|said|asked(?: for| about)?|want(?:ed)?)"
_OPENING = rf"(?:(?:no|nope|nah|oh|oops|wait|sorry|ok|hmm|and|but|actually|{_I_MEANT}|it is|its|it's)\b,? ?)*"
_DENIED = re.compile(rf"(?P<denial>(?:,? ?(?:and |but )?not|instead of|rather than)(?: {_SMALL})*) $")
_OPENS = re.compile(rf"{_OPENING}(?:not|instead of|rather than)(?: {_SMALL})* ")
_LINK = re.compile(
    rf"(?:,|-|but|rather|instead|only|just|please|{_I_MEANT}|it (?:is|was|should be)|it's|its|make (?:it|that)"
    rf"|{_SMALL}|\s)*"
)
_TURNS = re.compile(rf",|-|\b(?:but|rather|instead|make|{_I_MEANT}|it's|its|it)\b")
_CLOSING = re.compile(rf"(?:,| |please|sorry|this time|{_I_MEANT})*")
_MEANT = re.compile(rf"\b{_I_MEANT}\b")


def taken_back(reading: Reading, last: Frame) -> tuple[tuple[int, int], Mention[Any] | None] | None:
    """Where a question takes something back to name another of its kind instead, and what else of that kind the last
    question spoke of, which stays; None where it only leaves something out."""
    denied = next((m for m in _denied(reading) if _is_replaced(reading, m, last)), None)
    if denied is None:
        return None
    said = _DENIED.search(reading.text[: denied.start])
    start = said.start("denial") if said else denied.start
    return (start, denied.end), _kept(reading, denied, last, start)


def _denied(reading: Reading) -> Iterator[Mention[Any]]:
    """The one thing, time or way of paying behind a "not"."""
    for kinds in _KINDS:
        found = [m for m in reading.mentions if m.kind in kinds and _DENIED.search(reading.text[: m.start])]
        yield from found if len(found) == 1 else ()


def _others(reading: Reading, denied: Mention[Any]) -> list[Mention[Any]]:
    kinds = next(kinds for kinds in _KINDS if denied.kind in kinds)
    return [m for m in reading.mentions if m.kind in kinds and m is not denied]


def _is_replaced(reading: Reading, denied: Mention[Any], last: Frame) -> bool:
    """Whether something of its kind is named right behind it, or was right before it."""
    others, text = _others(reading, denied), reading.text
    is_meant = denied.kind == "period" or _MEANT.search(text)  # no period is ever left out of another
    if not others or not (is_meant or _values(denied) & _asked(denied.kind, last)):
        return False
    if others[0].start > denied.end:
        between = text[denied.end : others[0].start]
        turns = is_meant or _TURNS.search(between) or _asked(denied.kind, last) <= _values(denied)
        return bool(_OPENS.fullmatch(text[: denied.start]) and _LINK.fullmatch(between) and turns)
    between, behind = text[others[-1].end : denied.start], text[denied.end :]
    is_last = others[-1].end <= denied.start and _DENIED.fullmatch(between.lstrip()) and _CLOSING.fullmatch(behind)
    return bool(is_last) and _stands_for_all(others, denied, last)


def _stands_for_all(others: list[Mention[Any]], denied: Mention[Any], last: Frame) -> bool:
    """Of "taxi, not fuel" whether taxi is no part of what is asked about and fuel left out of it, as "electronics, not
    PixelKart" may be meant."""
    if any(one.kind != denied.kind or _values(one) & _values(denied) for one in others):
        return False
    named = _values(denied).union(*map(_values, others))
    return denied.kind == "period" or _asked(denied.kind, last) <= named


def _kept(reading: Reading, denied: Mention[Any], last: Frame, start: int) -> Mention[Any] | None:
    """Of two that the last question spoke of the one that is not taken back; none where a part of it is named."""
    asked, others = _asked(denied.kind, last), _others(reading, denied)
    named = set[object]().union(*map(_values, others))
    rest = asked - _values(denied)
    if not rest or rest == asked or named <= asked or any(one.kind != denied.kind for one in others):
        return None
    match denied.kind:
        case "period":
            spoken = next(one.period for one in last.periods if one.period.start in rest)
            return Mention("period", Spoken(spoken), start, denied.end)
        case "name":
            names = tuple(sorted(map(str, rest)))
            return Mention("name", Named(names[0], names), start, denied.end)
        case _:
            return Mention(denied.kind, tuple(sorted(map(str, rest))), start, denied.end)


def _values(mention: Mention[Any]) -> set[object]:
    match mention.kind:
        case "period":
            return {mention.value.period.start}
        case "name":
            return {*mention.value.names, *filter(None, [mention.value.contains])}
        case "description":
            return {mention.value}
        case _:
            return set(mention.value)


def _asked(kind: str, last: Frame) -> set[object]:
    """What the last question asked about, of one kind."""
    if kind == "period":
        return {one.period.start for one in last.periods}
    field = "counterparty" if kind == "name" else kind
    return {value for f in (*last.objects, *last.conditions) if f.field == field for value in f.values}
