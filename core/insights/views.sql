-- What reports, charts and the agent's tools read. Every view shows each account its own side only, so that a condition
-- on account_id (or bank_id) is the whole of "who may see this".

-- What other services build on these views is laid down anew after this file, in the same database transaction.
DROP VIEW IF EXISTS reporting.entry, reporting.entry_sent, reporting.entry_received, reporting.account CASCADE;
DROP VIEW IF EXISTS insights.sent, insights.received;

CREATE VIEW reporting.account AS
SELECT a.id AS account_id, a.bank_id, a.customer_id, a.kind, a.number, a.name, a.currency::text AS currency,
       a.opened_on, a.closed_on, k.name AS bank, c.name AS customer, c.time_zone,
       b.posted_minor, b.pending_out_minor, b.posted_minor - b.pending_out_minor AS available_minor
  FROM banking.account a
  JOIN banking.bank k ON k.id = a.bank_id
  JOIN ledger.balance b ON b.account_id = a.id AND b.bank_id = a.bank_id
  LEFT JOIN banking.customer c ON c.id = a.customer_id;

-- `total` shared among `parts`, rounded once, half to even. Exact where float and numeric division are not.
CREATE OR REPLACE FUNCTION reporting.half_even(total numeric, parts numeric) RETURNS numeric
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN div(total, parts) + CASE
    WHEN 2 * mod(total, parts) > parts THEN 1
    WHEN 2 * mod(total, parts) = parts THEN mod(div(total, parts), 2)
    ELSE 0
END;

-- The payment that this one takes back. A refund of a payment that is not in the ledger, as imports have them, stands for
-- that payment itself: it counts as a refund, and its category is read from its own words.
CREATE OR REPLACE FUNCTION insights.refunded(p_id uuid, p_reverses_id uuid, p_channel text) RETURNS uuid
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN coalesce(p_reverses_id, CASE p_channel WHEN 'refund' THEN p_id END);

-- What is stored of a side, and what its category is read from.
CREATE VIEW insights.sent AS
SELECT t.id AS transaction_id, t.sender_account_id AS account_id, sa.bank_id, k.name AS bank, sa.customer_id,
       sa.name AS account, t.receiver_account_id AS counterparty_account_id,
       ra.bank_id AS counterparty_bank_id, ra.customer_id AS counterparty_customer_id,
       coalesce(rc.name, ra.name) AS counterparty, 'out' AS direction,
       -t.amount_minor AS amount_minor, t.currency::text AS currency, t.status, t.failure_code,
       t.description, n.note, n.category AS said_here, o.category AS said_of_paid,
       t.category AS said, rc.category AS sold,
       t.channel, t.occurred_at, t.posted_at, insights.refunded(t.id, t.reverses_id, t.channel) AS reverses_id,
       coalesce(sa.customer_id = ra.customer_id, false) OR t.channel IN ('opening', 'own_transfer') AS is_own_transfer,
       CASE WHEN sa.customer_id = ra.customer_id OR t.channel IN ('opening', 'own_transfer') OR insights.refunded(t.id, t.reverses_id, t.channel) IS NOT NULL THEN 0 ELSE t.amount_minor END AS spend_minor,
       CASE WHEN sa.customer_id = ra.customer_id OR t.channel IN ('opening', 'own_transfer') OR insights.refunded(t.id, t.reverses_id, t.channel) IS NULL THEN 0 ELSE -t.amount_minor END AS income_minor,
       t.sender_balance_after_minor AS balance_after_minor, t.sender_version AS version, t.hold_id,
       CASE WHEN n.category IS NULL THEN coalesce(insights.refunded(t.id, t.reverses_id, t.channel), t.id) ELSE t.id END AS split_as_id
  FROM ledger.transaction t
  JOIN banking.account sa ON sa.id = t.sender_account_id AND sa.bank_id = t.sender_bank_id
  JOIN banking.account ra ON ra.id = t.receiver_account_id
  LEFT JOIN banking.bank k ON k.id = sa.bank_id
  LEFT JOIN banking.customer rc ON rc.id = ra.customer_id
  LEFT JOIN insights.annotation n ON n.transaction_id = t.id AND n.account_id = t.sender_account_id
  LEFT JOIN insights.annotation o ON o.transaction_id = t.reverses_id AND o.account_id = t.sender_account_id;

CREATE VIEW insights.received AS
SELECT t.id AS transaction_id, t.receiver_account_id AS account_id, ra.bank_id, k.name AS bank, ra.customer_id,
       ra.name AS account, t.sender_account_id AS counterparty_account_id,
       sa.bank_id AS counterparty_bank_id, sa.customer_id AS counterparty_customer_id,
       coalesce(sc.name, sa.name) AS counterparty, 'in' AS direction,
       t.amount_minor, t.currency::text AS currency, t.status, t.failure_code,
       t.description, n.note, n.category AS said_here, o.category AS said_of_paid,
       t.category AS said, sc.category AS sold,
       t.channel, t.occurred_at, t.posted_at, insights.refunded(t.id, t.reverses_id, t.channel) AS reverses_id,
       coalesce(sa.customer_id = ra.customer_id, false) OR t.channel IN ('opening', 'own_transfer') AS is_own_transfer,
       CASE WHEN sa.customer_id = ra.customer_id OR t.channel IN ('opening', 'own_transfer') OR insights.refunded(t.id, t.reverses_id, t.channel) IS NULL THEN 0 ELSE -t.amount_minor END AS spend_minor,
       CASE WHEN sa.customer_id = ra.customer_id OR t.channel IN ('opening', 'own_transfer') OR insights.refunded(t.id, t.reverses_id, t.channel) IS NOT NULL THEN 0 ELSE t.amount_minor END AS income_minor,
       t.receiver_balance_after_minor AS balance_after_minor, t.receiver_version AS version, t.hold_id,
       CASE WHEN n.category IS NULL THEN coalesce(insights.refunded(t.id, t.reverses_id, t.channel), t.id) ELSE t.id END AS split_as_id
  FROM ledger.transaction t
  JOIN banking.account ra ON ra.id = t.receiver_account_id
  JOIN banking.account sa ON sa.id = t.sender_account_id AND sa.bank_id = t.sender_bank_id
  LEFT JOIN banking.bank k ON k.id = ra.bank_id
  LEFT JOIN banking.customer sc ON sc.id = sa.customer_id
  LEFT JOIN insights.annotation n ON n.transaction_id = t.id AND n.account_id = t.receiver_account_id
  LEFT JOIN insights.annotation o ON o.transaction_id = t.reverses_id AND o.account_id = t.receiver_account_id;

-- One row per side of each transaction, signed from that side; for successful ones all amounts sum to zero.
--   spend_minor   what left for somebody else; a refund that comes back counts negative, in its original's category
--   income_minor  what came from somebody else; a refund that is paid out counts negative
--   category is the holder's own word, else the first of their rules that fits, else what the payment said, else what
--     its merchant sells. A refund goes where its payment went: by the holder's word on that payment, by their rules, or
--     by what that payment said if the refund says nothing.
--   split_as_id names the payment whose parts this side is divided by, if there are any.
--   Money moved between one customer's own accounts is neither, nor is what an imported account opened with or moved to
--     an account of the customer's that is not here.
-- Each side is a view of its own too: a page of an account's payments is read along the index of a side, and an order
-- does not reach through a union.
DO $views$
DECLARE
    side text;
BEGIN
    FOREACH side IN ARRAY ARRAY['sent', 'received'] LOOP
        EXECUTE format($view$
CREATE VIEW reporting.entry_%1$s AS
SELECT e.transaction_id, e.account_id, e.bank_id, e.bank, e.customer_id, e.account, e.counterparty_account_id,
       e.counterparty_bank_id, e.counterparty_customer_id, e.counterparty, e.direction, e.amount_minor, e.currency,
       e.status, e.failure_code, e.description, e.note,
       coalesce(e.said_here, CASE
           WHEN e.reverses_id IS NULL THEN (
               SELECT r.category
                 FROM insights.rule r
                WHERE r.customer_id = e.customer_id
                  AND insights.fits(r, e.direction, e.channel, e.currency, abs(e.amount_minor), e.counterparty, e.description)
                ORDER BY r.place LIMIT 1)
           ELSE coalesce(e.said_of_paid, (
               SELECT r.category
                 FROM ledger.transaction p, insights.rule r
                WHERE p.id = e.reverses_id AND r.customer_id = e.customer_id
                  AND insights.fits(r, CASE e.direction WHEN 'out' THEN 'in' ELSE 'out' END, p.channel, p.currency,
                                    p.amount_minor, e.counterparty, p.description)
                ORDER BY r.place LIMIT 1),
               e.said,
               (SELECT p.category FROM ledger.transaction p WHERE p.id = e.reverses_id))
       END, e.said, e.sold, 'uncategorised') AS category,
       e.channel, e.occurred_at, e.posted_at, e.reverses_id, e.is_own_transfer, e.spend_minor, e.income_minor,
       e.balance_after_minor, e.version, e.hold_id, e.split_as_id,
       (SELECT jsonb_agg(jsonb_build_object(
                   'category', p.category, 'amount_minor', insights.share(abs(e.amount_minor), p)) ORDER BY p.start_minor)
          FROM insights.part p
         WHERE p.transaction_id = e.split_as_id AND p.account_id = e.account_id) AS parts,
       (SELECT s.category FROM insights.suggestion s
         WHERE s.transaction_id = e.transaction_id AND s.account_id = e.account_id
           AND NOT EXISTS (SELECT FROM insights.dismissal d
                            WHERE d.customer_id = e.customer_id AND d.counterparty = e.counterparty
                              AND d.category = s.category)) AS suggested_category
  FROM insights.%1$s e
$view$, side);
    END LOOP;
END $views$;

CREATE VIEW reporting.entry AS
TABLE reporting.entry_sent
UNION ALL
TABLE reporting.entry_received;

-- For questions by category: what is split stands here once for each of its parts, everything else as in reporting.entry.
CREATE VIEW reporting.entry_part AS
SELECT e.transaction_id, e.account_id, e.bank_id, e.bank, e.customer_id, e.account, e.counterparty_account_id,
       e.counterparty_bank_id, e.counterparty_customer_id, e.counterparty, e.direction,
       insights.share(e.amount_minor, p) AS amount_minor, e.currency, e.status, e.failure_code, e.description, e.note,
       coalesce(p.category, e.category) AS category, e.channel, e.occurred_at, e.posted_at, e.reverses_id,
       e.is_own_transfer, insights.share(e.spend_minor, p) AS spend_minor,
       insights.share(e.income_minor, p) AS income_minor, e.balance_after_minor, e.version, e.hold_id,
       e.split_as_id, e.parts, e.suggested_category
  FROM reporting.entry e
  LEFT JOIN insights.part p ON p.transaction_id = e.split_as_id AND p.account_id = e.account_id;

-- Payments out that nothing has given a category, with the one that is suggested and was not dismissed. From the
-- suggestions to their payments: a customer has far more payments than suggestions. OFFSET 0 has the view asked for one
-- payment at a time, and not for all of them at once.
CREATE VIEW insights.open_suggestion AS
SELECT a.customer_id, e.transaction_id, e.account_id, e.counterparty, e.suggested_category AS category, e.currency,
       -e.amount_minor AS amount_minor, e.occurred_at
  FROM banking.account a
  JOIN insights.suggestion s ON s.account_id = a.id
 CROSS JOIN LATERAL (
    SELECT x.* FROM reporting.entry_sent x
     WHERE x.transaction_id = s.transaction_id AND x.account_id = s.account_id
    OFFSET 0) e
 WHERE e.suggested_category IS NOT NULL AND e.category = 'uncategorised' AND e.status = 'success' AND e.parts IS NULL;
