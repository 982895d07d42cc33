"""Templates for what comes one after the other: the last payment and the one before it, when an amount changed, the
days between payments, how far they range, what drove a sum."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import NamedTuple

from agents.answer import Figure
from agents.charts import chart
from agents.draft import Draft
from agents.evidence import cell, computed, days_until, less
from agents.plan import OfChange
from agents.templates.comparisons import compared, sentence
from agents.templates.told import NOTHING, TOLD_MAX, Told, day, number, size
from agents.wording import count, subject
from core.insights.query import EntryRow, Flow, Measure


def since_last(told: Told) -> Draft:
    """The latest payment beside the one before it, and how far apart they are; with a single one there is nothing to
    hold it against."""
    if len(told.result.entries) < 2:
        return NOTHING
    return _side_by_side(told, told.single(2), told.result.entries[1])


def risen(told: Told) -> Draft:
    """The latest payment beside the first of the period, and how far apart they are."""
    if not told.result.entries or told.result.entries == told.results[1].entries:
        return NOTHING
    return _side_by_side(told, told.single(1, result=1), told.results[1].entries[0])


def _side_by_side(told: Told, before: Figure, entry: EntryRow) -> Draft:
    latest = told.single(1)
    about = told.held_against(latest.label, before.label)
    difference = told.make.money(about, told.difference(latest.source, before.source))
    change = number(latest) - number(before)
    said = f"{told.say(size(difference))} {'more' if change > 0 else 'less'} than" if change else "the same as"
    text = f"{latest.label}: {told.say(latest)}, {said} the {told.say(before)} of {day(entry.occurred_at)}."
    return Draft(text, [difference, latest, before], rows=told.entry_rows())


def changed(told: Told) -> Draft:
    """The day of the latest payment that differs from the one before it to the same payee, by how much, and both;
    where it is asked whose it was, of every payee. The one before may lie before the period that was asked about."""
    if not told.result.entries or sum(len(result.entries) for result in told.results) < 2:
        return NOTHING
    found = [pair for pair in _successive(told) if _differs(told, *pair)]
    if not found:
        return _unchanged(told)
    text, figures = _changed_so(told, *found[0])
    first = figures[told.task.of_change]
    ordered = [first, *(figure for figure in figures.values() if figure is not first)]
    if told.task.of_change == "payee":
        others = [_changed_so(told, *pair) for pair in _of_other_payees(told, found)]
        text = " ".join([text, *(words for words, _ in others)])
        ordered += [figure for _, more in others for figure in more.values()]
    return Draft(text, ordered, rows=told.entry_rows())


class _Place(NamedTuple):
    """A payment: of which result, and the how many-th there, from 1."""

    result: int
    n: int


def _entry(told: Told, place: _Place) -> EntryRow:
    return told.results[place.result].entries[place.n - 1]


def _amount(told: Told, place: _Place) -> Figure:
    return told.single(place.n, result=place.result)


def _changed_so(told: Told, place: _Place, earlier: _Place) -> tuple[str, dict[OfChange, Figure]]:
    """A sentence about one change, and its figures."""
    entry, now, before = _entry(told, place), _amount(told, place), _amount(told, earlier)
    on = told.make.date(f"Changed: {_what(told)}", cell(told.entries_table, place.n, "occurred_at"))
    difference = told.make.money(told.held_against(now.label, before.label), told.difference(now.source, before.source))
    percent = told.make.percent(f"Change: {_what(told)}", computed("growth", now.source, before.source))
    whose = told.make.name("Changed", entry.counterparty, cell(told.entries_table, place.n, "counterparty"))
    word = "up" if number(now) > number(before) else "down"
    by = f"{word} by {told.say(size(difference))} ({told.say(size(percent))})"
    text = _led_by(told.task.of_change, day(entry.occurred_at), by, told.say(before), told.say(now))
    return f"{text} ({entry.counterparty}).", {
        "day": on, "payee": whose, "difference": difference, "percent": percent, "now": now, "before": before,
    }  # fmt: skip


def _led_by(asked: OfChange, on: str, by: str, before: str, now: str) -> str:
    """The change, what was asked for first."""
    match asked:
        case "before":
            return f"{before} until {on}, then {by} to {now}"
        case "now":
            return f"{now} since {on}, {by} from {before}"
        case _:
            return f"{on}: {by}, from {before} to {now}"


def _of_other_payees(told: Told, found: Sequence[tuple[_Place, _Place]]) -> list[tuple[_Place, _Place]]:
    """The latest change of every payee but the first."""
    latest: dict[str, tuple[_Place, _Place]] = {}
    for pair in found:
        latest.setdefault(_entry(told, pair[0]).counterparty, pair)
    return [*latest.values()][1:TOLD_MAX]


def _successive(told: Told) -> Iterator[tuple[_Place, _Place]]:
    """Each payment of the period and the one before it to the same payee, the latest first."""
    places = [_Place(r, n) for r, result in enumerate(told.results) for n in range(1, len(result.entries) + 1)]
    payees = [_entry(told, place).counterparty for place in places]
    for n in range(len(told.result.entries)):
        if payees[n] in payees[n + 1 :]:
            yield places[n], places[payees.index(payees[n], n + 1)]


def _what(told: Told) -> str:
    return subject(told.query, Measure.INCOME if told.query.flow is Flow.IN else Measure.SPEND)


def _differs(told: Told, place: _Place, before: _Place) -> bool:
    """Whether the payment in this place is more than the one before it, or less, as was asked."""
    change = number(_amount(told, place)) - number(_amount(told, before))
    return {"more": change > 0, "less": change < 0, "size": change != 0}[told.task.sign]


def _unchanged(told: Told) -> Draft:
    last = told.single(1)
    number_of = told.make.count(f"Payments without such a change: {_what(told)}", told.source())
    word = {"more": "gone up", "less": "gone down", "size": "changed"}[told.task.sign]
    assert isinstance(number_of.value, int)
    text = f"It has not {word} in {count(number_of.value, 'payment')}: the last was {told.say(last)} ({_what(told)})."
    return Draft(text, [last, number_of], rows=told.entry_rows())


def interval(told: Told) -> Draft:
    """Days between the last two payments; or from the first to the last, over how many came after the first."""
    entries = told.result.entries
    if len(told.results) == 1:
        return _between_two(told) if len(entries) == 2 else NOTHING
    if len(told.result.rows) != 1 or told.result.rows[0][Measure.COUNT] < 2:
        return NOTHING
    first = told.results[1].entries[0]
    number_of = told.make.count(f"Number of {told.noun}s: {_what(told)}", told.source())
    days = _days_to(told, cell(told.entries_of(1), 1, "occurred_at"))
    each = told.make.days(
        f"Days between {told.noun}s: {_what(told)}", computed("quotient", days.source, less(told.source(), 1))
    )
    assert isinstance(number_of.value, int)
    over = f"{count(number_of.value, told.noun)} from {day(first.occurred_at)} to {day(entries[0].occurred_at)}"
    return Draft(f"{each.value:g} days on average ({_what(told)}): {over}, {days.value} days.", [each, days, number_of])


def _between_two(told: Told) -> Draft:
    days = _days_to(told, cell(told.entries_table, 2, "occurred_at"))
    latest, before = told.single(1), told.single(2)
    assert isinstance(days.value, int)
    text = f"{count(days.value, 'day')}: {before.label} ({told.say(before)}) and {latest.label} ({told.say(latest)})."
    return Draft(text, [days, latest, before], rows=told.entry_rows())


def _days_to(told: Told, earlier: str) -> Figure:
    """Days from the payment of this source to the latest one."""
    latest = date.fromisoformat(told.result.entries[0].occurred_at[:10])
    return told.make.days(f"Days to the last one: {_what(told)}", days_until(earlier, latest))


def ranged(told: Told) -> Draft:
    """How far the largest is from the smallest, and both: of payments, or of months that had any."""
    found = _ends(told)
    if found is None:
        return NOTHING
    (most, one), (least, other) = found
    apart = told.make.money(f"{most.label} less {least.label}", computed("difference", most.source, least.source))
    text = f"{told.say(apart)} apart: {one} {told.say(most)}, {other} {told.say(least)} ({_what(told)}, {told.period})."
    return Draft(text, [apart, most, least], rows=told.result.rows)


def _ends(told: Told) -> tuple[tuple[Figure, str], tuple[Figure, str]] | None:
    """The largest and the smallest with what each is called; None where there are not two, of one currency."""
    if len(told.currencies()) != 1:
        return None
    if not told.query.group_by:
        named = ((Measure.LARGEST, "the largest"), (Measure.SMALLEST, "the smallest"))
        ends = [(told.figure(told.label(measure=m), told.source(1, m), m), name) for m, name in named]
        return ends[0], ends[1]
    rows = [(n, row) for n, row in enumerate(told.result.rows, start=1) if row[told.measure]]
    if len(rows) < 2:
        return None
    ends = [
        (told.figure(f"{told.about()}, {told.group(row)}", told.source(n)), told.group(row))
        for n, row in (rows[0], rows[-1])
    ]
    return ends[0], ends[1]


def driven(told: Told) -> Draft:
    """The value beside the one before it, then the groups that changed most in the same direction."""
    if not told.result.rows or len(told.currencies()) != 1:
        return NOTHING
    now, before, difference, growth = compared(told, told.currencies()[0])
    up = number(now) >= number(before)
    movers = _movers(told, up=up)
    text = sentence(told, now, before, growth)
    if movers:
        text += f" What went {'up' if up else 'down'} most: {'; '.join(words for _, words in movers)}."
    parts = [figure for figure, _ in movers]
    return Draft(
        text,
        [now, difference, before, *growth, *parts],
        chart=chart(told.results[1], told.about()),
        rows=told.results[1].rows,
    )


def _movers(told: Told, *, up: bool) -> list[tuple[Figure, str]]:
    """The groups that went up most, or down, each with by how much and from what to what."""
    table, result = told.tables[1].name, told.results[1]
    found: list[tuple[int, Figure, str]] = []
    for n, row in enumerate(result.rows, start=1):
        change = computed("difference", cell(table, n, told.measure), cell(table, n, f"{told.measure}_before"))
        figure = told.make.money(f"{told.group(row, result)}, change", change)
        if (number(figure) > 0) is up and number(figure):
            word = "more" if up else "less"
            found.append(
                (abs(int(number(figure))), figure, f"{told.group(row, result)} {told.say(size(figure))} {word}")
            )
    return [(figure, words) for _, figure, words in sorted(found, key=lambda one: -one[0])[:TOLD_MAX]]
