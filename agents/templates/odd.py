"""Templates for what is out of the ordinary: unusual payments and months, double charges."""

from collections.abc import Sequence
from dataclasses import replace

from agents.answer import Figure
from agents.draft import Draft, Figures
from agents.evidence import Evidence, Row, Table, cell
from agents.findings import Finding
from agents.plan import DuplicatesTask, UnusualTask
from agents.templates.counted import Wording, counted
from agents.templates.told import TOLD_MAX, day
from agents.wording import category, count, money


def unusual(finding: Finding, evidence: Evidence) -> Draft:
    """How much was out of the ordinary, and the latest of it with the reason."""
    task = finding.task
    assert isinstance(task, UnusualTask)
    when = task.period.period.label

    def text(number: int, rows: Sequence[tuple[Row, str]]) -> str:
        what = "thing was" if number == 1 else "things were"
        return f"{number} {what} out of the ordinary, {when}. {' '.join(row['reason'] for row, _ in rows)}"

    wording = Wording(
        number=f"Out of the ordinary, {when}",
        nothing=f"Nothing was out of the ordinary, {when}.",
        column="amount_minor",
        label=lambda row: f"{_whose(row)}, {day(row['on'])}",
        text=text,
    )
    return counted(finding.tables[0], evidence, wording, task.note)


def _whose(row: Row) -> str:
    """A payment's payee; a category, where its whole month was unusual."""
    return row["counterparty"] or category(row["category"])


def duplicates(finding: Finding, evidence: Evidence) -> Draft:
    """How often the same was charged twice on one day, and what the extra charges come to."""
    task = finding.task
    assert isinstance(task, DuplicatesTask)
    when = task.period.period.label

    def text(number: int, rows: Sequence[tuple[Row, str]]) -> str:
        return f"{count(number, 'possible repeated charge')}, {when}: {'; '.join(_twice(row) for row, _ in rows)}."

    wording = Wording(
        number=f"Possible repeated charges, {when}",
        nothing=f"No payment of the same amount was made again to the same payee on the same day, {when}.",
        column="extra_minor",
        label=lambda row: f"Charged again by {row['counterparty']}, {day(row['on'])}",
        text=text,
    )
    draft = counted(finding.tables[0], evidence, wording, task.note)
    return replace(draft, figures=[*_asked_of(task, finding.tables[0], Figures(evidence)), *draft.figures])


def _asked_of(task: DuplicatesTask, table: Table, make: Figures) -> list[Figure]:
    """What was charged each time, or the days on which it was, where that is asked."""
    rows = list(enumerate(table.rows[:TOLD_MAX], start=1))
    if task.asks == "amount":
        return [make.money(f"{row['counterparty']} each time", cell(table.name, n, "amount_minor")) for n, row in rows]
    if task.asks == "day":
        return [make.date(f"Charged again by {row['counterparty']}", cell(table.name, n, "on")) for n, row in rows]
    return []


def _twice(row: Row) -> str:
    same = f"{count(row['count'], 'payment')} of {money(row['amount_minor'], row['currency'])}"
    apart = f" from {row['accounts']} accounts" if row["accounts"] > 1 else ""
    return f"{day(row['on'])} {row['counterparty']} {same}{apart}"
