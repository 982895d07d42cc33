-- What budgets, forecasts and comparisons read beside the entries.

DROP VIEW IF EXISTS reporting.budget, reporting.schedule, reporting.peer;

CREATE VIEW reporting.budget AS
SELECT id, customer_id, covers, currency::text AS currency, amount_minor, first_month, last_month, rollover, version
  FROM insights.budget;

-- Payments that are ordered already: each to those who may see the account that pays.
CREATE VIEW reporting.schedule AS
SELECT s.id AS schedule_id, s.sender_account_id AS account_id, a.bank_id, a.customer_id, s.receiver_account_id,
       s.amount_minor, s.currency::text AS currency, s.every, s.first_on, s.days_done, s.next_on, s.until
  FROM ledger.schedule s
  JOIN banking.account a ON a.id = s.sender_account_id AND a.bank_id = s.bank_id
 WHERE s.status = 'active';

-- Who may be compared with whom. Never shown to anybody: `peers.py` gives out what at least twenty of them have in common.
CREATE VIEW reporting.peer AS
SELECT DISTINCT a.bank_id, a.customer_id, c.kind
  FROM banking.account a
  JOIN banking.customer c ON c.id = a.customer_id;
