"""Cursors lead on, and only the list that made them can read them."""

import random
from base64 import urlsafe_b64decode, urlsafe_b64encode

import pytest

from core.errors import InvalidRequest
from core.paging import Cursors, PageQuery


class Numbers(PageQuery):
    above: int | None = None


class Letters(PageQuery):
    above: int | None = None


CURSORS = Cursors(b"k" * 32)


def next_cursor(query: PageQuery, *, cursors: Cursors = CURSORS) -> str:
    page = cursors.page(query, range(query.limit + 1), view=str, position=lambda row: [str(row)])
    assert page.next_cursor is not None
    return page.next_cursor


def test_cursor_names_the_last_row_shown() -> None:
    cursor = next_cursor(Numbers(limit=3))
    assert CURSORS.position(Numbers(limit=10, cursor=cursor)) == ["2"]


def test_last_page_has_no_cursor() -> None:
    page = CURSORS.page(Numbers(limit=3), range(3), view=str, position=lambda row: [str(row)])
    assert (page.data, page.next_cursor) == (["0", "1", "2"], None)


def test_start_has_no_position() -> None:
    assert CURSORS.position(Numbers()) is None


@pytest.mark.parametrize("query", [Numbers(above=2), Letters(above=1), Letters()])
def test_cursor_of_another_list_is_refused(query: PageQuery) -> None:
    cursor = next_cursor(Numbers(above=1))
    with pytest.raises(InvalidRequest):
        CURSORS.position(query.model_copy(update={"cursor": cursor}))


def test_cursor_under_another_key_is_refused() -> None:
    cursor = next_cursor(Numbers(), cursors=Cursors(b"x" * 32))
    with pytest.raises(InvalidRequest):
        CURSORS.position(Numbers(cursor=cursor))


def test_no_flipped_bit_goes_unnoticed() -> None:
    raw = bytearray(urlsafe_b64decode(next_cursor(Numbers())))
    for bit in range(len(raw) * 8):
        forged = bytearray(raw)
        forged[bit // 8] ^= 1 << bit % 8
        with pytest.raises(InvalidRequest):
            CURSORS.position(Numbers(cursor=urlsafe_b64encode(forged).decode()))


def test_noise_is_refused() -> None:
    dice = random.Random(1)
    noise = [urlsafe_b64encode(dice.randbytes(dice.randint(0, 60))).decode() for _ in range(300)]
    for cursor in ["", "x", "====", "ñ", "a b", "\x00", *noise]:
        with pytest.raises(InvalidRequest):
            CURSORS.position(Numbers(cursor=cursor))


def test_next_page_is_told_to_whoever_listens() -> None:
    told: list[str] = []
    cursors = Cursors(b"k" * 32, told.append)
    cursors.page(Numbers(limit=3), range(3), view=str, position=lambda row: [str(row)])
    assert told == []
    assert [next_cursor(Numbers(limit=3), cursors=cursors)] == told
