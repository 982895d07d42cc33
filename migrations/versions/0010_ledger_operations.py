"""What a payment may be besides posted: reversed, captured from a hold, accepted for later. The outbox says who asked.

Way back: drop the columns and indexes.
"""

from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '10s'")
    op.execute("ALTER TABLE ledger.transaction ADD COLUMN hold_id uuid")
    # Partial: ordinary payments, nearly all, pay for none of the three.
    op.execute("""
        CREATE INDEX transaction_reverses ON ledger.transaction (reverses_id) WHERE reverses_id IS NOT NULL
    """)
    op.execute("CREATE INDEX transaction_hold ON ledger.transaction (hold_id) WHERE hold_id IS NOT NULL")
    op.execute("""
        CREATE INDEX transaction_undecided ON ledger.transaction (created_at, id)
         WHERE status IN ('pending', 'processing')
    """)
    # added: the transaction is new; modified: it was known before (an accepted one is decided).
    op.execute("""
        ALTER TABLE ledger.outbox
          ADD COLUMN kind text NOT NULL DEFAULT 'added' CHECK (kind IN ('added', 'modified')),
          ADD COLUMN actor text,
          ADD COLUMN trace_id text
    """)
