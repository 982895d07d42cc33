"""Imports end to end, on a real database: every row once, twins kept, nothing twice, nothing silent."""

import csv
import io
from datetime import date
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import text

from core.db import Database
from core.errors import FinLensError
from core.imports.batch import STATISTICS_FROM, run_import
from core.imports.profile import Profile, load_profile
from core.imports.report import Report
from core.ledger.relay import drain
from tests.factories import fresh

COLUMNS = ("date", "amount", "account", "description", "balance", "id")
PLAIN = load_profile("plain")


class Statement:
    """A plain CSV of one fresh account, written line by line."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.account = fresh("A")

    def write(self, name: str, *rows: tuple[object, ...]) -> Path:
        """Rows of (date, amount, description, balance, id), the last ones optional."""
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(COLUMNS)
        for day, amount, *rest in rows:
            writer.writerow([day, amount, self.account, *rest, *[""] * (3 - len(rest))])
        return self.put(name, out.getvalue())

    def put(self, name: str, content: str) -> Path:
        path = self.folder / name
        path.write_text(content)
        return path


@pytest.fixture
def statement(tmp_path: Path) -> Statement:
    return Statement(tmp_path)


async def run(database: Database, *paths: Path, profile: Profile = PLAIN, **options: Any) -> Report:
    report = await run_import(database, profile, paths, actor="operator:test", **options)
    assert report.read == report.posted + report.matched + report.rejected_count + report.skipped
    return report


async def query(database: Database, sql: str, **values: object) -> list[tuple[Any, ...]]:
    async with database.unit() as session:
        rows = await session.execute(text(sql), values)  # pyright: ignore[reportDeprecated]
        return [tuple(row) for row in rows]


async def entries(database: Database, account: str) -> list[tuple[Any, ...]]:
    """Day, amount, description, balance after: oldest first."""
    return await query(
        database,
        """SELECT to_char(e.occurred_at AT TIME ZONE a.time_zone, 'YYYY-MM-DD'), e.amount_minor, e.description,
                  e.balance_after_minor
             FROM reporting.entry e JOIN reporting.account a USING (account_id)
            WHERE a.number = :account ORDER BY e.occurred_at, e.transaction_id""",
        account=account,
    )


async def books_balance(database: Database) -> bool:
    [(total,)] = await query(database, "SELECT coalesce(sum(posted_minor), 0) FROM ledger.balance")
    return total == 0


async def test_rows_become_money_and_raw_rows_are_kept(database: Database, statement: Statement) -> None:
    path = statement.write("a.csv", ("2026-01-02", "-12.50", "Tea"), ("2026-01-03", "100", "Refund"))
    report = await run(database, path)
    assert (report.posted, report.accounts_opened, report.customers_added) == (2, 1, 1)
    found = await entries(database, statement.account)
    assert found == [("2026-01-02", -1250, "Tea", -1250), ("2026-01-03", 10000, "Refund", 8750)]
    kept = await query(
        database, "SELECT line, raw, outcome FROM imports.row WHERE batch_id = :id ORDER BY line", id=report.batch_id
    )
    assert kept == [
        (2, f"2026-01-02,-12.50,{statement.account},Tea,,", "posted"),
        (3, f"2026-01-03,100,{statement.account},Refund,,", "posted"),
    ]
    assert await books_balance(database)


async def test_genuine_twins_are_both_posted_and_a_second_run_posts_nothing(
    database: Database, statement: Statement
) -> None:
    path = statement.write("a.csv", *[("2026-01-02", "-2.00", "Bus  ticket")] * 3)
    assert (await run(database, path)).posted == 3
    again = await run(database, path)
    assert (again.posted, again.matched) == (0, 3)
    assert len(await entries(database, statement.account)) == 3


async def test_n_equal_rows_against_m_known_ones_add_the_difference(database: Database, statement: Statement) -> None:
    twin = ("2026-01-02", "-2.00", "Bus ticket")
    await run(database, statement.write("two.csv", twin, twin))
    report = await run(database, statement.write("five.csv", *[twin] * 5))
    assert (report.posted, report.matched) == (3, 2)


async def test_exports_that_overlap_post_the_shared_rows_once(database: Database, statement: Statement) -> None:
    january, shared, march = ("2026-01-09", "-1", "Jan"), ("2026-02-09", "-2", "Feb"), ("2026-03-09", "-3", "Mar")
    first = statement.write("q1.csv", january, shared)
    # The same narration in another case and spacing is the same row.
    second = statement.write("q2.csv", ("2026-02-09", "-2.00", " FEB "), march)
    report = await run(database, first, second)
    assert (report.posted, report.matched) == (3, 1)
    assert [amount for _, amount, *_ in await entries(database, statement.account)] == [-100, -200, -300]


async def test_exports_that_overlap_in_one_run_do_not_upset_the_balances(
    database: Database, statement: Statement
) -> None:
    a, b, c = ("2026-01-09", "10", "a", "10"), ("2026-01-09", "-4", "b", "6"), ("2026-01-10", "1", "c", "7")
    report = await run(database, statement.write("1.csv", a, b), statement.write("2.csv", a, b, c))
    assert (report.posted, report.matched, report.balance_differences) == (3, 2, [])


async def test_banks_own_id_decides_and_an_id_with_another_amount_is_rejected(
    database: Database, statement: Statement
) -> None:
    rows = [("2026-01-02", "-2", "Bus", "", "id-1"), ("2026-01-02", "-2", "Bus", "", "id-2")]
    await run(database, statement.write("a.csv", *rows))
    changed = statement.write(
        "b.csv", ("2026-01-05", "-2", "BUS 12", "", "id-1"), ("2026-01-02", "-9", "Bus", "", "id-2")
    )
    report = await run(database, changed)
    assert (report.posted, report.matched) == (0, 1)
    assert report.rejected == [(str(changed), 3, "the bank's id 'id-2' was imported before with another amount")]


async def test_id_that_comes_twice_in_one_file_posts_once(database: Database, statement: Statement) -> None:
    path = statement.write("a.csv", ("2026-01-02", "-2", "a", "", "x"), ("2026-01-02", "-2", "a", "", "x"),
                           ("2026-01-02", "-3", "a", "", "x"))  # fmt: skip
    report = await run(database, path)
    assert (report.posted, report.matched) == (1, 1)
    assert report.rejected == [(str(path), 4, "the bank's id 'x' comes twice with different rows")]


async def test_newest_first_is_posted_from_old_to_new(database: Database, statement: Statement) -> None:
    path = statement.write(
        "a.csv", ("2026-01-03", "-1", "c", "6"), ("2026-01-02", "-2", "b", "7"), ("2026-01-02", "9", "a", "9")
    )
    report = await run(database, path)
    assert report.balance_differences == []
    assert [name for _, _, name, _ in await entries(database, statement.account)] == ["a", "b", "c"]


async def test_account_opens_with_what_its_first_balance_implies(database: Database, statement: Statement) -> None:
    path = statement.write("a.csv", ("2026-01-02", "-12.50", "Tea", "987.50"), ("2026-01-03", "-7.50", "Bus", "980"))
    report = await run(database, path)
    assert (report.posted, report.balance_differences) == (2, [])
    found = await query(
        database,
        """SELECT sum(e.spend_minor), sum(e.income_minor), sum(e.amount_minor), count(*), bool_and(e.is_own_transfer)
             FROM reporting.entry e JOIN reporting.account a USING (account_id) WHERE a.number = :account
            GROUP BY e.channel = 'opening' ORDER BY 4""",
        account=statement.account,
    )
    assert found == [(0, 0, 100000, 1, True), (2000, 0, -2000, 2, False)]
    again = await run(database, path)
    assert (again.posted, again.matched, again.balance_differences) == (0, 2, [])


async def test_each_balance_that_does_not_follow_is_reported_and_stored(
    database: Database, statement: Statement
) -> None:
    path = statement.write(
        "a.csv", ("2026-01-01", "10", "a", "10"), ("2026-01-02", "10", "b", "25"), ("2026-01-03", "10", "c", "30"),
        ("2026-01-05", "10", "after a gap", "140"), ("2026-01-06", "10", "d", "150"),
    )  # fmt: skip
    report = await run(database, path)
    assert report.posted == 5
    found = [(one.line, one.stated_minor, one.expected_minor) for one in report.balance_differences]
    assert found == [(3, 2500, 2000), (5, 14000, 4000)]
    stored = await query(
        database,
        "SELECT line, stated_minor, expected_minor FROM imports.balance_difference WHERE batch_id = :id ORDER BY line",
        id=report.batch_id,
    )
    assert stored == found


async def test_dry_run_reports_all_of_it_and_stores_nothing(database: Database, statement: Statement) -> None:
    path = statement.write("a.csv", ("2026-01-02", "-2", "a"), ("2026-01-02", "-2", "a"), ("2026-01-40", "1", "b"))
    before = await query(database, "SELECT count(*) FROM imports.batch")
    dry = await run(database, path, is_dry_run=True)
    assert (dry.posted, dry.rejected_count, dry.accounts_opened, dry.batch_id) == (2, 1, 1, None)
    assert await entries(database, statement.account) == []
    assert await query(database, "SELECT count(*) FROM imports.batch") == before
    real = await run(database, path)
    assert (real.posted, real.rejected) == (dry.posted, dry.rejected)


async def test_every_bad_row_is_rejected_with_its_line_and_the_rest_is_posted(
    database: Database, statement: Statement
) -> None:
    a = statement.account
    path = statement.put(
        "a.csv",
        f"date,amount,account\n2026-01-01,5,{a}\n31/31/2026,5,{a}\n2026-01-01,five,{a}\n2026-01-01,0,{a}\n"
        f"2026-01-01,5,\n2026-01-01,{10**16},{a}\n2026-01-01,5,{a}\n2026-01",
    )
    report = await run(database, path)
    assert report.posted == 2
    assert [(line, reason[:30]) for _, line, reason in report.rejected] == [
        (3, "'31/31/2026' is not a date in "), (4, "'five' is not an amount with '"),
        (5, "the amount is zero: no money m"), (6, "transactions.account is empty"),
        (7, "the amount is larger than one "), (9, "the line has 1 cells, and the "),
    ]  # fmt: skip


async def test_formula_in_a_description_stays_text(database: Database, statement: Statement) -> None:
    formula = '=HYPERLINK("http://x","y")\'; DROP TABLE ledger.transaction; -- <script>\x1b[31m'
    await run(database, statement.write("a.csv", ("2026-01-02", "-2", formula)))
    [(_, _, description, _)] = await entries(database, statement.account)
    assert description == formula.replace("\x1b", " ")


async def test_second_account_at_one_bank_is_kept_at_a_bank_of_its_own_whatever_the_order(
    database: Database, tmp_path: Path
) -> None:
    first, second, mail = fresh("A"), fresh("A"), f"{fresh('two')}@finlens.example"
    path = tmp_path / "a.csv"
    path.write_text(f"date,amount,account,email\n2026-01-01,5,{first},{mail}\n2026-01-01,6,{second},{mail}\n")
    report = await run(database, path)
    assert (report.posted, report.customers_added, report.accounts_opened) == (2, 1, 2)
    assert report.accounts_apart == {second: f"Plain bank Account {second}"}
    path.write_text(f"date,amount,account,email\n2026-01-01,6,{second},{mail}\n2026-01-01,5,{first},{mail}\n")
    again = await run(database, path)
    assert (again.posted, again.matched, again.accounts_opened) == (0, 2, 0)


async def test_category_that_is_none_of_ours_is_counted_and_the_money_still_moves(
    database: Database, tmp_path: Path
) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f"date,amount,account,category\n2026-01-01,-5,{fresh('A')},Eating Out\n2026-01-01,-6,X,Yachts\n")
    report = await run(database, path)
    assert (report.posted, report.unknown_categories) == (2, {"Yachts": 1})


async def test_import_that_is_stopped_keeps_finished_units_and_a_second_run_completes(
    database: Database, statement: Statement
) -> None:
    path = statement.write("a.csv", *[("2026-01-02", "-1", f"row {number}") for number in range(1_200)])

    def stop(what: str, done: int, _of: int | None) -> None:
        if (what, done) == ("Posting", 500):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await run(database, path, progress=stop)
    assert len(await entries(database, statement.account)) == 500
    [(posted, finished)] = await query(
        database, "SELECT posted_count, finished_at FROM imports.batch WHERE :file = ANY(files)", file=str(path)
    )
    assert (posted, finished) == (500, None)
    again = await run(database, path)
    assert (again.posted, again.matched) == (700, 500)


async def test_who_imported_what_stands_in_the_audit_trail(database: Database, statement: Statement) -> None:
    report = await run(database, statement.write("a.csv", ("2026-01-02", "-1", "a")))
    events = await query(
        database,
        "SELECT actor, action, facts ->> 'posted' FROM identity.audit_event WHERE subject = :subject ORDER BY at",
        subject=f"import:{report.batch_id}",
    )
    assert events == [("operator:test", "import.start", None), ("operator:test", "import.finish", "1")]


HDFC_LIKE = """
name: hdfc-like
bank: {code: %(bank)s, name: An Indian bank}
currency: INR
time_zone: Asia/Kolkata
dates: ["%%d/%%m/%%y"]
format: {header_contains: Narration, end_at: STATEMENT SUMMARY}
files:
  statement: {match: "*.txt", skip: {Date: "/^[*]+$/"}}
customers: {file: statement, key: "1", email: %(mail)s, name: Asha Rao}
accounts: {file: statement, number: "50100012345678", customer: "1"}
transactions:
  file: statement
  account: "50100012345678"
  date: "{Date}"
  id: "{Chq/Ref Number}"
  amount: {incoming: "{Deposit Amount}", outgoing: "{Withdrawal Amount}"}
  balance: "{Closing Balance}"
  description: "{Narration}"
  category:
    - {when: {Narration: "*SWIGGY*"}, then: eating_out}
    - {when: {Narration: "ATW*"}, then: cash}
    - {when: {Narration: "*SALARY*"}, then: salary}
  channel:
    - {when: {Narration: "UPI-*"}, then: upi}
    - {when: {Narration: "ATW*"}, then: atm}
    - {then: transfer}
  counterparty:
    name: [{when: {Narration: "/^UPI-(?P<payee>[^-]+)-/"}, then: "{payee}"}]
    otherwise: [{when: {Narration: "ATW*"}, then: Cash}]
"""

HDFC_LIKE_FILE = """HDFC BANK Ltd.
Account No : 50100012345678

Date,Narration,Value Dat,Withdrawal Amount,Deposit Amount,Chq/Ref Number,Closing Balance
********,********,********,********,********,********,********
01/04/26,NEFT CR-ACME SALARY APR,01/04/26,,"1,28,402.00",N091,"1,30,000.00"
02/04/26,UPI-SWIGGY-swiggy@okaxis-PAY,02/04/26,431.50,,R001,"1,29,568.50"
02/04/26,ATW-4594XXXX-PUNE,02/04/26,"5,000.00",0.00,R002,"1,24,568.50"
STATEMENT SUMMARY :-
Opening Balance,Debits,Credits
"""


async def test_indian_bank_statement_needs_a_profile_and_no_code(database: Database, tmp_path: Path) -> None:
    mail = f"{fresh('asha')}@finlens.example"
    (tmp_path / "profile.yaml").write_text(HDFC_LIKE % {"bank": fresh("HDFC"), "mail": mail})
    (tmp_path / "april.txt").write_text(HDFC_LIKE_FILE)
    report = await run(database, tmp_path / "april.txt", profile=load_profile(str(tmp_path / "profile.yaml")))
    assert (report.posted, report.skipped, report.rejected, report.balance_differences) == (3, 1, [], [])
    found = await query(
        database,
        """SELECT e.amount_minor, e.category, e.channel, e.counterparty FROM reporting.entry e
             JOIN banking.customer c ON c.id = e.customer_id
            WHERE c.email = :mail AND NOT e.is_own_transfer ORDER BY e.occurred_at, e.transaction_id""",
        mail=mail,
    )
    assert found == [
        (12840200, "salary", "transfer", "Acme"), (-43150, "eating_out", "upi", "Swiggy"),
        (-500000, "cash", "atm", "Cash"),
    ]  # fmt: skip


async def test_binary_garbage_is_refused_before_anything_is_stored(database: Database, tmp_path: Path) -> None:
    garbage = tmp_path / "a.csv"
    garbage.write_bytes(bytes(range(256)) * 50)
    before = await query(database, "SELECT count(*) FROM imports.batch")
    with pytest.raises(FinLensError, match=r"uses the column|cannot be read"):
        await run(database, garbage)
    assert await query(database, "SELECT count(*) FROM imports.batch") == before


_days = st.dates(date(2026, 1, 1), date(2026, 1, 4)).map(date.isoformat) | st.sampled_from(["", "32/01/2026"])
_amounts = st.sampled_from(["-1", "-1.00", "2", "0", "x", "1.234", "(3)"])
_texts = st.sampled_from(["", "a", "A ", "é", 'q"uote', "two\nlines", "=1", "\0"])


@given(rows=st.lists(st.tuples(_days, _amounts, _texts), max_size=12), tail=st.binary(max_size=20))
@hypothesis_settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_any_file_posts_or_rejects_each_line_once_and_again_posts_nothing(
    database: Database, tmp_path: Path, rows: list[tuple[str, str, str]], tail: bytes
) -> None:
    statement = Statement(tmp_path)
    path = statement.write("any.csv", *rows)
    path.write_bytes(path.read_bytes() + tail)
    first = await run(database, path)
    kept = await query(
        database, "SELECT line, outcome FROM imports.row WHERE batch_id = :id ORDER BY line", id=first.batch_id
    )
    assert len(kept) == first.read >= len(rows)
    assert sum(outcome == "posted" for _, outcome in kept) == first.posted
    again = await run(database, path)
    assert (again.posted, again.matched, again.rejected_count) == (0, first.posted, first.rejected_count)
    assert await books_balance(database)


async def test_rows_of_which_only_the_day_is_known_are_no_burst(database: Database, statement: Statement) -> None:
    await run(database, statement.write("a.csv", *[("2026-01-02", "-1", f"shop {number}") for number in range(9)]))
    await drain(database)
    found = await query(
        database,
        """SELECT s.reasons::text FROM fraud.score s JOIN ledger.transaction t ON t.id = s.transaction_id
             JOIN banking.account a ON a.id = t.sender_account_id
            WHERE a.number = :account AND s.reasons::text LIKE '%VEL_BURST%'""",
        account=statement.account,
    )
    assert found == []


async def test_opening_that_the_command_was_told_is_there_before_the_first_row(
    database: Database, statement: Statement
) -> None:
    path = statement.write("a.csv", ("2026-01-02", "-12.50", "Tea"))
    told = PLAIN.told(given={}, zone="", dates="", opening="1000")
    report = await run(database, path, profile=told)
    assert report.opened_at_zero == []
    assert [after for *_, after in await entries(database, statement.account)] == [100000, 98750]


async def test_account_that_opens_with_nothing_is_told(database: Database, statement: Statement) -> None:
    report = await run(database, statement.write("a.csv", ("2026-01-02", "-12.50", "Tea")))
    assert report.opened_at_zero == [statement.account]


async def test_database_knows_at_once_how_many_payments_a_large_import_brought(
    database: Database, statement: Statement
) -> None:
    rows = [("2026-05-01", f"-{n}.00", f"Shop {n}") for n in range(1, STATISTICS_FROM + 1)]
    await run(database, statement.write("large.csv", *rows))
    [(counted, there)] = await query(
        database,
        """SELECT c.reltuples, (SELECT count(*) FROM ledger.transaction)
             FROM pg_class c WHERE c.oid = 'ledger.transaction'::regclass""",
    )
    assert counted == pytest.approx(there, rel=0.01)


def told(**given: str) -> Profile:
    return PLAIN.told(given=given, zone="", dates="", opening="")


def nameless(folder: Path) -> Path:
    """A statement that says neither whose account it is nor where."""
    path = folder / "nameless.csv"
    path.write_text("date,amount,description,currency\n2026-01-02,-12.50,Tea,EUR\n2026-01-03,-9,Rice,EUR\n")
    return path


@pytest.mark.parametrize("is_mail_repeated", [True, False])
async def test_same_statement_without_the_bank_posts_nothing_twice(
    database: Database, tmp_path: Path, is_mail_repeated: bool
) -> None:
    account, path = fresh("A"), nameless(tmp_path)
    mail, bank = f"{account}@example.org", fresh("B")
    await run(database, path, profile=told(account=account, email=mail, bank=bank))
    again = await run(database, path, profile=told(account=account, email=mail if is_mail_repeated else ""))
    assert (again.posted, again.matched, again.customers_added, again.accounts_opened) == (0, 2, 0, 0)
    assert again.known_otherwise[account].bank_name == bank


async def test_bank_that_is_named_for_the_first_time_keeps_the_account(database: Database, tmp_path: Path) -> None:
    account, path = fresh("A"), nameless(tmp_path)
    await run(database, path, profile=told(account=account, email=f"{account}@example.org"))
    again = await run(database, path, profile=told(account=account, email=f"{account}@example.org", bank=fresh("B")))
    assert (again.posted, again.matched) == (0, 2)
    assert again.known_otherwise[account].bank_name == "Plain bank"


@pytest.mark.parametrize("change", ["email", "bank"])
async def test_same_number_of_another_holder_or_at_another_named_bank_is_another_account(
    database: Database, tmp_path: Path, change: str
) -> None:
    account, path = fresh("A"), nameless(tmp_path)
    first = {"account": account, "email": f"{account}@example.org", "bank": fresh("B")}
    await run(database, path, profile=told(**first))
    second = {**first, "bank": ""} if change == "email" else first
    report = await run(database, path, profile=told(**{**second, change: f"{fresh('x')}@example.org"}))
    assert (report.posted, report.matched, report.known_otherwise) == (2, 0, {})


async def test_iban_is_one_account_whatever_its_bank_is_called(database: Database, tmp_path: Path) -> None:
    account, path = f"DE{uuid4().int % 10**20:020}", nameless(tmp_path)
    first, second = fresh("B"), fresh("B")
    await run(database, path, profile=told(account=account, email=f"{account}@example.org", bank=first))
    again = await run(database, path, profile=told(account=account, bank=second))
    assert (again.posted, again.matched, again.known_otherwise[account].bank_name) == (0, 2, first)


async def test_holder_who_is_named_only_the_second_time_keeps_the_account(database: Database, tmp_path: Path) -> None:
    account, path, bank = fresh("A"), nameless(tmp_path), fresh("B")
    await run(database, path, profile=told(account=account, bank=bank))
    again = await run(database, path, profile=told(account=account, email=f"{account}@example.org"))
    assert (again.posted, again.matched, again.customers_added) == (0, 2, 0)
    assert again.known_otherwise[account].email == f"account-{account}@plain.example".lower()
