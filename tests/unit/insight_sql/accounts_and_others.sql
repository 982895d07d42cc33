WITH entries AS 
(SELECT reporting.entry.account AS account, reporting.entry.account_id AS account_id, reporting.entry.currency AS currency, reporting.entry.spend_minor AS spend_minor 
FROM reporting.entry 
WHERE reporting.entry.customer_id = :asker_customer_id::UUID AND reporting.entry.customer_id IS NOT NULL AND reporting.entry.status = 'success' AND (reporting.entry.description COLLATE pg_c_utf8) ILIKE :filter_0::VARCHAR ESCAPE '\' AND reporting.entry.spend_minor != 0 AND (reporting.entry.direction = 'out') != (reporting.entry.reverses_id IS NOT NULL) AND reporting.entry.occurred_at >= :start::TIMESTAMP WITH TIME ZONE AND reporting.entry.occurred_at < :end::TIMESTAMP WITH TIME ZONE), 
groups AS 
(SELECT entries.account AS account, entries.account_id AS account_id, entries.currency AS currency, coalesce(sum(entries.spend_minor), 0) AS spend, count(*) AS entries 
FROM entries GROUP BY entries.account, entries.account_id, entries.currency), 
ranked AS 
(SELECT groups.account AS account, groups.account_id AS account_id, groups.currency AS currency, groups.spend AS spend, row_number() OVER (PARTITION BY groups.currency ORDER BY groups.spend DESC NULLS LAST, groups.account ASC, groups.account_id ASC) AS place, count(*) OVER (PARTITION BY groups.currency) AS groups, sum(groups.entries) OVER (PARTITION BY groups.currency) AS weight 
FROM groups)
 SELECT CASE WHEN (ranked.place <= :limit::INTEGER) THEN ranked.account ELSE '(others)' END AS account, CASE WHEN (ranked.place <= :limit::INTEGER) THEN ranked.account_id ELSE NULL END AS account_id, ranked.currency, sum(ranked.spend) AS spend, ranked.groups 
FROM ranked GROUP BY CASE WHEN (ranked.place <= :limit::INTEGER) THEN ranked.account ELSE '(others)' END, CASE WHEN (ranked.place <= :limit::INTEGER) THEN ranked.account_id ELSE NULL END, ranked.currency, least(ranked.place, :limit::INTEGER + 1), ranked.groups, ranked.weight ORDER BY ranked.weight DESC, ranked.currency, least(ranked.place, :limit::INTEGER + 1)
