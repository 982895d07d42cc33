"""Conversations and what was said in them. The graph's own checkpoints are LangGraph's tables in the same schema.

Way back: drop both tables.
"""

from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.execute("""
        CREATE TABLE agents.conversation (
            id          uuid PRIMARY KEY,
            -- whose it is: Principal.subject
            owner       text NOT NULL,
            title       text NOT NULL,
            created_at  timestamptz NOT NULL DEFAULT now(),
            updated_at  timestamptz NOT NULL DEFAULT now()
        )
    """)
    op.execute("CREATE INDEX conversation_owner ON agents.conversation (owner, updated_at)")
    op.execute("""
        CREATE TABLE agents.turn (
            id               uuid PRIMARY KEY,
            conversation_id  uuid NOT NULL REFERENCES agents.conversation ON DELETE CASCADE,
            asked_at         timestamptz NOT NULL DEFAULT now(),
            question         text NOT NULL,
            -- the whole Answer, as the client got it
            answer           jsonb NOT NULL
        )
    """)
    op.execute("CREATE INDEX turn_conversation ON agents.turn (conversation_id, asked_at)")
