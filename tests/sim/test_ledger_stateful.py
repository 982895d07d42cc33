"""The whole ledger against a model of what it promises: random requests of every kind, and every answer compared."""

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

import psycopg
import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from sqlalchemy import text

from core.banking.accounts import close_account
from core.banking.tables import Account
from core.db import Database, dsn, owner_url
from core.errors import FinLensError
from core.ids import new_id
from core.ledger.holds import Capture, Done, Promise, capture_hold, expire_holds, place_hold, void_hold
from core.ledger.settlement import settle
from core.ledger.transfers import Posting, Transfer, post_transfers
from core.money import Money
from core.settings import Settings
from tests.factories import check_books, fresh, make_account, make_bank, make_customer
from tests.sim.ledger_model import CASH, HOLD_LIFE, Ledger, Payment, Said

EXAMPLES, STEPS = 300, 50
ACCOUNTS = 5
BEGAN = datetime(2026, 1, 1, tzinfo=UTC)

T = TypeVar("T")


@dataclass
class Bench:
    """The ledger itself, driven from code that cannot wait."""

    runner: asyncio.Runner
    database: Database

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(work)

    async def open(self) -> list[Account]:
        """Cash, then the accounts of customers at two banks."""
        async with self.database.unit() as session:
            banks = [await make_bank(session) for _ in range(2)]
            cash = await make_account(session, banks[0])
            held = [await make_account(session, banks[n % 2], await make_customer(session)) for n in range(1, ACCOUNTS)]
        return [cash, *held]

    async def post(self, transfers: list[Transfer]) -> list[Posting]:
        async with self.database.unit() as session:
            return await post_transfers(session, transfers)

    async def place(self, promise: Promise, now: datetime) -> Done:
        async with self.database.unit() as session:
            return await place_hold(session, promise, now)

    async def capture(self, capture: Capture, now: datetime) -> Done:
        async with self.database.unit() as session:
            return await capture_hold(session, capture, now)

    async def void(self, hold_id: UUID, now: datetime) -> Done:
        async with self.database.unit() as session:
            return await void_hold(session, hold_id, client="model", now=now)

    async def close(self, account: Account) -> None:
        async with self.database.unit() as session:
            await close_account(session, account, BEGAN.date())

    async def settle(self) -> None:
        while await settle(self.database):
            pass

    async def sweep(self, now: datetime) -> None:
        while await expire_holds(self.database, now):
            pass

    async def balances(self, accounts: list[Account]) -> list[tuple[int, int, int]]:
        """Posted, pending and version of each."""
        async with self.database.app.connect() as connection:
            found = await connection.execute(
                text("""
                    SELECT b.posted_minor, b.pending_out_minor
                      FROM unnest(CAST(:ids AS uuid[])) WITH ORDINALITY u(id, ord)
                      JOIN ledger.balance b ON b.account_id = u.id ORDER BY u.ord
                """),
                {"ids": [account.id for account in accounts]},
            )
            return [tuple(row) for row in found]


NUMBERS = st.integers(0, ACCOUNTS)  # one more than there are
AMOUNTS = st.integers(1, 120)


class LedgerMachine(RuleBasedStateMachine):
    bench: Bench

    def __init__(self) -> None:
        super().__init__()
        self.accounts = self.bench.run(self.bench.open())
        self.ids = [*(account.id for account in self.accounts), new_id()]
        self.model = Ledger(ACCOUNTS)
        self.client = fresh("model")
        self.keys = 0
        self.asked: list[tuple[int, Payment]] = []
        self.payment_ids: dict[int, UUID] = {}
        self.hold_ids: dict[int, UUID] = {}
        for number in range(1, ACCOUNTS):
            self._post([(self._key(), Payment(CASH, number, 100))])

    @property
    def now(self) -> datetime:
        return BEGAN + timedelta(minutes=self.model.now)

    @rule(sender=NUMBERS, receiver=NUMBERS, amount=AMOUNTS)
    def pay(self, sender: int, receiver: int, amount: int) -> None:
        self._post([(self._key(), Payment(sender, receiver, amount))])

    @rule(data=st.data(), payments=st.lists(st.tuples(NUMBERS, NUMBERS, AMOUNTS), min_size=2, max_size=8))
    def pay_in_bulk(self, data: st.DataObject, payments: list[tuple[int, int, int]]) -> None:
        """Some of a bulk repeat a key of the same bulk, or of before; some take back what was paid just before."""
        bulk: list[tuple[int, Payment]] = []
        for payment in map(Payment._make, ((*one, None, None) for one in payments)):
            kind = data.draw(st.sampled_from(["new", "new", "again", "reversal"]))
            known = [*self.asked[-5:], *bulk]
            if kind == "again" and known:
                bulk.append(data.draw(st.sampled_from(known)))
            elif kind == "reversal" and known:
                key, paid = data.draw(st.sampled_from(known))
                bulk.append((self._key(), Payment(paid.receiver, paid.sender, payment.amount, reverses=key)))
            else:
                bulk.append((self._key(), payment))
        self._post(bulk)

    @precondition(lambda self: self.asked)
    @rule(data=st.data(), more=st.sampled_from([0, 0, 1]))
    def repeat(self, data: st.DataObject, more: int) -> None:
        """The same key, at times with another amount."""
        key, payment = data.draw(st.sampled_from(self.asked))
        self._post([(key, payment._replace(amount=payment.amount + more))])

    @precondition(lambda self: self.model.paid)
    @rule(data=st.data(), amount=AMOUNTS, is_crossed=st.sampled_from([True, True, True, False]))
    def take_back(self, data: st.DataObject, amount: int, is_crossed: bool) -> None:
        key = data.draw(st.sampled_from(sorted(self.model.paid)))
        paid = self.model.paid[key]
        parties = (paid.receiver, paid.sender) if is_crossed else (paid.sender, paid.receiver)
        self._post([(self._key(), Payment(*parties, amount, reverses=key))])

    @rule(sender=NUMBERS, receiver=NUMBERS, amount=AMOUNTS)
    def accept(self, sender: int, receiver: int, amount: int) -> None:
        key, payment = self._key(), Payment(sender, receiver, amount)
        [posting] = self.bench.run(self.bench.post([self._transfer(key, payment, is_deferred=True)]))
        assert _said(posting) == self.model.accept(key, payment)
        assert posting.failure_code or posting.status == "pending"
        self.asked.append((key, payment))

    @rule()
    def settle(self) -> None:
        self.bench.run(self.bench.settle())
        self.model.settle()

    @rule(payer=NUMBERS, payee=NUMBERS, amount=AMOUNTS, is_repeated=st.booleans())
    def hold(self, payer: int, payee: int, amount: int, is_repeated: bool) -> None:
        key = self._key()
        for _ in range(1 + is_repeated):
            expires_at = self.now + timedelta(minutes=HOLD_LIFE)
            promise = Promise(
                account_id=self.ids[payer], receiver_account_id=self.ids[payee], money=Money(amount, "INR"),
                client=self.client, key=str(key), expires_at=expires_at,
            )  # fmt: skip
            said, done = self._try(self.bench.place(promise, self.now))
            assert said == self.model.hold(key, payer, payee, amount)
            if done:
                assert self.hold_ids.setdefault(key, done.id) == done.id

    @precondition(lambda self: self.hold_ids)
    @rule(data=st.data(), amount=st.none() | AMOUNTS, is_final=st.booleans(), is_repeated=st.booleans())
    def capture(self, data: st.DataObject, amount: int | None, is_final: bool, is_repeated: bool) -> None:
        key, hold_key = self._key(), data.draw(st.sampled_from(sorted(self.hold_ids)))
        for _ in range(1 + is_repeated):
            capture = Capture(
                hold_id=self.hold_ids[hold_key],
                client=self.client,
                key=str(key),
                amount_minor=amount,
                is_final=is_final,
            )
            said, done = self._try(self.bench.capture(capture, self.now))
            assert said == self.model.capture(key, hold_key, amount, is_final)
            if done:
                assert self.payment_ids.setdefault(key, done.id) == done.id

    @precondition(lambda self: self.hold_ids)
    @rule(data=st.data())
    def void(self, data: st.DataObject) -> None:
        hold_key = data.draw(st.sampled_from(sorted(self.hold_ids)))
        said, _ = self._try(self.bench.void(self.hold_ids[hold_key], self.now))
        assert said == self.model.void(hold_key)

    @rule(steps=st.integers(1, HOLD_LIFE + 1), is_swept=st.booleans())
    def wait(self, steps: int, is_swept: bool) -> None:
        self.model.now += steps
        if is_swept:
            self.bench.run(self.bench.sweep(self.now))
            self.model.sweep()

    @precondition(lambda self: len(self.model.closed) < 2)
    @rule(number=st.integers(1, ACCOUNTS - 1))
    def close(self, number: int) -> None:
        said, _ = self._try(self.bench.close(self.accounts[number]))
        assert said == self.model.close(number)

    @rule(number=st.integers(1, ACCOUNTS - 1))
    def empty(self, number: int) -> None:
        """Pay all that is there to somebody, so that accounts get closed at times."""
        if (amount := self.model.balance(number)) > 0:
            self._post([(self._key(), Payment(number, CASH, amount))])

    @invariant()
    def balances_are_the_models(self) -> None:
        expected = [(self.model.balance(n), self.model.pending(n)) for n in range(ACCOUNTS)]
        assert self.bench.run(self.bench.balances(self.accounts)) == expected

    def _key(self) -> int:
        self.keys += 1
        return self.keys

    def _post(self, bulk: list[tuple[int, Payment]]) -> None:
        """Every input gets exactly one answer, the model's, and its sender's balance as it was then."""
        transfers = [self._transfer(key, payment) for key, payment in bulk]
        postings = self.bench.run(self.bench.post(transfers))
        assert len(postings) == len(bulk)
        for (key, payment), posting in zip(bulk, postings, strict=True):
            assert _said(posting) == self.model.pay(key, payment)
            if posting.status == "success" and not posting.is_replay:
                assert posting.sender_balance_after_minor == self.model.balance(payment.sender)
        self.asked += bulk

    def _transfer(self, key: int, payment: Payment, **facts: Any) -> Transfer:
        return Transfer(
            sender_account_id=self.ids[payment.sender],
            receiver_account_id=self.ids[payment.receiver],
            money=Money(payment.amount, "INR"),
            occurred_at=self.now,
            client=self.client,
            key=str(key),
            reverses_id=payment.reverses and self.payment_ids[payment.reverses],
            id=self.payment_ids.setdefault(key, new_id()),
            **facts,
        )

    def _try(self, work: Coroutine[Any, Any, Done | None]) -> tuple[Said, Done | None]:
        try:
            done = self.bench.run(work)
        except FinLensError as refusal:
            return Said(refusal.code, refusal.facts.get("shortfall_minor")), None  # pyright: ignore[reportArgumentType]
        return Said(is_replay=bool(done and done.is_replay)), done


def _said(posting: Posting) -> Said:
    return Said(posting.failure_code, posting.shortfall_minor, posting.is_replay)


@pytest.fixture
def bench(settings_of: Callable[[str], Settings], worker_id: str) -> Iterator[Bench]:
    """A database of its own, so that whoever settles or sweeps meets nobody else's; quick, for here nobody crashes."""
    settings = settings_of(f"model_{worker_id}")
    with psycopg.connect(dsn(owner_url(settings)), autocommit=True) as connection:
        connection.execute(f"ALTER DATABASE model_{worker_id} SET synchronous_commit = off")
    with asyncio.Runner() as runner:

        async def database() -> Database:
            return Database.of(settings)

        opened = runner.run(database())
        yield Bench(runner, opened)
        runner.run(check_books(opened))
        runner.run(opened.close())


def test_ledger_does_what_the_model_says(bench: Bench) -> None:
    machine = type("Machine", (LedgerMachine,), {"bench": bench})
    run_state_machine_as_test(
        machine,
        settings=hypothesis_settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            suppress_health_check=list(HealthCheck),
        ),
    )
