"""Answers that a model was asked for are found by their time: what they cost is told by `GET /metrics`.

Way back: drop the index.
"""

from alembic import op

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '10s'")
    op.execute("CREATE INDEX turn_model ON agents.turn (asked_at) WHERE answer->'usage' <> 'null'::jsonb")
