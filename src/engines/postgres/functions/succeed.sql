-- Ends claims in success: moves the rows to `finished`. Give the ids in their order, so that no two calls lock the same
-- rows crosswise. Answers with the numbers of those that it did not find under their fence, or null.
-- Primary key of `job`, once for each id.
CREATE OR REPLACE FUNCTION {schema}.succeed(
  ids text[], fences integer[], results bytea[], forms smallint[], retains bigint[]
) RETURNS integer[] LANGUAGE plpgsql {plan} AS $$
DECLARE
  now_ms bigint := {schema}.now_ms();
  ended_ids text[];
  nodes text[];
BEGIN
  WITH ended AS (
    DELETE FROM {schema}.job
    USING unnest(ids, fences, results, forms, retains) AS given (id, fence, result, form, retain_ms)
    WHERE job.id = given.id AND job.fence = given.fence AND job.state = 'active'
    RETURNING job.id, job.place, job.lane, job.version, job.fence, job.failures, job.crashes, job.priority, job.form,
      job.progress_form, job.early, job.has_node, job.created_at, job.due_at, job.expires_at, job.started_at, job.worker, job.key,
      job.error, job.headers, job.input, job.progress,
      given.result, given.form AS result_form, given.retain_ms
  ), kept AS (
    INSERT INTO {schema}.finished (
      id, place, lane, version, fence, failures, crashes, priority, form, progress_form, result_form, early, has_node, state,
      created_at, due_at, expires_at, started_at, finished_at, prune_at, worker, key, error, headers, input, progress,
      result
    )
    SELECT id, place, lane, version + 1, fence, failures, crashes, priority, form, progress_form, result_form, early,
      has_node, 'succeeded', created_at, due_at, expires_at, started_at, now_ms, {schema}.instant(NULL, retain_ms, now_ms), worker,
      key, error, headers, input, progress, result
    FROM ended
  ), tallied AS (
    INSERT INTO {schema}.tally (lane, was, became, jobs)
    SELECT lane, 'active', 'succeeded', count(*) FROM ended GROUP BY lane
  )
  SELECT array_agg(id), array_agg(id) FILTER (WHERE has_node) INTO ended_ids, nodes FROM ended;
  IF ended_ids IS NOT NULL AND {schema}.is_heard('jobs') THEN
    PERFORM {schema}.changed(ended_ids, array_fill('succeeded'::text, ARRAY[cardinality(ended_ids)]));
  END IF;
  IF nodes IS NOT NULL THEN PERFORM {schema}.follow(nodes); END IF;
  IF cardinality(ended_ids) = cardinality(ids) THEN RETURN NULL; END IF;
  RETURN ARRAY(
    SELECT given.number FROM unnest(ids) WITH ORDINALITY AS given (id, number)
    WHERE ended_ids IS NULL OR given.id <> ALL (ended_ids)
  );
END
$$;
