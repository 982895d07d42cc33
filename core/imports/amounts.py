"""Amounts as banks print them, turned into exact money. What is ambiguous is refused, never guessed."""

import re
from decimal import Decimal
from functools import lru_cache

from core.money import Currency, Money, is_known

_GROUPING = " \u00a0\u202f\u2009'’.,"
"""What banks put between groups of digits; the profile's decimal sign is taken out of it."""

_MARKS = {"₹": "INR", "€": "EUR", "£": "GBP", "Kč": "CZK", "zł": "PLN"}
"""Signs that stand for one currency; the others ($, ¥, Rs, kr) are used by several and are let pass."""

_HEADED = re.compile(rf"[(\[]\s*([A-Z]{{3}}|{'|'.join(_MARKS)})\s*[)\]]|\bin ([A-Z]{{3}})\b")
_LENGTH_MAX = 60

_CURRENCY = r"[A-Z]{3}|Rs\.?|Kč|zł|kr\.?|[$€£¥₹₽₩₺₪₫฿₴₦₱]"
_SIGN = "[-+\u2212]"
_AMOUNT = re.compile(
    rf"""
    (?P<bracket>\()? \s* (?P<sign>{_SIGN})? \s* (?P<mark>{_CURRENCY})? \s* (?P<inner>{_SIGN})? \s*
    (?P<digits>[0-9{re.escape(_GROUPING)}]*[0-9][.,]?)
    \s* (?P<behind>{_CURRENCY})? \s* (?P<trailing>{_SIGN})? \s* (?(bracket)\))
    \s* (?P<side>(?i:\(?(?:cr|dr|credit|debit)\.?\)?))?
    """,
    re.VERBOSE,
)


def parse_amount(text: str, currency: Currency, *, decimal: str = ".") -> Money:
    """Signed money of a printed amount: `1.234,56`, `(12.00)`, `50-`, `₹1,28,402.00`, `12.00 Dr`.

    `decimal` is the sign before the fraction; other separators must stand where groups of digits end. Raises ValueError
    with a sentence that names what is wrong.
    """
    found = _AMOUNT.fullmatch(text.strip()) if len(text) <= _LENGTH_MAX else None
    number = _number(decimal).fullmatch(found["digits"].strip()) if found else None
    if not found or not number:
        raise ValueError(f"{text[:_LENGTH_MAX]!r} is not an amount with {decimal!r} before the fraction")
    _refuse_other_currency(found["mark"] or found["behind"], currency)
    digits = re.sub("[^0-9]", "", number["whole"]) or "0"
    money = Money.parse(Decimal(f"{digits}.{number['fraction'] or '0'}"), currency)
    return -money if _is_negative(found) else money


def mark_of(text: str) -> str:
    """The currency that a printed amount is marked with; empty where its mark is none or is shared by several."""
    found = _AMOUNT.fullmatch(text.strip()) if len(text) <= _LENGTH_MAX else None
    mark = (found["mark"] or found["behind"] or "") if found else ""
    stated = _MARKS.get(mark, mark)
    return stated if re.fullmatch("[A-Z]{3}", stated) else ""


def currency_of_heading(text: str) -> str:
    """The currency that the heading of a column names: `Amount (GBP)`, `Balance (€)`, `Amount in USD`; empty: none."""
    found = _HEADED.search(text)
    code = found[1] or found[2] if found else ""
    stated = _MARKS.get(code, code)
    return stated if is_known(stated) else ""


def _is_negative(found: re.Match[str]) -> bool:
    """Whether brackets, a minus or `Dr` say so; a second sign beside the first (`-5 Dr`) could mean either."""
    signs = [sign for part in ("bracket", "sign", "inner", "trailing", "side") if (sign := found[part])]
    if len(signs) > 1:
        raise ValueError(f"{found.group()!r} has more than one sign")
    return bool(signs) and (signs[0] in "(-\u2212" or signs[0].lower().lstrip("(").startswith("d"))


def _refuse_other_currency(mark: str | None, currency: Currency) -> None:
    stated = _MARKS.get(mark or "", mark or "")
    if re.fullmatch("[A-Z]{3}", stated) and stated != currency:
        raise ValueError(f"the amount is marked {mark}, and the account is in {currency}")


@lru_cache
def _number(decimal: str) -> re.Pattern[str]:
    """Digits in groups: the last group has three, those before it two or three (lakhs), all by one sign."""
    separator = re.escape(_GROUPING.replace(decimal, ""))
    grouped = rf"[0-9]{{1,3}}(?P<separator>[{separator}])(?:[0-9]{{2,3}}(?P=separator))*[0-9]{{3}}"
    return re.compile(rf"(?P<whole>{grouped}|[0-9]*)(?:{re.escape(decimal)}(?P<fraction>[0-9]*))?")
