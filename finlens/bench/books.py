"""Whether what was acknowledged is stored, once, and the books still balance: asked of the tables, not of the ledger."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import psycopg


class Acknowledged(NamedTuple):
    """A payment that a client was told had moved money. Its description is its key."""

    key: str
    id: str


class Verdict(NamedTuple):
    """What the books say of everything a client was promised. All zero when the ledger kept its word."""

    lost: int
    """Acknowledged, and not stored under that id."""
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


def judge(connection: psycopg.Connection[Any], acknowledged: Sequence[Acknowledged]) -> Verdict:
    """The verdict on these payments and on the whole of the books."""
    with connection.transaction(force_rollback=True):
        connection.execute("CREATE TEMP TABLE acknowledged (key text NOT NULL, id uuid NOT NULL)")
        with connection.cursor().copy("COPY acknowledged FROM STDIN") as copy:
            for row in acknowledged:
                copy.write_row(row)
        connection.execute("ANALYZE acknowledged")
        return Verdict(*(_count(connection, query) for query in (_LOST, _DOUBLED, _DRIFT, _UNBALANCED)))


_LOST = """
    SELECT count(*) FROM acknowledged a
      LEFT JOIN ledger.transaction t ON t.id = a.id AND t.description = a.key AND t.status = 'success'
     WHERE t.id IS NULL
"""

_DOUBLED = """
    SELECT count(*) FROM (
        SELECT FROM ledger.transaction WHERE status = 'success' GROUP BY description HAVING count(*) > 1) twice
"""

_DRIFT = "SELECT coalesce(sum(posted_minor), 0) FROM ledger.balance"

_UNBALANCED = """
    SELECT count(*)
      FROM ledger.balance b
      LEFT JOIN (
        SELECT e.account_id, sum(e.amount_minor) AS total, count(*) AS entries, max(e.version) AS last,
               count(DISTINCT e.version) AS versions
          FROM ledger.transaction t
         CROSS JOIN LATERAL (VALUES (t.sender_account_id, -t.amount_minor, t.sender_version),
                                    (t.receiver_account_id, t.amount_minor, t.receiver_version)
                            ) e(account_id, amount_minor, version)
         WHERE t.status = 'success'
         GROUP BY e.account_id
      ) x ON x.account_id = b.account_id
     WHERE (b.posted_minor, b.version, b.version, b.version)
           <> (coalesce(x.total, 0), coalesce(x.entries, 0), coalesce(x.last, 0), coalesce(x.versions, 0))
"""


def _count(connection: psycopg.Connection[Any], query: str) -> int:
    row = connection.execute(query).fetchone()  # pyright: ignore[reportArgumentType]  # one of the constants above
    assert row is not None  # an aggregate gives a row
    return int(row[0])
