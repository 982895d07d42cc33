"""Each reason code on hand-made payments: one that earns it, and a near miss that does not."""

import random
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel.ext.asyncio.session import AsyncSession

from core.banking.tables import Account, Bank, Customer
from core.db import Database
from core.fraud.scoring import score
from core.ids import new_id
from core.ledger.relay import relay_in
from core.ledger.transfers import Transfer, post_transfers
from core.money import Money

NOON = datetime(2026, 3, 2, 6, 30, tzinfo=UTC)  # 12:00 in India


@dataclass
class World:
    """One person at one bank, and whom they deal with. Payments are posted, and told, in the order of their time."""

    session: AsyncSession
    person: Account
    other: Account
    friend: Account
    shop: Account
    stranger: Account
    cash: Account

    def payment(self, rupees: float, at: datetime, to: Account | None = None, *, by: Account | None = None) -> Transfer:
        return Transfer(
            sender_account_id=(by or self.person).id,
            receiver_account_id=(to or self.shop).id,
            money=Money(round(rupees * 100), "INR"),
            occurred_at=at,
            client="test",
            key=str(new_id()),
        )

    def habit(self, *, days: int = 30, rupees: float = 400) -> list[Transfer]:
        """A payment to the shop each noon, `rupees` more or less, up to the day before NOON."""
        return [self.payment(rupees + day % 5, NOON - timedelta(days=days - day)) for day in range(days)]

    async def post(self, *transfers: Transfer) -> list[UUID]:
        postings = await post_transfers(self.session, transfers)
        assert [posting.failure_code for posting in postings] == [None] * len(transfers)
        # In this unit, which rolls nothing back and lets nobody else relay meanwhile.
        while await relay_in(await self.session.connection()):
            pass
        return [transfer.id for transfer in transfers]

    async def reasons(self, transfer: Transfer) -> dict[str, dict]:
        found = await self.session.execute(
            text("SELECT reasons FROM fraud.score WHERE transaction_id = :id"), {"id": transfer.id}
        )
        return {reason["code"]: reason for reason in found.scalar_one_or_none() or []}


@pytest.fixture
async def world(database: Database) -> AsyncIterator[World]:
    async with database.unit() as session:
        yield await _new_world(session)


async def _new_world(session: AsyncSession) -> World:
    """Its own banks, customers and accounts, each of which holds ten lakh rupees."""
    bank, second = (Bank(name="Test Bank", code=new_id().hex) for _ in range(2))
    person = Customer(name="Payer", time_zone="Asia/Kolkata")
    shop = Customer(name="Shop", kind="business", merchant_category_code="5411")
    friend, stranger = Customer(name="Friend"), Customer(name="Stranger")
    session.add_all([bank, second, person, shop, friend, stranger])
    await session.flush()
    world = World(
        session=session,
        person=await _open(session, bank, person),
        other=await _open(session, second, person),
        friend=await _open(session, bank, friend),
        shop=await _open(session, bank, shop),
        stranger=await _open(session, bank, stranger),
        cash=await _open(session, bank, None),
    )
    funded = (world.person, world.other, world.friend, world.shop, world.stranger)
    start = NOON - timedelta(days=390)
    await world.post(*(world.payment(1_000_000, start, account, by=world.cash) for account in funded))
    return world


async def _open(session: AsyncSession, bank: Bank, customer: Customer | None) -> Account:
    account = Account(
        bank_id=bank.id,
        customer_id=customer and customer.id,
        kind="customer" if customer else "system",
        number=new_id().hex,
        name=customer.name if customer else "Cash",
        currency="INR",
        opened_on=NOON.date(),
    )
    session.add(account)
    await session.flush()
    await session.execute(
        text(
            "INSERT INTO ledger.balance (account_id, bank_id, currency, floor_minor) VALUES (:id, :bank, 'INR', :floor)"
        ),
        {"id": account.id, "bank": bank.id, "floor": 0 if customer else -(10**15)},
    )
    return account


async def test_amount_far_above_the_usual_is_flagged_with_the_median(world: World) -> None:
    payment = world.payment(4_422, NOON)
    await world.post(*world.habit(), payment)
    reason = (await world.reasons(payment))["AMT_SELF"]
    assert reason["facts"]["usual_minor"] == 402_00
    assert reason["facts"]["payments"] == 30
    assert reason["facts"]["ratio"] == 11.0
    assert len(reason["transaction_ids"]) == 1


async def test_amount_just_below_five_times_the_usual_is_not(world: World) -> None:
    payment = world.payment(402 * 5 - 1, NOON)
    await world.post(*world.habit(), payment)
    assert "AMT_SELF" not in await world.reasons(payment)


async def test_rent_is_not_unusual_once_the_landlord_got_as_much(world: World) -> None:
    rent = [world.payment(20_000, NOON - timedelta(days=days), world.friend) for days in (60, 30)]
    payment = world.payment(20_000, NOON, world.friend)
    await world.post(*sorted([*world.habit(), *rent], key=lambda t: t.occurred_at), payment)
    assert await world.reasons(payment) == {}


async def test_a_payee_is_remembered_longer_than_the_history_that_makes_the_usual(world: World) -> None:
    premium = world.payment(20_000, NOON - timedelta(days=365), world.friend)
    payment = world.payment(20_000, NOON, world.friend)
    await world.post(premium, *world.habit(days=150), payment)
    assert await world.reasons(payment) == {}


async def test_an_account_with_nine_payments_has_no_usual_yet(world: World) -> None:
    payment = world.payment(50_000, NOON, world.stranger)
    await world.post(*world.habit(days=9), payment)
    assert await world.reasons(payment) == {}


async def test_first_high_payment_to_a_payee_is_flagged_and_the_second_is_not(world: World) -> None:
    first = world.payment(1_500, NOON, world.stranger)
    second = world.payment(1_500, NOON + timedelta(days=1), world.stranger)
    await world.post(*world.habit(), first, second)
    assert set(await world.reasons(first)) == {"NEW_PAYEE_HIGH"}
    assert await world.reasons(second) == {}


async def test_a_new_payee_of_an_ordinary_amount_is_no_reason(world: World) -> None:
    payment = world.payment(401, NOON, world.stranger)
    await world.post(*world.habit(), payment)
    assert await world.reasons(payment) == {}


async def test_a_new_shop_weighs_less_than_a_new_person(world: World) -> None:
    to_friends = [replace(payment, receiver_account_id=world.friend.id) for payment in world.habit()]
    payment = world.payment(1_500, NOON, world.shop)
    await world.post(*to_friends, payment)
    assert (await world.reasons(payment))["NEW_PAYEE_HIGH"]["points"] == 10


async def test_cash_is_no_payee(world: World) -> None:
    payment = world.payment(1_500, NOON, world.cash)
    await world.post(*world.habit(), payment)
    assert "NEW_PAYEE_HIGH" not in await world.reasons(payment)


@pytest.mark.parametrize(("minutes", "flagged"), [(14, True), (16, False)])
async def test_five_payments_within_an_hour_are_a_burst(world: World, minutes: int, flagged: bool) -> None:
    burst = [world.payment(300, NOON + timedelta(minutes=minutes * step)) for step in range(5)]
    await world.post(*world.habit(), *burst)
    reasons = await world.reasons(burst[-1])
    assert ("VEL_BURST" in reasons) == flagged
    if flagged:
        assert reasons["VEL_BURST"]["transaction_ids"] == [str(t.id) for t in burst[:-1]]
        assert reasons["VEL_BURST"]["facts"] == {"count": 5, "minutes": 56, "total_minor": 1_500_00}


@pytest.mark.parametrize("timeless", [NOON - timedelta(hours=12), NOON + timedelta(microseconds=1)])
async def test_rows_of_a_file_without_times_are_no_burst_and_no_odd_hour(world: World, timeless: datetime) -> None:
    rows = [world.payment(300, timeless) for _ in range(6)]
    await world.post(*world.habit(), *rows)
    assert [await world.reasons(row) for row in rows] == [{}] * 6


async def test_three_in_the_morning_is_odd_for_who_pays_at_noon(world: World) -> None:
    payment = world.payment(400, NOON + timedelta(hours=15))
    await world.post(*world.habit(), payment)
    facts = (await world.reasons(payment))["ODD_HOUR"]["facts"]
    assert (facts["local_time"], facts["time_zone"], facts["nearby"]) == ("03:00", "Asia/Kolkata", 0)


async def test_three_in_the_morning_is_not_odd_for_who_pays_at_night(world: World) -> None:
    nights = [replace(t, occurred_at=t.occurred_at - timedelta(hours=9)) for t in world.habit()]
    payment = world.payment(400, NOON + timedelta(hours=15))
    await world.post(*nights, payment)
    assert await world.reasons(payment) == {}


async def test_night_is_night_where_the_customer_lives(world: World) -> None:
    await world.session.execute(
        text("UPDATE banking.customer SET time_zone = 'America/New_York' WHERE id = :id"),
        {"id": world.person.customer_id},
    )
    payment = world.payment(400, NOON + timedelta(hours=15))  # 16:30 in New York
    await world.post(*world.habit(), payment)
    assert "ODD_HOUR" not in await world.reasons(payment)


async def test_three_payments_just_under_the_reporting_limit_are_structuring(world: World) -> None:
    parts = [world.payment(49_000 - 100 * step, NOON + timedelta(days=2 * step), world.friend) for step in range(3)]
    await world.post(*parts)
    assert [set(await world.reasons(part)) for part in parts] == [set(), set(), {"STRUCT"}]
    reason = (await world.reasons(parts[2]))["STRUCT"]
    assert reason["facts"] == {"limit_minor": 50_000_00, "count": 3, "days": 4, "total_minor": 146_700_00}
    assert reason["transaction_ids"] == [str(part.id) for part in parts[:2]]


@pytest.mark.parametrize(
    ("rupees", "days"), [(50_000, 1), (42_000, 1), (49_000, 4)], ids=["at the limit", "well below it", "over 8 days"]
)
async def test_near_misses_of_structuring(world: World, rupees: float, days: int) -> None:
    parts = [world.payment(rupees, NOON + timedelta(days=days * step), world.friend) for step in range(3)]
    await world.post(*parts)
    assert await world.reasons(parts[2]) == {}


async def test_money_that_leaves_within_two_days_of_coming_in_passed_through(world: World) -> None:
    received = world.payment(30_000, NOON, world.person, by=world.stranger)
    sent = world.payment(28_500, NOON + timedelta(hours=9), world.friend)
    await world.post(received, sent)
    reason = (await world.reasons(sent))["PASS_THRU"]
    assert reason["facts"] == {"in_minor": 30_000_00, "in_count": 1, "out_minor": 28_500_00, "hours": 9}
    assert reason["transaction_ids"] == [str(received.id)]


@pytest.mark.parametrize(
    ("rupees", "hours"), [(28_500, 49), (20_000, 9), (33_000, 9)], ids=["too late", "too little", "too much"]
)
async def test_near_misses_of_passing_through(world: World, rupees: float, hours: int) -> None:
    received = world.payment(30_000, NOON, world.person, by=world.stranger)
    sent = world.payment(rupees, NOON + timedelta(hours=hours), world.friend)
    await world.post(received, sent)
    assert await world.reasons(sent) == {}


async def test_spending_the_money_of_a_known_payer_is_ordinary(world: World) -> None:
    salaries = [
        world.payment(30_000, NOON - timedelta(days=days), world.person, by=world.stranger) for days in (60, 30, 0)
    ]
    sent = world.payment(28_500, NOON + timedelta(hours=9), world.friend)
    await world.post(*salaries, sent)
    assert await world.reasons(sent) == {}


async def test_merchants_refunds_and_own_transfers_are_not_scored(world: World) -> None:
    bought = world.payment(400, NOON)
    refund = replace(world.payment(400, NOON, world.person, by=world.shop), reverses_id=bought.id)
    wholesale = world.payment(90_000, NOON, world.stranger, by=world.shop)
    own = world.payment(90_000, NOON, world.other)
    await world.post(*world.habit(), bought, refund, wholesale, own)
    assert [await world.reasons(t) for t in (refund, wholesale, own)] == [{}] * 3


async def test_one_reason_alone_alerts_nobody_and_two_do(world: World) -> None:
    high = world.payment(1_500, NOON, world.stranger)
    far = world.payment(4_500, NOON + timedelta(days=1), world.friend)
    await world.post(*world.habit(), high, far)
    assert [await _alerted(world, t) for t in (high, far)] == [False, True]
    assert set(await world.reasons(far)) == {"AMT_SELF", "NEW_PAYEE_HIGH"}


async def _alerted(world: World, transfer: Transfer) -> bool:
    found = await world.session.execute(
        text("SELECT status FROM fraud.alert WHERE transaction_id = :id"), {"id": transfer.id}
    )
    return found.scalar_one_or_none() == "open"


@pytest.mark.parametrize("seed", [1, 2])
async def test_a_back_dated_import_scores_the_same_in_any_order(database: Database, seed: int) -> None:
    async with database.unit() as session:
        forwards, shuffled = await _new_world(session), await _new_world(session)
        in_order, at_random = _eventful(forwards), _eventful(shuffled)
        for batch in _batches(in_order, 9):
            await forwards.post(*batch)
        for batch in _batches(random.Random(seed).sample(at_random, len(at_random)), 9):
            await shuffled.post(*batch)
        expected = await _scores(forwards, in_order)
        assert await _scores(shuffled, at_random) == expected
    codes = {reason["code"] for score in expected for reason in score[1]}
    assert codes == {"AMT_SELF", "NEW_PAYEE_HIGH", "VEL_BURST", "ODD_HOUR", "STRUCT", "PASS_THRU"}
    assert any(is_alerted for _, _, is_alerted in expected)


async def test_a_backlog_scores_as_if_each_payment_had_been_told_at_once(database: Database) -> None:
    async with database.unit() as session:
        at_once, later = await _new_world(session), await _new_world(session)
        told, untold = _eventful(at_once), _eventful(later)
        for batch in _batches(told, 9):
            await at_once.post(*batch)
        for batch in _batches(untold, 9):
            await post_transfers(session, batch)
        connection = await session.connection()
        while posted := await _relay_some(connection):
            assert await score(connection, posted)
        assert await _scores(later, untold) == await _scores(at_once, told)


async def _relay_some(connection: AsyncConnection) -> list[UUID]:
    """Tells of few payments at a time, so that most are posted and not told while the first are scored."""
    return (await connection.execute(text("SELECT posted FROM ledger.relay(10)"))).scalar_one()


def _eventful(world: World) -> list[Transfer]:
    """A life in which every reason code occurs, in the order of time."""
    burst = [world.payment(300, NOON + timedelta(days=1, minutes=minute)) for minute in (0, 9, 9, 18, 30, 41)]
    parts = [world.payment(47_000 + step, NOON + timedelta(days=3 + step), world.friend) for step in range(4)]
    return [
        *world.habit(days=120),
        world.payment(9_000, NOON + timedelta(hours=15), world.stranger),
        *burst,
        *parts,
        world.payment(80_000, NOON + timedelta(days=9), world.person, by=world.stranger),
        world.payment(79_000, NOON + timedelta(days=9, hours=20), world.friend),
    ]


def _batches(transfers: Sequence[Transfer], size: int) -> Iterator[Sequence[Transfer]]:
    return (transfers[start : start + size] for start in range(0, len(transfers), size))


async def _scores(world: World, transfers: Sequence[Transfer]) -> list[tuple[int, list[dict], bool]]:
    """Points, reasons and alert of each, with payments named by their place instead of their id."""
    place = {str(transfer.id): index for index, transfer in enumerate(transfers)}
    found = await world.session.execute(
        text("""
            SELECT s.transaction_id, s.points, s.reasons, a.transaction_id IS NOT NULL
              FROM fraud.score s LEFT JOIN fraud.alert a ON a.transaction_id = s.transaction_id
             WHERE s.transaction_id = ANY (:ids)
        """),
        {"ids": [transfer.id for transfer in transfers]},
    )
    rows = sorted((place[str(id_)], points, reasons, alerted) for id_, points, reasons, alerted in found)
    for _, _, reasons, _ in rows:
        for reason in reasons:
            reason["transaction_ids"] = [place[cited] for cited in reason["transaction_ids"]]
    return [(points, [{"at": at, **reason} for reason in reasons], alerted) for at, points, reasons, alerted in rows]
