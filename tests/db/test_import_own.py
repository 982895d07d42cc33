"""Money that a customer moves between accounts of their own: posted once, neither earned nor spent, in any order."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from core.db import Database
from core.ids import new_id
from core.imports.batch import run_import
from core.imports.profile import load_profile
from core.imports.report import Report
from tests.factories import check_books, fresh

PLAIN = load_profile("plain")


class Household:
    """Two accounts of one customer, each with a statement."""

    def __init__(self, database: Database, folder: Path) -> None:
        self._database, self._folder = database, folder
        self.current, self.savings = fresh("1000"), fresh("2000")
        self.mail = f"{fresh('own')}@finlens.example"

    def statement(self, account: str, *rows: str) -> Path:
        """Rows of `date,amount,balance,description`."""
        path = self._folder / f"{account}.csv"
        lines = [f"{row},{account},Asha Rao,{self.mail}" for row in rows]
        path.write_text("\n".join(["date,amount,balance,description,account,owner,email", *lines]))
        return path

    async def take(self, *paths: Path) -> Report:
        report = await run_import(self._database, PLAIN, paths, actor="operator:test")
        assert (report.rejected, report.balance_differences) == ([], [])
        return report

    async def sums(self) -> list[tuple[Any, ...]]:
        """Of each account: what it holds, and what was spent and earned."""
        sql = """SELECT a.posted_minor, sum(e.spend_minor)::bigint, sum(e.income_minor)::bigint
                   FROM reporting.entry e JOIN reporting.account a USING (account_id)
                  WHERE a.number IN (:current, :savings) GROUP BY a.number, a.posted_minor ORDER BY a.number"""
        values = {"current": self.current, "savings": self.savings}
        async with self._database.unit() as session:
            found = await session.execute(text(sql), values)  # pyright: ignore[reportDeprecated]
            return [tuple(row) for row in found]


@pytest.fixture
def home(database: Database, tmp_path: Path) -> Household:
    return Household(database, tmp_path)


NAMED = ("TFR TO {savings} SAVINGS", "TFR FROM {current} RAO A")
UNNAMED = ("Transfer to my saver", "Transfer from current account")


def statements(home: Household, words: tuple[str, str]) -> tuple[Path, Path]:
    """The saving is booked two days later, and the savings account earns a little besides."""
    out, into = (text.format(current=home.current, savings=home.savings) for text in words)
    current = home.statement(
        home.current, "2026-01-02,-10,990,ALDI", f"2026-01-05,-250,740,{out}", "2026-01-06,-250,490,PRIYA SHAH"
    )
    savings = home.statement(home.savings, f"2026-01-07,250,750,{into}", "2026-01-31,5,755,INTEREST PAID")
    return current, savings


@pytest.mark.parametrize("words", [NAMED, UNNAMED], ids=["named", "unnamed"])
async def test_movement_that_both_statements_have_is_posted_once(
    database: Database, home: Household, words: tuple[str, str]
) -> None:
    both = statements(home, words)
    report = await home.take(*both)
    assert (report.posted, report.matched) == (4, 1)
    assert await home.sums() == [(49000, 26000, 0), (75500, 0, 500)]
    again = await home.take(*both)
    assert (again.posted, again.matched) == (0, 5)
    alone = await home.take(both[1])
    assert (alone.posted, alone.matched) == (0, 2)
    await check_books(database)


@pytest.mark.parametrize("order", [(0, 1), (1, 0)], ids=["current first", "savings first"])
async def test_statements_that_are_imported_one_after_the_other_give_the_same_sums(
    database: Database, home: Household, order: tuple[int, int]
) -> None:
    both = statements(home, ("TFR TO {savings} SAVINGS", "FROM SAVINGS PLAN {current}"))
    for place in order:
        await home.take(both[place])
    assert await home.sums() == [(49000, 26000, 0), (75500, 0, 500)]
    assert (await home.take(*both)).posted == 0
    assert await home.sums() == [(49000, 26000, 0), (75500, 0, 500)]
    await check_books(database)


async def test_two_equal_movements_stay_two(home: Household) -> None:
    out, into = f"TFR TO {home.savings}", f"TFR FROM {home.current}"
    current = home.statement(home.current, f"2026-01-05,-50,950,{out}", f"2026-01-05,-50,900,{out}")
    savings = home.statement(home.savings, f"2026-01-05,50,150,{into}", f"2026-01-06,50,200,{into}")
    report = await home.take(current, savings)
    assert (report.posted, report.matched) == (2, 2)
    assert await home.sums() == [(90000, 0, 0), (20000, 0, 0)]


async def test_equal_amounts_without_a_word_of_transfer_are_two_payments(home: Household) -> None:
    current = home.statement(home.current, "2026-01-05,-50,950,PRIYA SHAH")
    savings = home.statement(home.savings, "2026-01-05,50,150,TOM BAKER")
    assert (await home.take(current, savings)).matched == 0
    assert await home.sums() == [(95000, 5000, 0), (15000, 0, 5000)]


async def test_one_side_is_own_when_the_file_says_so_or_names_the_holder(home: Household, tmp_path: Path) -> None:
    path = tmp_path / "one.csv"
    rows = ("-20,to my other bank,Fund,yes", "-30,for myself,Rao Asha,", "-40,savings account,Savings,no")
    lines = [f"2026-01-0{day},{row},{home.current},Asha Rao" for day, row in enumerate(rows, 1)]
    path.write_text("\n".join(["date,amount,description,counterparty,own,account,owner", *lines]))
    await home.take(path)
    assert await home.sums() == [(-9000, 4000, 0)]


@pytest.mark.parametrize("order", [(0, 1), (1, 0)], ids=["current first", "savings first"])
async def test_statements_that_name_the_holder_agree_in_either_order(home: Household, order: tuple[int, int]) -> None:
    out, into = f"IB FUNDS TRANSFER DR-{home.savings}-A RAO", f"{home.current}-TPT-FT-RAO ASHA"
    both = (
        home.statement(home.current, f"2026-01-05,-250,750,{out}"),
        home.statement(home.savings, f"2026-01-05,250,750,{into}"),
    )
    for place in order:
        await home.take(both[place])
    assert await home.sums() == [(75000, 0, 0), (75000, 0, 0)]


async def test_file_without_narrations_names_the_accounts_in_its_payees(home: Household, tmp_path: Path) -> None:
    path = tmp_path / "both.csv"
    rows = (
        (home.current, "2026-01-05,-250,Transfer to Savings"), (home.savings, "2026-01-05,250,Transfer from Current"),
        (home.savings, "2026-01-06,5,Savings Interest"), (home.current, "2026-01-07,-5,Current Affairs Books"),
    )  # fmt: skip
    lines = [f"{row},{account},{home.mail}" for account, row in rows]
    path.write_text("\n".join(["date,amount,payee,account,email", *lines]))
    assert (await home.take(path)).matched == 1
    assert await home.sums() == [(-25500, 500, 0), (25500, 0, 500)]


async def test_paying_a_card_that_is_not_here_is_neither_spent_nor_earned(home: Household) -> None:
    await home.take(home.statement(home.current, "2026-01-05,-250,750,CREDIT CARD PAYMENT-AUTOPAY SI-TAD"))
    assert await home.sums() == [(75000, 0, 0)]


@pytest.mark.parametrize("order", [(0, 1), (1, 0)], ids=["bank first", "card first"])
async def test_bill_that_names_the_cards_issuer_is_own_in_either_order(home: Household, order: tuple[int, int]) -> None:
    bank = home.statement(home.current, "2026-01-05,-250,750,AMERICAN EXPRESS 3773*******41007")
    card = home.statement(home.savings, "2026-01-02,-250,,ARGOS LTD", "2026-01-05,250,,PAYMENT RECEIVED - THANK YOU")
    for place in order:
        await home.take((bank, card)[place])
    assert await home.sums() == [(75000, 0, 0), (0, 25000, 0)]


async def test_holders_name_before_a_remark_is_the_holder(home: Household) -> None:
    await home.take(home.statement(home.current, "2026-01-05,250,1250,ASHA RAO BILLS RP4698426928922"))
    assert await home.sums() == [(125000, 0, 0)]


async def test_bill_of_a_card_is_own_before_and_after_the_cards_statement_is_here(home: Household) -> None:
    bank = home.statement(home.current, "2026-01-05,-250,750,BIL/INFT/283801051/HDFC CREDIT CARD XX5412/BILLPAY")
    card = home.statement(
        home.savings, "2026-01-02,-250,-250,CROMA", "2026-01-06,250,0,CREDIT CARD PAYMENT NET BANKING"
    )
    for path in (bank, card):
        await home.take(path)
    assert await home.sums() == [(75000, 0, 0), (0, 25000, 0)]


@pytest.mark.parametrize("order", [(0, 1), (1, 0)], ids=["sent first", "received first"])
async def test_money_received_from_the_holder_is_own_in_either_order(home: Household, order: tuple[int, int]) -> None:
    both = (
        home.statement(home.current, "2026-01-05,-250,750,MMT/IMPS/674662753666/Household/ASHA RAO/Kotak Mahindra"),
        home.statement(home.savings, "2026-01-05,250,250,Recd:IMPS/674662753666/ASHA RAO/ICIC/XX4471/Household"),
    )
    for place in order:
        await home.take(both[place])
    assert await home.sums() == [(75000, 0, 0), (25000, 0, 0)]
    assert (await home.take(*both)).posted == 0


async def test_end_of_an_account_that_is_here_says_whose_money_was_received(home: Household) -> None:
    home.current = f"10{new_id().int % 10**10:010}"
    into = f"Recd:IMPS/674662753666/RAO HOUSEHOLD/ICIC/XX{home.current[-4:]}/food"
    await home.take(home.statement(home.current, "2026-01-04,-10,990,ALDI"))
    await home.take(home.statement(home.savings, f"2026-01-05,250,250,{into}"))
    assert await home.sums() == [(99000, 1000, 0), (25000, 0, 0)]


async def test_card_that_shares_its_last_digits_with_an_account_is_not_that_account(home: Household) -> None:
    home.current = f"10{new_id().int % 10**10:010}"
    await home.take(home.statement(home.current, "2026-01-04,-10,990,ALDI"))
    await home.take(home.statement(home.savings, f"2026-01-05,-250,250,POS 416021XXXXXX{home.current[-4:]} CROMA"))
    assert (await home.sums())[1] == (25000, 25000, 0)


async def test_cash_that_the_holder_takes_out_is_spent(home: Household) -> None:
    await home.take(home.statement(home.current, "2026-01-05,-250,750,ATW/SELF/PUNE AUNDH/543323738967"))
    assert await home.sums() == [(75000, 25000, 0)]
