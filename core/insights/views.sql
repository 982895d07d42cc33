-- What reports, charts and the agent's tools read. Every view shows each account its own side only, so that a condition
-- on account_id (or bank_id) is the whole of "who may see this".

-- What other services build on these views is laid down anew after this file, in the same database transaction.
DROP VIEW IF EXISTS reporting.entry, reporting.account CASCADE;

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

-- One row per side of each transaction, signed from that side; for successful ones all amounts sum to zero.
--   spend_minor   what left for somebody else; a refund that comes back counts negative, in its original's category
--   income_minor  what came from somebody else; a refund that is paid out counts negative
--   A refund goes where its payment went, also where the holder has said afterwards what that payment was.
--   Money moved between one customer's own accounts is neither, nor is what an imported account opened with.
CREATE VIEW reporting.entry AS
SELECT t.id AS transaction_id, t.sender_account_id AS account_id, sa.bank_id, k.name AS bank, sa.customer_id,
       sa.name AS account, t.receiver_account_id AS counterparty_account_id,
       ra.bank_id AS counterparty_bank_id, ra.customer_id AS counterparty_customer_id,
       coalesce(rc.name, ra.name) AS counterparty, 'out' AS direction,
       -t.amount_minor AS amount_minor, t.currency::text AS currency, t.status, t.failure_code,
       t.description, n.note, coalesce(n.category, o.category, t.category, rc.category, 'uncategorised') AS category,
       t.channel, t.occurred_at, t.posted_at, t.reverses_id,
       coalesce(sa.customer_id = ra.customer_id, false) OR t.channel = 'opening' AS is_own_transfer,
       CASE WHEN sa.customer_id = ra.customer_id OR t.channel = 'opening' OR t.reverses_id IS NOT NULL THEN 0 ELSE t.amount_minor END AS spend_minor,
       CASE WHEN sa.customer_id = ra.customer_id OR t.channel = 'opening' OR t.reverses_id IS NULL THEN 0 ELSE -t.amount_minor END AS income_minor,
       t.sender_balance_after_minor AS balance_after_minor, t.sender_version AS version, t.hold_id
  FROM ledger.transaction t
  JOIN banking.account sa ON sa.id = t.sender_account_id AND sa.bank_id = t.sender_bank_id
  JOIN banking.account ra ON ra.id = t.receiver_account_id
  LEFT JOIN banking.bank k ON k.id = sa.bank_id
  LEFT JOIN banking.customer rc ON rc.id = ra.customer_id
  LEFT JOIN insights.annotation n ON n.transaction_id = t.id AND n.account_id = t.sender_account_id
  LEFT JOIN insights.annotation o ON o.transaction_id = t.reverses_id AND o.account_id = t.sender_account_id
UNION ALL
SELECT t.id, t.receiver_account_id, ra.bank_id, k.name, ra.customer_id,
       ra.name, t.sender_account_id, sa.bank_id, sa.customer_id,
       coalesce(sc.name, sa.name), 'in',
       t.amount_minor, t.currency::text, t.status, t.failure_code,
       t.description, n.note, coalesce(n.category, o.category, t.category, sc.category, 'uncategorised'),
       t.channel, t.occurred_at, t.posted_at, t.reverses_id,
       coalesce(sa.customer_id = ra.customer_id, false) OR t.channel = 'opening',
       CASE WHEN sa.customer_id = ra.customer_id OR t.channel = 'opening' OR t.reverses_id IS NULL THEN 0 ELSE -t.amount_minor END,
       CASE WHEN sa.customer_id = ra.customer_id OR t.channel = 'opening' OR t.reverses_id IS NOT NULL THEN 0 ELSE t.amount_minor END,
       t.receiver_balance_after_minor, t.receiver_version, t.hold_id
  FROM ledger.transaction t
  JOIN banking.account ra ON ra.id = t.receiver_account_id
  JOIN banking.account sa ON sa.id = t.sender_account_id AND sa.bank_id = t.sender_bank_id
  LEFT JOIN banking.bank k ON k.id = ra.bank_id
  LEFT JOIN banking.customer sc ON sc.id = sa.customer_id
  LEFT JOIN insights.annotation n ON n.transaction_id = t.id AND n.account_id = t.receiver_account_id
  LEFT JOIN insights.annotation o ON o.transaction_id = t.reverses_id AND o.account_id = t.receiver_account_id;
