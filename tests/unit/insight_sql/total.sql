WITH entries AS 
(SELECT reporting.entry.currency AS currency, reporting.entry.spend_minor AS spend_minor 
FROM reporting.entry 
WHERE reporting.entry.customer_id = :asker_customer_id::UUID AND reporting.entry.customer_id IS NOT NULL AND reporting.entry.status = 'success' AND reporting.entry.spend_minor != 0 AND (reporting.entry.direction = 'out') != (reporting.entry.reverses_id IS NOT NULL) AND reporting.entry.occurred_at >= :start::TIMESTAMP WITH TIME ZONE AND reporting.entry.occurred_at < :end::TIMESTAMP WITH TIME ZONE), 
groups AS 
(SELECT entries.currency AS currency, coalesce(sum(entries.spend_minor), 0) AS spend, count(*) AS entries 
FROM entries GROUP BY entries.currency), 
totals AS 
(SELECT groups.currency AS currency, count(*) AS groups, sum(groups.entries) AS weight 
FROM groups GROUP BY groups.currency)
 SELECT first.currency, first.spend, totals.groups 
FROM totals JOIN LATERAL (SELECT groups.currency AS currency, groups.spend AS spend 
FROM groups 
WHERE groups.currency = totals.currency ORDER BY groups.spend DESC NULLS LAST 
 LIMIT :limit::INTEGER) AS first ON true ORDER BY totals.weight DESC, totals.currency, first.spend DESC NULLS LAST
