"""Budgets: what a customer means to spend a month on a category, or on a group of categories."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CHAR,
    BigInteger,
    Boolean,
    Date,
    DateTime,
    Integer,
    Text,
    Uuid,
    column,
    delete,
    func,
    insert,
    select,
    table,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel.ext.asyncio.session import AsyncSession

from core.audit import record
from core.categories import BY_SLUG
from core.db import Refusals, refusing
from core.errors import AlreadyExists, Conflict, InvalidBudget, NotFound
from core.identity.access import Principal, Role
from core.ids import new_id
from core.insights.reading import fetch
from core.money import Money
from core.versions import check_version

BUDGETS_MAX = 200
"""Per customer."""
GROUPS = frozenset(category.group for category in BY_SLUG.values())
REFUSALS: Refusals = {
    "budget_begins_once": (AlreadyExists, "There is a budget for this that begins in the same month: change that one"),
    "budget_months": (InvalidBudget, "A budget's last month is not before its first"),
}

_FACTS: list[Any] = [
    column("id", Uuid),
    column("customer_id", Uuid),
    column("covers", Text),
    column("currency", CHAR(3)),
    column("amount_minor", BigInteger),
    column("first_month", Date),
    column("last_month", Date),
    column("rollover", Boolean),
    column("version", Integer),
]
_NAMES: list[str] = [fact.name for fact in _FACTS]
_STORED = table("budget", *_FACTS, column("updated_at", DateTime(timezone=True)), schema="insights")
_SHOWN = table("budget", *(column(fact.name, fact.type) for fact in _FACTS), schema="reporting")


@dataclass(frozen=True, slots=True)
class Budget:
    """From `first_month` on, until another budget for the same begins, or after `last_month`. With `rollover`, what was
    left or overspent counts in the months after."""

    id: UUID
    covers: str
    amount: Money
    first_month: date
    last_month: date | None
    rollover: bool
    version: int = 1

    @property
    def name(self) -> str:
        return BY_SLUG[self.covers].name if self.covers in BY_SLUG else self.covers.capitalize()

    def counts(self, category: str) -> bool:
        return category == self.covers or (category in BY_SLUG and BY_SLUG[category].group == self.covers)


async def add_budget(
    session: AsyncSession,
    principal: Principal,
    *,
    covers: str,
    amount: Money,
    first_month: date,
    last_month: date | None = None,
    rollover: bool = False,
) -> Budget:
    """The budget as stored. Raises NotAllowed for anybody but a customer, InvalidBudget, and AlreadyExists."""
    principal.require(Role.CUSTOMER)
    if covers not in BY_SLUG and covers not in GROUPS:
        raise InvalidBudget(f"There is no category or group {covers!r}")
    s = _STORED.c
    count = select(func.count()).select_from(_STORED).where(s.customer_id == principal.customer_id)
    if (await session.execute(count)).scalar_one() >= BUDGETS_MAX:  # pyright: ignore[reportDeprecated]  # exec() is for models
        raise Conflict(f"{BUDGETS_MAX} budgets are the most there can be: delete one")
    budget = Budget(new_id(), covers, amount, first_month, last_month, rollover)
    row = {
        "id": budget.id, "customer_id": principal.customer_id, "covers": covers, "currency": amount.currency,
        "amount_minor": amount.amount_minor, "first_month": first_month, "last_month": last_month, "rollover": rollover,
    }  # fmt: skip
    with refusing(REFUSALS):
        await session.execute(insert(_STORED).values(row))  # pyright: ignore[reportDeprecated]  # as above
    await record(session, actor=principal.subject, action="budget.add", subject=f"budget:{budget.id}")
    return budget


async def change_budget(
    session: AsyncSession, principal: Principal, budget_id: UUID, *, if_match: str | None, **changes: object
) -> Budget:
    """The budget with `changes` (amount_minor, last_month, rollover) made. Raises NotFound for what is not theirs,
    VersionRequired, VersionMismatch and InvalidBudget."""
    current = await _own(session, principal, budget_id)
    check_version(if_match, current.version)
    s = _STORED.c
    changed: Any = (
        update(_STORED)
        .where(s.id == budget_id)
        .values(**changes, version=s.version + 1, updated_at=func.now())
        .returning(*(s[name] for name in _NAMES))
    )
    with refusing(REFUSALS):
        row = (await session.execute(changed)).mappings().one()  # pyright: ignore[reportDeprecated]  # as above
    await record(session, actor=principal.subject, action="budget.change", subject=f"budget:{budget_id}")
    return _budget(row)


async def delete_budget(session: AsyncSession, principal: Principal, budget_id: UUID) -> None:
    """Raises NotFound for what is not theirs."""
    await _own(session, principal, budget_id)
    await session.execute(delete(_STORED).where(_STORED.c.id == budget_id))  # pyright: ignore[reportDeprecated]  # as above
    await record(session, actor=principal.subject, action="budget.delete", subject=f"budget:{budget_id}")


async def budgets_of(connection: AsyncConnection, principal: Principal, month: date) -> list[Budget]:
    """Those that count in `month` (its first day): of several for the same, the one that began last."""
    principal.require(Role.CUSTOMER)
    b = _SHOWN.c
    wanted = (
        select(_SHOWN)
        .where(b.customer_id == principal.customer_id, b.first_month <= month)
        .order_by(b.covers, b.currency, b.first_month.desc())
    )
    return in_force([_budget(row) for row in await fetch(connection, wanted)], month)


def in_force(budgets: Sequence[Budget], month: date) -> list[Budget]:
    """Of each thing that is budgeted, the one that began last, unless it has ended. `budgets` begin last first."""
    latest: dict[tuple[str, str], Budget] = {}
    for budget in budgets:
        if budget.first_month <= month:
            latest.setdefault((budget.covers, budget.amount.currency), budget)
    return [budget for budget in latest.values() if budget.last_month is None or month <= budget.last_month]


async def _own(session: AsyncSession, principal: Principal, budget_id: UUID) -> Budget:
    principal.require(Role.CUSTOMER)
    s = _STORED.c
    wanted: Any = select(*(s[name] for name in _NAMES)).where(s.id == budget_id, s.customer_id == principal.customer_id)
    row = (await session.execute(wanted.with_for_update())).mappings().one_or_none()  # pyright: ignore[reportDeprecated]  # as above
    if row is None:
        raise NotFound
    return _budget(row)


def _budget(row: Any) -> Budget:
    amount = Money(row["amount_minor"], row["currency"])
    facts = {name: row[name] for name in ("id", "covers", "first_month", "last_month", "rollover", "version")}
    return Budget(amount=amount, **facts)
