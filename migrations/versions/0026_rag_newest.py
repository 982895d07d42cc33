"""Told and embedded first is what the newest payments wait for, to the instant. Lines have a place of their own in the
change log, so that none waits for what is retold.

Way back: delete the row of rag.progress; drop rag.stale's column newest and make it anew, with its index, as 0019 does;
drop rag.unembedded's is_jotted, name its newest begins again and make it a date, with its index as in 0022.
"""

from alembic import op

revision = "0026"
down_revision = "0025"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '10s'")
    op.execute("ALTER TABLE rag.stale DROP COLUMN newest")
    op.execute("DROP FUNCTION rag.newest")
    # When the newest of the payments occurred that the account waits to be told of.
    op.execute("ALTER TABLE rag.stale ADD COLUMN newest timestamptz NOT NULL DEFAULT 'epoch'")
    op.execute("ALTER TABLE rag.stale ALTER COLUMN newest DROP DEFAULT")
    op.execute("CREATE INDEX stale_first ON rag.stale (asked DESC, newest DESC, marked_at, account_id)")
    op.execute("DROP INDEX rag.unembedded_first")
    # When the newest payment occurred, as far as is known, that made a summary of this gist wait; and whether a new
    # payment was jotted down with it, which nothing else finds by its meaning.
    op.execute("ALTER TABLE rag.unembedded RENAME COLUMN begins TO newest")
    op.execute("ALTER TABLE rag.unembedded ALTER COLUMN newest TYPE timestamptz")
    op.execute("ALTER TABLE rag.unembedded ADD COLUMN is_jotted boolean NOT NULL DEFAULT false")
    op.execute("""
        CREATE INDEX unembedded_first
            ON rag.unembedded (asked DESC, is_jotted DESC, newest DESC, marked_at, gist_hash)
    """)
    op.execute("CREATE INDEX unembedded_jotted ON rag.unembedded (gist_hash) WHERE is_jotted")
    op.execute("""
        INSERT INTO rag.progress (consumer, position)
        SELECT 'jottings', position FROM rag.progress WHERE consumer = 'summaries'
    """)
