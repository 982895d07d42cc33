"""Where money came from and where it went, as the nodes and links of a Sankey diagram that balance to the last unit."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from core.categories import BY_SLUG
from core.identity.access import Principal, visible_accounts
from core.insights.movements import during, require_one_customer
from core.insights.query import QueryPeriod
from core.insights.reading import fetch
from core.insights.reporting import ENTRY
from core.ledger.tables import TransactionStatus
from core.money import Currency
from core.periods import Period

OTHER_GROUP = "other"

NodeKind = Literal["source", "account", "group", "category", "sink"]


class FlowNode(BaseModel):
    """`key` is what links name. A source is `income:<category>`, `refunds:<category>`, `from_own_accounts` or
    `drawn` (what an account's balance fell by); a sink `given_back:<category>`, `to_own_accounts` or `saved` (what
    it rose by)."""

    key: str
    kind: NodeKind
    label: str
    amount_minor: int
    """What flows through it."""


class FlowLink(BaseModel):
    source: str
    target: str
    amount_minor: int


class CurrencyFlow(BaseModel):
    """What flows into each account, group and category is what flows out of it; sources and sinks sum to the same."""

    currency: Currency
    nodes: list[FlowNode]
    links: list[FlowLink]


class CashFlow(BaseModel):
    period: QueryPeriod
    currencies: list[CurrencyFlow]


@dataclass(frozen=True, slots=True)
class AccountSums:
    """What moved on an account in one category: spend and income as everywhere, and the net of own transfers."""

    account_id: UUID
    account: str
    currency: Currency
    category: str
    spend_minor: int
    income_minor: int
    own_minor: int


async def cash_flow(
    connection: AsyncConnection, principal: Principal, *, period: Period, account_id: UUID | None = None
) -> CashFlow:
    """The flow of a customer's money in `period`, over all accounts or through one."""
    require_one_customer(principal, account_id)
    e = ENTRY.c
    own = func.sum(e.amount_minor).filter(e.is_own_transfer)
    wanted: Any = (
        select(
            e.account_id, e.account, e.currency, e.category,
            func.sum(e.spend_minor).label("spend_minor"), func.sum(e.income_minor).label("income_minor"),
            func.coalesce(own, 0).label("own_minor"),
        )
        .where(
            visible_accounts(principal, customer_id=e.customer_id, bank_id=e.bank_id), e.customer_id.is_not(None),
            e.status == TransactionStatus.SUCCESS, *during(period, principal),
        )
        .group_by(e.account_id, e.account, e.currency, e.category)
        .order_by(e.currency, e.account, e.account_id, e.category)
    )  # fmt: skip
    if account_id is not None:
        wanted = wanted.where(e.account_id == account_id)
    rows = await fetch(connection, wanted)
    sums = [
        AccountSums(
            row["account_id"], row["account"], row["currency"], row["category"],
            int(row["spend_minor"]), int(row["income_minor"]), int(row["own_minor"]),
        )
        for row in rows
    ]  # fmt: skip
    currencies = list(dict.fromkeys(one.currency for one in sums))
    return CashFlow(
        period=QueryPeriod.of(period),
        currencies=[flow_of(currency, [one for one in sums if one.currency == currency]) for currency in currencies],
    )


def flow_of(currency: Currency, sums: Sequence[AccountSums]) -> CurrencyFlow:
    """The diagram of one currency."""
    links: Counter[tuple[str, str]] = Counter()
    for one in sums:
        for source, target, amount in _moves(one):
            links[source, target] += amount
    for account in dict.fromkeys(_account(one) for one in sums):
        kept = _into(links, account) - _out_of(links, account)
        if kept:
            links[(account, "saved") if kept > 0 else ("drawn", account)] += abs(kept)
    names = {_account(one): one.account for one in sums}
    keys = dict.fromkeys(key for link in links for key in link)
    return CurrencyFlow(
        currency=currency,
        nodes=[_node(key, names, links) for key in keys],
        links=[FlowLink(source=a, target=b, amount_minor=amount) for (a, b), amount in links.items()],
    )


def _moves(one: AccountSums) -> Iterator[tuple[str, str, int]]:
    """Each sum as links in the direction in which the money went."""
    account, category = _account(one), one.category
    if one.income_minor > 0:
        yield f"income:{category}", account, one.income_minor
    elif one.income_minor < 0:
        yield account, f"given_back:{category}", -one.income_minor
    if one.spend_minor > 0:
        group = f"group:{_group(category)}"
        yield account, group, one.spend_minor
        yield group, f"category:{category}", one.spend_minor
    elif one.spend_minor < 0:
        yield f"refunds:{category}", account, -one.spend_minor
    if one.own_minor > 0:
        yield "from_own_accounts", account, one.own_minor
    elif one.own_minor < 0:
        yield account, "to_own_accounts", -one.own_minor


def _node(key: str, names: dict[str, str], links: Counter[tuple[str, str]]) -> FlowNode:
    kind, _, rest = key.partition(":")
    kinds: dict[str, NodeKind] = {
        "account": "account", "group": "group", "category": "category",
        "income": "source", "refunds": "source", "from_own_accounts": "source", "drawn": "source",
    }  # fmt: skip
    return FlowNode(
        key=key,
        kind=kinds.get(kind, "sink"),
        label=names.get(key) or _label(kind, rest),
        amount_minor=max(_into(links, key), _out_of(links, key)),
    )


def _label(kind: str, rest: str) -> str:
    name = BY_SLUG[rest].name if rest in BY_SLUG else rest.capitalize()
    words = {
        "refunds": f"Refunds: {name}", "given_back": f"Given back: {name}", "from_own_accounts": "From own accounts",
        "to_own_accounts": "To own accounts", "saved": "Saved", "drawn": "From savings",
    }  # fmt: skip
    return words.get(kind, name)


def _account(one: AccountSums) -> str:
    return f"account:{one.account_id}"


def _group(category: str) -> str:
    return BY_SLUG[category].group if category in BY_SLUG else OTHER_GROUP


def _into(links: Counter[tuple[str, str]], key: str) -> int:
    return sum(amount for (_, target), amount in links.items() if target == key)


def _out_of(links: Counter[tuple[str, str]], key: str) -> int:
    return sum(amount for (source, _), amount in links.items() if source == key)
