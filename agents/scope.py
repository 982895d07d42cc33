"""What a caller's data hold by name: payees, accounts, channels, days. Resolvers match against nothing else."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from time import monotonic
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from agents.remarks import remarks_in
from core.db import Database
from core.identity.access import Principal, visible_accounts
from core.insights.reporting import ACCOUNT, ENTRY
from core.ledger.tables import TransactionStatus
from core.money import Currency
from core.periods import Period, today_in

NAMES_MAX = 5_000
"""Names that resolvers know; a bank's rarer ones are still found by what descriptions and names contain."""
REMARKED_MAX = 20_000
"""Payments whose remarks are looked through, the latest: a business may have millions."""
FRESH_S = 60.0
CALLERS_MAX = 500

_DEFAULT_CURRENCY: Currency = "INR"


@dataclass(frozen=True, slots=True)
class Counterparty:
    name: str
    category: str
    """The one that most payments with it have."""
    payments: int
    only_pays: bool = False
    """Whether all of these came in: an employer, an office that pays a benefit."""


@dataclass(frozen=True, slots=True)
class OwnAccount:
    account_id: UUID
    name: str
    bank: str
    holder: str
    number: str
    currency: Currency


@dataclass(frozen=True, slots=True)
class Scope:
    """Everything nameable that one caller may see. `first_day` and `last_day` are None where there are no payments."""

    counterparties: tuple[Counterparty, ...]
    accounts: tuple[OwnAccount, ...]
    channels: tuple[str, ...]
    categories: tuple[str, ...]
    currencies: tuple[Currency, ...]
    first_day: date | None
    last_day: date | None
    payments: int = 0
    """How many there are in all."""
    payday: date | None = None
    """The day on which a salary came last."""
    remarks: frozenset[str] = frozenset()
    """What a customer wrote beside payments; of a bank none, for there are too many."""

    @property
    def is_of_many(self) -> bool:
        """Whether it holds accounts of several people: a bank's, then, and not a customer's own."""
        return len({account.holder for account in self.accounts}) > 1

    def everything(self, today: date) -> Period:
        """From the first payment to `today`, both included; today alone where none is known by then."""
        return Period(min(self.first_day or today, today), today + timedelta(days=1))

    def account_names(self) -> dict[str, str]:
        """What to call each account, by its id: its holder at a bank, its bank and name to the holder."""
        if self.is_of_many:
            return {str(account.account_id): account.holder for account in self.accounts}
        return {str(account.account_id): f"{account.bank}, {account.name}" for account in self.accounts}

    @property
    def currency(self) -> Currency:
        """What a bare number is taken for: the currency of most payments."""
        return self.currencies[0] if self.currencies else _DEFAULT_CURRENCY


async def read_scope(connection: AsyncConnection, principal: Principal) -> Scope:
    """The scope of `principal`, read now."""
    kinds = await _kinds(connection, principal)
    paid = [today_in(principal.zone, last) for _, category, *_, last in kinds if category == "salary"]
    days = [today_in(principal.zone, instant) for *_, first, last in kinds for instant in (first, last)]
    return Scope(
        counterparties=await _counterparties(connection, principal),
        accounts=await _accounts(connection, principal),
        channels=_by_weight(kinds, 0),
        categories=_by_weight(kinds, 1),
        currencies=_by_weight(kinds, 2),
        first_day=min(days, default=None),
        last_day=max(days, default=None),
        payments=sum(payments for *_, payments, _, _ in kinds),
        payday=max(paid, default=None),
        remarks=await _remarks(connection, principal),
    )


class Scopes:
    """Scopes of recent callers, each at most FRESH_S old, so that a conversation does not read the names each turn."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._known: OrderedDict[str, tuple[float, Scope]] = OrderedDict()

    async def of(self, database: Database, principal: Principal) -> Scope:
        """The scope of `principal`, read now or a moment ago."""
        read_at, scope = self._known.get(principal.subject, (float("-inf"), None))
        if scope is None or self._clock() - read_at > FRESH_S:
            async with database.look() as connection:
                scope = await read_scope(connection, principal)
            self._known[principal.subject] = (self._clock(), scope)
            if len(self._known) > CALLERS_MAX:
                self._known.popitem(last=False)
        return scope


_Kind = tuple[str, str, str, int, datetime, datetime]


async def _kinds(connection: AsyncConnection, principal: Principal) -> list[_Kind]:
    """Payments per channel, category and currency, with the first and the last instant."""
    e = ENTRY.c
    found = await connection.execute(
        select(e.channel, e.category, e.currency, func.count(), func.min(e.occurred_at), func.max(e.occurred_at))
        .where(visible_accounts(principal, customer_id=e.customer_id, bank_id=e.bank_id))
        .group_by(e.channel, e.category, e.currency)
    )
    return [(row[0], row[1], row[2], row[3], row[4], row[5]) for row in found]


def _by_weight(kinds: list[_Kind], column: int) -> tuple[str, ...]:
    weights: dict[str, int] = {}
    for kind in kinds:
        weights[str(kind[column])] = weights.get(str(kind[column]), 0) + kind[3]
    return tuple(sorted(weights, key=lambda name: (-weights[name], name)))


async def _counterparties(connection: AsyncConnection, principal: Principal) -> tuple[Counterparty, ...]:
    e = ENTRY.c
    count = func.count()
    found = await connection.execute(
        select(e.counterparty, func.mode().within_group(e.category), count, func.bool_and(e.direction == "in"))
        .where(visible_accounts(principal, customer_id=e.customer_id, bank_id=e.bank_id))
        .where(e.status == TransactionStatus.SUCCESS, ~e.is_own_transfer)
        .group_by(e.counterparty)
        .order_by(count.desc(), e.counterparty)
        .limit(NAMES_MAX)
    )
    return tuple(Counterparty(*row) for row in found)


async def _remarks(connection: AsyncConnection, principal: Principal) -> frozenset[str]:
    if principal.customer_id is None:
        return frozenset()
    e = ENTRY.c
    latest = (
        select(e.description, e.counterparty)
        .where(visible_accounts(principal, customer_id=e.customer_id, bank_id=e.bank_id))
        .where(e.status == TransactionStatus.SUCCESS, e.direction == "out")  # what others wrote is no word of theirs
        .order_by(e.occurred_at.desc())
        .limit(REMARKED_MAX)
        .subquery()
    )
    described = func.regexp_replace(latest.c.description, r"\d+", "", "g")  # references make each another
    found = await connection.execute(select(described, latest.c.counterparty).distinct().limit(NAMES_MAX))
    return remarks_in((row[0], row[1]) for row in found)


async def _accounts(connection: AsyncConnection, principal: Principal) -> tuple[OwnAccount, ...]:
    a = ACCOUNT.c
    found = await connection.execute(
        select(a.account_id, a.name, a.bank, a.customer, a.number, a.currency)
        .where(visible_accounts(principal, customer_id=a.customer_id, bank_id=a.bank_id), a.kind == "customer")
        .order_by(a.opened_on, a.account_id)
        .limit(NAMES_MAX)
    )
    return tuple(OwnAccount(*row) for row in found)
