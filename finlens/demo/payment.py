"""DemoPayment: one planned payment, known by a key that is the same in every run."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from hashlib import blake2b
from random import Random
from uuid import UUID
from zoneinfo import ZoneInfo

from core.ids import fingerprint

SEED = "finlens demo 1"
"""Change it and everybody leads another life."""


@dataclass(frozen=True, slots=True)
class Label:
    """What the generator knows of a payment that looks, or should look, like fraud."""

    is_fraud: bool
    typology: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoPayment:
    """Accounts are named by their keys in the cast; `refunds` is the key of the payment that this one gives back."""

    key: str
    sender: str
    receiver: str
    amount_minor: int
    at: datetime
    description: str
    channel: str
    category: str | None = None
    currency: str = "INR"
    refunds: UUID | None = None
    label: Label | None = None

    @property
    def id(self) -> UUID:
        """A UUIDv7 of its time and key, so that the same payment has the same id in every installation."""
        bits = fingerprint(SEED, self.key).int
        milliseconds = int(self.at.timestamp() * 1000)
        head = milliseconds << 80 | 7 << 76 | (bits >> 64 & 0xFFF) << 64
        return UUID(int=head | 2 << 62 | bits & (1 << 62) - 1)


def in_time(payment: DemoPayment) -> tuple[datetime, str]:
    """Sort key: the order of time, the same in every run."""
    return payment.at, payment.key


def chance(*about: object) -> Random:
    """The dice for one matter (a customer and a day, say): they fall alike in every run and disturb no others."""
    about_what = "|".join((SEED, *map(str, about)))
    seed = int.from_bytes(blake2b(about_what.encode(), digest_size=8).digest())
    return Random(seed)  # noqa: S311  # nothing here is secret


def instant(day: date, hour: float, zone: ZoneInfo, dice: Random) -> datetime:
    """About `hour` o'clock (give or take a quarter of an hour) where the customer lives; never exactly midnight."""
    minutes = min(max(int(hour * 60) + dice.randint(-15, 15), 1), 24 * 60 - 1)
    local = datetime.combine(day, time(minutes // 60, minutes % 60, dice.randrange(60)), zone)
    return local.astimezone(UTC)


def rupees(amount: float, step: int = 1) -> int:
    """An amount as people ask for it: whole multiples of `step` rupees, at least one of them, in paise."""
    return max(step, round(amount / step) * step) * 100
