-- Payments that were accepted with `Prefer: respond-async` are decided here, in two commits: clients can see each.

-- The oldest undecided ones, `processing` from this commit on. Those that a crash left in `processing` come first.
CREATE OR REPLACE FUNCTION ledger.take_pending(p_limit integer) RETURNS SETOF uuid
LANGUAGE sql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
    UPDATE ledger.transaction t SET status = 'processing'
      FROM (
        SELECT u.id, u.sender_bank_id
          FROM ledger.transaction u
         WHERE u.status IN ('pending', 'processing')
         ORDER BY u.created_at, u.id
         LIMIT p_limit
           FOR NO KEY UPDATE SKIP LOCKED
      ) w
     WHERE t.id = w.id AND t.sender_bank_id = w.sender_bank_id
    RETURNING t.id
$$;

-- Decides them in the order in which they were accepted. Safe to call twice: what is decided stays as it is.
DROP FUNCTION IF EXISTS ledger.settle_transfers;
CREATE FUNCTION ledger.settle_transfers(p_ids uuid[]) RETURNS TABLE (id uuid, status text, failure_code text)
LANGUAGE sql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT a.id, a.status, a.failure_code
      FROM (
        SELECT array_agg(t.id) AS id,
               array_agg(t.sender_account_id) AS sender,
               array_agg(t.receiver_account_id) AS receiver,
               array_agg(t.amount_minor) AS amount,
               array_agg(t.currency::text) AS currency,
               array_agg(t.description) AS description,
               array_agg(t.category) AS category,
               array_agg(t.channel) AS channel,
               array_agg(t.reverses_id) AS reverses,
               array_agg(t.hold_id) AS hold,
               array_agg(t.occurred_at) AS occurred,
               array_agg(t.key_fingerprint) AS key,
               array_agg(t.request_fingerprint) AS request,
               array_fill('system:settlement'::text, ARRAY[count(*)::integer]) AS actor,
               array_fill(NULL::text, ARRAY[count(*)::integer]) AS trace,
               array_fill(false, ARRAY[count(*)::integer]) AS is_deferred
          FROM (SELECT * FROM ledger.transaction x WHERE x.id = ANY (p_ids) ORDER BY x.created_at, x.id) t
        HAVING count(*) > 0
      ) t
     CROSS JOIN LATERAL ledger.apply_transfers(
        t.id, t.sender, t.receiver, t.amount, t.currency, t.description, t.category, t.channel, t.reverses, t.hold,
        t.occurred, t.key, t.request, t.actor, t.trace, t.is_deferred, p_is_settlement => true) a
     ORDER BY a.ordinal
$$;
