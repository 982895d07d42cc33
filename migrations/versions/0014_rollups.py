"""Sums of whole days, beside the rows they sum. How they stay exact is written in core/insights/rollups.sql.

Way back: drop the index and the five tables; nothing in them is anybody's only copy.
"""

from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '10s'")
    # A bank's day, read from the rows: payments lie in the order of time, nearly. An entry per 128 pages, so no payment
    # pays for it.
    op.execute("""
        CREATE INDEX transaction_day ON ledger.transaction USING brin (occurred_at) WITH (autosummarize = on)
    """)
    op.execute("""
        CREATE TABLE insights.rollup (
            id           integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            bank_id      uuid NOT NULL,
            -- one account's rollup; NULL: that of all customers' accounts at the bank
            account_id   uuid,
            -- where its days begin and end
            time_zone    text NOT NULL,
            -- the next day to be compared with the rows
            compare_from date,
            compared_at  timestamptz NOT NULL DEFAULT now(),
            CONSTRAINT one_rollup UNIQUE NULLS NOT DISTINCT (bank_id, account_id, time_zone)
        )
    """)
    op.execute("CREATE INDEX rollup_account ON insights.rollup (account_id)")
    op.execute("""
        CREATE TABLE insights.rollup_cell (
            rollup_id        integer NOT NULL REFERENCES insights.rollup ON DELETE CASCADE,
            -- a day, or the first one of a whole month
            is_month         boolean NOT NULL,
            day              date NOT NULL,
            currency         text NOT NULL,
            -- part and whole: of payments that are split over several categories; plain: of all others
            form             text NOT NULL CHECK (form IN ('plain', 'part', 'whole')),
            category         text NOT NULL,
            direction        text NOT NULL,
            is_refund        boolean NOT NULL,
            is_own_transfer  boolean NOT NULL,
            -- the other side is within the same scope
            is_inside        boolean NOT NULL,
            entries          bigint NOT NULL,
            -- of the amounts without their sign
            total_minor      numeric NOT NULL,
            smallest_minor   bigint NOT NULL,
            largest_minor    bigint NOT NULL,
            PRIMARY KEY (
                rollup_id, is_month, day, currency, form, category, direction, is_refund, is_own_transfer, is_inside)
        )
    """)
    # Days to be read from the rows until they are summed anew. A row for each reason: whoever sums a day takes away the
    # reasons it has seen, and one that is committed meanwhile stays.
    op.execute("""
        CREATE TABLE insights.rollup_open (
            id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            rollup_id  integer NOT NULL REFERENCES insights.rollup ON DELETE CASCADE,
            day        date NOT NULL
        )
    """)
    op.execute("CREATE INDEX rollup_open_day ON insights.rollup_open (rollup_id, day)")
    op.execute("CREATE TABLE insights.rollup_progress (position bigint NOT NULL)")
    op.execute("INSERT INTO insights.rollup_progress SELECT position FROM ledger.chain_head WHERE log = 'changes'")
    op.execute("""
        CREATE TABLE insights.rollup_fault (
            rollup_id  integer NOT NULL REFERENCES insights.rollup ON DELETE CASCADE,
            day        date NOT NULL,
            found_at   timestamptz NOT NULL DEFAULT now(),
            PRIMARY KEY (rollup_id, day, found_at)
        )
    """)
