"""Banks, customers and accounts that an import needs: found where they exist, made in bulk where they do not."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from core.banking.accounts import NO_FLOOR_MINOR, open_accounts
from core.banking.banks import add_bank
from core.banking.customers import NewCustomer, add_customers
from core.banking.tables import Account, AccountKind, CustomerKind
from core.imports.dates import parse_moment
from core.imports.profile import AccountSection, CustomerSection, Profile
from core.imports.sources import Reject, Row
from core.imports.statement import ELSEWHERE, NAME_MAX, Partner, known_currency, printable
from core.imports.template import Record
from core.money import Currency, Money

Number = tuple[str, str]
"""An account's name in files: bank code and account number."""


@dataclass(frozen=True, slots=True)
class Holding:
    """An account that exists, and what it held when it was looked up."""

    id: UUID
    customer_id: UUID | None
    posted_minor: int
    version: int


# An account kept apart (see `_apart`) is known by its bank's own code all the same.
# Each LIMIT pins a look-up by key: on tables that grew since they were last analysed the planner would rather compare
# every wanted number with every account of the bank.
_FIND_ACCOUNTS = text("""
    SELECT w.code, w.number, a.id, a.customer_id, b.posted_minor, b.version
      FROM (SELECT DISTINCT * FROM unnest(CAST(:codes AS text[]), CAST(:numbers AS text[]))) w(code, number)
      JOIN banking.bank k ON k.code IN (w.code, w.code || '-' || w.number)
     CROSS JOIN LATERAL (SELECT * FROM banking.account WHERE bank_id = k.id AND number = w.number LIMIT 1) a
     CROSS JOIN LATERAL (SELECT * FROM ledger.balance WHERE account_id = a.id AND bank_id = k.id LIMIT 1) b
""")
_FIND_BANKS = text("SELECT code, id FROM banking.bank WHERE code = ANY(:codes)")
_FIND_CUSTOMERS = text("SELECT lower(email), id FROM banking.customer WHERE lower(email) = ANY(:emails)")
_FIND_HELD = text("SELECT customer_id, bank_id, number FROM banking.account WHERE customer_id = ANY(:customers)")


async def find_accounts(session: AsyncSession, numbers: Iterable[Number]) -> dict[Number, Holding]:
    """Those of the accounts that exist."""
    wanted = list(numbers)
    rows = await session.execute(  # pyright: ignore[reportDeprecated]  # exec() is for SQLModel's own selects
        _FIND_ACCOUNTS, {"codes": [code for code, _ in wanted], "numbers": [number for _, number in wanted]}
    )
    return {(code, number): Holding(*rest) for code, number, *rest in rows}


async def bank_ids(session: AsyncSession, names: dict[str, str]) -> dict[str, UUID]:
    """The banks with these codes (code -> name), added where they do not exist."""
    rows = await session.execute(_FIND_BANKS, {"codes": list(names)})  # pyright: ignore[reportDeprecated]  # as above
    known: dict[str, UUID] = {row[0]: row[1] for row in rows}
    for code in names.keys() - known.keys():
        known[code] = (await add_bank(session, code=code, name=names[code])).id
    return known


async def open_partners(session: AsyncSession, partners: Iterable[tuple[Partner, Currency, date]]) -> None:
    """Outside accounts, and the banks' own ones, for partners that are not known yet, opened on the day given."""
    wanted = {(partner.bank, partner.number): (partner, currency, day) for partner, currency, day in partners}
    names = {code: "Other banks" if code == ELSEWHERE else f"Bank {code}" for code, _ in wanted}
    banks = await bank_ids(session, names)
    opened = [
        Account(
            bank_id=banks[partner.bank], kind=partner.kind, number=partner.number, name=partner.name,
            currency=currency, opened_on=day,
        )
        for partner, currency, day in wanted.values()
    ]  # fmt: skip
    await open_accounts(session, opened)


class Holders:
    """The customers and accounts that the files describe: found or added, in bulk. Rows refused go to `reject`."""

    def __init__(self, profile: Profile, spans: Mapping[Number, tuple[date, date]], reject: Reject) -> None:
        self._profile = profile
        self._spans = spans
        self._reject = reject
        self._customers: dict[str, UUID | str] = {}
        """By the profile's key: the customer, or why there is none."""
        self._accounts: set[Number] = set()
        self.refused: dict[Number, str] = {}
        """Accounts that could not be opened, with the reason."""
        self.customers_added = 0
        self.accounts_opened = 0
        self.opened: set[Number] = set()
        """Accounts opened in this import."""
        self.apart: dict[str, str] = {}
        """Accounts whose holder has another one at their bank: number -> name of the bank that keeps them here."""

    async def add_customers(self, session: AsyncSession, section: CustomerSection, rows: Iterable[Row]) -> None:
        """The customers of these rows, known by their mail."""
        wanted = dict(self._new_customers(section, rows))
        known = await _customers_by_email(session, [str(new.email) for new in wanted.values()])
        missing = {str(new.email): new for new in wanted.values() if new.email not in known}
        added = await add_customers(session, list(missing.values()))
        known |= {str(customer.email): customer.id for customer in added}
        self._customers |= {key: known[str(new.email)] for key, new in wanted.items()}
        self.customers_added += len(added)

    async def open_accounts(self, session: AsyncSession, section: AccountSection, rows: Iterable[Row]) -> None:
        """The accounts of these rows, as far as they do not exist."""
        drafts = list(self._new_accounts(section, rows))
        existing = await find_accounts(session, [draft.at for draft in drafts])
        drafts = [draft for draft in drafts if draft.at not in existing]
        self.opened |= {draft.at for draft in drafts}
        banks = await bank_ids(session, {draft.at[0]: draft.bank_name for draft in drafts})
        drafts = await self._one_per_bank(session, drafts, banks)
        banks |= await bank_ids(session, {draft.at[0]: draft.bank_name for draft in drafts if draft.at[0] not in banks})
        for currency in {draft.currency for draft in drafts}:
            accounts = [draft.account(banks) for draft in drafts if draft.currency == currency]
            await open_accounts(session, accounts, floor_minor=_floor_minor(section, currency))
        self.accounts_opened += len(drafts)

    def _new_customers(self, section: CustomerSection, rows: Iterable[Row]) -> Iterator[tuple[str, NewCustomer]]:
        for row in rows:
            key = section.key.of(row.record)
            if key in self._customers:
                continue
            try:
                new = _customer(section, row.record, self._profile.time_zone)
            except ValueError as broken:
                self._customers[key] = reason = f"customer {key!r}: {_sentence(broken)}"
                self._reject(row.path, row.line, reason)
            else:
                self._customers[key] = "it is being added"
                yield key, new

    def _new_accounts(self, section: AccountSection, rows: Iterable[Row]) -> Iterator["_Draft"]:
        for row in rows:
            at = (self._profile.bank.code.of(row.record), section.number.of(row.record))
            if at in self._accounts:
                continue
            self._accounts.add(at)
            try:
                yield self._draft(section, row, at)
            except ValueError as broken:
                self._refuse(row, at, str(broken))

    def _draft(self, section: AccountSection, row: Row, at: Number) -> "_Draft":
        key = section.customer.of(row.record)
        customer = self._customers.get(key, f"its customer {key!r} is not among those described")
        if isinstance(customer, str):
            raise ValueError(customer)
        if not all(at):
            raise ValueError("the bank's code or the account's number is empty")
        return _Draft(
            row=row,
            at=at,
            bank_name=self._profile.bank.name.of(row.record) or at[0],
            customer_id=customer,
            name=printable(section.name.of(row.record), NAME_MAX) or f"Account {at[1]}"[:NAME_MAX],
            currency=known_currency(self._profile.currency.of(row.record)),
            opened_on=self._opened_on(section, row.record, at),
        )

    def _opened_on(self, section: AccountSection, record: Record, at: Number) -> date:
        stated = section.opened_on.of(record)
        if stated:
            return parse_moment(stated, tuple(self._profile.dates), self._profile.zone).day
        if at not in self._spans:
            raise ValueError("nothing says when it was opened: it has no rows")
        return self._spans[at][0]

    async def _one_per_bank(
        self, session: AsyncSession, drafts: list["_Draft"], banks: dict[str, UUID]
    ) -> list["_Draft"]:
        """The drafts, those of customers who hold another account with the bank apart: a bank keeps one here."""
        held = await _numbers_held(session, [draft.customer_id for draft in drafts])
        kept: list[_Draft] = []
        for draft in drafts:
            first = held.setdefault((draft.customer_id, banks[draft.at[0]]), draft.at[1])
            kept.append(draft if first == draft.at[1] else self._apart(draft))
        return kept

    def _apart(self, draft: "_Draft") -> "_Draft":
        """The account at a bank of its own, whose code says whose it is: `HARROW-27182818`."""
        code, number = draft.at
        apart = replace(draft, at=(f"{code}-{number}", number), bank_name=f"{draft.bank_name} {draft.name}"[:NAME_MAX])
        self.apart[number] = apart.bank_name
        return apart

    def _refuse(self, row: Row, at: Number, reason: str) -> None:
        self.refused[at] = f"account {at[1]!r}: {reason}"
        self._reject(row.path, row.line, self.refused[at])


@dataclass(frozen=True, slots=True, kw_only=True)
class _Draft:
    """An account to open, if it does not exist."""

    row: Row
    at: Number
    bank_name: str
    customer_id: UUID
    name: str
    currency: str
    opened_on: date

    def account(self, banks: dict[str, UUID]) -> Account:
        return Account(
            bank_id=banks[self.at[0]], customer_id=self.customer_id, kind=AccountKind.CUSTOMER, number=self.at[1],
            name=self.name, currency=self.currency, opened_on=self.opened_on,
        )  # fmt: skip


def _customer(section: CustomerSection, record: Record, time_zone: str) -> NewCustomer:
    return NewCustomer(
        name=section.name.of(record),
        kind=CustomerKind(section.kind.of(record)),
        email=section.email.of(record),
        phone=section.phone.of(record) or None,
        address=section.address.of(record) or None,
        time_zone=time_zone,
        merchant_category_code=section.merchant_category_code.of(record) or None,
    )


def _floor_minor(section: AccountSection, currency: str) -> int:
    if section.overdraft == "unlimited":
        return NO_FLOOR_MINOR
    return -Money.parse(section.overdraft, currency).amount_minor


def _sentence(broken: ValueError) -> str:
    """What is wrong; of the many things pydantic may say, the first."""
    if isinstance(broken, ValidationError):
        first = broken.errors()[0]
        return f"{first['loc'][0] if first['loc'] else 'it'}: {str(first['msg']).removeprefix('Value error, ')}"
    return str(broken)


async def _customers_by_email(session: AsyncSession, emails: list[str]) -> dict[str, UUID]:
    rows = await session.execute(_FIND_CUSTOMERS, {"emails": emails})  # pyright: ignore[reportDeprecated]  # as above
    return {row[0]: row[1] for row in rows}


async def _numbers_held(session: AsyncSession, customers: list[UUID]) -> dict[tuple[UUID, UUID], str]:
    rows = await session.execute(_FIND_HELD, {"customers": customers})  # pyright: ignore[reportDeprecated]  # as above
    return {(customer_id, bank_id): number for customer_id, bank_id, number in rows}
