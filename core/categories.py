"""The categories of spending and income, in two levels, and what a merchant's code (ISO 18245) says of them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Category:
    slug: str
    name: str
    group: str


CATEGORIES: tuple[Category, ...] = tuple(
    Category(slug, name, group)
    for group, members in {
        "food": [("groceries", "Groceries"), ("eating_out", "Eating out")],
        "home": [("rent", "Rent"), ("household", "Household"), ("utilities", "Utilities"), ("telecom", "Phone and internet")],
        "transport": [("fuel", "Fuel"), ("public_transport", "Public transport"), ("taxi", "Taxi"), ("vehicle", "Vehicle")],
        "shopping": [("clothing", "Clothing"), ("electronics", "Electronics"), ("shopping", "Shopping")],
        "leisure": [("entertainment", "Entertainment"), ("subscriptions", "Subscriptions"), ("travel", "Travel"), ("gifts", "Gifts and donations")],
        "wellbeing": [("health", "Health"), ("fitness", "Fitness"), ("personal_care", "Personal care")],
        "family": [("education", "Education"), ("childcare", "Childcare"), ("pets", "Pets")],
        "finance": [("insurance", "Insurance"), ("loan", "Loan payments"), ("investment", "Investments"), ("fees", "Fees"), ("tax", "Taxes")],
        "income": [("salary", "Salary"), ("pension", "Pension"), ("interest", "Interest"), ("business_income", "Business income")],
        "cash": [("cash", "Cash")],
        "transfers": [("transfer", "Transfers to people"), ("own_transfer", "Own transfers")],
        "other": [("services", "Services"), ("uncategorised", "Uncategorised")],
    }.items()
    for slug, name in members
)  # fmt: skip
"""Every category a payment can have. Slugs are stored and never renamed; names are shown."""

BY_SLUG: dict[str, Category] = {category.slug: category for category in CATEGORIES}

# First match wins; the ranges follow the structure of ISO 18245.
_CODES: tuple[tuple[range, str], ...] = (
    (range(5411, 5412), "groceries"), (range(5422, 5500), "groceries"), (range(5811, 5815), "eating_out"),
    (range(5541, 5543), "fuel"), (range(5552, 5553), "fuel"), (range(4121, 4122), "taxi"), (range(4111, 4113), "public_transport"),
    (range(4131, 4132), "public_transport"), (range(4784, 4785), "vehicle"), (range(5511, 5600), "vehicle"), (range(7531, 7550), "vehicle"),
    (range(7523, 7524), "vehicle"), (range(4812, 4817), "telecom"), (range(4899, 4900), "subscriptions"), (range(5815, 5819), "subscriptions"),
    (range(4900, 4901), "utilities"), (range(6513, 6514), "rent"), (range(6300, 6400), "insurance"), (range(6010, 6012), "cash"),
    (range(6211, 6212), "investment"), (range(6012, 6013), "loan"), (range(9311, 9312), "tax"), (range(3000, 4000), "travel"),
    (range(4411, 4412), "travel"), (range(4511, 4512), "travel"), (range(4722, 4723), "travel"), (range(7011, 7013), "travel"),
    (range(5600, 5700), "clothing"), (range(5732, 5736), "electronics"), (range(5045, 5046), "electronics"), (range(5712, 5723), "household"),
    (range(5200, 5262), "household"), (range(5912, 5913), "health"), (range(8011, 8100), "health"), (range(7997, 7998), "fitness"),
    (range(7230, 7231), "personal_care"), (range(7298, 7299), "personal_care"), (range(8211, 8300), "education"), (range(8351, 8352), "childcare"),
    (range(742, 743), "pets"), (range(5995, 5996), "pets"), (range(7800, 7999), "entertainment"), (range(8398, 8399), "gifts"),
    (range(5947, 5948), "gifts"), (range(5300, 5400), "shopping"), (range(5940, 5999), "shopping"), (range(7200, 7400), "services"),
)  # fmt: skip


def category_of_code(merchant_category_code: str) -> str:
    """The category slug a merchant's code stands for; `uncategorised` where the code says nothing."""
    code = int(merchant_category_code)
    return next((slug for codes, slug in _CODES if code in codes), "uncategorised")
