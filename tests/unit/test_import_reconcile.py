"""Balances in a file against the rows: the order of a day, and each difference once."""

from datetime import date
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.imports.reconcile import Book, in_bank_order
from core.imports.staging import Staged
from core.imports.statement import Entry, Partner

CASH = Partner("system", "B", "cash CZK", "Cash")


def row(line: int, amount_minor: int, balance_minor: int | None) -> Staged:
    entry = Entry(
        bank="B", bank_name="B", account="1", day=date(1993, 1, 31), instant=None, amount_minor=amount_minor,
        currency="CZK", balance_minor=balance_minor, reference="", description="", category="",
            read_category="", is_refund=None, is_own=None, channel="cash",
        partner=CASH,
    )  # fmt: skip
    return Staged("f", line, "", entry, str(line))


def differences(rows: list[Staged]) -> list[tuple[int, int]]:
    book = Book(0)
    found = [difference for one in rows for difference in book.enter(one)] + book.settle()
    return [(difference.line, difference.difference_minor) for difference in found]


def test_day_is_put_in_the_order_of_its_balances() -> None:
    # As in the Berka set: the interest is listed after the withdrawal that was made from it.
    day = [row(1, -3_470, 5_945), row(2, 94, 9_415)]
    assert [one.line for one in in_bank_order(day, 9_321)] == [2, 1]


def test_loop_back_to_the_same_balance_does_not_end_the_day_early() -> None:
    day = [row(1, -20, 80), row(2, 50, 150), row(3, -50, 100)]
    assert [one.line for one in in_bank_order(day, 100)] == [2, 3, 1]


def test_day_after_a_gap_stays_in_its_order() -> None:
    day = [row(1, 10, 510), row(2, -110, 400), row(3, 20, 420)]
    assert [one.line for one in in_bank_order(day, 390)] == [1, 2, 3]


def test_rows_without_balances_stay_in_the_files_order() -> None:
    day = [row(1, -5, None), row(2, 5, 5)]
    assert in_bank_order(day, 0) == day


@given(st.lists(st.integers(-1_000, 1_000).filter(bool), min_size=1, max_size=8), st.randoms())
def test_shuffled_day_has_no_more_differences_than_the_true_one_has(amounts: list[int], random: Random) -> None:
    balance, rows = 0, list[Staged]()
    for line, amount in enumerate(amounts):
        balance += amount
        rows.append(row(line, amount, balance))
    assert differences(rows) == []
    shuffled = random.sample(rows, len(rows))
    ordered = in_bank_order(shuffled, 0)
    assert sorted(one.line for one in ordered) == list(range(len(rows)))
    if len({0, *(one.entry.balance_minor for one in rows)}) == len(rows) + 1:
        assert ordered == rows


def test_one_wrong_balance_is_one_difference() -> None:
    assert differences([row(1, 10, 10), row(2, 10, 25), row(3, 10, 30), row(4, 10, 40)]) == [(2, 5)]


def test_missing_row_is_one_difference_where_it_is_missing() -> None:
    assert differences([row(1, 10, 10), row(3, 10, 120), row(4, 10, 130), row(5, 10, 140)]) == [(3, 100)]


def test_wrong_balance_of_the_last_row_is_reported() -> None:
    assert differences([row(1, 10, 10), row(2, 10, 21)]) == [(2, 1)]


@pytest.mark.parametrize("balances", [[11, None, 31], [None, 21, 31]])
def test_rows_without_a_balance_neither_differ_nor_hide_a_difference(balances: list[int | None]) -> None:
    rows = [row(line, 10, balance) for line, balance in enumerate(balances)]
    assert len(differences(rows)) == 1
