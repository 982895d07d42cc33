-- What reports may show of summaries. Each speaks of one account: a condition on customer_id or bank_id is the whole of
-- "who may see this".
DROP VIEW IF EXISTS reporting.summary;

CREATE VIEW reporting.summary AS
SELECT id, kind, subject, account_id, bank_id, customer_id, period_start, period_end, text, transaction_ids,
       transaction_days,
       words, embedding, model
  FROM rag.summary;
