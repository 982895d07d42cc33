WITH entries AS 
(SELECT reporting.entry.currency AS currency, reporting.entry.spend_minor AS spend_minor, CASE WHEN (CASE WHEN (CAST(date_part('isodow', timezone(:zone::VARCHAR, reporting.entry.occurred_at)) AS INTEGER) >= 6) THEN 'weekend' ELSE 'weekday' END = ANY (CAST(:when_0_0::TEXT[] AS TEXT[]))) THEN reporting.entry.spend_minor END AS spend_minor_0 
FROM reporting.entry 
WHERE reporting.entry.customer_id = :asker_customer_id::UUID AND reporting.entry.customer_id IS NOT NULL AND reporting.entry.status = 'success' AND (reporting.entry.spend_minor != 0 AND (reporting.entry.direction = 'out') != (reporting.entry.reverses_id IS NOT NULL) OR CASE WHEN (CAST(date_part('isodow', timezone(:zone::VARCHAR, reporting.entry.occurred_at)) AS INTEGER) >= 6) THEN 'weekend' ELSE 'weekday' END = ANY (CAST(:when_0_0::TEXT[] AS TEXT[])) AND reporting.entry.spend_minor != 0 AND (reporting.entry.direction = 'out') != (reporting.entry.reverses_id IS NOT NULL)) AND reporting.entry.occurred_at >= :start::TIMESTAMP WITH TIME ZONE AND reporting.entry.occurred_at < :end::TIMESTAMP WITH TIME ZONE), 
groups AS 
(SELECT entries.currency AS currency, coalesce(sum(entries.spend_minor), 0) AS spend, coalesce(sum(entries.spend_minor_0), 0) AS conditional_0, count(*) AS entries 
FROM entries GROUP BY entries.currency), 
derived AS 
(SELECT groups.currency AS currency, groups.spend AS spend, groups.conditional_0 AS conditional_0, groups.entries AS entries, round((sign(CAST(1000 * groups.conditional_0 AS NUMERIC)) * reporting.half_even(abs(1000 * groups.conditional_0), nullif(greatest(groups.spend, 0), 0))) / CAST(10.0 AS NUMERIC), 1) AS ratio_0 
FROM groups), 
totals AS 
(SELECT derived.currency AS currency, count(*) AS groups, sum(derived.entries) AS weight 
FROM derived GROUP BY derived.currency)
 SELECT first.currency, first.spend, first.conditional_0, first.ratio_0, totals.groups 
FROM totals JOIN LATERAL (SELECT derived.currency AS currency, derived.spend AS spend, derived.conditional_0 AS conditional_0, derived.ratio_0 AS ratio_0 
FROM derived 
WHERE derived.currency = totals.currency ORDER BY derived.spend DESC NULLS LAST 
 LIMIT :limit::INTEGER) AS first ON true ORDER BY totals.weight DESC, totals.currency, first.spend DESC NULLS LAST
