"""Retelling: marked accounts and weeks get their texts written anew. A text can be found by its words from that commit
on; one whose gist is another now waits to be embedded."""

import asyncio
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from core.db import Database
from core.periods import Period, Unit
from rag.cases import case_summaries
from rag.facts import Holder, Payment, Relation, Touched, holders, payments, relations
from rag.series import series_summaries
from rag.store import Owner, rows_of, store
from rag.summaries import Summary, counterparty_summary, month_summary, payment_summaries
from rag.weeks import week_summary

ACCOUNTS_MAX = 20
"""Accounts that are retold at once, in one transaction: whoever hears of one of them meanwhile waits for it."""
SERIES_REST_S = 30.0
"""How long an account's series may be out of date: to find them takes a look over two years of payments."""
WEEK_REST_S = 60.0

# Whoever marks an account while we retell it waits for our commit, and then marks it anew.
_CLAIM = text("""
    WITH claimed AS MATERIALIZED (
        SELECT account_id FROM rag.stale
         ORDER BY asked DESC, newest DESC, marked_at, account_id LIMIT :limit FOR UPDATE SKIP LOCKED
    )
    DELETE FROM rag.stale s USING claimed WHERE s.account_id = claimed.account_id
    RETURNING s.account_id, s.months, s.counterparties, s.newest
""")
_CLAIM_SERIES = text("""
    WITH claimed AS MATERIALIZED (
        SELECT account_id FROM rag.stale_series WHERE marked_at <= now() - CAST(:rest AS interval)
         ORDER BY marked_at, account_id LIMIT 1 FOR UPDATE SKIP LOCKED
    )
    DELETE FROM rag.stale_series s USING claimed WHERE s.account_id = claimed.account_id RETURNING s.account_id
""")
_CLAIM_WEEK = text("""
    WITH claimed AS MATERIALIZED (
        SELECT bank_id, week FROM rag.stale_week WHERE marked_at <= now() - CAST(:rest AS interval)
         ORDER BY week DESC, bank_id LIMIT 1 FOR UPDATE SKIP LOCKED
    )
    DELETE FROM rag.stale_week s USING claimed c WHERE s.bank_id = c.bank_id AND s.week = c.week
    RETURNING s.bank_id, s.week
""")

# A payment is no longer the month's largest, or an alert was taken back. Lines stay until all else can be found.
_DROP = text("""
    DELETE FROM rag.summary s
     USING (SELECT * FROM jsonb_to_recordset(CAST(:kept AS jsonb)) k(account_id uuid, months date[], subjects text[])) k
     WHERE s.account_id = k.account_id AND s.kind IN ('month', 'transaction', 'case') AND NOT s.is_jotted
       AND date_trunc('month', s.period_start)::date = ANY (k.months) AND s.subject <> ALL (k.subjects)
""")
_DROP_RELATIONS = text("""
    DELETE FROM rag.summary s
     USING (SELECT * FROM jsonb_to_recordset(CAST(:kept AS jsonb)) k(account_id uuid, gone text[])) k
     WHERE s.account_id = k.account_id AND s.kind = 'counterparty' AND s.subject = ANY (k.gone)
""")
_DROP_SERIES = text("""
    DELETE FROM rag.summary WHERE account_id = :account AND kind = 'series'
       AND subject <> ALL (CAST(:subjects AS text[]))
""")
# An account's business has outgrown its summaries.
_DROP_ALL = text("DELETE FROM rag.summary WHERE account_id = ANY (:accounts)")


@dataclass(frozen=True, slots=True)
class Retold:
    """How many accounts, series of accounts and weeks were retold, and how many texts read differently now."""

    subjects: int = 0
    changed: int = 0


async def retell_accounts(database: Database) -> Retold:
    """Retell what is marked of a few accounts: first those whose holders ask, then those of the newest payments."""
    async with database.app.begin() as connection:
        touched = await _claimed(connection)
        told = await holders(connection, touched)
        changed = await _retell(connection, told, touched) if told else 0
        if untold := touched.keys() - {holder.account_id for holder in told}:
            await connection.execute(_DROP_ALL, {"accounts": list(untold)})
        return Retold(len(touched), changed)


async def _retell(connection: AsyncConnection, told: Sequence[Holder], touched: Mapping[UUID, Touched]) -> int:
    of_months = await payments(connection, told, touched)
    of_relations = await relations(connection, told, touched)
    cases = await case_summaries(connection, told, touched)
    # In a thread, as is embedding: whoever shares our event loop has a beat to keep.
    written = await asyncio.to_thread(_written, told, touched, of_months, of_relations, cases)
    await connection.execute(_DROP, {"kept": written.kept})
    await connection.execute(_DROP_RELATIONS, {"kept": written.kept})
    return await store(connection, written.summaries)


async def retell_series(database: Database, *, rest_s: float = SERIES_REST_S) -> Retold:
    """Look for what recurs in an account that was marked at least `rest_s` ago."""
    async with database.app.begin() as connection:
        account_id = await connection.scalar(_CLAIM_SERIES, {"rest": f"{rest_s} seconds"})
        if account_id is None:
            return Retold()
        found = [
            (Owner(holder.bank_id, holder.account_id, holder.customer_id), summary)
            for holder in await holders(connection, [account_id])
            for summary in await series_summaries(connection, holder)
        ]
        subjects = [summary.subject for _, summary in found]
        await connection.execute(_DROP_SERIES, {"account": account_id, "subjects": subjects})
        return Retold(1, await store(connection, rows_of(found)))


async def retell_week(database: Database, *, rest_s: float = WEEK_REST_S) -> Retold:
    """Retell a bank's week that was marked at least `rest_s` ago."""
    async with database.app.begin() as connection:
        claimed = (await connection.execute(_CLAIM_WEEK, {"rest": f"{rest_s} seconds"})).one_or_none()
        if claimed is None:
            return Retold()
        summary = await week_summary(connection, claimed.bank_id, claimed.week)
        found = [(Owner(claimed.bank_id), summary)] if summary else []
        return Retold(1, await store(connection, rows_of(found)))


async def _claimed(connection: AsyncConnection) -> dict[UUID, Touched]:
    rows = await connection.execute(_CLAIM, {"limit": ACCOUNTS_MAX})
    return {row.account_id: Touched(_months(row.months), sorted(row.counterparties), row.newest) for row in rows}


@dataclass(frozen=True, slots=True)
class _Written:
    """As the statements take them: the summaries, and by account what of it may stay."""

    summaries: str
    kept: str


def _written(
    told: Sequence[Holder],
    touched: Mapping[UUID, Touched],
    of_months: Mapping[UUID, Sequence[Payment]],
    of_relations: Mapping[UUID, Sequence[Relation]],
    cases: Mapping[UUID, Sequence[Summary]],
) -> _Written:
    found: list[tuple[Owner, Summary]] = []
    kept: list[dict[str, Any]] = []
    for holder in told:
        account_id, mine = holder.account_id, touched[holder.account_id]
        known = of_relations.get(account_id, ())
        own = _summaries(holder, mine.months, of_months.get(account_id, ()), known)
        flagged = cases.get(account_id, ())
        # Nobody but the bank's staff may read of an alert: without a customer it is no customer's.
        found += [(Owner(holder.bank_id, account_id, holder.customer_id), summary) for summary in own]
        found += [(Owner(holder.bank_id, account_id), summary) for summary in flagged]
        kept.append(
            {
                "account_id": account_id,
                "months": [month.start for month in mine.months],
                "subjects": [summary.subject for summary in (*own, *flagged)],
                "gone": [str(key) for key in {*mine.counterparties} - {relation.key for relation in known}],
            }
        )
    newest = {account_id: mine.newest for account_id, mine in touched.items()}
    return _Written(rows_of(found, newest=newest), json.dumps(kept, default=str))


def _summaries(
    holder: Holder, months: Sequence[Period], paid: Sequence[Payment], known: Sequence[Relation]
) -> list[Summary]:
    """Every text that payments of these months and these counterparties have a part in."""
    summaries = [counterparty_summary(holder, relation) for relation in known]
    for month in months:
        if of_month := [payment for payment in paid if month.holds(payment.at.date())]:
            summaries += [month_summary(holder, month, of_month), *payment_summaries(holder, month, of_month)]
    return summaries


def _months(starts: Collection[date]) -> list[Period]:
    return [Period.of(Unit.MONTH, start) for start in sorted(starts)]
