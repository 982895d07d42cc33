"""Templates that hold one value against another: periods, categories, a whole, what is usual."""

from decimal import Decimal
from typing import Any

from agents.answer import Figure
from agents.charts import chart, pair
from agents.draft import Draft
from agents.evidence import cell, computed
from agents.plan import Operation
from agents.templates.told import NOTHING, TOLD_MAX, Told, number, size
from agents.wording import dimension_name, inside, label, money, percent, subject
from core.insights.query import Dimension, Measure
from core.money import Currency
from core.periods import Unit

ABOUT_AS_MUCH = Decimal("0.1")
"""How far from the usual value "about as much as usual" reaches."""


def compare(told: Told) -> Draft:
    """This period beside the other; the difference, and the growth where there was anything to grow from."""
    if not told.result.rows:
        return NOTHING
    if told.query.group_by:
        return _compare_groups(told)
    figures: list[Figure] = []
    sentences: list[str] = []
    for currency in told.currencies():
        now, before, difference, growth = compared(told, currency)
        everything = [now, before, difference, *growth]
        asked = {Operation.DIFFERENCE: difference, Operation.GROWTH: next(iter(growth), difference)}
        first = asked.get(told.task.operation, now)
        figures += [first, *(figure for figure in everything if figure is not first)]
        sentences.append(sentence(told, now, before, growth))
    return Draft(" ".join(sentences), figures, chart=pair(told.result, told.about()), rows=told.entry_rows())


def _other(told: Told) -> str:
    assert told.result.compared_with is not None
    return told.result.compared_with.period.label


def compared(told: Told, currency: Currency) -> tuple[Figure, Figure, Figure, list[Figure]]:
    """The value, the one it is held against, their difference, and the growth where there was anything to grow from."""
    now, before = told.source_in(currency), told.source_in(currency, f"{told.measure}_before")
    about, other = told.about(currency), _other(told)
    growth = computed("growth", now, before)
    return (
        told.figure(f"{about}, {told.period}", now),
        told.figure(f"{about}, {other}", before),
        told.figure(f"{about}, {told.held_against(told.period, other)}", told.difference(now, before)),
        [told.make.percent(f"Change from {other} to {told.period}", growth)] if told.evidence.value_of(before) else [],
    )


def sentence(told: Told, now: Figure, before: Figure, growth: list[Figure]) -> str:
    """A value, and by how much it is more or less than the one it is held against."""
    change = number(now) - number(before)
    if not change:
        return f"{now.label}: {told.say(now)}, the same as in {_other(told)}."
    word = "more" if change > 0 else "less" if now.unit == "money" else "fewer"
    rate = f" ({'+' if change > 0 else '−'}{percent(abs(Decimal(str(growth[0].value))))})" if growth else ""
    size = money(abs(int(change)), now.currency) if now.currency else f"{abs(change):g}"
    return f"{now.label}: {told.say(now)}, {size} {word} than the {told.say(before)} of {_other(told)}{rate}."


def _compare_groups(told: Told) -> Draft:
    figures: list[Figure] = []
    lines: list[str] = []
    for n, row in enumerate(told.result.rows[: 2 * TOLD_MAX], start=1):
        now = told.figure(f"{told.group(row)}, {told.period}", told.source(n))
        before = told.figure(f"{told.group(row)}, {_other(told)}", told.source(n, f"{told.measure}_before"))
        figures += [now, before]
        lines.append(f"{told.group(row)} {told.say(now)} against {told.say(before)}")
    by = dimension_name(told.query.group_by[0], told.query)
    text = f"{told.about()} by {by}, {told.period} against {_other(told)}: {'; '.join(lines)}."
    return Draft(text, figures, chart=chart(told.result, told.about()), rows=told.result.rows)


def moved(told: Told) -> Draft:
    """The group that changed most from one period to the other, by how much, and what it was in each; then the others
    that went the same way."""
    if not told.result.rows:
        return NOTHING
    changed = sorted(
        ((number(change), n, change) for n, _ in _numbered(told) if number(change := _change(told, n)) > 0),
        key=lambda one: -one[0],
    )
    if not changed:
        way = "less" if told.task.sign == "less" else "more"
        return Draft(f"Nothing came to {way} in {told.period} than in {_other(told)}.", rows=told.result.rows)
    _, n, change = changed[0]
    text, now, before = _moved_so(told, n, change)
    amount = None if told.measure is Measure.COUNT else change.source
    name = told.group(told.result.rows[n - 1])
    winner = told.make.name("Changed most", name, told.source(n, told.query.group_by[0]), amount=amount)
    others = [((told.group(told.result.rows[place - 1]), figure), place) for _, place, figure in changed[1:TOLD_MAX]]
    text += f" Then {'; '.join(_moved_too(told, place, *one) for one, place in others)}." if others else ""
    return Draft(text, [winner, change, now, before, *(figure for (_, figure), _ in others)], rows=told.result.rows)


def _change(told: Told, n: int) -> Figure:
    """How much this group changed, the way that was asked for."""
    name = told.group(told.result.rows[n - 1])
    change = told.difference(told.source(n), told.source(n, f"{told.measure}_before"))
    return told.figure(f"{name}, {told.held_against(told.period, _other(told))}", change)


def _moved_so(told: Told, n: int, change: Figure) -> tuple[str, Figure, Figure]:
    """A sentence about one group and its change, with its value in each of the two periods."""
    name, other = told.group(told.result.rows[n - 1]), _other(told)
    now = told.figure(f"{name}, {told.period}", told.source(n))
    before = told.figure(f"{name}, {other}", told.source(n, f"{told.measure}_before"))
    word = "more" if number(now) > number(before) else "less"
    by = told.say(size(change))
    return f"{name}: {by} {word} in {told.period} ({told.say(now)}) than in {other} ({told.say(before)}).", now, before


def _moved_too(told: Told, n: int, name: str, change: Figure) -> str:
    """A group and its change; which way it went where either was asked for."""
    if told.task.sign != "size":
        return f"{name} {told.say(size(change))}"
    now, before = told.figure(name, told.source(n)), told.figure(name, told.source(n, f"{told.measure}_before"))
    return f"{name} {told.say(size(change))} {'more' if number(now) > number(before) else 'less'}"


def _numbered(told: Told) -> list[tuple[int, dict[str, Any]]]:
    return list(enumerate(told.result.rows, start=1))


def _named(told: Told) -> list[tuple[int, dict[str, Any]]]:
    """The groups that are held against each other: of the days of a week those that were named, of all others every
    one that has something."""
    dimension = told.query.group_by[0]
    names = {str(name).lower() for f in told.query.filters if f.field == dimension for name in f.values}
    is_of_days = dimension is Dimension.WEEKDAY
    return [(n, row) for n, row in _numbered(told) if not is_of_days or str(row[dimension]).lower() in names]


def versus(told: Told) -> Draft:
    """Which of two or more was the larger, or the smaller, and each; or first by how much, where that was asked."""
    rows = _named(told)
    if not rows:
        return NOTHING
    figures = [told.figure(f"{told.group(row)}, {told.period}", told.source(n)) for n, row in rows]
    lines = "; ".join(f"{told.group(row)} {told.say(figure)}" for (_, row), figure in zip(rows, figures, strict=True))
    first, amount = told.group(rows[0][1]), None if told.measure is Measure.COUNT else told.source(1)
    side = "smaller" if told.query.order and not told.query.order.descending else "larger"
    winner = told.make.name(f"The {side}, {told.period}", first, told.source(1, told.query.group_by[0]), amount=amount)
    text = f"{first} is the {side}, {told.period}: {lines}."
    difference = _difference(told)
    if difference is None:
        return Draft(text, [winner, *figures], chart=chart(told.result, told.about()), rows=told.result.rows)
    text += f" The difference is {told.say(size(difference))}."
    ordered = [difference, winner, *figures] if told.task.asks_difference else [winner, *figures, difference]
    return Draft(text, ordered, chart=chart(told.result, told.about()), rows=told.result.rows)


def _difference(told: Told) -> Figure | None:
    """How much more the first one named is than the second; None where there are not two, of one currency."""
    dimension = told.query.group_by[0]
    named = next(f.values for f in told.query.filters if f.field == dimension)
    places = {str(row[dimension]).lower(): n for n, row in _named(told)}
    if len(places) != 2 or len(told.currencies()) != 1 or len(named) != 2:
        return None
    one, other = (told.source(places[str(name).lower()]) for name in named)
    return told.figure("Difference", told.difference(one, other))


def share(told: Told) -> Draft:
    """The part as a percentage of the whole, per currency that has a whole."""
    figures: list[Figure] = []
    sentences: list[str] = []
    whole = told.results[1].query
    for n, row in enumerate(told.results[1].rows, start=1):
        base = cell(told.tables[1].name, n, whole.measures[0])
        if not told.evidence.value_of(base):
            continue
        part = told.source_in(row["currency"])
        percentage = told.make.percent(
            f"{told.about(row['currency'])} as a share of {inside(subject(whole))}, {told.period}",
            computed("share", part, base),
        )
        piece = told.figure(told.label(row["currency"]), part)
        everything = told.figure(label(whole), base, whole.measures[0])
        figures += [percentage, piece, everything]
        sentences.append(
            f"{told.say(percentage)}: {told.about(row['currency'])} came to {told.say(piece)} "
            f"of {told.say(everything)} ({inside(subject(whole))}, {told.period})."
        )
    if not figures and whole.measures[0] is Measure.INCOME and told.result.rows:
        return _of_nothing_earned(told)
    return Draft(" ".join(sentences), figures, rows=told.entry_rows()) if figures else NOTHING


def _of_nothing_earned(told: Told) -> Draft:
    """What was spent, where nothing came in that it could be a share of."""
    spent = [told.figure(told.label(currency), told.source_in(currency)) for currency in told.currencies()]
    income = inside(subject(told.results[1].query))
    sums = " and ".join(map(told.say, spent))
    text = f"{spent[0].label}: {sums}. No {income} came in on these days, so it has no share."
    return Draft(text, spent, rows=told.entry_rows())


def usual(told: Told) -> Draft:
    """The value beside the median of comparable periods before; a period without any payment counts as zero."""
    figures: list[Figure] = []
    sentences: list[str] = []
    for currency in told.currencies():
        source = told.source_in(currency)
        now = told.figure(told.label(currency), source)
        earlier = [told.source_in(currency, result=n) for n in range(1, len(told.results))]
        figures.append(now)
        if len(earlier) < 2:
            sentences.append(
                f"{now.label}: {told.say(now)}. There is too little history before it to say what is usual."
            )
            continue
        middle = told.figure(f"Usual, median of {len(earlier)} periods before", computed("median", *earlier))
        difference = told.figure("More than usual", computed("difference", source, middle.source))
        figures += [middle, difference]
        sentences.append(_against_usual(told, now, middle, difference, len(earlier)))
    return Draft(" ".join(sentences), figures, rows=told.entry_rows()) if figures else NOTHING


def _against_usual(told: Told, now: Figure, middle: Figure, difference: Figure, periods: int) -> str:
    change, base = number(difference), number(middle)
    is_near = Decimal(abs(change)) <= ABOUT_AS_MUCH * Decimal(abs(base))
    word = "about as much as" if is_near else "more than" if change > 0 else "less than"
    name = {Unit.FISCAL_YEAR: "year", None: "period"}.get(told.task.unit, told.task.unit)
    return (
        f"{now.label}: {told.say(now)}, {word} usual: the median of the {periods} {name}s before is {told.say(middle)}."
    )
