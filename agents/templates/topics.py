"""Templates for what is no insight query: balances, refunds, what recurs, memories, how far data reach."""

from collections.abc import Sequence
from datetime import date

from agents.answer import Citation, Figure
from agents.draft import Draft, Figures
from agents.evidence import Evidence, Row, Table, cell, computed, days_until, rows_of
from agents.findings import Finding
from agents.plan import BalanceTask, RecallTask, RecurringTask, Recurs, RefundsTask
from agents.scope import Scope
from agents.templates.told import TOLD_MAX, day, number, say, size
from agents.wording import category, count, listed


def balances(finding: Finding, evidence: Evidence, scope: Scope) -> Draft:
    """What the accounts hold: together per currency, then the largest of them."""
    totals_table, accounts = finding.tables[:2]
    make, names = Figures(evidence), scope.account_names()
    if not accounts.rows:
        return Draft("There are no accounts here.", status="no_data")
    if finding.tables[2:]:
        return _grown(finding, evidence)
    number = make.count("Number of accounts", rows_of(accounts.name))
    assert isinstance(finding.task, BalanceTask)
    when = _at_end_of(finding.task.at)
    totals = [
        make.money(f"Balance {when}", cell(totals_table.name, n, "posted_minor"))
        for n in range(1, len(totals_table.rows) + 1)
    ]
    each = [
        make.money(names.get(row["account_id"]) or row["name"], cell(accounts.name, n, "posted_minor"))
        for n, row in enumerate(accounts.rows[:TOLD_MAX], start=1)
    ]
    assert isinstance(number.value, int)
    text = f"{' and '.join(map(say, totals))} in {count(number.value, 'account')} {when}."
    if number.value > 1:
        text += f" {'; '.join(f'{figure.label}: {say(figure)}' for figure in each)}."
    figures = [*totals, *(each if number.value > 1 else [])]
    ordered = [number, *figures] if finding.task.counts else [*figures, number]
    return Draft(text, ordered, rows=[dict(row) for row in accounts.rows])


def _at_end_of(at: date | None) -> str:
    return "now" if at is None else f"at the end of {day(at.isoformat())}"


def _grown(finding: Finding, evidence: Evidence) -> Draft:
    """How much more the accounts hold on one day than on another, per currency, and what they held on each."""
    assert isinstance(finding.task, BalanceTask)
    make, (now_table, accounts, before_table) = Figures(evidence), finding.tables
    now_when, before_when = _at_end_of(finding.task.at), _at_end_of(finding.task.before)
    figures: list[Figure] = []
    sentences: list[str] = []
    for n in range(1, len(now_table.rows) + 1):  # the same accounts, in the same order
        now = make.money(f"Balance {now_when}", cell(now_table.name, n, "posted_minor"))
        before = make.money(f"Balance {before_when}", cell(before_table.name, n, "posted_minor"))
        change = _held_apart(finding.task, make, now, before)
        word = "less" if number(now) < number(before) else "more"
        sentences.append(f"{say(size(change))} {word} {now_when} ({say(now)}) than {before_when} ({say(before)}).")
        figures += [change, now, before]
    return Draft(" ".join(sentences), figures, rows=[dict(row) for row in accounts.rows])


def _held_apart(task: BalanceTask, make: Figures, now: Figure, before: Figure) -> Figure:
    """How much more is held, how much less, or how far apart the two are, as it was asked."""
    more = computed("difference", now.source, before.source)
    match task.sign:
        case "more":
            return make.money(f"{now.label} less {before.label.removeprefix('Balance ')}", more)
        case "less":
            less = computed("difference", before.source, now.source)
            return make.money(f"{before.label} less {now.label.removeprefix('Balance ')}", less)
        case "size":
            return make.money(f"{now.label} against {before.label.removeprefix('Balance ')}", computed("size", more))


def memories(finding: Finding, evidence: Evidence) -> Draft:
    """The payments that the summaries tell of, as the ledger has them."""
    assert isinstance(finding.task, RecallTask)
    rows: Sequence[Row] = finding.tables[0].rows if finding.tables else ()
    if not rows:
        return Draft("I find no payment that fits this. Whom was it paid to, and about when?", status="clarify")
    make = Figures(evidence)
    figures: list[Figure] = []
    lines: list[str] = []
    for n, row in enumerate(rows[:TOLD_MAX], start=1):
        figure = make.money(
            f"{row['counterparty']}, {day(row['occurred_at'])}",
            computed("size", cell(finding.tables[0].name, n, "amount_minor")),
        )
        figures.append(figure)
        said = f" “{row['description']}”" if row["description"] else ""
        lines.append(f"{day(row['occurred_at'])} {row['counterparty']} {say(figure)}{said}")
    citations = [Citation(kind="summary", id=hit.id, text=hit.text) for hit in finding.hits]
    text = f"The likeliest {'payment is' if len(rows) == 1 else 'payments are'}: {'; '.join(lines)}."
    return Draft(text, figures, rows=[dict(row) for row in rows], citations=citations)


def refunds(finding: Finding, evidence: Evidence) -> Draft:
    """What came back in all, how often, and the latest of it."""
    task, (totals, entries) = finding.task, finding.tables
    assert isinstance(task, RefundsTask)
    make, when = Figures(evidence), f"{_refunded(task)}{f', {task.period.period.label}' if task.period else ''}"
    number = make.count(f"Refunds{when}", rows_of(totals.name))
    if not totals.rows:
        return Draft(f"No refunds came in{when}.", [number]).noting(task.note)
    sums = [
        make.money(f"Refunded{when}", cell(totals.name, n, "refunded_minor")) for n in range(1, len(totals.rows) + 1)
    ]
    each = [
        make.money(f"{row['counterparty']}, {day(row['occurred_at'])}", cell(entries.name, n, "amount_minor"))
        for n, row in enumerate(entries.rows[:TOLD_MAX], start=1)
    ]
    assert isinstance(number.value, int)
    latest = "; ".join(f"{figure.label}: {say(figure)}" for figure in each)
    came, often = " and ".join(map(say, sums)), count(number.value, "refund")
    text = f"{often}{when}: {came} in all." if task.counts else f"{came} came back in {often}{when}."
    text += f" The latest: {latest}."
    rows = [dict(row) for row in entries.rows]
    if task.asks != "all":
        row = entries.rows[0]
        dated = make.date(f"The {task.asks} refund", cell(entries.name, 1, "occurred_at"))
        text = f"The {task.asks} refund: {say(each[0])} from {row['counterparty']} on {day(row['occurred_at'])}."
        first = [each[0], dated] if task.asks == "largest" or task.asks_amount else [dated, each[0]]
        if task.days_to:
            first = [make.days(f"Days since the {task.asks} refund", days_until(dated.source, task.days_to)), *first]
            text = f"{count(int(str(first[0].value)), 'day')} ago. {text}"
        return Draft(text, [*first, number, *sums], rows=rows)
    ordered = [number, *sums] if task.counts else [*sums, number]
    payees = _payees(entries, make) if task.asks_who else []
    text = f"{listed([str(one.value) for one in payees])} paid back. {text}" if payees else text
    return Draft(text, [*payees, *ordered, *each], rows=rows).noting(task.note)


def _refunded(task: RefundsTask) -> str:
    """From whom, or for what, it came back, where that was asked."""
    if task.counterparties:
        return f" from {listed(list(task.counterparties))}"
    return f" for {listed([category(slug) for slug in task.categories])}" if task.categories else ""


def _payees(entries: Table, make: Figures) -> list[Figure]:
    """Each payee once, the one of the latest payment first."""
    found: dict[str, Figure] = {}
    for n, row in enumerate(entries.rows, start=1):
        name = row["counterparty"]
        found.setdefault(name, make.name("Refund from", name, cell(entries.name, n, "counterparty")))
    return list(found.values())[:TOLD_MAX]


def recurring(finding: Finding, evidence: Evidence) -> Draft:
    """What comes back, what it comes to in a year, and each with its next day; or when the next one is due."""
    task, table, make = finding.task, finding.tables[-1], Figures(evidence)
    assert isinstance(task, RecurringTask)
    if not table.rows:
        return Draft(_NONE_RECURS[task.recurs], status="no_data")
    if task.recurs != "running":
        return _state(table, make) if task.recurs == "state" else _stopped(table, make)
    if task.due:
        return _due(task.due.period.label, finding, make)
    dues = [
        make.date(f"{row['counterparty']}, next", cell(table.name, n, "next_on"))
        for n, row in enumerate(table.rows[:TOLD_MAX], start=1)
    ]
    each = [
        make.money(f"{row['counterparty']}, {_often(row)}", cell(table.name, n, "amount_minor"))
        for n, row in enumerate(table.rows[:TOLD_MAX], start=1)
    ]
    rows = [dict(row) for row in table.rows]
    if task.is_next:
        first = table.rows[0]
        due = day(first["next_on"])
        often = _often(first)
        text = f"{first['counterparty']} is expected next on {due}: {say(each[0])}, {often}."
        if task.days_from is None:
            return Draft(text, [dues[0], each[0]], rows=rows)
        days = make.days(f"Days until {due}", computed("size", days_until(dues[0].source, task.days_from)))
        return Draft(f"In {count(int(str(days.value)), 'day')}. {text}", [days, dues[0], each[0]], rows=rows)
    if task.is_dearest:
        return _only_one(finding, make, each[0], dues[0], head=f"The dearest of {count(len(rows), 'payment')}: ")
    if len(table.rows) == 1 and not (task.counts or task.a_year):
        return _only_one(finding, make, each[0], dues[0])
    number = make.count("Recurring payments", rows_of(table.name))
    a_year = [make.money("In a year", source) for source in _sums(table.name, "a_year_minor", table.rows)]
    told = zip(each, table.rows, strict=False)
    lines = "; ".join(f"{one.label} {say(one)}, next {day(row['next_on'])}" for one, row in told)
    assert isinstance(number.value, int)
    sums = " and ".join(map(say, a_year))
    text = f"{count(number.value, 'recurring payment')}, {sums} in a year. The dearest: {lines}."
    ordered = [number, *a_year] if task.counts else [*a_year, number]
    return Draft(text, [*ordered, *each, *dues], rows=rows)


_NONE_RECURS: dict[Recurs, str] = {
    "running": "I see nothing here that comes back regularly.",
    "stopped": "Nothing that came back regularly has stopped.",
    "state": "I see no payments to it that came back regularly.",
}


def _state(table: Table, make: Figures) -> Draft:
    """Of each of few whether it still comes, when it came last, and when it is expected next."""
    lasts = [make.date(f"{row['counterparty']}, last", s) for row, s in _cells(table, "last_on")]
    each = [make.money(f"{row['counterparty']}, {_often(row)}", s) for row, s in _cells(table, "amount_minor")]
    dues = [make.date(f"{row['counterparty']}, next", s) for row, s in _cells(table, "next_on")]
    told = [_state_of(row, say(amount)) for row, amount in zip(table.rows, each, strict=False)]
    return Draft(" ".join(told), [*lasts, *each, *dues], rows=[dict(row) for row in table.rows])


def _state_of(row: Row, amount: str) -> str:
    payee, last, due = row["counterparty"], day(row["last_on"]), day(row["next_on"])
    if row["status"] == "stopped":
        return f"{payee} has stopped: it came last on {last}, {amount} {_often(row)}."
    if row["status"] == "late":
        return f"{payee} is late: it came last on {last}, {amount} {_often(row)}, and was expected on {due}."
    return f"{payee} still runs: it came last on {last}, {amount} {_often(row)}, and is expected next on {due}."


def _stopped(table: Table, make: Figures) -> Draft:
    """What came back and does not any more, the latest first, each with its last day."""
    number = make.count("Recurring payments that stopped", rows_of(table.name))
    names = [make.name("Stopped", row["counterparty"], s) for row, s in _cells(table, "counterparty")]
    lasts = [make.date(f"{row['counterparty']}, last", s) for row, s in _cells(table, "last_on")]
    each = [make.money(f"{row['counterparty']}, {_often(row)}", s) for row, s in _cells(table, "amount_minor")]
    lines = "; ".join(
        f"{one.label} {say(one)}, last on {day(row['last_on'])}" for one, row in zip(each, table.rows, strict=False)
    )
    assert isinstance(number.value, int)
    head = "1 recurring payment has" if number.value == 1 else f"{number.value} recurring payments have"
    return Draft(f"{head} stopped: {lines}.", [*names, number, *lasts, *each], rows=[dict(row) for row in table.rows])


def _cells(table: Table, column: str) -> list[tuple[Row, str]]:
    return [(row, cell(table.name, n, column)) for n, row in enumerate(table.rows[:DUES_TOLD], start=1)]


def _often(row: Row) -> str:
    return str(row["interval"]).replace("_", "-")


def _only_one(finding: Finding, make: Figures, amount: Figure, due: Figure, *, head: str = "") -> Draft:
    """What the one payment that comes back, or the dearest, takes each time, when it comes next, and what that is in a
    year."""
    table = finding.tables[-1]
    row, a_year = table.rows[0], make.money("In a year", cell(table.name, 1, "a_year_minor"))
    often = _often(row)
    text = (
        f"{head}{row['counterparty']}: {say(amount)}, {often}, next on {day(row['next_on'])}; {say(a_year)} in a year."
    )
    return Draft(text, [amount, due, a_year], rows=[dict(row)])


DUES_TOLD = 10
"""Payments to come that a sentence names."""


def _due(when: str, finding: Finding, make: Figures) -> Draft:
    """All that is expected on days to come, in their order, and what it comes to; where there is nothing, what comes
    next."""
    due, running = finding.tables
    assert isinstance(finding.task, RecurringTask)
    way = "to come in" if finding.task.incoming else "to go out"
    number = make.count(f"Expected, {when}", rows_of(due.name))
    named = due if due.rows else running
    each = [
        make.money(f"{row['counterparty']}, {day(row['next_on'])}", cell(named.name, n, "amount_minor"))
        for n, row in enumerate(named.rows[: DUES_TOLD if due.rows else 1], start=1)
    ]
    if not due.rows:
        return Draft(f"Nothing is expected {way}, {when}. Next comes {each[0].label}: {say(each[0])}.", [number, *each])
    sums = [make.money(f"Expected in all, {when}", source) for source in _sums(due.name, "amount_minor", due.rows)]
    assert isinstance(number.value, int)
    lines = "; ".join(f"{one.label}: {say(one)}" for one in each)
    more = "; …" if len(due.rows) > DUES_TOLD else ""
    text = f"{' and '.join(map(say, sums))} expected {way} in {count(number.value, 'payment')}, {when}: {lines}{more}."
    ordered = [number, *sums] if finding.task.counts else [*sums, number]
    return Draft(text, [*ordered, *each], rows=[dict(row) for row in due.rows])


def _sums(table: str, column: str, rows: Sequence[Row]) -> list[str]:
    """A source per currency: all of its cells together."""
    cells: dict[str, list[str]] = {}
    for n, row in enumerate(rows, start=1):
        cells.setdefault(row["currency"], []).append(cell(table, n, column))
    return [computed("sum", *sources) for sources in cells.values()]


def coverage(finding: Finding, evidence: Evidence) -> Draft:
    """The first and the last day with a payment."""
    row = finding.tables[0].rows[0]
    if row["first_day"] is None:
        return Draft("There are no payments here yet.", status="no_data")
    make = Figures(evidence)
    first = make.date("First payment", cell(finding.tables[0].name, 1, "first_day"))
    last = make.date("Last payment", cell(finding.tables[0].name, 1, "last_day"))
    return Draft(f"I know your payments from {day(row['first_day'])} to {day(row['last_day'])}.", [first, last])
