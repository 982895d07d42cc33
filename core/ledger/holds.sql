-- Holds: money that is promised and not yet paid. Besides apply_transfers, only these functions write a balance, and of
-- it only pending_out_minor. Each locks balances in id order, then holds, so that none waits in a circle.
-- The caller's clock is an argument: a hold is over from expires_at on, whether or not it was swept up by then.

-- Reserves an amount. failure_code is one of same_account, account_not_found, account_closed, currency_mismatch,
-- invalid_expiry, insufficient_funds (with the shortfall), idempotency_key_reused. A refusal stores nothing, and leaves
-- the key free. A replay names the hold that the key stands for.
DROP FUNCTION IF EXISTS ledger.place_hold;
CREATE FUNCTION ledger.place_hold(
    p_id           uuid,
    p_account      uuid,
    p_receiver     uuid,
    p_amount       bigint,
    p_currency     text,
    p_description  text,
    p_category     text,
    p_channel      text,
    p_now          timestamptz,
    p_expires_at   timestamptz,
    p_key          uuid,
    p_request      uuid
) RETURNS TABLE (hold_id uuid, failure_code text, shortfall_minor bigint, is_replay boolean)
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    payer  ledger.balance;
    payee  ledger.balance;
BEGIN
    SELECT * INTO payer FROM ledger.balance b WHERE b.account_id = p_account FOR NO KEY UPDATE;
    -- Only looked at: many may hold money for one shop at a time. If it closes before the capture, that is refused.
    SELECT * INTO payee FROM ledger.balance b WHERE b.account_id = p_receiver;

    -- The key only after the lock: a twin that was in flight has committed by now.
    IF NOT EXISTS (SELECT FROM ledger.hold h WHERE h.key_fingerprint = p_key) THEN
        shortfall_minor := nullif(
            greatest(payer.floor_minor + payer.pending_out_minor + p_amount - payer.posted_minor, 0), 0);
        failure_code := CASE
            WHEN p_account = p_receiver THEN 'same_account'
            WHEN payer.account_id IS NULL OR payee.account_id IS NULL THEN 'account_not_found'
            WHEN payer.is_closed OR payee.is_closed THEN 'account_closed'
            WHEN payer.currency <> p_currency OR payee.currency <> p_currency THEN 'currency_mismatch'
            WHEN p_expires_at <= p_now OR p_expires_at > p_now + interval '31 days' THEN 'invalid_expiry'
            WHEN shortfall_minor IS NOT NULL THEN 'insufficient_funds'
        END;
        IF failure_code IS NOT NULL THEN
            shortfall_minor := CASE failure_code WHEN 'insufficient_funds' THEN shortfall_minor END;
            is_replay := false;
            RETURN NEXT;
            RETURN;
        END IF;

        -- The same key may be in flight over another payer's account: then this waits for it, and is a replay of it.
        INSERT INTO ledger.hold (id, bank_id, account_id, receiver_account_id, amount_minor, currency, description,
                                 category, channel, expires_at, key_fingerprint, request_fingerprint)
        VALUES (p_id, payer.bank_id, p_account, p_receiver, p_amount, p_currency, p_description,
                p_category, p_channel, p_expires_at, p_key, p_request)
        ON CONFLICT ON CONSTRAINT hold_key DO NOTHING;
        IF FOUND THEN
            UPDATE ledger.balance b SET pending_out_minor = b.pending_out_minor + p_amount
             WHERE b.account_id = payer.account_id AND b.bank_id = payer.bank_id;
            hold_id := p_id;
            is_replay := false;
            RETURN NEXT;
            RETURN;
        END IF;
    END IF;

    SELECT h.id INTO hold_id FROM ledger.hold h WHERE h.key_fingerprint = p_key AND h.request_fingerprint = p_request;
    is_replay := FOUND;
    failure_code := CASE WHEN NOT FOUND THEN 'idempotency_key_reused' END;
    RETURN NEXT;
END $$;

-- The hold, once neither it nor the money on either side can be changed by anyone else.
DROP FUNCTION IF EXISTS ledger.lock_hold;
CREATE FUNCTION ledger.lock_hold(p_id uuid) RETURNS ledger.hold
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    h ledger.hold;
BEGIN
    SELECT * INTO h FROM ledger.hold x WHERE x.id = p_id;
    PERFORM FROM ledger.balance b
      WHERE b.account_id IN (h.account_id, h.receiver_account_id)
      ORDER BY b.account_id
        FOR NO KEY UPDATE;
    -- Read again: it may have ended while we waited.
    SELECT * INTO h FROM ledger.hold x WHERE x.id = p_id FOR NO KEY UPDATE;
    RETURN h;
END $$;

-- Pays p_amount (or, where it is null, all that remains) out of a hold. With p_is_final the rest is released.
-- failure_code is one of hold_ended (hold_status says how), capture_exceeds_hold, and those of apply_transfers.
DROP FUNCTION IF EXISTS ledger.capture_hold;
CREATE FUNCTION ledger.capture_hold(
    p_hold         uuid,
    p_amount       bigint,
    p_is_final     boolean,
    p_now          timestamptz,
    p_transaction  uuid,
    p_key          uuid,
    p_request      uuid,
    p_actor        text,
    p_trace        text
) RETURNS TABLE (
    transaction_id   uuid,
    failure_code     text,
    is_replay        boolean,
    hold_status      text,
    remaining_minor  bigint
)
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    h       ledger.hold := ledger.lock_hold(p_hold);
    amount  bigint;
    freed   bigint := 0;
    status  text;
BEGIN
    hold_status := CASE WHEN h.status = 'active' AND h.expires_at <= p_now THEN 'expired' ELSE h.status END;
    remaining_minor := h.amount_minor - h.captured_minor;
    amount := coalesce(p_amount, remaining_minor);
    -- A capture that was made before is answered as it was, whatever has become of the hold since.
    IF NOT EXISTS (SELECT FROM ledger.transaction t WHERE t.key_fingerprint = p_key) THEN
        failure_code := CASE
            WHEN hold_status <> 'active' THEN 'hold_ended'
            WHEN amount > remaining_minor THEN 'capture_exceeds_hold'
        END;
        IF failure_code IS NOT NULL THEN
            is_replay := false;
            RETURN NEXT;
            RETURN;
        END IF;
        freed := CASE WHEN p_is_final THEN remaining_minor ELSE amount END;
    END IF;

    -- Freed before it is paid, so there is always enough: freed is at least the amount, and nobody else gets in between.
    UPDATE ledger.balance b SET pending_out_minor = b.pending_out_minor - freed
     WHERE b.account_id = h.account_id AND b.bank_id = h.bank_id;
    SELECT a.id, a.status, a.failure_code, a.is_replay
      INTO transaction_id, status, failure_code, is_replay
      FROM ledger.apply_transfers(
        ARRAY[p_transaction], ARRAY[h.account_id], ARRAY[h.receiver_account_id], ARRAY[amount],
        ARRAY[h.currency::text], ARRAY[h.description], ARRAY[h.category], ARRAY[h.channel], ARRAY[NULL::uuid],
        ARRAY[h.id], ARRAY[p_now], ARRAY[p_key], ARRAY[p_request], ARRAY[p_actor], ARRAY[p_trace], ARRAY[false]) a;
    IF status = 'success' AND NOT is_replay THEN
        UPDATE ledger.hold x
           SET captured_minor = x.captured_minor + amount,
               status = CASE WHEN freed = remaining_minor THEN 'captured' ELSE 'active' END,
               ended_at = CASE WHEN freed = remaining_minor THEN p_now END,
               version = x.version + 1
         WHERE x.id = h.id AND x.bank_id = h.bank_id;
    ELSE
        UPDATE ledger.balance b SET pending_out_minor = b.pending_out_minor + freed
         WHERE b.account_id = h.account_id AND b.bank_id = h.bank_id;
    END IF;
    RETURN NEXT;
END $$;

-- Releases what remains of a hold. hold_status is 'voided', now or before (is_replay), or how else it had ended.
DROP FUNCTION IF EXISTS ledger.void_hold;
CREATE FUNCTION ledger.void_hold(p_hold uuid, p_now timestamptz) RETURNS TABLE (hold_status text, is_replay boolean)
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    h ledger.hold := ledger.lock_hold(p_hold);
BEGIN
    hold_status := CASE WHEN h.status = 'active' AND h.expires_at <= p_now THEN 'expired' ELSE h.status END;
    is_replay := hold_status = 'voided';
    IF hold_status = 'active' THEN
        UPDATE ledger.hold x SET status = 'voided', ended_at = p_now, version = x.version + 1
         WHERE x.id = h.id AND x.bank_id = h.bank_id;
        UPDATE ledger.balance b SET pending_out_minor = b.pending_out_minor - (h.amount_minor - h.captured_minor)
         WHERE b.account_id = h.account_id AND b.bank_id = h.bank_id;
        hold_status := 'voided';
    END IF;
    RETURN NEXT;
END $$;

-- Releases what remains of at most p_limit holds that are past their time, and says which.
DROP FUNCTION IF EXISTS ledger.expire_holds;
CREATE FUNCTION ledger.expire_holds(p_now timestamptz, p_limit integer) RETURNS SETOF uuid
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    overdue uuid[] := ARRAY(
        SELECT h.id FROM ledger.hold h
         WHERE h.status = 'active' AND h.expires_at <= p_now
         ORDER BY h.expires_at
         LIMIT p_limit);
BEGIN
    PERFORM FROM ledger.balance b
      WHERE b.account_id = ANY (ARRAY(SELECT h.account_id FROM ledger.hold h WHERE h.id = ANY (overdue)))
      ORDER BY b.account_id
        FOR NO KEY UPDATE;
    RETURN QUERY
        WITH ended AS (
            -- It ended when it said it would, not when we came by.
            UPDATE ledger.hold h SET status = 'expired', ended_at = h.expires_at, version = h.version + 1
             WHERE h.id = ANY (overdue) AND h.status = 'active'
            RETURNING h.id, h.bank_id, h.account_id, h.amount_minor - h.captured_minor AS rest
        ), released AS (
            UPDATE ledger.balance b SET pending_out_minor = b.pending_out_minor - r.rest
              FROM (SELECT e.account_id, e.bank_id, sum(e.rest)::bigint AS rest
                      FROM ended e GROUP BY e.account_id, e.bank_id) r
             WHERE b.account_id = r.account_id AND b.bank_id = r.bank_id
        )
        SELECT e.id FROM ended e;
END $$;
