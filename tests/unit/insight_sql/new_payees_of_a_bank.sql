WITH entries AS 
(SELECT known.currency AS currency, CASE WHEN (known.direction = 'out' AND NOT known.is_own_transfer AND known.reverses_id IS NULL AND known.occurred_at = known.first_at AND NOT known.is_own_transfer AND known.reverses_id IS NULL) THEN known.counterparty END AS met_first 
FROM (SELECT reporting.entry.transaction_id AS transaction_id, reporting.entry.account_id AS account_id, reporting.entry.bank_id AS bank_id, reporting.entry.bank AS bank, reporting.entry.customer_id AS customer_id, reporting.entry.account AS account, reporting.entry.counterparty_account_id AS counterparty_account_id, reporting.entry.counterparty_bank_id AS counterparty_bank_id, reporting.entry.counterparty_customer_id AS counterparty_customer_id, reporting.entry.counterparty AS counterparty, reporting.entry.direction AS direction, reporting.entry.amount_minor AS amount_minor, reporting.entry.currency AS currency, reporting.entry.status AS status, reporting.entry.failure_code AS failure_code, reporting.entry.description AS description, reporting.entry.note AS note, reporting.entry.category AS category, reporting.entry.channel AS channel, reporting.entry.occurred_at AS occurred_at, reporting.entry.posted_at AS posted_at, reporting.entry.reverses_id AS reverses_id, reporting.entry.is_own_transfer AS is_own_transfer, reporting.entry.spend_minor AS spend_minor, reporting.entry.income_minor AS income_minor, reporting.entry.balance_after_minor AS balance_after_minor, reporting.entry.version AS version, reporting.entry.hold_id AS hold_id, reporting.entry.split_as_id AS split_as_id, reporting.entry.parts AS parts, reporting.entry.suggested_category AS suggested_category, min(reporting.entry.occurred_at) FILTER (WHERE reporting.entry.status = 'success' AND NOT reporting.entry.is_own_transfer AND reporting.entry.reverses_id IS NULL) OVER (PARTITION BY reporting.entry.customer_id, reporting.entry.direction, reporting.entry.counterparty) AS first_at 
FROM reporting.entry 
WHERE reporting.entry.bank_id = :asker_bank_id::UUID AND reporting.entry.customer_id IS NOT NULL AND reporting.entry.occurred_at < :end::TIMESTAMP WITH TIME ZONE) AS known 
WHERE known.bank_id = :asker_bank_id::UUID AND known.customer_id IS NOT NULL AND known.status = 'success' AND known.direction = 'out' AND NOT known.is_own_transfer AND known.reverses_id IS NULL AND known.occurred_at = known.first_at AND NOT known.is_own_transfer AND known.reverses_id IS NULL AND known.occurred_at >= :start::TIMESTAMP WITH TIME ZONE AND known.occurred_at < :end::TIMESTAMP WITH TIME ZONE), 
groups AS 
(SELECT entries.currency AS currency, count(DISTINCT entries.met_first) AS new_counterparties, count(*) AS entries 
FROM entries GROUP BY entries.currency), 
totals AS 
(SELECT groups.currency AS currency, count(*) AS groups, sum(groups.entries) AS weight 
FROM groups GROUP BY groups.currency)
 SELECT first.currency, first.new_counterparties, totals.groups 
FROM totals JOIN LATERAL (SELECT groups.currency AS currency, groups.new_counterparties AS new_counterparties 
FROM groups 
WHERE groups.currency = totals.currency ORDER BY groups.new_counterparties DESC NULLS LAST 
 LIMIT :limit::INTEGER) AS first ON true ORDER BY totals.weight DESC, totals.currency, first.new_counterparties DESC NULLS LAST
