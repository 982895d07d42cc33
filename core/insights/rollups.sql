-- Sums of whole days, for questions about so many entries that adding them up takes too long: a rollup per bank, and
-- one per account of a customer with very many entries. Days are those of the rollup's own time zone.
--
-- A payment pays nothing for them. What a question gets is exact all the same, in the snapshot it reads:
--   the cells of days that are closed
--   + the entries of what has been committed and not been added yet: it stands in the outbox, or in the change log past
--     our position
--   + every entry of the days that are open, because something of them reads differently now.
-- A category that changes opens a day in the same transaction as it changes; a job sums it anew.

DROP VIEW IF EXISTS reporting.rollup;
CREATE VIEW reporting.rollup AS
SELECT r.id AS rollup_id, r.bank_id, r.account_id, r.time_zone FROM insights.rollup r;

-- Sides of payments that no cell has been told of.
CREATE OR REPLACE VIEW insights.unfolded AS
SELECT o.transaction_id, s.account_id
  FROM ledger.outbox o
 CROSS JOIN LATERAL (VALUES (o.sender_account_id), (o.receiver_account_id)) s(account_id)
 WHERE o.status = 'success' AND o.account_id IS NULL
UNION ALL
SELECT c.transaction_id, c.account_id
  FROM ledger.change c
 WHERE c.position > (SELECT p.position FROM insights.rollup_progress p) AND c.version IS NOT NULL;

-- An amount without its sign, after the number of its digits: these texts sort as the amounts do.
CREATE OR REPLACE FUNCTION insights.digits(p_amount bigint) RETURNS text
LANGUAGE sql IMMUTABLE
RETURN lpad(length(abs(p_amount)::text)::text, 2, '0') || abs(p_amount);

-- The entries that belong into a rollup, each as the cell it goes into and what it adds there. A side that is split
-- over several categories stands here as a whole and once for each part: questions by category take the parts, others
-- the whole.
-- Accounts' rollups keep more of each entry beside the categories: it stands once by the name of the other side, and
-- twice by its amount. A band of amounts is those of as many digits that begin with the same two; the amounts of a band
-- have a form of their own, named after it. So a median is found from the bands and the amounts of the middle one.
DROP VIEW IF EXISTS insights.counted CASCADE;
CREATE VIEW insights.counted AS
SELECT e.transaction_id, e.account_id, e.bank_id, e.occurred_at, e.currency, f.form, f.label, e.direction,
       e.reverses_id IS NOT NULL AS is_refund, e.is_own_transfer,
       coalesce(e.counterparty_customer_id = e.customer_id, false) AS is_own,
       e.counterparty_customer_id IS NOT NULL AND e.counterparty_bank_id = e.bank_id AS is_in_bank, f.size_minor
  FROM reporting.entry e
 CROSS JOIN LATERAL (
    SELECT CASE WHEN EXISTS (SELECT FROM insights.part p
                              WHERE p.transaction_id = e.split_as_id AND p.account_id = e.account_id)
                THEN 'whole' ELSE 'plain' END AS form,
           e.category AS label, abs(e.amount_minor) AS size_minor
    UNION ALL
    SELECT 'part', p.category, abs(insights.share(e.amount_minor, p))
      FROM insights.part p
     WHERE p.transaction_id = e.split_as_id AND p.account_id = e.account_id
    UNION ALL
    SELECT 'payee', e.counterparty, abs(e.amount_minor)
    UNION ALL
    SELECT 'band', left(insights.digits(e.amount_minor), 4), abs(e.amount_minor)
    UNION ALL
    SELECT left(insights.digits(e.amount_minor), 4), insights.digits(e.amount_minor), abs(e.amount_minor)
 ) f
 WHERE e.status = 'success' AND e.customer_id IS NOT NULL;

-- What the rows say of a rollup from one instant to another. OFFSET 0, here and below, keeps it a query of its own
-- within the caller's: pulled up, the view over all entries would be joined to the arguments instead of being
-- narrowed by them.
CREATE OR REPLACE FUNCTION insights.entries_of(
    p_bank uuid, p_account uuid, p_zone text, p_start timestamptz, p_end timestamptz)
RETURNS TABLE (
    transaction_id uuid, account_id uuid, day date, currency text, form text, label text, direction text,
    is_refund boolean, is_own_transfer boolean, is_inside boolean, size_minor bigint)
LANGUAGE sql STABLE
AS $$
    SELECT e.transaction_id, e.account_id, (e.occurred_at AT TIME ZONE p_zone)::date, e.currency, e.form, e.label,
           e.direction, e.is_refund, e.is_own_transfer, e.is_own, e.size_minor
      FROM insights.counted e
     WHERE e.account_id = p_account AND e.occurred_at >= p_start AND e.occurred_at < p_end
    UNION ALL
    SELECT e.transaction_id, e.account_id, (e.occurred_at AT TIME ZONE p_zone)::date, e.currency, e.form, e.label,
           e.direction, e.is_refund, e.is_own_transfer, e.is_in_bank, e.size_minor
      FROM insights.counted e
     WHERE p_account IS NULL AND e.bank_id = p_bank AND e.occurred_at >= p_start AND e.occurred_at < p_end
       AND e.form IN ('plain', 'part', 'whole')
    OFFSET 0
$$;

-- What the cells of a rollup's days should hold, from p_first to before p_end: all that the change log has told.
CREATE OR REPLACE FUNCTION insights.sums_of(r insights.rollup, p_first date, p_end date)
RETURNS TABLE (
    day date, currency text, form text, label text, direction text, is_refund boolean, is_own_transfer boolean,
    is_inside boolean, entries bigint, total_minor numeric, smallest_minor bigint, largest_minor bigint)
LANGUAGE sql STABLE
AS $$
    SELECT e.day, e.currency, e.form, e.label, e.direction, e.is_refund, e.is_own_transfer, e.is_inside,
           count(*), sum(e.size_minor), min(e.size_minor), max(e.size_minor)
      FROM insights.entries_of(r.bank_id, r.account_id, r.time_zone, p_first::timestamp AT TIME ZONE r.time_zone,
                               p_end::timestamp AT TIME ZONE r.time_zone) e
     WHERE (e.transaction_id, e.account_id) NOT IN (SELECT u.transaction_id, u.account_id FROM insights.unfolded u)
     GROUP BY 1, 2, 3, 4, 5, 6, 7, 8
$$;

-- One side of a payment, once for each rollup that it belongs to.
CREATE OR REPLACE FUNCTION insights.side_of(p_transaction uuid, p_account uuid)
RETURNS TABLE (
    rollup_id integer, day date, currency text, form text, label text, direction text,
    is_refund boolean, is_own_transfer boolean, is_inside boolean, size_minor bigint)
LANGUAGE sql STABLE
AS $$
    SELECT r.id, (e.occurred_at AT TIME ZONE r.time_zone)::date, e.currency, e.form, e.label, e.direction,
           e.is_refund, e.is_own_transfer, CASE WHEN r.account_id IS NULL THEN e.is_in_bank ELSE e.is_own END,
           e.size_minor
      FROM insights.counted e
      JOIN insights.rollup r ON r.bank_id = e.bank_id AND (r.account_id IS NULL OR r.account_id = e.account_id)
     WHERE e.transaction_id = p_transaction AND e.account_id = p_account
       AND (e.form IN ('plain', 'part', 'whole') OR r.account_id IS NOT NULL)
    OFFSET 0
$$;

-- What some rollups come to in the days from p_start to before p_end, per p_unit of the calendar, and per label: p_by
-- 'category' (split payments in the categories of their parts), 'nothing', or of accounts' rollups 'counterparty',
-- 'band', or 'amount': of those in p_bands.
DROP FUNCTION IF EXISTS reporting.cells;
CREATE FUNCTION reporting.cells(p_rollups integer[], p_unit text, p_start date, p_end date,
                                p_by text, p_bands text[] DEFAULT NULL)
RETURNS TABLE (
    rollup_id integer, bucket date, currency text, label text, direction text, is_refund boolean,
    is_own_transfer boolean, is_inside boolean, entries numeric, total_minor numeric, smallest_minor bigint,
    largest_minor bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
-- Planned once per connection: to plan this takes longer than to read a year of it.
SET plan_cache_mode = force_generic_plan
-- A plan made for no days in particular expects few cells, and would sort the many.
SET enable_sort = off
AS $$
#variable_conflict use_column
DECLARE
    -- The whole months in between, where their sums will do.
    months_start date := p_end;
    months_end   date := p_end;
    forms        text[] := CASE p_by WHEN 'category' THEN '{plain,part}'
                                     WHEN 'counterparty' THEN '{payee}' WHEN 'band' THEN '{band}'
                                     WHEN 'amount' THEN p_bands ELSE '{plain,whole}' END;
BEGIN
    IF p_unit IN ('month', 'quarter', 'year') THEN
        months_start := least(date_trunc('month', p_start::timestamp + interval '1 month' - interval '1 day'), p_end);
        months_end := greatest(date_trunc('month', p_end::timestamp), months_start);
    END IF;
    RETURN QUERY
    WITH open AS (
        SELECT DISTINCT o.rollup_id, o.day, date_trunc('month', o.day::timestamp)::date AS month
          FROM insights.rollup_open o
         WHERE o.rollup_id = ANY (p_rollups)
           AND o.day >= date_trunc('month', p_start::timestamp) AND o.day < p_end + interval '1 month'
    ), stale AS (
        SELECT o.rollup_id, false AS is_month, o.day FROM open o
        UNION
        SELECT o.rollup_id, true, o.month FROM open o
    ), stretch AS (
        SELECT r.id AS rollup_id, s.is_month, s.first, s.last
          FROM unnest(p_rollups) r(id),
               (VALUES (false, p_start, months_start), (true, months_start, months_end), (false, months_end, p_end))
               s(is_month, first, last)
        UNION ALL
        SELECT o.rollup_id, false, o.day, (o.day + interval '1 month')::date
          FROM stale o
         WHERE o.is_month AND o.day >= months_start AND o.day < months_end
    ), piece AS (
        SELECT c.rollup_id, c.day, c.currency, c.form, c.label, c.direction, c.is_refund, c.is_own_transfer,
               c.is_inside, c.entries, c.total_minor, c.smallest_minor, c.largest_minor
          FROM stretch s
          JOIN insights.rollup_cell c
            ON c.rollup_id = s.rollup_id AND c.is_month = s.is_month AND c.day >= s.first AND c.day < s.last
         WHERE (c.rollup_id, c.is_month, c.day) NOT IN (SELECT o.rollup_id, o.is_month, o.day FROM stale o)
        UNION ALL
        SELECT r.id, e.day, e.currency, e.form, e.label, e.direction, e.is_refund, e.is_own_transfer, e.is_inside,
               1, e.size_minor, e.size_minor, e.size_minor
          FROM open o
          JOIN insights.rollup r ON r.id = o.rollup_id
         CROSS JOIN LATERAL insights.entries_of(
            r.bank_id, r.account_id, r.time_zone,
            o.day::timestamp AT TIME ZONE r.time_zone, (o.day + 1)::timestamp AT TIME ZONE r.time_zone) e
         WHERE o.day >= p_start AND o.day < p_end
        UNION ALL
        SELECT n.rollup_id, n.day, n.currency, n.form, n.label, n.direction, n.is_refund, n.is_own_transfer,
               n.is_inside, 1, n.size_minor, n.size_minor, n.size_minor
          FROM insights.unfolded u
         CROSS JOIN LATERAL insights.side_of(u.transaction_id, u.account_id) n
         WHERE n.rollup_id = ANY (p_rollups) AND n.day >= p_start AND n.day < p_end
           AND (n.rollup_id, n.day) NOT IN (SELECT o.rollup_id, o.day FROM open o)
    )
    SELECT p.rollup_id, date_trunc(p_unit, p.day::timestamp)::date, p.currency, CASE WHEN p_by <> 'nothing' THEN p.label END,
           p.direction, p.is_refund, p.is_own_transfer, p.is_inside, sum(p.entries), sum(p.total_minor),
           min(p.smallest_minor), max(p.largest_minor)
      FROM piece p
     WHERE p.form = ANY (forms)
     GROUP BY 1, 2, 3, 4, 5, 6, 7, 8;
END $$;

-- Adds the next changes, up to that many, to the cells of closed days. Returns how many changes it was.
CREATE OR REPLACE FUNCTION insights.fold(p_limit integer) RETURNS integer
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    before bigint;
    upto   bigint;
BEGIN
    -- One at a time for all that writes cells.
    IF NOT pg_try_advisory_xact_lock(hashtext('insights.rollup')) THEN
        RETURN 0;
    END IF;
    SELECT p.position INTO before FROM insights.rollup_progress p;
    SELECT max(c.position) INTO upto
      FROM (SELECT x.position FROM ledger.change x WHERE x.position > before ORDER BY x.position LIMIT p_limit) c;
    IF upto IS NULL THEN
        RETURN 0;
    END IF;
    INSERT INTO insights.rollup_cell AS c
    SELECT n.rollup_id, d.is_month, d.day, n.currency, n.form, n.label, n.direction, n.is_refund,
           n.is_own_transfer, n.is_inside, count(*), sum(n.size_minor), min(n.size_minor), max(n.size_minor)
      FROM ledger.change x
     CROSS JOIN LATERAL insights.side_of(x.transaction_id, x.account_id) n
     CROSS JOIN LATERAL (
        VALUES (false, n.day), (true, date_trunc('month', n.day::timestamp)::date)) d(is_month, day)
     WHERE x.position > before AND x.position <= upto AND x.version IS NOT NULL
       AND NOT EXISTS (SELECT FROM insights.rollup_open o WHERE o.rollup_id = n.rollup_id AND o.day = n.day)
     GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10
    ON CONFLICT (rollup_id, is_month, day, currency, form, label, direction, is_refund, is_own_transfer, is_inside)
    DO UPDATE
       SET entries = c.entries + excluded.entries, total_minor = c.total_minor + excluded.total_minor,
           smallest_minor = least(c.smallest_minor, excluded.smallest_minor),
           largest_minor = greatest(c.largest_minor, excluded.largest_minor);
    UPDATE insights.rollup_progress SET position = upto;
    RETURN upto - before;
END $$;

-- Sums open days of one rollup anew and closes them: those within p_days of its first one. Returns how many it was.
CREATE OR REPLACE FUNCTION insights.sum_open_days(p_days integer) RETURNS integer
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    r       insights.rollup;
    first   date;
    reasons bigint[];
    days    date[];
    months  date[];
BEGIN
    IF NOT pg_try_advisory_xact_lock(hashtext('insights.rollup')) THEN
        RETURN 0;
    END IF;
    SELECT * INTO r FROM insights.rollup x
     WHERE x.id = (SELECT o.rollup_id FROM insights.rollup_open o ORDER BY o.id LIMIT 1);
    IF r.id IS NULL THEN
        RETURN 0;
    END IF;
    SELECT min(o.day) INTO first FROM insights.rollup_open o WHERE o.rollup_id = r.id;
    -- Reasons first, rows afterwards: what the rows below do not show yet has a reason that is not among these.
    SELECT array_agg(o.id), array_agg(DISTINCT o.day) INTO reasons, days
      FROM insights.rollup_open o
     WHERE o.rollup_id = r.id AND o.day < first + p_days;
    months := ARRAY(SELECT DISTINCT date_trunc('month', d::timestamp)::date FROM unnest(days) d);
    DELETE FROM insights.rollup_cell c
     WHERE c.rollup_id = r.id AND ((NOT c.is_month AND c.day = ANY (days)) OR (c.is_month AND c.day = ANY (months)));
    INSERT INTO insights.rollup_cell
    SELECT r.id, false, d.*
      FROM insights.sums_of(r, first, (SELECT max(d) + 1 FROM unnest(days) d)) d
     WHERE d.day = ANY (days);
    -- A month in which another day is still open is summed once more when that one closes.
    INSERT INTO insights.rollup_cell
    SELECT r.id, true, m.first, c.currency, c.form, c.label, c.direction, c.is_refund, c.is_own_transfer,
           c.is_inside, sum(c.entries), sum(c.total_minor), min(c.smallest_minor), max(c.largest_minor)
      FROM unnest(months) m(first)
      JOIN insights.rollup_cell c
        ON c.rollup_id = r.id AND NOT c.is_month AND c.day >= m.first AND c.day < m.first + interval '1 month'
     GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10;
    DELETE FROM insights.rollup_open o WHERE o.id = ANY (reasons);
    RETURN cardinality(days);
END $$;

-- Begins a rollup for each bank whose customers hold accounts, in the time zone given, and for each account of a
-- customer whose accounts have at least p_entries_min entries, in the customer's own. All their days are open at first.
-- Ends those of accounts whose holder lives elsewhere now. Returns how many it began.
CREATE OR REPLACE FUNCTION insights.begin_rollups(p_zone text, p_entries_min bigint) RETURNS integer
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    begun integer[];
BEGIN
    IF NOT pg_try_advisory_xact_lock(hashtext('insights.rollup')) THEN
        RETURN 0;
    END IF;
    DELETE FROM insights.rollup r
     USING banking.account a JOIN banking.customer c ON c.id = a.customer_id
     WHERE a.id = r.account_id AND a.bank_id = r.bank_id AND c.time_zone <> r.time_zone;
    -- Whoever changes a category just now does not see the new rollups, and opens no day of theirs: wait for them.
    LOCK TABLE insights.annotation, insights.rule, insights.part IN SHARE MODE;
    WITH heavy AS (
        SELECT a.customer_id
          FROM ledger.balance b
          JOIN banking.account a ON a.id = b.account_id AND a.bank_id = b.bank_id
         WHERE a.customer_id IS NOT NULL
         GROUP BY a.customer_id
        HAVING sum(b.version) >= p_entries_min
    ), added AS (
        INSERT INTO insights.rollup (bank_id, account_id, time_zone)
        SELECT k.id, NULL, p_zone FROM banking.bank k
         WHERE EXISTS (SELECT FROM banking.account a WHERE a.bank_id = k.id AND a.customer_id IS NOT NULL)
        UNION ALL
        SELECT a.bank_id, a.id, c.time_zone
          FROM heavy h
          JOIN banking.account a ON a.customer_id = h.customer_id
          JOIN banking.customer c ON c.id = h.customer_id
        ON CONFLICT DO NOTHING
        RETURNING id
    )
    SELECT array_agg(a.id) INTO begun FROM added a;
    IF begun IS NULL THEN
        RETURN 0;
    END IF;
    INSERT INTO insights.rollup_open (rollup_id, day)
    SELECT r.id, d.day::date
      FROM insights.rollup r,
           (SELECT min(t.occurred_at) AS first, max(t.occurred_at) AS last FROM ledger.transaction t) span,
           generate_series((span.first AT TIME ZONE r.time_zone)::date, (span.last AT TIME ZONE r.time_zone)::date,
                           interval '1 day') d(day)
     WHERE r.id = ANY (begun);
    RETURN cardinality(begun);
END $$;

-- Holds the next days of the rollup that was longest not looked at against the rows. Days that differ are noted, and
-- opened, so that the next question reads the rows. Returns how many it found.
CREATE OR REPLACE FUNCTION insights.compare_rollup(p_days integer) RETURNS integer
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    r     insights.rollup;
    first date;
    found integer;
BEGIN
    IF NOT pg_try_advisory_xact_lock(hashtext('insights.rollup')) THEN
        RETURN 0;
    END IF;
    SELECT * INTO r FROM insights.rollup x ORDER BY x.compared_at, x.id LIMIT 1;
    SELECT coalesce(r.compare_from, min(c.day)) INTO first FROM insights.rollup_cell c WHERE c.rollup_id = r.id;
    WITH cell AS (
        SELECT c.day, c.currency, c.form, c.label, c.direction, c.is_refund, c.is_own_transfer,
               c.is_inside, c.entries, c.total_minor, c.smallest_minor, c.largest_minor
          FROM insights.rollup_cell c
         WHERE c.rollup_id = r.id AND NOT c.is_month AND c.day >= first AND c.day < first + p_days
    ), summed AS (
        SELECT d.* FROM insights.sums_of(r, first, first + p_days) d
    ), month AS (
        SELECT date_trunc('month', c.day::timestamp)::date AS day, c.currency, c.form, c.label, c.direction,
               c.is_refund, c.is_own_transfer, c.is_inside, c.is_month,
               sum(c.entries) AS entries, sum(c.total_minor) AS total_minor, min(c.smallest_minor) AS smallest_minor,
               max(c.largest_minor) AS largest_minor
          FROM insights.rollup_cell c
         WHERE c.rollup_id = r.id
           AND c.day >= date_trunc('month', first::timestamp)
           AND c.day < date_trunc('month', (first + p_days)::timestamp)
         GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9
    ), differing AS (
        SELECT DISTINCT d.day
          FROM (SELECT x.day FROM (TABLE cell EXCEPT TABLE summed) x
                UNION ALL
                SELECT x.day FROM (TABLE summed EXCEPT TABLE cell) x
                UNION ALL
                -- whole months beside the sums of their days
                SELECT x.day FROM month x
                 GROUP BY x.day, x.currency, x.form, x.label, x.direction, x.is_refund, x.is_own_transfer,
                          x.is_inside
                HAVING count(DISTINCT (x.entries, x.total_minor, x.smallest_minor, x.largest_minor)) <> 1
                    OR count(*) <> 2) d
         WHERE NOT EXISTS (SELECT FROM insights.rollup_open o WHERE o.rollup_id = r.id AND o.day = d.day)
    ), noted AS (
        INSERT INTO insights.rollup_fault (rollup_id, day) SELECT r.id, d.day FROM differing d
    ), opened AS (
        INSERT INTO insights.rollup_open (rollup_id, day) SELECT r.id, d.day FROM differing d
    )
    SELECT count(*) INTO found FROM differing;
    UPDATE insights.rollup x
       SET compared_at = clock_timestamp(),
           compare_from = (SELECT min(c.day) FROM insights.rollup_cell c
                            WHERE c.rollup_id = r.id AND NOT c.is_month AND c.day >= first + p_days)
     WHERE x.id = r.id;
    RETURN found;
END $$;

-- Both sides of each payment, each with the account that it was paid to or came from.
CREATE OR REPLACE VIEW insights.side AS
SELECT t.sender_account_id AS account_id, t.receiver_account_id AS other_account_id, t.occurred_at
  FROM ledger.transaction t
UNION ALL
SELECT t.receiver_account_id, t.sender_account_id, t.occurred_at FROM ledger.transaction t;

-- Opens the days of these sides of payments, in each rollup that they belong to.
CREATE OR REPLACE FUNCTION insights.open_days(p_accounts uuid[], p_instants timestamptz[]) RETURNS void
LANGUAGE sql
AS $$
    INSERT INTO insights.rollup_open (rollup_id, day)
    SELECT DISTINCT r.id, (s.occurred_at AT TIME ZONE r.time_zone)::date
      FROM unnest(p_accounts, p_instants) s(account_id, occurred_at)
      JOIN banking.account a ON a.id = s.account_id
      JOIN insights.rollup r ON r.bank_id = a.bank_id AND (r.account_id IS NULL OR r.account_id = a.id)
$$;

-- Said of one side of a payment: its refunds follow it.
CREATE OR REPLACE FUNCTION insights.side_reads_differently() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    side record := coalesce(new, old);
BEGIN
    PERFORM insights.open_days(array_agg(side.account_id), array_agg(t.occurred_at))
       FROM (SELECT x.occurred_at FROM ledger.transaction x WHERE x.id = side.transaction_id
             UNION ALL
             SELECT x.occurred_at FROM ledger.transaction x WHERE x.reverses_id = side.transaction_id) t;
    RETURN NULL;
END $$;

-- A rule reads every entry of its customer. However many rules one statement changes, their entries are read once.
CREATE OR REPLACE FUNCTION insights.customers_read_differently() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM insights.open_days(array_agg(s.account_id), array_agg(s.occurred_at))
       FROM banking.account a
       JOIN insights.side s ON s.account_id = a.id
      WHERE a.customer_id IN (SELECT c.customer_id FROM changed c);
    RETURN NULL;
END $$;

-- Whoever is named or classed otherwise is so in the entries of all who deal with them.
CREATE OR REPLACE FUNCTION insights.counterparty_reads_differently() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM insights.open_days(array_agg(s.account_id), array_agg(s.occurred_at))
       FROM banking.account a
       JOIN insights.side s ON s.other_account_id = a.id
      WHERE a.customer_id = new.id;
    RETURN NULL;
END $$;

-- An account that is nobody's is known by its own name.
CREATE OR REPLACE FUNCTION insights.account_reads_differently() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM insights.open_days(array_agg(s.account_id), array_agg(s.occurred_at))
       FROM insights.side s
      WHERE s.other_account_id = new.id;
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER opens_days AFTER INSERT OR DELETE OR UPDATE OF category ON insights.annotation
    FOR EACH ROW EXECUTE FUNCTION insights.side_reads_differently();
CREATE OR REPLACE TRIGGER opens_days AFTER INSERT OR DELETE OR UPDATE ON insights.part
    FOR EACH ROW EXECUTE FUNCTION insights.side_reads_differently();
-- A trigger that is shown all rows of a statement is for one kind of statement.
CREATE OR REPLACE TRIGGER opens_days_of_new AFTER INSERT ON insights.rule
    REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION insights.customers_read_differently();
CREATE OR REPLACE TRIGGER opens_days_of_changed AFTER UPDATE ON insights.rule
    REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION insights.customers_read_differently();
CREATE OR REPLACE TRIGGER opens_days_of_gone AFTER DELETE ON insights.rule
    REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION insights.customers_read_differently();
CREATE OR REPLACE TRIGGER opens_days AFTER UPDATE OF category, name ON banking.customer
    FOR EACH ROW WHEN ((old.category, old.name) IS DISTINCT FROM (new.category, new.name))
    EXECUTE FUNCTION insights.counterparty_reads_differently();
CREATE OR REPLACE TRIGGER opens_days AFTER UPDATE OF name ON banking.account
    FOR EACH ROW WHEN (new.customer_id IS NULL AND old.name IS DISTINCT FROM new.name)
    EXECUTE FUNCTION insights.account_reads_differently();
