"""Backlog: what the index has still to do, and how long the oldest of it has waited."""

from dataclasses import dataclass

from sqlalchemy import text

from core.db import Database
from core.monitoring.metrics import Gauge


@dataclass(frozen=True, slots=True)
class Pending:
    """What is left to do: changes not yet heard of, by all who follow them; accounts, series and weeks to retell; gists
    to embed."""

    events: int
    accounts: int
    series: int
    weeks: int
    gists: int

    def __bool__(self) -> bool:
        return any((self.events, self.accounts, self.series, self.weeks, self.gists))


@dataclass(frozen=True, slots=True)
class Lag:
    """How many seconds the oldest that waits has waited; 0 where nothing does."""

    words_s: float
    """A change that nothing was jotted down of: nothing finds the payment yet."""
    texts_s: float
    """An account to retell, or to be marked for it: its new payments are jotted down, its texts as they were before."""
    vectors_s: float
    """A gist without a vector."""


_PENDING = text("""
    SELECT (SELECT count(*) FROM ledger.change
             WHERE position > (SELECT min(position) FROM rag.progress WHERE consumer IN ('jottings', 'summaries'))),
           (SELECT count(*) FROM rag.stale), (SELECT count(*) FROM rag.stale_series),
           (SELECT count(*) FROM rag.stale_week), (SELECT count(*) FROM rag.unembedded)
""")
_LAG = text("""
    WITH unheard AS (
        SELECT p.consumer, (SELECT c.at FROM ledger.change c
                             WHERE c.position > p.position ORDER BY c.position LIMIT 1) AS since
          FROM rag.progress p
    )
    SELECT coalesce(extract(epoch FROM now() - waiting.since), 0)::float8
      FROM (VALUES (1, (SELECT since FROM unheard WHERE consumer = 'jottings')),
                   (2, least((SELECT since FROM unheard WHERE consumer = 'summaries'),
                             (SELECT min(marked_at) FROM rag.stale))),
                   (3, (SELECT min(marked_at) FROM rag.unembedded))) waiting (place, since)
     ORDER BY place
""")


async def pending(database: Database) -> Pending:
    async with database.app.connect() as connection:
        return Pending(*(await connection.execute(_PENDING)).one())


async def lag(database: Database) -> Lag:
    async with database.app.connect() as connection:
        return Lag(*(max(0.0, seconds) for seconds in (await connection.execute(_LAG)).scalars()))


async def gauges(database: Database) -> list[Gauge]:
    """Both, for /metrics."""
    left, waits = await pending(database), await lag(database)
    return [
        Gauge("finlens_index_changes_unheard", "Changes of the ledger that the index has not heard of", left.events),
        Gauge("finlens_index_accounts_stale", "Accounts with summaries to retell", left.accounts),
        Gauge("finlens_index_series_stale", "Accounts whose recurring payments are to be looked for", left.series),
        Gauge("finlens_index_weeks_stale", "Weeks of banks to retell", left.weeks),
        Gauge("finlens_index_gists_unembedded", "Gists of summaries that wait for their vector", left.gists),
        Gauge("finlens_index_words_lag_seconds", "How long the oldest unheard payment has waited", waits.words_s),
        Gauge("finlens_index_texts_lag_seconds", "How long the oldest account to retell has waited", waits.texts_s),
        Gauge("finlens_index_vectors_lag_seconds", "How long the oldest gist waits for its vector", waits.vectors_s),
    ]
