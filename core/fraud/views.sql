-- What reports may show of scores: each to those who may see the account that paid.

DROP VIEW IF EXISTS reporting.alert, reporting.score;

-- Only payments with at least one reason have a row.
CREATE VIEW reporting.score AS
SELECT s.transaction_id, s.account_id, a.bank_id, a.customer_id, s.points, s.reasons, s.scored_at
  FROM fraud.score s
  JOIN banking.account a ON a.id = s.account_id;

CREATE VIEW reporting.alert AS
SELECT l.transaction_id, l.account_id, l.bank_id, a.customer_id, l.status, l.occurred_at, l.created_at, l.decided_at,
       a.name AS account, c.name AS customer, c.time_zone, coalesce(rc.name, ra.name) AS counterparty,
       t.amount_minor, t.currency::text AS currency, t.description, l.points, coalesce(s.reasons, '[]') AS reasons
  FROM fraud.alert l
  JOIN banking.account a ON a.id = l.account_id AND a.bank_id = l.bank_id
  JOIN banking.customer c ON c.id = a.customer_id
  JOIN ledger.transaction t ON t.id = l.transaction_id AND t.sender_bank_id = l.bank_id
  JOIN banking.account ra ON ra.id = t.receiver_account_id
  LEFT JOIN banking.customer rc ON rc.id = ra.customer_id
  LEFT JOIN fraud.score s ON s.transaction_id = l.transaction_id;
