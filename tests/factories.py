"""Rows for tests, fresh each time: a test states only what matters to it. The caller's unit commits."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from uuid import UUID

from pwdlib import PasswordHash
from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from core.banking.accounts import open_accounts
from core.banking.banks import add_bank
from core.banking.customers import NewCustomer, add_customers
from core.banking.tables import Account, AccountKind, Bank, Customer
from core.db import Database
from core.identity.access import Role
from core.identity.tables import User
from core.ids import new_id
from core.ledger.transfers import Posting, Transfer, post_transfers
from core.money import Money

PASSWORD = "correct horse battery staple"


def fresh(word: str) -> str:
    """A word nobody else in this database has."""
    return f"{word}-{new_id().hex[-12:]}"


async def make_bank(session: AsyncSession, **facts: str) -> Bank:
    return await add_bank(session, **{"name": fresh("Bank"), "code": fresh("B"), **facts})


async def make_customer(session: AsyncSession, **facts: object) -> Customer:
    new = NewCustomer.model_validate({"name": fresh("Customer"), "email": f"{fresh('c')}@finlens.example", **facts})
    [customer] = await add_customers(session, [new])
    return customer


async def make_account(
    session: AsyncSession,
    bank: Bank,
    customer: Customer | None = None,
    *,
    kind: AccountKind | None = None,
    currency: str = "INR",
    floor_minor: int | None = None,
) -> Account:
    """A customer's account, or a system one where there is no customer."""
    account = Account(
        bank_id=bank.id,
        customer_id=customer.id if customer else None,
        kind=kind or (AccountKind.CUSTOMER if customer else AccountKind.SYSTEM),
        number=fresh("A"),
        name=fresh("Account"),
        currency=currency,
        opened_on=date(2024, 1, 1),
    )
    await open_accounts(session, [account], floor_minor=floor_minor)
    return account


@cache
def _password_hash() -> str:
    """Hashed once per run: argon2id is slow on purpose."""
    return PasswordHash.recommended().hash(PASSWORD)


async def make_user(
    session: AsyncSession, role: Role, *, customer: Customer | None = None, bank: Bank | None = None
) -> User:
    """Somebody who logs in with PASSWORD."""
    user = User(
        email=f"{fresh(role)}@finlens.example",
        name=fresh(role),
        password_hash=_password_hash(),
        role=role,
        customer_id=customer.id if customer else None,
        bank_id=bank.id if bank else None,
    )
    session.add(user)
    await session.flush()
    return user


def make_transfer(sender: UUID, receiver: UUID, amount_minor: int, **facts: object) -> Transfer:
    defaults = {"occurred_at": datetime.now(UTC), "client": "test", "key": fresh("key")}
    currency = str(facts.pop("currency", "INR"))
    return Transfer(
        sender_account_id=sender,
        receiver_account_id=receiver,
        money=Money(amount_minor, currency),
        **{**defaults, **facts},  # pyright: ignore[reportArgumentType]
    )


async def pay(session: AsyncSession, sender: Account, receiver: Account, amount_minor: int, **facts: object) -> Posting:
    """One posted payment in the sender's currency."""
    transfer = make_transfer(sender.id, receiver.id, amount_minor, currency=sender.currency, **facts)
    [posting] = await post_transfers(session, [transfer])
    assert posting.failure_code is None, posting
    return posting


@dataclass(frozen=True)
class Town:
    """A bank with its cash and two customers, each holding one account with 1,000.00 INR."""

    bank: Bank
    cash: Account
    asha: Customer
    asha_account: Account
    ravi: Customer
    ravi_account: Account


async def make_town(session: AsyncSession) -> Town:
    bank = await make_bank(session)
    cash = await make_account(session, bank)
    asha, ravi = await make_customer(session, name="Asha"), await make_customer(session, name="Ravi")
    town = Town(
        bank, cash, asha, await make_account(session, bank, asha), ravi, await make_account(session, bank, ravi)
    )
    await pay(session, cash, town.asha_account, 100_000)
    await pay(session, cash, town.ravi_account, 100_000)
    return town


async def check_books(database: Database) -> None:
    """Every money test ends here: the books sum to zero per currency, each balance is the sum of its entries, counted
    and numbered without a gap, and what is pending is what remains of the active holds."""
    async with database.app.connect() as connection:
        drift = await connection.execute(
            text(
                "SELECT currency, sum(posted_minor) FROM ledger.balance GROUP BY currency HAVING sum(posted_minor) <> 0"
            )
        )
        assert drift.all() == []
        wrong = await connection.execute(
            text("""
                SELECT b.account_id, b.posted_minor, e.total, b.version, e.entries, e.last
                  FROM ledger.balance b
                  LEFT JOIN LATERAL (
                    SELECT coalesce(sum(x.amount), 0) AS total, count(*) AS entries,
                           coalesce(max(x.version), 0) AS last, count(DISTINCT x.version) AS versions
                      FROM (SELECT -amount_minor AS amount, sender_version AS version
                              FROM ledger.transaction WHERE sender_account_id = b.account_id AND status = 'success'
                            UNION ALL
                            SELECT amount_minor, receiver_version
                              FROM ledger.transaction WHERE receiver_account_id = b.account_id AND status = 'success') x
                  ) e ON true
                 WHERE (b.posted_minor, b.version, b.version, b.version) <> (e.total, e.entries, e.last, e.versions)
            """)
        )
        assert wrong.all() == []
        unaccounted = await connection.execute(
            text("""
                SELECT b.account_id, b.pending_out_minor, h.rest
                  FROM ledger.balance b
                  LEFT JOIN LATERAL (
                    SELECT coalesce(sum(amount_minor - captured_minor), 0) AS rest
                      FROM ledger.hold WHERE account_id = b.account_id AND status = 'active'
                  ) h ON true
                 WHERE b.pending_out_minor <> h.rest
            """)
        )
        assert unaccounted.all() == []
