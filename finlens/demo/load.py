"""Loading the demo bank: found it once, then post whatever days are missing."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import zip_longest
from uuid import UUID

from sqlalchemy import text
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from core.banking.tables import Account, Bank
from core.db import Database
from core.errors import SetupError
from core.ids import fingerprint
from core.ledger.relay import relaying
from core.ledger.transfers import BATCH_MAX, Transfer, post_transfers
from core.money import Money
from core.settings import Settings
from finlens.demo.cast import BANKS, HOME_BANK, account_of, cast
from finlens.demo.days import payments_on
from finlens.demo.founding import found, number_of
from finlens.demo.logins import keep_logins
from finlens.demo.payment import DemoPayment, in_time
from finlens.demo.truth import keep_truth

CLIENT = "demo"
"""Whose idempotency keys the demo's payments carry: posting a day again posts nothing."""
MONTHS_BEFORE = 18
SPAN_DAYS = 10
"""Posted together: about a full batch."""
LABEL_AFTER = timedelta(days=5)
"""How long it takes until somebody knows what a payment was."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """What one run added."""

    posted: int
    failed: int
    """Stored as failed: the demo's people run out of money now and then."""

    def __add__(self, other: "Loaded") -> "Loaded":
        return Loaded(self.posted + other.posted, self.failed + other.failed)


async def load_demo(
    settings: Settings,
    database: Database,
    *,
    until: date,
    progress: Callable[[str], None] = lambda _: None,
    months: int = MONTHS_BEFORE,
) -> Loaded:
    """The demo bank with every day before `until`: founded if it is missing, else topped up.

    It begins on the first of a month, `months` before `until` of the first run. Running it again posts nothing twice,
    and keeps the logins on `settings.demo_password`.
    """
    if settings.demo_password is None:
        raise SetupError("The demo bank needs a password: set FINLENS_DEMO_PASSWORD")
    async with database.unit() as session:
        start = await _started(session)
        if start is not None:
            first = await _first_missing(session, start, until)
        else:
            start = first = _months_before(until, months)
            progress("Founding the demo bank: people, shops and their accounts")
            await found(session, settings, start)
        await keep_logins(session, settings.demo_password.get_secret_value())
        accounts = await _accounts(session)
        await keep_truth(session, accounts, start)
    loaded = Loaded(0, 0)
    async with relaying(database, lambda done, of: progress(f"Demo bank: {done:,} of the last {of:,} payments scored")):
        async for last, payments in _planned(first, until, start):
            loaded += await _post(database, accounts, payments)
            progress(f"Demo bank: {loaded.posted:,} payments posted, up to {last:%d %B %Y}")
    return loaded


async def _started(session: AsyncSession) -> date | None:
    """The day the demo bank opened; None if there is none yet."""
    first = cast().accounts[account_of("cash", HOME_BANK.code)]
    wanted = select(Account).join(Bank).where(Bank.code == first.bank, Account.number == number_of(first))
    account = (await session.exec(wanted)).one_or_none()
    return account and account.opened_on


async def _accounts(session: AsyncSession) -> dict[str, UUID]:
    """Account ids by the cast's keys."""
    codes = [bank.code for bank in BANKS]
    found = await session.exec(
        select(Bank.code, Account.number, Account.id).join(Bank).where(col(Bank.code).in_(codes))
    )
    ids = {(code, number): account_id for code, number, account_id in found}
    return {plan.key: ids[plan.bank, number_of(plan)] for plan in cast().accounts.values()}


async def _first_missing(session: AsyncSession, start: date, until: date) -> date:
    """The day to go on from. A day is done when its last payment is stored; the last one done comes along once more,
    because people further west may end their day later. Keys see to it that nothing is posted twice."""
    day = max(until - timedelta(days=1), start)
    while day > start and not await _is_stored(session, payments_on(day, start)[-1]):
        day -= timedelta(days=1)
    return day


async def _is_stored(session: AsyncSession, payment: DemoPayment) -> bool:
    found = await session.execute(
        text("SELECT FROM ledger.transaction WHERE key_fingerprint = :key"), {"key": fingerprint(CLIENT, payment.key)}
    )
    return found.first() is not None


async def _planned(first: date, until: date, start: date) -> AsyncIterator[tuple[date, list[DemoPayment]]]:
    """The payments of some days at a time, with the last of these days. The next ones are thought up meanwhile."""
    days = [first + timedelta(days=number) for number in range((until - first).days)]
    spans = [days[number : number + SPAN_DAYS] for number in range(0, len(days), SPAN_DAYS)]
    ahead = [asyncio.create_task(asyncio.to_thread(_payments_of, span, start)) for span in spans[:1]]
    for span, following in zip_longest(spans, spans[1:]):
        payments = await ahead.pop()
        if following:
            ahead.append(asyncio.create_task(asyncio.to_thread(_payments_of, following, start)))
        yield span[-1], payments


def _payments_of(days: Sequence[date], start: date) -> list[DemoPayment]:
    return sorted((payment for day in days for payment in payments_on(day, start)), key=in_time)


async def _post(database: Database, accounts: dict[str, UUID], payments: Sequence[DemoPayment]) -> Loaded:
    loaded = Loaded(0, 0)
    for first in range(0, len(payments), BATCH_MAX):
        batch = payments[first : first + BATCH_MAX]
        async with database.unit() as session:
            postings = await post_transfers(session, [_transfer(payment, accounts) for payment in batch])
            await _label(
                session, [p for p, posting in zip(batch, postings, strict=True) if posting.status == "success"]
            )
        fresh = [posting.status for posting in postings if not posting.is_replay]
        loaded += Loaded(fresh.count("success"), fresh.count("failed"))
    return loaded


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
