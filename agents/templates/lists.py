"""Templates for payments themselves: all that fit, the latest few, the last or the first time."""

from agents.answer import Figure
from agents.draft import Draft
from agents.evidence import cell, computed, days_until
from agents.templates.told import NOTHING, TOLD_MAX, Told, day, whereto
from agents.wording import count, subject
from core.insights.query import EntryRow, Flow, Measure
from core.periods import Unit

ALL = 50
"""A query for so many rows is for all that fit; one for fewer is for just those."""

_SUMS = {Flow.OUT: Measure.SPEND, Flow.IN: Measure.INCOME}
_ONE = {"largest": "Largest", "smallest": "Smallest", "earliest": "First"}
_FIRST = {"largest": "largest", "smallest": "smallest", "latest": "latest", "earliest": "first"}


def entries(told: Told) -> Draft:
    """How many payments fit and what they come to, with the first of them; or the few that were asked for."""
    if not told.result.entries:
        return NOTHING
    return _all(told) if told.query.rows >= ALL else _few(told)


def _all(told: Told) -> Draft:
    numbers: list[Figure] = []
    totals: list[Figure] = []
    for currency in told.currencies():
        about = f"{told.noun}s, {told.label(currency, told.query.measures[-1])}"
        numbers.append(told.make.count(f"Number of {about}", told.source_in(currency, Measure.COUNT)))
        totals += [
            told.make.money(told.label(currency, measure), told.source_in(currency, measure))
            for measure in told.query.measures[1:]
        ]
    said = " and ".join(map(told.say, numbers))
    if totals:
        said += f", {' and '.join(map(told.say, totals))} in all"
    what = totals[0].label if totals else told.label(told.currencies()[0])
    text = f"{what}: {said}. The {_FIRST[told.query.rows_first]}: {_lines(told)}."
    ordered = [*totals, *numbers] if told.task.asks_amount else [*numbers, *totals]
    return Draft(text, ordered, rows=told.entry_rows())


def _few(told: Told) -> Draft:
    if told.task.position > 1:
        return _placed(told)
    singles = _singles(told)
    shown, which = len(told.result.entries), _FIRST[told.query.rows_first]
    head = f"The {which} {told.noun}" if shown == 1 else f"The {shown} {which} {told.noun}s"
    is_by_size = told.query.rows_first in ("largest", "smallest")  # the days of the others tell when
    head += _of_which(told) + (f", {told.period}" if is_by_size else "")
    together = _together(told) if (told.task.asks_amount or told.task.asks_mean) and shown > 1 else []
    if together:
        head = f"{told.say(together[0])} {'on average' if told.task.asks_mean else 'in all'}. {head}"
    beside = [_on(told), _with_whom(told, told.result.entries[0])]
    figures = [*singles, *beside] if shown == 1 else [*together, *singles]
    return Draft(f"{head}: {_lines(told)}.", figures, rows=told.entry_rows())


def _of_which(told: Told) -> str:
    """Which payments these are of: ", Groceries by card above ₹500.00", " received, Salary"; nothing where of all."""
    said = told.about(told.result.entries[0].currency, Measure.COUNT)
    return said.removeprefix("Payments").removeprefix("Transactions")


def _together(told: Told) -> list[Figure]:
    """What the payments shown come to, or each on average; nothing where they are of several currencies."""
    singles = _singles(told, ALL)
    if len({figure.currency for figure in singles}) > 1:
        return []
    about = f"{len(singles)} {_FIRST[told.query.rows_first]} {told.noun}s, {told.about()}"
    operation = "mean" if told.task.asks_mean else "sum"
    return [told.make.money(about, computed(operation, *(figure.source for figure in singles)))]


def _placed(told: Told) -> Draft:
    """The one payment in the place that was asked for: "number 2 of the largest payments"."""
    entry = _the_one(told)
    if entry is None:
        return NOTHING
    amount = told.single(told.task.position)
    head = f"Number {told.task.position} of the {_FIRST[told.query.rows_first]} {told.noun}s"
    text = f"{head}{_of_which(told)}, {told.period}: {told.say(amount)} {whereto(entry)} on {day(entry.occurred_at)}."
    return Draft(text, [amount, _on(told), _with_whom(told, entry)], rows=told.entry_rows())


def when(told: Told) -> Draft:
    """The day of the last or the first payment that fits, and the payment."""
    entry, place = _the_one(told), told.task.position
    if entry is None:
        return NOTHING
    which = _ONE.get(told.query.rows_first, "Last")
    about = subject(told.query, _SUMS.get(told.query.flow))
    said = f"{which} time" if place == 1 else f"{which} time but {place - 1}"
    date = told.make.date(f"{said}, {about}", cell(told.entries_table, place, "occurred_at"))
    amount = told.single(place)
    text = f"{day(entry.occurred_at)}: {told.say(amount)} {whereto(entry)}."
    if told.task.unit is not Unit.DAY:
        return Draft(text, [date, amount], rows=told.entry_rows())
    ago = told.make.days(f"Days since: {about}", days_until(date.source, told.last_day))
    assert isinstance(ago.value, int)
    return Draft(f"{count(ago.value, 'day')} ago, on {text}", [ago, date, amount], rows=told.entry_rows())


def who(told: Told) -> Draft:
    """With whom the one payment was, its amount and its day."""
    entry = _the_one(told)
    if entry is None:
        return NOTHING
    amount = told.single(told.task.position)
    text = f"{entry.counterparty}: {told.say(amount)} on {day(entry.occurred_at)}."
    return Draft(text, [_with_whom(told, entry), amount, _on(told)], rows=told.entry_rows())


def _the_one(told: Told) -> EntryRow | None:
    """The payment in the place that was asked for, the first by itself; None where there are fewer."""
    entries = told.result.entries
    return entries[told.task.position - 1] if len(entries) >= told.task.position else None


def _on(told: Told) -> Figure:
    return told.make.date("On", cell(told.entries_table, told.task.position, "occurred_at"))


def _with_whom(told: Told, entry: EntryRow) -> Figure:
    return told.make.name("With", entry.counterparty, cell(told.entries_table, told.task.position, "counterparty"))


def _singles(told: Told, most: int = TOLD_MAX) -> list[Figure]:
    """The first entries as figures."""
    return [told.single(place) for place in range(1, min(most, len(told.result.entries)) + 1)]


def _lines(told: Told) -> str:
    lines = [
        f"{day(entry.occurred_at)} {entry.counterparty} {told.say(figure)}{_back(told, entry)}"
        for entry, figure in zip(told.result.entries, _singles(told), strict=False)
    ]
    return "; ".join(lines) + ("; …" if len(told.result.entries) > TOLD_MAX else "")


def _back(told: Told, entry: EntryRow) -> str:
    """What came back among what was paid, and what was paid back of what came in, is said to be so."""
    is_back = entry.amount_minor > 0 if told.query.flow is Flow.OUT else entry.amount_minor < 0
    return " (refund)" if is_back and told.query.flow is not Flow.ANY else ""
