"""The holder's name as statements write it."""

import pytest

from core.imports.persons import is_same_person


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
