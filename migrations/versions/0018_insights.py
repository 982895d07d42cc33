"""Alerts know when they were decided; a rule opens days once a statement, by triggers of other names.

Way back: drop the column. Nothing reads it that works without it.
"""

from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '10s'")
    op.execute("ALTER TABLE fraud.alert ADD COLUMN decided_at timestamptz")
    # The audit trail has known it all along.
    op.execute("""
        UPDATE fraud.alert a
           SET decided_at = e.at
          FROM (SELECT subject, max(at) AS at FROM identity.audit_event
                 WHERE action IN ('alert.confirmed', 'alert.dismissed') GROUP BY subject) e
         WHERE e.subject = 'alert:' || a.transaction_id AND a.status <> 'open'
    """)
    op.execute("DROP TRIGGER IF EXISTS opens_days ON insights.rule")
