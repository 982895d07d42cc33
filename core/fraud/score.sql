-- Scores payments after they have posted: judge() finds the reasons and writes nothing, later_payments() names what a back-dated
-- payment changes, score() stores both. Why these reasons and numbers: docs/decisions/0005-fraud-scores-in-sql.md.
--
-- Causal: a payment is judged by what the accounts did before it (occurred_at, ties by id) and by nothing else, so the
-- scores do not depend on the order in which batches arrive. No rule looks back further than 400 days.

-- What an account had paid to others before one payment, from an instant on. Inlined into its callers: it pins no
-- search_path of its own because that would prevent it.
CREATE OR REPLACE FUNCTION fraud.earlier(
    p_account_id uuid, p_own uuid[], p_from timestamptz, p_occurred_at timestamptz, p_id uuid
) RETURNS SETOF ledger.transaction
LANGUAGE sql STABLE
AS $$
    SELECT y.*
      FROM ledger.transaction y
     WHERE y.sender_account_id = p_account_id AND y.occurred_at >= p_from
       AND (y.occurred_at, y.id) < (p_occurred_at, p_id)
       AND y.status = 'success' AND y.reverses_id IS NULL AND y.receiver_account_id <> ALL (p_own)
$$;

CREATE OR REPLACE FUNCTION fraud.judge(p_ids uuid[]) RETURNS TABLE (
    transaction_id  uuid,
    account_id      uuid,
    bank_id         uuid,
    occurred_at     timestamptz,
    points          integer,
    reasons         jsonb
)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
-- As in apply_transfers: few rows, every join by key.
SET enable_seqscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
AS $$
#variable_conflict use_column
DECLARE
    c_horizon       CONSTANT interval := '400 days';
    c_history       CONSTANT integer := 100;  -- the payments that make up what is usual
    c_history_min   CONSTANT integer := 10;   -- AMT_SELF: below this there is no usual amount
    c_habits_min    CONSTANT integer := 20;   -- NEW_PAYEE_HIGH, ODD_HOUR: below this there are no habits
    c_ratio_min     CONSTANT integer := 5;    -- AMT_SELF: times the median
    c_burst_window  CONSTANT interval := '1 hour';
    c_burst_min     CONSTANT integer := 5;    -- VEL_BURST: payments in the window, this one included
    c_hour_share    CONSTANT numeric := 0.02; -- ODD_HOUR: of the habits
    c_near          CONSTANT numeric := 0.85; -- STRUCT: of the limit
    c_near_window   CONSTANT interval := '7 days';
    c_near_min      CONSTANT integer := 3;    -- this one included
    c_pass_window   CONSTANT interval := '48 hours';
    c_pass_min      CONSTANT numeric := 0.80; -- PASS_THRU: of what came in
    c_pass_max      CONSTANT numeric := 1.05;
BEGIN
    RETURN QUERY
    WITH payment AS MATERIALIZED (
        -- Who is judged: persons, and businesses that are no merchants; not refunds, not one's own two accounts.
        SELECT t.id, t.sender_account_id, sa.bank_id, t.receiver_account_id, t.amount_minor, t.currency, t.occurred_at,
               ARRAY(SELECT o.id FROM banking.account o WHERE o.customer_id = sc.id) AS own,
               ra.kind <> 'system' AS has_payee, rc.merchant_category_code IS NOT NULL AS is_merchant,
               sc.time_zone, t.occurred_at AT TIME ZONE sc.time_zone AS local_at,
               (SELECT l.limit_minor FROM fraud.reporting_limit l
                 WHERE l.currency = t.currency AND t.amount_minor < l.limit_minor
                   AND t.amount_minor >= l.limit_minor * c_near) AS near_limit
          FROM unnest(p_ids) u(id)
          JOIN ledger.transaction t ON t.id = u.id
          JOIN banking.account sa ON sa.id = t.sender_account_id AND sa.bank_id = t.sender_bank_id
          JOIN banking.customer sc ON sc.id = sa.customer_id
          JOIN banking.account ra ON ra.id = t.receiver_account_id
          LEFT JOIN banking.customer rc ON rc.id = ra.customer_id
         WHERE t.status = 'success' AND t.reverses_id IS NULL AND sa.kind = 'customer'
           AND (sc.kind = 'person' OR sc.merchant_category_code IS NULL)
           AND ra.customer_id IS DISTINCT FROM sa.customer_id
    ), judged AS (
        SELECT p.*, i.*, h.*, k.*,
               -- A time of exactly midnight is how bank files spell "no time of day"; imports add a microsecond to noon.
               p.local_at::time < '06:00' AND p.local_at::time > '00:00' AS is_night
          FROM payment p
         -- What came in shortly before, from payers whom the account did not know before that.
         CROSS JOIN LATERAL (
            SELECT count(*) AS in_count, sum(r.amount_minor) AS in_minor, min(r.occurred_at) AS in_at,
                   array_agg(r.id ORDER BY r.occurred_at, r.id) AS in_ids
              FROM ledger.transaction r
             WHERE r.receiver_account_id = p.sender_account_id
               AND r.occurred_at > p.occurred_at - c_pass_window
               AND (r.occurred_at, r.id) < (p.occurred_at, p.id)
               AND r.status = 'success' AND r.reverses_id IS NULL AND r.amount_minor >= p.amount_minor / 10
               AND r.sender_account_id <> ALL (p.own)
               AND NOT EXISTS (SELECT FROM banking.account a WHERE a.id = r.sender_account_id AND a.kind = 'system')
               AND NOT EXISTS (
                   SELECT FROM ledger.transaction f
                    WHERE f.receiver_account_id = p.sender_account_id AND f.sender_account_id = r.sender_account_id
                      AND f.occurred_at <= p.occurred_at - c_pass_window
                      AND f.occurred_at > p.occurred_at - c_horizon AND f.status = 'success')
         ) i
         CROSS JOIN LATERAL (
            SELECT count(*) AS payments, min(x.occurred_at) AS since,
                   percentile_disc(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY x.amount_minor) AS quantiles,
                   count(*) FILTER (WHERE x.occurred_at >= p.occurred_at - c_burst_window) AS burst,
                   sum(x.amount_minor) FILTER (WHERE x.occurred_at >= i.in_at) AS passed_minor,
                   count(*) FILTER (WHERE p.near_limit IS NOT NULL AND x.occurred_at >= p.occurred_at - c_near_window
                                      AND x.amount_minor >= p.near_limit * c_near
                                      AND x.amount_minor < p.near_limit) AS near
              FROM (
                SELECT y.occurred_at, y.amount_minor, y.receiver_account_id
                  FROM fraud.earlier(p.sender_account_id, p.own, p.occurred_at - c_horizon, p.occurred_at, p.id) y
                 ORDER BY y.occurred_at DESC, y.id DESC
                 LIMIT c_history
              ) x
         ) h
         -- The most that this payee ever got. Rents and premiums are older than the history of who pays often; only
         -- high payments ask, once (OFFSET keeps the planner from asking for each reason), and in the sender's history:
         -- by its index on receivers, the planner would read all that a shop ever got.
         CROSS JOIN LATERAL (
            SELECT CASE WHEN h.payments >= c_history_min
                         AND p.amount_minor >= least(c_ratio_min * h.quantiles[1], h.quantiles[2])
                        THEN (SELECT max(y.amount_minor)
                                FROM fraud.earlier(p.sender_account_id, p.own, p.occurred_at - c_horizon,
                                                   p.occurred_at, p.id) y
                               WHERE y.receiver_account_id IS NOT DISTINCT FROM p.receiver_account_id)
                   END AS payee_max_minor
            OFFSET 0
         ) k
    ), reason AS (
        SELECT j.id, j.sender_account_id, j.bank_id, j.occurred_at, r.*
          FROM judged j
         CROSS JOIN LATERAL (
            -- Far above the account's median, and this payee never got as much as half of it.
            SELECT 'AMT_SELF' AS code,
                   CASE WHEN j.amount_minor >= 25 * j.quantiles[1] THEN 35
                        WHEN j.amount_minor >= 10 * j.quantiles[1] THEN 30 ELSE 20 END AS points,
                   jsonb_build_object('usual_minor', j.quantiles[1], 'payments', j.payments, 'since', j.since,
                                      'ratio', round(j.amount_minor::numeric / j.quantiles[1], 1)) AS facts,
                   ARRAY(SELECT y.id FROM fraud.earlier(j.sender_account_id, j.own, j.since, j.occurred_at, j.id) y
                          ORDER BY y.amount_minor DESC, y.id LIMIT 1) AS transaction_ids
             WHERE j.payments >= c_history_min AND j.amount_minor >= c_ratio_min * j.quantiles[1]
               AND coalesce(j.payee_max_minor, 0) * 2 < j.amount_minor
            UNION ALL
            -- The first payment to a payee, and among the highest tenth of the account. Shops are new to people every day.
            SELECT 'NEW_PAYEE_HIGH', CASE WHEN j.is_merchant THEN 10 ELSE 30 END,
                   jsonb_build_object('high_minor', j.quantiles[2], 'payments', j.payments, 'since', j.since),
                   ARRAY[]::uuid[]
             WHERE j.payments >= c_habits_min AND j.amount_minor >= j.quantiles[2] AND j.has_payee
               AND j.payee_max_minor IS NULL
            UNION ALL
            SELECT 'VEL_BURST', CASE WHEN j.burst + 1 >= 8 THEN 40 ELSE 30 END,
                   jsonb_build_object('count', j.burst + 1, 'total_minor', v.total_minor + j.amount_minor, 'minutes',
                                      ceil(date_part('epoch', j.occurred_at - v.first_at) / 60)),
                   v.ids
              FROM (
                SELECT array_agg(y.id ORDER BY y.occurred_at, y.id) AS ids, min(y.occurred_at) AS first_at,
                       sum(y.amount_minor) AS total_minor
                  FROM fraud.earlier(j.sender_account_id, j.own, j.occurred_at - c_burst_window, j.occurred_at, j.id) y
              ) v
             WHERE j.burst + 1 >= c_burst_min AND j.local_at::time NOT IN ('00:00', '12:00:00.000001')
            UNION ALL
            -- At night where the customer lives, and not one of the customer's own hours.
            SELECT 'ODD_HOUR', 20,
                   jsonb_build_object('local_time', to_char(j.local_at, 'HH24:MI'), 'time_zone', j.time_zone,
                                      'nearby', o.nearby, 'payments', o.timed, 'since', j.since),
                   o.nearby_ids
              FROM (
                SELECT count(*) AS timed, count(*) FILTER (WHERE c.seconds_apart <= 3600) AS nearby,
                       coalesce(array_agg(c.id) FILTER (WHERE c.seconds_apart <= 3600), ARRAY[]::uuid[]) AS nearby_ids
                  FROM (
                    SELECT y.id, least(abs(d.seconds), 86400 - abs(d.seconds)) AS seconds_apart
                      FROM fraud.earlier(j.sender_account_id, j.own, j.since, j.occurred_at, j.id) y
                     CROSS JOIN LATERAL (SELECT y.occurred_at AT TIME ZONE j.time_zone AS local_at) l
                     CROSS JOIN LATERAL (
                        SELECT date_part('epoch', l.local_at::time) - date_part('epoch', j.local_at::time) AS seconds) d
                     WHERE l.local_at::time NOT IN ('00:00', '12:00:00.000001')
                  ) c
              ) o
             WHERE j.is_night AND o.timed >= c_habits_min AND o.nearby <= o.timed * c_hour_share
            UNION ALL
            SELECT 'STRUCT', 50,
                   jsonb_build_object('limit_minor', j.near_limit, 'count', j.near + 1, 'days',
                                      ceil(date_part('epoch', j.occurred_at - n.first_at) / 86400),
                                      'total_minor', n.total_minor + j.amount_minor),
                   n.ids
              FROM (
                SELECT array_agg(y.id ORDER BY y.occurred_at, y.id) AS ids, min(y.occurred_at) AS first_at,
                       sum(y.amount_minor) AS total_minor
                  FROM fraud.earlier(j.sender_account_id, j.own, j.occurred_at - c_near_window, j.occurred_at, j.id) y
                 WHERE y.amount_minor >= j.near_limit * c_near AND y.amount_minor < j.near_limit
              ) n
             WHERE j.near + 1 >= c_near_min
            UNION ALL
            SELECT 'PASS_THRU', 40,
                   jsonb_build_object('in_minor', j.in_minor, 'in_count', j.in_count,
                                      'out_minor', coalesce(j.passed_minor, 0) + j.amount_minor, 'hours',
                                      greatest(1, round(date_part('epoch', j.occurred_at - j.in_at) / 3600))),
                   j.in_ids
             WHERE coalesce(j.passed_minor, 0) + j.amount_minor BETWEEN j.in_minor * c_pass_min AND j.in_minor * c_pass_max
               AND j.amount_minor * 4 >= j.in_minor
               AND j.amount_minor >= 2 * coalesce(j.quantiles[1], 0)
         ) r
    )
    SELECT r.id, r.sender_account_id, r.bank_id, r.occurred_at, least(99, sum(r.points))::integer,
           jsonb_agg(jsonb_build_object('code', r.code, 'points', r.points, 'facts', r.facts,
                                        'transaction_ids', r.transaction_ids)
                     ORDER BY r.points DESC, r.code)
      FROM reason r
     GROUP BY r.id, r.sender_account_id, r.bank_id, r.occurred_at;
END $$;

-- Payments that were judged before they could know of these: all later ones of their parties. None, when time runs
-- forward. Looked up once per account: pair by pair, a batch of one account would cost the square of its size. What the
-- relay has not told yet will be judged in its turn: versions above the account's last one in ledger.change.
CREATE OR REPLACE FUNCTION fraud.later_payments(p_ids uuid[]) RETURNS SETOF uuid
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
AS $$
BEGIN
    RETURN QUERY
    SELECT l.id
      FROM (
        SELECT party.account_id, min(t.occurred_at) AS first_at, max(t.occurred_at) AS last_at
          FROM unnest(p_ids) u(id)
          JOIN ledger.transaction t ON t.id = u.id
         CROSS JOIN LATERAL (VALUES (t.sender_account_id), (t.receiver_account_id)) party(account_id)
         GROUP BY party.account_id
      ) p
      JOIN banking.account a ON a.id = p.account_id AND a.kind = 'customer'
      JOIN banking.customer c ON c.id = a.customer_id AND (c.kind = 'person' OR c.merchant_category_code IS NULL)
     CROSS JOIN LATERAL (
        SELECT c.version FROM ledger.change c
         WHERE c.account_id = p.account_id AND c.version IS NOT NULL
         ORDER BY c.position DESC LIMIT 1
      ) told
      JOIN ledger.transaction l ON l.sender_account_id = p.account_id AND l.sender_version <= told.version
       AND l.occurred_at >= p.first_at AND l.occurred_at < p.last_at + interval '400 days'
    EXCEPT
    SELECT u.id FROM unnest(p_ids) u(id);
END $$;

-- Scores payments that the relay has just told of, and anew those that they precede. It takes no account's lock: a
-- payment commits without waiting for its score, and has one when followers of ledger.change hear of it.
CREATE OR REPLACE FUNCTION fraud.score(p_ids uuid[]) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    -- Chosen on the demo bank: STRUCT alone reaches it, no other reason does. See the decision record for precision and recall.
    c_alert_points CONSTANT integer := 50;
    wanted uuid[];
BEGIN
    -- One at a time: two batches may precede the same payment.
    PERFORM pg_advisory_xact_lock(hashtext('fraud.score'));
    wanted := p_ids || ARRAY(SELECT fraud.later_payments(p_ids));
    DELETE FROM fraud.score s WHERE s.transaction_id = ANY (wanted);
    -- What an analyst has decided stays; what is still open is decided anew below.
    DELETE FROM fraud.alert a WHERE a.transaction_id = ANY (wanted) AND a.status = 'open';
    WITH judged AS (
        SELECT * FROM fraud.judge(wanted)
    ), stored AS (
        INSERT INTO fraud.score (transaction_id, account_id, points, reasons)
        SELECT j.transaction_id, j.account_id, j.points, j.reasons FROM judged j
    )
    INSERT INTO fraud.alert (transaction_id, account_id, bank_id, points, occurred_at)
    SELECT j.transaction_id, j.account_id, j.bank_id, j.points, j.occurred_at
      FROM judged j
     WHERE j.points >= c_alert_points
        ON CONFLICT (transaction_id) DO UPDATE SET points = excluded.points;
END $$;
