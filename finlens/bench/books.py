"""Whether what was acknowledged is stored, once, and the books still balance: the tables are asked, not the ledger."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, LiteralString, NamedTuple
from uuid import UUID

import psycopg

from core.ids import new_id


class Acknowledged(NamedTuple):
    """A payment that a client was told had moved money. Its description is its key."""

    key: str
    amount_minor: int
    id: str


class Verdict(NamedTuple):
    """What the books say of everything a client was promised. All zero when the ledger kept its word."""

    lost: int
    """Acknowledged, and not stored under that id with that amount."""
    doubled: int
    """Keys that moved money more than once, acknowledged or not."""
    sum_drift_minor: int
    unbalanced: int
    """Accounts whose balance is not the sum of their entries, or whose entries are not numbered without a gap."""

    @property
    def failures(self) -> list[str]:
        """One sentence for each promise that was broken."""
        said = {
            "acknowledged payments are not stored": self.lost,
            "keys moved money more than once": self.doubled,
            "minor units appeared or vanished": self.sum_drift_minor,
            "balances are not the sum of their entries": self.unbalanced,
        }
        return [f"{count:,} {what}" for what, count in said.items() if count]


@dataclass(frozen=True)
class Moment:
    """The books as they were when nobody was writing: what came later is judged against it."""

    first_id: UUID
    """Transactions made later have greater ids: these begin with the time."""
    balances: Mapping[UUID, tuple[int, int]]
    """Posted minor units and version of each account."""


FOUNDING = Moment(UUID(int=0), {})
"""Before the first payment."""


def moment(connection: psycopg.Connection[Any]) -> Moment:
    """The books as they are now."""
    return Moment(new_id(), _balances(connection))


def judge(connection: psycopg.Connection[Any], acknowledged: Sequence[Acknowledged], since: Moment) -> Verdict:
    """The verdict on these payments, all made later than `since`, and on what the books have become since then."""
    with connection.transaction(force_rollback=True):
        connection.execute("CREATE TEMP TABLE acknowledged (key text NOT NULL, amount_minor bigint, id uuid)")
        with connection.cursor().copy("COPY acknowledged FROM STDIN") as copy:
            for row in acknowledged:
                copy.write_row(row)
        connection.execute("ANALYZE acknowledged")
        return Verdict(
            lost=_number(connection, _LOST),
            doubled=_number(connection, _DOUBLED, since.first_id),
            sum_drift_minor=_number(connection, _SUM),
            unbalanced=_unbalanced(connection, since),
        )


def _unbalanced(connection: psycopg.Connection[Any], since: Moment) -> int:
    moved = {account_id: facts for account_id, *facts in connection.execute(_MOVED, (since.first_id,))}
    wrong = 0
    for account_id, now in _balances(connection).items():
        posted, version = since.balances.get(account_id, (0, 0))
        total, entries, first, last = moved.pop(account_id, (0, 0, version + 1, version))
        fits = now == (posted + total, version + entries) and (first, last) == (version + 1, version + entries)
        wrong += not fits
    return wrong + len(moved)


_LOST = """
    SELECT count(*) FROM acknowledged a
      LEFT JOIN ledger.transaction t
        ON t.id = a.id AND t.description = a.key AND t.amount_minor = a.amount_minor AND t.status = 'success'
     WHERE t.id IS NULL
"""

_DOUBLED = """
    SELECT count(*) FROM (
        SELECT FROM ledger.transaction WHERE status = 'success' AND id >= %s GROUP BY description HAVING count(*) > 1
    ) twice
"""

# Money comes from nowhere: what one account holds, others owe.
_SUM = "SELECT coalesce(sum(posted_minor), 0) FROM ledger.balance"

_BALANCES = "SELECT account_id, posted_minor, version FROM ledger.balance"

_MOVED = """
    SELECT e.account_id, sum(e.amount_minor), count(DISTINCT e.version), min(e.version), max(e.version)
      FROM ledger.transaction t
     CROSS JOIN LATERAL (VALUES (t.sender_account_id, -t.amount_minor, t.sender_version),
                                (t.receiver_account_id, t.amount_minor, t.receiver_version)
                        ) e(account_id, amount_minor, version)
     WHERE t.status = 'success' AND t.id >= %s
     GROUP BY e.account_id
"""


def _balances(connection: psycopg.Connection[Any]) -> dict[UUID, tuple[int, int]]:
    return {account_id: (posted, version) for account_id, posted, version in connection.execute(_BALANCES)}


def _number(connection: psycopg.Connection[Any], query: LiteralString, *parameters: object) -> int:
    row = connection.execute(query, parameters).fetchone()
    assert row is not None  # an aggregate gives a row
    return int(row[0])
