"""Customers: people and businesses who hold accounts."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator
from sqlmodel.ext.asyncio.session import AsyncSession
from typing_extensions import TypedDict

from core.banking.pan import Pan, PanVault
from core.banking.tables import Customer, CustomerKind
from core.categories import category_of_code
from core.db import Refusals, refusing
from core.errors import AlreadyExists, InvalidRequest
from core.text import Email, Line, Phone, Text, TimeZone

MerchantCode = Annotated[str, Field(pattern=r"^\d{4}$", description="ISO 18245, for businesses")]
Latitude = Annotated[float, Field(ge=-90, le=90)]
Longitude = Annotated[float, Field(ge=-180, le=180)]


class NewCustomer(BaseModel):
    """What it takes to become a customer. Only businesses have a merchant category code."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Line
    kind: CustomerKind = CustomerKind.PERSON
    pan: Pan | None = None
    email: Email | None = None
    phone: Phone | None = None
    address: Text | None = None
    latitude: Latitude | None = None
    longitude: Longitude | None = None
    time_zone: TimeZone = "Asia/Kolkata"
    merchant_category_code: MerchantCode | None = None

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if misfit := _misfit(self):
            raise ValueError(misfit)
        return self


_REFUSALS: Refusals = {
    "customer_email": (AlreadyExists, "A customer with this email exists"),
    "customer_pan_fingerprint_key": (AlreadyExists, "A customer with this PAN exists"),
}


async def add_customers(
    session: AsyncSession,
    customers: Sequence[NewCustomer],
    *,
    vault: PanVault | None = None,
    registered_at_bank_id: UUID | None = None,
) -> list[Customer]:
    """The new customers, in the order given. `vault` is needed as soon as one of them has a PAN.

    Raises AlreadyExists if an email or a PAN is taken.
    """
    rows = [_row(customer, vault, registered_at_bank_id) for customer in customers]
    with refusing(_REFUSALS):
        session.add_all(rows)
        await session.flush()
    return rows


class CustomerPatch(TypedDict, total=False):
    """The fields to change, and no others; null clears what may be empty."""

    __pydantic_config__ = ConfigDict(extra="forbid")  # pyright: ignore[reportGeneralTypeIssues]  # as pydantic documents

    name: Line
    kind: CustomerKind
    pan: Pan | None
    email: Email | None
    phone: Phone | None
    address: Text | None
    latitude: Latitude | None
    longitude: Longitude | None
    time_zone: TimeZone
    merchant_category_code: MerchantCode | None


CONTACT_FIELDS = frozenset({"email", "phone", "address", "latitude", "longitude", "time_zone"})
"""What customers may change of themselves."""


async def revise_customer(
    session: AsyncSession, customer: Customer, patch: CustomerPatch, *, vault: PanVault, now: datetime
) -> None:
    """Change the row as the patch says. Raises InvalidRequest if the fields would no longer fit together."""
    if "pan" in patch:
        _set_pan(customer, patch["pan"], vault)
    customer.sqlmodel_update({name: value for name, value in patch.items() if name != "pan"})
    if misfit := _misfit(customer):
        raise InvalidRequest(misfit)
    customer.category = _category(customer.merchant_category_code)
    customer.version, customer.updated_at = customer.version + 1, now
    with refusing(_REFUSALS):
        session.add(customer)
        await session.flush()


def _row(new: NewCustomer, vault: PanVault | None, registered_at_bank_id: UUID | None) -> Customer:
    row = Customer(
        **new.model_dump(exclude={"pan"}),
        category=_category(new.merchant_category_code),
        registered_at_bank_id=registered_at_bank_id,
    )
    if new.pan is not None:
        if vault is None:
            raise ValueError("a PAN can only be stored with the installation's PanVault")
        _set_pan(row, new.pan, vault)
    return row


def _set_pan(customer: Customer, number: str | None, vault: PanVault) -> None:
    customer.pan_encrypted = vault.seal(number) if number else None
    customer.pan_fingerprint = vault.fingerprint(number) if number else None


def _category(merchant_category_code: str | None) -> str | None:
    return category_of_code(merchant_category_code) if merchant_category_code else None


def _misfit(customer: NewCustomer | Customer) -> str | None:
    if customer.merchant_category_code is not None and customer.kind != CustomerKind.BUSINESS:
        return "only a business has a merchant category code"
    if (customer.latitude is None) != (customer.longitude is None):
        return "latitude and longitude come together"
    return None
