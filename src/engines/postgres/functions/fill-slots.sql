-- Keeps how jobs ended for those that wait for them, or that will once another is retried: each slot is filled once.
-- Whoever calls it holds their places. Primary keys, for each link; the sort holds no results but references to them.
CREATE OR REPLACE FUNCTION {schema}.fill_slots(sources text[], targets text[], slots integer[], effects text[])
RETURNS void LANGUAGE plpgsql {plan} AS $$
BEGIN
  WITH filled AS (
    INSERT INTO {schema}.slot (job, slot, source, state, form, result, error, revoked_by, revoked_reason)
    SELECT DISTINCT ON (node.job, given.slot) node.job, given.slot, coalesce(ended.upstream, ended.id), ended.state,
      ended.result_form, ended.result, CASE WHEN ended.state = 'failed' THEN ended.error END, ended.revoked_by,
      ended.revoked_reason
    FROM unnest(sources, targets, slots, effects) WITH ORDINALITY AS given (source, target, slot, effect, number)
    JOIN {schema}.finished AS ended ON ended.id = given.source
    JOIN {schema}.node ON node.job = given.target
    WHERE given.effect = 'fill' AND (
      EXISTS (SELECT FROM {schema}.job WHERE job.id = node.job AND job.state = 'waiting')
      OR EXISTS (
        SELECT FROM {schema}.finished AS broken
        WHERE broken.id = node.job AND broken.upstream IS NOT NULL AND broken.revoked_by IS DISTINCT FROM 'workflow'
      )
    )
    ORDER BY node.job, given.slot, given.number
    ON CONFLICT (job, slot) DO NOTHING
    RETURNING job
  ), counted AS (
    SELECT job, count(*) AS slots FROM filled GROUP BY job
  )
  UPDATE {schema}.node SET awaited = node.awaited - counted.slots FROM counted WHERE node.job = counted.job;
END
$$;
