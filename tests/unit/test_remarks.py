"""What payers wrote, told from what banks and rails write beside it."""

import pytest

from agents.remarks import remarks_in


@pytest.mark.parametrize(
    ("description", "payee", "remarks"),
    [
        ("UPI/033115579242/Nila Organics/weekly ration", "Nila Organics", {"weekly ration"}),
        ("UPI/house help", "Deepak Yadav", {"house help"}),
        ("UPI/for the cake \N{BIRTHDAY CAKE}", "Arjun Mathew", {"for the cake"}),
        ("UPI/thanks!", "Leela Bose", {"thanks"}),
        ("POS NILA ORGANICS BENGALURU", "Nila Organics", set()),
        ("UPI/URJA POWER/006589902", "Urja Power Distribution", set()),
        ("NEFT TRANSFER", "Arjun Mathew", set()),
        ("Rent for May - flat 4", "Shanti Nivas", {"rent for may", "flat"}),
        ("", "Arjun Mathew", set()),
    ],
)
def test_remarks_are_the_plain_parts_that_name_no_payee(description: str, payee: str, remarks: set[str]) -> None:
    assert remarks_in([(description, payee)]) == remarks
