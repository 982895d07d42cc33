"""Banks, customers, accounts.

Keys carry bank_id, so that banks can be spread over servers later. Way back: drop the three tables.
"""

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.execute("""
        CREATE TABLE banking.bank (
            id          uuid PRIMARY KEY,
            name        text NOT NULL,
            code        text NOT NULL UNIQUE,
            email       text,
            phone       text,
            created_at  timestamptz NOT NULL DEFAULT now(),
            updated_at  timestamptz NOT NULL DEFAULT now(),
            version     integer NOT NULL DEFAULT 1
        )
    """)
    op.execute("""
        CREATE TABLE banking.customer (
            id                      uuid PRIMARY KEY,
            name                    text NOT NULL,
            kind                    text NOT NULL CHECK (kind IN ('person', 'business')),
            -- encrypted by the application; the fingerprint (keyed hash) keeps it unique without revealing it
            pan_encrypted           bytea,
            pan_fingerprint         bytea UNIQUE,
            email                   text,
            phone                   text,
            address                 text,
            latitude                double precision CHECK (latitude BETWEEN -90 AND 90),
            longitude               double precision CHECK (longitude BETWEEN -180 AND 180),
            time_zone               text NOT NULL DEFAULT 'Asia/Kolkata',
            merchant_category_code  char(4),
            -- the bank whose staff registered the customer, and so sees them before they hold an account
            registered_at_bank_id   uuid REFERENCES banking.bank,
            -- derived from the merchant category code when the customer is stored
            category                text,
            created_at              timestamptz NOT NULL DEFAULT now(),
            updated_at              timestamptz NOT NULL DEFAULT now(),
            version                 integer NOT NULL DEFAULT 1
        )
    """)
    op.execute("CREATE UNIQUE INDEX customer_email ON banking.customer (lower(email))")
    op.execute("""
        CREATE TABLE banking.account (
            id           uuid NOT NULL,
            bank_id      uuid NOT NULL REFERENCES banking.bank,
            customer_id  uuid REFERENCES banking.customer,
            -- customer: someone's; external: at a bank that does not run on FinLens; system: cash and the like
            kind         text NOT NULL CHECK (kind IN ('customer', 'external', 'system')),
            number       text NOT NULL,
            name         text NOT NULL,
            currency     char(3) NOT NULL,
            opened_on    date NOT NULL,
            closed_on    date,
            created_at   timestamptz NOT NULL DEFAULT now(),
            updated_at   timestamptz NOT NULL DEFAULT now(),
            version      integer NOT NULL DEFAULT 1,
            PRIMARY KEY (id, bank_id),
            CONSTRAINT one_account_per_bank UNIQUE (bank_id, customer_id),
            CONSTRAINT account_number_taken UNIQUE (bank_id, number),
            CHECK ((kind = 'customer') = (customer_id IS NOT NULL)),
            CHECK (closed_on >= opened_on)
        )
    """)
    op.execute("CREATE INDEX account_customer ON banking.account (customer_id) WHERE customer_id IS NOT NULL")
