"""Templates for days one after the other: how many in a row had a payment, or none, and the time between two."""

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import NamedTuple

from agents.answer import Figure
from agents.draft import Draft
from agents.evidence import computed, days_until, less
from agents.templates.told import NOTHING, Told, day
from agents.wording import count, subject
from core.insights.query import Dimension, Flow, Measure

_A_DAY = timedelta(days=1)


class _Day(NamedTuple):
    """A day with payments, and the cell that says so."""

    on: date
    source: str


class _Stretch(NamedTuple):
    """So many days by this source, and in words from when to when."""

    days: int
    source: str
    words: str


def gap(told: Told) -> Draft:
    """The longest, or the shortest, time between two payments of different days."""
    days = _days(told)
    found = [
        _Stretch((later.on - one.on).days, days_until(one.source, later.on), f"from {_on(one)} to {_on(later)}")
        for one, later in pairwise(days)
    ]
    if not found:
        return NOTHING
    which = told.task.streak
    best = min(found, key=_length) if which == "shortest" else max(found, key=_length)
    figure = _figure(told, f"{which.capitalize()} time between {told.noun}s", best)
    return _draft(
        told,
        f"{_say(figure)}, {best.words}: the {which} time from one {told.noun} to the next ({_what(told)}).",
        figure,
    )


def streak(told: Told) -> Draft:
    """The longest run of days, or the one that goes on: with a payment on each, or with none."""
    days = _days(told)
    if not days:
        return NOTHING
    found = _without(told, days) if told.task.of_none else _runs(days)
    is_latest = told.task.streak == "latest"
    best = found[-1] if is_latest else max(found, key=_length)
    kind = f"without {told.noun}s" if told.task.of_none else f"with {told.noun}s"
    head = "Days in a row" if is_latest else "Longest run of days"
    figure = _figure(told, f"{head} {kind}", best)
    which = "now" if is_latest and told.task.of_none else "the latest run" if is_latest else "the longest run"
    return _draft(told, f"{_say(figure)} {kind} ({_what(told)}), {which}: {best.words}.", figure)


def _days(told: Told) -> list[_Day]:
    """The days with payments in their order, each once, whatever its currencies."""
    found = {
        date.fromisoformat(str(row[Dimension.DAY])): told.source(n, Dimension.DAY, result=r)
        for r, result in enumerate(told.results)
        for n, row in enumerate(result.rows, start=1)
    }
    return [_Day(on, source) for on, source in sorted(found.items())]


def _runs(days: Sequence[_Day]) -> list[_Stretch]:
    """The runs of days with a payment on each."""
    breaks = [n for n, (one, later) in enumerate(pairwise(days), start=1) if later.on - one.on > _A_DAY]
    edges = [0, *breaks, len(days)]
    runs = [(days[start], days[end - 1]) for start, end in pairwise(edges)]
    return [
        _Stretch((last.on - first.on).days + 1, days_until(first.source, last.on + _A_DAY), _from_to(first, last))
        for first, last in runs
    ]


def _without(told: Told, days: Sequence[_Day]) -> list[_Stretch]:
    """The runs of days without a payment: before the first, between two, and after the last."""
    start, end = told.query.period.start, told.results[-1].query.period.end - _A_DAY
    first, last = days[0], days[-1]
    before = computed("size", days_until(first.source, start))
    return [
        _Stretch((first.on - start).days, before, f"before {_on(first)}"),
        *(
            _Stretch(
                (later.on - one.on).days - 1, less(days_until(one.source, later.on), 1),
                f"between {_on(one)} and {_on(later)}",
            )
            for one, later in pairwise(days)
        ),
        _Stretch((end - last.on).days, days_until(last.source, end), f"since {_on(last)}"),
    ]  # fmt: skip


def _from_to(first: _Day, last: _Day) -> str:
    return _on(first) if first.on == last.on else f"from {_on(first)} to {_on(last)}"


def _length(stretch: _Stretch) -> int:
    return stretch.days


def _on(one: _Day) -> str:
    return day(one.on.isoformat())


def _what(told: Told) -> str:
    return subject(told.query, Measure.INCOME if told.query.flow is Flow.IN else Measure.SPEND)


def _figure(told: Told, label: str, stretch: _Stretch) -> Figure:
    return told.make.days(f"{label}: {_what(told)}", stretch.source)


def _say(figure: Figure) -> str:
    assert isinstance(figure.value, int)
    return count(figure.value, "day")


def _draft(told: Told, text: str, *figures: Figure) -> Draft:
    return Draft(text, figures, rows=[row for result in told.results for row in result.rows])
