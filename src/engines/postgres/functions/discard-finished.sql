-- Deletes finished jobs by their ids, and counts them out. Primary key of one partition for each id.
CREATE OR REPLACE FUNCTION {schema}.discard_finished(ids text[]) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
  gone bigint;
BEGIN
  WITH discarded AS (
    DELETE FROM {schema}.finished WHERE id = ANY (ids) RETURNING lane, state
  ), tallied AS (
    INSERT INTO {schema}.tally (lane, was, jobs) SELECT lane, state, count(*) FROM discarded GROUP BY lane, state
  )
  SELECT count(*) INTO gone FROM discarded;
  RETURN gone;
END
$$;
