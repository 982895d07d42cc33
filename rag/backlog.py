"""Backlog: what the index has still to do, and how long the oldest of it has waited."""

from dataclasses import dataclass

from sqlalchemy import text

from core.db import Database
from core.monitoring.metrics import Gauge


@dataclass(frozen=True, slots=True)
class Pending:
    """What is left to do: changes not yet heard of; accounts, series and weeks to retell; texts to embed."""

    events: int
    accounts: int
    series: int
    weeks: int
    texts: int

    def __bool__(self) -> bool:
        return any((self.events, self.accounts, self.series, self.weeks, self.texts))


@dataclass(frozen=True, slots=True)
class Lag:
    """Seconds since the oldest payment that some text does not tell of yet was told of, and since the oldest text that
    waits for its vector was written; 0 where nothing waits."""

    words_s: float
    vectors_s: float


_PENDING = text("""
    SELECT (SELECT count(*) FROM ledger.change
             WHERE position > (SELECT position FROM rag.progress WHERE consumer = 'summaries')),
           (SELECT count(*) FROM rag.stale), (SELECT count(*) FROM rag.stale_series),
           (SELECT count(*) FROM rag.stale_week), (SELECT count(*) FROM rag.unembedded)
""")
_LAG = text("""
    SELECT coalesce(extract(epoch FROM now() - least(
               (SELECT at FROM ledger.change
                 WHERE position > (SELECT position FROM rag.progress WHERE consumer = 'summaries')
                 ORDER BY position LIMIT 1),
               (SELECT min(marked_at) FROM rag.stale))), 0)::float8,
           coalesce(extract(epoch FROM now() - (SELECT min(marked_at) FROM rag.unembedded)), 0)::float8
""")


async def pending(database: Database) -> Pending:
    async with database.app.connect() as connection:
        return Pending(*(await connection.execute(_PENDING)).one())


async def lag(database: Database) -> Lag:
    async with database.app.connect() as connection:
        return Lag(*(max(0.0, seconds) for seconds in (await connection.execute(_LAG)).one()))


async def gauges(database: Database) -> list[Gauge]:
    """Both, for /metrics."""
    left, waits = await pending(database), await lag(database)
    return [
        Gauge("finlens_index_changes_unheard", "Changes of the ledger that the index has not heard of", left.events),
        Gauge("finlens_index_accounts_stale", "Accounts with summaries to retell", left.accounts),
        Gauge("finlens_index_series_stale", "Accounts whose recurring payments are to be looked for", left.series),
        Gauge("finlens_index_weeks_stale", "Weeks of banks to retell", left.weeks),
        Gauge("finlens_index_texts_unembedded", "Summaries that wait for their vector", left.texts),
        Gauge("finlens_index_words_lag_seconds", "How long the oldest untold payment has waited", waits.words_s),
        Gauge("finlens_index_vectors_lag_seconds", "How long the oldest text waits for its vector", waits.vectors_s),
    ]
