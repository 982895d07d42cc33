"""Scores with their reasons, alerts, and labels that people (or a demo) have put on payments.

Way back: drop the three tables.
"""

from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.execute("""
        CREATE TABLE fraud.score (
            transaction_id  uuid PRIMARY KEY,
            account_id      uuid NOT NULL,
            points          integer NOT NULL CHECK (points BETWEEN 0 AND 99),
            -- [{"code", "points", "facts": {...}, "transaction_ids": [...]}], strongest first
            reasons         jsonb NOT NULL,
            scored_at       timestamptz NOT NULL DEFAULT now()
        )
    """)
    op.execute("""
        CREATE TABLE fraud.alert (
            id              uuid PRIMARY KEY,
            transaction_id  uuid NOT NULL UNIQUE,
            account_id      uuid NOT NULL,
            bank_id         uuid NOT NULL,
            points          integer NOT NULL,
            status          text NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'confirmed', 'dismissed')),
            occurred_at     timestamptz NOT NULL,
            created_at      timestamptz NOT NULL DEFAULT now()
        )
    """)
    op.execute("CREATE INDEX alert_bank ON fraud.alert (bank_id, occurred_at)")
    op.execute("CREATE INDEX alert_account ON fraud.alert (account_id, occurred_at)")
    op.execute("""
        CREATE TABLE fraud.label (
            transaction_id  uuid PRIMARY KEY,
            is_fraud        boolean NOT NULL,
            typology        text NOT NULL,
            source          text NOT NULL,
            labelled_at     timestamptz NOT NULL
        )
    """)
