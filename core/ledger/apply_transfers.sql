-- The one statement that moves money.
--
-- Takes n transfers as n-element arrays, decides each in the order given (the n-th may fail because an earlier one
-- drained the account), and returns exactly one answer per input, in order:
--   ordinal, id, status, failure_code, shortfall_minor, is_replay, sender_balance_after_minor, occurred_at, posted_at
-- status is 'success', 'failed', or 'pending' for what is only accepted (p_is_deferred): its key is bound, its balance
-- untouched until settle_transfers brings it here again (p_is_settlement, see settlement.sql).
-- failure_code is one of
--   insufficient_funds (stored as failed, with the shortfall),
--   account_not_found, same_account, account_closed, currency_mismatch, not_reversible, reversal_exceeds_original
--   (nothing is stored, unless it is a settlement), idempotency_key_reused (the stored request was another one).
--
-- The caller has validated amounts and currencies: one malformed element would fail the whole call.
DROP FUNCTION IF EXISTS ledger.apply_transfers;

CREATE FUNCTION ledger.apply_transfers(
    p_id             uuid[],
    p_sender         uuid[],
    p_receiver       uuid[],
    p_amount         bigint[],
    p_currency       text[],
    p_description    text[],
    p_category       text[],
    p_channel        text[],
    p_reverses       uuid[],
    p_hold           uuid[],
    p_occurred       timestamptz[],
    p_key            uuid[],
    p_request        uuid[],
    p_actor          text[],
    p_trace          text[],
    p_is_deferred    boolean[],
    p_is_settlement  boolean DEFAULT false
) RETURNS TABLE (
    ordinal                     integer,
    id                          uuid,
    status                      text,
    failure_code                text,
    shortfall_minor             bigint,
    is_replay                   boolean,
    sender_balance_after_minor  bigint,
    occurred_at                 timestamptz,
    posted_at                   timestamptz
)
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
-- The planner cannot see how short the arrays are; every join below is by key.
SET enable_seqscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
-- Planned once per connection: planning anew took half of a small batch's time.
SET plan_cache_mode = force_generic_plan
AS $$
#variable_conflict use_column
DECLARE
    n           integer := cardinality(p_id);
    -- the accounts of the batch, by dense position, as they were when locked
    ids         uuid[];
    banks       uuid[];
    currencies  text[];
    posted      bigint[];
    lowest      bigint[];   -- what the balance must not fall below: floor + pending out
    closed      boolean[];
    versions    bigint[];
    -- and as this batch leaves them
    balances    bigint[];
    moves       integer[];
    -- per transfer
    senders     integer[];
    receivers   integer[];
    twins       integer[] := array_fill(0, ARRAY[n]);         -- position of the same key earlier in this batch
    outcome     text[];                                       -- 'success', 'pending', 'replay' or a failure code
    shortfall   bigint[];
    s_after     bigint[];
    r_after     bigint[];
    s_version   bigint[];
    r_version   bigint[];
    -- the payments that transfers of this batch take back, by position in `sources`
    has_reversals boolean := array_remove(p_reverses, NULL) <> '{}';
    sources     integer[];
    source_at   integer[];  -- where in this batch the reversed payment stands; NULL if it is stored already
    source_from uuid[];
    source_to   uuid[];
    source_left bigint[];   -- what has not been given back yet
    lefts       bigint[];
    constraint_violated text;
    c_tries    CONSTANT integer := 100;                       -- of step 4, each lost to another batch's commit
    c_stored   CONSTANT text[] := ARRAY['success', 'pending', 'insufficient_funds'];
    tries      integer := 0;
    i integer; s integer; r integer; o integer; earlier integer;
BEGIN
    -- 1. Lock in id order: opposing transfers would otherwise wait for each other forever.
    SELECT array_agg(l.account_id), array_agg(l.bank_id), array_agg(l.currency::text), array_agg(l.posted_minor),
           array_agg(l.floor_minor + l.pending_out_minor), array_agg(l.is_closed), array_agg(l.version)
      INTO ids, banks, currencies, posted, lowest, closed, versions
      FROM (
        SELECT b.account_id, b.bank_id, b.currency, b.posted_minor, b.floor_minor, b.pending_out_minor,
               b.is_closed, b.version
          FROM ledger.balance b
         WHERE b.account_id = ANY (ARRAY(SELECT DISTINCT x FROM unnest(p_sender || p_receiver) x ORDER BY x))
         ORDER BY b.account_id
           FOR NO KEY UPDATE
      ) l;

    -- Dense positions; 0, or the position of another account, where there is none.
    SELECT array_agg(coalesce(width_bucket(u.sender, ids), 0) ORDER BY u.ord),
           array_agg(coalesce(width_bucket(u.receiver, ids), 0) ORDER BY u.ord)
      INTO senders, receivers
      FROM unnest(p_sender, p_receiver) WITH ORDINALITY u(sender, receiver, ord);
    FOR i, earlier IN
        SELECT k.ord, k.earlier
          FROM (SELECT u.ord, lag(u.ord) OVER (PARTITION BY u.key ORDER BY u.ord) AS earlier
                  FROM unnest(p_key) WITH ORDINALITY u(key, ord)) k
         WHERE k.earlier IS NOT NULL
    LOOP
        twins[i] := earlier;
    END LOOP;

    LOOP
        balances := posted;
        moves := array_fill(0, ARRAY[greatest(coalesce(cardinality(ids), 0), 1)]);
        outcome := array_fill(NULL::text, ARRAY[n]);
        shortfall := array_fill(NULL::bigint, ARRAY[n]);
        s_after := shortfall;
        r_after := shortfall;
        s_version := shortfall;
        r_version := shortfall;

        -- 2. Keys only after the locks: a twin that was in flight over these accounts has committed by now.
        FOR i IN
            SELECT u.ord FROM unnest(p_key) WITH ORDINALITY u(key, ord)
             WHERE EXISTS (SELECT FROM ledger.transaction t
                            WHERE t.key_fingerprint = u.key AND NOT (p_is_settlement AND t.status = 'processing'))
        LOOP
            outcome[i] := 'replay';
        END LOOP;

        -- A payment and its reversals move over the same two accounts, so these sums cannot change before our commit.
        IF has_reversals THEN
            SELECT array_agg(q.at), array_agg(q.paid_from), array_agg(q.paid_to), array_agg(q.amount_left)
              INTO source_at, source_from, source_to, source_left
              FROM (
                SELECT b.at,
                       CASE WHEN b.at IS NOT NULL THEN p_sender[b.at]
                            WHEN t.status = 'success' AND t.reverses_id IS NULL THEN t.sender_account_id END AS paid_from,
                       coalesce(t.receiver_account_id, p_receiver[b.at]) AS paid_to,
                       coalesce(t.amount_minor, p_amount[b.at]) - (
                           SELECT coalesce(sum(y.amount_minor), 0) FROM ledger.transaction y
                            WHERE y.reverses_id = d.id AND y.status = 'success') AS amount_left
                  FROM (SELECT DISTINCT x AS id FROM unnest(p_reverses) x WHERE x IS NOT NULL) d
                  LEFT JOIN ledger.transaction t ON t.id = d.id
                 -- What is stored counts as it is stored, also where a repeated request stands in this batch.
                 CROSS JOIN LATERAL (SELECT CASE WHEN t.id IS NULL THEN array_position(p_id, d.id) END AS at) b
                 ORDER BY d.id
              ) q;
            sources := ARRAY(SELECT width_bucket(u.reverses, d.ids)
                               FROM unnest(p_reverses) WITH ORDINALITY u(reverses, ord),
                                    (SELECT array_agg(DISTINCT x ORDER BY x) AS ids
                                       FROM unnest(p_reverses) x WHERE x IS NOT NULL) d
                              ORDER BY u.ord);
            lefts := source_left;
        END IF;

        -- 3. Decide in the order of arrival.
        FOR i IN 1..n LOOP
            CONTINUE WHEN outcome[i] IS NOT NULL;
            -- A key is bound once a row is stored for it; a refusal that stores nothing leaves it free.
            IF twins[i] > 0 AND (outcome[twins[i]] = ANY (c_stored) OR outcome[twins[i]] = 'replay') THEN
                outcome[i] := 'replay';
                CONTINUE;
            END IF;
            s := senders[i];
            r := receivers[i];
            IF p_sender[i] = p_receiver[i] THEN
                outcome[i] := 'same_account';
            ELSIF s = 0 OR r = 0 OR ids[s] <> p_sender[i] OR ids[r] <> p_receiver[i] THEN
                outcome[i] := 'account_not_found';
            ELSIF closed[s] OR closed[r] THEN
                outcome[i] := 'account_closed';
            ELSIF currencies[s] <> p_currency[i] OR currencies[r] <> p_currency[i] THEN
                outcome[i] := 'currency_mismatch';
            ELSIF p_is_deferred[i] THEN
                outcome[i] := 'pending';
            END IF;
            CONTINUE WHEN outcome[i] IS NOT NULL;
            IF has_reversals AND p_reverses[i] IS NOT NULL THEN
                o := sources[i];
                IF source_to[o] IS DISTINCT FROM p_sender[i] OR source_from[o] IS DISTINCT FROM p_receiver[i]
                   OR (source_at[o] IS NOT NULL
                       AND (source_at[o] >= i OR outcome[source_at[o]] <> 'success' OR p_reverses[source_at[o]] IS NOT NULL))
                THEN
                    outcome[i] := 'not_reversible';
                ELSIF p_amount[i] > lefts[o] THEN
                    outcome[i] := 'reversal_exceeds_original';
                    shortfall[i] := p_amount[i] - lefts[o];
                END IF;
                CONTINUE WHEN outcome[i] IS NOT NULL;
            END IF;
            IF balances[s] - p_amount[i] < lowest[s] THEN
                outcome[i] := 'insufficient_funds';
                shortfall[i] := lowest[s] - (balances[s] - p_amount[i]);
            ELSE
                outcome[i] := 'success';
                balances[s] := balances[s] - p_amount[i];
                balances[r] := balances[r] + p_amount[i];
                moves[s] := moves[s] + 1;
                moves[r] := moves[r] + 1;
                s_after[i] := balances[s];
                r_after[i] := balances[r];
                s_version[i] := versions[s] + moves[s];
                r_version[i] := versions[r] + moves[r];
                IF has_reversals AND p_reverses[i] IS NOT NULL THEN
                    lefts[o] := lefts[o] - p_amount[i];
                END IF;
            END IF;
        END LOOP;

        -- 4. One INSERT (or, of what was accepted before, one UPDATE), the balances, the outbox.
        EXIT WHEN p_is_settlement;
        BEGIN
            INSERT INTO ledger.transaction (
                id, sender_bank_id, sender_account_id, receiver_account_id, amount_minor, currency, status,
                failure_code, shortfall_minor, description, category, channel, reverses_id, hold_id, occurred_at,
                posted_at, sender_balance_after_minor, receiver_balance_after_minor, sender_version, receiver_version,
                key_fingerprint, request_fingerprint)
            SELECT u.id, banks[u.sender_at], u.sender, u.receiver, u.amount, u.currency,
                   CASE WHEN u.outcome IN ('success', 'pending') THEN u.outcome ELSE 'failed' END,
                   CASE WHEN u.outcome NOT IN ('success', 'pending') THEN u.outcome END,
                   u.shortfall, coalesce(u.description, ''), u.category, coalesce(u.channel, 'transfer'),
                   u.reverses, u.hold, u.occurred, CASE u.outcome WHEN 'success' THEN now() END,
                   u.s_after, u.r_after, u.s_version, u.r_version, u.key, u.request
              FROM unnest(p_id, p_sender, p_receiver, p_amount, p_currency, p_description, p_category, p_channel,
                          p_reverses, p_hold, p_occurred, p_key, p_request, outcome, shortfall, senders,
                          s_after, r_after, s_version, r_version)
                   u(id, sender, receiver, amount, currency, description, category, channel,
                     reverses, hold, occurred, key, request, outcome, shortfall, sender_at,
                     s_after, r_after, s_version, r_version)
             WHERE u.outcome = ANY (c_stored)
             -- In key order: two batches that share keys but no account meet here, and must not wait in a circle.
             ORDER BY u.key;
            EXIT;
        EXCEPTION WHEN unique_violation THEN
            -- Such a batch has committed one of our keys since step 2: look again, and answer it as a replay.
            GET STACKED DIAGNOSTICS constraint_violated = CONSTRAINT_NAME;
            tries := tries + 1;
            IF constraint_violated <> 'transaction_key' OR tries = c_tries THEN
                RAISE;
            END IF;
        END;
    END LOOP;

    IF p_is_settlement THEN
        UPDATE ledger.transaction t
           SET status = CASE u.outcome WHEN 'success' THEN 'success' ELSE 'failed' END,
               failure_code = nullif(u.outcome, 'success'), shortfall_minor = u.shortfall,
               posted_at = CASE u.outcome WHEN 'success' THEN now() END,
               sender_balance_after_minor = u.s_after, receiver_balance_after_minor = u.r_after,
               sender_version = u.s_version, receiver_version = u.r_version
          FROM unnest(p_id, outcome, shortfall, s_after, r_after, s_version, r_version)
               u(id, outcome, shortfall, s_after, r_after, s_version, r_version)
         WHERE t.id = u.id AND t.status = 'processing' AND u.outcome <> 'replay';
    END IF;

    UPDATE ledger.balance b
       SET posted_minor = u.balance, version = b.version + u.moves
      FROM unnest(ids, banks, balances, moves) u(account_id, bank_id, balance, moves)
     WHERE b.account_id = u.account_id AND b.bank_id = u.bank_id AND u.moves > 0;

    INSERT INTO ledger.outbox (kind, status, transaction_id, sender_account_id, receiver_account_id, occurred_at,
                               actor, trace_id)
    SELECT CASE WHEN p_is_settlement THEN 'modified' ELSE 'added' END,
           CASE WHEN u.outcome IN ('success', 'pending') THEN u.outcome ELSE 'failed' END,
           u.id, u.sender, u.receiver, u.occurred, u.actor, u.trace
      FROM unnest(p_id, p_sender, p_receiver, p_occurred, p_actor, p_trace, outcome) WITH ORDINALITY
           u(id, sender, receiver, occurred, actor, trace, outcome, ord)
     WHERE u.outcome = ANY (c_stored) OR (p_is_settlement AND u.outcome <> 'replay')
     ORDER BY u.ord;

    -- 5. One answer per input.
    RETURN QUERY
        SELECT u.ord::integer,
               CASE WHEN u.outcome = ANY (c_stored) OR p_is_settlement THEN u.id WHEN t.same THEN t.id END,
               CASE WHEN u.outcome IN ('success', 'pending') THEN u.outcome WHEN t.same THEN t.status ELSE 'failed' END,
               CASE WHEN u.outcome IN ('success', 'pending') THEN NULL WHEN u.outcome <> 'replay' THEN u.outcome
                    WHEN t.same THEN t.failure_code ELSE 'idempotency_key_reused' END,
               CASE WHEN t.same THEN t.shortfall_minor ELSE u.shortfall END,
               coalesce(t.same, false),
               CASE WHEN t.same THEN t.sender_balance_after_minor ELSE u.s_after END,
               CASE WHEN t.same THEN t.occurred_at ELSE u.occurred END,
               CASE WHEN u.outcome = 'success' THEN now() WHEN t.same THEN t.posted_at END
          FROM unnest(p_id, p_key, p_request, p_occurred, outcome, shortfall, s_after) WITH ORDINALITY
               u(id, key, request, occurred, outcome, shortfall, s_after, ord)
          LEFT JOIN LATERAL (
            SELECT x.id, x.status, x.failure_code, x.shortfall_minor, x.sender_balance_after_minor, x.occurred_at,
                   x.posted_at, x.request_fingerprint = u.request AS same
              FROM ledger.transaction x
             WHERE u.outcome = 'replay' AND x.key_fingerprint = u.key
          ) t ON true
         ORDER BY u.ord;
END $$;
