"""The graph over vectors looks further around when it takes one in: near-twins of one gist became an island in it, that
a walk from elsewhere did not find, or did not leave.

Way back: set ef_construction to 128 again, and reindex.
"""

from alembic import op

revision = "0027"
down_revision = "0026"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '10s'")
    # Some two minutes for each 100,000 vectors, in which none is added and no bank's scope searched by meaning.
    op.execute("""
        DO $$
        DECLARE
            graph regclass;
        BEGIN
            FOR graph IN
                SELECT i.indexrelid FROM pg_index i
                  JOIN pg_class c ON c.oid = i.indexrelid
                  JOIN pg_am a ON a.oid = c.relam
                 WHERE i.indrelid = 'rag.vector'::regclass AND a.amname = 'hnsw'
            LOOP
                EXECUTE format('ALTER INDEX %s SET (ef_construction = 400)', graph);
                EXECUTE format('REINDEX INDEX %s', graph);
            END LOOP;
        END
        $$
    """)
