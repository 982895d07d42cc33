"""Transactions over REST: list, read, annotate. Posting one is hot_route.py."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Body, Query, Response
from sqlalchemy import Row
from sqlmodel.ext.asyncio.session import AsyncSession

from core.audit import record
from core.errors import NotFound
from core.identity.access import Principal, Role
from core.identity.guard import CurrentPrincipal, CursorsOf, Look, Unit
from core.insights.splits import Split, divide
from core.ledger.annotations import AnnotationPatch, annotate
from core.ledger.history import (
    TransactionQuery,
    TransactionView,
    entries_page,
    one_entry,
    position_of,
)
from core.paging import Page
from core.versions import IfMatch, check_version, tag

router = APIRouter(prefix="/transactions")


@router.get("")
async def list_transactions(
    query: Annotated[TransactionQuery, Query()], principal: CurrentPrincipal, cursors: CursorsOf, look: Look
) -> Page[TransactionView]:
    """The transactions of the accounts that the caller may see, newest first; one row per side they see."""
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
        session, patch, transaction_id=transaction_id, account_id=side, version=entry.annotation_version,
        actor=principal.subject,
    )  # fmt: skip
    await record(
        session, actor=principal.subject, action="transaction.annotate", subject=f"transaction:{transaction_id}",
        account_id=str(side), fields=[*patch],
    )  # fmt: skip
    tag(response, version)
    return TransactionView.of(await _entry(session, principal, transaction_id, side))


@router.put("/{transaction_id}/split")
async def split_transaction(
    transaction_id: UUID,
    split: Split,
    principal: CurrentPrincipal,
    session: Unit,
    response: Response,
    account_id: UUID | None = None,
    if_match: IfMatch = None,
) -> TransactionView:
    """Divide a payment over several categories, for the caller's side alone. The parts sum to its amount."""
    principal.require(Role.CUSTOMER, Role.STAFF, Role.ADMIN)
    entry = await _entry(session, principal, transaction_id, account_id)
    check_version(if_match, entry.annotation_version)
    side = entry.account_id
    version = await divide(
        session, split, transaction_id=transaction_id, account_id=side, whole_minor=abs(entry.amount_minor),
        version=entry.annotation_version, actor=principal.subject,
    )  # fmt: skip
    await record(
        session, actor=principal.subject, action="transaction.split", subject=f"transaction:{transaction_id}",
        account_id=str(side), categories=[part.category for part in split.parts],
    )  # fmt: skip
    tag(response, version)
    return TransactionView.of(await _entry(session, principal, transaction_id, side))


async def _entry(
    session: AsyncSession, principal: Principal, transaction_id: UUID, account_id: UUID | None
) -> Row[Any]:
    found = await session.execute(one_entry(principal, transaction_id, account_id))  # pyright: ignore[reportDeprecated]
    entry = found.one_or_none()
    if entry is None:
        raise NotFound
    return entry
