"""Which category a merchant's code (ISO 18245) stands for: every code that is in use, each in one category.

A code's meaning is its buyer's: what a household would call a payment to such a merchant. Codes of wholesalers stand
where their goods do. 3000 to 3999 are airlines, car rentals and hotels, one code a company.
"""

_CODES = {
    "groceries": "5300 5411 5422-5499 5921",
    "eating_out": "5811-5814",
    "rent": "6513",
    "household": """
        0780 1520-1799 2842 5021 5039 5072-5074 5198 5200-5271 5712-5722 5950 5996 7217 7342 7349 7623 7629 7641
    """,
    "utilities": "4900 5983",
    "telecom": "4812-4821",
    "fuel": "5172 5541-5542 5552",
    "public_transport": "4011-4112 4131 4789",
    "taxi": "4121",
    "vehicle": "4784 5013 5511-5533 5551 5561-5599 5940 7511 7523-7549 8675",
    "clothing": "5131 5137-5139 5611-5697 5699 5948 7251 7296",
    "electronics": "5044-5045 5065 5732 5734 5946 5978 7622",
    "shopping": """
        5046 5051 5085 5094-5111 5169 5192 5199 5309-5399 5832 5931-5937 5942-5945 5949 5961 5963-5967 5969-5973
        5993-5994 5998-5999 7278
    """,
    "entertainment": "5733 5735 7800-7991 7993-7996 7998-7999",
    "subscriptions": "4899 5815-5818 5968",
    "travel": "3000-3999 4411-4723 5962 7011-7033 7512-7519",
    "gifts": "5193 5947 5992 8398 8641-8661",
    "health": "4119 5047 5122 5912 5975-5976 8011-8099",
    "fitness": "5941 7992 7997",
    "personal_care": "5698 5977 5997 7230 7297-7298",
    "education": "8211-8299",
    "childcare": "8351",
    "pets": "0742 5995",
    "insurance": "5960 6300-6399",
    "loan": "6012",
    "investment": "6211",
    "fees": "9211-9223",
    "tax": "9311",
    "cash": "6010-6011 6051",
    "transfer": "4829",
    "services": """
        0763 2741-2791 4214-4225 7210-7216 7221 7261-7277 7299-7339 7361-7399 7631 7692-7699 8111 8699-8999
        9399-9405 9700-9950
    """,
}


def _numbers(codes: str) -> range:
    first, _, last = codes.partition("-")
    return range(int(first), int(last or first) + 1)


CATEGORY_OF_CODE: dict[int, str] = {
    number: slug for slug, codes in _CODES.items() for span in codes.split() for number in _numbers(span)
}
"""Slug by code."""
