"""Alerts know when they were decided; rollups of accounts know names beside categories.

Way back: drop the column of alerts; delete the rollups, rename `label`, and give the table its key and its check again.
The job of the release before sums them anew.
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
    # Laid down by the sources under other names: one for each kind of statement.
    op.execute("DROP TRIGGER IF EXISTS opens_days ON insights.rule")
    # Those of accounts begin anew: they are to hold names, of which the old ones know nothing.
    op.execute("DELETE FROM insights.rollup WHERE account_id IS NOT NULL")
    op.execute("DROP FUNCTION IF EXISTS reporting.cells, insights.entries_of, insights.side_of")
    op.execute("ALTER TABLE insights.rollup_cell RENAME COLUMN category TO label")
    # Forms first: a question reads the cells of its own form and none of the others.
    op.execute("""
        ALTER TABLE insights.rollup_cell
            DROP CONSTRAINT rollup_cell_pkey,
            ADD PRIMARY KEY (rollup_id, form, is_month, day, currency, label, direction, is_refund, is_own_transfer,
                             is_inside),
            DROP CONSTRAINT rollup_cell_form_check,
            ADD CONSTRAINT rollup_cell_form_check CHECK (form IN ('plain', 'part', 'whole', 'payee'))
    """)
