"""Holds, and transfers that wait for their day.

Way back: drop both tables, once no balance has anything pending (void the holds first).
"""

from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.execute("""
        CREATE TABLE ledger.hold (
            id                   uuid NOT NULL,
            -- the payer's
            bank_id              uuid NOT NULL,
            account_id           uuid NOT NULL,
            receiver_account_id  uuid NOT NULL,
            amount_minor         bigint NOT NULL CHECK (amount_minor BETWEEN 1 AND 1000000000000000),
            captured_minor       bigint NOT NULL DEFAULT 0,
            currency             char(3) NOT NULL,
            status               text NOT NULL DEFAULT 'active'
                CHECK (status IN ('active', 'captured', 'voided', 'expired')),
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
            CHECK (account_id <> receiver_account_id),
            CHECK (captured_minor BETWEEN 0 AND amount_minor),
            CHECK ((status = 'active') = (ended_at IS NULL)),
            CHECK (status <> 'captured' OR captured_minor > 0),
            CONSTRAINT hold_key UNIQUE (key_fingerprint)
        )
    """)
    op.execute("CREATE INDEX hold_account ON ledger.hold (account_id, id)")
    op.execute("CREATE INDEX hold_receiver ON ledger.hold (receiver_account_id, id)")
    op.execute("CREATE INDEX hold_expiry ON ledger.hold (expires_at) WHERE status = 'active'")
    op.execute("""
        CREATE TABLE ledger.schedule (
            id                   uuid NOT NULL,
            -- the sender's
            bank_id              uuid NOT NULL,
            -- Principal.subject of whoever set it up: its payments are made in their name
            owner                text NOT NULL,
            sender_account_id    uuid NOT NULL,
            receiver_account_id  uuid NOT NULL,
            amount_minor         bigint NOT NULL CHECK (amount_minor BETWEEN 1 AND 1000000000000000),
            currency             char(3) NOT NULL,
            description          text NOT NULL DEFAULT '',
            category             text,
            first_on             date NOT NULL,
            every                text CHECK (every IN ('week', 'month', 'year')),
            until                date,
            time_zone            text NOT NULL,
            status               text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'done', 'cancelled')),
            -- why it was cancelled, where not by a person
            failure_code         text,
            -- how many of its days have been dealt with; the next is that many steps after first_on
            days_done            integer NOT NULL DEFAULT 0,
            next_on              date,
            -- the beginning of next_on where the customer lives
            due_at               timestamptz,
            created_at           timestamptz NOT NULL DEFAULT now(),
            ended_at             timestamptz,
            key_fingerprint      uuid NOT NULL,
            request_fingerprint  uuid NOT NULL,
            version              bigint NOT NULL DEFAULT 1,
            PRIMARY KEY (id, bank_id),
            CHECK (sender_account_id <> receiver_account_id),
            CHECK (until >= first_on),
            CHECK ((status = 'active') = (ended_at IS NULL)),
            CHECK ((status = 'active') = (next_on IS NOT NULL)),
            CHECK ((status = 'active') = (due_at IS NOT NULL)),
            CONSTRAINT schedule_key UNIQUE (key_fingerprint)
        )
    """)
    op.execute("CREATE INDEX schedule_sender ON ledger.schedule (sender_account_id, id)")
    op.execute("CREATE INDEX schedule_due ON ledger.schedule (due_at) WHERE status = 'active'")
