"""Merchant codes: every one in use has a category, and well-known ones have the one that a shopper expects."""

import csv
import os
from pathlib import Path

import pytest

from core.categories import BY_SLUG, category_of_code
from core.merchant_codes import CATEGORY_OF_CODE

DATA = os.environ.get("FINLENS_DATA_DIR")

WELL_KNOWN = {
    "0742": "pets", "1711": "household", "3000": "travel", "3351": "travel", "3501": "travel",
    "4111": "public_transport", "4112": "public_transport", "4119": "health", "4121": "taxi",
    "4131": "public_transport", "4511": "travel", "4722": "travel", "4784": "vehicle", "4812": "telecom",
    "4814": "telecom", "4829": "transfer", "4899": "subscriptions", "4900": "utilities", "5045": "electronics",
    "5200": "household", "5251": "household", "5300": "groceries", "5311": "shopping", "5411": "groceries",
    "5462": "groceries", "5499": "groceries", "5511": "vehicle", "5533": "vehicle", "5541": "fuel", "5542": "fuel",
    "5552": "fuel", "5651": "clothing", "5661": "clothing", "5712": "household", "5732": "electronics",
    "5734": "electronics", "5811": "eating_out", "5812": "eating_out", "5813": "eating_out", "5814": "eating_out",
    "5816": "subscriptions", "5912": "health", "5941": "fitness", "5942": "shopping", "5947": "gifts",
    "5977": "personal_care", "5995": "pets", "6011": "cash", "6012": "loan", "6211": "investment",
    "6300": "insurance", "6513": "rent", "7011": "travel", "7230": "personal_care", "7512": "travel",
    "7523": "vehicle", "7832": "entertainment", "7995": "entertainment", "7997": "fitness", "8011": "health",
    "8062": "health", "8211": "education", "8220": "education", "8351": "childcare", "8398": "gifts", "9311": "tax",
}  # fmt: skip


@pytest.mark.parametrize(("code", "slug"), WELL_KNOWN.items())
def test_well_known_code_has_the_category_that_a_shopper_expects(code: str, slug: str) -> None:
    assert category_of_code(code) == slug


def test_codes_stand_for_categories_that_exist() -> None:
    assert set(CATEGORY_OF_CODE.values()) <= BY_SLUG.keys() - {"uncategorised"}


def test_a_code_that_nobody_uses_says_nothing() -> None:
    assert category_of_code("0001") == "uncategorised"


@pytest.mark.skipif(not DATA, reason="FINLENS_DATA_DIR is not set: the list of all 981 codes is not ours to ship")
def test_every_code_in_use_has_a_category() -> None:
    with (Path(str(DATA)) / "mcc" / "mcc_codes.csv").open(encoding="utf-8") as file:
        codes = [row["mcc"] for row in csv.DictReader(file)]
    assert len(codes) == 981
    assert [code for code in codes if category_of_code(code) == "uncategorised"] == []
