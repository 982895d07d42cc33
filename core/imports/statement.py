"""One row of a statement, understood: what moved, when, between whom, in the profile's words."""

import unicodedata
from collections.abc import Callable
from datetime import date, datetime
from functools import lru_cache
from typing import NamedTuple
from uuid import UUID

import msgspec
from babel.numbers import is_currency

from core.categories import UNCATEGORISED, category_of_code
from core.ids import fingerprint
from core.imports.amounts import parse_amount
from core.imports.categories import is_part_of, read_category, slug_of
from core.imports.channels import UNKNOWN, read_channel
from core.imports.dates import parse_moment
from core.imports.kinds import kind_of
from core.imports.narration import says_own, says_refund
from core.imports.payee import payee_called, payee_of, shop_behind, told_by
from core.imports.persons import without_relative
from core.imports.profile import AmountSection, Profile, TransactionSection
from core.imports.template import Record, Text
from core.money import MAX_AMOUNT_MINOR, Currency

DESCRIPTION_MAX = 1_000
NAME_MAX = 200
ELSEWHERE = "ELSEWHERE"
"""Code of the bank that keeps partners of whom no bank is known."""

OWN_TRANSFER = "own_transfer"
_BANKS_OWN = {"cash": "Cash", "interest": "Interest", "fees": "Fees"}
"""Categories of rows whose other side is the bank itself, and what its account is called."""

_DIRECTIONS = dict.fromkeys(("in", "credit", "cr", "c", "+", "deposit", "income", "bij"), 1) | dict.fromkeys(
    ("out", "debit", "dr", "d", "-", "withdrawal", "expense", "af"), -1
)
_YES, _NO = ("yes", "true", "1", "y", "refund", "refunded", "reversal", "chargeback"), ("no", "false", "0", "n")


class Partner(msgspec.Struct, frozen=True):
    """The account on the other side. `kind` is what it is opened as if it does not exist."""

    kind: str
    bank: str
    number: str
    name: str

    @property
    def at(self) -> tuple[str, str]:
        return self.bank, self.number


class _Said(NamedTuple):
    """What a row says in words."""

    name: str
    is_shop_behind: bool
    """Whether somebody else collects for the one who is named: an account's number is theirs then."""
    description: str
    category: str
    is_own: bool


class Entry(msgspec.Struct, frozen=True):
    """A row of a statement. Amounts and balances are minor units of `currency`, negative when money went out."""

    bank: str
    bank_name: str
    account: str
    day: date
    instant: datetime | None
    """UTC; None where only the day is known."""
    amount_minor: int
    currency: str
    balance_minor: int | None
    reference: str
    """The bank's own id of the row; empty where it has none."""
    description: str
    category: str
    """As a slug where it is one of ours, else in the file's words."""
    read_category: str
    """What the narration's words stand for, where the file names no category; empty where they say nothing."""
    is_refund: bool | None
    """Whether the file or its narration says that this is money that came back; None where neither says so."""
    is_own: bool | None
    """Whether the file or its narration says that this moves between the holder's own accounts; None: neither says."""
    channel: str
    partner: Partner
    collector: str = ""
    """Who collected for the shop that is the partner, where a column names them: PayPal."""

    @property
    def at(self) -> tuple[str, str]:
        """Bank and number of its account."""
        return self.bank, self.account

    @property
    def narration(self) -> str:
        """What the row says in words: where the file has no narrations, whom it names."""
        return self.description or self.partner.name

    @property
    def told(self) -> str:
        """The narration to keep: with who collected, who is named nowhere else."""
        return f"{self.collector} {self.description}".strip()[:DESCRIPTION_MAX]

    @property
    def balance_before_minor(self) -> int | None:
        """What the file implies that the account held before this row."""
        return None if self.balance_minor is None else self.balance_minor - self.amount_minor

    @property
    def identity(self) -> UUID:
        """Equal for rows that may be the same payment: by the bank's id, else by day, amount and narration."""
        if self.reference:
            return fingerprint(self.bank, self.account, "id", self.reference)
        return identity_of(self.bank, self.account, self.day, self.amount_minor, self.currency, self.description)


def identity_of(bank: str, account: str, day: date, amount_minor: int, currency: str, description: str) -> UUID:
    """The identity of a row that has no id of the bank's."""
    narration = " ".join(unicodedata.normalize("NFKC", description).casefold().split())
    return fingerprint(bank, account, "row", day.isoformat(), f"{amount_minor} {currency}", narration)


def understand(record: Record, profile: Profile) -> Entry:
    """The entry that a row stands for. Raises ValueError with the sentence that becomes the reason of its rejection."""
    section = profile.transactions
    moment = parse_moment(section.date.of(record), tuple(profile.dates), profile.zone)
    currency = known_currency(profile.currency.of(record))
    code = _needed("bank.code", profile.bank.code.of(record))
    amount_minor = _amount_minor(section.amount, record, currency, profile.decimal)
    description = printable(section.description.of(record), DESCRIPTION_MAX)
    stated = _stated_category(section, record)
    named = printable(section.counterparty.name.of(record), NAME_MAX)
    name, shop = payee_called(named, description), shop_behind(named, description)
    kind = printable(section.kind.of(record), NAME_MAX).replace("_", " ")
    narration = description or named
    told = kind_of(kind, narration)
    is_refund, is_own = _said(section.refund, record, "refund"), _said(section.own, record, "own")
    if is_refund is None and amount_minor > 0:
        is_refund = _calls_itself_refund(f"{kind} {name} {narration}", currency)
    if is_own is None:
        is_own = stated == OWN_TRANSFER or says_own(narration, kind, is_outgoing=amount_minor < 0) or None
    is_outgoing = amount_minor < 0 or bool(is_refund)
    said, written = told_by(description, name)
    note = printable(section.note.of(record), DESCRIPTION_MAX)
    read = told.slug(is_outgoing=is_outgoing) or read_category(
        said, f"{note} {written}", is_outgoing=is_outgoing, currency=currency
    )
    if is_part_of(section.category.of(record), read):
        stated = ""
    partner = _partner(
        record, profile, code, currency, _Said(name, bool(shop), description, stated or read, bool(is_own))
    )
    channel = printable(section.channel.of(record).lower(), NAME_MAX) or told.channel
    channel = channel or read_channel(f"{kind} {named} {description}")
    if channel == UNKNOWN and partner.kind == "external":
        channel = section.usual_channel.of(record) or UNKNOWN
    return Entry(
        bank=code,
        bank_name=profile.bank.name.of(record) or code,
        account=_needed("transactions.account", section.account.of(record)),
        day=moment.day,
        instant=moment.at and moment.instant(profile.zone),
        amount_minor=amount_minor,
        currency=currency,
        balance_minor=_balance_minor(record, currency, profile),
        reference=section.id.of(record),
        description=description,
        category=stated,
        read_category=read,
        is_refund=is_refund,
        is_own=is_own,
        channel=channel,
        partner=partner,
        collector=named if shop else "",
    )


def _calls_itself_refund(narration: str, currency: str) -> bool | None:
    """None where it does not, and where tax comes back: most was withheld before the money came, so that only a payment
    to the same office makes it a refund."""
    is_tax = read_category(narration, is_outgoing=False, currency=currency) == "tax"
    return (says_refund(narration) and not is_tax) or None


def _stated_category(section: TransactionSection, record: Record) -> str:
    """What the file says, in our word for it where there is one; empty where its word says nothing."""
    stated, merchant = section.category.of(record), section.merchant_code.of(record)
    if stated and slug_of(stated) != UNCATEGORISED:
        return slug_of(stated)
    by_code = category_of_code(merchant) if merchant.isdecimal() else UNCATEGORISED
    return by_code if by_code != UNCATEGORISED else ""


def _said(value: Text, record: Record, key: str) -> bool | None:
    said = value.of(record).casefold()
    if said and said not in (*_YES, *_NO):
        raise ValueError(f"{key} comes out as {said!r}, which is neither yes nor no")
    return said in _YES if said else None


@lru_cache
def known_currency(code: str) -> Currency:
    """The code itself. Raises ValueError when ISO 4217 has no such currency."""
    if not is_currency(code):
        raise ValueError(f"{code!r} is not a currency of ISO 4217, like INR or EUR")
    return code


def printable(text: str, length_max: int) -> str:
    """The text without control characters, cut to `length_max`: PostgreSQL refuses NUL, and all fool terminals."""
    clean = "".join(" " if unicodedata.category(c) == "Cc" else c for c in text) if not text.isprintable() else text
    return " ".join(clean.split())[:length_max]


def _amount_minor(amount: AmountSection, record: Record, currency: str, decimal: str) -> int:
    signed = _signed_minor(amount, record, currency, decimal)
    if signed == 0:
        raise ValueError("the amount is zero: no money moves")
    if abs(signed) > MAX_AMOUNT_MINOR:
        raise ValueError("the amount is larger than one payment can be")
    return signed


def _signed_minor(amount: AmountSection, record: Record, currency: str, decimal: str) -> int:
    def minor(text: str) -> int:
        return parse_amount(text, currency, decimal=decimal).amount_minor

    stated = amount.value.of(record) if amount.value else ""
    if not stated and amount.incoming and amount.outgoing:
        return _of_pair(amount.incoming.of(record), amount.outgoing.of(record), minor)
    value, direction = minor(stated), amount.direction.of(record).lower() if amount.direction else ""
    if not direction:
        return value if amount.positive == "in" else -value
    if direction not in _DIRECTIONS:
        raise ValueError(f"the direction comes out as {direction!r}, which is neither in nor out")
    return _DIRECTIONS[direction] * abs(value)


def _of_pair(incoming: str, outgoing: str, minor: Callable[[str], int]) -> int:
    """Of two columns one holds the amount; the other is empty or zero. Its own sign says nothing: the column does."""
    sides = (minor(incoming) if incoming else 0, minor(outgoing) if outgoing else 0)
    if not incoming and not outgoing:
        raise ValueError("neither the incoming nor the outgoing amount is filled")
    if all(sides):
        raise ValueError(f"both the incoming ({incoming}) and the outgoing amount ({outgoing}) are filled")
    return abs(sides[0]) - abs(sides[1])


def _balance_minor(record: Record, currency: str, profile: Profile) -> int | None:
    text = profile.transactions.balance.of(record)
    try:
        return parse_amount(text, currency, decimal=profile.decimal).amount_minor if text else None
    except ValueError as broken:
        raise ValueError(f"balance: {broken}") from None


def _partner(record: Record, profile: Profile, bank: str, currency: str, said: _Said) -> Partner:
    section = profile.transactions.counterparty
    number, partner_bank, own = section.account.of(record), section.bank.of(record), section.otherwise.of(record)
    read = "" if own else without_relative(payee_of(said.description), _holder(record, profile))
    name = said.name or read
    if number and not said.is_shop_behind:
        code = partner_bank or ELSEWHERE
        return Partner("external", code, number[:NAME_MAX], name or f"{number} at {code}"[:NAME_MAX])
    if said.name or (name and said.category not in _BANKS_OWN):
        return Partner("external", partner_bank or ELSEWHERE, f"{name.casefold()} {currency}", name)
    own = own or _BANKS_OWN.get(said.category) or ("Own accounts" if said.is_own else "Unknown")
    return Partner("system", bank, f"{own.casefold()} {currency}", own)


def _holder(record: Record, profile: Profile) -> str:
    """The account's holder, where the row says or was told who that is."""
    own = (section for section in profile.customers if section.file == profile.transactions.file)
    return next((section.name.of(record) for section in own), "")


def _needed(key: str, text: str) -> str:
    if not text:
        raise ValueError(f"{key} is empty")
    return text
