"""Labelled frauds and their honest look-alikes, by the week.

Thieves take what the victim could have spent, over days, mostly in daylight; honest people pay new payees, shop in
bursts at night and pass money on. So no single sign tells one from the other.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from random import Random
from zoneinfo import ZoneInfo

from finlens.demo.cast import ASHA, HOME_BANK, OUTSIDERS, Person, account_of, cast
from finlens.demo.payment import DemoPayment, Label, chance, instant, rupees

INDIA = ZoneInfo("Asia/Kolkata")
QUIET_WEEKS = 8
"""Habits first: nothing happens while accounts are new."""
EPISODE_WEEKS_MAX = 2


@dataclass(frozen=True, slots=True)
class Episode:
    """One crime, or one look-alike: whose account it runs over, from which day on, and its own dice."""

    key: str
    payer: Person
    first_day: date
    label: Label
    dice: Random

    def hour(self, *, at_night: float = 0.0) -> float:
        return self.dice.uniform(1, 4.5) if self.dice.random() < at_night else self.dice.uniform(9.5, 22)

    def sum_of(self, low: float, high: float) -> float:
        """Rupees, as a share of what the payer earns in a month."""
        return self.payer.income * self.dice.uniform(low, high)

    def out(
        self, name: str, payee: str, amount: float, *, day: int, hour: float, note: str,
        category: str | None = "transfer", channel: str = "upi", step: int = 1,
    ) -> DemoPayment:  # fmt: skip
        """A labelled payment out of the payer's account, `day` days after the first."""
        return DemoPayment(
            key=f"{self.key}|{name}",
            sender=self.payer.account,
            receiver=payee,
            amount_minor=rupees(amount, step),
            at=instant(self.first_day + timedelta(days=day), hour, INDIA, self.dice),
            description=note,
            channel=channel,
            category=category,
            label=self.label,
        )

    def into(self, name: str, payer: str, amount: float, *, day: int, hour: float, note: str) -> DemoPayment:
        """Money that reaches the account: part of the story, not what is judged."""
        return DemoPayment(
            key=f"{self.key}|{name}",
            sender=payer,
            receiver=self.payer.account,
            amount_minor=rupees(amount),
            at=instant(self.first_day + timedelta(days=day), hour, INDIA, self.dice),
            description=note,
            channel="netbanking",
            category="transfer",
        )


Story = Callable[[Episode], Iterator[DemoPayment]]


def crimes_on(day: date, start: date) -> Iterator[DemoPayment]:
    """The payments of one day, in India, that belong to a fraud or to a look-alike of one."""
    for weeks_back in range(EPISODE_WEEKS_MAX + 1):
        monday = day - timedelta(days=day.weekday() + 7 * weeks_back)
        yield from (payment for payment in _week(monday, start) if payment.at.astimezone(INDIA).date() == day)


@cache
def _week(monday: date, start: date) -> tuple[DemoPayment, ...]:
    episodes = [
        (story, episode) for story, episode in _asha(start) if monday <= episode.first_day < monday + timedelta(7)
    ]
    if (monday - start).days >= QUIET_WEEKS * 7:
        episodes += _episodes(monday)
    return tuple(payment for story, episode in episodes for payment in story(episode))


def _episodes(monday: date) -> Iterator[tuple[Story, Episode]]:
    """Three frauds and three look-alikes a week. The first fraud is a plain one at the demo analyst's bank, so that
    there is always something to work on; the others hide better."""
    people = [person for person in cast().people if person.zone == INDIA and person.email != ASHA]
    at_home = [person for person in people if person.banks[0] == HOME_BANK.code and person.income > 50_000]
    dice = chance("week", monday)
    thursday = monday + timedelta(days=3)
    yield _episode(_drained, "account_takeover", f"plain|{monday}", thursday, dice.choice(at_home), is_fraud=True)
    for number in range(5):
        first_day = monday + timedelta(days=dice.randrange(7))
        is_fraud = number < 2
        stories = _FRAUDS if is_fraud else _LOOK_ALIKES
        name = dice.choice(sorted(stories))
        key = f"{'fraud' if is_fraud else 'look-alike'}|{monday}|{number}"
        yield _episode(stories[name], name, key, first_day, dice.choice(people), is_fraud=is_fraud)


def _episode(
    story: Story, name: str, key: str, first_day: date, payer: Person, *, is_fraud: bool
) -> tuple[Story, Episode]:
    return story, Episode(key, payer, first_day, Label(is_fraud, name), chance(key))


def _asha(start: date) -> Iterator[tuple[Story, Episode]]:
    """What happens to the demo customer: a sofa from a private seller, a tested card, and a caller "from the bank"."""
    asha = cast().people[0]
    for story, name, days, is_fraud in (
        (_deposit, "deposit", 100, False),
        (_card_testing, "card_testing", 330, True),
        (_deposit, "deposit", 500, False),
        (_persuaded, "social_engineering", 540, True),
    ):
        day = start + timedelta(days=days)
        yield _episode(story, name, f"asha|{name}|{days}", day, asha, is_fraud=is_fraud)


def _drained(episode: Episode) -> Iterator[DemoPayment]:
    """While the victim sleeps, in three bites."""
    payees = episode.dice.sample(OUTSIDERS, 3)
    for number, payee in enumerate(payees):
        yield episode.out(
            str(number), payee, episode.sum_of(0.12, 0.25), day=0, hour=episode.hour(at_night=1), note="UPI/transfer"
        )


def _takeover(episode: Episode) -> Iterator[DemoPayment]:
    """Somebody else holds the victim's phone, and is careful not to take it all at once."""
    payees = episode.dice.sample(OUTSIDERS, 2)
    notes = ("UPI/payment", "UPI/gpay", "IMPS/transfer", "UPI/rent")
    for number in range(episode.dice.randint(2, 5)):
        yield episode.out(
            str(number),
            episode.dice.choice(payees),
            episode.sum_of(0.02, 0.16),
            day=number * episode.dice.randint(0, 2),
            hour=episode.hour(at_night=0.3),
            note=episode.dice.choice(notes),
        )


def _persuaded(episode: Episode) -> Iterator[DemoPayment]:
    """The victim pays, at noon, what a voice on the telephone asks for."""
    payee = episode.dice.choice(OUTSIDERS)
    for number in range(episode.dice.randint(1, 2)):
        yield episode.out(
            str(number), payee, episode.sum_of(0.08, 0.35), day=number, hour=episode.hour(),
            note=episode.dice.choice(("UPI/KYC update", "IMPS/refundable deposit", "UPI/customs clearance")),
        )  # fmt: skip


def _mule(episode: Episode) -> Iterator[DemoPayment]:
    """Strangers' money comes in and most of it leaves, in one to three parts, within two days or three."""
    inflow = episode.sum_of(0.25, 0.9)
    payers = episode.dice.sample(OUTSIDERS, episode.dice.randint(1, 3))
    for number, payer in enumerate(payers):
        yield episode.into(f"in {number}", payer, inflow / len(payers), day=0, hour=9 + number, note="IMPS/credit")
    parts = episode.dice.randint(1, 3)
    kept = episode.dice.uniform(0.03, 0.15)
    for number in range(parts):
        is_cash = episode.dice.random() < 0.25
        yield episode.out(
            f"out {number}", account_of("cash", episode.payer.banks[0]) if is_cash else episode.dice.choice(OUTSIDERS),
            inflow * (1 - kept) / parts, day=number, hour=episode.dice.uniform(13, 22), step=100,
            note="ATM WDL" if is_cash else "IMPS/onward", channel="cash" if is_cash else "netbanking",
            category="cash" if is_cash else "transfer",
        )  # fmt: skip


def _structuring(episode: Episode) -> Iterator[DemoPayment]:
    """A large sum leaves in parts that nobody has to report."""
    parts = episode.dice.randint(3, 6)
    yield episode.into(
        "in", account_of("outside", episode.payer.banks[0]), parts * 50_000, day=0, hour=10, note="RTGS ADVANCE"
    )
    payees = episode.dice.sample(OUTSIDERS, 2)
    gap = episode.dice.choice((1, 1, 2, 3))
    for number in range(parts):
        amount = episode.dice.uniform(41_000, 49_900)
        yield episode.out(
            str(number), episode.dice.choice(payees), amount, day=min(1 + number * gap, 13), hour=episode.hour(),
            note="IMPS/part payment", channel="netbanking", step=50,
        )  # fmt: skip


def _card_testing(episode: Episode) -> Iterator[DemoPayment]:
    """Small charges in quick succession, then the one that was wanted."""
    shops = cast().of_trade("5815", "5311", "5732", "5814")
    hour = episode.hour(at_night=0.4)
    count = episode.dice.randint(3, 8)
    for number in range(count):
        hour += episode.dice.uniform(0.03, 0.3)
        shop = episode.dice.choice(shops)
        yield episode.out(
            str(number), shop.account, episode.dice.uniform(29, 399), day=0, hour=min(hour, 23.5),
            note=f"ECOM {shop.name.upper()}", channel="card", category=None,
        )  # fmt: skip
    wanted = cast().named("PixelKart Electronics")
    yield episode.out(
        "wanted", wanted.account, episode.sum_of(0.08, 0.3), day=episode.dice.randint(0, 1), hour=min(hour + 0.4, 23.7),
        note=f"ECOM {wanted.name.upper()}", channel="card", category=None,
    )  # fmt: skip


def _deposit(episode: Episode) -> Iterator[DemoPayment]:
    """The deposit of a flat, a sofa, a second-hand scooter: new payee, high amount, all in order."""
    yield episode.out(
        "0", episode.dice.choice(OUTSIDERS), episode.sum_of(0.12, 0.45), day=0, hour=episode.hour(), step=500,
        note=episode.dice.choice(("UPI/flat deposit", "UPI/sofa", "IMPS/scooter", "UPI/wedding caterer")),
    )  # fmt: skip


def _organiser(episode: Episode) -> Iterator[DemoPayment]:
    """Friends send their share of a trip, and the organiser books it."""
    others = [person for person in cast().people if person is not episode.payer and person.zone == INDIA]
    share = episode.sum_of(0.04, 0.1)
    friends = episode.dice.sample(others, episode.dice.randint(3, 5))
    for number, friend in enumerate(friends):
        yield episode.into(f"in {number}", friend.account, share, day=0, hour=10 + number, note="UPI/goa trip share")
    hotel = episode.dice.choice((cast().named("Palm Grove Resorts").account, *OUTSIDERS[:4]))
    yield episode.out(
        "out", hotel, share * len(friends) * episode.dice.uniform(0.92, 1.04), day=1, hour=episode.hour(),
        note="UPI/trip booking", category="travel",
    )  # fmt: skip


def _spree(episode: Episode) -> Iterator[DemoPayment]:
    """An evening at the mall, or an online sale that opens at midnight."""
    shops = cast().of_trade("5651", "5311", "5814", "5947", "7832")
    hour = episode.dice.choice((1.2, 12, 17, 19))
    for number in range(episode.dice.randint(4, 7)):
        hour += episode.dice.uniform(0.05, 0.25)
        yield episode.out(
            str(number), episode.dice.choice(shops).account, episode.dice.lognormvariate(6.6, 0.6), day=0, hour=hour,
            note="POS SHOPPING", channel="card", category=None,
        )  # fmt: skip


def _instalments(episode: Episode) -> Iterator[DemoPayment]:
    """A matured deposit pays for a wedding hall, in parts because the app allows no more a day."""
    parts = episode.dice.randint(2, 4)
    yield episode.into(
        "in", account_of("outside", episode.payer.banks[0]), parts * 50_000, day=0, hour=10, note="FD MATURITY"
    )
    payee = episode.dice.choice(OUTSIDERS)
    for number in range(parts):
        amount = episode.dice.choice((45_000, 49_000, 49_500, 50_000))
        yield episode.out(
            str(number), payee, amount, day=1 + number, hour=episode.hour(), note="UPI/hall booking",
            category="services",
        )  # fmt: skip


def _emergency(episode: Episode) -> Iterator[DemoPayment]:
    """A hospital at three in the morning asks for an advance."""
    hospital = cast().named("CarePoint Hospital")
    yield episode.out(
        "0", hospital.account, episode.sum_of(0.08, 0.4), day=0, hour=episode.dice.uniform(0.5, 5), step=500,
        note="POS CAREPOINT HOSPITAL", channel="card", category=None,
    )  # fmt: skip


_FRAUDS: dict[str, Story] = {
    "account_takeover": _takeover,
    "social_engineering": _persuaded,
    "mule": _mule,
    "structuring": _structuring,
    "card_testing": _card_testing,
}
_LOOK_ALIKES: dict[str, Story] = {
    "deposit": _deposit,
    "trip_organiser": _organiser,
    "shopping_spree": _spree,
    "instalments": _instalments,
    "emergency": _emergency,
}
