"""The indexer follows the change log, whose positions have no gaps to remember.

Way back: create rag.missing again as 0008 does, name the column seq, and set it to 0.
"""

from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '10s'")
    op.execute("DROP TABLE rag.missing")
    op.execute("ALTER TABLE rag.progress RENAME COLUMN seq TO position")
    # The relay tells of all that the outbox has kept. Texts that come out the same keep their vectors.
    op.execute("UPDATE rag.progress SET position = 0")
