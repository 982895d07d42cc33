"""`finlens bench insights`: how long questions take, from the query to its figures, over two years of payments."""

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import date
from itertools import cycle, islice
from statistics import median
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from core.db import Database
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
from finlens.bench.stage import Report, Stage, stage

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
_UNINDEXED = "DROP INDEX ledger.transaction_sender, ledger.transaction_receiver, ledger.transaction_day"

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
SUMMED = ("month_and_category", "last_month", "compared")
"""Questions that sums of days can answer, whatever the number of entries behind them."""
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


def bench_insights(report: Report, *, rows: int) -> dict[str, Any]:
    """The report: times in ms, with those of each question, of plain scans and of DuckDB beside them."""
    with stage(report, accounts=0, extra_settings=_SETTINGS) as own, own.superuser() as connection:
        people = history.settle(connection, rows)
        _fill(report, own, people, rows // SMALLER)
        smaller = asyncio.run(_Bench(own, people).customers())
        _fill(report, own, people, rows)
        report("Asking")
        bench = _Bench(own, people)
        return asyncio.run(bench.document(rows, smaller)) | {"machine": machine()}


def _fill(report: Report, own: Stage, people: History, rows: int) -> None:
    report(f"Making {rows:,} payments")
    with own.superuser() as connection:
        history.fill(connection, people, rows)
    report("Summing their days")
    began = time.perf_counter()
    asyncio.run(_roll_up(own))
    report(f"Summed in {time.perf_counter() - began:.0f} s")


async def _roll_up(own: Stage) -> None:
    database = Database.of(own.settings)
    try:
        await begin_rollups(database)
        while await sum_open_days(database):
            pass
    finally:
        await database.close()


Times = dict[str, list[float]]
"""Milliseconds of each run, by question."""


class _Bench:
    """Asks over one connection, as a server that has been up for a while does."""

    def __init__(self, own: Stage, people: History) -> None:
        self._stage = own
        self._settings = own.settings.model_copy(update={"database_pool_size": 1})
        with own.superuser() as connection:
            self._customers = history.ordinary(connection, people, CUSTOMERS)
            self._heavy, self._staff = history.heavy(connection), history.staff(connection)

    async def customers(self) -> Times:
        async with _database(self._settings) as database:
            return await _asked(database, QUESTIONS, self._customers, 2 * CUSTOMERS)

    async def document(self, rows: int, smaller: Times) -> dict[str, Any]:
        customers = await self.customers()
        async with _database(self._settings) as database:
            bank = await _asked(database, BANK_QUESTIONS, [self._staff], BANK_RUNS)
            heavy = await _asked(database, QUESTIONS, [self._heavy], BANK_RUNS)
            pages = await self._overviews(database)
        scans = await self._scans()
        return {
            "rows": rows,
            "customer_p50_ms": _middle(customers),
            "customer_p95_ms": _p95(customers),
            "bank_p95_ms": _p95(bank),
            "overview_p95_ms": _p95({"overview": pages}),
            "heavy_p95_ms": _p95({name: heavy[name] for name in SUMMED}),
            "heavy_unsummed_p95_ms": _p95({name: heavy[name] for name in QUESTIONS if name not in SUMMED}),
            "growth": round(_middle(customers) / _middle(smaller), 2),
            "baselines": {"scan": scans, "duckdb": duckdb_p95_ms(self._stage, self._customers, self._staff)},
            "questions_p95_ms": {name: _p95({name: times}) for name, times in (customers | bank).items()},
        }

    async def _overviews(self, database: Database) -> list[float]:
        async def page(connection: AsyncConnection, principal: Principal) -> None:
            await overview(connection, principal, month=OVERVIEW_MONTH, today=TODAY)

        return await _timed(database, page, self._customers, 2 * CUSTOMERS)

    async def _scans(self) -> dict[str, float]:
        """The same questions with neither rollups nor an index on accounts or days. Measured last: it drops them."""
        with self._stage.superuser() as connection:
            connection.execute(_UNINDEXED)
        async with _database(self._settings) as database:
            ask = {"customer_p95_ms": (QUESTIONS, self._customers), "bank_p95_ms": (BANK_QUESTIONS, [self._staff])}
            return {
                name: _p95(await _asked(database, queries, who, SCAN_RUNS, warm_up=1, with_rollups=False))
                for name, (queries, who) in ask.items()
            }


@asynccontextmanager
async def _database(settings: Settings) -> AsyncGenerator[Database]:
    database = Database.of(settings)
    try:
        yield database
    finally:
        await database.close()


async def _asked(
    database: Database,
    queries: dict[str, InsightQuery],
    askers: Sequence[Principal],
    runs: int,
    *,
    warm_up: int = WARM_UP,
    with_rollups: bool = True,
) -> Times:
    async def ask(connection: AsyncConnection, principal: Principal, query: InsightQuery) -> None:
        await compute(connection, principal, query, with_rollups=with_rollups)

    return {
        name: await _timed(database, lambda k, who, query=query: ask(k, who, query), askers, runs, warm_up=warm_up)
        for name, query in queries.items()
    }


async def _timed(
    database: Database,
    ask: Callable[[AsyncConnection, Principal], Awaitable[None]],
    askers: Sequence[Principal],
    runs: int,
    *,
    warm_up: int = WARM_UP,
) -> list[float]:
    """Milliseconds of each run, the askers taking turns."""
    took: list[float] = []
    for asker in islice(cycle(askers), warm_up + runs):
        began = time.perf_counter()
        async with database.look() as connection:
            await ask(connection, asker)
        took.append(1e3 * (time.perf_counter() - began))
    return took[warm_up:]


def _p95(times: Times) -> float:
    return round(percentile([each for run in times.values() for each in run], 0.95), 2)


def _middle(times: Times) -> float:
    return round(median(each for run in times.values() for each in run), 2)
