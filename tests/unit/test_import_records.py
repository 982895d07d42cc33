"""Files of any bytes: each record once, with its line number and the problem where there is one."""

import csv
import gzip
import io
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.imports.profile import Format
from core.imports.records import RECORD_MAX, FileUnreadable, header_of, read

HEADER = b"a,b\n"


def lines(folder: Path, content: bytes, **form: object) -> list[tuple[int, str | None, dict[str, str]]]:
    path = folder / "file.csv"
    path.write_bytes(content)
    return [(line.number, line.problem, line.cells) for line in read(path, Format.model_validate(form))]


@pytest.mark.parametrize(
    ("text", "encoding", "stated"),
    [("é,ß\n", "utf-8-sig", "utf-8"), ("é,ß\n", "latin-1", "latin-1"), ("ž,₹\n", "utf-16", "utf-8"),
     ("ž,ř\n", "cp1250", "cp1250")],
)  # fmt: skip
def test_encoding_is_the_profiles_unless_a_mark_says_otherwise(
    text: str, encoding: str, stated: str, tmp_path: Path
) -> None:
    a, b = text.strip().split(",")
    assert lines(tmp_path, f"a,b\n{text}".encode(encoding), encoding=stated) == [(2, None, {"a": a, "b": b})]


def test_gzip_is_recognised_by_its_bytes(tmp_path: Path) -> None:
    assert lines(tmp_path, gzip.compress(HEADER + b"1,2\n")) == [(2, None, {"a": "1", "b": "2"})]


def test_gzip_that_ends_early_is_unreadable(tmp_path: Path) -> None:
    with pytest.raises(FileUnreadable, match=r"file.csv cannot be read"):
        lines(tmp_path, gzip.compress(HEADER + bytes(100_000))[:-20])


def test_quoted_line_break_belongs_to_its_record(tmp_path: Path) -> None:
    found = lines(tmp_path, HEADER + b'"x\r\ny, z",2\r\n\r\n3,4')
    assert found == [(2, None, {"a": "x\r\ny, z", "b": "2"}), (5, None, {"a": "3", "b": "4"})]


def test_quote_that_never_closes_costs_its_own_line_only(tmp_path: Path) -> None:
    found = lines(tmp_path, HEADER + b'1,"cut\n' + b"3,4\n" * 3)
    assert [(number, problem is None) for number, problem, _ in found] == [(2, False), (3, True), (4, True), (5, True)]


def test_inch_sign_inside_a_cell_is_no_quote(tmp_path: Path) -> None:
    assert lines(tmp_path, HEADER + b'5" pipe,2\n') == [(2, None, {"a": '5" pipe', "b": "2"})]


def test_cut_last_line_is_reported_with_its_number(tmp_path: Path) -> None:
    assert lines(tmp_path, HEADER + b"1,2\n3")[1][:2] == (3, "the line has 1 cells, and the header has 2")


def test_huge_line_is_one_problem_and_the_next_is_read(tmp_path: Path) -> None:
    found = lines(tmp_path, HEADER + b"x" * (3 * RECORD_MAX) + b"\n1,2\n")
    assert found[0][:2] == (2, f"the line is longer than {RECORD_MAX} characters")
    assert found[1] == (3, None, {"a": "1", "b": "2"})


def test_bytes_of_another_encoding_are_a_problem_of_their_line(tmp_path: Path) -> None:
    found = lines(tmp_path, HEADER + b"\xff\xfe\x80,2\n\0,2\n1,2\n")
    assert [problem for _, problem, _ in found] == [
        "the line holds bytes that are not utf-8", "the line holds a NUL byte: it is not text", None,
    ]  # fmt: skip


def test_table_may_begin_late_and_end_early(tmp_path: Path) -> None:
    content = b"Account,9\n\nTxn Date,Amount,Amount\n1,2,3\n** END **\nclosing,balance\n"
    found = lines(tmp_path, content, header_contains="Txn Date", end_at="** END")
    assert found == [(4, None, {"Txn Date": "1", "Amount": "2", "Amount 2": "3"})]


def test_file_without_its_header_is_unreadable(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_bytes(b"\0\1\2" * 100)
    with pytest.raises(FileUnreadable, match=r"x\.csv has no line that holds 'Txn Date'"):
        header_of(tmp_path / "x.csv", Format(header_contains="Txn Date"))


@given(content=st.binary(max_size=400))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_bytes_give_rising_line_numbers_or_one_refusal(content: bytes, tmp_path: Path) -> None:
    try:
        numbers = [number for number, _, _ in lines(tmp_path, HEADER + content)]
    except FileUnreadable:
        return
    assert numbers == sorted(set(numbers))


_cell = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffd"), max_size=8)


@given(rows=st.lists(st.tuples(_cell | st.just('x\n"y"'), st.just("1")), max_size=20))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_a_csv_writer_writes_is_read_back(rows: list[tuple[str, str]], tmp_path: Path) -> None:
    out = io.StringIO()
    csv.writer(out).writerows([("a", "b"), *rows])
    found = lines(tmp_path, out.getvalue().encode())
    assert [cells for _, _, cells in found] == [{"a": a.strip(), "b": b} for a, b in rows]
    assert all(problem is None for _, problem, _ in found)
