-- What an account held at an instant, and in which months it moved. By occurred_at: when a payment was made, which for
-- imported ones lies long before they were posted. They read the ledger for roles that may read reporting views alone.

-- The balance just before an instant. Exact from either end of the account's life, so it sums from the nearer one:
-- forward from nothing, or back from what the account holds now. STABLE: all of it sees the snapshot of its caller.
CREATE OR REPLACE FUNCTION reporting.posted_before(p_account uuid, p_before timestamptz) RETURNS bigint
LANGUAGE plpgsql STABLE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    began timestamptz := least(
        (SELECT min(t.occurred_at) FROM ledger.transaction t WHERE t.sender_account_id = p_account),
        (SELECT min(t.occurred_at) FROM ledger.transaction t WHERE t.receiver_account_id = p_account));
BEGIN
    IF p_before - began < now() - p_before THEN
        RETURN (
            SELECT coalesce(sum(e.amount_minor), 0)
              FROM (SELECT -t.amount_minor AS amount_minor FROM ledger.transaction t
                     WHERE t.sender_account_id = p_account AND t.occurred_at < p_before AND t.status = 'success'
                    UNION ALL
                    SELECT t.amount_minor FROM ledger.transaction t
                     WHERE t.receiver_account_id = p_account AND t.occurred_at < p_before AND t.status = 'success') e);
    END IF;
    RETURN (
        SELECT b.posted_minor - coalesce(sum(e.amount_minor), 0)
          FROM ledger.balance b
          LEFT JOIN (SELECT -t.amount_minor AS amount_minor FROM ledger.transaction t
                      WHERE t.sender_account_id = p_account AND t.occurred_at >= p_before AND t.status = 'success'
                     UNION ALL
                     SELECT t.amount_minor FROM ledger.transaction t
                      WHERE t.receiver_account_id = p_account AND t.occurred_at >= p_before AND t.status = 'success') e
                 ON true
         WHERE b.account_id = p_account
         GROUP BY b.posted_minor);
END $$;

-- What was promised out at an instant: holds that were active then, less what had been captured of them. Captures count
-- by occurred_at, like the payments they are, so that none is missing from posted and from pending, or in both.
CREATE OR REPLACE FUNCTION reporting.pending_out_at(p_account uuid, p_at timestamptz) RETURNS bigint
LANGUAGE sql STABLE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT coalesce(sum(h.amount_minor - c.captured_minor), 0)
      FROM ledger.hold h
     CROSS JOIN LATERAL (
        SELECT coalesce(sum(t.amount_minor), 0) AS captured_minor
          FROM ledger.transaction t
         WHERE t.hold_id = h.id AND t.status = 'success' AND t.occurred_at <= p_at
     ) c
     WHERE h.account_id = p_account AND h.created_at <= p_at AND (h.ended_at IS NULL OR h.ended_at > p_at)
$$;

-- When each month began (at midnight in p_zone) that has entries before an instant, newest first. Steps from month to
-- month with two index probes each: the entries in between are not read.
CREATE OR REPLACE FUNCTION reporting.months_before(p_account uuid, p_before timestamptz, p_zone text, p_limit integer)
RETURNS SETOF timestamptz
LANGUAGE plpgsql STABLE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    border timestamptz := p_before;
BEGIN
    FOR i IN 1..p_limit LOOP
        border := date_trunc('month', greatest(
            (SELECT t.occurred_at FROM ledger.transaction t
              WHERE t.sender_account_id = p_account AND t.occurred_at < border AND t.status = 'success'
              ORDER BY t.occurred_at DESC LIMIT 1),
            (SELECT t.occurred_at FROM ledger.transaction t
              WHERE t.receiver_account_id = p_account AND t.occurred_at < border AND t.status = 'success'
              ORDER BY t.occurred_at DESC LIMIT 1)), p_zone);
        EXIT WHEN border IS NULL;
        RETURN NEXT border;
    END LOOP;
END $$;
