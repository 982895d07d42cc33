"""Holds, and transfers that wait for their day.

Way back: drop the tables.
"""

from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.execute("""
        CREATE TABLE ledger.hold (
            id                   uuid NOT NULL,
            bank_id              uuid NOT NULL,
            account_id           uuid NOT NULL,
            receiver_account_id  uuid NOT NULL,
            amount_minor         bigint NOT NULL CHECK (amount_minor BETWEEN 1 AND 1000000000000000),
            captured_minor       bigint NOT NULL DEFAULT 0,
            currency             char(3) NOT NULL,
            status               text NOT NULL CHECK (status IN ('active', 'captured', 'voided', 'expired')),
            description          text NOT NULL DEFAULT '',
            category             text,
            channel              text NOT NULL DEFAULT 'card',
            created_at           timestamptz NOT NULL DEFAULT now(),
            expires_at           timestamptz NOT NULL,
            ended_at             timestamptz,
            key_fingerprint      uuid NOT NULL,
            request_fingerprint  uuid NOT NULL,
            version              bigint NOT NULL DEFAULT 1,
            PRIMARY KEY (id, bank_id),
            CHECK (captured_minor BETWEEN 0 AND amount_minor),
            CHECK ((status = 'active') = (ended_at IS NULL)),
            CONSTRAINT hold_key UNIQUE (key_fingerprint)
        )
    """)
