-- The relay: takes what commits have left in the outbox and tells it in ledger.change, one row per side of a payment.
--
-- Outbox numbers are drawn before their transactions commit, so a later number can be visible before an earlier one.
-- Positions are given here, after the commit and by one relay at a time: a row never appears below one that was there.

-- One step of a chain. As a window aggregate it links the rows of one account, the first to the last one stored.
CREATE OR REPLACE FUNCTION ledger.link(p_state bytea, p_stored bytea, p_row bytea) RETURNS bytea
LANGUAGE sql IMMUTABLE
RETURN sha256(coalesce(p_state, p_stored, '') || p_row);

CREATE OR REPLACE AGGREGATE ledger.chained(p_stored bytea, p_row bytea) (sfunc = ledger.link, stype = bytea);

-- What a payment says of itself for ever, however it is decided. JSON, so that no value can run into the next;
-- instants as microseconds, because JSON spells them in the session's time zone.
CREATE OR REPLACE FUNCTION ledger.wording(t ledger.transaction) RETURNS bytea
LANGUAGE sql STABLE
RETURN sha256(convert_to(json_build_array(
    t.id, t.sender_bank_id, t.sender_account_id, t.receiver_account_id, t.amount_minor, t.currency, t.description,
    t.category, t.channel, t.reverses_id, t.hold_id, (extract(epoch FROM t.occurred_at) * 1000000)::bigint,
    (extract(epoch FROM t.created_at) * 1000000)::bigint, t.key_fingerprint, t.request_fingerprint)::text, 'UTF8'));

CREATE OR REPLACE FUNCTION ledger.change_bytes(c ledger.change) RETURNS bytea
LANGUAGE sql STABLE
RETURN convert_to(json_build_array(
    c.position, c.account_id, c.bank_id, c.transaction_id, c.kind, c.status, c.amount_minor, c.balance_after_minor,
    c.version, (extract(epoch FROM c.occurred_at) * 1000000)::bigint, (extract(epoch FROM c.at) * 1000000)::bigint,
    c.actor, c.trace_id, encode(c.wording, 'hex'))::text, 'UTF8');

-- Tells of the next commits. `taken` rows of the outbox; of these, `posted` payments moved money. No row at all when
-- another relay is at it. Both sides hear of what moved money, the sender alone of what is pending or failed.
DROP FUNCTION IF EXISTS ledger.relay;
CREATE FUNCTION ledger.relay(p_limit integer) RETURNS TABLE (taken integer, posted uuid[])
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
-- As in apply_transfers: few rows, every join by key.
SET enable_seqscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
AS $$
BEGIN
    -- Held until the commit, so that the next relay finds these positions given.
    IF NOT pg_try_advisory_xact_lock(hashtext('ledger.relay')) THEN
        RETURN;
    END IF;
    RETURN QUERY
    WITH event AS (
        DELETE FROM ledger.outbox
         WHERE seq = ANY (ARRAY(SELECT o.seq FROM ledger.outbox o ORDER BY o.seq LIMIT p_limit))
        RETURNING *
    ), side AS (
        SELECT e.seq, s.is_receiver, s.account_id, s.bank_id, e.transaction_id, s.kind, n.status, s.amount_minor,
               CASE WHEN n.moves THEN s.balance_after_minor END AS balance_after_minor,
               CASE WHEN n.moves THEN s.version END AS version,
               t.occurred_at, e.created_at, e.actor, e.trace_id, ledger.wording(t) AS wording
          FROM event e
          JOIN ledger.transaction t ON t.id = e.transaction_id
         CROSS JOIN LATERAL (
            SELECT coalesce(e.status, t.status) AS status, e.account_id IS NULL AND e.status = 'success' AS moves) n
         CROSS JOIN LATERAL (
            SELECT false AS is_receiver, t.sender_account_id AS account_id, t.sender_bank_id AS bank_id, e.kind,
                   -t.amount_minor AS amount_minor, t.sender_balance_after_minor AS balance_after_minor,
                   t.sender_version AS version
            UNION ALL
            -- An accepted payment that is decided now is news to its receiver.
            SELECT true, t.receiver_account_id, b.bank_id, CASE WHEN n.moves THEN 'added' ELSE e.kind END,
                   t.amount_minor, t.receiver_balance_after_minor, t.receiver_version
              FROM ledger.balance b
             WHERE b.account_id = t.receiver_account_id
         ) s
         WHERE s.account_id = e.account_id OR (e.account_id IS NULL AND (n.moves OR NOT s.is_receiver))
    ), placed AS (
        SELECT h.position + row_number() OVER (ORDER BY s.seq, s.is_receiver) AS position, s.*
          FROM side s, ledger.chain_head h
         WHERE h.log = 'changes'
    ), stored AS (
        INSERT INTO ledger.change
        SELECT p.position, p.account_id, p.bank_id, p.transaction_id, p.kind, p.status, p.amount_minor,
               p.balance_after_minor, p.version, p.occurred_at, p.created_at, p.actor, p.trace_id, p.wording,
               ledger.chained(l.digest, ledger.change_bytes(ROW(
                   p.position, p.account_id, p.bank_id, p.transaction_id, p.kind, p.status, p.amount_minor,
                   p.balance_after_minor, p.version, p.occurred_at, p.created_at, p.actor, p.trace_id, p.wording, NULL
               )::ledger.change)) OVER (PARTITION BY p.account_id ORDER BY p.position)
          FROM placed p
          LEFT JOIN LATERAL (
            SELECT c.digest FROM ledger.change c WHERE c.account_id = p.account_id ORDER BY c.position DESC LIMIT 1
          ) l ON true
    ), head AS (
        UPDATE ledger.chain_head SET position = (SELECT max(p.position) FROM placed p)
         WHERE log = 'changes' AND EXISTS (SELECT FROM placed)
    )
    SELECT (SELECT count(*) FROM event)::integer,
           ARRAY(SELECT e.transaction_id FROM event e WHERE e.status = 'success' AND e.account_id IS NULL ORDER BY e.seq);
END $$;

-- Has one side of a payment told that it reads differently now, because of its annotation.
CREATE OR REPLACE FUNCTION ledger.note_change(
    p_transaction_id uuid, p_account_id uuid, p_actor text, p_trace_id text
) RETURNS void
LANGUAGE sql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
    INSERT INTO ledger.outbox (kind, transaction_id, sender_account_id, receiver_account_id, occurred_at, account_id,
                               actor, trace_id)
    SELECT 'modified', t.id, t.sender_account_id, t.receiver_account_id, t.occurred_at, p_account_id,
           p_actor, p_trace_id
      FROM ledger.transaction t
     WHERE t.id = p_transaction_id AND p_account_id IN (t.sender_account_id, t.receiver_account_id)
$$;
