"""Scheduled and standing transfers over REST: set up, list, read, cancel."""

from datetime import date, datetime
from typing import Annotated, Any, Self
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import desc, select
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from core.errors import NotFound
from core.identity.access import Principal
from core.identity.guard import CurrentPrincipal, CursorsOf, ServicesOf, Unit
from core.ledger.history import CategorySlug
from core.ledger.idempotency import RequiredKey, mark_replay
from core.ledger.in_flight import InFlightOf
from core.ledger.payers import PAYERS, require_payer, visible_account_ids
from core.ledger.schedules import Every, Plan, cancel_schedule, payments_of, plan_transfer
from core.ledger.tables import Schedule, ScheduleStatus, Transaction, TransactionStatus
from core.money import AmountMinor, Currency, Money
from core.paging import Page, PageQuery
from core.text import Text
from core.versions import tag

router = APIRouter(prefix="/schedules")


class NewSchedule(BaseModel):
    """A transfer for a day to come; with `every` it comes back. Days begin at midnight where the customer lives."""

    model_config = ConfigDict(extra="forbid")

    sender_account_id: UUID
    receiver_account_id: UUID
    amount_minor: AmountMinor
    currency: Currency
    description: Text = ""
    category: CategorySlug | None = None
    first_on: date = Field(description="today or later")
    every: Every | None = Field(default=None, description="from first_on on; the 31st is a shorter month's last day")
    until: date | None = Field(default=None, description="the last day on which it may pay")


class ScheduleView(BaseModel):
    """A schedule. `next_on` is null once it is done or cancelled.

    `failure_code` says why it was cancelled, where no person did: an account of it was closed.
    """

    id: UUID
    sender_account_id: UUID
    receiver_account_id: UUID
    amount_minor: int
    currency: Currency
    amount: str
    description: Text
    category: str | None
    first_on: date
    every: Every | None
    until: date | None
    time_zone: str
    status: ScheduleStatus
    failure_code: str | None
    next_on: date | None
    created_at: datetime
    ended_at: datetime | None

    @classmethod
    def of(cls, schedule: Schedule) -> Self:
        facts = schedule.model_dump(include=cls.model_fields.keys() - {"amount"})
        return cls(**facts, amount=Money(schedule.amount_minor, schedule.currency).amount)

    @classmethod
    def as_planned(cls, schedule: Schedule) -> Self:
        """The schedule as it was first answered, whatever has become of it."""
        begun = {"status": ScheduleStatus.ACTIVE, "failure_code": None, "ended_at": None, "next_on": schedule.first_on}
        return cls.of(schedule).model_copy(update=begun)


class ScheduledPaymentView(BaseModel):
    """What became of one day of a schedule."""

    due_on: date
    transaction_id: UUID
    status: TransactionStatus
    failure_code: str | None
    posted_at: datetime | None

    @classmethod
    def of(cls, due_on: date, payment: Transaction) -> Self:
        facts = payment.model_dump(include={"status", "failure_code", "posted_at"})
        return cls(due_on=due_on, transaction_id=payment.id, **facts)


class ScheduleWithPayments(ScheduleView):
    """A schedule and its last payments, newest first."""

    payments: list[ScheduledPaymentView] = []


class ScheduleQuery(PageQuery):
    sender_account_id: UUID | None = None
    status: ScheduleStatus | None = None


@router.post("", status_code=201)
async def create_schedule(
    new: NewSchedule,
    principal: CurrentPrincipal,
    services: ServicesOf,
    in_flight: InFlightOf,
    response: Response,
    key: RequiredKey,
) -> ScheduleView:
    """Set up a transfer that is made on its day, or on all of its days, in the caller's name."""
    facts = new.model_dump(exclude={"amount_minor", "currency"})
    plan = Plan(**facts, money=Money(new.amount_minor, new.currency), client=principal.subject, key=key)
    with in_flight.claim(plan.key_fingerprint):
        async with services.database.unit() as session:
            await require_payer(session, principal, new.sender_account_id)
            planned = await plan_transfer(session, plan, time_zone=principal.time_zone, now=services.now())
    mark_replay(response, planned.is_replay)
    tag(response, 1)
    return ScheduleView.as_planned(planned.schedule)


@router.get("")
async def list_schedules(
    query: Annotated[ScheduleQuery, Query()], principal: CurrentPrincipal, cursors: CursorsOf, session: Unit
) -> Page[ScheduleView]:
    """The schedules that pay from the accounts that the caller may see, newest first."""
    wanted = _schedules_of(principal).order_by(desc(col(Schedule.id))).limit(query.limit + 1)
    if query.sender_account_id is not None:
        wanted = wanted.where(Schedule.sender_account_id == query.sender_account_id)
    if query.status is not None:
        wanted = wanted.where(Schedule.status == query.status)
    if position := cursors.position(query):
        wanted = wanted.where(col(Schedule.id) < UUID(position[0]))
    rows = (await session.execute(wanted)).scalars().all()  # pyright: ignore[reportDeprecated]  # select() of SQLAlchemy
    return cursors.page(query, rows, view=ScheduleView.of, position=lambda schedule: [str(schedule.id)])


@router.get("/{schedule_id}")
async def read_schedule(
    schedule_id: UUID, principal: CurrentPrincipal, session: Unit, response: Response
) -> ScheduleWithPayments:
    schedule = await _schedule(session, principal, schedule_id)
    payments = [ScheduledPaymentView.of(due_on, payment) for due_on, payment in await payments_of(session, schedule)]
    tag(response, schedule.version)
    return ScheduleWithPayments.of(schedule).model_copy(update={"payments": payments})


@router.post("/{schedule_id}/cancel")
async def cancel(
    schedule_id: UUID, principal: CurrentPrincipal, services: ServicesOf, session: Unit, response: Response
) -> ScheduleView:
    """Pay nothing more. What was paid stays paid, and a cancelled schedule answers the same again.

    For whoever may pay from the account, whether or not they set it up.
    """
    principal.require(*PAYERS)
    await _schedule(session, principal, schedule_id)
    schedule = await cancel_schedule(session, schedule_id, client=principal.subject, now=services.now())
    tag(response, schedule.version)
    return ScheduleView.of(schedule)


def _schedules_of(principal: Principal) -> Any:
    return select(Schedule).where(col(Schedule.sender_account_id).in_(visible_account_ids(principal)))


async def _schedule(session: AsyncSession, principal: Principal, schedule_id: UUID) -> Schedule:
    found = await session.execute(_schedules_of(principal).where(Schedule.id == schedule_id))  # pyright: ignore[reportDeprecated]  # as above
    schedule = found.scalar_one_or_none()
    if schedule is None:
        raise NotFound
    return schedule
