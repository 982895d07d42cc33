"""The cast: banks, people, shops, employers and their accounts. All names are invented."""

from dataclasses import dataclass
from functools import cache
from zoneinfo import ZoneInfo

from core.banking.tables import AccountKind
from finlens.demo.payment import chance

PEOPLE_COUNT = 100


@dataclass(frozen=True, slots=True)
class DemoBank:
    code: str
    name: str


@dataclass(frozen=True, slots=True)
class City:
    name: str
    latitude: float
    longitude: float
    time_zone: str = "Asia/Kolkata"


@dataclass(frozen=True, slots=True)
class Business:
    name: str
    code: str
    """Merchant category code (ISO 18245)."""
    bank: str
    currency: str = "INR"

    @property
    def account(self) -> str:
        return f"{self.name}@{self.bank}"


@dataclass(frozen=True, slots=True, eq=False)
class Person:
    """One of the cast, the same object throughout. `level` scales what they spend; `pace` is how many everyday payments
    they make a day."""

    name: str
    email: str
    city: City
    income: int
    """Rupees a month, after tax."""
    employer: Business
    landlord: Business | None
    banks: tuple[str, ...]
    """Where they have accounts; the first one gets the salary."""
    level: float
    pace: float
    is_night_owl: bool
    favourites: dict[str, tuple[Business, ...]]

    @property
    def account(self) -> str:
        return f"{self.email}@{self.banks[0]}"

    @property
    def second_account(self) -> str | None:
        return f"{self.email}@{self.banks[1]}" if len(self.banks) > 1 else None

    @property
    def rupee_accounts(self) -> tuple[str, ...]:
        return tuple(f"{self.email}@{bank}" for bank in self.banks if bank != EURO_BANK.code)

    @property
    def is_keen(self) -> bool:
        """Has one of everything: the demo customer."""
        return self.pace > 1

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.city.time_zone)


@dataclass(frozen=True, slots=True)
class AccountPlan:
    key: str
    bank: str
    kind: AccountKind
    name: str
    currency: str
    holder: str | None
    """Key of the customer: a person's email, a business's name."""


@dataclass(frozen=True)
class Cast:
    people: tuple[Person, ...]
    businesses: tuple[Business, ...]
    accounts: dict[str, AccountPlan]

    def of_trade(self, *codes: str) -> tuple[Business, ...]:
        return tuple(b for b in self.businesses if b.code in codes and b.currency == "INR")

    def named(self, name: str) -> Business:
        return next(business for business in self.businesses if business.name == name)


HOME_BANK = DemoBank("DLNB", "Deccan Lantern Bank")
"""Of the demo customer, the demo analyst and the demo staff."""
EURO_BANK = DemoBank("HLBK", "Harbour Light Bank")
BANKS = (
    HOME_BANK,
    DemoBank("CCSB", "Coral Coast Savings Bank"),
    DemoBank("HMSB", "Himadri Star Bank"),
    EURO_BANK,
    DemoBank("ELSE", "Banks outside FinLens"),
)
INDIAN = tuple(bank.code for bank in BANKS[:3])

OUTSIDERS = tuple(
    f"{name}@ELSE"
    for name in (
        "Harish Pawar", "S Lakshmi", "Irfan Qureshi", "Meera Dutta", "T Balakrishnan", "Joseph Kurian", "Rukmini Bai",
        "Deepak Yadav", "P Chandrika", "Anwar Sheikh", "Gita Soren", "Mohan Bisht", "Reena D'Mello", "Subhash Gowda",
        "Farida Khan", "Lobsang Tsering", "Nandini Pillai", "Om Prakash", "Vimala Raj", "Zubin Irani",
    )
)  # fmt: skip
"""Private people at other banks: relatives, sellers of used things, tutors; and some who are none of these."""

ASHA = "customer@finlens.example"
EXPATRIATE = "kabir.nair@people.finlens.example"

_CITIES = {
    "Bengaluru": City("Bengaluru", 12.9716, 77.5946),
    "Mumbai": City("Mumbai", 19.0760, 72.8777),
    "Pune": City("Pune", 18.5204, 73.8567),
    "Chennai": City("Chennai", 13.0827, 80.2707),
    "Kochi": City("Kochi", 9.9312, 76.2673),
    "New Delhi": City("New Delhi", 28.6139, 77.2090),
    "Kolkata": City("Kolkata", 22.5726, 88.3639),
    "Hyderabad": City("Hyderabad", 17.3850, 78.4867),
    "Dubai": City("Dubai", 25.2048, 55.2708, "Asia/Dubai"),
    "London": City("London", 51.5072, -0.1276, "Europe/London"),
    "Singapore": City("Singapore", 1.3521, 103.8198, "Asia/Singapore"),
    "Berlin": City("Berlin", 52.5200, 13.4050, "Europe/Berlin"),
}
_INDIAN_CITIES = tuple(_CITIES.values())[:8]

_TRADES = {
    "5411": "Annapurna Fresh Mart, Hari Kirana Stores, GreenBasket Supermarket, Nila Organics",
    "5812": "Saffron Leaf Kitchen, Dosa Corner, Biryani Darbar, Coastal Curry House",
    "5814": "Chai Tapri No 7, Midnight Momo",
    "5541": "Vega Fuels, Sarathi Petroleum",
    "4121": "ZipCab Rides",
    "4111": "Metro Smart Card",
    "4112": "RailSetu Tickets",
    "4511": "IndiSky Airways",
    "7011": "Palm Grove Resorts, Hill Station Homestays",
    "4900": "Urja Power Distribution, Jal Nigam Water, BluFlame Piped Gas",
    "4814": "VaaniTel Mobile, FibreNest Broadband",
    "5815": "StreamRasa, GaanaGhar Music, CloudPetti Storage, NewsPatra Digital",
    "6300": "Suraksha Kavach Insurance, JeevanDeep Life",
    "6211": "Kalpavriksha Mutual Fund",
    "6012": "GrihaSetu Home Finance, Gaadi Loans",
    "6513": "Shanti Nivas Rentals, Lotus Residency, Anand Properties",
    "5651": "Vastra Lane, Dhaaga Studio",
    "5732": "Circuit Bazaar, PixelKart Electronics",
    "5311": "Sab Kuch Mall, MegaHaat Online",
    "5712": "Ghar Sansar Furnishings",
    "5912": "Arogya Pharmacy",
    "8062": "CarePoint Hospital",
    "7997": "Iron Lotus Gym",
    "7230": "Mirror Mirror Salon",
    "7832": "Rangmanch Cinemas",
    "8211": "Little Banyan School",
    "0742": "Happy Paws Vet",
    "8398": "Roshni Trust",
    "5947": "Uphaar Gift Shop",
    "7538": "QuickFix Garage",
    "4784": "TollTag",
    "7372": "Tungabhadra Software Labs, Saptarishi Consulting",
    "5131": "Nimbus Textile Exports",
    "4214": "BrightRoute Logistics",
    "9311": "City Property Tax Office",
}
EMPLOYER_CODES = ("7372", "5131", "4214")
_EURO_TRADES = {"5411": "Linden Supermarkt", "5812": "Trattoria am Kanal", "4111": "Stadtbahn Verbund"}

_FIRST = (
    "Rahul", "Priya", "Arjun", "Sneha", "Vikram", "Ananya", "Karthik", "Divya", "Imran", "Fatima", "Gurpreet", "Simran",
    "Thomas", "Leela", "Nikhil", "Pooja", "Sanjay", "Kavita", "Rohan", "Ishita",
)  # fmt: skip
_LAST = ("Sharma", "Iyer", "Reddy", "Das", "Patel", "Khan", "Joshi", "Singh", "Mathew", "Bose", "Kulkarni")


def account_of(place: str, bank: str) -> str:
    """Key of a bank's system account: `cash`, or `outside` (all that the demo does not show in detail)."""
    return f"{place}@{bank}"


@cache
def cast() -> Cast:
    businesses = tuple(_businesses())
    people = (_asha(businesses), _expatriate(businesses), *_people(businesses))
    return Cast(people, businesses, {plan.key: plan for plan in _accounts(people, businesses)})


def _businesses() -> list[Business]:
    dice = chance("businesses")
    indian = [
        Business(name, code, dice.choice(INDIAN)) for code, names in _TRADES.items() for name in names.split(", ")
    ]
    return indian + [Business(name, code, EURO_BANK.code, "EUR") for code, name in _EURO_TRADES.items()]


def _asha(businesses: tuple[Business, ...]) -> Person:
    return _person(
        "Asha Menon", ASHA, _CITIES["Bengaluru"], businesses, income=190_000, banks=INDIAN[:2], pace=2.1, level=1.15
    )


def _expatriate(businesses: tuple[Business, ...]) -> Person:
    banks = (INDIAN[2], EURO_BANK.code)
    return _person(
        "Kabir Nair", EXPATRIATE, _CITIES["Berlin"], businesses, income=190_000, banks=banks, pace=0.6, level=1.5
    )


def _people(businesses: tuple[Business, ...]) -> list[Person]:
    dice = chance("people")
    names = [f"{first} {last}" for last in _LAST for first in _FIRST]
    people: list[Person] = []
    for name in ["Rahul Sharma", *dice.sample(names[1:], PEOPLE_COUNT - 3)]:
        city = dice.choice(tuple(_CITIES.values()) if dice.random() < 0.08 else _INDIAN_CITIES)
        banks = tuple(dice.sample(INDIAN, 2 if dice.random() < 0.3 else 1))
        income = round(min(max(dice.lognormvariate(11.0, 0.5), 32_000), 350_000) / 500) * 500
        email = f"{name.lower().replace(' ', '.')}@people.finlens.example"
        pace, level = dice.uniform(0.2, 0.55), (income / 60_000) ** 0.5 * dice.uniform(0.75, 1.15)
        people.append(_person(name, email, city, businesses, income=income, banks=banks, pace=pace, level=level))
    return people


def _person(
    name: str, email: str, city: City, businesses: tuple[Business, ...], *,
    income: int, banks: tuple[str, ...], pace: float, level: float,
) -> Person:  # fmt: skip
    dice = chance("person", email)
    shops: dict[str, list[Business]] = {}
    for business in businesses:
        if business.currency == "INR":
            shops.setdefault(business.code, []).append(business)
    return Person(
        name=name,
        email=email,
        city=city,
        income=income,
        employer=dice.choice([b for b in businesses if b.code in EMPLOYER_CODES]),
        landlord=dice.choice(shops["6513"]) if email == ASHA or dice.random() < 0.6 else None,
        banks=banks,
        level=level,
        pace=pace,
        is_night_owl=email != ASHA and dice.random() < 0.08,
        favourites={code: tuple(dice.sample(trade, len(trade))) for code, trade in shops.items()},
    )


def _accounts(people: tuple[Person, ...], businesses: tuple[Business, ...]) -> list[AccountPlan]:
    system = [
        AccountPlan(account_of(place, bank.code), bank.code, AccountKind.SYSTEM, name, _currency(bank.code), None)
        for bank in BANKS
        for place, name in (("cash", "Cash"), ("outside", "Money from and to outside"))
    ]
    outside = [AccountPlan(key, "ELSE", AccountKind.EXTERNAL, key.split("@")[0], "INR", None) for key in OUTSIDERS]
    shops = [
        AccountPlan(b.account, b.bank, AccountKind.CUSTOMER, "Business account", b.currency, b.name) for b in businesses
    ]
    private = [
        AccountPlan(f"{p.email}@{bank}", bank, AccountKind.CUSTOMER, name, _currency(bank), p.email)
        for p in people
        for bank, name in zip(p.banks, ("Salary account", "Second account"), strict=False)
    ]
    return system + outside + shops + private


def _currency(bank: str) -> str:
    return "EUR" if bank == EURO_BANK.code else "INR"
