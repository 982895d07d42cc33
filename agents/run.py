"""Carrying out a plan: each task through its read door, everything found kept as evidence."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from agents.evidence import Evidence, Table
from agents.plan import (
    CANDIDATES_MAX,
    AlertsTask,
    BalanceTask,
    CoverageTask,
    ExplainTask,
    InsightTask,
    Plan,
    RecallTask,
    RecurringTask,
    RefundsTask,
    Task,
)
from agents.scope import Scope
from core.fraud.alerts import count_alerts, list_alerts
from core.fraud.explain import Explanation, explain_transaction
from core.identity.access import Principal, visible_accounts
from core.insights.compute import compute
from core.insights.query import InsightQuery, InsightResult
from core.insights.recurring import find_recurring
from core.insights.reporting import ACCOUNT, ENTRY
from rag.embedder import Embedder
from rag.retriever import Hit, search
from rag.summaries import Kind

HITS_MAX = 3
RECALLED_MAX = 20
ALERTS_SHOWN = 50
ACCOUNTS_SHOWN = 100
REFUNDS_SHOWN = 50
RECURRING_SHOWN = {
    "counterparty", "category", "interval", "amount", "amount_minor", "a_year_minor", "currency", "last_on", "next_on",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Tools:
    """What a run may use: one read-only connection, in the name of one principal. The embedder may be missing."""

    connection: AsyncConnection
    principal: Principal
    scope: Scope
    today: date
    embedder: Embedder | None
    progress: Callable[[str], None] = lambda _: None


@dataclass(frozen=True, slots=True)
class Finding:
    """One task and what it found; `tables` name its tables in the evidence, in order."""

    task: Task
    tables: tuple[Table, ...]
    results: tuple[InsightResult, ...] = ()
    explanation: Explanation | None = None
    hits: tuple[Hit, ...] = ()


@dataclass(frozen=True, slots=True)
class Findings:
    evidence: Evidence
    found: list[Finding] = field(default_factory=list[Finding])


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
            return await _insight(task, tools, evidence)
        case BalanceTask():
            return await _balances(task, tools, evidence)
        case AlertsTask():
            return await _alerts(task, tools, evidence)
        case ExplainTask():
            return await _explain(task, tools, evidence)
        case RecallTask():
            return await _recall(task, tools, evidence)
        case RecurringTask():
            return await _recurring(task, tools, evidence)
        case RefundsTask():
            return await _refunds(task, tools, evidence)
        case CoverageTask():
            return Finding(task, (evidence.table("coverage"),))


async def _insight(task: InsightTask, tools: Tools, evidence: Evidence) -> Finding:
    tools.progress("Adding up your payments")
    results = [await compute(tools.connection, tools.principal, query) for query in task.queries]
    return Finding(task, tuple(evidence.add_result(result) for result in results), tuple(results))


async def _balances(task: BalanceTask, tools: Tools, evidence: Evidence) -> Finding:
    """Per currency how many accounts and what they hold, as `balances`; then the largest of them, as `accounts`."""
    tools.progress("Looking up the accounts")
    a = ACCOUNT.c
    seen = [visible_accounts(tools.principal, customer_id=a.customer_id, bank_id=a.bank_id), a.kind == "customer"]
    if task.account_ids:
        seen.append(a.account_id.in_(task.account_ids))
    posted = a.posted_minor if task.at is None else _posted_at(a.account_id, task.at, tools.principal)
    held, number = func.sum(posted).cast(BigInteger), func.count()
    totals = select(a.currency, held.label("posted_minor"), number.label("count")).where(*seen).group_by(a.currency)
    each = (
        select(a.account_id, a.bank, a.name, a.customer, a.currency, posted.label("posted_minor"))
        .where(*seen)
        .order_by(posted.desc(), a.account_id)
        .limit(ACCOUNTS_SHOWN)
    )
    balances = [dict(row) for row in (await tools.connection.execute(totals.order_by(number.desc()))).mappings()]
    rows = [{**row, "account_id": str(row["account_id"])} for row in (await tools.connection.execute(each)).mappings()]
    accounts = evidence.add(Table("accounts", rows, rows_in_all=sum(row["count"] for row in balances)))
    return Finding(task, (evidence.add(Table("balances", balances, rows_in_all=len(balances))), accounts))


def _posted_at(account_id: ColumnElement[UUID], day: date, principal: Principal) -> ColumnElement[int]:
    """What an account held at the end of a day of the asker's, by when its payments occurred."""
    return func.reporting.posted_before(account_id, _midnight(day + timedelta(days=1), principal)).cast(BigInteger)


def _midnight(day: date, principal: Principal) -> datetime:
    return datetime.combine(day, time(), principal.zone).astimezone(UTC)


async def _refunds(task: RefundsTask, tools: Tools, evidence: Evidence) -> Finding:
    """Per currency how much came back, as `refunds`; then the payments themselves, the latest first."""
    tools.progress("Looking for money that came back")
    e = ENTRY.c
    seen = [
        visible_accounts(tools.principal, customer_id=e.customer_id, bank_id=e.bank_id),
        e.reverses_id.is_not(None), e.direction == "in", e.status == "success", e.is_own_transfer.is_(False),
    ]  # fmt: skip
    if task.period:
        seen += [e.occurred_at >= _midnight(task.period.start, tools.principal)]
        seen += [e.occurred_at < _midnight(task.period.end, tools.principal)]
    if task.categories:
        seen.append(e.category.in_(task.categories))
    if task.counterparties:
        seen.append(e.counterparty.in_(task.counterparties))
    refunded = func.sum(e.amount_minor).cast(BigInteger).label("refunded_minor")
    sums = select(e.currency, refunded, func.count().label("count"))
    sums = sums.where(*seen).group_by(e.currency).order_by(func.count().desc())
    totals = [dict(row) for row in (await tools.connection.execute(sums)).mappings()]
    latest = select(e.transaction_id).where(*seen).order_by(e.occurred_at.desc()).limit(REFUNDS_SHOWN)
    rows = await _entries(list((await tools.connection.execute(latest)).scalars()), tools)
    number = sum(row["count"] for row in totals)
    told = evidence.add(Table("refunds", totals, task.period, number))
    return Finding(task, (told, evidence.add(Table("entries 1", rows, task.period, number))))


async def _recurring(task: RecurringTask, tools: Tools, evidence: Evidence) -> Finding:
    """What still runs, as `recurring`: soonest due first where that is asked, else the dearest first."""
    tools.progress("Looking for payments that come back")
    found = await find_recurring(tools.connection, tools.principal, today=tools.today)
    direction = "in" if task.incoming else "out"
    running = [
        series
        for series in found.series
        if series.status != "stopped" and series.direction == direction and not series.is_own_transfer
        and (not task.categories or series.category in task.categories)
        and (not task.counterparties or series.counterparty in task.counterparties)
    ]  # fmt: skip
    running.sort(key=lambda series: series.next_on.toordinal() if task.is_next else -series.a_year_minor)
    rows = [series.model_dump(mode="json", include=RECURRING_SHOWN) for series in running]
    return Finding(task, (evidence.add(Table("recurring", rows, rows_in_all=len(rows))),))


async def _alerts(task: AlertsTask, tools: Tools, evidence: Evidence) -> Finding:
    tools.progress("Reading the alerts")
    period = task.period.period if task.period else None
    by = (tools.connection, tools.principal)
    alerts = await list_alerts(*by, period=period, status=task.status, limit=ALERTS_SHOWN)
    rows = [alert.model_dump(mode="json") for alert in alerts]
    number = len(rows)
    if number == ALERTS_SHOWN:  # there may be more than a list holds
        number = await count_alerts(*by, period=period, status=task.status)
    return Finding(task, (evidence.add(Table("alerts", rows, task.period, number)),))


async def _explain(task: ExplainTask, tools: Tools, evidence: Evidence) -> Finding:
    tools.progress("Looking at the payment's reasons")
    candidates = list(task.transaction_ids)
    if task.query is not None:
        result = await compute(tools.connection, tools.principal, task.query)
        evidence.add_result(result)
        candidates += [entry.transaction_id for entry in result.entries]
    explained = [await explain_transaction(tools.connection, tools.principal, id) for id in candidates[:CANDIDATES_MAX]]
    if not explained:
        return Finding(task, ())
    # Of several payments that fit, the question is about the one that was flagged.
    chosen = next((one for one in explained if one.reasons), explained[0])
    table = evidence.add(Table("payment", [chosen.model_dump(mode="json")], rows_in_all=1))
    return Finding(task, (table,), explanation=chosen)


async def _recall(task: RecallTask, tools: Tools, evidence: Evidence) -> Finding:
    """Summaries that fit the words, and the payments they tell of, read again from the ledger."""
    tools.progress("Searching your history")
    if tools.embedder is None:
        return Finding(task, ())
    period = task.period.period if task.period else None
    hits: list[Hit] = []
    attempts: tuple[tuple[Kind, ...] | None, ...] = (("transaction",), None)
    for kinds in attempts:  # one payment that somebody remembers, else what tells of several
        hits = hits or await search(
            tools.connection, tools.principal, task.text,
            embedder=tools.embedder, period=period, kinds=kinds, limit=HITS_MAX,
        )  # fmt: skip
    ids = list(dict.fromkeys(id for hit in hits for id in hit.transaction_ids))[:RECALLED_MAX]
    rows = await _entries(ids, tools)
    return Finding(task, (evidence.add(Table("entries 1", rows, task.period, len(rows))),), hits=tuple(hits))


async def _entries(ids: list[UUID], tools: Tools) -> list[dict[str, Any]]:
    e = ENTRY.c
    found = await tools.connection.execute(
        select(e.transaction_id, e.occurred_at, e.account, e.counterparty, e.category, e.channel, e.description,
               e.amount_minor, e.currency, e.status)
        .where(visible_accounts(tools.principal, customer_id=e.customer_id, bank_id=e.bank_id))
        .where(e.transaction_id.in_(ids))
        .order_by(e.occurred_at.desc())
    )  # fmt: skip
    return [
        {
            **row,
            "transaction_id": str(row["transaction_id"]),
            "occurred_at": _local(row["occurred_at"], tools.principal),
        }
        for row in found.mappings()
    ]


def _local(instant: datetime, principal: Principal) -> str:
    return instant.astimezone(principal.zone).isoformat()


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def query_of(task: Task) -> InsightQuery | None:
    """The query that an answer shows as its own."""
    if isinstance(task, InsightTask):
        return task.queries[0]
    return task.query if isinstance(task, ExplainTask) else None
