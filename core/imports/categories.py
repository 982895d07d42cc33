"""The category of a statement's row, where the bank or the profile gives none that is ours: by names that other banks
and budget books use, and by words of the narration that leave little doubt."""

import re
from functools import lru_cache

from core.categories import CATEGORIES, UNCATEGORISED
from core.imports.merchants import lexicon

_ALIASES = {
    "groceries": "grocery, supermarket, supermarkets, food & groceries, food shopping",
    "eating_out": "food & drink, food and drink, food & dining, restaurants, restaurant, dining, dining out, takeaway, takeout, food delivery, fast food, cafes, coffee, coffee shops, bars, pub, pubs, bars & pubs",
    "rent": "housing, mortgage & rent, rent & mortgage",
    "household": "home, house, furniture, home & garden",
    "utilities": "bills, bills & utilities, household bills, energy, electricity, gas, water",
    "telecom": "phone, mobile, internet, phone & internet, telecommunications",
    "fuel": "petrol, gas & fuel, petrol & fuel",
    "public_transport": "transport, transportation, public transit, commuting, trains",
    "taxi": "taxis, cabs, ride share, rideshare, taxi & ride share",
    "vehicle": "car, auto, auto & transport, motoring, parking, car maintenance",
    "clothing": "clothes, clothing & shoes, fashion",
    "electronics": "electronics & software, technology",
    "shopping": "retail, online shopping, shops, merchandise",
    "entertainment": "leisure, fun, going out, arts & entertainment, movies",
    "subscriptions": "subscription, streaming",
    "travel": "holidays, holiday, vacation, hotels, flights, travel & holidays",
    "gifts": "gift, charity, donations, gifts & charity, gifts & donations",
    "health": "healthcare, medical, pharmacy, health & wellness, doctor",
    "fitness": "gym, sports, sport, health & fitness",
    "personal_care": "beauty, personal",
    "education": "tuition, school, courses",
    "childcare": "kids, children",
    "insurance": "insurances",
    "loan": "emi, emis, loans, debt, loan repayment, credit",
    "investment": "investing, savings & investments",
    "fees": "fee, bank fees, bank charges, fees & charges, charges",
    "tax": "taxes & duties",
    "salary": "bonus, bonuses, pay, wages, paycheck, payroll",
    "interest": "interest income",
    "business_income": "business",
    "cash": "atm, cash withdrawal, cash & atm, withdrawals",
    "transfer": "transfers, payments, transfer to people, friends",
    "own_transfer": "own transfer, internal transfer, savings, savings transfer, pots",
    "services": "professional services",
    UNCATEGORISED: "general, other, others, misc, miscellaneous, income, expense, expenses, spending, none, unknown, n/a, -",
}
"""What others call our categories. `uncategorised` are names that say nothing: then the narration's words decide."""

_SLUGS = {name.strip(): slug for slug, names in _ALIASES.items() for name in names.split(",")} | {
    name.casefold(): category.slug for category in CATEGORIES for name in (category.slug, category.name)
}

_PARTS = {
    ("bills", "bills & utilities", "household bills"): (
        "rent",
        "telecom",
        "insurance",
        "loan",
        "tax",
        "childcare",
        "education",
        "subscriptions",
        "fitness",
    ),
    ("transport", "transportation"): ("taxi", "fuel", "vehicle"),
    ("personal care", "personal"): ("fitness",),
    ("entertainment", "leisure"): ("subscriptions", "fitness"),
}
"""Words of others that are wider than any category of ours, and which of ours they hold beside the one they are read as."""

_NOTED = frozenset(
    {
        "rent", "salary", "pension", "loan", "insurance", "tax", "education", "investment", "interest", "household",
        "utilities", "telecom", "groceries", "health", "childcare", "transfer",
    }
)  # fmt: skip
"""What a note is believed: other words on a payment to a friend ("pizza") tell why, and not what was bought from them."""

_HANDLE = re.compile(r"(?<=\w)@\w[\w.]*")
"""What stands behind the @ of a UPI address is the bank's, not the payee's: `bescom@airtel`."""


def slug_of(name: str) -> str:
    """The slug of a file's word for a category: `Food & Drink` is `eating_out`; what is none of ours stays as it is."""
    return _SLUGS.get(" ".join(name.casefold().split()), name)


def is_part_of(name: str, slug: str) -> bool:
    """Whether a file's word for a category is a wide one that holds this category: `Bills` holds rent."""
    word = " ".join(name.casefold().split())
    return any(word in wide and slug in parts for wide, parts in _PARTS.items())


@lru_cache(maxsize=10_000)
def read_category(narration: str, note: str = "", *, is_outgoing: bool, currency: str = "") -> str:
    """The slug that words of the narration, else of the note, stand for in an account of that currency; empty where
    they say nothing."""
    words = lexicon("out" if is_outgoing else "in", currency)
    noted = words.slug_in(note)
    return words.slug_in(_HANDLE.sub(" ", narration)) or (noted if noted in _NOTED else "")
