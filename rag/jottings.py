"""Jottings: each new payment in one line, found by its words while what is told of its account waits.

To tell an account's month anew takes milliseconds, and a line a small part of one. A line says what the payment itself
does; once the account is told, it is dropped, or has become a text in full.
"""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from core.db import Database
from rag.facts import Holder, Payment, holders, postings
from rag.store import Owner, rows_of, store
from rag.summaries import payment_summary

REST_S = 60.0
"""How long a line stays at least: by then what is told of its account has its vectors, too."""

_DROP = text("""
    DELETE FROM rag.summary s
     WHERE s.is_jotted AND s.created_at <= now() - CAST(:rest AS interval)
       AND NOT EXISTS (SELECT FROM rag.stale t WHERE t.account_id = s.account_id)
""")


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


def _lines(told: Sequence[Holder], found: Mapping[UUID, Sequence[Payment]]) -> str:
    lines = (
        (Owner(holder.bank_id, holder.account_id, holder.customer_id), payment_summary(holder, payment))
        for holder in told
        for payment in found.get(holder.account_id, ())
    )
    return rows_of(lines, is_jotted=True)
