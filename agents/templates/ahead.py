"""Templates for what is to come and what was meant: balances on a day ahead, what can be afforded, budgets."""

from agents.answer import Figure
from agents.draft import Draft, Figures
from agents.evidence import Evidence, cell, computed, less
from agents.findings import Finding
from agents.plan import BudgetsTask, ForecastTask
from agents.scope import Scope
from agents.templates.told import TOLD_MAX, day, say
from agents.wording import count, listed, money
from core.money import Currency

_STATES = {"over": "overspent", "at_risk": "likely to be overspent", "on_track": "on track"}


def forecast(finding: Finding, evidence: Evidence, scope: Scope) -> Draft:
    """What the accounts should hold on the day; or what would be left of it once an amount is spent, with a yes or no
    that keeps to the cautious end of the band."""
    task, table = finding.task, finding.tables[0]
    assert isinstance(task, ForecastTask)
    if not table.rows:
        return Draft("There are no accounts here to look ahead for.", status="no_data")
    sums = _Sums(finding, evidence)
    currencies = sums.currencies()
    told = _afford(task, sums, scope.currency) if task.spend_minor is not None else _expect(task, sums, currencies)
    return Draft(told.text, told.figures, rows=[dict(row) for row in table.rows]).noting(task.note)


class _Sums:
    """Columns of the forecast added up over the accounts of one currency."""

    def __init__(self, finding: Finding, evidence: Evidence) -> None:
        self._table = finding.tables[0]
        self.make = Figures(evidence)

    def currencies(self) -> list[Currency]:
        return list(dict.fromkeys(row["currency"] for row in self._table.rows))

    def source(self, currency: Currency, column: str) -> str | None:
        """None where an account has no such value: it is too young for a band."""
        rows = [(n, row) for n, row in enumerate(self._table.rows, start=1) if row["currency"] == currency]
        if not rows or any(row[column] is None for _, row in rows):
            return None
        return computed("sum", *(cell(self._table.name, n, column) for n, _ in rows))

    def figure(self, label: str, currency: Currency, column: str) -> Figure | None:
        source = self.source(currency, column)
        return self.make.money(label, source) if source else None


def _expect(task: ForecastTask, sums: _Sums, currencies: list[Currency]) -> Draft:
    on, figures, sentences = day(task.on.isoformat()), list[Figure](), list[str]()
    for currency in currencies:
        expected = sums.figure(f"Balance expected on {on}", currency, "expected_minor")
        now = sums.figure("Balance now", currency, "now_minor")
        assert expected is not None and now is not None
        band = [sums.figure(label, currency, f"{label}_minor") for label in ("low", "high")]
        found = [figure for figure in band if figure]
        between = f" (most likely between {listed([say(figure) for figure in found])})" if len(found) == 2 else ""
        sentences.append(f"{say(expected)} expected on {on}{between}; now it is {say(now)}.")
        figures += [expected, now, *found]
    return Draft(" ".join(sentences), figures)


def _afford(task: ForecastTask, sums: _Sums, currency: Currency) -> Draft:
    on = day(task.on.isoformat())
    expected, low = sums.source(currency, "expected_minor"), sums.source(currency, "low_minor")
    assert expected is not None and task.spend_minor is not None
    asked = money(task.spend_minor, currency)
    left = sums.make.money(f"Left on {on} after {asked}", less(expected, task.spend_minor))
    cautious = sums.make.money("Left, on the cautious side", less(low, task.spend_minor)) if low else None
    balance = sums.make.money(f"Balance expected on {on}", expected)
    assert left.value_minor is not None
    if left.value_minor < 0:
        verdict = "No"
    elif cautious is not None and (cautious.value_minor or 0) < 0:
        verdict = "Probably, but it could be tight"
    else:
        verdict = "Yes"
    text = f"{verdict}: after {asked} there should be {say(left)} on {on}, out of {say(balance)} expected."
    if cautious is not None:
        text += f" On the cautious side it is {say(cautious)}."
    return Draft(text, [left, balance, *([cautious] if cautious else [])])


def budgets(finding: Finding, evidence: Evidence) -> Draft:
    """What is left of each budget of the month, the tightest first."""
    task, table, make = finding.task, finding.tables[0], Figures(evidence)
    assert isinstance(task, BudgetsTask)
    month = f"{task.month:%B %Y}"
    if not table.rows:
        about = "for this" if task.categories else "yet"
        otherwise = "Say in your question how much you keep for it, and I tell what is left of that."
        return Draft(f"You have set no budget {about}. {otherwise}", status="no_data")
    rows = list(enumerate(table.rows, start=1))[:TOLD_MAX]
    left = [make.money(f"Left of {row['name']}, {month}", cell(table.name, n, "left_minor")) for n, row in rows]
    spent = [make.money(f"Spent of {row['name']}, {month}", cell(table.name, n, "spent_minor")) for n, row in rows]
    whole = [make.money(f"Budget for {row['name']}", cell(table.name, n, "available_minor")) for n, row in rows]
    lines = [
        f"{row['name']}: {say(rest)} left, {say(gone)} of {say(all_)} spent, {_STATES[row['state']]}"
        for (_, row), rest, gone, all_ in zip(rows, left, spent, whole, strict=True)
    ]
    head = f"{count(len(table.rows), 'budget')} in {month}. " if len(table.rows) > 1 else ""
    return Draft(f"{head}{'; '.join(lines)}.", [*left, *spent, *whole], rows=[dict(row) for row in table.rows])
