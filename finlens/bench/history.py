"""Two years of a country's payments for a benchmark of questions, made inside PostgreSQL.

The rows look like those of a ledger: customers and merchants at several banks, wages, refunds, failures, one account
with a twentieth of all payments. They did not go through `apply_transfers`, so nobody's balance after is true, and the
relay has nothing to tell of them.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any, Self

import psycopg
from psycopg import sql

from core.banking.accounts import NO_FLOOR_MINOR
from core.identity.access import Principal, Role

START, END = date(2024, 11, 1), date(2026, 11, 1)
ACCOUNTS_MIN = 100
BANKS = 5
MERCHANT_SHARE = 0.02

_CATEGORIES = [
    "groceries", "eating_out", "rent", "household", "utilities", "telecom", "fuel", "public_transport", "taxi",
    "clothing", "electronics", "shopping", "entertainment", "subscriptions", "travel", "health", "education",
    "insurance", "fees", "services",
]  # fmt: skip

# People come first, the heavy account before all others; then the merchants.
_SETTLE = """
    INSERT INTO banking.bank (id, name, code)
    SELECT uuidv7(), 'Bank ' || n, 'BANK' || n FROM generate_series(0, %(banks)s - 1) n;

    CREATE TABLE public.cast_list AS
    SELECT n AS no, n >= %(people)s AS is_merchant, uuidv7() AS customer_id, uuidv7() AS account_id, b.id AS bank_id
      FROM generate_series(0, %(people)s + %(merchants)s - 1) n
      JOIN banking.bank b ON b.code = 'BANK' || n %% %(banks)s;

    INSERT INTO banking.customer (id, name, kind, category)
    SELECT customer_id, CASE WHEN is_merchant THEN 'Merchant ' ELSE 'Customer ' END || no,
           CASE WHEN is_merchant THEN 'business' ELSE 'person' END,
           CASE WHEN is_merchant THEN (%(categories)s::text[])[1 + no %% cardinality(%(categories)s::text[])] END
      FROM public.cast_list;

    INSERT INTO banking.account (id, bank_id, customer_id, kind, number, name, currency, opened_on)
    SELECT account_id, bank_id, customer_id, 'customer', no::text, 'Current', 'INR', %(start)s FROM public.cast_list;

    INSERT INTO ledger.balance (account_id, bank_id, currency, floor_minor)
    SELECT account_id, bank_id, 'INR', %(no_floor)s FROM public.cast_list;

    ANALYZE banking.bank, banking.customer, banking.account, public.cast_list;
"""

# In the order of time, as payments come. Whatever is written to a table that was emptied in the same transaction stays
# out of the log where `wal_level` is minimal.
_PAY = """
    TRUNCATE ledger.transaction;

    INSERT INTO ledger.transaction (
        id, sender_bank_id, sender_account_id, receiver_account_id, amount_minor, currency, status, failure_code,
        description, category, channel, occurred_at, posted_at, created_at, sender_balance_after_minor,
        receiver_balance_after_minor, sender_version, receiver_version, key_fingerprint, request_fingerprint)
    SELECT d.id, s.bank_id, s.account_id, r.account_id, 1 + floor(power(d.size, 3) * 500000)::bigint, 'INR',
           CASE WHEN d.fate < .98 THEN 'success' WHEN d.fate < .99 THEN 'failed' ELSE 'pending' END,
           CASE WHEN d.fate >= .98 AND d.fate < .99 THEN 'insufficient_funds' END, 'Payment ' || d.n,
           CASE WHEN NOT r.is_merchant THEN CASE WHEN s.is_merchant THEN 'salary' ELSE 'transfer' END END,
           CASE WHEN d.size < .5 THEN 'upi' WHEN d.size < .9 THEN 'card' ELSE 'transfer' END, d.at,
           CASE WHEN d.fate < .98 THEN d.at END, d.at, 0, 0, d.n, d.n, d.fingerprint, d.fingerprint
      FROM (
        SELECT q.n, q.at, q.fate, q.size, md5(q.n::text)::uuid AS fingerprint,
               -- In the order of time, as those of payments are. uuidv7() asks the system for each: minutes.
               (lpad(to_hex(q.n), 12, '0') || '7000' || '8000' || lpad(to_hex(q.n), 12, '0'))::uuid AS id,
               CASE WHEN q.kind < .05 THEN 0 WHEN q.kind < .13 THEN q.merchant ELSE q.person END AS sender,
               CASE WHEN q.kind < .05 OR q.kind > .2 THEN q.merchant WHEN q.kind < .13 THEN q.person
                    ELSE (q.person + q.apart) %% %(people)s END AS receiver
          FROM (
            SELECT n, %(start)s::timestamptz + (%(end)s::timestamptz - %(start)s) * (n / %(rows)s::float8) AS at,
                   random() AS kind, random() AS fate, random() AS size,
                   floor(random() * %(people)s)::integer AS person,
                   %(people)s + floor(power(random(), 1.5) * %(merchants)s)::integer AS merchant,
                   1 + floor(random() * (%(people)s - 1))::integer AS apart
              FROM generate_series(0, %(rows)s - %(rows)s / 100 - 1) n
          ) q
      ) d
      JOIN public.cast_list s ON s.no = d.sender
      JOIN public.cast_list r ON r.no = d.receiver;

    -- One payment in a hundred comes back after three days.
    INSERT INTO ledger.transaction (
        id, sender_bank_id, sender_account_id, receiver_account_id, amount_minor, currency, status, category, channel,
        reverses_id, occurred_at, posted_at, key_fingerprint, request_fingerprint)
    SELECT uuidv7(), c.bank_id, t.receiver_account_id, t.sender_account_id, t.amount_minor, 'INR', 'success',
           t.category, 'refund', t.id, t.occurred_at + interval '3 days', t.occurred_at + interval '3 days',
           md5('refund' || t.id)::uuid, md5('refund' || t.id)::uuid
      FROM ledger.transaction t
      JOIN public.cast_list c ON c.account_id = t.receiver_account_id
     WHERE t.status = 'success' AND t.sender_version %% 98 = 0
     LIMIT %(rows)s / 100;

    UPDATE ledger.balance b
       SET version = e.entries
      FROM (
        SELECT account_id, count(*) AS entries
          FROM (SELECT sender_account_id AS account_id FROM ledger.transaction WHERE status = 'success'
                UNION ALL
                SELECT receiver_account_id FROM ledger.transaction WHERE status = 'success') side
         GROUP BY account_id
      ) e
     WHERE b.account_id = e.account_id;
"""

_INDEXES = """
    SELECT c.relname, pg_get_indexdef(i.indexrelid)
      FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
     WHERE i.indrelid = 'ledger.transaction'::regclass AND NOT i.indisprimary
"""


@dataclass(frozen=True)
class History:
    """A number of payments between a cast of customers with one account each."""

    rows: int
    people: int
    merchants: int

    @classmethod
    def of(cls, rows: int, *, accounts: int) -> Self:
        accounts = max(ACCOUNTS_MIN, accounts)
        merchants = int(accounts * MERCHANT_SHARE)
        return cls(rows, accounts - merchants, merchants)

    def facts(self) -> dict[str, Any]:
        return {
            "rows": self.rows,
            "people": self.people,
            "merchants": self.merchants,
            "banks": BANKS,
            "start": START,
            "end": END,
            "categories": _CATEGORIES,
            "no_floor": NO_FLOOR_MINOR,
        }


def is_made(connection: psycopg.Connection[Any]) -> bool:
    """Whether somebody has made a history here before."""
    return connection.execute("SELECT FROM pg_class WHERE relname = 'cast_list'").rowcount == 1


def make(connection: psycopg.Connection[Any], history: History) -> None:
    """The cast and its payments, all or nothing."""
    with connection.transaction():
        indexes = connection.execute(_INDEXES).fetchall()
        for name, _ in indexes:
            connection.execute(sql.SQL("DROP INDEX {}").format(sql.Identifier("ledger", name)))
        psycopg.ClientCursor(connection).execute(_SETTLE + _PAY, history.facts())
        for _, definition in indexes:
            connection.execute(definition)
    connection.execute("VACUUM (ANALYZE) ledger.transaction")
    connection.execute("VACUUM (ANALYZE) ledger.balance")


def ordinary(connection: psycopg.Connection[Any], history: History, how_many: int) -> list[Principal]:
    """Customers spread over the banks, none of them a merchant, nor the heavy one."""
    step = max(1, (history.people - 1) // how_many)
    found = connection.execute(
        "SELECT customer_id FROM public.cast_list WHERE no BETWEEN 1 AND %s AND no %% %s = 0 ORDER BY no LIMIT %s",
        (history.people - 1, step, how_many),
    )
    return [Principal("bench", "", "", Role.CUSTOMER, customer_id=row[0]) for row in found]


def heavy(connection: psycopg.Connection[Any]) -> Principal:
    """The customer with a twentieth of all payments."""
    row = connection.execute("SELECT customer_id FROM public.cast_list WHERE no = 0").fetchone()
    return Principal("bench", "", "", Role.CUSTOMER, customer_id=row and row[0])


def staff(connection: psycopg.Connection[Any]) -> Principal:
    """Somebody at the bank that holds the heavy account."""
    row = connection.execute("SELECT bank_id FROM public.cast_list WHERE no = 0").fetchone()
    return Principal("bench", "", "", Role.STAFF, bank_id=row and row[0])
