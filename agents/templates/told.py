"""Told: one task's finding with the helpers that every template needs, figures by source above all."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from agents.answer import Figure
from agents.draft import Draft, Figures
from agents.evidence import Evidence, Table, absent, cell, computed
from agents.findings import Finding
from agents.plan import InsightTask
from agents.scope import Scope
from agents.wording import amounts, count, group_name, money, percent, subject
from core.insights.query import Dimension, EntryRow, Flow, InsightQuery, InsightResult, Measure
from core.money import Currency

FIGURES_MAX = 24
TOLD_MAX = 5
"""Payments or groups that a sentence names."""

NOTHING = Draft("", status="no_data")


class Told:
    """Rows of results count from 1 here, as in sources."""

    def __init__(self, finding: Finding, evidence: Evidence, scope: Scope) -> None:
        assert isinstance(finding.task, InsightTask)
        self.task: InsightTask = finding.task
        self.results: Sequence[InsightResult] = finding.results
        self.tables: Sequence[Table] = finding.tables
        self.evidence = evidence
        self.make = Figures(evidence)
        self.currency = scope.currency
        self._accounts = scope.account_names()

    @property
    def result(self) -> InsightResult:
        return self.results[0]

    @property
    def query(self) -> InsightQuery:
        return self.result.query

    @property
    def measure(self) -> Measure:
        return self.query.measures[0]

    @property
    def period(self) -> str:
        return self.query.period.period.label

    @property
    def last_day(self) -> date:
        """The last day of the period: today, where it is still running."""
        return self.query.period.end - timedelta(days=1)

    @property
    def noun(self) -> str:
        return "transaction" if self.query.flow is Flow.ANY else "payment"

    @property
    def entries_table(self) -> str:
        return self.entries_of(0)

    def entries_of(self, result: int) -> str:
        """The name of the table with a result's entries."""
        return self.tables[result].name.replace("result", "entries")

    def entry_rows(self) -> list[dict[str, Any]]:
        """The entries behind the figures, as an answer shows them."""
        return [entry.model_dump(mode="json") for entry in self.result.entries]

    def currencies(self) -> list[Currency]:
        """Of all results, the one with most entries first."""
        return list(dict.fromkeys(row["currency"] for result in self.results for row in result.rows))

    # Sources.

    def source(self, row: int = 1, column: str | None = None, *, result: int = 0) -> str:
        return cell(self.tables[result].name, row, column or self.results[result].query.measures[0])

    def source_in(self, currency: Currency, column: str | None = None, *, result: int = 0) -> str:
        """The cell of an ungrouped result in a currency; where it has none, that there is none."""
        for n, row in enumerate(self.results[result].rows, start=1):
            if row["currency"] == currency:
                return self.source(n, column, result=result)
        return absent(self.tables[result].name, currency)

    def difference(self, one: str, other: str) -> str:
        """The source of the difference of two sources, with the sign that was asked for."""
        match self.task.sign:
            case "more":
                return computed("difference", one, other)
            case "less":
                return computed("difference", other, one)
            case "size":
                return computed("size", computed("difference", one, other))

    def held_against(self, one: str, other: str) -> str:
        """What such a difference is of, as it was taken."""
        match self.task.sign:
            case "more":
                return f"{one} less {other}"
            case "less":
                return f"{other} less {one}"
            case "size":
                return f"{one} against {other}"

    # Figures and words.

    def about(self, currency: Currency | None = None, measure: Measure | None = None) -> str:
        """`Groceries by card above ₹500.00`."""
        return subject(self.query, measure) + (amounts(self.query, currency) if currency else "")

    def label(self, currency: Currency | None = None, measure: Measure | None = None) -> str:
        return f"{self.about(currency, measure)}, {self.period}"

    def figure(self, label: str, source: str, measure: Measure | None = None) -> Figure:
        match measure or self.measure:
            case Measure.COUNT | Measure.COUNTERPARTIES | Measure.NEW_COUNTERPARTIES:
                return self.make.count(label, source)
            case Measure.FAILED_SHARE | Measure.SAVINGS_RATE | Measure.ALERT_PRECISION:
                return self.make.percent(label, source)
            case _:
                return self.make.money(label, source)

    def single(self, place: int, *, result: int = 0) -> Figure:
        """The amount of the payment in this place of those found, sign left out."""
        entry = self.results[result].entries[place - 1]
        size = computed("size", cell(self.entries_of(result), place, "amount_minor"))
        return self.make.money(f"{entry.counterparty}, {day(entry.occurred_at)}", size)

    def say(self, figure: Figure) -> str:
        if figure.unit == "money":
            assert figure.value_minor is not None and figure.currency is not None
            return money(figure.value_minor, figure.currency)
        if figure.unit == "percent":
            return percent(Decimal(str(figure.value)))
        assert isinstance(figure.value, (int, float))
        if self.measure in (Measure.COUNTERPARTIES, Measure.NEW_COUNTERPARTIES):
            return count(int(figure.value), "payee")
        return count(figure.value, self.noun) if isinstance(figure.value, int) else f"{figure.value:g} {self.noun}s"

    def group(self, row: dict[str, Any], result: InsightResult | None = None) -> str:
        """The name of a group; with its currency where there are several."""
        result = result or self.result
        name = ", ".join(self._group_name(dimension, row) for dimension in result.query.group_by)
        several = len({other["currency"] for other in result.rows}) > 1
        return f"{name} ({row['currency']})" if several else name

    def _group_name(self, dimension: Dimension, row: dict[str, Any]) -> str:
        if dimension is Dimension.ACCOUNT:
            return self._accounts.get(row["account_id"]) or str(row["account"])
        return group_name(dimension, row[dimension])


def number(figure: Figure) -> int | float:
    """The value of a money or count figure, to compare it with another."""
    value = figure.value_minor if figure.unit == "money" else figure.value
    assert isinstance(value, (int, float))
    return value


def size(figure: Figure) -> Figure:
    """The figure without its sign, to be told."""
    if figure.unit == "money":
        return figure.model_copy(update={"value_minor": abs(int(number(figure)))})
    return figure.model_copy(update={"value": abs(number(figure))})


def day(instant: str) -> str:
    found = date.fromisoformat(instant[:10])
    return f"{found.day} {found:%B %Y}"


def say(figure: Figure) -> str:
    """A figure of money as people read it."""
    assert figure.value_minor is not None and figure.currency is not None
    return money(figure.value_minor, figure.currency)


def whereto(entry: EntryRow) -> str:
    return f"{'to' if entry.amount_minor < 0 else 'from'} {entry.counterparty}"
