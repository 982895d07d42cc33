WITH entries AS 
(SELECT CAST(date_trunc('month', timezone(:zone::VARCHAR, reporting.entry.occurred_at)) AS DATE) AS month, reporting.entry.currency AS currency, reporting.entry.spend_minor AS spend_minor, reporting.entry.income_minor AS income_minor, CASE WHEN (reporting.entry.direction = 'out' OR NOT (reporting.entry.counterparty_customer_id IS NOT NULL AND reporting.entry.counterparty_bank_id = :asker_bank_id::UUID)) THEN abs(reporting.entry.amount_minor) END AS amount_minor 
FROM reporting.entry 
WHERE reporting.entry.bank_id = :asker_bank_id::UUID AND reporting.entry.customer_id IS NOT NULL AND reporting.entry.status = 'success' AND (reporting.entry.spend_minor != 0 AND (reporting.entry.direction = 'out') != (reporting.entry.reverses_id IS NOT NULL) OR reporting.entry.income_minor != 0 AND (reporting.entry.direction = 'out') = (reporting.entry.reverses_id IS NOT NULL) OR reporting.entry.direction = 'out' OR NOT (reporting.entry.counterparty_customer_id IS NOT NULL AND reporting.entry.counterparty_bank_id = :asker_bank_id::UUID)) AND reporting.entry.occurred_at >= :start::TIMESTAMP WITH TIME ZONE AND reporting.entry.occurred_at < :end::TIMESTAMP WITH TIME ZONE), 
groups AS 
(SELECT entries.month AS month, entries.currency AS currency, coalesce(sum(entries.income_minor), 0) AS income, coalesce(sum(entries.income_minor - entries.spend_minor), 0) AS net, count(entries.amount_minor) AS count, count(*) AS entries 
FROM entries GROUP BY entries.month, entries.currency), 
filled AS 
(SELECT every_month.month AS month, heads.currency AS currency, coalesce(groups.income, 0) AS income, coalesce(groups.net, 0) AS net, coalesce(groups.count, 0) AS count, coalesce(groups.entries, 0) AS entries 
FROM (SELECT DISTINCT groups.currency AS currency 
FROM groups) AS heads JOIN unnest(CAST(:every_month::DATE[] AS DATE[])) AS every_month(month) ON true LEFT OUTER JOIN groups ON groups.currency = heads.currency AND groups.month = every_month.month), 
totals AS 
(SELECT filled.currency AS currency, count(*) AS groups, sum(filled.entries) AS weight 
FROM filled GROUP BY filled.currency)
 SELECT first.month, first.currency, first.income, first.net, first.count, totals.groups 
FROM totals JOIN LATERAL (SELECT filled.month AS month, filled.currency AS currency, filled.income AS income, filled.net AS net, filled.count AS count 
FROM filled 
WHERE filled.currency = totals.currency ORDER BY filled.month ASC, filled.income DESC NULLS LAST, filled.month ASC 
 LIMIT :limit::INTEGER) AS first ON true ORDER BY totals.weight DESC, totals.currency, first.month ASC, first.income DESC NULLS LAST, first.month ASC
