"""REST of fraud: the alerts of a bank, what an analyst decides on them, and why a payment was flagged."""

from datetime import date, datetime
from typing import Annotated, Self
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, model_validator

from core.fraud.alerts import Alert, AlertStatus, AlertsWanted, decide, list_alerts
from core.fraud.explain import Explanation, explain_transaction
from core.identity.guard import CurrentPrincipal, CursorsOf, Look, Unit
from core.paging import Page, PageQuery
from core.periods import Period

router = APIRouter(prefix="/fraud", tags=["fraud"])


class AlertQuery(PageQuery):
    """Filters of the alerts. Days are the caller's; `end` is not included."""

    status: AlertStatus | None = None
    start: date = date(1970, 1, 1)
    end: date = date(9999, 1, 1)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.end <= self.start:
            raise ValueError("end must come after start")
        return self


class Decision(BaseModel):
    model_config = ConfigDict(extra="forbid")

    status: AlertStatus


@router.get("/alerts")
async def read_alerts(
    query: Annotated[AlertQuery, Query()], principal: CurrentPrincipal, look: Look, cursors: CursorsOf
) -> Page[Alert]:
    """Alerts on accounts of the caller's bank, newest first. Not for customers."""
    position = cursors.position(query)
    alerts = await list_alerts(
        look,
        principal,
        AlertsWanted(Period(query.start, query.end), query.status),
        limit=query.limit + 1,
        after=(datetime.fromisoformat(position[0]), UUID(position[1])) if position else None,
    )
    return cursors.page(query, alerts, view=lambda alert: alert, position=_position)


@router.patch("/alerts/{alert_id}", status_code=204)
async def decide_alert(alert_id: UUID, decision: Decision, principal: CurrentPrincipal, unit: Unit) -> None:
    """Confirm or dismiss an alert of the analyst's own bank, or open it again; the audit trail keeps who did."""
    await decide(unit, principal, alert_id, decision.status)


@router.get("/transactions/{transaction_id}")
async def explain(transaction_id: UUID, principal: CurrentPrincipal, look: Look) -> Explanation:
    """Why a payment out of an account that the caller may see was flagged, or that nothing unusual was found."""
    return await explain_transaction(look, principal, transaction_id)


def _position(alert: Alert) -> tuple[str, str]:
    return alert.occurred_at.isoformat(), str(alert.id)
