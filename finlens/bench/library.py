"""As many summaries of one bank as a benchmark wants, made out of those that were really told and embedded.

Each is a told one of another account, and its gist nobody else's. Its vector is the told one's moved towards that of
another told one: between vectors of texts, where vectors of texts lie. Moved by noise, they would be as many twins at
equal distances.
"""

import time
from typing import Any
from uuid import UUID

import numpy as np
import psycopg
from pgvector import Vector  # pyright: ignore[reportMissingTypeStubs]  # it ships none
from pgvector.psycopg import register_vector  # pyright: ignore[reportMissingTypeStubs]  # it ships none
from psycopg import sql

from core.errors import SetupError
from rag.embedder import MiniLm

MOVED_MAX = 0.6
"""How much of the other's is added to a vector of length 1, at most."""
SEED = 7
_UNGRAPH = sql.SQL("DROP INDEX IF EXISTS {}").format(sql.Identifier("rag", f"vector_near_{MiniLm.dimension}"))

_TOLD = """
    SELECT s.kind, s.text, s.gist, s.text_hash, s.period_start, s.period_end, s.transaction_ids,
           s.transaction_days, s.transaction_amounts_minor, s.transaction_counterparties, v.embedding
      FROM rag.summary s JOIN rag.vector v USING (gist_hash)
     WHERE s.customer_id IS NOT NULL
"""


_MEANT = """
    INSERT INTO rag.meaning (summary_id, bank_id, customer_id, gist_hash)
    SELECT id, bank_id, customer_id, gist_hash FROM rag.summary WHERE bank_id = %s
"""


def fill(connection: psycopg.Connection[Any], bank_id: UUID, summaries: int) -> float:
    """Make them, with their graph; returns how many seconds the graph took."""
    register_vector(connection)
    told = connection.execute(_TOLD).fetchall()
    if not told:
        raise SetupError("Nothing was embedded: there is nothing to make summaries of")
    connection.execute(_UNGRAPH)
    vectors = np.array([row[-1].to_numpy() for row in told], dtype=np.float32)
    chance = np.random.default_rng(SEED)
    ids = [row[0] for row in connection.execute("SELECT uuidv7() FROM generate_series(1, %s)", (summaries,))]
    chosen = chance.integers(0, len(told), summaries)
    with connection.transaction():
        _copy_summaries(connection, bank_id, ids, [told[place] for place in chosen])
        _copy_vectors(connection, ids, _moved(vectors, chosen, chance))
        connection.execute(_MEANT, (bank_id,))
    began = time.perf_counter()
    connection.execute("SET maintenance_work_mem = '512MB'")
    connection.execute("SELECT rag.graph_vectors(%s)", (MiniLm.dimension,))
    built_s = time.perf_counter() - began
    connection.execute("VACUUM (ANALYZE) rag.summary")
    connection.execute("VACUUM (ANALYZE) rag.vector")
    connection.execute("VACUUM (ANALYZE) rag.meaning")
    return built_s


def a_customer(connection: psycopg.Connection[Any]) -> UUID:
    """The one of whom most is told and embedded."""
    row = connection.execute("""
        SELECT customer_id FROM rag.meaning WHERE customer_id IS NOT NULL
         GROUP BY customer_id ORDER BY count(*) DESC, customer_id LIMIT 1
    """).fetchone()
    assert row is not None
    return row[0]


def _moved(vectors: Any, chosen: Any, chance: np.random.Generator) -> Any:
    others = vectors[chance.integers(0, len(vectors), len(chosen))]
    moved = vectors[chosen] + others * chance.uniform(0, MOVED_MAX, (len(chosen), 1)).astype(np.float32)
    return moved / np.linalg.norm(moved, axis=1, keepdims=True)


def _copy_summaries(connection: psycopg.Connection[Any], bank_id: UUID, ids: list[UUID], told: list[Any]) -> None:
    columns = (
        "id, kind, subject, account_id, bank_id, customer_id, gist_hash, text, gist, text_hash, period_start, "
        "period_end, transaction_ids, transaction_days, transaction_amounts_minor, transaction_counterparties"
    )
    with connection.cursor().copy(f"COPY rag.summary ({columns}) FROM STDIN") as copy:
        for id, (kind, text, *rest, _) in zip(ids, told, strict=True):
            copy.write_row((id, kind, str(id), id, bank_id, id, id.bytes, text, *rest))


def _copy_vectors(connection: psycopg.Connection[Any], ids: list[UUID], vectors: Any) -> None:
    with connection.cursor().copy("COPY rag.vector (gist_hash, model, embedding) FROM STDIN (FORMAT BINARY)") as copy:
        copy.set_types(["bytea", "text", "vector"])
        for id, vector in zip(ids, vectors, strict=True):
            copy.write_row((id.bytes, MiniLm.name, Vector(vector)))
