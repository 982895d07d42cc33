"""What holds of the ledger besides the model's answers: rights, races over keys, order, time."""

import asyncio
import random
from datetime import UTC, datetime
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError
from sqlmodel.ext.asyncio.session import AsyncSession

from core.db import Database
from core.ids import new_id
from core.ledger.transfers import BATCH_MAX, Posting, Transfer, post_transfers
from core.money import MAX_AMOUNT_MINOR
from tests.factories import (
    Town,
    check_books,
    fresh,
    make_account,
    make_bank,
    make_customer,
    make_town,
    make_transfer,
    pay,
)


async def post(database: Database, *transfers: Transfer) -> list[Posting]:
    async with database.unit() as session:
        return await post_transfers(session, transfers)


async def posted_minor(database: Database, account_id: UUID) -> int:
    async with database.unit() as session:
        found = await session.execute(
            text("SELECT posted_minor FROM ledger.balance WHERE account_id = :id"), {"id": account_id}
        )
        return found.scalar_one()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger.transaction SET amount_minor = 1",
        "UPDATE ledger.transaction SET description = ''",
        "DELETE FROM ledger.transaction",
        "INSERT INTO ledger.transaction (id) VALUES (gen_random_uuid())",
        "TRUNCATE ledger.transaction",
        "UPDATE ledger.balance SET posted_minor = 10",
        "UPDATE ledger.balance SET floor_minor = -10",
        "UPDATE ledger.balance SET version = 10",
        "DELETE FROM ledger.balance",
        "UPDATE banking.account SET customer_id = NULL",
        "INSERT INTO ledger.balance (account_id, bank_id, currency, posted_minor)"
        " VALUES (gen_random_uuid(), gen_random_uuid(), 'INR', 10)",
        "INSERT INTO ledger.outbox (transaction_id) VALUES (gen_random_uuid())",
        "UPDATE identity.audit_event SET actor = 'somebody else'",
        "DELETE FROM identity.audit_event",
        "CREATE OR REPLACE FUNCTION ledger.mint() RETURNS void LANGUAGE sql AS ''",
        "ALTER TABLE ledger.balance DROP CONSTRAINT balance_above_floor",
        "SET ROLE finlens_owner",
    ],
)
async def test_application_cannot_write_money_past_apply_transfers(database: Database, statement: str) -> None:
    async with database.app.connect() as connection:
        with pytest.raises(ProgrammingError, match=r"permission denied|must be owner"):
            await connection.execute(text(statement))


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT count(*) FROM ledger.transaction",
        "SELECT count(*) FROM ledger.balance",
        "SELECT count(*) FROM banking.customer",
        "SELECT count(*) FROM identity.app_user",
        "SELECT ledger.take_pending(1)",
    ],
)
async def test_reader_sees_reporting_views_alone(database: Database, statement: str) -> None:
    async with database.look() as connection:
        assert (await connection.execute(text("SELECT count(*) FROM reporting.entry"))).scalar_one() >= 0
        with pytest.raises(ProgrammingError, match="permission denied"):
            await connection.execute(text(statement))


async def test_key_pays_once_over_two_banks_at_the_same_time(database: Database, town: Town) -> None:
    """The same key on accounts that share nothing: no lock makes one wait for the other, the unique key must."""
    async with database.unit() as session:
        other = await make_town(session)
    for _ in range(10):
        key = fresh("key")
        here = make_transfer(town.asha_account.id, town.ravi_account.id, 7, key=key)
        there = make_transfer(other.asha_account.id, other.ravi_account.id, 7, key=key)
        answers = await asyncio.gather(post(database, here), post(database, there))
        codes = [answer.failure_code for [answer] in answers]
        assert sorted(map(str, codes)) == ["None", "idempotency_key_reused"]
    await check_books(database)


async def test_batch_that_meets_a_strangers_key_midway_loses_nothing(database: Database, town: Town) -> None:
    """A unit holds a key it has not committed; a batch with that key and two more waits, then answers all three."""
    async with database.unit() as session:
        other = await make_town(session)
    key = fresh("key")
    waiting: asyncio.Task[list[Posting]]
    async with database.unit() as session:
        await post_transfers(session, [make_transfer(other.asha_account.id, other.ravi_account.id, 5, key=key)])
        batch = [
            make_transfer(town.asha_account.id, town.ravi_account.id, 1),
            make_transfer(town.asha_account.id, town.ravi_account.id, 2, key=key),
            make_transfer(town.asha_account.id, town.ravi_account.id, 4),
        ]
        waiting = asyncio.create_task(post(database, *batch))
        await _until_waiting(database, 1)
    answers = await waiting
    assert [answer.failure_code for answer in answers] == [None, "idempotency_key_reused", None]
    assert await posted_minor(database, town.asha_account.id) == 100_000 - 1 - 4
    await check_books(database)


async def _until_waiting(database: Database, count: int) -> None:
    async with database.app.connect() as connection:
        for _ in range(500):
            found = await connection.execute(
                text("SELECT count(*) FROM pg_locks WHERE NOT granted AND locktype = 'transactionid'")
            )
            if found.scalar_one() == count:
                return
            await asyncio.sleep(0.02)
    raise AssertionError(f"there are never {count} who wait for a held key")


async def test_batches_that_share_keys_crosswise_do_not_wait_in_a_circle(database: Database, town: Town) -> None:
    """The held key stops both midway; taken in the order given, each would by then hold what the other needs."""
    async with database.unit() as session:
        other, third = await make_town(session), await make_town(session)
    first, held, last = (fresh("key") for _ in range(3))
    async with AsyncSession(database.app) as holder:
        await post_transfers(holder, [make_transfer(third.asha_account.id, third.ravi_account.id, 1, key=held)])
        batches = [
            asyncio.create_task(
                post(
                    database,
                    *(make_transfer(there.asha_account.id, there.ravi_account.id, 1, key=key) for key in keys),
                )
            )
            for there, keys in ((town, (first, held, last)), (other, (last, held, first)))
        ]
        await _until_waiting(database, 2)
        await holder.rollback()
    answers = await asyncio.gather(*batches)
    codes = sorted([str(answer.failure_code) for answer in batch] for batch in answers)
    assert codes == [["None"] * 3, ["idempotency_key_reused"] * 3]
    await check_books(database)


async def test_crossed_batches_lose_no_update_and_never_wait_in_a_circle(database: Database, town: Town) -> None:
    accounts = [town.cash.id, town.asha_account.id, town.ravi_account.id]
    dice = random.Random(11)

    def transfer() -> Transfer:
        sender, receiver = dice.sample(accounts, 2)
        return make_transfer(sender, receiver, dice.randint(1, 90_000))

    answers = await asyncio.gather(*(post(database, *(transfer() for _ in range(8))) for _ in range(24)))
    assert {answer.failure_code for batch in answers for answer in batch} == {None, "insufficient_funds"}
    await check_books(database)


async def test_overdraft_is_decided_in_the_order_given(database: Database, town: Town) -> None:
    amounts = [60_000, 50_000, 40_000, 1]
    answers = await post(
        database, *(make_transfer(town.asha_account.id, town.ravi_account.id, amount) for amount in amounts)
    )
    assert [answer.failure_code for answer in answers] == [None, "insufficient_funds", None, "insufficient_funds"]
    assert [answer.shortfall_minor for answer in answers] == [None, 10_000, None, 1]
    assert [answer.sender_balance_after_minor for answer in answers] == [40_000, None, 0, None]


async def test_money_received_in_a_batch_can_be_spent_later_in_it(database: Database, town: Town) -> None:
    answers = await post(
        database,
        make_transfer(town.asha_account.id, town.ravi_account.id, 100_000),
        make_transfer(town.ravi_account.id, town.asha_account.id, 200_000),
    )
    assert [answer.failure_code for answer in answers] == [None, None]
    await check_books(database)


async def test_outbox_tells_of_all_that_is_stored_in_the_order_given(database: Database, town: Town) -> None:
    batch = [make_transfer(town.asha_account.id, town.ravi_account.id, amount) for amount in (3, 10**9, 1, 2)]
    await post(database, *batch, make_transfer(town.asha_account.id, new_id(), 4))
    async with database.unit() as session:
        found = await session.execute(
            text("SELECT transaction_id FROM ledger.outbox WHERE transaction_id = ANY(:ids) ORDER BY seq"),
            {"ids": [transfer.id for transfer in batch]},
        )
        assert list(found.scalars()) == [transfer.id for transfer in batch]


async def test_unit_that_fails_leaves_nothing(database: Database, town: Town) -> None:
    transfer = make_transfer(town.asha_account.id, town.ravi_account.id, 1)

    async def doomed(session: AsyncSession) -> None:
        await post_transfers(session, [transfer])
        raise RuntimeError("after the money moved")

    with pytest.raises(RuntimeError):
        async with database.unit() as session:
            await doomed(session)
    assert await posted_minor(database, town.asha_account.id) == 100_000
    assert [answer.is_replay for answer in await post(database, transfer)] == [False]


async def test_currencies_keep_apart(database: Database) -> None:
    async with database.unit() as session:
        bank = await make_bank(session)
        till = await make_account(session, bank, currency="JPY")
        saver = await make_account(session, bank, await make_customer(session), currency="JPY")
        await pay(session, till, saver, 500)
        [refused] = await post_transfers(session, [make_transfer(saver.id, till.id, 1, currency="INR")])
    assert refused.failure_code == "currency_mismatch"
    await check_books(database)


async def test_old_payment_keeps_its_time_and_is_posted_now(database: Database, town: Town) -> None:
    long_ago = datetime(1993, 1, 1, tzinfo=UTC)
    [answer] = await post(database, make_transfer(town.asha_account.id, town.ravi_account.id, 1, occurred_at=long_ago))
    assert answer.posted_at is not None
    assert answer.posted_at.year >= 2026
    async with database.unit() as session:
        found = await session.execute(
            text("SELECT occurred_at FROM ledger.transaction WHERE id = :id"), {"id": answer.id}
        )
        assert found.scalar_one() == long_ago


async def test_whole_batch_of_a_thousand_posts(database: Database, town: Town) -> None:
    batch = [make_transfer(town.asha_account.id, town.ravi_account.id, 1) for _ in range(BATCH_MAX)]
    answers = await post(database, *batch)
    assert [answer.id for answer in answers] == [transfer.id for transfer in batch]
    assert await posted_minor(database, town.asha_account.id) == 100_000 - BATCH_MAX
    await check_books(database)


@pytest.mark.parametrize("count", [0, BATCH_MAX + 1])
async def test_batch_of_another_size_is_refused(database: Database, town: Town, count: int) -> None:
    with pytest.raises(ValueError, match="a batch holds"):
        await post(database, *[make_transfer(town.asha_account.id, town.ravi_account.id, 1)] * count)


@pytest.mark.parametrize("amount", [0, -1, MAX_AMOUNT_MINOR + 1])
def test_transfer_of_an_impossible_amount_cannot_be_made(amount: int) -> None:
    with pytest.raises(ValueError, match="a transfer moves"):
        make_transfer(UUID(int=1), UUID(int=2), amount)
