"""What is unusual for this customer, measured against their own past, each with the reason and its figures.

What the words mean is written down in docs/decisions/0008-patterns.md.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from enum import StrEnum
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncConnection

from core.categories import BY_SLUG
from core.identity.access import Principal
from core.insights.movements import Movement, movements
from core.insights.robust import distance, median_minor
from core.money import Currency, Money
from core.periods import Period, Unit

FAR = 3.5
"""Robust standard deviations from which a payment is unusual."""
TIMES_MIN = 2
"""And it is at least so many times the usual amount."""
EARLIER_MIN = 5
"""Payments to a payee, or in a category, that make a usual amount."""
NEW_PAYEE_EARLIER_MIN = 20
"""Payments to anybody before the first one to a new payee can be a large one."""
NEW_PAYEE_TIMES = 5
MONTHS_MIN = 4
"""Earlier months that make a usual month of a category."""
MONTH_TIMES = 1.5
ANOMALIES_MAX = 100
IDS_MAX = 20


class AnomalyKind(StrEnum):
    UNUSUAL_AMOUNT = "unusual_amount"
    """Far more than what this payee usually gets; for a payee with little history, than is usual in the category."""
    NEW_PAYEE = "new_payee"
    """A large first payment to somebody."""
    UNUSUAL_MONTH = "unusual_month"
    """A category's spend in a calendar month, far above that of the months before."""


class Anomaly(BaseModel):
    kind: AnomalyKind
    on: date
    """The payment's day; the first day of a month."""
    account_id: UUID | None
    """None for a category's month, which is all accounts' together."""
    counterparty: str | None
    category: str
    currency: Currency
    amount_minor: int
    usual_minor: int
    """The median that it was compared with."""
    compared_with: int
    """How many payments, or months, that is the median of."""
    distance: float
    """Robust standard deviations above the usual, on a scale of ratios."""
    reason: str
    """One sentence with the figures."""
    transaction_ids: list[UUID]


class Anomalies(BaseModel):
    start: date
    end: date
    anomalies: list[Anomaly]
    """The latest first, at most 100."""


async def find_anomalies(
    connection: AsyncConnection, principal: Principal, *, period: Period, account_id: UUID | None = None
) -> Anomalies:
    """What was unusual among the payments out in `period`, for one customer or on one account."""
    last = period.end - timedelta(days=1)
    found = await movements(connection, principal, today=last, account_id=account_id)
    unusual = sorted(anomalies_in(found, period), key=lambda a: (a.on, a.distance), reverse=True)
    return Anomalies(start=period.start, end=period.end, anomalies=unusual[:ANOMALIES_MAX])


def anomalies_in(history: Sequence[Movement], period: Period) -> Iterator[Anomaly]:
    """The unusual payments and months of `period`; `history` is in the order of time. Each is compared with what came
    before it alone, so what is found does not change later."""
    yield from _unusual_payments([movement for movement in history if movement.is_payment], period)
    yield from _unusual_months(history, period)


def _unusual_payments(payments: Sequence[Movement], period: Period) -> Iterator[Anomaly]:
    to_payee: dict[tuple[str, UUID], list[int]] = defaultdict(list)
    in_category: dict[tuple[str, str], list[int]] = defaultdict(list)
    to_anybody: dict[str, list[int]] = defaultdict(list)
    for payment in payments:
        known = to_payee[payment.currency, payment.counterparty_account_id]
        alike = in_category[payment.currency, payment.category]
        everybody = to_anybody[payment.currency]
        if period.holds(payment.on):
            found = _of_new_payee(payment, everybody) if not known else _of_amount(payment, known, alike)
            if found:
                yield found
        for amounts in (known, alike, everybody):
            amounts.append(-payment.amount_minor)


def _of_amount(payment: Movement, known: Sequence[int], alike: Sequence[int]) -> Anomaly | None:
    is_known = len(known) >= EARLIER_MIN
    usual = known if is_known else alike
    if len(usual) < EARLIER_MIN:
        return None
    far, middle = distance(-payment.amount_minor, usual), median_minor(usual)
    if far < FAR or -payment.amount_minor < TIMES_MIN * middle:
        return None
    where = "to them" if is_known else f"for {_name(payment.category)}"
    what = f"{_shown(-payment.amount_minor, payment)} to {payment.counterparty}"
    reason = f"{what} is {_times(-payment.amount_minor, middle)} times the usual {_shown(middle, payment)}"
    return _payment_anomaly(
        AnomalyKind.UNUSUAL_AMOUNT, payment, middle, len(usual), far,
        f"{reason}, the median of {len(usual)} earlier payments {where}.",
    )  # fmt: skip


def _of_new_payee(payment: Movement, everybody: Sequence[int]) -> Anomaly | None:
    if len(everybody) < NEW_PAYEE_EARLIER_MIN:
        return None
    amount, middle = -payment.amount_minor, median_minor(everybody)
    far = distance(amount, everybody)
    larger = sum(earlier >= amount for earlier in everybody)
    if amount < NEW_PAYEE_TIMES * middle or larger > len(everybody) // 20:
        return None
    reason = (
        f"The first payment to {payment.counterparty}, {_shown(amount, payment)}, is {_times(amount, middle)} times a "
        f"usual payment of {_shown(middle, payment)}; {larger} of {len(everybody)} earlier payments were as large."
    )
    return _payment_anomaly(AnomalyKind.NEW_PAYEE, payment, middle, len(everybody), far, reason)


def _payment_anomaly(
    kind: AnomalyKind, payment: Movement, usual_minor: int, compared_with: int, far: float, reason: str
) -> Anomaly:
    return Anomaly(
        kind=kind,
        on=payment.on,
        account_id=payment.account_id,
        counterparty=payment.counterparty,
        category=payment.category,
        currency=payment.currency,
        amount_minor=-payment.amount_minor,
        usual_minor=usual_minor,
        compared_with=compared_with,
        distance=round(far, 2),
        reason=reason,
        transaction_ids=[payment.transaction_id],
    )


def _unusual_months(history: Sequence[Movement], period: Period) -> Iterator[Anomaly]:
    """Months that begin in the period, each with the months before it since the first entry; an unfinished month
    counts for what it has come to so far."""
    if not history:
        return
    spent: dict[tuple[str, str], dict[date, list[Movement]]] = defaultdict(lambda: defaultdict(list))
    for movement in history:
        if movement.spend_minor:
            spent[movement.currency, movement.category][movement.on.replace(day=1)].append(movement)
    for months in spent.values():
        for month in sorted(months):
            earlier = _months_between(history[0].on, month)
            if period.holds(month) and len(earlier) >= MONTHS_MIN:
                found = _of_month(month, months[month], [_spend(months.get(other, [])) for other in earlier])
                if found:
                    yield found


def _of_month(month: date, entries: Sequence[Movement], earlier: Sequence[int]) -> Anomaly | None:
    total, middle = _spend(entries), median_minor(earlier)
    if middle <= 0 or total < MONTH_TIMES * middle:
        return None
    # A month without any, or with more refunds than payments, is no ratio; it has already lowered the median.
    far = distance(total, [amount for amount in earlier if amount > 0])
    if far < FAR:
        return None
    first = entries[0]
    largest = sorted(entries, key=lambda entry: (-entry.spend_minor, entry.transaction_id))[:IDS_MAX]
    return Anomaly(
        kind=AnomalyKind.UNUSUAL_MONTH,
        on=month,
        account_id=None,
        counterparty=None,
        category=first.category,
        currency=first.currency,
        amount_minor=total,
        usual_minor=middle,
        compared_with=len(earlier),
        distance=round(far, 2),
        reason=(
            f"{_shown(total, first)} for {_name(first.category)} in {month:%B %Y} is {_times(total, middle)} times the "
            f"usual {_shown(middle, first)}, the median of the {len(earlier)} months before."
        ),
        transaction_ids=[entry.transaction_id for entry in largest],
    )


def _months_between(first: date, month: date) -> list[date]:
    """The whole months before `month`, from the one after the first entry on."""
    months: list[date] = []
    period = Period.of(Unit.MONTH, month).previous()
    while period.start > first:
        months.append(period.start)
        period = period.previous()
    return months


def _spend(entries: Sequence[Movement]) -> int:
    return sum(entry.spend_minor for entry in entries)


def _shown(amount_minor: int, movement: Movement) -> str:
    return Money(amount_minor, movement.currency).display()


def _name(category: str) -> str:
    return BY_SLUG[category].name if category in BY_SLUG else category


def _times(amount: int, middle: int) -> str:
    return f"{amount / middle:.1f}"
