"""The balances that a file states, held against the ledger: each difference once, where it arises."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from core.imports.staging import Staged

SORTED_ROWS_MAX = 200
"""Rows of one account's day that are put in order; a longer day stays as it is in the file."""


@dataclass(frozen=True, slots=True)
class BalanceDifference:
    """A row after which the file states another balance than the rows before it lead to."""

    file: str
    line: int
    account: str
    currency: str
    stated_minor: int
    expected_minor: int

    @property
    def difference_minor(self) -> int:
        return self.stated_minor - self.expected_minor


def in_bank_order(day: Sequence[Staged], balance_minor: int) -> list[Staged]:
    """One account's rows of one day in the order in which their balances follow from each other.

    Many exports keep no order within a day. The next row is the one whose balance before it is nearest to the last one
    after; where balances were rounded or rows are missing, one that no other row leads to. Rows with a time of day, or
    without a balance, stay in the file's order.
    """
    if len(day) > SORTED_ROWS_MAX or any(row.entry.balance_minor is None or row.entry.instant for row in day):
        return list(day)
    left, ordered = [_Step.of(row) for row in day], list[Staged]()
    while left:
        step = _next(left, balance_minor)
        left.remove(step)
        ordered.append(step.row)
        balance_minor = step.after
    return ordered


class _Step(NamedTuple):
    before: int
    after: int
    row: Staged

    @classmethod
    def of(cls, row: Staged) -> "_Step":
        assert row.entry.balance_minor is not None
        return cls(row.entry.balance_minor - row.entry.amount_minor, row.entry.balance_minor, row)


def _next(left: list[_Step], balance_minor: int) -> _Step:
    afters, befores = {step.after for step in left}, {step.before for step in left}

    def fitness(step: _Step) -> tuple[bool, int, bool]:
        gap = abs(step.before - balance_minor)
        return gap > 0 and step.before in afters, gap, step.after not in befores

    return min(left, key=fitness)


@dataclass(slots=True)
class Book:
    """One account during one import: what the rows so far lead to, and how far the file's balances are from that."""

    ledger_minor: int
    offset_minor: int = 0
    """File less ledger, as reported already."""
    _doubtful: tuple[Staged, int] | None = None

    def enter(self, row: Staged) -> list[BalanceDifference]:
        """Differences that are certain now.

        An offset that the next row confirms is a lasting one (a row is missing, an amount was rounded); one that the
        next row does not share was a wrong balance of one row. Either way it is reported once.
        """
        self.ledger_minor += row.entry.amount_minor
        if row.entry.balance_minor is None:
            return []
        offset = row.entry.balance_minor - self.ledger_minor
        found = self.settle(is_lasting=offset != self.offset_minor)
        if offset != self.offset_minor:
            self._doubtful = (row, offset)
        return found

    def settle(self, *, is_lasting: bool = True) -> list[BalanceDifference]:
        """The difference still in doubt, if there is one."""
        if self._doubtful is None:
            return []
        (row, offset), self._doubtful = self._doubtful, None
        entry, shift = row.entry, offset - self.offset_minor
        if is_lasting:
            self.offset_minor = offset
        assert entry.balance_minor is not None
        expected = entry.balance_minor - shift
        return [BalanceDifference(row.file, row.line, entry.account, entry.currency, entry.balance_minor, expected)]
