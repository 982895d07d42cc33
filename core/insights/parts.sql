-- What a part of a payment's side comes to, of `p_minor` that the side moved. A refund moves less than the whole that was
-- split: its parts' borders lie in proportion, rounded towards zero, so that the parts sum to it exactly.
CREATE OR REPLACE FUNCTION insights.share(p_minor bigint, p insights.part) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
    WHEN p.whole_minor IS NULL THEN p_minor
    ELSE (div(p_minor::numeric * p.end_minor, p.whole_minor) - div(p_minor::numeric * p.start_minor, p.whole_minor))::bigint
END;
