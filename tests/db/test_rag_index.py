"""The indexer, over a database of its own: nothing missed, nothing done twice, the same ledger the same texts."""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import Row, text

from core.banking.tables import Account, Bank
from core.db import Database
from core.errors import SetupError
from core.ledger.annotations import annotate
from core.ledger.relay import drain
from core.ledger.transfers import Transfer, post_transfers
from core.settings import Settings
from rag import facts
from rag.indexer import Pending, Work, follow, index_pending, mark_everything, pending
from tests.factories import fresh, make_account, make_bank, make_customer, make_town, make_transfer, pay
from tests.fakes import FakeEmbedder

NOTHING = Pending(events=0, accounts=0, texts=0)
DIWALI = datetime(2026, 11, 8, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
async def database(settings_of: Callable[[str], Settings], database_name: str) -> AsyncIterator[Database]:
    database = Database.of(settings_of(f"{database_name}_index"))
    yield database
    await database.close()


@pytest.fixture
def embedder() -> FakeEmbedder:
    return FakeEmbedder()


async def summaries(database: Database, account: Account) -> Sequence[Row]:
    async with database.app.connect() as connection:
        rows = await connection.execute(
            text("""SELECT kind, subject, text, text_hash, transaction_ids, model FROM rag.summary
                     WHERE account_id = :account ORDER BY kind, subject"""),
            {"account": account.id},
        )
        return rows.all()


async def texts(database: Database, account: Account) -> str:
    return "\n".join(row.text for row in await summaries(database, account))


async def test_an_empty_database_has_nothing_to_index(
    settings_of: Callable[[str], Settings], database_name: str, embedder: FakeEmbedder
) -> None:
    empty = Database.of(settings_of(f"{database_name}_empty"))
    try:
        await mark_everything(empty)
        assert await index_pending(empty, embedder) == Work()
    finally:
        await empty.close()


async def test_a_payment_is_told_on_both_sides_and_embedded(database: Database, embedder: FakeEmbedder) -> None:
    async with database.unit() as session:
        town = await make_town(session)
        lent = await pay(session, town.asha_account, town.ravi_account, 5_050, description="cricket tickets")
    await index_pending(database, embedder)
    for account, words in ((town.asha_account, "paid 50.50 INR to Ravi"), (town.ravi_account, "and Asha: 1 payment")):
        found = await summaries(database, account)
        assert any(words in row.text and lent.id in row.transaction_ids for row in found)
        assert {row.model for row in found} == {"fake"}
    assert await pending(database) == NOTHING


async def test_outside_and_cash_accounts_get_no_summaries(database: Database, embedder: FakeEmbedder) -> None:
    async with database.unit() as session:
        town = await make_town(session)
    await index_pending(database, embedder)
    assert await summaries(database, town.cash) == []


async def test_only_texts_that_changed_are_embedded_again(database: Database, embedder: FakeEmbedder) -> None:
    async with database.unit() as session:
        town = await make_town(session)
        await pay(session, town.asha_account, town.ravi_account, 1_000, occurred_at=DIWALI - timedelta(days=70))
    await index_pending(database, embedder)
    before = set(embedder.texts)
    await mark_everything(database)
    again = await index_pending(database, embedder)
    assert (again.changed, again.embedded, set(embedder.texts)) == (0, 0, before)
    async with database.unit() as session:
        await pay(session, town.asha_account, town.ravi_account, 777, occurred_at=DIWALI)
    assert (await index_pending(database, embedder)).changed > 0
    renewed = set(embedder.texts) - before
    assert any("7.77 INR" in words for words in renewed)
    assert not any("in August 2026" in words for words in renewed)


async def test_the_newest_months_are_embedded_first(database: Database, embedder: FakeEmbedder) -> None:
    async with database.unit() as session:
        town = await make_town(session)
        for months_ago in range(20):
            at = DIWALI - timedelta(days=30 * months_ago + 60)
            await pay(
                session, town.asha_account, town.ravi_account, 500, occurred_at=at, description=f"fee {months_ago}"
            )
    await index_pending(database, embedder)
    months = re.findall(r" in (\w+ \d{4})\. Spent 5 INR", "\n".join(embedder.texts))
    when = [datetime.strptime(month, "%B %Y") for month in months]
    assert len(when) > 15
    assert when == sorted(when, reverse=True)


async def test_a_refund_is_told_of_the_payment_it_takes_back(database: Database, embedder: FakeEmbedder) -> None:
    async with database.unit() as session:
        town = await make_town(session)
        bought = await pay(
            session, town.asha_account, town.ravi_account, 9_900, occurred_at=DIWALI - timedelta(days=60)
        )
    await index_pending(database, embedder)
    assert "Refunded" not in await texts(database, town.asha_account)
    async with database.unit() as session:
        await pay(session, town.ravi_account, town.asha_account, 9_900, occurred_at=DIWALI, reverses_id=bought.id)
    await index_pending(database, embedder)
    about = {row.subject: row.text for row in await summaries(database, town.asha_account)}
    assert "Refunded on 8 November 2026." in about[str(bought.id)]
    assert "Refunded by Ravi 99 INR." in about["2026-11"]
    assert "Refunded 99 INR." in about[str(town.ravi.id)]


async def test_a_payment_that_is_no_longer_the_largest_loses_its_text(
    database: Database, embedder: FakeEmbedder
) -> None:
    async with database.unit() as session:
        town = await make_town(session)
        await pay(session, town.asha_account, town.ravi_account, 100, occurred_at=DIWALI - timedelta(days=90))
        for minor in (1_000, 1_100):
            await pay(session, town.asha_account, town.ravi_account, minor, occurred_at=DIWALI)
    await index_pending(database, embedder)
    async with database.unit() as session:
        larger = await pay(session, town.asha_account, town.ravi_account, 2_000, occurred_at=DIWALI)
    await index_pending(database, embedder)
    november = [row for row in await summaries(database, town.asha_account) if "of November 2026" in row.text]
    assert [row.subject for row in november] == [str(larger.id)]


async def test_months_are_those_of_the_customers_time_zone(database: Database, embedder: FakeEmbedder) -> None:
    async with database.unit() as session:
        bank = await make_bank(session)
        cash = await make_account(session, bank)
        east = await make_account(session, bank, await make_customer(session, time_zone="Asia/Kolkata"))
        west = await make_account(session, bank, await make_customer(session, time_zone="America/New_York"))
        night = datetime(2026, 3, 31, 20, tzinfo=UTC)  # 1 April, 01:30 in Kolkata; 31 March, 16:00 in New York
        await pay(session, cash, east, 1_000, occurred_at=night)
        await pay(session, cash, west, 1_000, occurred_at=night)
    await index_pending(database, embedder)
    for account, month in ((east, "2026-04"), (west, "2026-03")):
        assert [row.subject for row in await summaries(database, account) if row.kind == "month"] == [month]


async def test_a_business_past_the_bound_has_no_summaries(
    database: Database, embedder: FakeEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with database.unit() as session:
        town = await make_town(session)
        shop = await make_account(session, town.bank, await make_customer(session, kind="business"))
        for _ in range(3):
            await pay(session, town.asha_account, shop, 100)
    await index_pending(database, embedder)
    assert "3 payments" in await texts(database, shop)
    monkeypatch.setattr(facts, "BUSINESS_POSTINGS_MAX", 3)
    async with database.unit() as session:
        await pay(session, town.asha_account, shop, 100)
    await index_pending(database, embedder)
    assert await summaries(database, shop) == []
    assert "4 payments" in await texts(database, town.asha_account)


async def test_the_same_ledger_gives_the_same_texts_whatever_the_order_of_posting(
    database: Database, embedder: FakeEmbedder
) -> None:
    async with database.unit() as session:
        bank = await make_bank(session, name="Meridian")
    told: list[dict[str, bytes]] = []
    for step in (1, -1):
        accounts = await _three_friends(database, bank)
        async with database.unit() as session:
            for posting in await post_transfers(session, _a_year_of_payments(accounts)[::step]):
                assert posting.failure_code is None
        await index_pending(database, embedder)
        told.append({row.text: row.text_hash for account in accounts for row in await summaries(database, account)})
    assert len(told[0]) > 50
    assert told[0] == told[1]


async def _three_friends(database: Database, bank: Bank) -> list[Account]:
    async with database.unit() as session:
        customers = [await make_customer(session, name=name) for name in ("Asha", "Ravi", "Meera")]
        return [await make_account(session, bank, customer, floor_minor=-(10**9)) for customer in customers]


def _a_year_of_payments(accounts: list[Account]) -> list[Transfer]:
    """Many of one amount, and pairs at one instant: nothing but their ids tells those apart."""
    return [
        make_transfer(
            accounts[n % 3].id,
            accounts[(n + 1 + n % 2) % 3].id,
            100 + n % 4 * 50,
            occurred_at=DIWALI - timedelta(days=n // 2 * 9 % 365),
            description=f"thing{n % 7} {'abcdefghij'[n % 10] * 4}",
        )
        for n in range(80)
    ]


async def test_a_payment_that_commits_late_is_not_missed(database: Database, embedder: FakeEmbedder) -> None:
    """Two units are open at once; the one that drew the smaller outbox number commits after the other was indexed."""
    async with database.unit() as session:
        town, other = await make_town(session), await make_town(session)
    async with database.unit() as slow:
        late = await pay(slow, town.asha_account, town.ravi_account, 1_234)
        async with database.unit() as quick:
            early = await pay(quick, other.asha_account, other.ravi_account, 4_321)
        await index_pending(database, embedder)
        assert early.id in await _told_ids(database, other.asha_account)
        assert late.id not in await _told_ids(database, town.asha_account)
    async with follower(database, embedder):
        await drain(database)
        await eventually(lambda: _is_told(database, town.asha_account, late.id))


async def test_an_annotation_changes_what_is_said_of_a_payment(database: Database, embedder: FakeEmbedder) -> None:
    async with database.unit() as session:
        town = await make_town(session)
        paid = await pay(session, town.asha_account, town.ravi_account, 1_234)
    await index_pending(database, embedder)
    assert "education" not in (await texts(database, town.asha_account)).lower()
    assert paid.id
    async with database.unit() as session:
        await annotate(
            session, {"category": "education"}, transaction_id=paid.id, account_id=town.asha_account.id, version=0,
            actor="user:asha",
        )  # fmt: skip
    await index_pending(database, embedder)
    assert "education" in (await texts(database, town.asha_account)).lower()
    assert "education" not in (await texts(database, town.ravi_account)).lower()


async def test_several_indexers_share_the_work(database: Database) -> None:
    embedders = [FakeEmbedder() for _ in range(3)]
    async with database.unit() as session:
        towns = [await make_town(session) for _ in range(15)]
        for town in towns:
            await pay(session, town.asha_account, town.ravi_account, 1_000, description=fresh("gift"))
    done = await asyncio.gather(*(index_pending(database, embedder) for embedder in embedders))
    assert await pending(database) == NOTHING
    embedded = [words for embedder in embedders for words in embedder.texts]
    assert sum(work.embedded for work in done) == len(embedded)
    for town in towns:
        assert len(await summaries(database, town.asha_account)) > 2


async def test_the_follower_tells_of_its_rounds_and_stops_when_cancelled(
    database: Database, embedder: FakeEmbedder
) -> None:
    async with database.unit() as session:
        town = await make_town(session)
    rounds: list[Work] = []
    task = asyncio.create_task(follow(database, embedder, poll_s=0.02, report=rounds.append))
    async with database.unit() as session:
        lent = await pay(session, town.asha_account, town.ravi_account, 6_543)
    await drain(database)

    async def is_settled() -> bool:
        return await pending(database) == NOTHING and sum(work.events for work in rounds) > 0

    await eventually(is_settled)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert lent.id in await _told_ids(database, town.asha_account)
    assert all(rounds)


async def test_another_model_embeds_everything_anew(database: Database, embedder: FakeEmbedder) -> None:
    async with database.unit() as session:
        town = await make_town(session)
    await index_pending(database, embedder)
    other = FakeEmbedder()
    other.name = "fake, second edition"
    assert (await index_pending(database, other)).embedded == len(other.texts) > 0
    assert {row.model for row in await summaries(database, town.asha_account)} == {"fake, second edition"}


async def test_a_model_of_another_dimension_is_refused(database: Database, embedder: FakeEmbedder) -> None:
    embedder.dimension = 768
    with pytest.raises(SetupError, match="768"):
        await index_pending(database, embedder)


@asynccontextmanager
async def follower(database: Database, embedder: FakeEmbedder) -> AsyncIterator[None]:
    task = asyncio.create_task(follow(database, embedder, poll_s=0.02))
    yield
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def eventually(is_so: Callable[[], Awaitable[bool]], within_s: float = 20) -> None:
    async with asyncio.timeout(within_s):
        while not await is_so():  # noqa: ASYNC110  # what is awaited happens in the database
            await asyncio.sleep(0.02)


async def _told_ids(database: Database, account: Account) -> set[UUID]:
    return {id for row in await summaries(database, account) for id in row.transaction_ids}


async def _is_told(database: Database, account: Account, transaction_id: UUID | None) -> bool:
    return transaction_id in await _told_ids(database, account)
