"""Templates for what is out of the ordinary: unusual payments and months, double charges."""

from agents.draft import Draft, Figures
from agents.evidence import Evidence, Row, cell, rows_of
from agents.findings import Finding
from agents.plan import DuplicatesTask, UnusualTask
from agents.templates.told import TOLD_MAX, day
from agents.wording import category, count, money


def unusual(finding: Finding, evidence: Evidence) -> Draft:
    """How much was out of the ordinary, and the latest of it with the reason."""
    task, table, make = finding.task, finding.tables[0], Figures(evidence)
    assert isinstance(task, UnusualTask)
    when = task.period.period.label
    number = make.count(f"Out of the ordinary, {when}", rows_of(table.name))
    if not table.rows:
        return Draft(f"Nothing was out of the ordinary, {when}.", [number]).noting(task.note)
    each = [
        make.money(f"{_whose(row)}, {day(row['on'])}", cell(table.name, n, "amount_minor"))
        for n, row in enumerate(table.rows[:TOLD_MAX], start=1)
    ]
    assert isinstance(number.value, int)
    reasons = " ".join(row["reason"] for row in table.rows[:TOLD_MAX])
    what = "thing was" if number.value == 1 else "things were"
    text = f"{number.value} {what} out of the ordinary, {when}. {reasons}"
    return Draft(text, [number, *each], rows=[dict(row) for row in table.rows]).noting(task.note)


def _whose(row: Row) -> str:
    """A payment's payee; a category, where its whole month was unusual."""
    return row["counterparty"] or category(row["category"])


def _twice(row: Row) -> str:
    same = f"{count(row['count'], 'payment')} of {money(row['amount_minor'], row['currency'])}"
    return f"{day(row['on'])} {row['counterparty']} {same}"


def duplicates(finding: Finding, evidence: Evidence) -> Draft:
    """How often the same was charged twice on one day, and what the extra charges come to."""
    task, table, make = finding.task, finding.tables[0], Figures(evidence)
    assert isinstance(task, DuplicatesTask)
    when = task.period.period.label
    number = make.count(f"Possible repeated charges, {when}", rows_of(table.name))
    if not table.rows:
        return Draft(f"No payment was made again on one day, {when}.", [number]).noting(task.note)
    extra = [
        make.money(f"Charged again by {row['counterparty']}, {day(row['on'])}", cell(table.name, n, "extra_minor"))
        for n, row in enumerate(table.rows[:TOLD_MAX], start=1)
    ]
    lines = [_twice(row) for row in table.rows[:TOLD_MAX]]
    assert isinstance(number.value, int)
    text = f"{count(number.value, 'possible repeated charge')}, {when}: {'; '.join(lines)}."
    return Draft(text, [number, *extra], rows=[dict(row) for row in table.rows]).noting(task.note)
