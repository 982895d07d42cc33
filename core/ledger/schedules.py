"""Scheduled and standing transfers: set up once, paid on their days by `run_due_schedules`, each day exactly once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import aliased
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from core.audit import record
from core.banking.tables import Account, Customer
from core.db import Database
from core.errors import (
    AccountClosed,
    AccountNotFound,
    CurrencyMismatch,
    IdempotencyKeyReused,
    InsufficientFunds,
    InvalidSchedule,
    SameAccount,
    ScheduleEnded,
)
from core.ids import fingerprint, new_id
from core.ledger.tables import Balance, Schedule, ScheduleStatus, Transaction
from core.ledger.transfers import Posting, Transfer, post_transfers
from core.money import Money
from core.periods import add_months, midnight, today_in

RUN_BATCH = 500
"""Payments per step of the runner; at most what one batch of transfers holds."""

FIRST_DAYS_MAX = 5 * 366
"""How far ahead the first day may lie."""

PAYMENTS_SHOWN = 12
"""How many of its last payments a schedule is shown with."""

CHANNEL = "standing_order"
RUNNER = "system:schedules"
"""Whom the trail names where no person acted."""


class Every(StrEnum):
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A transfer to come, once or every so often. `client` and `key` together are the idempotency key."""

    sender_account_id: UUID
    receiver_account_id: UUID
    money: Money
    first_on: date
    client: str
    key: str
    every: Every | None = None
    until: date | None = None
    """The last day on which it may still pay."""
    description: str = ""
    category: str | None = None

    @property
    def key_fingerprint(self) -> UUID:
        return fingerprint(self.client, self.key)

    @property
    def request_fingerprint(self) -> UUID:
        return fingerprint(
            str(self.sender_account_id), str(self.receiver_account_id), str(self.money.amount_minor),
            self.money.currency, str(self.first_on), str(self.every), str(self.until), self.description,
            self.category or "",
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Planned:
    """The schedule that a request set up, now or before."""

    schedule: Schedule
    is_replay: bool


def day_of(schedule: Schedule, index: int) -> date:
    """The `index`-th day of the schedule, counted from 0.

    Each is reckoned from the first one: what falls on the 31st falls on the last day of a shorter month, and on the
    31st again afterwards.
    """
    match schedule.every:
        case Every.WEEK:
            return schedule.first_on + timedelta(weeks=index)
        case Every.MONTH:
            return add_months(schedule.first_on, index)
        case _:
            return add_months(schedule.first_on, 12 * index)


async def plan_transfer(session: AsyncSession, plan: Plan, *, time_zone: str, now: datetime) -> Planned:
    """The schedule as it is stored, or the one that the key stands for already.

    Its days are those of the sender's customer; `time_zone` counts where the sender has none.
    Raises SameAccount, AccountNotFound, AccountClosed, CurrencyMismatch, InvalidSchedule, IdempotencyKeyReused.
    """
    if stored := await _by_key(session, plan):
        return stored
    bank_id, zone = await _checked_sender(session, plan)
    zone = zone or time_zone
    _check_days(plan, today_in(ZoneInfo(zone), now))
    facts = {
        "id": new_id(), "bank_id": bank_id, "owner": plan.client, "sender_account_id": plan.sender_account_id,
        "receiver_account_id": plan.receiver_account_id, "amount_minor": plan.money.amount_minor,
        "currency": plan.money.currency, "description": plan.description, "category": plan.category,
        "first_on": plan.first_on, "every": plan.every, "until": plan.until, "time_zone": zone,
        "next_on": plan.first_on, "due_at": midnight(plan.first_on, ZoneInfo(zone)),
        "key_fingerprint": plan.key_fingerprint, "request_fingerprint": plan.request_fingerprint,
    }  # fmt: skip
    # A twin in flight is waited for; its row is then the one that the key stands for.
    fresh = insert(Schedule).values(facts).on_conflict_do_nothing(constraint="schedule_key").returning(col(Schedule.id))
    planned_id = (await session.execute(fresh)).scalar_one_or_none()  # pyright: ignore[reportDeprecated]  # exec() is for selects
    planned = await _by_key(session, plan)
    assert planned is not None  # ours or the twin's
    if planned_id is None:
        return planned
    await record(session, actor=plan.client, action="schedule.plan", subject=f"schedule:{planned_id}")
    return Planned(planned.schedule, is_replay=False)


async def cancel_schedule(session: AsyncSession, schedule_id: UUID, *, client: str, now: datetime) -> Schedule:
    """The schedule, cancelled now or before: nothing more is paid. Raises ScheduleEnded if it had come to its end."""
    wanted = select(Schedule).where(col(Schedule.id) == schedule_id).with_for_update()
    # As it is now, not as the session may have seen it before: the runner may have finished it since.
    found = await session.execute(wanted, execution_options={"populate_existing": True})  # pyright: ignore[reportDeprecated]  # as above
    schedule = found.scalar_one()
    if schedule.status == ScheduleStatus.DONE:
        raise ScheduleEnded
    if schedule.status == ScheduleStatus.ACTIVE:
        _end(schedule, ScheduleStatus.CANCELLED, now)
        session.add(schedule)
        await record(session, actor=client, action="schedule.cancel", subject=f"schedule:{schedule.id}")
    return schedule


async def run_due_schedules(database: Database, now: datetime, limit: int = RUN_BATCH) -> int:
    """Deal with the oldest days that are due, at most `limit`: paid, or refused and noted. 0 when nothing is left.

    A day without money is a failed payment, and the schedule goes on. Where no payment can ever succeed again (a closed
    account), the schedule is cancelled and says why. Days that were missed are made up for, each once. The money moves
    when this runs, and the payment says so: it does not change a past that somebody may have read.
    Any number of processes may call it at once: what one is working on, the others leave to it.
    """
    async with database.unit() as session:
        due = await _take_due(session, now, limit)
        if due:
            postings = await post_transfers(session, [_payment(schedule, now) for schedule in due])
            for schedule, posting in zip(due, postings, strict=True):
                await _go_on(session, schedule, posting, now)
    return len(due)


async def payments_of(session: AsyncSession, schedule: Schedule) -> list[tuple[date, Transaction]]:
    """Its last payments, newest first, each with the day it was due. A payment is found by the key it was made with."""
    indexes = range(max(0, schedule.days_done - PAYMENTS_SHOWN), schedule.days_done)
    days = {fingerprint(schedule.owner, _key(schedule, day)): day for day in (day_of(schedule, i) for i in indexes)}
    rows = await session.execute(select(Transaction).where(col(Transaction.key_fingerprint).in_(days)))  # pyright: ignore[reportDeprecated]  # as above
    return sorted(
        ((days[payment.key_fingerprint], payment) for payment in rows.scalars()), key=lambda row: row[0], reverse=True
    )


async def _by_key(session: AsyncSession, plan: Plan) -> Planned | None:
    wanted = select(Schedule).where(col(Schedule.key_fingerprint) == plan.key_fingerprint)
    schedule = (await session.execute(wanted)).scalar_one_or_none()  # pyright: ignore[reportDeprecated]  # as above
    if schedule is not None and schedule.request_fingerprint != plan.request_fingerprint:
        raise IdempotencyKeyReused
    return schedule and Planned(schedule, is_replay=True)


async def _checked_sender(session: AsyncSession, plan: Plan) -> tuple[UUID, str | None]:
    """The sender's bank and time zone. What a payment would be refused for today is refused now, money aside."""
    if plan.sender_account_id == plan.receiver_account_id:
        raise SameAccount
    receiver = aliased(Balance)
    wanted = (
        select(Balance, receiver, col(Customer.time_zone))
        .select_from(Balance)
        .join(receiver, col(receiver.account_id) == plan.receiver_account_id)
        .join(Account, col(Account.id) == col(Balance.account_id))
        .outerjoin(Customer, col(Customer.id) == col(Account.customer_id))
        .where(col(Balance.account_id) == plan.sender_account_id)
    )
    found = (await session.execute(wanted)).one_or_none()  # pyright: ignore[reportDeprecated]  # as above
    if found is None:
        raise AccountNotFound
    sides: tuple[Balance, Balance] = found[0], found[1]
    if any(side.is_closed for side in sides):
        raise AccountClosed
    if any(side.currency != plan.money.currency for side in sides):
        raise CurrencyMismatch
    return sides[0].bank_id, found[2]


def _check_days(plan: Plan, today: date) -> None:
    if not today <= plan.first_on <= today + timedelta(days=FIRST_DAYS_MAX):
        raise InvalidSchedule(f"first_on is from {today} on, at most five years ahead")
    if plan.until is not None and (plan.every is None or plan.until < plan.first_on):
        raise InvalidSchedule("until ends what comes back (every), and lies not before first_on")


async def _take_due(session: AsyncSession, now: datetime, limit: int) -> Sequence[Schedule]:
    """Those due the longest, locked. One instant at a time: Monday's payments come before Tuesday's."""
    is_active = col(Schedule.status) == ScheduleStatus.ACTIVE
    oldest = select(func.min(col(Schedule.due_at))).where(is_active, col(Schedule.due_at) <= now).scalar_subquery()
    wanted: Any = (
        select(Schedule)
        .where(is_active, col(Schedule.due_at) == oldest)
        .order_by(col(Schedule.id))
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return (await session.execute(wanted)).scalars().all()  # pyright: ignore[reportDeprecated]  # as above


def _key(schedule: Schedule, day: date) -> str:
    return f"schedule:{schedule.id}:{day}"


def _payment(schedule: Schedule, now: datetime) -> Transfer:
    assert schedule.next_on is not None  # it is due
    return Transfer(
        sender_account_id=schedule.sender_account_id,
        receiver_account_id=schedule.receiver_account_id,
        money=Money(schedule.amount_minor, schedule.currency),
        occurred_at=now,
        client=schedule.owner,
        key=_key(schedule, schedule.next_on),
        description=schedule.description,
        category=schedule.category,
        channel=CHANNEL,
    )


async def _go_on(session: AsyncSession, schedule: Schedule, posting: Posting, now: datetime) -> None:
    """Move the schedule past the day that `posting` answers."""
    schedule.days_done += 1
    next_on = day_of(schedule, schedule.days_done)
    if posting.failure_code not in (None, InsufficientFunds.code):
        schedule.failure_code = posting.failure_code
        _end(schedule, ScheduleStatus.CANCELLED, now)
        await record(
            session, actor=RUNNER, action="schedule.cancel", subject=f"schedule:{schedule.id}",
            failure_code=posting.failure_code,
        )  # fmt: skip
    elif schedule.every is None or (schedule.until is not None and next_on > schedule.until):
        _end(schedule, ScheduleStatus.DONE, now)
    else:
        schedule.next_on, schedule.due_at = next_on, midnight(next_on, ZoneInfo(schedule.time_zone))
        schedule.version += 1
    session.add(schedule)


def _end(schedule: Schedule, status: ScheduleStatus, now: datetime) -> None:
    schedule.status, schedule.ended_at = status, now
    schedule.next_on = schedule.due_at = None
    schedule.version += 1
