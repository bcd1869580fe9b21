-- Ends unfinished jobs without a result, and tells nobody who waits for them: moves their rows to `finished`. Whoever calls
-- it holds the rows' locks. A null error, revocation, reason or upstream keeps what the job has; failures and crashes are
-- added. Says how many ended, and which of them have a place in a workflow. Primary key of `job`, once for each id.
CREATE OR REPLACE FUNCTION {schema}.put_away(
  ids text[], states text[], retains bigint[], errors text[], bys text[], reasons text[],
  added_failures integer[], added_crashes integer[], upstreams text[], OUT ended bigint, OUT nodes text[]
) LANGUAGE plpgsql {plan} AS $$
DECLARE
  now_ms bigint := {schema}.now_ms();
  ended_ids text[];
  ended_states text[];
BEGIN
  WITH moved AS (
    DELETE FROM {schema}.job
    USING unnest(ids, states, retains, errors, bys, reasons, added_failures, added_crashes, upstreams)
      AS given (id, state, retain_ms, error, revoked_by, reason, failures, crashes, upstream)
    WHERE job.id = given.id
    RETURNING job.id, job.place, job.lane, job.version, job.fence, job.failures + given.failures AS failures,
      job.crashes + given.crashes AS crashes, job.priority, job.form, job.progress_form, job.early, job.has_node,
      job.created_at, job.due_at, job.expires_at, job.started_at, job.worker, job.key, job.headers, job.input, job.progress,
      job.state AS was, given.state AS became, given.retain_ms, given.upstream,
      coalesce(given.error, job.error) AS error,
      CASE WHEN given.state = 'revoked' THEN coalesce(given.revoked_by, job.revoked_by) END AS revoked_by,
      CASE WHEN given.state = 'revoked' THEN coalesce(given.reason, job.revoked_reason) END AS revoked_reason
  ), kept AS (
    INSERT INTO {schema}.finished (
      id, place, lane, version, fence, failures, crashes, priority, form, progress_form, early, has_node, state, created_at,
      due_at, expires_at, started_at, finished_at, prune_at, worker, key, upstream, revoked_by, revoked_reason, error,
      headers, input, progress
    )
    SELECT id, place, lane, version + 1, fence, failures, crashes, priority, form, progress_form, early, has_node, became,
      created_at, due_at, expires_at, started_at, now_ms, {schema}.instant(NULL, retain_ms, now_ms), worker, key, upstream,
      revoked_by, revoked_reason, error, headers, input, progress
    FROM moved
  ), tallied AS (
    INSERT INTO {schema}.tally (lane, was, became, jobs)
    SELECT lane, was, became, count(*) FROM moved GROUP BY lane, was, became
  )
  SELECT count(*), array_agg(id) FILTER (WHERE has_node), array_agg(id), array_agg(became)
  INTO ended, nodes, ended_ids, ended_states
  FROM moved;
  PERFORM {schema}.changed(ended_ids, ended_states);
END
$$;
