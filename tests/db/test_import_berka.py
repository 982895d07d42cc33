"""The shipped Berka profile: on a small set of its shape, and on the real one where FINLENS_DATA_DIR holds it."""

import csv
import gzip
import os
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from core.db import Database
from core.imports.batch import run_import
from core.imports.profile import load_profile

# Made up, in the shape of the set: account numbers are outside its range, so that both can be imported here.
TABLES = {
    "account": ['"account_id";"district_id";"frequency";"date"', '90001;1;"POPLATEK MESICNE";930101'],
    "client": [
        '"client_id";"birth_number";"district_id"', '91001;"706213";1', '91002;"450204";1',
    ],
    "disp": [
        '"disp_id";"client_id";"account_id";"type"', '1;91001;90001;"OWNER"', '2;91002;90001;"DISPONENT"',
    ],
    "district": [
        "A1;A2;A3;A4", '1;"Písek";"south Bohemia";70699',
    ],
    "order": ['"order_id";"account_id"', "29401;1"],
    "trans": [
        '"trans_id";"account_id";"date";"type";"operation";"amount";"balance";"k_symbol";"bank";"account"',
        '9000001;90001;930101;"PRIJEM";"VKLAD";700.00;700.00;"";;',
        # Out of order within the day, as in the set.
        '9000003;90001;930131;"VYDAJ";"VYBER";800.00;-96.50;"";"";"0"',
        '9000002;90001;930131;"PRIJEM";"";3.50;703.50;"UROK";;',
        '9000004;90001;930205;"VYDAJ";"PREVOD NA UCET";100.00;-196.50;"SIPO";"YZ";"87144583"',
        '9000005;90001;930228;"VYDAJ";"VYBER";14.60;-211.20;"SANKC. UROK";;',
        '9000006;90001;930301;"PRIJEM";"PREVOD Z UCTU";5000.00;4788.80;"DUCHOD";"CD";"37906074"',
        '9000007;90001;930302;"PRIJE',
    ],
}  # fmt: skip


@pytest.fixture
def small_set(tmp_path: Path) -> list[Path]:
    paths = [tmp_path / f"{name}.asc.gz" for name in TABLES]
    for path, lines in zip(paths, TABLES.values(), strict=True):
        path.write_bytes(gzip.compress("\r\n".join(lines).encode("latin-1")))
    return paths


async def query(database: Database, sql: str, **values: object) -> list[tuple[Any, ...]]:
    async with database.unit() as session:
        rows = await session.execute(text(sql), values)  # pyright: ignore[reportDeprecated]
        return [tuple(row) for row in rows]


async def test_small_set_comes_out_in_english_and_reconciled(database: Database, small_set: list[Path]) -> None:
    report = await run_import(database, load_profile("berka"), small_set, actor="operator:test")
    assert (report.posted, report.customers_added, report.accounts_opened) == (6, 2, 1)
    assert [(line, reason) for _, line, reason in report.rejected] == [
        (8, "a quote opens in this line and never closes")
    ]
    assert [(found.line, found.difference_minor) for found in report.balance_differences] == [(6, -10)]
    found = await query(
        database,
        """SELECT e.amount_minor, e.category, e.channel, e.description, e.counterparty, e.balance_after_minor
             FROM reporting.entry e JOIN banking.customer c ON c.id = e.customer_id
            WHERE c.email = 'client-91001@berka.example' ORDER BY e.occurred_at, e.transaction_id""",
    )
    assert found == [
        (70000, "cash", "cash", "Cash deposit", "Cash", 70000),
        (350, "interest", "bank", "Interest credited", "Interest", 70350),
        (-80000, "cash", "cash", "Cash withdrawal", "Cash", -9650),
        (-10000, "household", "transfer", "Household payment", "87144583 at YZ", -19650),
        (-1460, "fees", "bank", "Penalty interest", "Penalty interest", -21110),
        (500000, "pension", "transfer", "Pension", "37906074 at CD", 478890),
    ]


async def test_disponent_is_a_customer_without_an_account(database: Database, small_set: list[Path]) -> None:
    await run_import(database, load_profile("berka"), small_set, actor="operator:test")
    found = await query(
        database,
        """SELECT c.name, c.address, c.time_zone, count(a.id) FROM banking.customer c
             LEFT JOIN banking.account a ON a.customer_id = c.id
            WHERE c.email IN ('client-91001@berka.example', 'client-91002@berka.example')
            GROUP BY c.id ORDER BY c.name""",
    )
    assert found == [
        ("Client 91001", "Písek, south Bohemia", "Europe/Prague", 1),
        ("Client 91002", "Písek, south Bohemia", "Europe/Prague", 0),
    ]


async def test_statement_without_its_accounts_says_what_is_missing(database: Database, tmp_path: Path) -> None:
    path = tmp_path / "trans.asc"
    path.write_text(f'{TABLES["trans"][0]}\n1;77777;930101;"PRIJEM";"VKLAD";1.00;1.00;"";;\n')
    report = await run_import(database, load_profile("berka"), [path], actor="operator:test")
    reason = "account '77777' of BERKA is not known, and none of the files describes it"
    assert report.rejected == [(str(path), 2, reason)]


@pytest.fixture(scope="session")
def real_set() -> list[Path]:
    folder = Path(os.environ.get("FINLENS_DATA_DIR", "data")) / "berka"
    if not (folder / "trans.asc.gz").exists():
        pytest.skip(f"{folder} holds no Berka set: FINLENS_DATA_DIR names the folder that has it as berka/*.asc.gz")
    return sorted(folder.glob("*.asc.gz"))


def rows_of(paths: list[Path], table: str) -> list[dict[str, str | None]]:
    [path] = [path for path in paths if path.name.startswith(table)]
    with gzip.open(path, "rt", encoding="latin-1", newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))


async def test_real_set_has_the_sums_of_its_raw_file(database: Database, real_set: list[Path]) -> None:
    report = await run_import(database, load_profile("berka"), real_set, actor="operator:test")
    owners = {row["account_id"]: row["client_id"] for row in rows_of(real_set, "disp") if row["type"] == "OWNER"}
    expected: Counter[tuple[str, str]] = Counter()
    raw = [row for row in rows_of(real_set, "trans") if row["account"] is not None]
    for row in raw:
        assert row["date"] and row["amount"]
        sign = 1 if row["type"] == "PRIJEM" else -1
        client_month = (f"client-{owners[row['account_id']]}@berka.example", f"19{row['date'][:4]}")
        expected[client_month] += sign * int(Decimal(row["amount"]) * 100)
    found = await query(
        database,
        """SELECT c.email, to_char(e.occurred_at AT TIME ZONE 'Europe/Prague', 'YYYYMM'), sum(e.amount_minor)
             FROM reporting.entry e JOIN banking.customer c ON c.id = e.customer_id
            WHERE c.email LIKE '%@berka.example' AND e.account <> 'Account 90001' GROUP BY 1, 2""",
    )
    assert {(email, month): int(total) for email, month, total in found} == dict(expected)
    assert report.posted + report.matched == len(raw)
    # Rounded to ten hellers here and there, and nothing worse than a handful.
    rounding = sum(abs(one.difference_minor) <= 10 for one in report.balance_differences)
    assert rounding >= report.balance_difference_count * 0.98
    again = await run_import(database, load_profile("berka"), real_set, actor="operator:test")
    assert (again.posted, again.matched, again.rejected) == (0, len(raw), report.rejected)
