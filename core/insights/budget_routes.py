"""REST of budgets: how they are going, and setting them up. For customers alone: a budget is nobody else's."""

from datetime import date
from typing import Annotated, Self
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints

from core.identity.guard import CurrentPrincipal, Look, ServicesOf, Unit
from core.insights.budget_status import BudgetMonth, budget_status
from core.insights.budgets import Budget, add_budget, change_budget, delete_budget
from core.insights.months import Month, first_of
from core.money import AmountMinor, Currency, Money
from core.periods import today_in
from core.versions import IfMatch, tag

router = APIRouter()


def _first(day: date) -> date:
    if day.day != 1:
        raise ValueError("a month is named by its first day")
    return day


FirstOfMonth = Annotated[date, AfterValidator(_first)]
Covers = Annotated[str, StringConstraints(min_length=1, max_length=50)]


class NewBudget(BaseModel):
    """`covers` is the slug of a category or of a group. It counts from `first_month` on, until a later one for the same
    begins, or up to and with `last_month`. With `rollover`, what was left or overspent counts in the months after."""

    model_config = ConfigDict(extra="forbid")

    covers: Covers
    amount_minor: AmountMinor
    currency: Currency
    first_month: FirstOfMonth
    last_month: FirstOfMonth | None = None
    rollover: bool = False


class BudgetChange(BaseModel):
    """What is left out stays; `last_month: null` lets it go on without end."""

    model_config = ConfigDict(extra="forbid")

    amount_minor: AmountMinor = 1
    last_month: FirstOfMonth | None = None
    rollover: bool = False


class BudgetView(BaseModel):
    id: UUID
    covers: str
    name: str
    amount_minor: int
    currency: Currency
    first_month: date
    last_month: date | None
    rollover: bool
    version: int

    @classmethod
    def of(cls, budget: Budget) -> Self:
        facts = {name: getattr(budget, name) for name in cls.model_fields if name not in ("amount_minor", "currency")}
        return cls(**facts, amount_minor=budget.amount.amount_minor, currency=budget.amount.currency)


@router.get("/budgets")
async def read_budgets(
    principal: CurrentPrincipal, look: Look, services: ServicesOf, month: Month = None
) -> BudgetMonth:
    """The budgets of a month (this one, unless named): spent, carried over, and what it will probably come to."""
    today = today_in(principal.zone, services.now())
    return await budget_status(look, principal, month=first_of(month) or today, today=today)


@router.post("/budgets", status_code=201)
async def create_budget(new: NewBudget, principal: CurrentPrincipal, session: Unit, response: Response) -> BudgetView:
    """Set up a budget. One for the same category that began earlier counts up to the month before."""
    facts = new.model_dump(exclude={"amount_minor", "currency"})
    budget = await add_budget(session, principal, amount=Money(new.amount_minor, new.currency), **facts)
    tag(response, budget.version)
    return BudgetView.of(budget)


@router.patch("/budgets/{budget_id}")
async def edit_budget(
    budget_id: UUID,
    change: BudgetChange,
    principal: CurrentPrincipal,
    session: Unit,
    response: Response,
    if_match: IfMatch = None,
) -> BudgetView:
    """Change the amount, the end or the rollover, for all of the budget's months."""
    changes = change.model_dump(exclude_unset=True)
    budget = await change_budget(session, principal, budget_id, if_match=if_match, **changes)
    tag(response, budget.version)
    return BudgetView.of(budget)


@router.delete("/budgets/{budget_id}", status_code=204)
async def remove_budget(budget_id: UUID, principal: CurrentPrincipal, session: Unit) -> None:
    """Delete a budget, with all of its months."""
    await delete_budget(session, principal, budget_id)
