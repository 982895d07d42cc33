"""What the ledger is measured against: the same promises kept in the two ordinary ways, and FastAPI's own bound.

`python -m finlens.bench.designs orm|function|noop` serves one as `finlens serve api` serves the product: a process of
its own, uvicorn, one worker. The two that keep promises ask on every request who the bearer of the token is now.
"""

import sys
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

import uvicorn
from fastapi import FastAPI, Header
from psycopg_pool import AsyncConnectionPool
from pydantic import BaseModel, Field
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.orm import Session
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from core.db import app_url, dsn, owner_url
from core.errors import (
    AccountClosed,
    AccountNotFound,
    CurrencyMismatch,
    IdempotencyKeyReused,
    InsufficientFunds,
    SameAccount,
    TokenRefused,
)
from core.identity.access import Role
from core.identity.tables import User
from core.identity.tokens import claims_of_access_token
from core.ids import fingerprint, new_id
from core.ledger.tables import Balance, OutboxEvent, Transaction
from core.ledger.transfers import Transfer, apply_transfers
from core.money import MAX_AMOUNT_MINOR, Money
from core.monitoring import health
from core.problems import install_problem_handlers
from core.settings import Settings
from finlens.presence import present
from finlens.processes import obey_leash

POOL = 8
"""Connections of either baseline: 4, 8 and 16 did the same here, for both keep the processor busy and not the disk."""


class Payment(BaseModel):
    sender_account_id: UUID
    receiver_account_id: UUID
    amount_minor: Annotated[int, Field(strict=True, ge=1, le=MAX_AMOUNT_MINOR)]
    currency: str
    description: str = ""


class Posted(BaseModel):
    id: UUID
    status: str
    sender_balance_after_minor: int | None


Bearer = Annotated[str, Header(alias="authorization")]
Key = Annotated[str, Header(alias="idempotency-key", min_length=1, max_length=255)]


def noop(_: Settings) -> FastAPI:
    """Reads what every payment carries and answers like one: the least that a FastAPI route can do."""
    app = _app()
    nobody = UUID(int=0)

    @app.post("/transactions", status_code=201)
    async def post(payment: Payment, key: Key) -> Posted:
        return Posted(id=nobody, status="success", sender_balance_after_minor=payment.amount_minor)

    return app


def function(settings: Settings) -> FastAPI:
    """One call of the product's own SQL function, and one commit, per request."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncGenerator[None]:
        async with pool:
            yield

    pool = AsyncConnectionPool(dsn(app_url(settings)), min_size=POOL, open=False, kwargs={"autocommit": True})
    app = _app(lifespan=lifespan)

    @app.post("/transactions", status_code=201)
    async def post(payment: Payment, key: Key, bearer: Bearer) -> Posted:
        user_id = _user_id(settings, bearer)
        transfer = Transfer(
            sender_account_id=payment.sender_account_id,
            receiver_account_id=payment.receiver_account_id,
            money=Money(payment.amount_minor, payment.currency),
            occurred_at=datetime.now(UTC),
            client=f"user:{user_id}",
            key=key,
            description=payment.description,
        )
        async with pool.connection() as connection:
            may_send = await connection.execute(_MAY_SEND, (user_id, payment.sender_account_id))
            if await may_send.fetchone() is None:
                raise AccountNotFound
            [posting] = await apply_transfers(connection, [transfer], [None])
        if refusal := posting.refusal():
            raise refusal
        assert posting.id is not None  # what was posted has one
        return Posted(
            id=posting.id, status=posting.status, sender_balance_after_minor=posting.sender_balance_after_minor
        )

    return app


_MAY_SEND = """
    SELECT 1 FROM identity.app_user u JOIN banking.account a USING (bank_id)
     WHERE u.id = %s AND u.disabled_at IS NULL AND u.role = 'staff' AND a.id = %s
"""


def orm(settings: Settings) -> FastAPI:
    """A SQLModel session per request: rows locked, read, changed and committed by the application.

    The session is asynchronous: on two cores that did a quarter more than plain sessions in FastAPI's thread pool.
    """
    engine = create_async_engine(owner_url(settings), pool_size=POOL, max_overflow=0)
    app = _app()

    @app.post("/transactions", status_code=201)
    async def post(payment: Payment, key: Key, bearer: Bearer) -> Posted:
        async with AsyncSession(engine, expire_on_commit=False) as session:
            try:
                transaction = await session.run_sync(_post, payment, _user_id(settings, bearer), key)
                await session.commit()
            except IntegrityError as error:
                # Locks on the accounts keep twins apart, so whoever was first with this key paid somebody else.
                raise IdempotencyKeyReused from error
        if transaction.status == "failed":
            raise InsufficientFunds(shortfall_minor=transaction.shortfall_minor)
        return Posted(
            id=transaction.id,
            status=transaction.status,
            sender_balance_after_minor=transaction.sender_balance_after_minor,
        )

    return app


def _staff(session: Session, user_id: UUID) -> User:
    user = session.get(User, user_id)
    if user is None or user.disabled_at is not None or user.role != Role.STAFF:
        raise TokenRefused
    return user


def _post(session: Session, payment: Payment, user_id: UUID, key: str) -> Transaction:
    """The stored transaction of this key, or a new one with its two balances and its outbox row. Does not commit."""
    user = _staff(session, user_id)
    sender, receiver = _locked(session, payment, user)
    client = f"user:{user_id}"
    known = session.scalars(select(Transaction).where(Transaction.key_fingerprint == fingerprint(client, key))).first()
    request = fingerprint(payment.model_dump_json())
    if known is not None:
        if known.request_fingerprint != request:
            raise IdempotencyKeyReused
        return known
    shortfall_minor = sender.floor_minor + sender.pending_out_minor + payment.amount_minor - sender.posted_minor
    now = datetime.now(UTC)
    transaction = Transaction(
        id=new_id(),
        sender_bank_id=sender.bank_id,
        **payment.model_dump(),
        status="failed" if shortfall_minor > 0 else "success",
        occurred_at=now,
        key_fingerprint=fingerprint(client, key),
        request_fingerprint=request,
    )
    if shortfall_minor > 0:
        transaction.failure_code, transaction.shortfall_minor = "insufficient_funds", shortfall_minor
    else:
        _move(transaction, sender, receiver, now)
    session.add(transaction)
    session.add(
        OutboxEvent(
            transaction_id=transaction.id,
            sender_account_id=sender.account_id,
            receiver_account_id=receiver.account_id,
            occurred_at=now,
            actor=client,
        )
    )
    return transaction


def _locked(session: Session, payment: Payment, user: User) -> tuple[Balance, Balance]:
    """Both balances, locked in id order; refused unless money may go from the one to the other."""
    if payment.sender_account_id == payment.receiver_account_id:
        raise SameAccount
    wanted = (payment.sender_account_id, payment.receiver_account_id)
    found = session.scalars(
        select(Balance).where(col(Balance.account_id).in_(wanted)).order_by(col(Balance.account_id)).with_for_update()
    )
    balances = {balance.account_id: balance for balance in found}
    try:
        sender, receiver = (balances[account_id] for account_id in wanted)
    except KeyError as error:
        raise AccountNotFound from error
    if sender.bank_id != user.bank_id:
        raise AccountNotFound
    if sender.is_closed or receiver.is_closed:
        raise AccountClosed
    if {sender.currency, receiver.currency} != {payment.currency}:
        raise CurrencyMismatch
    return sender, receiver


def _move(transaction: Transaction, sender: Balance, receiver: Balance, now: datetime) -> None:
    sender.posted_minor -= transaction.amount_minor
    receiver.posted_minor += transaction.amount_minor
    sender.version += 1
    receiver.version += 1
    transaction.posted_at = now
    transaction.sender_balance_after_minor, transaction.sender_version = sender.posted_minor, sender.version
    transaction.receiver_balance_after_minor, transaction.receiver_version = receiver.posted_minor, receiver.version


def _user_id(settings: Settings, bearer: str) -> UUID:
    return claims_of_access_token(settings, bearer.removeprefix("Bearer "), datetime.now(UTC)).user_id


def _app(**facts) -> FastAPI:
    app = FastAPI(**facts)
    app.include_router(health.router)
    install_problem_handlers(app)
    return app


DESIGNS: dict[str, Callable[[Settings], FastAPI]] = {"orm": orm, "function": function, "noop": noop}


def _serve(name: str) -> None:
    obey_leash()
    settings = Settings()
    with present(settings.home, name):
        uvicorn.run(DESIGNS[name](settings), host=settings.api_host, port=settings.api_port, access_log=False)


if __name__ == "__main__":
    _serve(sys.argv[1])
