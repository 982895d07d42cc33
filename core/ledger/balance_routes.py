"""Balances over REST, and the signed entries that they are the sum of."""

from datetime import datetime
from typing import Annotated, Any, Self
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import AwareDatetime, BaseModel
from sqlalchemy import Row, Select, desc, select, tuple_

from core.errors import InvalidRequest
from core.identity.guard import CurrentPrincipal, Look, ServicesOf, Unit
from core.insights.reporting import ENTRY
from core.ledger.balances import BalanceAt, BalanceView, balance_at, balance_tag, visible_balance
from core.ledger.tables import TransactionStatus
from core.money import Currency, Money
from core.paging import Cursors, Page, PageQuery
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


class EntryView(BaseModel):
    """One side of a successful transaction, signed: money that came in is positive. The other side is an entry of the
    other account with the opposite sign. `version` counts an account's entries, in the order they were posted."""

    transaction_id: UUID
    account_id: UUID
    counterparty_account_id: UUID
    amount_minor: int
    currency: Currency
    amount: str
    balance_after_minor: int
    version: int
    occurred_at: datetime
    posted_at: datetime

    @classmethod
    def of(cls, entry: Row[Any]) -> Self:
        facts = {name: getattr(entry, name) for name in cls.model_fields if name != "amount"}
        return cls(**facts, amount=Money(entry.amount_minor, entry.currency).amount)


class EntryQuery(PageQuery):
    account_id: UUID


@router.get("/entries")
async def list_entries(
    account_id: UUID,
    query: Annotated[PageQuery, Query()],
    principal: CurrentPrincipal,
    services: ServicesOf,
    session: Unit,
    look: Look,
) -> Page[EntryView]:
    """The account's entries, latest first by when they occurred. All of them sum to its posted balance."""
    await visible_balance(session, principal, account_id)
    entries, cursors = EntryQuery(**query.model_dump(), account_id=account_id), Cursors.of(services.settings)
    rows = (await look.execute(_entries_page(entries, cursors.position(entries)))).all()
    return cursors.page(entries, rows, view=EntryView.of, position=_position)


def _entries_page(query: EntryQuery, after: list[str] | None) -> Select[Any]:
    key = (ENTRY.c.occurred_at, ENTRY.c.transaction_id)
    wanted = select(ENTRY).where(
        ENTRY.c.account_id == query.account_id, ENTRY.c.status == TransactionStatus.SUCCESS.value
    )
    if after is not None:
        wanted = wanted.where(tuple_(*key) < tuple_(datetime.fromisoformat(after[0]), UUID(after[1])))
    return wanted.order_by(*map(desc, key)).limit(query.limit + 1)


def _position(entry: Row[Any]) -> list[str]:
    return [entry.occurred_at.isoformat(), str(entry.transaction_id)]
