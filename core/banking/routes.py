"""Banks, customers and accounts over REST. Every change needs the version that was read, and leaves an audit event."""

from datetime import date, datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from fastapi import APIRouter, Body, Query, Response
from pydantic import BaseModel, ConfigDict, Field, model_validator
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from typing_extensions import TypedDict

from core.audit import record
from core.banking.accounts import close_account, open_accounts
from core.banking.banks import add_bank
from core.banking.customers import CONTACT_FIELDS, CustomerPatch, NewCustomer, add_customers, revise_customer
from core.banking.pan import PanVault
from core.banking.tables import Account, AccountKind, Bank, Customer, CustomerKind
from core.errors import AccountClosed, AccountNotFound, NotAllowed, NotFound
from core.identity.access import Principal, Role, visible_accounts, visible_customers
from core.identity.guard import CurrentPrincipal, CursorsOf, ServicesOf, Unit
from core.ledger.balances import BalanceView
from core.ledger.tables import Balance
from core.money import Currency
from core.paging import Page, PageQuery
from core.periods import today_in
from core.text import Email, Line, Phone
from core.versions import IfMatch, check_version, tag

router = APIRouter(tags=["banking"])

BankCode = Annotated[str, Field(pattern=r"^[A-Z0-9][A-Z0-9-]{1,19}$")]
Search = Annotated[Line, Field(description="part of the name, any case")]


class BankView(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    name: str
    code: str
    email: str | None
    phone: str | None
    created_at: datetime
    version: int


class NewBank(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: Line
    code: BankCode
    email: Email | None = None
    phone: Phone | None = None


class BankPatch(TypedDict, total=False):
    __pydantic_config__ = ConfigDict(extra="forbid")  # pyright: ignore[reportGeneralTypeIssues]  # as pydantic documents

    name: Line
    email: Email | None
    phone: Phone | None


class BankQuery(PageQuery):
    code: BankCode | None = None
    q: Search | None = None


@router.get("/banks")
async def list_banks(
    query: Annotated[BankQuery, Query()], principal: CurrentPrincipal, cursors: CursorsOf, session: Unit
) -> Page[BankView]:
    """Every bank, oldest first: whom one can pay is no secret among those who are logged in."""
    wanted = select(Bank).order_by(col(Bank.id)).limit(query.limit + 1)
    if query.code is not None:
        wanted = wanted.where(Bank.code == query.code)
    if query.q is not None:
        wanted = wanted.where(col(Bank.name).icontains(query.q, autoescape=True))
    if position := cursors.position(query):
        wanted = wanted.where(col(Bank.id) > UUID(position[0]))
    rows = (await session.exec(wanted)).all()
    return cursors.page(query, rows, view=BankView.model_validate, position=lambda bank: [str(bank.id)])


@router.get("/banks/{bank_id}")
async def read_bank(bank_id: UUID, principal: CurrentPrincipal, session: Unit, response: Response) -> BankView:
    bank = await session.get(Bank, bank_id)
    if bank is None:
        raise NotFound
    tag(response, bank.version)
    return BankView.model_validate(bank)


@router.post("/banks", status_code=201)
async def create_bank(new: NewBank, principal: CurrentPrincipal, session: Unit, response: Response) -> BankView:
    principal.require(Role.ADMIN)
    bank = await add_bank(session, **new.model_dump())
    await record(session, actor=principal.subject, action="bank.add", subject=f"bank:{bank.id}", code=bank.code)
    tag(response, bank.version)
    return BankView.model_validate(bank)


@router.patch("/banks/{bank_id}")
async def patch_bank(
    bank_id: UUID,
    patch: Annotated[BankPatch, Body()],
    principal: CurrentPrincipal,
    services: ServicesOf,
    session: Unit,
    response: Response,
    if_match: IfMatch = None,
) -> BankView:
    principal.require(Role.ADMIN)
    bank = await session.get(Bank, bank_id, with_for_update=True)
    if bank is None:
        raise NotFound
    check_version(if_match, bank.version)
    bank.sqlmodel_update({**patch, "version": bank.version + 1, "updated_at": services.now()})
    session.add(bank)
    await record(session, actor=principal.subject, action="bank.change", subject=f"bank:{bank.id}", fields=[*patch])
    tag(response, bank.version)
    return BankView.model_validate(bank)


class CustomerView(BaseModel):
    """A customer as their bank and they themselves see them; the PAN only in part."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    name: str
    kind: CustomerKind
    pan_masked: str | None = None
    email: str | None
    phone: str | None
    address: str | None
    latitude: float | None
    longitude: float | None
    time_zone: str
    merchant_category_code: str | None
    category: str | None
    created_at: datetime
    version: int

    @classmethod
    def of(cls, customer: Customer, vault: PanVault) -> Self:
        view = cls.model_validate(customer)
        if customer.pan_encrypted is not None:
            view.pan_masked = vault.masked(customer.pan_encrypted)
        return view


class CustomerQuery(PageQuery):
    kind: CustomerKind | None = None
    email: Email | None = None
    q: Search | None = None


@router.get("/customers")
async def list_customers(
    query: Annotated[CustomerQuery, Query()],
    principal: CurrentPrincipal,
    services: ServicesOf,
    cursors: CursorsOf,
    session: Unit,
) -> Page[CustomerView]:
    """The customers whom the caller may see, oldest first."""
    vault = PanVault.of(services.settings)
    wanted = select(Customer).where(visible_customers(principal)).order_by(col(Customer.id)).limit(query.limit + 1)
    if query.kind is not None:
        wanted = wanted.where(Customer.kind == query.kind)
    if query.email is not None:
        wanted = wanted.where(Customer.email == query.email)
    if query.q is not None:
        wanted = wanted.where(col(Customer.name).icontains(query.q, autoescape=True))
    if position := cursors.position(query):
        wanted = wanted.where(col(Customer.id) > UUID(position[0]))
    rows = (await session.exec(wanted)).all()
    return cursors.page(
        query, rows, view=lambda row: CustomerView.of(row, vault), position=lambda customer: [str(customer.id)]
    )


@router.get("/customers/{customer_id}")
async def read_customer(
    customer_id: UUID, principal: CurrentPrincipal, services: ServicesOf, session: Unit, response: Response
) -> CustomerView:
    customer = await _customer(session, principal, customer_id)
    tag(response, customer.version)
    return CustomerView.of(customer, PanVault.of(services.settings))


@router.post("/customers", status_code=201)
async def create_customer(
    new: NewCustomer, principal: CurrentPrincipal, services: ServicesOf, session: Unit, response: Response
) -> CustomerView:
    """A new customer, registered at the caller's bank."""
    principal.require(Role.STAFF, Role.ADMIN)
    vault = PanVault.of(services.settings)
    [customer] = await add_customers(session, [new], vault=vault, registered_at_bank_id=principal.bank_id)
    await record(session, actor=principal.subject, action="customer.add", subject=f"customer:{customer.id}")
    tag(response, customer.version)
    return CustomerView.of(customer, vault)


@router.patch("/customers/{customer_id}")
async def patch_customer(
    customer_id: UUID,
    patch: Annotated[CustomerPatch, Body()],
    principal: CurrentPrincipal,
    services: ServicesOf,
    session: Unit,
    response: Response,
    if_match: IfMatch = None,
) -> CustomerView:
    """Customers change how they are reached; their bank's staff, and administrators, everything."""
    principal.require(Role.CUSTOMER, Role.STAFF, Role.ADMIN)
    customer = await _customer(session, principal, customer_id, lock=True)
    if principal.role is Role.CUSTOMER and (others := patch.keys() - CONTACT_FIELDS):
        raise NotAllowed(f"Your bank has to change this for you: {', '.join(sorted(others))}")
    check_version(if_match, customer.version)
    vault = PanVault.of(services.settings)
    await revise_customer(session, customer, patch, vault=vault, now=services.now())
    await record(
        session, actor=principal.subject, action="customer.change", subject=f"customer:{customer.id}", fields=[*patch]
    )
    tag(response, customer.version)
    return CustomerView.of(customer, vault)


class AccountView(BaseModel):
    id: UUID
    bank_id: UUID
    bank: str
    customer_id: UUID | None
    kind: AccountKind
    number: str
    name: str
    currency: str
    opened_on: date
    closed_on: date | None
    balance: BalanceView
    version: int

    @classmethod
    def of(cls, row: "AccountRow") -> Self:
        account, balance, bank = row
        facts = account.model_dump(include=cls.model_fields.keys() - {"balance", "bank"})
        return cls(**facts, bank=bank, balance=BalanceView.of(balance))


AccountRow = tuple[Account, Balance, str]
"""An account, its balance, the name of its bank."""


class NewAccount(BaseModel):
    """A customer's account, or one of the bank's own that has no customer."""

    model_config = ConfigDict(extra="forbid")

    bank_id: UUID
    customer_id: UUID | None = None
    kind: AccountKind = AccountKind.CUSTOMER
    number: Annotated[Line, Field(max_length=34)]
    name: Line
    currency: Currency
    opened_on: date | None = Field(default=None, description="today, where it is not given")

    @model_validator(mode="after")
    def _customer_fits(self) -> Self:
        if (self.kind is AccountKind.CUSTOMER) != (self.customer_id is not None):
            raise ValueError("a customer's account, and no other, names its customer")
        return self


class AccountPatch(TypedDict, total=False):
    __pydantic_config__ = ConfigDict(extra="forbid")  # pyright: ignore[reportGeneralTypeIssues]  # as pydantic documents

    name: Line
    is_closed: Literal[True]


class AccountQuery(PageQuery):
    bank_id: UUID | None = None
    customer_id: UUID | None = None
    kind: AccountKind | None = None
    currency: Currency | None = None
    number: Line | None = None
    is_closed: bool | None = None


@router.get("/accounts")
async def list_accounts(
    query: Annotated[AccountQuery, Query()], principal: CurrentPrincipal, cursors: CursorsOf, session: Unit
) -> Page[AccountView]:
    """The accounts that the caller may see, with their balances, oldest first."""
    wanted = _accounts_of(principal).order_by(col(Account.id)).limit(query.limit + 1)
    for field in ("bank_id", "customer_id", "kind", "currency", "number"):
        if (value := getattr(query, field)) is not None:
            wanted = wanted.where(getattr(Account, field) == value)
    if query.is_closed is not None:
        wanted = wanted.where(col(Account.closed_on).is_not(None) == query.is_closed)
    if position := cursors.position(query):
        wanted = wanted.where(col(Account.id) > UUID(position[0]))
    rows = (await session.exec(wanted)).all()
    return cursors.page(query, rows, view=AccountView.of, position=lambda row: [str(row[0].id)])


@router.get("/accounts/{account_id}")
async def read_account(account_id: UUID, principal: CurrentPrincipal, session: Unit, response: Response) -> AccountView:
    row = await _account(session, principal, account_id)
    tag(response, row[0].version)
    return AccountView.of(row)


@router.post("/accounts", status_code=201)
async def create_account(
    new: NewAccount, principal: CurrentPrincipal, services: ServicesOf, session: Unit, response: Response
) -> AccountView:
    """A new account, empty. Staff open them at their own bank, for customers they can see."""
    principal.require(Role.STAFF, Role.ADMIN)
    if principal.role is Role.STAFF and new.bank_id != principal.bank_id:
        raise NotAllowed("Staff open accounts at their own bank only")
    if new.customer_id is not None:
        await _customer(session, principal, new.customer_id)
    account = Account(**new.model_dump())
    account.opened_on = new.opened_on or today_in(principal.zone, services.now())
    await open_accounts(session, [account])
    await record(session, actor=principal.subject, action="account.open", subject=f"account:{account.id}")
    tag(response, account.version)
    return AccountView.of(await _account(session, principal, account.id))


@router.patch("/accounts/{account_id}")
async def patch_account(
    account_id: UUID,
    patch: Annotated[AccountPatch, Body()],
    principal: CurrentPrincipal,
    services: ServicesOf,
    session: Unit,
    response: Response,
    if_match: IfMatch = None,
) -> AccountView:
    """Rename an account, or close it (`is_closed: true`) once it is empty. A closed account stays as it is."""
    principal.require(Role.STAFF, Role.ADMIN)
    account, _, _ = await _account(session, principal, account_id, lock=True)
    check_version(if_match, account.version)
    if account.closed_on is not None:
        raise AccountClosed
    account.name = patch.get("name", account.name)
    if patch.get("is_closed"):
        await close_account(session, account, today_in(principal.zone, services.now()))
    account.version, account.updated_at = account.version + 1, services.now()
    session.add(account)
    action = "account.close" if patch.get("is_closed") else "account.change"
    await record(session, actor=principal.subject, action=action, subject=f"account:{account.id}", fields=[*patch])
    tag(response, account.version)
    return AccountView.of(await _account(session, principal, account.id))


async def _customer(session: AsyncSession, principal: Principal, customer_id: UUID, *, lock: bool = False) -> Customer:
    wanted = select(Customer).where(Customer.id == customer_id, visible_customers(principal))
    customer = (await session.exec(wanted.with_for_update() if lock else wanted)).one_or_none()
    if customer is None:
        raise NotFound
    return customer


async def _account(session: AsyncSession, principal: Principal, account_id: UUID, *, lock: bool = False) -> AccountRow:
    wanted = _accounts_of(principal).where(Account.id == account_id)
    row = (await session.exec(wanted.with_for_update(of=Account) if lock else wanted)).one_or_none()
    if row is None:
        raise AccountNotFound
    return row


def _accounts_of(principal: Principal):
    may_see = visible_accounts(principal, customer_id=col(Account.customer_id), bank_id=col(Account.bank_id))
    same_account = (col(Balance.account_id) == Account.id) & (col(Balance.bank_id) == Account.bank_id)
    return (
        select(Account, Balance, Bank.name)
        .join(Balance, same_account)
        .join(Bank, col(Bank.id) == Account.bank_id)
        .where(may_see)
    )
