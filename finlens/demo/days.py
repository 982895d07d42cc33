"""All that happens in the demo bank on one day. A day depends on nothing but itself and on when the bank began."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from finlens.demo.cast import account_of, cast
from finlens.demo.crimes import INDIA, crimes_on
from finlens.demo.habits import habits_of
from finlens.demo.payment import DemoPayment, chance, in_time, rupees
from finlens.demo.series import due_on, last_working_day, recurring_series

INTEREST = "INTEREST CREDIT"
"""What the statement says of the interest that accounts earn each quarter."""
RECEIPTS = "CUSTOMER RECEIPTS"
"""And of what employers take in before they pay their wages."""


def payments_on(day: date, start: date) -> list[DemoPayment]:
    """The payments of one day, in the order of time. Their keys and ids are the same however often this is asked."""
    payments = [
        *(_openings(start) if day == start else ()),
        *_business(day, start),
        *due_on(day, start),
        *(payment for person in cast().people for payment in habits_of(person, day, start)),
        *crimes_on(day, start),
    ]
    return sorted(payments, key=in_time)


def _openings(start: date) -> Iterator[DemoPayment]:
    """What people bring along when they open their accounts."""
    for person in cast().people:
        dice = chance("opening", person.email)
        for account in (person.account, person.second_account):
            if account is not None:
                months = dice.uniform(0.7, 2.4)
                plan = cast().accounts[account]
                amount = rupees(person.income * months, 100) if plan.currency == "INR" else 240_000
                yield _from_outside(f"opening|{account}", account, amount, start, "OPENING BALANCE")
    for business in cast().businesses:
        # Enough to give refunds in the first days.
        yield _from_outside(f"opening|{business.account}", business.account, 50_000_000, start, "OPENING BALANCE")


def _business(day: date, start: date) -> Iterator[DemoPayment]:
    """Employers take in what they pay out, and accounts earn interest."""
    if day == last_working_day(day):
        for employer in {series.payer: series for series in recurring_series(start) if series.name == "salary"}:
            wages = sum(s.amount_minor(day) for s in recurring_series(start) if s.payer == employer)
            yield _from_outside(f"receipts|{employer}|{day}", employer, wages * 11 // 10, day, RECEIPTS)
    if day.month % 3 == 0 and (day + timedelta(days=1)).day == 1:
        for person in cast().people:
            interest = round(person.income * chance("interest", person.email, day).uniform(0.3, 1.4))
            yield _from_outside(
                f"interest|{person.account}|{day}",
                person.account,
                interest,
                day,
                INTEREST,
                category="interest",
            )


def _from_outside(
    key: str, account: str, amount_minor: int, day: date, note: str, *, category: str | None = None
) -> DemoPayment:
    plan = cast().accounts[account]
    return DemoPayment(
        key=key,
        sender=account_of("outside", plan.bank),
        receiver=account,
        amount_minor=amount_minor,
        currency=plan.currency,
        at=datetime.combine(day, time(0, 30), INDIA),
        description=note,
        channel="netbanking",
        category=category,
    )
