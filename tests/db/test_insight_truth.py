"""Random InsightQueries over a random ledger give exactly what plain Python computes from the raw rows."""

import json
import os
import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from core.banking.tables import Account, Bank, CustomerKind
from core.db import Database
from core.errors import QueryRefused
from core.identity.access import Principal, Role
from core.ids import new_id
from core.insights.compute import compute
from core.insights.query import InsightQuery
from core.insights.refusals import check
from core.ledger.transfers import Transfer, post_transfers
from core.settings import Settings
from tests import plain_insights
from tests.factories import check_books, fresh, make_account, make_bank, make_customer, make_transfer
from tests.plain_insights import Side
from tests.random_insights import ACCOUNTS, AMOUNTS, CATEGORIES, CHANNELS, DAYS, NAMES, START, WORDS, drafts

SEED = 20261122
BORDERS = [
    timedelta(),
    timedelta(hours=18, minutes=29, seconds=59),
    timedelta(hours=18, minutes=30),
    timedelta(hours=23, minutes=30),
]


class World:
    """No dataclass: hypothesis would print a thousand sides beside each counterexample."""

    def __init__(self, sides: list[Side], accounts: list[Any], principals: list[Principal]) -> None:
        self.sides, self.accounts, self.principals = sides, accounts, principals


@pytest.fixture(scope="session")
async def world(database: Database, settings: Settings) -> World:
    dice = random.Random(SEED)
    async with database.unit() as session:
        banks = [await make_bank(session), await make_bank(session)]
        rupees, koruny = await _accounts(session, banks)
        for account in (*rupees, *koruny):
            account.name = dice.choice(ACCOUNTS[:2]) if account.customer_id else "Cash"
    await _trade(database, dice, rupees, 500)
    await _trade(database, dice, koruny, 250)
    await _subscribe(database, rupees)
    await check_books(database)
    _leave_pending(settings, dice, rupees)
    async with database.unit() as session:
        await make_account(session, banks[0], await make_customer(session, name="Nobody pays"))
    sides = await plain_insights.read_sides(database, [bank.id for bank in banks])
    await _annotate(database, dice, sides)
    await _alert(database, dice, sides)
    sides = await plain_insights.read_sides(database, [bank.id for bank in banks])
    people = {side.customer_id for side in sides if side.customer_id}
    principals = [_principal(Role.CUSTOMER, "Asia/Kolkata", customer_id=id_) for id_ in sorted(people, key=str)]
    principals += [_principal(Role.STAFF, "Europe/Prague", bank_id=bank.id) for bank in banks]
    principals.append(_principal(Role.ANALYST, "America/New_York", bank_id=banks[0].id))
    accounts = await plain_insights.read_accounts(database, [bank.id for bank in banks])
    return World(sides, accounts, principals)


async def _accounts(session: Any, banks: Sequence[Bank]) -> tuple[list[Account], list[Account]]:
    """Three people with one account at each bank (the third's in two currencies), two merchants, and cash."""
    people = [await make_customer(session, name=name) for name in NAMES[:3]]
    shops = [
        await make_customer(session, name=name, kind=CustomerKind.BUSINESS, merchant_category_code=code)
        for name, code in zip(NAMES[3:5], ("5411", "5812"), strict=True)
    ]
    rupees = [await make_account(session, bank, person) for person in people[:2] for bank in banks]
    rupees += [await make_account(session, banks[0], customer) for customer in (people[2], shops[0])]
    koruny = [await make_account(session, banks[1], customer, currency="CZK") for customer in (people[2], *shops)]
    cash = [await make_account(session, banks[0], currency=currency) for currency in ("INR", "CZK")]
    return [cash[0], *rupees], [cash[1], *koruny]


async def _trade(database: Database, dice: random.Random, accounts: list[Account], count: int) -> None:
    """The first account is cash. Some payments fail for lack of money, some take back an earlier one."""
    posted: list[Transfer] = []
    for _ in range(count // 50):
        batch = [_payment(dice, accounts, posted) for _ in range(50)]
        async with database.unit() as session:
            postings = await post_transfers(session, batch)
        posted += [t for t, posting in zip(batch, postings, strict=True) if posting.failure_code is None]


async def _subscribe(database: Database, accounts: list[Account]) -> None:
    """A customer pays a shop the same each month, and once gets it back; each pays themselves something each week."""
    cash, payer, other, *_, shop = accounts
    start = datetime.combine(START, datetime.min.time(), UTC) + timedelta(hours=10)
    monthly = [
        make_transfer(payer.id, shop.id, 4_444, occurred_at=start + timedelta(days=30 * n), category="rent")
        for n in range(6)
    ]
    weekly = [make_transfer(payer.id, other.id, 333, occurred_at=start + timedelta(days=7 * n)) for n in range(10)]
    refund = make_transfer(
        shop.id, payer.id, 4_444, reverses_id=monthly[2].id, occurred_at=monthly[2].occurred_at + timedelta(days=2)
    )
    async with database.unit() as session:
        funded = make_transfer(cash.id, payer.id, 100_000, occurred_at=start)
        postings = await post_transfers(session, [funded, *monthly, *weekly, refund])
    assert all(posting.failure_code is None for posting in postings)


def _payment(dice: random.Random, accounts: list[Account], posted: list[Transfer]) -> Transfer:
    sender, receiver = dice.sample(accounts, 2)
    amount = dice.choice(AMOUNTS)
    if dice.random() < 0.3:
        sender, receiver, amount = accounts[0], dice.choice(accounts[1:]), 50_000
    reverses = None
    if posted and dice.random() < 0.1:
        original = dice.choice(posted)
        by_id = {account.id: account for account in accounts}
        sender, receiver = by_id[original.receiver_account_id], by_id[original.sender_account_id]
        amount, reverses = original.money.amount_minor, original.id
    midnight = datetime.combine(START + timedelta(days=dice.randrange(DAYS)), datetime.min.time(), UTC)
    moment = dice.choice([*BORDERS, timedelta(seconds=dice.randrange(86_400))])
    return make_transfer(
        sender.id,
        receiver.id,
        amount,
        currency=sender.currency,
        reverses_id=reverses,
        occurred_at=midnight + moment,
        category=dice.choice([None, *CATEGORIES]),
        channel=dice.choice(CHANNELS),
        description=dice.choice(WORDS),
    )


def _leave_pending(settings: Settings, dice: random.Random, accounts: list[Account]) -> None:
    """Nothing of the product leaves a payment pending yet, so the owner of the tables writes some."""
    assert settings.database_url
    with psycopg.connect(settings.database_url.get_secret_value()) as owner:
        for _ in range(10):
            payment = _payment(dice, accounts[1:], [])
            owner.execute(
                "INSERT INTO ledger.transaction (id, sender_bank_id, sender_account_id, receiver_account_id,"
                " amount_minor, currency, status, occurred_at, key_fingerprint, request_fingerprint)"
                " SELECT %s, bank_id, id, %s, %s, %s, 'pending', %s, %s, %s FROM banking.account WHERE id = %s",
                (payment.id, payment.receiver_account_id, payment.money.amount_minor, payment.money.currency,
                 payment.occurred_at, payment.key_fingerprint, payment.request_fingerprint, payment.sender_account_id),
            )  # fmt: skip


async def _annotate(database: Database, dice: random.Random, sides: list[Side]) -> None:
    async with database.app.begin() as connection:
        for side in dice.sample(sides, len(sides) // 3):
            await connection.execute(
                text(
                    "INSERT INTO insights.annotation (transaction_id, account_id, category) VALUES (:id, :account, :to)"
                ),
                {"id": side.id, "account": side.account_id, "to": dice.choice([None, "gifts", "tax"])},
            )


async def _alert(database: Database, dice: random.Random, sides: list[Side]) -> None:
    paid = [side for side in sides if side.direction == "out" and side.customer_id and side.status == "success"]
    async with database.app.begin() as connection:
        for side in dice.sample(paid, len(paid) // 5):
            status = dice.choice(["open", "confirmed", "dismissed"])
            reasons = [{"code": code} for code in dice.sample(["PASS_THRU", "STRUCT", "ODD_HOUR"], dice.randint(0, 2))]
            await connection.execute(
                text(
                    "INSERT INTO fraud.alert (transaction_id, account_id, bank_id, points, status, occurred_at,"
                    " created_at, decided_at) VALUES (:id, :account, :bank, :points, :status, :at, :at, :decided)"
                    " ON CONFLICT (transaction_id) DO NOTHING"
                ),
                {"id": side.id, "account": side.account_id, "bank": side.bank_id, "at": side.occurred_at,
                 "points": dice.choice([60, 70, 99]), "status": status,
                 "decided": None if status == "open" else side.occurred_at + dice.choice(REVIEWS)},
            )  # fmt: skip
            await connection.execute(
                text(
                    "INSERT INTO fraud.score (transaction_id, account_id, points, reasons)"
                    " VALUES (:id, :account, 70, CAST(:reasons AS jsonb))"
                    " ON CONFLICT (transaction_id) DO UPDATE SET reasons = excluded.reasons"
                ),
                {"id": side.id, "account": side.account_id, "reasons": json.dumps(reasons)},
            )


def _principal(role: Role, zone: str, **scope: Any) -> Principal:
    return Principal(f"user:{new_id()}", f"{fresh('p')}@finlens.example", "P", role, time_zone=zone, **scope)


def nearest(draft: InsightQuery, principal: Principal) -> InsightQuery:
    """The draft, or what its refusal offers instead, which must work."""
    try:
        check(draft, principal)
    except QueryRefused as refusal:
        offered = InsightQuery.model_validate(refusal.facts["nearest"])
        check(offered, principal)
        return offered
    return draft


# Halves of hours fall to the even side, and seconds are whole ones.
REVIEWS = [
    timedelta(minutes=30),
    timedelta(minutes=90),
    timedelta(hours=5, seconds=1),
    timedelta(days=2, microseconds=9),
]
EXAMPLES = int(os.environ.get("FINLENS_INSIGHT_EXAMPLES", "300"))


@settings(max_examples=EXAMPLES, derandomize=True, suppress_health_check=list(HealthCheck))
@given(draft=drafts(), asker=st.integers(0, 7))
async def test_random_queries_are_answered_as_plain_python_does(
    database: Database, world: World, draft: InsightQuery, asker: int
) -> None:
    principal = world.principals[asker]
    query = nearest(draft, principal)
    async with database.look() as connection:
        result = await compute(connection, principal, query)
    assert result.rows == plain_insights.answer(world.sides, principal, query, world.accounts)
    assert all(set(row) >= {column.name for column in result.columns} for row in result.rows)


async def test_the_world_holds_what_the_queries_are_meant_to_tell_apart(world: World) -> None:
    """A green comparison over rows that lack a case would prove nothing about it."""
    sides = world.sides
    assert {side.status for side in sides} == {"success", "failed", "pending"}
    assert {side.currency for side in sides} == {"INR", "CZK"}
    assert any(side.is_own and side.status == "success" for side in sides)
    assert any(side.is_refund and side.status == "success" for side in sides)
    assert any(side.category == "gifts" for side in sides)


async def test_recurring_payments_are_told_from_others(database: Database, world: World) -> None:
    paid = (side for side in world.sides if side.amount_minor == 4_444 and side.direction == "out")
    payer = next(side.customer_id for side in paid if not side.is_refund)  # the shop gave one back
    asker = next(principal for principal in world.principals if principal.customer_id == payer)
    query = InsightQuery.model_validate(
        {
            "measures": ["spend", "count"],
            "group_by": ["recurring"],
            "period": {"start": START, "end": START + timedelta(days=DAYS)},
            "filters": [{"field": "amount_minor", "operator": "between", "values": [4_444, 4_444]}],
        }
    )
    async with database.look() as look:
        found = await compute(look, asker, query)
    assert found.rows == [{"recurring": "recurring", "currency": "INR", "spend": 5 * 4_444, "count": 6}]
