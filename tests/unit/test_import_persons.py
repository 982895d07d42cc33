"""The holder's name as statements write it."""

import pytest

from core.imports.persons import is_named_first, is_same_person, without_relative


@pytest.mark.parametrize(
    "name", ["RAHUL DESHMUKH", "Mr R S Deshmukh", "DESHMUKH RAHUL S", "R Deshmukh HDFC", "rahul suresh deshmukh"]
)
def test_holder_is_known_by_other_forms_of_the_name(name: str) -> None:
    assert is_same_person("Rahul S Deshmukh", name)


@pytest.mark.parametrize(
    "name", ["SNEHA DESHMUKH", "SNEHA RAHUL DESHMUKH", "RAHUL V DESHMUKH", "RAHUL", "DESHMUKH TRADERS", ""]
)
def test_family_and_namesakes_are_others(name: str) -> None:
    assert not is_same_person("Rahul S Deshmukh", name)


@pytest.mark.parametrize("text", ["RAHUL DESHMUKH BILLS", "Mr Rahul S Deshmukh rent share", "DESHMUKH RAHUL HOLIDAY"])
def test_holders_name_may_stand_before_a_remark(text: str) -> None:
    assert is_named_first("Rahul S Deshmukh", text)


@pytest.mark.parametrize(
    "text", ["RAHUL DESHMUKH TRADERS", "R DESHMUKH BILLS", "RAHUL DESHMUKH", "SNEHA DESHMUKH BILLS", "",
             "RAHUL V DESHMUKH BILLS", "RAHUL DESHMUKH & SONS", "BILLS RAHUL DESHMUKH"],
)  # fmt: skip
def test_firm_and_family_are_not_the_holder_with_a_remark(text: str) -> None:
    assert not is_named_first("Rahul S Deshmukh", text)


@pytest.mark.parametrize(
    ("name", "payee"),
    [
        ("Little Owls Nursery E Deshmukh", "Little Owls Nursery"), ("S Deshmukh", "S Deshmukh"),
        ("Sneha V Deshmukh", "Sneha V Deshmukh"), ("Deshmukh Sweets", "Deshmukh Sweets"), ("", ""),
    ],
)  # fmt: skip
def test_family_for_whom_somebody_was_paid_is_no_part_of_the_name(name: str, payee: str) -> None:
    assert without_relative(name, "Rahul S Deshmukh") == payee
