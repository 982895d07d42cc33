"""Amounts of money in questions: "Rs 5k", "₹2.5 lakh", "under 500", "between 100 and 200" as bounds in minor units."""

import re
from dataclasses import dataclass
from decimal import Decimal

from agents.planner.mentions import Mention, cover
from core.money import MAX_AMOUNT_MINOR, Currency, exponent

AROUND = Decimal("0.1")
"""How far "about 500" reaches on either side."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """Amounts from `low_minor` to `high_minor`, both included; None is open. `said` is the amount as money.

    `currency` is None where the question names none: then it is the asker's own.
    """

    low_minor: int | None
    high_minor: int | None
    said_minor: int
    currency: Currency | None

    @property
    def is_exact(self) -> bool:
        return self.low_minor == self.high_minor


AmountMention = Mention[Bounds]

_SIGNS: dict[str, Currency] = {
    "₹": "INR", "rs": "INR", "rs.": "INR", "inr": "INR", "rupees": "INR", "rupee": "INR", "bucks": "INR",
    "$": "USD", "usd": "USD", "dollars": "USD", "dollar": "USD", "us$": "USD",
    "€": "EUR", "eur": "EUR", "euros": "EUR", "euro": "EUR",
    "£": "GBP", "gbp": "GBP", "pounds": "GBP", "pound": "GBP", "quid": "GBP",
    "czk": "CZK", "kc": "CZK", "crowns": "CZK", "koruna": "CZK", "korun": "CZK", "¥": "JPY", "yen": "JPY", "jpy": "JPY",
}  # fmt: skip
_SCALES = {
    "k": 10**3, "thousand": 10**3, "thousands": 10**3, "grand": 10**3, "hundred": 10**2,
    "lakh": 10**5, "lakhs": 10**5, "lac": 10**5, "lacs": 10**5, "l": 10**5,
    "crore": 10**7, "crores": 10**7, "cr": 10**7,
    "m": 10**6, "mn": 10**6, "million": 10**6, "millions": 10**6, "bn": 10**9, "billion": 10**9,
}  # fmt: skip
_ONES = {
    word: n for n, word in enumerate("one two three four five six seven eight nine ten eleven twelve".split(), start=1)
}
_TEENS = {
    word: n for n, word in enumerate("thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split(), start=13)
}
_TENS = {
    word: 10 * n for n, word in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), start=2)
}
_BETWEEN_TENS = {
    f"{ten}{link}{one}": _TENS[ten] + _ONES[one] for ten in _TENS for one in list(_ONES)[:9] for link in (" ", "-")
}
_WORDS = {**_ONES, **_TEENS, **_TENS, **_BETWEEN_TENS, "a": 1, "an": 1, "half a": Decimal("0.5")}


def _any_of(names: dict[str, object] | dict[str, int] | dict[str, Currency]) -> str:
    return "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))


_DIGITS = r"\d{1,3}(?:[, ]\d{2,3})*[, ]\d{3}(?:\.\d{1,3})?|\d+(?:\.\d{1,3})?"
_OTHER_UNIT = r"(?!\s*(?:days?|weeks?|months?|years?|hours?|minutes?|times|accounts?|%|percent|am\b|pm\b|o'clock|largest|biggest))"  # fmt: skip


def _money(n: int) -> str:
    """One amount; the groups carry `n` so that a pattern can hold two."""
    sign, scale, words = _any_of(_SIGNS), _any_of(_SCALES), "|".join(sorted(_WORDS, key=len, reverse=True))
    return (
        rf"(?:(?P<before{n}>{sign}) ?)?(?:(?P<digits{n}>{_DIGITS})(?: ?(?P<scale{n}>{scale})(?![a-z]))?"
        rf"|(?P<word{n}>{words}) (?P<wscale{n}>{scale})(?![a-z]))(?: ?(?P<after{n}>{sign})(?![a-z]))?(?![\w/%]|[.,-]\d)"
    )


_ABOVE = r"above|over|more than|greater than|exceeding|exceed(?:s|ed)?|beyond|topp(?:ed|ing)|cross(?:ed|es|ing)?|clear(?:ed|s|ing)?|(?:went|gone|going|go) (?:past|over|above|beyond)|past|north of|bigger than|larger than|higher than|upwards of|in excess of|costlier than|>"
_FROM = r"at least|minimum(?: of)?|not less than|no less than|from|starting (?:at|from)|>=|≥"
_BELOW = r"under|below|less than|smaller than|lower than|cheaper than|south of|<"
_UP_TO = r"up ?to|at most|no more than|not more than|maximum(?: of)?|not exceeding|within|<=|≤"
_ABOUT = r"around|(?<!what )(?<!how )about|approximately|approx\.?|roughly|nearly|almost|close to|some|~"
_HANDED = r"(?:charged?|charging|debited|deducted|took|paid|gave|sent|bill of)(?: (?:me|us|him|her|them))?"
_EXACT = rf"exactly|of exactly|equal to|precisely|of|for|worth|the|{_HANDED}"

_BETWEEN = re.compile(rf"(?:between|from|betw|b/w)? ?{_money(1)} ?(?:and|to|-) ?{_money(2)}")
_ONE = re.compile(
    rf"(?<![\w.,/-])(?:(?:(?P<above>{_ABOVE})|(?P<from>{_FROM})|(?P<below>{_BELOW})|(?P<up_to>{_UP_TO})|(?P<about>{_ABOUT})"
    rf"|(?P<exact>{_EXACT})) ?)?(?:(?:a|an|the|my) )?{_money(1)}{_OTHER_UNIT}(?P<plus>\+| ?(?:or|and) (?:more|above|over))?(?P<less> ?(?:or|and) (?:less|below|under))?"
)


def read_amounts(text: str, currency: Currency) -> list[AmountMention]:
    """The amounts that a normalised question names, as bounds; `currency` says what a bare number is worth."""
    found = [*_ranges(text, currency), *_singles(text, currency)]
    return cover(found)


def amount_said(said: str, currency: Currency) -> int | None:
    """One amount by itself in minor units of `currency`, where the words around it tell that it is money; None for
    another currency."""
    match = _ONE.fullmatch(said.strip())
    if match is None or _currency(match, 1) not in (None, currency):
        return None
    return _minor(match, 1, currency)


def _ranges(text: str, currency: Currency) -> list[AmountMention]:
    mentions: list[AmountMention] = []
    for match in _BETWEEN.finditer(text):
        is_money = _is_marked(match, 1) or _is_marked(match, 2) or not match.group().startswith(("from", " "))
        if not match.group().startswith(("between", "betw", "b/w", "from")) and not _is_marked(match, 2):
            continue
        spoken = _currency(match, 1) or _currency(match, 2)
        low, high = (_minor(match, n, spoken or currency) for n in (1, 2))
        if low is None or high is None:
            continue
        if _scale(match, 1) == 1 and low < high and (scale := _scale(match, 2)) > 1 and low * scale <= high:
            low *= scale  # "between 5 and 10k"
        if is_money and low <= high:
            mentions.append(Mention("amount", Bounds(low, high, high, spoken), match.start(), match.end(), weight=-1))
    return mentions


def _singles(text: str, currency: Currency) -> list[AmountMention]:
    mentions: list[AmountMention] = []
    for match in _ONE.finditer(text):
        spoken = _currency(match, 1)
        minor = _minor(match, 1, spoken or currency)
        if minor is None or not _is_amount(match):
            continue
        mentions.append(Mention("amount", _bounds(match, minor, spoken), _beginning(match), match.end()))
    return mentions


def _beginning(match: re.Match[str]) -> int:
    """Where the amount begins; "sent me" before it tells which way it went, and is left to be read."""
    return (
        match.start("before1" if match["before1"] else "digits1")
        if _HANDED_TO_ME.match(match.group())
        else match.start()
    )


_HANDED_TO_ME = re.compile(r"(?:gave|sent|paid) (?:me|us)\b(?=.*\d)")


def _is_amount(match: re.Match[str]) -> bool:
    """A bare number is money only where a word says so: "over 500" and "payment of 499", not "top 5"."""
    if not _is_marked(match, 1) and _COUNTED.match(match.string, match.end()) and not _is_of_one(match):
        return False  # "over 5 payments"
    compared = any(match[name] for name in ("above", "from", "below", "up_to", "about", "plus", "less"))
    if _is_marked(match, 1) or (compared and match["from"] not in ("from",)):
        return True
    looks_like_year = re.fullmatch(r"(?:19|20)\d\d", match["digits1"] or "")
    if _IS_HANDED.fullmatch(match["exact"] or "") and len(match["digits1"] or "") >= 3 and not looks_like_year:
        return True  # "when did they first charge me 649"
    if match["digits1"] and (_is_spoken_of(match) or (not looks_like_year and _is_of_no_number(match))):
        return True
    return match["exact"] in ("of", "exactly", "of exactly", "equal to", "precisely", "worth") and not looks_like_year


def _is_of_no_number(match: re.Match[str]) -> bool:
    return _is_of_one(match) or _stands_alone(match)


def _is_of_one(match: re.Match[str]) -> bool:
    """ "That 51328 payment" is one of so much, and no number of them."""
    return len(match["digits1"] or "") >= _LONG and bool(_ONE_PAYMENT.match(match.string, match.end()))


def _stands_alone(match: re.Match[str]) -> bool:
    """Whether nothing but an amount has so many digits: "is 1844 too much"; "account 4821" has them too. One that is told
    ("it came to 1,844", "I keep 12,000") is of no payment."""
    before, after = match.string[: match.start("digits1")], match.string[match.end("digits1") :]
    is_long = len(re.sub(r"\D", "", match["digits1"])) >= _LONG
    return is_long and not (_NUMBERS.search(before) or _TOLD.search(before) or _OF_OTHERS.match(after))


_LONG = 3
_TOLD = re.compile(
    r"(?:\b(?:c[ao]mes?|coming|totals?|totall?ed|keep|kept|keeping|set|saved?|saving|put|budget\w*|limit|cap|target|goal|plan\w*"
    r"|aside|myself|ourselves|think|thought|guess|say|said|says|reads|shows?|showed|expect\w*|remember)|(?<=.)\b(?:is|was|were|are|be))"
    r"(?: (?:it|that|i|we|was|is|to|at|of|about|only|just|like|up|down|out|me|him|her|them))* $"
)
_OF_OTHERS = re.compile(
    r" ?(?:%|per ?cent|(?:a|per|each|every) (?:day|week|month|quarter|year)\b|(?:more )?(?:words?|letters?|characters?|lines?|rows?"
    r"|pages?|minutes?|hours?|days?|weeks?|months?|years?|units?|lit(?:er|re)s?|kg|kilos?|miles?|calories|people|others)\b)"
)
_ONE_PAYMENT = re.compile(r" (?:\w+ )?(?:payment|transaction|transfer|purchase)\b(?!s)")
_NUMBERS = re.compile(
    r"\b(?:accounts?|a/c|acct|cards?|ends?|ending|numbers?|no\.?|ids?|ref|refs|reference|order|invoice|bill|txn|utr|room|flat|plot"
    r"|sector|route|flight|train|pin|code|mcc|top|bottom|last|first|next|latest|past|previous|score[ds]?|points?|rank(?:ed)?|version"
    r"|alerts?|day|days|in|since|until|till|before|after|by|during|may|year|fy|q[1-4])(?: (?:in|with|is|was|by|of|no\.?|number))* ?[#*x-]*$"
)
""" "Card 4417", "the last 365": numbers of something else than money; a year or a day of one stands behind "in"."""


_IS_HANDED = re.compile(_HANDED)
_SPOKEN_OF = re.compile(
    r"\b(?:the|that|this|see|saw|same) ?$"
    r"|\b(?:sent|send|paid|pay|gave|given|transferred|charged)(?: (?!myself|ourselves)[a-z'.-]+){0,4} ?$"
)
""" "The 78,000", "sent Thomas Sharma 3,323"."""
_IS_LARGEST = re.compile(r"(?:is|was) [\d,]+ (?:.* )?(?:largest|biggest|highest|smallest)\b")
_SETS_LIMIT = re.compile(
    r"\b(?:usual|usually|normal|average|budget|limit|cap|keep|save|saving|saved|afford|plan|want|wish|target|left|aside"
    r"|enough|allow|allowed|allowance|reach|cross)\b|\d (?:a|per|each|every) (?:day|week|month|year)\b"
)
""" "I keep 12,000 for groceries": a sum that payments are held against, and none of theirs."""


def _is_spoken_of(match: re.Match[str]) -> bool:
    """Whether a bare number with its thousands apart is a payment's: "which day did the 78,000 go out"."""
    text = match.string
    is_named = _SPOKEN_OF.search(text[: match.start("digits1")]) or _IS_LARGEST.match(text)
    return "," in match["digits1"] and bool(is_named) and not _SETS_LIMIT.search(text)


_COUNTED = re.compile(
    r"\s*(?:\w+ )?(?:payments?|transactions?|transfers?|purchases|alerts?|accounts?|customers?|people|persons|points|times|kms?|steps)\b"
)


def _is_marked(match: re.Match[str], n: int) -> bool:
    return bool(_currency(match, n)) or _scale(match, n) > 1


def _bounds(match: re.Match[str], minor: int, currency: Currency | None) -> Bounds:
    if match["above"]:
        return Bounds(minor + 1, None, minor, currency)
    if match["from"] or match["plus"]:
        return Bounds(minor, None, minor, currency)
    if match["below"]:
        return Bounds(None, minor - 1, minor, currency)
    if match["up_to"] or match["less"]:
        return Bounds(None, minor, minor, currency)
    if match["about"]:
        reach = int(minor * AROUND)
        return Bounds(minor - reach, minor + reach, minor, currency)
    return Bounds(minor, minor, minor, currency)


def _currency(match: re.Match[str], n: int) -> Currency | None:
    return _SIGNS.get(match[f"before{n}"] or match[f"after{n}"] or "")


def _scale(match: re.Match[str], n: int) -> int:
    return _SCALES.get(match[f"scale{n}"] or match[f"wscale{n}"] or "", 1)


def _minor(match: re.Match[str], n: int, currency: Currency) -> int | None:
    digits, word = match[f"digits{n}"], match[f"word{n}"]
    number = Decimal(digits.replace(",", "").replace(" ", "")) if digits else Decimal(_WORDS[word])
    exact = (number * _scale(match, n)).scaleb(exponent(currency))
    return int(exact) if exact == exact.to_integral_value() and exact <= MAX_AMOUNT_MINOR else None
