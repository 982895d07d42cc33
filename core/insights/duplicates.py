"""Possible double charges: the same amount to the same payee on one day, and not paid back. What seemed to fail is
often paid again from another account, so all accounts of a customer are looked at together."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncConnection

from core.identity.access import Principal
from core.insights.movements import Movement, movements
from core.money import Currency
from core.periods import Period

HABIT_DAYS = 3
"""On so many other days the same happened before: then it is how one pays there (two metro rides), and no mistake."""
DUPLICATES_MAX = 100


class Duplicate(BaseModel):
    """`times` payments of `amount_minor` each; `extra_minor` is what all but the first of them come to."""

    on: date
    accounts: int
    """How many of the customer's accounts paid."""
    counterparty: str
    category: str
    currency: Currency
    amount_minor: int
    times: int
    extra_minor: int
    transaction_ids: list[UUID]


async def find_duplicates(
    connection: AsyncConnection, principal: Principal, *, period: Period, account_id: UUID | None = None
) -> list[Duplicate]:
    """The possible double charges of `period`, for one customer or on one account; the latest first, at most 100."""
    last = period.end - timedelta(days=1)
    found = await movements(connection, principal, today=last, account_id=account_id)
    doubled = sorted(duplicates_in(found, period), key=lambda d: (d.on, d.extra_minor), reverse=True)
    return doubled[:DUPLICATES_MAX]


def duplicates_in(history: Sequence[Movement], period: Period) -> Iterator[Duplicate]:
    """Those of `period`; `history` is in the order of time, and tells what is a habit."""
    refunded = Counter(_what(m, abs(m.amount_minor)) for m in history if m.is_refund)
    by_day: defaultdict[tuple[date, _What], list[Movement]] = defaultdict(list)
    for movement in history:
        if movement.is_payment:
            by_day[movement.on, _what(movement, -movement.amount_minor)].append(movement)
    earlier: Counter[_What] = Counter()
    for (on, what), same in sorted(by_day.items(), key=lambda item: item[0][0]):
        times = len(same) - refunded[what]
        if times < 2:
            continue
        if period.holds(on) and earlier[what] < HABIT_DAYS:
            yield _duplicate(same, times)
        earlier[what] += 1


_What = tuple[UUID, Currency, int]
"""The payee's account, and how much."""


def _what(movement: Movement, amount_minor: int) -> _What:
    return movement.counterparty_account_id, movement.currency, amount_minor


def _duplicate(same: Sequence[Movement], times: int) -> Duplicate:
    one = same[0]
    return Duplicate(
        on=one.on,
        accounts=len({movement.account_id for movement in same}),
        counterparty=one.counterparty,
        category=one.category,
        currency=one.currency,
        amount_minor=-one.amount_minor,
        times=times,
        extra_minor=-one.amount_minor * (times - 1),
        transaction_ids=[movement.transaction_id for movement in same],
    )
