WITH entries AS 
(SELECT reporting.entry.currency AS currency, reporting.entry.spend_minor AS spend_minor 
FROM reporting.entry 
WHERE reporting.entry.customer_id = :asker_customer_id::UUID AND reporting.entry.customer_id IS NOT NULL AND reporting.entry.status = 'success' AND reporting.entry.spend_minor != 0 AND (reporting.entry.direction = 'out') != (reporting.entry.reverses_id IS NOT NULL) AND reporting.entry.occurred_at >= :start::TIMESTAMP WITH TIME ZONE AND reporting.entry.occurred_at < :end::TIMESTAMP WITH TIME ZONE), 
groups AS 
(SELECT entries.currency AS currency, coalesce(sum(entries.spend_minor), 0) AS spend, count(*) AS entries 
FROM entries GROUP BY entries.currency), 
ranked AS 
(SELECT groups.currency AS currency, groups.spend AS spend, row_number() OVER (PARTITION BY groups.currency ORDER BY groups.spend DESC NULLS LAST) AS place, count(*) OVER (PARTITION BY groups.currency) AS groups, sum(groups.entries) OVER (PARTITION BY groups.currency) AS weight 
FROM groups)
 SELECT ranked.currency, ranked.spend, ranked.groups 
FROM ranked 
WHERE ranked.place <= :limit::INTEGER ORDER BY ranked.weight DESC, ranked.currency, ranked.place
