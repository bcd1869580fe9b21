-- Ends unfinished jobs without a result: moves their rows to `finished`. Whoever calls it holds the rows' locks.
-- A null error, revocation or reason keeps what the job has; failures and crashes are added.
-- Primary key of `job`, once for each id.
CREATE OR REPLACE FUNCTION {schema}.finish(
  ids text[], states text[], retains bigint[], errors text[], bys text[], reasons text[],
  added_failures integer[], added_crashes integer[]
) RETURNS bigint LANGUAGE plpgsql {plan} AS $$
DECLARE
  now_ms bigint := {schema}.now_ms();
  ended_ids text[];
  ended_states text[];
BEGIN
  WITH ended AS (
    DELETE FROM {schema}.job
    USING unnest(ids, states, retains, errors, bys, reasons, added_failures, added_crashes)
      AS given (id, state, retain_ms, error, revoked_by, reason, failures, crashes)
    WHERE job.id = given.id
    RETURNING job.id, job.place, job.lane, job.version, job.fence, job.failures + given.failures AS failures,
      job.crashes + given.crashes AS crashes, job.priority, job.form, job.progress_form, job.early, job.created_at,
      job.due_at, job.expires_at, job.started_at, job.worker, job.key, job.headers, job.input, job.progress,
      job.state AS was, given.state AS became, given.retain_ms,
      coalesce(given.error, job.error) AS error,
      CASE WHEN given.state = 'revoked' THEN coalesce(given.revoked_by, job.revoked_by) END AS revoked_by,
      CASE WHEN given.state = 'revoked' THEN coalesce(given.reason, job.revoked_reason) END AS revoked_reason
  ), kept AS (
    INSERT INTO {schema}.finished (
      id, place, lane, version, fence, failures, crashes, priority, form, progress_form, early, state, created_at, due_at,
      expires_at, started_at, finished_at, prune_at, worker, key, revoked_by, revoked_reason, error, headers, input,
      progress
    )
    SELECT id, place, lane, version + 1, fence, failures, crashes, priority, form, progress_form, early, became,
      created_at, due_at, expires_at, started_at, now_ms, {schema}.instant(NULL, retain_ms, now_ms), worker, key,
      revoked_by, revoked_reason, error, headers, input, progress
    FROM ended
  ), tallied AS (
    INSERT INTO {schema}.tally (lane, was, became, jobs)
    SELECT lane, was, became, count(*) FROM ended GROUP BY lane, was, became
  )
  SELECT array_agg(id), array_agg(became) INTO ended_ids, ended_states FROM ended;
  PERFORM {schema}.changed(ended_ids, ended_states);
  RETURN coalesce(cardinality(ended_ids), 0);
END
$$;
