"""Questions to go on with: three that FinLens can answer about the same thing."""

from agents.plan import AlertsTask, BalanceTask, InsightTask, Operation, Task
from agents.scope import Scope
from agents.wording import category
from core.insights.query import Dimension, Flow, InsightQuery

SUGGESTED = 3

STARTERS = (
    "How much did I spend last month?",
    "What are my top 5 merchants this year?",
    "Which category did I spend the most on last month?",
)
"""Questions that any data can answer."""


def follow_ups(task: Task, scope: Scope) -> list[str]:
    match task:
        case InsightTask():
            return _after(task)[:SUGGESTED]
        case AlertsTask():
            return [
                "How many alerts last month?",
                "Show the alerts of the past 7 days",
                "Which alerts are open this month?",
            ]
        case BalanceTask():
            return [
                "How much did I spend this month?",
                "How much money came in last month?",
                "How much did I save last month?",
            ]
        case _:
            return starters(scope)


def starters(scope: Scope) -> list[str]:
    """Three questions that fit the caller's own data."""
    spent = next(
        (slug for slug in scope.categories if slug not in ("transfer", "own_transfer", "salary", "uncategorised")), None
    )
    own = [f"How much did I spend on {category(spent).lower()} last month?"] if spent else []
    return [*own, *STARTERS][:SUGGESTED]


def _after(task: InsightTask) -> list[str]:
    query, operation = task.queries[0], task.operation
    asked = [
        ("And the month before?", operation is Operation.VALUE and query.period.unit == "month"),
        ("Is that more than usual?", operation is Operation.VALUE and not query.group_by),
        (
            "By merchant?",
            not _is_about_one(query) and Dimension.COUNTERPARTY not in query.group_by and query.flow is not Flow.ANY,
        ),
        ("By month?", Dimension.MONTH not in query.group_by and operation is not Operation.LIST),
        ("How many payments was that?", operation in (Operation.VALUE, Operation.SHARE)),
        ("Show me those payments", operation is not Operation.LIST and bool(query.rows)),
        ("By category?", not query.filters and Dimension.CATEGORY not in query.group_by),
        ("What was the largest one?", operation is Operation.LIST),
    ]
    return [question for question, fits in asked if fits]


def _is_about_one(query: InsightQuery) -> bool:
    return any(f.field == "counterparty" and len(f.values) == 1 for f in query.filters)
