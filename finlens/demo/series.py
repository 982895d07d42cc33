"""Recurring payments: salaries, rents, bills, subscriptions. What is generated here is also the truth to detect."""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Literal
from zoneinfo import ZoneInfo

from finlens.demo.cast import EURO_BANK, EXPATRIATE, OUTSIDERS, Business, Cast, Person, account_of, cast
from finlens.demo.payment import DemoPayment, chance, instant, rupees

Interval = Literal["28 days", "month", "last working day", "quarter", "year"]
_MONTHS = {"month": 1, "quarter": 3, "year": 12}


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


def _of(crew: Cast, person: Person, start: date) -> list[Series]:
    dice = chance("series", person.email)
    share = lambda low, high, step: rupees(person.income * dice.uniform(low, high), step)  # noqa: E731
    found = [_salary(person, start)]
    if person.landlord:
        found.append(_bill(person, "rent", person.landlord, start, 5, share(0.18, 0.27, 500), channel="netbanking"))
    else:
        lender = crew.named("GrihaSetu Home Finance")
        found.append(_bill(person, "home loan", lender, start, 7, share(0.2, 0.28, 100)))
    if dice.random() < 0.35:
        found.append(_bill(person, "car loan", crew.named("Gaadi Loans"), start, 3, share(0.07, 0.1, 100)))
    if dice.random() < 0.55 or person.pace > 1:
        found.append(_bill(person, "SIP", crew.named("Kalpavriksha Mutual Fund"), start, 10, share(0.04, 0.1, 500)))
    found += _household(crew, person, start)
    found += _subscriptions(crew, person, start)
    if person.second_account and EURO_BANK.code not in person.banks:
        found.append(_savings(person, start, share(0.08, 0.12, 1_000)))
    if person.email == EXPATRIATE:
        found.append(_euros(person, start))
    return found


def _salary(person: Person, start: date) -> Series:
    raise_on = date(start.year + 1, 4, 1)
    pay = person.income * 100
    return Series(
        name="salary",
        payer=person.employer.account,
        payee=person.account,
        interval="last working day",
        first=start,
        prices=((start, pay), (raise_on, rupees(pay * 1.08 / 100, 500))),
        description=f"NEFT SALARY {person.employer.name.upper()}",
        channel="netbanking",
        category="salary",
        zone=person.zone,
        hour=10.5,
    )


def _bill(
    person: Person,
    name: str,
    payee: Business,
    start: date,
    day: int,
    amount_minor: int,
    *,
    channel: str = "standing_order",
    **facts: object,
) -> Series:
    return Series(
        **{
            "name": name,
            "payer": person.account,
            "payee": payee.account,
            "interval": "month",
            "first": _first(start, day),
            "prices": ((start, amount_minor),),
            "description": f"{'NACH' if channel == 'standing_order' else 'NEFT'} {payee.name.upper()} {name.upper()}",
            "channel": channel,
            "zone": person.zone,
            **facts,
        }
    )


def _household(crew: Cast, person: Person, start: date) -> Iterator[Series]:
    dice = chance("household", person.email)
    power = rupees(1_400 * person.level * dice.uniform(0.7, 1.3), 10)
    yield _bill(
        person, "electricity", crew.named("Urja Power Distribution"), start, dice.randint(11, 16), power,
        channel="upi", varies=0.25, hour=20, description=f"UPI/URJA POWER/{dice.randrange(10**9):09d}",
    )  # fmt: skip
    yield _bill(
        person, "broadband", crew.named("FibreNest Broadband"), start, 18, dice.choice((49_900, 79_900, 99_900))
    )
    yield _bill(
        person, "mobile recharge", crew.named("VaaniTel Mobile"), start, dice.randint(1, 28),
        dice.choice((29_900, 34_900, 39_900)), interval="28 days", channel="upi", hour=13, description="UPI/VAANITEL/RECHARGE",
    )  # fmt: skip
    if dice.random() < 0.5 or person.pace > 1:
        yield _bill(
            person, "health insurance", crew.named("Suraksha Kavach Insurance"), start, dice.randint(2, 27),
            rupees(person.income * 0.25, 100), interval="year", first=_first(start, 12, dice.randint(2, 9)),
        )  # fmt: skip
    if dice.random() < 0.3:
        yield _bill(
            person, "school fees", crew.named("Little Banyan School"), start, 8, rupees(person.income * 0.2, 500),
            interval="quarter", channel="netbanking", first=_first(start, 8, dice.randint(0, 2)),
        )  # fmt: skip
    if dice.random() < 0.4 or person.pace > 1:
        helper = dice.choice(OUTSIDERS)
        yield Series(
            name="house help", payer=person.account, payee=helper, interval="month", first=_first(start, 2), hour=8,
            zone=person.zone, prices=((start, rupees(3_000 * person.level, 500)),), description="UPI/house help", channel="upi", category="household",
        )  # fmt: skip


_SUBSCRIPTIONS = {
    "StreamRasa": 49_900,
    "GaanaGhar Music": 11_900,
    "CloudPetti Storage": 13_000,
    "NewsPatra Digital": 29_900,
}


def _subscriptions(crew: Cast, person: Person, start: date) -> Iterator[Series]:
    """Asha has all four: StreamRasa grows dearer after eight months, and she cancels NewsPatra after eleven."""
    dice = chance("subscriptions", person.email)
    is_keen = person.pace > 1
    for name, price in _SUBSCRIPTIONS.items():
        if not is_keen and dice.random() > 0.45:
            continue
        prices = (
            ((start, price), (start + timedelta(days=243), price + 15_000))
            if name == "StreamRasa"
            else ((start, price),)
        )
        ends = name == "NewsPatra Digital" and (is_keen or dice.random() < 0.3)
        yield _bill(
            person, name, crew.named(name), start, dice.randint(3, 27), price, channel="card", prices=prices,
            description=f"CARD SI {name.upper()}", end=start + timedelta(days=335) if ends else None,
        )  # fmt: skip
    if is_keen or dice.random() < 0.2:
        yield _bill(person, "gym", crew.named("Iron Lotus Gym"), start, 6, 180_000, channel="card")


def _savings(person: Person, start: date, amount_minor: int) -> Series:
    return Series(
        name="own transfer", payer=person.account, payee=str(person.second_account), interval="month", hour=11,
        first=_first(start, 2), zone=person.zone, prices=((start, amount_minor),), description="IMPS to own account",
        channel="netbanking", category="own_transfer",
    )  # fmt: skip


def _euros(person: Person, start: date) -> Series:
    return Series(
        name="stipend", payer=account_of("outside", EURO_BANK.code), payee=str(person.second_account), interval="month",
        first=_first(start, 1), zone=person.zone, prices=((start, 180_000),), description="SEPA STIPEND", channel="netbanking",
        category="salary", currency="EUR",
    )  # fmt: skip


def _first(start: date, day: int, months_later: int = 0) -> date:
    """The first such day of a month on or after `start`, some months later."""
    index = start.year * 12 + start.month - 1 + months_later + (day < start.day)
    return date(index // 12, index % 12 + 1, day)
