-- Makes unfinished jobs ready, or scheduled where `due_ats` has an instant. Whoever calls it holds the rows' locks.
-- A null error keeps what the job has; failures and crashes are added. Primary key of `job`, once for each id.
CREATE OR REPLACE FUNCTION {schema}.put_back(
  ids text[], due_ats bigint[], errors text[], added_failures integer[], added_crashes integer[]
) RETURNS bigint LANGUAGE plpgsql {plan} AS $$
DECLARE
  back_ids text[];
  states text[];
  ready_lanes integer[];
  ready_counts bigint[];
  last bigint;
BEGIN
  -- The state before is that of the lock: a row of `before` is read as it was when the statement began.
  WITH before AS MATERIALIZED (
    SELECT given.*, job.state AS was
    FROM unnest(ids, due_ats, errors, added_failures, added_crashes) AS given (id, due_at, error, failures, crashes)
    JOIN {schema}.job ON job.id = given.id
  ), moved AS (
    UPDATE {schema}.job SET
      state = CASE WHEN before.due_at IS NULL THEN 'ready' ELSE 'scheduled' END,
      due_at = coalesce(before.due_at, job.due_at),
      version = job.version + 1,
      failures = job.failures + before.failures,
      crashes = job.crashes + before.crashes,
      error = coalesce(before.error, job.error)
    FROM before WHERE job.id = before.id
    RETURNING job.id, job.lane, job.state, job.place, before.was
  ), tallied AS (
    INSERT INTO {schema}.tally (lane, was, became, jobs)
    SELECT lane, was, state, count(*) FROM moved GROUP BY lane, was, state
    RETURNING lane, became, jobs
  )
  SELECT (SELECT array_agg(id) FROM moved), (SELECT array_agg(state) FROM moved),
    (SELECT max(place & 576460752303423487) FROM moved WHERE state = 'ready'),
    array_agg(lane) FILTER (WHERE became = 'ready'), array_agg(jobs) FILTER (WHERE became = 'ready')
  INTO back_ids, states, last, ready_lanes, ready_counts
  FROM tallied;
  PERFORM {schema}.wake(ready_lanes, ready_counts, last, false);
  PERFORM {schema}.changed(back_ids, states);
  RETURN coalesce(cardinality(back_ids), 0);
END
$$;
