"""Loading the demo bank: found it once, then post whatever days are missing."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from uuid import UUID

from sqlalchemy import text
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from core.banking.tables import Account, Bank
from core.db import Database
from core.errors import SetupError
from core.ids import fingerprint
from core.ledger.transfers import BATCH_MAX, Transfer, post_transfers
from core.money import Money
from core.settings import Settings
from finlens.demo.cast import BANKS, HOME_BANK, account_of, cast
from finlens.demo.days import payments_on
from finlens.demo.founding import found, number_of
from finlens.demo.logins import keep_logins
from finlens.demo.payment import DemoPayment, in_time

CLIENT = "demo"
"""Whose idempotency keys the demo's payments carry: posting a day again posts nothing."""
MONTHS_BEFORE = 18
LABEL_AFTER = timedelta(days=5)
"""How long it takes until somebody knows what a payment was."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """What one run added."""

    posted: int
    failed: int
    """Stored as failed: the demo's people run out of money now and then."""


async def load_demo(
    settings: Settings, database: Database, *, until: date, progress: Callable[[str], None] = lambda _: None
) -> Loaded:
    """The demo bank with every day before `until`: founded if it is missing, else topped up.

    It begins on the first of a month, 18 months before `until` of the first run. Running it again posts nothing twice,
    and keeps the logins on `settings.demo_password`.
    """
    if settings.demo_password is None:
        raise SetupError("The demo bank needs a password: set FINLENS_DEMO_PASSWORD")
    async with database.unit() as session:
        start = await _started(session)
        if start is None:
            start = _months_before(until, MONTHS_BEFORE)
            progress("Founding the demo bank: people, shops and their accounts")
            await found(session, settings, start)
        await keep_logins(session, settings.demo_password.get_secret_value())
        accounts = await _accounts(session)
        progress("Looking up what the demo bank's people have done since")
        missing = await _missing(session, start, until)
    return await _post(database, accounts, missing, progress)


async def _started(session: AsyncSession) -> date | None:
    """The day the demo bank opened; None if there is none yet."""
    first = cast().accounts[account_of("cash", HOME_BANK.code)]
    found = await session.exec(
        select(Account.opened_on).join(Bank).where(Bank.code == first.bank, Account.number == number_of(first))
    )
    return found.one_or_none()


async def _accounts(session: AsyncSession) -> dict[str, UUID]:
    """Account ids by the cast's keys."""
    codes = [bank.code for bank in BANKS]
    found = await session.exec(select(Bank.code, Account.number, Account.id).join(Bank).where(Bank.code.in_(codes)))
    ids = {(code, number): account_id for code, number, account_id in found}
    return {plan.key: ids[plan.bank, number_of(plan)] for plan in cast().accounts.values()}


async def _missing(session: AsyncSession, start: date, until: date) -> list[DemoPayment]:
    """The payments of the days that are not stored yet, in the order of time.

    A day is done when its last payment is stored. The last day done comes along once more, because people further west
    may end their day later; their keys see to it that nothing is posted twice.
    """
    missing: list[DemoPayment] = []
    day = until - timedelta(days=1)
    while day >= start:
        payments = payments_on(day, start)
        missing += payments
        if await _is_stored(session, payments[-1]):
            break
        day -= timedelta(days=1)
    return sorted(missing, key=in_time)


async def _is_stored(session: AsyncSession, payment: DemoPayment) -> bool:
    found = await session.execute(
        text("SELECT FROM ledger.transaction WHERE key_fingerprint = :key"), {"key": fingerprint(CLIENT, payment.key)}
    )
    return found.first() is not None


async def _post(
    database: Database,
    accounts: dict[str, UUID],
    payments: Sequence[DemoPayment],
    progress: Callable[[str], None],
) -> Loaded:
    posted = failed = 0
    for first, last in pairwise([*range(0, len(payments), BATCH_MAX), len(payments)]):
        batch = payments[first:last]
        async with database.unit() as session:
            postings = await post_transfers(session, [_transfer(payment, accounts) for payment in batch])
            moved = [p for p, posting in zip(batch, postings, strict=True) if posting.failure_code is None]
            await _label(session, moved)
        fresh = [posting for posting in postings if not posting.is_replay]
        posted += sum(posting.failure_code is None for posting in fresh)
        failed += sum(posting.failure_code is not None for posting in fresh)
        progress(f"Demo bank: {last:,} of {len(payments):,} payments, up to {batch[-1].at:%d %B %Y}")
    return Loaded(posted, failed)


def _transfer(payment: DemoPayment, accounts: dict[str, UUID]) -> Transfer:
    return Transfer(
        id=payment.id,
        sender_account_id=accounts[payment.sender],
        receiver_account_id=accounts[payment.receiver],
        money=Money(payment.amount_minor, payment.currency),
        occurred_at=payment.at,
        client=CLIENT,
        key=payment.key,
        description=payment.description,
        category=payment.category,
        channel=payment.channel,
        reverses_id=payment.refunds,
    )


_LABEL = text("""
    INSERT INTO fraud.label (transaction_id, is_fraud, typology, source, labelled_at)
    VALUES (:id, :is_fraud, :typology, 'demo', :labelled_at)
        ON CONFLICT DO NOTHING
""")


async def _label(session: AsyncSession, payments: Sequence[DemoPayment]) -> None:
    labels = list(_labels(payments))
    if labels:
        await session.execute(_LABEL, labels)


def _labels(payments: Sequence[DemoPayment]) -> Iterator[dict[str, object]]:
    for payment in payments:
        if payment.label is not None:
            yield {
                "id": payment.id,
                "is_fraud": payment.label.is_fraud,
                "typology": payment.label.typology,
                "labelled_at": payment.at + LABEL_AFTER,
            }


def _months_before(day: date, months: int) -> date:
    index = day.year * 12 + day.month - 1 - months
    return date(index // 12, index % 12 + 1, 1)
