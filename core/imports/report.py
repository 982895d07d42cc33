"""What an import did, as people and scripts get it."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any
from uuid import UUID

from core.imports.known import Known
from core.imports.posting import Outcome
from core.imports.reconcile import BalanceDifference
from core.imports.staging import LeftOut

LISTED_MAX = 10_000
"""Rejected rows and balance differences that a report lists; the counts go on, and the tables hold all of them."""


@dataclass(slots=True)
class Report:
    """Every row read was posted, matched, rejected or skipped."""

    batch_id: UUID | None
    """None after a dry run: nothing was stored."""
    posted: int = 0
    matched: int = 0
    rejected_count: int = 0
    skipped: int = 0
    rejected: list[tuple[str, int, str]] = field(default_factory=list[tuple[str, int, str]])
    """File, line and reason."""
    balance_difference_count: int = 0
    balance_differences: list[BalanceDifference] = field(default_factory=list[BalanceDifference])
    customers_added: int = 0
    accounts_opened: int = 0
    unknown_categories: dict[str, int] = field(default_factory=dict[str, int])
    """Words of the file that are no category, and how many rows were stored without one because of them."""
    read_categories: dict[str, int] = field(default_factory=dict[str, int])
    """Categories that words of the narration gave, for neither file nor profile did, and how many rows got them."""
    accounts_apart: dict[str, str] = field(default_factory=dict[str, str])
    """Second accounts of a customer at one bank, and the name of the bank that keeps each here."""
    known_otherwise: dict[str, Known] = field(default_factory=dict[str, Known])
    """Accounts that were here at another bank, or for another mail, than this import says. Their rows go there."""
    unread: list[str] = field(default_factory=list[str])
    """Headings of columns that nothing was read from."""
    assumed: dict[str, str] = field(default_factory=dict[str, str])
    """What neither the files nor the command said, and what was taken instead: the currency, the time zone."""
    opened_at_zero: list[str] = field(default_factory=list[str])
    """Accounts opened with nothing, because nothing states a balance: theirs is what moved, not what they hold."""
    turned: list[str] = field(default_factory=list[str])
    """Accounts whose amounts seem to be turned round: shops pay there more often than they are paid."""
    refunds: int = 0
    """Rows posted as money that came back."""
    seconds: float = 0.0

    @property
    def read(self) -> int:
        return self.posted + self.matched + self.rejected_count + self.skipped

    def leave_out(self, row: LeftOut) -> None:
        if row.outcome == "skipped":
            self.skipped += 1
        else:
            self._reject(row.file, row.line, row.reason)

    def add(self, outcomes: Iterable[Outcome]) -> None:
        for outcome in outcomes:
            if outcome.outcome == "posted":
                self.posted += 1
            elif outcome.outcome == "matched":
                self.matched += 1
            else:
                self._reject(outcome.row.file, outcome.row.line, outcome.reason or "")

    def differ(self, differences: list[BalanceDifference]) -> None:
        self.balance_difference_count += len(differences)
        self.balance_differences += differences[: LISTED_MAX - len(self.balance_differences)]

    def document(self) -> dict[str, Any]:
        """What `finlens import --json` prints."""
        return {
            "batch_id": self.batch_id and str(self.batch_id),
            "read": self.read,
            "posted": self.posted,
            "matched": self.matched,
            "rejected": [{"file": file, "line": line, "reason": reason} for file, line, reason in self.rejected],
            "rejected_count": self.rejected_count,
            "skipped": self.skipped,
            "balance_differences": [
                {**asdict(found), "difference_minor": found.difference_minor} for found in self.balance_differences
            ],
            "balance_difference_count": self.balance_difference_count,
            "customers_added": self.customers_added,
            "accounts_opened": self.accounts_opened,
            "unknown_categories": self.unknown_categories,
            "read_categories": self.read_categories,
            "accounts_apart": self.accounts_apart,
            "known_otherwise": {
                number: {"bank": known.bank_name, "email": known.email}
                for number, known in self.known_otherwise.items()
            },
            "unread": self.unread,
            "assumed": self.assumed,
            "opened_at_zero": self.opened_at_zero,
            "turned": self.turned,
            "refunds": self.refunds,
            "seconds": round(self.seconds, 2),
        }

    def _reject(self, file: str, line: int, reason: str) -> None:
        self.rejected_count += 1
        if len(self.rejected) < LISTED_MAX:
            self.rejected.append((file, line, reason))
