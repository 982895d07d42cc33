-- The examiner's own reading of the raw ledger, apart from the views that the product answers from.
-- Every expected figure of an exam is a SELECT over these. Parameters: customer, today, zone.
calendar AS (
    SELECT d AS today,
           date_trunc('month', d)::date AS this_month,
           (date_trunc('month', d) - interval '1 month')::date AS last_month,
           (date_trunc('month', d) - interval '2 months')::date AS month_before_last,
           date_trunc('quarter', d)::date AS this_quarter,
           (date_trunc('quarter', d) - interval '3 months')::date AS last_quarter,
           date_trunc('week', d)::date AS this_week,
           date_trunc('year', d)::date AS this_year,
           (date_trunc('month', d) - interval '12 months')::date AS year_ago_month
      FROM (SELECT CAST(:today AS date)) x(d)
),
mine AS (
    SELECT a.id, a.bank_id, a.currency FROM banking.account a WHERE a.customer_id = CAST(:customer AS uuid)
),
-- what left the customer for somebody else; a refund that came back is negative, on its own day
paid AS (
    SELECT (t.occurred_at AT TIME ZONE :zone)::date AS day,
           date_trunc('month', t.occurred_at AT TIME ZONE :zone)::date AS month,
           extract(hour FROM t.occurred_at AT TIME ZONE :zone)::int AS hour,
           extract(isodow FROM t.occurred_at AT TIME ZONE :zone)::int AS weekday,
           CASE WHEN t.sender_account_id IN (SELECT id FROM mine) THEN t.amount_minor ELSE -t.amount_minor END AS amount,
           t.sender_account_id IN (SELECT id FROM mine) AS is_payment,
           t.currency, t.channel, t.description, t.id,
           coalesce(t.category, c.category, 'uncategorised') AS category,
           coalesce(c.name, o.name) AS counterparty
      FROM ledger.transaction t
      JOIN banking.account o
        ON o.id = CASE WHEN t.sender_account_id IN (SELECT id FROM mine) THEN t.receiver_account_id
                       ELSE t.sender_account_id END
      LEFT JOIN banking.customer c ON c.id = o.customer_id
     WHERE t.status = 'success'
       AND (t.sender_account_id IN (SELECT id FROM mine)) <> (t.receiver_account_id IN (SELECT id FROM mine))
       AND (t.sender_account_id IN (SELECT id FROM mine)) = (t.reverses_id IS NULL)
),
payment AS (SELECT * FROM paid WHERE is_payment),
-- what came from somebody else; a refund that the customer paid out is negative
received AS (
    SELECT (t.occurred_at AT TIME ZONE :zone)::date AS day,
           date_trunc('month', t.occurred_at AT TIME ZONE :zone)::date AS month,
           CASE WHEN t.receiver_account_id IN (SELECT id FROM mine) THEN t.amount_minor ELSE -t.amount_minor END AS amount,
           t.currency, t.description, coalesce(t.category, c.category, 'uncategorised') AS category,
           coalesce(c.name, o.name) AS counterparty
      FROM ledger.transaction t
      JOIN banking.account o
        ON o.id = CASE WHEN t.receiver_account_id IN (SELECT id FROM mine) THEN t.sender_account_id
                       ELSE t.receiver_account_id END
      LEFT JOIN banking.customer c ON c.id = o.customer_id
     WHERE t.status = 'success'
       AND (t.sender_account_id IN (SELECT id FROM mine)) <> (t.receiver_account_id IN (SELECT id FROM mine))
       AND (t.receiver_account_id IN (SELECT id FROM mine)) = (t.reverses_id IS NULL)
)
