"""The change log: what the relay makes of the outbox, in an order that clients can follow.

Way back: drop the table.
"""

from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.execute("""
        CREATE TABLE ledger.change (
            -- given by the one relay after the commit: whoever has read up to here misses nothing
            position        bigint PRIMARY KEY,
            account_id      uuid NOT NULL,
            bank_id         uuid NOT NULL,
            transaction_id  uuid NOT NULL,
            kind            text NOT NULL CHECK (kind IN ('added', 'modified')),
            actor           text,
            trace_id        text,
            at              timestamptz NOT NULL
        )
    """)
    op.execute("CREATE INDEX change_account ON ledger.change (account_id, position)")
    op.execute("CREATE INDEX change_bank ON ledger.change (bank_id, position)")
