"""Customers: people and businesses who hold accounts."""

from collections.abc import Sequence
from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator
from sqlmodel.ext.asyncio.session import AsyncSession

from core.banking.pan import Pan, PanVault
from core.banking.tables import Customer, CustomerKind
from core.categories import category_of_code
from core.db import Refusals, refusing
from core.errors import AlreadyExists
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
        if self.merchant_category_code is not None and self.kind is not CustomerKind.BUSINESS:
            raise ValueError("only a business has a merchant category code")
        if (self.latitude is None) != (self.longitude is None):
            raise ValueError("latitude and longitude come together")
        return self


CUSTOMER_REFUSALS: Refusals = {
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
    with refusing(CUSTOMER_REFUSALS):
        session.add_all(rows)
        await session.flush()
    return rows


def set_pan(customer: Customer, number: str | None, vault: PanVault) -> None:
    """Give the row this PAN (sealed) or none."""
    customer.pan_encrypted = vault.seal(number) if number else None
    customer.pan_fingerprint = vault.fingerprint(number) if number else None


def _row(new: NewCustomer, vault: PanVault | None, registered_at_bank_id: UUID | None) -> Customer:
    code = new.merchant_category_code
    row = Customer(
        **new.model_dump(exclude={"pan"}),
        category=category_of_code(code) if code else None,
        registered_at_bank_id=registered_at_bank_id,
    )
    if new.pan is not None:
        if vault is None:
            raise ValueError("a PAN can only be stored with the installation's PanVault")
        set_pan(row, new.pan, vault)
    return row
