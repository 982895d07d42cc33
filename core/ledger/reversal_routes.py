"""Reversals and refunds over REST."""

from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict

from core.identity.guard import CurrentPrincipal, ServicesOf
from core.ids import fingerprint
from core.ledger.history import TransactionView, one_entry
from core.ledger.idempotency import RequiredKey, mark_replay
from core.ledger.in_flight import InFlightOf
from core.ledger.reversals import reverse
from core.money import AmountMinor
from core.text import Text

router = APIRouter(prefix="/transactions")


class NewReversal(BaseModel):
    """How much to give back: all that has not been, where no amount is given."""

    model_config = ConfigDict(extra="forbid")

    amount_minor: AmountMinor | None = None
    description: Text = ""


@router.post("/{transaction_id}/reversals", status_code=201)
async def create_reversal(
    transaction_id: UUID,
    principal: CurrentPrincipal,
    services: ServicesOf,
    in_flight: InFlightOf,
    response: Response,
    key: RequiredKey,
    new: NewReversal | None = None,
) -> TransactionView:
    """Give back a payment that one of your accounts received, in whole or in part, and never more than was paid.

    It counts against the spending of the one who gets it back, in the category of the payment.
    """
    wanted = new or NewReversal()
    # A unit of its own: a refusal for want of money is stored too, and raising within would undo that.
    with in_flight.claim(fingerprint(principal.subject, key)):
        async with services.database.unit() as session:
            posting = await reverse(
                session, principal, transaction_id, key=key, now=services.now(), **wanted.model_dump()
            )
            entry = posting.id and (await session.execute(one_entry(principal, posting.id))).one()  # pyright: ignore[reportDeprecated]
    if refusal := posting.refusal():
        raise refusal
    assert entry is not None  # what was posted has an id
    mark_replay(response, posting.is_replay)
    return TransactionView.of(entry)
