"""Templates for fraud: alerts, why a payment was flagged, accounts that show a pattern, money that came back."""

from collections.abc import Sequence

from agents.answer import Citation, Figure
from agents.draft import Draft, Figures
from agents.evidence import Evidence, Row, Table, cell, computed, rows_of
from agents.findings import Finding
from agents.plan import AlertsTask, CirclesTask, ExplainTask, SignalsTask
from agents.templates.counted import Wording, counted
from agents.templates.told import TOLD_MAX, day, say
from agents.wording import REASONS, count, money, points_between


def alerts(finding: Finding, evidence: Evidence) -> Draft:
    """How many alerts there are, the money in them, the accounts they are on, or which accounts have most: what was
    asked for first, then the newest of them with their first reason."""
    task, (totals, listed, *beside) = finding.task, finding.tables
    assert isinstance(task, AlertsTask)
    make = Figures(evidence)
    about = _which(task)
    number = make.count(_capital(about), rows_of(listed.name))
    if not listed.rows:
        return Draft(f"There are no {about}.", [number]).noting(task.note)
    if task.asks == "reasons":
        return _reasons(beside[0], about, make).noting(task.note)
    if beside and beside[0].rows:
        return _riskiest(beside[0].name, beside[0].rows, about, make).noting(task.note)
    rows = range(1, len(totals.rows) + 1)
    worth = [make.money(f"In {about}", cell(totals.name, n, "amount_minor")) for n in rows]
    accounts = make.count(f"Accounts with {about}", _sum(totals.name, "accounts", len(totals.rows)))
    customers = make.count(f"Customers with {about}", _sum(totals.name, "customers", len(totals.rows)))
    highest = make.count(f"Most points in {about}", cell(totals.name, 1, "points_max"))
    lowest = make.count(f"Fewest points in {about}", cell(totals.name, 1, "points_min"))
    mean = make.count(f"Points of {about} on average", _mean_points(totals))
    assert isinstance(number.value, int) and isinstance(accounts.value, int) and isinstance(customers.value, int)
    asked = {
        "customers": count(customers.value, "customer"), "accounts": count(accounts.value, "account"),
        "lowest": f"Lowest {lowest.value} points", "mean": f"{mean.value} points on average",
    }  # fmt: skip
    head = f"{asked[task.asks]}: " if task.asks in asked else ""
    text = (
        f"{head}{count(number.value, 'alert')}{_beside(task)}, {' and '.join(map(say, worth))} in all,"
        f" on {count(accounts.value, 'account')}; the highest has {highest.value} points."
        f" The newest: {'; '.join(map(_alert_line, listed.rows[:TOLD_MAX]))}."
    )
    first: dict[str, list[Figure]] = {
        "alerts": [number], "value": worth, "accounts": [accounts], "customers": [customers], "riskiest": [number],
        "points": [highest], "lowest": [lowest], "mean": [mean],
    }  # fmt: skip
    figures = [*first[task.asks], *(f for f in (number, *worth, accounts) if f not in first[task.asks])]
    return Draft(text, figures, rows=[dict(row) for row in listed.rows], citations=_citations(listed.rows)).noting(
        task.note
    )


def _which(task: AlertsTask) -> str:
    return f"{task.status + ' ' if task.status else ''}alerts{_beside(task)}"


def _beside(task: AlertsTask) -> str:
    points = points_between(task.points_min, task.points_max)
    reason = f" for {REASONS[task.reason]}" if task.reason else ""
    whose = " in that account" if task.account_ids else ""
    return f"{points}{reason}{whose}{f', {task.period.period.label}' if task.period else ''}"


def _mean_points(totals: Table) -> str:
    rows = len(totals.rows)
    return computed("quotient", _sum(totals.name, "points", rows), _sum(totals.name, "alerts", rows))


def _reasons(reasons: Table, about: str, make: Figures) -> Draft:
    """Why the alerts were raised, the reason of most of them first."""
    rows = list(enumerate(reasons.rows, start=1))
    names = [make.name(f"Reason of {about}", row["reason"], cell(reasons.name, n, "reason")) for n, row in rows]
    numbers = [make.count(f"For {row['reason']}", cell(reasons.name, n, "alerts")) for n, row in rows]
    lines = "; ".join(f"{row['reason']} {count(row['alerts'], 'alert')}" for row in reasons.rows)
    text = f"{_capital(about)} by reason: {lines}. An alert with several reasons counts for each."
    return Draft(text, [*names, *numbers], rows=[dict(row) for row in reasons.rows])


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _sum(table: str, column: str, rows: int) -> str:
    return computed("sum", *(cell(table, n, column) for n in range(1, rows + 1)))


def _riskiest(table: str, rows: Sequence[Row], about: str, make: Figures) -> Draft:
    """The account holders with most points in alerts that nobody has dismissed."""
    names = [
        make.name(f"Riskiest by {about}", f"{row['customer']}", cell(table, n, "customer"))
        for n, row in enumerate(rows[:TOLD_MAX], start=1)
    ]
    numbers = [
        make.count(f"Alerts on {row['customer']}", cell(table, n, "alerts"))
        for n, row in enumerate(rows[:TOLD_MAX], start=1)
    ]
    lines = [
        f"{row['customer']} ({row['account']}): {count(row['alerts'], 'alert')}, {row['points']} points,"
        f" {money(row['amount_minor'], row['currency'])}"
        for row in rows[:TOLD_MAX]
    ]
    text = f"Most points in {about}: {'; '.join(lines)}."
    return Draft(text, [*names, *numbers], rows=[dict(row) for row in rows])


def _citations(rows: Sequence[Row]) -> list[Citation]:
    return [
        Citation(
            kind="transaction",
            id=row["transaction_id"],
            text=row["reasons"][0]["sentence"] if row["reasons"] else row["description"],
        )
        for row in rows[:TOLD_MAX]
    ]


def _alert_line(row: Row) -> str:
    amount = money(row["amount_minor"], row["currency"])
    return f"{day(row['occurred_at'])} {row['customer']} to {row['counterparty']} {amount} ({row['points']} points)"


def explanation(finding: Finding, evidence: Evidence) -> Draft:
    """The reasons of one payment, each a sentence, with the payments that they cite."""
    assert isinstance(finding.task, ExplainTask)
    found = finding.explanation
    if found is None:
        return Draft("", status="no_data")
    make = Figures(evidence)
    points = make.count("Points, of 99", cell(finding.tables[0].name, 1, "points"))
    amount = make.money(
        f"Paid to {found.counterparty}, {day(found.occurred_at.isoformat())}",
        cell(finding.tables[0].name, 1, "amount_minor"),
    )
    figures = [points, amount] if finding.task.asks_points else [amount, points]
    head = f"The {say(amount)} to {found.counterparty} on {day(found.occurred_at.isoformat())}"
    if found.failure:
        why = make.name("Why it failed", found.failure, cell(finding.tables[0].name, 1, "failure"))
        return Draft(f"{head} failed: {found.failure}.", [why, amount])
    if not found.reasons:
        return Draft(f"{head} was not flagged: nothing unusual was found about it.", figures)
    state = f" and raised an alert ({found.alert_status})" if found.alert_status else ", too few for an alert"
    reasons = " ".join(reason.sentence for reason in found.reasons)
    citations = [
        Citation(
            kind="transaction",
            id=one.id,
            text=f"{day(one.occurred_at.isoformat())} {one.counterparty} {money(abs(one.amount_minor), one.currency)}",
        )
        for one in found.cited
    ]
    rows = [one.model_dump(mode="json") for one in found.cited]
    return Draft(f"{head} got {points.value} points{state}. {reasons}", figures, rows=rows, citations=citations)


def signals(finding: Finding, evidence: Evidence) -> Draft:
    """How many accounts show the pattern, and those with most money in it."""
    task = finding.task
    assert isinstance(task, SignalsTask)
    what, when = REASONS[task.reason], task.period.period.label

    def text(number: int, rows: Sequence[tuple[Row, str]]) -> str:
        lines = "; ".join(_signal_line(row, amount) for row, amount in rows)
        return f"{count(number, 'account')} {'shows' if number == 1 else 'show'} {what}, {when}: {lines}."

    wording = Wording(
        number=f"Accounts with {what}, {when}",
        nothing=f"No account shows {what}, {when}.",
        column="amount_minor",
        label=lambda row: f"{row['customer']}, {row['account']}",
        text=text,
    )
    return counted(finding.tables[0], evidence, wording, task.note)


def _signal_line(row: Row, amount: str) -> str:
    payments = count(row["payments"], "payment")
    return f"{row['customer']} ({row['account']}) {amount} in {payments}, the last on {day(row['last_on'])}"


def circles(finding: Finding, evidence: Evidence) -> Draft:
    """How often money came back to where it started, and the largest of it, by the names it went through."""
    task = finding.task
    assert isinstance(task, CirclesTask)
    when = task.period.period.label

    def text(number: int, rows: Sequence[tuple[Row, str]]) -> str:
        lines = "; ".join(_circle_line(row, amount) for row, amount in rows)
        return f"{count(number, 'circle')}, {when}: {lines}."

    wording = Wording(
        number=f"Circles of money, {when}",
        nothing=f"No money came back in a circle, {when}.",
        column="amount_minor",
        label=lambda row: f"Left {row['holders'][0]}, {day(row['began_at'])}",
        text=text,
    )
    return counted(finding.tables[0], evidence, wording, task.note)


def _circle_line(row: Row, amount: str) -> str:
    way = " to ".join([*row["holders"], row["holders"][0]])
    days = f"{day(row['began_at'])} to {day(row['ended_at'])}"
    return f"{amount} from {way}, {days}, {money(row['returned_minor'], row['currency'])} of it came back"
