"""Suggestions that their holder does not want, and suggestions found by account.

Way back: drop the table and the index; what was dismissed is suggested again.
"""

from alembic import op

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '10s'")
    # By payee, not by payment: the next payment to them is not to be suggested for again.
    op.execute("""
        CREATE TABLE insights.dismissal (
            customer_id   uuid NOT NULL,
            counterparty  text NOT NULL,
            category      text NOT NULL,
            at            timestamptz NOT NULL DEFAULT now(),
            PRIMARY KEY (customer_id, counterparty, category)
        )
    """)
    op.execute("CREATE INDEX suggestion_account ON insights.suggestion (account_id)")
