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

-- Stretches of months that are summed beside the days, each out of the shorter ones that it consists of. They lie end
-- to end from year 0 on, so that any run of months is a few of them.
DROP VIEW IF EXISTS insights.stretch;
CREATE VIEW insights.stretch AS
SELECT v.months, v.of_months FROM (VALUES (1, 0), (2, 1), (4, 2), (8, 4)) v(months, of_months);

-- Those of more than a month are for what there is much of in each, and the same again in the next: names, and bands.
CREATE OR REPLACE FUNCTION insights.is_kept(p_form text, p_months integer) RETURNS boolean
LANGUAGE sql IMMUTABLE
RETURN p_months <= 1 OR p_form IN ('payee', 'band');

-- Where the stretch of so many months begins that a day lies in; of 0 months it is the day.
CREATE OR REPLACE FUNCTION insights.stretch_start(p_day date, p_months integer) RETURNS date
LANGUAGE sql IMMUTABLE
RETURN CASE WHEN p_months = 0 THEN p_day ELSE (date_trunc('month', p_day::timestamp) - make_interval(
    months => (12 * extract(year FROM p_day) + extract(month FROM p_day) - 1)::integer % p_months))::date END;

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

-- Closed days, and the stretches that consist of such: what a question reads, reporting.to_read names.
DROP VIEW IF EXISTS reporting.cell;
CREATE VIEW reporting.cell AS
SELECT c.rollup_id, c.form, c.months, c.day, c.currency, c.label, c.direction, c.is_refund, c.is_own_transfer,
       c.is_inside, c.entries, c.total_minor, c.smallest_minor, c.largest_minor
  FROM insights.rollup_cell c;

-- The forms of cells that tell a question's labels apart: p_by 'category' (split payments in the categories of their
-- parts), 'nothing', or of accounts' rollups 'counterparty', 'band', or 'amount': of those in p_bands.
CREATE OR REPLACE FUNCTION insights.forms(p_by text, p_bands text[]) RETURNS text[]
LANGUAGE sql IMMUTABLE
RETURN CASE p_by WHEN 'category' THEN '{plain,part}' WHEN 'counterparty' THEN '{payee}' WHEN 'band' THEN '{band}'
                 WHEN 'amount' THEN p_bands ELSE '{plain,whole}' END;

-- Where the unit of the calendar begins that a day lies in; nowhere, of 'all'.
CREATE OR REPLACE FUNCTION insights.bucket(p_day date, p_unit text) RETURNS date
LANGUAGE sql IMMUTABLE
RETURN CASE WHEN p_unit <> 'all' THEN date_trunc(p_unit, p_day::timestamp)::date END;

-- Which cells of some rollups answer for the days from p_start to before p_end, told apart per p_unit of the calendar
-- or not at all ('all'): the longest stretches of which no day is open, and the closed days around and between them (of
-- 0 months). Each lies in one bucket, unless days or weeks are told apart.
CREATE OR REPLACE FUNCTION reporting.to_read(p_rollups integer[], p_unit text, p_start date, p_end date,
                                             p_by text, p_bands text[] DEFAULT NULL)
RETURNS TABLE (rollup_id integer, form text, months smallint, first date, last date, bucket date)
LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 10
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
-- The planner cannot see how few stretches there are.
SET enable_hashjoin = off
AS $$
#variable_conflict use_column
DECLARE
    -- Longer ones would lie across the units' borders.
    months_max   integer := CASE p_unit WHEN 'all' THEN 8 WHEN 'year' THEN 4 WHEN 'day' THEN 0 WHEN 'week' THEN 0
                                        ELSE 1 END;
    -- The whole months in between.
    months_start date := p_end;
    months_end   date := p_end;
BEGIN
    IF months_max > 0 THEN
        months_start := insights.stretch_start((p_start + interval '1 month' - interval '1 day')::date, 1);
        months_start := least(months_start, p_end);
        months_end := greatest(insights.stretch_start(p_end, 1), months_start);
    END IF;
    RETURN QUERY
    WITH open AS (
        SELECT DISTINCT o.rollup_id, o.day
          FROM insights.rollup_open o
         WHERE o.rollup_id = ANY (p_rollups) AND o.day >= p_start AND o.day < p_end
    ), wanted AS (
        SELECT r.id AS rollup_id, f.form FROM unnest(p_rollups) r(id), unnest(insights.forms(p_by, p_bands)) f(form)
    ), whole AS (
        SELECT w.rollup_id, w.form, l.months, s.first::date, (s.first + l.length)::date AS last
          FROM wanted w
          JOIN (SELECT x.months, make_interval(months => x.months) AS length FROM insights.stretch x) l
            ON l.months <= months_max AND insights.is_kept(w.form, l.months)
         CROSS JOIN LATERAL generate_series(
            insights.stretch_start((months_start + l.length - interval '1 day')::date, l.months)::timestamp,
            months_end - l.length, l.length) s(first)
         WHERE NOT EXISTS (SELECT FROM open o WHERE o.rollup_id = w.rollup_id
                                                AND o.day >= s.first AND o.day < s.first + l.length)
    ), days AS (
        SELECT w.rollup_id, w.form, d.first, d.last
          FROM wanted w, (VALUES (p_start, months_start), (months_end, p_end)) d(first, last)
         WHERE d.first < d.last
        UNION ALL
        SELECT DISTINCT w.rollup_id, w.form, m.first, (m.first + interval '1 month')::date
          FROM wanted w
          JOIN open o ON o.rollup_id = w.rollup_id AND o.day >= months_start AND o.day < months_end
         CROSS JOIN LATERAL (SELECT insights.stretch_start(o.day, 1) AS first) m
    ), closed AS (
        SELECT d.rollup_id, d.form, coalesce(lag(x.day) OVER of_days + 1, d.first) AS first, x.day AS last
          FROM days d
         CROSS JOIN LATERAL (SELECT o.day FROM open o
                              WHERE o.rollup_id = d.rollup_id AND o.day >= d.first AND o.day < d.last
                             UNION ALL SELECT d.last) x
        WINDOW of_days AS (PARTITION BY d.rollup_id, d.form, d.first ORDER BY x.day)
    )
    SELECT w.rollup_id, w.form, w.months::smallint, w.first, w.first + 1, insights.bucket(w.first, p_unit)
      FROM whole w
     WHERE NOT EXISTS (SELECT FROM whole x
                        WHERE x.rollup_id = w.rollup_id AND x.form = w.form AND x.months > w.months
                          AND x.first <= w.first AND x.last > w.first)
    UNION ALL
    SELECT c.rollup_id, c.form, 0::smallint, c.first, c.last,
           CASE WHEN months_max > 0 THEN insights.bucket(c.first, p_unit) END
      FROM closed c
     WHERE c.first < c.last;
END $$;

-- What such cells lack of those days: the entries of open ones, and what no cell has been told of. Each is a cell of
-- its own.
CREATE OR REPLACE FUNCTION reporting.not_summed(p_rollups integer[], p_unit text, p_start date, p_end date,
                                                p_by text, p_bands text[] DEFAULT NULL)
RETURNS TABLE (
    bucket date, currency text, label text, direction text, is_refund boolean, is_own_transfer boolean,
    is_inside boolean, entries bigint, total_minor numeric, smallest_minor bigint, largest_minor bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 100
SET search_path = pg_catalog, pg_temp
-- Planned once per connection: to plan this takes longer than to run it.
SET plan_cache_mode = force_generic_plan
AS $$
#variable_conflict use_column
BEGIN
    -- Mostly there is nothing, and to look for it in vain takes as long as to read the sums of a month.
    IF NOT EXISTS (SELECT FROM insights.unfolded)
       AND NOT EXISTS (SELECT FROM insights.rollup_open o
                        WHERE o.rollup_id = ANY (p_rollups) AND o.day >= p_start AND o.day < p_end) THEN
        RETURN;
    END IF;
    RETURN QUERY
    WITH open AS (
        SELECT DISTINCT o.rollup_id, o.day
          FROM insights.rollup_open o
         WHERE o.rollup_id = ANY (p_rollups) AND o.day >= p_start AND o.day < p_end
    ), entry AS (
        SELECT e.day, e.currency, e.form, e.label, e.direction, e.is_refund, e.is_own_transfer, e.is_inside,
               e.size_minor
          FROM open o
          JOIN insights.rollup r ON r.id = o.rollup_id
         CROSS JOIN LATERAL insights.entries_of(
            r.bank_id, r.account_id, r.time_zone,
            o.day::timestamp AT TIME ZONE r.time_zone, (o.day + 1)::timestamp AT TIME ZONE r.time_zone) e
        UNION ALL
        SELECT n.day, n.currency, n.form, n.label, n.direction, n.is_refund, n.is_own_transfer, n.is_inside,
               n.size_minor
          FROM insights.unfolded u
         CROSS JOIN LATERAL insights.side_of(u.transaction_id, u.account_id) n
         WHERE n.rollup_id = ANY (p_rollups) AND n.day >= p_start AND n.day < p_end
           AND (n.rollup_id, n.day) NOT IN (SELECT o.rollup_id, o.day FROM open o)
    )
    SELECT insights.bucket(e.day, p_unit), e.currency, e.label, e.direction, e.is_refund, e.is_own_transfer,
           e.is_inside, 1::bigint, e.size_minor::numeric, e.size_minor, e.size_minor
      FROM entry e
     WHERE e.form = ANY (insights.forms(p_by, p_bands));
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
    SELECT n.rollup_id, s.months, insights.stretch_start(n.day, s.months) AS day, n.currency, n.form, n.label,
           n.direction, n.is_refund, n.is_own_transfer, n.is_inside,
           count(*), sum(n.size_minor), min(n.size_minor), max(n.size_minor)
      FROM ledger.change x
     CROSS JOIN LATERAL insights.side_of(x.transaction_id, x.account_id) n
      JOIN (SELECT 0 UNION ALL SELECT months FROM insights.stretch) s(months) ON insights.is_kept(n.form, s.months)
     WHERE x.position > before AND x.position <= upto AND x.version IS NOT NULL
       AND NOT EXISTS (SELECT FROM insights.rollup_open o WHERE o.rollup_id = n.rollup_id AND o.day = n.day)
     GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10
    ON CONFLICT (rollup_id, months, day, currency, form, label, direction, is_refund, is_own_transfer, is_inside)
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
    stretch insights.stretch;
    firsts  date[];
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
    DELETE FROM insights.rollup_cell c WHERE c.rollup_id = r.id AND c.months = 0 AND c.day = ANY (days);
    INSERT INTO insights.rollup_cell
    SELECT r.id, 0, d.*
      FROM insights.sums_of(r, first, (SELECT max(d) + 1 FROM unnest(days) d)) d
     WHERE d.day = ANY (days);
    -- A stretch in which another day is still open is summed once more when that one closes.
    FOR stretch IN SELECT * FROM insights.stretch s ORDER BY s.months LOOP
        firsts := ARRAY(SELECT DISTINCT insights.stretch_start(d, stretch.months) FROM unnest(days) d);
        DELETE FROM insights.rollup_cell c
         WHERE c.rollup_id = r.id AND c.months = stretch.months AND c.day = ANY (firsts);
        INSERT INTO insights.rollup_cell
        SELECT r.id, stretch.months, f.first, c.currency, c.form, c.label, c.direction, c.is_refund, c.is_own_transfer,
               c.is_inside, sum(c.entries), sum(c.total_minor), min(c.smallest_minor), max(c.largest_minor)
          FROM unnest(firsts) f(first)
          JOIN insights.rollup_cell c
            ON c.rollup_id = r.id AND c.months = stretch.of_months AND c.day >= f.first
               AND c.day < f.first + make_interval(months => stretch.months)
         WHERE insights.is_kept(c.form, stretch.months)
         GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10
         -- Those of one form side by side, as questions read them.
         ORDER BY c.form, f.first;
    END LOOP;
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
    SELECT coalesce(r.compare_from, min(c.day)) INTO first
      FROM insights.rollup_cell c WHERE c.rollup_id = r.id AND c.months = 0;
    WITH cell AS (
        SELECT c.day, c.currency, c.form, c.label, c.direction, c.is_refund, c.is_own_transfer,
               c.is_inside, c.entries, c.total_minor, c.smallest_minor, c.largest_minor
          FROM insights.rollup_cell c
         WHERE c.rollup_id = r.id AND c.months = 0 AND c.day >= first AND c.day < first + p_days
    ), summed AS (
        SELECT d.* FROM insights.sums_of(r, first, first + p_days) d
    ), stretch AS (
        SELECT s.months, insights.stretch_start(c.day, s.months) AS day, c.currency, c.form, c.label, c.direction,
               c.is_refund, c.is_own_transfer, c.is_inside, c.months AS of_months,
               sum(c.entries) AS entries, sum(c.total_minor) AS total_minor, min(c.smallest_minor) AS smallest_minor,
               max(c.largest_minor) AS largest_minor
          FROM insights.stretch s
          JOIN insights.rollup_cell c ON c.months IN (s.months, s.of_months) AND insights.is_kept(c.form, s.months)
         WHERE c.rollup_id = r.id AND c.day >= insights.stretch_start(first, s.months)
           AND c.day < insights.stretch_start(first + p_days - 1, s.months) + make_interval(months => s.months)
         GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10
    ), differing AS (
        SELECT DISTINCT d.day
          FROM (SELECT x.day FROM (TABLE cell EXCEPT TABLE summed) x
                UNION ALL
                SELECT x.day FROM (TABLE summed EXCEPT TABLE cell) x
                UNION ALL
                -- longer stretches beside the sums of the shorter ones
                SELECT x.day FROM stretch x
                 GROUP BY x.months, x.day, x.currency, x.form, x.label, x.direction, x.is_refund, x.is_own_transfer,
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
                            WHERE c.rollup_id = r.id AND c.months = 0 AND c.day >= first + p_days)
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
