"""What an account held at any instant, and entries that sum to nothing and to each balance."""

import random
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from core.db import Database
from core.ledger.balances import balance_at
from core.ledger.holds import Capture, Promise, capture_hold, place_hold
from core.ledger.tables import Balance, Hold
from core.ledger.transfers import post_transfers
from core.money import Money
from tests.factories import Town, check_books, fresh, make_account, make_town, make_transfer, pay

NOW = datetime.now(UTC)


async def held(session: AsyncSession, town: Town, at: datetime) -> tuple[int, int, int]:
    """Posted, pending out and available of Asha's account."""
    balance = await session.get(Balance, (town.asha_account.id, town.bank.id))
    assert balance is not None
    view = await balance_at(session, balance, at)
    return view.posted.amount_minor, view.pending_out.amount_minor, view.available.amount_minor


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10**9), years=st.sampled_from([0.1, 2, 30]))
async def test_balance_at_any_instant_is_the_sum_of_what_had_occurred(
    database: Database, seed: int, years: float
) -> None:
    """Whichever end of the account's life it is summed from, and in whatever order the payments were posted."""
    dice = random.Random(seed)
    async with database.unit() as session:
        town = await make_town(session)
        moves = [(NOW - timedelta(days=dice.random() * years * 365), dice.randint(1, 900)) for _ in range(20)]
        entries: list[tuple[datetime, int]] = []
        for occurred_at, minor in moves:
            sides = (town.asha_account, town.cash) if dice.random() < 0.5 else (town.cash, town.asha_account)
            await pay(session, *sides, minor, occurred_at=occurred_at)
            entries.append((occurred_at, minor if sides[0] is town.cash else -minor))
        for border, _ in dice.sample(entries, 5):
            for at in (border - timedelta(microseconds=1), border):
                expected = sum(amount for occurred_at, amount in entries if occurred_at <= at)
                assert (await held(session, town, at))[0] == expected
        assert (await held(session, town, datetime.now(UTC)))[0] == 100_000 + sum(amount for _, amount in entries)
    await check_books(database)


async def test_an_account_without_entries_held_nothing(database: Database, town: Town) -> None:
    async with database.unit() as session:
        account = await make_account(session, town.bank)
        balance = await session.get(Balance, (account.id, town.bank.id))
        assert balance is not None
        for at in (NOW, NOW - timedelta(days=9000)):
            assert (await balance_at(session, balance, at)).posted.amount_minor == 0


async def test_payments_that_failed_or_wait_do_not_count(database: Database, town: Town) -> None:
    async with database.unit() as session:
        sides = (town.asha_account.id, town.ravi_account.id)
        [refused, accepted] = await post_transfers(
            session, [make_transfer(*sides, 10**9), make_transfer(*sides, 5, is_deferred=True)]
        )
        assert (refused.failure_code, accepted.status) == ("insufficient_funds", "pending")
        assert await held(session, town, datetime.now(UTC)) == (100_000, 0, 100_000)


async def test_a_hold_is_pending_from_when_it_was_placed_until_it_was_captured(database: Database, town: Town) -> None:
    promise = Promise(
        account_id=town.asha_account.id,
        receiver_account_id=town.ravi_account.id,
        money=Money(40_000, "INR"),
        client="test",
        key=fresh("hold"),
    )
    async with database.unit() as session:
        placed = await place_hold(session, promise, datetime.now(UTC))
        hold = (await session.exec(select(Hold).where(Hold.id == placed.id))).one()
    began = hold.created_at
    async with database.unit() as session:
        assert await held(session, town, began - timedelta(microseconds=1)) == (100_000, 0, 100_000)
        assert await held(session, town, began) == (100_000, 40_000, 60_000)
    first, second = began + timedelta(minutes=1), began + timedelta(minutes=2)
    async with database.unit() as session:
        part = Capture(hold_id=hold.id, client="test", key=fresh("key"), amount_minor=15_000, is_final=False)
        await capture_hold(session, part, first)
        rest = Capture(hold_id=hold.id, client="test", key=fresh("key"), amount_minor=5_000)
        await capture_hold(session, rest, second)
        assert await held(session, town, first - timedelta(microseconds=1)) == (100_000, 40_000, 60_000)
        assert await held(session, town, first) == (85_000, 25_000, 60_000)
        assert await held(session, town, second) == (80_000, 0, 80_000)
    await check_books(database)


_PER_CURRENCY = text("""
    SELECT currency, sum(amount_minor) FROM reporting.entry WHERE status = 'success' GROUP BY currency
""")
_PER_TRANSACTION = text("""
    SELECT transaction_id FROM reporting.entry WHERE status = 'success'
     GROUP BY transaction_id HAVING sum(amount_minor) <> 0 OR count(*) <> 2
""")
_PER_ACCOUNT = text("""
    SELECT a.account_id FROM reporting.account a
      LEFT JOIN reporting.entry e ON e.account_id = a.account_id AND e.status = 'success'
     GROUP BY a.account_id, a.posted_minor HAVING a.posted_minor <> coalesce(sum(e.amount_minor), 0)
""")


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10**9))
async def test_entries_sum_to_zero_per_currency_and_to_each_balance(database: Database, seed: int) -> None:
    """As the documentation says they are read, over everything that this database has seen, in two currencies."""
    dice = random.Random(seed)
    async with database.unit() as session:
        town = await make_town(session)
        euros = [await make_account(session, town.bank, currency="EUR") for _ in range(2)]
        rupees = [town.cash, town.asha_account, town.ravi_account]
        transfers = []
        for _ in range(20):
            payer, payee = dice.sample(dice.choice([rupees, euros]), 2)
            transfers.append(make_transfer(payer.id, payee.id, dice.randint(1, 80_000), currency=payer.currency))
        postings = await post_transfers(session, transfers)
        assert {posting.status for posting in postings} <= {"success", "failed"}
    async with database.look() as look:
        sums = (await look.execute(_PER_CURRENCY)).all()
        assert {row[0] for row in sums} >= {"INR", "EUR"}
        assert {row[1] for row in sums} == {0}
        assert (await look.execute(_PER_TRANSACTION)).all() == []
        assert (await look.execute(_PER_ACCOUNT)).all() == []
    await check_books(database)


async def test_the_reader_may_ask_for_a_balance_but_not_read_the_ledger(database: Database, town: Town) -> None:
    statement = text("SELECT reporting.posted_before(:id, 'infinity')")
    async with database.look() as look:
        assert (await look.execute(statement, {"id": town.asha_account.id})).scalar_one() == 100_000
    with pytest.raises(ProgrammingError, match="permission denied"):
        async with database.look() as look:
            await look.execute(text("SELECT * FROM ledger.balance"))
