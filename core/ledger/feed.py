"""The change feed: what happened to the transactions that somebody may see, in an order they can follow for ever."""

from collections.abc import Sequence
from typing import Any, NamedTuple
from uuid import UUID

from pydantic import BaseModel, field_validator
from sqlalchemy import BigInteger, Row, Select, Text, Uuid, column, select, table, true
from sqlalchemy.ext.asyncio import AsyncConnection

from core.identity.access import Principal, Role, visible_accounts
from core.insights.reporting import ACCOUNT, ENTRY
from core.ledger.history import TransactionView, visible_entries
from core.paging import Cursors, PageQuery

_CHANGE = table(
    "change",
    column("position", BigInteger),
    column("account_id", Uuid),
    column("bank_id", Uuid),
    column("customer_id", Uuid),
    column("transaction_id", Uuid),
    column("kind", Text),
    schema="reporting",
)


class SyncQuery(PageQuery):
    """Where to go on from: the `next_cursor` of the page before, nothing at the very beginning."""

    @field_validator("cursor")
    @classmethod
    def _empty_is_the_beginning(cls, cursor: str | None) -> str | None:
        return cursor or None


class ChangesView(BaseModel):
    """One page of changes, each transaction as it is now. Keep `next_cursor` on the last page too: what happens next
    comes after it."""

    added: list[TransactionView]
    modified: list[TransactionView]
    next_cursor: str
    has_more: bool


class _Side(NamedTuple):
    transaction_id: UUID
    account_id: UUID


async def read_changes(look: AsyncConnection, principal: Principal, query: SyncQuery, cursors: Cursors) -> ChangesView:
    """The next changes of the accounts that the caller may see. A transaction that changed twice within the page stands
    in it once, and among the added ones if it is new to the caller."""
    position = cursors.position(query)
    after = int(position[0]) if position else 0
    rows = (await look.execute(_changes(principal, after, query.limit + 1))).all()
    shown = rows[: query.limit]
    kinds = _kinds(shown)
    views = await _as_they_are_now(look, principal, kinds)
    return ChangesView(
        added=[view for side, view in views.items() if kinds[side] == "added"],
        modified=[view for side, view in views.items() if kinds[side] == "modified"],
        next_cursor=cursors.cursor(query, [str(shown[-1].position if shown else after)]),
        has_more=len(rows) > query.limit,
    )


def _changes(principal: Principal, after: int, limit: int) -> Select[Any]:
    wanted = select(_CHANGE).where(_CHANGE.c.position > after).order_by(_CHANGE.c.position).limit(limit)
    if principal.role is not Role.CUSTOMER:
        return wanted.where(visible_accounts(principal, customer_id=_CHANGE.c.customer_id, bank_id=_CHANGE.c.bank_id))
    # Account by account, and no more of each than the page holds: a customer has few accounts, the log is long.
    change = wanted.where(_CHANGE.c.account_id == ACCOUNT.c.account_id).lateral()
    own = visible_accounts(principal, customer_id=ACCOUNT.c.customer_id, bank_id=ACCOUNT.c.bank_id)
    return select(change).select_from(ACCOUNT).join(change, true()).where(own).order_by(change.c.position).limit(limit)


def _kinds(changes: Sequence[Row[Any]]) -> dict[_Side, str]:
    """What each side is on this page, in the order of its first change."""
    kinds: dict[_Side, str] = {}
    for change in changes:
        kinds.setdefault(_Side(change.transaction_id, change.account_id), change.kind)
    return kinds


async def _as_they_are_now(
    look: AsyncConnection, principal: Principal, sides: dict[_Side, str]
) -> dict[_Side, TransactionView]:
    ids = {side.transaction_id for side in sides}
    entries = await look.execute(select(ENTRY).where(visible_entries(principal), ENTRY.c.transaction_id.in_(ids)))
    found = {_Side(entry.transaction_id, entry.account_id): TransactionView.of(entry) for entry in entries}
    return {side: found[side] for side in sides if side in found}
