"""What a customer spends beside others of the same bank and kind. Of others, only what at least twenty have in common.

Nothing but a finished calendar month can be asked about, and no filter: two questions cannot be subtracted from each
other. Quartiles are of those who spent in the category, the asker not among them, and rounded to two digits, so that no
figure is a person's own.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import Text, Uuid, column, func, select, table
from sqlalchemy.ext.asyncio import AsyncConnection

from core.categories import BY_SLUG
from core.errors import TooFewPeers, UnfinishedMonth
from core.identity.access import Principal, Role
from core.insights.movements import during
from core.insights.query import QueryPeriod
from core.insights.reading import fetch
from core.insights.reporting import ENTRY
from core.insights.robust import median_minor
from core.ledger.tables import TransactionStatus
from core.money import Currency
from core.periods import Period, Unit

PEERS_MIN = 20
DIGITS_SHOWN = 2

PEER = table("peer", column("bank_id", Uuid), column("customer_id", Uuid), column("kind", Text), schema="reporting")


class CategoryComparison(BaseModel):
    """The asker's spend and the quartiles of at least twenty peers who spent in this category."""

    category: str
    name: str
    currency: Currency
    spend_minor: int
    lower_quartile_minor: int
    median_minor: int
    upper_quartile_minor: int


class PeerComparison(BaseModel):
    period: QueryPeriod
    bank_id: UUID
    categories: list[CategoryComparison]
    left_out: list[str]
    """Categories that the asker spends in and fewer than twenty peers do: nothing is said of those."""


async def compare_with_peers(
    connection: AsyncConnection, principal: Principal, *, month: date, today: date
) -> PeerComparison:
    """The asker's spend of a finished month, a category at a time, beside that of customers of the same bank and kind.

    Somebody with several banks is compared at the one whose id comes first. Raises NotAllowed for anybody but a
    customer, UnfinishedMonth, and TooFewPeers where fewer than twenty others spent anything in that month.
    """
    principal.require(Role.CUSTOMER)
    period = Period.of(Unit.MONTH, month)
    if period.end > today:
        raise UnfinishedMonth
    p = PEER.c
    own: Any = select(p.bank_id, p.kind).where(p.customer_id == principal.customer_id).order_by(p.bank_id).limit(1)
    [cohort] = await fetch(connection, own) or [None]
    if cohort is None:
        raise TooFewPeers
    rows = await fetch(connection, _spend_of_each(principal, period, cohort["bank_id"], cohort["kind"]))
    others = {row["customer_id"] for row in rows} - {principal.customer_id}
    if len(others) < PEERS_MIN:
        raise TooFewPeers
    compared, left_out = _compared(rows, principal.customer_id)
    return PeerComparison(
        period=QueryPeriod.of(period), bank_id=cohort["bank_id"], categories=compared, left_out=left_out
    )


def _spend_of_each(principal: Principal, period: Period, bank_id: UUID, kind: str) -> Any:
    """What each customer of the cohort spent, by category and currency. The one statement of insights that reads
    beyond what the asker may see: nothing of it leaves this module but what `_compared` makes of it."""
    e, p = ENTRY.c, PEER.c
    spend = func.sum(e.spend_minor)
    return (
        select(e.customer_id, e.currency, e.category, spend.label("spend_minor"))
        .join_from(ENTRY, PEER, (p.bank_id == e.bank_id) & (p.customer_id == e.customer_id))
        .where(e.bank_id == bank_id, p.kind == kind, e.status == TransactionStatus.SUCCESS, *during(period, principal))
        .group_by(e.customer_id, e.currency, e.category)
        .having(spend > 0)
        .order_by(e.currency, e.category, spend.desc(), e.customer_id)
    )


def _compared(rows: Sequence[Any], asker: UUID | None) -> tuple[list[CategoryComparison], list[str]]:
    compared: list[CategoryComparison] = []
    left_out: list[str] = []
    for own in (row for row in rows if row["customer_id"] == asker):
        key = own["currency"], own["category"]
        peers = sorted(
            int(row["spend_minor"])
            for row in rows
            if row["customer_id"] != asker and (row["currency"], row["category"]) == key
        )
        if len(peers) < PEERS_MIN:
            left_out.append(own["category"])
        else:
            compared.append(_comparison(own, peers))
    return compared, left_out


def _comparison(own: Any, peers: Sequence[int]) -> CategoryComparison:
    """`peers` ascend, at least twenty of them."""
    half = len(peers) // 2
    slug = own["category"]
    return CategoryComparison(
        category=slug,
        name=BY_SLUG[slug].name if slug in BY_SLUG else slug,
        currency=own["currency"],
        spend_minor=int(own["spend_minor"]),
        lower_quartile_minor=_rounded(median_minor(peers[:half])),
        median_minor=_rounded(median_minor(peers)),
        upper_quartile_minor=_rounded(median_minor(peers[-half:])),
    )


def _rounded(amount_minor: int) -> int:
    return round(amount_minor, DIGITS_SHOWN - len(str(amount_minor)))
