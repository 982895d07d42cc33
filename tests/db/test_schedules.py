"""Transfers that wait for their day: each day is paid once, in order, whoever runs them and however late."""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from core.banking.accounts import close_account
from core.db import Database
from core.errors import (
    AccountClosed,
    AccountNotFound,
    CurrencyMismatch,
    FinLensError,
    IdempotencyKeyReused,
    InvalidSchedule,
    SameAccount,
    ScheduleEnded,
)
from core.ids import new_id
from core.ledger.schedules import (
    Every,
    Plan,
    Planned,
    cancel_schedule,
    day_of,
    payments_of,
    plan_transfer,
    run_due_schedules,
)
from core.ledger.tables import Schedule, Transaction
from core.money import Money
from core.periods import midnight
from tests.factories import Town, check_books, fresh, make_account, make_customer, make_town, pay

INDIA = ZoneInfo("Asia/Kolkata")
TODAY = date(2027, 1, 31)


def morning(day: date) -> datetime:
    """Ten past midnight where Asha lives."""
    return midnight(day, INDIA) + timedelta(minutes=10)


@pytest.fixture
async def town(database: Database) -> Town:
    """Asha pays, Ravi receives. Schedules that other tests have left behind are over."""
    async with database.unit() as session:
        for schedule in (await session.exec(select(Schedule).where(col(Schedule.status) == "active"))).all():
            await cancel_schedule(session, schedule.id, client="test", now=morning(TODAY))
        return await make_town(session)


def plan_of(town: Town, amount_minor: int = 10_000, **facts: object) -> Plan:
    wanted: dict[str, object] = {
        "sender_account_id": town.asha_account.id,
        "receiver_account_id": town.ravi_account.id,
        "money": Money(amount_minor, "INR"),
        "first_on": TODAY,
        "client": "user:asha",
        "key": fresh("plan"),
        **facts,
    }
    return Plan(**wanted)  # pyright: ignore[reportArgumentType]


async def plan(database: Database, wanted: Plan, now: datetime | None = None) -> Planned:
    async with database.unit() as session:
        return await plan_transfer(session, wanted, time_zone="UTC", now=now or morning(TODAY))


async def run(database: Database, now: datetime, limit: int = 500) -> int:
    handled = 0
    while step := await run_due_schedules(database, now, limit):
        handled += step
    return handled


async def read(database: Database, planned: Planned) -> Schedule:
    async with database.unit() as session:
        return await _again(session, planned)


async def paid(database: Database, planned: Planned) -> list[tuple[date, str]]:
    """The days it has dealt with, oldest first, and what became of each."""
    async with database.unit() as session:
        rows = await payments_of(session, await _again(session, planned))
        return [(day, payment.status) for day, payment in reversed(rows)]


async def _again(session: AsyncSession, planned: Planned) -> Schedule:
    return (await session.exec(select(Schedule).where(Schedule.id == planned.schedule.id))).one()


def days(*numbers: str) -> list[tuple[date, str]]:
    return [(date.fromisoformat(f"2027-{number}"), "success") for number in numbers]


def test_month_that_is_too_short_pays_on_its_last_day_and_the_next_on_the_31st_again() -> None:
    schedule = Schedule(first_on=date(2027, 12, 31), every="month")  # pyright: ignore[reportCallIssue]
    assert [day_of(schedule, index).isoformat() for index in range(6)] == [
        "2027-12-31", "2028-01-31", "2028-02-29", "2028-03-31", "2028-04-30", "2028-05-31",
    ]  # fmt: skip


def test_leap_day_pays_on_the_28th_until_it_comes_back() -> None:
    schedule = Schedule(first_on=date(2028, 2, 29), every="year")  # pyright: ignore[reportCallIssue]
    assert [day_of(schedule, index).isoformat() for index in (1, 3, 4)] == ["2029-02-28", "2031-02-28", "2032-02-29"]


async def test_transfer_waits_for_its_day_and_is_made_once(database: Database, town: Town) -> None:
    planned = await plan(database, plan_of(town, first_on=date(2027, 2, 3), description="rent", category="rent"))
    assert await run(database, morning(date(2027, 2, 3)) - timedelta(minutes=11)) == 0
    assert await run(database, morning(date(2027, 2, 3))) == 1
    assert await run(database, morning(date(2027, 3, 3))) == 0
    schedule = await read(database, planned)
    assert (schedule.status, schedule.next_on, schedule.ended_at) == ("done", None, morning(date(2027, 2, 3)))
    async with database.unit() as session:
        [(due_on, payment)] = await payments_of(session, schedule)
    assert (due_on, payment.status, payment.amount_minor) == (date(2027, 2, 3), "success", 10_000)
    assert (payment.description, payment.category, payment.channel) == ("rent", "rent", "standing_order")
    assert payment.occurred_at == morning(date(2027, 2, 3))
    await check_books(database)


async def test_standing_order_pays_at_each_month_end(database: Database, town: Town) -> None:
    planned = await plan(database, plan_of(town, every=Every.MONTH))
    for day in (date(2027, 1, 31), date(2027, 2, 27), date(2027, 2, 28), date(2027, 3, 30), date(2027, 3, 31)):
        await run(database, morning(day))
    assert await paid(database, planned) == days("01-31", "02-28", "03-31")
    assert (await read(database, planned)).next_on == date(2027, 4, 30)
    await check_books(database)


async def test_last_day_may_still_pay_and_then_it_is_done(database: Database, town: Town) -> None:
    planned = await plan(database, plan_of(town, every=Every.WEEK, until=date(2027, 2, 14)))
    await run(database, morning(date(2027, 6, 1)))
    assert await paid(database, planned) == days("01-31", "02-07", "02-14")
    assert (await read(database, planned)).status == "done"
    await check_books(database)


async def test_days_that_were_missed_are_made_up_for_in_order_and_when_they_are(database: Database, town: Town) -> None:
    """Two orders of one payer, and money for three payments: what was due first is paid first."""
    mondays = await plan(database, plan_of(town, 30_000, every=Every.WEEK, first_on=date(2027, 2, 1)))
    sundays = await plan(database, plan_of(town, 30_000, every=Every.WEEK))
    late = morning(date(2027, 2, 9))
    assert await run(database, late, limit=1) == 4
    assert await paid(database, sundays) == days("01-31", "02-07")
    assert await paid(database, mondays) == [(date(2027, 2, 1), "success"), (date(2027, 2, 8), "failed")]
    async with database.unit() as session:
        payments = await payments_of(session, await read(database, sundays))
    assert {payment.occurred_at for _, payment in payments} == {late}
    await check_books(database)


async def test_day_without_money_is_a_failed_payment_and_the_order_goes_on(database: Database, town: Town) -> None:
    planned = await plan(database, plan_of(town, 100_001, every=Every.WEEK))
    await run(database, morning(TODAY))
    async with database.unit() as session:
        [(_, payment)] = await payments_of(session, await read(database, planned))
        assert (payment.status, payment.failure_code, payment.shortfall_minor) == ("failed", "insufficient_funds", 1)
        await pay(session, town.cash, town.asha_account, 1)
    await run(database, morning(date(2027, 2, 7)))
    assert await paid(database, planned) == [(TODAY, "failed"), (date(2027, 2, 7), "success")]
    assert (await read(database, planned)).status == "active"
    await check_books(database)


async def test_order_for_a_closed_account_is_cancelled_and_says_why(database: Database, town: Town) -> None:
    async with database.unit() as session:
        landlord = await make_account(session, town.bank, await make_customer(session))
    doomed = await plan(database, plan_of(town, every=Every.MONTH, receiver_account_id=landlord.id))
    other = await plan(database, plan_of(town, every=Every.MONTH))
    async with database.unit() as session:
        await close_account(session, landlord, TODAY)
    assert await run(database, morning(TODAY)) == 2
    schedule = await read(database, doomed)
    assert (schedule.status, schedule.failure_code, schedule.next_on) == ("cancelled", "account_closed", None)
    assert await paid(database, doomed) == []
    assert await paid(database, other) == days("01-31")
    await check_books(database)


async def test_day_begins_at_midnight_where_the_customer_lives(database: Database, town: Town) -> None:
    async with database.unit() as session:
        away = await make_customer(session, time_zone="Pacific/Auckland")
        account = await make_account(session, town.bank, away)
        await pay(session, town.cash, account, 10_000)
    planned = await plan(database, plan_of(town, sender_account_id=account.id, first_on=date(2027, 2, 3)))
    dawn = datetime(2027, 2, 2, 11, tzinfo=UTC)  # Auckland is 13 hours ahead in summer
    assert (planned.schedule.time_zone, planned.schedule.due_at) == ("Pacific/Auckland", dawn)
    assert await run(database, dawn - timedelta(microseconds=1)) == 0
    assert await run(database, dawn) == 1
    tills = await plan(database, plan_of(town, sender_account_id=town.cash.id))
    assert tills.schedule.time_zone == "UTC"  # nobody's account: the caller's own zone


async def test_eight_runners_at_once_pay_each_day_once(database: Database, town: Town) -> None:
    planned = [await plan(database, plan_of(town, 100, every=Every.WEEK)) for _ in range(20)]
    late = morning(date(2027, 2, 14))
    await asyncio.gather(*(run(database, late, limit=3) for _ in range(8)))
    await run(database, late)
    for one in planned:
        assert await paid(database, one) == days("01-31", "02-07", "02-14")
    async with database.unit() as session:
        found = await session.exec(
            select(Transaction).where(
                col(Transaction.sender_account_id) == town.asha_account.id, Transaction.channel == "standing_order"
            )
        )
        assert len(found.all()) == 60
    await check_books(database)


async def test_runner_that_dies_before_its_commit_has_paid_nothing(database: Database, town: Town) -> None:
    planned = await plan(database, plan_of(town))

    class DyingDatabase(Database):
        @asynccontextmanager
        async def unit(self) -> AsyncGenerator[AsyncSession]:
            """One that is cut off before its commit."""
            async with super().unit() as session:
                yield session
                await session.flush()
                raise ConnectionError

    with pytest.raises(ConnectionError):
        await run_due_schedules(DyingDatabase(app=database.app, reader=database.reader), morning(TODAY))
    assert await paid(database, planned) == []
    assert await run(database, morning(TODAY)) == 1
    assert await paid(database, planned) == days("01-31")
    await check_books(database)


async def test_day_that_was_paid_is_not_paid_again_even_if_the_schedule_forgot(database: Database, town: Town) -> None:
    """The key of each day is the last word: here the schedule is put back by a day it has paid."""
    planned = await plan(database, plan_of(town, every=Every.WEEK))
    await run(database, morning(TODAY))
    async with database.unit() as session:
        schedule = await _again(session, planned)
        schedule.days_done, schedule.next_on, schedule.due_at = 0, TODAY, midnight(TODAY, INDIA)
        session.add(schedule)
    assert await run(database, morning(TODAY)) == 1
    assert await paid(database, planned) == days("01-31")
    async with database.unit() as session:
        found = await session.execute(
            text(
                "SELECT count(*) FROM ledger.transaction WHERE channel = 'standing_order' AND sender_account_id = :id"
            ),
            {"id": town.asha_account.id},
        )
        assert found.scalar_one() == 1
    await check_books(database)


async def test_cancelled_order_pays_nothing_more_and_can_be_cancelled_again(database: Database, town: Town) -> None:
    planned = await plan(database, plan_of(town, every=Every.WEEK))
    await run(database, morning(TODAY))
    for _ in range(2):
        async with database.unit() as session:
            cancelled = await cancel_schedule(session, planned.schedule.id, client="user:asha", now=morning(TODAY))
        assert (cancelled.status, cancelled.next_on, cancelled.version) == ("cancelled", None, 3)
    assert await run(database, morning(date(2027, 6, 1))) == 0
    assert await paid(database, planned) == days("01-31")


async def test_order_that_came_to_its_end_cannot_be_cancelled(database: Database, town: Town) -> None:
    planned = await plan(database, plan_of(town))
    await run(database, morning(TODAY))
    with pytest.raises(ScheduleEnded):
        async with database.unit() as session:
            await cancel_schedule(session, planned.schedule.id, client="user:asha", now=morning(TODAY))


async def test_cancelling_races_the_runner_and_the_loser_sees_the_winner(database: Database, town: Town) -> None:
    async def cancel(planned: Planned) -> str:
        try:
            async with database.unit() as session:
                return (await cancel_schedule(session, planned.schedule.id, client="u", now=morning(TODAY))).status
        except ScheduleEnded:
            return "done"

    for _ in range(12):
        planned = await plan(database, plan_of(town, 100))
        said, _ = await asyncio.gather(cancel(planned), run(database, morning(TODAY)))
        await run(database, morning(TODAY))
        assert said == (await read(database, planned)).status
        assert len(await paid(database, planned)) == (said == "done")
    await check_books(database)


async def test_schedule_that_ended_after_it_was_looked_at_cannot_be_cancelled(database: Database, town: Town) -> None:
    planned = await plan(database, plan_of(town))
    with pytest.raises(ScheduleEnded):
        async with database.unit() as session:
            seen = await _again(session, planned)
            await run(database, morning(TODAY))
            await cancel_schedule(session, seen.id, client="user:asha", now=morning(TODAY))
    assert (await read(database, planned)).status == "done"


async def test_key_sets_up_one_schedule(database: Database, town: Town) -> None:
    wanted = plan_of(town, every=Every.MONTH)
    first = await plan(database, wanted)
    again = await plan(database, wanted, now=morning(date(2027, 5, 1)))  # by then first_on is in the past
    assert (again.schedule.id, first.is_replay, again.is_replay) == (first.schedule.id, False, True)
    with pytest.raises(IdempotencyKeyReused):
        await plan(database, plan_of(town, key=wanted.key))
    assert (await plan(database, plan_of(town, key=wanted.key, client="user:ravi"))).is_replay is False


async def test_sixty_four_twins_set_up_one_schedule(database: Database, town: Town) -> None:
    wanted = plan_of(town)
    planned = await asyncio.gather(*(plan(database, wanted) for _ in range(64)))
    assert len({one.schedule.id for one in planned}) == 1
    assert Counter(one.is_replay for one in planned) == {True: 63, False: 1}
    assert await run(database, morning(TODAY)) == 1


@pytest.mark.parametrize(
    ("changed", "refusal"),
    [
        ({"first_on": TODAY - timedelta(days=1)}, InvalidSchedule),
        ({"first_on": TODAY + timedelta(days=1831)}, InvalidSchedule),
        ({"every": Every.WEEK, "until": TODAY - timedelta(days=1)}, InvalidSchedule),
        ({"until": TODAY + timedelta(days=1)}, InvalidSchedule),
        ({"money": Money(1, "USD")}, CurrencyMismatch),
        ({"receiver_account_id": new_id()}, AccountNotFound),
        ({"sender_account_id": new_id()}, AccountNotFound),
    ],
)
async def test_schedule_that_could_never_pay_is_refused(
    database: Database, town: Town, changed: dict[str, object], refusal: type[FinLensError]
) -> None:
    with pytest.raises(refusal):
        await plan(database, plan_of(town, **changed))


async def test_schedule_between_the_wrong_accounts_is_refused(database: Database, town: Town) -> None:
    async with database.unit() as session:
        closed = await make_account(session, town.bank, await make_customer(session))
        await close_account(session, closed, TODAY)
    with pytest.raises(AccountClosed):
        await plan(database, plan_of(town, receiver_account_id=closed.id))
    with pytest.raises(SameAccount):
        await plan(database, plan_of(town, receiver_account_id=town.asha_account.id))


async def test_trail_names_who_acted(database: Database, town: Town) -> None:
    planned = await plan(database, plan_of(town, every=Every.WEEK))
    await plan(database, plan_of(town, every=Every.WEEK, key="another" + planned.schedule.id.hex))
    async with database.unit() as session:
        await cancel_schedule(session, planned.schedule.id, client="user:staff", now=morning(TODAY))
        found = await session.execute(
            text("SELECT actor, action FROM identity.audit_event WHERE subject = :subject ORDER BY id"),
            {"subject": f"schedule:{planned.schedule.id}"},
        )
        trail = [tuple(row) for row in found]
    assert trail == [("user:asha", "schedule.plan"), ("user:staff", "schedule.cancel")]
