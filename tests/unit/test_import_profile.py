"""Mapping profiles: the little language, and refusals that name the key and what would work."""

from pathlib import Path

import pytest
import yaml

from core.imports.profile import Profile, ProfileInvalid, load_profile, shipped_profiles
from core.imports.sources import Sources
from core.imports.template import Record, Text

SMALL = {
    "name": "small",
    "bank": {"code": "SMALL"},
    "currency": "INR",
    "time_zone": "Asia/Kolkata",
    "files": {"rows": {"match": "*.csv"}},
    "transactions": {"file": "rows", "account": "1", "date": "{Date}", "amount": "{Amount}"},
}


def written(folder: Path, **changes: object) -> str:
    path = folder / "profile.yaml"
    path.write_text(yaml.safe_dump(SMALL | changes))
    return str(path)


def test_every_shipped_profile_loads() -> None:
    assert {load_profile(name).name for name in shipped_profiles()} == {"berka", "plain"}


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"curency": "INR"}, "curency: there is no such key"),
        ({"time_zone": "Mars/Olympus"}, "time_zone: 'Mars/Olympus' is no time zone: write it like Europe/Prague"),
        ({"dates": ["DD/MM/YYYY"]}, r"dates.0: .* write iso, %d/%m/%Y"),
        ({"format": {"encoding": "latin-99"}}, "format.encoding: 'latin-99' is no encoding"),
        ({"currency": True}, "currency: YAML reads yes, no, on and off"),
        ({"currency": "{Currency"}, "currency: .* has a brace without its partner"),
        ({"currency": [{"if": {}, "then": "INR"}]}, "currency: a rule is"),
        ({"currency": [{"when": {"a": "/(/"}, "then": "INR"}]}, "is not a regular expression"),
        ({"transactions": SMALL["transactions"] | {"file": "row"}}, "transactions.file names 'row'; files has rows"),
        ({"transactions": SMALL["transactions"] | {"category": "food"}}, "transactions.category: 'food' is none of"),
        ({"transactions": SMALL["transactions"] | {"amount": {"incoming": "{In}"}}}, "or both incoming and outgoing"),
        ({"transactions": SMALL["transactions"] | {"id": "{x of others by y}"}}, "looks up 'others', which is not one"),
    ],
)
def test_mistake_in_a_profile_is_named_with_its_key(changes: dict[str, object], sentence: str, tmp_path: Path) -> None:
    with pytest.raises(ProfileInvalid, match=sentence):
        load_profile(written(tmp_path, **changes))


def test_profile_that_is_nowhere_names_the_shipped_ones() -> None:
    with pytest.raises(ProfileInvalid, match=r"shipped profile \(berka, plain\)"):
        load_profile("no-such-profile")


def test_profile_that_is_not_yaml_says_where(tmp_path: Path) -> None:
    (tmp_path / "p.yaml").write_text("name: [")
    with pytest.raises(ProfileInvalid, match="line 1"):
        load_profile(str(tmp_path / "p.yaml"))


def test_column_that_the_file_lacks_is_named_before_anything_is_read(tmp_path: Path) -> None:
    statement = tmp_path / "a.csv"
    statement.write_text("Date,Value\n2026-01-01,5\n")
    sentence = "transactions.amount.value uses the column 'Amount', and a.csv has: Date, Value"
    with pytest.raises(ProfileInvalid, match=sentence):
        Sources(Profile.model_validate(SMALL), [statement])


def test_file_of_no_known_kind_is_named_with_the_kinds() -> None:
    with pytest.raises(ProfileInvalid, match=r"b.txt is none of the files that the profile small knows: \*.csv"):
        Sources(Profile.model_validate(SMALL), [Path("b.txt")])


def test_look_up_in_a_file_that_was_not_given_asks_for_it(tmp_path: Path) -> None:
    clients = tmp_path / "client.asc"
    clients.write_text("client_id;birth_number;district_id\n1;2;3\n")
    with pytest.raises(ProfileInvalid, match=r"looks things up in districts: give the file district\* too"):
        Sources(load_profile("berka"), [clients])


RULES = [
    {"when": {"Narration": "/UPI-(?P<payee>[^-]+)-/"}, "then": "{payee}"},
    {"when": {"Kind": ["ATM*", "CASH"], "Narration": "?*"}, "then": "Cash"},
    {"when": {"Kind": ""}, "then": "nothing"},
    {"then": "{Kind} at {place of shops by Shop}"},
]
TABLES = {"shops": {"7": {"place": "Pune"}}}


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"Narration": "upi-SWIGGY-okaxis", "Kind": "X", "Shop": "7"}, "SWIGGY"),
        ({"Narration": "UPI-ZOMATO-okaxis", "Kind": "X", "Shop": "7"}, "ZOMATO"),
        ({"Narration": "w/d", "Kind": "atm wdl", "Shop": "7"}, "Cash"),
        ({"Narration": "", "Kind": "", "Shop": "7"}, "nothing"),
        ({"Narration": "", "Kind": "POS", "Shop": "7"}, "POS at Pune"),
    ],
)
def test_first_rule_that_fits_gives_the_text(fields: dict[str, str], text: str) -> None:
    assert Text.parse(RULES).of(Record(fields, TABLES)) == text


def test_look_up_that_finds_nothing_is_an_error_unless_it_may_be_missing() -> None:
    record = Record({"Shop": "8"}, TABLES)
    with pytest.raises(ValueError, match="shops has no row for '8'"):
        Text.parse("{place of shops by Shop}").of(record)
    assert Text.parse("{place of shops by Shop?}").of(record) == ""
