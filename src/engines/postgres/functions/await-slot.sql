-- Makes active jobs wait for a slot more, at once ready when it is filled. One of no workflow becomes one by itself. Whoever
-- calls it holds the rows' locks. Primary keys of `job` and `node`, for each id.
CREATE OR REPLACE FUNCTION {schema}.await_slot(ids text[]) RETURNS void LANGUAGE plpgsql {plan} AS $$
BEGIN
  WITH moved AS (
    UPDATE {schema}.job SET state = 'waiting', has_node = true, due_at = NULL, version = job.version + 1
    WHERE job.id = ANY (ids)
    RETURNING job.lane
  )
  INSERT INTO {schema}.tally (lane, was, became, jobs)
  SELECT lane, 'active', 'waiting', count(*) FROM moved GROUP BY lane;
  INSERT INTO {schema}.node (job, workflow, body, awaited, broken)
  SELECT given.id, given.id, json_build_object('workflow', given.id, 'slots', 0, 'links', '[]'::json), 1, 0
  FROM unnest(ids) AS given (id)
  ON CONFLICT (job) DO UPDATE SET awaited = 1, due_at = NULL, due_after = NULL;
  PERFORM {schema}.changed(ids, array_fill('waiting'::text, ARRAY[cardinality(ids)]));
END
$$;
