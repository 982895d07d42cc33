"""A statement as the bank sends it: letterhead, the account at a glance, entries with running balance and totals."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from core.categories import BY_SLUG
from core.ledger.statements import StatementEntry, StatementHead
from core.money import Money
from core.typesetting import WIDTH, Sheet, Style, sheet

ENTRIES_MAX = 2_000
"""About 110 pages. Drawing them keeps the interpreter busy for 2 to 3 s, which payments in this process must share."""

_INK, _GREY, _PALE, _LINE, _TINT = "#14233c", "#5c6675", "#8791a0", "#d8dee7", "#f2f5f9"
_TITLE = Style(17, _INK, "Roboto-Medium")
_STRONG = Style(9, _INK, "Roboto-Medium")
_PLAIN = Style(9, _INK)
_BIG = Style(12, _INK, "Roboto-Medium")
_NOTE = Style(7.5, _GREY)
_LABEL = Style(7, _GREY)
_FAINT = Style(6.3, _PALE)

_LEFT, _RIGHT = 48.0, WIDTH - 48
_DETAILS = 100.0
_DETAILS_WIDTH = 222.0
_OUT, _IN = _RIGHT - 162, _RIGHT - 82
"""Where the columns of money end; that of the balance ends at the right margin."""

_FIRST_TOP, _NEXT_TOP, _BOTTOM = 318.0, 92.0, 776.0
"""Where the table begins on the first page and on the others, and where it ends."""

_SUM_HEIGHT, _CLOSING_HEIGHT, _CUT_HEIGHT = 22.0, 26.0, 40.0
"""Of a row of sums, of the closing balance, and of what is said where entries are left out."""


@dataclass(frozen=True, slots=True)
class _Row:
    """An entry as it will stand on paper."""

    day: str
    names: list[str]
    description: list[str]
    trace: str
    amount_minor: int
    balance_minor: int

    @property
    def height(self) -> float:
        return 18 + 11 * (len(self.names) - 1) + 9.5 * len(self.description) + 8.5


@dataclass(frozen=True, slots=True)
class _Totals:
    """Money out and in so far, and the balance that leads to."""

    out_minor: int
    in_minor: int
    balance_minor: int

    def after(self, row: _Row) -> "_Totals":
        return _Totals(
            self.out_minor + max(-row.amount_minor, 0), self.in_minor + max(row.amount_minor, 0), row.balance_minor
        )


def as_pdf(head: StatementHead, entries: Sequence[StatementEntry]) -> bytes:
    """The document. `entries` are all of the month, or its first ENTRIES_MAX: then it says so and points to the CSV."""
    with sheet(title=f"Account statement {_month(head)}, {head.account_number}", author=head.bank) as paper:
        is_cut = len(entries) < head.count_in + head.count_out
        reserve = _CLOSING_HEIGHT + (_CUT_HEIGHT if is_cut else 0)
        pages = list(_pages([_row(paper, head, entry) for entry in entries], reserve))
        totals = _Totals(0, 0, head.opening.amount_minor)
        for number, rows in enumerate(pages, start=1):
            y = _letterhead(paper, head) if number == 1 else _running_head(paper, head)
            y = _column_heads(paper, head, y)
            y = _sum_row(paper, head, y, "Opening balance" if number == 1 else "Brought forward", totals, number > 1)
            for row in rows:
                y = _entry(paper, head, y, row)
                totals = totals.after(row)
            if number < len(pages):
                _sum_row(paper, head, y, "Carried forward", totals, has_totals=True)
            else:
                _closing(paper, head, y, totals, shown=len(entries))
            _foot(paper, head, number, len(pages))
            paper.turn()
        return paper.finished()


def _row(paper: Sheet, head: StatementHead, entry: StatementEntry) -> _Row:
    local = entry.occurred_at.astimezone(head.zone)
    category = BY_SLUG[entry.category].name if entry.category in BY_SLUG else entry.category
    return _Row(
        day=f"{local.day} {local:%b}",
        names=paper.wrapped(entry.counterparty, _STRONG, _DETAILS_WIDTH, lines_max=2),
        description=paper.wrapped(entry.description, _NOTE, _DETAILS_WIDTH, lines_max=3),
        trace=f"{category}  \N{MIDDLE DOT}  {entry.transaction_id}",
        amount_minor=entry.amount_minor,
        balance_minor=entry.balance_minor,
    )


def _pages(rows: Sequence[_Row], reserve: float) -> Iterator[list[_Row]]:
    """The rows of each page, all of which keep `reserve` free below them: any may turn out to be the last."""
    page: list[_Row] = []
    room = _BOTTOM - _FIRST_TOP - _SUM_HEIGHT - reserve
    for row in rows:
        if row.height > room:
            yield page
            page, room = [], _BOTTOM - _NEXT_TOP - _SUM_HEIGHT - reserve
        page.append(row)
        room -= row.height
    yield page


def _letterhead(paper: Sheet, head: StatementHead) -> float:
    paper.write(_LEFT, 62, head.bank, _TITLE, width=370)
    contact = filter(None, (head.bank_code, head.bank_email, head.bank_phone))
    paper.write(_LEFT, 77, "   ".join(contact), _NOTE, width=370)
    paper.write(_RIGHT, 62, "Account statement", replace(_BIG, face="Roboto-Regular"), align="right")
    paper.write(_RIGHT, 77, _month(head), _NOTE, align="right")
    paper.rule(_LEFT, 90, _RIGHT, _INK, thickness=1.2)
    _holder(paper, head)
    _facts(paper, head)
    _glance(paper, head)
    return _FIRST_TOP


def _holder(paper: Sheet, head: StatementHead) -> None:
    """Where the window of an envelope shows it."""
    y = 128.0
    for line in paper.wrapped(head.holder, replace(_BIG, size=10.5), 230, lines_max=2):
        paper.write(_LEFT, y, line, replace(_BIG, size=10.5))
        y += 14
    for part in (head.address or "").splitlines()[:4]:
        for line in paper.wrapped(part, _PLAIN, 230, lines_max=3):
            paper.write(_LEFT, y, line, _PLAIN)
            y += 13


def _facts(paper: Sheet, head: StatementHead) -> None:
    last = head.end - timedelta(days=1)
    facts = {
        "Account number": head.account_number,
        "Account": head.account_name,
        "Currency": head.currency,
        "Period": f"{head.start.day} \N{EN DASH} {last.day} {last:%B %Y}",
        "Time zone": head.time_zone,
    }
    for place, (label, fact) in enumerate(facts.items()):
        y = 128 + 15 * place
        paper.write(330, y, label, replace(_NOTE, size=8))
        paper.write(410, y, fact, _PLAIN, width=_RIGHT - 410)


def _glance(paper: Sheet, head: StatementHead) -> None:
    """What there was, what came, what went, what is left."""
    boxes = (
        ("Opening balance", head.opening, None),
        ("Money in", head.total_in, head.count_in),
        ("Money out", head.total_out, head.count_out),
        ("Closing balance" if head.is_complete else "Balance so far", head.closing, None),
    )
    width = (_RIGHT - _LEFT) / len(boxes)
    paper.tint(_LEFT, 230, _RIGHT - _LEFT, 58, _TINT, radius=4)
    for place, (label, view, count) in enumerate(boxes):
        x = _LEFT + width * place + 12
        paper.write(x, 248, label, _LABEL)
        paper.write(x, 266, _figure(head, view.amount_minor), replace(_BIG, size=11))
        if count is not None:
            paper.write(x, 279, f"{count:,} {'entry' if count == 1 else 'entries'}", _LABEL)


def _running_head(paper: Sheet, head: StatementHead) -> float:
    paper.write(_LEFT, 56, head.bank, _STRONG, width=280)
    paper.write(_RIGHT, 56, f"{head.account_number}   {_month(head)}", _NOTE, align="right")
    paper.rule(_LEFT, 66, _RIGHT, _INK, thickness=1.2)
    return _NEXT_TOP


def _column_heads(paper: Sheet, head: StatementHead, y: float) -> float:
    label = replace(_LABEL, face="Roboto-Medium", colour=_INK)
    paper.write(_LEFT, y - 8, "Date", label)
    paper.write(_DETAILS, y - 8, "Details", label)
    for x, name in ((_OUT, "Money out"), (_IN, "Money in"), (_RIGHT, f"Balance, {head.currency}")):
        paper.write(x, y - 8, name, label, align="right")
    paper.rule(_LEFT, y, _RIGHT, _INK, thickness=0.7)
    return y


def _sum_row(paper: Sheet, head: StatementHead, y: float, label: str, totals: _Totals, has_totals: bool) -> float:
    paper.tint(_LEFT, y + 0.4, _RIGHT - _LEFT, _SUM_HEIGHT - 4, _TINT)
    paper.write(_DETAILS, y + 12.5, label, _NOTE)
    if has_totals:
        paper.write(_OUT, y + 12.5, _figure(head, totals.out_minor), _NOTE, align="right")
        paper.write(_IN, y + 12.5, _figure(head, totals.in_minor), _NOTE, align="right")
    paper.write(_RIGHT, y + 12.5, _figure(head, totals.balance_minor), replace(_STRONG, size=8.5), align="right")
    return y + _SUM_HEIGHT - 2


def _entry(paper: Sheet, head: StatementHead, y: float, row: _Row) -> float:
    # In the order in which the document is read aloud or copied out.
    paper.write(_LEFT, y + 11, row.day, _PLAIN)
    line = y + 11
    for name in row.names:
        paper.write(_DETAILS, line, name, _STRONG)
        line += 11
    column = _OUT if row.amount_minor < 0 else _IN
    paper.write(column, y + 11, _figure(head, abs(row.amount_minor)), _PLAIN, align="right")
    paper.write(_RIGHT, y + 11, _figure(head, row.balance_minor), _PLAIN, align="right")
    for words in row.description:
        paper.write(_DETAILS, line - 0.5, words, _NOTE)
        line += 9.5
    paper.write(_DETAILS, line - 1.5, row.trace, _FAINT)
    paper.rule(_LEFT, y + row.height - 3, _RIGHT, _LINE, thickness=0.4)
    return y + row.height


def _closing(paper: Sheet, head: StatementHead, y: float, totals: _Totals, *, shown: int) -> None:
    count = head.count_in + head.count_out
    if shown < count:
        _sum_row(paper, head, y, f"After the first {shown:,} entries", totals, has_totals=True)
        y += _SUM_HEIGHT
        note = (
            f"This document shows the first {shown:,} of {count:,} entries. The CSV of this statement holds them all."
        )
        paper.write(_DETAILS, y + 10, note, _NOTE)
        y += 16
    paper.rule(_LEFT, y, _RIGHT, _INK, thickness=0.7)
    label = "Closing balance" if head.is_complete else "Balance so far"
    paper.write(_DETAILS, y + 15, label, _STRONG)
    paper.write(_OUT, y + 15, _figure(head, head.total_out.amount_minor), _STRONG, align="right")
    paper.write(_IN, y + 15, _figure(head, head.total_in.amount_minor), _STRONG, align="right")
    paper.write(_RIGHT, y + 15, _figure(head, head.closing.amount_minor), _STRONG, align="right")
    paper.rule(_LEFT, y + 22, _RIGHT, _INK, thickness=1.2)


def _foot(paper: Sheet, head: StatementHead, number: int, count: int) -> None:
    paper.rule(_LEFT, 784, _RIGHT, _LINE)
    words = "Entries stand under the day on which they were made. Made by computer, valid without a signature."
    if not head.is_complete:
        words = "This month is not over: entries may still be added. " + words
    paper.write(_LEFT, 797, words, _FAINT)
    paper.write(_RIGHT, 797, f"Page {number} of {count}", _LABEL, align="right")


def _month(head: StatementHead) -> str:
    return f"{head.start:%B %Y}"


def _figure(head: StatementHead, minor: int) -> str:
    return Money(minor, head.currency).figure()
