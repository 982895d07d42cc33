"""The change feed over REST."""

from typing import Annotated

from fastapi import APIRouter, Query

from core.identity.guard import CurrentPrincipal, CursorsOf, Look
from core.ledger.feed import ChangesView, SyncQuery, read_changes

router = APIRouter(prefix="/transactions")


@router.get("/sync")
async def sync_transactions(
    query: Annotated[SyncQuery, Query()], principal: CurrentPrincipal, cursors: CursorsOf, look: Look
) -> ChangesView:
    """What was added and modified since `cursor`, for the accounts that the caller may see; all, without a cursor.

    Nothing is missed: a payment that commits late comes later in the feed. Read on while `has_more`, then keep
    `next_cursor` and ask again with it whenever you like.
    """
    return await read_changes(look, principal, query, cursors)
