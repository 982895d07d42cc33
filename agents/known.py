"""Known: everything that the words of an answer may name, gathered from what was found and from the plan itself."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from agents.answer import Figure
from agents.evidence import Row, Table
from agents.plan import BalanceTask, InsightTask
from agents.run import Finding, Findings
from agents.wording import group_name
from core.insights.query import Filter, InsightQuery, QueryPeriod
from core.money import Currency, Money
from core.periods import Period

_ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_NO_MONEY = ("count", "points", "version")
_CALENDAR = ("day", "week", "month", "quarter", "year")


@dataclass(frozen=True, slots=True)
class Known:
    """Numbers without their sign; money in whole units of its currency. `words` are names, dates and displayed money:
    their digits are nobody's figures."""

    words: set[str] = field(default_factory=set[str])
    money: set[Decimal] = field(default_factory=set[Decimal])
    counts: set[Decimal] = field(default_factory=set[Decimal])
    percents: set[Decimal] = field(default_factory=set[Decimal])

    def add_money(self, minor: int, currency: Currency) -> None:
        amount = Money(abs(minor), currency)
        self.money.add(amount.decimal)
        self.words.add(amount.display())


def known(figures: list[Figure], findings: Findings) -> Known:
    """What an answer with these figures to these findings may say."""
    known = Known()
    for figure in figures:
        _add_figure(known, figure)
    for table in findings.evidence.tables.values():
        _add_table(known, table)
    for finding in findings.found:
        _add_finding(known, finding, _currencies(findings))
    return known


def _currencies(findings: Findings) -> set[Currency]:
    """Every currency that is spoken of: amounts in conditions are in one of them."""
    rows = (row for table in findings.evidence.tables.values() for row in table.rows)
    return {str(row["currency"]) for row in rows if row.get("currency")}


def _add_figure(known: Known, figure: Figure) -> None:
    if figure.value_minor is not None and figure.currency is not None:
        known.add_money(figure.value_minor, figure.currency)
    if isinstance(figure.value, (int, float)):
        pool = known.percents if figure.unit == "percent" else known.counts
        pool.add(abs(Decimal(str(figure.value))))


def _add_table(known: Known, table: Table) -> None:
    known.counts.update((Decimal(table.rows_in_all), Decimal(len(table.rows))))
    if table.period is not None:
        known.words.update(_period_words(table.period.period))
    for row in table.rows:
        _add_row(known, row)


def _add_row(known: Known, row: Row) -> None:
    currency = row.get("currency")
    for name, value in row.items():
        if isinstance(value, str):
            known.words.update(_text_words(name, value))
        elif isinstance(value, int) and not isinstance(value, bool):
            if currency is None or name.startswith(_NO_MONEY):
                known.counts.add(Decimal(abs(value)))
            else:
                known.add_money(value, str(currency))


def _text_words(name: str, value: str) -> Iterator[str]:
    """A name as it is and as it is shown; a day in the ways it is written."""
    yield value
    if not _ISO_DAY.match(value):
        yield group_name(name, value)
        return
    day = date.fromisoformat(value[:10])
    yield from (f"{day.day} {day:%B %Y}", f"{day:%B %Y}")
    if name in _CALENDAR:
        yield group_name(name, value)


def _add_finding(known: Known, finding: Finding, currencies: set[Currency]) -> None:
    if finding.explanation is not None:
        known.words.update(reason.sentence for reason in finding.explanation.reasons)
    if isinstance(finding.task, BalanceTask) and finding.task.at is not None:
        known.words.update(_text_words("day", finding.task.at.isoformat()))
    if not isinstance(finding.task, InsightTask):
        return
    known.words.add(finding.task.note)
    known.counts.add(Decimal(len(finding.results) - 1))  # "the median of the 6 months before"
    if finding.task.threshold is not None:
        for currency in currencies:
            known.add_money(finding.task.threshold.said_minor, currency)
    for result in finding.results:
        _add_query(known, result.query, currencies)
        if result.compared_with is not None:
            _add_period(known, result.compared_with)


def _add_query(known: Known, query: InsightQuery, currencies: set[Currency]) -> None:
    known.counts.update((Decimal(query.limit), Decimal(query.rows)))
    _add_period(known, query.period)
    for condition in query.filters:
        _add_condition(known, condition, currencies)


def _add_period(known: Known, period: QueryPeriod) -> None:
    known.words.update(_period_words(period.period))
    months = (period.end.year - period.start.year) * 12 + period.end.month - period.start.month
    days = (period.end - period.start).days
    known.counts.update(Decimal(n) for n in (days, round(days / 7), months, months + 1))


def _add_condition(known: Known, condition: Filter, currencies: set[Currency]) -> None:
    for value in condition.values:
        match condition.field, value:
            case "amount_minor", int():
                for currency in currencies:
                    for minor in (value - 1, value, value + 1):  # "above 5,000" is kept as 5,000.01 and more
                        known.add_money(minor, currency)
            case "hour", int():
                known.words.update((f"{value:02d}:00", f"{value:02d}:59", "00:00", "23:59"))
            case _:
                known.words.add(str(value))


def _period_words(period: Period) -> Iterator[str]:
    last = period.end - timedelta(days=1)
    yield from (period.label, f"{period.start:%Y}")
    for day in (period.start, last):
        yield from (f"{day.day} {day:%B %Y}", f"{day:%B %Y}")
