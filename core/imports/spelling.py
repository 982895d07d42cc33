"""How files spell dates, amounts and their currency, where a profile says `recognised`: found by looking at all rows
before any is read. What could be read in two ways is refused with what would settle it."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from core.imports.amounts import currency_of_heading, mark_of
from core.imports.dates import ISO, RECOGNISED, formats
from core.imports.narration import phrases
from core.imports.profile import Profile, ProfileInvalid
from core.imports.template import Record

_NUMERIC = re.compile(r"(\d{1,2})[/.\-](\d{1,2})[/.\-]\d{2,4}\b.*")
_FRACTION = re.compile(r".*([.,])\d{1,2}\D*")

_ZONES = {
    "INR": "Asia/Kolkata", "GBP": "Europe/London", "EUR": "Europe/Berlin", "USD": "America/New_York",
    "CHF": "Europe/Zurich", "CZK": "Europe/Prague", "PLN": "Europe/Warsaw", "SEK": "Europe/Stockholm",
    "CAD": "America/Toronto", "AUD": "Australia/Sydney", "JPY": "Asia/Tokyo", "SGD": "Asia/Singapore",
    "AED": "Asia/Dubai",
}  # fmt: skip
"""Where most who hold a currency live; the command's `--zone` says otherwise."""

_NUMBERS = {
    "sort code": "GBP", "sortcode": "GBP", "bsb": "AUD", "bsb number": "AUD", "ifsc": "INR", "ifsc code": "INR",
    "aba": "USD", "routing number": "USD", "blz": "EUR", "bankleitzahl": "EUR", "glaeubiger id": "EUR",
    "gläubiger id": "EUR",
}  # fmt: skip
"""Columns that only the banks of one currency have."""

_IBAN = re.compile(r"([A-Z]{2})\d\d[A-Z0-9]{10,30}")
_COUNTRIES = {"GB": "GBP", "CH": "CHF", "CZ": "CZK", "PL": "PLN", "SE": "SEK", "AE": "AED"} | dict.fromkeys(
    ("AT", "BE", "DE", "EE", "ES", "FI", "FR", "GR", "IE", "IT", "LT", "LU", "LV", "MT", "NL", "PT", "SI", "SK"), "EUR"
)
"""What most accounts of a country are kept in."""


_WAYS = {
    currency: re.compile(rf"(?<![^\W_])(?:{phrases(table)})(?![^\W_])", re.IGNORECASE)
    for currency, table in {
        "USD": "zelle, venmo, cash ?app, checkcard, ach (?:debit|credit|pmt|pymt), (?:ppd|web|ccd) id",
        "INR": "upi, neft, imps, rtgs, nach, ecs",
        "GBP": "faster payments?, bacs, chaps, bgc, fpi, fpo",
        "EUR": r"""
            sepa, \w*lastschrift, \w*(?:ue|\u00fc)berweisung, gutschrift, dauerauftrag, girocard, debitk, kaufumsatz
        """,
    }.items()
}
"""Ways of paying that the banks of one currency have."""
_SHARED_MARKS = {"$": "USD", "Rs": "INR"}
"""Marks that several currencies have, and the one that most who print them mean."""

_OWN_HEADING = "iban"
_PARTNERS_ENOUGH, _ROWS_ENOUGH = 2, 3


@dataclass(slots=True)
class _Seen:
    """What the rows show."""

    dates: dict[str, str] = field(default_factory=dict[str, str])
    """An example of a date of which the day, or the month, must come first, and of one that may be both."""
    signs: set[str] = field(default_factory=set[str])
    marks: set[str] = field(default_factory=set[str])
    homes: set[str] = field(default_factory=set[str])
    """Currencies of the countries that the accounts' numbers name."""
    currencies: set[str] = field(default_factory=set[str])
    hints: Counter[str] = field(default_factory=Counter[str])
    """How many rows are worded as the banks of a currency do."""
    partners: set[str] = field(default_factory=set[str])
    """Numbers of accounts on the other side: the first two, and whether rows have none."""
    rows: int = 0

    @property
    def likely_currency(self) -> str:
        """What most rows hint at, else what dates do that begin with the month; empty where nothing does."""
        month_first = "USD" if "us" in self.dates and "eu" not in self.dates else ""
        return next((currency for currency, _ in self.hints.most_common(1)), month_first)


def settled(
    profile: Profile, records: Iterable[Record], known: set[str], headings: Iterable[str] = ()
) -> tuple[Profile, dict[str, str]]:
    """The profile with its spelling decided, and what of it was assumed and is to be told.

    `known` are the columns that the files have, `headings` how they are headed there. Raises ProfileInvalid where the
    dates may be read in two ways.
    """
    missing = {name: value for name, value in profile.assumed.items() if name not in known | profile.given.keys()}
    is_open = profile.dates == [RECOGNISED] or RECOGNISED in (profile.decimal, profile.time_zone)
    if not is_open:
        return profile, missing
    seen, headings = _look(profile, records), list(headings)
    _refuse_own_number(seen, headings)
    headed = _headed(headings)
    stated = {"currency": headed.pop()} if "currency" in missing and len(headed) == 1 else {}
    missing = {name: value for name, value in missing.items() if name not in stated}
    if "currency" in missing and len(shown := seen.marks or seen.homes) == 1:
        missing["currency"] = next(iter(shown))
    elif "currency" in missing:
        missing["currency"] = seen.likely_currency or missing["currency"]
    currency = (missing | stated).get("currency") or next(iter(seen.currencies), "")
    changes: dict[str, object] = {"assumed": profile.assumed | missing | stated}
    if profile.dates == [RECOGNISED]:
        order = _order(seen) or _order_of_currency(seen, "" if "currency" in missing else currency)
        missing |= {"dates": order} if order != ISO and order not in seen.dates else {}
        changes["dates"] = formats(order)
    if profile.decimal == RECOGNISED:
        changes["decimal"] = "," if seen.signs == {","} else "."
    if profile.time_zone == RECOGNISED:
        changes["time_zone"] = missing["time_zone"] = _ZONES.get(currency, "UTC")
    return profile.model_copy(update=changes), missing


def _headed(headings: list[str]) -> set[str]:
    """The currencies that headings name, else those of the banks that have such columns."""
    named = {currency for heading in headings if (currency := currency_of_heading(heading))}
    spoken = (" ".join(re.findall(r"\w+", heading.casefold())) for heading in headings)
    return named or {_NUMBERS[heading] for heading in spoken if heading in _NUMBERS}


def iban_in(cell: str) -> str:
    """The IBAN that a cell holds, without blanks; empty where it is none."""
    number = "".join(cell.split())
    return number if _IBAN.fullmatch(number) else ""


def _home(number: str) -> str:
    return _COUNTRIES.get(iban_in(number)[:2], "")


def _look(profile: Profile, records: Iterable[Record]) -> _Seen:
    seen, section = _Seen(), profile.transactions
    amounts = [value for value in (section.amount.value, section.amount.incoming, section.amount.outgoing) if value]
    for record in records:
        seen.rows += 1
        if len(seen.partners) < _PARTNERS_ENOUGH:
            seen.partners.add(section.counterparty.account.of(record))
        said = f"{section.kind.of(record)} {section.description.of(record)}"
        seen.hints.update(currency for currency, ways in _WAYS.items() if ways.search(said))
        if numeric := _NUMERIC.fullmatch(text := section.date.of(record)):
            seen.dates.setdefault(_first(int(numeric[1]), int(numeric[2])), text)
        seen.currencies.add(profile.currency.of(record))
        seen.homes.update(filter(None, [_home(section.account.of(record))]))
        for printed in filter(None, (amount.of(record) for amount in amounts)):
            seen.signs.update(found[1] for found in [_FRACTION.fullmatch(printed)] if found)
            seen.marks.update(filter(None, [mark_of(printed)]))
            seen.hints.update(currency for mark, currency in _SHARED_MARKS.items() if mark in printed)
    return seen


def _refuse_own_number(seen: _Seen, headings: list[str]) -> None:
    """Raises ProfileInvalid where what should say who was paid says the same in every row."""
    number = next(iter(seen.partners), "")
    is_iban = any(heading.casefold() == _OWN_HEADING for heading in headings) and iban_in(number)
    if is_iban and len(seen.partners) == 1 and seen.rows >= _ROWS_ENOUGH:
        raise ProfileInvalid(
            f"the column IBAN holds {number} in every row, so it seems to be the account's own: head it Account"
        )


def _first(one: int, two: int) -> str:
    if one > 12 >= two:
        return "eu"
    if two > 12 >= one:
        return "us"
    return "either" if one != two and max(one, two) <= 12 else ""


def _order(seen: _Seen) -> str:
    """The order that some date proves; empty where all may be read in two ways."""
    orders = [order for order in ("eu", "us") if order in seen.dates]
    if len(orders) == 2:
        raise ProfileInvalid(
            f"dates are written in two ways, {seen.dates['eu']} and {seen.dates['us']}: import them apart"
        )
    return orders[0] if orders else "" if "either" in seen.dates else ISO


def _order_of_currency(seen: _Seen, currency: str) -> str:
    """The order in use where the currency is. Raises ProfileInvalid if the currency is not known either."""
    if not currency:
        raise ProfileInvalid(
            f"dates like {seen.dates['either']} may begin with the day or the month: say --dates eu or --dates us"
        )
    return "us" if currency == "USD" else "eu"
