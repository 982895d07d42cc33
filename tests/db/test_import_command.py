"""`finlens import` as a person or a script calls it."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from core.db import Database
from core.errors import FinLensError, NotFound
from core.identity.passwords import is_password
from core.identity.users import user_by_email
from core.imports.batch import run_import
from core.imports.profile import load_profile
from core.settings import Settings
from finlens.commands import imports, login
from tests.factories import fresh


@pytest.fixture
def command(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> typer.Typer:
    def installed(_progress: Callable[[str], None]) -> Settings:
        return settings

    monkeypatch.setattr(imports, "installation", installed)
    app = typer.Typer()
    app.command()(imports.import_files)
    return app


@pytest.fixture
def statement(tmp_path: Path) -> Path:
    path = tmp_path / "a.csv"
    account = fresh("A")
    path.write_text(f"date,amount,account,balance\n2026-01-02,-5,{account},-5\n2026-01-03,oops,{account},\n"
                    f"2026-01-04,-5,{account},-11\n")  # fmt: skip
    return path


def test_json_is_the_contract_alone_on_standard_output(command: typer.Typer, statement: Path) -> None:
    run = CliRunner().invoke(command, [str(statement), "--profile", "plain", "--json"])
    document = json.loads(run.stdout)
    assert run.exit_code == 0
    assert {name: document[name] for name in ("read", "posted", "matched")} == {"read": 3, "posted": 2, "matched": 0}
    assert document["rejected"] == [
        {"file": str(statement), "line": 3, "reason": "'oops' is not an amount with '.' before the fraction"}
    ]
    assert [found["difference_minor"] for found in document["balance_differences"]] == [-100]
    assert document["batch_id"] and document["seconds"] > 0
    assert "Posting" in run.stderr


def test_person_reads_what_became_of_the_rows(command: typer.Typer, statement: Path) -> None:
    run = CliRunner().invoke(command, [str(statement), "--profile", "plain", "--dry-run"])
    assert run.exit_code == 0
    assert "3 rows read: 2 would be posted, 0 known already, 1 rejected" in run.stdout
    assert f"rejected  {statement}:3  'oops' is not an amount" in run.stdout
    assert f"balance   {statement}:4" in run.stdout


def test_table_without_rows_is_warned_of(command: typer.Typer, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("date,amount,account\n")
    run = CliRunner().invoke(command, [str(tmp_path / "a.csv"), "--dry-run"])
    assert run.exit_code == 0
    assert "warning   no payments" in run.stdout


def test_options_stand_in_for_columns_and_what_is_assumed_is_said(command: typer.Typer, tmp_path: Path) -> None:
    path, account = tmp_path / "a.csv", fresh("A")
    path.write_text("Date,Narration,Amount\n2026-01-02,ALDI 12,-5\n2026-01-09,ALDI REFUND,2\n")
    options = ["--account", account, "--account-name", "Daily", "--owner", "Asha", "--email", f"{account}@example.org"]
    run = CliRunner().invoke(command, [str(path), *options, "--currency", "GBP", "--dry-run"])
    assert "2 rows read: 2 would be posted" in run.stdout
    assert f"balance   {account} opens with nothing" in run.stdout
    assert "assumed   time zone Europe/London" in run.stdout
    assert "assumed   currency" not in run.stdout
    assert "1 rows are refunds" in run.stdout


@pytest.mark.parametrize(
    ("file", "profile"), [("missing.csv", "plain"), ("missing.csv", "no-such-profile")]
)  # fmt: skip
def test_unreadable_file_or_profile_is_a_refusal(command: typer.Typer, file: str, profile: str, tmp_path: Path) -> None:
    run = CliRunner().invoke(command, [str(tmp_path / file), "--profile", profile, "--json"])
    assert run.exit_code == 1
    assert isinstance(run.exception, FinLensError)
    assert run.stdout == ""


def test_interrupt_ends_with_a_sentence_and_the_shells_exit_code(
    command: typer.Typer, statement: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def interrupted(*_arguments: object, **_options: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(imports, "run_import", interrupted)
    run = CliRunner().invoke(command, [str(statement), "--profile", "plain", "--json"])
    assert run.exit_code == imports.STOPPED
    assert "the same command goes on where this one ended" in " ".join(run.stderr.split())


def test_account_that_shops_pay_is_warned_of_and_the_option_turns_it_round(
    command: typer.Typer, tmp_path: Path
) -> None:
    rows = "".join(f"2026-01-0{day},5,ALDI STORES {day}\n" for day in range(1, 7))
    (tmp_path / "a.csv").write_text(f"date,amount,description\n{rows}")
    options = [str(tmp_path / "a.csv"), "--account", fresh("A"), "--dry-run"]
    warned = CliRunner().invoke(command, options)
    assert "shops pay more often than they are paid" in warned.stdout
    assert "say --positive out" in warned.stdout
    turned = CliRunner().invoke(command, [*options, "--positive", "out"])
    assert turned.exit_code == 0
    assert "shops pay" not in turned.stdout


def test_columns_that_are_not_read_and_the_way_to_a_login_are_told(command: typer.Typer, tmp_path: Path) -> None:
    path, mail = tmp_path / "a.csv", f"{fresh('asha')}@example.org"
    path.write_text("date,amount,description,Filiale\n2026-01-02,-5,ALDI,12\n")
    run = CliRunner().invoke(command, [str(path), "--account", fresh("A"), "--email", mail, "--dry-run"])
    assert "unread    no value is read from the columns Filiale" in run.stdout
    assert f"login     finlens login {mail}" in run.stdout


async def test_imported_customer_gets_a_login_and_a_second_one_ends_the_first(
    settings: Settings, database: Database, statement: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mail = f"{fresh('asha')}@example.org"
    mapping = load_profile("plain").told(given={"email": mail}, zone="", dates="", opening="")
    await run_import(database, mapping, [statement], actor="operator:test")
    first, second = [await login._let_in(settings, mail) for _ in range(2)]
    async with database.unit() as session:
        user = await user_by_email(session, mail)
    assert user and (user.role, user.customer_id is not None) == ("customer", True)
    assert await is_password(second, user.password_hash)
    assert not await is_password(first, user.password_hash)


async def test_login_for_nobody_is_refused(settings: Settings, database: Database) -> None:
    with pytest.raises(NotFound, match="Nobody here"):
        await login._let_in(settings, "nobody@example.org")
