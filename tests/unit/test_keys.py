"""Secret keys: made once, even by processes that race; readable by the owner alone."""

import subprocess
import sys
from pathlib import Path

import pytest

from core.banking.pan import PanVault, checked_pan
from core.errors import SetupError
from core.keys import KEY_BYTES, secret_key


def test_key_is_made_once_and_kept(tmp_path: Path) -> None:
    key = secret_key(tmp_path / "keys", "pan")
    secret_key.cache_clear()
    assert secret_key(tmp_path / "keys", "pan") == key
    assert len(key) == KEY_BYTES
    assert secret_key(tmp_path / "keys", "cursor") != key


def test_key_file_is_the_owners_alone_and_no_draft_is_left(tmp_path: Path) -> None:
    secret_key(tmp_path / "keys", "pan")
    [file] = (tmp_path / "keys").iterdir()
    assert (file.name, file.stat().st_mode & 0o777) == ("pan.key", 0o600)
    assert file.parent.stat().st_mode & 0o777 == 0o700


def test_processes_that_race_get_one_key(tmp_path: Path) -> None:
    program = "import sys; from pathlib import Path; from core.keys import secret_key; "
    program += "print(secret_key(Path(sys.argv[1]), 'pan').hex())"
    racers = [
        subprocess.Popen([sys.executable, "-c", program, str(tmp_path)], stdout=subprocess.PIPE, text=True)
        for _ in range(6)
    ]
    keys = {racer.communicate()[0] for racer in racers}
    assert len(keys) == 1
    assert len(keys.pop().strip()) == 2 * KEY_BYTES


def test_damaged_key_file_is_no_key(tmp_path: Path) -> None:
    (tmp_path / "pan.key").write_bytes(b"short")
    with pytest.raises(SetupError, match="does not hold"):
        secret_key(tmp_path, "pan")


def test_pan_is_sealed_differently_each_time_and_known_again() -> None:
    vault = PanVault(b"s" * 32, b"m" * 32)
    sealed = [vault.seal("ABCPE1234F") for _ in range(2)]
    assert sealed[0] != sealed[1]
    assert {vault.open(each) for each in sealed} == {"ABCPE1234F"}
    assert b"ABCPE1234F" not in sealed[0]
    assert vault.fingerprint("ABCPE1234F") == vault.fingerprint("ABCPE1234F") != vault.fingerprint("ABCPE1234G")
    assert vault.masked(sealed[0]) == "XXXXXX234F"


def test_another_installation_marks_the_same_pan_differently() -> None:
    assert PanVault(b"s" * 32, b"m" * 32).fingerprint("ABCPE1234F") != PanVault(b"s" * 32, b"n" * 32).fingerprint(
        "ABCPE1234F"
    )


def test_vault_does_not_show_its_keys() -> None:
    assert "sss" not in repr(PanVault(b"s" * 32, b"m" * 32))


@pytest.mark.parametrize("text", ["abcpe1234f", " ABCPE1234F ", "ABCPE-1234-F"])
def test_pan_comes_to_one_form(text: str) -> None:
    assert checked_pan(text) == "ABCPE1234F"


@pytest.mark.parametrize("text", ["", "ABCPE1234", "ABCQE1234F", "1BCPE1234F", "ABCPE0000F", "ABCPE1234FF"])
def test_what_is_no_pan_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a PAN"):
        checked_pan(text)
