"""REST of patterns: what comes back, what is unusual, what is to come, and how others of one's kind spend."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from core.identity.guard import CurrentPrincipal, Look, ServicesOf
from core.insights.anomalies import Anomalies, find_anomalies
from core.insights.forecast import DAYS_MAX, Forecast, forecast
from core.insights.months import Month, first_of, month_so_far
from core.insights.peers import PeerComparison, compare_with_peers
from core.insights.recurring import Recurring, find_recurring
from core.periods import Period, Unit, today_in

router = APIRouter()

OneAccount = Annotated[UUID | None, Query(description="one account; needed by whoever sees many customers")]


@router.get("/recurring")
async def read_recurring(
    principal: CurrentPrincipal, look: Look, services: ServicesOf, account_id: OneAccount = None
) -> Recurring:
    """Subscriptions, bills, rents, salaries: interval, amount, next day, price changes, and what has stopped."""
    today = today_in(principal.zone, services.now())
    return await find_recurring(look, principal, today=today, account_id=account_id)


@router.get("/anomalies")
async def read_anomalies(
    principal: CurrentPrincipal,
    look: Look,
    services: ServicesOf,
    month: Month = None,
    account_id: OneAccount = None,
) -> Anomalies:
    """What was unusual in a month (this one, unless named), against the customer's own past."""
    period = month_so_far(month, today_in(principal.zone, services.now()))
    return await find_anomalies(look, principal, period=period, account_id=account_id)


@router.get("/forecast")
async def read_forecast(
    principal: CurrentPrincipal,
    look: Look,
    services: ServicesOf,
    account_id: OneAccount = None,
    days: Annotated[int, Query(ge=1, le=DAYS_MAX)] = 30,
) -> Forecast:
    """The balance of each account day by day, with a band that should hold it eight times in ten."""
    today = today_in(principal.zone, services.now())
    return await forecast(look, principal, today=today, days=days, account_id=account_id)


@router.get("/peers")
async def read_peers(
    principal: CurrentPrincipal, look: Look, services: ServicesOf, month: Month = None
) -> PeerComparison:
    """A finished month's spend (the last one's, unless named) beside that of at least twenty others."""
    today = today_in(principal.zone, services.now())
    wanted = first_of(month) or Period.of(Unit.MONTH, today).previous().start
    return await compare_with_peers(look, principal, month=wanted, today=today)
