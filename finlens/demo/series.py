"""Recurring payments: salaries, rents, bills, subscriptions. What is generated here is also the truth to detect."""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Any, Literal
from zoneinfo import ZoneInfo

from finlens.demo.cast import EURO_BANK, EXPATRIATE, OUTSIDERS, Business, Cast, Person, account_of, cast
from finlens.demo.payment import DemoPayment, chance, instant, rupees

Interval = Literal["28 days", "month", "last working day", "quarter", "year"]
_MONTHS = {"month": 1, "quarter": 3, "year": 12}
_SUBSCRIPTIONS = {
    "StreamRasa": 49_900,
    "GaanaGhar Music": 11_900,
    "CloudPetti Storage": 13_000,
    "NewsPatra Digital": 29_900,
}
DEARER_AFTER = timedelta(days=243)
CANCELLED_AFTER = timedelta(days=335)


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """Payments of one payer to one payee at an interval, first on `first`, never on or after `end`.

    `prices` are (from this day on, amount), in order of time. With `varies` the amount swings about the price.
    """

    name: str
    payer: str
    payee: str
    interval: Interval
    first: date
    prices: tuple[tuple[date, int], ...]
    zone: ZoneInfo
    description: str
    channel: str
    hour: float = 9.0
    category: str | None = None
    currency: str = "INR"
    varies: float = 0.0
    end: date | None = None

    def is_due(self, day: date) -> bool:
        if day < self.first or (self.end is not None and day >= self.end):
            return False
        if self.interval == "28 days":
            return (day - self.first).days % 28 == 0
        if self.interval == "last working day":
            return day == last_working_day(day)
        if day.day != self.first.day:  # never after the 28th, which every month has
            return False
        months = (day.year - self.first.year) * 12 + day.month - self.first.month
        return months % _MONTHS[self.interval] == 0

    def amount_minor(self, day: date) -> int:
        price = next(amount for since, amount in reversed(self.prices) if since <= day)
        if not self.varies:
            return price
        # Summer is dear: fans and coolers.
        season = 1.25 if day.month in (4, 5, 6) else 1.0
        swing = chance(self.name, self.payer, day).uniform(1 - self.varies, 1 + self.varies)
        return rupees(price * season * swing / 100)


def last_working_day(day: date) -> date:
    last = day.replace(day=monthrange(day.year, day.month)[1])
    return last - timedelta(days=max(0, last.weekday() - 4))


@cache
def recurring_series(start: date) -> tuple[Series, ...]:
    """Every recurring series of a demo bank that begins on `start`: what a detector of subscriptions has to find."""
    crew = cast()
    return tuple(series for person in crew.people for series in _of(crew, person, start))


def due_on(day: date, start: date) -> Iterator[DemoPayment]:
    """The recurring payments of one day."""
    for series in recurring_series(start):
        if series.is_due(day):
            dice = chance("time", series.name, series.payer, day)
            yield DemoPayment(
                key=f"series|{series.name}|{series.payer}|{series.payee}|{day}",
                sender=series.payer,
                receiver=series.payee,
                amount_minor=series.amount_minor(day),
                currency=series.currency,
                at=instant(day, series.hour, series.zone, dice),
                description=series.description,
                channel=series.channel,
                category=series.category,
            )


def _of(crew: Cast, person: Person, start: date) -> Iterator[Series]:
    yield _salary(person, start)
    yield from _loans_and_savings(crew, person, start)
    yield from _household(crew, person, start)
    yield from _subscriptions(crew, person, start)
    if person.email == EXPATRIATE:
        yield _euros(person, start)


def _bill(
    person: Person, name: str, payee: Business, start: date, amount_minor: int, day: int, **facts: Any
) -> Series:  # fmt: skip
    """A monthly standing order to a business; `facts` say what is different."""
    usual = {
        "interval": "month",
        "first": _first(start, day),
        "prices": ((start, amount_minor),),
        "description": f"NACH {payee.name.upper()} {name.upper()}",
        "channel": "standing_order",
    }
    return Series(name=name, payer=person.account, payee=payee.account, zone=person.zone, **{**usual, **facts})


def _salary(person: Person, start: date) -> Series:
    pay = person.income * 100
    raised = rupees(person.income * 1.08, 500)
    return Series(
        name="salary",
        payer=person.employer.account,
        payee=person.account,
        interval="last working day",
        first=start,
        prices=((start, pay), (date(start.year + 1, 4, 1), raised)),
        zone=person.zone,
        description=f"NEFT SALARY {person.employer.name.upper()}",
        channel="netbanking",
        category="salary",
        hour=10.5,
    )


def _loans_and_savings(crew: Cast, person: Person, start: date) -> Iterator[Series]:
    dice = chance("loans and savings", person.email)

    def share(low: float, high: float, step: int) -> int:
        return rupees(person.income * dice.uniform(low, high), step)

    if person.landlord:
        note = f"NEFT RENT {person.landlord.name.upper()}"
        rent = share(0.18, 0.27, 500)
        yield _bill(person, "rent", person.landlord, start, rent, 5, channel="netbanking", description=note)
    else:
        yield _bill(person, "home loan", crew.named("GrihaSetu Home Finance"), start, share(0.2, 0.28, 100), 7)
    if dice.random() < 0.35:
        yield _bill(person, "car loan", crew.named("Gaadi Loans"), start, share(0.07, 0.1, 100), 3)
    if dice.random() < 0.55 or person.is_keen:
        yield _bill(person, "SIP", crew.named("Kalpavriksha Mutual Fund"), start, share(0.04, 0.1, 500), 10)
    if person.rupee_accounts[1:]:
        yield Series(
            name="own transfer",
            payer=person.account,
            payee=person.rupee_accounts[1],
            interval="month",
            first=_first(start, 2),
            prices=((start, share(0.08, 0.12, 1_000)),),
            zone=person.zone,
            description="IMPS to own account",
            channel="netbanking",
            category="own_transfer",
            hour=11,
        )


def _household(crew: Cast, person: Person, start: date) -> Iterator[Series]:
    dice = chance("household", person.email)
    power = crew.named("Urja Power Distribution")
    units = rupees(1_400 * person.level * dice.uniform(0.7, 1.3), 10)
    note = f"UPI/URJA POWER/{dice.randrange(10**9):09d}"
    day = dice.randint(11, 16)
    yield _bill(person, "electricity", power, start, units, day, varies=0.25, channel="upi", hour=20, description=note)
    yield _bill(
        person, "broadband", crew.named("FibreNest Broadband"), start, dice.choice((49_900, 79_900, 99_900)), 18
    )
    mobile, tariff, day = crew.named("VaaniTel Mobile"), dice.choice((29_900, 34_900, 39_900)), dice.randint(1, 28)
    recharge = {"interval": "28 days", "channel": "upi", "hour": 13, "description": "UPI/VAANITEL/RECHARGE"}
    yield _bill(person, "mobile recharge", mobile, start, tariff, day, **recharge)
    if dice.random() < 0.5 or person.is_keen:
        insurer, premium = crew.named("Suraksha Kavach Insurance"), rupees(person.income * 0.25, 100)
        first = _first(start, 12, dice.randint(2, 9))
        yield _bill(person, "health insurance", insurer, start, premium, 12, interval="year", first=first)
    if dice.random() < 0.3:
        school, fees = crew.named("Little Banyan School"), rupees(person.income * 0.2, 500)
        first = _first(start, 8, dice.randint(0, 2))
        yield _bill(
            person, "school fees", school, start, fees, 8, interval="quarter", first=first, channel="netbanking"
        )
    if dice.random() < 0.4 or person.is_keen:
        yield Series(
            name="house help",
            payer=person.account,
            payee=dice.choice(OUTSIDERS),
            interval="month",
            first=_first(start, 2),
            prices=((start, rupees(3_000 * person.level, 500)),),
            zone=person.zone,
            description="UPI/house help",
            channel="upi",
            category="household",
            hour=8,
        )


def _subscriptions(crew: Cast, person: Person, start: date) -> Iterator[Series]:
    """Asha has all four: StreamRasa grows dearer after eight months, and she cancels NewsPatra after eleven."""
    dice = chance("subscriptions", person.email)
    for name, price in _SUBSCRIPTIONS.items():
        is_taken = dice.random() < 0.45 or person.is_keen
        is_cancelled = name == "NewsPatra Digital" and (dice.random() < 0.3 or person.is_keen)
        day = dice.randint(3, 27)
        if is_taken:
            yield _bill(
                person,
                name,
                crew.named(name),
                start,
                price,
                day,
                prices=_prices(name, price, start),
                end=start + CANCELLED_AFTER if is_cancelled else None,
                channel="card",
                description=f"CARD SI {name.upper()}",
            )
    if dice.random() < 0.2 or person.is_keen:
        note = "CARD SI IRON LOTUS GYM"
        yield _bill(person, "gym", crew.named("Iron Lotus Gym"), start, 180_000, 6, channel="card", description=note)


def _prices(name: str, price: int, start: date) -> tuple[tuple[date, int], ...]:
    dearer = ((start + DEARER_AFTER, price + 15_000),) if name == "StreamRasa" else ()
    return ((start, price), *dearer)


def _euros(person: Person, start: date) -> Series:
    return Series(
        name="stipend",
        payer=account_of("outside", EURO_BANK.code),
        payee=str(person.second_account),
        interval="month",
        first=_first(start, 1),
        prices=((start, 180_000),),
        zone=person.zone,
        description="SEPA STIPEND",
        channel="netbanking",
        category="salary",
        currency="EUR",
    )


def _first(start: date, day: int, months_later: int = 0) -> date:
    """The first such day of a month on or after `start`, some months later."""
    index = start.year * 12 + start.month - 1 + months_later + (day < start.day)
    return date(index // 12, index % 12 + 1, day)
