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
from core.ledger.annotations import annotate
from core.ledger.relay import drain
from core.ledger.transfers import Transfer, post_transfers
from core.settings import Settings
from rag import facts, jottings, retelling
from rag.backlog import Lag, Pending, lag, pending
from rag.embedder import EmbedderUnavailable, Vectors
from rag.embedding import adopt, embed_some, sweep
from rag.indexer import Work, follow, index_pending
from rag.jottings import drop_jottings, jot_all, jot_down
from rag.news import hear_all, mark_everything, note_question
from rag.retelling import retell_accounts
from tests.factories import Town, fresh, make_account, make_bank, make_customer, make_town, make_transfer, pay
from tests.fakes import FakeEmbedder

NOTHING = Pending(events=0, accounts=0, series=0, weeks=0, gists=0)
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
            text("""SELECT s.*, v.model, v.dimension
                      FROM rag.summary s
                      LEFT JOIN rag.meaning m ON m.summary_id = s.id
                      LEFT JOIN rag.vector v ON v.gist_hash = m.gist_hash
                     WHERE s.account_id = :account ORDER BY s.kind, s.subject"""),
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


async def test_a_payment_is_jotted_down_until_it_is_told(database: Database, embedder: FakeEmbedder) -> None:
    await index_pending(database, embedder)
    async with database.unit() as session:
        town = await make_town(session)
        lent = await pay(session, town.asha_account, town.ravi_account, 5_050, description="cricket tickets")
    await drain(database)
    assert await jot_all(database) > 0
    [line] = [row for row in await summaries(database, town.asha_account) if lent.id in row.transaction_ids]
    assert (line.kind, line.subject, line.is_jotted) == ("transaction", str(lent.id), True)
    assert "paid 50.50 INR to Ravi" in line.text
    await drop_jottings(database, rest_s=0)
    assert lent.id in await _told_ids(database, town.asha_account)
    await hear_all(database)
    await drop_jottings(database, rest_s=0)
    assert lent.id in await _told_ids(database, town.asha_account)
    await retell_accounts(database)
    await drop_jottings(database, rest_s=0)
    told = await summaries(database, town.asha_account)
    assert {row.kind for row in told if lent.id in row.transaction_ids} >= {"counterparty", "month"}
    assert not any(row.is_jotted for row in told)


async def test_what_is_jotted_down_writes_over_nothing_told_in_full(database: Database, embedder: FakeEmbedder) -> None:
    async with database.unit() as session:
        town = await make_town(session)
        lent = await pay(session, town.asha_account, town.ravi_account, 5_050, occurred_at=DIWALI)
    await index_pending(database, embedder)
    before = {row.text for row in await summaries(database, town.asha_account)}
    assert any("The largest payment" in words for words in before)
    assert lent.id is not None
    async with database.app.begin() as connection:
        assert await jot_down(connection, {town.asha_account.id: {lent.id}}) == 0
    assert {row.text for row in await summaries(database, town.asha_account)} == before


async def test_an_import_is_told_and_not_jotted_down(
    database: Database, embedder: FakeEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    await index_pending(database, embedder)
    monkeypatch.setattr(jottings, "CHANGES_MAX", 2)
    async with database.unit() as session:
        town = await make_town(session)
        before = await pay(session, town.asha_account, town.ravi_account, 100, occurred_at=DIWALI)
        today = await pay(session, town.asha_account, town.ravi_account, 200, description="cricket tickets")
    await drain(database)
    await jot_all(database)
    told = await _told_ids(database, town.asha_account)
    assert today.id in told
    assert before.id not in told
    await index_pending(database, embedder)
    assert before.id in await _told_ids(database, town.asha_account)


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
    assert "7.77 INR" in await texts(database, town.asha_account)
    renewed = set(embedder.texts) - before
    assert any("November 2026" in words for words in renewed)
    assert not any("August 2026" in words or "7.77" in words for words in renewed)


async def test_the_newest_months_are_embedded_first(database: Database, embedder: FakeEmbedder) -> None:
    await index_pending(database, embedder)
    async with database.unit() as session:
        town = await make_town(session)
        for months_ago in range(20):
            at = DIWALI - timedelta(days=30 * months_ago + 60)
            await pay(
                session, town.asha_account, town.ravi_account, 500, occurred_at=at, description=f"fee {months_ago}"
            )
    await drain(database)
    await hear_all(database)
    while (await retell_accounts(database)).subjects:
        pass
    embedder.texts.clear()
    while await embed_some(database, embedder, at_most=4):
        pass
    months = re.findall(r"^([A-Z]\w+ \d{4})\. ", "\n".join(embedder.texts), re.MULTILINE)
    when = [datetime.strptime(month, "%B %Y") for month in months]
    assert len(when) > 15
    assert when == sorted(when, reverse=True)
    await index_pending(database, embedder)


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
    mine = [row for town in towns for row in await summaries(database, town.asha_account)]
    assert len(mine) > 2 * len(towns)
    assert all(row.model == "fake" for row in mine)
    assert sum(work.embedded for work in done) >= len({row.gist for row in mine})


async def test_the_follower_tells_of_its_rounds_and_stops_when_cancelled(
    database: Database, embedder: FakeEmbedder
) -> None:
    async with database.unit() as session:
        town = await make_town(session)
    rounds: list[Work] = []
    task = asyncio.create_task(follow(database, embedder, poll_s=0.02, rest_s=0, report=rounds.append))
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


async def test_another_model_takes_over_while_the_old_vectors_stay(database: Database, embedder: FakeEmbedder) -> None:
    async with database.unit() as session:
        town = await make_town(session)
        await pay(session, town.asha_account, town.ravi_account, 1_000, description="cricket tickets")
    await index_pending(database, embedder)
    other = FakeEmbedder("fake, of another size", dimension=512)
    await adopt(database, other)
    assert {row.model for row in await summaries(database, town.asha_account)} == {"fake"}
    assert (await pending(database)).gists > 0
    await index_pending(database, other)
    found = await summaries(database, town.asha_account)
    assert {(row.model, row.dimension) for row in found} == {("fake, of another size", 512)}
    async with database.app.connect() as connection:
        models = (await connection.execute(text("SELECT name, dimension FROM rag.model"))).all()
    assert [tuple(row) for row in models] == [("fake, of another size", 512)]


async def test_equal_gists_are_embedded_once_whoever_they_speak_of(database: Database, embedder: FakeEmbedder) -> None:
    async with database.unit() as session:
        bank = await make_bank(session)
        cash = await make_account(session, bank)
        shop = await make_account(session, bank, await make_customer(session, name=fresh("Bakery"), kind="business"))
        people = [await make_account(session, bank, await make_customer(session)) for _ in range(3)]
        for person in people:
            await pay(session, cash, person, 100_000, occurred_at=DIWALI)
            await pay(session, person, shop, 500, occurred_at=DIWALI)
    await index_pending(database, embedder)
    assert len(embedder.texts) == len(set(embedder.texts))
    for person in people:
        assert {row.model for row in await summaries(database, person)} == {"fake"}


async def test_a_text_that_changes_while_it_is_embedded_waits_for_its_own_vector(
    database: Database, embedder: FakeEmbedder
) -> None:
    """The retelling commits between the reading of the gist and the storing of its vector."""
    async with database.unit() as session:
        town = await make_town(session)
    await index_pending(database, embedder)
    async with database.unit() as session:
        await pay(session, town.asha_account, town.ravi_account, 1_000, occurred_at=DIWALI, description="first words")
    await drain(database)
    await hear_all(database)
    await retell_accounts(database)
    loop = asyncio.get_running_loop()

    class Slow(FakeEmbedder):
        def embed(self, texts: Sequence[str]) -> Vectors:
            asyncio.run_coroutine_threadsafe(change(), loop).result()
            return super().embed(texts)

    async def change() -> None:
        async with database.unit() as session:
            await pay(
                session, town.asha_account, town.ravi_account, 999, occurred_at=DIWALI, description="second words"
            )
        await drain(database)
        await hear_all(database)
        await retell_accounts(database)

    await embed_some(database, Slow())
    await index_pending(database, embedder)
    async with database.app.connect() as connection:
        stale = await connection.scalar(
            text("""SELECT count(*) FROM rag.summary s LEFT JOIN rag.meaning m ON m.summary_id = s.id
                     WHERE s.account_id = :account AND s.gist_hash IS DISTINCT FROM m.gist_hash"""),
            {"account": town.asha_account.id},
        )
    assert stale == 0
    assert any("second" in words for words in embedder.texts)


async def test_who_asks_is_served_first_then_the_newest(
    database: Database, embedder: FakeEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with database.unit() as session:
        towns = [await make_town(session) for _ in range(3)]
        for months_ago, town in enumerate(towns):
            at = DIWALI - timedelta(days=365 * 20 + 31 * months_ago)
            await pay(session, town.asha_account, town.ravi_account, 100, occurred_at=at)
    await index_pending(database, embedder)
    await mark_everything(database)
    async with database.app.begin() as connection:
        await note_question(connection, towns[2].asha.id)
        await note_question(connection, towns[1].ravi.id)
        await note_question(connection, towns[1].ravi.id)
    monkeypatch.setattr(retelling, "ACCOUNTS_MAX", 1)
    order: list[UUID] = []
    while before := await _marked(database):
        await retell_accounts(database)
        [done] = before - await _marked(database)
        order.append(done)
    mine = [account.id for town in towns for account in (town.asha_account, town.ravi_account)]
    assert order[:2] == [towns[1].ravi_account.id, towns[2].asha_account.id]
    # What was paid into each when the towns were made is their newest.
    assert [id for id in order if id in mine][2:4] == [towns[2].ravi_account.id, towns[1].asha_account.id]


async def _marked(database: Database) -> set[UUID]:
    async with database.app.connect() as connection:
        return set((await connection.execute(text("SELECT account_id FROM rag.stale"))).scalars())


async def test_a_new_payment_is_embedded_before_a_backlog_as_young_as_today(
    database: Database, embedder: FakeEmbedder
) -> None:
    await index_pending(database, embedder)
    async with database.unit() as session:
        towns = [await make_town(session) for _ in range(5)]
        for town in towns:
            for months_ago in range(20):
                at = datetime.now(UTC) - timedelta(days=30 * months_ago, minutes=5)
                for words in ("tea", "bus"):
                    said = f"{fresh(words)} {months_ago}"
                    await pay(session, town.asha_account, town.ravi_account, 500, occurred_at=at, description=said)
    await drain(database)
    async with database.app.begin() as connection:  # as an import that nothing is jotted down of
        await connection.execute(
            text(
                "UPDATE rag.progress SET position = (SELECT max(position) FROM ledger.change)"
                " WHERE consumer = 'jottings'"
            )
        )
    await hear_all(database)
    while (await retell_accounts(database)).subjects:
        pass
    assert (await pending(database)).gists > 100
    async with database.unit() as session:
        lent = await pay(session, towns[0].asha_account, towns[0].ravi_account, 900, description="quaint zither")
    await drain(database)
    await jot_all(database)
    await embed_some(database, embedder, at_most=2)
    assert all("zither" in gist for gist in embedder.texts)
    await hear_all(database)
    await retell_accounts(database)
    await embed_some(database, embedder, at_most=8)
    # Their payment, their month, and all that passed between the two, which began long before.
    of_it = [row for row in await summaries(database, towns[0].asha_account) if lent.id in row.transaction_ids]
    assert {row.kind for row in of_it} == {"transaction", "month", "counterparty"}
    assert {row.gist for row in of_it} <= set(embedder.texts)
    await index_pending(database, embedder)


async def test_a_new_payment_keeps_its_turn_when_it_is_told_in_full_first(
    database: Database, embedder: FakeEmbedder
) -> None:
    await index_pending(database, embedder)
    played = ("zither", "ocarina", "bassoon")
    async with database.unit() as session:
        towns = [await make_town(session) for _ in played]
        for town, what in zip(towns, played, strict=True):
            await pay(session, town.asha_account, town.ravi_account, 90_000, description=f"a second-hand {what}")
    await drain(database)
    await jot_all(database)
    await hear_all(database)
    await retell_accounts(database)
    rows = [row for town in towns for row in await summaries(database, town.asha_account)]
    told = [row for row in rows if row.kind == "transaction" and any(what in row.text for what in played)]
    assert len(told) == len(towns)
    assert not any(row.is_jotted for row in told)
    embedder.texts.clear()
    # On both sides the line's gist, which nothing has any more, and that of the full text.
    await embed_some(database, embedder, at_most=4 * len(towns))
    assert {row.gist for row in told} <= set(embedder.texts)
    await index_pending(database, embedder)


async def test_a_new_payment_is_found_while_its_account_is_retold(database: Database, embedder: FakeEmbedder) -> None:
    async with database.unit() as session:
        town = await make_town(session)
    await drain(database)
    await hear_all(database)
    async with database.app.begin() as retelling_it:
        await retelling_it.execute(text("DELETE FROM rag.stale WHERE account_id = :id"), {"id": town.asha_account.id})
        async with database.unit() as session:
            lent = await pay(session, town.asha_account, town.ravi_account, 900, description="quaint zither")
        await drain(database)
        async with asyncio.timeout(5):
            await jot_all(database)
        assert "zither" in await texts(database, town.asha_account)
        assert lent.id in await _told_ids(database, town.asha_account)
    await index_pending(database, embedder)


async def test_a_summary_that_is_held_while_its_gist_is_embedded_gets_its_meaning_next(
    database: Database, embedder: FakeEmbedder
) -> None:
    async with database.unit() as session:
        town = await make_town(session)
        await pay(session, town.asha_account, town.ravi_account, 900, description="quaint zither")
    await drain(database)
    await hear_all(database)
    await retell_accounts(database)
    async with database.app.begin() as holding:
        await holding.execute(
            text("SELECT FROM rag.summary WHERE account_id = :id FOR UPDATE"), {"id": town.asha_account.id}
        )
        while await embed_some(database, embedder):
            pass
    await index_pending(database, embedder)
    assert {row.model for row in await summaries(database, town.asha_account)} == {"fake"}


async def test_how_long_the_oldest_waits_is_told(database: Database, embedder: FakeEmbedder) -> None:
    await index_pending(database, embedder)
    assert await lag(database) == Lag(words_s=0, texts_s=0, vectors_s=0)
    async with database.unit() as session:
        town = await make_town(session)
        await pay(session, town.asha_account, town.ravi_account, 100)
    await drain(database)
    await asyncio.sleep(0.05)
    waits = await lag(database)
    assert waits.words_s >= 0.05
    assert waits.texts_s >= 0.05
    await jot_all(database)
    waits = await lag(database)
    assert waits.words_s == 0
    assert waits.texts_s >= 0.05
    await hear_all(database)
    assert (await lag(database)).texts_s > 0
    await retell_accounts(database)
    waits = await lag(database)
    assert (waits.words_s, waits.texts_s) == (0, 0)
    assert waits.vectors_s > 0


async def test_a_vector_goes_when_nothing_has_its_gist_any_more(database: Database, embedder: FakeEmbedder) -> None:
    async with database.unit() as session:
        town = await make_town(session)
        await pay(session, town.asha_account, town.ravi_account, 100, occurred_at=DIWALI, description="quaint harp")
    await index_pending(database, embedder)
    gone = {row.gist_hash for row in await summaries(database, town.asha_account) if "harp" in row.gist}
    assert gone <= await _vectors(database)
    async with database.app.begin() as connection:
        await connection.execute(text("DELETE FROM rag.summary WHERE gist_hash = ANY (:gone)"), {"gone": list(gone)})
    assert await sweep(database, embedder) >= len(gone)
    left = await _vectors(database)
    assert not gone & left
    assert {row.gist_hash for row in await summaries(database, town.ravi_account)} <= left


async def _vectors(database: Database) -> set[bytes]:
    async with database.app.connect() as connection:
        return set((await connection.execute(text("SELECT gist_hash FROM rag.vector"))).scalars())


async def test_gists_that_could_not_be_embedded_wait_for_the_next_round(database: Database) -> None:
    async with database.unit() as session:
        town = await make_town(session)
        await pay(session, town.asha_account, town.ravi_account, 100, description="brittle kazoo")
    await drain(database)
    await jot_all(database)

    class Broken(FakeEmbedder):
        def embed(self, texts: Sequence[str]) -> Vectors:
            raise EmbedderUnavailable("Nobody answers")

    with pytest.raises(EmbedderUnavailable):
        await embed_some(database, Broken())
    working = FakeEmbedder()
    while await embed_some(database, working):
        pass
    assert any("kazoo" in words for words in working.texts)


async def test_a_new_name_reaches_the_texts_of_all_who_dealt_with_it(
    database: Database, embedder: FakeEmbedder
) -> None:
    """As when somebody's name is taken out of the books for good."""
    async with database.unit() as session:
        town = await make_town(session)
        await pay(session, town.asha_account, town.ravi_account, 1_000)
    await index_pending(database, embedder)
    async with database.app.begin() as connection:
        await connection.execute(
            text("UPDATE banking.customer SET name = 'Erased' WHERE id = :id"), {"id": town.ravi.id}
        )
    async with follower(database, embedder):
        await eventually(lambda: _says(database, town, "Erased"))
        await eventually(lambda: _is_done(database))
    for account in (town.asha_account, town.ravi_account):
        told = await summaries(database, account)
        assert not any(town.ravi.name in f"{row.text} {row.gist}" for row in told)


async def _is_done(database: Database) -> bool:
    return await pending(database) == NOTHING


async def _says(database: Database, town: Town, word: str) -> bool:
    told = [await texts(database, account) for account in (town.asha_account, town.ravi_account)]
    return all(word in words for words in told) and not any(town.ravi.name in words for words in told)


@asynccontextmanager
async def follower(database: Database, embedder: FakeEmbedder) -> AsyncIterator[None]:
    task = asyncio.create_task(follow(database, embedder, poll_s=0.02, rest_s=0))
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
