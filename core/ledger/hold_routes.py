"""Holds over REST: place, capture, void, list, read."""

from datetime import datetime
from typing import Annotated, Any, Self
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StrictBool
from sqlalchemy import ColumnElement, and_, desc, func, or_, select, union
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from core.errors import NotAllowed, NotFound
from core.identity.access import Principal, Role
from core.identity.guard import CurrentPrincipal, CursorsOf, ServicesOf, Unit
from core.ledger.history import CategorySlug, Channel, TransactionView, one_entry
from core.ledger.holds import Capture, Promise, capture_hold, place_hold, stored_hold, void_hold
from core.ledger.idempotency import RequiredKey, mark_replay
from core.ledger.in_flight import InFlightOf
from core.ledger.payers import PAYERS, require_payer, sees_account, visible_account_ids
from core.ledger.tables import Hold, HoldStatus, Transaction
from core.money import AmountMinor, Currency, Money
from core.paging import Page, PageQuery
from core.text import Text
from core.versions import tag

router = APIRouter(prefix="/holds")


class NewHold(BaseModel):
    """Money to promise. `expires_at` is in 7 days, where it is not given, and in 31 at most."""

    model_config = ConfigDict(extra="forbid")

    account_id: UUID = Field(description="who will pay")
    receiver_account_id: UUID
    amount_minor: AmountMinor
    currency: Currency
    description: Text = ""
    category: CategorySlug | None = None
    channel: Channel = "card"
    expires_at: AwareDatetime | None = None


class NewCapture(BaseModel):
    """What to pay out of a hold: all that remains, where no amount is given."""

    model_config = ConfigDict(extra="forbid")

    amount_minor: AmountMinor | None = None
    is_final: StrictBool = Field(default=True, description="release the rest; false keeps it for further captures")


class HoldView(BaseModel):
    """A hold. `status` says how it ended: also a hold that expired or was voided may have been captured in part.

    `remaining_minor` can still be captured. A hold is expired from `expires_at` on; what remained is available to the
    payer again soon after.
    """

    id: UUID
    account_id: UUID
    receiver_account_id: UUID
    amount_minor: int
    captured_minor: int
    remaining_minor: int
    currency: Currency
    amount: str
    status: HoldStatus
    description: Text
    category: str | None
    channel: str
    created_at: datetime
    expires_at: datetime
    ended_at: datetime | None
    transaction_ids: list[UUID]
    """Its captures, oldest first."""

    @classmethod
    def of(cls, hold: Hold, transaction_ids: list[UUID], now: datetime) -> Self:
        facts = hold.model_dump(include=cls.model_fields.keys() - {"amount", "remaining_minor", "transaction_ids"})
        if hold.status == HoldStatus.ACTIVE and hold.expires_at <= now:
            facts |= {"status": HoldStatus.EXPIRED, "ended_at": hold.expires_at}
        return cls(
            **facts,
            amount=Money(hold.amount_minor, hold.currency).amount,
            remaining_minor=hold.amount_minor - hold.captured_minor if facts["status"] == HoldStatus.ACTIVE else 0,
            transaction_ids=transaction_ids,
        )

    @classmethod
    def as_placed(cls, hold: Hold) -> Self:
        """The hold as it was first answered, whatever has become of it."""
        begun = {
            "status": HoldStatus.ACTIVE,
            "captured_minor": 0,
            "remaining_minor": hold.amount_minor,
            "ended_at": None,
        }
        return cls.of(hold, [], now=hold.created_at).model_copy(update=begun)


class HoldQuery(PageQuery):
    account_id: UUID | None = Field(default=None, description="on either side")
    status: HoldStatus | None = None


@router.post("", status_code=201)
async def create_hold(
    new: NewHold,
    principal: CurrentPrincipal,
    services: ServicesOf,
    in_flight: InFlightOf,
    response: Response,
    key: RequiredKey,
) -> HoldView:
    """Reserve money for whoever will capture it. Who may pay from an account may promise from it.

    A refused hold stores nothing, so its Idempotency-Key may be tried again.
    """
    facts = new.model_dump(exclude={"amount_minor", "currency"})
    money = Money(new.amount_minor, new.currency)
    promise = Promise(**facts, money=money, client=principal.subject, key=key)
    with in_flight.claim(promise.key_fingerprint):
        async with services.database.unit() as session:
            await require_payer(session, principal, new.account_id)
            done = await place_hold(session, promise, services.now())
            hold = await stored_hold(session, done.id)
    mark_replay(response, done.is_replay)
    tag(response, 1)
    return HoldView.as_placed(hold)


@router.get("")
async def list_holds(
    query: Annotated[HoldQuery, Query()],
    principal: CurrentPrincipal,
    services: ServicesOf,
    cursors: CursorsOf,
    session: Unit,
) -> Page[HoldView]:
    """The holds on and for the accounts that the caller may see, newest first."""
    now = services.now()
    wanted = _holds_of(principal).order_by(desc(col(Hold.id))).limit(query.limit + 1)
    if query.account_id is not None:
        wanted = wanted.where(or_(*(side == query.account_id for side in _SIDES)))
    if query.status is not None:
        wanted = wanted.where(_has_status(query.status, now))
    if position := cursors.position(query):
        wanted = wanted.where(col(Hold.id) < UUID(position[0]))
    rows = (await session.execute(wanted)).all()  # pyright: ignore[reportDeprecated]  # SQLModel's select() knows no arrays
    return cursors.page(
        query, rows, view=lambda row: HoldView.of(row[0], row[1], now), position=lambda row: [str(row[0].id)]
    )


@router.get("/{hold_id}")
async def read_hold(
    hold_id: UUID, principal: CurrentPrincipal, services: ServicesOf, session: Unit, response: Response
) -> HoldView:
    return await _shown(session, principal, hold_id, services.now(), response)


@router.post("/{hold_id}/capture", status_code=201)
async def create_capture(
    hold_id: UUID,
    principal: CurrentPrincipal,
    services: ServicesOf,
    in_flight: InFlightOf,
    response: Response,
    key: RequiredKey,
    new: NewCapture | None = None,
) -> TransactionView:
    """Pay out of a hold: the payment, from the caller's side.

    For whoever may act for the receiver, and for staff of the payer's bank: the customer who promised may see the hold,
    but neither take it back nor bring it about.
    """
    wanted = new or NewCapture()
    capture = Capture(hold_id=hold_id, client=principal.subject, key=key, **wanted.model_dump())
    with in_flight.claim(capture.key_fingerprint):
        async with services.database.unit() as session:
            await _require_power(session, principal, hold_id)
            done = await capture_hold(session, capture, services.now())
            entry = (await session.execute(one_entry(principal, done.id))).one()  # pyright: ignore[reportDeprecated]  # as above
    mark_replay(response, done.is_replay)
    return TransactionView.of(entry)


@router.post("/{hold_id}/void")
async def void(
    hold_id: UUID, principal: CurrentPrincipal, services: ServicesOf, session: Unit, response: Response
) -> HoldView:
    """Release what remains of a hold, once: a voided hold answers the same again. For those who may capture it."""
    await _require_power(session, principal, hold_id)
    await void_hold(session, hold_id, client=principal.subject, now=services.now())
    return await _shown(session, principal, hold_id, services.now(), response)


_SIDES = (col(Hold.account_id), col(Hold.receiver_account_id))
_CAPTURES = (
    select(col(Transaction.id))
    .where(col(Transaction.hold_id) == Hold.id)
    .order_by(col(Transaction.id))
    .scalar_subquery()
)


def _holds_of(principal: Principal) -> Any:
    """The holds that the caller sees from either side, each with the ids of its captures."""
    mine = visible_account_ids(principal)
    if principal.role is Role.CUSTOMER:
        # Few, and found by an index for either side; with OR every hold there is would be read to find them.
        seen = col(Hold.id).in_(union(*(select(col(Hold.id)).where(side.in_(mine)) for side in _SIDES)))
    else:
        seen = or_(*(side.in_(mine) for side in _SIDES))
    return select(Hold, func.array(_CAPTURES)).where(seen)


def _has_status(status: HoldStatus, now: datetime) -> ColumnElement[bool]:
    """The same as HoldView says, for holds that are past their time and not swept up yet."""
    is_overdue = and_(col(Hold.status) == HoldStatus.ACTIVE, col(Hold.expires_at) <= now)
    match status:
        case HoldStatus.ACTIVE:
            return and_(col(Hold.status) == HoldStatus.ACTIVE, col(Hold.expires_at) > now)
        case HoldStatus.EXPIRED:
            return or_(col(Hold.status) == HoldStatus.EXPIRED, is_overdue)
        case _:
            return col(Hold.status) == status


async def _shown(
    session: AsyncSession, principal: Principal, hold_id: UUID, now: datetime, response: Response
) -> HoldView:
    found = await session.execute(_holds_of(principal).where(Hold.id == hold_id))  # pyright: ignore[reportDeprecated]  # as above
    row = found.one_or_none()
    if row is None:
        raise NotFound
    tag(response, row[0].version)
    return HoldView.of(row[0], row[1], now)


async def _require_power(session: AsyncSession, principal: Principal, hold_id: UUID) -> None:
    """Raises NotFound to those who cannot see the hold, NotAllowed to those who may only look."""
    principal.require(*PAYERS)
    wanted = _holds_of(principal).where(Hold.id == hold_id).with_only_columns(col(Hold.receiver_account_id))
    receiver = (await session.execute(wanted)).scalar_one_or_none()  # pyright: ignore[reportDeprecated]  # as above
    if receiver is None:
        raise NotFound
    if principal.role is Role.CUSTOMER and not await sees_account(session, principal, receiver):
        raise NotAllowed("This money is promised: only its receiver or the bank can capture or release it")
