"""REST of spending as pages show it: by category, by merchant, as a flow, and day by day."""

from typing import Annotated

from fastapi import APIRouter, Query

from core.identity.guard import CurrentPrincipal, Look, ServicesOf
from core.insights.breakdown import Breakdown, breakdown
from core.insights.cash_flow import CashFlow, cash_flow
from core.insights.months import Month, first_of, month_so_far
from core.insights.pattern_routes import OneAccount
from core.insights.spend_calendar import SpendCalendar, spend_calendar
from core.periods import today_in

router = APIRouter()


@router.get("/categories")
async def read_categories(
    principal: CurrentPrincipal, look: Look, services: ServicesOf, month: Month = None
) -> Breakdown:
    """Spend by category in a month (this one, unless named): before, share of the whole, and a year's course."""
    today = today_in(principal.zone, services.now())
    return await breakdown(look, principal, by="category", month=first_of(month) or today, today=today)


@router.get("/merchants")
async def read_merchants(
    principal: CurrentPrincipal, look: Look, services: ServicesOf, month: Month = None
) -> Breakdown:
    """Spend by merchant in a month (this one, unless named): before, share of the whole, and a year's course."""
    today = today_in(principal.zone, services.now())
    return await breakdown(look, principal, by="counterparty", month=first_of(month) or today, today=today)


@router.get("/cash-flow")
async def read_cash_flow(
    principal: CurrentPrincipal,
    look: Look,
    services: ServicesOf,
    month: Month = None,
    account_id: OneAccount = None,
) -> CashFlow:
    """Where the money of a month (this one, unless named) came from and went, as nodes and links that balance."""
    period = month_so_far(month, today_in(principal.zone, services.now()))
    return await cash_flow(look, principal, period=period, account_id=account_id)


@router.get("/calendar")
async def read_calendar(
    principal: CurrentPrincipal,
    look: Look,
    services: ServicesOf,
    year: Annotated[int | None, Query(ge=1950, le=2099)] = None,
) -> SpendCalendar:
    """Spend and payments of each day of a year (this one, unless named), up to today."""
    today = today_in(principal.zone, services.now())
    return await spend_calendar(look, principal, year=year or today.year, today=today)
