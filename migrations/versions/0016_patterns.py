"""Budgets, and the recurring payments that a data set is known to hold.

Way back: drop both tables.
"""

from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    op.execute("""
        CREATE TABLE insights.budget (
            id            uuid PRIMARY KEY,
            customer_id   uuid NOT NULL,
            -- slug of a category, or of a group of categories
            covers        text NOT NULL,
            currency      char(3) NOT NULL,
            amount_minor  bigint NOT NULL CHECK (amount_minor BETWEEN 1 AND 1000000000000000),
            -- from this month on, until another one of the same kind begins, or after the last month
            first_month   date NOT NULL CHECK (extract(day FROM first_month) = 1),
            last_month    date CHECK (extract(day FROM last_month) = 1),
            rollover      boolean NOT NULL DEFAULT false,
            created_at    timestamptz NOT NULL DEFAULT now(),
            updated_at    timestamptz NOT NULL DEFAULT now(),
            version       integer NOT NULL DEFAULT 1,
            CONSTRAINT budget_months CHECK (last_month >= first_month),
            CONSTRAINT budget_begins_once UNIQUE (customer_id, covers, currency, first_month)
        )
    """)
    # What the generator of a data set knows, for exams alone: no reporting view shows it, so a detector cannot read it.
    op.execute("""
        CREATE TABLE insights.known_series (
            payer_account_id  uuid NOT NULL,
            payee_account_id  uuid NOT NULL,
            name              text NOT NULL,
            interval          text NOT NULL,
            -- as each of its payments has it
            description       text NOT NULL,
            source            text NOT NULL,
            PRIMARY KEY (payer_account_id, payee_account_id, name)
        )
    """)
