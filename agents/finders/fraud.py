"""What looks like fraud: alerts, why a payment was flagged, and patterns over many payments."""

from uuid import UUID

from agents.evidence import Evidence, Row, Table
from agents.findings import Finding, Tools, local
from agents.plan import CANDIDATES_MAX, AlertsTask, CirclesTask, ExplainTask, SignalsTask
from agents.wording import REASONS
from core.errors import NotFound
from core.fraud.alerts import AlertsWanted, alerted_accounts, cited_reasons, list_alerts, sum_alerts
from core.fraud.circles import find_circles
from core.fraud.explain import Explanation, explain_transaction
from core.fraud.signals import find_signals
from core.insights.catalogue import ALERT_STATES
from core.insights.compute import compute
from core.insights.query import Filter, InsightQuery, Operator

ALERTS_SHOWN = 50
ACCOUNTS_SHOWN = 50


async def alerts(task: AlertsTask, tools: Tools, evidence: Evidence) -> Finding:
    """What they come to, as `totals`; the newest of them, as `alerts`; the reasons they cite, as `reasons`, or the
    accounts with most, as `riskiest`."""
    tools.progress("Reading the alerts")
    by = (tools.connection, tools.principal)
    period = task.period.period if task.period else None
    wanted = AlertsWanted(
        period, task.status, task.points_min, task.points_max, task.reason, account_ids=task.account_ids
    )
    sums = [one.model_dump(mode="json") for one in await sum_alerts(*by, wanted)]
    totals = evidence.add(Table("totals", sums, task.period, len(sums)))
    found = [
        {**one.model_dump(mode="json"), "occurred_at": local(one.occurred_at, tools.principal.zone)}
        for one in await list_alerts(*by, wanted, limit=ALERTS_SHOWN)
    ]
    listed = evidence.add(Table("alerts", found, task.period, sum(one["alerts"] for one in sums)))
    if task.asks == "reasons":
        cited = [{"reason": REASONS[one.code], "alerts": one.alerts} for one in await cited_reasons(*by, wanted)]
        return Finding(task, (totals, listed, evidence.add(Table("reasons", cited, task.period, len(cited)))))
    if task.asks != "riskiest":
        return Finding(task, (totals, listed))
    accounts = await alerted_accounts(*by, wanted, limit=task.limit or ACCOUNTS_SHOWN)
    rows = [one.model_dump(mode="json") for one in accounts]
    return Finding(task, (totals, listed, evidence.add(Table("riskiest", rows, task.period, len(rows)))))


async def explain(task: ExplainTask, tools: Tools, evidence: Evidence) -> Finding:
    tools.progress("Looking at the payment's reasons")
    candidates = list(task.transaction_ids)
    if task.query is not None:
        candidates += await _fitting(task.query, tools, evidence)
    explained = [one for id in candidates[:CANDIDATES_MAX] if (one := await _explained(id, tools)) is not None]
    if not explained:
        return Finding(task, ())
    # Of several payments that fit, the question is about the one that was flagged.
    is_of_failed = task.query is not None and any(f.values == ("failed",) for f in task.query.filters)
    chosen = explained[0] if is_of_failed else next((one for one in explained if one.reasons), explained[0])
    table = evidence.add(Table("payment", [chosen.model_dump(mode="json")], rows_in_all=1))
    return Finding(task, (table,), explanation=chosen)


async def _fitting(query: InsightQuery, tools: Tools, evidence: Evidence) -> list[UUID]:
    """The payments that fit; among a bank's many, those that raised an alert, if any did."""
    raised = Filter(field="alert", operator=Operator.IN, values=ALERT_STATES[:-1])
    alerted = query.model_copy(update={"filters": (*query.filters, raised)})
    for wanted in (alerted, query) if tools.principal.sees_alerts else (query,):
        result = await compute(tools.connection, tools.principal, wanted)
        if result.entries or wanted is query:
            evidence.add_result(result)
            return [entry.transaction_id for entry in result.entries]
    return []


async def _explained(id: UUID, tools: Tools) -> Explanation | None:
    """None for money that came in, which is never scored, and for what the asker may not see. Days are the asker's."""
    try:
        found = await explain_transaction(tools.connection, tools.principal, id)
    except NotFound:
        return None
    zone = tools.principal.zone
    cited = [one.model_copy(update={"occurred_at": one.occurred_at.astimezone(zone)}) for one in found.cited]
    return found.model_copy(update={"occurred_at": found.occurred_at.astimezone(zone), "cited": cited})


async def signals(task: SignalsTask, tools: Tools, evidence: Evidence) -> Finding:
    """The accounts that show the pattern, as `signals`; the largest sum first."""
    tools.progress("Looking through scored payments")
    period = task.period.period
    found = await find_signals(tools.connection, tools.principal, task.reason, period=period, limit=ACCOUNTS_SHOWN)
    rows = [one.model_dump(mode="json") for one in found]
    return Finding(task, (evidence.add(Table("signals", rows, task.period, len(rows))),))


async def circles(task: CirclesTask, tools: Tools, evidence: Evidence) -> Finding:
    """Money that came back, as `circles`; the largest first."""
    tools.progress("Following the money")
    rows: list[Row] = []
    for circle in await find_circles(tools.connection, tools.principal, period=task.period.period):
        row = circle.model_dump(mode="json", exclude={"began_at", "ended_at", "accounts"})
        zone = tools.principal.zone
        rows.append({**row, "began_at": local(circle.began_at, zone), "ended_at": local(circle.ended_at, zone)})
    return Finding(task, (evidence.add(Table("circles", rows, task.period, len(rows))),))
