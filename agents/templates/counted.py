"""Counted: how many there are of something, then the first of them, each with its figure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from agents.draft import Draft, Figures
from agents.evidence import Evidence, Row, Table, cell, rows_of
from agents.templates.told import TOLD_MAX, say

TellingRows = Callable[[int, Sequence[tuple[Row, str]]], str]
"""The sentence, of how many there are and of the first rows with what each came to."""


@dataclass(frozen=True, slots=True)
class Wording:
    """The words for one kind of row. `number` labels how many there are, `column` has the money of a row."""

    number: str
    nothing: str
    column: str
    label: Callable[[Row], str]
    text: TellingRows


def counted(table: Table, evidence: Evidence, wording: Wording, note: str) -> Draft:
    """The number of rows and the money of the first of them; where there are none, a sentence that says so."""
    make = Figures(evidence)
    number = make.count(wording.number, rows_of(table.name))
    if not table.rows:
        return Draft(wording.nothing, [number]).noting(note)
    told = table.rows[:TOLD_MAX]
    sums = [make.money(wording.label(row), cell(table.name, n, wording.column)) for n, row in enumerate(told, start=1)]
    assert isinstance(number.value, int)
    text = wording.text(number.value, [(row, say(figure)) for row, figure in zip(told, sums, strict=True)])
    return Draft(text, [number, *sums], rows=[dict(row) for row in table.rows]).noting(note)
