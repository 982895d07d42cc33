"""The exam of what insights find and foresee: recurring payments against what a generator knows, and forecasts of past
months against what then happened, beside two forecasts that anybody could make."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from statistics import fmean
from typing import Any
from uuid import UUID

from sqlalchemy import text

from core.db import Database
from core.identity.access import Principal, Role
from core.insights.movements import Movement, movements
from core.insights.projection import plan, project
from core.insights.recurring import PAYMENTS_MIN, YEARLY_MIN, RecurringPayment, recurring_in
from core.insights.rhythm import Interval
from core.periods import add_months

SUITE = "insights"
HORIZONS = (30, 60, 90)
HELD_OUT_MONTHS = 4
"""Forecasts are made at the ends of so many months, the last of them with all its horizons behind it."""
KNOWN_DAYS_MIN = 150
"""An account is forecast once it is so old."""
CUSTOMERS_MAX = 300
"""Of each currency: those who have paid anything, in the order of their ids."""
ACCOUNTS_MIN = 10
"""A currency with fewer accounts is shown, and no gate looks at it."""
HISTORY_DAYS = 1_200

_KNOWN = text("""
    SELECT k.payer_account_id, k.payee_account_id, k.name, k.interval, count(t.id) AS payments
      FROM insights.known_series k
      LEFT JOIN ledger.transaction t ON t.sender_account_id = k.payer_account_id
            AND t.receiver_account_id = k.payee_account_id AND t.description = k.description AND t.status = 'success'
     GROUP BY 1, 2, 3, 4
""")
_PEOPLE = text("""
    SELECT DISTINCT ON (currency, customer_id) currency, customer_id, time_zone, ends_on FROM (
        SELECT a.currency::text, a.customer_id, c.time_zone,
               max(b.last_on) OVER (PARTITION BY a.currency) AS ends_on,
               dense_rank() OVER (PARTITION BY a.currency ORDER BY a.customer_id) AS place
          FROM banking.account a
          JOIN banking.customer c ON c.id = a.customer_id AND c.kind = 'person'
          JOIN LATERAL (SELECT max(occurred_at)::date AS last_on FROM ledger.transaction
                         WHERE sender_account_id = a.id) b ON b.last_on IS NOT NULL) of_currency
     WHERE place <= :most
     ORDER BY currency, customer_id
""")

Key = tuple[UUID, UUID, str]
"""An account, its counterparty, and the direction."""


@dataclass(slots=True)
class Detection:
    """What was found and what there was to find. A series counts for both of its sides."""

    found: int = 0
    right: int = 0
    known: int = 0
    interval_right: int = 0
    failures: list[dict[str, str]] = field(default_factory=list[dict[str, str]])

    def metrics(self) -> dict[str, float]:
        return {
            "precision": self.right / self.found if self.found else 0.0,
            "recall": self.right / self.known if self.known else 0.0,
            "interval": self.interval_right / self.right if self.right else 0.0,
        }


@dataclass(slots=True)
class Errors:
    """Absolute errors in minor units, by method, of the balance after one horizon; and whether the band held it."""

    by_method: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    in_band: list[bool] = field(default_factory=list[bool])

    def mean(self, method: str) -> float:
        return fmean(self.by_method[method])

    @property
    def accounts_and_months(self) -> int:
        return len(self.by_method[OURS])

    @property
    def ratio(self) -> float:
        """Our error as a share of that of the best simple forecast: below 1 is better."""
        return self.mean(OURS) / max(min(self.mean(SAME_PAYMENTS), self.mean(SAME_BALANCE)), 1.0)


OURS = "forecast"
SAME_PAYMENTS = "same as last month"
SAME_BALANCE = "seasonal naive"


@dataclass(frozen=True, slots=True)
class InsightsReport:
    """Shares of the recurring series, and forecast errors by currency and horizon."""

    detection: Detection
    errors: dict[tuple[str, int], Errors]

    @property
    def metrics(self) -> dict[str, float]:
        """Shares; `forecast_30` is the mean error as a share of that of the best simple forecast, the worst of all
        currencies with enough accounts."""
        found = self.detection.metrics() if self.detection.known else {}
        for horizon in HORIZONS:
            ratios = [e.ratio for (_, days), e in self.errors.items() if days == horizon and _is_counted(e)]
            if ratios:
                found[f"forecast_{horizon}"] = max(ratios)
        return found

    def forecasts(self) -> list[dict[str, Any]]:
        """One line per currency and horizon: the mean absolute errors in minor units, and how often the band held."""
        return [
            {
                "currency": currency,
                "days": days,
                "forecasts": errors.accounts_and_months,
                **{f"mae_{name.replace(' ', '_')}": round(errors.mean(name)) for name in errors.by_method},
                "in_band": fmean(errors.in_band) if errors.in_band else None,
            }
            for (currency, days), errors in sorted(self.errors.items())
        ]

    def document(self) -> dict[str, Any]:
        return {
            "cases": self.detection.known + sum(errors.accounts_and_months for errors in self.errors.values()),
            "metrics": self.metrics,
            "floors": {"do_nothing": {"precision": 0.0, "recall": 0.0}},
            "forecasts": self.forecasts(),
            "failures": self.detection.failures,
        }


async def examine_insights(
    database: Database, *, as_of: date | None = None, progress: Callable[[str], None] = lambda _: None
) -> InsightsReport:
    """Look for recurring payments and forecast the past for every person in the books, a currency at a time.

    Imported accounts count as of their own last payment, whenever that was.
    """
    async with database.unit() as session:
        known_rows = (await session.execute(_KNOWN)).all()  # pyright: ignore[reportDeprecated]  # exec() takes no text
        people = (await session.execute(_PEOPLE, {"most": CUSTOMERS_MAX})).all()  # pyright: ignore[reportDeprecated]  # as above
    known = dict(_both_sides(known_rows))
    report = InsightsReport(Detection(), defaultdict(Errors))
    for number, (currency, customer_id, time_zone, ends_on) in enumerate(people):
        progress(f"{SUITE}: customer {number + 1} of {len(people)}")
        principal = Principal("exam", "", "", Role.CUSTOMER, customer_id=customer_id, time_zone=time_zone)
        today = min(ends_on, as_of or ends_on)
        async with database.look() as look:
            found = await movements(look, principal, today=today, days=HISTORY_DAYS)
        history = [movement for movement in found if movement.currency == currency]
        _hold_against(report.detection, recurring_in(history, today), known, history)
        _foresee(report.errors, currency, history, today)
    return report


def _both_sides(rows: Sequence[Any]) -> list[tuple[Key, tuple[str, Interval, int]]]:
    """What each side of a known series should see, by key: its name, interval and number of payments."""
    sides: list[tuple[Key, tuple[str, Interval, int]]] = []
    for payer, payee, name, interval, payments in rows:
        facts = (name, Interval(interval), payments)
        sides += [((payer, payee, "out"), facts), ((payee, payer, "in"), facts)]
    return sides


def _hold_against(
    detection: Detection,
    found: Sequence[RecurringPayment],
    known: dict[Key, tuple[str, Interval, int]],
    history: Sequence[Movement],
) -> None:
    """Count one customer's series. Nothing is known of data without a generator, so nothing is counted there."""
    accounts = {movement.account_id for movement in history}
    mine = {key: facts for key, facts in known.items() if key[0] in accounts}
    if not mine:
        return
    seen: set[Key] = set()
    for series in found:
        key = (series.account_id, series.counterparty_account_id, series.direction)
        detection.found += 1
        if key in mine and key not in seen:
            seen.add(key)
            detection.right += 1
            detection.interval_right += series.interval == mine[key][1]
        else:
            detection.failures.append(_failure(f"{series.counterparty} {series.direction}", "found, and there is none"))
    missed = [facts for key, facts in mine.items() if key not in seen and _can_be_found(*facts[1:])]
    detection.known += len(seen) + len(missed)
    detection.failures += [_failure(name, f"{interval}, {paid} payments, not found") for name, interval, paid in missed]


def _can_be_found(interval: Interval, payments: int) -> bool:
    return payments >= (YEARLY_MIN if interval is Interval.YEARLY else PAYMENTS_MIN)


def _failure(case: str, why: str) -> dict[str, str]:
    return {"case": case, "why": why}


def _foresee(errors: dict[tuple[str, int], Errors], currency: str, history: Sequence[Movement], today: date) -> None:
    of_accounts: dict[UUID, list[Movement]] = defaultdict(list)
    for movement in history:
        of_accounts[movement.account_id].append(movement)
    last = add_months((today + timedelta(days=1)).replace(day=1), -3)
    for account_id, entries in of_accounts.items():
        for months in range(HELD_OUT_MONTHS):
            origin = add_months(last, -months) - timedelta(days=1)
            if (origin - entries[0].on).days >= KNOWN_DAYS_MIN:
                _forecast_past(errors, currency, account_id, entries, origin)


def _forecast_past(
    errors: dict[tuple[str, int], Errors], currency: str, account_id: UUID, entries: Sequence[Movement], origin: date
) -> None:
    """Forecast at the end of `origin` from what was known then. Balances are told as changes since that day."""
    past = [movement for movement in entries if movement.on <= origin]
    series = recurring_in(past, origin)
    days = project(past, series, plan(account_id, series, [], origin, HORIZONS[-1]), 0, origin, HORIZONS[-1])
    for horizon in HORIZONS:
        target = origin + timedelta(days=horizon)
        actual = _moved(entries, origin, target)
        of_horizon, told = errors[currency, horizon], days[horizon - 1]
        for method, foreseen in {
            OURS: told.balance_minor,
            SAME_PAYMENTS: _moved(entries, add_months(origin, -1), origin) * (horizon // 30),
            SAME_BALANCE: -_moved(entries, _same_day_before(target, origin), origin),
        }.items():
            of_horizon.by_method[method].append(abs(foreseen - actual))
        if told.low_minor is not None and told.high_minor is not None:
            of_horizon.in_band.append(told.low_minor <= actual <= told.high_minor)


def _moved(entries: Sequence[Movement], after: date, up_to: date) -> int:
    return sum(movement.amount_minor for movement in entries if after < movement.on <= up_to)


def _same_day_before(target: date, origin: date) -> date:
    """The latest day of the same number in its month that was known: whose balance is said to come again."""
    months = 1
    while (day := add_months(target, -months)) > origin:
        months += 1
    return day


def _is_counted(errors: Errors) -> bool:
    return errors.accounts_and_months >= ACCOUNTS_MIN * HELD_OUT_MONTHS
