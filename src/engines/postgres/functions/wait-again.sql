-- Makes jobs wait that had ended because of another: moves their rows back to `job`, as they were.
-- Primary keys of `job` and of one partition of `finished`, for each id.
CREATE OR REPLACE FUNCTION {schema}.wait_again(ids text[]) RETURNS void LANGUAGE plpgsql {plan} AS $$
DECLARE
  waiting_ids text[];
BEGIN
  WITH revived AS (
    DELETE FROM {schema}.finished WHERE id = ANY (ids) RETURNING *
  ), inserted AS (
    INSERT INTO {schema}.job (
      id, place, lane, task, version, fence, failures, crashes, priority, form, progress_form, early, has_node, state,
      created_at, due_at, expires_at, started_at, worker, key, headers, input, progress
    )
    SELECT id, place, lane, (
        SELECT task.task FROM {schema}.lane JOIN {schema}.task ON task.name = lane.task WHERE lane.lane = revived.lane
      ), version + 1, fence, failures, crashes, priority, form, progress_form, early, has_node, 'waiting', created_at,
      due_at, expires_at, started_at, worker, key, headers, input, progress
    FROM revived
  ), tallied AS (
    INSERT INTO {schema}.tally (lane, was, became, jobs)
    SELECT lane, state, 'waiting', count(*) FROM revived GROUP BY lane, state
  )
  SELECT array_agg(id) INTO waiting_ids FROM revived;
  PERFORM {schema}.changed(waiting_ids, array_fill('waiting'::text, ARRAY[cardinality(waiting_ids)]));
END
$$;
