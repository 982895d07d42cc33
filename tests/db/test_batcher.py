"""Group commit: one commit for many, an answer for each, whatever happens to the connection meanwhile."""

import asyncio
from collections.abc import AsyncIterator

import psycopg
import pytest
from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from core.db import Database, app_url, dsn
from core.errors import FinLensError, Overloaded
from core.ledger import batcher as module
from core.ledger.batcher import Batcher
from core.ledger.transfers import Posting, Transfer
from core.settings import Settings
from finlens.postgres import SUPERUSER, Server
from tests.factories import Town, check_books, make_transfer


@pytest.fixture
async def batcher(settings: Settings) -> AsyncIterator[Batcher]:
    async with Batcher.open(f"{dsn(app_url(settings))} application_name=batcher") as batcher:
        yield batcher


def pay_ravi(town: Town, amount: int = 1, **facts: object) -> Transfer:
    return make_transfer(town.asha_account.id, town.ravi_account.id, amount, **facts)


async def post_all(batcher: Batcher, transfers: list[Transfer]) -> list[Posting | BaseException]:
    return await asyncio.gather(*(batcher.post(one, None) for one in transfers), return_exceptions=True)


async def test_payments_that_wait_share_a_commit(database: Database, town: Town, batcher: Batcher) -> None:
    answers = await post_all(batcher, [pay_ravi(town) for _ in range(300)])
    postings = [answer for answer in answers if isinstance(answer, Posting)]
    assert [posting.status for posting in postings] == ["success"] * 300
    assert len({posting.posted_at for posting in postings}) < 30  # the instant of a commit
    await check_books(database)


async def test_answers_go_to_who_asked(database: Database, town: Town, batcher: Batcher) -> None:
    transfers = [pay_ravi(town, amount) for amount in (1, 10**9, 2, 10**9, 3)]
    answers = await post_all(batcher, transfers)
    codes = [answer.failure_code for answer in answers if isinstance(answer, Posting)]
    assert codes == [None, "insufficient_funds", None, "insufficient_funds", None]
    assert [answer.id for answer in answers if isinstance(answer, Posting)] == [one.id for one in transfers]
    await check_books(database)


async def test_lost_connection_is_opened_again_and_nothing_is_posted_twice(
    database: Database, server: Server, town: Town, batcher: Batcher
) -> None:
    """The server ends our connections again and again, before, during and after commits."""
    transfers = [pay_ravi(town) for _ in range(400)]
    done = asyncio.Event()

    async def cut() -> None:
        async with await psycopg.AsyncConnection.connect(
            server.url(SUPERUSER, "postgres"), autocommit=True
        ) as connection:
            while not done.is_set():
                await connection.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'batcher'"
                )
                await asyncio.sleep(0.02)

    async def post_slowly() -> list[Posting | BaseException]:
        answers: list[Posting | BaseException] = []
        for start in range(0, len(transfers), 40):
            answers += await post_all(batcher, transfers[start : start + 40])
        return answers

    cutting = asyncio.create_task(cut())
    await asyncio.sleep(0.05)
    answers = await asyncio.wait_for(post_slowly(), 60)
    done.set()
    await cutting
    assert [(answer.status, answer.is_replay) for answer in answers if isinstance(answer, Posting)] == [
        ("success", False)
    ] * 400
    async with database.unit() as session:
        stored = await session.execute(
            text("SELECT count(*) FROM ledger.transaction WHERE id = ANY(:ids)"), {"ids": [one.id for one in transfers]}
        )
        assert stored.scalar_one() == 400
    await check_books(database)


async def test_what_cannot_be_posted_fails_alone(database: Database, town: Town, batcher: Batcher) -> None:
    """Requests are checked before they queue. Should one slip through, it takes nobody with it."""
    good = [pay_ravi(town) for _ in range(20)]
    answers = await post_all(batcher, [*good[:10], pay_ravi(town, description="\0"), *good[10:]])
    assert [isinstance(answer, FinLensError) for answer in answers] == [n == 10 for n in range(21)]
    await check_books(database)


async def test_full_queue_refuses_instead_of_growing(
    database: Database, town: Town, batcher: Batcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "QUEUE_MAX", 5)
    async with AsyncSession(database.app) as holder:
        await holder.execute(
            text("SELECT FROM ledger.balance WHERE account_id = :id FOR UPDATE"), {"id": town.asha_account.id}
        )
        stuck = [asyncio.create_task(batcher.post(pay_ravi(town), None)) for _ in range(module.WRITERS)]
        await asyncio.sleep(0.3)  # each writer has taken one, and waits for the lock
        asked = [asyncio.create_task(batcher.post(pay_ravi(town), None)) for _ in range(20)]
        await asyncio.sleep(0.1)
        await holder.rollback()
    answers = await asyncio.gather(*asked, return_exceptions=True)
    refused = [answer for answer in answers if isinstance(answer, Overloaded)]
    assert {refusal.facts["retry_after_s"] for refusal in refused} == {1}
    assert len(refused) >= 10
    assert all(posting.status == "success" for posting in await asyncio.gather(*stuck))
    await check_books(database)


async def test_database_that_is_away_is_waited_for_and_then_told(
    town: Town, unused_tcp_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PATIENCE_S", 0.3)
    async with Batcher.open(f"host=127.0.0.1 port={unused_tcp_port} user=nobody dbname=nothing") as batcher:
        with pytest.raises(Overloaded, match="same key"):
            await batcher.post(pay_ravi(town), None)


async def test_whoever_waits_when_the_process_stops_is_told(database: Database, settings: Settings, town: Town) -> None:
    async with AsyncSession(database.app) as holder:
        await holder.execute(
            text("SELECT FROM ledger.balance WHERE account_id = :id FOR UPDATE"), {"id": town.asha_account.id}
        )
        async with Batcher.open(dsn(app_url(settings))) as batcher:
            waiting = [asyncio.create_task(batcher.post(pay_ravi(town), None)) for _ in range(10)]
            await asyncio.sleep(0.3)
        await holder.rollback()
    answers = await asyncio.gather(*waiting, return_exceptions=True)
    assert {type(answer) for answer in answers} == {Overloaded}
    await check_books(database)
