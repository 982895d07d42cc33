"""The audit chains, walked from their first row: whoever alters the records leaves a link that does not fit.

Of each account, every row of ledger.change holds a digest of itself and of the row before it; the events of the audit
trail are one more chain. What the rows tell is compared with the payments and the balances as they stand now.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import TextClause, text

from core.db import Database

SLICE = 10_000
"""Positions per statement: each has a snapshot of its own, so a long walk keeps no vacuum from its work."""

Progress = Callable[[str, int, int], None]
"""Told what is being walked, how far, and how far it goes."""

_ENDS = text("SELECT log, position FROM ledger.chain_head")
# A tail that was cut off leaves no gap. One statement: the head moves with the log.
_TAIL = text("""
    SELECT h.position, 'the last position' AS field, h.position::text AS recorded, l.position::text AS found
      FROM ledger.chain_head h
      JOIN (SELECT 'changes' AS log, coalesce(max(position), 0) AS position FROM ledger.change
            UNION ALL
            SELECT 'events', coalesce(max(position), 0) FROM identity.audit_event) l USING (log)
     WHERE l.position <> h.position AND l.log = :log
""")
_CHANGES = text("SELECT * FROM ledger.faults_in_changes(:after, :upto, :account) LIMIT 1")
_BALANCES = text("SELECT * FROM ledger.faults_in_balances(:account) LIMIT 1")
_TRANSACTIONS = text("SELECT * FROM ledger.untold_transactions(:account) LIMIT 1")
_EVENTS = text("SELECT * FROM identity.faults_in_events(:after, :upto) LIMIT 1")


@dataclass(frozen=True, slots=True)
class Fault:
    """The first thing that is not as it was recorded. Ids and position are None where they do not apply."""

    log: str
    """`changes`, `balances`, `transactions` or `events`."""
    field: str
    recorded: str | None
    found: str | None
    position: int | None = None
    account_id: UUID | None = None
    transaction_id: UUID | None = None
    event_id: UUID | None = None

    @property
    def sentence(self) -> str:
        places = {
            "position": self.position,
            "account": self.account_id,
            "transaction": self.transaction_id,
            "event": self.event_id,
        }
        where = ", ".join(f"{name} {place}" for name, place in places.items() if place is not None)
        found, recorded = self.found or "missing", self.recorded or "nothing"
        return f"{self.log}, {where}: {self.field} is {found}, and {recorded} was recorded"


@dataclass(frozen=True, slots=True)
class Verdict:
    """How many rows of each log were there to walk, and the first fault, where the walk ended."""

    changes: int
    events: int
    fault: Fault | None


async def verify(
    database: Database,
    *,
    account_id: UUID | None = None,
    progress: Progress = lambda _what, _done, _of: None,
) -> Verdict:
    """Walk every chain, or those of one account, while the ledger goes on. What is not told yet is taken as stored."""
    async with database.app.connect() as connection:
        ends = {row.log: row.position for row in await connection.execute(_ENDS)}
    changes, events = ends["changes"], 0 if account_id else ends["events"]
    for step in _steps(account_id, changes, events):
        progress(step.log, step.done, step.of)
        async with database.app.connect() as connection:
            row = (await connection.execute(step.statement, step.values)).mappings().one_or_none()
        if row is not None:
            facts: dict[str, Any] = {**row}
            return Verdict(changes, events, Fault(step.log, **facts))
    return Verdict(changes, events, None)


class _Step(NamedTuple):
    log: str
    done: int
    of: int
    statement: TextClause
    values: dict[str, Any]


def _steps(account_id: UUID | None, changes: int, events: int) -> Iterator[_Step]:
    account = {"account": account_id}
    for after in range(0, changes, SLICE):
        yield _Step("changes", after, changes, _CHANGES, {"after": after, "upto": after + SLICE, **account})
    yield _Step("changes", changes, changes, _TAIL, {"log": "changes"})
    yield _Step("balances", 0, 1, _BALANCES, account)
    yield _Step("transactions", 0, 1, _TRANSACTIONS, account)
    for after in range(0, events, SLICE):
        yield _Step("events", after, events, _EVENTS, {"after": after, "upto": after + SLICE})
    yield _Step("events", events, events, _TAIL, {"log": "events"})
