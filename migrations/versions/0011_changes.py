"""The change log that the relay makes of the outbox, and the chains that show whether somebody altered the records.

Way back: drop ledger.change, ledger.chain_head and fraud.unscored, and the columns added to the outbox and audit_event.
"""

from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '10s'")
    # status: the payment's, as of this event. account_id: only this side is told (of its own annotation).
    op.execute("ALTER TABLE ledger.outbox ADD COLUMN status text, ADD COLUMN account_id uuid")
    op.execute("UPDATE ledger.outbox o SET status = t.status FROM ledger.transaction t WHERE t.id = o.transaction_id")
    # A queue: what was taken is to be swept away often, or each look for its beginning walks over it.
    op.execute("""
        ALTER TABLE ledger.outbox
          SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 10000,
               autovacuum_vacuum_cost_delay = 0)
    """)
    op.execute("""
        CREATE TABLE ledger.change (
            -- given by the one relay after the commit: whoever has read up to here misses nothing
            position             bigint PRIMARY KEY,
            account_id           uuid NOT NULL,
            bank_id              uuid NOT NULL,
            transaction_id       uuid NOT NULL,
            kind                 text NOT NULL CHECK (kind IN ('added', 'modified')),
            -- the payment as it was then, from this account's side
            status               text NOT NULL,
            amount_minor         bigint NOT NULL,
            -- of the account, where this change moved its balance
            balance_after_minor  bigint,
            version              bigint,
            occurred_at          timestamptz NOT NULL,
            at                   timestamptz NOT NULL,
            actor                text,
            trace_id             text,
            -- of what never changes in a payment; see ledger.wording
            wording              bytea NOT NULL,
            -- of this row and of the account's row before it
            digest               bytea NOT NULL,
            CHECK ((version IS NULL) = (balance_after_minor IS NULL))
        )
    """)
    op.execute("CREATE INDEX change_account ON ledger.change (account_id, position)")
    op.execute("CREATE INDEX change_bank ON ledger.change (bank_id, position)")
    # Where each log ends: a tail that was cut off leaves no gap behind.
    op.execute("CREATE TABLE ledger.chain_head (log text PRIMARY KEY, position bigint NOT NULL, digest bytea)")
    op.execute("INSERT INTO ledger.chain_head VALUES ('changes', 0), ('events', 0)")
    op.execute("ALTER TABLE identity.audit_event ADD COLUMN position bigint UNIQUE, ADD COLUMN digest bytea")
    op.execute("CREATE INDEX audit_event_unchained ON identity.audit_event (at, id) WHERE position IS NULL")
    op.execute("""
        CREATE TABLE fraud.unscored (
            transaction_id  uuid PRIMARY KEY,
            error           text NOT NULL,
            tried_at        timestamptz NOT NULL DEFAULT now()
        )
    """)
