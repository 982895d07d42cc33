"""One vector for each gist, whoever it is told of; which gist finds a summary; payments jotted down as they come.

Way back: make rag.vector and rag.unembedded as 0019 does, with a vector for each row of rag.meaning; drop rag.meaning
and the column is_jotted, with the summaries that have it; `finlens reindex` does the rest.
"""

from alembic import op

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '10s'")
    op.execute("DROP VIEW IF EXISTS reporting.summary, reporting.vector, reporting.embedding_model")
    op.execute("ALTER TABLE rag.vector RENAME TO vector_of_summary")
    # A node in the graph costs more than the embedding: equal gists, of which there are many, share one.
    op.execute("""
        CREATE TABLE rag.vector (
            gist_hash  bytea PRIMARY KEY,
            model      text NOT NULL,
            embedding  vector NOT NULL,
            dimension  integer GENERATED ALWAYS AS (vector_dims(embedding)) STORED
        )
    """)
    # In its row as long as it fits: an exact scan reads every vector in scope.
    op.execute("ALTER TABLE rag.vector ALTER COLUMN embedding SET STORAGE MAIN")
    op.execute("""
        INSERT INTO rag.vector (gist_hash, model, embedding)
        SELECT DISTINCT ON (gist_hash) gist_hash, model, embedding FROM rag.vector_of_summary
    """)
    op.execute("CREATE INDEX ON rag.vector (model)")
    op.execute("""
        CREATE TABLE rag.meaning (
            summary_id   uuid PRIMARY KEY REFERENCES rag.summary ON DELETE CASCADE,
            bank_id      uuid NOT NULL,
            customer_id  uuid,
            -- of the vector that finds the summary: another hash than its own until its own gist has a vector
            gist_hash    bytea NOT NULL REFERENCES rag.vector
        )
    """)
    op.execute("""
        INSERT INTO rag.meaning (summary_id, bank_id, customer_id, gist_hash)
        SELECT summary_id, bank_id, customer_id, gist_hash FROM rag.vector_of_summary
    """)
    op.execute("DROP TABLE rag.vector_of_summary")
    op.execute("CREATE INDEX meaning_customer ON rag.meaning (customer_id)")
    op.execute("CREATE INDEX meaning_bank ON rag.meaning (bank_id)")
    op.execute("CREATE INDEX meaning_gist ON rag.meaning (gist_hash, bank_id)")
    op.execute("CREATE INDEX summary_gist ON rag.summary (gist_hash)")
    op.execute("DROP TABLE rag.unembedded")
    op.execute("""
        CREATE TABLE rag.unembedded (
            gist_hash  bytea PRIMARY KEY,
            -- the latest day that a summary of this gist begins with
            begins     date NOT NULL,
            asked      bigint NOT NULL DEFAULT 0,
            marked_at  timestamptz NOT NULL DEFAULT now(),
            -- by whoever embeds it now, unless that was too long ago
            taken_at   timestamptz
        )
    """)
    op.execute("CREATE INDEX unembedded_first ON rag.unembedded (asked DESC, begins DESC, marked_at, gist_hash)")
    op.execute("""
        INSERT INTO rag.unembedded (gist_hash, begins)
        SELECT s.gist_hash, max(s.period_start)
          FROM rag.summary s
          LEFT JOIN rag.meaning m ON m.summary_id = s.id
         WHERE m.gist_hash IS DISTINCT FROM s.gist_hash
         GROUP BY s.gist_hash
    """)
    # Told in one line as soon as it is heard of, and no more once its month is told.
    op.execute("ALTER TABLE rag.summary ADD COLUMN is_jotted boolean NOT NULL DEFAULT false")
    op.execute("CREATE INDEX summary_jotted ON rag.summary (created_at) WHERE is_jotted")
    # In its row as long as it fits: out of it, each word of a question would fetch it again.
    op.execute("""
        ALTER TABLE rag.summary
         DROP COLUMN words,
          ADD COLUMN words tsvector STORAGE MAIN
              GENERATED ALWAYS AS (to_tsvector('english', translate(text, '“”₹', '   '))) STORED
    """)
    op.execute("CREATE INDEX summary_words ON rag.summary USING gin (words)")
