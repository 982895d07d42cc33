"""Templates for single values: totals, counts, averages, extremes, several periods together, values per month."""

from collections.abc import Sequence

from agents.answer import Figure
from agents.charts import chart
from agents.draft import Draft
from agents.evidence import absent, cell, computed, left_of, less, per_unit, units_in, weekdays_of
from agents.plan import Threshold
from agents.templates.told import NOTHING, Told, day, number, whereto
from agents.wording import amounts, count, label, listed, money, subject
from core.insights.buckets import WEEKEND_DAYS, WORKING_DAYS
from core.insights.query import InsightQuery, Measure, Operator
from core.periods import Unit

_EXTREMES = (Measure.LARGEST, Measure.SMALLEST)


def value(told: Told) -> Draft:
    """The measure, and what stands beside it: income and spending beside savings, the payment beside the largest, the
    course of it as a chart."""
    if not told.result.rows:
        return _none_counted(told) if told.measure is Measure.COUNT else NOTHING
    # A share of nothing is no figure: of alerts of which none was decided, say.
    currencies = [one for one in told.currencies() if told.evidence.value_of(told.source_in(one)) is not None]
    if not currencies:
        return NOTHING
    asked = [told.figure(told.label(currency), told.source_in(currency)) for currency in currencies]
    beside = [
        told.figure(told.label(currency, measure), told.source_in(currency, measure), measure)
        for currency in currencies
        for measure in told.query.measures[1:]
    ]
    text = f"{asked[0].label}: {' and '.join(map(told.say, asked))}."
    if told.measure is Measure.NET and _is_overspent(told, asked):
        return _overspent(told, [*asked, *beside])
    if beside:
        text += f" {'; '.join(f'{_subject(figure)} {told.say(figure)}' for figure in beside)}."
    if told.measure in _EXTREMES and told.result.entries:
        entry = told.result.entries[0]
        moved = "went" if entry.amount_minor < 0 else "came"
        went = "was" if entry.counterparty in asked[0].label else f"{moved} {whereto(entry)}"
        text += f" It {went} on {day(entry.occurred_at)}."
        beside += _single(told)
    drawn = chart(told.results[1], told.about()) if len(told.results) > 1 else None
    return Draft(text, [*asked, *beside], chart=drawn, rows=told.entry_rows())


def _is_overspent(told: Told, net: Sequence[Figure]) -> bool:
    """Whether what went out comes first: that is asked for, or a gap is, and more went out than came in."""
    return told.task.sign == "less" or (told.task.sign == "size" and number(net[0]) < 0)


def _overspent(told: Told, kept: list[Figure]) -> Draft:
    """How much more was spent than came in, with both."""
    over = [
        told.make.money(
            f"Spending less income, {told.period}",
            computed("difference", *(told.source_in(currency, m) for m in (Measure.SPEND, Measure.INCOME))),
        )
        for currency in told.currencies()
    ]
    text = f"{over[0].label}: {' and '.join(map(told.say, over))}."
    return Draft(
        f"{text} {'; '.join(f'{_subject(figure)} {told.say(figure)}' for figure in kept[1:])}.", [*over, *kept]
    )


def projected(told: Told) -> Draft:
    """What a month is likely to come to: what it has come to where it is running, and the median of its days that are
    left in earlier months."""
    runs = told.task.unit is not None
    figures: list[Figure] = []
    sentences: list[str] = []
    for currency in told.currencies():
        sources = [told.source_in(currency, result=n) for n in range(len(told.results))]
        now, earlier = (sources[:1], sources[1:]) if runs else ([], sources)
        if not earlier:
            continue
        rest = computed("median", *earlier)
        expected = told.figure(f"{told.about(currency)}, expected", computed("sum", *now, rest))
        beside = told.figure(f"The rest, median of {len(earlier)} months", rest)
        so_far = [told.figure(told.label(currency), source) for source in now]
        figures += [expected, *so_far, beside]
        sentences.append(_projection(told, expected, so_far, beside, len(earlier)))
    return Draft(" ".join(sentences), figures) if figures else NOTHING


def _projection(told: Told, expected: Figure, so_far: list[Figure], rest: Figure, months: int) -> str:
    if not so_far:
        return f"{expected.label} next month: {told.say(expected)}, the median of the last {months} months."
    return (
        f"{expected.label} by the end of the month: {told.say(expected)}. That is {told.say(so_far[0])} so far and"
        f" {told.say(rest)} for the days left, the median of the same days in the {months} months before."
    )


def _none_counted(told: Told) -> Draft:
    """Nothing to count is an answer too, where there are data: none."""
    figure = told.make.count(told.label(), f"number of rows of {told.tables[0].name}")
    is_limited = any(f.field == "amount_minor" for f in told.query.filters)
    return Draft(f"{figure.label}: none{' of that size' if is_limited else ''}.", [figure])


def _single(told: Told) -> list[Figure]:
    """With whom and when, of the first entry."""
    table = told.entries_table
    return [
        told.make.name("With", told.result.entries[0].counterparty, cell(table, 1, "counterparty")),
        told.make.date("On", cell(table, 1, "occurred_at")),
    ]


def together(told: Told) -> Draft:
    """Several periods, or a category and a payee beside it: their sum, then each."""
    figures: list[Figure] = []
    sentences: list[str] = []
    periods = [result.query.period.period.label for result in told.results]
    queries = [_by_itself(result.query, told.query) for result in told.results]
    things, labels = [subject(query) for query in queries], [label(query) for query in queries]
    for currency in told.currencies():
        sources = [told.source_in(currency, result=n) for n in range(len(told.results))]
        parts = [told.figure(name, source) for name, source in zip(labels, sources, strict=True)]
        about = listed(list(dict.fromkeys(things))) + amounts(told.query, currency)
        total = told.figure(f"{about}, {listed(list(dict.fromkeys(periods)))}", computed("sum", *sources))
        figures += [total, *parts]
        names = periods if len(set(periods)) == len(periods) else [part.label for part in parts]
        each = "; ".join(f"{name}: {told.say(part)}" for name, part in zip(names, parts, strict=True))
        sentences.append(f"{total.label}: {told.say(total)}. {each}.")
    return Draft(" ".join(sentences), figures) if figures else NOTHING


def _by_itself(query: InsightQuery, first: InsightQuery) -> InsightQuery:
    """The query as it is told: without what it leaves out only because the first part has it already."""
    counted = {(f.field, f.values) for f in first.filters if f.operator is Operator.IN}
    kept = [f for f in query.filters if f.operator is not Operator.NOT_IN or (f.field, f.values) not in counted]
    return query.model_copy(update={"filters": tuple(kept)})


def pace(told: Told) -> Draft:
    """The value per day, week or month of the period, with the course of it where it was computed."""
    unit, weekdays = told.task.unit or Unit.MONTH, weekdays_of(told.query)
    name = _unit_name(unit, weekdays)
    period = told.query.period.period
    units = units_in(period, unit, weekdays)
    if not units:
        return NOTHING
    over = count(units, name) if isinstance(units, int) else count(period.days, "day")
    figures: list[Figure] = []
    sentences: list[str] = []
    for currency in [row["currency"] for row in told.result.rows]:
        source = told.source_in(currency)
        total = told.figure(told.label(currency), source)
        rate = told.figure(f"{told.about(currency)} per {name}, {told.period}", per_unit(source, unit, weekdays))
        figures += [rate, total]
        sentences.append(f"{rate.label}: {told.say(rate)} on average, {told.say(total)} over {over}.")
    course = told.results[1] if len(told.results) > 1 else None
    drawn = chart(course, told.about()) if course else None
    return Draft(" ".join(sentences), figures, chart=drawn, rows=course.rows if course else []) if figures else NOTHING


def _unit_name(unit: Unit, weekdays: Sequence[str]) -> str:
    """What is counted: a month, or a Sunday, a weekday, a weekend."""
    if unit is Unit.DAY and len(weekdays) == 1:
        return weekdays[0].capitalize()
    if unit is Unit.DAY and weekdays == WORKING_DAYS:
        return "weekday"
    if unit is Unit.WEEK and weekdays == WEEKEND_DAYS:
        return "weekend"
    return "financial year" if unit is Unit.FISCAL_YEAR else unit.value


def threshold(told: Told) -> Draft:
    """Yes or no, and the figure."""
    asked = told.task.threshold
    assert asked is not None
    if not told.result.rows:
        return NOTHING
    figure = told.figure(told.label(), told.source())
    assert figure.currency is not None
    found = number(figure)
    side = "more than" if found > asked.said_minor else "less than" if found < asked.said_minor else "exactly"
    said = money(asked.said_minor, figure.currency)
    verdict = "Yes" if _is_within(found, asked) else "No"
    return Draft(
        f"{verdict}: {figure.label} came to {told.say(figure)}, {side} {said}.", [figure], rows=told.entry_rows()
    )


def beside_one(told: Told) -> Draft:
    """What all payments come to without the largest, or the smallest; both sums beside it."""
    if len(told.currencies()) != 1:
        return NOTHING
    which = told.query.measures[1]
    every, one = (told.figure(told.label(measure=m), told.source(1, m), m) for m in (told.measure, which))
    rest = told.make.money(
        f"{told.about()} without the {which} payment, {told.period}", computed("difference", every.source, one.source)
    )
    told_one = (
        f" {whereto(told.result.entries[0])} on {day(told.result.entries[0].occurred_at)}"
        if told.result.entries
        else ""
    )
    text = f"{rest.label}: {told.say(rest)}. All came to {told.say(every)}; the {which} was {told.say(one)}{told_one}."
    return Draft(text, [rest, every, one], rows=told.entry_rows())


def left(told: Told) -> Draft:
    """What is left of the amount that the asker named, or how far it was gone over where that was asked."""
    asked = told.task.threshold
    if asked is None:
        return _left_of_income(told)
    spent = told.figure(told.label(), told.source_in(told.currency))
    limit = money(asked.said_minor, told.currency)
    rest = told.make.money(f"Left of {limit}, {told.label()}", left_of(asked.said_minor, spent.source))
    over = told.make.money(f"Over {limit}, {told.label()}", less(spent.source, asked.said_minor))
    is_over, asks_over = number(over) > 0, told.task.sign == "less"
    says = f"{told.say(over)} over" if is_over else f"{told.say(rest)} is left"
    figures = [over, rest] if asks_over else [rest, over]
    figures = figures if is_over is not asks_over else figures[:1]
    text = f"{says}: {spent.label} came to {told.say(spent)} of {limit}."
    return Draft(text, [*figures, spent], rows=told.entry_rows())


def _left_of_income(told: Told) -> Draft:
    """What is left of what came in once what was spent since is taken off, per currency of that income."""
    figures: list[Figure] = []
    sentences: list[str] = []
    for currency in [row["currency"] for row in told.results[1].rows]:
        earned = told.figure(
            label(told.results[1].query), told.source_in(currency, Measure.INCOME, result=1), Measure.INCOME
        )
        spent = told.figure(told.label(currency), told.source_in(currency))
        rest = told.make.money(f"Left of {earned.label}", computed("difference", earned.source, spent.source))
        over = told.make.money(f"Over {earned.label}", computed("difference", spent.source, earned.source))
        says = f"{told.say(over)} over" if number(over) > 0 else f"{told.say(rest)} is left"
        sentences.append(f"{says}: {spent.label} came to {told.say(spent)} of {told.say(earned)} that came in.")
        figures += [rest, *([over] if number(over) > 0 else []), earned, spent]
    return Draft(" ".join(sentences), figures, rows=told.entry_rows()) if figures else NOTHING


def _is_within(found: int | float, asked: Threshold) -> bool:
    low, high = asked.low_minor, asked.high_minor
    return (low is None or found >= low) and (high is None or found <= high)


def savings_rate(told: Told) -> Draft:
    """Net as a share of income, per currency that had any."""
    figures: list[Figure] = []
    sentences: list[str] = []
    for currency in told.currencies():
        net, income = told.source_in(currency), told.source_in(currency, Measure.INCOME)
        if income == absent(told.tables[0].name, currency) or not told.evidence.value_of(income):
            continue
        rate = told.make.percent(f"Savings rate, {told.period}", computed("share", net, income))
        kept = told.figure(told.label(currency), net)
        earned = told.figure(told.label(currency, Measure.INCOME), income)
        figures += [rate, kept, earned]
        sentences.append(f"{rate.label}: {told.say(rate)}, {told.say(kept)} kept of {told.say(earned)} income.")
    return Draft(" ".join(sentences), figures) if figures else NOTHING


def _subject(figure: Figure) -> str:
    return figure.label.rsplit(", ", 1)[0]
