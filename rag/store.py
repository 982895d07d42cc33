"""Store: summaries as they are kept. Each is found by its words from that commit on, and by its meaning at once where
its gist has a vector already, whoever it was made for; a gist that has none waits to be embedded."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from core.ids import new_id
from rag.summaries import Summary

ASKED_LATELY = "1 day"
"""For how long somebody's questions put their own summaries first."""

# Whoever embeds a gist holds its row in rag.unembedded, and whoever sweeps a vector holds that: we wait for either, and
# then see what became of it. What is told in full is not written over by what is jotted down.
_STORE = text(f"""
    WITH given AS MATERIALIZED (
        SELECT id, kind, subject, account_id, bank_id, customer_id, period_start, period_end, text,
               decode(text_hash, 'hex') AS text_hash, gist, decode(gist_hash, 'hex') AS gist_hash, ids, days, amounts,
               others, is_jotted, newest
          FROM jsonb_to_recordset(CAST(:summaries AS jsonb))
               n(id uuid, kind text, subject text, account_id uuid, bank_id uuid, customer_id uuid, period_start date,
                 period_end date, text text, text_hash text, gist text, gist_hash text, ids uuid[], days date[],
                 amounts bigint[], others uuid[], is_jotted boolean, newest timestamptz)
    ),
    told AS (
        INSERT INTO rag.summary AS s (
            id, kind, subject, account_id, bank_id, customer_id, period_start, period_end, text, text_hash, gist,
            gist_hash, transaction_ids, transaction_days, transaction_amounts_minor, transaction_counterparties,
            is_jotted)
        SELECT id, kind, subject, account_id, bank_id, customer_id, period_start, period_end, text, text_hash, gist,
               gist_hash, ids, days, amounts, others, is_jotted
          FROM given ORDER BY account_id, kind, subject
            ON CONFLICT ON CONSTRAINT one_summary_per_subject DO UPDATE
           SET text = excluded.text, text_hash = excluded.text_hash, gist = excluded.gist,
               gist_hash = excluded.gist_hash, transaction_ids = excluded.transaction_ids,
               transaction_days = excluded.transaction_days,
               transaction_amounts_minor = excluded.transaction_amounts_minor,
               transaction_counterparties = excluded.transaction_counterparties,
               period_start = excluded.period_start, period_end = excluded.period_end, is_jotted = false,
               updated_at = now()
         WHERE NOT excluded.is_jotted
           AND (s.text_hash, s.gist_hash, s.transaction_ids, s.transaction_days, s.transaction_amounts_minor,
                s.transaction_counterparties, s.period_start, s.period_end, s.is_jotted)
               IS DISTINCT FROM
               (excluded.text_hash, excluded.gist_hash, excluded.transaction_ids, excluded.transaction_days,
                excluded.transaction_amounts_minor, excluded.transaction_counterparties, excluded.period_start,
                excluded.period_end, false)
        RETURNING s.id, s.bank_id, s.customer_id, s.gist_hash, old.gist_hash AS gist_hash_before
    ),
    known AS MATERIALIZED (
        SELECT v.gist_hash FROM rag.vector v
         WHERE v.gist_hash = ANY (ARRAY(SELECT gist_hash FROM told)) FOR KEY SHARE
    ),
    meant AS (
        INSERT INTO rag.meaning AS m (summary_id, bank_id, customer_id, gist_hash)
        SELECT t.id, t.bank_id, t.customer_id, t.gist_hash FROM told t JOIN known USING (gist_hash)
            ON CONFLICT (summary_id) DO UPDATE SET gist_hash = excluded.gist_hash
         WHERE m.gist_hash <> excluded.gist_hash
    ),
    waiting AS (
        INSERT INTO rag.unembedded AS u (gist_hash, newest, is_jotted, asked)
        SELECT t.gist_hash, max(least(g.newest, g.period_end, now())),
               -- A new payment that is told in full before its line has a vector keeps the line's turn.
               bool_or(g.is_jotted OR EXISTS (
                   SELECT FROM rag.unembedded l
                    WHERE l.gist_hash = t.gist_hash_before AND l.is_jotted
                      AND NOT EXISTS (SELECT FROM rag.meaning m WHERE m.summary_id = t.id))),
               coalesce(max(k.questions) FILTER (WHERE k.asked_at > now() - interval '{ASKED_LATELY}'), 0)
          FROM told t
          JOIN given g USING (gist_hash)
          LEFT JOIN rag.asker k ON k.id = t.customer_id
         WHERE t.gist_hash NOT IN (SELECT gist_hash FROM known)
         GROUP BY t.gist_hash
         ORDER BY t.gist_hash
            ON CONFLICT (gist_hash) DO UPDATE
           SET newest = greatest(u.newest, excluded.newest), is_jotted = u.is_jotted OR excluded.is_jotted,
               asked = greatest(u.asked, excluded.asked)
    )
    SELECT count(*) FROM told
""")  # noqa: S608  # of a constant


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose a summary is: what it speaks of, and who may read it beside the bank's staff."""

    bank_id: UUID
    account_id: UUID | None = None
    customer_id: UUID | None = None


async def store(connection: AsyncConnection, rows: str) -> int:
    """Keep summaries as `rows_of` gives them; returns how many are new or read differently now."""
    return await connection.scalar(_STORE, {"summaries": rows}) or 0


def rows_of(
    told: Iterable[tuple[Owner, Summary]],
    *,
    newest: Mapping[UUID, datetime] | None = None,
    is_jotted: bool = False,
) -> str:
    """As `store` takes them. `newest`: by account, when the newest payment occurred for which they are told; what ends
    before tells nothing of it, and is as new as its end. `is_jotted`: only until they are told in full."""
    since = newest or {}
    rows = (
        _row(owner, summary) | {"newest": owner.account_id and since.get(owner.account_id), "is_jotted": is_jotted}
        for owner, summary in told
    )
    return json.dumps([*rows], default=str)


def _row(owner: Owner, summary: Summary) -> dict[str, Any]:
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
