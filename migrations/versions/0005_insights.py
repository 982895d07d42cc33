"""What an account holder says of a payment: it leaves the posted row, and the other side's view, as they are.

Way back: drop the table.
"""

from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.execute("""
        CREATE TABLE insights.annotation (
            transaction_id  uuid NOT NULL,
            account_id      uuid NOT NULL,
            category        text,
            note            text,
            updated_at      timestamptz NOT NULL DEFAULT now(),
            version         integer NOT NULL DEFAULT 1,
            PRIMARY KEY (transaction_id, account_id)
        )
    """)
