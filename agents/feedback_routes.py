"""REST of feedback: thumbs on one's own answers, their review, and the examples that come of it."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from agents import feedback
from agents.feedback import Decision, Feedback, Opinion, Status, StoredExample
from agents.guard import TheAnalyst
from core.errors import InvalidRequest
from core.identity.guard import CurrentPrincipal, Unit

router = APIRouter(tags=["feedback"])


@router.put("/answers/{turn_id}/feedback", status_code=204)
async def give_feedback(turn_id: UUID, opinion: Opinion, principal: CurrentPrincipal, unit: Unit) -> None:
    """What you think of an answer of yours (its `turn_id`); it takes the place of what you thought before."""
    await feedback.give(unit, principal, turn_id, opinion)


@router.get("/feedback")
async def list_feedback(
    principal: CurrentPrincipal, unit: Unit, status: Annotated[Status, Query()] = "open"
) -> list[Feedback]:
    """For staff, who see their bank's, and administrators: what askers thought, the newest first."""
    return await feedback.list_feedback(unit, principal, status)


@router.post("/feedback/{turn_id}/review")
async def review_feedback(
    turn_id: UUID, decision: Decision, principal: CurrentPrincipal, unit: Unit, analyst: TheAnalyst
) -> StoredExample | None:
    """Dismiss it; or, as an administrator, verify the question: the example that others are planned by comes back."""
    if decision.status == "dismissed":
        if decision.meant is not None:
            raise InvalidRequest("`meant` goes with `verified`")
        await feedback.dismiss(unit, principal, turn_id)
        return None
    example = await feedback.verify(unit, principal, analyst, turn_id, decision.meant)
    analyst.examples.forget()
    return example


@router.get("/verified-examples")
async def list_verified_examples(principal: CurrentPrincipal, unit: Unit) -> list[StoredExample]:
    """For staff and administrators: the questions whose plans are verified, with placeholders for names."""
    return await feedback.list_examples(unit, principal)


@router.delete("/verified-examples/{example_id}", status_code=204)
async def remove_verified_example(
    example_id: UUID, principal: CurrentPrincipal, unit: Unit, analyst: TheAnalyst
) -> None:
    """For administrators: from now on the question is planned like any other."""
    await feedback.remove_example(unit, principal, example_id)
    analyst.examples.forget()
