"""Carrying out a plan: each task through its read door, everything found kept as evidence."""

from datetime import date

from agents.evidence import Evidence, Table
from agents.finders import accounts, fraud, patterns, payments
from agents.findings import Finding, Findings, Tools
from agents.plan import (
    AlertsTask,
    BalanceTask,
    BudgetsTask,
    CirclesTask,
    CoverageTask,
    DuplicatesTask,
    ExplainTask,
    ForecastTask,
    InsightTask,
    Plan,
    RecallTask,
    RecurringTask,
    RefundsTask,
    SignalsTask,
    Task,
    UnusualTask,
)
from core.insights.query import InsightQuery


async def run(plan: Plan, tools: Tools) -> Findings:
    """Everything the plan's tasks find, in their order. Raises QueryRefused, QueryTooSlow and NotAllowed."""
    findings = Findings(Evidence())
    scope = tools.scope
    known = {"first_day": _iso(scope.first_day), "last_day": _iso(scope.last_day), "currency": scope.currency}
    findings.evidence.add(Table("coverage", [known], rows_in_all=1))
    for task in plan.tasks:
        findings.found.append(await _carry_out(task, tools, findings.evidence))
    return findings


async def _carry_out(task: Task, tools: Tools, evidence: Evidence) -> Finding:
    match task:
        case InsightTask():
            return await payments.insight(task, tools, evidence)
        case RefundsTask():
            return await payments.refunds(task, tools, evidence)
        case RecallTask():
            return await payments.recall(task, tools, evidence)
        case BalanceTask():
            return await accounts.balances(task, tools, evidence)
        case ForecastTask():
            return await accounts.forecast(task, tools, evidence)
        case BudgetsTask():
            return await accounts.budgets(task, tools, evidence)
        case RecurringTask():
            return await patterns.recurring(task, tools, evidence)
        case UnusualTask():
            return await patterns.unusual(task, tools, evidence)
        case DuplicatesTask():
            return await patterns.duplicates(task, tools, evidence)
        case AlertsTask():
            return await fraud.alerts(task, tools, evidence)
        case ExplainTask():
            return await fraud.explain(task, tools, evidence)
        case SignalsTask():
            return await fraud.signals(task, tools, evidence)
        case CirclesTask():
            return await fraud.circles(task, tools, evidence)
        case CoverageTask():
            return Finding(task, (evidence.table("coverage"),))


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def query_of(task: Task) -> InsightQuery | None:
    """The query that an answer shows as its own."""
    if isinstance(task, InsightTask):
        return task.queries[0]
    return task.query if isinstance(task, ExplainTask) else None
