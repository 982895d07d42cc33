"""apply_transfers against a plain model of what it promises, on the same random transfers; every answer must match."""

import random
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from uuid import UUID

import pytest

from core.banking.accounts import close_account
from core.db import Database
from core.ids import new_id
from core.ledger.transfers import Posting, Transfer, post_transfers
from tests.factories import check_books, fresh, make_account, make_bank, make_customer, make_transfer

_NO_TIME = datetime(1, 1, 1, tzinfo=UTC)


@dataclass
class Holding:
    currency: str
    floor_minor: int
    balance_minor: int = 0
    is_closed: bool = False


@dataclass
class Books:
    """One transfer after another, with dictionaries: what the SQL must do, spelled out."""

    holdings: dict[UUID, Holding]
    stored: dict[UUID, tuple[Transfer, Posting]] = field(default_factory=dict)

    def apply(self, transfer: Transfer) -> Posting:
        if transfer.key_fingerprint in self.stored:
            return self._replay(transfer)
        refusal, shortfall = self._refusal(transfer)
        if refusal not in (None, "insufficient_funds"):
            return _answer(None, "failed", refusal)
        if refusal is None:
            self._move(transfer)
        after = self.holdings[transfer.sender_account_id].balance_minor if refusal is None else None
        status = "success" if refusal is None else "failed"
        posting = _answer(transfer.id, status, refusal, shortfall, after=after)
        self.stored[transfer.key_fingerprint] = transfer, posting
        return posting

    def _replay(self, transfer: Transfer) -> Posting:
        first, posting = self.stored[transfer.key_fingerprint]
        if first.request_fingerprint != transfer.request_fingerprint:
            return _answer(None, "failed", "idempotency_key_reused")
        return replace(posting, is_replay=True)

    def _refusal(self, transfer: Transfer) -> tuple[str | None, int | None]:
        sender = self.holdings.get(transfer.sender_account_id)
        receiver = self.holdings.get(transfer.receiver_account_id)
        if transfer.sender_account_id == transfer.receiver_account_id:
            return "same_account", None
        if sender is None or receiver is None:
            return "account_not_found", None
        if sender.is_closed or receiver.is_closed:
            return "account_closed", None
        if {sender.currency, receiver.currency} != {transfer.money.currency}:
            return "currency_mismatch", None
        shortfall = sender.floor_minor + transfer.money.amount_minor - sender.balance_minor
        return ("insufficient_funds", shortfall) if shortfall > 0 else (None, None)

    def _move(self, transfer: Transfer) -> None:
        self.holdings[transfer.sender_account_id].balance_minor -= transfer.money.amount_minor
        self.holdings[transfer.receiver_account_id].balance_minor += transfer.money.amount_minor


@dataclass
class RandomTransfers:
    """Batches that meet every rule often: a few accounts, small balances, keys used again with and without changes."""

    dice: random.Random
    accounts: list[UUID]
    past: list[Transfer] = field(default_factory=list)

    def batch(self) -> list[Transfer]:
        return [self._transfer() for _ in range(self.dice.choice([1, 1, 2, 5, 40, 200]))]

    def _transfer(self) -> Transfer:
        dice = self.dice
        if self.past and dice.random() < 0.25:
            transfer = self._again(dice.choice(self.past[-30:]))
        else:
            currency = "USD" if dice.random() < 0.1 else "INR"
            transfer = make_transfer(
                self._account(), self._account(), dice.randint(1, 120), key=fresh("k"), currency=currency
            )
        self.past.append(transfer)
        return transfer

    def _account(self) -> UUID:
        return new_id() if self.dice.random() < 0.02 else self.dice.choice(self.accounts)

    def _again(self, earlier: Transfer) -> Transfer:
        """The same key: mostly the same request (with an id of its own), at times with another amount."""
        amount = earlier.money.amount_minor + (self.dice.random() < 0.3)
        return make_transfer(
            earlier.sender_account_id, earlier.receiver_account_id, amount,
            key=earlier.key, currency=earlier.money.currency,
        )  # fmt: skip


@pytest.mark.parametrize("seed", range(8))
async def test_every_answer_is_the_models_answer(database: Database, seed: int) -> None:
    print("seed", seed)
    async with database.unit() as session:
        bank, other = await make_bank(session), await make_bank(session)
        cash = await make_account(session, bank)
        rows = [
            await make_account(
                session, home, await make_customer(session), currency=currency, floor_minor=floor
            )
            for home, currency, floor in
            [(bank, "INR", 0), (other, "INR", 0), (bank, "INR", -300), (other, "INR", 0), (bank, "USD", -500)]
        ]  # fmt: skip
        closed = await make_account(session, bank, await make_customer(session))
        await close_account(session, closed, closed.opened_on)
    holdings = {row.id: Holding(row.currency, 0) for row in rows}
    holdings[rows[2].id].floor_minor, holdings[rows[4].id].floor_minor = -300, -500
    holdings[cash.id] = Holding("INR", -(10**18))
    holdings[closed.id] = Holding("INR", 0, is_closed=True)
    books = Books(holdings)
    transfers = RandomTransfers(random.Random(seed), list(holdings))
    for _ in range(25):
        batch = transfers.batch()
        async with database.unit() as session:
            answers = await post_transfers(session, batch)
        expected = [books.apply(transfer) for transfer in batch]
        assert [_timeless(answer) for answer in answers] == expected
        assert all((answer.posted_at is not None) == (answer.status == "success") for answer in answers)
    outcomes = {posting.failure_code for _, posting in books.stored.values()}
    assert outcomes == {None, "insufficient_funds"}
    await check_books(database)


def _answer(
    id: UUID | None, status: str, refusal: str | None, shortfall: int | None = None, *, after: int | None = None
) -> Posting:
    return Posting(id, status, refusal, shortfall, False, after, _NO_TIME, None)


def _timeless(answer: Posting) -> Posting:
    return replace(answer, occurred_at=_NO_TIME, posted_at=None)
