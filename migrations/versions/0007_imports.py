"""Import batches and every raw row they read.

Way back: drop both tables; posted transactions stay.
"""

from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.execute("""
        CREATE TABLE imports.batch (
            id           uuid PRIMARY KEY,
            profile      text NOT NULL,
            files        text[] NOT NULL,
            actor        text NOT NULL,
            started_at   timestamptz NOT NULL DEFAULT now(),
            finished_at  timestamptz,
            read_count      integer NOT NULL DEFAULT 0,
            posted_count    integer NOT NULL DEFAULT 0,
            matched_count   integer NOT NULL DEFAULT 0,
            rejected_count  integer NOT NULL DEFAULT 0
        )
    """)
    op.execute("""
        CREATE TABLE imports.row (
            batch_id        uuid NOT NULL REFERENCES imports.batch,
            file            text NOT NULL,
            line            integer NOT NULL,
            raw             text NOT NULL,
            outcome         text NOT NULL CHECK (outcome IN ('posted', 'matched', 'rejected')),
            reason          text,
            transaction_id  uuid,
            PRIMARY KEY (batch_id, file, line)
        )
    """)
