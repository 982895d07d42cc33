"""Summaries of transactions, searchable by words at once and by vector when embedded; and how far the indexer has come.

Way back: drop the four tables; `finlens reindex` makes their content anew.
"""

from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.execute("""
        CREATE TABLE rag.summary (
            id               uuid PRIMARY KEY,
            kind             text NOT NULL CHECK (kind IN ('month', 'counterparty', 'transaction')),
            -- what it is about, unique per account and kind: '2026-05', a counterparty's id, a transaction's id
            subject          text NOT NULL,
            -- a summary speaks of one account alone, so whoever may see the account may read it
            account_id       uuid NOT NULL,
            bank_id          uuid NOT NULL,
            customer_id      uuid NOT NULL,
            period_start     date NOT NULL,
            period_end       date NOT NULL,
            text             text NOT NULL,
            text_hash        bytea NOT NULL,
            transaction_ids  uuid[] NOT NULL,
            words            tsvector GENERATED ALWAYS AS (to_tsvector('english', text)) STORED,
            -- NULL until embedded, and again when the text has changed since
            embedding        vector(384),
            model            text,
            created_at       timestamptz NOT NULL DEFAULT now(),
            updated_at       timestamptz NOT NULL DEFAULT now(),
            CHECK (period_start < period_end),
            CHECK ((embedding IS NULL) = (model IS NULL)),
            CONSTRAINT one_summary_per_subject UNIQUE (account_id, kind, subject)
        )
    """)
    # Beside its row, not in a table of its own: an exact scan reads every vector in scope.
    op.execute("ALTER TABLE rag.summary ALTER COLUMN embedding SET STORAGE PLAIN")
    op.execute("CREATE INDEX summary_customer ON rag.summary (customer_id)")
    op.execute("CREATE INDEX summary_bank ON rag.summary (bank_id)")
    op.execute("CREATE INDEX summary_words ON rag.summary USING gin (words)")
    op.execute("CREATE INDEX summary_unembedded ON rag.summary (period_end DESC, id) WHERE embedding IS NULL")
    # One row per account whose texts may be out of date: the months (first days, in the customer's time zone).
    op.execute("""
        CREATE TABLE rag.stale (
            account_id  uuid PRIMARY KEY,
            months      date[] NOT NULL,
            marked_at   timestamptz NOT NULL DEFAULT now()
        )
    """)
    op.execute("CREATE TABLE rag.progress (consumer text PRIMARY KEY, seq bigint NOT NULL)")
    op.execute("INSERT INTO rag.progress VALUES ('summaries', 0)")
    # Numbers of the outbox below our position that were not there when we passed: their transactions had not committed.
    # They are gone for good once every transaction below `horizon` has ended.
    op.execute("CREATE TABLE rag.missing (seq bigint PRIMARY KEY, horizon xid8 NOT NULL)")
