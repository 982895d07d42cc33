"""Money: an integer of minor units with a currency. A float never touches it."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from functools import lru_cache
from typing import Annotated

from babel import Locale
from babel.numbers import format_currency, get_currency_precision, is_currency
from pydantic import AfterValidator, BaseModel, Field, StringConstraints


@lru_cache
def is_known(code: str) -> bool:
    """Whether ISO 4217 has this currency."""
    return is_currency(code)


def _known(code: str) -> str:
    if not is_known(code):
        raise ValueError(f"{code} is not a currency of ISO 4217")
    return code


Currency = Annotated[str, StringConstraints(pattern="^[A-Z]{3}$"), AfterValidator(_known)]
"""An ISO 4217 code."""

MAX_AMOUNT_MINOR = 10**15
"""Largest amount of one payment: ten trillion rupees; far below what a bigint sum could overflow on."""

AmountMinor = Annotated[int, Field(strict=True, ge=1, le=MAX_AMOUNT_MINOR, description="minor units: paise, cents")]
"""The amount of a payment in a request: `"100"`, `1.5` and `true` are refused."""

_LOCALES = {"INR": "en_IN"}


@lru_cache
def exponent(currency: Currency) -> int:
    """Digits after the point in ISO 4217: INR 2, JPY 0, BHD 3."""
    return get_currency_precision(currency)


def locale_of(currency: Currency) -> str:
    """Whose way of writing amounts a reader of this currency expects: INR groups as 1,28,402."""
    return _LOCALES.get(currency, "en_US")


@lru_cache
def _bare_format(locale: str) -> str:
    return Locale.parse(locale).currency_formats["standard"].pattern.replace("\N{CURRENCY SIGN}", "")


@dataclass(frozen=True, slots=True)
class Money:
    """An exact amount. Adding two currencies raises ValueError: there is no such sum."""

    amount_minor: int
    currency: Currency

    def __add__(self, other: "Money") -> "Money":
        self._same(other)
        return Money(self.amount_minor + other.amount_minor, self.currency)

    def __sub__(self, other: "Money") -> "Money":
        self._same(other)
        return Money(self.amount_minor - other.amount_minor, self.currency)

    def __neg__(self) -> "Money":
        return Money(-self.amount_minor, self.currency)

    def scaled(self, rate: Decimal) -> "Money":
        """This times `rate`, rounded once, half to even."""
        exact = Decimal(self.amount_minor) * rate
        return Money(int(exact.to_integral_value(ROUND_HALF_EVEN)), self.currency)

    def split(self, weights: Sequence[int]) -> list["Money"]:
        """Parts in proportion to `weights` that always sum to the whole (largest remainders get the spare units)."""
        total = sum(weights)
        if total <= 0 or min(weights) < 0:
            raise ValueError("weights must be non-negative and not all zero")
        shares = [divmod(self.amount_minor * weight, total) for weight in weights]
        spare = self.amount_minor - sum(whole for whole, _ in shares)
        by_remainder = sorted(range(len(shares)), key=lambda i: -shares[i][1])
        extra = set(by_remainder[:spare])
        return [Money(whole + (i in extra), self.currency) for i, (whole, _) in enumerate(shares)]

    @property
    def decimal(self) -> Decimal:
        return Decimal(self.amount_minor).scaleb(-exponent(self.currency))

    @property
    def amount(self) -> str:
        """A plain decimal string, as read models carry it: `-1250` INR is `-12.50`."""
        return f"{self.decimal:.{exponent(self.currency)}f}"

    def display(self) -> str:
        """As a person of the currency's country writes it: `₹1,28,402.00`."""
        return format_currency(self.decimal, self.currency, locale=locale_of(self.currency))

    def figure(self) -> str:
        """`display` without the currency, for columns under a heading that says it: `1,28,402.00`."""
        return format_currency(
            self.decimal, self.currency, format=_bare_format(locale_of(self.currency)), locale=locale_of(self.currency)
        )

    @classmethod
    def parse(cls, text: str | Decimal, currency: Currency) -> "Money":
        """Money of a decimal string. Raises ValueError when it has more digits than the currency knows."""
        exact = Decimal(text).scaleb(exponent(currency))
        if exact != exact.to_integral_value():
            raise ValueError(f"{text} has more decimals than {currency} knows")
        return cls(int(exact), currency)

    def _same(self, other: "Money") -> None:
        if self.currency != other.currency:
            raise ValueError(f"{self.currency} and {other.currency} cannot be added")


class MoneyView(BaseModel):
    """Money as read models carry it: exact for programs, and a decimal string for people."""

    amount_minor: int
    currency: Currency
    amount: str

    @classmethod
    def of(cls, money: Money) -> "MoneyView":
        return cls(amount_minor=money.amount_minor, currency=money.currency, amount=money.amount)
