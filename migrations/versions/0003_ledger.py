"""Balances, transactions and the outbox. The application may read them; only ledger.apply_transfers writes money.

Way back: drop the three tables (and every payment with them).
"""

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    # Narrow and half full, so that a balance update stays on its page and touches no index.
    op.execute("""
        CREATE TABLE ledger.balance (
            account_id         uuid NOT NULL,
            bank_id            uuid NOT NULL,
            currency           char(3) NOT NULL,
            posted_minor       bigint NOT NULL DEFAULT 0,
            pending_out_minor  bigint NOT NULL DEFAULT 0 CHECK (pending_out_minor >= 0),
            floor_minor        bigint NOT NULL DEFAULT 0,
            is_closed          boolean NOT NULL DEFAULT false,
            version            bigint NOT NULL DEFAULT 0,
            PRIMARY KEY (account_id, bank_id),
            FOREIGN KEY (account_id, bank_id) REFERENCES banking.account,
            CONSTRAINT balance_above_floor CHECK (posted_minor - pending_out_minor >= floor_minor)
        ) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.02)
    """)
    # One row is both entries of a transfer: it carries the balance after on either side. No foreign key leads to the
    # receiver's account: it may live on another bank's server one day; apply_transfers has checked and locked both.
    op.execute("""
        CREATE TABLE ledger.transaction (
            id                            uuid NOT NULL,
            sender_bank_id                uuid NOT NULL,
            sender_account_id             uuid NOT NULL,
            receiver_account_id           uuid NOT NULL,
            amount_minor                  bigint NOT NULL CHECK (amount_minor BETWEEN 1 AND 1000000000000000),
            currency                      char(3) NOT NULL,
            status                        text NOT NULL
                CHECK (status IN ('pending', 'processing', 'success', 'failed')),
            failure_code                  text,
            shortfall_minor               bigint,
            description                   text NOT NULL DEFAULT '',
            category                      text,
            channel                       text NOT NULL DEFAULT 'transfer',
            reverses_id                   uuid,
            occurred_at                   timestamptz NOT NULL,
            posted_at                     timestamptz,
            created_at                    timestamptz NOT NULL DEFAULT now(),
            sender_balance_after_minor    bigint,
            receiver_balance_after_minor  bigint,
            sender_version                bigint,
            receiver_version              bigint,
            -- fingerprints of (client, Idempotency-Key) and of the request they came with
            key_fingerprint               uuid NOT NULL,
            request_fingerprint           uuid NOT NULL,
            PRIMARY KEY (id, sender_bank_id),
            CHECK (sender_account_id <> receiver_account_id),
            CHECK ((status = 'failed') = (failure_code IS NOT NULL)),
            CHECK ((status = 'success') = (posted_at IS NOT NULL))
        )
    """)
    # Every index costs each payment: these serve idempotency and both sides' history, nothing else earned a place.
    # The key alone is unique: with the bank beside it, one key could post once at each of two banks.
    op.execute("CREATE UNIQUE INDEX transaction_key ON ledger.transaction (key_fingerprint)")
    op.execute("CREATE INDEX transaction_sender ON ledger.transaction (sender_account_id, occurred_at)")
    op.execute("CREATE INDEX transaction_receiver ON ledger.transaction (receiver_account_id, occurred_at)")
    op.execute("""
        CREATE TABLE ledger.outbox (
            seq             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            transaction_id  uuid NOT NULL,
            sender_account_id    uuid NOT NULL,
            receiver_account_id  uuid NOT NULL,
            occurred_at     timestamptz NOT NULL,
            created_at      timestamptz NOT NULL DEFAULT now()
        )
    """)
