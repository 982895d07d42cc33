"""Suggestions over REST: what is suggested, what accepting would change, accept, dismiss, take back."""

from collections.abc import Awaitable, Callable
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel
from sqlmodel.ext.asyncio.session import AsyncSession

from core.audit import record
from core.identity.guard import CurrentPrincipal, Unit
from core.insights.rule_effects import RuleEffect, effect, remember, telling
from core.insights.suggestions import Suggested, Suggestion, accept, dismiss, suggestions_of, take_back

router = APIRouter(prefix="/suggestions")

Decide = Callable[[AsyncSession, UUID, Suggested], Awaitable[int]]


class Accepted(BaseModel):
    payments: int


@router.get("")
async def list_suggestions(principal: CurrentPrincipal, session: Unit) -> list[Suggestion]:
    """Categories suggested for the caller's payments that have none, by payee; at most 50. They count for nothing
    until they are accepted."""
    return await suggestions_of(session, principal.own_customer())


@router.post("/preview")
async def preview_suggestion(suggested: Suggested, principal: CurrentPrincipal, session: Unit) -> RuleEffect:
    """What accepting would change. Nothing is stored."""
    customer_id = principal.own_customer()
    await remember(session, customer_id)
    await accept(session, customer_id, suggested)
    found = await effect(session, customer_id)
    await session.rollback()
    return found


@router.post("/accept")
async def accept_suggestion(suggested: Suggested, principal: CurrentPrincipal, session: Unit) -> Accepted:
    """All payments it is made for have that category now, as if the caller had said so of each of them."""
    return Accepted(payments=await _decided("accept", accept, suggested, principal, session))


@router.post("/dismiss", status_code=204)
async def dismiss_suggestion(suggested: Suggested, principal: CurrentPrincipal, session: Unit) -> None:
    """This category is suggested for this payee no more, whatever is paid to them yet."""
    await dismiss(session, principal.own_customer(), suggested)


@router.post("/take-back", status_code=204)
async def take_suggestion_back(suggested: Suggested, principal: CurrentPrincipal, session: Unit) -> None:
    """It is a suggestion again, whether it was accepted or dismissed."""
    await _decided("take_back", take_back, suggested, principal, session)


async def _decided(
    action: str, decide: Decide, suggested: Suggested, principal: CurrentPrincipal, session: Unit
) -> int:
    """How many payments changed by the decision, each told to whoever follows, and the decision recorded."""
    customer_id = principal.own_customer()
    async with telling(session, customer_id, actor=principal.subject):
        payments = await decide(session, customer_id, suggested)
    await record(
        session, actor=principal.subject, action=f"suggestion.{action}", subject=f"customer:{customer_id}",
        category=suggested.category, payments=payments,
    )  # fmt: skip
    return payments
