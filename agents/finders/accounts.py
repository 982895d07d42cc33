"""What accounts hold: now, at the end of a day that was, and of one that is to come; and the budgets of a month."""

from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import BigInteger, ColumnElement, func, select

from agents.evidence import Evidence, Row, Table
from agents.findings import Finding, Tools
from agents.plan import BalanceTask, BudgetsTask, ForecastTask
from core.categories import BY_SLUG
from core.identity.access import Principal, visible_accounts
from core.insights.budget_status import BudgetStatus, budget_status
from core.insights.forecast import AccountForecast
from core.insights.forecast import forecast as foresee
from core.insights.reporting import ACCOUNT
from core.periods import midnight

ACCOUNTS_SHOWN = 100
BUDGET_SHOWN = {
    "covers", "name", "currency", "available_minor", "spent_minor", "left_minor", "projected_minor", "state",
}  # fmt: skip


async def balances(task: BalanceTask, tools: Tools, evidence: Evidence) -> Finding:
    """Per currency how many accounts and what they hold, as `balances`; then the largest of them, as `accounts`; and
    what they held on the day before that is asked about, as `earlier`."""
    tools.progress("Looking up the accounts")
    a = ACCOUNT.c
    seen = [visible_accounts(tools.principal, customer_id=a.customer_id, bank_id=a.bank_id), a.kind == "customer"]
    if task.account_ids:
        seen.append(a.account_id.in_(task.account_ids))
    posted = a.posted_minor if task.at is None else _posted_at(a.account_id, task.at, tools.principal)
    each = (
        select(a.account_id, a.bank, a.name, a.customer, a.currency, posted.label("posted_minor"))
        .where(*seen)
        .order_by(posted.desc(), a.account_id)
        .limit(ACCOUNTS_SHOWN)
    )
    balances = await _totals(posted, seen, tools)
    rows = [{**row, "account_id": str(row["account_id"])} for row in (await tools.connection.execute(each)).mappings()]
    accounts = evidence.add(Table("accounts", rows, rows_in_all=sum(row["count"] for row in balances)))
    tables = (evidence.add(Table("balances", balances, rows_in_all=len(balances))), accounts)
    if task.before is None:
        return Finding(task, tables)
    earlier = await _totals(_posted_at(a.account_id, task.before, tools.principal), seen, tools)
    return Finding(task, (*tables, evidence.add(Table("earlier", earlier, rows_in_all=len(earlier)))))


async def _totals(posted: ColumnElement[int], seen: Sequence[ColumnElement[bool]], tools: Tools) -> list[Row]:
    """Per currency what these accounts hold together, and how many they are; most of them first."""
    a, held, number = ACCOUNT.c, func.sum(posted).cast(BigInteger), func.count()
    totals = select(a.currency, held.label("posted_minor"), number.label("count")).where(*seen).group_by(a.currency)
    found = await tools.connection.execute(totals.order_by(number.desc(), a.currency))
    return [dict(row) for row in found.mappings()]


def _posted_at(account_id: ColumnElement[UUID], day: date, principal: Principal) -> ColumnElement[int]:
    """What an account held at the end of a day of the asker's, by when its payments occurred."""
    return func.reporting.posted_before(account_id, midnight(day + timedelta(days=1), principal.zone)).cast(BigInteger)


async def forecast(task: ForecastTask, tools: Tools, evidence: Evidence) -> Finding:
    """Each account on that day, as `forecast`: what it holds now, what is expected, the band, and what is planned."""
    tools.progress("Looking ahead")
    days = (task.on - tools.today).days
    foreseen = await foresee(tools.connection, tools.principal, today=tools.today, days=days)
    wanted = [one for one in foreseen.accounts if not task.account_ids or one.account_id in task.account_ids]
    rows = [_on_the_day(account) for account in wanted]
    return Finding(task, (evidence.add(Table("forecast", rows, rows_in_all=len(rows))),))


def _on_the_day(account: AccountForecast) -> Row:
    day = account.days[-1]
    return {
        "account_id": str(account.account_id),
        "account": account.account,
        "currency": account.currency,
        "now_minor": account.balance_minor,
        "on": day.on.isoformat(),
        "expected_minor": day.balance_minor,
        "low_minor": day.low_minor,
        "high_minor": day.high_minor,
        "planned_minor": sum(payment.amount_minor for payment in account.planned),
        "planned_count": len(account.planned),
    }


async def budgets(task: BudgetsTask, tools: Tools, evidence: Evidence) -> Finding:
    """The month's budgets, as `budgets`; what is overspent first."""
    tools.progress("Looking at your budgets")
    month = await budget_status(tools.connection, tools.principal, month=task.month, today=tools.today)
    wanted = [one for one in month.budgets if _is_wanted(one, task.categories)]
    wanted.sort(key=lambda one: one.left_minor)
    rows = [one.model_dump(mode="json", include=BUDGET_SHOWN) for one in wanted]
    return Finding(task, (evidence.add(Table("budgets", rows, rows_in_all=len(rows))),))


def _is_wanted(budget: BudgetStatus, categories: tuple[str, ...]) -> bool:
    """Whether the budget covers one of the categories, or their group."""
    groups = {BY_SLUG[slug].group for slug in categories}
    return not categories or budget.covers in categories or budget.covers in groups
