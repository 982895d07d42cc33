"""Circles: money that leaves an account and comes back to it through others within days, hardly less than it was."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import case, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from core.fraud.alerts import ALERT_WORKERS
from core.identity.access import Principal, visible_accounts
from core.insights.reporting import ACCOUNT, ENTRY
from core.money import Currency
from core.periods import Period

HOPS_MIN, HOPS_MAX = 3, 4
"""A sends to B and B sends back is most often a debt; beyond four the paths explode and say little."""
WITHIN = timedelta(days=7)
KEPT_PERCENT = 80
"""Each hop passes on at least so much of the one before, and no more than it got: helpers keep a little."""
PAYMENTS_MAX = 50_000
"""The latest ones of the period."""
CIRCLES_MAX = 50


class Circle(BaseModel):
    """`accounts` in the order of the money, the first of them where it came back to; `amount_minor` is what left it."""

    accounts: list[UUID]
    holders: list[str]
    currency: Currency
    amount_minor: int
    returned_minor: int
    began_at: datetime
    ended_at: datetime
    transaction_ids: list[UUID]


@dataclass(frozen=True, slots=True)
class Hop:
    """One payment from account to account; `sender_name` is whom the sender's account is known by."""

    transaction_id: UUID
    sender: UUID
    receiver: UUID
    sender_name: str
    amount_minor: int
    currency: Currency
    at: datetime


async def find_circles(connection: AsyncConnection, principal: Principal, *, period: Period) -> list[Circle]:
    """Circles of three or four payments in `period`, each with a side at the principal's bank; the largest first.

    Raises NotAllowed for customers.
    """
    principal.require(*ALERT_WORKERS)
    found = sorted(circles_in(await _hops(connection, principal, period)), key=lambda c: -c.amount_minor)
    return found[:CIRCLES_MAX]


def circles_in(hops: Sequence[Hop]) -> Iterator[Circle]:
    """Every circle once, from the payment that began it."""
    leaving: defaultdict[UUID, list[Hop]] = defaultdict(list)
    for hop in sorted(hops, key=lambda hop: (hop.at, hop.transaction_id)):
        leaving[hop.sender].append(hop)
    for first in hops:
        for path in _paths([first], leaving):
            yield _circle(path)


def _paths(path: list[Hop], leaving: dict[UUID, list[Hop]]) -> Iterator[list[Hop]]:
    first, last = path[0], path[-1]
    following = leaving.get(last.receiver, [])
    for hop in following[bisect_right(following, last.at, key=lambda hop: hop.at) :]:
        if hop.at - first.at > WITHIN:
            return
        if not _passes_on(last, hop):
            continue
        if hop.receiver == first.sender:
            if len(path) + 1 >= HOPS_MIN:
                yield [*path, hop]
        elif len(path) + 1 < HOPS_MAX and all(hop.receiver != step.sender for step in path):
            yield from _paths([*path, hop], leaving)


def _passes_on(last: Hop, hop: Hop) -> bool:
    is_as_large = KEPT_PERCENT * last.amount_minor <= 100 * hop.amount_minor <= 100 * last.amount_minor
    return hop.currency == last.currency and is_as_large


def _circle(path: Sequence[Hop]) -> Circle:
    return Circle(
        accounts=[hop.sender for hop in path],
        holders=[hop.sender_name for hop in path],
        currency=path[0].currency,
        amount_minor=path[0].amount_minor,
        returned_minor=path[-1].amount_minor,
        began_at=path[0].at,
        ended_at=path[-1].at,
        transaction_ids=[hop.transaction_id for hop in path],
    )


async def _hops(connection: AsyncConnection, principal: Principal, period: Period) -> list[Hop]:
    """Payments with at least one side at the bank. One whose two sides are both there is read from its sender's."""
    e, a = ENTRY.c, ACCOUNT.c
    start, end = period.instants(principal.zone)
    leaves = e.direction == "out"
    sender = case((leaves, e.account_id), else_=e.counterparty_account_id)
    receiver = case((leaves, e.counterparty_account_id), else_=e.account_id)
    found = await connection.execute(
        select(e.transaction_id, sender.label("sender"), receiver.label("receiver"), e.direction,
               case((leaves, func.coalesce(a.customer, a.name)), else_=e.counterparty).label("sender_name"),
               func.abs(e.amount_minor).label("amount_minor"), e.currency, e.occurred_at)
        .select_from(ENTRY.join(ACCOUNT, a.account_id == e.account_id))
        .where(
            visible_accounts(principal, customer_id=e.customer_id, bank_id=e.bank_id),
            e.status == "success", e.reverses_id.is_(None), e.is_own_transfer.is_(False),
            e.occurred_at >= start, e.occurred_at < end,
        )
        .order_by(e.occurred_at.desc())
        .limit(PAYMENTS_MAX)
    )  # fmt: skip
    hops: dict[UUID, Hop] = {}
    for row in found.mappings():
        if row["direction"] == "out" or row["transaction_id"] not in hops:
            hops[row["transaction_id"]] = Hop(
                row["transaction_id"], row["sender"], row["receiver"],
                row["sender_name"], row["amount_minor"], row["currency"], row["occurred_at"],
            )  # fmt: skip
    return list(hops.values())
