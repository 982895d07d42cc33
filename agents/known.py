"""Known: everything that the words of an answer may name, gathered from what was found and from the plan itself."""

import re
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from agents.answer import Figure
from agents.claims import MONTHS
from agents.evidence import Row, Table, units_in, weekdays_of
from agents.findings import Finding, Findings
from agents.plan import AlertsTask, BalanceTask, ForecastTask, InsightTask, Operation
from agents.wording import group_name
from core.insights.query import Filter, InsightQuery, QueryPeriod
from core.money import Currency, Money
from core.periods import Period, Unit

_MONTH = re.compile(rf"(?:{'|'.join(MONTHS)}) \d{{4}}")
"""A month that came first among ranks is known as a month, and is no name: it stands in days of it too."""
_ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_NO_MONEY = ("count", "points", "version", "payments", "alerts", "accounts", "customers")
_CALENDAR = ("day", "week", "month", "quarter", "year")


@dataclass(frozen=True, slots=True)
class Known:
    """Numbers without their sign; money in whole units of its currency. `words` are names, notes and displayed money:
    their digits are nobody's figures. `spans` are numbers of days, weeks and months."""

    words: set[str] = field(default_factory=set[str])
    money: set[tuple[Currency, Decimal]] = field(default_factory=set[tuple[Currency, Decimal]])
    counts: set[Decimal] = field(default_factory=set[Decimal])
    counted: dict[str, set[Decimal]] = field(default_factory=dict[str, set[Decimal]])
    """Counts by what is counted, where that is known: 12 payments, 3 accounts."""
    spans: set[Decimal] = field(default_factory=set[Decimal])
    percents: set[Decimal] = field(default_factory=set[Decimal])
    days: set[date] = field(default_factory=set[date])
    months: set[date] = field(default_factory=set[date])
    """First days of months that may be named as such, though none of their days may."""
    years: set[int] = field(default_factory=set[int])

    def add_money(self, minor: int, currency: Currency) -> None:
        amount = Money(abs(minor), currency)
        self.money.add((currency, amount.decimal))
        self.words.add(amount.display())

    def add_figure(self, figure: Figure) -> None:
        if figure.value_minor is not None and figure.currency is not None:
            self.add_money(figure.value_minor, figure.currency)
        if isinstance(figure.value, (int, float)):
            pool = {"percent": self.percents, "days": self.spans}.get(figure.unit, self.counts)
            pool.add(abs(Decimal(str(figure.value))))
        elif figure.unit == "date" and figure.value:
            self.days.add(date.fromisoformat(figure.value))
        elif figure.unit == "text" and figure.value and not _MONTH.fullmatch(figure.value):
            self.words.add(figure.value)


def known(figures: list[Figure], findings: Findings) -> Known:
    """What an answer with these figures to these findings may say."""
    known = Known()
    for figure in figures:
        known.add_figure(figure)
    for table in findings.evidence.tables.values():
        _add_table(known, table)
    for finding in findings.found:
        _add_finding(known, finding, _currencies(findings))
    return known


def _currencies(findings: Findings) -> set[Currency]:
    """Every currency that is spoken of: amounts in conditions are in one of them."""
    rows = (row for table in findings.evidence.tables.values() for row in table.rows)
    return {str(row["currency"]) for row in rows if row.get("currency")}


def _add_table(known: Known, table: Table) -> None:
    known.counts.update((Decimal(table.rows_in_all), Decimal(len(table.rows))))
    if table.period is not None:
        _add_period(known, table.period)
    for row in table.rows:
        _add_row(known, row)


def _add_row(known: Known, row: Row) -> None:
    currency = row.get("currency")
    for name, value in row.items():
        if isinstance(value, str) and _ISO_DAY.match(value):
            _add_day(known, name, date.fromisoformat(value[:10]))
        elif isinstance(value, str):
            known.words.update((value, group_name(name, value)))
        elif isinstance(value, int) and not isinstance(value, bool):
            if currency is None or name.startswith(_NO_MONEY):
                known.counts.add(Decimal(abs(value)))
            else:
                known.add_money(value, str(currency))


def _add_day(known: Known, name: str, day: date) -> None:
    """The day; of a whole week, month ... the last one too, for it is named by both."""
    known.days.add(day)
    if name in _CALENDAR:
        known.days.add(Period.of(Unit(name), day).end - timedelta(days=1))


def _add_finding(known: Known, finding: Finding, currencies: set[Currency]) -> None:
    if finding.explanation is not None:
        known.words.update(reason.sentence for reason in finding.explanation.reasons)
    if isinstance(finding.task, BalanceTask):
        known.days.update(day for day in (finding.task.at, finding.task.before) if day is not None)
    if isinstance(finding.task, ForecastTask) and finding.task.spend_minor is not None:
        for currency in currencies:
            known.add_money(finding.task.spend_minor, currency)
    if isinstance(finding.task, AlertsTask):
        known.counts.update(Decimal(n) for n in (finding.task.points_min, finding.task.points_max) if n is not None)
    known.words.add(getattr(finding.task, "note", ""))
    if not isinstance(finding.task, InsightTask):
        return
    known.counts.add(Decimal(finding.task.position))
    if finding.task.operation is Operation.COUNT_GROUPS:
        known.spans.add(Decimal(finding.tables[0].rows_in_all))
    # "the median of the 6 months before"; of the next month all results are such months
    known.spans.update((Decimal(len(finding.results) - 1), Decimal(len(finding.results))))
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
    if weekdays := weekdays_of(query):
        of_such = {Decimal(units_in(query.period.period, unit, weekdays)) for unit in (Unit.DAY, Unit.WEEK)}
        known.counts.update(of_such)  # "26 Sundays"
        known.spans.update(of_such)  # "53 days" of weekends
    for condition in query.filters:
        _add_condition(known, condition, currencies)


def _add_period(known: Known, period: QueryPeriod) -> None:
    """Its first and its last day, and how many days, weeks, months ... it has."""
    known.days.update((period.start, period.end - timedelta(days=1)))
    known.spans.update(Decimal(units_in(period.period, unit)) for unit in Unit)


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
