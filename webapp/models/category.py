"""Suggestions, rules, and what either would change, as the page of categories shows them."""

from dataclasses import dataclass, field
from typing import Any

from core.money import Money
from webapp.models import words

_DIRECTIONS = {"out": "money out", "in": "money in"}


@dataclass
class Suggestion:
    counterparty: str = ""
    category: str = ""
    name: str = ""
    """The category's."""
    payments: str = ""
    sums: str = ""
    latest: str = ""


def suggestion(found: dict[str, Any], time_zone: str) -> Suggestion:
    return Suggestion(
        counterparty=found["counterparty"],
        category=found["category"],
        name=words.category(found["category"]),
        payments=counted(found["payments"]),
        sums=", ".join(words.money(each["amount_minor"], each["currency"]) for each in found["sums"]),
        latest=words.moment(found["latest_at"], time_zone).partition(",")[0],
    )


@dataclass
class Rule:
    id: str
    place: int
    category: str
    name: str
    asks: str
    """What it asks of a payment, in words."""
    version: int


def rule(found: dict[str, Any]) -> Rule:
    asks = ", ".join(_asks(found))
    return Rule(
        id=found["id"],
        place=found["place"],
        category=found["category"],
        name=words.category(found["category"]),
        asks=asks[:1].upper() + asks[1:],
        version=found["version"],
    )


def _asks(found: dict[str, Any]) -> list[str]:
    said = [_DIRECTIONS[found["direction"]]] if found["direction"] else []
    if found["counterparty"]:
        said.append(f"to or from “{found['counterparty']}”")
    if found["description"]:
        said.append(f"described as “{found['description']}”")
    if found["channel"]:
        said.append(f"by {found['channel']}")
    for field_name, before in (("amount_minor_min", "at least"), ("amount_minor_max", "at most")):
        if found[field_name]:
            said.append(f"{before} {Money(found[field_name], found['currency']).display()}")
    return said


@dataclass
class CategoryChange:
    name: str
    payments: str
    money: str


@dataclass
class ChangedPayment:
    day: str
    counterparty: str
    amount: str
    categories: str


@dataclass
class Effect:
    """What something would change; `summary` is empty where nothing was asked."""

    summary: str = ""
    categories: list[CategoryChange] = field(default_factory=list)
    payments: list[ChangedPayment] = field(default_factory=list)


def effect(found: dict[str, Any], time_zone: str) -> Effect:
    changed = found["changed"]
    return Effect(
        summary=f"{counted(changed)} would change" if changed else "No payment would change",
        categories=[_category_change(each) for each in found["categories"]],
        payments=[_changed_payment(each, time_zone) for each in found["entries"]],
    )


def _category_change(found: dict[str, Any]) -> CategoryChange:
    side = "spend" if found["spend_minor_before"] or found["spend_minor_after"] else "income"
    sums = [words.money(found[f"{side}_minor_{when}"], found["currency"]) for when in ("before", "after")]
    return CategoryChange(
        name=words.category(found["category"]),
        payments=f"{found['payments_before']} → {found['payments_after']}",
        money=" → ".join(sums),
    )


def _changed_payment(found: dict[str, Any], time_zone: str) -> ChangedPayment:
    return ChangedPayment(
        day=words.moment(found["occurred_at"], time_zone).partition(",")[0],
        counterparty=found["counterparty"],
        amount=words.signed_money(found["amount_minor"], found["currency"]),
        categories=" → ".join(words.category(found[f"category_{when}"]) for when in ("before", "after")),
    )


def counted(payments: int) -> str:
    return f"{payments:,} payment{'' if payments == 1 else 's'}"
