"""How the budgets of a month are going: spent, carried over, and what the month will probably have come to.

What the words mean is written down in docs/decisions/0008-patterns.md.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Literal
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncConnection

from core.identity.access import Principal
from core.insights.budgets import Budget, budgets_of
from core.insights.compute import compute
from core.insights.movements import Movement, movements
from core.insights.query import GROUPS_MAX, Dimension, InsightQuery, Measure, QueryPeriod
from core.insights.recurring import RecurringPayment, due_between, recurring_in
from core.insights.robust import median_minor
from core.money import Currency
from core.periods import Period, Unit, add_months

CARRY_MONTHS_MAX = 11
"""What was left or overspent is carried over for at most so many months: with this one, a year."""
USUAL_MONTHS = 3
"""Earlier months whose median says what everyday spending usually comes to."""


class BudgetStatus(BaseModel):
    """A budget in one month. `available_minor` is its amount and what was carried over; `left_minor` may be negative.

    `projected_minor` is what the month will probably have come to: what is spent, recurring payments still due, and
    everyday spending at the pace of the month so far and of the usual month (the more of the month is gone, the less
    the usual one counts). `state` is `over` once more is spent than available, `at_risk` while that is only projected.
    """

    id: UUID
    covers: str
    name: str
    month: date
    currency: Currency
    amount_minor: int
    carried_minor: int
    available_minor: int
    spent_minor: int
    left_minor: int
    month_gone_percent: float
    recurring_due_minor: int
    projected_minor: int
    state: Literal["on_track", "at_risk", "over"]
    rollover: bool
    version: int


class BudgetMonth(BaseModel):
    month: date
    as_of: date
    budgets: list[BudgetStatus]


@dataclass(frozen=True, slots=True)
class Spending:
    """A customer's spend by month and category, and what of it came and will come at an interval."""

    today: date
    by_month: dict[tuple[Currency, date, str], int]
    history: Sequence[Movement]
    series: Sequence[RecurringPayment]

    def spent(self, budget: Budget, month: date) -> int:
        return sum(
            amount
            for (currency, of_month, category), amount in self.by_month.items()
            if (currency, of_month) == (budget.amount.currency, month) and budget.counts(category)
        )

    def everyday(self, budget: Budget, month: date) -> int:
        """What was spent beside recurring payments; refunds may not make it negative."""
        ids = {id_ for one in self.series for id_ in one.transaction_ids}
        period = Period.of(Unit.MONTH, month)
        recurring = sum(
            movement.spend_minor
            for movement in self.history
            if movement.transaction_id in ids
            and period.holds(movement.on)
            and movement.currency == budget.amount.currency
            and budget.counts(movement.category)
        )
        return max(self.spent(budget, month) - recurring, 0)

    def due(self, budget: Budget, month: date) -> int:
        """Recurring payments that are still expected in the month."""
        end = Period.of(Unit.MONTH, month).end
        tomorrow = self.today + timedelta(days=1)
        return sum(
            one.amount_minor * len(due_between(one, max(tomorrow, month), end))
            for one in self.series
            if one.direction == "out" and not one.is_own_transfer
            and one.currency == budget.amount.currency and budget.counts(one.category)
        )  # fmt: skip


async def budget_status(connection: AsyncConnection, principal: Principal, *, month: date, today: date) -> BudgetMonth:
    """The customer's budgets in the month that holds the day `month`, as of the end of `today`.

    Raises NotAllowed for anybody but a customer: a budget is nobody else's.
    """
    first = month.replace(day=1)
    budgets = await budgets_of(connection, principal, first)
    if not budgets:
        return BudgetMonth(month=first, as_of=today, budgets=[])
    history = await movements(connection, principal, today=today)
    by_month = await _by_month(connection, principal, first, today)
    spending = Spending(today, by_month, history, recurring_in(history, today))
    return BudgetMonth(month=first, as_of=today, budgets=[status_of(one, spending, first) for one in budgets])


def status_of(budget: Budget, spending: Spending, month: date) -> BudgetStatus:
    """One budget in one month, from what was spent."""
    spent = spending.spent(budget, month)
    carried = carried_over(budget, spending, month)
    available = budget.amount.amount_minor + carried
    gone, due = share_gone(month, spending.today), spending.due(budget, month)
    projected = spent + due + _rest(budget, spending, month, gone)
    return BudgetStatus(
        id=budget.id,
        covers=budget.covers,
        name=budget.name,
        month=month,
        currency=budget.amount.currency,
        amount_minor=budget.amount.amount_minor,
        carried_minor=carried,
        available_minor=available,
        spent_minor=spent,
        left_minor=available - spent,
        month_gone_percent=round(float(100 * gone), 1),
        recurring_due_minor=due,
        projected_minor=projected,
        state="over" if spent > available else "at_risk" if projected > available else "on_track",
        rollover=budget.rollover,
        version=budget.version,
    )


def carried_over(budget: Budget, spending: Spending, month: date) -> int:
    """What was left (or, negative, overspent) in the months since the budget began, a year at most."""
    if not budget.rollover:
        return 0
    since = max(budget.first_month, add_months(month, -CARRY_MONTHS_MAX))
    count = (month.year - since.year) * 12 + month.month - since.month
    earlier = [add_months(since, number) for number in range(count)]
    return sum(budget.amount.amount_minor - spending.spent(budget, one) for one in earlier)


def share_gone(month: date, today: date) -> Fraction:
    """How much of the month is over at the end of `today`."""
    period = Period.of(Unit.MONTH, month)
    return Fraction(min(max((today - month).days + 1, 0), period.days), period.days)


def _rest(budget: Budget, spending: Spending, month: date, gone: Fraction) -> int:
    """Everyday spending in what is left of the month. At the end of day 6 of 30 a fifth of the forecast is this
    month's own pace, four fifths are the usual month's."""
    left = 1 - gone
    own = Fraction(spending.everyday(budget, month))
    usual = median_minor([spending.everyday(budget, add_months(month, -n)) for n in range(1, USUAL_MONTHS + 1)])
    # Its own pace for a whole month is own / gone, and counts by the share that is gone.
    return round(left * (own + left * usual))


async def _by_month(
    connection: AsyncConnection, principal: Principal, month: date, today: date
) -> dict[tuple[Currency, date, str], int]:
    """The year up to `month`, and what of it had happened at the end of `today`."""
    start = add_months(month, -CARRY_MONTHS_MAX)
    end = min(Period.of(Unit.MONTH, month).end, max(today + timedelta(days=1), start + timedelta(days=1)))
    wanted = InsightQuery(
        measures=(Measure.SPEND,),
        group_by=(Dimension.CATEGORY, Dimension.MONTH),
        period=QueryPeriod(start=start, end=end),
        limit=GROUPS_MAX,
    )
    rows = (await compute(connection, principal, wanted)).rows
    return {(row["currency"], date.fromisoformat(row["month"]), row["category"]): row["spend"] for row in rows}
