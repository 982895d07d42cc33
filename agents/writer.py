"""From findings to one answer: a template per task, joined, with what was not found said plainly."""

from agents.answer import Status
from agents.draft import Draft
from agents.evidence import Evidence
from agents.findings import Finding, Findings
from agents.follow_ups import follow_ups
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
    RecallTask,
    RecurringTask,
    RefundsTask,
    SignalsTask,
    UnusualTask,
)
from agents.scope import Scope
from agents.templates import ahead, fraud, insight, odd, topics
from agents.templates.told import Told
from agents.wording import amounts, days_known, listed, subject
from core.categories import UNCATEGORISED
from core.insights.query import InsightQuery

ROWS_MAX = 50
CITATIONS_MAX = 20


def write(findings: Findings, scope: Scope) -> Draft:
    """The built-in answer to everything that was found. Its figures come in the order of the question."""
    drafts = [_told(finding, findings.evidence, scope) for finding in findings.found]
    first = drafts[0]
    statuses: list[Status] = [draft.status for draft in drafts]
    return Draft(
        text=" ".join(_said_once([draft.text for draft in drafts])),
        figures=[figure for draft in drafts for figure in draft.figures],
        status="answered" if "answered" in statuses else statuses[0],
        chart=next((draft.chart for draft in drafts if draft.chart), None),
        rows=list(next((draft.rows for draft in drafts if draft.rows), first.rows))[:ROWS_MAX],
        citations=[citation for draft in drafts for citation in draft.citations][:CITATIONS_MAX],
        follow_ups=follow_ups(findings.found[-1].task, scope),
    )


def _said_once(texts: list[str]) -> list[str]:
    """Without a sentence that the next one begins with: "May: 100." before "May: 100, less than usual: ..."."""
    return [
        text
        for text, after in zip(texts, [*texts[1:], ""], strict=True)
        if not after.startswith(text.removesuffix("."))
    ]


def _told(finding: Finding, evidence: Evidence, scope: Scope) -> Draft:
    draft = _template(finding, evidence, scope)
    return draft if draft.text else Draft(_nothing(finding, scope), status="no_data")


def _template(finding: Finding, evidence: Evidence, scope: Scope) -> Draft:
    match finding.task:
        case InsightTask():
            return insight(Told(finding, evidence, scope))
        case BalanceTask():
            return topics.balances(finding, evidence, scope)
        case ForecastTask():
            return ahead.forecast(finding, evidence, scope)
        case BudgetsTask():
            return ahead.budgets(finding, evidence)
        case UnusualTask():
            return odd.unusual(finding, evidence)
        case DuplicatesTask():
            return odd.duplicates(finding, evidence)
        case AlertsTask():
            return fraud.alerts(finding, evidence)
        case ExplainTask():
            return fraud.explanation(finding, evidence)
        case SignalsTask():
            return fraud.signals(finding, evidence)
        case CirclesTask():
            return fraud.circles(finding, evidence)
        case RecallTask():
            return topics.memories(finding, evidence)
        case RecurringTask():
            return topics.recurring(finding, evidence)
        case RefundsTask():
            return topics.refunds(finding, evidence)
        case CoverageTask():
            return topics.coverage(finding, evidence)


def _nothing(finding: Finding, scope: Scope) -> str:
    """That there is nothing, of what and when, and when there is."""
    reach = days_known(scope.first_day, scope.last_day)
    match finding.task:
        case InsightTask(queries=queries):
            about = subject(queries[0]) + amounts(queries[0], scope.currency)
            periods = [query.period.period.label for query in queries]
            return f"Nothing found: {about}, {listed(periods[:1])}. {_uncategorised(queries[0], scope)}{reach}"
        case ExplainTask():
            return f"I find no such payment. {reach}"
        case RecallTask():
            return f"I find no payment that fits this. {reach}"
        case _:
            return f"There is nothing to show. {reach}"


def _uncategorised(query: InsightQuery, scope: Scope) -> str:
    """That a category finds nothing because most payments have none, where that is so."""
    if not any(f.field == "category" for f in query.filters):
        return ""
    without = sum(party.payments for party in scope.counterparties if party.category == UNCATEGORISED)
    if 2 * without <= sum(party.payments for party in scope.counterparties):
        return ""
    return "Most of your payments have no category; a rule gives them one, or ask by the payee's name. "
