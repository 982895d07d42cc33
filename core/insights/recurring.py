"""Recurring payments: what comes back at an interval, what it costs, when it is next due, and whether it has stopped.

What the words mean is written down in docs/decisions/0008-patterns.md.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Literal
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncConnection

from core.identity.access import Principal
from core.insights.movements import Movement, movements
from core.insights.rhythm import RHYTHMS, Interval, chain, expected_days, missed, strides, unevenness
from core.money import Currency
from core.periods import Period

PAYMENTS_MIN = 3
YEARLY_MIN = 2
"""Yearly payments that are enough, if they are of one amount and all there is."""
VARYING_MIN = 5
"""Payments of differing amounts that it takes before their days are no accident; half-yearly and yearly ones
`VARYING_LONG_MIN`, because five would take years."""
VARYING_LONG_MIN = 4
PURITY_MIN = 0.8
"""Share of the payments looked at that must belong to the series; more of them beside it make it an accident."""
PUNCTUAL_WITHIN = 1.0
"""Days that payments may be off on average where nothing but their days makes them a series."""
QUARTER_DAYS = RHYTHMS[Interval.QUARTERLY].days
SWING_MAX = 0.6
"""How far a varying amount may lie from the median, for all but one payment in ten."""
USUAL_OF_LAST = 6
"""A varying amount is expected to be the median of so many."""
AROUND_DAYS = 400
"""A yearly payment needs two of its days."""
AHEAD_DAYS = 100
"""How far ahead expected days are told."""
CONTINUES_WITHIN = 0.5
"""A series whose amount changes by no more than this share may be the earlier one at a new price."""


class PriceChange(BaseModel):
    on: date
    from_minor: int
    to_minor: int


class RecurringPayment(BaseModel):
    """A series of payments between an own account and one counterparty. Amounts are positive minor units.

    `active` until it is overdue by more than the tolerance of its interval, then `late`; `stopped` once half an
    interval has passed since the expected day. `amount_minor` is what the next one is expected to be: the last amount
    of a `fixed` one, the median of the last six of one that `varies`. `confidence` is a percentage.
    """

    account_id: UUID
    account: str
    counterparty_account_id: UUID
    counterparty: str
    direction: Literal["out", "in"]
    category: str
    currency: Currency
    interval: Interval
    amount: Literal["fixed", "varies"]
    amount_minor: int
    a_year_minor: int
    """What it comes to in a year at the present amount."""
    payments: int
    missed: int
    first_on: date
    last_on: date
    next_on: date
    expected_on: list[date]
    """The days on which it is expected, `next_on` first, as far as a forecast looks."""
    status: Literal["active", "late", "stopped"]
    price_changes: list[PriceChange]
    is_own_transfer: bool
    confidence: int
    transaction_ids: list[UUID]
    """Of all its payments, the earliest first."""


class Recurring(BaseModel):
    """`since` is the first day that was looked at."""

    as_of: date
    since: date | None
    series: list[RecurringPayment]
    """What runs before what has stopped, and what costs most in a year first."""


@dataclass(frozen=True, slots=True)
class _Found:
    payments: tuple[Movement, ...]
    interval: Interval

    @property
    def days(self) -> list[date]:
        return [payment.on for payment in self.payments]

    @property
    def amounts(self) -> list[int]:
        return [abs(payment.amount_minor) for payment in self.payments]


async def find_recurring(
    connection: AsyncConnection, principal: Principal, *, today: date, account_id: UUID | None = None
) -> Recurring:
    """The recurring payments of a customer, or of one account, as they stand at the end of `today`."""
    found = await movements(connection, principal, today=today, account_id=account_id)
    return Recurring(as_of=today, since=found[0].on if found else None, series=recurring_in(found, today))


async def recurring_ids(connection: AsyncConnection, principal: Principal, span: Period) -> list[UUID]:
    """The payments of `span` that belong to a series of the customer, and others of those series: as seen from over a
    year before it to over a year after it, so that the first payment of a series is one of it too."""
    last = span.end + timedelta(days=AROUND_DAYS)
    found = await movements(connection, principal, today=last, days=(last - span.start).days + AROUND_DAYS + 1)
    return [id_ for series in recurring_in(found, last) for id_ in series.transaction_ids]


def recurring_in(history: Iterable[Movement], today: date) -> list[RecurringPayment]:
    """The series within `history`, which is in the order of time. The same history always gives the same series."""
    groups: dict[tuple[UUID, UUID, bool], list[Movement]] = defaultdict(list)
    for movement in history:
        if not movement.is_refund:
            groups[movement.account_id, movement.counterparty_account_id, movement.amount_minor < 0].append(movement)
    described = [_described(found, today) for group in groups.values() for found in _series(group)]
    order = {"active": 0, "late": 0, "stopped": 1}
    return sorted(described, key=lambda s: (order[s.status], s.currency, -s.a_year_minor, s.counterparty, s.first_on))


def due_between(series: RecurringPayment, start: date, end: date) -> list[date]:
    """The expected days of a series in [start, end), at most AHEAD_DAYS after it was looked at. What is late is
    expected on the first of them, unless the payment after it is due by then."""
    if series.status == "stopped":
        return []
    due = [day for day in series.expected_on if start <= day < end]
    is_late = series.next_on < start
    near = start + timedelta(days=RHYTHMS[series.interval].tolerance)
    return [start, *due] if is_late and not (due and due[0] <= near) else due


def _series(group: Sequence[Movement]) -> Iterator[_Found]:
    """One at a time: the whole group at an amount that seldom changes; else by amounts, for one payee may get a rent
    and a deposit, or two subscriptions; else what is left and worded alike, at amounts that vary."""
    whole = _best(group)
    if whole and _is_fixed(whole.amounts):
        yield whole
        return
    by_amount = [found for cluster in _clusters(group) if (found := _best(cluster, beside=len(group)))]
    rest = _without(group, by_amount)
    if whole and len(whole.payments) > len(group) - len(rest) and _is_habit(whole, len(group)):
        yield whole
        return
    yield from _joined(by_amount)
    yield from _habits(rest, others_taken=bool(by_amount))


def _habits(rest: Sequence[Movement], *, others_taken: bool) -> Iterator[_Found]:
    """Series of varying amounts among payments of one wording: interest among other payments from the bank."""
    by_wording: dict[str, list[Movement]] = defaultdict(list)
    for movement in rest:
        by_wording[movement.wording].append(movement)
    for alike in by_wording.values():
        is_part = others_taken or len(alike) < len(rest)
        if (
            is_part
            and (found := _best(alike, beside=len(rest)))
            and (_is_fixed(found.amounts) or _is_habit(found, len(alike)))
        ):
            yield found


def _without(group: Sequence[Movement], series: Sequence[_Found]) -> list[Movement]:
    taken = {payment.transaction_id for found in series for payment in found.payments}
    return [movement for movement in group if movement.transaction_id not in taken]


def _best(payments: Sequence[Movement], beside: int = 0) -> _Found | None:
    """The interval that these payments follow, if they follow one. `beside` is how many payments there are in all:
    among many others it takes more of a kind to be no accident."""
    days = [payment.on for payment in payments]
    amounts = [payment.amount_minor for payment in payments]
    found = (_chained(payments, chain(days, amounts, interval), interval) for interval in _plausible(days))
    kept = [series for series in found if series and _is_enough(series, len(payments), beside)]
    return min(kept, key=lambda s: (unevenness(s.days, s.interval), -len(s.payments)), default=None)


def _plausible(days: Sequence[date]) -> list[Interval]:
    """Those near the middle gap: nothing else can make up four fifths of the payments."""
    if len(days) < 2:
        return []
    gap = sorted((b - a).days for a, b in pairwise(days))[(len(days) - 1) // 2]
    return [interval for interval, rhythm in RHYTHMS.items() if 0.6 * rhythm.days <= gap <= 1.5 * rhythm.days]


def _chained(payments: Sequence[Movement], positions: Sequence[int], interval: Interval) -> _Found:
    return _Found(tuple(payments[position] for position in positions), interval)


def _is_enough(found: _Found, looked_at: int, beside: int) -> bool:
    count = len(found.payments)
    if found.interval is Interval.YEARLY and count == YEARLY_MIN:
        return max(looked_at, beside) == 2 and len(set(found.amounts)) == 1
    needed = PAYMENTS_MIN if beside <= 3 * looked_at else PAYMENTS_MIN + 2
    gaps = count + missed(found.days, found.interval)
    return count >= needed and count >= PURITY_MIN * looked_at and count >= 0.75 * gaps


def _is_fixed(amounts: Sequence[int]) -> bool:
    """Changes now and then, and then stays."""
    changes = sum(a != b for a, b in pairwise(amounts))
    return changes <= max(1, (len(amounts) - 1) // 6) and len(set(amounts)) == changes + 1


def _is_habit(found: _Found, looked_at: int) -> bool:
    """Whether payments of differing amounts are a series: the amounts keep near each other, or hardly anything
    else is paid and the days are kept as a calendar keeps them."""
    needed = VARYING_LONG_MIN if RHYTHMS[found.interval].days > QUARTER_DAYS else VARYING_MIN
    is_punctual = looked_at - len(found.payments) <= 1 and unevenness(found.days, found.interval) < PUNCTUAL_WITHIN
    return len(found.payments) >= needed and (is_punctual or _varies_little(found))


def _varies_little(found: _Found) -> bool:
    middle = _median(found.amounts)
    swings = sorted(abs(amount - middle) / middle for amount in found.amounts)
    return swings[int(0.9 * (len(swings) - 1))] <= SWING_MAX


def _clusters(group: Sequence[Movement]) -> Iterator[list[Movement]]:
    """Payments of exactly one amount, three or more of them."""
    by_amount: dict[int, list[Movement]] = defaultdict(list)
    for movement in group:
        by_amount[movement.amount_minor].append(movement)
    return (cluster for cluster in by_amount.values() if PAYMENTS_MIN <= len(cluster) < len(group))


def _joined(series: Sequence[_Found]) -> list[_Found]:
    """Series that go on where another of like amount ended are that one at a new price."""
    joined: list[_Found] = []
    for later in sorted(series, key=lambda found: found.days[0]):
        earlier = next((found for found in joined if _goes_on(found, later)), None)
        if earlier is None:
            joined.append(later)
        else:
            joined[joined.index(earlier)] = _Found((*earlier.payments, *later.payments), later.interval)
    return joined


def _goes_on(earlier: _Found, later: _Found) -> bool:
    change = abs(later.amounts[0] - earlier.amounts[-1])
    is_near = change <= CONTINUES_WITHIN * earlier.amounts[-1]
    follows = earlier.days[-1] < later.days[0] and strides(later.interval, earlier.days[-1], later.days[0])
    return earlier.interval == later.interval and is_near and bool(follows)


def _described(found: _Found, today: date) -> RecurringPayment:
    last = found.payments[-1]
    fixed = _is_fixed(found.amounts)
    amount = found.amounts[-1] if fixed else _median(found.amounts[-USUAL_OF_LAST:])
    expected = expected_days(found.days, found.interval, today + timedelta(days=AHEAD_DAYS))
    rhythm = RHYTHMS[found.interval]
    return RecurringPayment(
        account_id=last.account_id,
        account=last.account,
        counterparty_account_id=last.counterparty_account_id,
        counterparty=last.counterparty,
        direction="out" if last.amount_minor < 0 else "in",
        category=last.category,
        currency=last.currency,
        interval=found.interval,
        amount="fixed" if fixed else "varies",
        amount_minor=amount,
        a_year_minor=amount * 12 // rhythm.months if rhythm.months else amount * 365 // rhythm.days,
        payments=len(found.payments),
        missed=missed(found.days, found.interval),
        first_on=found.days[0],
        last_on=last.on,
        next_on=expected[0],
        expected_on=expected,
        status=_status(expected[0], found.interval, today),
        price_changes=_price_changes(found) if fixed else [],
        is_own_transfer=last.is_own,
        confidence=_confidence(found, fixed),
        transaction_ids=[payment.transaction_id for payment in found.payments],
    )


def _status(next_on: date, interval: Interval, today: date) -> Literal["active", "late", "stopped"]:
    rhythm = RHYTHMS[interval]
    if today <= next_on + timedelta(days=rhythm.tolerance):
        return "active"
    return "late" if today <= next_on + timedelta(days=max(rhythm.days // 2, rhythm.tolerance)) else "stopped"


def _price_changes(found: _Found) -> list[PriceChange]:
    return [
        PriceChange(on=day, from_minor=before, to_minor=after)
        for (before, after), day in zip(pairwise(found.amounts), found.days[1:], strict=True)
        if before != after
    ]


def _confidence(found: _Found, fixed: bool) -> int:
    """How sure a percentage of one may be: it grows with every payment and falls with every day off."""
    known = 1 - 0.5 ** (len(found.payments) - 1)
    off = min(unevenness(found.days, found.interval) / (RHYTHMS[found.interval].tolerance + 1), 1.0)
    return round(100 * known * (1 - 0.4 * off) * (1.0 if fixed else 0.9))


def _median(amounts: Sequence[int]) -> int:
    """Half to even between the middle two, as every median here."""
    ordered = sorted(amounts)
    low, high = ordered[(len(ordered) - 1) // 2], ordered[len(ordered) // 2]
    whole, half = divmod(low + high, 2)
    return whole + (half and whole % 2)
