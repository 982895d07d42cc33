"""Vectors in a table of their own, each with its model and dimension; series, cases and weeks; who asks.

Way back: drop the tables made here and the columns gist and gist_hash, delete summaries of the new kinds, and give
rag.summary its columns embedding and model again as 0008 does; `finlens reindex` fills them.
"""

from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '10s'")
    op.execute("DROP VIEW IF EXISTS reporting.summary")
    op.execute("""
        ALTER TABLE rag.summary
         -- a case is for those who work on alerts, and a week is a bank's: no customer reads them
         ALTER COLUMN customer_id DROP NOT NULL,
         ALTER COLUMN account_id DROP NOT NULL,
          DROP CONSTRAINT summary_kind_check,
          DROP CONSTRAINT one_summary_per_subject,
           ADD CHECK (kind IN ('month', 'counterparty', 'transaction', 'series', 'case', 'week')),
           ADD CHECK (kind NOT IN ('case', 'week') OR customer_id IS NULL),
           ADD CONSTRAINT one_summary_per_subject UNIQUE NULLS NOT DISTINCT (account_id, kind, subject, bank_id),
           -- what of the text has a meaning: no figures, no names of account holders. This is embedded.
           ADD COLUMN gist text NOT NULL DEFAULT '',
           ADD COLUMN gist_hash bytea NOT NULL DEFAULT '',
           -- of each transaction, in the order of transaction_ids
           ADD COLUMN transaction_amounts_minor bigint[] NOT NULL DEFAULT '{}',
           ADD COLUMN transaction_counterparties uuid[] NOT NULL DEFAULT '{}'
    """)
    # Beside the summaries, not among their columns: a text changes with every payment, its gist seldom does, and each
    # new version of a row would be one more node in the graph of vectors.
    op.execute("""
        CREATE TABLE rag.vector (
            summary_id   uuid PRIMARY KEY REFERENCES rag.summary ON DELETE CASCADE,
            bank_id      uuid NOT NULL,
            customer_id  uuid,
            -- of what was embedded: another hash than the summary's means that a newer vector is on its way
            gist_hash    bytea NOT NULL,
            model        text NOT NULL,
            embedding    vector NOT NULL,
            dimension    integer GENERATED ALWAYS AS (vector_dims(embedding)) STORED
        )
    """)
    # In its row as long as it fits: an exact scan reads every vector in scope.
    op.execute("ALTER TABLE rag.vector ALTER COLUMN embedding SET STORAGE MAIN")
    op.execute("CREATE INDEX vector_customer ON rag.vector (customer_id)")
    op.execute("CREATE INDEX vector_bank ON rag.vector (bank_id)")
    op.execute("CREATE INDEX vector_gist ON rag.vector (gist_hash)")
    op.execute("CREATE INDEX vector_model ON rag.vector (model)")
    # Names of the models that there are vectors of: more than one while another takes over.
    op.execute("CREATE TABLE rag.model (name text PRIMARY KEY, dimension integer NOT NULL)")
    op.execute("""
        CREATE TABLE rag.unembedded (
            summary_id  uuid PRIMARY KEY,
            period_end  date NOT NULL,
            asked       bigint NOT NULL DEFAULT 0,
            marked_at   timestamptz NOT NULL DEFAULT now()
        )
    """)
    op.execute("CREATE INDEX unembedded_first ON rag.unembedded (asked DESC, period_end DESC, summary_id)")
    # What is told of an account's series, and of a bank's week, takes longer to find out: once in a while is enough.
    op.execute("""
        CREATE TABLE rag.stale_series (
            account_id  uuid PRIMARY KEY,
            marked_at   timestamptz NOT NULL DEFAULT now()
        )
    """)
    op.execute("""
        CREATE TABLE rag.stale_week (
            bank_id    uuid NOT NULL,
            week       date NOT NULL,
            marked_at  timestamptz NOT NULL DEFAULT now(),
            PRIMARY KEY (bank_id, week)
        )
    """)
    op.execute("""
        ALTER TABLE rag.stale
          ADD COLUMN counterparties uuid[] NOT NULL DEFAULT '{}',
          -- questions that its holder asked lately
          ADD COLUMN asked bigint NOT NULL DEFAULT 0
    """)
    op.execute("""
        CREATE FUNCTION rag.newest(date[]) RETURNS date LANGUAGE sql IMMUTABLE
        RETURN (SELECT max(d) FROM unnest($1) d)
    """)
    op.execute("ALTER TABLE rag.stale ADD COLUMN newest date GENERATED ALWAYS AS (rag.newest(months)) STORED")
    op.execute("CREATE INDEX stale_first ON rag.stale (asked DESC, newest DESC, marked_at, account_id)")
    op.execute("CREATE TABLE rag.renamed (customer_id uuid PRIMARY KEY, marked_at timestamptz NOT NULL DEFAULT now())")
    # Customers who ask: their summaries come first.
    op.execute("""
        CREATE TABLE rag.asker (
            id         uuid PRIMARY KEY,
            questions  bigint NOT NULL,
            asked_at   timestamptz NOT NULL
        )
    """)
    # The vectors of whole texts serve until those of the gists are there.
    op.execute("""
        INSERT INTO rag.vector (summary_id, bank_id, customer_id, gist_hash, model, embedding)
        SELECT id, bank_id, customer_id, text_hash, model, embedding FROM rag.summary WHERE embedding IS NOT NULL
    """)
    op.execute("INSERT INTO rag.model SELECT DISTINCT model, dimension FROM rag.vector")
    op.execute("DROP INDEX rag.summary_unembedded")
    op.execute("ALTER TABLE rag.summary DROP COLUMN embedding, DROP COLUMN model")
    # Unknown until each is written anew.
    op.execute("""
        UPDATE rag.summary
           SET transaction_amounts_minor = array_fill(NULL::bigint, ARRAY[cardinality(transaction_ids)]),
               transaction_counterparties = array_fill(NULL::uuid, ARRAY[cardinality(transaction_ids)])
    """)
    op.execute("""
        ALTER TABLE rag.summary
         ALTER COLUMN gist DROP DEFAULT, ALTER COLUMN gist_hash DROP DEFAULT,
         ALTER COLUMN transaction_amounts_minor DROP DEFAULT, ALTER COLUMN transaction_counterparties DROP DEFAULT
    """)
    # Where the database's locale is C, a typographic quote is part of the word beside it.
    op.execute("""
        ALTER TABLE rag.summary
         DROP COLUMN words,
          ADD COLUMN words tsvector GENERATED ALWAYS AS (to_tsvector('english', translate(text, '“”₹', '   '))) STORED
    """)
    op.execute("CREATE INDEX summary_words ON rag.summary USING gin (words)")
    op.execute("UPDATE rag.progress SET position = 0 WHERE consumer = 'summaries'")
