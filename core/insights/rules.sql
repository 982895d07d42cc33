-- Whether a side of a payment is what a rule asks for. Texts are looked for anywhere and in any case, as `contains` does.
-- One expression, so that PostgreSQL writes it into the query that uses it.
CREATE OR REPLACE FUNCTION insights.fits(
    r insights.rule, p_direction text, p_channel text, p_currency text, p_amount_minor bigint, p_counterparty text,
    p_description text
) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (r.direction IS NULL OR r.direction = p_direction)
   AND (r.channel IS NULL OR r.channel = p_channel)
   AND (r.currency IS NULL OR r.currency = p_currency)
   AND (r.amount_minor_min IS NULL OR r.amount_minor_min <= p_amount_minor)
   AND (r.amount_minor_max IS NULL OR r.amount_minor_max >= p_amount_minor)
   AND (r.counterparty IS NULL
        OR strpos(lower(p_counterparty COLLATE pg_c_utf8), lower(r.counterparty COLLATE pg_c_utf8)) > 0)
   AND (r.description IS NULL
        OR strpos(lower(p_description COLLATE pg_c_utf8), lower(r.description COLLATE pg_c_utf8)) > 0);
