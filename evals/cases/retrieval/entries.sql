-- The examiner's own reading of one customer's successful payments, apart from the views that summaries are written from.
-- Parameters: customer, zone, festivals (a JSON list of name and day).
festival AS (
    SELECT name, day FROM jsonb_to_recordset(CAST(:festivals AS jsonb)) f(name text, day date)
     WHERE CAST(:zone AS text) = 'Asia/Kolkata'
),
mine AS (
    SELECT id FROM banking.account WHERE customer_id = CAST(:customer AS uuid)
),
side AS (
    SELECT t.*, t.sender_account_id IN (SELECT id FROM mine) AS is_out, t.occurred_at AT TIME ZONE :zone AS at,
           CASE WHEN t.sender_account_id IN (SELECT id FROM mine) THEN t.receiver_account_id
                ELSE t.sender_account_id END AS other_id
      FROM ledger.transaction t
     WHERE t.status = 'success'
       AND (t.sender_account_id = ANY (ARRAY(SELECT id FROM mine))
            OR t.receiver_account_id = ANY (ARRAY(SELECT id FROM mine)))
       AND (t.sender_account_id IN (SELECT id FROM mine)) <> (t.receiver_account_id IN (SELECT id FROM mine))
),
entry AS (
    SELECT s.id, s.reverses_id, s.is_out, s.at, s.at::date AS day, extract(hour FROM s.at)::int AS hour,
           to_char(s.at, 'FMMonth') AS month_name, to_char(s.at, 'FMMonth YYYY') AS month,
           CASE WHEN extract(month FROM s.at) BETWEEN 3 AND 5 THEN 'spring'
                WHEN extract(month FROM s.at) BETWEEN 6 AND 8 THEN 'summer'
                WHEN extract(month FROM s.at) BETWEEN 9 AND 11 THEN 'autumn' END
               || to_char(s.at, ' YYYY') AS season,
           s.amount_minor, s.channel, s.description,
           coalesce(s.category, c.category, 'uncategorised') AS category, coalesce(c.name, o.name) AS other
      FROM side s
      JOIN banking.account o ON o.id = s.other_id
      LEFT JOIN banking.customer c ON c.id = o.customer_id
),
paid AS (SELECT * FROM entry WHERE is_out AND reverses_id IS NULL),
refund AS (SELECT * FROM entry WHERE NOT is_out AND reverses_id IS NOT NULL)
