"""Retelling: marked accounts and weeks get their texts written anew. A text can be found by its words from that commit
on; one whose gist is another now waits to be embedded."""

import asyncio
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import AsyncConnection

from core.db import Database
from core.ids import new_id
from core.periods import Period, Unit
from rag.cases import case_summaries
from rag.facts import Holder, Payment, Relation, Touched, holders, payments, relations
from rag.news import ASKED_LATELY
from rag.series import series_summaries
from rag.summaries import Summary, counterparty_summary, month_summary, payment_summaries
from rag.weeks import week_summary

ACCOUNTS_MAX = 50
"""Accounts that are retold at once, in one transaction."""
COUNTERPARTY_ACCOUNTS_MAX = 100
"""The same, where only their counterparties are."""
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
    RETURNING s.account_id, s.months, s.counterparties
""")
_CLAIM_COUNTERPARTIES = text("""
    WITH claimed AS MATERIALIZED (
        SELECT account_id, counterparties FROM rag.stale WHERE counterparties <> '{}'
         ORDER BY asked DESC, newest DESC, marked_at, account_id LIMIT :limit FOR UPDATE SKIP LOCKED
    )
    UPDATE rag.stale s SET counterparties = '{}' FROM claimed c WHERE s.account_id = c.account_id
    RETURNING s.account_id, CAST('{}' AS date[]) AS months, c.counterparties
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

_STORE = text(f"""
    WITH told AS (
        INSERT INTO rag.summary AS s (
            id, kind, subject, account_id, bank_id, customer_id, period_start, period_end, text, text_hash, gist,
            gist_hash, transaction_ids, transaction_days, transaction_amounts_minor, transaction_counterparties)
        SELECT n.id, n.kind, n.subject, n.account_id, n.bank_id, n.customer_id, n.period_start, n.period_end, n.text,
               decode(n.text_hash, 'hex'), n.gist, decode(n.gist_hash, 'hex'), n.ids, n.days, n.amounts, n.others
          FROM jsonb_to_recordset(CAST(:summaries AS jsonb))
               n(id uuid, kind text, subject text, account_id uuid, bank_id uuid, customer_id uuid, period_start date,
                 period_end date, text text, text_hash text, gist text, gist_hash text, ids uuid[], days date[],
                 amounts bigint[], others uuid[])
         ORDER BY n.account_id, n.kind, n.subject
            ON CONFLICT ON CONSTRAINT one_summary_per_subject DO UPDATE
           SET text = excluded.text, text_hash = excluded.text_hash, gist = excluded.gist,
               gist_hash = excluded.gist_hash, transaction_ids = excluded.transaction_ids,
               transaction_days = excluded.transaction_days,
               transaction_amounts_minor = excluded.transaction_amounts_minor,
               transaction_counterparties = excluded.transaction_counterparties,
               period_start = excluded.period_start, period_end = excluded.period_end, updated_at = now()
         WHERE (s.text_hash, s.gist_hash, s.transaction_ids, s.transaction_days, s.transaction_amounts_minor,
                s.transaction_counterparties, s.period_start, s.period_end)
               IS DISTINCT FROM
               (excluded.text_hash, excluded.gist_hash, excluded.transaction_ids, excluded.transaction_days,
                excluded.transaction_amounts_minor, excluded.transaction_counterparties, excluded.period_start,
                excluded.period_end)
        RETURNING s.id, s.period_end, s.customer_id, s.gist_hash
    ),
    waiting AS (
        INSERT INTO rag.unembedded (summary_id, period_end, asked)
        SELECT t.id, t.period_end,
               coalesce((SELECT k.questions FROM rag.asker k
                          WHERE k.id = t.customer_id AND k.asked_at > now() - interval '{ASKED_LATELY}'), 0)
          FROM told t
          -- read as it was before this statement
          LEFT JOIN rag.summary before ON before.id = t.id
         WHERE before.gist_hash IS DISTINCT FROM t.gist_hash
            ON CONFLICT (summary_id) DO NOTHING
    )
    SELECT count(*) FROM told
""")  # noqa: S608  # of a constant

# A payment is no longer the month's largest, or an alert was taken back.
_DROP = text("""
    DELETE FROM rag.summary s
     USING (SELECT * FROM jsonb_to_recordset(CAST(:kept AS jsonb)) k(account_id uuid, months date[], subjects text[])) k
     WHERE s.account_id = k.account_id AND s.kind IN ('month', 'transaction', 'case')
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


@dataclass(frozen=True, slots=True)
class _Owner:
    """Whose a summary is: what it speaks of, and who may read it beside the bank's staff."""

    bank_id: UUID
    account_id: UUID | None = None
    customer_id: UUID | None = None


async def retell_counterparties(database: Database) -> Retold:
    """Retell, of a few marked accounts, only what passed between them and whom they paid or were paid by.

    It is a small part of the work, and finds a new payment by its payee and its words. Months stay marked.
    """
    async with database.app.begin() as connection:
        return await _retell(connection, await _claimed(connection, _CLAIM_COUNTERPARTIES, COUNTERPARTY_ACCOUNTS_MAX))


async def retell_accounts(database: Database) -> Retold:
    """Retell what is marked of a few accounts: first those whose holders ask, then those of the newest payments."""
    async with database.app.begin() as connection:
        return await _retell(connection, await _claimed(connection, _CLAIM, ACCOUNTS_MAX))


async def _retell(connection: AsyncConnection, touched: Mapping[UUID, Touched]) -> Retold:
    if not touched:
        return Retold()
    told = await holders(connection, touched)
    of_months = await payments(connection, told, touched)
    of_relations = await relations(connection, told, touched)
    cases = await case_summaries(connection, told, touched)
    # In a thread, as is embedding: whoever shares our event loop has a beat to keep.
    written = await asyncio.to_thread(_written, told, touched, of_months, of_relations, cases)
    await connection.execute(_DROP, {"kept": written.kept})
    await connection.execute(_DROP_RELATIONS, {"kept": written.kept})
    changed = await connection.scalar(_STORE, {"summaries": written.summaries}) if told else 0
    if untold := touched.keys() - {holder.account_id for holder in told}:
        await connection.execute(_DROP_ALL, {"accounts": list(untold)})
    return Retold(len(touched), changed or 0)


async def retell_series(database: Database, *, rest_s: float = SERIES_REST_S) -> Retold:
    """Look for what recurs in an account that was marked at least `rest_s` ago."""
    async with database.app.begin() as connection:
        account_id = await connection.scalar(_CLAIM_SERIES, {"rest": f"{rest_s} seconds"})
        if account_id is None:
            return Retold()
        found = [
            (_Owner(holder.bank_id, holder.account_id, holder.customer_id), summary)
            for holder in await holders(connection, [account_id])
            for summary in await series_summaries(connection, holder)
        ]
        subjects = [summary.subject for _, summary in found]
        await connection.execute(_DROP_SERIES, {"account": account_id, "subjects": subjects})
        return Retold(1, await connection.scalar(_STORE, {"summaries": _rows(found)}) or 0)


async def retell_week(database: Database, *, rest_s: float = WEEK_REST_S) -> Retold:
    """Retell a bank's week that was marked at least `rest_s` ago."""
    async with database.app.begin() as connection:
        claimed = (await connection.execute(_CLAIM_WEEK, {"rest": f"{rest_s} seconds"})).one_or_none()
        if claimed is None:
            return Retold()
        summary = await week_summary(connection, claimed.bank_id, claimed.week)
        found = [(_Owner(claimed.bank_id), summary)] if summary else []
        return Retold(1, await connection.scalar(_STORE, {"summaries": _rows(found)}) or 0)


async def _claimed(connection: AsyncConnection, claim: TextClause, limit: int) -> dict[UUID, Touched]:
    rows = await connection.execute(claim, {"limit": limit})
    return {row.account_id: Touched(_months(row.months), sorted(row.counterparties)) for row in rows}


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
    found: list[tuple[_Owner, Summary]] = []
    kept: list[dict[str, Any]] = []
    for holder in told:
        account_id, mine = holder.account_id, touched[holder.account_id]
        known = of_relations.get(account_id, ())
        own = _summaries(holder, mine.months, of_months.get(account_id, ()), known)
        flagged = cases.get(account_id, ())
        # Nobody but the bank's staff may read of an alert: without a customer it is no customer's.
        found += [(_Owner(holder.bank_id, account_id, holder.customer_id), summary) for summary in own]
        found += [(_Owner(holder.bank_id, account_id), summary) for summary in flagged]
        kept.append(
            {
                "account_id": account_id,
                "months": [month.start for month in mine.months],
                "subjects": [summary.subject for summary in (*own, *flagged)],
                "gone": [str(key) for key in {*mine.counterparties} - {relation.key for relation in known}],
            }
        )
    return _Written(_rows(found), json.dumps(kept, default=str))


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


def _rows(found: Sequence[tuple[_Owner, Summary]]) -> str:
    return json.dumps([_row(owner, summary) for owner, summary in found], default=str)


def _row(owner: _Owner, summary: Summary) -> dict[str, Any]:
    return {
        "id": new_id(),
        "kind": summary.kind,
        "subject": summary.subject,
        "account_id": owner.account_id,
        "bank_id": owner.bank_id,
        "customer_id": owner.customer_id,
        "period_start": summary.period.start,
        "period_end": summary.period.end,
        "text": summary.text,
        "text_hash": summary.text_hash.hex(),
        "gist": summary.gist,
        "gist_hash": summary.gist_hash.hex(),
        "ids": [payment.id for payment in summary.told],
        "days": [payment.day for payment in summary.told],
        "amounts": [payment.amount_minor for payment in summary.told],
        "others": [payment.counterparty_key for payment in summary.told],
    }
