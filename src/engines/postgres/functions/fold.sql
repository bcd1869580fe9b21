-- Folds the oldest rows of `tally` into `lane_count`; one process at a time, others do nothing. A scan of `tally`, of which
-- little is left after each fold. Says how many rows it has folded.
CREATE OR REPLACE FUNCTION {schema}.fold(most integer) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
  folded_rows bigint;
BEGIN
  IF NOT pg_try_advisory_xact_lock(hashtextextended('{schema}:fold', 0)) THEN RETURN 0; END IF;
  PERFORM set_config('synchronous_commit', 'off', true);
  WITH folded AS (
    DELETE FROM {schema}.tally WHERE ctid = ANY (ARRAY(SELECT ctid FROM {schema}.tally LIMIT most))
    RETURNING lane, was, became, jobs
  ), summed AS (
    SELECT lane, state, sum(jobs) AS jobs
    FROM (
      SELECT lane, became AS state, jobs FROM folded WHERE became IS NOT NULL
      UNION ALL SELECT lane, was, -jobs FROM folded WHERE was IS NOT NULL
    ) AS moves
    GROUP BY lane, state
  ), counted AS (
    INSERT INTO {schema}.lane_count AS held (lane, state, jobs) SELECT lane, state, jobs FROM summed
    ON CONFLICT (lane, state) DO UPDATE SET jobs = held.jobs + excluded.jobs
  )
  SELECT count(*) INTO folded_rows FROM folded;
  RETURN folded_rows;
END
$$;
