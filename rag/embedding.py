"""Embedding: gists that wait get a vector, one for all summaries of the same gist, whoever they speak of: a gist names
no holder."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress

from pgvector import Vector  # pyright: ignore[reportMissingTypeStubs]  # it ships none
from sqlalchemy import text

from core.db import Database
from rag.embedder import Embedder

GISTS_MAX = 16
"""Gists that are embedded at once."""
GRAPH_DIMENSION_MAX = 4_000
"""What pgvector can make a graph of, by halves; vectors of more numbers are compared one by one."""

LEASE = "1 minute"
"""Within which whoever has taken some gists gives them their vectors, or somebody else takes them."""

_NEWS_WAITS = text("SELECT EXISTS (SELECT FROM rag.unembedded WHERE is_jotted)")
_LOOK_AGAIN_S = 0.1

# Taken, and not locked: to embed takes long, and whoever writes a summary of the same gist is not to wait for it.
_TAKE = text(f"""
    WITH first AS MATERIALIZED (
        SELECT gist_hash FROM rag.unembedded
         WHERE taken_at IS NULL OR taken_at < now() - interval '{LEASE}'
         ORDER BY asked DESC, is_jotted DESC, newest DESC, marked_at, gist_hash LIMIT :limit FOR UPDATE SKIP LOCKED
    ), taken AS (
        UPDATE rag.unembedded u SET taken_at = now() FROM first f WHERE f.gist_hash = u.gist_hash RETURNING u.*
    )
    -- Many summaries may have the gist, or none any more.
    SELECT t.gist_hash, s.gist, EXISTS (SELECT FROM rag.vector v
                                         WHERE v.gist_hash = t.gist_hash AND v.model = :model) AS is_known
      FROM taken t
      LEFT JOIN LATERAL (SELECT gist FROM rag.summary s WHERE s.gist_hash = t.gist_hash LIMIT 1) s ON true
     ORDER BY t.asked DESC, t.is_jotted DESC, t.newest DESC, t.marked_at, t.gist_hash
""")  # noqa: S608  # of a constant
_HAND_BACK = text("UPDATE rag.unembedded SET taken_at = NULL WHERE gist_hash = ANY (:hashes)")
_STORE = text("""
    INSERT INTO rag.vector (gist_hash, model, embedding)
    SELECT u.hash, :model, CAST(u.vector AS vector)
      FROM unnest(CAST(:hashes AS bytea[]), CAST(:vectors AS text[])) u(hash, vector)
     ORDER BY u.hash
        ON CONFLICT (gist_hash) DO UPDATE SET model = excluded.model, embedding = excluded.embedding
""")
# Whoever has just written a summary of one of these holds it until that can be seen: after this, we see it too.
_LOCK = text("""
    SELECT FROM rag.unembedded WHERE gist_hash = ANY (:hashes) ORDER BY gist_hash FOR UPDATE
""")
# A summary that is held at this moment is left for the next time: whoever holds it may wait for us.
_MEANT = text("""
    WITH mine AS (
        SELECT s.id, s.bank_id, s.customer_id, s.gist_hash
          FROM rag.summary s JOIN rag.vector v USING (gist_hash)
         WHERE s.gist_hash = ANY (:hashes) ORDER BY s.id
           FOR NO KEY UPDATE OF s SKIP LOCKED FOR KEY SHARE OF v
    )
    INSERT INTO rag.meaning AS m (summary_id, bank_id, customer_id, gist_hash) SELECT * FROM mine
        ON CONFLICT (summary_id) DO UPDATE SET gist_hash = excluded.gist_hash
     WHERE m.gist_hash <> excluded.gist_hash
""")
# A gist that nothing had when it was taken may have come back.
_DONE = text("""
    DELETE FROM rag.unembedded u
     WHERE u.gist_hash = ANY (:hashes)
       AND NOT EXISTS (SELECT FROM rag.summary s LEFT JOIN rag.meaning m ON m.summary_id = s.id
                        WHERE s.gist_hash = u.gist_hash AND m.gist_hash IS DISTINCT FROM s.gist_hash)
""")

# In two steps: whoever had begun to use one before it was locked is seen by the second.
_UNUSED = text("""
    SELECT v.gist_hash FROM rag.vector v
     WHERE NOT EXISTS (SELECT FROM rag.meaning m WHERE m.gist_hash = v.gist_hash)
       AND NOT EXISTS (SELECT FROM rag.summary s WHERE s.gist_hash = v.gist_hash)
     LIMIT :limit FOR UPDATE OF v SKIP LOCKED
""")
_SWEEP = text("""
    DELETE FROM rag.vector v
     WHERE v.gist_hash = ANY (:hashes)
       AND NOT EXISTS (SELECT FROM rag.meaning m WHERE m.gist_hash = v.gist_hash)
       AND NOT EXISTS (SELECT FROM rag.summary s WHERE s.gist_hash = v.gist_hash)
""")
_SWEPT_MAX = 10_000

_ADOPT = text("""
    INSERT INTO rag.model (name, dimension) VALUES (:model, :dimension)
        ON CONFLICT (name) DO UPDATE SET dimension = excluded.dimension
""")
_EMBED_ANEW = text("""
    INSERT INTO rag.unembedded (gist_hash, newest)
    SELECT v.gist_hash, max(least(s.period_end, now()))
      FROM rag.model m
      JOIN rag.vector v ON v.model = m.name
      JOIN rag.summary s ON s.gist_hash = v.gist_hash
     WHERE m.name <> :model
     GROUP BY v.gist_hash
        ON CONFLICT (gist_hash) DO NOTHING
""")
_RETIRE = text("""
    DELETE FROM rag.model m
     WHERE m.name <> :model
       AND NOT EXISTS (SELECT FROM rag.vector v JOIN rag.meaning USING (gist_hash) WHERE v.model = m.name)
""")


async def adopt(database: Database, embedder: Embedder) -> None:
    """Have every vector of another model made anew by this one. Until its turn comes, each serves as it is."""
    async with database.app.begin() as connection:
        await connection.execute(_ADOPT, {"model": embedder.name, "dimension": embedder.dimension})
        await connection.execute(_EMBED_ANEW, {"model": embedder.name})
        if embedder.dimension <= GRAPH_DIMENSION_MAX:
            await connection.execute(text("SELECT rag.graph_vectors(:d)"), {"d": embedder.dimension})


async def embed_some(database: Database, embedder: Embedder, *, at_most: int = GISTS_MAX) -> int:
    """Give vectors to some gists that wait, the most wanted first; returns how many got one."""
    async with database.app.begin() as connection:
        taken = (await connection.execute(_TAKE, {"limit": at_most, "model": embedder.name})).all()
    if not taken:
        return 0
    new = {row.gist_hash: row.gist for row in taken if row.gist is not None and not row.is_known}
    hashes = [row.gist_hash for row in taken]
    try:
        # In a thread: whoever shares our event loop has a beat to keep.
        vectors = await asyncio.to_thread(_as_text, embedder, [*new.values()])
        await _store(database, hashes, dict(zip(new, vectors, strict=True)), embedder.name)
    except BaseException:
        async with database.app.begin() as connection:
            await connection.execute(_HAND_BACK, {"hashes": hashes})
        raise
    return len(new)


async def _store(database: Database, hashes: Sequence[bytes], vectors: Mapping[bytes, str], model: str) -> None:
    async with database.app.begin() as connection:
        if vectors:
            facts = {"hashes": [*vectors], "vectors": [*vectors.values()], "model": model}
            await connection.execute(_STORE, facts)
        for statement in (_LOCK, _MEANT, _DONE, _HAND_BACK):
            await connection.execute(statement, {"hashes": list(hashes)})


async def give_way(database: Database, at_most_s: float) -> None:
    """Wait while what was jotted down of new payments waits for its vectors, but not for ever."""
    with suppress(TimeoutError):
        async with asyncio.timeout(at_most_s):
            while await _news_waits(database):  # noqa: ASYNC110  # what is awaited happens in the database
                await asyncio.sleep(_LOOK_AGAIN_S)


async def _news_waits(database: Database) -> bool:
    async with database.app.connect() as connection:
        return await connection.scalar(_NEWS_WAITS) or False


async def sweep(database: Database, embedder: Embedder) -> int:
    """Take away vectors of gists that nothing has any more, and other models that none is left of; returns how many
    vectors."""
    async with database.app.begin() as connection:
        await connection.execute(_RETIRE, {"model": embedder.name})
        unused = (await connection.execute(_UNUSED, {"limit": _SWEPT_MAX})).scalars().all()
        return (await connection.execute(_SWEEP, {"hashes": list(unused)})).rowcount


def _as_text(embedder: Embedder, gists: Sequence[str]) -> list[str]:
    """Their vectors, as PostgreSQL reads them."""
    return [Vector(vector).to_text() for vector in embedder.embed(gists)]
