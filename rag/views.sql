-- What reports may show of summaries. Each speaks of one account, or of a bank's week: a condition on customer_id or
-- bank_id is the whole of "who may see this". What no customer may read has no customer_id. A vector is of a gist and
-- nobody's own: who may see what it finds is said by the meaning that leads there.
DROP VIEW IF EXISTS reporting.summary, reporting.meaning, reporting.vector, reporting.embedding_model;

CREATE VIEW reporting.summary AS
SELECT id, kind, subject, account_id, bank_id, customer_id, period_start, period_end, text, gist, transaction_ids,
       transaction_days, transaction_amounts_minor, transaction_counterparties, words
  FROM rag.summary;

CREATE VIEW reporting.meaning AS
SELECT summary_id, bank_id, customer_id, gist_hash FROM rag.meaning;

CREATE VIEW reporting.vector AS
SELECT gist_hash, model, dimension, embedding FROM rag.vector;

CREATE VIEW reporting.embedding_model AS
SELECT name, dimension FROM rag.model;

-- About how many summaries have each of these stems, by the sample that PostgreSQL keeps for its own plans: a stem that
-- it does not know is rarer than all that it knows. To count them would take longer than the search.
CREATE OR REPLACE FUNCTION reporting.summaries_with(p_stems text[])
RETURNS TABLE (stem text, summaries float8, of_all float8) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    -- Once, and not for each stem: to read the sample takes longer than to look in it.
    WITH sampled AS MATERIALIZED (
        SELECT s.most_common_elems::text::text[] AS stems, s.most_common_elem_freqs AS shares,
               greatest(c.reltuples, 1) AS summaries
          FROM pg_class c
          LEFT JOIN pg_stats s ON s.schemaname = 'rag' AND s.tablename = 'summary' AND s.attname = 'words'
         WHERE c.oid = 'rag.summary'::regclass
    )
    -- Past the shares of the stems stand the least and the greatest of them.
    SELECT asked.stem, a.summaries * coalesce(a.shares[array_position(a.stems, asked.stem)],
                                              a.shares[cardinality(a.stems) + 1] / 2, 0), a.summaries
      FROM sampled a, unnest(p_stems) AS asked(stem)
$$;

-- A graph over the vectors of one dimension, once there are any to come. Only the owner may make an index.
CREATE OR REPLACE FUNCTION rag.graph_vectors(p_dimension integer)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
    IF to_regclass(format('rag.vector_near_%s', p_dimension)) IS NULL THEN
        -- Numbers of half the length: the graph is half as large, and finds the same. It looks far around when it takes
        -- a vector in: near-twins fill what is nearer, and know only each other.
        EXECUTE format(
            'CREATE INDEX IF NOT EXISTS vector_near_%1$s ON rag.vector
              USING hnsw ((embedding::halfvec(%1$s)) halfvec_cosine_ops) WITH (m = 24, ef_construction = 400)
              WHERE dimension = %1$s', p_dimension);
    END IF;
END;
$$;
REVOKE ALL ON FUNCTION rag.graph_vectors FROM PUBLIC;

-- A name stands in many texts, those of others too: whoever changes it, or takes it out, leaves a note here.
CREATE OR REPLACE FUNCTION rag.note_rename()
RETURNS trigger LANGUAGE plpgsql
AS $$
BEGIN
    INSERT INTO rag.renamed (customer_id) VALUES (new.id) ON CONFLICT (customer_id) DO NOTHING;
    RETURN NULL;
END;
$$;
CREATE OR REPLACE TRIGGER renamed AFTER UPDATE OF name ON banking.customer
FOR EACH ROW WHEN (old.name IS DISTINCT FROM new.name) EXECUTE FUNCTION rag.note_rename();
