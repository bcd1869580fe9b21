-- Drops partitions of days past whose jobs may all go; a few that are kept for longer move to `finished_other` first. One
-- partition a call, and none that is busy. Looks at no row of a partition younger than two days.
CREATE OR REPLACE FUNCTION {schema}.drop_days(most_moved integer) RETURNS bigint LANGUAGE plpgsql
-- By the rights of the schema's owner, so that a role that only works with jobs needs none to make and drop tables.
SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  now_ms bigint := {schema}.now_ms();
  partition text;
  kept bigint;
  gone bigint;
BEGIN
  IF NOT pg_try_advisory_xact_lock(hashtextextended('{schema}:days', 0)) THEN RETURN 0; END IF;
  FOR partition IN
    SELECT child.relname FROM pg_inherits
    JOIN pg_class AS child ON child.oid = pg_inherits.inhrelid
    WHERE pg_inherits.inhparent = '{schema}.finished'::regclass AND child.relname ~ '^finished_[0-9]{8}$'
      AND to_date(right(child.relname, 8), 'YYYYMMDD') < (now() AT TIME ZONE 'UTC')::date - 1
    ORDER BY child.relname
  LOOP
    EXECUTE format(
      'SELECT count(*) FROM (SELECT FROM {schema}.%I WHERE prune_at > $1 LIMIT $2) AS found', partition
    ) INTO kept USING now_ms, most_moved + 1;
    CONTINUE WHEN kept > most_moved;
    BEGIN
      PERFORM set_config('lock_timeout', '200', true);
      EXECUTE format('ALTER TABLE {schema}.finished DETACH PARTITION {schema}.%I', partition);
      EXECUTE format('INSERT INTO {schema}.finished SELECT * FROM {schema}.%I WHERE prune_at > $1', partition)
        USING now_ms;
      EXECUTE format(
        'WITH gone AS (
          INSERT INTO {schema}.tally (lane, was, jobs)
          SELECT lane, state, count(*) FROM {schema}.%I WHERE prune_at <= $1 GROUP BY lane, state RETURNING jobs
        ) SELECT coalesce(sum(jobs), 0) FROM gone', partition
      ) INTO gone USING now_ms;
      EXECUTE format('DROP TABLE {schema}.%I', partition);
      RETURN gone;
    EXCEPTION WHEN lock_not_available THEN NULL;
    END;
  END LOOP;
  RETURN 0;
END
$$;
