"""News: what the ledger's changes put out of date. Marked in the ledger's own terms; many marks of one text are one."""

from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from core.db import Database
from core.insights.rollups import BANK_TIME_ZONE
from rag.jottings import nobody_jots
from rag.store import ASKED_LATELY

CHANGES_MAX = 2_000
"""Changes that are heard at once."""

# Only one process hears at a time; a second one has nothing to hear.
_MAY_HEAR = text("SELECT pg_try_advisory_xact_lock(hashtext('rag.progress'))")

# What (account_id, occurred_at, other_id) of `touched` puts out of date. An account is worth a look sooner the more its
# holder has asked lately.
_MARK = f"""
    sides AS (
        SELECT e.account_id, e.occurred_at, a.customer_id, a.bank_id,
               date_trunc('month', e.occurred_at AT TIME ZONE c.time_zone)::date AS month,
               date_trunc('week', e.occurred_at AT TIME ZONE '{BANK_TIME_ZONE}')::date AS week,
               coalesce(o.customer_id, o.id) AS key
          FROM touched e
          JOIN banking.account a ON a.id = e.account_id
          JOIN banking.customer c ON c.id = a.customer_id
          JOIN banking.account o ON o.id = e.other_id
    ),
    accounts AS (
        INSERT INTO rag.stale AS s (account_id, months, counterparties, newest, asked)
        SELECT x.account_id, array_agg(DISTINCT x.month), array_agg(DISTINCT x.key), max(x.occurred_at),
               coalesce((SELECT k.questions FROM rag.asker k
                          WHERE k.id = x.customer_id AND k.asked_at > now() - interval '{ASKED_LATELY}'), 0)
          FROM sides x
         GROUP BY x.account_id, x.customer_id
         ORDER BY x.account_id
            ON CONFLICT (account_id) DO UPDATE
           SET months = ARRAY(SELECT DISTINCT unnest(s.months || excluded.months)),
               counterparties = ARRAY(SELECT DISTINCT unnest(s.counterparties || excluded.counterparties)),
               newest = greatest(s.newest, excluded.newest), asked = greatest(s.asked, excluded.asked)
    ),
    series AS (
        INSERT INTO rag.stale_series (account_id) SELECT DISTINCT account_id FROM sides ORDER BY account_id
            ON CONFLICT (account_id) DO NOTHING
    ),
    weeks AS (
        INSERT INTO rag.stale_week (bank_id, week) SELECT DISTINCT bank_id, week FROM sides ORDER BY bank_id, week
            ON CONFLICT (bank_id, week) DO NOTHING
    )
"""  # noqa: S608  # of two constants

# Positions of the change log have no gaps, and none appears below one that was there.
_HEAR = text(f"""
    WITH fresh AS (
        SELECT c.position, c.account_id, c.transaction_id
          FROM ledger.change c
         WHERE c.position > (SELECT position FROM rag.progress WHERE consumer = 'summaries')
         ORDER BY c.position LIMIT :changes
    ),
    passed AS (
        UPDATE rag.progress SET position = (SELECT max(position) FROM fresh)
         WHERE consumer = 'summaries' AND EXISTS (SELECT FROM fresh)
    ),
    -- A refund changes what is said of the payment it takes back, too.
    touched AS (
        SELECT f.account_id, p.occurred_at,
               CASE t.sender_account_id WHEN f.account_id THEN t.receiver_account_id ELSE t.sender_account_id END
                   AS other_id
          FROM fresh f
          JOIN ledger.transaction t ON t.id = f.transaction_id
          JOIN ledger.transaction p ON p.id = ANY (ARRAY[t.id, t.reverses_id])
    ),
    {_MARK}
    SELECT count(*) FROM fresh
""")  # noqa: S608  # of constants

# A name stands in the texts of its holder, and in those of all whom they paid or were paid by. What was jotted down
# would outlive it.
_IS_RENAMED = text("SELECT EXISTS (SELECT FROM rag.renamed)")
_RENAMED = text(f"""
    WITH renamed AS (DELETE FROM rag.renamed RETURNING customer_id),
    touched AS (
        SELECT s.account_id, t.occurred_at, s.other_id
          FROM renamed r
          JOIN banking.account a ON a.customer_id = r.customer_id
         CROSS JOIN LATERAL (
            SELECT x.* FROM ledger.transaction x WHERE x.sender_account_id = a.id AND x.status = 'success'
             UNION ALL
            SELECT x.* FROM ledger.transaction x WHERE x.receiver_account_id = a.id AND x.status = 'success') t
         CROSS JOIN LATERAL (VALUES (t.sender_account_id, t.receiver_account_id),
                                    (t.receiver_account_id, t.sender_account_id)) s(account_id, other_id)
    ),
    dropped AS (
        DELETE FROM rag.summary s
         WHERE s.is_jotted AND s.account_id = ANY (ARRAY(SELECT DISTINCT account_id FROM touched))
    ),
    {_MARK}
    SELECT count(*) FROM renamed
""")  # noqa: S608  # of constants

_EVERYTHING = text(f"""
    WITH touched AS (
        SELECT s.account_id, t.occurred_at, s.other_id
          FROM ledger.transaction t
         CROSS JOIN LATERAL (VALUES (t.sender_account_id, t.receiver_account_id),
                                    (t.receiver_account_id, t.sender_account_id)) s(account_id, other_id)
         WHERE t.status = 'success'
    ),
    {_MARK}
    SELECT
""")  # noqa: S608  # of constants

_ASKED = text("""
    WITH asker AS (
        INSERT INTO rag.asker AS k (id, questions, asked_at) VALUES (:id, 1, now())
            ON CONFLICT (id) DO UPDATE SET questions = k.questions + 1, asked_at = now()
        RETURNING questions
    ),
    accounts AS (
        UPDATE rag.stale s SET asked = k.questions
          FROM asker k, banking.account a
         WHERE a.id = s.account_id AND a.customer_id = :id
    )
    UPDATE rag.unembedded u SET asked = k.questions
      FROM asker k, rag.summary s
     WHERE s.gist_hash = u.gist_hash AND s.customer_id = :id
""")


async def hear_all(database: Database) -> int:
    """Mark what all changes so far touch; returns how many they were.

    All of them first: after an import of many rows an account is then retold once, and not once a batch.
    """
    heard = batch = await _hear(database)
    while batch >= CHANGES_MAX:
        heard += (batch := await _hear(database))
    return heard


async def mark_everything(database: Database) -> None:
    """Have every summary written anew. What comes out with the same gist keeps its vector."""
    async with database.app.begin() as connection:
        await connection.execute(_EVERYTHING)


async def note_question(connection: AsyncConnection, customer_id: UUID) -> None:
    """Have the summaries of a customer who asks brought up to date before those of others."""
    await connection.execute(_ASKED, {"id": customer_id})


async def _hear(database: Database) -> int:
    async with database.app.begin() as connection:
        if not await connection.scalar(_MAY_HEAR):
            return 0
        if await connection.scalar(_IS_RENAMED):
            await nobody_jots(connection)
            await connection.execute(_RENAMED)
        return await connection.scalar(_HEAR, {"changes": CHANGES_MAX}) or 0
