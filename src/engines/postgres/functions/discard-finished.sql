-- Deletes finished jobs by their ids, with their places in workflows, and counts them out. Primary keys of one partition,
-- and of `node`, for each id.
CREATE OR REPLACE FUNCTION {schema}.discard_finished(ids text[]) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
  gone bigint;
  nodes text[];
BEGIN
  WITH discarded AS (
    DELETE FROM {schema}.finished WHERE id = ANY (ids) RETURNING id, lane, state, has_node
  ), tallied AS (
    INSERT INTO {schema}.tally (lane, was, jobs) SELECT lane, state, count(*) FROM discarded GROUP BY lane, state
  )
  SELECT count(*), array_agg(id) FILTER (WHERE has_node) INTO gone, nodes FROM discarded;
  IF nodes IS NOT NULL THEN DELETE FROM {schema}.node WHERE job = ANY (nodes); END IF;
  RETURN gone;
END
$$;
