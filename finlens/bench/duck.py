"""The same questions in DuckDB, from a copy of the payments: fast, and as old as the copy."""

import time
from collections.abc import Sequence
from itertools import cycle, islice

import duckdb

from core.identity.access import Principal
from finlens.bench.measure import percentile
from finlens.bench.stage import Ground

RUNS = 20

_PAYMENTS = """
    COPY (SELECT t.sender_account_id, t.receiver_account_id, t.amount_minor, t.category, t.reverses_id IS NOT NULL,
                 t.occurred_at AT TIME ZONE 'Asia/Kolkata'
            FROM ledger.transaction t WHERE t.status = 'success') TO STDOUT (FORMAT csv)
"""
_ACCOUNTS = """
    COPY (SELECT a.id, a.bank_id, a.customer_id, c.name, c.category
            FROM banking.account a JOIN banking.customer c ON c.id = a.customer_id) TO STDOUT (FORMAT csv)
"""
# Spend alone: what left, less what came back; each entry with its merchant's name and category.
_ENTRIES = """
    CREATE TABLE entry AS
    SELECT s.bank, s.customer, o.name AS counterparty, coalesce(t.category, o.category, 'uncategorised') AS category,
           t.moment, CASE WHEN t.is_refund THEN -t.amount ELSE t.amount END AS spend, t.is_refund
      FROM payment t
      JOIN account s ON s.id = CASE WHEN t.is_refund THEN t.receiver ELSE t.sender END
      JOIN account o ON o.id = CASE WHEN t.is_refund THEN t.sender ELSE t.receiver END
     ORDER BY s.customer;
    CREATE VIEW year AS FROM entry WHERE moment >= '2025-11-01' AND moment < '2026-11-01';
"""
_OF_CUSTOMER = (
    "SELECT date_trunc('month', moment), category, sum(spend) FROM year WHERE customer = ? GROUP BY ALL",
    "SELECT counterparty, sum(spend) FROM year WHERE customer = ? GROUP BY ALL ORDER BY 2 DESC LIMIT 10",
    "SELECT sum(spend) FROM year WHERE customer = ? AND moment >= '2026-10-01'",
    "SELECT median(spend) FROM year WHERE customer = ? AND NOT is_refund",
)
_OF_BANK = (
    "SELECT date_trunc('month', moment), sum(spend) FROM year WHERE bank = ? GROUP BY ALL",
    "SELECT category, sum(spend) FROM year WHERE bank = ? GROUP BY ALL ORDER BY 2 DESC LIMIT 10",
    "SELECT moment::date, sum(abs(spend)) FROM year WHERE bank = ? AND moment >= '2026-08-03' GROUP BY ALL",
)


def duckdb_p95_ms(own: Ground, customers: Sequence[Principal], staff: Principal) -> dict[str, float]:
    """p95 of a customer's questions and of a bank's, in ms, and the seconds that the copy took."""
    began = time.perf_counter()
    connection = _copied(own)
    copied_s = time.perf_counter() - began
    ids = [str(customer.customer_id) for customer in customers]
    return {
        "customer_p95_ms": _p95_ms(connection, _OF_CUSTOMER, ids),
        "bank_p95_ms": _p95_ms(connection, _OF_BANK, [str(staff.bank_id)]),
        "copy_s": round(copied_s, 1),
    }


def _copied(own: Ground) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    folder = own.settings.home
    columns = {
        "account": (_ACCOUNTS, "id, bank, customer, name, category"),
        "payment": (_PAYMENTS, "sender, receiver, amount, category, is_refund, moment"),
    }
    for name, (query, header) in columns.items():
        path = folder / f"{name}.csv"
        with path.open("wb") as file, own.superuser() as postgres, postgres.cursor().copy(query.encode()) as copy:
            file.write(header.replace(" ", "").encode() + b"\n")
            file.writelines(copy)
        connection.execute(f"CREATE TABLE {name} AS FROM read_csv('{path}', header = true)")
        path.unlink()
    connection.execute(_ENTRIES)
    return connection


def _p95_ms(connection: duckdb.DuckDBPyConnection, questions: Sequence[str], askers: Sequence[str]) -> float:
    took = []
    for question in questions:
        for asker in islice(cycle(askers), RUNS):
            began = time.perf_counter()
            connection.execute(question, [asker]).fetchall()
            took.append(1e3 * (time.perf_counter() - began))
    return round(percentile(took, 0.95), 2)
