"""Rollups: what they answer is what the entries answer, in every state that they can be in; what differs is found."""

import random
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from core.banking.accounts import open_accounts
from core.banking.tables import Account
from core.db import Database
from core.errors import QueryRefused
from core.identity.access import Principal, Role
from core.insights import cells
from core.insights.compute import compute
from core.insights.query import Dimension, Filter, Flow, InsightQuery, Measure, Operator, Order, QueryPeriod
from core.insights.refusals import check
from core.insights.rollups import begin_rollups, compare_rollups, fold, sum_open_days
from core.insights.shape import shape_of
from core.ledger.relay import drain
from core.ledger.transfers import Transfer, post_transfers
from core.settings import Settings
from tests.factories import check_books, make_account, make_bank, make_customer, make_transfer

SEED = 20261122
QUERIES = 40
MEDIANS = 20
START, DAYS = date(2026, 1, 20), 80
CATEGORIES = ["groceries", "rent", "travel", None]
# Amounts repeat, and instants cling to where days and months begin in one zone or another.
AMOUNTS = [1, 99, 100, 104, 2_500]
BORDERS = [
    timedelta(),
    timedelta(hours=5),
    timedelta(hours=18, minutes=29, seconds=59),
    timedelta(hours=18, minutes=30),
]

MEASURES = [
    Measure.SPEND, Measure.INCOME, Measure.NET, Measure.VOLUME, Measure.COUNT, Measure.AVERAGE, Measure.LARGEST,
    Measure.SMALLEST, Measure.SAVINGS_RATE,
]  # fmt: skip
GROUPS = [
    Dimension.CATEGORY, Dimension.DAY, Dimension.WEEK, Dimension.MONTH, Dimension.QUARTER, Dimension.FISCAL_YEAR,
    Dimension.WEEKDAY, Dimension.CURRENCY, Dimension.COUNTERPARTY,
]  # fmt: skip
FILTERS = [
    Filter(field="category", operator=Operator.IN, values=("groceries", "pets")),
    Filter(field="category", operator=Operator.NOT_IN, values=("rent",)),
    Filter(field="weekday", operator=Operator.IN, values=("saturday", "sunday")),
    Filter(field="currency", operator=Operator.NOT_IN, values=("CZK",)),
    Filter(field="counterparty", operator=Operator.IN, values=("Ravi", "Cash")),
]


@dataclass
class World:
    """Two banks, three people with two accounts each in two currencies, cash, and what was paid."""

    database: Database
    dice: random.Random
    accounts: dict[str, list[Account]]
    principals: list[Principal]
    posted: list[Transfer]

    async def trade(self, count: int) -> None:
        batch = [self._payment() for _ in range(count)]
        async with self.database.unit() as session:
            postings = await post_transfers(session, batch)
        self.posted += [t for t, posting in zip(batch, postings, strict=True) if posting.failure_code is None]

    def _payment(self) -> Transfer:
        cash, *others = self.accounts[self.dice.choice(["INR", "CZK"])]
        sender, receiver = self.dice.choice([(cash, self.dice.choice(others)), self.dice.sample(others, 2)])
        amount, reverses = 50_000 if sender is cash else self.dice.choice(AMOUNTS), None
        if self.posted and self.dice.random() < 0.2:
            paid = self.dice.choice(self.posted)
            by_id = {account.id: account for accounts in self.accounts.values() for account in accounts}
            sender, receiver = by_id[paid.receiver_account_id], by_id[paid.sender_account_id]
            amount, reverses = paid.money.amount_minor, paid.id
        midnight = datetime.combine(START + timedelta(days=self.dice.randrange(DAYS)), datetime.min.time(), UTC)
        return make_transfer(
            sender.id, receiver.id, amount, currency=sender.currency, reverses_id=reverses,
            occurred_at=midnight + self.dice.choice(BORDERS), category=self.dice.choice(CATEGORIES),
        )  # fmt: skip

    async def recategorise(self, count: int) -> None:
        """Some sides get another category, some are split, and somebody makes a rule."""
        for paid in self.dice.sample(self.posted, count):
            account = self.dice.choice([paid.sender_account_id, paid.receiver_account_id])
            await self._write(
                "INSERT INTO insights.annotation (transaction_id, account_id, category) VALUES (:id, :account, 'pets')"
                " ON CONFLICT (transaction_id, account_id) DO UPDATE SET category = 'gifts'",
                id=paid.id, account=account,
            )  # fmt: skip
        for paid in self.dice.sample([each for each in self.posted if each.money.amount_minor > 100], count):
            await self._write(
                "INSERT INTO insights.part VALUES (:id, :account, 'rent', 0, 40, :whole),"
                " (:id, :account, 'pets', 40, :whole, :whole) ON CONFLICT DO NOTHING",
                id=paid.id, account=paid.sender_account_id, whole=paid.money.amount_minor,
            )  # fmt: skip
        await self._write(
            "INSERT INTO insights.rule (id, customer_id, place, category, direction, amount_minor_max, currency)"
            " SELECT uuidv7(), :customer, 1 + count(*), 'fees', 'out', 99, 'INR' FROM insights.rule",
            customer=self.principals[0].customer_id,
        )

    async def _write(self, statement: str, **values: object) -> None:
        async with self.database.app.begin() as connection:
            await connection.execute(text(statement), values)

    def _period(self) -> QueryPeriod:
        first = START + timedelta(days=self.dice.randrange(-40, 40))
        if self.dice.random() < 0.3:
            return QueryPeriod.model_validate({"start": "2026-02-01", "end": "2026-03-01", "unit": "month"})
        return QueryPeriod(start=first, end=first + timedelta(days=self.dice.choice([1, 7, 31, 61, 300])))

    def median(self) -> InsightQuery:
        return InsightQuery(
            measures=(Measure.MEDIAN,),
            group_by=self.dice.choice([(), (Dimension.MONTH,), (Dimension.FISCAL_YEAR, Dimension.CURRENCY)]),
            filters=tuple(given for given in FILTERS if given.field == "currency" and self.dice.random() < 0.3),
            flow=self.dice.choice(list(Flow)),
            period=self._period(),
            limit=self.dice.choice([1, 100]),
        )

    def query(self) -> InsightQuery | None:
        """One that cells can answer; None if it is refused."""
        measures = tuple(self.dice.sample(MEASURES, self.dice.randint(1, 3)))
        query = InsightQuery(
            measures=measures,
            group_by=tuple(self.dice.sample(GROUPS, self.dice.randint(0, 2))),
            filters=tuple(self.dice.sample(FILTERS, self.dice.choice([0, 0, 1, 2]))),
            flow=self.dice.choice(list(Flow)),
            period=self._period(),
            compare=self.dice.choice([None, None, "previous", "year_before"]),
            order=self.dice.choice([None, Order(by=measures[0], descending=False)]),
            limit=self.dice.choice([1, 3, 100]),
        )
        try:
            check(query, self.principals[0])
        except QueryRefused:
            return None
        return query


@pytest.fixture(scope="module")
async def world(settings_of: Callable[[str], Settings], database_name: str) -> AsyncIterator[World]:
    database = Database.of(settings_of(f"{database_name}_rollups"))
    async with database.unit() as session:
        banks = [await make_bank(session), await make_bank(session)]
        zones = ("America/New_York", "Asia/Kolkata", "Asia/Kathmandu")
        people = [
            await make_customer(session, name=name, time_zone=zone)
            for name, zone in zip(("Asha", "Ravi", "Tara"), zones, strict=True)
        ]
        accounts = {
            currency: [await make_account(session, banks[0], currency=currency)]
            + [
                await make_account(session, bank, person, currency=currency)
                for person, bank in zip(people, order, strict=True)
            ]
            for currency, order in (("INR", [banks[0], banks[0], banks[1]]), ("CZK", [banks[1], banks[1], banks[0]]))
        }
    principals = [
        Principal("c", "", "", Role.CUSTOMER, customer_id=person.id, time_zone=person.time_zone) for person in people
    ]
    principals += [Principal("s", "", "", Role.STAFF, bank_id=bank.id) for bank in banks]
    world = World(database, random.Random(SEED), accounts, principals, [])
    await world.trade(300)
    yield world
    await check_books(database)
    await database.close()


async def agree(world: World) -> None:
    """Random questions get the same answer from rollups as from the entries."""
    asked = [(query, world.dice.choice(world.principals)) for _ in range(QUERIES) if (query := world.query())]
    asked = [(query, principal) for query, principal in asked if cells.can_answer(shape_of(query, principal))]
    assert len(asked) > QUERIES // 4
    customers = [principal for principal in world.principals if principal.role is Role.CUSTOMER]
    asked += [(world.median(), world.dice.choice(customers)) for _ in range(MEDIANS)]
    for query, principal in asked:
        async with world.database.look() as look:
            summed = await compute(look, principal, query)
            plain = await compute(look, principal, query, with_rollups=False)
        assert (summed.source, plain.source) == ("rollup", "entries"), query
        assert (summed.rows, summed.cut_off) == (plain.rows, plain.cut_off), (principal, query)


async def settle(world: World) -> None:
    await drain(world.database)
    while await fold(world.database) or await sum_open_days(world.database):
        pass


async def test_answers_are_those_of_the_entries_in_every_state(world: World) -> None:
    assert await begin_rollups(world.database, entries_min=1) == 8  # two banks, six accounts
    await agree(world)  # every day is open
    await settle(world)
    await agree(world)  # every day is closed
    await world.trade(100)
    await agree(world)  # the relay has not told
    await drain(world.database)
    await agree(world)  # nobody has added what it told
    await fold(world.database)
    await agree(world)
    await world.trade(40)
    await world.recategorise(15)
    await agree(world)  # some days are open, some payments are news
    await settle(world)
    await agree(world)
    assert await faults(world) == []


async def test_who_is_called_otherwise_is_so_in_every_sum(world: World) -> None:
    """Accounts' rollups hold names: of customers, and of accounts that are nobody's."""
    await settle(world)
    query = InsightQuery(
        measures=(Measure.SPEND, Measure.COUNT), group_by=(Dimension.COUNTERPARTY,), flow=Flow.ANY,
        period=QueryPeriod(start=START, end=START + timedelta(days=DAYS)),
    )  # fmt: skip
    async with world.database.app.begin() as connection:
        ravi, cash = world.principals[1].customer_id, world.accounts["INR"][0].id
        await connection.execute(text("UPDATE banking.customer SET name = 'Ravindra' WHERE id = :id"), {"id": ravi})
        await connection.execute(text("UPDATE banking.account SET name = 'Counter' WHERE id = :id"), {"id": cash})
    for _ in range(2):
        async with world.database.look() as look:
            summed = await compute(look, world.principals[0], query)
            plain = await compute(look, world.principals[0], query, with_rollups=False)
        assert (summed.source, summed.rows) == ("rollup", plain.rows)
        assert {"Ravindra", "Counter"} <= {row["counterparty"] for row in summed.rows}
        await settle(world)


async def test_a_bank_is_asked_in_its_own_days_and_in_no_others(world: World) -> None:
    query = InsightQuery(measures=(Measure.SPEND,), period=QueryPeriod(start=START, end=START + timedelta(days=30)))
    staff = world.principals[-1]
    abroad = Principal("s", "", "", Role.STAFF, bank_id=staff.bank_id, time_zone="Europe/Prague")
    async with world.database.look() as look:
        assert (await compute(look, abroad, query)).source == "entries"


async def test_a_new_account_of_a_heavy_customer_is_not_forgotten(world: World) -> None:
    asha = world.principals[0]
    async with world.database.unit() as session:
        bank = await make_bank(session)
        account = Account(
            bank_id=bank.id, customer_id=asha.customer_id, number="late", name="Late", currency="INR",
            opened_on=START,
        )  # fmt: skip
        await open_accounts(session, [account])
        await post_transfers(
            session,
            [make_transfer(world.accounts["INR"][0].id, account.id, 777, occurred_at=datetime(2026, 2, 2, tzinfo=UTC))],
        )
    query = InsightQuery(
        measures=(Measure.INCOME,), flow=Flow.IN, period=QueryPeriod(start=START, end=date(2026, 5, 1))
    )
    async with world.database.look() as look:
        late = await compute(look, asha, query)
    assert late.source == "entries"
    assert await begin_rollups(world.database, entries_min=1) == 2  # the account's, and the new bank's
    async with world.database.look() as look:
        begun = await compute(look, asha, query)
    assert (begun.source, begun.rows) == ("rollup", late.rows)


@pytest.mark.parametrize(
    "plant",
    [
        "UPDATE insights.rollup_cell SET total_minor = total_minor + 1 WHERE months = 0 AND rollup_id = :id",
        "UPDATE insights.rollup_cell SET largest_minor = largest_minor + 1 WHERE months = 0 AND rollup_id = :id",
        "UPDATE insights.rollup_cell SET entries = entries + 1 WHERE months = 1 AND rollup_id = :id",
        "UPDATE insights.rollup_cell SET smallest_minor = 0 WHERE months = 8 AND rollup_id = :id",
        "DELETE FROM insights.rollup_cell WHERE months = 4 AND rollup_id = :id AND form = 'payee'",
        "DELETE FROM insights.rollup_cell WHERE months = 0 AND rollup_id = :id AND direction = 'out'",
    ],
)
async def test_a_planted_difference_is_found_and_summed_anew(world: World, plant: str) -> None:
    await settle(world)
    async with world.database.app.begin() as connection:
        rollup = await connection.scalar(text("SELECT min(id) FROM insights.rollup WHERE account_id IS NOT NULL"))
        await connection.execute(text(plant), {"id": rollup})
        await connection.execute(text("DELETE FROM insights.rollup_fault"))
        await connection.execute(text("UPDATE insights.rollup SET compare_from = NULL"))
    assert {found for found, _ in await faults(world)} == {rollup}
    await settle(world)
    async with world.database.app.begin() as connection:
        await connection.execute(text("DELETE FROM insights.rollup_fault"))
    assert await faults(world) == []


async def faults(world: World) -> Sequence[tuple[int, date]]:
    """What a whole round of comparisons finds: each rollup, all its months."""
    async with world.database.app.connect() as connection:
        rollups = await connection.scalar(text("SELECT count(*) FROM insights.rollup")) or 0
    for _ in range(6 * rollups):
        await compare_rollups(world.database, datetime.now(UTC))
    async with world.database.app.connect() as connection:
        found = await connection.execute(text("SELECT DISTINCT rollup_id, day FROM insights.rollup_fault"))
        return [(row.rollup_id, row.day) for row in found]


async def test_the_reader_sees_sums_and_no_tables(world: World) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"):
        async with world.database.look() as look:
            await look.execute(text("SELECT * FROM insights.rollup_cell"))
