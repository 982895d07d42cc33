"""A month at a glance: its totals, where it went, the year's course, and what the accounts hold."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from webapp import charts
from webapp.models import words

_SLICES_MAX = 7
"""Slices that an eye can tell apart; the rest becomes one."""


@dataclass
class Tile:
    label: str
    text: str
    hint: str = ""


@dataclass
class Share:
    name: str
    amount: str
    percent: int


@dataclass
class Account:
    name: str
    bank: str
    number: str
    balance: str
    available: str


@dataclass
class Overview:
    """Of one currency: amounts of two are never added together."""

    currency: str = ""
    tiles: list[Tile] = field(default_factory=list)
    money: dict[str, Any] = field(default_factory=dict)
    trend: dict[str, Any] = field(default_factory=dict)
    categories: dict[str, Any] = field(default_factory=dict)
    shares: list[Share] = field(default_factory=list)
    merchants: dict[str, Any] = field(default_factory=dict)
    has_spending: bool = False


def overviews(found: dict[str, Any]) -> list[Overview]:
    """One for each currency, the busiest first."""
    versus = _versus(found)
    return [_overview(each, versus) for each in found["currencies"]]


def accounts(found: dict[str, Any]) -> list[Account]:
    return [
        Account(
            name=each["name"],
            bank=each["bank"],
            number=each["number"],
            balance=words.money(each["posted_minor"], each["currency"]),
            available=_available(each),
        )
        for each in found["accounts"]
    ]


def _overview(found: dict[str, Any], versus: str) -> Overview:
    spent = [each for each in found["categories"] if each["spend_minor"] > 0]
    names, amounts = _slices(spent)
    trend = found["trend"]
    return Overview(
        currency=found["currency"],
        tiles=_tiles(found, versus),
        money=charts.money_of(found["currency"]),
        trend=charts.lines_or_bars(
            "bar",
            [f"{date.fromisoformat(each['month']):%b %y}" for each in trend],
            [
                {"name": "Income", "values": [each["income_minor"] for each in trend]},
                {"name": "Spending", "values": [each["spend_minor"] for each in trend]},
            ],
        ),
        categories=charts.donut(names, amounts, legend=False),
        shares=_shares(names, amounts, found["currency"]),
        merchants=charts.ranking(
            [each["counterparty"] for each in found["merchants"]], [each["spend_minor"] for each in found["merchants"]]
        ),
        has_spending=bool(spent),
    )


def _tiles(found: dict[str, Any], versus: str) -> list[Tile]:
    now, before, currency = found["this_month"], found["before"], found["currency"]
    return [
        Tile("Spent", words.money(now["spend_minor"], currency), _change(now, before, "spend_minor", versus)),
        Tile("Received", words.money(now["income_minor"], currency), _change(now, before, "income_minor", versus)),
        Tile("Left over", words.money(now["net_minor"], currency), "Received less spent"),
        Tile("Balance", words.money(found["balance_minor"], currency), _accounts_text(found["accounts"])),
    ]


def _change(now: dict[str, Any], before: dict[str, Any], name: str, versus: str) -> str:
    if before[name] <= 0:
        return f"Nothing {versus}"
    percent = round(100 * (now[name] - before[name]) / before[name])
    return f"{percent:+d} % against {versus}" if percent else f"As much as {versus}"


def _versus(found: dict[str, Any]) -> str:
    """What this month is compared with, in words: a whole month, or the same days of it."""
    start, end = (date.fromisoformat(found["compared_with"][border]) for border in ("start", "end"))
    return f"{start:%B}" if end.day == 1 else f"1 to {end.day - 1} {start:%B}"


def _accounts_text(count: int) -> str:
    return "In 1 account" if count == 1 else f"In {count:,} accounts"


def _slices(spent: list[dict[str, Any]]) -> tuple[list[str], list[int]]:
    shown, rest = spent[:_SLICES_MAX], spent[_SLICES_MAX:]
    names, amounts = [each["name"] for each in shown], [each["spend_minor"] for each in shown]
    if rest:
        names, amounts = [*names, "Everything else"], [*amounts, sum(each["spend_minor"] for each in rest)]
    return names, amounts


def _shares(names: list[str], amounts: list[int], currency: str) -> list[Share]:
    total = sum(amounts)
    return [
        Share(name, words.money(minor, currency), round(100 * minor / total))
        for name, minor in zip(names, amounts, strict=True)
    ]


def _available(found: dict[str, Any]) -> str:
    """Said only where it differs from the balance."""
    if found["available_minor"] == found["posted_minor"]:
        return ""
    return f"{words.money(found['available_minor'], found['currency'])} available"
