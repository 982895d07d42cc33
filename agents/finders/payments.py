"""What was paid: figures and entries by query, refunds, and payments that are remembered by their story."""

from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ColumnElement, func, or_, select

from agents.evidence import Evidence, Table
from agents.findings import Finding, Tools, local
from agents.plan import InsightTask, RecallTask, RefundsTask
from agents.wording import subject
from core.identity.access import visible_accounts
from core.insights.compute import compute
from core.insights.reporting import ENTRY
from core.periods import midnight
from rag.retriever import near, search

HITS_MAX = 3
RECALLED_MAX = 20
REFUNDS_SHOWN = 50


async def insight(task: InsightTask, tools: Tools, evidence: Evidence) -> Finding:
    """What the queries of a task find, or of what it is to be otherwise."""
    first = task.queries[0]
    tools.progress(f"Looking through {tools.scope.payments:,} payments: {subject(first)}, {first.period.period.label}")
    results = [await compute(tools.connection, tools.principal, query) for query in task.queries]
    if task.otherwise and not results[0].rows:
        return await insight(task.otherwise, tools, evidence)
    return Finding(task, tuple(evidence.add_result(result) for result in results), tuple(results))


async def refunds(task: RefundsTask, tools: Tools, evidence: Evidence) -> Finding:
    """Per currency how much came back, as `refunds`; then the payments themselves, the latest first."""
    tools.progress("Looking for money that came back")
    e = ENTRY.c
    seen = [
        visible_accounts(tools.principal, customer_id=e.customer_id, bank_id=e.bank_id),
        _came_back(task), e.direction == "in", e.status == "success", e.is_own_transfer.is_(False),
    ]  # fmt: skip
    if task.period:
        seen += [e.occurred_at >= midnight(task.period.start, tools.principal.zone)]
        seen += [e.occurred_at < midnight(task.period.end, tools.principal.zone)]
    if task.categories:
        seen.append(e.category.in_(task.categories))
    if task.counterparties:
        seen.append(e.counterparty.in_(task.counterparties))
    refunded = func.sum(e.amount_minor).cast(BigInteger).label("refunded_minor")
    sums = select(e.currency, refunded, func.count().label("count"))
    sums = sums.where(*seen).group_by(e.currency).order_by(func.count().desc())
    totals = [dict(row) for row in (await tools.connection.execute(sums)).mappings()]
    first = {"largest": e.amount_minor.desc(), "earliest": e.occurred_at}.get(task.asks, e.occurred_at.desc())
    shown = select(e.transaction_id).where(*seen).order_by(first, e.transaction_id).limit(REFUNDS_SHOWN)
    ids = list((await tools.connection.execute(shown)).scalars())
    rows = sorted(await _entries(ids, tools), key=lambda row: ids.index(UUID(row["transaction_id"])))
    number = sum(row["count"] for row in totals)
    told = evidence.add(Table("refunds", totals, task.period, number))
    return Finding(task, (told, evidence.add(Table("entries 1", rows, task.period, number))))


def _came_back(task: RefundsTask) -> ColumnElement[bool]:
    """What was paid before; of a tax office that is asked about, all it paid, for tax is withheld from wages too."""
    e = ENTRY.c
    is_named = task.categories or task.counterparties
    is_refund = e.reverses_id.is_not(None)
    return or_(is_refund, e.category == "tax") if is_named else is_refund


async def recall(task: RecallTask, tools: Tools, evidence: Evidence) -> Finding:
    """Summaries that fit the words, and the payments they tell of, read again from the ledger."""
    tools.progress("Searching your history")
    if tools.embedder is None:
        return Finding(task, ())
    period = near(task.period.period) if task.period else None
    hits = await search(
        tools.connection, tools.principal, task.text, embedder=tools.embedder, period=period, limit=HITS_MAX
    )
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
            "occurred_at": local(row["occurred_at"], tools.principal.zone),
        }
        for row in found.mappings()
    ]
