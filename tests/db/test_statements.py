"""Statements chain from month to month: opening + entries = closing = the next opening, in the holder's own months."""

import random
from collections.abc import Sequence
from contextlib import aclosing
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel.ext.asyncio.session import AsyncSession

from core.banking.tables import Account
from core.db import Database
from core.identity.access import Principal, Role
from core.ledger.statements import (
    Letterhead,
    MonthsQuery,
    StatementEntry,
    StatementHead,
    letterhead,
    months,
    statement_entries,
    statement_head,
)
from core.ledger.transfers import post_transfers
from core.periods import Period, Unit
from tests.factories import check_books, make_account, make_bank, make_customer, make_town, make_transfer, pay

ADMIN = Principal(subject="user:test", email="a@finlens.example", name="A", role=Role.ADMIN)
NOW = datetime(2026, 6, 10, 12, tzinfo=UTC)
MAY = date(2026, 5, 1)


async def paper_of(session: AsyncSession, account: Account) -> Letterhead:
    return await letterhead(session, ADMIN, account.id)


async def statement(
    database: Database, paper: Letterhead, first: date
) -> tuple[StatementHead, Sequence[StatementEntry]]:
    async with database.look() as look:
        head = await statement_head(look, paper, Period.of(Unit.MONTH, first), NOW)
        async with aclosing(statement_entries(look, head)) as entries:
            return head, [entry async for entry in entries]


async def all_months(database: Database, paper: Letterhead) -> list[date]:
    async with database.look() as look:
        return await months(look, paper, MonthsQuery(account_id=paper.account_id, limit=200), None)


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10**9), zone=st.sampled_from(["Asia/Kolkata", "America/New_York", "Pacific/Apia"]))
async def test_months_chain_and_leave_nothing_out(database: Database, seed: int, zone: str) -> None:
    """Posted in any order, twins of one instant among them, as they come from an import."""
    dice = random.Random(seed)
    async with database.unit() as session:
        bank = await make_bank(session)
        cash = await make_account(session, bank)
        account = await make_account(session, bank, await make_customer(session, time_zone=zone), floor_minor=-(10**9))
        instants = [NOW - timedelta(seconds=dice.randrange(200 * 86_400)) for _ in range(25)]
        for instant in [*instants, dice.choice(instants), dice.choice(instants)]:
            sides = (account, cash) if dice.random() < 0.6 else (cash, account)
            await pay(session, *sides, dice.randint(1, 5_000), occurred_at=instant)
        paper = await paper_of(session, account)
    moved = await all_months(database, paper)
    assert moved == sorted({at.astimezone(ZoneInfo(zone)).date().replace(day=1) for at in instants}, reverse=True)

    closing, seen = 0, 0
    first = min(moved)
    while first <= max(moved):
        head, entries = await statement(database, paper, first)
        assert head.opening.amount_minor == closing
        for entry in entries:
            closing += entry.amount_minor
            assert entry.balance_minor == closing
            assert head.start <= entry.occurred_at.astimezone(ZoneInfo(zone)).date() < head.end
        assert head.closing.amount_minor == closing
        check_totals(head, entries)
        assert [*entries] == sorted(entries, key=lambda entry: (entry.occurred_at, entry.transaction_id))
        seen += len(entries)
        first = head.end
    assert seen == len(instants) + 2
    await check_books(database)


def check_totals(head: StatementHead, entries: Sequence[StatementEntry]) -> None:
    came = [entry.amount_minor for entry in entries if entry.amount_minor > 0]
    went = [-entry.amount_minor for entry in entries if entry.amount_minor < 0]
    assert (head.total_in.amount_minor, head.count_in) == (sum(came), len(came))
    assert (head.total_out.amount_minor, head.count_out) == (sum(went), len(went))


async def test_a_payment_at_the_border_is_of_the_month_that_begins_there_for_the_holder(database: Database) -> None:
    midnight = datetime(2026, 4, 30, 18, 30, tzinfo=UTC)
    async with database.unit() as session:
        town = await make_town(session)
        await pay(session, town.cash, town.asha_account, 1, occurred_at=midnight)
        await pay(session, town.cash, town.asha_account, 2, occurred_at=midnight - timedelta(microseconds=1))
        paper = await paper_of(session, town.asha_account)
    _, april = await statement(database, paper, date(2026, 4, 1))
    _, may = await statement(database, paper, MAY)
    assert ([e.amount_minor for e in april], [e.amount_minor for e in may]) == ([2], [1])


async def test_what_failed_or_waits_is_on_no_statement(database: Database) -> None:
    noon = datetime(2026, 5, 12, 6, 30, tzinfo=UTC)
    async with database.unit() as session:
        town = await make_town(session)
        sides = (town.asha_account.id, town.ravi_account.id)
        await post_transfers(
            session,
            [
                make_transfer(*sides, 10**9, occurred_at=noon),
                make_transfer(*sides, 5, occurred_at=noon, is_deferred=True),
            ],
        )
        paper = await paper_of(session, town.asha_account)
    head, entries = await statement(database, paper, MAY)
    assert (entries, head.count_in + head.count_out) == ([], 0)
    assert MAY not in await all_months(database, paper)


async def test_a_payment_dated_into_an_earlier_month_moves_every_balance_after_it(database: Database) -> None:
    async with database.unit() as session:
        town = await make_town(session)
        await pay(session, town.cash, town.asha_account, 10, occurred_at=datetime(2026, 5, 5, tzinfo=UTC))
        paper = await paper_of(session, town.asha_account)
    before, _ = await statement(database, paper, MAY)
    async with database.unit() as session:
        await pay(session, town.cash, town.asha_account, 7, occurred_at=datetime(2026, 3, 5, tzinfo=UTC))
    after, [entry] = await statement(database, paper, MAY)
    assert (before.opening.amount_minor, after.opening.amount_minor) == (0, 7)
    assert entry.balance_minor == after.closing.amount_minor == 17


async def test_a_month_that_is_not_over_says_so(database: Database) -> None:
    async with database.unit() as session:
        paper = await paper_of(session, (await make_town(session)).asha_account)
    assert [(await statement(database, paper, first))[0].is_complete for first in (MAY, date(2026, 6, 1))] == [
        True,
        False,
    ]


async def test_figures_and_lines_are_of_one_moment(database: Database) -> None:
    """A payment that lands between the head and the lines is in neither."""
    noon = datetime(2026, 5, 12, 6, 30, tzinfo=UTC)
    async with database.unit() as session:
        town = await make_town(session)
        await pay(session, town.cash, town.asha_account, 10, occurred_at=noon)
        paper = await paper_of(session, town.asha_account)
    async with database.look() as look:
        head = await statement_head(look, paper, Period.of(Unit.MONTH, MAY), NOW)
        async with database.unit() as session:
            await pay(session, town.cash, town.asha_account, 90, occurred_at=noon - timedelta(hours=1))
        async with aclosing(statement_entries(look, head)) as entries:
            balances = [entry.balance_minor async for entry in entries]
    assert balances == [head.closing.amount_minor] == [10]


async def test_the_banks_own_account_is_held_by_the_bank(database: Database) -> None:
    async with database.unit() as session:
        town = await make_town(session)
        paper = await paper_of(session, town.cash)
    assert (paper.holder, paper.bank, paper.address) == (town.bank.name, town.bank.name, None)
