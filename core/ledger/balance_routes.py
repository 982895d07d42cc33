"""Balances over REST, and the signed entries that they are the sum of."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import AwareDatetime

from core.errors import InvalidRequest
from core.identity.guard import CurrentPrincipal, CursorsOf, ServicesOf, Unit
from core.ledger.balances import BalanceAt, BalanceView, balance_at, balance_tag, visible_balance
from core.ledger.entries import EntryQuery, EntryView, entries_page, position_of
from core.paging import Page, PageQuery
from core.versions import IfNoneMatch, is_unchanged

router = APIRouter(prefix="/accounts/{account_id}")

_UNCHANGED: dict[int | str, dict[str, Any]] = {304: {"description": "Still what If-None-Match names"}}


@router.get("/balance", response_model=BalanceAt, responses=_UNCHANGED)
async def read_balance(
    account_id: UUID,
    principal: CurrentPrincipal,
    services: ServicesOf,
    session: Unit,
    response: Response,
    at: AwareDatetime | None = None,
    if_none_match: IfNoneMatch = None,
) -> BalanceAt | Response:
    """What the account holds now, or `at` an instant: what had occurred by then, however late it was posted."""
    now = services.now()
    balance = await visible_balance(session, principal, account_id)
    if at is not None:
        if at > now:
            raise InvalidRequest("at lies in the future: nobody knows yet what the account will hold")
        return await balance_at(session, balance, at)
    response.headers["ETag"] = balance_tag(balance)
    if is_unchanged(if_none_match, balance_tag(balance)):
        return Response(status_code=304, headers=dict(response.headers))
    return BalanceAt(**dict(BalanceView.of(balance)), as_of=now, version=balance.version)


@router.get("/entries")
async def list_entries(
    account_id: UUID,
    query: Annotated[PageQuery, Query()],
    principal: CurrentPrincipal,
    cursors: CursorsOf,
    session: Unit,
) -> Page[EntryView]:
    """The account's entries, latest first by when they occurred. All of them sum to its posted balance."""
    await visible_balance(session, principal, account_id)
    wanted = EntryQuery(**query.model_dump(), account_id=account_id)
    rows = await entries_page(session, wanted, cursors.position(wanted))
    return cursors.page(wanted, rows, view=EntryView.of, position=position_of)
