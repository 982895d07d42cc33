"""Transactions over REST: post, list, read, annotate."""

from datetime import timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Body, Header, Query, Response
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from sqlalchemy import Row
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from core.app import Services
from core.audit import record
from core.banking.tables import Account
from core.errors import AccountNotFound, IdempotencyKeyMissing, InvalidRequest, NotFound
from core.identity.access import Principal, Role, visible_accounts
from core.identity.guard import CurrentPrincipal, Look, ServicesOf, Unit
from core.ledger.annotations import AnnotationPatch, annotate
from core.ledger.history import (
    CategorySlug,
    Channel,
    TransactionQuery,
    TransactionView,
    entries_page,
    one_entry,
    position_of,
)
from core.ledger.transfers import Posting, Transfer, post_transfers
from core.money import MAX_AMOUNT_MINOR, Currency, Money
from core.paging import Cursors, Page
from core.text import Text
from core.versions import IfMatch, check_version, tag

router = APIRouter(prefix="/transactions")

FUTURE_MAX = timedelta(minutes=5)
"""How far a client's clock may be ahead of ours."""

Amount = Annotated[int, Field(strict=True, ge=1, le=MAX_AMOUNT_MINOR, description="minor units: paise, cents")]
IdempotencyKey = Annotated[str | None, Header(description="1 to 255 characters; the same key never pays twice")]


class NewTransaction(BaseModel):
    """A payment to make. `occurred_at` is now, where it is not given."""

    model_config = ConfigDict(extra="forbid")

    sender_account_id: UUID
    receiver_account_id: UUID
    amount_minor: Amount
    currency: Currency
    description: Text = ""
    category: CategorySlug | None = None
    channel: Channel = "transfer"
    occurred_at: AwareDatetime | None = None


@router.post("", status_code=201)
async def post_transaction(
    new: NewTransaction,
    principal: CurrentPrincipal,
    services: ServicesOf,
    response: Response,
    idempotency_key: IdempotencyKey = None,
) -> TransactionView:
    """Move money. The same Idempotency-Key gives the same answer for ever, a refusal for want of money included."""
    principal.require(Role.CUSTOMER, Role.STAFF, Role.ADMIN)
    transfer = _transfer(new, principal, services, idempotency_key)
    # A unit of its own, not the request's: a refused payment is stored too, and raising would undo that.
    async with services.database.unit() as session:
        await _require_own(session, principal, new.sender_account_id)
        [posting] = await post_transfers(session, [transfer])
        await _leave_trail(session, principal, posting)
        entry = await _entry(session, principal, posting.id, new.sender_account_id) if posting.id else None
    if refusal := posting.refusal():
        raise refusal
    if posting.is_replay:
        response.headers["Idempotency-Replayed"] = "true"
    assert entry is not None  # what was posted has an id
    return TransactionView.of(entry)


@router.get("")
async def list_transactions(
    query: Annotated[TransactionQuery, Query()], principal: CurrentPrincipal, services: ServicesOf, look: Look
) -> Page[TransactionView]:
    """The transactions of the accounts that the caller may see, newest first; one row per side they see."""
    cursors = Cursors.of(services.settings)
    rows = (await look.execute(entries_page(principal, query, cursors.position(query)))).all()
    return cursors.page(query, rows, view=TransactionView.of, position=position_of)


@router.get("/{transaction_id}")
async def read_transaction(
    transaction_id: UUID,
    principal: CurrentPrincipal,
    session: Unit,
    response: Response,
    account_id: UUID | None = None,
) -> TransactionView:
    """One transaction from the caller's side: the sender's where they see both, or that of `account_id`."""
    entry = await _entry(session, principal, transaction_id, account_id)
    tag(response, entry.annotation_version)
    return TransactionView.of(entry)


@router.patch("/{transaction_id}")
async def patch_transaction(
    transaction_id: UUID,
    patch: Annotated[AnnotationPatch, Body()],
    principal: CurrentPrincipal,
    session: Unit,
    response: Response,
    account_id: UUID | None = None,
    if_match: IfMatch = None,
) -> TransactionView:
    """Say what a payment was: its category and a note, for the caller's side alone."""
    principal.require(Role.CUSTOMER, Role.STAFF, Role.ADMIN)
    entry = await _entry(session, principal, transaction_id, account_id)
    check_version(if_match, entry.annotation_version)
    side = entry.account_id
    version = await annotate(
        session, patch, transaction_id=transaction_id, account_id=side, version=entry.annotation_version
    )
    await record(
        session, actor=principal.subject, action="transaction.annotate", subject=f"transaction:{transaction_id}",
        account_id=str(side), fields=[*patch],
    )  # fmt: skip
    tag(response, version)
    return TransactionView.of(await _entry(session, principal, transaction_id, side))


def _transfer(new: NewTransaction, principal: Principal, services: Services, key: str | None) -> Transfer:
    if not key or len(key) > 255:
        raise IdempotencyKeyMissing
    now = services.now()
    if new.occurred_at is not None and new.occurred_at > now + FUTURE_MAX:
        raise InvalidRequest("occurred_at lies in the future")
    return Transfer(
        sender_account_id=new.sender_account_id,
        receiver_account_id=new.receiver_account_id,
        money=Money(new.amount_minor, new.currency),
        occurred_at=new.occurred_at or now,
        client=principal.subject,
        key=key,
        description=new.description,
        category=new.category,
        channel=new.channel,
    )


async def _require_own(session: AsyncSession, principal: Principal, account_id: UUID) -> None:
    may_send = visible_accounts(principal, customer_id=col(Account.customer_id), bank_id=col(Account.bank_id))
    found = await session.exec(select(Account.id).where(Account.id == account_id, may_send))
    if found.one_or_none() is None:
        raise AccountNotFound


async def _leave_trail(session: AsyncSession, principal: Principal, posting: Posting) -> None:
    if posting.id and not posting.is_replay:
        await record(
            session, actor=principal.subject, action="transaction.post", subject=f"transaction:{posting.id}",
            status=posting.status,
        )  # fmt: skip


async def _entry(
    session: AsyncSession, principal: Principal, transaction_id: UUID, account_id: UUID | None
) -> Row[Any]:
    found = await session.execute(one_entry(principal, transaction_id, account_id))  # pyright: ignore[reportDeprecated]
    entry = found.one_or_none()
    if entry is None:
        raise NotFound
    return entry
