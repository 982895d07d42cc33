WITH accounts AS 
(SELECT reporting.account.name AS account, reporting.account.account_id AS account_id, reporting.account.bank AS bank, reporting.account.customer AS customer, reporting.account.customer_id AS customer_id, reporting.account.currency AS currency, reporting.account.posted_minor AS posted_minor 
FROM reporting.account 
WHERE reporting.account.customer_id = :asker_customer_id::UUID AND reporting.account.customer_id IS NOT NULL), 
held AS 
(SELECT accounts.account AS account, accounts.account_id AS account_id, accounts.currency AS currency, sum(accounts.posted_minor) AS posted_minor 
FROM accounts GROUP BY accounts.account, accounts.account_id, accounts.currency), 
moved AS 
(SELECT accounts.account AS account, accounts.account_id AS account_id, accounts.currency AS currency, least(CAST(date_trunc('day', timezone(:zone::VARCHAR, reporting.entry.occurred_at)) AS DATE), :end_day::DATE) AS day, sum(reporting.entry.amount_minor) AS moved_minor 
FROM reporting.entry JOIN accounts ON accounts.account_id = reporting.entry.account_id 
WHERE reporting.entry.customer_id = :asker_customer_id::UUID AND reporting.entry.status = 'success' AND reporting.entry.occurred_at >= :start::TIMESTAMP WITH TIME ZONE GROUP BY accounts.account, accounts.account_id, accounts.currency, day), 
entries AS 
(SELECT course.account AS account, course.account_id AS account_id, CAST(date_trunc('month', course.day::timestamp) AS DATE) AS month, course.currency AS currency, course.balance_minor AS balance_minor, lead(course.day) OVER (PARTITION BY course.account, course.account_id, course.currency, CAST(date_trunc('month', course.day::timestamp) AS DATE) ORDER BY course.day) IS NULL AS is_last 
FROM (SELECT held.account AS account, held.account_id AS account_id, held.currency AS currency, every.day AS day, held.posted_minor - (sum(coalesce(moved.moved_minor, 0)) OVER (PARTITION BY held.account, held.account_id, held.currency ORDER BY every.day DESC) - coalesce(moved.moved_minor, 0)) AS balance_minor 
FROM held JOIN (SELECT CAST(moment AS DATE) AS day 
FROM generate_series(:first_day::DATE, :end_day::DATE, interval '1 day') AS moment) AS every ON true LEFT OUTER JOIN moved ON held.account = moved.account AND held.account_id = moved.account_id AND held.currency = moved.currency AND every.day = moved.day) AS course 
WHERE course.day < :end_day::DATE), 
groups AS 
(SELECT entries.account AS account, entries.account_id AS account_id, entries.month AS month, entries.currency AS currency, sum(entries.balance_minor) FILTER (WHERE entries.is_last) AS balance, min(entries.balance_minor) AS balance_lowest, count(*) AS entries 
FROM entries GROUP BY entries.account, entries.account_id, entries.month, entries.currency), 
totals AS 
(SELECT groups.currency AS currency, count(*) AS groups, sum(groups.entries) AS weight 
FROM groups GROUP BY groups.currency)
 SELECT first.account, first.account_id, first.month, first.currency, first.balance, first.balance_lowest, totals.groups 
FROM totals JOIN LATERAL (SELECT groups.account AS account, groups.account_id AS account_id, groups.month AS month, groups.currency AS currency, groups.balance AS balance, groups.balance_lowest AS balance_lowest 
FROM groups 
WHERE groups.currency = totals.currency ORDER BY groups.month ASC, groups.balance DESC NULLS LAST, groups.account ASC, groups.account_id ASC, groups.month ASC 
 LIMIT :limit::INTEGER) AS first ON true ORDER BY totals.weight DESC, totals.currency, first.month ASC, first.balance DESC NULLS LAST, first.account ASC, first.account_id ASC, first.month ASC
