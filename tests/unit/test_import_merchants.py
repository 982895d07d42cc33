"""The table of what words and firms stand for."""

import tomllib
from collections import Counter
from importlib.resources import files

import pytest

from core.categories import BY_SLUG
from core.imports.merchants import firm_cut_short, firm_of, lexicon, words_of
from core.imports.narration import listed

TABLE = tomllib.loads((files("core.imports") / "merchants.toml").read_text(encoding="utf-8"))


def spellings(direction: str) -> list[str]:
    """Every spelling of the direction's lists, but for those that a currency overrules."""
    lists = [text for table in TABLE[direction].values() for name, text in table.items() if not name.isupper()]
    return [spelling for text in lists for one in listed(text) for spelling in one.split("=")]


@pytest.mark.parametrize("direction", ["out", "in"])
def test_table_says_of_nothing_two_things(direction: str) -> None:
    counted = Counter("*".join("".join(words_of(part)) for part in one.split("*")) for one in spellings(direction))
    assert [phrase for phrase, count in counted.items() if count > 1] == []
    assert TABLE[direction].keys() - {""} <= BY_SLUG.keys()


@pytest.mark.parametrize(
    ("text", "slug"),
    [("UBER EATS", "eating_out"), ("UBER TRIP", "taxi"), ("H AND M", "clothing"), ("TRADER JOE S", "groceries"),
     ("LICOFINDIA", "insurance"), ("PIZZAHAUS", "eating_out"), ("XPIZZA", ""),
     ("MOBILE BANKING", ""), ("WATER STREET CAFE", "eating_out")],
)  # fmt: skip
def test_longest_phrase_decides_however_it_is_spelled(text: str, slug: str) -> None:
    assert lexicon("out", "").slug_in(text) == slug


@pytest.mark.parametrize(
    ("name", "firm"),
    [("FRED-MEYER 0135", "Fred Meyer"), ("The Home Depot", "Home Depot"), ("T MOBILE", "T-Mobile"), ("MEYER FRED", "")],
)
def test_firm_has_one_name(name: str, firm: str) -> None:
    assert firm_of(name) == firm


@pytest.mark.parametrize(("name", "firm"), [("BIKANERV", "Bikanervala"), ("RELIANCE", ""), ("BIKANER", "")])
def test_name_that_was_cut_is_a_firms_if_only_one_begins_so(name: str, firm: str) -> None:
    assert firm_cut_short(name) == firm
