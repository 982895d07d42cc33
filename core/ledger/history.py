"""Transactions as account holders see them: one entry per side, each with its own balance and nobody else's."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field
from sqlalchemy import (
    ColumnElement,
    FromClause,
    Row,
    Select,
    TableClause,
    Uuid,
    and_,
    asc,
    column,
    desc,
    func,
    or_,
    select,
    table,
    true,
    tuple_,
    union_all,
)
from sqlalchemy import Integer as SqlInteger
from sqlalchemy.sql.base import ReadOnlyColumnCollection

from core.categories import BY_SLUG, UNCATEGORISED
from core.identity.access import Principal, visible_accounts
from core.insights.reporting import ACCOUNT, ENTRY, ENTRY_RECEIVED, ENTRY_SENT
from core.ledger.tables import TransactionStatus
from core.money import AmountMinor, Currency, Money
from core.paging import PageQuery
from core.text import Line, Text


def _known_category(slug: str) -> str:
    if slug not in BY_SLUG:
        raise ValueError("there is no such category")
    return slug


CategorySlug = Annotated[str, AfterValidator(_known_category)]
Channel = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Direction = Literal["out", "in"]
Columns = ReadOnlyColumnCollection[str, Any]


class Part(BaseModel):
    """What a split gives to one category."""

    model_config = ConfigDict(extra="forbid")

    category: CategorySlug
    amount_minor: AmountMinor


class TransactionView(BaseModel):
    """A transaction from one account's side. `amount_minor` is always positive: `direction` says which way it went."""

    id: UUID
    account_id: UUID
    account: str
    direction: Direction
    sender_account_id: UUID
    receiver_account_id: UUID
    counterparty: str
    amount_minor: int
    currency: Currency
    amount: str
    status: TransactionStatus
    failure_code: str | None
    description: Text
    note: str | None
    category: str
    """Of a split payment that of its largest part."""
    suggested_category: str | None = None
    """A guess, for what has no category; PATCH the category to accept it."""
    parts: list[Part] = []
    """What it is divided into, if it is split."""
    channel: str
    occurred_at: datetime
    posted_at: datetime | None
    reverses_id: UUID | None
    hold_id: UUID | None
    balance_after_minor: int | None
    sender_balance_after_minor: int | None
    """The same, where this side is the sender's; else null."""

    @classmethod
    def of(cls, entry: Row[Any]) -> Self:
        is_out = entry.direction == "out"
        sides = (entry.account_id, entry.counterparty_account_id)
        money = Money(abs(entry.amount_minor), entry.currency)
        return cls(
            id=entry.transaction_id,
            sender_account_id=sides[0 if is_out else 1],
            receiver_account_id=sides[1 if is_out else 0],
            amount_minor=money.amount_minor,
            amount=money.amount,
            sender_balance_after_minor=entry.balance_after_minor if is_out else None,
            suggested_category=entry.suggested_category if entry.category == UNCATEGORISED else None,
            # The share of a small refund in a small part may be nothing.
            parts=[Part(**part) for part in entry.parts or () if part["amount_minor"]],
            **{name: getattr(entry, name) for name in _AS_THEY_ARE},
        )


_AS_THEY_ARE = (
    "account_id", "account", "direction", "counterparty", "currency", "status", "failure_code", "description", "note",
    "category", "channel", "occurred_at", "posted_at", "reverses_id", "hold_id", "balance_after_minor",
)  # fmt: skip


class TransactionQuery(PageQuery):
    """Filters of the list; amounts are in minor units, borders are included."""

    account_id: UUID | None = None
    status: TransactionStatus | None = None
    category: CategorySlug | None = None
    channel: Channel | None = None
    direction: Direction | None = None
    currency: Currency | None = None
    counterparty: Line | None = Field(default=None, description="part of the other side's name, any case")
    amount_gte: int | None = Field(default=None, alias="amount[gte]", ge=0, lt=2**63)
    amount_lte: int | None = Field(default=None, alias="amount[lte]", ge=0, lt=2**63)
    occurred_gte: AwareDatetime | None = Field(default=None, alias="occurred_at[gte]")
    occurred_lte: AwareDatetime | None = Field(default=None, alias="occurred_at[lte]")
    q: Line | None = Field(default=None, description="part of the description, the note or the other side's name")
    sort: Literal["occurred_at", "-occurred_at"] = "-occurred_at"


def entries_page(principal: Principal, query: TransactionQuery, after: list[str] | None) -> Select[Any]:
    """The entries that the caller may see and the query asks for, one more than its limit."""
    if query.account_id is None and principal.customer_id is None:
        return _page(ENTRY, query, after).where(visible_entries(principal))
    # A few accounts: each along its own indexes, and no further than the page can reach. Over the view that joins both
    # sides, a page of an account with 500,000 entries takes a second.
    scope = visible_accounts(principal, customer_id=ACCOUNT.c.customer_id, bank_id=ACCOUNT.c.bank_id)
    account = select(ACCOUNT.c.account_id).where(scope)
    if query.account_id is not None:
        account = account.where(ACCOUNT.c.account_id == query.account_id)
    own = account.subquery("own")
    sides = [
        _page(side, query, after).where(side.c.account_id == own.c.account_id, _is_told(side))
        for side in (ENTRY_SENT, ENTRY_RECEIVED)
    ]
    found = union_all(*sides).lateral("entry")
    return _in_order(select(found).select_from(own.join(found, true())), found, query)


def _page(entries: TableClause, query: TransactionQuery, after: list[str] | None) -> Select[Any]:
    wanted = select(entries).where(*_conditions(query, entries.c))
    if after is not None:
        place = tuple_(datetime.fromisoformat(after[0]), UUID(after[1]), UUID(after[2]))
        key = tuple_(*(entries.c[name] for name in _KEY))
        wanted = wanted.where(key < place if query.sort.startswith("-") else key > place)
    return _in_order(wanted, entries, query)


def _in_order(wanted: Select[Any], entries: FromClause, query: TransactionQuery) -> Select[Any]:
    order = desc if query.sort.startswith("-") else asc
    return wanted.order_by(*(order(entries.c[name]) for name in _KEY)).limit(query.limit + 1)


_KEY = ("occurred_at", "transaction_id", "account_id")


def position_of(entry: Row[Any]) -> list[str]:
    return [entry.occurred_at.isoformat(), str(entry.transaction_id), str(entry.account_id)]


_ANNOTATION = table(
    "annotation",
    column("transaction_id", Uuid),
    column("account_id", Uuid),
    column("version", SqlInteger),
    schema="insights",
)


def one_entry(principal: Principal, transaction_id: UUID, account_id: UUID | None = None) -> Select[Any]:
    """A transaction from the caller's side (the sender's, where they see both), with its annotation's version."""
    same = and_(_ANNOTATION.c.transaction_id == ENTRY.c.transaction_id, _ANNOTATION.c.account_id == ENTRY.c.account_id)
    wanted = (
        select(ENTRY, func.coalesce(_ANNOTATION.c.version, 0).label("annotation_version"))
        .outerjoin(_ANNOTATION, same)
        .where(visible_entries(principal), ENTRY.c.transaction_id == transaction_id)
        .order_by(desc(ENTRY.c.direction))  # out before in
        .limit(1)
    )
    return wanted if account_id is None else wanted.where(ENTRY.c.account_id == account_id)


def visible_entries(principal: Principal) -> ColumnElement[bool]:
    """The caller's own sides; the receiver hears of a payment once it has succeeded."""
    own = visible_accounts(principal, customer_id=ENTRY.c.customer_id, bank_id=ENTRY.c.bank_id)
    return and_(own, _is_told(ENTRY))


def _is_told(entries: TableClause) -> ColumnElement[bool]:
    return or_(entries.c.direction == "out", entries.c.status == TransactionStatus.SUCCESS)


def _conditions(query: TransactionQuery, entry: Columns) -> list[ColumnElement[bool]]:
    return [
        condition(entry, value) for field, condition in _FILTERS.items() if (value := getattr(query, field)) is not None
    ]


def _mentions(words: str, *columns: ColumnElement[str]) -> ColumnElement[bool]:
    return or_(*(text.icontains(words, autoescape=True) for text in columns))


_FILTERS: dict[str, Callable[[Columns, Any], ColumnElement[bool]]] = {
    "account_id": lambda e, value: e.account_id == value,
    "status": lambda e, value: e.status == value,
    "category": lambda e, value: or_(e.category == value, e.parts.contains([{"category": value}])),
    "channel": lambda e, value: e.channel == value,
    "direction": lambda e, value: e.direction == value,
    "currency": lambda e, value: e.currency == value,
    "counterparty": lambda e, words: _mentions(words, e.counterparty),
    "amount_gte": lambda e, minor: func.abs(e.amount_minor) >= minor,
    "amount_lte": lambda e, minor: func.abs(e.amount_minor) <= minor,
    "occurred_gte": lambda e, instant: e.occurred_at >= instant,
    "occurred_lte": lambda e, instant: e.occurred_at <= instant,
    "q": lambda e, words: _mentions(words, e.description, e.note, e.counterparty),
}
"""What each filter of TransactionQuery asks of an entry."""
