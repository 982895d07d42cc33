"""Imported money that comes back: it lowers what was spent, and is nobody's income."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from core.db import Database
from core.imports.batch import run_import
from core.imports.profile import load_profile
from core.imports.report import Report
from tests.factories import check_books, fresh

PLAIN = load_profile("plain")


class Imported:
    """A plain statement of one fresh account, and what became of it."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.database = database
        self.account = fresh("A")
        self._path = folder / "a.csv"

    async def rows(self, *rows: str, columns: str = "date,amount,description") -> Report:
        lines = [f"{columns},account", *(f"{row},{self.account}" for row in rows)]
        self._path.write_text("\n".join(lines))
        report = await run_import(self.database, PLAIN, [self._path], actor="operator:test")
        assert report.rejected == []
        return report

    async def entries(self, *columns: str) -> list[tuple[Any, ...]]:
        sql = f"""SELECT {", ".join(f"e.{name}" for name in columns)} FROM reporting.entry e
                    JOIN reporting.account a USING (account_id) WHERE a.number = :account
                   ORDER BY e.occurred_at, e.transaction_id"""
        async with self.database.unit() as session:
            found = await session.execute(text(sql), {"account": self.account})  # pyright: ignore[reportDeprecated]
            return [tuple(row) for row in found]


@pytest.fixture
def imported(database: Database, tmp_path: Path) -> Imported:
    return Imported(database, tmp_path)


async def test_money_back_from_a_shop_that_was_paid_takes_back_the_latest_payment_with_enough_left(
    database: Database, imported: Imported
) -> None:
    report = await imported.rows(
        "2026-01-02,-50,ASOS.COM LONDON", "2026-01-05,-20,ASOS.COM LONDON", "2026-01-09,30,ASOS.COM LONDON",
        "2026-01-10,20,ASOS.COM LONDON", "2026-01-11,15,ASOS.COM LONDON",
    )  # fmt: skip
    assert report.refunds == 3
    found = await imported.entries("transaction_id", "reverses_id", "spend_minor", "income_minor", "category")
    bought, small, *back = found
    assert [(row[1], *row[2:]) for row in back] == [
        (bought[0], -3000, 0, "clothing"), (small[0], -2000, 0, "clothing"), (bought[0], -1500, 0, "clothing"),
    ]  # fmt: skip
    await check_books(database)


async def test_refund_of_an_earlier_import_finds_its_payment_and_a_second_run_changes_nothing(
    imported: Imported,
) -> None:
    bought, back = "2026-01-02,-50,CARD PAYMENT TO ARGOS 123", "2026-02-02,50,CARD REFUND FROM ARGOS"
    await imported.rows(bought)
    report = await imported.rows(bought, back)
    again = await imported.rows(bought, back)
    assert (report.posted, report.matched, report.refunds) == (1, 1, 1)
    assert (again.posted, again.matched) == (0, 2)
    (paid, _), (_, reversed_id) = await imported.entries("transaction_id", "reverses_id")
    assert reversed_id == paid


async def test_refund_of_which_the_payment_is_not_here_is_one_all_the_same(imported: Imported) -> None:
    await imported.rows("2026-01-02,-10,ASOS.COM LONDON", "2026-01-03,40,ASOS.COM REFUND")
    found = await imported.entries("counterparty", "category", "spend_minor", "income_minor")
    assert found == [("Asos", "clothing", 1000, 0), ("Asos", "clothing", -4000, 0)]


async def test_tax_that_comes_back_without_having_been_paid_from_here_is_income(imported: Imported) -> None:
    report = await imported.rows("2026-07-21,18430,NEFT-SBIN512345678901-INCOME TAX REFUND AY2026-27")
    assert report.refunds == 0
    assert await imported.entries("category", "spend_minor", "income_minor") == [("tax", 0, 1843000)]


async def test_wages_tax_that_comes_back_is_income_and_so_is_a_benefit_from_the_same_office(imported: Imported) -> None:
    rows = ("2026-01-02,-90,HMRC SELF ASSESSMENT", "2026-01-09,60,HMRC CHILD BENEFIT RAO")
    assert (await imported.rows("2026-01-01,100,HMRC PAYE REFUND", *rows)).refunds == 0
    found = await imported.entries("counterparty", "category", "spend_minor", "income_minor")
    assert found == [
        ("HMRC", "tax", 0, 10000),
        ("HMRC", "tax", 9000, 0),
        ("HMRC Child Benefit", "uncategorised", 0, 6000),
    ]


async def test_tax_that_was_paid_from_here_comes_back_as_a_refund(imported: Imported) -> None:
    report = await imported.rows("2026-01-05,-500,IRS USATAXPYMT", "2026-04-05,120,IRS TREAS 310 TAX REF")
    assert report.refunds == 1
    assert [row[0] for row in await imported.entries("spend_minor")] == [50000, -12000]


@pytest.mark.parametrize(
    "rows",
    [
        ("2026-01-02,-50,TOM BAKER", "2026-01-03,50,TOM BAKER"),
        ("2026-01-02,-50,NORTHERN RAIL LTD", "2026-01-03,40,NORTHERN RAIL LTD SALARY"),
        ("2026-01-02,40,ASOS.COM", "2026-01-03,-50,ASOS.COM"),
        ("2026-01-02,-50,BLACK HORSE LOAN", "2026-01-03,50,BLACK HORSE LOAN"),
    ],
    ids=["a person", "salary", "before the payment", "a lender"],
)
async def test_money_that_comes_in_for_another_reason_is_income(imported: Imported, rows: tuple[str, str]) -> None:
    assert (await imported.rows(*rows)).refunds == 0
    assert sorted(await imported.entries("spend_minor"))[0] == (0,)


async def test_shop_of_which_nobody_knows_what_it_sells_gives_back_all_of_a_card_payment(imported: Imported) -> None:
    report = await imported.rows(
        "2026-01-02,-50,QUORVAX #12 PORTLAND OR",
        "2026-01-09,40,QUORVAX #12 PORTLAND OR",
        "2026-01-10,50,QUORVAX #12 PORTLAND OR",
    )
    assert report.refunds == 1
    assert await imported.entries("spend_minor", "income_minor") == [(5000, 0), (0, 4000), (-5000, 0)]


async def test_reversal_of_a_card_takes_back_the_payment(imported: Imported) -> None:
    bought, back = "POS 416021XXXXXX4417 MYNTRA DESIGNS PVT LT POS DEBIT", "CRV POS 416021******4417 MYNTRA DESIGNS PVT"
    await imported.rows(f"2026-03-02,-50,{bought}", f"2026-03-12,50,{back}")
    assert await imported.entries("counterparty", "category", "spend_minor") == [
        ("Myntra", "clothing", 5000), ("Myntra", "clothing", -5000),
    ]  # fmt: skip


async def test_column_says_what_is_a_refund_and_what_is_none(imported: Imported) -> None:
    report = await imported.rows(
        "2026-01-02,-50,ASOS,", "2026-01-03,20,ASOS,no", "2026-01-04,20,TOM BAKER,yes",
        columns="date,amount,description,refund",
    )  # fmt: skip
    assert report.refunds == 1
    assert await imported.entries("spend_minor", "income_minor") == [(5000, 0), (0, 2000), (-2000, 0)]


async def test_categories_read_from_words_are_counted_and_the_files_own_word_wins(imported: Imported) -> None:
    report = await imported.rows(
        "2026-01-02,-5,ALDI 12,", "2026-01-03,-6,ALDI 14,Gifts", "2026-01-04,-7,ALDI 15,General",
        "2026-01-05,-7,ALDI,Yachts",
        columns="date,amount,description,category",
    )  # fmt: skip
    assert [row[0] for row in await imported.entries("category")] == ["groceries", "gifts", "groceries", "groceries"]
    assert (report.read_categories, report.unknown_categories) == ({"groceries": 3}, {})


async def test_merchant_code_gives_the_category_before_words_do(imported: Imported) -> None:
    await imported.rows("2026-01-02,-5,ALDI 12,5812", columns="date,amount,description,merchant_code")
    assert await imported.entries("category") == [("eating_out",)]


async def test_remark_behind_a_name_that_the_file_also_has_alone_is_cut(imported: Imported) -> None:
    await imported.rows(
        "2026-01-02,-50,FPO JANET HOLROYD", "2026-01-03,-20,FPO JANET HOLROYD BIRTHDAY ELLA",
        "2026-01-04,-20,FPO JANET HOLROYD SMITH", "2026-01-05,-20,FPO TOM BAKER BIRTHDAY",
    )  # fmt: skip
    names = [row[0] for row in await imported.entries("counterparty")]
    assert names == ["Janet Holroyd", "Janet Holroyd", "Janet Holroyd Smith", "Tom Baker Birthday"]


async def test_account_that_shops_pay_is_told(imported: Imported) -> None:
    rows = [f"2026-01-0{day},5,ALDI STORES {day}" for day in range(1, 7)]
    assert (await imported.rows(*rows, "2026-01-09,-5,ALDI STORES 9")).turned == [imported.account]
    assert (await imported.rows("2026-01-09,-5,ALDI STORES 9", *rows[:4])).turned == []


async def test_refunds_and_takings_turn_no_account_round(imported: Imported) -> None:
    rows = [f"2026-01-0{day},5,ALDI STORES REFUND {day}" for day in range(1, 8)]
    assert (await imported.rows(*rows, *(row.replace("ALDI STORES REFUND", "K HALL") for row in rows))).turned == []
