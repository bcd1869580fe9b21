-- Ends claims in any other way than success, and answers, as JSON pairs of number and state, for those that it found
-- under their fence. A job that somebody asked to end goes no further, whatever it came to. Rows are locked in the order
-- of their ids. Primary key of `job`, once for each id.
CREATE OR REPLACE FUNCTION {schema}.settle(
  ids text[], fences integer[], kinds text[], errors text[], due_ats bigint[], due_afters bigint[],
  bys text[], reasons text[], retains bigint[]
) RETURNS text LANGUAGE plpgsql {plan} AS $$
DECLARE
  now_ms bigint := {schema}.now_ms();
  one record;
BEGIN
  SELECT
    json_agg(json_build_array(number, became)) AS answers,
    array_agg(id) FILTER (WHERE ends) AS ended, array_agg(became) FILTER (WHERE ends) AS became,
    array_agg(retain_ms) FILTER (WHERE ends) AS retain_ms, array_agg(error) FILTER (WHERE ends) AS ended_error,
    array_agg(revoked_by) FILTER (WHERE ends) AS revoked_by, array_agg(reason) FILTER (WHERE ends) AS reason,
    array_agg(failures) FILTER (WHERE ends) AS ended_failures, array_agg(0) FILTER (WHERE ends) AS ended_crashes,
    array_agg(id) FILTER (WHERE goes_back) AS back, array_agg(due_at) FILTER (WHERE goes_back) AS due_at,
    array_agg(error) FILTER (WHERE goes_back) AS back_error, array_agg(failures) FILTER (WHERE goes_back) AS back_failures,
    array_agg(0) FILTER (WHERE goes_back) AS back_crashes, array_agg(id) FILTER (WHERE became = 'waiting') AS replaced
  INTO one
  FROM (
    SELECT number, id, error, due_at, became, became IN ('failed', 'revoked') AS ends,
      became IN ('ready', 'scheduled') AS goes_back, retain_ms,
      CASE WHEN asked THEN NULL ELSE revoked_by END AS revoked_by, CASE WHEN asked THEN NULL ELSE reason END AS reason,
      CASE WHEN kind IN ('failed', 'retried') THEN 1 ELSE 0 END AS failures
    FROM (
      SELECT given.number, given.id, given.kind, given.error, given.revoked_by, given.reason,
        job.revoked_by IS NOT NULL AS asked,
        {schema}.instant(given.due_at, given.due_after, now_ms) AS due_at,
        coalesce(given.retain_ms, job.retain_ms, 0) AS retain_ms,
        CASE
          WHEN job.revoked_by IS NOT NULL OR given.kind = 'revoked' THEN 'revoked'
          WHEN given.kind = 'failed' THEN 'failed'
          WHEN given.kind = 'released' THEN 'ready'
          WHEN given.kind = 'replaced' THEN 'waiting'
          ELSE 'scheduled'
        END AS became
      FROM unnest(ids, fences, kinds, errors, due_ats, due_afters, bys, reasons, retains) WITH ORDINALITY
        AS given (id, fence, kind, error, due_at, due_after, revoked_by, reason, retain_ms, number)
      JOIN {schema}.job ON job.id = given.id AND job.fence = given.fence AND job.state = 'active'
      ORDER BY job.id
      FOR UPDATE OF job
    ) AS held
  ) AS decided;
  IF one.ended IS NOT NULL THEN
    PERFORM {schema}.finish(
      one.ended, one.became, one.retain_ms, one.ended_error, one.revoked_by, one.reason, one.ended_failures,
      one.ended_crashes
    );
  END IF;
  IF one.back IS NOT NULL THEN
    PERFORM {schema}.put_back(one.back, one.due_at, one.back_error, one.back_failures, one.back_crashes);
  END IF;
  IF one.replaced IS NOT NULL THEN PERFORM {schema}.await_slot(one.replaced); END IF;
  RETURN one.answers::text;
END
$$;
