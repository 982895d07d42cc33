"""`finlens bench rag`: how soon a payment can be found, how fast everything is told anew, how long a search takes."""

import asyncio
import time
from contextlib import suppress
from datetime import UTC, datetime
from itertools import cycle, islice
from statistics import fmean
from typing import Any

import psycopg
from psycopg.errors import LockNotAvailable

from core.db import Database
from core.errors import SetupError
from core.identity.access import Principal, Role
from core.ids import new_id
from finlens.bench import history, library
from finlens.bench.history import History
from finlens.bench.index_lag import watch_lag
from finlens.bench.measure import machine, percentile
from finlens.bench.stage import Report, Stage, free_port, stage
from finlens.demo import load_demo
from finlens.processes import Supervisor, interrupts
from rag.backlog import pending
from rag.embedder import MiniLm, Vectors
from rag.indexer import Work, index_pending
from rag.retriever import nearest, search
from rag.senses.reader import reader_of
from rag.senses.train import examples

PAYMENTS, ACCOUNTS = 500_000, 5_000
"""Two years of payments, before anything is measured."""
LOADS = (20, 200)
"""Payments per second."""
REBUILD_S = 60.0
READY_TIMEOUT_S = 120.0
LEDGER_TIMEOUT_S = 300.0
SEARCHES, WARM_UP = 120, 12
NEAREST, COMPARED = 10, 200
"""Of what the graph finds of so many questions, everyday phrases beside those below: a few would not tell of the one in
thirty that misses a whole part of the graph."""
_ROUNDING = 1e-6

# What the ledger's own jobs find to do in a history that was not made by them: payments to decide, to tell of and to
# score, and days to sum. A payment is told of when all before it have been.
_LEDGER_LEFT = """
    SELECT EXISTS (SELECT FROM ledger.outbox) OR EXISTS (SELECT FROM insights.rollup_open)
        OR EXISTS (SELECT FROM ledger.transaction WHERE status IN ('pending', 'processing'))
"""
# What was not reached in time is not to stand in the way of what follows.
_LEAVE_OFF = """
    TRUNCATE rag.unembedded, rag.stale, rag.stale_series, rag.stale_week;
    UPDATE rag.progress SET position = (SELECT coalesce(max(position), 0) FROM ledger.change)
"""

QUESTIONS = (
    "the vet in March", "that big electronics purchase", "refund for the headphones", "late night transfer to a friend",
    "flight tickets to Goa", "the hotel where we stayed", "school fees", "who repaired things at home",
    "birthday cake", "gift before Diwali", "car service at the garage", "the yearly insurance premium",
    "electricity bill", "cash from the machine", "dinner with the team", "music streaming", "rent for the flat",
    "suspicious payments to a new payee", "donation to charity", "medicine from the pharmacy", "gym membership",
    "taxi to the airport", "second-hand furniture", "salary", "what happened in the week of Holi",
)  # fmt: skip


def bench_rag(report: Report, *, summaries: int, seconds: float) -> dict[str, Any]:
    """The report: seconds of lag, texts per second, milliseconds of searches, and what the graph finds of what an exact
    scan finds."""
    supervisor = Supervisor(report)
    with interrupts(again=supervisor.end_now), stage(report, accounts=0) as own:
        report(f"Making {PAYMENTS:,} payments")
        with own.superuser() as connection:
            # The customers are of several banks.
            connection.execute("UPDATE identity.app_user SET role = 'admin', bank_id = NULL")
            history.make(connection, History.of(PAYMENTS, accounts=ACCOUNTS))
        rebuild = asyncio.run(_rebuild(own, report))
        with supervisor:
            port = free_port()
            supervisor.start(own.program("api", "finlens", "serve", "api", "--service", "ledger", port=port))
            supervisor.start(own.program("worker", "finlens", "serve", "worker"))
            supervisor.wait_until_ready(READY_TIMEOUT_S)
            _await_the_ledger(own, report)
            behind = asyncio.run(watch_lag(own, port, report, per_s=LOADS[0], seconds=seconds)).document()
            _leave_off(own)
            calm, busy = (
                asyncio.run(watch_lag(own, port, report, per_s=per_s, seconds=seconds)).document() for per_s in LOADS
            )
        searches = asyncio.run(_search(own, report, summaries))
    return {
        "lag": {"at_20_per_s": calm, "at_20_per_s_with_a_backlog": behind, "at_200_per_s": busy},
        "rebuild": rebuild,
        "search": searches,
        "machine": machine(),
    }


def _leave_off(own: Stage) -> None:
    """The index is as if it had caught up. Locks are not waited for long: the worker goes on, and may hold one of these
    tables while it waits for another."""
    with own.superuser() as connection:
        connection.execute("SET lock_timeout = '200ms'")
        while True:
            with suppress(LockNotAvailable), connection.transaction():
                connection.execute(_LEAVE_OFF)
                return


def _await_the_ledger(own: Stage, report: Report) -> None:
    """Until the ledger's own jobs have done what the made history left them; the index's backlog stays."""
    report("Waiting for the ledger's own jobs")
    began = time.perf_counter()
    with own.superuser() as connection:
        while connection.execute(_LEDGER_LEFT).fetchone() == (True,):
            if time.perf_counter() - began > LEDGER_TIMEOUT_S:
                raise SetupError("The worker did not catch up with the ledger in five minutes")
            time.sleep(1)


async def _rebuild(own: Stage, report: Report) -> dict[str, float]:
    """Tell and embed the demo bank, texts as people's are, for at most REBUILD_S."""
    report("Loading the demo bank")
    database, embedder = Database.of(own.settings), MiniLm.load()
    try:
        await load_demo(own.settings, database, until=datetime.now(UTC).date())
        report(f"Telling and embedding it for {REBUILD_S:.0f} s")
        done = [Work()]
        began = time.perf_counter()
        with suppress(TimeoutError):
            await asyncio.wait_for(
                index_pending(database, embedder, report=lambda work, _: done.append(work)), REBUILD_S
            )
        took_s = time.perf_counter() - began
        # Rounds end in between: what is there counts, and not what was last reported.
        return await _rates(own, took_s) | {"gists_left": float((await pending(database)).gists)}
    finally:
        await database.close()


async def _rates(own: Stage, took_s: float) -> dict[str, float]:
    with own.superuser() as connection:
        written, gists, embedded = _counts(connection)
    return {
        "seconds": round(took_s, 1),
        "summaries_written": written,
        "summaries_embedded": embedded,
        "different_gists_embedded": gists,
        "summaries_per_s": round(embedded / took_s, 1),
        "gists_per_s": round(gists / took_s, 1),
    }


def _counts(connection: psycopg.Connection[Any]) -> tuple[int, int, int]:
    row = connection.execute("""
        SELECT (SELECT count(*) FROM rag.summary), (SELECT count(*) FROM rag.vector),
               (SELECT count(*) FROM rag.meaning)
    """).fetchone()
    assert row is not None
    return row


async def _search(own: Stage, report: Report, summaries: int) -> dict[str, Any]:
    """Times of whole searches by staff who may see that many summaries, and by a customer; and the graph's recall."""
    report(f"Making {summaries:,} summaries of one bank")
    bank_id = new_id()
    with own.superuser() as connection:
        built_s = library.fill(connection, bank_id, summaries)
        customer_id = library.a_customer(connection)
    staff = Principal("bench", "", "", Role.STAFF, bank_id=bank_id)
    customer = Principal("bench", "", "", Role.CUSTOMER, customer_id=customer_id)
    database, embedder = Database.of(own.settings.model_copy(update={"database_pool_size": 1})), MiniLm.load()
    report("Searching")
    try:
        whole = {
            who: await _timed(database, embedder, asker) for who, asker in (("staff", staff), ("customer", customer))
        }
        async with database.look() as look:
            shares, took = [], {True: list[float](), False: list[float]()}
            for vector in _asked(embedder):
                found: dict[bool, list[float]] = {}
                for by_graph in (False, True):
                    began = time.perf_counter()
                    rows = await nearest(look, staff, vector, model=embedder.name, limit=NEAREST, by_graph=by_graph)
                    took[by_graph].append(1e3 * (time.perf_counter() - began))
                    found[by_graph] = [similarity for _, similarity in rows]
                # Equal gists lie equally near: which of them are among the ten is chance.
                least = found[False][-1] - _ROUNDING
                shares.append(sum(each >= least for each in found[True]) / len(found[False]))
    finally:
        await database.close()
    return {
        "summaries": summaries,
        "staff_p50_ms": _ms(whole["staff"], 0.5),
        "staff_p95_ms": _ms(whole["staff"], 0.95),
        "customer_p95_ms": _ms(whole["customer"], 0.95),
        "graph_recall": round(fmean(shares), 4),
        "graph_p50_ms": _ms(took[True], 0.5),
        "exact_p50_ms": _ms(took[False], 0.5),
        "graph_built_s": round(built_s, 1),
    }


def _asked(embedder: MiniLm) -> list[Vectors]:
    """What searches for these questions compare: their vectors, leaning towards what they are about."""
    phrases = [example.text for example in examples()]
    reader = reader_of(embedder.name)
    assert reader is not None
    vectors = embedder.embed([*QUESTIONS, *phrases[:: len(phrases) // COMPARED]])
    return [reader.hear(vector).vector for vector in vectors]


async def _timed(database: Database, embedder: MiniLm, asker: Principal) -> list[float]:
    """Milliseconds of each search from the words to the hits, the question's vector included."""
    took: list[float] = []
    for question in islice(cycle(QUESTIONS), WARM_UP + SEARCHES):
        began = time.perf_counter()
        async with database.look() as look:
            await search(look, asker, question, embedder=embedder)
        took.append(1e3 * (time.perf_counter() - began))
    return took[WARM_UP:]


def _ms(took: list[float], share: float) -> float:
    return round(percentile(took, share), 1)
