-- Makes failed and revoked jobs ready again, under their place in the order of pushes; their failures, crashes and
-- progress are forgotten, and so is an expiry: whoever retries a job wants it run. Those that ended because of them wait again. Primary key of `finished`.
CREATE OR REPLACE FUNCTION {schema}.retry(ids text[]) RETURNS bigint LANGUAGE plpgsql {plan} AS $$
DECLARE
  awaited_ids text[];
  retried_ids text[];
  ready_lanes integer[];
  ready_counts bigint[];
  last bigint;
BEGIN
  -- Before the rows go that tell how the jobs had ended.
  awaited_ids := ARRAY(SELECT id FROM {schema}.finished WHERE id = ANY (ids) AND has_node);
  IF cardinality(awaited_ids) > 0 THEN PERFORM {schema}.reopen(awaited_ids); END IF;
  WITH revived AS (
    DELETE FROM {schema}.finished
    WHERE id = ANY (ids) AND (state = 'failed' OR state = 'revoked')
    RETURNING *
  ), inserted AS (
    INSERT INTO {schema}.job (
      id, place, lane, task, version, fence, failures, crashes, priority, form, early, has_node, state, created_at,
      started_at, worker, key, headers, input
    )
    SELECT id, place, lane, (
        SELECT task.task FROM {schema}.lane JOIN {schema}.task ON task.name = lane.task WHERE lane.lane = revived.lane
      ), version + 1, fence, 0, 0, priority, form, early, has_node, 'ready', created_at, started_at, worker, key, headers, input
    FROM revived
  ), tallied AS (
    INSERT INTO {schema}.tally (lane, was, became, jobs)
    SELECT lane, state, 'ready', count(*) FROM revived GROUP BY lane, state
    RETURNING lane, jobs
  )
  SELECT (SELECT array_agg(id) FROM revived), (SELECT max(place & 576460752303423487) FROM revived),
    array_agg(lane), array_agg(jobs)
  INTO retried_ids, last, ready_lanes, ready_counts
  FROM tallied;
  IF retried_ids IS NULL THEN RETURN 0; END IF;
  PERFORM {schema}.wake(ready_lanes, ready_counts, last, false);
  PERFORM {schema}.changed(retried_ids, array_fill('ready'::text, ARRAY[cardinality(retried_ids)]));
  RETURN cardinality(retried_ids);
END
$$;
