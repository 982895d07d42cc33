"""Patterns in one customer's payments: what recurs, what is out of the ordinary, what was charged twice."""

from agents.evidence import Evidence, Table
from agents.findings import Finding, Tools
from agents.plan import DuplicatesTask, RecurringTask, Recurs, UnusualTask
from core.insights.anomalies import find_anomalies
from core.insights.duplicates import find_duplicates
from core.insights.recurring import due_between, find_recurring

RECURRING_SHOWN = {
    "counterparty", "category", "interval", "amount", "amount_minor", "a_year_minor", "currency", "last_on", "next_on",
}  # fmt: skip
_STATUSES: dict[Recurs, tuple[str, ...]] = {
    "running": ("active", "late"), "stopped": ("stopped",), "state": ("active", "late", "stopped"),
}  # fmt: skip
UNUSUAL_SHOWN = {"kind", "on", "counterparty", "category", "currency", "amount_minor", "usual_minor", "reason"}
DUPLICATE_SHOWN = {"on", "counterparty", "category", "currency", "amount_minor", "extra_minor", "accounts"}


async def recurring(task: RecurringTask, tools: Tools, evidence: Evidence) -> Finding:
    """What still runs, as `recurring`: soonest due first where that is asked, else the dearest first. Before it, where
    days to come are asked for, each that is expected then, as `due`. What has stopped, and whether somebody is still
    paid, comes with its status, the latest first."""
    tools.progress("Looking for payments that come back")
    found = await find_recurring(tools.connection, tools.principal, today=tools.today)
    direction = "in" if task.incoming else "out"
    running = [
        series
        for series in found.series
        if series.status in _STATUSES[task.recurs] and series.direction == direction and not series.is_own_transfer
        and (not task.categories or series.category in task.categories)
        and (not task.counterparties or series.counterparty in task.counterparties)
    ]  # fmt: skip
    running.sort(key=lambda series: series.next_on.toordinal() if task.is_next else -series.a_year_minor)
    shown = RECURRING_SHOWN
    if task.recurs != "running":
        running.sort(key=lambda series: series.last_on, reverse=True)
        shown = {*RECURRING_SHOWN, "status"}
    rows = [series.model_dump(mode="json", include=shown) for series in running]
    told = evidence.add(Table("recurring", rows, rows_in_all=len(rows)))
    if task.due is None:
        return Finding(task, (told,))
    # What is late is due today, and not on the first of days that are all to come.
    expected = ((day, n) for n, one in enumerate(running) for day in due_between(one, tools.today, task.due.end))
    days = sorted((day, n) for day, n in expected if day >= task.due.start)
    due = [{**rows[n], "next_on": day.isoformat()} for day, n in days]
    return Finding(task, (evidence.add(Table("due", due, task.due, len(due))), told))


async def unusual(task: UnusualTask, tools: Tools, evidence: Evidence) -> Finding:
    """Payments and months far from what is usual, as `unusual`; the latest first."""
    tools.progress("Comparing with your past")
    found = await find_anomalies(tools.connection, tools.principal, period=task.period.period)
    rows = [one.model_dump(mode="json", include=UNUSUAL_SHOWN) for one in found.anomalies]
    return Finding(task, (evidence.add(Table("unusual", rows, task.period, len(rows))),))


async def duplicates(task: DuplicatesTask, tools: Tools, evidence: Evidence) -> Finding:
    """What may have been charged twice, as `duplicates`; the latest first."""
    tools.progress("Looking for double charges")
    found = [
        one
        for one in await find_duplicates(tools.connection, tools.principal, period=task.period.period)
        if (not task.categories or one.category in task.categories)
        and (not task.counterparties or one.counterparty in task.counterparties)
    ]
    rows = [{**one.model_dump(mode="json", include=DUPLICATE_SHOWN), "count": one.times} for one in found]
    return Finding(task, (evidence.add(Table("duplicates", rows, task.period, len(rows))),))
