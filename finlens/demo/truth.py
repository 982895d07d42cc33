"""What the generator knows of recurring payments, kept where an exam can read it and a detector cannot."""

from collections.abc import Iterator, Mapping
from datetime import date
from uuid import UUID

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from core.insights.rhythm import Interval
from finlens.demo.cast import account_of, cast
from finlens.demo.days import INTEREST, RECEIPTS
from finlens.demo.series import recurring_series

_INTERVALS = {
    "28 days": Interval.FOUR_WEEKLY,
    "month": Interval.MONTHLY,
    "last working day": Interval.MONTHLY,
    "quarter": Interval.QUARTERLY,
    "year": Interval.YEARLY,
}
_KEEP = text("""
    INSERT INTO insights.known_series (payer_account_id, payee_account_id, name, interval, description, source)
    VALUES (:payer, :payee, :name, :interval, :description, 'demo')
        ON CONFLICT DO NOTHING
""")


async def keep_truth(session: AsyncSession, accounts: Mapping[str, UUID], start: date) -> None:
    """Store every series of the demo bank that began on `start`; those that are stored already stay."""
    await session.execute(_KEEP, list(_known(accounts, start)))


def _known(accounts: Mapping[str, UUID], start: date) -> Iterator[dict[str, object]]:
    series = recurring_series(start)
    for one in series:
        yield _row(accounts, one.payer, one.payee, one.name, _INTERVALS[one.interval], one.description)
    for employer in sorted({one.payer for one in series if one.name == "salary"}):
        yield _from_outside(accounts, employer, "receipts", Interval.MONTHLY, RECEIPTS)
    for person in cast().people:
        yield _from_outside(accounts, person.account, "interest", Interval.QUARTERLY, INTEREST)


def _from_outside(
    accounts: Mapping[str, UUID], payee: str, name: str, interval: Interval, description: str
) -> dict[str, object]:
    payer = account_of("outside", cast().accounts[payee].bank)
    return _row(accounts, payer, payee, name, interval, description)


def _row(
    accounts: Mapping[str, UUID], payer: str, payee: str, name: str, interval: Interval, description: str
) -> dict[str, object]:
    ends = {"payer": accounts[payer], "payee": accounts[payee]}
    return {**ends, "name": name, "interval": interval, "description": description}
