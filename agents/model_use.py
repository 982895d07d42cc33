"""Model use: what answers have had of a model lately, for `GET /metrics`."""

from sqlalchemy import text

from core.db import Database
from core.monitoring.metrics import Gauge

_LAST_DAY = text("""
    SELECT count(*) AS answers,
           count(*) FILTER (WHERE answer->>'planner' = 'builtin') AS fallbacks,
           coalesce(sum((answer->'usage'->>'tokens_in')::bigint), 0) AS tokens_in,
           coalesce(sum((answer->'usage'->>'tokens_out')::bigint), 0) AS tokens_out,
           coalesce(sum((answer->'usage'->>'cost_micros')::bigint), 0) AS cost_micros
      FROM agents.turn
     WHERE asked_at > now() - interval '1 day' AND answer->'usage' <> 'null'::jsonb
""")


async def gauges(database: Database) -> list[Gauge]:
    """Of the last 24 hours. Answers whose conversation has been deleted since are not among them."""
    async with database.app.connect() as connection:
        used = (await connection.execute(_LAST_DAY)).mappings().one()
    return [
        Gauge("finlens_model_answers", "Answers of the last day that a model was asked for", used["answers"]),
        Gauge("finlens_model_fallbacks", "Those of them that the built-in planner gave", used["fallbacks"]),
        Gauge("finlens_model_tokens_in", "Tokens sent to the model in the last day", used["tokens_in"]),
        Gauge("finlens_model_tokens_out", "Tokens received from it", used["tokens_out"]),
        Gauge("finlens_model_cost_micros", "Their cost, in millionths of FINLENS_LLM_CURRENCY", used["cost_micros"]),
    ]
