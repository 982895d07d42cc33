-- Where the records contradict each other, the earliest first: `recorded` is what the log says, `found` what is there
-- now. Read by audit_chain.py, a slice of positions at a time.

DROP FUNCTION IF EXISTS ledger.faults_in_changes, ledger.faults_in_balances, ledger.untold_transactions,
                        identity.faults_in_events;

-- The change log: its own links, and the payments that it tells of.
CREATE FUNCTION ledger.faults_in_changes(p_after bigint, p_upto bigint, p_account_id uuid) RETURNS TABLE (
    "position" bigint, account_id uuid, transaction_id uuid, field text, recorded text, found text)
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
-- Few of the rows have neighbours beyond the slice, and all joins are by key.
SET enable_seqscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
AS $$
    SELECT c.position, c.account_id, c.transaction_id, f.field, f.recorded, f.found
      FROM ledger.change c
      LEFT JOIN LATERAL (
        SELECT x.digest FROM ledger.change x
         WHERE x.account_id = c.account_id AND x.position < c.position ORDER BY x.position DESC LIMIT 1) before ON true
      LEFT JOIN LATERAL (
        SELECT x.version, x.balance_after_minor FROM ledger.change x
         WHERE x.account_id = c.account_id AND x.position < c.position AND x.version IS NOT NULL
         ORDER BY x.position DESC LIMIT 1) moved ON true
      LEFT JOIN ledger.transaction t ON t.id = c.transaction_id
     CROSS JOIN LATERAL (SELECT c.amount_minor < 0 AS is_out, c.version IS NOT NULL AS moves) s
     CROSS JOIN LATERAL (VALUES
        (1, true, 'the position before it', (c.position - 1)::text, CASE
            WHEN c.position = 1 OR EXISTS (SELECT FROM ledger.change x WHERE x.position = c.position - 1)
            THEN (c.position - 1)::text END),
        (2, true, 'digest', encode(c.digest, 'hex'),
            encode(ledger.link(NULL, before.digest, ledger.change_bytes(c)), 'hex')),
        (3, s.moves, 'version', c.version::text, (coalesce(moved.version, 0) + 1)::text),
        (4, s.moves, 'balance_after_minor', c.balance_after_minor::text,
            (coalesce(moved.balance_after_minor, 0) + c.amount_minor)::text),
        (5, true, 'transaction_id', c.transaction_id::text, t.id::text),
        (6, true, 'account_id', c.account_id::text,
            (CASE WHEN s.is_out THEN t.sender_account_id ELSE t.receiver_account_id END)::text),
        (7, true, 'amount_minor', abs(c.amount_minor)::text, t.amount_minor::text),
        (8, c.status IN ('success', 'failed'), 'status', c.status, t.status),
        (9, s.moves, 'version', c.version::text,
            (CASE WHEN s.is_out THEN t.sender_version ELSE t.receiver_version END)::text),
        (10, s.moves, 'balance_after_minor', c.balance_after_minor::text,
            (CASE WHEN s.is_out THEN t.sender_balance_after_minor ELSE t.receiver_balance_after_minor END)::text),
        (11, true, 'occurred_at', c.occurred_at::text, t.occurred_at::text),
        (12, s.moves, 'posted_at', c.at::text, t.posted_at::text),
        -- Its texts, parties, references, keys and the time of its making, as one digest.
        (13, true, 'wording', encode(c.wording, 'hex'), encode(ledger.wording(t), 'hex'))
     ) f(rank, applies, field, recorded, found)
     WHERE c.position > p_after AND c.position <= p_upto AND (p_account_id IS NULL OR c.account_id = p_account_id)
       AND f.applies AND f.found IS DISTINCT FROM f.recorded
     ORDER BY c.position, f.rank
$$;

-- Balances against what was last told of their accounts, and what is about to be told.
CREATE FUNCTION ledger.faults_in_balances(p_account_id uuid) RETURNS TABLE (
    account_id uuid, field text, recorded text, found text)
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    WITH untold AS (
        SELECT s.account_id, count(*) AS moves, sum(s.amount_minor) AS amount_minor
          FROM ledger.outbox o
          JOIN ledger.transaction t ON t.id = o.transaction_id
         CROSS JOIN LATERAL (VALUES (t.sender_account_id, -t.amount_minor), (t.receiver_account_id, t.amount_minor))
               s(account_id, amount_minor)
         WHERE o.status = 'success' AND o.account_id IS NULL
         GROUP BY s.account_id
    )
    SELECT b.account_id, f.field, f.recorded, f.found
      FROM ledger.balance b
      LEFT JOIN untold u ON u.account_id = b.account_id
      LEFT JOIN LATERAL (
        SELECT c.version, c.balance_after_minor FROM ledger.change c
         WHERE c.account_id = b.account_id AND c.version IS NOT NULL ORDER BY c.position DESC LIMIT 1) c ON true
     CROSS JOIN LATERAL (VALUES
        (1, 'version', (coalesce(c.version, 0) + coalesce(u.moves, 0))::text, b.version::text),
        (2, 'posted_minor', (coalesce(c.balance_after_minor, 0) + coalesce(u.amount_minor, 0))::text,
            b.posted_minor::text)
     ) f(rank, field, recorded, found)
     WHERE (p_account_id IS NULL OR b.account_id = p_account_id) AND f.found <> f.recorded
     ORDER BY b.account_id, f.rank
$$;

-- Payments that nobody was told of and nobody will be: they did not come through apply_transfers.
CREATE FUNCTION ledger.untold_transactions(p_account_id uuid) RETURNS TABLE (
    account_id uuid, transaction_id uuid, field text, recorded text, found text)
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT t.sender_account_id, t.id, 'transaction_id', NULL, t.id::text
      FROM ledger.transaction t
     WHERE (p_account_id IS NULL OR p_account_id IN (t.sender_account_id, t.receiver_account_id))
       AND NOT EXISTS (SELECT FROM ledger.change c WHERE c.transaction_id = t.id)
       AND NOT EXISTS (SELECT FROM ledger.outbox o WHERE o.transaction_id = t.id)
     ORDER BY t.id
$$;

CREATE FUNCTION identity.faults_in_events(p_after bigint, p_upto bigint) RETURNS TABLE (
    "position" bigint, event_id uuid, field text, recorded text, found text)
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT e.position, e.id, f.field, f.recorded, f.found
      FROM identity.audit_event e
      LEFT JOIN identity.audit_event before ON before.position = e.position - 1
     CROSS JOIN LATERAL (VALUES
        (1, 'the position before it', (e.position - 1)::text,
            CASE WHEN e.position = 1 THEN '0' ELSE before.position::text END),
        (2, 'digest', encode(e.digest, 'hex'),
            encode(ledger.link(NULL, before.digest, identity.event_bytes(e)), 'hex')),
        -- Events are found within seconds of their commit, and no unit of work is open for an hour: whatever comes so
        -- late says a time that it did not happen at.
        (3, 'at', greatest(e.at, before.at - interval '1 hour')::text, e.at::text)
     ) f(rank, field, recorded, found)
     WHERE e.position > p_after AND e.position <= p_upto AND f.found IS DISTINCT FROM f.recorded
     ORDER BY e.position, f.rank
$$;
