"""Jottings: each new payment in one line, found by its words while what is told of its account waits.

To tell an account's month anew takes milliseconds, and a line a small part of one. A line says what the payment itself
does; once the account is told, it is dropped, or has become a text in full. Lines follow the change log by themselves:
whoever marks an account may wait for those who retell it, and a new payment is not to wait with them.
"""

import asyncio
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from core.db import Database
from rag.facts import Holder, Payment, holders, postings
from rag.store import Owner, rows_of, store
from rag.summaries import payment_summary

REST_S = 60.0
"""How long a line stays at least: by then what is told of its account has its vectors, too."""

CHANGES_MAX = 2_000
"""Changes that are looked through at once."""

_LOCK = "hashtext('rag.jottings')"
# Only one process jots at a time; a second one has nothing to jot.
_MAY_JOT = text(f"SELECT pg_try_advisory_xact_lock({_LOCK})")
_NOBODY_JOTS = text(f"SELECT pg_advisory_xact_lock({_LOCK})")

# An import is told in full in the time that its lines would take. Of so many changes only payments of today are taken
# for new ones.
_FRESH = text("""
    WITH fresh AS (
        SELECT c.position, c.account_id, c.transaction_id, c.kind, c.occurred_at, count(*) OVER () AS changes
          FROM ledger.change c
         WHERE c.position > (SELECT position FROM rag.progress WHERE consumer = 'jottings')
         ORDER BY c.position LIMIT :changes
    ),
    passed AS (
        UPDATE rag.progress SET position = (SELECT max(position) FROM fresh)
         WHERE consumer = 'jottings' AND EXISTS (SELECT FROM fresh)
    )
    SELECT account_id, transaction_id,
           kind = 'added' AND (changes < :changes OR occurred_at > now() - interval '1 day') AS is_new
      FROM fresh
""")
# Whoever has not heard of a payment yet has not marked its account either.
_DROP = text("""
    DELETE FROM rag.summary s
     WHERE s.is_jotted AND s.created_at <= now() - CAST(:rest AS interval)
       AND NOT EXISTS (SELECT FROM rag.stale t WHERE t.account_id = s.account_id)
       AND NOT EXISTS (SELECT FROM ledger.change c
                        WHERE c.account_id = s.account_id
                          AND c.position > (SELECT position FROM rag.progress WHERE consumer = 'summaries'))
""")


async def jot_all(database: Database) -> int:
    """A line for each payment that is new in the change log; returns how many lines are new."""
    jotted, is_more = 0, True
    while is_more:
        lines, is_more = await _jot(database)
        jotted += lines
    return jotted


async def jot_down(connection: AsyncConnection, paid: Mapping[UUID, Collection[UUID]]) -> int:
    """A line for each of these payments, given by account; returns how many are new."""
    told = await holders(connection, paid)
    if not told:
        return 0
    found = await postings(connection, told, paid)
    return await store(connection, await asyncio.to_thread(_lines, told, found))


async def drop_jottings(database: Database, *, rest_s: float = REST_S) -> None:
    """Drop what was jotted down at least `rest_s` ago and is told in full by now."""
    async with database.app.begin() as connection:
        await connection.execute(_DROP, {"rest": f"{rest_s} seconds"})


async def nobody_jots(connection: AsyncConnection) -> None:
    """From now to the end of this unit: whoever is at it has committed."""
    await connection.execute(_NOBODY_JOTS)


async def _jot(database: Database) -> tuple[int, bool]:
    """Lines for the next changes, and whether there are more."""
    async with database.app.begin() as connection:
        if not await connection.scalar(_MAY_JOT):
            return 0, False
        fresh = (await connection.execute(_FRESH, {"changes": CHANGES_MAX})).all()
        return await jot_down(connection, _paid(fresh)), len(fresh) >= CHANGES_MAX


def _paid(fresh: Iterable[Row[Any]]) -> dict[UUID, set[UUID]]:
    """The payments that were not there before, by account."""
    paid: defaultdict[UUID, set[UUID]] = defaultdict(set)
    for change in fresh:
        if change.is_new:
            paid[change.account_id].add(change.transaction_id)
    return paid


def _lines(told: Sequence[Holder], found: Mapping[UUID, Sequence[Payment]]) -> str:
    lines = (
        (Owner(holder.bank_id, holder.account_id, holder.customer_id), payment_summary(holder, payment))
        for holder in told
        for payment in found.get(holder.account_id, ())
    )
    return rows_of(lines, is_jotted=True)
