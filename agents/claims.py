"""Claims: what a text says that can be checked, as it is written: amounts, shares, counts, days, months, multiples."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from core.money import Currency

MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True, slots=True)
class Number:
    """A number and the step of its last digit: 1.2 lakh is 120,000 give or take half of 10,000."""

    shown: str
    value: Decimal
    step: Decimal
    currencies: frozenset[Currency] | None = None
    """Those that its sign stands for; None without a sign."""
    is_percent: bool = False
    noun: str = ""
    """What there are so many of, one word for each kind of thing; empty where the number stands alone."""
    is_span: bool = False
    """Of days, weeks, months ..."""
    is_scaled: bool = False

    def fits(self, value: Decimal) -> bool:
        return abs(value - self.value) <= self.step / 2


@dataclass(frozen=True, slots=True)
class Multiple:
    """ "Twice", "a third of": `least` to `most` times something else."""

    shown: str
    least: Decimal
    most: Decimal


@dataclass(frozen=True, slots=True)
class When:
    """A day, a month or a year, as far as it is said."""

    shown: str
    year: int | None = None
    month: int | None = None
    day: int | None = None
    weekday: int | None = None


Claim = Number | Multiple | When


def claims(text: str) -> Iterator[Claim]:
    """Every claim of the text, days before numbers so that none is taken for the other."""
    rest = text
    for pattern, read in _WHENS:
        for match in pattern.finditer(rest):
            yield from read(match)
        rest = pattern.sub(" ; ", rest)
    rest = _WORDS.sub(_in_digits, rest)
    for match in _MULTIPLE.finditer(rest):
        yield _multiple(match)
    yield from map(_number, _NUMBER.finditer(_MULTIPLE.sub(" ; ", rest)))


# Days and months.

_NUMBER_OF = {name: n for n, name in enumerate(MONTHS, start=1)} | {
    name[:3]: n for n, name in enumerate(MONTHS, start=1)
}
_MONTH = "|".join(sorted((*_NUMBER_OF, "Sept"), key=len, reverse=True))
_DAY = r"(?<![\d.,])(?P<{0}>\d{{1,2}})(?:st|nd|rd|th)?(?: of)?"
_YEAR = r"(?:19|20)\d\d"


def _month(name: str | None) -> int | None:
    return _NUMBER_OF[name[:3]] if name else None


def _int(digits: str | None) -> int | None:
    return int(digits) if digits else None


def _days(match: re.Match[str]) -> Iterator[When]:
    said = match.groupdict()
    month, year = _month(said["month"]), _int(said.get("year"))
    if said.get("first"):
        first_month, first_year = _month(said.get("first_month")) or month, _int(said.get("first_year")) or year
        yield When(match.group(), first_year, first_month, int(said["first"]))
    yield When(match.group(), year, month, int(said["day"]))


def _figures(match: re.Match[str]) -> Iterator[When]:
    yield When(match.group(), int(match["year"]), int(match["month"]), int(match["day"]))


def _months(match: re.Match[str]) -> Iterator[When]:
    yield When(match.group(), _int(match.groupdict().get("year")), _month(match["month"]))


def _quarter(match: re.Match[str]) -> Iterator[When]:
    last = 3 * int(match["quarter"])
    yield from (When(match.group(), int(match["year"]), month) for month in (last - 2, last))


def _fiscal(match: re.Match[str]) -> Iterator[When]:
    start = int(match["year"])
    if match["end"] and int(match["end"]) % 100 != (start + 1) % 100:
        yield When(match.group(), 0)
    yield from (When(match.group(), start, 4), When(match.group(), start + 1, 3))


def _years(match: re.Match[str]) -> Iterator[When]:
    yield When(match.group(), int(match["year"]))


def _weekdays(match: re.Match[str]) -> Iterator[When]:
    yield When(match.group(), weekday=WEEKDAYS.index(match["weekday"]))


_WHENS = [
    (re.compile(rf"\b(?P<year>{_YEAR})-(?P<month>\d\d)-(?P<day>\d\d)(?:T[\d:.+]+)?"), _figures),
    (re.compile(rf"\b(?P<day>\d\d?)[/.](?P<month>\d\d?)[/.](?P<year>{_YEAR})\b"), _figures),
    (
        re.compile(
            rf"(?:{_DAY.format('first')}(?: (?P<first_month>{_MONTH}))?(?:,? (?P<first_year>{_YEAR}))?"
            rf" ?(?:to|until|till|and|-|–) )?{_DAY.format('day')} (?P<month>{_MONTH})\b(?:,? (?P<year>{_YEAR}))?"
        ),
        _days,
    ),
    (
        re.compile(rf"\b(?P<month>{_MONTH})\.? (?P<day>\d\d?)(?:st|nd|rd|th)?\b(?![.,]?\d)(?:,? (?P<year>{_YEAR}))?"),
        _days,
    ),
    (re.compile(rf"\bFY ?(?P<year>{_YEAR})(?:[-–/](?P<end>\d\d(?:\d\d)?))?\b"), _fiscal),
    (re.compile(rf"\bQ(?P<quarter>[1-4]) (?P<year>{_YEAR})\b"), _quarter),
    (re.compile(rf"\b(?P<month>{_MONTH})\b(?:,? (?P<year>{_YEAR}))?(?!\w)(?! (?:I|be|have|not)\b)"), _months),
    (
        re.compile(
            rf"(?<![\d.,₹$€£¥-])(?<![A-Z]{{3}} )(?<!Rs )(?<!Rs\. )\b(?P<year>{_YEAR})\b(?![.,]\d|\s?%)"
            r"(?! (?:payment|transaction|time|purchase|day|account|alert))"
        ),
        _years,
    ),
    (re.compile(rf"\b(?P<weekday>{'|'.join(WEEKDAYS)})(?=s?\b)"), _weekdays),
]  # fmt: skip

# Numbers.

SIGNS: Mapping[str, frozenset[Currency]] = {
    sign: frozenset(currencies.split())
    for signs, currencies in {
        "₹ Rs Rs. rupees rupee": "INR",
        "€ euros euro": "EUR",
        "£ pounds pound": "GBP",
        "$ dollars dollar": "USD CAD AUD NZD SGD HKD",
        "¥ yen": "JPY CNY",
        "Kč koruna korunas crowns": "CZK",
    }.items()
    for sign in signs.split()
}
_SCALES = {
    "hundred": 2, "k": 3, "K": 3, "thousand": 3, "lakh": 5, "lakhs": 5, "lac": 5, "lacs": 5, "million": 6, "m": 6,
    "mn": 6, "crore": 7, "crores": 7, "cr": 7, "billion": 9, "bn": 9,
}  # fmt: skip
_SPANS = frozenset({"day", "week", "fortnight", "month", "quarter", "year", "hour", "minute"})
_COUNTED = {
    noun: kind
    for kind, nouns in {
        "payment": "payment transaction purchase time transfer order charge deposit withdrawal visit entry entrie item",
        "payee": "payee payer merchant shop place person people",
        "account": "account",
        "alert": "alert",
        "category": "category categorie",
        "refund": "refund",
        "point": "point",
        "customer": "customer",
        "budget": "budget",
        "series": "series",
        "circle": "circle",
    }.items()
    for noun in nouns.split()
}
_NOUNS = "|".join(sorted((*_SPANS, *_COUNTED), key=len, reverse=True))
_NUMBER = re.compile(
    r"(?P<sign>[₹$€£¥]|\b(?!UPI|ATM|POS)[A-Z]{3}(?=\s?\d)|\bRs\.?)?\s?"
    r"(?<![\w.])(?P<number>\d[\d,\u00a0\u202f]*(?:\.\d+)?)"
    rf"(?:\s?(?P<scale>{'|'.join(sorted(_SCALES, key=len, reverse=True))})(?![a-zA-Z]))?"
    r"(?P<percent>\s?%|\s?per ?cent\b|\s?percentage points?\b)?"
    rf"(?:\s?(?P<after>[A-Z]{{3}}|{'|'.join(re.escape(s) for s in SIGNS if s.isalpha())})\b)?"
    rf"(?:[\s-](?:\w+[\s-])??(?P<noun>{_NOUNS})s?\b)?"
)


def _number(match: re.Match[str]) -> Number:
    plain = re.sub(r"[,\u00a0\u202f]", "", match["number"])
    scale = _SCALES.get(match["scale"] or "", 0)
    digits = len(plain.partition(".")[2])
    sign = match["sign"] or match["after"]
    noun = match["noun"] or ""
    return Number(
        match.group().strip(),
        Decimal(plain).scaleb(scale),
        Decimal(1).scaleb(scale - digits),
        currencies=SIGNS.get(sign, frozenset({sign})) if sign else None,
        is_percent=bool(match["percent"]),
        noun=_COUNTED.get(noun, noun),
        is_span=noun in _SPANS,
        is_scaled=bool(scale),
    )


# Words for numbers.

_UNITS = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
_TENS = {
    "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90,
}  # fmt: skip
_SMALL = {**{name: n for n, name in enumerate(_UNITS)}, **_TENS, "dozen": 12, "a dozen": 12}
_ONE_WORD = "|".join(sorted(_SMALL, key=len, reverse=True))
_COUNTABLE = "|".join(
    (*_SPANS, *_COUNTED, *(s for s in _SCALES if len(s) > 2), "per ?cent", "percent", "rupee", "euro")
)
_WORDS = re.compile(
    rf"\b(?P<one>{_ONE_WORD})(?:[\s-](?P<two>{'|'.join(_UNITS[1:10])}))?(?=[\s-](?:\w+\s)?(?:{_COUNTABLE})s?\b)",
    re.IGNORECASE,
)


def _in_digits(match: re.Match[str]) -> str:
    return str(_SMALL[match["one"].lower()] + (_SMALL[match["two"].lower()] if match["two"] else 0))


# Multiples.

_FACTORS = {
    "twice": "2", "double": "2", "doubled": "2", "doubles": "2", "thrice": "3", "triple": "3", "tripled": "3",
    "triples": "3", "quadruple": "4", "half": "0.5", "halved": "0.5", "two thirds": "0.6667", "two-thirds": "0.6667",
    "three quarters": "0.75", "three-quarters": "0.75", "a third": "0.3333", "one third": "0.3333",
    "a quarter of": "0.25", "one quarter of": "0.25", "a fifth": "0.2", "a tenth": "0.1",
}  # fmt: skip
_MULTIPLE = re.compile(
    r"\b(?:(?P<hedge>more than|over|at least|less than|under|almost|nearly|about|around|roughly) )?"
    rf"(?:(?P<factor>{'|'.join(sorted(_FACTORS, key=len, reverse=True))})\b"
    r"|(?P<times>\d+(?:\.\d+)?)(?:x\b| times (?=as|more|the|what|that|larger|higher|bigger|your|its|less|fewer)))",
    re.IGNORECASE,
)
_NEAR = Decimal("0.03")
_NEARLY = Decimal("0.15")


def _multiple(match: re.Match[str]) -> Multiple:
    factor = Decimal(match["times"] or _FACTORS[match["factor"].lower()])
    match (match["hedge"] or "").lower():
        case "more than" | "over" | "at least":
            return Multiple(match.group(), factor, factor * 2)
        case "less than" | "under" | "almost" | "nearly":
            return Multiple(match.group(), factor * (1 - _NEARLY), factor)
        case "about" | "around" | "roughly":
            return Multiple(match.group(), factor * (1 - 3 * _NEAR), factor * (1 + 3 * _NEAR))
        case _:
            return Multiple(match.group(), factor * (1 - _NEAR), factor * (1 + _NEAR))


def known_day(when: When, days: set[date]) -> bool:
    """Whether one of `days` is what `when` says, as far as it says it."""
    return any(
        (when.year is None or day.year == when.year)
        and (when.month is None or day.month == when.month)
        and (when.day is None or day.day == when.day)
        and (when.weekday is None or day.weekday() == when.weekday)
        for day in days
    )
