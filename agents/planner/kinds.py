"""Kinds of payee within a category: "electricity" are those utilities whose names say so. A kind that no name says is
asked about, as anything narrower than a category is."""

import re
from collections.abc import Iterable

from agents.planner.words import normalise
from agents.scope import Counterparty

_POWER = r"power|electric|vidyut|urja|bijli|discom|bescom|mescom|hescom|cesc|mseb|mahadiscom|msedcl|tneb|tangedco|uppcl|bses|torrent|adani ele|kseb|pspcl|dhbvn|uhbvn|gescom|apspdcl|tsspdcl|wbsedcl|jvvnl|energy|\w*energie|\w*strom|pg&e|edison|con ?ed"
_WATER = r"\w*wasser|water|jal|bwssb|hmwssb|jalboard"
_GAS = "pg&e|gas|lpg|indane|bharatgas|hpgas|igl|mgl|gail|cylinder"
_AIR = "air|airways|airlines?|indigo|vistara|spicejet|akasa|sky|jet|flights?|aviation"
_STAY = "hotels?|resorts?|homestays?|inn|stays?|lodge|oyo|hostel|suites?|airbnb|palace|villas?|retreat"
_DENTAL = "dental|dentist|dent|zahn|tooth|smile|orthodon"
_SHOES = "shoes?|foot|bata|nike|adidas|puma|sneaker"

_KINDS = {
    _POWER: "electricity, electricity bill, electricity bills, power bill, power, power bills, electric bill, electric, light bill, current bill, bijli, bijli bill",
    _WATER: "water, water bill, water bills",
    _GAS: "gas, gas bill, cooking gas, gas cylinder, lpg",
    _AIR: "flights, flight, airfare, airline, airlines, air tickets, plane tickets",
    _STAY: "hotels, hotel, stays, hotel stays, resorts, resort, homestay, homestays",
    _DENTAL: "dentist, dental",
    r"hospital|clinic|nursing": "hospital, hospitals, clinic, clinics, nursing home",
    r"pharma|chemist|medical|drug|medico|medplus": "chemist, chemists, pharmacy, pharmacies, medical store, medical shop, drugstore",
    r"metro|dmrc|bmrc|cmrl": "metro, subway, metro rides, metro card, metro cards, metro recharge, metro recharges",
    r"optic|lens|eye|specs|vision": "glasses, optician",
    r"lab|diagnos|path|scan|test": "lab tests, blood tests, tests",
    r"broadband|fib(?:er|re)|wi-?fi|internet|hathway|act fibernet|xfinity|comcast|spectrum|centurylink": "broadband, internet, internet bill, internet bills, wifi, wi-fi",
    r"mobil(?:e|funk)|telecom|cellular|wireless|jio|vodafone idea": "mobile, mobile phone, cell phone, mobile recharge, phone recharge, recharge, recharges",
    r"bus\b|buses|roadways|ksrtc|bmtc|msrtc": "bus, buses",
    r"rail|train|irctc": "train, trains, railway, railways",
    r"life|jeevan|lic\b|term": "life insurance, term insurance, lic",
    r"health|medi|care|star": "health insurance, medical insurance",
    r"motor|car\b|vehicle|auto|acko|geico|kfz|two ?wheeler|bike": "car insurance, bike insurance, vehicle insurance, motor insurance",
    r"pet|paw": "pet food, pet insurance, dog food, cat food",
    r"vet|veterin|animal|banfield|tierarzt|tierklinik": "vet, vets, veterinarian",
    _SHOES: "shoes, sneakers",
    r"coffee|cafe|chai|tea|brew|starbucks|ccd|third wave": "coffee, tea, chai",
    r"pizza|domino|la pino": "pizza",
    r"coffee|cafe|caff|espresso|roaster|chai|chaayos|tea\b|starbucks|costa\b|ccd|third wave|blue tokai": "cafes, cafe, coffee shops, coffee shop",
    r"swiggy|zomato|eatsure|uber ?eats|deliveroo|just ?eat|door ?dash|grubhub|postmates|seamless|lieferando|wolt|glovo|foodpanda": "food delivery, takeaways, takeaway, takeout, ordering in",
    r"bar\b|pub\b|brew|wine|liquor|beer|spirits|tavern|arms\b|alehouse|taproom|crown|wetherspoon": "alcohol, drinks, beer, bars, bar, pub, pubs",
    r"toll|fastag|netc|nhai": "toll, tolls, fastag, toll charges, toll payments",
    r"garage|repair|service|workshop|fix|motors": "car repairs, car repair, bike repairs, bike repair, garage, garages, car service, car servicing",
    r"park": "parking, parking fees, parking charges",
    r"milk|dairy|amul|nandini|delight": "milk",
    r"veg|organic|fruit|farm|sabzi|mandi": "vegetables, vegetable, veggies, fruit, fruits",
    r"meat|fish|chicken|licious|seafood": "meat, fish, chicken",
    r"news|times|hindu|express|patra|daily": "newspaper, newspapers, magazines",
    r"stream|netflix|prime ?video|hotstar|disney|hulu|zee ?5|sony ?liv|spotify|gaana|saavn|youtube|now tv|apple tv": "streaming, streaming services, streaming apps",
    r"music|gaana|spotify|tunes|saavn": "music",
    r"book|read|kindle|audible": "books",
    r"game|steam|playstation|xbox": "games, gaming, video games",
    r"furni(?:ture|sh)|furnitur|sofa|ikea|pepperfry|urban ?ladder|wakefit|moebel|mobel": "furniture, furnishings",
    r"trust\b|foundation|charit|relief|ngo\b|seva|red cross|unicef|oxfam|donat": "charity, charities, donations, donation",
    r"home|griha|housing|hdfc ltd|mortgage|mtg|baufinanz|immobilien": "house loan, home loan, housing loan, mortgage",
    r"sav(?:e|ings?)|spar(?:en|buch|konto)|extra-?konto|tagesgeld|nest egg|rainy day": "own transfers to savings",
    r"c\.? ?tax|council|borough": "council tax",
    r"property|municipal|corporation|bbmp|ghmc|mcgm": "property tax, house tax",
    r"gaadi|car\b|auto|vehicle|wheels": "car emi, car loan, vehicle loan",
}
_PARTS: dict[str, re.Pattern[str]] = {
    phrase.strip(): re.compile(rf"\b(?:{parts})") for parts, phrases in _KINDS.items() for phrase in phrases.split(",")
}


def payees_of_kind(phrase: str, slugs: Iterable[str], payees: Iterable[Counterparty]) -> tuple[str, ...]:
    """The payees of the categories `slugs` whose names say that they are of the kind that `phrase` names."""
    parts, within = _PARTS.get(phrase), set(slugs)
    if parts is None:
        return ()
    return tuple(payee.name for payee in payees if payee.category in within and parts.search(normalise(payee.name)))


def telling_words(phrase: str) -> str | None:
    """A regular expression, as PostgreSQL writes them, for what descriptions of payments say that are of the kind that
    `phrase` names; None where it names no kind."""
    parts = _PARTS.get(phrase)
    return parts.pattern.replace(r"\b", r"\y") if parts else None
