"""The built-in answers: one short template per operation. The figure first, then what it is compared with."""

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from agents import charts
from agents.answer import Figure
from agents.draft import Draft, Figures
from agents.evidence import Evidence, Table, cell, computed, per_unit, rows_of, units_in
from agents.plan import InsightTask, Operation
from agents.run import Finding
from agents.wording import amounts, count, group_name, label, listed, money, percent, subject
from core.insights.query import InsightQuery, InsightResult, Measure
from core.money import Currency
from core.periods import Unit

FIGURES_MAX = 24
TOLD_MAX = 5


class InsightTemplates:
    """Templates over one task's finding. Each gives one figure per currency where there are several."""

    def __init__(self, finding: Finding, evidence: Evidence) -> None:
        assert isinstance(finding.task, InsightTask)
        self.task: InsightTask = finding.task
        self.results: Sequence[InsightResult] = finding.results
        self.tables: Sequence[Table] = finding.tables
        self.evidence = evidence
        self.make = Figures(evidence)

    def draft(self) -> Draft:
        if self._is_empty():
            return Draft(text="", status="no_data")
        template: Callable[[], Draft] = {
            Operation.VALUE: self.value, Operation.SUM: self.sum, Operation.LIST: self.list_,
            Operation.BREAKDOWN: self.breakdown, Operation.RANK: self.rank, Operation.COUNT_GROUPS: self.count_groups,
            Operation.COMPARE: self.compare, Operation.DIFFERENCE: self.compare, Operation.GROWTH: self.compare,
            Operation.VERSUS: self.versus, Operation.SHARE: self.share, Operation.USUAL: self.usual,
            Operation.PACE: self.pace, Operation.THRESHOLD: self.threshold, Operation.WHEN_LAST: self.when,
            Operation.WHEN_FIRST: self.when, Operation.SAVINGS_RATE: self.savings_rate,
        }[self.task.operation]  # fmt: skip
        return template().noting(self.task.note)

    def _is_empty(self) -> bool:
        """No row at all: nothing in the period has a part in the measures. A sum that nets to zero is not empty."""
        return not any(
            result.rows for result in self.results[: 1 if self.task.operation is not Operation.SUM else None]
        )

    # Shared parts.

    @property
    def query(self) -> InsightQuery:
        return self.results[0].query

    @property
    def measure(self) -> Measure:
        return self.query.measures[0]

    @property
    def rows(self) -> list[dict[str, Any]]:
        return [entry.model_dump(mode="json") for result in self.results[:3] for entry in result.entries]

    def _source(self, row: int = 1, column: str | None = None, *, result: int = 0) -> str:
        return cell(self.tables[result].name, row, column or self.measure)

    def _figure(self, name: str, source: str, measure: Measure | None = None) -> Figure:
        if (measure or self.measure) is Measure.COUNT:
            return self.make.count(name, source)
        return self.make.money(name, source)

    def _say(self, figure: Figure, noun: str = "payment") -> str:
        if figure.unit == "money":
            assert figure.value_minor is not None and figure.currency is not None
            return money(figure.value_minor, figure.currency)
        if figure.unit == "percent":
            return percent(Decimal(str(figure.value)))
        value = figure.value
        assert isinstance(value, (int, float))
        return count(value, noun) if isinstance(value, int) else f"{value:g} {noun}s"

    def _noun(self) -> str:
        return "transaction" if self.query.flow == "any" else "payment"

    def _with_amounts(self, currency: Currency) -> str:
        return amounts(self.query, currency)

    def _head(self, currency: Currency | None = None) -> str:
        about = subject(self.query)
        return about + (self._with_amounts(currency) if currency else "")

    def _currencies(self, result: int = 0) -> list[tuple[int, Currency]]:
        return [(n, row["currency"]) for n, row in enumerate(self.results[result].rows, start=1)]

    # Templates.

    def value(self) -> Draft:
        figures = [
            self._figure(f"{self._head(currency)}, {self.query.period.period.label}", self._source(row))
            for row, currency in self._currencies()
        ]
        beside = [
            self._figure(label(self.query, measure), self._source(row, measure), measure)
            for row, _ in self._currencies()
            for measure in self.query.measures[1:]
        ]
        said = " and ".join(self._say(figure, self._noun()) for figure in figures)
        text = f"{figures[0].label}: {said}."
        if beside:
            text += f" {'; '.join(f'{_about(f.label)} {self._say(f)}' for f in beside)}."
        text += self._who() if self.measure in (Measure.LARGEST, Measure.SMALLEST) else ""
        extra = self._who_figures() if self.measure in (Measure.LARGEST, Measure.SMALLEST) else []
        return Draft(text, [*figures, *beside, *extra], rows=self.rows)

    def _who(self) -> str:
        if not self.results[0].entries:
            return ""
        entry = self.results[0].entries[0]
        direction = "from" if entry.amount_minor > 0 else "to"
        return (
            f" It went {direction} {entry.counterparty} on {_day(entry.occurred_at)}."
            if direction == "to"
            else f" It came from {entry.counterparty} on {_day(entry.occurred_at)}."
        )

    def _who_figures(self) -> list[Figure]:
        if not self.results[0].entries:
            return []
        table = self.tables[0].name.replace("result", "entries")
        entry = self.results[0].entries[0]
        return [
            self.make.name("With", entry.counterparty, cell(table, 1, "counterparty")),
            self.make.date("On", cell(table, 1, "occurred_at")),
        ]

    def sum(self) -> Draft:
        totals: list[Figure] = []
        parts: list[Figure] = []
        currencies = list(dict.fromkeys(row["currency"] for result in self.results for row in result.rows))
        for currency in currencies:
            sources: list[str] = []
            for n, result in enumerate(self.results):
                row = next((r for r, c in self._currencies(n) if c == currency), None)
                if row is not None:
                    sources.append(self._source(row, result=n))
                    parts.append(self._figure(label(result.query), sources[-1]))
            totals.append(
                self._figure(
                    f"{self._head()}, {listed([r.query.period.period.label for r in self.results])}",
                    computed("sum", *sources),
                )
            )
        said = " and ".join(self._say(figure, self._noun()) for figure in totals)
        each = "; ".join(f"{_period_of(f.label)}: {self._say(f, self._noun())}" for f in parts)
        return Draft(f"{totals[0].label}: {said}. {each}.", [*totals, *parts])

    def list_(self) -> Draft:
        result = self.results[0]
        table = self.tables[0].name.replace("result", "entries")
        shown = len(result.entries)
        figures = [
            self.make.count(
                f"Number of {self._noun()}s, {label(self.query, self.query.measures[-1])}",
                self._source(row, Measure.COUNT),
            )
            for row, _ in self._currencies()
        ]
        totals = [
            self.make.money(
                f"{subject(self.query, measure)}{amounts(self.query, currency)}, {self.query.period.period.label}",
                self._source(row, measure),
            )
            for row, currency in self._currencies()
            for measure in self.query.measures[1:]
        ]
        singles = [
            self.make.money(
                f"{entry.counterparty}, {_day(entry.occurred_at)}", computed("size", cell(table, n, "amount_minor"))
            )
            for n, entry in enumerate(result.entries[:TOLD_MAX], start=1)
        ]
        lines = "; ".join(
            f"{_day(entry.occurred_at)} {entry.counterparty} {self._say(single)}"
            for entry, single in zip(result.entries, singles, strict=False)
        )
        if self.query.rows < 50:  # so many were asked for: they are the answer, their number is not
            which = {"largest": "largest", "smallest": "smallest", "latest": "latest", "earliest": "first"}[
                self.query.rows_first
            ]
            head = f"The {which} {self._noun()}" if shown == 1 else f"The {shown} {which} {self._noun()}s"
            dates = [
                self.make.date("On", cell(table, 1, "occurred_at")),
                self.make.name("With", result.entries[0].counterparty, cell(table, 1, "counterparty")),
            ]
            return Draft(
                f"{head}: {lines}{'; …' if shown > TOLD_MAX else ''}.",
                [*singles[:1], *(dates if shown == 1 else []), *singles[1:]],
                rows=self.rows,
            )
        said = " and ".join(self._say(figure, self._noun()) for figure in figures)
        sums = f", {' and '.join(self._say(total) for total in totals)} in all" if totals else ""
        what = totals[0].label if totals else f"{subject(self.query)}, {self.query.period.period.label}"
        newest = f" {'The largest' if self.query.rows_first == 'largest' else 'The latest'}: {lines}{'; …' if shown > TOLD_MAX else ''}."
        return Draft(f"{what}: {said}{sums}.{newest}", [*figures, *totals], rows=self.rows)

    def breakdown(self) -> Draft:
        result = self.results[0]
        figures = [
            self._figure(
                f"{self._group(result, row)}, {self.query.period.period.label}"
                if not self._is_timed()
                else f"{self._head()}, {self._group(result, row)}",
                self._source(n),
            )
            for n, row in enumerate(result.rows[:FIGURES_MAX], start=1)
            if row[self.measure] is not None
        ]
        lines = "; ".join(
            f"{self._group(result, row)} {self._say(figure, self._noun())}"
            for row, figure in zip([r for r in result.rows if r[self.measure] is not None], figures[:12], strict=False)
        )
        more = "; …" if len(figures) > 12 else ""
        text = (
            f"{self._head()} by {' and '.join(self.query.group_by)}, {self.query.period.period.label}: {lines}{more}."
        )
        return Draft(text, figures, chart=charts.chart(result, self._head()), rows=result.rows)

    def _is_timed(self) -> bool:
        return any(d in charts.TIMED for d in self.query.group_by)

    def _group(self, result: InsightResult, row: dict[str, Any]) -> str:
        name = ", ".join(group_name(d, row[d]) for d in result.query.group_by)
        several = len({r["currency"] for r in result.rows}) > 1
        return f"{name} ({row['currency']})" if several else name

    def rank(self) -> Draft:
        result = self.results[0]
        rows = [(n, row) for n, row in enumerate(result.rows, start=1) if row[self.measure]]
        if not rows:
            return Draft("", status="no_data")
        dimension = self.query.group_by[0]
        first = rows[0]
        source = self._source(first[0], dimension)
        amount = None if self.measure is Measure.COUNT else self._source(first[0])
        figures = [
            self.make.name(
                f"{self._superlative()} {dimension}, {self.query.period.period.label}",
                self._group(result, first[1]),
                source,
                amount=amount,
            )
        ]
        figures += [
            self._figure(f"{self._group(result, row)}, {self.query.period.period.label}", self._source(n))
            for n, row in rows[:FIGURES_MAX]
        ]
        told = "; ".join(
            f"{self._group(result, row)} {self._say(figure, self._noun())}"
            for (_, row), figure in zip(rows[1:], figures[2:], strict=False)
        )
        text = f"{self._group(result, first[1])}: {self._say(figures[1], self._noun())} ({self._head()}, {self.query.period.period.label})."
        text += f" Then {told}." if told else ""
        return Draft(
            text, figures, chart=charts.chart(result, self._head()) if len(rows) > 1 else None, rows=result.rows
        )

    def _superlative(self) -> str:
        order = self.query.order
        return f"{'Most' if order is None or order.descending else 'Least'} {self._head().lower()} by"

    def count_groups(self) -> Draft:
        dimension = self.query.group_by[0]
        figure = self.make.count(f"Number of {_plural(dimension)}, {label(self.query)}", rows_of(self.tables[0].name))
        names = listed([self._group(self.results[0], row) for row in self.results[0].rows[:TOLD_MAX]])
        text = f"{figure.value} {_plural(dimension)} ({self._head()}, {self.query.period.period.label}): {names}."
        if self.results[0].cut_off or len(self.results[0].rows) > TOLD_MAX:
            text = f"{figure.value} {_plural(dimension)} ({self._head()}, {self.query.period.period.label}). First among them: {names}."
        return Draft(text, [figure], rows=self.results[0].rows)

    def compare(self) -> Draft:
        if self.query.group_by:
            return self._compare_groups()
        result, figures, sentences = self.results[0], [], []
        before = result.compared_with.period.label if result.compared_with else ""
        for row, currency in self._currencies():
            now_source, before_source = self._source(row), self._source(row, f"{self.measure}_before")
            values = {
                name: self.evidence.value_of(source)
                for name, source in (("now", now_source), ("before", before_source))
            }
            about = self._head(currency)
            now = self._figure(f"{about}, {self.query.period.period.label}", now_source)
            earlier = self._figure(f"{about}, {before}", before_source)
            difference = self._figure(
                f"{about}, {self.query.period.period.label} less {before}",
                computed("difference", now_source, before_source),
            )
            growth = (
                [
                    self.make.percent(
                        f"Change, {before} to {self.query.period.period.label}",
                        computed("growth", now_source, before_source),
                    )
                ]
                if values["before"]
                else []
            )
            first = {Operation.DIFFERENCE: [difference], Operation.GROWTH: growth or [difference]}.get(
                self.task.operation, [now]
            )
            figures += [*first, *(f for f in (now, earlier, difference, *growth) if f not in first)]
            sentences.append(self._compared(now, earlier, difference, growth, before))
        chart = charts.pair(result, self._head())
        return Draft(" ".join(sentences), figures, chart=chart, rows=self.rows)

    def _compared(self, now: Figure, earlier: Figure, difference: Figure, growth: list[Figure], before: str) -> str:
        change = difference.value_minor if difference.unit == "money" else difference.value
        assert isinstance(change, (int, float))
        if not change:
            return f"{now.label}: {self._say(now, self._noun())}, the same as in {before}."
        word = "more" if change > 0 else "less" if difference.unit == "money" else "fewer"
        size = difference.model_copy(
            update={"value_minor": abs(change)} if difference.unit == "money" else {"value": abs(change)}
        )
        rate = f" ({'+' if change > 0 else '−'}{percent(abs(Decimal(str(growth[0].value))))})" if growth else ""
        if difference.unit == "money":
            return f"{now.label}: {self._say(now)}, {self._say(size)} {word} than the {self._say(earlier)} of {before}{rate}."
        return f"{now.label}: {self._say(now, self._noun())}, {size.value:g} {word} than the {self._say(earlier, self._noun())} of {before}{rate}."

    def _compare_groups(self) -> Draft:
        result, figures, lines = self.results[0], [], []
        before = result.compared_with.period.label if result.compared_with else ""
        for n, row in enumerate(result.rows[: TOLD_MAX * 2], start=1):
            now = self._figure(f"{self._group(result, row)}, {self.query.period.period.label}", self._source(n))
            earlier = self._figure(f"{self._group(result, row)}, {before}", self._source(n, f"{self.measure}_before"))
            figures += [now, earlier]
            lines.append(
                f"{self._group(result, row)} {self._say(now, self._noun())} against {self._say(earlier, self._noun())}"
            )
        text = f"{self._head()} by {self.query.group_by[0]}, {self.query.period.period.label} against {before}: {'; '.join(lines)}."
        return Draft(text, figures, chart=charts.chart(result, self._head()), rows=result.rows)

    def versus(self) -> Draft:
        result = self.results[0]
        rows = list(enumerate(result.rows, start=1))
        figures = [
            self._figure(f"{self._group(result, row)}, {self.query.period.period.label}", self._source(n))
            for n, row in rows
        ]
        dimension = self.query.group_by[0]
        winner = self.make.name(
            f"The larger, {self.query.period.period.label}",
            self._group(result, rows[0][1]),
            self._source(1, dimension),
            amount=None if self.measure is Measure.COUNT else self._source(1),
        )
        told = "; ".join(
            f"{self._group(result, row)} {self._say(figure, self._noun())}"
            for (_, row), figure in zip(rows, figures, strict=True)
        )
        text = f"More on {self._group(result, rows[0][1])}, {self.query.period.period.label}: {told}."
        extra: list[Figure] = []
        if len(rows) == 2 and rows[0][1]["currency"] == rows[1][1]["currency"]:
            extra = [self._figure("Difference", computed("difference", self._source(1), self._source(2)))]
            text += f" The difference is {self._say(extra[0], self._noun())}."
        return Draft(text, [winner, *figures, *extra], chart=charts.chart(result, self._head()), rows=result.rows)

    def share(self) -> Draft:
        part, of = self.results[0], self.results[1]
        figures, sentences = [], []
        for n, row in enumerate(of.rows, start=1):
            mine = next((r for r, c in self._currencies() if c == row["currency"]), None)
            if mine is None or not row[of.query.measures[0]]:
                continue
            source, base = self._source(mine), cell(self.tables[1].name, n, of.query.measures[0])
            share = self.make.percent(
                f"Share of {subject(part.query)} in {subject(of.query)}, {part.query.period.period.label}",
                computed("share", source, base),
            )
            piece, all_of_it = (
                self._figure(label(part.query), source),
                self._figure(label(of.query), base, of.query.measures[0]),
            )
            figures += [share, piece, all_of_it]
            sentences.append(
                f"{self._say(share)}: {_about(piece.label)} came to {self._say(piece)} of {self._say(all_of_it)} ({subject(of.query)}, {part.query.period.period.label})."
            )
        if not figures:
            return Draft("", status="no_data")
        return Draft(" ".join(sentences), figures, rows=self.rows)

    def usual(self) -> Draft:
        figures, sentences = [], []
        for row, currency in self._currencies():
            now = self._figure(f"{self._head(currency)}, {self.query.period.period.label}", self._source(row))
            sources = [
                self._source(r, result=n)
                for n in range(1, len(self.results))
                for r, c in self._currencies(n)
                if c == currency
            ]
            if len(sources) < 2:
                sentences.append(
                    f"{now.label}: {self._say(now, self._noun())}. There is too little history before it to say what is usual."
                )
                figures.append(now)
                continue
            usual = self._figure(
                f"Usual {self._head(currency).lower()}: median of {len(sources)} earlier periods",
                computed("median", *sources),
            )
            difference = self._figure("More than usual", computed("difference", self._source(row), usual.source))
            figures += [now, usual, difference]
            sentences.append(self._against_usual(now, usual, difference, len(sources)))
        return Draft(" ".join(sentences), figures, rows=self.rows)

    def _against_usual(self, now: Figure, usual: Figure, difference: Figure, periods: int) -> str:
        change = difference.value_minor if difference.unit == "money" else difference.value
        base = usual.value_minor if usual.unit == "money" else usual.value
        assert isinstance(change, (int, float)) and isinstance(base, (int, float))
        names = {Unit.FISCAL_YEAR: "year"}.get(self.task.unit or Unit.MONTH, self.task.unit or Unit.MONTH)
        word = "about as much as" if abs(change) * 10 < abs(base) else "more than" if change > 0 else "less than"
        return f"{now.label}: {self._say(now, self._noun())}, {word} usual: the median of the {periods} {names}s before is {self._say(usual, self._noun())}."

    def pace(self) -> Draft:
        unit = self.task.unit or Unit.MONTH
        figures, sentences = [], []
        number = units_in(self.query.period.period, unit)
        for row, currency in self._currencies():
            total = self._figure(f"{self._head(currency)}, {self.query.period.period.label}", self._source(row))
            pace = self._figure(
                f"{self._head(currency)} per {_name(unit)}, {self.query.period.period.label}",
                per_unit(self._source(row), unit),
            )
            figures += [pace, total]
            sentences.append(
                f"{pace.label}: {self._say(pace, self._noun())} on average, {self._say(total, self._noun())} over {count(number, _name(unit))}."
            )
        chart = charts.chart(self.results[1], self._head()) if len(self.results) > 1 else None
        return Draft(
            " ".join(sentences), figures, chart=chart, rows=self.results[1].rows if len(self.results) > 1 else []
        )

    def threshold(self) -> Draft:
        assert self.task.threshold is not None
        asked = self.task.threshold
        figure = self._figure(label(self.query), self._source(1))
        value = figure.value_minor if figure.unit == "money" else None
        assert value is not None and figure.currency is not None
        holds = (asked.low_minor is None or value >= asked.low_minor) and (
            asked.high_minor is None or value <= asked.high_minor
        )
        side = "more than" if value > asked.said_minor else "less than" if value < asked.said_minor else "exactly"
        text = f"{'Yes' if holds else 'No'}: {figure.label} came to {self._say(figure)}, {side} {money(asked.said_minor, figure.currency)}."
        return Draft(text, [figure], rows=self.rows)

    def when(self) -> Draft:
        entry = self.results[0].entries[0]
        table = self.tables[0].name.replace("result", "entries")
        which = "First" if self.task.operation is Operation.WHEN_FIRST else "Last"
        day = self.make.date(
            f"{which} time: {subject(self.query, self.query.measures[-1])}", cell(table, 1, "occurred_at")
        )
        amount = self.make.money(
            f"{entry.counterparty}, {_day(entry.occurred_at)}", computed("size", cell(table, 1, "amount_minor"))
        )
        direction = "to" if entry.amount_minor < 0 else "from"
        text = f"{_day(entry.occurred_at)}: {self._say(amount)} {direction} {entry.counterparty}."
        return Draft(text, [day, amount], rows=self.rows)

    def savings_rate(self) -> Draft:
        figures, sentences = [], []
        for row, _ in self._currencies():
            if not self.results[0].rows[row - 1][Measure.INCOME]:
                continue
            net, income = self._source(row), self._source(row, Measure.INCOME)
            rate = self.make.percent(f"Savings rate, {self.query.period.period.label}", computed("share", net, income))
            saved, earned = (
                self._figure(label(self.query), net),
                self._figure(label(self.query, Measure.INCOME), income),
            )
            figures += [rate, saved, earned]
            sentences.append(f"{rate.label}: {self._say(rate)}, {self._say(saved)} kept of {self._say(earned)} income.")
        return Draft(" ".join(sentences), figures) if figures else Draft("", status="no_data")


def _day(instant: str) -> str:
    day = date.fromisoformat(instant[:10])
    return f"{day.day} {day:%B %Y}"


def _about(figure_label: str) -> str:
    return figure_label.rsplit(", ", 1)[0]


def _period_of(figure_label: str) -> str:
    return figure_label.rsplit(", ", 1)[-1]


def _plural(dimension: str) -> str:
    irregular = {"category": "categories", "counterparty": "payees"}
    return irregular.get(dimension, f"{dimension}s")


def _name(unit: Unit) -> str:
    return "financial year" if unit is Unit.FISCAL_YEAR else unit.value
