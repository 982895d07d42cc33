"""Money that is promised: it cannot be spent twice, paid twice or paid late, whoever races whom."""

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError
from sqlmodel import col, select

from core.banking.accounts import close_account
from core.db import Database
from core.errors import (
    AccountClosed,
    AccountNotEmpty,
    CaptureExceedsHold,
    FinLensError,
    HoldEnded,
    IdempotencyKeyReused,
    InsufficientFunds,
    InvalidExpiry,
)
from core.ids import new_id
from core.ledger.holds import Capture, Done, Promise, capture_hold, expire_holds, place_hold, stored_hold, void_hold
from core.ledger.tables import Balance, Hold, Transaction
from core.ledger.transfers import post_transfers
from core.money import Money
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

NOW = datetime.now(UTC)
LATER = NOW + timedelta(days=8)
"""When a hold of NOW that named no expiry is over."""


def promise_of(town: Town, amount_minor: int = 30_000, **facts: object) -> Promise:
    wanted: dict[str, object] = {
        "account_id": town.asha_account.id,
        "receiver_account_id": town.ravi_account.id,
        "money": Money(amount_minor, "INR"),
        "client": "test",
        "key": fresh("hold"),
        **facts,
    }
    return Promise(**wanted)  # pyright: ignore[reportArgumentType]


async def place(database: Database, promise: Promise, now: datetime = NOW) -> Done:
    async with database.unit() as session:
        return await place_hold(session, promise, now)


async def capture(
    database: Database,
    hold_id: UUID,
    amount_minor: int | None = None,
    *,
    is_final: bool = True,
    key: str | None = None,
    now: datetime = NOW,
) -> Done:
    wanted = Capture(
        hold_id=hold_id, client="shop", key=key or fresh("capture"), amount_minor=amount_minor, is_final=is_final
    )
    async with database.unit() as session:
        return await capture_hold(session, wanted, now)


async def void(database: Database, hold_id: UUID, now: datetime = NOW) -> Done:
    async with database.unit() as session:
        return await void_hold(session, hold_id, client="shop", now=now)


async def outcome(request: Awaitable[Done]) -> str:
    """`done`, `replay`, or the code of the refusal."""
    try:
        return "replay" if (await request).is_replay else "done"
    except FinLensError as error:
        return error.code


async def read(database: Database, hold_id: UUID) -> Hold:
    async with database.unit() as session:
        return await stored_hold(session, hold_id)


async def balance(database: Database, account_id: UUID) -> tuple[int, int]:
    """What is posted, and what is pending out."""
    async with database.unit() as session:
        found = await session.exec(select(Balance).where(Balance.account_id == account_id))
        row = found.one()
        return row.posted_minor, row.pending_out_minor


async def test_held_money_is_still_there_and_cannot_be_spent(database: Database, town: Town) -> None:
    await place(database, promise_of(town, 90_000))
    assert await balance(database, town.asha_account.id) == (100_000, 90_000)
    async with database.unit() as session:
        [refused] = await post_transfers(session, [make_transfer(town.asha_account.id, town.ravi_account.id, 10_001)])
        await pay(session, town.asha_account, town.ravi_account, 10_000)
    assert (refused.failure_code, refused.shortfall_minor) == ("insufficient_funds", 1)
    with pytest.raises(InsufficientFunds) as caught:
        await place(database, promise_of(town, 300))
    assert caught.value.facts == {"shortfall_minor": 300}
    await check_books(database)


async def test_capture_pays_what_was_promised_and_says_for_what(database: Database, town: Town) -> None:
    placed = await place(database, promise_of(town, 30_000, description="room 12", category="travel", channel="upi"))
    paid = await capture(database, placed.id)
    async with database.unit() as session:
        payment = (await session.exec(select(Transaction).where(Transaction.id == paid.id))).one()
    assert (payment.amount_minor, payment.status, payment.hold_id) == (30_000, "success", placed.id)
    assert (payment.description, payment.category, payment.channel) == ("room 12", "travel", "upi")
    assert await balance(database, town.asha_account.id) == (70_000, 0)
    assert await balance(database, town.ravi_account.id) == (130_000, 0)
    hold = await read(database, placed.id)
    assert (hold.status, hold.captured_minor, hold.ended_at, hold.version) == ("captured", 30_000, NOW, 2)
    await check_books(database)


async def test_final_capture_of_a_part_releases_the_rest(database: Database, town: Town) -> None:
    placed = await place(database, promise_of(town, 30_000))
    await capture(database, placed.id, 12_000)
    assert await balance(database, town.asha_account.id) == (88_000, 0)
    assert (await read(database, placed.id)).status == "captured"
    await check_books(database)


async def test_captures_in_parts_never_pass_the_whole(database: Database, town: Town) -> None:
    placed = await place(database, promise_of(town, 30_000))
    await capture(database, placed.id, 10_000, is_final=False)
    assert await balance(database, town.asha_account.id) == (90_000, 20_000)
    with pytest.raises(CaptureExceedsHold) as caught:
        await capture(database, placed.id, 20_001)
    assert caught.value.facts == {"remaining_minor": 20_000}
    assert (await read(database, placed.id)).status == "active"
    await capture(database, placed.id, 20_000, is_final=False)
    hold = await read(database, placed.id)
    assert (hold.status, hold.captured_minor, hold.version) == ("captured", 30_000, 3)
    assert await balance(database, town.asha_account.id) == (70_000, 0)
    await check_books(database)


async def test_whole_balance_can_be_promised_and_paid(database: Database, town: Town) -> None:
    placed = await place(database, promise_of(town, 100_000))
    await capture(database, placed.id, 99_999, is_final=False)
    await capture(database, placed.id)
    assert await balance(database, town.asha_account.id) == (0, 0)
    await check_books(database)


async def test_voided_hold_gives_the_money_back_once_and_is_never_paid(database: Database, town: Town) -> None:
    placed = await place(database, promise_of(town, 30_000))
    await capture(database, placed.id, 5_000, is_final=False)
    assert [await outcome(void(database, placed.id)) for _ in range(3)] == ["done", "replay", "replay"]
    with pytest.raises(HoldEnded) as caught:
        await capture(database, placed.id, 1)
    assert caught.value.facts == {"hold_status": "voided"}
    hold = await read(database, placed.id)
    assert (hold.status, hold.captured_minor) == ("voided", 5_000)
    assert await balance(database, town.asha_account.id) == (95_000, 0)
    await check_books(database)


async def test_captured_hold_can_neither_be_voided_nor_captured_again(database: Database, town: Town) -> None:
    placed = await place(database, promise_of(town))
    await capture(database, placed.id, 1)
    assert await outcome(void(database, placed.id)) == "hold_ended"
    assert await outcome(capture(database, placed.id, 1)) == "hold_ended"
    await check_books(database)


async def test_hold_is_over_at_its_time_before_anybody_sweeps(database: Database, town: Town) -> None:
    placed = await place(database, promise_of(town, expires_at=NOW + timedelta(hours=1)))
    end = NOW + timedelta(hours=1)
    for request in (capture(database, placed.id, now=end), void(database, placed.id, now=end)):
        with pytest.raises(HoldEnded) as caught:
            await request
        assert caught.value.facts == {"hold_status": "expired"}
    await capture(database, placed.id, now=end - timedelta(microseconds=1))
    await check_books(database)


async def test_sweeper_releases_what_remains_of_holds_past_their_time_and_no_other(
    database: Database, town: Town
) -> None:
    old = [(await place(database, promise_of(town, 1_000))).id for _ in range(5)]
    await capture(database, old[0], 400, is_final=False)
    fresh_one = await place(database, promise_of(town, 7_000, expires_at=LATER + timedelta(days=1)))
    while swept := await expire_holds(database, LATER, limit=2):
        assert swept <= 2
    assert {(await read(database, id)).status for id in old} == {"expired"}
    first = await read(database, old[0])
    assert (first.captured_minor, first.ended_at) == (400, first.expires_at)
    assert (await read(database, fresh_one.id)).status == "active"
    assert await balance(database, town.asha_account.id) == (99_600, 7_000)
    await check_books(database)


async def test_hold_lasts_a_week_unless_it_says_otherwise(database: Database, town: Town) -> None:
    placed = await place(database, promise_of(town))
    assert (await read(database, placed.id)).expires_at == NOW + timedelta(days=7)
    longest = await place(database, promise_of(town, expires_at=NOW + timedelta(days=31)))
    assert (await read(database, longest.id)).expires_at == NOW + timedelta(days=31)


@pytest.mark.parametrize("life", [timedelta(0), timedelta(days=-1), timedelta(days=31, microseconds=1)])
async def test_hold_of_another_length_is_refused(database: Database, town: Town, life: timedelta) -> None:
    with pytest.raises(InvalidExpiry):
        await place(database, promise_of(town, expires_at=NOW + life))
    assert await balance(database, town.asha_account.id) == (100_000, 0)


async def test_key_places_one_hold(database: Database, town: Town) -> None:
    promise = promise_of(town)
    first = await place(database, promise)
    again = await place(database, promise_of(town, key=promise.key))
    assert (again, await balance(database, town.asha_account.id)) == (Done(first.id, True), (100_000, 30_000))
    with pytest.raises(IdempotencyKeyReused):
        await place(database, promise_of(town, 30_001, key=promise.key))
    await capture(database, first.id)
    assert (await place(database, promise_of(town, key=promise.key), LATER)).id == first.id
    await check_books(database)


async def test_key_of_a_refused_hold_may_be_tried_again(database: Database, town: Town) -> None:
    promise = promise_of(town, 100_001)
    with pytest.raises(InsufficientFunds):
        await place(database, promise)
    async with database.unit() as session:
        await pay(session, town.cash, town.asha_account, 1)
    assert await outcome(place(database, promise)) == "done"
    await check_books(database)


async def test_key_captures_once_whatever_became_of_the_hold(database: Database, town: Town) -> None:
    placed = await place(database, promise_of(town))
    key = fresh("capture")
    first = await capture(database, placed.id, 10_000, is_final=False, key=key)
    assert await capture(database, placed.id, 10_000, is_final=False, key=key) == Done(first.id, True)
    await void(database, placed.id)
    assert await capture(database, placed.id, 10_000, is_final=False, key=key, now=LATER) == Done(first.id, True)
    for other in (capture(database, placed.id, 9_999, key=key), capture(database, placed.id, 10_000, key=key)):
        assert await outcome(other) == "idempotency_key_reused"
    assert await balance(database, town.asha_account.id) == (90_000, 0)
    await check_books(database)


async def test_key_that_made_a_payment_captures_nothing(database: Database, town: Town) -> None:
    placed = await place(database, promise_of(town))
    async with database.unit() as session:
        await pay(session, town.cash, town.ravi_account, 1, client="shop", key="taken" + placed.id.hex)
    assert await outcome(capture(database, placed.id, key="taken" + placed.id.hex)) == "idempotency_key_reused"
    assert (await read(database, placed.id)).status == "active"
    await check_books(database)


async def test_key_in_flight_over_other_accounts_leaves_the_hold_as_it_was(database: Database, town: Town) -> None:
    """The capture finds the key free, waits for the payment that is about to bind it, and then stands back."""
    async with database.unit() as session:
        other = await make_town(session)
    placed, key = await place(database, promise_of(town)), fresh("key")
    async with database.unit() as session:
        await pay(session, other.asha_account, other.ravi_account, 1, client="shop", key=key)
        waiting = asyncio.create_task(outcome(capture(database, placed.id, key=key)))
        await _until_one_waits(database)
    assert await waiting == "idempotency_key_reused"
    assert await balance(database, town.asha_account.id) == (100_000, 30_000)
    assert await outcome(capture(database, placed.id)) == "done"
    await check_books(database)


async def test_capture_for_a_closed_account_is_refused_and_the_hold_stays(database: Database, town: Town) -> None:
    async with database.unit() as session:
        shop = await make_account(session, town.bank, await make_customer(session))
    placed = await place(database, promise_of(town, receiver_account_id=shop.id))
    async with database.unit() as session:
        await close_account(session, shop, NOW.date())
    with pytest.raises(AccountClosed):
        await capture(database, placed.id)
    assert await balance(database, town.asha_account.id) == (100_000, 30_000)
    assert await outcome(void(database, placed.id)) == "done"
    await check_books(database)


async def test_refused_capture_leaves_the_money_promised_even_if_its_unit_commits(
    database: Database, town: Town
) -> None:
    async with database.unit() as session:
        shop = await make_account(session, town.bank, await make_customer(session))
    placed = await place(database, promise_of(town, receiver_account_id=shop.id))
    async with database.unit() as session:
        await close_account(session, shop, NOW.date())
        found = await session.execute(
            text("""
                SELECT failure_code
                  FROM ledger.capture_hold(:hold, 1, false, :now, :id, :key, :request, 'test', NULL)
            """),
            {"hold": placed.id, "now": NOW, "id": new_id(), "key": new_id(), "request": new_id()},
        )
        assert found.scalar_one() == "account_closed"
    assert await balance(database, town.asha_account.id) == (100_000, 30_000)
    await check_books(database)


async def test_account_with_a_hold_on_it_cannot_be_closed(database: Database, town: Town) -> None:
    async with database.unit() as session:
        bank = await make_bank(session)
        account = await make_account(session, bank, await make_customer(session), floor_minor=-500)
    placed = await place(database, promise_of(town, 300, account_id=account.id))
    with pytest.raises(AccountNotEmpty):
        async with database.unit() as session:
            await close_account(session, account, NOW.date())
    await void(database, placed.id)
    async with database.unit() as session:
        await close_account(session, account, NOW.date())
    assert await outcome(place(database, promise_of(town, 300, account_id=account.id))) == "account_closed"


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"account_id": new_id()}, "account_not_found"),
        ({"receiver_account_id": new_id()}, "account_not_found"),
        ({"money": Money(1, "USD")}, "currency_mismatch"),
        ({"money": Money(10**15, "INR")}, "insufficient_funds"),
    ],
)
async def test_impossible_hold_is_refused(
    database: Database, town: Town, changed: dict[str, object], code: str
) -> None:
    assert await outcome(place(database, promise_of(town, **changed))) == code


async def test_nobody_promises_to_themselves(database: Database, town: Town) -> None:
    promise = promise_of(town, receiver_account_id=town.asha_account.id)
    assert await outcome(place(database, promise)) == "same_account"


async def test_thirty_two_clients_hold_no_more_than_there_is(database: Database, town: Town) -> None:
    outcomes = Counter(await asyncio.gather(*(outcome(place(database, promise_of(town, 10_000))) for _ in range(32))))
    assert outcomes == {"done": 10, "insufficient_funds": 22}
    assert await balance(database, town.asha_account.id) == (100_000, 100_000)
    await check_books(database)


async def test_sixty_four_twins_place_one_hold(database: Database, town: Town) -> None:
    key = fresh("key")
    outcomes = Counter(await asyncio.gather(*(outcome(place(database, promise_of(town, key=key))) for _ in range(64))))
    assert outcomes == {"done": 1, "replay": 63}
    assert await balance(database, town.asha_account.id) == (100_000, 30_000)
    await check_books(database)


async def test_one_key_over_two_payers_at_once_places_one_hold(database: Database, town: Town) -> None:
    for _ in range(10):
        key = fresh("key")
        here = promise_of(town, 10, key=key)
        there = promise_of(town, 10, key=key, account_id=town.ravi_account.id, receiver_account_id=town.cash.id)
        outcomes = await asyncio.gather(outcome(place(database, here)), outcome(place(database, there)))
        assert sorted(outcomes) == ["done", "idempotency_key_reused"]
    await check_books(database)


async def test_capture_void_and_expiry_race_and_exactly_one_wins(database: Database, town: Town) -> None:
    dice, winners = random.Random(5), Counter[str]()
    for _ in range(15):
        placed = await place(database, promise_of(town, 1_000))
        before, _ = await balance(database, town.ravi_account.id)
        racers: dict[str, Awaitable[str]] = {
            **{f"captured {n}": outcome(capture(database, placed.id)) for n in range(4)},
            **{f"voided {n}": outcome(void(database, placed.id)) for n in range(2)},
        }
        names = dice.sample(list(racers), len(racers))
        sweep = asyncio.create_task(expire_holds(database, LATER))
        outcomes = dict(zip(names, await asyncio.gather(*(racers[name] for name in names)), strict=True))
        await sweep
        hold, (after, _) = await read(database, placed.id), await balance(database, town.ravi_account.id)
        done = [name.split()[0] for name, said in outcomes.items() if said == "done"]
        assert done == ([] if hold.status == "expired" else [hold.status])
        assert after - before == (1_000 if hold.status == "captured" else 0)
        winners[hold.status] += 1
    assert await balance(database, town.asha_account.id) == (100_000 - 1_000 * winners["captured"], 0)
    await check_books(database)


async def test_racing_captures_in_parts_take_no_more_than_was_promised(database: Database, town: Town) -> None:
    placed = await place(database, promise_of(town, 10_000))
    racers = (outcome(capture(database, placed.id, 3_000, is_final=False)) for _ in range(12))
    outcomes = Counter(await asyncio.gather(*racers))
    assert outcomes == {"done": 3, "capture_exceeds_hold": 9}
    assert await balance(database, town.asha_account.id) == (91_000, 1_000)
    await check_books(database)


async def test_holds_payments_and_sweeps_across_accounts_never_wait_in_a_circle(database: Database, town: Town) -> None:
    accounts, dice = [town.asha_account.id, town.ravi_account.id, town.cash.id], random.Random(3)
    held: list[UUID] = []

    async def one_client() -> None:
        for _ in range(6):
            payer, receiver = dice.sample(accounts, 2)
            match dice.randrange(5):
                case 0 | 1:
                    wanted = promise_of(
                        town, dice.randint(1, 40_000), account_id=payer, receiver_account_id=receiver,
                        expires_at=NOW + timedelta(seconds=dice.randint(1, 100)),
                    )  # fmt: skip
                    if await outcome(place(database, wanted)) == "done":
                        held.append(wanted.id)
                case 2 if held:
                    await outcome(capture(database, dice.choice(held), dice.randint(1, 20_000), is_final=False))
                case 3 if held:
                    await outcome(void(database, dice.choice(held)))
                case 4:
                    await expire_holds(database, NOW + timedelta(seconds=dice.randint(1, 100)), limit=3)
                case _:
                    async with database.unit() as session:
                        await post_transfers(session, [make_transfer(payer, receiver, dice.randint(1, 40_000))])

    await asyncio.gather(*(one_client() for _ in range(24)))
    assert held
    await check_books(database)


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO ledger.hold (id) VALUES (gen_random_uuid())",
        "UPDATE ledger.hold SET status = 'active', ended_at = NULL",
        "DELETE FROM ledger.hold",
        "UPDATE ledger.balance SET pending_out_minor = 0",
        "SELECT ledger.lock_hold(gen_random_uuid())",
        "UPDATE ledger.schedule SET amount_minor = 1",
        "UPDATE ledger.schedule SET receiver_account_id = gen_random_uuid()",
        "DELETE FROM ledger.schedule",
    ],
)
async def test_application_cannot_write_promises_past_their_functions(database: Database, statement: str) -> None:
    async with database.app.connect() as connection:
        with pytest.raises(ProgrammingError, match="permission denied"):
            await connection.execute(text(statement))


async def test_every_step_leaves_a_trail(database: Database, town: Town) -> None:
    held = [await place(database, promise_of(town, 1)) for _ in range(3)]
    await capture(database, held[0].id)
    await void(database, held[1].id)
    await void(database, held[1].id)
    await expire_holds(database, LATER)
    async with database.unit() as session:
        found = await session.execute(
            text("SELECT actor, action FROM identity.audit_event WHERE subject = ANY(:subjects)"),
            {"subjects": [f"hold:{placed.id}" for placed in held]},
        )
        assert Counter(tuple(row) for row in found) == {
            ("test", "hold.place"): 3, ("shop", "hold.capture"): 1, ("shop", "hold.void"): 1,
            ("system:expiry", "hold.expire"): 1,
        }  # fmt: skip
        assert len((await session.exec(select(Transaction).where(col(Transaction.hold_id) == held[0].id))).all()) == 1


async def _until_one_waits(database: Database) -> None:
    """Until a connection waits for another one's commit."""
    waiting = text(
        "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    )
    for _ in range(500):
        async with database.app.connect() as connection:
            if (await connection.execute(waiting)).scalar_one() >= 1:
                return
        await asyncio.sleep(0.01)
    raise AssertionError("nobody waits")
