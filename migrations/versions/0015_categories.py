"""A customer's own rules and splits, suggestions for what nothing catches, and merchants' categories anew: every code
has one now.

Way back: drop the tables, and delete the consumer `suggestions` from rag.progress. What merchants' categories were
follows from their codes by the older table.
"""

from alembic import op
from sqlalchemy import text

from core.merchant_codes import CATEGORY_OF_CODE

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '10s'")
    op.execute("""
        CREATE TABLE insights.rule (
            id                uuid PRIMARY KEY,
            customer_id       uuid NOT NULL,
            place             integer NOT NULL CHECK (place > 0),
            category          text NOT NULL,
            -- what a payment must be like; NULL asks for nothing
            description       text,
            counterparty      text,
            direction         text CHECK (direction IN ('out', 'in')),
            channel           text,
            currency          char(3),
            amount_minor_min  bigint,
            amount_minor_max  bigint,
            version           integer NOT NULL DEFAULT 1,
            created_at        timestamptz NOT NULL DEFAULT now(),
            updated_at        timestamptz NOT NULL DEFAULT now(),
            CHECK (num_nonnulls(description, counterparty, direction, channel, amount_minor_min, amount_minor_max) > 0),
            CHECK (amount_minor_min <= amount_minor_max),
            CHECK (currency IS NOT NULL OR num_nonnulls(amount_minor_min, amount_minor_max) = 0),
            -- Deferred: rules change places with one another.
            CONSTRAINT one_rule_per_place UNIQUE (customer_id, place) DEFERRABLE INITIALLY DEFERRED
        )
    """)
    # Parts of one side of a payment, laid end to end from 0 to the whole: nothing is lost between two borders.
    op.execute("""
        CREATE TABLE insights.part (
            transaction_id  uuid NOT NULL,
            account_id      uuid NOT NULL,
            category        text NOT NULL,
            start_minor     bigint NOT NULL CHECK (start_minor >= 0),
            end_minor       bigint NOT NULL CHECK (end_minor > start_minor),
            whole_minor     bigint NOT NULL CHECK (whole_minor >= end_minor),
            PRIMARY KEY (transaction_id, account_id, category)
        )
    """)
    op.execute("""
        CREATE TABLE insights.suggestion (
            transaction_id  uuid NOT NULL,
            account_id      uuid NOT NULL,
            category        text NOT NULL,
            confidence      real NOT NULL CHECK (confidence BETWEEN 0 AND 1),
            PRIMARY KEY (transaction_id, account_id)
        )
    """)
    # Whatever stands in the change log is looked at once.
    op.execute("INSERT INTO rag.progress (consumer, position) VALUES ('suggestions', 0)")
    known = {"codes": [f"{code:04}" for code in CATEGORY_OF_CODE], "slugs": [*CATEGORY_OF_CODE.values()]}
    op.get_bind().execute(
        text("""
            UPDATE banking.customer c SET category = known.slug
              FROM unnest(CAST(:codes AS text[]), CAST(:slugs AS text[])) known(code, slug)
             WHERE c.merchant_category_code = known.code AND c.category IS DISTINCT FROM known.slug
        """),
        known,
    )
