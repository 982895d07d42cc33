"""Taking a payment back, in whole or in part: a new payment the other way, which names the first one."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from core.errors import NotAllowed, NotFound, NotReversible, ReversalExceedsOriginal
from core.identity.access import Principal
from core.ids import fingerprint
from core.ledger.payers import PAYERS, sees_account
from core.ledger.tables import Transaction, TransactionStatus
from core.ledger.transfers import Posting, Transfer, post_transfers
from core.money import Money

CHANNEL = "reversal"


async def reverse(
    session: AsyncSession,
    principal: Principal,
    original_id: UUID,
    *,
    amount_minor: int | None,
    description: str,
    key: str,
    now: datetime,
) -> Posting:
    """The answer to giving back `amount_minor`, or all that has not been given back, of a payment.

    apply_transfers has the last word: however many try at once, together they never give back more than was paid.
    Raises NotFound to those who cannot see the payment, NotAllowed unless they may pay out of the account that got it.
    """
    original = await _original(session, principal, original_id)
    amount = amount_minor or await _amount_before(session, principal, key) or await _left(session, original)
    if amount <= 0:
        raise ReversalExceedsOriginal("All of this payment has been given back")
    transfer = Transfer(
        sender_account_id=original.receiver_account_id,
        receiver_account_id=original.sender_account_id,
        money=Money(amount, original.currency),
        occurred_at=now,
        client=principal.subject,
        key=key,
        description=description or original.description,
        category=original.category,
        channel=CHANNEL,
        reverses_id=original.id,
    )
    [posting] = await post_transfers(session, [transfer])
    return posting


async def _original(session: AsyncSession, principal: Principal, id: UUID) -> Transaction:
    principal.require(*PAYERS)
    original = (await session.exec(select(Transaction).where(Transaction.id == id))).one_or_none()
    if original is None:
        raise NotFound
    if not await sees_account(session, principal, original.receiver_account_id):
        if await sees_account(session, principal, original.sender_account_id):
            raise NotAllowed("Only who received a payment, or their bank, can give it back")
        raise NotFound
    if original.status != TransactionStatus.SUCCESS:
        raise NotReversible(f"This payment is {original.status}: nothing was paid that could be given back")
    return original


async def _amount_before(session: AsyncSession, principal: Principal, key: str) -> int | None:
    """The amount when this was asked first: "all that is left" is less by then, and the answer must be the same."""
    stored = select(Transaction.amount_minor).where(Transaction.key_fingerprint == fingerprint(principal.subject, key))
    return (await session.exec(stored)).one_or_none()


async def _left(session: AsyncSession, original: Transaction) -> int:
    given_back = select(func.coalesce(func.sum(Transaction.amount_minor), 0)).where(
        Transaction.reverses_id == original.id, col(Transaction.status) == TransactionStatus.SUCCESS
    )
    return original.amount_minor - int((await session.exec(given_back)).one())
