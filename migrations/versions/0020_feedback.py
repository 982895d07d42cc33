"""What askers thought of answers, and questions whose plan a person has looked over.

Way back: drop view reporting.verified_example and both tables.
"""

from alembic import op

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '10s'")
    op.execute("""
        CREATE TABLE agents.feedback (
            -- one for each answer; it goes with the conversation
            turn_id      uuid PRIMARY KEY REFERENCES agents.turn ON DELETE CASCADE,
            verdict      text NOT NULL CHECK (verdict IN ('up', 'down')),
            reason       text CHECK (reason IN ('wrong_figure', 'wrong_period', 'wrong_name', 'not_understood',
                                                'incomplete', 'unclear', 'slow', 'other')),
            note         text NOT NULL DEFAULT '',
            given_at     timestamptz NOT NULL DEFAULT now(),
            -- the asker's, so that a reviewer can see what they could
            role         text NOT NULL,
            customer_id  uuid,
            bank_id      uuid,
            time_zone    text NOT NULL,
            status       text NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'verified', 'dismissed')),
            reviewed_by  text,
            reviewed_at  timestamptz,
            CHECK ((status = 'open') = (reviewed_at IS NULL))
        )
    """)
    op.execute("CREATE INDEX feedback_given ON agents.feedback (given_at, turn_id)")
    op.execute("""
        CREATE TABLE agents.verified_example (
            id         uuid PRIMARY KEY,
            -- normalised, with placeholders for names, accounts and periods: nobody's data
            question   text NOT NULL CONSTRAINT verified_question UNIQUE,
            -- a Frame with the same placeholders
            frame      jsonb NOT NULL,
            -- of the amounts in the frame, where it has any
            currency   char(3),
            added_by   text NOT NULL,
            added_at   timestamptz NOT NULL DEFAULT now()
        )
    """)
