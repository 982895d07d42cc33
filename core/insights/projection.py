"""Where a balance goes: what is known to come, and what everyday life usually takes, with a band around it. Pure
functions of what moved.

What the words mean is written down in docs/decisions/0008-patterns.md.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel

from core.insights.movements import Movement
from core.insights.recurring import RecurringPayment, due_between, recurring_in
from core.periods import add_months

BAND = (0.1, 0.9)
"""Eight of ten past stretches of as many days ended within these quantiles."""
WIDENING = 1.7
"""Few stretches of many days fit into the past, and they overlap: the band is wider by this much for each time that the
past would have to be as long. That is about what Student's distribution adds for so few."""
LIFE_DAYS = 365
"""How much of the past says what everyday life takes."""
LIFE_DAYS_MIN = 28
"""With less of it nothing is said of everyday life, and there is no band."""
OUTLIER = 0.05
"""The share of days, at either end, that do not shape the month's course."""
TRIED_DAYS = (30, 60, 90)
"""How long ago the forecasts were made that are held against what happened since, and after how many days."""
DECISIVENESS = 3
"""Of two ways with errors of 2 to 3, the better one counts 27 to 8."""
LEVEL_MONTHS = 6
LEVEL_SHARE, LEVEL_DAYS = 0.6, 90
"""A balance that leads nowhere comes back to what it was on the same days of so many months: by so much of the way
within so many days, and evenly until then."""
AGAIN_DAYS = 30
"""A balance that leads nowhere is not at once where it was a month ago: it takes so many days."""
AHEAD_MONTHS = 4
"""The same day of so many months before a day to be foretold may itself be still ahead."""
MISS_USUAL, MISSES_USUAL = 1.3, 9
"""What a miss comes to where nothing is known of an account, in halves of the band; and for how many misses of its own
that stands."""
MISS_MAX = 4.0
"""One miss that is further off says no more."""
SETTLING_DAYS = 60
"""What an account is opened and filled with is no habit."""
YEAR_SETTLED = 365 - SETTLING_DAYS
COURSE_DAYS = 5
"""The month's course is told in parts of so many days."""

Floats = NDArray[np.float64]


class ForecastDay(BaseModel):
    """The balance expected at the end of a day; eight times in ten it should lie from `low_minor` to `high_minor`.
    Both are null where an account is too young to tell."""

    on: date
    balance_minor: int
    low_minor: int | None
    high_minor: int | None


class PlannedPayment(BaseModel):
    """A payment that is expected on a day: ordered already (`standing_order`), or as it came before (`recurring`).
    Negative when money will leave."""

    on: date
    amount_minor: int
    counterparty_account_id: UUID
    counterparty: str | None
    source: str


@dataclass(frozen=True, slots=True)
class Standing:
    """An order for payments between two accounts, and the days on which it will pay."""

    sender_account_id: UUID
    receiver_account_id: UUID
    amount_minor: int
    days: tuple[date, ...]


@dataclass(frozen=True, slots=True)
class Ways:
    """Two ways that a balance may take, each as the low, the middle and the high of every day: along what is planned
    and what everyday life takes; or staying about where it is, as where somebody takes out whatever comes in, though
    what is planned comes on its day.
    `known` is the share of a year, its first weeks aside, that they were told from."""

    coming: Floats
    staying: Floats
    known: float

    def between(self, trust: float) -> Floats:
        return trust * self.coming + (1 - trust) * self.staying


@dataclass(frozen=True, slots=True)
class Trial:
    """A forecast of the past, and how far the balance really had moved after each of its days."""

    ways: Ways
    moved: Floats

    @property
    def days(self) -> list[int]:
        return [days for days in TRIED_DAYS if days <= len(self.moved)]

    def error(self, way: Floats) -> float:
        """How far its middle was off, after all of `days` together."""
        return sum(abs(float(way[1, days - 1] - self.moved[days - 1])) for days in self.days)


def plan(
    account_id: UUID, series: Sequence[RecurringPayment], orders: Sequence[Standing], today: date, days: int
) -> list[PlannedPayment]:
    """What is known to move on one account in the `days` after `today`. Where a payment has been ordered, the order
    counts, and not what the series of earlier payments would suggest."""
    ordered = list(_ordered(account_id, orders))
    known = {(payment.counterparty_account_id, payment.amount_minor < 0) for payment in ordered}
    expected = [
        PlannedPayment(
            on=day,
            amount_minor=-one.amount_minor if one.direction == "out" else one.amount_minor,
            counterparty_account_id=one.counterparty_account_id,
            counterparty=one.counterparty,
            source="recurring",
        )
        for one in series
        if (one.counterparty_account_id, one.direction == "out") not in known
        for day in due_between(one, today + timedelta(days=1), today + timedelta(days=days + 1))
    ]
    return sorted([*ordered, *expected], key=lambda payment: (payment.on, payment.amount_minor))


def project(
    history: Sequence[Movement],
    series: Sequence[RecurringPayment],
    planned: Sequence[PlannedPayment],
    balance_minor: int,
    today: date,
    days: int,
) -> list[ForecastDay]:
    """The expected balance day by day: between the ways that it may take, nearer to the one that would have foretold
    the account's last months. `history` is the account's, in the order of time."""
    ahead = _days_after(today, days)
    ways = _ways(history, series, planned, today, days)
    if ways is None:
        known = np.cumsum([_sum_on(planned, day) for day in ahead])
        return [
            ForecastDay(on=day, balance_minor=balance_minor + int(at), low_minor=None, high_minor=None)
            for day, at in zip(ahead, known, strict=True)
        ]
    trials = list(_trials(history, today))
    trust = _trust(trials, ways.known)
    low, middle, high = ways.between(trust)
    width = _width(trials, trust)
    # Estimates, so floats may carry them; they are rounded once, here.
    return [
        ForecastDay(
            on=day,
            balance_minor=balance_minor + round(at),
            low_minor=balance_minor + round(at + width * (least - at)),
            high_minor=balance_minor + round(at + width * (most - at)),
        )
        for day, least, at, most in zip(ahead, low, middle, high, strict=True)
    ]


def _ways(
    history: Sequence[Movement],
    series: Sequence[RecurringPayment],
    planned: Sequence[PlannedPayment],
    today: date,
    days: int,
) -> Ways | None:
    """Told as changes since today; None where too little of everyday life is known."""
    life = _life(history, series, today)
    if life is None:
        return None
    ahead, course = _days_after(today, days), _course(life, today)
    expected = np.cumsum([float(_sum_on(planned, day)) + course[_part(day)] for day in ahead])
    wandering = _stretches(_moved(history, today - timedelta(days=len(life)), len(life)), days)
    return Ways(
        coming=expected + _stretches(_flat(life, course, today), days),
        staying=_level(history, today, _steady(expected, history, life, today)) + wandering - wandering[1],
        known=min((today - history[0].on).days - SETTLING_DAYS, YEAR_SETTLED) / YEAR_SETTLED,
    )


def _trials(history: Sequence[Movement], today: date) -> Iterator[Trial]:
    """What would have been foretold some months ago, from what was known then."""
    for days in TRIED_DAYS:
        origin = today - timedelta(days=days)
        past = [movement for movement in history if movement.on <= origin]
        if past:
            series = recurring_in(past, origin)
            ways = _ways(past, series, plan(past[0].account_id, series, [], origin, days), origin, days)
            if ways is not None:
                yield Trial(ways, np.cumsum(_moved(history, origin, days)))


def _trust(trials: Sequence[Trial], known: float) -> float:
    """From 0 to 1: how far the way along what is planned has been the better one of the two. Less where less than a
    year is known, and its square because the trials knew still less: accounts grow at first, and then stay."""
    coming = sum(trial.error(trial.ways.coming) for trial in trials) ** DECISIVENESS
    staying = sum(trial.error(trial.ways.staying) for trial in trials) ** DECISIVENESS
    return known**2 * (0.5 if coming == staying else staying / (coming + staying))


def _width(trials: Sequence[Trial], trust: float) -> float:
    """By how much the band has to be wider than past stretches say, to hold eight of ten of the account's misses."""
    misses = [min(miss, MISS_MAX) for trial in trials for miss in _misses(trial, trust)]
    own = float(np.quantile(misses, BAND[1] - BAND[0])) if misses else 0.0
    return (len(misses) * own + MISSES_USUAL * MISS_USUAL) / (len(misses) + MISSES_USUAL)


def _misses(trial: Trial, trust: float) -> Iterator[float]:
    """How far the balance was from the middle, in halves of the band on that side."""
    low, middle, high = trial.ways.between(trust)
    for day in (days - 1 for days in trial.days):
        off = float(trial.moved[day] - middle[day])
        half = float(high[day] - middle[day] if off > 0 else middle[day] - low[day])
        yield abs(off) / max(half, 1.0)


def _life(history: Sequence[Movement], series: Sequence[RecurringPayment], today: date) -> Floats | None:
    """What moved each day, up to and with today, beside the series; of one that varies, what was more or less than
    expected. Without the account's first weeks, in which it was filled."""
    if not history:
        return None
    count = min(LIFE_DAYS, (today - history[0].on).days - SETTLING_DAYS)
    if count < LIFE_DAYS_MIN:
        return None
    expected = {id_: one.amount_minor for one in series for id_ in one.transaction_ids}
    varying = {id_ for one in series if one.amount == "varies" for id_ in one.transaction_ids}
    days = np.zeros(count)
    for movement in history:
        ago = (today - movement.on).days
        if 0 <= ago < count and (movement.transaction_id not in expected or movement.transaction_id in varying):
            usual = expected.get(movement.transaction_id, 0)
            days[count - 1 - ago] += movement.amount_minor + (usual if movement.amount_minor < 0 else -usual)
    return days


def _course(life: Floats, today: date) -> Floats:
    """How the parts of a month differ from an average day: people spend more after pay-day."""
    low, high = np.quantile(life, [OUTLIER, 1 - OUTLIER])
    tamed = np.clip(life, low, high)
    parts = np.array([_part(today - timedelta(days=len(life) - 1 - number)) for number in range(len(life))])
    counts = np.maximum(np.bincount(parts, minlength=7), 1)
    return np.bincount(parts, weights=tamed - tamed.mean(), minlength=7) / counts


def _flat(life: Floats, course: Floats, today: date) -> Floats:
    """Everyday life without the course of the month."""
    return life - course[[_part(today - timedelta(days=len(life) - 1 - number)) for number in range(len(life))]]


def _moved(history: Sequence[Movement], after: date, count: int) -> Floats:
    """All that moved on each of the days after `after`."""
    days = np.zeros(count)
    for movement in history:
        if 0 <= (place := (movement.on - after).days - 1) < count:
            days[place] += movement.amount_minor
    return days


def _steady(expected: Floats, history: Sequence[Movement], life: Floats, today: date) -> Floats:
    """`expected`, did everyday life take all that the series of the past brought, and evenly: what is planned still
    comes on its day, and leads nowhere."""
    series = _moved(history, today - timedelta(days=len(life)), len(life)) - life
    return expected - series.mean() * np.arange(1, len(expected) + 1)


def _level(history: Sequence[Movement], today: date, steady: Floats) -> Floats:
    """Where a balance is expected that leads nowhere, as a change since today. At first along `steady`, and within a
    month half way between that and what it was on the same day of the last month, for either is as good a guess; later
    nearer to earlier months."""
    first = history[0].on
    held = np.concatenate([[0.0], -np.cumsum(_moved(history, first, (today - first).days)[::-1])])
    past = [_same_days(day, today, first + timedelta(days=SETTLING_DAYS)) for day in _days_after(today, len(steady))]
    again = np.array([held[agos[0]] if agos else at for agos, at in zip(past, steady, strict=True)])
    usual = np.array([held[agos].mean() if agos else at for agos, at in zip(past, steady, strict=True)])
    number = np.arange(1, len(steady) + 1)
    near = steady + np.minimum(number / AGAIN_DAYS, 1) / 2 * (again - steady)
    return near + LEVEL_SHARE * np.minimum(number / LEVEL_DAYS, 1) * (usual - near)


def _same_days(day: date, today: date, since: date) -> list[int]:
    """How many days ago it was the same day of the month: of the last LEVEL_MONTHS that are known, the latest first."""
    same = [add_months(day, -months) for months in range(1, LEVEL_MONTHS + AHEAD_MONTHS)]
    return [(today - earlier).days for earlier in same if since <= earlier <= today][:LEVEL_MONTHS]


def _stretches(moved: Floats, days: int) -> Floats:
    """For 1 to `days` days: the low, middle and high of what stretches of so many past days came to. Past half of what
    is known it goes on at the same pace, and the band widens with the root."""
    sums = np.concatenate([[0.0], np.cumsum(moved)])
    reach = min(days, len(moved) // 2)
    told = np.array([np.quantile(sums[n:] - sums[:-n], [BAND[0], 0.5, BAND[1]]) for n in range(1, reach + 1)]).T
    further = np.arange(reach + 1, days + 1) / reach
    middle = np.concatenate([told[1], told[1, -1] * further])
    spread = np.concatenate([told - told[1], np.outer((told - told[1])[:, -1], np.sqrt(further))], axis=1)
    return middle + spread * (1 + WIDENING * np.arange(1, days + 1) / len(moved))


def _part(day: date) -> int:
    return (day.day - 1) // COURSE_DAYS


def _days_after(today: date, days: int) -> list[date]:
    return [today + timedelta(days=number) for number in range(1, days + 1)]


def _sum_on(planned: Sequence[PlannedPayment], day: date) -> int:
    return sum(payment.amount_minor for payment in planned if payment.on == day)


def _ordered(account_id: UUID, orders: Sequence[Standing]) -> Iterator[PlannedPayment]:
    for order in orders:
        is_out = order.sender_account_id == account_id
        if is_out or order.receiver_account_id == account_id:
            for day in order.days:
                yield PlannedPayment(
                    on=day,
                    amount_minor=-order.amount_minor if is_out else order.amount_minor,
                    counterparty_account_id=order.receiver_account_id if is_out else order.sender_account_id,
                    counterparty=None,
                    source="standing_order",
                )
