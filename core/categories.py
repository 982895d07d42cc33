"""The categories of spending and income, in two levels, and which of them a merchant's code stands for."""

from dataclasses import dataclass

from core.merchant_codes import CATEGORY_OF_CODE

UNCATEGORISED = "uncategorised"


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


def category_of_code(merchant_category_code: str) -> str:
    """The category slug a merchant's code stands for; `uncategorised` where the code says nothing."""
    return CATEGORY_OF_CODE.get(int(merchant_category_code), UNCATEGORISED)
