"""Modifiers: clauses that ask nothing themselves and say more of the question beside them."""

from collections.abc import Sequence
from dataclasses import replace

from agents.planner.frame import Frame
from agents.planner.parse import Parsed
from agents.planner.reading import Reading


def without_modifiers(pairs: list[tuple[Reading, Parsed]]) -> list[tuple[Reading, Parsed]]:
    """Clauses that only modify become part of the question beside them: "Leaving out rent, which category ...?"."""
    asking = [pair for pair in pairs if not pair[1].only_modifies]
    if not asking or len(asking) == len(pairs):
        return pairs
    merged: list[tuple[Reading, Parsed]] = []
    waiting: list[Parsed] = []
    for reading, parsed in pairs:
        if not parsed.only_modifies:
            merged.append((reading, _modified(parsed, waiting)))
            waiting = []
        elif merged:
            merged[-1] = (merged[-1][0], _modified(merged[-1][1], [parsed]))
        else:
            waiting.append(parsed)
        if parsed.only_modifies and (reading.unknown or parsed.unplaced):
            return pairs  # a modifier that is not understood may change everything
    return merged


def _modified(parsed: Parsed, modifiers: Sequence[Parsed]) -> Parsed:
    return replace(parsed, frame=_with_all(parsed.frame, modifiers), alone=_with_all(parsed.alone, modifiers))


def _with_all(frame: Frame, modifiers: Sequence[Parsed]) -> Frame:
    for modifier in modifiers:
        more = modifier.frame
        frame = frame.with_changes(
            periods=frame.periods or more.periods,
            objects=(*frame.objects, *more.objects),
            without=(*frame.without, *more.without),
            conditions=(*frame.conditions, *more.conditions),
        )
    return frame
