"""Rollups of accounts know amounts beside categories and names, so that a median need not read every payment.

Way back: delete the rollups of accounts and give the table its check again. The job of the release before sums them
anew.
"""

from alembic import op

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '10s'")
    # They begin anew: the old ones know nothing of amounts.
    op.execute("DELETE FROM insights.rollup WHERE account_id IS NOT NULL")
    # Laid down by the sources with another list of arguments.
    op.execute("DROP FUNCTION IF EXISTS reporting.cells")
    # The amounts of a band have a form of their own, named after it.
    op.execute("""
        ALTER TABLE insights.rollup_cell
            DROP CONSTRAINT rollup_cell_form_check,
            ADD CONSTRAINT rollup_cell_form_check
                CHECK (form IN ('plain', 'part', 'whole', 'payee', 'band') OR form ~ '^[0-9]{3,4}$')
    """)
