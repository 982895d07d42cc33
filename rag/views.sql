-- What reports may show of summaries. Each speaks of one account, or of a bank's week: a condition on customer_id or
-- bank_id is the whole of "who may see this". What no customer may read has no customer_id.
DROP VIEW IF EXISTS reporting.summary, reporting.vector, reporting.embedding_model;

CREATE VIEW reporting.summary AS
SELECT id, kind, subject, account_id, bank_id, customer_id, period_start, period_end, text, gist, transaction_ids,
       transaction_days, transaction_amounts_minor, transaction_counterparties, words
  FROM rag.summary;

CREATE VIEW reporting.vector AS
SELECT summary_id, bank_id, customer_id, model, dimension, embedding FROM rag.vector;

CREATE VIEW reporting.embedding_model AS
SELECT name, dimension FROM rag.model;

-- A graph over the vectors of one dimension, once there are any to come. Only the owner may make an index.
CREATE OR REPLACE FUNCTION rag.graph_vectors(p_dimension integer)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
    IF to_regclass(format('rag.vector_near_%s', p_dimension)) IS NULL THEN
        EXECUTE format(
            'CREATE INDEX IF NOT EXISTS vector_near_%1$s ON rag.vector
              USING hnsw ((embedding::vector(%1$s)) vector_cosine_ops) WITH (m = 24, ef_construction = 128)
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
