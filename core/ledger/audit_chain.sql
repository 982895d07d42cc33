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
     -- What the row should say, by the rows before it and by the payment. OFFSET keeps digests from being made twice.
     CROSS JOIN LATERAL (
        SELECT CASE WHEN c.position = 1 OR EXISTS (SELECT FROM ledger.change x WHERE x.position = c.position - 1)
                    THEN c.position - 1 END AS before,
               ledger.link(NULL, before.digest, ledger.change_bytes(c)) AS digest,
               CASE WHEN s.moves THEN coalesce(moved.version, 0) + 1 END AS next_version,
               CASE WHEN s.moves THEN coalesce(moved.balance_after_minor, 0) + c.amount_minor END AS next_balance,
               CASE WHEN s.is_out THEN t.sender_account_id ELSE t.receiver_account_id END AS account_id,
               CASE WHEN s.is_out THEN -t.amount_minor ELSE t.amount_minor END AS amount_minor,
               -- What was pending may be decided by now.
               CASE WHEN c.status IN ('success', 'failed') THEN t.status ELSE c.status END AS status,
               CASE WHEN s.moves AND s.is_out THEN t.sender_version WHEN s.moves THEN t.receiver_version END AS version,
               CASE WHEN s.moves AND s.is_out THEN t.sender_balance_after_minor
                    WHEN s.moves THEN t.receiver_balance_after_minor END AS balance_after_minor,
               CASE WHEN s.moves THEN t.posted_at ELSE c.at END AS posted_at,
               -- Its texts, parties, references, keys and the time of its making, as one digest.
               ledger.wording(t) AS wording
        OFFSET 0
     ) n
     -- Only of a row that does not fit is it worked out what does not.
     CROSS JOIN LATERAL (VALUES
        (1, 'the position before it', (c.position - 1)::text, n.before::text),
        (2, 'digest', encode(c.digest, 'hex'), encode(n.digest, 'hex')),
        (3, 'version', c.version::text, n.next_version::text),
        (4, 'balance_after_minor', c.balance_after_minor::text, n.next_balance::text),
        (5, 'transaction_id', c.transaction_id::text, t.id::text),
        (6, 'account_id', c.account_id::text, n.account_id::text),
        (7, 'amount_minor', c.amount_minor::text, n.amount_minor::text),
        (8, 'status', c.status, n.status),
        (9, 'version', c.version::text, n.version::text),
        (10, 'balance_after_minor', c.balance_after_minor::text, n.balance_after_minor::text),
        (11, 'occurred_at', c.occurred_at::text, t.occurred_at::text),
        (12, 'posted_at', c.at::text, n.posted_at::text),
        (13, 'wording', encode(c.wording, 'hex'), encode(n.wording, 'hex'))
     ) f(rank, field, recorded, found)
     WHERE c.position > p_after AND c.position <= p_upto AND (p_account_id IS NULL OR c.account_id = p_account_id)
       AND (c.position - 1, c.digest, c.version, c.balance_after_minor, c.transaction_id, c.account_id, c.amount_minor,
            c.status, c.version, c.balance_after_minor, c.occurred_at, c.at, c.wording)
           IS DISTINCT FROM
           (n.before, n.digest, n.next_version, n.next_balance, t.id, n.account_id, n.amount_minor,
            n.status, n.version, n.balance_after_minor, t.occurred_at, n.posted_at, n.wording)
       AND f.found IS DISTINCT FROM f.recorded
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
