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
    entry = await _entry_to_change(session, principal, transaction_id, account_id, if_match)
    version = await annotate(
        session, patch, transaction_id=transaction_id, account_id=entry.account_id, version=entry.annotation_version,
        actor=principal.subject,
    )  # fmt: skip
    tag(response, version)
    return await _changed(session, principal, entry, "transaction.annotate", fields=[*patch])


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
    entry = await _entry_to_change(session, principal, transaction_id, account_id, if_match)
    version = await divide(
        session, split, transaction_id=transaction_id, account_id=entry.account_id,
        whole_minor=abs(entry.amount_minor), version=entry.annotation_version, actor=principal.subject,
    )  # fmt: skip
    tag(response, version)
    categories = [part.category for part in split.parts]
    return await _changed(session, principal, entry, "transaction.split", categories=categories)


async def _entry_to_change(
    session: AsyncSession, principal: Principal, transaction_id: UUID, account_id: UUID | None, if_match: str | None
) -> Row[Any]:
    """The caller's side, of which they may say something else and know what is said now."""
    principal.require(Role.CUSTOMER, Role.STAFF, Role.ADMIN)
    entry = await _entry(session, principal, transaction_id, account_id)
    check_version(if_match, entry.annotation_version)
    return entry


async def _changed(
    session: AsyncSession, principal: Principal, entry: Row[Any], action: str, **facts: object
) -> TransactionView:
    """The side as it reads now, with a line in the audit trail about what was done to it."""
    id, side = entry.transaction_id, entry.account_id
    subject = f"transaction:{id}"
    await record(session, actor=principal.subject, action=action, subject=subject, account_id=str(side), **facts)
    return TransactionView.of(await _entry(session, principal, id, side))


async def _entry(
    session: AsyncSession, principal: Principal, transaction_id: UUID, account_id: UUID | None
) -> Row[Any]:
    found = await session.execute(one_entry(principal, transaction_id, account_id))  # pyright: ignore[reportDeprecated]
    entry = found.one_or_none()
    if entry is None:
        raise NotFound
    return entry
