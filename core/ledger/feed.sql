-- What followers of their own accounts may read of the change log: which payments to look at again, in which order.
DROP VIEW IF EXISTS reporting.change;

CREATE VIEW reporting.change AS
SELECT c.position, c.account_id, c.bank_id, a.customer_id, c.transaction_id, c.kind
  FROM ledger.change c
  -- Outer, and by the whole key: who does not ask for the customer does not pay for the join.
  LEFT JOIN banking.account a ON a.id = c.account_id AND a.bank_id = c.bank_id;
