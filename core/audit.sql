-- The audit trail's chain: one for the installation, in the order in which events were found committed.

CREATE OR REPLACE FUNCTION identity.event_bytes(e identity.audit_event) RETURNS bytea
LANGUAGE sql STABLE
RETURN convert_to(json_build_array(
    e.position, e.id, (extract(epoch FROM e.at) * 1000000)::bigint, e.actor, e.action, e.subject, e.request_id,
    e.facts::text)::text, 'UTF8');

-- Numbers and links the next events; returns how many.
CREATE OR REPLACE FUNCTION identity.chain_events(p_limit integer) RETURNS integer
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    chained integer;
BEGIN
    IF NOT pg_try_advisory_xact_lock(hashtext('identity.chain_events')) THEN
        RETURN 0;
    END IF;
    WITH fresh AS (
        SELECT e.id, e.at, e.actor, e.action, e.subject, e.request_id, e.facts,
               h.position + row_number() OVER (ORDER BY e.at, e.id) AS position, h.digest AS stored
          FROM (SELECT * FROM identity.audit_event WHERE position IS NULL ORDER BY at, id LIMIT p_limit) e,
               ledger.chain_head h
         WHERE h.log = 'events'
    ), linked AS (
        SELECT f.id, f.position, ledger.chained(f.stored, identity.event_bytes(ROW(
                   f.id, f.at, f.actor, f.action, f.subject, f.request_id, f.facts, f.position, NULL
               )::identity.audit_event)) OVER (ORDER BY f.position) AS digest
          FROM fresh f
    ), head AS (
        UPDATE ledger.chain_head h SET position = l.position, digest = l.digest
          FROM (SELECT position, digest FROM linked ORDER BY position DESC LIMIT 1) l
         WHERE h.log = 'events'
    )
    UPDATE identity.audit_event e SET position = l.position, digest = l.digest FROM linked l WHERE e.id = l.id;
    GET DIAGNOSTICS chained = ROW_COUNT;
    RETURN chained;
END $$;
