"""`finlens bench insights`: how long questions take, from the query to its figures, over two years of payments."""

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from datetime import date
from itertools import cycle, islice
from pathlib import Path
from statistics import median
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from core.db import Database
from core.errors import QueryTooSlow
from core.identity.access import Principal
from core.insights.compute import compute
from core.insights.overview import overview
from core.insights.query import Dimension, Flow, InsightQuery, Measure, Order, QueryPeriod
from core.insights.rollups import begin_rollups, sum_open_days
from core.periods import Unit
from core.settings import Settings
from finlens.bench import history
from finlens.bench.duck import duckdb_p95_ms
from finlens.bench.history import History
from finlens.bench.measure import machine, percentile
from finlens.bench.stage import Ground, Report, ground

ROWS_PER_ACCOUNT = 100
SMALLER = 10
"""Growth is told from a tenth of the rows to all of them."""
CUSTOMERS = 40
WARM_UP = 12
"""Runs on the same connection before any counts: PostgreSQL keeps a plan from the eleventh on."""
BANK_RUNS = 40
SCAN_RUNS = 3
OVERVIEW_MONTH, TODAY = date(2026, 10, 1), date(2026, 10, 31)

# Loaded at once and thrown away: what makes that safe would only slow the making of it.
_SETTINGS = "wal_level = minimal\nmax_wal_senders = 0\nmax_wal_size = 8GB\n"
# The planner passes over an index that is not valid; it is kept up all the same.
_SET_USABLE = """
    UPDATE pg_index SET indisvalid = %s
     WHERE indexrelid IN (SELECT c.oid FROM pg_class c
                           WHERE c.relname IN ('transaction_sender', 'transaction_receiver', 'transaction_day'))
"""

_YEAR = QueryPeriod(start=date(2025, 11, 1), end=date(2026, 11, 1))
_QUARTER = QueryPeriod(start=date(2026, 8, 3), end=date(2026, 11, 1))
_MONTH = QueryPeriod(start=date(2026, 10, 1), end=date(2026, 11, 1), unit=Unit.MONTH)
_BY_MONTH_AND_CATEGORY = InsightQuery(
    measures=(Measure.SPEND,), group_by=(Dimension.MONTH, Dimension.CATEGORY), period=_YEAR, limit=500
)
_TOP_MERCHANTS = InsightQuery(
    measures=(Measure.SPEND, Measure.COUNT), group_by=(Dimension.COUNTERPARTY,), period=_YEAR, limit=10
)
_LAST_MONTH = InsightQuery(measures=(Measure.SPEND,), period=_MONTH)
_MEDIAN = InsightQuery(measures=(Measure.MEDIAN,), period=_YEAR)
_COMPARED = InsightQuery(measures=(Measure.SPEND,), group_by=(Dimension.CATEGORY,), period=_MONTH, compare="previous")
QUESTIONS = {
    "month_and_category": _BY_MONTH_AND_CATEGORY,
    "top_merchants": _TOP_MERCHANTS,
    "last_month": _LAST_MONTH,
    "median": _MEDIAN,
    "compared": _COMPARED,
}
BANK_QUESTIONS = {
    "daily_volume": InsightQuery(measures=(Measure.VOLUME,), flow=Flow.ANY, group_by=(Dimension.DAY,), period=_QUARTER),
    "month": InsightQuery(measures=(Measure.SPEND,), group_by=(Dimension.MONTH,), period=_YEAR),
    "top_categories": InsightQuery(
        measures=(Measure.SPEND,),
        group_by=(Dimension.CATEGORY,),
        period=_YEAR,
        order=Order(by=Measure.SPEND),
        limit=10,
    ),
}


Queries = Mapping[str, InsightQuery]
Times = dict[str, list[float]]
"""Milliseconds of each run, by question."""
Ask = Callable[[AsyncConnection, Principal], Awaitable[None]]


def bench_insights(report: Report, *, rows: int, keep: Path | None = None) -> dict[str, Any]:
    """The report: times in ms, with those of each question, of plain scans and of DuckDB beside them. The payments are
    kept in the folder `keep`, if there is one, and taken from there the next time."""
    accounts = rows // ROWS_PER_ACCOUNT
    with (
        _filled(report, History.of(rows // SMALLER, accounts=accounts), keep) as smaller,
        _filled(report, History.of(rows, accounts=accounts), keep) as whole,
    ):
        report("Asking")
        return asyncio.run(_document(smaller, whole)) | {"machine": machine()}


@contextmanager
def _filled(report: Report, wanted: History, keep: Path | None) -> Iterator["_Bench"]:
    folder = keep and keep / f"{wanted.rows}-payments"
    with ground(report, extra_settings=_SETTINGS, keep=folder) as own, own.superuser() as connection:
        if not history.is_made(connection):
            report(f"Making {wanted.rows:,} payments")
            history.make(connection, wanted)
        began = time.perf_counter()
        # A run that was broken off has left some days to sum.
        if asyncio.run(_roll_up(own)):
            report(f"Summed their days in {time.perf_counter() - began:.0f} s")
            connection.execute("VACUUM (ANALYZE) insights.rollup_cell, insights.rollup_open")
        yield _Bench(own, wanted)


async def _roll_up(own: Ground) -> int:
    """How many days were summed."""
    async with _database(own.settings) as database:
        await begin_rollups(database)
        summed = 0
        while days := await sum_open_days(database):
            summed += days
        return summed


class _Bench:
    """Asks over one connection, as a server that has been up for a while does."""

    def __init__(self, own: Ground, made: History) -> None:
        self.own, self.rows = own, made.rows
        self._settings = own.settings.model_copy(update={"database_pool_size": 1})
        with own.superuser() as connection:
            self.customers = history.ordinary(connection, made, CUSTOMERS)
            self.heavy, self.staff = history.heavy(connection), history.staff(connection)

    async def asked(self, queries: Queries, askers: Sequence[Principal], runs: int) -> Times:
        async with _database(self._settings) as database:
            return {name: await _timed(database, _asking(query), askers, runs) for name, query in queries.items()}

    async def overviews(self) -> Times:
        async def page(connection: AsyncConnection, principal: Principal) -> None:
            await overview(connection, principal, month=OVERVIEW_MONTH, today=TODAY)

        async with _database(self._settings) as database:
            return {"overview": await _timed(database, page, self.customers, 2 * CUSTOMERS)}

    async def scanned(self, queries: Queries, askers: Sequence[Principal]) -> Times:
        """With neither rollups nor an index on accounts or days, and for as long as it takes."""
        with self._unindexed():
            async with _database(self._settings) as database:
                return {
                    name: await _timed(database, _scanning(query), askers, SCAN_RUNS, warm_up=1)
                    for name, query in queries.items()
                }

    @contextmanager
    def _unindexed(self) -> Iterator[None]:
        """The indexes that histories are read by are there, and not to be used."""
        with self.own.superuser() as connection:
            connection.execute(_SET_USABLE, (False,))
            try:
                yield
            finally:
                connection.execute(_SET_USABLE, (True,))


def _asking(query: InsightQuery) -> Ask:
    async def ask(connection: AsyncConnection, principal: Principal) -> None:
        await compute(connection, principal, query)

    return ask


def _scanning(query: InsightQuery) -> Ask:
    async def ask(connection: AsyncConnection, principal: Principal) -> None:
        await connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
        await compute(connection, principal, query, with_rollups=False)

    return ask


async def _document(smaller: _Bench, whole: _Bench) -> dict[str, Any]:
    before = await smaller.asked(QUESTIONS, smaller.customers, 2 * CUSTOMERS)
    customers = await whole.asked(QUESTIONS, whole.customers, 2 * CUSTOMERS)
    pages = await whole.overviews()
    bank = await whole.asked(BANK_QUESTIONS, [whole.staff], BANK_RUNS)
    heavy = await whole.asked(QUESTIONS, [whole.heavy], BANK_RUNS)
    scans = {
        "customer_p95_ms": _p95(await whole.scanned(QUESTIONS, whole.customers)),
        "bank_p95_ms": _p95(await whole.scanned(BANK_QUESTIONS, [whole.staff])),
    }
    return {
        "rows": whole.rows,
        "customer_p50_ms": _middle(customers),
        "customer_p95_ms": _p95(customers),
        "bank_p95_ms": _p95(bank),
        "overview_p95_ms": _p95(pages),
        "heavy_p95_ms": _p95(heavy),
        "heavy_vs_ordinary": round(_p95(heavy) / _p95(customers), 2),
        "growth": round(_middle(customers) / _middle(before), 2),
        "baselines": {"scan": scans, "duckdb": duckdb_p95_ms(whole.own, whole.customers, whole.staff)},
        "questions_p50_ms": _each(_middle, customers | bank),
        "questions_p95_ms": _each(_p95, customers | bank),
        "heavy_questions_p50_ms": _each(_middle, heavy),
        "heavy_questions_p95_ms": _each(_p95, heavy),
        "heavy_questions_vs_ordinary": {
            name: round(_p95({name: run}) / _p95({name: customers[name]}), 2) for name, run in heavy.items()
        },
    }


@asynccontextmanager
async def _database(settings: Settings) -> AsyncGenerator[Database]:
    database = Database.of(settings)
    try:
        yield database
    finally:
        await database.close()


async def _timed(
    database: Database, ask: Ask, askers: Sequence[Principal], runs: int, *, warm_up: int = WARM_UP
) -> list[float]:
    """Milliseconds of each run, the askers taking turns."""
    took: list[float] = []
    for asker in islice(cycle(askers), warm_up + runs):
        began = time.perf_counter()
        # One that is stopped at the reader's limit counts with the time that it was given.
        with suppress(QueryTooSlow):
            async with database.look() as connection:
                await ask(connection, asker)
        took.append(1e3 * (time.perf_counter() - began))
    return took[warm_up:]


def _p95(times: Times) -> float:
    return round(percentile([each for run in times.values() for each in run], 0.95), 2)


def _middle(times: Times) -> float:
    return round(median(each for run in times.values() for each in run), 2)


def _each(figure: Callable[[Times], float], times: Times) -> dict[str, float]:
    return {name: figure({name: run}) for name, run in times.items()}
