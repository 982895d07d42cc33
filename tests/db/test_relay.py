"""The relay, over a database of its own: every commit told once, in an order that nobody can miss."""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import NullPool, Row, text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from core.banking.tables import Account
from core.db import Database, owner_url
from core.fraud.scoring import score_again
from core.ledger.relay import BATCH_MAX, drain, relay, relaying
from core.ledger.transfers import post_transfers
from core.settings import Settings
from tests.factories import check_books, make_account, make_bank, make_customer, make_town, make_transfer, pay


@pytest.fixture(scope="module")
def relay_settings(settings_of: Callable[[str], Settings], database_name: str) -> Settings:
    return settings_of(f"{database_name}_relay")


@pytest.fixture(scope="module")
async def database(relay_settings: Settings) -> AsyncIterator[Database]:
    database = Database.of(relay_settings)
    yield database
    await database.close()


async def rows(database: Database, statement: str, **values: object) -> Sequence[Row]:
    async with database.app.connect() as connection:
        return (await connection.execute(text(statement), values)).all()


async def told(database: Database, *accounts: Account, after: int = 0) -> list[tuple[UUID, str]]:
    found = await rows(
        database,
        "SELECT transaction_id, kind FROM ledger.change"
        " WHERE account_id = ANY (:ids) AND position > :after ORDER BY position",
        ids=[account.id for account in accounts],
        after=after,
    )
    return [(row.transaction_id, row.kind) for row in found]


async def end(database: Database) -> int:
    await drain(database)
    [(position,)] = await rows(database, "SELECT coalesce(max(position), 0) FROM ledger.change")
    return position


async def test_a_payment_is_told_to_both_sides_as_it_was(database: Database) -> None:
    async with database.unit() as session:
        town = await make_town(session)
        paid = await pay(session, town.asha_account, town.ravi_account, 4_200, client="user:asha")
    await drain(database)
    found = await rows(
        database,
        "SELECT account_id, bank_id, kind, status, amount_minor, balance_after_minor, version, actor FROM ledger.change"
        " WHERE transaction_id = :id ORDER BY position",
        id=paid.id,
    )
    expected = [(town.asha_account, -4_200, 95_800), (town.ravi_account, 4_200, 104_200)]
    assert [tuple(row) for row in found] == [
        (account.id, town.bank.id, "added", "success", amount, after, 2, "user:asha")
        for account, amount, after in expected
    ]
    assert await rows(database, "SELECT seq FROM ledger.outbox") == []
    await check_books(database)


async def test_what_failed_is_told_to_the_sender_alone(database: Database) -> None:
    async with database.unit() as session:
        town = await make_town(session)
        [failed] = await post_transfers(session, [make_transfer(town.asha_account.id, town.ravi_account.id, 10**9)])
    start = await end(database) - 5
    assert (await told(database, town.asha_account, after=start))[-1] == (failed.id, "added")
    assert failed.id not in dict(await told(database, town.ravi_account))


async def test_an_accepted_payment_is_news_to_its_receiver_when_it_is_decided(database: Database) -> None:
    async with database.unit() as session:
        town = await make_town(session)
        transfer = make_transfer(town.asha_account.id, town.ravi_account.id, 500, is_deferred=True)
        [accepted] = await post_transfers(session, [transfer])
    start = await end(database)
    assert accepted.status == "pending"
    assert (await told(database, town.asha_account))[-1] == (transfer.id, "added")
    assert transfer.id not in dict(await told(database, town.ravi_account))
    async with database.app.begin() as connection:
        [taken] = (await connection.execute(text("SELECT ledger.take_pending(10)"))).scalars()
    async with database.app.begin() as connection:
        await connection.execute(text("SELECT ledger.settle_transfers(:ids)"), {"ids": [taken]})
    await drain(database)
    assert await told(database, town.asha_account, after=start) == [(transfer.id, "modified")]
    assert await told(database, town.ravi_account, after=start) == [(transfer.id, "added")]
    await check_books(database)


async def test_a_payment_decided_before_it_was_told_is_told_as_it_was(database: Database) -> None:
    async with database.unit() as session:
        town = await make_town(session)
        transfer = make_transfer(town.asha_account.id, town.ravi_account.id, 500, is_deferred=True)
        await post_transfers(session, [transfer])
    async with database.app.begin() as connection:
        await connection.execute(text("SELECT ledger.take_pending(10)"))
        await connection.execute(text("SELECT ledger.settle_transfers(:ids)"), {"ids": [transfer.id]})
    await drain(database)
    found = await rows(
        database,
        "SELECT kind, status, balance_after_minor, version FROM ledger.change"
        " WHERE transaction_id = :id ORDER BY position",
        id=transfer.id,
    )
    assert [tuple(row) for row in found] == [
        ("added", "pending", None, None),
        ("modified", "success", 99_500, 2),
        ("added", "success", 100_500, 2),
    ]


async def test_a_payment_that_commits_late_comes_later_in_the_feed(database: Database) -> None:
    """Two units are open at once; the one that drew the smaller outbox number commits after the other was told."""
    async with database.unit() as session:
        town, other = await make_town(session), await make_town(session)
    start = await end(database)
    async with database.unit() as slow:
        late = await pay(slow, town.asha_account, town.ravi_account, 1_234)
        async with database.unit() as quick:
            early = await pay(quick, other.asha_account, other.ravi_account, 4_321)
        while await relay(database):
            pass
        assert await told(database, other.asha_account, after=start) == [(early.id, "added")]
        middle = start + 2
        assert await told(database, town.asha_account, after=start) == []
    await drain(database)
    assert await told(database, town.asha_account, town.ravi_account, after=middle) == [(late.id, "added")] * 2


async def test_what_was_rolled_back_is_never_told(database: Database) -> None:
    async with database.unit() as session:
        town = await make_town(session)
    start = await end(database)
    with suppress(_Regret):
        async with database.unit() as session:
            await pay(session, town.asha_account, town.ravi_account, 1_234)
            raise _Regret
    assert await end(database) == start


async def test_positions_have_no_gaps_and_batches_are_bounded(database: Database) -> None:
    async with database.unit() as session:
        town = await make_town(session)
        for _ in range(2):
            await post_transfers(
                session, [make_transfer(town.cash.id, town.asha_account.id, 1) for _ in range(BATCH_MAX * 3 // 4)]
            )
    heard: list[tuple[int, int]] = []
    assert await relay(database) == BATCH_MAX
    await drain(database, lambda done, of: heard.append((done, of)))
    assert heard[0][0] == 0
    assert heard[-1] == (heard[0][1],) * 2
    [(count, first, last)] = await rows(database, "SELECT count(*), min(position), max(position) FROM ledger.change")
    assert (first, last) == (1, count)


async def test_while_much_is_posted_it_is_told_and_in_the_end_all_of_it(database: Database) -> None:
    heard: list[tuple[int, int]] = []
    async with relaying(database, lambda done, of: heard.append((done, of))):
        async with database.unit() as session:
            town = await make_town(session)
        while not await told(database, town.asha_account):  # noqa: ASYNC110  # what is awaited happens in the database
            await asyncio.sleep(0.01)
        async with database.unit() as session:
            paid = await pay(session, town.asha_account, town.ravi_account, 5)
    assert (await told(database, town.asha_account))[-1] == (paid.id, "added")
    assert heard[-1][0] == heard[-1][1]


async def test_one_relay_at_a_time(database: Database) -> None:
    async with database.unit() as session:
        await make_town(session)
    async with database.app.begin() as connection:
        await connection.execute(text("SELECT ledger.relay(1)"))
        assert await relay(database) == 0
    assert await relay(database) == 1


async def test_the_application_cannot_change_or_remove_what_was_told(database: Database) -> None:
    for statement in (
        "UPDATE ledger.change SET amount_minor = 0",
        "DELETE FROM ledger.change",
        "INSERT INTO ledger.change (position) VALUES (0)",
        "UPDATE ledger.chain_head SET position = 0",
        "INSERT INTO ledger.outbox (transaction_id) VALUES (gen_random_uuid())",
        "DELETE FROM ledger.outbox",
        "UPDATE identity.audit_event SET actor = ''",
        "DELETE FROM identity.audit_event",
    ):
        with pytest.raises(ProgrammingError, match="permission denied"):
            async with database.app.begin() as connection:
                await connection.execute(text(statement))


async def test_scores_are_there_when_a_payment_is_told(database: Database) -> None:
    async with database.unit() as session:
        town = await make_town(session)
        burst = [await pay(session, town.asha_account, town.ravi_account, 100) for _ in range(5)]
    await drain(database)
    scored = await rows(database, "SELECT transaction_id FROM fraud.score WHERE transaction_id = :id", id=burst[-1].id)
    assert len(scored) == 1


async def test_a_score_that_fails_keeps_no_payment_from_being_told_and_is_made_up_for(
    relay_settings: Settings, database: Database
) -> None:
    async with database.unit() as session:
        town = await make_town(session)
    await drain(database)
    async with _broken_scores(relay_settings):
        async with database.unit() as session:
            burst = [await pay(session, town.asha_account, town.ravi_account, 100) for _ in range(5)]
        await drain(database)
        assert [id for id, _ in await told(database, town.asha_account)][-5:] == [one.id for one in burst]
        assert await _unscored(database) == {one.id for one in burst}
        assert await score_again(database) == 0  # not so soon
    await _pass_a_minute(relay_settings)
    assert await score_again(database) == 5
    assert await _unscored(database) == set()
    assert await rows(database, "SELECT FROM fraud.score WHERE transaction_id = :id", id=burst[-1].id) != []


@asynccontextmanager
async def _broken_scores(settings: Settings) -> AsyncIterator[None]:
    """Within, fraud.judge raises."""
    async with _as_owner(settings) as owner:
        await owner.execute(text("ALTER FUNCTION fraud.judge RENAME TO judge_in_repair"))
        await owner.exec_driver_sql("""
            CREATE FUNCTION fraud.judge(p_ids uuid[]) RETURNS TABLE (
                transaction_id uuid, account_id uuid, bank_id uuid, occurred_at timestamptz, points integer,
                reasons jsonb
            ) LANGUAGE plpgsql AS $$ BEGIN RAISE 'out of ideas'; END $$
        """)
    yield
    async with _as_owner(settings) as owner:
        await owner.execute(text("DROP FUNCTION fraud.judge"))
        await owner.execute(text("ALTER FUNCTION fraud.judge_in_repair RENAME TO judge"))


async def _pass_a_minute(settings: Settings) -> None:
    async with _as_owner(settings) as owner:
        await owner.execute(text("UPDATE fraud.unscored SET tried_at = tried_at - interval '1 minute'"))


@asynccontextmanager
async def _as_owner(settings: Settings) -> AsyncIterator[AsyncConnection]:
    engine = create_async_engine(owner_url(settings), poolclass=NullPool)
    async with engine.begin() as connection:
        yield connection
    await engine.dispose()


async def _unscored(database: Database) -> set[UUID]:
    found = await rows(database, "SELECT transaction_id FROM fraud.unscored WHERE error LIKE '%out of ideas%'")
    return {row.transaction_id for row in found}


class _Writers:
    """Many units over few accounts, open side by side; some are rolled back, some stay open for long."""

    def __init__(self, database: Database, accounts: list[Account], seed: int) -> None:
        self._database = database
        self._accounts = accounts
        self._dice = random.Random(seed)
        self.stored: list[UUID] = []

    async def write(self) -> None:
        for _ in range(4):
            with suppress(_Regret):
                await self._unit()

    async def _unit(self) -> None:
        dice = self._dice
        pairs = [dice.sample(self._accounts, 2) for _ in range(dice.randint(1, 3))]
        transfers = [make_transfer(a.id, b.id, dice.choice([1, 10**6])) for a, b in pairs]
        async with self._database.unit() as session:
            postings = await post_transfers(session, transfers)
            await asyncio.sleep(dice.choice([0, 0, 0.02]))
            if dice.random() < 0.2:
                raise _Regret
        self.stored += [posting.id for posting in postings if posting.id]


@given(seed=st.integers(0, 2**32))
@hypothesis_settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture], database=None)
async def test_a_follower_hears_of_every_commit_once(database: Database, seed: int) -> None:
    async with database.unit() as session:
        bank = await make_bank(session)
        accounts = [
            await make_account(session, bank, await make_customer(session), floor_minor=-1_000) for _ in range(12)
        ]
    start = await end(database)
    writers = _Writers(database, accounts, seed)
    heard: list[Row] = []

    async def hear() -> None:
        after = heard[-1].position if heard else start
        heard.extend(
            await rows(
                database,
                "SELECT position, account_id, transaction_id, kind, version, status FROM ledger.change"
                " WHERE position > :after ORDER BY position LIMIT 7",
                after=after,
            )
        )

    async def follow() -> None:
        while True:
            await relay(database)
            await hear()

    follower = asyncio.create_task(follow())
    await asyncio.gather(*(writers.write() for _ in range(6)))
    await drain(database)
    follower.cancel()
    with suppress(asyncio.CancelledError):
        await follower
    while not heard or heard[-1].position < await end(database):
        await hear()
    assert {row.kind for row in heard} == {"added"}
    assert max(Counter((row.transaction_id, row.account_id) for row in heard).values()) == 1
    assert {row.transaction_id for row in heard} == set(writers.stored)
    sides = Counter(row.transaction_id for row in heard)
    assert all(sides[row.transaction_id] == (2 if row.status == "success" else 1) for row in heard)
    for account in accounts:
        versions = [row.version for row in heard if row.account_id == account.id and row.version]
        assert versions == list(range(1, len(versions) + 1))
    await check_books(database)


class _Regret(Exception):
    pass
