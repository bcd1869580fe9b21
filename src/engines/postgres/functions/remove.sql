-- Removes jobs that no worker runs. Primary keys of `job` and `finished`.
CREATE OR REPLACE FUNCTION {schema}.remove(ids text[]) RETURNS bigint LANGUAGE plpgsql {plan} AS $$
DECLARE
  removed_ids text[];
  removed_states text[];
BEGIN
  WITH live AS (
    DELETE FROM {schema}.job WHERE id = ANY (ids) AND state <> 'active' RETURNING id, lane, state
  ), done AS (
    DELETE FROM {schema}.finished WHERE id = ANY (ids) RETURNING id, lane, state
  ), removed AS (
    SELECT * FROM live UNION ALL SELECT * FROM done
  ), tallied AS (
    INSERT INTO {schema}.tally (lane, was, jobs) SELECT lane, state, count(*) FROM removed GROUP BY lane, state
  )
  SELECT array_agg(id), array_agg(state) INTO removed_ids, removed_states FROM removed;
  PERFORM {schema}.changed(removed_ids, removed_states);
  RETURN coalesce(cardinality(removed_ids), 0);
END
$$;
