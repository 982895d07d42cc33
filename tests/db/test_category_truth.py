"""Random payments, refunds, rules, splits and words of the holder: spend by category is what plain Python says.

Literal on purpose. Where the two differ, one of them misreads docs/decisions/0009-categories.md.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.banking.tables import Account
from core.db import Database
from core.identity.access import Principal, Role
from core.insights.compute import compute
from core.insights.query import InsightQuery
from core.insights.rules import NewRule, add_rule
from core.insights.splits import Split, divide
from core.ledger.annotations import annotate
from tests.factories import make_account, make_bank, make_customer, pay

WORDS = ("Tea", "rent", "ÄPFEL", "taxi home", "")
SLUGS = ("groceries", "gifts", "rent", "taxi")
CHANNELS = ("upi", "card")


@dataclass(frozen=True)
class Paid:
    """A payment of the holder's, what they have said of it, and what came back."""

    amount_minor: int
    description: str
    channel: str
    category: str | None
    to_shop: bool
    said: str | None
    parts: tuple[tuple[str, int], ...]
    returned_minor: int
    says_it_again: bool
    """The refund names the payment's category, as a reversal does; one of an import may name none."""
    said_of_refund: str | None


@st.composite
def payments(draw: st.DrawFn) -> Paid:
    amount = draw(st.integers(2, 2_000))
    border = draw(st.integers(1, amount - 1))
    return Paid(
        amount_minor=amount,
        description=draw(st.sampled_from(WORDS)),
        channel=draw(st.sampled_from(CHANNELS)),
        category=draw(st.none() | st.sampled_from(SLUGS)),
        to_shop=draw(st.booleans()),
        said=draw(st.none() | st.sampled_from(SLUGS)),
        parts=draw(st.just(()) | st.just((("pets", border), ("fuel", amount - border)))),
        returned_minor=draw(st.just(0) | st.integers(1, amount)),
        says_it_again=draw(st.booleans()),
        said_of_refund=draw(st.none() | st.sampled_from(SLUGS)),
    )


RULES = st.fixed_dictionaries(
    {"category": st.sampled_from(SLUGS), "currency": st.just("INR")},
    optional={
        "description": st.sampled_from(["TEA", "äpf", "home", "nothing"]),
        "counterparty": st.sampled_from(["corner", "NOBODY"]),
        "direction": st.sampled_from(["out", "in"]),
        "channel": st.sampled_from(CHANNELS),
        "amount_minor_min": st.integers(1, 500),
        "amount_minor_max": st.integers(500, 2_000),
    },
).filter(lambda rule: len(rule) > 2)


def expected(paid: Paid, rules: list[dict[str, Any]]) -> Counter[str]:
    spend: Counter[str] = Counter()
    if paid.parts:
        spend.update(dict(paid.parts))
    else:
        spend[category(paid, rules)] += paid.amount_minor
    if paid.returned_minor and paid.said_of_refund:
        spend[paid.said_of_refund] -= paid.returned_minor
    elif paid.returned_minor and paid.parts:
        [(first, minor), (second, _)] = paid.parts
        share = paid.returned_minor * minor // paid.amount_minor
        spend.subtract({first: share, second: paid.returned_minor - share})
    elif paid.returned_minor:
        spend[category(paid, rules)] -= paid.returned_minor
    return spend


def category(paid: Paid, rules: list[dict[str, Any]]) -> str:
    by_rule = next((rule["category"] for rule in rules if fits(paid, rule)), None)
    sold = "groceries" if paid.to_shop else "uncategorised"
    return paid.said or by_rule or paid.category or sold


def fits(paid: Paid, rule: dict[str, Any]) -> bool:
    name = "Corner Mart" if paid.to_shop else "Somebody"
    return (
        rule.get("description", "").lower() in paid.description.lower()
        and rule.get("counterparty", "").lower() in name.lower()
        and rule.get("direction", "out") == "out"
        and rule.get("channel", paid.channel) == paid.channel
        and rule.get("amount_minor_min", 0) <= paid.amount_minor <= rule.get("amount_minor_max", 10**9)
    )


@settings(max_examples=30, suppress_health_check=[HealthCheck.too_slow])
@given(made=st.lists(payments(), min_size=1, max_size=5), rules=st.lists(RULES, max_size=4))
async def test_spend_by_category_is_what_plain_python_makes_of_it(
    database: Database, made: list[Paid], rules: list[dict[str, Any]]
) -> None:
    async with database.unit() as session:
        bank = await make_bank(session)
        holder = await make_customer(session)
        code = {"kind": "business", "merchant_category_code": "5411"}
        cash, account = await make_account(session, bank), await make_account(session, bank, holder)
        shop = await make_account(session, bank, await make_customer(session, name="Corner Mart", **code))
        person = await make_account(session, bank, await make_customer(session, name="Somebody"))
        await pay(session, cash, account, 100_000)
        for rule in rules:
            await add_rule(session, holder.id, NewRule.model_validate(rule))
        for paid in made:
            await make(session, paid, account, shop if paid.to_shop else person)
    wanted: Counter[str] = Counter()
    for paid in made:
        wanted.update(expected(paid, rules))
    today = date.today()
    query = InsightQuery.model_validate(
        {
            "measures": ["spend"],
            "group_by": ["category"],
            "period": {"start": today - timedelta(days=2), "end": today + timedelta(days=2)},
        }
    )
    asker = Principal(subject="test", email="", name="", role=Role.CUSTOMER, customer_id=holder.id)
    async with database.look() as look:
        found = {row["category"]: row["spend"] for row in (await compute(look, asker, query)).rows if row["spend"]}
        whole = await compute(look, asker, query.model_copy(update={"group_by": ()}))
    assert found == {slug: minor for slug, minor in wanted.items() if minor}
    assert sum(row["spend"] for row in whole.rows) == sum(paid.amount_minor - paid.returned_minor for paid in made)


async def make(session: Any, paid: Paid, account: Account, payee: Account) -> None:
    posting = await pay(
        session, account, payee, paid.amount_minor,
        description=paid.description, channel=paid.channel, category=paid.category,
    )  # fmt: skip
    side = {"transaction_id": posting.id, "account_id": account.id, "actor": "test"}
    version = 0
    if paid.said:
        version = await annotate(session, {"category": paid.said}, **side, version=version)
    if paid.parts:
        split = Split.model_validate({"parts": [{"category": slug, "amount_minor": n} for slug, n in paid.parts]})
        await divide(session, split, **side, whole_minor=paid.amount_minor, version=version)
    if paid.returned_minor:
        category = paid.category if paid.says_it_again else None
        refund = await pay(session, payee, account, paid.returned_minor, category=category, reverses_id=posting.id)
        if paid.said_of_refund:
            side = {**side, "transaction_id": refund.id}
            await annotate(session, {"category": paid.said_of_refund}, **side, version=0)
