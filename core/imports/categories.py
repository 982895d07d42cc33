"""The category of a statement's row, where the bank or the profile gives none that is ours: by names that other banks
and budget books use, and by words of the narration that leave little doubt."""

import re
from functools import lru_cache

from core.categories import CATEGORIES, UNCATEGORISED
from core.imports.narration import phrases

_ALIASES = {
    "groceries": "grocery, supermarket, supermarkets, food & groceries, food shopping",
    "eating_out": "food & drink, food and drink, food & dining, restaurants, restaurant, dining, dining out, takeaway, cafes, coffee",
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
    "loan": "loans, debt, loan repayment, credit",
    "investment": "investing, savings & investments",
    "fees": "fee, bank fees, bank charges, fees & charges, charges",
    "tax": "taxes & duties",
    "salary": "pay, wages, paycheck, payroll",
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

_PAID_OUT = {
    "cash": r"""
        atm, atw, eaw, nwd, nfs, cash ?(?:withdrawal|wdl|machine|point|dispenser|advance), cashpoint, lnk, notemachine,
        bargeld\w*, geldautomat, ga nr\d*
    """,
    "taxi": r"uber(?! ?\*? ?eats), lyft, ola ?cabs?, olacabs, bolt\.eu, freenow, rapido, taxi, cabs?, minicab",
    "eating_out": r"""
        restaurant\w*, cafe, caf\u00e9, coffee, pizza\w*, burger\w*, bakery, b\u00e4ckerei, baeckerei, backhaus, bistro,
        takeaway, kebab, sushi, diner, grill, pub, uber ?\*? ?eats, swiggy(?! ?instamart), zomato, deliveroo, just ?eat, doordash,
        grubhub, lieferando, mcdonald'?s?, kfc, starbucks, costa, greggs, pret, nando'?s?, wetherspoons?, subway, dominos?, chipotle
    """,
    "subscriptions": r"netflix, spotify, disney ?plus, amazon prime, youtube premium, hotstar, hulu, audible, icloud, subscription, rundfunk, tv licen[cs]e",
    "fuel": r"""
        petrol\w*, fuel\w*, filling station, gas station, tankstelle, pfs, shell, bp, esso, aral, texaco, chevron, exxon\w*,
        indian ?oil, hpcl, bpcl, bharat petroleum, jet tankstelle
    """,
    "groceries": r"""
        supermarket\w*, supermarkt, grocer\w*, hypermarket, kirana, food ?hall, aldi, lidl, tesco, sainsbury'?s?, asda,
        morrisons?, waitrose, co-?op food, rewe, edeka, netto, kaufland, penny markt, walmart, kroger, trader joe'?s?,
        whole ?f(?:oo)?ds, safeway, costco, publix, big ?basket, d ?mart, reliance fresh, blinkit, zepto, instamart
    """,
    "rent": r"rent(?!\W*a\W*car|al), lettings?, landlord, miete, kaltmiete, warmmiete, hausverwaltung",
    "insurance": r"insurance, assurance, versicherung\w*, lic premium, geico, state farm, allianz, aviva",
    "telecom": r"""
        mobile, broadband, telecom\w*, telekom, vodafone, airtel, jio, o2, t-mobile, verizon, at&t, comcast, xfinity,
        virgin media, telefonica, wireless, postpaid, prepaid, internet
    """,
    "utilities": r"""
        electric\w*, water, gas, power, energy, stadtwerke, strom, e\.on, edf, bescom, msedcl, tata power, utility, utilities,
        sewage, con ?ed(?:ison)?, pg&e
    """,
    "tax": r"council tax, income tax, tax(?: payment)?, hmrc, irs, finanzamt, gst payment, kfz-?steuer",
    "loan": r"loan\w*, mortgage, emi, finance ltd, black horse, kredit, darlehen",
    "investment": r"mutual fund, zerodha, groww, vanguard, trading ?212, etf, sip, brokerage",
    "health": r"pharmac\w*, chemist, hospital, clinic, dental, dentist, apotheke, doctor, medical\w*, optician, boots, cvs, walgreens",
    "fitness": r"gym, pure ?gym, fitness, mcfit, yoga, cult\.?fit, crossfit",
    "entertainment": r"cinema\w*, kino, theatre, theater, concert, bookmyshow, ticketmaster, museum, odeon, vue",
    "education": r"tuition, school, university, college, course, udemy, coursera, schule, academy",
    "childcare": r"nursery, childcare, kindergarten, kita, daycare, creche",
    "pets": r"vet, vets, veterinary, tierarzt, petshop, pets at home",
    "travel": r"""
        hotel\w*, airlines?, airways, airbnb, booking\.com, expedia, easyjet, ryanair, lufthansa, indigo, british airways,
        makemytrip, holidays?, hostel, rent\W*a\W*car, car rental
    """,
    "public_transport": r"""
        rail\w*, train\w*, metro, bus, tfl, transit, irctc, deutsche bahn, db vertrieb, bvg, mvg, mta, oyster, underground,
        deutschlandticket
    """,
    "vehicle": r"parking, car wash, mot, garage, toll, fastag, car park",
    "personal_care": r"hairdress\w*, barber\w*, salon, friseur, drogerie\w*, rossmann, spa",
    "clothing": r"asos, zara, h&m, primark, zalando, myntra, uniqlo, clothing, shoes",
    "electronics": r"currys, media ?markt, best ?buy, saturn, croma, apple store",
    "household": r"ikea, home depot, furniture, m\u00f6bel, hardware, b&q, bauhaus, obi",
    "shopping": r"amazon\w*, amzn\w*, ebay, flipkart, argos, etsy, target",
    "gifts": r"charity, donation\w*, spende, oxfam, unicef, florist",
    "fees": r"""
        overdraft (?:fee|charge|interest), (?:transaction|service|account|monthly|maintenance|late|wire|card|annual|atm|bank|usage)
        (?:fee|charge)s?, fees?, charges?, interest charged?, entgelt\w*, kontof\u00fchrung, penalty, arranged overdraft
    """,
    "transfer": "zelle, venmo, cash app, p2p, p2a",
}
_PAID_IN = {
    "salary": r"salar(?:y|ies), payroll, wages?, lohn, gehalt, direct dep(?:osit)?",
    "pension": r"pension\w*, rente\w*, annuity",
    "interest": r"interest, int\.? ?(?:pd|paid|cr), zinsen, habenzinsen, abschluss zinsen",
    "investment": r"dividends?, dividende",
    "transfer": "zelle, venmo, cash app, p2p, p2a",
}


def slug_of(name: str) -> str:
    """The slug of a file's word for a category: `Food & Drink` is `eating_out`; what is none of ours stays as it is."""
    return _SLUGS.get(" ".join(name.casefold().split()), name)


@lru_cache(maxsize=10_000)
def read_category(narration: str, *, is_outgoing: bool) -> str:
    """The slug that words of the narration stand for; empty where they say nothing."""
    return next((slug for slug, words in _TABLES[is_outgoing] if words.search(narration)), "")


def _compiled(table: dict[str, str]) -> list[tuple[str, re.Pattern[str]]]:
    return [
        (slug, re.compile(rf"(?<![^\W_])(?:{phrases(words)})(?![^\W_])", re.IGNORECASE))
        for slug, words in table.items()
    ]


_TABLES = {True: _compiled(_PAID_OUT), False: _compiled(_PAID_IN)}
