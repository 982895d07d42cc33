"""Founding the demo bank: its banks, customers and accounts, still empty."""

from collections.abc import Sequence
from datetime import date

from sqlmodel.ext.asyncio.session import AsyncSession

from core.banking.accounts import open_accounts
from core.banking.banks import add_bank
from core.banking.customers import NewCustomer, add_customers
from core.banking.pan import PanVault
from core.banking.tables import Account, CustomerKind
from core.ids import fingerprint
from core.settings import Settings
from finlens.demo.cast import BANKS, AccountPlan, Business, Person, cast
from finlens.demo.payment import SEED, chance


async def found(session: AsyncSession, settings: Settings, start: date) -> None:
    """Store the whole cast. Its accounts open on `start`, which is how later runs know when the demo bank began."""
    banks = {}
    for bank in BANKS:
        contact = f"care@{bank.code.lower()}.finlens.example"
        banks[bank.code] = (await add_bank(session, name=bank.name, code=bank.code, email=contact)).id
    crew = cast()
    wanted = [*map(_person, crew.people, range(len(crew.people))), *map(_business, crew.businesses)]
    customers = await add_customers(session, wanted, vault=PanVault.of(settings))
    keys = [person.email for person in crew.people] + [business.name for business in crew.businesses]
    ids = {key: customer.id for key, customer in zip(keys, customers, strict=True)}
    plans = list(crew.accounts.values())
    await open_accounts(
        session,
        [
            Account(
                bank_id=banks[plan.bank],
                customer_id=ids[plan.holder] if plan.holder else None,
                kind=plan.kind,
                number=number_of(plan),
                name=plan.name,
                currency=plan.currency,
                opened_on=start,
            )
            for plan in plans
        ],
    )


def number_of(plan: AccountPlan) -> str:
    """Twelve digits, the same in every installation."""
    return f"{fingerprint(SEED, plan.key).int % 10**12:012d}"


def _person(person: Person, index: int) -> NewCustomer:
    dice = chance("home", person.email)
    return NewCustomer(
        name=person.name,
        # In the form of a PAN, with letters no tax office has given out in this order.
        pan=f"FNLP{person.name.split()[-1][0]}{index + 1:04d}X",
        email=person.email,
        address=f"{dice.randint(1, 240)}, {dice.choice(_STREETS)}, {person.city.name}",
        latitude=round(person.city.latitude + dice.uniform(-0.05, 0.05), 5),
        longitude=round(person.city.longitude + dice.uniform(-0.05, 0.05), 5),
        time_zone=person.city.time_zone,
    )


def _business(business: Business) -> NewCustomer:
    return NewCustomer(
        name=business.name,
        kind=CustomerKind.BUSINESS,
        merchant_category_code=business.code,
        time_zone="Europe/Berlin" if business.currency == "EUR" else "Asia/Kolkata",
    )


_STREETS: Sequence[str] = (
    "Lake View Road",
    "2nd Cross",
    "Temple Street",
    "Station Road",
    "Garden Lane",
    "Hill Side Avenue",
)
