"""Who may see what. REST, chat and web all ask here and nowhere else; somebody else's id is simply not found."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Uuid, bindparam, exists, false, true
from sqlalchemy.sql.elements import SQLCoreOperations
from sqlmodel import col

from core.banking.tables import Account, Customer
from core.errors import NotAllowed


class Role(StrEnum):
    CUSTOMER = "customer"
    STAFF = "staff"
    ANALYST = "analyst"
    """A fraud analyst."""
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class Principal:
    """Who is asking, as the token says. Customers carry their customer, staff and analysts their bank."""

    subject: str
    """Stable id of the asker: `user:<id>`, or `customer:<id>` for a customer without a login."""
    email: str
    name: str
    role: Role
    customer_id: UUID | None = None
    bank_id: UUID | None = None
    time_zone: str = "Asia/Kolkata"

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @property
    def sees_alerts(self) -> bool:
        """Fraud alerts are for those who work on them; a customer hears of their own payments only."""
        return self.role is not Role.CUSTOMER

    def require(self, *roles: Role) -> None:
        """Raises NotAllowed unless the principal has one of `roles`."""
        if self.role not in roles:
            raise NotAllowed(f"This is for {' or '.join(roles)} only")

    def own_customer(self) -> UUID:
        """The customer who is asking. Raises NotAllowed for everybody else."""
        self.require(Role.CUSTOMER)
        if self.customer_id is None:
            raise NotAllowed
        return self.customer_id


def visible_accounts(
    principal: Principal, *, customer_id: SQLCoreOperations[UUID | None], bank_id: SQLCoreOperations[UUID]
) -> ColumnElement[bool]:
    """The condition that keeps the accounts this principal may see, over any table or view with these two columns.

    Its parameter is `asker_customer_id` or `asker_bank_id`, so that a statement made once can be run for all of a role.
    """
    match principal.role:
        case Role.CUSTOMER if principal.customer_id is not None:
            return customer_id == bindparam("asker_customer_id", principal.customer_id, Uuid)
        case Role.STAFF | Role.ANALYST if principal.bank_id is not None:
            return bank_id == bindparam("asker_bank_id", principal.bank_id, Uuid)
        case Role.ADMIN:
            return true()
        case _:
            return false()


def may_see_account(principal: Principal, *, customer_id: UUID | None, bank_id: UUID) -> bool:
    """`visible_accounts` of one account whose owner is known already."""
    match principal.role:
        case Role.CUSTOMER:
            return principal.customer_id is not None and customer_id == principal.customer_id
        case Role.STAFF | Role.ANALYST:
            return bank_id == principal.bank_id
        case Role.ADMIN:
            return True


def visible_customers(principal: Principal) -> ColumnElement[bool]:
    """The condition that keeps the customers this principal may see: themselves; those who hold an account at the
    bank, or were registered by it; everyone."""
    match principal.role:
        case Role.CUSTOMER if principal.customer_id is not None:
            return col(Customer.id) == principal.customer_id
        case Role.STAFF | Role.ANALYST if principal.bank_id is not None:
            holds_account = exists().where(
                col(Account.customer_id) == Customer.id, col(Account.bank_id) == principal.bank_id
            )
            return holds_account | (col(Customer.registered_at_bank_id) == principal.bank_id)
        case Role.ADMIN:
            return true()
        case _:
            return false()
