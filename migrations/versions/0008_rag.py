"""Summaries of transactions, searchable by words at once and by vector when embedded.

Way back: drop both tables; `finlens reindex` makes their content anew.
"""

from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.execute("""
        CREATE TABLE rag.summary (
            id               uuid PRIMARY KEY,
            kind             text NOT NULL,
            -- what the summary is about, unique per kind and owner: '2026-05' for a month
            subject          text NOT NULL,
            customer_id      uuid NOT NULL,
            period_start     date NOT NULL,
            period_end       date NOT NULL,
            text             text NOT NULL,
            text_hash        bytea NOT NULL,
            transaction_ids  uuid[] NOT NULL,
            words            tsvector GENERATED ALWAYS AS (to_tsvector('english', text)) STORED,
            -- NULL until embedded, or when the text has changed since
            embedding        vector(384),
            model            text,
            created_at       timestamptz NOT NULL DEFAULT now(),
            updated_at       timestamptz NOT NULL DEFAULT now(),
            UNIQUE (customer_id, kind, subject)
        )
    """)
    op.execute("CREATE INDEX summary_words ON rag.summary USING gin (words)")
    op.execute("CREATE INDEX summary_unembedded ON rag.summary (updated_at) WHERE embedding IS NULL")
    op.execute("""
        CREATE TABLE rag.stale (
            customer_id  uuid NOT NULL,
            month        date NOT NULL,
            marked_at    timestamptz NOT NULL DEFAULT now(),
            PRIMARY KEY (customer_id, month)
        )
    """)
    op.execute("CREATE TABLE rag.progress (consumer text PRIMARY KEY, seq bigint NOT NULL)")
