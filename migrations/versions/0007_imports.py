"""Import batches, every raw row they read, and the balances that did not agree.

Way back: drop the three tables; posted transactions stay.
"""

from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.execute("""
        CREATE TABLE imports.batch (
            id              uuid PRIMARY KEY,
            profile         text NOT NULL,
            files           text[] NOT NULL,
            actor           text NOT NULL,
            started_at      timestamptz NOT NULL DEFAULT now(),
            -- stays empty when the import was stopped: what is counted here was committed all the same
            finished_at     timestamptz,
            read_count      integer NOT NULL DEFAULT 0,
            posted_count    integer NOT NULL DEFAULT 0,
            matched_count   integer NOT NULL DEFAULT 0,
            rejected_count  integer NOT NULL DEFAULT 0,
            skipped_count   integer NOT NULL DEFAULT 0
        )
    """)
    op.execute("""
        CREATE TABLE imports.row (
            batch_id        uuid NOT NULL REFERENCES imports.batch,
            file            text NOT NULL,
            line            integer NOT NULL,
            raw             text NOT NULL,
            outcome         text NOT NULL CHECK (outcome IN ('posted', 'matched', 'rejected', 'skipped')),
            reason          text,
            -- what it was posted as, or which known transaction it is
            transaction_id  uuid,
            PRIMARY KEY (batch_id, file, line),
            CHECK ((outcome IN ('posted', 'matched')) = (transaction_id IS NOT NULL)),
            CHECK ((outcome IN ('rejected', 'skipped')) = (reason IS NOT NULL))
        )
    """)
    op.execute("""
        CREATE TABLE imports.balance_difference (
            batch_id        uuid NOT NULL REFERENCES imports.batch,
            file            text NOT NULL,
            line            integer NOT NULL,
            account         text NOT NULL,
            currency        char(3) NOT NULL,
            stated_minor    bigint NOT NULL,
            expected_minor  bigint NOT NULL,
            PRIMARY KEY (batch_id, file, line)
        )
    """)
