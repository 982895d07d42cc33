"""Users, refresh tokens, login attempts, the audit trail.

Way back: drop the four tables.
"""

from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.execute("""
        CREATE TABLE identity.app_user (
            id             uuid PRIMARY KEY,
            email          text NOT NULL,
            name           text NOT NULL,
            password_hash  text,
            role           text NOT NULL CHECK (role IN ('customer', 'staff', 'analyst', 'admin')),
            customer_id    uuid REFERENCES banking.customer,
            bank_id        uuid REFERENCES banking.bank,
            disabled_at    timestamptz,
            created_at     timestamptz NOT NULL DEFAULT now(),
            CHECK ((role = 'customer') = (customer_id IS NOT NULL)),
            CHECK ((role IN ('staff', 'analyst')) = (bank_id IS NOT NULL))
        )
    """)
    op.execute("CREATE UNIQUE INDEX app_user_email ON identity.app_user (lower(email))")
    op.execute("""
        CREATE TABLE identity.refresh_token (
            id          uuid PRIMARY KEY,
            -- all tokens that descend from one login; using one twice revokes the family
            family_id   uuid NOT NULL,
            user_id     uuid NOT NULL REFERENCES identity.app_user,
            token_hash  bytea NOT NULL UNIQUE,
            created_at  timestamptz NOT NULL DEFAULT now(),
            expires_at  timestamptz NOT NULL,
            used_at     timestamptz,
            revoked_at  timestamptz
        )
    """)
    op.execute("CREATE INDEX refresh_token_family ON identity.refresh_token (family_id)")
    op.execute("""
        CREATE TABLE identity.login_attempt (
            email     text NOT NULL,
            address   text NOT NULL,
            attempts  integer NOT NULL,
            began_at  timestamptz NOT NULL,
            PRIMARY KEY (email, address)
        )
    """)
    op.execute("""
        CREATE TABLE identity.audit_event (
            id          uuid PRIMARY KEY,
            at          timestamptz NOT NULL DEFAULT now(),
            actor       text NOT NULL,
            action      text NOT NULL,
            subject     text NOT NULL,
            request_id  text,
            facts       jsonb NOT NULL DEFAULT '{}'
        )
    """)
    op.execute("CREATE INDEX audit_event_subject ON identity.audit_event (subject, at)")
