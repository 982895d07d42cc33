WITH entries AS 
(SELECT coalesce(jsonb_extract_path_text('{"groceries": "food", "eating_out": "food", "rent": "home", "household": "home", "utilities": "home", "telecom": "home", "fuel": "transport", "public_transport": "transport", "taxi": "transport", "vehicle": "transport", "clothing": "shopping", "electronics": "shopping", "shopping": "shopping", "entertainment": "leisure", "subscriptions": "leisure", "travel": "leisure", "gifts": "leisure", "health": "wellbeing", "fitness": "wellbeing", "personal_care": "wellbeing", "education": "family", "childcare": "family", "pets": "family", "insurance": "finance", "loan": "finance", "investment": "finance", "fees": "finance", "tax": "finance", "salary": "income", "pension": "income", "interest": "income", "business_income": "income", "cash": "cash", "transfer": "transfers", "own_transfer": "transfers", "services": "other", "uncategorised": "other"}'::jsonb, reporting.entry_part.category), 'other') AS category_group, reporting.entry_part.counterparty AS counterparty, reporting.entry_part.currency AS currency, reporting.entry_part.spend_minor AS spend_minor 
FROM reporting.entry_part 
WHERE reporting.entry_part.customer_id = :asker_customer_id::UUID AND reporting.entry_part.customer_id IS NOT NULL AND reporting.entry_part.status = 'success' AND reporting.entry_part.spend_minor != 0 AND (reporting.entry_part.direction = 'out') != (reporting.entry_part.reverses_id IS NOT NULL) AND reporting.entry_part.occurred_at >= :start::TIMESTAMP WITH TIME ZONE AND reporting.entry_part.occurred_at < :end::TIMESTAMP WITH TIME ZONE), 
groups AS 
(SELECT entries.category_group AS category_group, entries.counterparty AS counterparty, entries.currency AS currency, coalesce(sum(entries.spend_minor), 0) AS spend, count(*) AS entries 
FROM entries GROUP BY entries.category_group, entries.counterparty, entries.currency), 
derived AS 
(SELECT groups.category_group AS category_group, groups.counterparty AS counterparty, groups.currency AS currency, groups.spend AS spend, groups.entries AS entries, round((sign(CAST(1000 * groups.spend AS NUMERIC)) * reporting.half_even(abs(1000 * groups.spend), nullif(greatest(sum(groups.spend) OVER (PARTITION BY groups.currency), 0), 0))) / CAST(10.0 AS NUMERIC), 1) AS share 
FROM groups), 
kept AS 
(SELECT derived.category_group AS category_group, derived.counterparty AS counterparty, derived.currency AS currency, derived.spend AS spend, derived.entries AS entries, derived.share AS share 
FROM derived 
WHERE derived.share >= :having_0::BIGINT), 
chosen AS 
(SELECT placed.category_group AS category_group, placed.counterparty AS counterparty, placed.currency AS currency, placed.spend AS spend, placed.entries AS entries, placed.share AS share, placed.place_per AS place_per, placed.groups AS groups 
FROM (SELECT kept.category_group AS category_group, kept.counterparty AS counterparty, kept.currency AS currency, kept.spend AS spend, kept.entries AS entries, kept.share AS share, row_number() OVER (PARTITION BY kept.currency, kept.category_group ORDER BY kept.spend DESC NULLS LAST, kept.category_group ASC, kept.counterparty ASC) AS place_per, count(*) OVER (PARTITION BY kept.currency) AS groups 
FROM kept) AS placed 
WHERE placed.place_per <= :limit_per::INTEGER), 
totals AS 
(SELECT chosen.currency AS currency, max(chosen.groups) AS groups, sum(chosen.entries) AS weight 
FROM chosen GROUP BY chosen.currency)
 SELECT first.category_group, first.counterparty, first.currency, first.spend, first.share, totals.groups 
FROM totals JOIN LATERAL (SELECT chosen.category_group AS category_group, chosen.counterparty AS counterparty, chosen.currency AS currency, chosen.spend AS spend, chosen.share AS share 
FROM chosen 
WHERE chosen.currency = totals.currency ORDER BY chosen.spend DESC NULLS LAST, chosen.category_group ASC, chosen.counterparty ASC 
 LIMIT :limit::INTEGER) AS first ON true ORDER BY totals.weight DESC, totals.currency, first.spend DESC NULLS LAST, first.category_group ASC, first.counterparty ASC
