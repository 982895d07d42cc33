"""A household with two months of shopping, one payment nobody would expect, two that have only a suggested category,
and the analyst of its bank."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from core.banking.tables import Account, Bank, CustomerKind
from core.identity.access import Role
from core.money import Money
from core.periods import Period, Unit, today_in
from tests.factories import make_account, make_bank, make_customer, make_user, pay

ZONE = ZoneInfo("Asia/Kolkata")
NASTY = '<img src=x onerror="window.hacked=1">'
SCAM = "Moonshot Holdings"
CAFE = "Blue Lotus Cafe"


@dataclass(frozen=True)
class Household:
    customer: str
    """A login; both have tests.factories.PASSWORD."""
    analyst: str
    groceries: Money
    """What left for groceries last month."""
    shopping_trips: int
    """In how many payments."""


_SHOPS = [("Greenleaf Grocers", "5411"), ("Corner Kirana", "5411"), ("Spice Route", "5812"), ("City Fuels", "5541")]


async def settle(session: AsyncSession, now: datetime) -> Household:
    """The household, with payments up to the end of last month as `now` has it."""
    last_month = Period.of(Unit.MONTH, today_in(ZONE, now)).previous()
    bank = await make_bank(session, name="Meridian Bank")
    asha = await make_customer(session, name="Asha Menon")
    home, employer = await make_account(session, bank, asha), await make_account(session, bank)
    shops = [await _shop(session, bank, name, merchant_category_code=code) for name, code in _SHOPS]
    for month in (last_month.previous(), last_month):
        await pay(session, employer, home, 8_500_000, occurred_at=_at(month.start, 9), description="Salary")
        trips = [await _go_shopping(session, home, shops, month.start + timedelta(days=n)) for n in range(26)]
    stranger = await _shop(session, bank, SCAM)
    night = _at(last_month.end - timedelta(days=1), 3)
    await pay(session, home, stranger, 4_800_000, occurred_at=night, description=NASTY)
    await _eat_out(session, home, await _shop(session, bank, CAFE), last_month.previous().start)
    groceries = [spent for shop, spent in trips if shop < 2]
    return Household(
        customer=(await make_user(session, Role.CUSTOMER, customer=asha)).email,
        analyst=(await make_user(session, Role.ANALYST, bank=bank)).email,
        groceries=Money(sum(groceries), "INR"),
        shopping_trips=len(groceries),
    )


async def _shop(session: AsyncSession, bank: Bank, name: str, **facts: object) -> Account:
    shop = await make_customer(session, name=name, kind=CustomerKind.BUSINESS, **facts)
    return await make_account(session, bank, shop)


async def _eat_out(session: AsyncSession, home: Account, cafe: Account, day: date) -> None:
    """Twice, in a place that says not what it is; the suggestions are those that its name makes."""
    suggest = text("INSERT INTO insights.suggestion VALUES (:id, :account, 'eating_out', 0.7)")
    for evening in range(2):
        paid = await pay(session, home, cafe, 42_000, occurred_at=_at(day + timedelta(days=evening), 20))
        await session.execute(suggest, {"id": paid.id, "account": home.id})


async def _go_shopping(session: AsyncSession, home: Account, shops: list[Account], day: date) -> tuple[int, int]:
    """Which shop it was, and what was spent there."""
    shop, spent = day.day % len(shops), 70_000 + day.day * 1_250
    await pay(session, home, shops[shop], spent, occurred_at=_at(day, 18), description=f"Receipt {day.day}")
    return shop, spent


def _at(day: date, hour: int) -> datetime:
    return datetime.combine(day, time(hour), ZONE).astimezone(UTC)
