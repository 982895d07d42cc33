-- What the planner of the database knows of the tables that an import fills, brought up to date. Many rows at once are
-- there a minute before autovacuum looks, and until then a report over them may be planned for a handful and take hours.
-- Only a table's owner may ANALYZE it, so this runs as the owner.
CREATE OR REPLACE FUNCTION imports.take_statistics() RETURNS void
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    ANALYZE banking.customer, banking.account, ledger.balance, ledger.transaction, ledger.outbox, imports.row;
END
$$;
REVOKE ALL ON FUNCTION imports.take_statistics FROM PUBLIC;
