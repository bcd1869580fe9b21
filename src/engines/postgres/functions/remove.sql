-- Removes jobs that no worker runs; for those that wait for one that had not ended, it was revoked. Primary keys of `job`,
-- `finished` and `node`.
CREATE OR REPLACE FUNCTION {schema}.remove(ids text[]) RETURNS bigint LANGUAGE plpgsql {plan} AS $$
DECLARE
  removed_ids text[];
  removed_states text[];
  awaited_ids text[] := ARRAY(
    SELECT id FROM {schema}.job WHERE id = ANY (ids) AND has_node AND state <> 'active' ORDER BY id FOR UPDATE
  );
  nodes text[];
  count integer := cardinality(awaited_ids);
BEGIN
  IF count > 0 THEN
    PERFORM {schema}.finish(
      awaited_ids, array_fill('revoked'::text, ARRAY[count]), array_fill(0::bigint, ARRAY[count]), NULL,
      array_fill('caller'::text, ARRAY[count]), array_fill('{removed}'::text, ARRAY[count]),
      array_fill(0, ARRAY[count]), array_fill(0, ARRAY[count])
    );
  END IF;
  WITH live AS (
    DELETE FROM {schema}.job WHERE id = ANY (ids) AND state <> 'active' RETURNING id, lane, state, has_node
  ), done AS (
    DELETE FROM {schema}.finished WHERE id = ANY (ids) RETURNING id, lane, state, has_node
  ), removed AS (
    SELECT * FROM live UNION ALL SELECT * FROM done
  ), tallied AS (
    INSERT INTO {schema}.tally (lane, was, jobs) SELECT lane, state, count(*) FROM removed GROUP BY lane, state
  )
  SELECT array_agg(id), array_agg(state), array_agg(id) FILTER (WHERE has_node)
  INTO removed_ids, removed_states, nodes
  FROM removed;
  IF nodes IS NOT NULL THEN DELETE FROM {schema}.node WHERE job = ANY (nodes); END IF;
  PERFORM {schema}.changed(removed_ids, removed_states);
  RETURN coalesce(cardinality(removed_ids), 0);
END
$$;
