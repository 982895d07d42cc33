"""Summaries know the days of the payments they speak of, so that a period narrows what a hit tells of.

Way back: create reporting.summary without transaction_days, then drop the column.
"""

from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '10s'")
    # In the order of transaction_ids, in the customer's time zone.
    op.execute("ALTER TABLE rag.summary ADD COLUMN transaction_days date[] NOT NULL DEFAULT '{}'")
    op.execute("ALTER TABLE rag.summary ALTER COLUMN transaction_days DROP DEFAULT")
    # Written anew, they get their days; texts that come out the same keep their vectors.
    op.execute("UPDATE rag.progress SET position = 0 WHERE consumer = 'summaries'")
