-- Adds the partitions of `finished` for today and the days to come where they are missing, so that they are empty when
-- they are attached. Waits for no lock longer than a moment: whoever asks next tries again.
CREATE OR REPLACE FUNCTION {schema}.add_days(ahead integer) RETURNS integer LANGUAGE plpgsql
-- By the rights of the schema's owner, so that a role that only works with jobs needs none to make and drop tables.
SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  today date := (now() AT TIME ZONE 'UTC')::date;
  added integer := 0;
  day date;
  partition text;
BEGIN
  FOR number IN 0 .. ahead LOOP
    day := today + number;
    partition := 'finished_' || to_char(day, 'YYYYMMDD');
    CONTINUE WHEN to_regclass('{schema}.' || partition) IS NOT NULL;
    IF NOT pg_try_advisory_xact_lock(hashtextextended('{schema}:days', 0)) THEN RETURN added; END IF;
    CONTINUE WHEN to_regclass('{schema}.' || partition) IS NOT NULL;
    BEGIN
      PERFORM set_config('lock_timeout', '200', true);
      EXECUTE format('CREATE TABLE {schema}.%I (LIKE {schema}.finished INCLUDING ALL)', partition);
      EXECUTE format(
        'ALTER TABLE {schema}.finished ATTACH PARTITION {schema}.%I FOR VALUES FROM (%L) TO (%L)',
        partition, {schema}.day_bound(day), {schema}.day_bound(day + 1)
      );
      added := added + 1;
    EXCEPTION
      -- Busy; or jobs of that day have finished already and are in `finished_other`, where they are found as well.
      WHEN lock_not_available OR check_violation THEN NULL;
    END;
  END LOOP;
  RETURN added;
END
$$;
