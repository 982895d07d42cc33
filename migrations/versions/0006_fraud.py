"""Reporting limits, scores with their reasons, alerts, and labels that people (or a demo) have put on payments.

Way back: drop the four tables.
"""

from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    # Amounts from which somebody has to be told, so that people who hide stay just below. Operators may add rows.
    op.execute("""
        CREATE TABLE fraud.reporting_limit (
            currency     char(3) NOT NULL,
            limit_minor  bigint NOT NULL CHECK (limit_minor > 0),
            reason       text NOT NULL,
            PRIMARY KEY (currency, limit_minor)
        )
    """)
    op.execute("""
        INSERT INTO fraud.reporting_limit VALUES
            ('INR', 5000000, 'PAN must be quoted from INR 50,000 (Income-tax Rules, rule 114B)'),
            ('INR', 100000000, 'cash transaction report from INR 10 lakh (PML Rules, rule 3)'),
            ('EUR', 1000000, 'cash is declared from EUR 10,000 (Regulation (EU) 2018/1672, article 3)'),
            ('USD', 1000000, 'currency transaction report from USD 10,000 (31 CFR 1010.311)'),
            ('CZK', 27000000, 'no cash above CZK 270,000 (act 254/2004)')
    """)
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
            -- an alert is about one payment and known by its id
            transaction_id  uuid PRIMARY KEY,
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
