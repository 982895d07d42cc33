"""Embedding: texts that wait get a vector. Equal gists share one, whoever they speak of: a gist names no holder."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from pgvector import Vector  # pyright: ignore[reportMissingTypeStubs]  # it ships none
from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from core.db import Database
from rag.embedder import Embedder

TEXTS_MAX = 32
"""Gists that are embedded at once."""
GRAPH_DIMENSION_MAX = 2_000
"""What pgvector can make a graph of; vectors of more numbers are compared one by one."""
_CLAIMED_MAX = 256

_CLAIM = text("""
    SELECT u.summary_id, s.gist, s.gist_hash
      FROM (SELECT summary_id, asked, period_end FROM rag.unembedded
             ORDER BY asked DESC, period_end DESC, summary_id LIMIT :limit FOR UPDATE SKIP LOCKED) u
      LEFT JOIN rag.summary s ON s.id = u.summary_id
     ORDER BY u.asked DESC, u.period_end DESC, u.summary_id
""")
_KNOWN = text("""
    SELECT DISTINCT ON (gist_hash) gist_hash, embedding::text AS vector FROM rag.vector
     WHERE gist_hash = ANY (:hashes) AND model = :model
""")
# Of those whose gist is still the one that was embedded. Whoever retells one at this moment will have it wait again.
_UNCHANGED = text("""
    SELECT s.id
      FROM rag.summary s
      JOIN unnest(CAST(:ids AS uuid[]), CAST(:hashes AS bytea[])) u(id, hash) ON u.id = s.id
     WHERE s.gist_hash = u.hash
       FOR NO KEY UPDATE OF s SKIP LOCKED
""")
_STORE = text("""
    INSERT INTO rag.vector AS v (summary_id, bank_id, customer_id, gist_hash, model, embedding)
    SELECT s.id, s.bank_id, s.customer_id, s.gist_hash, :model, CAST(u.vector AS vector)
      FROM rag.summary s
      JOIN unnest(CAST(:hashes AS bytea[]), CAST(:vectors AS text[])) u(hash, vector) ON u.hash = s.gist_hash
     WHERE s.id = ANY (:ids)
     ORDER BY s.id
        ON CONFLICT (summary_id) DO UPDATE
       SET gist_hash = excluded.gist_hash, model = excluded.model, embedding = excluded.embedding
""")
_DONE = text("DELETE FROM rag.unembedded WHERE summary_id = ANY (:ids)")

_ADOPT = text("""
    INSERT INTO rag.model (name, dimension) VALUES (:model, :dimension)
        ON CONFLICT (name) DO UPDATE SET dimension = excluded.dimension
""")
_EMBED_ANEW = text("""
    INSERT INTO rag.unembedded (summary_id, period_end)
    SELECT s.id, s.period_end
      FROM rag.model m
      JOIN rag.vector v ON v.model = m.name
      JOIN rag.summary s ON s.id = v.summary_id
     WHERE m.name <> :model
        ON CONFLICT (summary_id) DO NOTHING
""")
_RETIRE = text("""
    DELETE FROM rag.model m
     WHERE m.name <> :model AND NOT EXISTS (SELECT FROM rag.vector v WHERE v.model = m.name)
""")


async def adopt(database: Database, embedder: Embedder) -> None:
    """Have every vector of another model made anew by this one. Until its turn comes, each serves as it is."""
    async with database.app.begin() as connection:
        await connection.execute(_ADOPT, {"model": embedder.name, "dimension": embedder.dimension})
        await connection.execute(_EMBED_ANEW, {"model": embedder.name})
        if embedder.dimension <= GRAPH_DIMENSION_MAX:
            await connection.execute(text("SELECT rag.graph_vectors(:d)"), {"d": embedder.dimension})


async def embed_some(database: Database, embedder: Embedder) -> int:
    """Give vectors to some texts that wait, the most wanted first; returns how many got one."""
    async with database.app.begin() as connection:
        rows = (await connection.execute(_CLAIM, {"limit": _CLAIMED_MAX})).all()
        if not rows:
            return 0
        waiting = [row for row in rows if row.gist_hash is not None]
        vectors = await _known(connection, {row.gist_hash for row in waiting}, embedder.name)
        vectors |= await asyncio.to_thread(_embedded, waiting, vectors, embedder)
        done = await _store(connection, [row for row in waiting if row.gist_hash in vectors], vectors, embedder.name)
        # What has been dropped since it was marked.
        gone = [row.summary_id for row in rows if row.gist_hash is None]
        await connection.execute(_DONE, {"ids": done + gone})
        await connection.execute(_RETIRE, {"model": embedder.name})
        return len(done)


async def _known(connection: AsyncConnection, hashes: set[bytes], model: str) -> dict[bytes, str]:
    rows = await connection.execute(_KNOWN, {"hashes": list(hashes), "model": model})
    return {row.gist_hash: row.vector for row in rows}


def _embedded(waiting: Sequence[Row[Any]], known: Mapping[bytes, str], embedder: Embedder) -> dict[bytes, str]:
    """The first TEXTS_MAX gists that are not known, as PostgreSQL reads vectors."""
    unknown = {row.gist_hash: row.gist for row in reversed(waiting) if row.gist_hash not in known}
    chosen = dict(list(reversed(unknown.items()))[:TEXTS_MAX])
    vectors = embedder.embed([*chosen.values()]) if chosen else ()
    return {hash: Vector(vector).to_text() for hash, vector in zip(chosen, vectors, strict=True)}


async def _store(
    connection: AsyncConnection, rows: Sequence[Row[Any]], vectors: Mapping[bytes, str], model: str
) -> list[Any]:
    ids, hashes = [row.summary_id for row in rows], [row.gist_hash for row in rows]
    unchanged = list((await connection.execute(_UNCHANGED, {"ids": ids, "hashes": hashes})).scalars())
    used = {hash: vectors[hash] for hash in hashes}
    facts = {"ids": unchanged, "hashes": list(used), "vectors": list(used.values()), "model": model}
    await connection.execute(_STORE, facts)
    return unchanged
