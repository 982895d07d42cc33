"""The reporting views (`views.sql`) as SQLAlchemy sees them. A test compares the columns with the database's own."""

from sqlalchemy import BigInteger, Boolean, Date, DateTime, Integer, Numeric, SmallInteger, Text, Uuid, column, table
from sqlalchemy.dialects.postgresql import JSONB

ENTRY = table(
    "entry",
    column("transaction_id", Uuid),
    column("account_id", Uuid),
    column("bank_id", Uuid),
    column("bank", Text),
    column("customer_id", Uuid),
    column("account", Text),
    column("counterparty_account_id", Uuid),
    column("counterparty_bank_id", Uuid),
    column("counterparty_customer_id", Uuid),
    column("counterparty", Text),
    column("direction", Text),
    column("amount_minor", BigInteger),
    column("currency", Text),
    column("status", Text),
    column("failure_code", Text),
    column("description", Text),
    column("note", Text),
    column("category", Text),
    column("channel", Text),
    column("occurred_at", DateTime(timezone=True)),
    column("posted_at", DateTime(timezone=True)),
    column("reverses_id", Uuid),
    column("is_own_transfer", Boolean),
    column("spend_minor", BigInteger),
    column("income_minor", BigInteger),
    column("balance_after_minor", BigInteger),
    column("version", BigInteger),
    column("hold_id", Uuid),
    column("split_as_id", Uuid),
    column("parts", JSONB),
    column("suggested_category", Text),
    schema="reporting",
)
"""One row per side of each transaction."""

ENTRY_SENT, ENTRY_RECEIVED = (
    table(name, *(column(c.name, c.type) for c in ENTRY.c), schema="reporting")
    for name in ("entry_sent", "entry_received")
)
"""The two sides of it apart."""

ENTRY_PART = table("entry_part", *(column(c.name, c.type) for c in ENTRY.c), schema="reporting")
"""The same, and one row per part where a side is split over several categories."""

ACCOUNT = table(
    "account",
    column("account_id", Uuid),
    column("bank_id", Uuid),
    column("customer_id", Uuid),
    column("kind", Text),
    column("number", Text),
    column("name", Text),
    column("currency", Text),
    column("opened_on", Date),
    column("closed_on", Date),
    column("bank", Text),
    column("customer", Text),
    column("time_zone", Text),
    column("posted_minor", BigInteger),
    column("pending_out_minor", BigInteger),
    column("available_minor", BigInteger),
    schema="reporting",
)
"""One row per account, with its balance."""

ALERT = table(
    "alert",
    column("transaction_id", Uuid),
    column("status", Text),
    column("points", Integer),
    column("reasons", JSONB),
    column("created_at", DateTime(timezone=True)),
    column("decided_at", DateTime(timezone=True)),
    schema="reporting",
)
"""One row per payment that was flagged: the columns that figures need. `core/fraud` lays the view."""

CELL = table(
    "cell",
    column("rollup_id", Integer),
    column("form", Text),
    column("months", SmallInteger),
    column("day", Date),
    column("currency", Text),
    column("label", Text),
    column("direction", Text),
    column("is_refund", Boolean),
    column("is_own_transfer", Boolean),
    column("is_inside", Boolean),
    column("entries", BigInteger),
    column("total_minor", Numeric),
    column("smallest_minor", BigInteger),
    column("largest_minor", BigInteger),
    schema="reporting",
)
"""Sums of rollups (`rollups.sql`), of which `reporting.to_read` says which ones are to be read together."""
