"""Indexer: keeps the summaries in step with the ledger.

Three steps, each short, resumable and safe to run in several processes at once:
  1. follow the ledger's change log and mark the months of accounts that it touches;
  2. rebuild the texts of marked accounts; a changed text is searchable by its words from that commit on;
  3. embed texts that have no vector, those of the newest periods first.
Many payments of one account between two rounds cost one rebuild.
"""

import asyncio
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from pgvector import Vector  # pyright: ignore[reportMissingTypeStubs]  # it ships none
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from core.db import Database
from core.errors import SetupError
from core.ids import new_id
from core.ledger.relay import drain
from core.periods import Period, Unit
from rag.embedder import Embedder
from rag.facts import Holder, Payment, Relation, holders, payments, relations
from rag.summaries import Summary, counterparty_summary, month_summary, payment_summaries

POLL_S = 0.2
DIMENSION = 384
"""Of the column that holds the vectors."""

_EVENTS = 5_000
_ACCOUNTS = 20
_REBUILDS = 10
_TEXTS = 32


@dataclass(frozen=True, slots=True)
class Work:
    """What one round, or several, did."""

    events: int = 0
    """Changes heard of: one for each side of a payment."""
    accounts: int = 0
    """Accounts whose marked months were rebuilt."""
    changed: int = 0
    """Texts that are new or read differently now."""
    embedded: int = 0

    def __add__(self, other: "Work") -> "Work":
        return Work(
            self.events + other.events,
            self.accounts + other.accounts,
            self.changed + other.changed,
            self.embedded + other.embedded,
        )

    def __bool__(self) -> bool:
        return any((self.events, self.accounts, self.changed, self.embedded))


@dataclass(frozen=True, slots=True)
class Pending:
    """What is left to do: changes not yet heard of, marked accounts, and texts without a vector."""

    events: int
    accounts: int
    texts: int

    def __bool__(self) -> bool:
        return any((self.events, self.accounts, self.texts))


# Positions of the change log have no gaps, and none appears below one that was there.
_FOLLOW = text("""
    WITH fresh AS (
        SELECT c.position, c.account_id, c.transaction_id, c.occurred_at
          FROM ledger.change c
         WHERE c.position > (SELECT position FROM rag.progress WHERE consumer = 'summaries')
         ORDER BY c.position LIMIT :events
    ),
    passed AS (
        UPDATE rag.progress SET position = (SELECT max(position) FROM fresh)
         WHERE consumer = 'summaries' AND EXISTS (SELECT FROM fresh)
    ),
    -- A refund changes what is said of the payment it takes back, too.
    touched AS (
        SELECT account_id, occurred_at FROM fresh
         UNION ALL
        SELECT f.account_id, o.occurred_at
          FROM fresh f
          JOIN ledger.transaction t ON t.id = f.transaction_id AND t.reverses_id IS NOT NULL
          JOIN ledger.transaction o ON o.id = t.reverses_id
    ),
    marked AS (
        INSERT INTO rag.stale AS s (account_id, months)
        SELECT a.id, array_agg(DISTINCT date_trunc('month', e.occurred_at AT TIME ZONE c.time_zone)::date)
          FROM touched e JOIN banking.account a ON a.id = e.account_id JOIN banking.customer c ON c.id = a.customer_id
         GROUP BY a.id
         ORDER BY a.id
            ON CONFLICT (account_id) DO UPDATE SET months = ARRAY(SELECT DISTINCT unnest(s.months || excluded.months))
    )
    SELECT count(*) FROM fresh
""")

# Only one process follows at a time; a second one has nothing to hear.
_MAY_FOLLOW = text("SELECT pg_try_advisory_xact_lock(hashtext('rag.progress'))")

_MARK_ALL = text("""
    INSERT INTO rag.stale AS s (account_id, months)
    SELECT e.account_id, array_agg(DISTINCT date_trunc('month', e.occurred_at AT TIME ZONE c.time_zone)::date)
      FROM reporting.entry e JOIN banking.customer c ON c.id = e.customer_id
     WHERE e.status = 'success'
     GROUP BY e.account_id
     ORDER BY e.account_id
        ON CONFLICT (account_id) DO UPDATE SET months = ARRAY(SELECT DISTINCT unnest(s.months || excluded.months))
""")

# Whoever marks an account while we rebuild it waits for our commit, and then marks it anew.
_CLAIM = text("""
    WITH claimed AS MATERIALIZED (
        SELECT account_id FROM rag.stale ORDER BY marked_at, account_id LIMIT :accounts FOR UPDATE SKIP LOCKED
    )
    DELETE FROM rag.stale s USING claimed WHERE s.account_id = claimed.account_id
    RETURNING s.account_id, s.months
""")

_STORE = text("""
    INSERT INTO rag.summary AS s (id, kind, subject, account_id, bank_id, customer_id, period_start, period_end,
                                  text, text_hash, transaction_ids, transaction_days)
    SELECT n.id, n.kind, n.subject, :account, :bank, :customer, n.period_start, n.period_end,
           n.text, decode(n.text_hash, 'hex'), n.transaction_ids, n.transaction_days
      FROM jsonb_to_recordset(CAST(:summaries AS jsonb))
           n(id uuid, kind text, subject text, period_start date, period_end date, text text, text_hash text,
             transaction_ids uuid[], transaction_days date[])
     ORDER BY n.kind, n.subject
        ON CONFLICT ON CONSTRAINT one_summary_per_subject DO UPDATE
       SET text = excluded.text, text_hash = excluded.text_hash, transaction_ids = excluded.transaction_ids,
           transaction_days = excluded.transaction_days,
           period_start = excluded.period_start, period_end = excluded.period_end, updated_at = now(),
           embedding = CASE WHEN s.text_hash = excluded.text_hash THEN s.embedding END,
           model = CASE WHEN s.text_hash = excluded.text_hash THEN s.model END
     WHERE (s.text_hash, s.transaction_ids, s.transaction_days, s.period_start, s.period_end)
           IS DISTINCT FROM (excluded.text_hash, excluded.transaction_ids, excluded.transaction_days,
                             excluded.period_start, excluded.period_end)
""")

# A payment is no longer the month's largest, or an account's business has outgrown its summaries.
_DROP = text("""
    DELETE FROM rag.summary
     WHERE account_id = :account AND kind IN ('month', 'transaction')
       AND date_trunc('month', period_start)::date = ANY (CAST(:months AS date[]))
       AND subject <> ALL (CAST(:subjects AS text[]))
""")
_DROP_ALL = text("DELETE FROM rag.summary WHERE account_id = ANY (:accounts)")

_UNEMBEDDED = text("""
    SELECT id, text FROM rag.summary WHERE embedding IS NULL
     ORDER BY period_end DESC, id LIMIT :texts FOR UPDATE SKIP LOCKED
""")
_EMBED = text("""
    UPDATE rag.summary s SET embedding = CAST(u.vector AS vector), model = :model
      FROM unnest(CAST(:ids AS uuid[]), CAST(:vectors AS text[])) u(id, vector)
     WHERE s.id = u.id
""")
_FORGET_OTHER_MODELS = text("UPDATE rag.summary SET embedding = NULL, model = NULL WHERE model <> :model")

_PENDING = text("""
    SELECT (SELECT count(*) FROM ledger.change
             WHERE position > (SELECT position FROM rag.progress WHERE consumer = 'summaries')),
           (SELECT count(*) FROM rag.stale),
           (SELECT count(*) FROM rag.summary WHERE embedding IS NULL)
""")


async def follow(
    database: Database, embedder: Embedder, *, poll_s: float = POLL_S, report: Callable[[Work], None] = lambda _: None
) -> None:
    """Keep the summaries in step with the ledger until cancelled. `report` hears of each round that did something."""
    await _adopt(database, embedder)
    while True:
        work = await _round(database, embedder)
        if work:
            report(work)
        else:
            await asyncio.sleep(poll_s)


async def index_pending(
    database: Database, embedder: Embedder, *, report: Callable[[Work, Pending], None] = lambda done, left: None
) -> Work:
    """What was done to leave nothing pending: everything committed before this call is indexed when it returns.

    `report` hears after each round what has been done so far, and what is left.
    """
    await drain(database)
    await _adopt(database, embedder)
    done, left = Work(), await pending(database)
    while left:
        work = await _round(database, embedder)
        done, left = done + work, await pending(database)
        report(done, left)
        if not work:  # somebody else is at it
            await asyncio.sleep(POLL_S)
    return done


async def mark_everything(database: Database) -> None:
    """Have every summary rebuilt. Texts that come out the same keep their vectors."""
    async with database.app.begin() as connection:
        await connection.execute(_MARK_ALL)


async def pending(database: Database) -> Pending:
    async with database.app.connect() as connection:
        return Pending(*(await connection.execute(_PENDING)).one())


async def _adopt(database: Database, embedder: Embedder) -> None:
    """Vectors of another model cannot be compared with this one's questions: their texts are to be embedded anew."""
    if embedder.dimension != DIMENSION:
        raise SetupError(f"{embedder.name} makes vectors of {embedder.dimension} numbers; FinLens stores {DIMENSION}")
    async with database.app.begin() as connection:
        await connection.execute(_FORGET_OTHER_MODELS, {"model": embedder.name})


async def _round(database: Database, embedder: Embedder) -> Work:
    """Words first, and vectors a batch at a time, so that a backlog of vectors does not keep new words waiting."""
    work = Work(events=await _hear_all(database))
    for _ in range(_REBUILDS):
        rebuilt = await _rebuild(database)
        work += rebuilt
        if not rebuilt:
            break
    return work + Work(embedded=await _embed(database, embedder))


async def _hear_all(database: Database) -> int:
    """All news first: after an import of many rows an account is then rebuilt once, and not once a batch."""
    heard = batch = await _hear(database)
    while batch >= _EVENTS:
        heard += (batch := await _hear(database))
    return heard


async def _hear(database: Database) -> int:
    """Mark what the next changes touch; returns how many they were."""
    async with database.app.begin() as connection:
        if not await connection.scalar(_MAY_FOLLOW):
            return 0
        return await connection.scalar(_FOLLOW, {"events": _EVENTS}) or 0


async def _rebuild(database: Database) -> Work:
    """Rebuild the marked months of a few accounts, those that have waited longest first."""
    async with database.app.begin() as connection:
        claimed = {row.account_id: row.months for row in await connection.execute(_CLAIM, {"accounts": _ACCOUNTS})}
        found = await holders(connection, claimed)
        changed = 0
        for holder in found:
            changed += await _rebuild_account(connection, holder, _months(claimed[holder.account_id]))
        unfollowed = claimed.keys() - {holder.account_id for holder in found}
        if unfollowed:
            await connection.execute(_DROP_ALL, {"accounts": list(unfollowed)})
    return Work(accounts=len(claimed), changed=changed)


async def _rebuild_account(connection: AsyncConnection, holder: Holder, months: Sequence[Period]) -> int:
    found = await payments(connection, holder, months)
    known = await relations(connection, holder, {payment.counterparty_key for payment in found})
    # In a thread, as is embedding: whoever shares our event loop has a beat to keep.
    subjects, rows = await asyncio.to_thread(_written, holder, months, found, known)
    key = {"account": holder.account_id}
    await connection.execute(_DROP, {**key, "months": [month.start for month in months], "subjects": subjects})
    owner = {"bank": holder.bank_id, "customer": holder.customer_id}
    return (await connection.execute(_STORE, {**key, **owner, "summaries": rows})).rowcount


def _written(
    holder: Holder, months: Sequence[Period], found: Sequence[Payment], known: Sequence[Relation]
) -> tuple[list[str], str]:
    """The subjects of all summaries, and the summaries as `_STORE` takes them."""
    summaries = _summaries(holder, months, found, known)
    return [summary.subject for summary in summaries], json.dumps([_row(one) for one in summaries], default=str)


def _summaries(
    holder: Holder, months: Sequence[Period], found: Sequence[Payment], known: Sequence[Relation]
) -> list[Summary]:
    """Every text that payments of these months have a part in."""
    first_ids = {relation.first_paid_id for relation in known if relation.first_paid_id}
    summaries = [counterparty_summary(holder, relation) for relation in known]
    for month in months:
        if of_month := [payment for payment in found if month.holds(payment.at.date())]:
            summaries.append(month_summary(holder, month, of_month))
            summaries += payment_summaries(holder, month, of_month, first_ids=first_ids)
    return summaries


async def _embed(database: Database, embedder: Embedder) -> int:
    """Embed a batch of texts that have no vector; returns how many."""
    async with database.app.begin() as connection:
        rows = (await connection.execute(_UNEMBEDDED, {"texts": _TEXTS})).all()
        if rows:
            vectors = await asyncio.to_thread(embedder.embed, [row.text for row in rows])
            stored = {"ids": [row.id for row in rows], "vectors": [Vector(vector).to_text() for vector in vectors]}
            await connection.execute(_EMBED, {**stored, "model": embedder.name})
        return len(rows)


def _months(starts: Sequence[date]) -> list[Period]:
    return [Period.of(Unit.MONTH, start) for start in sorted(starts)]


def _row(summary: Summary) -> dict[str, Any]:
    return {
        "id": new_id(),
        "kind": summary.kind,
        "subject": summary.subject,
        "period_start": summary.period.start,
        "period_end": summary.period.end,
        "text": summary.text,
        "text_hash": summary.text_hash.hex(),
        "transaction_ids": summary.transaction_ids,
        "transaction_days": summary.transaction_days,
    }
